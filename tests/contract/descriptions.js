/** Descriptions of APIs as callers hand them in: what is wrong with one is named by its path. */
import { equal, hallpass, ok, reasonOf, rejects } from "./env.js";
import { BASE } from "./stand-ins/api.js";

const GOOD = {
  name: "acme",
  credential: "bearer",
  login: { path: "auth/login", json: { email: "{email}", password: "{password}" } },
  refresh: { path: "auth/refresh", json: { token: "{refresh}" } },
  grant: { access: "token", refresh: "refresh" },
};

/** A good description with something else at a path. */
function changed(path, value, good = GOOD) {
  const copy = structuredClone(good);
  const names = path.split(".");
  const last = names.pop();
  let holder = copy;
  for (const name of names) holder = typeof holder[name] === "object" ? holder[name] : (holder[name] = {});
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** Members that don't go together are named by what holds both, or by the one that is missing. */
const ELSEWHERE = { "login.form": ["login"], "refresh.json": ["refresh"], rejected: ["errors.code"] };

const refusal = async (description) => {
  const error = await reasonOf(async () => hallpass.defineVendor(description));
  equal([hallpass.isAuthError(error), error.code], [true, "invalid-options"], String(error));
  return error.message;
};

export async function r42_every_mistake_in_a_description_is_named_by_its_path() {
  const nested = (depth) => (depth ? { a: nested(depth - 1) } : "x");
  const mistakes = {
    name: [undefined, 5, "", "Acme", "a".repeat(33), "a b"],
    title: [5, "x".repeat(65), "a\nb"],
    credential: [undefined, "basic", 5, null, []],
    "credential.header": ["", "a b", "Cookie", "Sec-Fetch-Site", "Proxy-Authorization", "Host", "Content-Type", "x".repeat(65)],
    headers: [[], 5, new Headers({ "X-A": "1" }), { "a b": "x" }, { Host: "x" }, { Origin: "x" }, { Authorization: "x" }, { x: "1", X: "2" }, { "Content-Type": "x" }],
    "headers.X": [5, "a\r\nb: c", " a", "a ", "é", ""],
    csrf: [5, {}, { cookie: "c" }, { cookie: "a b", header: "X" }, { cookie: "c", header: "Authorization" }],
    "csrf.from": [5, "//evil.test"],
    login: [undefined, "auth/login", [], {}],
    "login.path": [5, "", "https://evil.test/x", "//evil.test", "/\\evil.test", "http:evil", "a/../../x", "a/%2e%2e/x", "a/..%2fx", "x#y", "javascript:1", "a/{id}", "x".repeat(1025)],
    "login.method": ["PATCH", "post", 5],
    "login.json": [5, "x", [], { a: new Date() }, { a: new Map() }, { a: /x/ }, { a: NaN }, { a: -Infinity }, { a: [() => 1] }, { a: [undefined] }, { a: ["-{otp?}"] }, { a: Array(65).fill(1) }, { a: Array(64).fill([1, 2, 3]) }, { a: [[[[[[[[1]]]]]]]] }, { a: () => 1 }, { a: "\ud800" }, { a: "x".repeat(8193) }, nested(10), { a: "-{otp?}" }, { a: "{otp?}{otp?}" }],
    "login.form": [{ a: "x" }, { a: 5 }],
    "login.query": [5, { a: 5 }, { a: "{password}" }, { a: "x-{password}" }, ...["pwd", "pw", "pass_word", "userpass", "apikey", "jwt", "assertion", "signature"].map((name) => ({ a: `{${name}}` }))],
    "refresh.query": [{ a: "{refresh}" }, { a: "{access}" }],
    "errors.code": ["$.code", "/code"],
    "errors": [{ codes: { E17: "forbidden" } }],
    "login.headers": [{ Cookie: "x" }, { "X-A": "a\nb" }, { "X-A": 5 }],
    "refresh.json": [{ a: "{password}" }, { a: "{database}" }],
    "refresh.paht": ["x"],
    grant: [undefined, {}, 5, { access: "a", acess: "b" }],
    "grant.access": ["$", "$.a", "/a/b", "a[0]", "a.[0]", " a", "a ", ["", "a"], "a..b", ".a", "a.", [], ["a", 5], { header: "Set-Cookie" }, { header: 5 }, { headr: "x" }, "x".repeat(257)],
    "grant.lifetime": [5, {}, { seconds: "a", ms: "b" }, { jwt: false }, { seconds: "a", otherwiseSeconds: 0 }, { otherwiseSeconds: 5 }, { seconds: "a", otherwiseSeconds: 5 }],
    "envelope.success": [{ at: "a" }, { at: "a", is: [] }, { at: "a", is: [null] }, { at: "a", is: [{}] }],
    "envelope.payload": [5, {}, { with: "a" }],
    "errors.codes.E17": ["teapot", 5, {}, { login: "forbidden" }, { login: "forbidden", elsewhere: "teapot" }, "internal", "storage", "load-failed", "superseded"],
    "errors.statuses": [{ 99: "forbidden" }, { 600: "forbidden" }, { abc: "forbidden" }],
    "errors.fields": [{}, { list: "a" }, { list: "a", name: "b" }, { list: "a", name: "b", title: "c", byName: "d" }, { byName: "d", name: "b" }],
    rejected: [{ insideSuccess: true }, { codes: ["a"] }, { statuses: [200] }, { statuses: [] }, { statuses: [401.5] }, { codes: [{}] }, { codes: [true] }, { codes: [401.5] }],
    renew: [5, {}, { atPart: 0 }, { atPart: 1 }, { atPart: NaN }, { beforeEndMs: 0 }, { beforeEndMs: 1e12 }, { atPart: 0.5, beforeEndMs: 5 }],
    extra: [1],
  };
  const good = { ...GOOD, csrf: { cookie: "csrftoken", header: "X-CSRFToken" } };
  equal(hallpass.defineVendor(good), good);
  for (const [path, values] of Object.entries(mistakes)) {
    for (const value of values) {
      const message = await refusal(changed(path, value, good));
      const names = [path, ...(ELSEWHERE[path] ?? [])];
      ok(names.some((name) => message.startsWith(`${name} `) || message.startsWith(`${name}.`)), `${path} = ${JSON.stringify(value)}: ${message}`);
    }
  }
  equal(await refusal(changed("errors.codes.E17", "teapot")).then((text) => text.startsWith('errors.codes.E17 must be "invalid-credentials" or ')), true);
}

/** The same for a description that did not go through defineVendor. */
export async function r42_openSession_checks_a_plain_description_likewise() {
  const error = await rejects(hallpass.openSession({ vendor: changed("login.path", "//evil.test"), baseUrl: BASE }), "invalid-options");
  ok(error.message.startsWith("vendor: login.path must be a path below baseUrl"), error.message);
  await rejects(hallpass.openSession({ vendor: {}, baseUrl: BASE }), "invalid-options");
  await rejects(hallpass.openSession({ vendor: GOOD, baseUrl: "http://acme.test" }), "invalid-options");
  await rejects(hallpass.openSession({ vendor: GOOD, baseUrl: BASE, flow: "wallet" }), "invalid-options");
  await rejects(hallpass.openSession({ vendor: GOOD, baseUrl: BASE, endpoints: { login: "//evil.test" } }), "invalid-options");
  for (const given of [undefined, null, 5, "acme", [], () => {}]) await refusal(given);
}

export async function defineVendor_gives_a_frozen_copy_back() {
  const given = structuredClone(GOOD);
  const vendor = hallpass.defineVendor(given);
  equal(vendor, GOOD);
  const frozen = (value) => typeof value !== "object" || (Object.isFrozen(value) && Object.values(value).every(frozen));
  ok(frozen(vendor), "all of it");
  given.login.path = "//evil.test";
  equal(vendor.login.path, "auth/login", "what was checked is what counts");
  equal(hallpass.defineVendor(vendor) === vendor, true, "once is enough");
  equal(hallpass.defineVendor({ ...GOOD, title: undefined }).title, undefined, "undefined is left out");
  equal(hallpass.defineVendor({ ...GOOD, login: { path: "x", json: { q: "mutation { a(u: {email}) { token } }" } } }).name, "acme", "braces are braces");
}

/** What stands as "{otp?}" may be left out by who signs in: nothing of it is sent then. What isn't there at all has to be given. */
export async function what_may_be_left_out_is_sent_where_it_is_given() {
  const login = { path: "auth/login", json: { email: "{email}", otp: "{otp?}" }, query: { email: "{email?}", tenant: "{tenant?}" } };
  const sent = [];
  const fetch = async (request) => {
    sent.push([new URL(request.url).search, await request.text()]);
    return Response.json({ token: "t", refresh: "r" });
  };
  const session = await hallpass.openSession({ vendor: { ...GOOD, login }, baseUrl: BASE, fetch });
  await session.login({ email: "a" });
  await session.login({ email: "a", otp: "123", tenant: undefined });
  await session.login({ email: "a", otp: null, tenant: "t" });
  equal(sent, [["?email=a", '{"email":"a"}'], ["?email=a", '{"email":"a","otp":"123"}'], ["?email=a&tenant=t", '{"email":"a"}']]);
  for (const credentials of [{}, { otp: "1" }, { email: "a", otp: 5 }, { email: "a", code: "1" }]) await rejects(session.login(credentials), "invalid-options");
  equal((await rejects(session.login({ email: "a", otp: "" }), "invalid-request")).fields?.[0].name, "otp");
  equal(sent.length, 3);
  session.dispose();
}

/** Keystone wants its `methods` in a list, and JSON-RPC its parameters. */
export async function a_described_body_may_have_lists_null_and_any_number() {
  const json = { id: 1.5, none: null, params: ["0000", "login", { user: "{email}", otp: ["{otp?}"] }, [], [null, true, -0.25e-7]], methods: ["password"] };
  const vendor = hallpass.defineVendor({ ...GOOD, login: { path: "auth/login", json } });
  equal(vendor.login.json, json);
  ok(Object.isFrozen(vendor.login.json.params) && Object.isFrozen(vendor.login.json.params[2]), "frozen");
  json.params[0] = "changed";
  const sent = [];
  const fetch = async (request) => {
    sent.push(JSON.parse(await request.text()));
    return Response.json({ token: "t", refresh: "r" });
  };
  const session = await hallpass.openSession({ vendor, baseUrl: BASE, fetch });
  await session.login({ email: 'a"]' });
  await session.login({ email: "a", otp: "7" });
  const expected = (user, otp) => ({ ...json, params: ["0000", "login", { user, otp }, [], [null, true, -0.25e-7]] });
  equal(sent, [expected('a"]', []), expected("a", ["7"])]);
  session.dispose();
}

/** Each getter is read once; one that throws is a mistake of the caller's. */
export async function rule_14_a_descriptions_getters_are_read_once() {
  let reads = 0;
  const login = { get path() { return reads++ ? "//evil.test" : "auth/login"; } };
  const session = await hallpass.openSession({ vendor: { ...GOOD, refresh: undefined, login }, baseUrl: BASE });
  equal(reads, 1);
  session.dispose();
  const throwing = { ...GOOD, get login() { throw new Error("no"); } };
  await refusal(throwing);
  await refusal(new Proxy({}, { ownKeys() { throw new Error("no"); } }));
}

/** R15: what hangs on Object.prototype is no part of a description, and what is inherited is none either. */
export async function r15_a_polluted_prototype_is_no_part_of_a_description() {
  const names = { refresh: { path: "evil" }, headers: { evil: "1" }, csrf: { cookie: "c", header: "h" }, method: "DELETE", json: { evil: 1 }, check: { path: "x" } };
  for (const [name, value] of Object.entries(names)) Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  try {
    const { name, credential, grant } = GOOD;
    const vendor = hallpass.defineVendor({ name, credential, grant: { access: "token" }, login: { path: "auth/login" } });
    equal([Object.keys(vendor).sort(), Object.keys(vendor.login)], [["credential", "grant", "login", "name"], ["path"]]);
    const seen = [];
    const fetch = async (request) => {
      seen.push(`${request.method} ${request.headers.get("evil")} ${await request.text()}`);
      return new Response('{"token":"t"}', { headers: { "Content-Type": "application/json" } });
    };
    const session = await hallpass.openSession({ vendor, baseUrl: BASE, fetch });
    await session.login({});
    equal([seen, session.state.renewable], [["POST null "], false]);
    await rejects(session.check(), "unsupported");
    session.dispose();
    await refusal(Object.create({ ...GOOD, grant }));
  } finally {
    for (const name of Object.keys(names)) delete Object.prototype[name];
  }
}

/** R15: nor is a check of a member looked for there, whose name a description has. */
export async function r15_a_polluted_prototype_checks_no_description() {
  const full = {
    ...GOOD,
    title: "Acme",
    headers: { "X-A": "1" },
    login: { ...GOOD.login, method: "PUT", query: { a: "b" }, headers: { "X-B": "2" } },
    logout: { path: "auth/logout", form: { a: "b" } },
    check: { path: "me", method: "GET", user: "user", alive: "alive" },
    grant: { ...GOOD.grant, user: "user", database: "db", lifetime: { seconds: "ttl" } },
    envelope: { success: { at: "ok", is: [true] }, payload: "data" },
    errors: { code: "code", detail: "detail", codes: { a: "forbidden" }, statuses: { 409: "forbidden" }, fields: { byName: "fields" } },
    rejected: { statuses: [401], codes: ["gone"], insideSuccess: true },
    renew: { atPart: 0.5 },
  };
  const names = (value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value).flatMap(([name, inner]) => [name, ...names(inner)]) : []);
  let heard = 0;
  for (const name of new Set(names(full))) {
    for (const value of [{ p: 1 }, () => heard++]) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
      try {
        equal(hallpass.defineVendor(full).name, "acme", name);
      } catch (error) {
        throw new Error(`${name} on Object.prototype: ${error.message}`);
      } finally {
        delete Object.prototype[name];
      }
    }
  }
  equal(heard, 0, "functions on Object.prototype that were called");
}
