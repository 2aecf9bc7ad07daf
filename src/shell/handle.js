// @ts-check
import { Announcer } from "./announcer.js";
import { disposed, isAuthError } from "./auth-error.js";
import { steady, wall } from "./clock.js";
import { VENDORS } from "./credentials.js";
import { hasTabs } from "./do/lines.js";
import { Notes } from "./do/note.js";
import { Store } from "./do/store.js";
import { Driver, failureOf } from "./driver.js";
import { Fetcher } from "./fetcher.js";
import { enter, hasRoom, internal } from "./guard.js";
import { parseJson } from "./json.js";
import { isShared, keepingOf } from "./keeping.js";
import { names } from "./names.js";
import { withoutPrototype } from "./object.js";
import { resources, weak } from "./resources.js";
import { Task } from "./task.js";
import { LONGEST_DELAY_MS, after, cancel, reasonOf, sleep } from "./wait.js";
import { isHidden } from "./wake-ups.js";

/**
 * @import { SessionState } from "./hallpass.d.ts"
 * @import { Kept, Machine, Woken } from "./wasm.js"
 * @import { Options } from "./options.js"
 * @import { Timer, Weak } from "./resources.js"
 * @import { Facts } from "./effects.js"
 * @import { End } from "./task.js"
 */

// How long a handle rests between two looks at what other tabs have done, in ms. It makes twenty thousand messages as cheap as one.
const REST_MS = 30;
// How long after a fault another machine is tried to be made where that has failed, in ms.
const REPAIR_MS = 1_000;

/** The sessions that have subscribers. The set keeps them from being garbage-collected. @type {Set<Handle>} */
const subscribed = new Set();

/** Releases what a garbage-collected handle has left behind in the page. @type {FinalizationRegistry<() => void> | undefined} */
let registry;

/**
 * A session's handle in this page. It joins the machine to the storage, the timer, the listeners and the other tabs.
 */
export class Handle {
  announcer = new Announcer();
  fetcher;
  facts;
  base;
  /** @type {Machine} */
  machine;
  driver;
  options;
  #environment;
  /** Whether other tabs see the record. */
  #isShared;
  #make;
  #lines;
  #locks;
  #release;
  /** @type {Timer} */
  #timer = { id: undefined };
  #disposed = false;
  /** The state that the page sees, as text. */
  #shown = "";
  /** Whether the handle is looking at what other tabs have done, and whether it has to look once more after that. */
  #hearing = false;
  #again = false;
  /** Whether no machine could be made after a fault, as the page had replaced what that takes. */
  #broken = false;
  /** Whether the next machine takes nothing over from this one, as somebody has signed out. */
  #forgets = false;
  /** Whether a change is still to be shown, as the page had replaced what that takes. */
  #missed = false;

  /**
   * @param {(kept: Kept) => Machine} make
   * @param {Readonly<Options>} options
   */
  constructor(make, options) {
    const { storage, vendor, base, account, timeoutMs, idleMs } = options;
    const family = options.signs ? "wallet" : options.described && Object.hasOwn(VENDORS, vendor) ? "own" : "";
    const sessionNames = names(vendor, base.prefix, account, family);
    const tabs = hasTabs();
    const keeping = keepingOf(storage);
    const { storage: place, at = {} } = keeping;
    this.options = options;
    this.base = base;
    this.fetcher = new Fetcher(options.fetch);
    this.#isShared = isShared(keeping);
    this.#make = () => enter(() => make(keeping.kept));
    this.machine = this.#make();
    const facts = parseJson(/** @type {string} */ (enter(() => this.machine.facts())));
    // Without a prototype: a fact that the vendor lacks must not be read from the page's Object.prototype.
    this.facts = /** @type {Facts} */ (withoutPrototype(/** @type {object} */ (facts)));
    this.fetcher.header = this.facts.header;
    const timer = this.#timer;
    // A storage of the caller's is shared by whoever was given it, also on a server.
    const near = tabs || typeof storage === "object";
    const { lines, locks, release } = resources(weak(this), sessionNames, keeping, { tabs, near, timeoutMs, timer });
    this.#lines = lines;
    this.#locks = locks;
    this.#release = release;
    /** @type {import("./effects.js").Environment} */
    const environment = (this.#environment = {
      facts: this.facts,
      timeoutMs,
      base,
      described: options.described,
      fetch: () => this.fetcher.now(),
      store: place && new Store(place, at, sessionNames.record, typeof storage === "string"),
      marks: place && idleMs !== undefined ? new Store(place, at, sessionNames.used, true) : undefined,
      notes: keeping.at && new Notes(sessionNames.note, keeping.at, this.#isShared),
      locks,
      /** @param {"store" | "neighbours" | "sign-out"} line */
      tell: (line) => {
        lines.neighbours?.tell(line === "store" ? line : "neighbours");
        if (line === "store") lines.store.tell();
        if (line === "sign-out") lines.signOut.tell();
      },
    });
    this.driver = new Driver(this.machine, environment, (tells) => this.#changed(tells), () => this.#replaceMachine());
    this.#listen();
    handleRegistry()?.register(this, release, this);
  }

  #listen() {
    this.#lines.store.open();
    this.#lines.signOut.open();
    this.#lines.neighbours?.open();
  }

