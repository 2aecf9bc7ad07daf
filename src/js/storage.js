import { Deadline } from "./wait.js";

// How long a storage may take to answer, in ms.
const PATIENCE_MS = 2_000;

const WEB = { get: "getItem", set: "setItem", delete: "removeItem" };
const CUSTOM = { get: "get", set: "set", delete: "delete" };

/**
 * Where a session's record is kept. Every call is guarded and bounded: storages throw when merely touched, are full, or
 * never answer. A rejection says that the storage failed.
 */
export class Store {
  #storage;
  #verbs;
  #key;
  #last = Promise.resolve();
  #wanted;

  /** `storage`: undefined for none, the name of a global ("localStorage"), or an object with get, set and delete. */
  constructor(storage, key) {
    this.#storage = storage;
    this.#verbs = typeof storage === "string" ? WEB : CUSTOM;
    this.#key = key;
  }

  async read() {
    const text = await this.#call("get");
    return typeof text === "string" ? text : undefined;
  }

  /** Writes a text, or deletes it (undefined). One after the other, so that the last one wins. */
  write(text) {
    this.#wanted = text;
    const write = () => (text === undefined ? this.#call("delete") : this.#call("set", text));
    this.#last = this.#last.then(write, write);
    return this.#last;
  }

  async #call(verb, ...value) {
    if (this.#storage === undefined) return undefined;
    const storage = typeof this.#storage === "string" ? globalThis[this.#storage] : this.#storage;
    const deadline = new Deadline(PATIENCE_MS);
    try {
      // A plain value, a promise or any thenable.
      const answer = Promise.resolve(storage[this.#verbs[verb]](this.#key, ...value));
      // A write that comes too late may land on a newer one, such as a deletion: then the newer one is written again.
      const late = () => {
        if (deadline.ended === "timeout" && verb !== "get") this.write(this.#wanted).catch(() => {});
      };
      answer.then(late, late);
      return await deadline.guard(answer);
    } finally {
      deadline.end("done");
    }
  }
}
