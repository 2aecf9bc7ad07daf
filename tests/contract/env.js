/**
 * What the contract's tests stand on: the published package, and the simulator with a world of its own for each test.
 * The same tests run on a page, in a worker and in Node.
 */
const PORTS = { ocient: 1, lenses: 2, pegase3: 3, ethgas: 4, stranger: 5 };
let world = 0;

/** The port of the simulator's pages; its vendors listen at the next ones. */
export let port = 7400;

/** The package under test, as users import it. */
export let hallpass;

/** Where the package under test was loaded from. */
export let packageAddress;

/** Loads the package from an address and says at which port the simulator listens. */
export async function start(packageUrl, simulatorPort) {
  port = simulatorPort;
  packageAddress = packageUrl;
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

/** The vendors that hallpass knows by their names. */
export const VENDORS = Object.keys(DATA);

/** The same without a query. */
export const pathOf = (vendor) => DATA[vendor].split("?")[0];

/** Longer than any token lives. */
export const AGES_MS = 30 * 24 * 3_600_000;

/** Where people sign in. */
export const LOGIN_PATHS = { ocient: "/v1/login", lenses: "/api/v1/login", pegase3: "/login", ethgas: "/api/v1/user/login" };

/** Where sessions are renewed, at the vendors whose can be. */
export const RENEWAL_PATHS = { ocient: "/v1/token_refresh", ethgas: "/api/v1/user/login/refresh" };

/** How often a vendor was asked for a renewal. */
export const renewals = (vendor) => vendor.count(`POST ${RENEWAL_PATHS[vendor.vendor]}`);

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
    /** Lets the replies go that a fault with `hold` holds back. */
    release: () => control("release", {}),
    expire: () => control("expire", {}),
    revoke: () => control("revoke", {}),
    /** Tokens of the customer's identity provider, for a user. */
    identity: (order) => control("identity", order),
    /** Opens a session with this vendor. */
    open: (options) => hallpass.openSession({ vendor, baseUrl, ...options }),
    /** Opens one and signs jdoe in. How impatient a session is counts from then on: a busy machine takes its time to sign in. */
    signIn: async (options, credentials = jdoe) => {
      const { timeoutMs, ...rest } = options ?? {};
      if (timeoutMs !== undefined) rest.storage ??= storageOfItsOwn();
      // PEGASE3 wants each data call's parameters as headers. Most tests are about other things, and do without.
      if (vendor === "pegase3") await control("config", { parameters_optional: true });
      const session = await hallpass.openSession({ vendor, baseUrl, ...rest });
      await session.login(credentials);
      if (timeoutMs === undefined) return session;
      const impatient = await hallpass.openSession({ vendor, baseUrl, ...rest, timeoutMs });
      session.dispose();
      return impatient;
    },
  };
}

/** Fails unless the two are the same: arrays and plain objects by structure, all else by identity. A missing member is undefined. */
export function equal(seen, expected, what = "value") {
  if (same(seen, expected)) return;
  const text = (value) => JSON.stringify(value, (_, inner) => (inner === undefined || Number.isNaN(inner) ? `${inner}` : inner));
  throw new Error(`${what}: expected ${text(expected)}, saw ${text(seen)}`);
}

function same(one, other) {
  if (Object.is(one, other)) return true;
  const kinds = [one, other].map((value) => Object.prototype.toString.call(value));
  if (kinds[0] !== kinds[1] || !/^.object (Array|Object)/.test(kinds[0])) return false;
  return Object.keys({ ...one, ...other }).every((name) => same(one[name], other[name]));
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

/** The values that can be thrown or given as the reason of an abort, the falsy ones included. */
export const REASONS = [
  AbortSignal.abort().reason,
  new Error("why"),
  new DOMException("why", "DataCloneError"),
  "why",
  "",
  null,
  { why: 1 },
  7,
  0,
  false,
];

/** A fault: the vendor answers with this, as JSON unless it is a text already. */
export const replying = (body, status = 200, content_type = "application/json") => ({
  reply: { status, content_type, body: typeof body === "string" ? body : JSON.stringify(body) },
});

/** Runs with a global replaced, and puts the old one back whatever happens. */
export async function withGlobal(name, value, run) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    return await run();
  } finally {
    if (before) Object.defineProperty(globalThis, name, before);
    else delete globalThis[name];
  }
}

/** The promise, or a failure when it is not settled within so many ms. */
export async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still pending after ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a vendor has received so many requests in all. */
export async function received(vendor, requests) {
  await until(async () => (await vendor.total()) >= requests, `${requests} requests received`);
}

/** Whether the platform keeps cookies: pages and workers do, Node doesn't. */
export const keepsCookies = typeof document !== "undefined" || typeof WorkerGlobalScope !== "undefined";

/** What a vendor received at a path, in order. */
export async function entries(vendor, path) {
  return (await vendor.ledger()).requests.filter((request) => request.path === path);
}

/** Runs with a fetch of the test's own, which is handed each Request and the platform's fetch. */
export async function withFetch(fake, run) {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => fake(new Request(input, init), real);
  try {
    return await run();
  } finally {
    globalThis.fetch = real;
  }
}

/** Runs with this machine's clock off by so many ms. */
export async function withClock(shiftMs, run) {
  const real = Date.now;
  Date.now = () => real.call(Date) + shiftMs;
  try {
    return await run();
  } finally {
    Date.now = real;
  }
}

/** Runs with both clocks of this machine in the test's hand. */
export async function withTime(run) {
  const [wall, steady] = [Date.now, performance.now];
  let ahead = 0;
  Date.now = () => wall.call(Date) + ahead;
  performance.now = () => steady.call(performance) + ahead;
  try {
    return await run((ms) => void (ahead += ms));
  } finally {
    Date.now = wall;
    delete performance.now;
  }
}

/** A reply with JSON. */
export function jsonReply(value, status = 200) {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });
}

/** A token of the form of a JWT, with these claims. Nobody has signed it. */
export function jwt(claims) {
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(claims))));
  return `e30.${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.x`;
}

// On a server there are no tabs: its sessions are different people's, also where their keys are alike.
export const hasTabs = globalThis.location !== undefined;

/** A storage of the caller's that keeps what it is given in `map`. */
export function storageOfItsOwn() {
  const map = new Map();
  return {
    map,
    get: async (key) => map.get(key),
    set: async (key, value) => void map.set(key, value),
    delete: async (key) => void map.delete(key),
  };
}

/** A storage that several tabs share, as this platform has them. Handles of one page are tabs to each other. */
export function shared() {
  return [storageOfItsOwn(), ...(globalThis.localStorage ? ["local"] : []), ...(globalThis.indexedDB ? ["encrypted"] : [])];
}

export const nameOf = (storage) => (typeof storage === "string" ? storage : "own");

/** So many tabs with one session. */
export async function tabs(vendor, count, options) {
  const first = await vendor.signIn(options);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => vendor.open(options)));
  const all = [first, ...others];
  for (const tab of all) equal(tab.state.status, "signed-in", "restored");
  return all;
}

export const dispose = (all) => all.forEach((tab) => tab.dispose());
