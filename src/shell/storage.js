import { own, parseJson } from "./json.js";
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
  /** Undefined for none, the name of a global ("localStorage"), or an object with get, set and delete. */
  storage;
  #verbs;
  #key;
  #last = Promise.resolve();
  #wanted;
  /** Whether it failed when it was last read: then it is not asked again until it has taken something. */
  #silent = false;
  #faithful;
  /** How many writes over whatever lies there were asked for, and how many of them are done. */
  #claims = 0;
  #settled = 0;

  /** What lies there, as far as this tab knows. */
  text;

  shared;
  lags;

  /**
   * `shared`: other tabs may read and write it, too. `faithful`: what was written is there to be read; of a storage of the
   * caller's that has to be seen first. `lags`: what one tab has written shows in another only after a moment.
   */
  constructor(storage, key, { shared, faithful, lags }) {
    this.storage = storage;
    this.#verbs = typeof storage === "string" ? WEB : CUSTOM;
    this.#key = key;
    this.shared = shared;
    this.lags = lags;
    this.#faithful = faithful;
  }

  /**
   * Whether another text lies there than this tab has read or written last; `text` is then the new one. `again`: a storage that
   * failed when it was last read is asked once more.
   */
  look(again) {
    if (again) this.#silent = false;
    return this.#next(() => this.#look());
  }

  /**
   * Writes the text that `make` makes when its turn has come, or deletes it (undefined). Resolves to "written", to "same" where
   * that lies there already, or to "overtaken" where another tab has written meanwhile: then it stays as it is, unless `over`.
   */
  write(make, over) {
    this.#wanted = make;
    const own = over ? ++this.#claims : 0;
    return this.#next(async () => {
      const { claimed } = this;
      try {
        if (!claimed && (await this.#look())) return "overtaken";
        const text = make();
        // What is written now is already what the claims behind it are to write. Nothing is written over twice: another tab
        // may have changed it in between.
        const claims = this.#claims;
        if (!claimed && text === this.text) return "same";
        await (text === undefined ? this.#delete() : this.#call("set", text));
        this.text = text;
        this.#settled = claims;
        this.#silent = false;
        if (text === undefined) this.#note("removeItem");
        if (!this.#faithful && text !== undefined) {
          this.#faithful = (await this.#read()) === text;
        }
        return "written";
      } finally {
        this.#settled = Math.max(this.#settled, own);
      }
    });
  }

  /** What can't be deleted is made unreadable: that means signed out, too. */
  async #delete() {
    try {
      await this.#call("delete");
    } catch (error) {
      await this.#call("set", "").catch(() => {});
      throw error;
    }
  }

  /**
   * Notes at once which login is signed out. A page that goes, as after a sign-out, takes with it what a storage has not done
   * yet, and the next one would find somebody signed in.
   */
  leave(login) {
    if (login !== undefined) this.#note("setItem", login);
  }

  /** Whether the record that lies there is of a login that was signed out. */
  get left() {
    const login = this.#note("getItem");
    return login && login === `${own(parseJson(this.text), "login")}`;
  }

  /** What answers at once needs none. */
  #note(verb, login) {
    try {
      if (typeof this.storage === "object") return window.localStorage[verb](`${this.#key}:left`, login);
    } catch {
      // not here: in a worker, on a server, or where it is forbidden
    }
  }

  #next(act) {
    this.#last = this.#last.then(act, act);
    return this.#last;
  }

  /** `first`: also of a storage of this tab's own. */
  async #look(first) {
    if (!first && (!this.storage || this.#silent)) return false;
    const text = await this.#read();
    this.#faithful ||= text !== undefined;
    if (!this.#faithful) return false;
    const changed = text !== this.text;
    this.text = text;
    return changed;
  }

  /** Whether this tab is about to write over whatever lies there. */
  get claimed() {
    return this.#claims > this.#settled;
  }

  /** What lies there at first. */
  open() {
    return this.#next(() => this.#look(true));
  }

  async #read() {
    this.#silent = true; // until it has answered
    const text = await this.#call("get");
    this.#silent = false;
    return typeof text === "string" ? text : undefined;
  }

  async #call(verb, ...value) {
    if (this.storage === undefined) return undefined;
    // Only a page's: a server has one for all its visitors, if any.
    const storage = typeof this.storage === "string" ? globalThis.window?.[this.storage] : this.storage;
    // A plain value, a promise or any thenable.
    const answer = Promise.resolve(storage[this.#verbs[verb]](this.#key, ...value));
    const deadline = new Deadline(PATIENCE_MS);
    // A write that comes too late may land on a newer one, such as a deletion: then the newer one is written again.
    const late = () => {
      if (deadline.ended !== "timeout" || verb === "get" || this.#wanted() === (value[0] || undefined)) return;
      this.write(this.#wanted, true).catch(() => {});
    };
    answer.then(late, late);
    return deadline.finish(answer);
  }
}
