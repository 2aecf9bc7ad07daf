// @ts-check
import { entries } from "../database.js";
import { Deadline, after, pause } from "../wait.js";

// How often a waiting tab looks whether it still needs its turn, in ms.
const POLL_MS = 60;
// How long a lock is held after its tokens were spent, in ms.
const HOLD_MS = 5_000;

// How long the platform may take to free a lock that was released, in ms.
const GIVEN_MS = 50;

/**
 * One turn at the tokens of a session. `wait` resolves to whether it has come, and rejects where it took too long. `leave` resolves
 * when the lock is free again, or is held on for the other tabs' sake.
 * @typedef {{ wait(): Promise<boolean>, leave(spent: boolean): Promise<unknown> }} Turn
 */

/**
 * Whose turns these are: those who share a session's tokens. `key`: the session's name. `ms`: how long to wait for a turn. `lags`: what
 * one tab writes shows in another only after a moment. `storage`: the object that the tokens are kept in. `tabs`: there may be others.
 * @typedef {{ key: string, storage: object, ms: number, lags: boolean, tabs: boolean }} Place
 */

/** Turns at a session's tokens, one at a time for all tabs. */
export class Locks {
  #place;
  /** @type {Set<() => void>} */
  #kept = new Set();

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
  }

  /**
   * Gets in line for tokens, by a name that only they have. A tab that is closed frees its lock by itself. One that is frozen keeps
   * it (R17): the others stop waiting after `ms`.
   * @param {string} tokens
   * @returns {Turn}
   */
  line(tokens) {
    const place = this.#place;
    if (!place.tabs) return inHere(place);
    const { locks } = navigator;
    return locks ? withLocks(locks, place, tokens, this.#kept) : inDatabase(place, tokens);
  }

  /** Releases the locks that are only held for the other tabs' sake: the page goes. */
  letGo() {
    for (const let_go of this.#kept) let_go();
  }
}

/**
 * By the platform's locks.
 * @param {LockManager} locks
 * @param {Place} place
 * @param {string} tokens
 * @param {Set<() => void>} kept
 * @returns {Turn}
 */
function withLocks(locks, place, tokens, kept) {
  const bound = new Deadline(place.ms);
  /** @type {() => void} */
  let release = () => {};
  /** @type {Promise<void>} */
  const released = new Promise((done) => {
    release = done;
  });
  /** @type {Turn | undefined} */
  let otherwise;
  /** Settles when the platform has freed the lock. @type {Promise<unknown> | undefined} */
  let given;
  /** @type {Promise<boolean>} */
  const had = new Promise((done, fail) => {
    const hold = () => {
      bound.end("done");
      done(true);
      return released;
    };
    // Without a prototype: a `steal` that the page put on Object.prototype would steal the lock.
    const options = /** @type {LockOptions} */ ({ __proto__: null, signal: bound.signal });
    const request = async () => locks.request(`${place.key} ${tokens}`, options, hold);
    given = request();
    bound.guard(given).catch(fail);
  });
  had.catch(() => {});
  return {
    async wait() {
      if (otherwise) return otherwise.wait();
      try {
        // What another tab wrote may show before its lock is free, so the operation looks again from time to time.
        return await (place.lags ? Promise.race([had, pause(POLL_MS).then(() => false)]) : had);
      } catch {
        bound.end("done");
        // It took too long, or locks throw here, as in a sandboxed frame, which has no origin.
        otherwise = inDatabase(place, tokens);
        return otherwise.wait();
      }
    },
    async leave(spent) {
      bound.end("done");
      await otherwise?.leave(spent);
      if (!spent || !place.lags) {
        release();
        await Promise.race([given?.catch(() => {}), pause(GIVEN_MS)]);
        return;
      }
      // Locks are faster than localStorage: on a busy computer, the next tab to hold the lock may still read the old record. So the
      // lock is held for a while, and a tab that waits for it leaves the line as soon as it reads the new one.
      const let_go = () => {
        kept.delete(let_go);
        clearTimeout(timer);
        release();
      };
      const timer = after(HOLD_MS, let_go);
      kept.add(let_go);
    },
  };
}

/**
 * Where the platform has no locks, as for pages by http: by a note in IndexedDB, whose transactions run one after the other for all
 * tabs. After the tokens were spent, the note stays: a tab that sees the new ones late must not spend the old ones again.
 * @param {Place} place
 * @param {string} tokens
 * @returns {Turn}
 */
function inDatabase(place, tokens) {
  const name = `${place.key}:turn`;
  const end = Date.now() + place.ms;
  /** @type {Turn | undefined} */
  let otherwise;
  let had = false;
  return {
    async wait() {
      if (otherwise) return otherwise.wait();
      try {
        had = await take(name, { tokens, end });
      } catch {
        // No IndexedDB either: then at least the handles of this page take turns.
        otherwise = inHere(place);
        return otherwise.wait();
      }
      if (had) return true;
      if (Date.now() >= end) throw "timeout";
      await pause(POLL_MS);
      return false;
    },
    async leave(spent) {
      await otherwise?.leave(spent);
      if (had && !spent) entries("readwrite", (all) => all.delete(name)).catch(() => {});
    },
  };
}

/**
 * Writes a note under a name, unless there is an unexpired one for the same tokens. Resolves to whether it was written.
 * @param {string} name
 * @param {{ tokens: string, end: number }} note
 */
async function take(name, note) {
  let free = false;
  await entries("readwrite", (all) => {
    const request = all.get(name);
    request.onsuccess = () => {
      const there = request.result;
      free = !(there?.tokens === note.tokens && there.end > Date.now());
      if (free) all.put(note, name);
    };
    return request;
  });
  return free;
}

/**
 * The end of the last turn in each queue, by storage and by the session's name.
 * @type {WeakMap<object, Map<string, Promise<void>>>}
 */
const queues = new WeakMap();

/**
 * Within this page, worker or server. Only sessions of one storage wait for each other: on a server, those of the same name in
 * different storages are different people's.
 * @param {Place} place
 * @returns {Turn}
 */
function inHere({ key, storage, ms }) {
  const names = queues.get(storage) ?? new Map();
  queues.set(storage, names);
  const before = names.get(key);
  /** @type {() => void} */
  let leave = () => {};
  /** @type {Promise<void>} */
  const left = new Promise((done) => {
    leave = () => {
      if (names.get(key) === left) names.delete(key);
      done();
    };
  });
  names.set(key, left);
  return {
    wait: async () => {
      await new Deadline(ms).finish(before);
      return true;
    },
    leave: async () => leave(),
  };
}
