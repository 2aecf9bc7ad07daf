/**
 * A bound on waiting: so many ms, and the caller's signal. What it guards is settled when the bound is reached, also
 * where the thing waited for ignores being aborted (an instrumented fetch, a storage of the caller's).
 */
export class Deadline {
  #controller = new AbortController();
  #reached;
  #timer;
  #signal;

  /** "timeout" or "abort" once the bound is reached. */
  ended = "";

  constructor(ms, signal) {
    this.#signal = signal;
    this.#reached = new Promise((_, reject) => {
      this.#controller.signal.addEventListener("abort", () => reject(this.#controller.signal.reason), { __proto__: null, once: true });
    });
    this.#reached.catch(() => {});
    if (ms !== undefined) this.#timer = setTimeout(() => this.end("timeout"), ms);
    if (signal?.aborted) this.end("abort");
    else signal?.addEventListener("abort", this.#abort);
  }

  #abort = () => this.end("abort");

  /** Aborts with the bound. */
  get signal() {
    return this.#controller.signal;
  }

  /** The caller's own reason, of whatever type. */
  get reason() {
    return this.#signal?.reason;
  }

  /** The promise, or a rejection when the bound is reached first. */
  guard(promise) {
    return Promise.race([promise, this.#reached]);
  }

  /** Reaches the bound, or releases what waits for it: nothing more is awaited. */
  end(how) {
    this.ended ||= how;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#controller.abort();
  }
}
