/** What is put on prototypes, and all that a session does, as a text: a round under it has to read like one without. */
import { DATA, RENEWAL_PATHS, equal, jdoe } from "../env.js";

/** What options, inits, replies, records, errors, the platform's globals and hallpass's own objects are made of. */
export const NAMES = `vendor baseUrl storage account allow renew timeoutMs endpoints flow login refresh logout check
  get set delete username password database redirectionToken signal aborted reason addEventListener
  removeEventListener json body method headers credentials mode redirect cache referrer referrerPolicy integrity
  keepalive duplex priority window href origin path pathname host search hash then catch finally next done return
  throw value writable enumerable configurable code status message cause fields ssoUrl requestId retryAfterMs
  vendorCode name title pointer data token access user access_token accessToken refreshToken expires_in expiresIn
  valid loggedOut redir_to redirectTo vendor_code errorCode exp v receivedAt expiresAt refreshInBody renewals pausedAt
  pausedUntil pausedFor failures problem renewal renewable retryAt state session error revoked header speaksInside
  core facts base store key trouble request repeatable ownCredential listener source subscribe epoch id shared
  faithful lags again ended instance module exports a ok url redirected text byteLength iv additionalData length
  algorithm fatal ignoreBOM stream type getReader cancel steal ifAvailable location document unref detached toJSON
  handleEvent once passive capture raw index groups __wbg_ptr 0 1 2 3 4 5`.split(/\s+/);

/** What would do harm if it were believed; of everything else, any text. */
const HARMFUL = {
  vendor: "lenses",
  baseUrl: "https://evil.example",
  allow: ["https://evil.example"],
  account: "evil",
  renew: "manual",
  timeoutMs: 1,
  endpoints: { login: "/evil", refresh: "/evil", logout: "/evil", check: "/evil" },
  flow: "wallet",
  signal: AbortSignal.abort(),
  aborted: true,
  json: { evil: 1 },
  method: "DELETE",
  headers: { "x-evil": "1" },
  credentials: "omit",
  mode: "no-cors",
  redirect: "follow",
  cache: "force-cache",
  href: "https://evil.example",
  code: 200,
  status: "signed-in",
  data: { accessToken: "e.vi.l", refreshToken: "e.vi.l", valid: true, loggedOut: true },
  expires_in: 1,
  expiresIn: 1,
  exp: 9e9,
  v: 1,
  receivedAt: 1,
  expiresAt: 1,
  fields: [{ name: "evil" }],
  ssoUrl: "https://evil.example",
  redirectTo: "//evil.example",
  done: true,
  trouble: new Error("evil"),
  revoked: true,
  renewable: true,
  location: { href: "https://evil.example" },
  document: { visibilityState: "hidden" },
  instance: { exports: {} },
};

const each = (descriptor) => Object.fromEntries(NAMES.map((name) => [name, descriptor(name)]));

/** The kinds of members: for each name, what is put on a prototype. `log` is told of calls and assignments. */
export const KINDS = {
  texts: () => each(() => ({ value: "x", writable: true, enumerable: true })),
  "what does harm": () =>
    each((name) => ({ value: Object.hasOwn(HARMFUL, name) ? HARMFUL[name] : "evil", writable: true, enumerable: true })),
  "objects that can't be written over": () => each(() => ({ value: {} })),
  // What the platform's own scripts assign is none of the package's doing.
  setters: (log) =>
    each((name) => ({
      get() {},
      set(value) {
        if (new Error().stack.includes("/pkg/")) log(`${name} = ${inside(value)}`);
      },
    })),
  // But for `then`: the platform would call it with each Response, and no fetch would ever answer.
  functions: (log) => ({
    ...each((name) => ({
      value(...given) {
        log(`${name}: ${inside(this)} ${given.map(inside)}`);
        return this;
      },
      writable: true,
    })),
    then: { value: "x" },
  }),
};

/** What can be read out of a value. */
function inside(value) {
  if (!isOne(value)) return String(value);
  const members = Reflect.ownKeys(value).map((key) => [key, Reflect.getOwnPropertyDescriptor(value, key).value]);
  return members.map(([key, inner]) => `${String(key)}: ${isOne(inner) ? "an object" : String(inner)}`).join();
}

