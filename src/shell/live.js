// @ts-check
import { Announcer } from "./announcer.js";
import { isAuthError, unsupported } from "./auth-error.js";
import { steady, wall } from "./clock.js";
import { encrypted } from "./encrypted.js";
import { Line, Neighbours, hasTabs } from "./do/lines.js";
import { Locks } from "./do/lock.js";
import { Notes } from "./do/note.js";
import { Store } from "./do/store.js";
import { Driver, Task, failureOf } from "./driver.js";
import { Fetcher } from "./fetcher.js";
import { enter } from "./guard.js";
import { parseJson } from "./json.js";
import { names } from "./names.js";
import { pause } from "./wait.js";
import { isHidden, onWakeUps } from "./wake-ups.js";

/**
 * @import { SessionState } from "./hallpass.d.ts"
 * @import { Kept, Machine, Woken } from "./wasm.js"
 * @import { Options } from "./options.js"
 */

// The longest delay that timers take, in ms; a longer one would fire at once.
const LONGEST_DELAY_MS = 2_147_483_647;
// So long a handle rests between two looks at what other tabs have done, in ms: twenty thousand messages are as cheap as one.
const REST_MS = 30;
// A tab that waits for another's turn waits so much longer than the request of the other may take, in ms.
const LONGER_MS = 1_000;

/**
 * @typedef {{ id: ReturnType<typeof setTimeout> | undefined }} Timer
 * @typedef {{ kept: Kept, storage: ConstructorParameters<typeof Store>[0] | undefined, at: object | undefined }} Place
 */

/** Those whose state somebody listens to: a subscription keeps its session. @type {Set<Live>} */
const heard = new Set();

/** Ends what a handle that was dropped has left behind in the page. @type {FinalizationRegistry<() => void> | undefined} */
let dropped;

/**
 * A session that is live in this page: the machine with what the page gives: storage, timer, listeners, other tabs.
 */
export class Live {
  announcer = new Announcer();
  fetcher;
  facts;
  base;
  /** @type {Machine} */
  machine;
  driver;
  options;
  #make;
  #lines;
  #locks;
  #release;
  /** @type {Timer} */
  #timer = { id: undefined };
  #disposed = false;
  /** The state that the page sees, as text. */
  #shown = "";
  /** Whether the handle is looking at what another tab has done; and whether it is to look once more. */
  #hearing = false;
  #again = false;

  /**
   * @param {(kept: Kept) => Machine} make
   * @param {Readonly<Options>} options
   */
  constructor(make, options) {
    const { storage, vendor, base, account, timeoutMs, idleMs } = options;
    const called = names(vendor, base.prefix, account);
    const tabs = hasTabs();
    const place = placeOf(storage);
    this.options = options;
    this.base = base;
    this.fetcher = new Fetcher(options.fetch);
    this.#make = () => enter(() => make(place.kept));
    this.machine = this.#make();
    const facts = parseJson(/** @type {string} */ (enter(() => this.machine.facts())));
    // Without a prototype: what a vendor hasn't is not for the page's Object.prototype to say.
    this.facts = /** @type {import("./driver.js").Facts} */ (/** @type {unknown} */ ({ __proto__: null, .../** @type {object} */ (facts) }));
    const timer = this.#timer;
    // Whoever was given one storage of the caller's shares its session, also on a server.
    const near = tabs || typeof storage === "object";
    const { lines, locks, release } = traces(weak(this), called, place, { tabs, near, timeoutMs, timer });
    this.#lines = lines;
    this.#locks = locks;
    this.#release = release;
    const page = {
      facts: this.facts,
      timeoutMs,
      base,
      described: options.described,
      fetch: () => this.fetcher.now(),
      store: place.storage && new Store(place.storage, called.record, typeof storage === "string"),
      marks: place.storage && idleMs !== undefined ? new Store(place.storage, called.used, true) : undefined,
      notes: place.at && new Notes(called.left, place.at, isShared(place)),
      locks,
      /** @param {"store" | "sign-out"} line */
      tell: (line) => {
        if (line === "sign-out") return lines.own.tell();
        lines.store.tell();
        lines.neighbours?.tell();
      },
    };
    this.driver = new Driver(this.machine, page, (tells) => this.#stir(tells), () => this.#mend());
    this.#listen();
    watchOver()?.register(this, release, this);
  }

  #listen() {
    this.#lines.store.open();
    this.#lines.own.open();
    this.#lines.neighbours?.open();
  }

  /** Restores what the storage holds. Never talks to the vendor. */
  async open() {
    await this.run(this.machine.restore());
    this.publish();
    return this;
  }

