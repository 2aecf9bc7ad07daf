// @ts-check
import { steady } from "./clock.js";

// The longest delay that timers take, in ms; a longer one would fire at once.
export const LONGEST_DELAY_MS = 2_147_483_647;
// How much longer a tab waits for its turn than another tab's request may take, in ms.
export const EXTRA_WAIT_MS = 1_000;
// How long a storage may take to answer, in ms.
export const STORAGE_TIMEOUT_MS = 2_000;
// How late a timer may fire on a busy page, in ms.
const LATE_MS = 1_000;
// How many times its length a bound may reach by being extended.
const LONGEST_EXTENSION = 10;

/**
 * A bound on waiting: a time, the caller's signal, or both. What it guards is settled when the bound is reached, even where the thing
 * that is waited for can't be aborted (an instrumented fetch, a storage of the caller's).
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
  /** When it is reached, by the steady clock; and the latest moment to which it can be extended. */
  #due = NaN;
  #last = NaN;
  /** @type {AbortSignal | undefined} */
  #from;

  /**
   * Why the wait has ended; "done" where the bound was not reached. Empty while it goes on.
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
   * Begins anew: so many ms from now, but at most ten times that from the first time.
   * @param {number} ms
   */
  extend(ms) {
    if (this.ended) return;
    const now = steady();
    this.#last ||= now + ms * LONGEST_EXTENSION;
    this.#due = Math.min(now + ms, this.#last);
    // The timer is not set anew each time, which would take longer than to read a short body: when it fires, it checks what is left.
    this.#timer ??= setTimeout(() => this.#fire(), Math.min(ms, LONGEST_DELAY_MS));
  }

  #fire() {
    const remaining = this.#due - steady();
    // Cleared until `extend` sets it again: on a page that has stopped the clock, the timer would otherwise be set anew for ever.
    this.#due = NaN;
    if (remaining > 0) this.#timer = setTimeout(() => this.#fire(), Math.min(remaining, LONGEST_DELAY_MS));
    else this.end("timeout");
  }

  /** Throws where the time is over though no timer has fired: in a page that was frozen. (While a machine sleeps, this clock may stand still.) */
  mustNotBeOver() {
    if (steady() > this.#due + LATE_MS) this.end("timeout");
    if (this.ended) throw this.ended;
  }

  /** Nobody waits for it any more. What is bounded goes on, but no longer keeps Node's process running. */
  unref() {
    unref(this.#timer);
  }

  /** Somebody waits for it. */
  ref() {
    if (typeof this.#timer === "object") /** @type {{ ref(): void } | null} */ (this.#timer)?.ref();
  }

  /** A signal that aborts when the bound is reached. */
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
    // The bound comes first, so that it wins where both have settled.
    return Promise.race([this.#reached, promise]);
  }

  /**
   * Guards the last promise, and then ends the bound.
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
   * Ends the bound. Whatever still waits is rejected; the timer and the listener are removed.
   * @param {"timeout" | "abort" | "stopped" | "done"} how
   */
  end(how) {
    if (this.ended) return;
    this.ended = how;
    cancel(this.#timer);
    // First: what follows may throw, where a page has replaced it.
    this.#reach(how);
    this.#from?.removeEventListener("abort", this.#abort);
    // The reason is a word: an error would hold the stack, and with it whatever the callers hold, such as a password.
    this.#controller?.abort(how);
  }
}

/**
 * Cancels a timer. Where the page has replaced what that takes by something that throws, it fires, and nobody waits for it any more.
 * @param {ReturnType<typeof setTimeout> | undefined} timer
 */
export function cancel(timer) {
  try {
    clearTimeout(timer);
  } catch {
    // as above
  }
}

/** The reasons of signals that have none, as those of some polyfills. @type {WeakMap<AbortSignal, DOMException>} */
const reasons = new WeakMap();

/**
 * Why a signal has aborted.
 * @param {AbortSignal | undefined} signal
 * @returns {unknown}
 */
export function reasonOf(signal) {
  if (!signal || signal.reason !== undefined) return signal?.reason;
  const reason = reasons.get(signal) ?? new DOMException("The operation was aborted.", "AbortError");
  reasons.set(signal, reason);
  return reason;
}

/**
 * Calls a function later. In Node, the timer does not keep the process running.
 * @param {number} ms
 * @param {() => void} call
 */
export function after(ms, call) {
  const timer = setTimeout(call, ms);
  unref(timer);
  return timer;
}

/**
 * Lets Node's process end although a timer is set.
 * @param {unknown} timer
 */
function unref(timer) {
  if (typeof timer === "object") /** @type {{ unref(): void } | null} */ (timer)?.unref();
}

/**
 * Resolves after so many ms.
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const sleep = (ms) => new Promise((done) => void setTimeout(done, ms));
