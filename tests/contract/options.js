import { DATA, equal, hallpass, jdoe, jsonReply, ok, packageAddress, reasonOf, rejects, simulate, withFetch, withGlobal } from "./env.js";

const OCIENT = { vendor: "ocient", baseUrl: "https://h.example" };

/** Values of every type. */
const ALL = {
  undefined: undefined,
  null: null,
  true: true,
  number: 5,
  NaN: NaN,
  bigint: 10n,
  text: "text",
  "empty text": "",
  symbol: Symbol("s"),
  function: () => {},
  array: ["x"],
  object: {},
};

/** All of them but some. */
const allBut = (...names) => Object.entries(ALL).filter(([name]) => !names.includes(name));

/** Fails unless a call is refused as the caller's mistake, in a sentence that has this name in it. */
async function refused(call, name, what) {
  const error = await rejects(call, "invalid-options").catch((failure) => {
    throw new Error(`${what}: ${failure.message}`);
  });
  ok(error.message.includes(name), `${what}: "${error.message}" names ${name}`);
  ok(/^[^\n]+\.$/.test(error.message), `${what}: "${error.message}" is one sentence`);
}

const opens = (options) => hallpass.openSession({ ...OCIENT, ...options });

/** Rule 3: what is no options object. */
export async function rule_3_openSession_wants_an_object() {
  for (const [name, value] of allBut("object")) await refused(hallpass.openSession(value), "options", name);
  await refused(hallpass.openSession(), "options", "nothing");
  await refused(hallpass.openSession({}), "vendor", "an empty object");
}

/** Rule 3: each option, with values of every wrong type, is named. Undefined means "left out" where there is a default; null doesn't. */
export async function rule_3_openSession_names_the_option_of_a_wrong_type() {
  const wrong = {
    vendor: [...allBut(), ["another", "acme"], ["in capitals", "Ocient"], ["inherited", "toString"]],
    baseUrl: allBut(),
    storage: [...allBut("undefined"), ["misspelt", "localstorage"], ["inherited", "toString"]],
    account: [...allBut("undefined", "text"), ["too long", "x".repeat(257)]],
    allow: [...allBut("undefined", "array"), ["a lone address", "https://h.example"]],
    renew: [...allBut("undefined"), ["misspelt", "automatic"]],
    timeoutMs: [...allBut("undefined", "number"), ["none", 0], ["negative", -1], ["endless", Infinity]],
    idleMs: [...allBut("undefined", "number"), ["none", 0], ["negative", -1], ["no number", NaN], ["endless", Infinity]],
    maxAgeMs: [...allBut("undefined", "number"), ["none", 0], ["negative", -1], ["no number", NaN], ["endless", Infinity]],
    endpoints: allBut("undefined", "object"),
    flow: [...allBut("undefined"), ["another", "sso"]],
  };
  for (const [option, values] of Object.entries(wrong)) {
    for (const [name, value] of values) await refused(opens({ [option]: value }), option, `${option}: ${name}`);
  }
}

/** Rule 3: what is inside options is looked at as well. */
export async function rule_3_openSession_names_what_is_wrong_inside() {
  for (const [name, value] of allBut()) await refused(opens({ allow: [value] }), "allow", `allow: [${name}]`);
  for (const operation of ["login", "refresh", "logout", "check"]) {
    const values = [...allBut("undefined", "text"), ["elsewhere", "https://evil.example/login"], ["another host", "//evil.example/login"]];
    for (const [name, value] of values) {
      await refused(opens({ endpoints: { [operation]: value } }), operation, `endpoints.${operation}: ${name}`);
    }
  }
  // The URL parser leaves these alone, but a server may decode them and climb up.
  for (const path of ["..%2fx", "%2e%2e%2fx", "a%2f..%2f..%2f..%2fx", "a%5c..%5c..%5cx"]) {
    await refused(opens({ baseUrl: "https://h.example/p", endpoints: { check: path } }), "endpoints.check", path);
  }
  const verbs = { get: () => {}, set: () => {}, delete: () => {} };
  for (const verb of Object.keys(verbs)) {
    for (const [name, value] of allBut("function")) {
      await refused(opens({ storage: { ...verbs, [verb]: value } }), "storage", `storage.${verb}: ${name}`);
    }
  }
  for (const vendor of ["ocient", "lenses", "pegase3"]) {
    await refused(opens({ vendor, flow: "wallet" }), "flow", `${vendor} has no flows`);
  }
  await refused(opens({ vendor: "ethgas", flow: "wallets" }), "flow", "a flow that there isn't");
}

