import { Announcer } from "./announcer.js";
import { failure, unsupported } from "./auth-error.js";
import { readText } from "./body.js";
import { Deadline } from "./wait.js";

// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY = 262_144;

// The longest delay that timers take, in ms; a longer one would fire at once.
const LONGEST_DELAY_MS = 2_147_483_647;

/**
 * A session that is live in this page: the rules of the WebAssembly (`core`) with what the page gives: the storage, a timer,
 * listeners, and promises that many callers share.
 */
export class Live {
  announcer = new Announcer();
  #told;
  #store;
  #endpoints;
  #timer;
  #disposed = false;
  /** The login under way, for a newer one or a logout to end. */
  #login;
  /** The renewal under way, and the epoch of the tokens that it renews. */
  #flight;

  constructor({ core, facts, base, endpoints, store, timeoutMs }) {
    this.core = core;
    this.facts = facts;
    this.base = base;
    this.timeoutMs = timeoutMs;
    this.#store = store;
    this.#endpoints = endpoints;
  }

  /** Restores what the storage holds. Never talks to the vendor. */
  async open() {
    try {
      const text = await this.#store.read();
      if (text !== undefined) this.core.restore(text);
    } catch {
      this.core.storageWorks(false);
    }
    this.publish();
    return this;
  }

