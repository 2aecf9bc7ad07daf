import { Announcer } from "./announcer.js";
import { failure, mistake, unsupported } from "./auth-error.js";
import { readText } from "./body.js";
import { enter } from "./guard.js";
import { Answer } from "./hallpass_wasm.js";
import { isObject, member } from "./object.js";
import { Deadline, genuine } from "./wait.js";

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
    let text;
    try {
      text = await this.#store.read();
      if (text !== undefined) this.core.restore(text);
    } catch {
      this.core.storageWorks(false);
    }
    this.publish();
    // What can't be used any more does not lie about.
    if (text !== undefined && !this.core.isSignedIn()) await this.save();
    return this;
  }

  /** Signs in, once. Resolves to where the vendor wants the user to go next, if anywhere. */
  async login(credentials, signal) {
    this.inUse();
    if (!isObject(credentials)) throw mistake("credentials", "an object with username and password");
    const values = ["username", "password", "database", "redirectionToken"].map((name) => member(credentials, name));
    let attempt;
    const answer = await this.#ask("login", signal, (deadline) => {
      const request = this.core.loginRequest(...values, this.#endpoints.login, deadline.signal);
      attempt = this.core.attempt();
      this.#login?.end("superseded");
      this.#login = deadline;
      return request;
    });
    const redirectTo = this.core.loginReply(attempt, answer);
    await this.#saved(signal);
    if (this.core.attempt() !== attempt) throw this.failure("superseded", "login");
    return redirectTo;
  }

  /** Renews now. Callers at the same time share one request. */
  async refresh(signal) {
    this.inUse();
    if (!this.facts.renewable) throw this.failure("not-renewable", "refresh");
    if (!this.core.isSignedIn()) this.core.pass(); // throws why
    await this.renew(this.core.epoch(), signal);
  }

  /** Asks the vendor whether the session is alive, and takes its answer over. */
  async check(signal) {
    this.inUse();
    if (signal?.aborted) throw signal.reason;
    if (!this.#endpoints.check) {
      throw unsupported(`${this.facts.title} has no operation that tells whether a session is alive; name one in endpoints.check.`);
    }
    // A cookie may be there although nobody is signed in here. Without a token there is nothing to ask about.
    if (this.facts.header) {
      try {
        while (!this.pass()) await this.ready(signal);
      } catch (error) {
        if (signal?.aborted || this.core.isSignedIn()) throw error;
        return;
      }
    }
    const epoch = this.core.epoch();
    const answer = await this.#ask("check", signal, (deadline) => this.core.checkRequest(this.#endpoints.check, deadline.signal));
    // A new token is a better answer than any about the old one.
    if (this.core.checkReply(epoch, answer)) {
      await this.renew(epoch, signal).catch((error) => {
        if (signal?.aborted || this.core.isSignedIn()) throw error;
      });
    }
    await this.#saved(signal);
  }

  /** Signs out here first, whatever the network says, and then tells the vendor. Resolves to whether it confirmed. */
  async logout(signal) {
    this.inUse();
    this.#login?.end("superseded");
    const told = this.#ask("logout", signal, (deadline) => this.core.logoutRequest(this.#endpoints.logout, deadline.signal));
    told.catch(() => {});
    await this.#saved(signal);
    try {
      const answer = await told;
      return answer !== undefined && this.core.logoutReply(answer);
    } catch {
      // The vendor's silence or its no is no error: the user is signed out all the same.
      if (signal?.aborted) throw signal.reason;
      return false;
    }
  }

  /** Whether a request may go now; false where the token has to be renewed first. Throws where neither. */
  pass() {
    this.inUse();
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
        if (signal?.aborted || error?.code !== "superseded") throw error;
      }
    }
    if (!this.pass()) throw this.failure("session-expired", "request");
  }

  /** Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets. */
  async renew(epoch, signal) {
    if (signal?.aborted) throw signal.reason;
    if (this.#flight?.epoch !== epoch) {
      const flight = { epoch };
      this.#flight = flight;
      flight.done = this.#fly(flight);
      flight.done.catch(() => {});
      this.publish();
    }
    await guarded(signal, this.#flight.done);
  }

  async #fly(flight) {
    try {
      await this.#refresh(flight.epoch);
    } finally {
      if (this.#flight === flight) this.#flight = undefined;
      await this.save();
    }
  }

  async #refresh(epoch) {
    // A vendor may document two forms of one request.
    let again = false;
    do {
      let answer;
      try {
        answer = await this.#ask("refresh", undefined, (deadline) =>
          this.core.refreshRequest(epoch, this.#endpoints.refresh, deadline.signal),
        );
      } catch (error) {
        throw this.core.refreshFailed(epoch, error.code === "timeout", chance()) ? error : this.failure("superseded", "refresh");
      }
      if (!answer) throw this.failure(this.core.refreshGone(epoch) ? "session-expired" : "superseded", "refresh");
      again = this.core.refreshReply(epoch, answer, again, chance());
    } while (again);
  }

  /** Makes a request of hallpass's own, sends it and reads its reply, within a deadline. Undefined: there was none to make. */
  async #ask(operation, signal, make) {
    const deadline = new Deadline(this.timeoutMs, signal);
    try {
      const request = make(deadline);
      if (deadline.ended === "abort") throw deadline.reason;
      return request && (await this.#exchange(operation, request, deadline));
    } finally {
      deadline.end("done");
    }
  }

  async #exchange(operation, request, deadline) {
    const guard = (promise) => deadline.guard(promise);
    try {
      const response = genuine(await guard(fetch(request)));
      const text = await readText(response.body, LONGEST_REPLY, guard);
      return new Answer(response, text);
    } catch (cause) {
      if (deadline.ended === "abort") throw deadline.reason;
      throw this.failure(deadline.ended || "network", operation, deadline.ended ? undefined : cause);
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

  /** `save`, waited for no longer than the caller's signal lets. */
  #saved(signal) {
    return guarded(signal, this.save());
  }

  /** Looks at the clock: the session may have come to its end, or its token may be due for renewal. */
  tick() {
    if (this.core.tick()) this.save();
    if (!this.#disposed && this.core.renewalDue()) this.renew(this.core.epoch()).catch(() => {});
  }

  /** Looks at the clock for somebody who only reads the state: listeners are told afterwards, not in the middle of a reading. */
  look() {
    if (!this.core.tick()) return;
    this.#take();
    queueMicrotask(() => this.save());
  }

  /** Tells the page when the state has changed, and sets the timer anew. */
  publish() {
    clearTimeout(this.#timer);
    const next = this.#disposed ? undefined : this.core.nextEvent();
    if (next !== undefined) {
      this.#timer = wake(new WeakRef(this), Math.min(Math.max(next - Date.now(), 0), LONGEST_DELAY_MS));
    }
    this.#take();
    this.announcer.tell();
  }

  /** Takes the present state as the one to show, if it is another. */
  #take() {
    const state = { ...this.core.state() };
    const shown = this.announcer.state ?? {};
    const names = Object.keys({ ...shown, ...state });
    if (names.some((name) => state[name] !== shown[name])) this.announcer.take(state);
  }

  /** Stops the timer and forgets the listeners. Stored tokens stay. */
  dispose() {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.announcer.clear();
  }

  failure(code, operation, cause) {
    return failure({ __proto__: null, code, vendor: this.facts.vendor, cause }, this.facts.title, operation);
  }

  /** Refuses work after `dispose`. */
  inUse() {
    if (this.#disposed) throw unsupported("This session was disposed; open a new one with openSession.");
  }
}

/** A promise, waited for no longer than the caller's signal lets. */
async function guarded(signal, promise) {
  const deadline = new Deadline(undefined, signal);
  try {
    return await deadline.guard(promise);
  } catch (error) {
    throw deadline.ended ? deadline.reason : error;
  } finally {
    deadline.end("done");
  }
}

/** A random number from 0 to 1. */
const chance = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;

/** A timer that doesn't keep its session alive, nor, in Node, the process. */
function wake(weakly, ms) {
  const timer = setTimeout(() => {
    const live = weakly.deref();
    if (!live) return;
    enter(() => {
      live.tick();
      live.publish();
    });
  }, ms);
  timer.unref?.();
  return timer;
}
