import { randomNumber } from "./random.js";
import { hasTabs } from "./tabs.js";
import { Deadline, pause } from "./wait.js";

// How long a note takes to show in every tab, in ms, with a margin.
const LAG_MS = 60;

// The last work of each name, for each storage of the caller's.
const queues = new WeakMap();

/**
 * Does work while no other tab does work of the same name. A tab that is closed lets go by itself; one that is frozen in the
 * middle is waited for no longer than so many ms, and never robbed (R17): then the work is done all the same.
 */
export async function alone(storage, name, ms, work) {
  if (!hasTabs()) return queue(storage, name, ms, work);
  const bound = new Deadline(ms);
  let done;
  const begin = () => {
    bound.end("done");
    done ??= work();
    return done;
  };
  try {
    // Without a prototype: a page that put `steal` on every object would have the lock stolen.
    await bound.guard(navigator.locks.request(name, { __proto__: null, signal: bound.signal }, begin));
  } catch {
    // Waited in vain; or there are no locks here, or they throw. What the work itself throws is told below.
    if (!done) await takeTurns(storage, name, ms, begin);
  }
  return begin();
}

/**
 * The same where the platform has no locks, as for pages by http: whose note lies in localStorage has the turn. Two that write
 * in one moment see, once both notes show, whose is the later.
 */
async function takeTurns(storage, name, ms, work) {
  const mine = `${randomNumber()} `;
  const end = Date.now() + ms;
  try {
    const { localStorage } = window;
    const note = () => localStorage[name + ":turn"] ?? "";
    const isMine = () => note().startsWith(mine);
    while (!isMine() && Date.now() < end) {
      if (!(note().split(" ")[1] > Date.now())) localStorage[name + ":turn"] = mine + end;
      await pause(LAG_MS);
    }
    try {
      await work();
    } finally {
      if (isMine()) localStorage.removeItem(name + ":turn");
    }
  } catch {
    // No localStorage either, as in a worker: then at least what is in here takes turns.
    await queue(storage, name, ms, work);
  }
}

/**
 * The same within this page, worker or server. A server's sessions are different people's, also where their names are alike:
 * only those of one storage wait for each other.
 */
async function queue(storage, name, ms, work) {
  if (typeof storage !== "object") return work();
  const names = queues.get(storage) ?? new Map();
  queues.set(storage, names);
  const before = names.get(name);
  const done = (async () => {
    const bound = new Deadline(ms);
    await bound.guard(before).catch(() => {});
    bound.end("done");
    return work();
  })();
  names.set(name, done);
  try {
    return await done;
  } finally {
    if (names.get(name) === done) names.delete(name);
  }
}
