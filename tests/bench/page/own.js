import { answerAtOnce, carriedToken } from "./instant.js";
import { isRight, load, newWorld, signedIn, taskOf } from "./contender.js";

/**
 * The time of a call whose answer is there at once, in µs: what is left over that of raw fetch is the contender's own. In
 * batches, as a single call is shorter than the clock's step.
 */
export async function own(name, { form, warmUp, batches, batch }) {
  const contender = await load(name);
  const { task, cant } = taskOf(contender, form);
  if (cant) return { cant };
  if (contender.notOverFetch) return { cant: contender.notOverFetch };
  const client = await signedIn(contender, newWorld(), { overFetch: true });
  return measure(contender, () => task(client), form, warmUp, batches, batch);
}

/** The same on a page with so many open sessions, one call after another going to the next of them. */
export async function sessions(name, { open, warmUp, batches, batch }) {
  const contender = await load(name);
  const { task, cant } = taskOf(contender, "request");
  if (cant) return { cant };
  if (contender.notOverFetch) return { cant: contender.notOverFetch };
  if (contender.oneSession && open > 1) return { cant: contender.oneSession };
  const address = newWorld();
  const clients = [];
  for (let number = 0; number < open; number++) {
    clients.push(await signedIn(contender, address, { overFetch: true, account: `a${number}` }));
  }
  let turn = 0;
  return measure(contender, () => task(clients[turn++ % open]), "request", Math.max(warmUp, open), batches, batch);
}

async function measure(contender, call, form, warmUp, batches, batch) {
  answerAtOnce.on = true;
  try {
    for (let turn = 0; turn < warmUp; turn++) await call();
    const us = [];
    let answer;
    answerAtOnce.asked = 0;
    for (let round = 0; round < batches; round++) {
      const start = performance.now();
      for (let turn = 0; turn < batch; turn++) answer = await call();
      us.push(((performance.now() - start) * 1000) / batch);
    }
    const right = form === "bare" ? answer === 200 : isRight(answer);
    if (!right) return { failed: "the answer was not the one that was given" };
    if (answerAtOnce.asked !== batches * batch) {
      return { failed: `${batches * batch} calls made ${answerAtOnce.asked} requests` };
    }
    if (!contender.byCookie && !carriedToken()) return { failed: "the request carried no token" };
    return { us };
  } finally {
    answerAtOnce.on = false;
  }
}
