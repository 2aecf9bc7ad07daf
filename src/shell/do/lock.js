// @ts-check
import { inTransaction } from "../database.js";
import { Deadline, LONGEST_DELAY_MS, after, cancel, sleep } from "../wait.js";
import { enqueue } from "./queue.js";

// How often a waiting tab looks whether it still needs its turn, in ms.
const POLL_MS = 60;
// How long a lock is held after its tokens were spent, in ms.
const HOLD_MS = 5_000;

// How long the platform may take to free a lock that was released, in ms.
const FREEING_MS = 50;

/**
 * One turn at the tokens of a session. `wait` resolves to whether it has come, and rejects where it took too long. `leave` resolves
 * when the lock is free again, or is held on for the other tabs' sake. `deadline`, where Node's process would wait for it: how long the
 * wait may take.
 * @typedef {{ wait(): Promise<boolean>, leave(spent: boolean): Promise<unknown>, deadline?: Deadline | undefined }} Turn
 */

/**
 * Whose turns these are: those who share a session's tokens. `key`: the session's name, with which the locks' names begin; the tokens
 * follow. `lease`: the same for the leases that stand for locks. `ms`: how long to wait for a turn. `lags`: what one tab writes shows in
 * another only after a moment. `storage`: the object that the tokens are kept in. `tabs`: there may be others.
 * @typedef {{ key: string, lease: string, storage: object, ms: number, lags: boolean, tabs: boolean }} Scope
 */

/** Turns at a session's tokens, one at a time for all tabs. */
export class Locks {
  #scope;
  /** @type {Set<() => void>} */
  #held = new Set();

  /** @param {Scope} scope */
  constructor(scope) {
    this.#scope = scope;
  }