  /** Restores what the storage holds. Sends the vendor nothing, except to revoke a session that has outlasted idleMs or maxAgeMs. */
  async open() {
    await this.run(enter(() => this.machine.restore()));
    this.publish();
    return this;
  }

  /**
   * Signs out. After a fault inside, a new machine takes over and signs out once more.
   * @param {AbortSignal | undefined} signal
   */
  async signOut(signal) {
    const begin = () => enter(() => this.machine.signOut(!signal?.aborted));
    try {
      return await this.run(begin(), new Task(signal));
    } catch (error) {
      if (signal?.aborted || !isAuthError(error) || error.code !== "internal") throw error;
      this.#replaceMachine();
      try {
        if (!this.#isReplaced) await this.run(enter(() => this.machine.restore()));
      } catch {
        // What the new machine has taken over is signed out all the same.
      }
      try {
        return await this.run(begin(), new Task(signal));
      } catch (again) {
        if (isAuthError(again) && again.code === "internal") await this.#forget();
        throw again;
      }
    }
  }

  /**
   * The last resort of a sign-out that the WebAssembly can't do, such as where the page has replaced what carries texts out of it: nobody is
   * signed in here any more, and nothing stays in the storage. The vendor isn't told.
   */
  async #forget() {
    if (this.#isReplaced) return; // what is stored is another user's
    this.#forgets = true;
    unlessFault(() => this.announcer.forget());
    this.#replaceMachine();
    unlessFault(() => this.announcer.tell());
    const { store, tell } = this.#environment;
    try {
      await store?.write(undefined, true, undefined);
    } catch {
      // It fails, too.
    }
    unlessFault(() => tell(this.#isShared ? "store" : "sign-out"));
  }

  /**
   * Runs an operation of the caller's to its end. Resolves to how it ended; rejects where it failed or was given up.
   * @param {number} id
   * @param {Task} [task]
   */
  async run(id, task = new Task()) {
    try {
      return await this.#run(id, task);
    } catch (error) {
      // The caller's own reason, and what his function for the prompt has thrown, are his. All else has a type.
      const own = isAuthError(error) || (task.signal?.aborted && Object.is(error, reasonOf(task.signal))) || (task.thrown && Object.is(error, task.thrown.error));
      throw own ? error : internal(error);
    }
  }

  /**
   * @param {number} id
   * @param {Task} task
   */
  async #run(id, task) {
    const running = this.driver.run(id, task);
    const { signal } = task;
    if (!signal) return this.#end(await running);
    running.catch(() => {});
    /** @type {() => void} */
    let stop = () => {};
    // The operation stops at the signal by itself where it may. Where it has to go on to its end, the caller waits no longer.
    const aborted = new Promise((_, reject) => {
      stop = () => reject(reasonOf(signal));
      signal.addEventListener("abort", stop);
    });
    try {
      if (signal.aborted) throw reasonOf(signal);
      return this.#end(await Promise.race([running, /** @type {Promise<never>} */ (aborted)]));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** @param {End} end */
  #end(end) {
    if (end.how === "given-up") throw reasonOf(end.task.signal);
    if (end.how === "failed") throw failureOf(end.value, this.facts, end.task);
    return end;
  }

  /**
   * An event of the page says that it is time to look again.
   * @param {string} type
   */
  wake(type) {
    // The page may go into the back/forward cache. There it must hold no lock, and it leaves the lines whose news it can catch up on
    // at `pageshow`; it could not catch up on a sign-out.
    if (type === "pagehide" || type === "freeze") {
      this.#locks.letGo();
      this.#lines.store.close();
      this.#lines.neighbours?.close();
      return;
    }
    const back = type === "pageshow" || type === "resume" || type === "prerenderingchange";
    if (back) this.#listen();
    // Also in the background, what was missed meanwhile is caught up on.
    this.hear(back || type === "storage" ? "store" : type === "online" ? "online" : "page");
  }

  /**
   * Looks at the clock and at what other tabs have done. Many calls at the same time cost no more than one.
   * @param {Woken} woken
   */
  async hear(woken) {
    if (woken !== "store") return this.#wake(woken);
    this.#again = true;
    if (this.#hearing) return;
    this.#hearing = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#wake(woken);
        await sleep(REST_MS).catch(() => {}); // the page has replaced the timers
      }
    } finally {
      this.#hearing = false;
    }
  }

  /** @param {Woken} woken */
  async #wake(woken) {
    try {
      this.#repair();
      await this.driver.run(enter(() => this.machine.wake(woken, isHidden())), new Task());
    } catch {
      // A fault inside. Nobody waits for this look; the next caller hears of the fault.
    }
  }

  /** Tries once more what could not be done after a fault. */
  #repair() {
    if (this.#broken) this.#replaceMachine();
  }

  /**
   * After a fault inside, no operation can go on. A new machine takes over what the old one holds, so that the session survives.
   */
  #replaceMachine() {
    const record = this.#forgets ? undefined : unlessFault(() => this.machine.record());
    const machine = unlessFault(this.#make);
    this.driver.replaceMachine(machine);
    this.#broken = !machine;
    if (!machine) {
      cancel(this.#timer.id);
      if (!this.#disposed) this.#timer.id = unlessFault(() => wakeAfter(REPAIR_MS, weak(this)));
      return;
    }
    this.machine = machine;
    this.#forgets = false;
    // First: nobody has used what is disposed of.
    if (this.#disposed) unlessFault(() => machine.dispose());
    unlessFault(() => machine.resume(record, this.#isReplaced, wall(), steady()));
    unlessFault(() => this.#show());
    // Listeners are told afterwards: this may be in the middle of reading the state.
    unlessFault(() => queueMicrotask(() => this.#changed(true)));
  }

  /**
   * A step may have changed something.
   * @param {boolean} tells Whether listeners may be told. Not while the lock is held (R17): they are told when it is given back.
   */
  #changed(tells) {
    const follow = () => {
      this.driver.runBegun();
      if (tells) this.publish();
      this.#missed = false;
    };
    try {
      follow();
    } catch {
      // The stack is at its end, or the page has replaced what throws now. That is no matter of the operation that was stepped.
      this.#missed = true;
      queueMicrotask(() => unlessFault(follow));
    }
  }

  /** The person is there, though no request says so. */
  touch() {
    if (!hasRoom()) return queueMicrotask(() => unlessFault(() => this.touch()));
    enter(() => this.machine.touch(wall(), steady()));
    if (enter(() => this.machine.takeStirred())) this.#changed(true);
  }

  /**
   * Looks at the clock before the state is read. Listeners are told afterwards, not in the middle of reading. Where the stack has no room
   * for that, the next use does it.
   */
  look() {
    if (!hasRoom()) return;
    this.#repair();
    if (!enter(() => this.machine.lookAtClock(wall(), steady())) && !this.#missed) return;
    this.#show();
    queueMicrotask(() => this.#changed(true));
  }

  /** Tells the listeners if the state has changed, and sets the timer anew. */
  publish() {
    this.#show();
    const timer = this.#timer;
    cancel(timer.id);
    const delay = this.#disposed ? undefined : enter(() => this.machine.nextEvent(isHidden(), wall(), steady()));
    if (delay !== undefined) timer.id = wakeAfter(Math.min(Math.max(delay, 0), LONGEST_DELAY_MS), weak(this));
    this.announcer.tell();
  }

  /** Shows the present state from now on, if it has changed. */
  #show() {
    const text = /** @type {string} */ (enter(() => this.machine.state()));
    if (text === this.#shown) return;
    this.announcer.take(/** @type {SessionState} */ (parseJson(text)));
    this.#shown = text;
  }

  /** Whether another user's session has replaced this one's. */
  get #isReplaced() {
    return this.announcer.state.reason === "replaced";
  }

  /** @param {(state: SessionState) => void} listener */
  subscribe(listener) {
    this.mustBeOpen();
    this.look();
    // The others are told first, so that the new listener doesn't hear of this state twice.
    this.announcer.tell();
    // First: the listener is called at once, and may dispose of the session.
    subscribed.add(this);
    const leave = this.announcer.subscribe(listener);
    return () =>
      enter(() => {
        leave();
        if (!this.announcer.hasListeners) subscribed.delete(this);
      });
  }

  /** Stops the timer, leaves the other tabs, and forgets the listeners. Stored tokens stay. */
  dispose() {
    this.#disposed = true;
    if (!hasRoom()) return queueMicrotask(() => unlessFault(() => this.dispose()));
    try {
      enter(() => this.machine.dispose());
      unlessFault(() => this.driver.stopWaits());
      this.driver.runBegun();
    } finally {
      // Also after a fault: what nobody uses any more must neither hear nor tell of anything.
      unlessFault(() => this.announcer.clear());
      unlessFault(() => subscribed.delete(this));
      this.#release();
      unlessFault(() => registry?.unregister(this));
    }
  }

  /**
   * Refuses a call after `dispose`, and one whose signal is already aborted.
   * @param {AbortSignal} [signal]
   */
  mustBeOpen(signal) {
    if (this.#disposed) throw disposed();
    if (signal?.aborted) throw reasonOf(signal);
    this.#repair();
  }
}

function handleRegistry() {
  registry ??= globalThis.FinalizationRegistry && new FinalizationRegistry((release) => release());
  return registry;
}

/**
 * Runs something; undefined where it throws.
 * @template T
 * @param {() => T} call
 * @returns {T | undefined}
 */
function unlessFault(call) {
  try {
    return enter(call);
  } catch {
    return undefined;
  }
}

/**
 * A timer that doesn't keep its session alive, nor, in Node, the process.
 * @param {number} ms
 * @param {Weak<Handle>} weakHandle
 */
const wakeAfter = (ms, weakHandle) => after(ms, () => void weakHandle.deref()?.hear("timer"));
