// @ts-check
import { AuthError, mistake } from "./auth-error.js";
import { callListener } from "./listener.js";

/** @import { Session, VendorDescription, VendorName } from "./hallpass.d.ts" */
/** @import { SessionSource, WatchedSession } from "./bindings.d.ts" */
/** @typedef {() => void} Listener */
/** @typedef {{ readonly listener: Listener, leave?: () => void }} Listening */

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
   * All who listen; `leave` is there where they listen to the session itself. The others wait for one to be opened, now or by a later try.
   *
   * @type {Set<Listening>}
   */
  #all = new Set();

  /** @param {SessionSource<V>} source */
  constructor(source) {
    this.source = source;
    if ("subscribe" in source && typeof source.subscribe === "function") this.#session = source;
  }

  /** The same object until something changes. */
  get = () => {
    const session = this.#session;
    const state = session?.state;
    const seen = this.#seen;
    if (session && state && !(state === seen.state && session === seen.session)) this.#seen = Object.freeze({ session, state, error: undefined });
    return this.#seen;
  };

  /**
   * Opens the session if need be, and calls the listener on every change. Returns the unsubscribe function.
   *
   * @param {Listener} listener
   * @returns {() => void}
   */
  subscribe = (listener) => {
    /** @type {Listening} */
    const one = { listener };
    this.#all.add(one);
    if (this.#session) this.#join(one, this.#session);
    else this.#opening ??= this.#open();
    return () => {
      this.#all.delete(one);
      one.leave?.();
    };
  };

  /**
   * Has somebody listen to the session. If it was disposed of, there is none any more: a function is asked for another.
   *
   * @param {Listening} one
   * @param {Session<V>} session
   */
  #join(one, session) {
    try {
      this.#listen(one, session);
    } catch (error) {
      const again = typeof this.source === "function";
      this.#session = undefined;
      this.#opening = again ? this.#open() : undefined;
      this.#tell(again ? NOTHING : failed(error));
    }
  }

  /**
   * @param {Listening} one
   * @param {Session<V>} session
   */
  #listen(one, session) {
    const { listener } = one;
    let isTold = false;
    const leave = session.subscribe(() => {
      isTold = true;
      callListener(listener, undefined);
    });
    if (!isTold) callListener(listener, undefined); // a session of a test's own may not call at once
    // The listener may have left meanwhile.
    if (this.#all.has(one)) one.leave = leave;
    else leave();
  }

  async #open() {
    const { source } = this;
    await 0; // so that a source that throws at once fails like any other
    try {
      const session = await (typeof source === "function" ? source() : source);
      if (typeof session?.subscribe !== "function") throw mistake("source", EXPECTED);
      this.#session = session;
      for (const one of [...this.#all]) {
        if (this.#session === session && this.#all.has(one)) this.#listen(one, session);
      }
    } catch (error) {
      this.#session = this.#opening = undefined; // so that a later component tries again
      this.#tell(failed(error));
    }
  }

  /**
   * Tells everybody what there is instead of a session.
   *
   * @param {WatchedSession<V>} seen
   */
  #tell(seen) {
    this.#seen = seen;
    for (const one of this.#all) {
      one.leave?.();
      delete one.leave;
    }
    for (const one of [...this.#all]) if (this.#all.has(one)) callListener(one.listener, undefined);
  }
}

/** @param {unknown} error */
function failed(error) {
  // Components tell a failure by `error`, and show its message.
  const isError = typeof (/** @type {Partial<Error> | undefined} */ (error ?? undefined)?.message) === "string";
  const told = isError ? error : new AuthError("The source failed with something that is no Error; look into the cause.", { code: "invalid-options", cause: error });
  return Object.freeze({ ...NOTHING, error: /** @type {import("./hallpass.d.ts").AuthError} */ (told) });
}
