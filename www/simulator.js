// The control routes of a simulated vendor (`/_sim/…`), for breaking it on purpose. A real vendor has none, so nothing is
// ever sent to an address that isn't known as the simulator's.

import { isLoopback } from "./vendors.js";

// From before the page records its requests: what goes to these routes is no request to a vendor.
const send = globalThis.fetch.bind(globalThis);

/** The simulator is on this machine: an answer that takes longer doesn't come. */
const PATIENCE_MS = 5_000;

/** The origins at which vendors are simulated, as `localhost`. */
const origins = new Set();

/** Takes up the addresses that the page's server lists; one that serves no simulator lists none on this machine. */
export function knowSimulators(addresses) {
  for (const address of Object.values(addresses)) if (isLoopback(address)) origins.add(origin(address));
}

/** Whether a vendor is simulated at an address. */
export const isSimulated = (address) => URL.canParse(address) && origins.has(origin(address));

/** An origin; the simulator answers under both names of this machine. */
function origin(address) {
  const url = new URL(address);
  if (url.hostname === "127.0.0.1") url.hostname = "localhost";
  return url.origin;
}

/** What can be asked of the simulator at an address. Each resolves when it is done, or rejects with a reason to show. */
export function simulator(baseUrl) {
  const root = baseUrl.replace(/\/*$/, "/_sim/");

  const ask = async (method, route, order) => {
    let reply;
    try {
      const body = order && JSON.stringify(order);
      reply = await send(root + route, { method, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (cause) {
      throw new Error("the simulator doesn’t answer", { cause });
    }
    const answer = await reply.json().catch(() => ({}));
    if (!reply.ok) throw new Error(answer.error ?? `the simulator answered ${reply.status}`);
    return answer;
  };

  return {
    /** The faults that are still to strike, each as it was ordered, with the `count` that is left. */
    faults: () => ask("GET", "faults"),
    order: (fault) => ask("POST", "faults", fault),
    clearFaults: () => ask("DELETE", "faults"),
    /** How long tokens live that are issued from now on, in seconds; `null`: as long as the vendor's own. */
    lifetime: async () => (await ask("POST", "config", {})).access_lifetime_s,
    setLifetime: (seconds) => ask("POST", "config", { access_lifetime_s: seconds }),
    expire: () => ask("POST", "expire"),
    revoke: () => ask("POST", "revoke"),
    unlock: () => ask("POST", "unlock"),
    /** Tokens of the customer's identity provider, for a user. */
    identity: async (username) => {
      const { id_token: idToken, access_token: accessToken } = await ask("POST", "identity", { username });
      return { idToken, accessToken };
    },
  };
}