/** endpoints: hallpass's own calls go there, below baseUrl. */
export async function endpoints_are_where_hallpass_calls() {
  const asked = [];
  const data = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600, valid: true, loggedOut: true };
  const fake = (request) => {
    asked.push(request.url);
    return Promise.resolve(jsonReply({ code: 200, message: "OK", data }));
  };
  await withFetch(fake, async () => {
    const endpoints = { login: "in", refresh: "/again", check: "alive", logout: "out" };
    const session = await hallpass.openSession({ vendor: "ethgas", baseUrl: "https://h.example/p", endpoints });
    for (const call of [() => session.login(jdoe), session.refresh, session.check, session.logout]) await call();
  });
  equal(asked, ["in", "again", "alive", "out"].map((path) => `https://h.example/p/${path}`));
}

/** timeoutMs: 10 000 where none is given, for each call of hallpass's own. */
export async function timeoutMs_is_ten_seconds_by_default() {
  const waits = [];
  const { setTimeout: real } = globalThis;
  const forever = () => new Promise(() => {});
  for (const [timeoutMs, expected] of [[undefined, 10_000], [5_000, 5_000]]) {
    const session = await hallpass.openSession({ vendor: "ethgas", baseUrl: "https://h.example", ...(timeoutMs && { timeoutMs }) });
    await withGlobal("setTimeout", (run, ms, ...rest) => (waits.push(ms), real(run, ms / 100, ...rest)), async () => {
      await withFetch(forever, () => rejects(session.login(jdoe), "timeout"));
    });
    ok(waits.splice(0).includes(expected), `${expected} ms`);
  }
}

/** Rule 3: an option that nobody knows is named, as a misspelt one would be a silent default. */
export async function rule_3_an_unknown_option_is_named() {
  for (const name of ["baseURL", "timeout", "store", "token", "toString", "__proto_", "Vendor"]) {
    await refused(opens({ [name]: "x" }), name, `the option ${name}`);
  }
  for (const name of ["signin", "Login", "refreshToken", "toString"]) {
    await refused(opens({ endpoints: { [name]: "x" } }), name, `the endpoint ${name}`);
  }
}

/** Rule 3: an endpoint that would never be asked is named, too. */
export async function rule_3_an_endpoint_to_renew_what_nothing_renews_is_named() {
  const unrenewed = { name: "acme", credential: "bearer", login: { path: "/in", json: { name: "{name}" } }, grant: { access: "token" } };
  const renewed = { ...unrenewed, refresh: { path: "/renew" } };
  for (const vendor of ["lenses", "pegase3", unrenewed]) {
    await refused(opens({ vendor, endpoints: { refresh: "again" } }), "endpoints.refresh", vendor.name ?? vendor);
    (await opens({ vendor, endpoints: { refresh: undefined, login: "in", logout: "out" } })).dispose();
  }
  for (const vendor of ["ocient", "ethgas", renewed]) (await opens({ vendor, endpoints: { refresh: "again" } })).dispose();
  (await opens({ vendor: "ethgas", flow: "wallet", endpoints: { refresh: "again" } })).dispose();
}