  /**
   * Queues for tokens, by a name that only they have. A tab that is closed frees its lock by itself. One that is frozen keeps
   * it (R17): the others stop waiting after `ms`.
   * @param {string} tokens
   * @returns {Turn}
   */
  queue(tokens) {
    const scope = this.#scope;
    if (!scope.tabs) return inMemory(scope);
    const { locks } = navigator;
    return locks ? withLocks(locks, scope, tokens, this.#held) : inDatabase(scope, tokens);
  }

  /** Releases the locks that are only held for the other tabs' sake: the page goes. */
  letGo() {
    for (const release of this.#held) release();
  }
}

/**
 * By the platform's locks.
 * @param {LockManager} locks
 * @param {Scope} scope
 * @param {string} tokens
 * @param {Set<() => void>} held
 * @returns {Turn}
 */
function withLocks(locks, scope, tokens, held) {
  const bound = new Deadline(scope.ms);
  /** @type {() => void} */
  let release = () => {};
  /** @type {Promise<void>} */
  const released = new Promise((done) => {
    release = done;
  });
  /** @type {Turn | undefined} */
  let fallback;
  /** Whether nobody waits for this turn any more: then none is taken in its place. */
  let left = false;
  /** Settles when the platform has freed the lock. @type {Promise<unknown> | undefined} */
  let freed;
  /** @type {Promise<boolean>} */
  const had = new Promise((done, fail) => {
    const hold = () => {
      bound.end("done");
      done(true);
      return released;
    };
    // Without a prototype: a `steal` that the page put on Object.prototype would steal the lock.
    const options = /** @type {LockOptions} */ ({ __proto__: null, signal: bound.signal });
    const request = async () => locks.request(`${scope.key} ${tokens}`, options, hold);
    freed = request();
    bound.guard(freed).catch(fail);
  });
  had.catch(() => {});
  return {
    async wait() {
      if (fallback) return fallback.wait();
      try {
        // What another tab wrote may show before its lock is free, so the operation looks again from time to time.
        return await (scope.lags ? Promise.race([had, sleep(POLL_MS).then(() => false)]) : had);
      } catch {
        bound.end("done");
        if (left) return false;
        // It took too long, or locks throw here, as in a sandboxed frame, which has no origin.
        fallback ??= inDatabase(scope, tokens);
        return fallback.wait();
      }
    },
    async leave(spent) {
      left = true;
      const holdsOn = spent && scope.lags;
      // First, as what follows may throw where the page has replaced it. A lock that comes only later is freed by this, too.
      if (!holdsOn) release();
      bound.end("done");
      await fallback?.leave(spent);
      if (!holdsOn) {
        await Promise.race([freed?.catch(() => {}), sleep(FREEING_MS)]);
        return;
      }
      // Locks are faster than localStorage: on a busy computer, the next tab to hold the lock may still read the old record. So the
      // lock is held for a while, and a tab that waits for it leaves the queue as soon as it reads the new one.
      try {
        const freeNow = () => {
          release();
          cancel(timer);
          held.delete(freeNow);
        };
        const timer = after(HOLD_MS, freeNow);
        held.add(freeNow);
      } catch {
        release(); // nobody would do it later
      }
    },
  };
}

/**
 * Where the platform has no locks, as for pages by http: by a lease in IndexedDB, whose transactions run one after the other for all
 * tabs. After the tokens were spent, the lease stays: a tab that sees the new ones late must not spend the old ones again.
 * @param {Scope} scope
 * @param {string} tokens
 * @returns {Turn}
 */
function inDatabase(scope, tokens) {
  const { lease } = scope;
  /** @type {Turn | undefined} */
  let fallback;
  /** When the lease ends that this turn has. @type {number | undefined} */
  let end;
  let left = false;
  /** @type {Promise<boolean> | undefined} */
  let waiting;
  const free = () => {
    if (end !== undefined) giveBack(leaseName(lease, tokens), end).catch(() => {});
  };
  const tryForLease = async () => {
    if (fallback) return fallback.wait();
    try {
      if (end === undefined || end <= Date.now()) end = await takeLease(lease, tokens, scope.ms);
      // Who has waited may have gone while the lease was written.
      if (left) free();
    } catch {
      if (left) return false;
      // No IndexedDB either: then at least the handles of this page take turns.
      fallback = inMemory(scope);
      return fallback.wait();
    }
    if (end !== undefined) return true;
    // The wait has no end of its own: each lease has one, also that of a tab that was closed.
    await sleep(POLL_MS);
    return false;
  };
  return {
    // A sign-out whose caller gives up asks again while its lease is still being written, or has just been. It would take that for
    // another tab's.
    wait: () => (waiting ??= tryForLease().finally(() => (waiting = undefined))),
    async leave(spent) {
      left = true;
      await fallback?.leave(spent);
      if (!spent) free();
    },
  };
}

/**
 * Writes a lease of so many ms for tokens, unless there is an unexpired one, and deletes those of the session that have expired. Resolves
 * to when it ends; undefined where it was not written. Tokens have leases of their own, as they have locks of their own: a tab that is
 * late with older ones takes no turn of newer ones away.
 * @param {string} session the beginning of the names of its leases
 * @param {string} tokens
 * @param {number} ms
 */
async function takeLease(session, tokens, ms) {
  const name = leaseName(session, tokens);
  /** @type {number | undefined} */
  let end;
  await inTransaction("readwrite", (all) => {
    // The transaction is tried twice, so that a lease may be this turn's own.
    const own = end;
    let taken = false;
    end = undefined;
    const request = all.openCursor(IDBKeyRange.bound(`${session} `, `${session}!`, false, true));
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) {
        if (!isLive(cursor.value)) cursor.delete();
        else taken ||= cursor.key === name && cursor.value.end !== own;
        cursor.continue();
      } else if (!taken) {
        end = Date.now() + ms;
        all.put({ end, ms }, name);
      }
    };
    return request;
  });
  return end;
}

/**
 * Whether a lease has not expired. One with more left than it was written for comes of a clock that has been set back since, and counts
 * no more. Its length is in it, since another tab's `timeoutMs` may be another.
 * @param {{ end: number, ms: number }} lease
 */
function isLive({ end, ms }) {
  const left = end - Date.now();
  return left > 0 && left <= ms && ms <= LONGEST_DELAY_MS;
}

/**
 * Takes a lease away, if it is still there.
 * @param {string} name
 * @param {number} end
 */
const giveBack = (name, end) =>
  inTransaction("readwrite", (all) => {
    const request = all.get(name);
    request.onsuccess = () => {
      if (request.result?.end === end) all.delete(name);
    };
    return request;
  });

/**
 * @param {string} session
 * @param {string} tokens
 */
const leaseName = (session, tokens) => `${session} ${tokens}`;

/**
 * Within this page, worker or server.
 * @param {Scope} scope
 * @returns {Turn}
 */
const inMemory = ({ key, storage, ms }) => enqueue(storage, `renew ${key}`, ms);
