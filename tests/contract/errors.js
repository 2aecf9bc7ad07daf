import {
  DATA, LOGIN_PATHS, RENEWAL_PATHS, equal, hallpass, jdoe, ok, packageAddress, pathOf, reasonOf, rejects, renewals, replying, simulate,
  withGlobal,
} from "./env.js";

const TITLES = { ocient: "Ocient", lenses: "Lenses HQ", pegase3: "PEGASE3", ethgas: "ETHGAS" };

/** What must never be seen again, wherever it was put in. */
const SECRETS = {
  password: "p4ss-w0rd",
  access: "access.token.s3cret",
  refresh: "refresh.token.s3cret",
  header: "header-s3cret",
  query: "query-s3cret",
};

/** A login's reply with tokens that are known to this test. */
const WELCOME = {
  ocient: { access_token: SECRETS.access, username: "jdoe", database: "system", expires_in: 3600, status: { vendor_code: 0 } },
  lenses: {},
  pegase3: { code: 200, status: "ok", token: SECRETS.access },
  ethgas: { code: 200, message: "OK", data: { accessToken: SECRETS.access, refreshToken: SECRETS.refresh, expiresIn: 3600 } },
};

/** A session whose tokens are the secrets. */
async function secretSession(vendor) {
  await vendor.fault({ path: LOGIN_PATHS[vendor.vendor], ...replying(WELCOME[vendor.vendor]) });
  return vendor.signIn({ renew: "manual", timeoutMs: 250 }, { username: "jdoe", password: SECRETS.password });
}

/** All texts that an error shows when it is logged, sent or printed, also those of its causes. */
function shown(error, depth = 0) {
  if (typeof error !== "object" || error === null || depth > 4) return [String(error)];
  const own = Object.getOwnPropertyNames(error).filter((name) => name !== "stack");
  const values = own.flatMap((name) => (name === "cause" ? shown(error.cause, depth + 1) : [name, JSON.stringify(error[name]) ?? ""]));
  return [String(error), String(error.stack ?? "").split("\n", 1)[0], JSON.stringify(error), ...values];
}

function keepsSecrets(error, what) {
  for (const text of shown(error)) {
    for (const [name, secret] of Object.entries(SECRETS)) ok(!text.includes(secret), `${what}: ${name} seen in ${text}`);
  }
}

/** The kinds of trouble, each as a fault. */
const TROUBLES = {
  "a refusal": { status: 400 },
  unauthorised: { status: 401 },
  forbidden: { status: 403 },
  "too many": { status: 429 },
  "server down": { status: 503 },
  teapot: { status: 418 },
  html: replying("<h1>hello</h1>", 200, "text/html"),
  "wrong shape": replying([1]),
  "a redirect": { redirect: "http://127.0.0.1:1/?q=1" },
  hang: { hang: true },
  drop: { drop: true, count: 20 },
  cut: { cut: true },
};

const OPERATIONS = {
  login: (session) => session.login({ username: "jdoe", password: SECRETS.password }),
  refresh: (session) => session.refresh(),
  check: (session) => session.check(),
  request: (session) =>
    session.json(`${pathOf(session.vendor)}?x=${SECRETS.query}`, { headers: { "X-Own": SECRETS.header }, signal: AbortSignal.timeout(400) }),
};

/**
 * Where no AuthError comes: the caller's own signal ends a request that hangs; a reply of another shape is a good one where the vendor has
 * no envelope; and a check that is answered with 401 resolves to signed out, of which Firefox lets through even half a reply.
 */
const isOther = (name, operation, trouble) =>
  ({
    request: trouble === "hang" || (trouble === "wrong shape" && ["ocient", "lenses"].includes(name)),
    check: ["lenses", "ethgas"].includes(name) && (trouble === "unauthorised" || (trouble === "cut" && name === "lenses")),
  })[operation] ?? false;
const OTHERS = 9; // four aborts, two shapes, three checks: see isOther

