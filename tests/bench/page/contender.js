import { answerAtOnce } from "./instant.js";

/** The default export of a contender's bundle. */
export async function load(name) {
  return (await import(`/c/${name}/main.js`)).default;
}

/** A contender's task, or why there is none. */
export function taskOf(contender, name) {
  const task = contender.tasks[name] ?? "the contender says nothing of it";
  return typeof task === "string" ? { cant: task } : { task };
}

/** A world of its own at the server: users, tokens and counts that no other visit shares. */
export function newWorld() {
  return `${location.origin}/i/b${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

/** A client that is ready to sign in. */
export function setUp(contender, address, options) {
  return contender.setUp({ address, account: "default", shared: false, ...options });
}

/** A client that is signed in. */
export async function signedIn(contender, address, options) {
  const client = await setUp(contender, address, options);
  await contender.tasks.login(client);
  return client;
}

/** What the server counted since it was last asked. */
export async function counts(address) {
  return (await realFetch(`${address}/_bench/counts`)).json();
}

/** Ends all access tokens at the server. */
export async function expireAll(address) {
  await realFetch(`${address}/_sim/expire`, { method: "POST" });
}

/** Whether an answer is the one that was asked for: the user's data. */
export function isRight(answer) {
  return answer?.username === "jdoe";
}

/** The time that work takes, in ms. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Does one thing and another; who is first changes from turn to turn. */
export async function inTurns(turn, one, other) {
  for (const work of turn % 2 ? [other, one] : [one, other]) await work();
}

const realFetch = answerAtOnce.realFetch;