const isOne = (value) => Object(value) === value;

/** Runs with members of these descriptors put on a prototype, and takes them away again whatever happens. */
export async function withMembers(descriptors, run, prototype = Object.prototype) {
  const names = Reflect.ownKeys(descriptors).filter((name) => !Object.hasOwn(prototype, name));
  try {
    for (const name of names) {
      Object.defineProperty(prototype, name, { __proto__: null, configurable: true, ...descriptors[name] });
    }
    return await run();
  } finally {
    for (const name of names) delete prototype[name];
    if (prototype === Array.prototype) prototype.length = 0;
  }
}

/** The headers that a round looks at. */
export const HEADERS = [
  "accept", "authorization", "cookie", "token", "password", "content-type", "user-name", "x-test", "x-evil",
];

/** All that a session does at a vendor, as text; `under` runs what hallpass has a part in. */
export async function round(vendor, storage, under = (run) => run()) {
  const path = DATA[vendor.vendor].split("?")[0];
  // A rejected token, which is renewed.
  if (vendor.vendor in RENEWAL_PATHS) await vendor.fault({ path, status: 401 });
  const heard = await under(() => act(vendor, storage));
  const { requests } = await vendor.ledger();
  const received = requests.map(({ method, path, query, headers, body }) => {
    return [method, path, query, body, ...HEADERS.map((name) => headers[name])].join(" ");
  });
  return [heard, ...received].join("\n").replace(/[\w-]{20,}(\.[\w-]{20,})*/g, "TOKEN");
}

async function act(vendor, storage) {
  let heard = "";
  const hear = (what, value) => {
    heard += `${what}: ${shown(value)}\n`;
  };
  const attempt = async (what, call) => hear(what, await call().catch(told));
  const open = () => vendor.open(storage && { storage });
  const session = await open();
  hear("opened", [session.vendor, session.baseUrl === vendor.baseUrl, look(session.state)]);
  const leave = session.subscribe((state) => hear("told", look(state)));
  const path = DATA[vendor.vendor];
  await attempt("nobody", () => session.fetch(path));
  await attempt("no user name", () => session.login({ username: "", password: "x" }));
  await attempt("no password", () => session.login({ username: "x" }));
  await attempt("wrong password", () => session.login({ ...jdoe, password: "wrong" }));
  await attempt("login", async () => {
    const result = own(await session.login(jdoe));
    return [Object.keys(result), look(result.state), result.redirectTo];
  });
  await attempt("fetch", async () => {
    const response = await session.fetch(path, { headers: { "x-test": "1" } });
    return [response.status, (await response.text()).length > 1];
  });
  await attempt("json", () => session.json(path));
  await attempt("json of a URL", () => session.json(new URL(vendor.baseUrl + path), {}));
  await attempt("json of a Request", () => session.json(new Request(vendor.baseUrl + path, { __proto__: null })));
  await attempt("json with a body", () => session.json(path, { json: { own: 1 } }));
  await attempt("elsewhere", () => session.fetch("https://evil.example/"));
  await attempt("accessToken", async () => typeof (await session.accessToken()));
  await attempt("refresh", async () => look(await session.refresh()));
  await attempt("check", async () => look(await session.check()));
  const other = await open();
  hear("restored", look(other.state));
  other.dispose();
  await attempt("logout", () => session.logout());
  await attempt("nobody again", () => session.fetch(path));
  leave();
  session.dispose();
  return heard;
}

/** What an object itself has. What else is read of it may be the prototype's. */
const own = (object) => ({ __proto__: null, ...object });

/** A state, member by member; when it ends is another time in each round. */
function look(state) {
  const seen = own(state);
  if (seen.expiresAt) seen.expiresAt = typeof seen.expiresAt;
  return seen;
}

/** An error, member by member. */
const told = (error) => [error.name, error.message, own(error)];

const shown = (value) => JSON.stringify(value, (_, inner) => (inner === undefined ? "undefined" : inner));

/** Fails unless two rounds are the same. */
export function same(seen, expected, what) {
  const [some, others] = [seen.split("\n"), expected.split("\n")];
  others.forEach((line, number) => equal(some[number], line, what));
  equal(some.length, others.length, what);
}
