// @ts-check
import { mistake } from "./auth-error.js";

/** @import { Session, VendorDescription, VendorName } from "./hallpass.d.ts" */
/** @import { SessionSource, WatchedSession } from "./bindings.d.ts" */
/** @typedef {() => void} Listener */

/** What is seen before a session is open, and on a server. */
export const NOTHING = Object.freeze({ session: undefined, state: undefined, error: undefined });

const EXPECTED = "a session, a promise of one, or a function that opens one";

/** @type {WeakMap<object, Watched<any>>} */
const known = new WeakMap();

/**
 * What components see of a source: a session, the promise of one, or a function that opens one. All components with the same source
 * share one.
 *
 * @template {VendorName | VendorDescription} V
 * @param {SessionSource<V>} source
 */
export function watch(source) {
  if (!/^(object|function)$/.test(typeof source) || source === null) {
    throw mistake("source", EXPECTED);
  }
  let watched = known.get(source);
  if (!watched) known.set(source, (watched = new Watched(source)));
  return /** @type {Watched<V>} */ (watched);
}

/** @template {VendorName | VendorDescription} V */
class Watched {
  source;
  /** @type {Promise<void> | undefined} */
  #opening;
  /** @type {Session<V> | undefined} */
  #session;
  /** @type {WatchedSession<V>} */
  #seen = NOTHING;
  /**
   * Those who wait for the session to be opened, now or by a later try.
   *
   * @type {Set<Listener>}
   */
  #waiting = new Set();

  /** @param {SessionSource<V>} source */
  constructor(source) {
    this.source = source;
    if ("subscribe" in source && typeof source.subscribe === "function") this.#session = source;
  }

  /** The same object until something changes. */
  get = () => {
    const session = this.#session;
    const state = session?.state;
    if (session && state && state !== this.#seen.state) this.#seen = Object.freeze({ session, state, error: undefined });
    return this.#seen;
  };

  /**
   * Opens the session if need be, and calls the listener on every change. Returns the unsubscribe function.
   *
   * @param {Listener} listener
   * @returns {() => void}
   */
  subscribe = (listener) => {
    if (this.#session) return this.#session.subscribe(() => listener());
    /** @type {(() => void) | undefined} */
    let leave;
    const opened = () => {
      listener();
      if (!this.#session) return; // it stays in the set: a later try may succeed
      this.#waiting.delete(opened);
      leave = this.#session.subscribe(() => listener());
    };
    this.#waiting.add(opened);
    this.#opening ??= this.#open();
    return () => {
      this.#waiting.delete(opened);
      leave?.();
    };
  };

  async #open() {
    const { source } = this;
    await 0; // so that a source that throws at once fails like any other
    try {
      const session = await (typeof source === "function" ? source() : source);
      if (typeof session?.subscribe !== "function") throw mistake("source", EXPECTED);
      this.#session = session;
    } catch (error) {
      this.#seen = Object.freeze({ ...NOTHING, error: /** @type {import("./hallpass.d.ts").AuthError} */ (error) });
      this.#opening = undefined; // so that a later component tries again
    }
    for (const opened of [...this.#waiting]) if (this.#waiting.has(opened)) opened();
  }
}
