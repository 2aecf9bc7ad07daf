import { Announcer } from "./announcer.js";
import { failure, mistake, unsupported } from "./auth-error.js";
import { enter } from "./guard.js";
import { Lag } from "./lock.js";
import { isObject, member } from "./object.js";
import { randomNumber } from "./random.js";
import { Renewal } from "./renewal.js";
import { Tabs, hasTabs } from "./tabs.js";
import { ask } from "./vendor-call.js";
import { guarded } from "./wait.js";
import { isHidden, onWakeUps } from "./wake-ups.js";

// The longest delay that timers take, in ms; a longer one would fire at once.
const LONGEST_DELAY_MS = 2_147_483_647;

// What `Core::tick` says of a session that is over. Else: 0, or that a renewal is due.
const ENDED = 1;

// Ends what a handle that was dropped has left behind in the page.
const dropped = new FinalizationRegistry((release) => release());

/**
 * A session that is live in this page: the rules of the WebAssembly (`core`) with what the page gives: the storage, a timer,
 * listeners, and promises that many callers share.
 */
export class Live {
  // Each is declared: assigned, it would run into a setter that the page put on Object.prototype.
  announcer = new Announcer();
  core;
  facts;
  base;
  store;
  timeoutMs;
  #endpoints;
  #renewal;
  #tabs;
  #release;
  #timer = { __proto__: null };
  #lag = new Lag();
  #disposed = false;
  /** The state that the page sees, as text. */
  #shown;
  /** The login under way, for a newer one or a logout to end. */
  #login;

  constructor({ core, facts, base, endpoints, store, timeoutMs, key }) {
    this.core = core;
    this.facts = facts;
    this.base = base;
    this.timeoutMs = timeoutMs;
    this.store = store;
    this.#endpoints = endpoints;
    this.#renewal = new Renewal(this, endpoints.refresh, key, this.#lag);
    this.#listen(key);
  }

  /** Hears of other tabs and of the page's waking up. What is heard does not keep the session alive. */
  #listen(key) {
    const weakly = new WeakRef(this);
    const hear = (type) => {
      const live = weakly.deref();
      if (live) enter(() => live.#heard(type).catch(() => {}));
    };
    // What is kept for this tab alone has one thing to tell the others: that the user signed out.
    const name = this.store.shared ? key : `${key}:own`;
    const tabs = new Tabs(hasTabs() ? name : undefined, () => hear("changed"));
    const timer = this.#timer;
    const lag = this.#lag;
    const stopWakeUps = onWakeUps(key, this.store.lags, hear);
    this.#tabs = tabs;
    this.#release = () => {
      clearTimeout(timer.id);
      stopWakeUps();
      tabs.close();
      lag.end();
    };
    tabs.open();
    dropped.register(this, this.#release, this);
  }

