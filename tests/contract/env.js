/**
 * What the contract's tests stand on: the published package, and the simulator with a world of its own for each test.
 * The same tests run on a page, in a worker and in Node.
 */
const PORTS = { ocient: 1, lenses: 2, pegase3: 3, ethgas: 4, stranger: 5 };
let port = 7400;
let world = 0;

/** The package under test, as users import it. */
export let hallpass;

/** Loads the package from an address and says at which port the simulator listens. */
export async function start(packageUrl, simulatorPort) {
  port = simulatorPort;
  hallpass = await import(packageUrl);
}

/** Users whom the simulator knows at every vendor. */
export const jdoe = { username: "jdoe", password: "correct horse" };
export const admin = { username: "admin", password: "admin" };

/** Some request that a signed-in user may make, for each vendor. */
export const DATA = {
  ocient: "/v1/execute/system?statement=SELECT%201",
  lenses: "/api/v1/users/me",
  pegase3: "/company/info",
  ethgas: "/api/v1/user/info",
};

/** A vendor's simulator, in a world that no other test shares. */
export function simulate(vendor) {
  const address = `http://127.0.0.1:${port + PORTS[vendor]}`;
  const baseUrl = `${address}/i/t${Date.now().toString(36)}-${++world}-${Math.floor(Math.random() * 1e6)}`;
  const control = async (path, body) => {
    const init = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await globalThis.fetch(`${baseUrl}/_sim/${path}`, init);
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    vendor,
    address,
    baseUrl,
    /** What was received: counts by "METHOD /path", requests with headers and body. */
    ledger: () => control("ledger"),
    /** How often a method and path were called. */
    count: async (what) => (await control("ledger")).counts[what] ?? 0,
    /** How many requests there were in all. */
    total: async () => (await control("ledger")).requests.length,
    config: (body) => control("config", body),
    fault: (body) => control("faults", { count: 1, ...body }),
    expire: () => control("expire", {}),
    revoke: () => control("revoke", {}),
    /** Opens a session with this vendor. */
    open: (options) => hallpass.openSession({ vendor, baseUrl, ...options }),
    /** Opens one and signs jdoe in. */
    signIn: async (options, credentials = jdoe) => {
      const session = await hallpass.openSession({ vendor, baseUrl, ...options });
      await session.login(credentials);
      return session;
    },
  };
}

/** Fails unless the two are the same, by structure. */
export function equal(seen, expected, what = "value") {
  const text = (value) => JSON.stringify(value, (_, inner) => (typeof inner === "function" ? "function" : inner));
  if (!Object.is(seen, expected) && text(seen) !== text(expected)) {
    throw new Error(`${what}: expected ${text(expected)}, saw ${text(seen)}`);
  }
}

/** Fails unless the condition holds. */
export function ok(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

/** Fails unless the promise (or the call) is rejected with an AuthError of this code, which is given back. */
export async function rejects(promise, code) {
  const error = await reasonOf(promise);
  if (!hallpass.isAuthError(error)) throw new Error(`expected ${code}, saw ${error}`);
  equal(error.code, code, `code of "${error.message}"`);
  ok(error instanceof Error && error.name === "AuthError", "an Error named AuthError");
  return error;
}

/** What a promise (or a call) is rejected with. */
export async function reasonOf(promise) {
  let value;
  try {
    value = await (typeof promise === "function" ? promise() : promise);
  } catch (reason) {
    return reason;
  }
  throw new Error(`expected a rejection, saw ${JSON.stringify(value)}`);
}

/** Waits until a condition holds, looked at each 20 ms; fails after so many ms. */
export async function until(condition, what, ms = 5_000) {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not so within ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
