// The faults to order from a simulated vendor, and the words for them.

/** By name: the simulator's order, and what there is to see. */
export const KINDS = {
  503: {
    order: { status: 503 },
    note: "The vendor is down. Renewals are tried again by themselves, after longer and longer pauses; anything else fails and says so.",
  },
  "503-later": {
    order: { status: 503, retry_after: "15" },
    note: "The vendor is down and says for how long: hallpass renews again no sooner.",
  },
  "429-later": {
    order: { status: 429, retry_after: "15" },
    note: "The vendor asks for fewer requests, and how long to wait: hallpass renews again no sooner.",
  },
  drop: {
    order: { drop: true },
    note: "As if the network were gone. Browsers ask once more by themselves where a kept connection closes, so a single one may pass unseen.",
  },
  hang: {
    order: { hang: true },
    note: "hallpass gives up on its own requests after 10 s, this page on its call after 15 s.",
  },
  slow: { order: { delay_ms: 4_000 }, note: "The vendor’s true answer, only late: nothing fails." },
};

/** By purpose: one and many of such requests, and when a fault of theirs is seen. */
const REQUESTS = {
  renewal: ["renewal", "renewals", "It strikes at the next renewal; Renew makes one."],
  any: ["request of any kind", "requests of any kind", "It strikes at the next request; Call the API makes one."],
  "sign-in": ["sign-in", "sign-ins", "It strikes at the next sign-in."],
  "sign-in with a token": ["sign-in with a token", "sign-ins with a token", "It strikes at the next sign-in with a token."],
  "code for a device": ["code for a device", "codes for a device", "It strikes when the next sign-in on another device begins."],
  "sign-in on a device": ["sign-in on a device", "sign-ins on a device", "It strikes while a sign-in waits for another device."],
  "message to sign": ["message to sign", "messages to sign", "It strikes when the next sign-in begins."],
  check: ["check", "checks", "It strikes at the next check; Check makes one."],
  "sign-out": ["sign-out", "sign-outs", "It strikes when you sign out."],
};

/** The kinds of requests that a vendor's sessions make: value and words of a choice. */
export function targets({ operations }) {
  const purposes = new Set(["any", ...Object.values(operations)]);
  return Object.entries(REQUESTS).flatMap(([purpose, [, many]]) => (purposes.has(purpose) ? [[purpose, many]] : []));
}

/** When a fault of requests for this purpose is seen. */
export const whenSeen = (purpose) => REQUESTS[purpose][2];

/** The order of a fault for the next `count` requests of a vendor's for a purpose. */
export function order({ operations }, purpose, kind, count) {
  const found = Object.entries(operations).find(([, known]) => known === purpose);
  const [method, path] = found ? found[0].split(" ") : [undefined, "*"];
  return { path, method, count, ...KINDS[kind].order };
}

/** What the faults that the simulator holds are about to do: "The next 3 renewals get 503." */
export function sentences(vendor, faults) {
  const sums = [];
  for (const fault of faults) {
    const last = sums.at(-1);
    if (last && isSame(last, fault)) last.count += fault.count;
    else sums.push({ ...fault });
  }
  return sums.map((fault, at) => sentence(vendor, fault, sums.slice(0, at).some((earlier) => meet(earlier, fault))));
}

/** `later`: another one comes first. */
function sentence(vendor, { path, method, count, ...effect }, later) {
  const purpose = path === "*" ? "any" : vendor.operations[`${method} ${path}`];
  const [one, many] = REQUESTS[purpose] ?? [`request to ${path}`, `requests to ${path}`];
  const next = later ? "Then the next" : "The next";
  return count === 1 ? `${next} ${one} gets ${words(effect)}.` : `${next} ${count} ${many} get ${words(effect)}.`;
}

/** The simulator keeps an order's members as they were sent, so that the same choices make the same text. */
const isSame = (one, other) => JSON.stringify({ ...one, count: 0 }) === JSON.stringify({ ...other, count: 0 });

/** Whether two faults may be meant for the same request. */
const meet = (one, other) => [one.path, other.path].includes("*") || one.path === other.path;

/** What a request gets. */
export function words({ status, retry_after: wait, drop, hang, delay_ms: delay, ...other }) {
  if (status) return wait === undefined ? `${status}` : `${status} with Retry-After ${wait} s`;
  if (drop) return "a closed connection";
  if (hang) return "no answer";
  if (delay) return `an answer ${delay / 1_000} s late`;
  return `another fault (${Object.keys(other)})`; // ordered by somebody else
}
