import { setBehind } from "./clock.js";
import { counts, expireAll, isRight, load, newWorld, setUp, taskOf } from "./contender.js";

const TWO_HOURS = 2 * 3_600_000;

let contender;
let client;
let outcome;

/** One of several tabs that share a session. The driver steers each; a channel gives them one signal. */
export const tab = {
  forget() {
    localStorage.clear();
    return true;
  },

  /** Why the contender can't, if so. */
  async open(name) {
    setBehind(TWO_HOURS);
    contender = await load(name);
    return taskOf(contender, "tabs").cant ?? null;
  },

  /** `first`: signs in; the others find the session in the storage. */
  async enter(address, first) {
    client = await setUp(contender, address, { shared: true });
    if (first) await contender.tasks.login(client);
    else await contender.tasks.tabs(client);
    return isRight(await contender.tasks.request(client));
  },

  async expire(address) {
    await expireAll(address);
    await counts(address);
    return true;
  },

  /** From the signal on, so many requests at once. */
  atSignal(atOnce) {
    const channel = new BroadcastChannel("bench");
    outcome = new Promise((resolve) => {
      channel.onmessage = async () => {
        channel.close();
        setBehind(0);
        const { request } = contender.tasks;
        const begun = performance.timeOrigin + performance.now();
        await contender.before?.(client);
        const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, (_, number) => request(client, number + 1)));
        const ended = performance.timeOrigin + performance.now();
        const wrong = outcomes.filter((each) => !isRight(each.value)).length;
        const why = outcomes.find((each) => each.status === "rejected")?.reason;
        resolve({ begun, ended, wrong, ...(why && { why: String(why.message ?? why) }) });
      };
    });
    return true;
  },

  giveSignal() {
    const channel = new BroadcastChannel("bench");
    channel.postMessage("go");
    channel.close();
    return true;
  },

  newWorld,
  outcome: () => outcome,
  counts,
};
