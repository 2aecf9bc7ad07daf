import { Deadline } from "./wait.js";

/**
 * Does work while no other tab does work of the same name. A tab that is closed lets go by itself; one that is frozen in the
 * middle is waited for no longer than so many ms, and never robbed (R17): then, and where the platform has no locks, the work
 * is done without, and is told so.
 */
export async function alone(name, ms, work) {
  const bound = new Deadline(ms);
  let done;
  const begin = (locked) => {
    bound.end("done");
    done ??= work(locked);
    return done;
  };
  try {
    // Without a prototype: a page that put `steal` on every object would have the lock stolen.
    await bound.guard(navigator.locks.request(name, { __proto__: null, signal: bound.signal }, () => begin(true)));
  } catch {
    // No locks here, or locks that throw, or waited in vain. What the work itself throws is told below.
  }
  return begin(false);
}
