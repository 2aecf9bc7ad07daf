import { Deadline } from "./wait.js";

// How long a storage may take to answer, in ms.
const PATIENCE_MS = 2_000;

const WEB = { get: "getItem", set: "setItem", delete: "removeItem" };
const CUSTOM = { get: "get", set: "set", delete: "delete" };

/**
 * Where a session's record is kept. Every call is guarded and bounded: storages throw when merely touched, are full, or
 * never answer. A rejection says that the storage failed. One call comes after the other.
 */
export class Store {
  #storage;
  #verbs;
  #key;
  #last = Promise.resolve();
  #wanted;
  #failed = false;
  #faithful;

  /** What lies there, as far as this tab knows. */
  text;

  /** Whether other tabs may read and write it, too. */
  shared;

  /**
   * `storage`: undefined for none, the name of a global ("localStorage"), or an object with get, set and delete. `faithful`:
   * what was written is there to be read; of a storage of the caller's that has to be seen first.
   */
  constructor(storage, key, { shared, faithful }) {
    this.#storage = storage;
    this.#verbs = typeof storage === "string" ? WEB : CUSTOM;
    this.#key = key;
    this.shared = shared;
    this.#faithful = faithful;
  }

  /** Whether another text lies there than this tab has read or written last; `text` is then the new one. */
  look() {
    return this.#next(() => this.#look());
  }

  /**
   * Writes a text, or deletes it (undefined). Resolves to "written", to "same" where that lies there already, or to "overtaken"
   * where another tab has written meanwhile: then it stays as it is, unless `over`.
   */
  write(text, over) {
    this.#wanted = text;
    return this.#next(async () => {
      if (!over && (await this.#look())) return "overtaken";
      if (!over && text === this.text && !this.#failed) return "same";
      await (text === undefined ? this.#call("delete") : this.#call("set", text));
      this.text = text;
      if (!this.#faithful && text !== undefined) {
        this.#faithful = await this.#read().then((there) => there === text, () => false);
      }
      return "written";
    });
  }

  #next(act) {
    this.#last = this.#last.then(act, act);
    return this.#last;
  }

  async #look() {
    if (!this.shared || this.#failed) return false;
    const text = await this.#read();
    this.#faithful ||= text !== undefined;
    if (!this.#faithful) return false;
    const changed = text !== this.text;
    this.text = text;
    return changed;
  }

  /** What lies there at first. */
  open() {
    return this.#next(async () => {
      this.text = await this.#read();
      this.#faithful ||= this.text !== undefined;
    });
  }

  async #read() {
    const text = await this.#call("get");
    return typeof text === "string" ? text : undefined;
  }

  async #call(verb, ...value) {
    if (this.#storage === undefined) return undefined;
    const deadline = new Deadline(PATIENCE_MS);
    this.#failed = true; // until it has answered
    try {
      const storage = typeof this.#storage === "string" ? globalThis[this.#storage] : this.#storage;
      // A plain value, a promise or any thenable.
      const answer = Promise.resolve(storage[this.#verbs[verb]](this.#key, ...value));
      // A write that comes too late may land on a newer one, such as a deletion: then the newer one is written again.
      const late = () => {
        if (deadline.ended === "timeout" && verb !== "get") this.write(this.#wanted, true).catch(() => {});
      };
      answer.then(late, late);
      const result = await deadline.guard(answer);
      this.#failed = false;
      return result;
    } finally {
      deadline.end("done");
    }
  }
}
