import { entries } from "./database.js";
import { hasTabs } from "./tabs.js";
import { Deadline, pause } from "./wait.js";

// How often a tab that waits looks whether it still has to, in ms.
const POLL_MS = 60;
// How long a lock is kept after its work, in ms.
const HOLD_MS = 5_000;

// The last work of each name, for each storage of the caller's.
const queues = new WeakMap();

/**
 * Does work on some tokens while no other tab does. A tab that is closed lets go by itself; one that is frozen in the middle
 * is waited for no longer than so many ms, and never robbed (R17): then the work is done all the same.
 *
 * `storage`: where they lie; undefined where nobody else has them. `key`: the session's name. `tokens`: a name for its tokens,
 * which other ones don't have. `lag`: given where what one tab has written shows in another only after a moment. `isOver` tells
 * whether there is nothing left to wait for.
 */
export async function alone(place, work) {
  const { storage, key, tokens, ms, lag, isOver } = place;
  if (!storage || !hasTabs()) return queue(storage, key, ms, work);
  const name = `${key} ${tokens}`;
  const bound = new Deadline(ms);
  let done;
  const begin = () => {
    bound.end("done");
    done ??= work();
    return done;
  };
  const hold = () => begin().then(() => lag?.pass());
  if (lag) endWhen(isOver, bound);
  try {
    // Without a prototype: a page that put `steal` on every object would have the lock stolen.
    await bound.guard(navigator.locks.request(name, { __proto__: null, signal: bound.signal }, hold));
  } catch {
    // Waited in vain; or there are no locks here, or they throw. What the work itself throws is told below.
    const over = bound.ended === "over";
    bound.end("done");
    if (!done && !over) await takeTurns(place, begin);
  }
  return begin();
}

async function endWhen(isOver, bound) {
  do await pause(POLL_MS);
  while (!bound.ended && !(await isOver()));
  bound.end("over");
}

/**
 * The time that it takes until what was written under a lock shows in the other tabs. Locks are faster: on a busy machine the
 * next tab would see what was there before, for any time that one cares to wait. So a lock is kept for a while after its work,
 * and who wants it leaves as soon as he sees what was written. What failed has spent no token: then the next one may go.
 */
export class Lag {
  #bounds = new Set();

  /** Lets it pass while a lock is held. */
  pass() {
    const bound = new Deadline(HOLD_MS);
    this.#bounds.add(bound);
    return bound.guard(new Promise(() => {})).catch(() => this.#bounds.delete(bound));
  }

  /** Waits no longer. */
  end() {
    for (const bound of this.#bounds) bound.end("done");
  }
}

/**
 * The same where the platform has no locks, as for pages by http: by a note in IndexedDB, which does one thing after the other for
 * all tabs. The note stays where the work is done: no other tab is to spend those tokens, also one that sees the new ones late.
 */
async function takeTurns({ storage, key, tokens, ms, isOver }, work) {
  const end = Date.now() + ms;
  const name = `${key}:turn`;
  try {
    while (!(await take(name, { tokens, end })) && Date.now() < end) {
      await pause(POLL_MS);
      if (await isOver()) return;
    }
    await work().catch(() => entries("readwrite", (all) => all.delete(name)));
  } catch {
    // No IndexedDB either: then at least what is in here takes turns.
    await queue(storage, key, ms, work);
  }
}

/** Leaves a note under a name, unless there is one for the same tokens that still counts. Whether it did. */
async function take(name, note) {
  let free;
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
 * The same within this page, worker or server. A server's sessions are different people's, also where their names are alike:
 * only those of one storage wait for each other.
 */
async function queue(storage, key, ms, work) {
  if (typeof storage !== "object") return work();
  const names = queues.get(storage) ?? new Map();
  queues.set(storage, names);
  const before = names.get(key);
  const done = (async () => {
    await new Deadline(ms).finish(before).catch(() => {});
    return work();
  })();
  names.set(key, done);
  try {
    return await done;
  } finally {
    if (names.get(key) === done) names.delete(key);
  }
}