/** The errors of every trouble in every operation at every vendor. */
async function* failures() {
  for (const name of Object.keys(TITLES)) {
    for (const [trouble, fault] of Object.entries(TROUBLES)) {
      for (const [operation, call] of Object.entries(OPERATIONS)) {
        const vendor = simulate(name);
        const session = await secretSession(vendor);
        await vendor.fault({ path: "*", ...fault });
        const what = `${name}, ${operation}, ${trouble}`;
        const error = await call(session).then(() => undefined, (reason) => reason);
        session.dispose();
        if (isOther(name, operation, trouble)) continue;
        ok(hallpass.isAuthError(error), `${what}: an AuthError, saw ${error}`);
        yield { error, name, operation, what };
      }
    }
  }
}

/** Rule 4 and R2: whatever fails wherever, no error shows a token, a password, a header or a query. */
export async function rule_4_no_error_of_a_call_shows_a_secret() {
  let seen = 0;
  for await (const { error, name, operation, what } of failures()) {
    seen++;
    keepsSecrets(error, what);
    const { message } = error;
    ok(/^[A-Z][^\n]*\.$/.test(message) && message.length < 300, `${what}: one plain sentence, saw "${message}"`);
    equal(error.vendor, error.code === "unsupported" ? undefined : name, `${what}: vendor`);
    ok(message.includes(TITLES[name]), `${what}: names the vendor, saw "${message}"`);
    if (error.code !== "unsupported") ok(message.includes(operation), `${what}: names the operation, saw "${message}"`);
    ok(!/https?:\/\//.test(message), `${what}: no address, saw "${message}"`);
  }
  const all = [TITLES, TROUBLES, OPERATIONS].map((table) => Object.keys(table).length).reduce((product, length) => product * length);
  equal(seen, all - OTHERS, "failures");
}

/** R2: nothing is logged, at whatever level, neither of a session that goes well nor of one that fails. */
export async function r2_nothing_is_logged() {
  const logged = [];
  const listening = new Proxy(console, { get: (_, method) => (...words) => void logged.push([method, ...words]) });
  await withGlobal("console", listening, async () => {
    for (const name of Object.keys(TITLES)) {
      const vendor = simulate(name);
      const session = await vendor.signIn();
      await session.fetch(DATA[name]);
      await vendor.fault({ path: "*", status: 503, count: 3 });
      for (const call of Object.values(OPERATIONS)) await call(session).catch(() => {});
      await vendor.revoke();
      await session.fetch(DATA[name]).catch(() => {});
      await session.logout();
    }
  });
  equal(logged.map(([method]) => method), [], "lines");
}

/** Rule 4 and R2: the same for what is refused before anything is sent. */
export async function rule_4_no_refusal_before_sending_shows_a_secret() {
  const vendor = simulate("ethgas");
  const session = await secretSession(vendor);
  const { password, access, query, header } = SECRETS;
  const calls = [
    () => session.login({ username: 5, password }),
    () => session.login({ username: "", password }),
    () => session.login({ username: "x\ud800", password }),
    () => session.login({ username: "x", password: `${password}\ud800` }),
    () => session.login({ username: "x", password: password.repeat(1000) }),
    () => session.login({ username: "x", password: [password] }),
    () => session.login(password),
    () => session.login({ username: "x", password }, password),
    () => session.fetch(`https://evil.example/?token=${query}`),
    () => session.fetch(`https://u:${password}@${new URL(vendor.baseUrl).host}/`),
    () => session.json(DATA.ethgas, { headers: [[header]] }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: `https://u:${password}@h.example` }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: `https://h.example/?t=${query}` }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: `http://h.example/${query}` }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: `https://h.example:${query}` }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: "https://h.example", allow: [`https://h.example/?${query}`] }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: "https://h.example", password }),
    () => hallpass.openSession({ vendor: access, baseUrl: "https://h.example" }),
    () => hallpass.openSession({ vendor: "ethgas", baseUrl: "https://h.example", endpoints: { login: `https://h/?${query}` } }),
  ];
  for (const call of calls) {
    const error = await reasonOf(call);
    ok(hallpass.isAuthError(error), `an AuthError, saw ${error}`);
    keepsSecrets(error, String(call));
  }
}

/** R2: not even the platform's own error, which hallpass hands on as the cause, repeats a header's value. */
export async function r2_a_cause_repeats_no_header() {
  const session = await secretSession(simulate("ethgas"));
  for (const value of [`Bearer ${SECRETS.header}\nx`, `Bearer ${SECRETS.header}\0`, `Bearer ${SECRETS.header}ł`]) {
    const error = await rejects(session.fetch(DATA.ethgas, { headers: { Authorization: value } }), "invalid-options");
    keepsSecrets(error, JSON.stringify(value));
  }
}

