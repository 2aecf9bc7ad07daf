/**
 * A bound on waiting: so many ms, and the caller's signal. What it guards is settled when the bound is reached, also where
 * the thing waited for ignores being aborted (an instrumented fetch, a storage of the caller's).
 */
export class Deadline {
  #controller;
  #reached;
  #reach;
  #timer;
  #from;

  /** Why it was reached: "timeout", "abort" or "superseded"; "done" when it was released. */
  ended = "";

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

  /** Begins anew, with so many ms from now on. */
  extend(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end("timeout"), ms);
  }

  /** Aborts with the bound. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.ended) this.#controller.abort();
    return this.#controller.signal;
  }

  /** The caller's own reason, of whatever type. */
  get reason() {
    return this.#from?.reason;
  }

  /** The promise, or a rejection when the bound is reached first. */
  guard(promise) {
    return Promise.race([promise, this.#reached]);
  }

  /** The same of the last promise that it guards: then the bound is released. */
  async finish(promise) {
    try {
      return await this.guard(promise);
    } finally {
      this.end("done");
    }
  }

  /** Reaches the bound, or releases it: what still waits is rejected, and nothing is left behind. */
  end(how) {
    if (this.ended) return;
    this.ended = how;
    clearTimeout(this.#timer);
    this.#from?.removeEventListener("abort", this.#abort);
    this.#controller?.abort();
    // A stack takes longer to make than all else in here, and nobody waits for what was released.
    this.#reach(how === "done" ? undefined : new Error(how));
  }
}

/** A Response that is one. What an instrumented fetch answers with may be anything. */
export function genuine(response) {
  if (response instanceof Response) return response;
  throw new TypeError("fetch answered with no Response");
}

/** A promise, waited for no longer than the caller's signal lets. */
export async function guarded(signal, promise) {
  const deadline = new Deadline(undefined, signal);
  try {
    return await deadline.finish(promise);
  } catch (error) {
    throw deadline.ended === "abort" ? deadline.reason : error;
  }
}

/** So many ms. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
