// @ts-check
import { callListener } from "./listener.js";
import { sealed } from "./object.js";

/** @import { SessionState } from "./hallpass.d.ts" */
/** @typedef {(state: SessionState) => void} Listener */

/** The member that applications navigate to. @type {readonly (keyof SessionState)[]} */
const ADDRESSES = ["ssoUrl"];

/** The state as the page last saw it, and who listens. */
export class Announcer {
  /** @type {Set<{ listener: Listener }>} */
  #listeners = new Set();
  #telling = false;
  /** @type {SessionState | undefined} */
  #told;
  /** Whether the last sign-out was one that no machine knows of. */
  #forgotten = false;
  /** @type {SessionState} */
  state = sealed({ status: "signed-out", reason: "never", renewable: false, renewal: "idle" }, ADDRESSES);

  /**
   * Takes a new state without telling anybody yet.
   * @param {SessionState} state
   */
  take(state) {
    this.#forgotten &&= state.status === "signed-out";
    // The machine that has taken over knows of no sign-out.
    if (!this.#forgotten) this.state = sealed(state, ADDRESSES);
    else if (this.state.reason !== "logout") this.state = sealed({ ...state, reason: "logout" }, ADDRESSES);
  }

  /** Nobody is signed in, for a sign-out that no machine knows of: that stays so until somebody signs in. */
  forget() {
    this.#forgotten = true;
    this.take({ status: "signed-out", reason: "logout", renewable: false, renewal: "idle" });
  }

  /** Tells everybody the state, if it is news. */
  tell() {
    // A listener may call any method. A change that it causes is told after the present one, so that all listeners see the same order.
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#told !== this.state) {
        const told = (this.#told = this.state);
        for (const one of [...this.#listeners]) {
          if (this.#listeners.has(one)) callListener(one.listener, told);
        }
      }
    } finally {
      this.#telling = false;
    }
  }

  get hasListeners() {
    return this.#listeners.size > 0;
  }

  /**
   * Adds a listener and calls it at once. Returns the unsubscribe function.
   * @param {Listener} listener
   */
  subscribe(listener) {
    const one = { listener };
    this.#listeners.add(one);
    callListener(listener, this.state);
    return () => {
      // First: the page may have replaced what follows by something that throws.
      one.listener = () => {};
      this.#listeners.delete(one);
    };
  }

  clear() {
    this.#listeners.clear();
  }
}