  async #heard(type) {
    const { core, store } = this;
    const told = type === "changed" || type === "storage";
    if (told && !store.shared) {
      // The vendor is told of this tab's own token. A cookie may be a newer login's by now.
      if (type === "changed" && core.isSignedIn()) await this.#signOut(undefined, this.facts.header && this.#endpoints.logout);
      return;
    }
    // A page that may be put aside whole and taken up again holds no lock meanwhile, and no line, if it can catch up then.
    if (type === "pagehide") {
      this.#lag.end();
      return store.shared && this.#tabs.close();
    }
    if (type === "pageshow") this.#tabs.open();
    if (type === "online") core.reachable();
    this.publish();
    if (isHidden() && !told) return;
    await this.follow(true);
    this.tick();
    this.publish();
  }

  /** Restores what the storage holds. Never talks to the vendor. */
  async open() {
    try {
      await this.store.open();
      if (!this.store.left) this.core.follow(this.store.text);
    } catch {
      this.core.storageWorks(false);
    }
    this.publish();
    // What can't be used any more does not lie about.
    if (this.store.text !== undefined && !this.core.isSignedIn()) await this.save();
    return this;
  }

  /** Signs in, once. Resolves to where the vendor wants the user to go next, if anywhere. */
  async login(credentials, signal) {
    // Before it makes an earlier login the older one.
    this.inUse(signal);
    if (!isObject(credentials)) throw mistake("credentials", "an object with username and password");
    const values = ["username", "password", "database", "redirectionToken"].map((name) => member(credentials, name));
    let attempt;
    const answer = await ask(this, "login", signal, (deadline) => {
      const request = this.core.loginRequest(...values, this.#endpoints.login, deadline.signal);
      attempt = this.core.attempt();
      this.#login?.end("superseded");
      this.#login = deadline;
      return request;
    });
    const redirectTo = this.core.loginReply(attempt, answer, randomNumber());
    await guarded(signal, this.save(true));
    if (this.core.attempt() !== attempt) throw this.failure("superseded", "login");
    return redirectTo;
  }

  /** Renews now. Callers at the same time share one request. */
  async refresh(signal) {
    this.inUse(signal);
    if (!this.facts.renewable) throw this.failure("not-renewable", "refresh");
    if (!this.core.isSignedIn()) this.core.pass(); // throws why
    await this.renew(this.core.epoch(), signal);
  }

  /** Asks the vendor whether the session is alive, and takes its answer over. */
  async check(signal) {
    this.inUse(signal);
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
    const answer = await ask(this, "check", signal, (deadline) => this.core.checkRequest(this.#endpoints.check, deadline.signal));
    // A new token is a better answer than any about the old one.
    if (this.core.checkReply(epoch, answer)) {
      await this.renew(epoch, signal).catch((error) => {
        if (signal?.aborted || this.core.isSignedIn()) throw error;
      });
    }
    await guarded(signal, this.save());
  }

  /** Signs out here and in the other tabs first, whatever the network says. Resolves to whether the vendor confirmed. */
  async logout(signal) {
    this.inUse();
    if (!this.store.shared) this.#tabs.tell();
    return this.#signOut(signal, this.#endpoints.logout);
  }

  async #signOut(signal, endpoint) {
    this.#login?.end("superseded");
    this.store.leave(this.core.record()?.login);
    const told = ask(this, "logout", signal, (deadline) => this.core.logoutRequest(endpoint, deadline.signal));
    told.catch(() => {});
    await guarded(signal, this.save(true));
    try {
      const answer = await told;
      return answer !== undefined && this.core.logoutReply(answer);
    } catch {
      // The vendor's silence or its no is no error: the user is signed out all the same.
      if (signal?.aborted) throw signal.reason;
      return false;
    } finally {
      // A renewal of another tab's may have written after all.
      this.follow().then(() => this.publish());
    }
  }

  /**
   * Whether a request may go now; false where the token has to be renewed first. Throws where neither. `asked`: the state in
   * which it was asked for. What was asked for one user is not sent as another.
   */
  pass(asked = this.announcer.state) {
    this.inUse();
    this.tick();
    const goes = this.core.pass();
    const { user, database } = this.announcer.state;
    if (asked.user !== user || asked.database !== database) throw this.failure("superseded", "request");
    return goes;
  }

  /** Waits until a request may go, renewing if need be. Resolves to whether it was. */
  async ready(signal) {
    let renewed = false;
    // A second renewal in one call would be a loop: the vendor grants tokens that are over at once.
    for (let tries = 0; !this.pass(); tries++) {
      if (renewed || tries > 2) throw this.failure("session-expired", "request");
      try {
        renewed = await this.renew(this.core.epoch(), signal);
      } catch (error) {
        if (signal?.aborted || error?.code !== "superseded") throw error;
      }
    }
    return renewed;
  }

  /** As `Renewal.renew`. */
  renew(epoch, signal) {
    return this.#renewal.renew(epoch, signal);
  }

  /** Takes over what another tab has written to the storage. `again`: also where that failed the last time. */
  async follow(again) {
    try {
      if (await this.store.look(again)) await this.#takeOver();
    } catch {
      this.core.storageWorks(false);
    }
  }

  /** Takes over what lies in the storage now. */
  async #takeOver() {
    // A login or a logout of this tab's is later than what it is about to replace.
    if (this.store.claimed) return;
    if (!this.core.follow(this.store.text)) await this.save();
  }

  /** Publishes the state and keeps it. */
  async save(over) {
    this.publish();
    await this.keep(over);
    this.publish();
  }

  /** Writes what is held to the storage, or deletes it. `over`: also over what another tab has written since. */
  async keep(over) {
    const { core, store } = this;
    // Where another user's session has replaced this tab's, that one is not this tab's to delete, nor to write over.
    const replaced = () => core.state().reason === "replaced";
    const make = () => (replaced() ? store.text : JSON.stringify(core.record()));
    try {
      const outcome = await store.write(make, over && !replaced());
      if (outcome === "overtaken") await this.#takeOver();
      if (outcome !== "written") return;
      core.storageWorks(true);
    } catch {
      core.storageWorks(false);
      if (!over) return;
    }
    if (store.shared) this.#tabs.tell();
  }

  /** Looks at the clock: the session may have come to its end, or its token may be due for renewal. */
  tick() {
    const found = this.core.tick();
    if (found === ENDED) this.save();
    else if (found && !this.#disposed) this.renew(this.core.epoch()).catch(() => {});
  }

  /** Looks at the clock for somebody who only reads the state: listeners are told afterwards, not in the middle of a reading. */
  look() {
    if (this.core.tick() !== ENDED) return;
    this.#take();
    queueMicrotask(() => this.save());
  }

  /** Tells the page when the state has changed, and sets the timer anew. */
  publish() {
    const timer = this.#timer;
    clearTimeout(timer.id);
    const left = this.#disposed ? undefined : this.core.nextEvent(isHidden());
    if (left !== undefined) timer.id = wakeAfter(Math.min(Math.max(left, 0), LONGEST_DELAY_MS), new WeakRef(this));
    this.#take();
    this.announcer.tell();
  }

  /** Takes the present state as the one to show, if it is another. */
  #take() {
    const state = this.core.state();
    // Compared as text, in which nothing stands that Object.prototype has.
    const text = JSON.stringify(state);
    if (text === this.#shown) return;
    this.#shown = text;
    this.announcer.take({ ...state });
  }

  /** Stops the timer, leaves the other tabs, and forgets the listeners. Stored tokens stay. */
  dispose() {
    this.#disposed = true;
    dropped.unregister(this);
    this.#release();
    this.announcer.clear();
  }

  failure(code, operation, cause) {
    return failure({ __proto__: null, code, vendor: this.facts.vendor, cause }, this.facts.title, operation);
  }

  /** Refuses work after `dispose`, and such as its caller has already given up. */
  inUse(signal) {
    if (this.#disposed) throw unsupported("This session was disposed; open a new one with openSession.");
    if (signal?.aborted) throw signal.reason;
  }
}

/** A timer that doesn't keep its session alive, nor, in Node, the process. */
function wakeAfter(ms, weakly) {
  const timer = setTimeout(() => {
    const live = weakly.deref();
    if (!live) return;
    enter(() => {
      live.tick();
      live.publish();
    });
  }, ms);
  if (typeof timer === "object") timer.unref();
  return timer;
}
