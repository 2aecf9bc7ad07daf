// @ts-check
import { withoutPrototype } from "../object.js";
import { Deadline, STORAGE_TIMEOUT_MS } from "../wait.js";
import { enqueue } from "./queue.js";

/** @import { TokenStorage } from "../hallpass.d.ts" */

const WEB = /** @type {const} */ ({ get: "getItem", set: "setItem", delete: "removeItem" });
const CUSTOM = /** @type {const} */ ({ get: "get", set: "set", delete: "delete" });

/** @typedef {{ text: string | undefined }} Found */

/**
 * Where a session's record is kept. Calls run one after the other, each bounded in time, because storages throw when merely
 * touched, are full, or never answer. Writes run one after the other for all handles of the page, worker or server: what one compares,
 * no other changes before it has written (R18, R38). A rejection says that the storage failed.
 */
export class Store {
  /** @type {"sessionStorage" | "localStorage" | TokenStorage} */
  #storage;
  #at;
  #key;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  /**
   * A read that hasn't begun yet. All who ask meanwhile share it, as a storage that hangs takes two seconds for each call.
   * @type {Promise<Found | undefined> | undefined}
   */
  #reading;
  /** The text that was written or found last. */
  #wanted = /** @type {string | undefined} */ (undefined);
  /** Whether the storage is known to give back what was written. A storage of the caller's has to show it first. */
  #faithful;

  /**
   * `storage`: the name of a global, or an object with get, set and delete. `at`: the object by which those who use it find each other.
   * `faithful`: it is known to give back what was written.
   * @param {"sessionStorage" | "localStorage" | TokenStorage} storage
   * @param {object} at
   * @param {string} key
   * @param {boolean} faithful
   */
  constructor(storage, at, key, faithful) {
    this.#storage = storage;
    this.#at = at;
    this.#key = key;
    this.#faithful = faithful;
  }

  /**
   * Reads the text. Undefined where the storage can't be relied on to tell.
   * @returns {Promise<Found | undefined>}
   */
  read() {
    const reading = (this.#reading ??= this.#next(async () => {
      if (this.#reading === reading) this.#reading = undefined;
      const text = await this.#read();
      this.#faithful ||= text !== undefined;
      return this.#faithful ? this.#found(text) : undefined;
    }));
    return reading;
  }

  /**
   * Writes a text, or deletes it (undefined). Where the storage holds something else than `known`, writes nothing and gives that back,
   * unless `over` is true.
   * @param {string | undefined} text
   * @param {boolean} over
   * @param {string | undefined} known
   * @returns {Promise<Found | undefined>}
   */
  write(text, over, known) {
    this.#reading = undefined;
    return this.#nextWrite(async () => {
      if (!over) {
        const there = await this.#read();
        this.#faithful ||= there !== undefined;
        if (this.#faithful && there !== known) return this.#found(there);
      }
      this.#wanted = text;
      await this.#keep(text);
      if (!this.#faithful && text !== undefined) this.#faithful = await this.#givesBack(text);
      return undefined;
    });
  }

  /**
   * Whether the storage gives back what was just written. If nothing comes back, either the storage keeps nothing or another tab has
   * signed out. Writing the text again would undo that sign-out, so an empty text is the probe.
   * @param {string} text
   */
  async #givesBack(text) {
    const there = await this.#read();
    if (there !== undefined) return there === text;
    this.#wanted = undefined;
    let shows = false;
    try {
      await this.#call("set", "");
      shows = (await this.#read()) === "";
    } catch {
      // as where it isn't given back
    }
    // One that shows nothing, or only later, may keep the text all the same.
    this.#wanted = shows ? undefined : text;
    await this.#keep(this.#wanted).catch(() => {});
    return shows;
  }

  /** @param {string | undefined} text */
  async #keep(text) {
    if (text !== undefined) return this.#call("set", text);
    try {
      await this.#call("delete");
    } catch (error) {
      if (error === "timeout") throw error;
      // What can't be deleted is overwritten: an unreadable record means signed out, too.
      await this.#call("set", "").catch(() => {});
      throw error;
    }
  }

  /**
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  #next(act) {
    const done = this.#last.then(act, act);
    this.#last = done;
    return done;
  }

  /**
   * Does a write in its turn. Another handle's write that hangs delays this one by STORAGE_TIMEOUT_MS at most.
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  #nextWrite(act) {
    return this.#next(async () => {
      let turn;
      try {
        turn = enqueue(this.#at, `write ${this.#key}`, STORAGE_TIMEOUT_MS);
        await turn.wait();
      } catch {
        // A deletion must not fail for want of a turn.
      }
      try {
        return await act();
      } finally {
        turn?.leave();
      }
    });
  }

  /** @param {string | undefined} text */
  #found(text) {
    this.#wanted = text;
    return withoutPrototype({ text });
  }

  async #read() {
    const text = await this.#call("get");
    return typeof text === "string" ? text : undefined;
  }

  /**
   * @param {"get" | "set" | "delete"} verb
   * @param {string} [value]
   * @returns {Promise<unknown>}
   */
  async #call(verb, value) {
    // The storage may answer with a plain value, a promise or any thenable.
    const answer = Promise.resolve(call(this.#storage, verb, this.#key, value));
    const deadline = new Deadline(STORAGE_TIMEOUT_MS);
    // A write that finishes after its deadline may undo a newer one, such as a deletion. Then the newer one is repeated.
    const late = () => {
      if (deadline.ended !== "timeout" || verb === "get" || this.#wanted === (value || undefined)) return;
      this.#nextWrite(() => this.#keep(this.#wanted)).catch(() => {});
    };
    answer.then(late, late);
    return deadline.finish(answer);
  }
}

/**
 * @param {"sessionStorage" | "localStorage" | TokenStorage} storage
 * @param {"get" | "set" | "delete"} verb
 * @param {string} key
 * @param {string} [value]
 * @returns {unknown}
 */
function call(storage, verb, key, value) {
  if (typeof storage === "object") {
    const given = value === undefined ? [key] : [key, value];
    return Reflect.apply(storage[CUSTOM[verb]], storage, given);
  }
  // By `window`, which only pages have: a server's localStorage, if any, is shared by all its visitors.
  const web = globalThis.window[storage];
  return verb === "set" ? web.setItem(key, value ?? "") : web[WEB[verb]](key);
}
