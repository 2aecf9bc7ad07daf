// @ts-check
import { entries } from "../database.js";
import { Deadline, after, pause } from "../wait.js";

// How often who waits in line looks whether he still has to, in ms.
const POLL_MS = 60;
// How long a lock is kept after its tokens were spent, in ms.
const HOLD_MS = 5_000;

// How long it may take the platform to have a lock back, in ms.
const GIVEN_MS = 50;

/**
 * One turn at the tokens of a session: `wait` resolves to whether it is had; a rejection says that it was waited for in vain.
 * `leave` resolves when the lock is given back, or is kept for others' sake.
 * @typedef {{ wait(): Promise<boolean>, leave(spent: boolean): Promise<unknown> }} Turn
 */

/**
 * Where a session's tokens are: who shares them waits for his turn. `key`: the session's name. `ms`: as long as a turn is waited
 * for. `lags`: what one tab has written shows in another only after a moment. `storage`: the object that they lie in.
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
   * Gets in line for the tokens of a name, which other ones don't have. A tab that is closed lets go by itself; one that is
   * frozen in the middle is waited for no longer than so many ms, and never robbed (R17).
   * @param {string} tokens
   * @returns {Turn}
   */
  line(tokens) {
    const place = this.#place;
    if (!place.tabs) return inHere(place);
    const { locks } = navigator;
    return locks ? withLocks(locks, place, tokens, this.#kept) : inDatabase(place, tokens);
  }

  /** Keeps no lock any longer than its work takes: the page goes. */
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
  /** Settles when the platform has the lock back. @type {Promise<unknown> | undefined} */
  let given;
  /** @type {Promise<boolean>} */
  const had = new Promise((done, fail) => {
    const hold = () => {
      bound.end("done");
      done(true);
      return released;
    };
    // Without a prototype: a page that put `steal` on every object would have the lock stolen.
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
        // What another tab wrote may show before its lock is free: who waits looks meanwhile.
        return await (place.lags ? Promise.race([had, pause(POLL_MS).then(() => false)]) : had);
      } catch {
        bound.end("done");
        // Waited in vain; or locks throw here, as in a page that was put into a frame without an origin.
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
      // Locks are faster than localStorage: on a busy machine the next tab would see what was there before, for any time that
      // one cares to wait. So the lock is kept for a while, and who waits for it leaves as soon as he sees what was written.
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
 * Where the platform has no locks, as for pages by http: by a note in IndexedDB, which does one thing after the other for
 * all tabs. The note stays where the tokens were spent: no other tab is to spend them, also one that sees the new ones late.
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
        // No IndexedDB either: then at least what is in here takes turns.
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
 * Leaves a note under a name, unless there is one for the same tokens that still counts. Whether it did.
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
 * The last turn at each session, for each storage.
 * @type {WeakMap<object, Map<string, Promise<void>>>}
 */
const queues = new WeakMap();

/**
 * Within this page, worker or server. A server's sessions are different people's, also where their names are alike: only those
 * of one storage wait for each other.
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
