import { readText } from "./body.js";
import { replyOf } from "./reply.js";
import { Deadline, genuine } from "./wait.js";

// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY = 262_144;

/**
 * Makes a request of hallpass's own, sends it and reads its reply, within `live.timeoutMs`. Undefined: there was none to make.
 */
export async function ask(live, operation, signal, make) {
  const deadline = new Deadline(live.timeoutMs, signal);
  try {
    const request = make(deadline);
    if (deadline.ended === "abort") throw deadline.reason;
    return request && (await exchange(live, operation, request, deadline));
  } finally {
    deadline.end("done");
  }
}

async function exchange(live, operation, request, deadline) {
  const guard = (promise) => deadline.guard(promise);
  try {
    const response = genuine(await guard(fetch(request)));
    const text = await readText(response.body, LONGEST_REPLY, guard);
    return replyOf(response, text);
  } catch (cause) {
    if (deadline.ended === "abort") throw deadline.reason;
    throw live.failure(deadline.ended || "network", operation, deadline.ended ? undefined : cause);
  }
}