/** R4: only https, and http on this machine; refused when the session is opened. */
export async function r4_addresses_are_https_or_on_this_machine() {
  const refusedOnes = [
    "http://api.example.com", "http://10.0.0.1", "http://127.0.0.2", "http://0.0.0.0", "http://[::2]", "http://localhost.evil.example",
    "http://evil-localhost", "http://sub.localhost", "http://127.0.0.1.nip.io", "HTTP://API.EXAMPLE.COM", " http://api.example.com",
    "ht\ntp://api.example.com", "ws://h.example", "wss://h.example", "ftp://h.example", "file:///etc", "data:,x", "javascript:1",
    "blob:https://h.example/1", "about:blank", "h.example", "/path", "//h.example", "", " ", "https://", "https://h:99999", "https://[bad",
  ];
  for (const address of refusedOnes) {
    await refused(opens({ baseUrl: address }), "baseUrl", `baseUrl ${JSON.stringify(address)}`);
    await refused(opens({ allow: [address] }), "allow", `allow ${JSON.stringify(address)}`);
  }
  const taken = {
    "https://h.example": "https://h.example",
    "https://h.example/": "https://h.example",
    "https://h.example:8443/a/b/": "https://h.example:8443/a/b",
    "HTTPS://H.Example:443/P": "https://h.example/P",
    "http://localhost:8080": "http://localhost:8080",
    "http://127.0.0.1:1/x": "http://127.0.0.1:1/x",
    "http://[::1]:1": "http://[::1]:1",
  };
  for (const [address, base] of Object.entries(taken)) {
    equal((await opens({ baseUrl: address })).baseUrl, base);
    equal((await opens({ baseUrl: new URL(address) })).baseUrl, base, "of a URL");
    await opens({ allow: [address, new URL(address)] });
  }
}

/** R4: an address with user info, a query or a fragment is refused, the empty ones included. */
export async function r4_addresses_have_no_user_info_query_or_fragment() {
  const ends = ["?", "#", "?a=1", "#a", "/p?token=x", "/p#x", "/?", "/#"];
  const addresses = ["https://u@h.example", "https://u:p@h.example", "https://:p@h.example", ...ends.map((end) => `https://h.example${end}`)];
  for (const address of addresses) {
    for (const value of [address, new URL(address)]) {
      await refused(opens({ baseUrl: value }), "baseUrl", address);
      await refused(opens({ allow: [value] }), "allow", address);
    }
  }
}

/** Rule 3: login, with every wrong type in every place; nothing is sent. */
export async function rule_3_login_names_what_is_wrong() {
  for (const name of Object.keys(DATA)) {
    const vendor = simulate(name);
    const session = await vendor.open();
    for (const [type, value] of allBut("object", "array")) await refused(session.login(value), "credentials", type);
    await refused(session.login(), "credentials", "nothing");
    await refused(session.login({}), "username", "an empty object");
    for (const field of ["username", "password"]) {
      for (const [type, value] of allBut("text", "empty text")) {
        await refused(session.login({ ...jdoe, [field]: value }), field, `${field}: ${type}`);
      }
    }
    for (const field of ["database", "redirectionToken"]) {
      for (const [type, value] of allBut("text", "empty text", "undefined", "null")) {
        await refused(session.login({ ...jdoe, [field]: value }), field, `${field}: ${type}`);
      }
    }
    equal(await vendor.total(), 0, "requests");
  }
}

/** Rule 3: the options of a call, for every method that takes them; nothing is sent, and nobody is signed out. */
export async function rule_3_call_options_are_checked() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const calls = {
    login: (options) => session.login(jdoe, options),
    refresh: (options) => session.refresh(options),
    check: (options) => session.check(options),
    logout: (options) => session.logout(options),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (const [type, value] of allBut("undefined", "null", "object", "array")) await refused(call(value), "options", `${name}: ${type}`);
    for (const [type, value] of allBut("undefined", "null")) await refused(call({ signal: value }), "signal", `${name}, signal: ${type}`);
  }
  equal(await vendor.total(), 1, "requests: the login");
  equal(session.state.status, "signed-in");
}

/** Rule 3: fetch and json; nothing is sent. */
export async function rule_3_fetch_and_json_name_what_is_wrong() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const bad = [{ method: "BAD METHOD" }, { headers: 5 }, { headers: { "X-Y": "a\nb" } }, { headers: { "bad name": "x" } },
    { signal: 5 }, { mode: "x" }, { body: "x" }, { method: "CONNECT" }, { redirect: "x" }];
  for (const call of [session.fetch, session.json]) {
    for (const [type, value] of allBut("text", "empty text")) await refused(call(value), "input", `${call.name} of ${type}`);
    await refused(call(), "input", "nothing");
    for (const [type, value] of allBut("undefined", "null", "object", "function", "array")) {
      await refused(call(DATA.ethgas, value), "init", `init: ${type}`);
    }
    for (const init of bad) await refused(call(DATA.ethgas, init), "init", `init ${JSON.stringify(init)}`);
  }
  const circular = {};
  circular.self = circular;
  for (const json of [circular, 10n, () => {}, Symbol("s")]) await refused(session.json(DATA.ethgas, { json }), "json", typeof json);
  await refused(session.json(DATA.ethgas, { method: "POST", json: {}, body: "x" }), "json", "json and body");
  equal(await vendor.total(), 1, "requests: the login");
}