/** Errors tell the platform's own error as their cause, also to those who only wait for a renewal that failed; and nobody else. */
export async function the_platforms_error_is_the_cause_for_all_who_wait() {
  const down = new TypeError("Failed to fetch");
  let isDown = false;
  const fetch = (request) => (isDown ? Promise.reject(down) : globalThis.fetch(request));
  const vendor = simulate("ethgas");
  const session = await vendor.open({ fetch });
  await session.login(jdoe);
  isDown = true;
  const errors = await Promise.all([session.refresh(), session.refresh(), session.check(), session.json(DATA.ethgas)].map((call) => reasonOf(() => call)));
  for (const [index, error] of errors.entries()) equal([error.code, error.cause === down], ["network", true], `call ${index}: ${error.cause}`);
  isDown = false;
  await vendor.fault({ path: DATA.ethgas, status: 503 });
  const later = await rejects(session.json(DATA.ethgas), "vendor-unavailable");
  equal(later.cause, undefined, "the cause of a refusal after that");
  // Its next try at a renewal would count in another test.
  session.dispose();
}

/** Rule 4: a vendor's own words that repeat the password, or have several lines, are not put into the sentence. */
export async function rule_4_a_vendors_words_put_no_secret_into_the_message() {
  const vendor = simulate("lenses");
  const fields = [{ name: "password", error: "invalid_value", title: `'${SECRETS.password}'\nis too short`, pointer: "/password" }];
  const body = { status: 400, title: `no ${SECRETS.password}`, type: "validation_error", invalid_fields: fields };
  await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying(body, 400) });
  const session = await vendor.open();
  const error = await rejects(session.login({ username: "jdoe", password: SECRETS.password }), "invalid-request");
  ok(!error.message.includes(SECRETS.password), `the password is seen in "${error.message}"`);
  ok(!error.message.includes("\n"), `one sentence, saw ${JSON.stringify(error.message)}`);
}

/** R2: nothing that hallpass exports shows a token in its JSON, text or members. */
export async function r2_no_object_shows_a_token() {
  for (const name of Object.keys(TITLES)) {
    const session = await secretSession(simulate(name));
    const own = Reflect.ownKeys(session).map((key) => String(session[key]));
    for (const text of [JSON.stringify(session), String(session), JSON.stringify(session.state), ...own]) {
      for (const secret of Object.values(SECRETS)) ok(!String(text).includes(secret), `${name}: ${text}`);
    }
  }
}

/** R23: a problem's `status` is advisory and its unknown members are nothing; the HTTP status counts. */
export async function r23_problem_details_are_advisory() {
  for (const status of [200, 500, "401", null, -1, {}]) {
    const vendor = simulate("lenses");
    const body = { status, type: "unauthorised", title: "No.", detail: "x", instance: "/x", code: "network", message: "x", fields: 5 };
    await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying(body, 401) });
    const error = await rejects((await vendor.open()).login(jdoe), "invalid-credentials");
    equal(error.status, 401);
    equal(error.vendorCode, "unauthorised");
    equal(error.fields, undefined, "fields");
    equal(Object.keys(error).sort(), ["code", "detail", "status", "vendor", "vendorCode"], "members");
    equal(error.detail, "No.", "the title is the vendor's own words");
  }
}

/** R23: the type may be one that no document names; then the HTTP status decides. */
export async function r23_an_unknown_type_leaves_it_to_the_status() {
  const table = { 401: "invalid-credentials", 403: "forbidden", 400: "invalid-request", 422: "invalid-request", 429: "rate-limited",
    500: "vendor-unavailable", 502: "vendor-unavailable", 503: "vendor-unavailable", 404: "vendor-error", 409: "vendor-error" };
  for (const [status, code] of Object.entries(table)) {
    for (const type of ["never_heard_of", undefined, 5, "constructor"]) {
      const vendor = simulate("lenses");
      await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ status: 1, title: "x", type }, Number(status)) });
      equal((await rejects((await vendor.open()).login(jdoe), code)).status, Number(status));
    }
  }
}