  /**
   * Signs out. A fault inside is no reason not to: it is done once more, by a machine that takes over.
   * @param {AbortSignal | undefined} signal
   */
  async signOut(signal) {
    const begin = () => enter(() => this.machine.signOut(!signal?.aborted));
    try {
      return await this.run(begin(), new Task(signal));
    } catch (error) {
      if (signal?.aborted || !isAuthError(error) || error.code !== "internal") throw error;
      this.#mend();
      await this.run(enter(() => this.machine.restore())).catch(() => {});
      return this.run(begin(), new Task(signal));
    }
  }

  /**
   * Runs an operation of the caller's to its end: what it ended with, or a rejection.
   * @param {number} id
   * @param {Task} [task]
   */
  async run(id, task = new Task()) {
    const running = this.driver.run(id, task);
    const { signal } = task;
    if (!signal) return this.#end(await running);
    running.catch(() => {});
    /** @type {() => void} */
    let stop = () => {};
    // What is waited for is ended by the signal, too; but what has to be done to its end is not waited for any longer.
    const aborted = new Promise((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop);
    });
    try {
      if (signal.aborted) throw signal.reason;
      return this.#end(await Promise.race([running, /** @type {Promise<never>} */ (aborted)]));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** @param {import("./driver.js").End} end */
  #end(end) {
    if (end.how === "gave-up") throw end.task.signal?.reason;
    if (end.how === "failed") throw failureOf(end.value, this.facts, end.task);
    return end;
  }

  /**
   * Something in the page says that it is time to look again.
   * @param {string} type
   */
  wake(type) {
    // A page that may be put aside whole and taken up again holds no lock meanwhile, and no line, if it can catch up then.
    if (type === "pagehide") {
      this.#locks.letGo();
      this.#lines.store.close();
      this.#lines.neighbours?.close();
      return;
    }
    if (type === "pageshow") this.#listen();
    this.hear(type === "storage" ? "store" : type === "online" ? "online" : "page");
  }

