import { setBehind } from "./clock.js";
import { counts, expireAll, inTurns, isRight, load, newWorld, signedIn, taskOf } from "./contender.js";

const TWO_HOURS = 2 * 3_600_000;

/**
 * So many requests at once, with a token that is over. `slept`: its time is over, by the page's clock too, which a client may
 * look at; else the server alone knows, and the client learns of it by a 401. `base`: with whom it takes turns, in the same
 * page, so that both meet the same connections, the same warm code and the same moment of the machine.
 */
export async function expired(name, { sizes, times, slept, base }) {
  const contender = await load(name);
  const { cant } = taskOf(contender, slept ? "expired" : "rejected");
  if (cant) return { cant };
  const other = await load(base);
  const bySize = {};
  // Not measured: the connections are open and the code of both has run before the clock starts.
  for (const each of [contender, other]) await once(each, 20, slept);
  for (const [index, size] of sizes.entries()) {
    const measured = [];
    const ofBase = [];
    for (let turn = 0; turn < times[index]; turn++) {
      await inTurns(
        turn,
        async () => measured.push(await once(contender, size, slept)),
        async () => ofBase.push(await once(other, size, slept)),
      );
    }
    const why = measured.find((each) => each.why)?.why;
    bySize[size] = {
      ms: measured.map(({ ms }) => ms),
      base: ofBase.map(({ ms }) => ms),
      requests: measured.map(({ requests }) => requests),
      refreshes: measured.map(({ refreshes }) => refreshes),
      rejected: measured.map(({ rejected }) => rejected),
      wrong: [...measured, ...ofBase].reduce((sum, each) => sum + each.wrong, 0),
      ...(why && { why }),
    };
  }
  return { bySize };
}

async function once(contender, atOnce, slept) {
  const { request } = contender.tasks;
  setBehind(slept ? TWO_HOURS : 0);
  const address = newWorld();
  const client = await signedIn(contender, address);
  await request(client);
  await expireAll(address);
  await counts(address);
  setBehind(0);
  const start = performance.now();
  await contender.before?.(client);
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, (_, number) => request(client, number + 1)));
  const ms = performance.now() - start;
  const wrong = outcomes.filter((outcome) => !isRight(outcome.value)).length;
  const why = outcomes.find((outcome) => outcome.status === "rejected")?.reason;
  return { ms, ...(await counts(address)), wrong, ...(why && { why: String(why.message ?? why) }) };
}
