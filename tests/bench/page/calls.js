import { counts, inTurns, isRight, load, newWorld, setUp, signedIn, taskOf, timed } from "./contender.js";

/** A sign-in over the loopback network, with a client that has not been used before. */
export async function login(name, { warmUp, count }) {
  const contender = await load(name);
  const { task, cant } = taskOf(contender, "login");
  if (cant) return { cant };
  const ms = [];
  let last;
  for (let turn = -warmUp; turn < count; turn++) {
    const address = newWorld();
    const client = await setUp(contender, address);
    await counts(address);
    const time = await timed(() => task(client));
    last = await counts(address);
    if (turn >= 0) ms.push(time);
  }
  return { ms, requests: last.requests };
}

/**
 * A request with a good token, over the loopback network, one after another. Each takes turns with one of `base`, in the same page:
 * the network's time changes more from one moment to the next than anybody's code takes.
 */
export async function request(name, { warmUp, count, base }) {
  const sides = [];
  for (const contender of [await load(name), await load(base)]) {
    const { task, cant } = taskOf(contender, "request");
    if (cant) return { cant };
    sides.push({ task, client: await signedIn(contender, newWorld()), times: [] });
  }
  let wrong = 0;
  const ask = async ({ task, client, times }) => {
    let answer;
    times.push(await timed(async () => (answer = await task(client))));
    if (!isRight(answer)) wrong++;
  };
  const [own, other] = sides;
  for (let turn = -warmUp; turn < count; turn++) {
    if (turn === 0) for (const side of sides) side.times = [];
    await inTurns(turn, () => ask(own), () => ask(other));
  }
  return { ms: own.times, base: other.times, wrong };
}

/** A request that sends so many bytes as JSON and gets them back as JSON. */
export async function bodies(name, { sizes, counts: times }) {
  const contender = await load(name);
  const { task, cant } = taskOf(contender, "send");
  if (cant) return { cant };
  const client = await signedIn(contender, newWorld());
  const bySize = {};
  let wrong = 0;
  for (const [index, size] of sizes.entries()) {
    const payload = { text: "hallpass".repeat(Math.ceil(size / 8)).slice(0, size) };
    const ms = [];
    for (let turn = -1; turn < times[index]; turn++) {
      let answer;
      const time = await timed(async () => (answer = await task(client, payload)));
      if (answer?.text !== payload.text) wrong++;
      if (turn >= 0) ms.push(time);
    }
    bySize[size] = ms;
  }
  return { bySize, wrong };
}