  /**
   * Looks at the clock and at what other tabs have done. Many who say so at once are as one.
   * @param {Woken} woken
   */
  async hear(woken) {
    if (woken !== "store") return this.#look(woken);
    this.#again = true;
    if (this.#hearing) return;
    this.#hearing = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#look(woken);
        await pause(REST_MS);
      }
    } finally {
      this.#hearing = false;
    }
  }

  /** @param {Woken} woken */
  async #look(woken) {
    try {
      await this.driver.run(enter(() => this.machine.wake(woken, isHidden())), new Task());
    } catch {
      // A fault of its own, which the next caller is told of.
    }
  }

  /**
   * Something that no operation can go on from has happened inside. A new machine takes over what the old one holds, so that
   * the session outlives it.
   */
  #mend() {
    const record = attempt(() => this.machine.record());
    const machine = attempt(this.#make);
    if (!machine) return; // the next call tries again
    this.machine = machine;
    this.driver.use(machine);
    attempt(() => machine.resume(record, wall(), steady()));
    attempt(() => this.publish());
  }

  /**
   * Something may have changed by a step.
   * @param {boolean} tells Whether listeners may be told: not by who holds a lock (R17); that is made up for afterwards.
   */
  #stir(tells) {
    this.driver.runBegun();
    if (tells) this.publish();
  }

  /** The person is there, though no request says so. */
  touch() {
    enter(() => this.machine.touch(wall(), steady()));
    if (enter(() => this.machine.stirred())) this.#stir(true);
  }

  /** Looks at the clock for somebody who only reads the state: listeners are told afterwards, not in the middle of a reading. */
  look() {
    if (!enter(() => this.machine.look(wall(), steady()))) return;
    this.#take();
    queueMicrotask(() => this.#stir(true));
  }

  /** Tells the page when the state has changed, and sets the timer anew. */
  publish() {
    const timer = this.#timer;
    clearTimeout(timer.id);
    const left = this.#disposed ? undefined : enter(() => this.machine.nextEvent(isHidden(), wall(), steady()));
    if (left !== undefined) timer.id = wakeAfter(Math.min(Math.max(left, 0), LONGEST_DELAY_MS), weak(this));
    this.#take();
    this.announcer.tell();
  }

  /** Takes the present state as the one to show, if it is another. */
  #take() {
    const text = /** @type {string} */ (enter(() => this.machine.state()));
    if (text === this.#shown) return;
    this.#shown = text;
    this.announcer.take(/** @type {SessionState} */ (parseJson(text)));
  }

  /** @param {(state: SessionState) => void} listener */
  subscribe(listener) {
    this.inUse();
    this.look();
    // Told to all at once, so that the new one doesn't hear of it twice.
    this.announcer.tell();
    const leave = this.announcer.subscribe(listener);
    heard.add(this);
    return () => {
      leave();
      if (!this.announcer.isHeard) heard.delete(this);
    };
  }

  /** Stops the timer, leaves the other tabs, and forgets the listeners. Stored tokens stay. */
  dispose() {
    this.#disposed = true;
    enter(() => this.machine.dispose());
    this.driver.runBegun();
    dropped?.unregister(this);
    this.#release();
    this.announcer.clear();
    heard.delete(this);
  }

  /**
   * Refuses work after `dispose`, and such as its caller has already given up.
   * @param {AbortSignal} [signal]
   */
  inUse(signal) {
    if (this.#disposed) throw unsupported("This session was disposed; open a new one with openSession.");
    if (signal?.aborted) throw signal.reason;
  }
}

/**
 * Keeps nothing alive, but on a platform that has no weak references: nor does such a one tell when something was dropped.
 * @template {object} T
 * @typedef {Pick<WeakRef<T>, "deref">} Weak
 */

/**
 * @template {object} T
 * @param {T} object
 * @returns {Weak<T>}
 */
function weak(object) {
  return globalThis.WeakRef ? new WeakRef(object) : { deref: () => object };
}

function watchOver() {
  dropped ??= globalThis.FinalizationRegistry && new FinalizationRegistry((release) => release());
  return dropped;
}

/** @param {Place} place */
const isShared = ({ kept }) => kept === "tabs" || kept === "lagging";

/**
 * What a handle leaves in the page: its lines to other tabs, its locks, its listeners. Made apart from the handle, which only
 * a weak reference leads to: a function that is made beside the handle's own would keep it alive.
 * @param {Weak<Live>} weakly
 * @param {ReturnType<typeof names>} called
 * @param {Place} place
 * @param {{ tabs: boolean, near: boolean, timeoutMs: number, timer: Timer }} more `near`: whether handles of this page hear each other
 */
function traces(weakly, called, place, { tabs, near, timeoutMs, timer }) {
  /** @param {Woken} woken */
  const hear = (woken) => void weakly.deref()?.hear(woken);
  const shared = isShared(place);
  const lines = {
    store: new Line(tabs && shared ? called.channel : undefined, () => hear("store")),
    own: new Line(tabs && !shared ? called.own : undefined, () => hear("sign-out")),
    neighbours: near && place.at ? new Neighbours(place.at, called.record, () => hear("store")) : undefined,
  };
  const lags = place.kept === "lagging";
  const locks = new Locks({ key: called.lock, storage: place.at ?? {}, ms: timeoutMs + LONGER_MS, lags, tabs });
  const stop = onWakeUps(called.record, lags, (type) => weakly.deref()?.wake(type));
  const release = () => {
    clearTimeout(timer.id);
    stop();
    lines.store.close();
    lines.own.close();
    lines.neighbours?.close();
    locks.letGo();
  };
  return { lines, locks, release };
}

/**
 * What a call into the WebAssembly gives; undefined where it meets a fault.
 * @template T
 * @param {() => T} call
 * @returns {T | undefined}
 */
function attempt(call) {
  try {
    return enter(call);
  } catch {
    return undefined;
  }
}

// What stands for the page's own storages where handles find each other by what they keep their record in.
const WEB = { session: {}, local: {} };

/**
 * Where a record is kept: how the machine calls it, what is written to, and what it is found by.
 * @param {Options["storage"]} storage
 * @returns {Place}
 */
function placeOf(storage) {
  switch (storage) {
    case "memory":
      return { kept: "memory", storage: undefined, at: undefined };
    case "session":
      return { kept: "page", storage: "sessionStorage", at: WEB.session };
    case "local":
      return { kept: "lagging", storage: "localStorage", at: WEB.local };
    case "encrypted":
      return { kept: "tabs", storage: encrypted, at: encrypted };
    default:
      return { kept: "tabs", storage, at: storage };
  }
}

/**
 * A timer that doesn't keep its session alive, nor, in Node, the process.
 * @param {number} ms
 * @param {Weak<Live>} weakly
 */
function wakeAfter(ms, weakly) {
  const timer = setTimeout(() => void weakly.deref()?.hear("timer"), ms);
  if (typeof timer === "object") /** @type {{ unref(): void }} */ (timer).unref();
  return timer;
}
