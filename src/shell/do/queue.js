// @ts-check
import { Deadline } from "../wait.js";

/**
 * One turn in a queue. `wait` resolves when it has come, and rejects where that took too long, by `deadline`.
 * @typedef {{ wait(): Promise<true>, leave(): Promise<void>, deadline: Deadline | undefined }} Place
 */

/**
 * The end of the last turn in each queue, by storage and by what the turns are for.
 * @type {WeakMap<object, Map<string, Promise<void>>>}
 */
const queues = new WeakMap();

/**
 * Queues within this page, worker or server. Leaving before the turn has come does not let those behind go earlier. Only those
 * with one storage wait for each other: on a server, sessions of the same name in different storages are different people's.
 * @param {object} storage
 * @param {string} purpose
 * @param {number} ms how long to wait at most
 * @returns {Place}
 */
export function enqueue(storage, purpose, ms) {
  const all = queues.get(storage) ?? new Map();
  queues.set(storage, all);
  const before = all.get(purpose);
  // First, as it may throw where the page has replaced timers: a place that nobody leaves would keep all others waiting.
  const deadline = before && new Deadline(ms);
  /** @type {() => void} */
  let leave = () => {};
  /** @type {Promise<void>} */
  const over = new Promise((done) => {
    leave = () => {
      // First, as the rest may throw where the page has replaced maps.
      done();
      if (all.get(purpose) === over) all.delete(purpose);
    };
  });
  all.set(purpose, over);
  const turn = deadline ? deadline.finish(before) : Promise.resolve();
  turn.catch(() => {});
  return {
    deadline,
    wait: async () => {
      await turn;
      return true;
    },
    leave: async () => {
      deadline?.unref();
      turn.then(leave, leave).catch(() => {});
    },
  };
}
