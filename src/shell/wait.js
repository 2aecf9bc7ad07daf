// @ts-check
import { steady } from "./clock.js";

// How many times as long a bound may become by being extended.
const LONGEST_EXTENSION = 10;

/**
 * A bound on waiting: so many ms, and the caller's signal. What it guards is settled when the bound is reached, also where
 * the thing waited for ignores being aborted (an instrumented fetch, a storage of the caller's).
 */
export class Deadline {
  /** @type {AbortController | undefined} */
  #controller;
  /** @type {Promise<never>} */
  #reached;
  /** @type {(reason?: unknown) => void} */
  #reach = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** When it is reached, by the steady clock, and when at the latest, however often it is extended. */
  #due = NaN;
  #last = NaN;
  /** @type {AbortSignal | undefined} */
  #from;

  /**
   * Why it was reached; "done" when it was released.
   * @type {"" | "timeout" | "abort" | "stopped" | "done"}
   */
  ended = "";

  /**
   * @param {number} [ms]
   * @param {AbortSignal} [from]
   */
  constructor(ms, from) {
    this.#from = from;
    this.#reached = new Promise((_, reject) => {
      this.#reach = reject;
    });
    this.#reached.catch(() => {});
    if (ms !== undefined) this.extend(ms);
    if (from?.aborted) this.end("abort");
    else from?.addEventListener("abort", this.#abort);
  }

  #abort = () => this.end("abort");

  /**
   * Begins anew, with so many ms from now on; ten times that in all.
   * @param {number} ms
   */
  extend(ms) {
    if (this.ended) return;
    const now = steady();
    this.#last ||= now + ms * LONGEST_EXTENSION;
    this.#due = Math.min(now + ms, this.#last);
    // Not set anew each time, which takes longer than to read a short body: it finds out when it fires.
    this.#timer ??= setTimeout(() => this.#fire(), ms);
  }

  #fire() {
    const left = this.#due - steady();
    // Once for each extension: also where the page's clock stands still, this comes to its end.
    this.#due = NaN;
    if (left > 0) this.#timer = setTimeout(() => this.#fire(), left);
    else this.end("timeout");
  }

  /** Nobody waits for it any more: what is bounded goes on, but keeps no process running. */
  release() {
    release(this.#timer);
  }

  /** Aborts with the bound. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.ended) this.#controller.abort(this.ended);
    return this.#controller.signal;
  }

  /**
   * The promise, or a rejection when the bound is reached first.
   * @template T
   * @param {T} promise
   * @returns {Promise<Awaited<T>>}
   */
  guard(promise) {
    // The bound first: it also counts where the other is always there at once.
    return Promise.race([this.#reached, promise]);
  }

  /**
   * The same of the last promise that it guards: then the bound is released.
   * @template T
   * @param {T} promise
   * @returns {Promise<Awaited<T>>}
   */
  async finish(promise) {
    try {
      return await this.guard(promise);
    } finally {
      this.end("done");
    }
  }

  /**
   * Reaches the bound, or releases it: what still waits is rejected, and nothing is left behind.
   * @param {"timeout" | "abort" | "stopped" | "done"} how
   */
  end(how) {
    if (this.ended) return;
    this.ended = how;
    clearTimeout(this.#timer);
    this.#from?.removeEventListener("abort", this.#abort);
    // With words as the reason: an error would hold the stack, and with it whatever the callers hold, a password among it.
    this.#controller?.abort(how);
    this.#reach(how);
  }
}

/**
 * A Response that is one. What an instrumented fetch answers with may be anything.
 * @param {unknown} response
 */
export function genuine(response) {
  if (response instanceof Response) return response;
  throw new TypeError("fetch answered with no Response");
}

/**
 * Calls later. In Node, that alone does not keep the process running.
 * @param {number} ms
 * @param {() => void} call
 */
export function after(ms, call) {
  const timer = setTimeout(call, ms);
  release(timer);
  return timer;
}

/**
 * What waits for a timer does not keep a process running any more, in Node.
 * @param {unknown} timer
 */
function release(timer) {
  if (typeof timer === "object") /** @type {{ unref(): void } | null} */ (timer)?.unref();
}

/**
 * So many ms.
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const pause = (ms) => new Promise((done) => void setTimeout(done, ms));