/** Another server has no login where the vendor has one. Its words are not the vendor's, so its status says it. */
export async function a_login_at_another_server_is_malformed() {
  const bodies = [["text/plain", "Not here."], ["text/html", "<!doctype html>"], ["application/json", "{}"], ["application/json", '{"message":"Not Found"}']];
  for (const [name, path] of Object.entries(LOGIN_PATHS)) {
    for (const status of [404, 405, 501]) {
      for (const [content_type, body] of bodies) {
        const vendor = simulate(name);
        await vendor.fault({ path, ...replying(body, status, content_type) });
        const error = await rejects((await vendor.open()).login(jdoe), "malformed-reply");
        equal([error.status, error.vendor], [status, name]);
        ok(error.message.includes(`HTTP ${status} at ${name === "pegase3" ? "GET" : "POST"} ${path}`), `status and path: ${error.message}`);
        ok(error.message.includes("check that baseUrl is the vendor's address"), `what to do: ${error.message}`);
      }
    }
  }
}

/** Elsewhere such a status is an answer like others, and in the vendor's own words it is the vendor's. */
export async function a_vendors_own_not_found_is_its_refusal() {
  const own = { status: 404, title: "No such thing.", type: "not_found" };
  const vendor = simulate("lenses");
  await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying(own, 404) });
  const error = await rejects((await vendor.open()).login(jdoe), "vendor-error");
  equal([error.vendorCode, error.detail], [own.type, own.title]);
  const other = simulate("ethgas");
  const session = await other.signIn();
  for (const [status, code] of [[404, "vendor-error"], [405, "vendor-error"], [501, "vendor-unavailable"]]) {
    await other.fault({ path: pathOf("ethgas"), ...replying("x", status, "text/plain") });
    await rejects(session.json(DATA.ethgas), code);
  }
}

const members = (error) => ({ ...error, requestId: undefined, message: error.message, name: error.name });

/** R31: a wrong password and an unknown user are told apart by nothing, where the vendor doesn't. */
export async function r31_an_unknown_user_fails_like_a_wrong_password() {
  for (const name of Object.keys(TITLES)) {
    const session = await simulate(name).open();
    const wrong = await rejects(session.login({ ...jdoe, password: "wrong" }), "invalid-credentials");
    const unknown = await rejects(session.login({ username: "nobody", password: "wrong" }), "invalid-credentials");
    equal(members(unknown), members(wrong), name);
  }
}

/** R31: where the vendor does tell (Ocient's -608), the code and the sentence don't. */
export async function r31_code_and_sentence_tell_no_account() {
  const errors = [];
  for (const vendor_code of [-304, -608]) {
    const vendor = simulate("ocient");
    await vendor.fault({ path: LOGIN_PATHS.ocient, ...replying({ status: { reason: "x", sql_state: "28000", vendor_code } }) });
    errors.push(await rejects((await vendor.open()).login(jdoe), "invalid-credentials"));
    equal(errors.at(-1).vendorCode, vendor_code);
  }
  equal(errors[0].message, errors[1].message);
}

/** What was under way at a `dispose` fails with the sentence of every later call, whatever it was waiting for. */
export async function what_a_dispose_ends_says_so() {
  const ocient = simulate("ocient");
  await ocient.config({ device_wait_s: 0.2 });
  const onDevice = await ocient.open();
  const lenses = simulate("lenses");
  const session = await lenses.signIn({ endpoints: { logout: "bye" } });
  await lenses.fault({ path: "/bye", delay_ms: 300 });
  const out = session.logout();
  const ended = {
    "a login on another device": reasonOf(onDevice.login({ device: () => setTimeout(() => onDevice.dispose()) })),
    "a check that waits for a logout": reasonOf(session.check()),
    "a login that waits for a logout": reasonOf(session.login(jdoe)),
  };
  session.dispose();
  for (const [what, reason] of Object.entries({ ...ended, "a later call": reasonOf(session.check()) })) {
    const error = await reason;
    equal([error.code, error.message], ["unsupported", "This session was disposed; open a new one with openSession."], what);
    equal(Object.keys(error), ["code"], `${what}: members`);
  }
  await out;
  const known = await simulate("ocient").open();
  ok((await rejects(known.check(), "unsupported")).message.includes("endpoints.check"), "no check");
}