/** Rule 3: subscribe. */
export async function rule_3_subscribe_wants_a_function() {
  const session = await simulate("ethgas").open();
  for (const [type, value] of allBut("function")) await refused(() => session.subscribe(value), "listener", type);
  await refused(() => session.subscribe(), "listener", "nothing");
}

/** Rule 3: init. */
export async function rule_3_init_names_a_wrong_source() {
  const fresh = await import(`${packageAddress}?init`);
  for (const [type, value] of allBut("undefined", "text", "empty text")) await refused(fresh.init(value), "source", type);
  for (const [type, value] of allBut("undefined", "text", "empty text")) await refused(fresh.init(Promise.resolve(value)), "source", `a promise of: ${type}`);
  await fresh.init();
}

/** init: loads once, whoever asks and however often; afterwards, and from whatever it was told to, nothing is loaded again. */
export async function init_loads_once() {
  const fresh = await import(`${packageAddress}?once`);
  const { instantiate } = WebAssembly;
  let loads = 0;
  WebAssembly.instantiate = (source, imports) => {
    if (imports && !("env" in imports)) loads++; // Node has one of its own, for fetch
    return instantiate.call(WebAssembly, source, imports);
  };
  try {
    await Promise.all([fresh.init(), fresh.init(), fresh.openSession(OCIENT)]);
    await fresh.init("https://elsewhere.example/hallpass.wasm");
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  equal(loads, 1);
}

/** init: every kind of source that is documented. */
export async function init_takes_every_documented_source() {
  const wasm = new URL("hallpass.wasm", packageAddress);
  const bytes = await bytesOf(wasm);
  const reply = () => new Response(bytes.slice(), { headers: { "Content-Type": "application/wasm" } });
  const module = await WebAssembly.compile(bytes);
  const view = new DataView(bytes.slice().buffer);
  const sources = [wasm, wasm.href, bytes, bytes.buffer, view, reply(), Promise.resolve(reply()), Promise.resolve(bytes), module];
  if (wasm.protocol !== "file:") sources.push(new Request(wasm), fetch(wasm));
  const real = globalThis.fetch;
  for (const [index, source] of sources.entries()) {
    const fresh = await import(`${packageAddress}?source=${index}`);
    const asked = [];
    const fake = (input) => {
      asked.push(input instanceof Request ? input.url : `${input}`);
      return wasm.protocol === "file:" ? Promise.resolve(reply()) : real(input);
    };
    await withGlobal("fetch", fake, () => fresh.init(source));
    equal(asked, index < 2 || source instanceof Request ? [wasm.href] : [], `source ${index}`);
    ok((await fresh.openSession(OCIENT)).state.status === "signed-out", `a session opens, source ${index}`);
  }
  const fresh = await import(`${packageAddress}?missing`);
  await withGlobal("fetch", async () => new Response("not here", { status: 404 }), () => rejects(fresh.init(wasm), "load-failed"));
}

/** What a file of the package holds. */
async function bytesOf(address) {
  if (address.protocol !== "file:") return new Uint8Array(await (await fetch(address)).arrayBuffer());
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(await readFile(address));
}

/** init: a failed load is told, with its cause, and may be tried again. */
export async function a_failed_load_may_be_tried_again() {
  const fresh = await import(`${packageAddress}?again`);
  const cause = new Error("no such file");
  equal((await rejects(fresh.init(Promise.reject(cause)), "load-failed")).cause, cause);
  ok((await Promise.all([fresh.init(), fresh.init()])).length === 2, "two callers at once");
  await fresh.init();
  ok((await fresh.openSession(OCIENT)).state.status === "signed-out", "a session opens");
}

/** openSession: options are read when they are given. One object, filled in anew for each session, is two sessions' options. */
export async function options_changed_after_the_call_change_nothing() {
  const fresh = await import(`${packageAddress}?read-at-once`);
  for (const { openSession } of [fresh, hallpass]) {
    const storage = new Map();
    const allow = ["https://one.example/"];
    const endpoints = { check: "/one" };
    const options = { ...OCIENT, account: "anna", storage, allow, endpoints };
    const opening = [openSession(options)];
    Object.assign(options, { account: "bert", baseUrl: "https://two.example", vendor: "lenses" });
    allow[0] = "https://two.example/";
    endpoints.check = "/two";
    opening.push(openSession(options));
    const [anna, bert] = await Promise.all(opening);
    equal([anna.vendor, anna.baseUrl], [OCIENT.vendor, OCIENT.baseUrl], "the first");
    equal([bert.vendor, bert.baseUrl], ["lenses", "https://two.example"], "the second");
  }
}

/** Rule 3: a mistake in the options is told as one, at once, whatever becomes of the load. */
export async function rule_3_a_mistake_is_told_before_the_load() {
  const fresh = await import(`${packageAddress}?mistake-first`);
  const loading = fresh.init(new Promise(() => {}));
  loading.catch(() => {});
  for (const options of [5, {}, { ...OCIENT, vendr: "ocient" }]) await rejects(fresh.openSession(options), "invalid-options");
}

/** init: the same where the platform lacks what the package's own loading needs, and has it later (a polyfill). */
export async function a_load_that_fails_at_once_may_be_tried_again() {
  const fresh = await import(`${packageAddress}?at-once`);
  const nothing = () => {
    throw new Error("not here");
  };
  await withGlobal("atob", nothing, () => withGlobal("fetch", nothing, () => rejects(fresh.init(), "load-failed")));
  await fresh.init();
}

/** Methods are handed on as they are: to `then`, as a listener, to a framework that has a context of its own. */
export async function other_members_of_call_options_are_let_pass() {
  const session = await simulate("ethgas").signIn();
  const { signal } = new AbortController();
  for (const options of [{ ok: true }, new Event("click"), { client: {}, queryKey: ["me"], signal }, { timeout: undefined }, { __proto__: null, signal }]) {
    equal((await session.check(options)).status, "signed-in");
  }
  const controller = new AbortController();
  controller.abort();
  equal((await reasonOf(() => session.refresh({ queryKey: ["me"], signal: controller.signal }))).name, "AbortError");
  await Promise.resolve({ ok: true }).then(session.logout);
  equal(session.state.status, "signed-out");
  session.dispose();
}

/** Rule 3: the option whose getter throws is named. */
export async function rule_3_an_option_that_cant_be_read_is_named() {
  for (const name of ["baseUrl", "storage", "renew", "idleMs", "fetch"]) {
    const options = Object.defineProperty({ ...OCIENT }, name, { enumerable: true, get() { throw new Error("a getter's own"); } });
    await refused(hallpass.openSession(options), `${name} must be readable`, name);
  }
}

/** Rule 3: no mistake is met by a trap of the WebAssembly, not even one that no table names; it goes on working. */
export async function rule_3_a_getter_that_throws_is_no_trap() {
  const fault = new Error("a getter's own");
  const trapped = (name) => Object.defineProperty({ ...jdoe }, name, { enumerable: true, get() { throw fault; } });
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const calls = [
    () => session.login(trapped("username")),
    () => session.login(trapped("password")),
    () => session.login(jdoe, trapped("signal")),
    () => session.fetch(DATA.ocient, trapped("method")),
    () => hallpass.openSession(Object.defineProperty({ ...OCIENT }, "renew", { enumerable: true, get() { throw fault; } })),
  ];
  for (const call of calls) {
    const error = await reasonOf(call);
    ok(error === fault || error.code === "invalid-options", `${error}`);
  }
  equal(await vendor.total(), 0, "requests");
  await session.login(jdoe);
  equal(session.state.status, "signed-in", "and afterwards");
}
