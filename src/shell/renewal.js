import { alone } from "./lock.js";
import { chance } from "./random.js";
import { ask } from "./vendor-call.js";
import { guarded, pause } from "./wait.js";

// What another tab wrote before it gave the lock back takes a moment to show in localStorage, in ms.
const LAG_MS = 40;
// A tab whose token another tab may just have spent waits so many ms for that tab to write down its new one.
const GRACE_MS = 700;

/** Renews a session's tokens: once for all callers of this tab, and with a lock for all tabs that share a storage. */
export class Renewal {
  #live;
  #endpoint;
  #lock;
  #lag;
  /** The renewal under way, and the epoch of the tokens that it renews. */
  #flight;

  /** `lock`: what the names of the locks between tabs begin with. `lag`: what to do about a storage that lags. */
  constructor(live, endpoint, lock, lag) {
    this.#live = live;
    this.#endpoint = endpoint;
    this.#lock = lock;
    this.#lag = lag;
  }

  /**
   * Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets. Resolves to whether the vendor was
   * asked: another tab may have been first.
   */
  async renew(epoch, signal) {
    if (signal?.aborted) throw signal.reason;
    if (this.#flight?.epoch !== epoch) {
      const flight = { epoch, done: undefined };
      this.#flight = flight;
      flight.done = this.#fly(flight);
      flight.done.catch(() => {});
      this.#live.publish();
    }
    return guarded(signal, this.#flight.done);
  }

  async #fly(flight) {
    const { core, store } = this.#live;
    const attempt = core.attempt();
    const failures = core.failures();
    let asked = true;
    core.renewing(true);
    try {
      const { login, renewals } = core.record() ?? {};
      const isOver = async () => {
        await this.#live.follow();
        return core.epoch() !== flight.epoch || core.failures() > failures;
      };
      const place = {
        storage: store.storage,
        key: this.#lock,
        tokens: `${login} ${renewals}`,
        // Longer than the request of a tab that holds the lock may take.
        ms: this.#live.timeoutMs + 1_000,
        lag: store.lags ? this.#lag : undefined,
        isOver,
      };
      await alone(place, async () => {
        if (store.lags) await pause(LAG_MS);
        this.#live.inUse();
        // What another tab has renewed is not renewed again, and what has just failed there fails here. A storage that failed
        // when it was last read is asked all the same: a token that is spent already would end the session.
        await this.#live.follow(true);
        core.shareFailure(failures);
        if (core.epoch() === flight.epoch) await this.#exchange(flight.epoch, attempt).finally(() => this.#live.keep());
        else if (core.attempt() !== attempt) throw this.#superseded();
        else asked = false;
      });
    } finally {
      if (this.#flight === flight) {
        this.#flight = undefined;
        core.renewing(false);
      }
      this.#live.publish();
    }
    if (!core.isSignedIn()) throw this.#superseded();
    return asked;
  }

  async #exchange(epoch, attempt) {
    const { core, store } = this.#live;
    // A vendor may document two forms of one request.
    let again = false;
    do {
      let answer;
      try {
        answer = await ask(this.#live, "refresh", undefined, (deadline) =>
          core.refreshRequest(epoch, this.#endpoint, deadline.signal),
        );
      } catch (error) {
        const counts = error.code === "session-expired" || core.refreshFailed(epoch, error.code === "timeout", chance());
        throw counts ? error : this.#superseded();
      }
      // While it was on its way, another tab may have signed out, or have spent the same token.
      if (store.storage && core.refuses(answer)) await pause(GRACE_MS);
      await this.#live.follow();
      if (core.epoch() !== epoch && core.isSignedIn() && core.attempt() === attempt) return;
      again = core.refreshReply(epoch, answer, again, chance());
    } while (again);
  }

  #superseded() {
    return this.#live.failure("superseded", "refresh");
  }
}
