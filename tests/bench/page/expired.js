import { setBehind } from "./clock.js";
import { counts, expireAll, isRight, load, newWorld, signedIn, taskOf } from "./contender.js";

const TWO_HOURS = 2 * 3_600_000;

/**
 * So many requests at once, with a token that is over. `slept`: its time is over, by the page's clock too, which a client may
 * look at; else the server alone knows, and the client learns of it by a 401.
 */
export async function expired(name, { sizes, slept }) {
  const contender = await load(name);
  const { cant } = taskOf(contender, slept ? "expired" : "rejected");
  if (cant) return { cant };
  const bySize = {};
  for (const size of sizes) bySize[size] = await once(contender, size, slept);
  return { bySize };
}

async function once(contender, atOnce, slept) {
  const { request } = contender.tasks;
  setBehind(slept ? TWO_HOURS : 0);
  const address = newWorld();
  const client = await signedIn(contender, address);
  // A call with the good token: the connections are open and the code has run before the clock starts.
  await request(client);
  await expireAll(address);
  await counts(address);
  setBehind(0);
  const start = performance.now();
  await contender.before?.(client);
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, () => request(client)));
  const ms = performance.now() - start;
  const wrong = outcomes.filter((outcome) => !isRight(outcome.value)).length;
  const why = outcomes.find((outcome) => outcome.status === "rejected")?.reason;
  return { ms, ...(await counts(address)), wrong, ...(why && { why: String(why.message ?? why) }) };
}