  /** Signs in, once. Resolves to where the vendor wants the user to go next, if anywhere. */
  async login(credentials, signal) {
    const deadline = this.#deadline(signal);
    const request = this.core.loginRequest(credentials, this.#endpoints.login, deadline.signal);
    const attempt = this.core.attempt();
    this.#login?.end("superseded");
    this.#login = deadline;
    const reply = await this.#exchange("login", request, deadline);
    const redirectTo = this.core.loginReply(attempt, ...reply);
    await this.save();
    if (this.core.attempt() !== attempt) throw this.failure("superseded", "login");
    return redirectTo;
  }

  /** Renews now. Callers at the same time share one request. */
  async refresh(signal) {
    this.#inUse();
    if (!this.facts.renewable) throw this.failure("not-renewable", "refresh");
    if (!this.core.isSignedIn()) throw this.failure("not-signed-in", "refresh");
    await this.renew(this.core.epoch(), signal);
  }

  /** Asks the vendor whether the session is alive, and takes its answer over. */
  async check(signal) {
    if (!this.#endpoints.check) {
      throw unsupported(`${this.facts.title} has no operation that tells whether a session is alive; name one in endpoints.check.`);
    }
    // A cookie may be there although nobody is signed in here. Without a token there is nothing to ask about.
    if (this.facts.header) {
      try {
        await this.ready(signal);
      } catch (error) {
        if (signal?.aborted || this.core.isSignedIn()) throw error;
        return;
      }
    }
    const deadline = this.#deadline(signal);
    const epoch = this.core.epoch();
    const request = this.core.checkRequest(this.#endpoints.check, deadline.signal);
    const renewToKnow = this.core.checkReply(epoch, ...(await this.#exchange("check", request, deadline)));
    // A new token is a better answer than any about the old one.
    if (renewToKnow) {
      await this.renew(epoch, signal).catch((error) => {
        if (this.core.isSignedIn()) throw error;
      });
    }
    await this.save();
  }

  /** Signs out here first, whatever the network says, and then tells the vendor. Resolves to whether it confirmed. */
  async logout(signal) {
    const deadline = this.#deadline(signal);
    const request = this.core.logoutRequest(this.#endpoints.logout, deadline.signal);
    this.#login?.end("superseded");
    const told = request && this.#exchange("logout", request, deadline);
    told?.catch(() => {});
    await this.save();
    try {
      return request !== undefined && this.core.logoutReply(...(await told));
    } catch {
      // The vendor's silence or its no is no error: the user is signed out all the same.
      if (deadline.ended === "abort") throw deadline.reason;
      return false;
    } finally {
      deadline.end("done");
    }
  }

  /** Whether a request may go now; false where the token has to be renewed first. Throws where neither. */
  pass() {
    this.#inUse();
    this.tick();
    return this.core.pass();
  }

  /** Waits until a request may go, renewing if need be. */
  async ready(signal) {
    // A second renewal in one call would be a loop: the vendor grants tokens that are over at once.
    for (let tries = 0; tries < 2; tries++) {
      if (this.pass()) return;
      try {
        await this.renew(this.core.epoch(), signal);
      } catch (error) {
        if (error?.code !== "superseded") throw error;
      }
    }
    if (!this.pass()) throw this.failure("session-expired", "request");
  }

  /** Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets. */
  async renew(epoch, signal) {
    const deadline = new Deadline(undefined, signal);
    if (deadline.ended) throw deadline.reason;
    if (this.#flight?.epoch !== epoch) {
      const flight = { epoch, done: this.#fly(epoch) };
      this.#flight = flight;
      const land = () => {
        if (this.#flight === flight) this.#flight = undefined;
      };
      flight.done.then(land, land);
      this.publish();
    }
    try {
      await deadline.guard(this.#flight.done);
    } catch (error) {
      throw deadline.ended ? deadline.reason : error;
    } finally {
      deadline.end("done");
    }
  }

  async #fly(epoch) {
    try {
      // A vendor may document two forms of one request.
      let again = false;
      do {
        const deadline = new Deadline(this.timeoutMs);
        const request = this.core.refreshRequest(epoch, this.#endpoints.refresh, deadline.signal);
        if (!request) {
          deadline.end("done");
          throw this.failure(this.core.refreshGone(epoch) ? "session-expired" : "superseded", "refresh");
        }
        const reply = await this.#exchange("refresh", request, deadline).catch((error) => {
          throw this.core.refreshFailed(epoch, error.code === "timeout", chance()) ? error : this.failure("superseded", "refresh");
        });
        again = this.core.refreshReply(epoch, ...reply, again, chance());
      } while (again);
    } finally {
      await this.save();
    }
  }

  /** Sends a request of hallpass's own and reads its reply, within a deadline: the response, and its body's text. */
  async #exchange(operation, request, deadline) {
    try {
      const response = await deadline.guard(fetch(request));
      return [response, await deadline.guard(readText(response.body, LONGEST_REPLY))];
    } catch (cause) {
      if (deadline.ended === "abort") throw deadline.reason;
      throw this.failure(deadline.ended || "network", operation, deadline.ended ? undefined : cause);
    } finally {
      deadline.end("done");
    }
  }

  /** Publishes the state, and writes what is held to the storage, or deletes it. */
  async save() {
    this.publish();
    const record = this.core.record();
    try {
      await this.#store.write(record && JSON.stringify(record));
      this.core.storageWorks(true);
    } catch {
      this.core.storageWorks(false);
    }
    this.publish();
  }

  /** Looks at the clock: the session may have come to its end, or its token may be due for renewal. */
  tick() {
    if (this.core.tick()) this.save();
    if (!this.#disposed && this.core.renewalDue()) this.renew(this.core.epoch()).catch(() => {});
  }

  /** Tells the page when the state has changed, and sets the timer anew. */
  publish() {
    clearTimeout(this.#timer);
    const next = this.#disposed ? undefined : this.core.nextEvent();
    if (next !== undefined) {
      this.#timer = wake(new WeakRef(this), Math.min(Math.max(next - Date.now(), 0), LONGEST_DELAY_MS));
    }
    const state = this.core.state();
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.announcer.tell(state);
  }

  /** Stops the timer and forgets the listeners. Stored tokens stay. */
  dispose() {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.announcer.clear();
  }

  failure(code, operation, cause) {
    return failure({ code, vendor: this.facts.vendor, cause }, this.facts.title, operation);
  }

  #deadline(signal) {
    this.#inUse();
    return new Deadline(this.timeoutMs, signal);
  }

  #inUse() {
    if (this.#disposed) throw unsupported("This session was disposed; open a new one with openSession.");
  }
}

/** A random number from 0 to 1. */
const chance = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;

/** A timer that doesn't keep its session alive, nor, in Node, the process. */
function wake(weakly, ms) {
  const timer = setTimeout(() => {
    const live = weakly.deref();
    live?.tick();
    live?.publish();
  }, ms);
  timer.unref?.();
  return timer;
}