/** isAuthError: also for another copy of the package, and for one that was loaded in another realm. */
export async function isAuthError_knows_errors_of_other_copies_and_realms() {
  const copies = [await import(`${packageAddress}?copy`), await import(new URL("inline.js?copy", packageAddress).href)];
  if (typeof document !== "undefined") copies.push(await inAnotherRealm()); // a worker and Node have no frames
  ok(copies[1].AuthError !== hallpass.AuthError, "a class of its own");
  const own = await rejects(hallpass.openSession(), "invalid-options");
  for (const copy of copies) {
    const other = new copy.AuthError("x", { code: "network" });
    ok(hallpass.isAuthError(other) && copy.isAuthError(own), "each knows the other's");
    ok(other instanceof hallpass.AuthError && own instanceof copy.AuthError, "an instance of the other's");
    equal([other.name, other.code], ["AuthError", "network"]);
    class Mine extends copy.AuthError {}
    ok(new Mine("x", { code: "network" }) instanceof Mine && !(other instanceof Mine), "a class of the application's has its own alone");
  }
}

async function inAnotherRealm() {
  const frame = document.body.appendChild(document.createElement("iframe"));
  try {
    return await frame.contentWindow.eval("(address) => import(address)")(packageAddress);
  } finally {
    setTimeout(() => frame.remove());
  }
}

/** isAuthError: false for whatever else, and it never throws. */
export async function isAuthError_is_false_for_anything_else() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const throwing = new Proxy({}, { get() { throw new Error("x"); }, has() { throw new Error("x"); }, getPrototypeOf() { throw new Error("x"); } });
  const lookalike = Object.assign(new Error("x"), { name: "AuthError", code: "network" });
  for (const value of [undefined, null, 0, 5n, "AuthError", Symbol("s"), () => {}, {}, [], new Error("x"), lookalike, proxy, throwing]) {
    equal(hallpass.isAuthError(value), false);
  }
  equal(hallpass.isAuthError(), false);
}

/** R2: a token of the caller's own, which the vendor repeats, is in no error. */
export async function r2_a_token_of_the_callers_own_is_in_no_error() {
  for (const [words, told] of [["Bearer OWN-SECRET may not", undefined], ["you may not", "you may not"]]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    const body = { code: 403, message: words, data: null };
    await vendor.fault({ path: DATA.ethgas, ...replying(body, 403) });
    const error = await rejects(session.json(DATA.ethgas, { headers: { Authorization: "Bearer OWN-SECRET" } }), "forbidden");
    equal(error.detail, told);
    session.dispose();
  }
  // Where the header holds the token alone.
  const pegase3 = simulate("pegase3");
  const other = await pegase3.signIn();
  await pegase3.fault({ path: DATA.pegase3, ...replying({ code: 403, status: "error", message: "OWN-SECRET may not" }, 403) });
  const refused = await rejects(other.json(DATA.pegase3, { headers: { Token: "OWN-SECRET" } }), "forbidden");
  ok(!JSON.stringify({ ...refused, message: refused.message }).includes("OWN-SECRET"), "where the header holds the token alone");
  other.dispose();
  const lenses = simulate("lenses");
  const session = await lenses.signIn();
  const field = (name, title) => ({ name, error: "invalid_value", title });
  const problem = { type: "validation_error", title: "x", status: 400, invalid_fields: [field("filter", "not OWN-SECRET"), field("sort", "unknown")] };
  await lenses.fault({ path: DATA.lenses, ...replying(problem, 400) });
  const error = await rejects(session.json(DATA.lenses, { headers: { Authorization: "Bearer OWN-SECRET" } }), "invalid-request");
  equal(error.fields.map(({ name, title }) => [name, title]), [["filter", ""], ["sort", "unknown"]]);
}

/** Rule 4: who waits for a call that another has begun is told the same about it. */
export async function rule_4_who_joins_a_call_is_told_what_its_caller_is_told() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ renew: "manual" });
  await vendor.fault({ path: RENEWAL_PATHS.ethgas, ...replying("<h1>hello</h1>", 200, "text/html") });
  const [first, second] = await Promise.all([1, 2].map(() => rejects(session.refresh(), "malformed-reply")));
  ok(first.message.includes(`POST ${RENEWAL_PATHS.ethgas}`), first.message);
  equal([second.message, await renewals(vendor)], [first.message, 1]);
  session.dispose();
}
