import { mistake } from "./auth-error.js";

/** What is seen before a session is open, and on a server. */
export const NOTHING = Object.freeze({ session: undefined, state: undefined, error: undefined });

const known = new WeakMap();

/** What components see of a source: a session, the promise of one, or a function that opens one. One for all that name it. */
export function watch(source) {
  if (!/^(object|function)$/.test(typeof source) || source === null) {
    throw mistake("source", "a session, a promise of one, or a function that opens one");
  }
  let watched = known.get(source);
  if (!watched) known.set(source, (watched = new Watched(source)));
  return watched;
}

class Watched {
  source;
  #opening;
  #session;
  #seen = NOTHING;
  /** Those who wait for a session: the one that is being opened, or one that is opened later. */
  #waiting = new Set();

  constructor(source) {
    this.source = source;
    if (typeof source.subscribe === "function") this.#session = source;
  }

  /** The same object until something changes. */
  get = () => {
    const state = this.#session?.state;
    if (state !== this.#seen.state) this.#seen = Object.freeze({ session: this.#session, state, error: undefined });
    return this.#seen;
  };

  /** Opens the session if need be, and calls the listener on every change. Returns the unsubscribe function. */
  subscribe = (listener) => {
    if (this.#session) return this.#session.subscribe(() => listener());
    let leave;
    const opened = () => {
      listener();
      if (!this.#session) return; // somebody may try again
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
    await 0; // what throws at once is a failure like any other
    try {
      this.#session = await (typeof source === "function" ? source() : source);
    } catch (error) {
      this.#seen = Object.freeze({ ...NOTHING, error });
      this.#opening = undefined; // who comes later tries again
    }
    for (const opened of [...this.#waiting]) if (this.#waiting.has(opened)) opened();
  }
}
