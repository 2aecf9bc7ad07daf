/** An API described in data: everything that hallpass's own vendors have, for any other one. */
import {
  AGES_MS, equal, hallpass, hasTabs, jdoe, jsonReply, jwt, ok, reasonOf, rejects, simulate, storageOfItsOwn, until, withClock, withGlobal,
} from "./env.js";
import { api, BASE } from "./stand-ins/api.js";

/** ETHGAS, as somebody describes it who has read its documents. */
const ETHGAS = {
  name: "gas",
  title: "Gas",
  credential: "bearer",
  login: { path: "api/v1/user/login", json: { username: "{username}", password: "{password}" } },
  refresh: { path: "api/v1/user/login/refresh", headers: { Authorization: "Bearer {refresh}" } },
  logout: { path: "api/v1/user/logout" },
  check: { path: "api/v1/user/login/verify", alive: "data.valid" },
  grant: { access: "data.accessToken", refresh: "data.refreshToken", lifetime: { seconds: "data.expiresIn" } },
  envelope: { success: { at: "code", is: [200, 1] }, payload: "data" },
  errors: {
    code: ["errorCode", "code"],
    detail: "message",
    codes: { 401: { login: "invalid-credentials", elsewhere: "session-expired" }, 40102: { login: "invalid-credentials", elsewhere: "session-expired" } },
  },
};

const ACME = {
  name: "acme",
  credential: "bearer",
  login: { path: "auth/login", json: { user: { email: "{email}", password: "{password}" }, remember: true, days: 30 } },
  refresh: { path: "auth/refresh", form: { grant_type: "refresh_token", refresh_token: "{refresh}" } },
  grant: { access: ["token", "data.token"], refresh: "data.refresh", user: "data.user.name", lifetime: { seconds: "data.expires" } },
};
const PERSON = { email: "jdoe@acme.test", password: "correct \"horse\" & \\ €" };
const granted = (number) => jsonReply({ data: { token: `a${number}`, refresh: `r${number}`, user: { name: "J. Doe" }, expires: 3600 } });

const described = (description, routes, options) => {
  const server = api(routes);
  const open = () => hallpass.openSession({ vendor: description, baseUrl: BASE, fetch: server.fetch, ...options });
  return { ...server, open, signIn: async (person = PERSON) => { const session = await open(); await session.login(person); return session; } };
};

/** One flight for ten callers and two tabs, where each refresh token is good for one renewal. */
export async function r16_ten_callers_and_two_tabs_renew_once_at_a_described_api() {
  for (const storage of [storageOfItsOwn(), ...(globalThis.localStorage ? ["local"] : []), ...(globalThis.indexedDB ? ["encrypted"] : [])]) {
    if (!hasTabs) continue;
    const vendor = simulate("ethgas");
    const open = () => hallpass.openSession({ vendor: hallpass.defineVendor(ETHGAS), baseUrl: vendor.baseUrl, storage });
    const first = await open();
    await first.login(jdoe);
    const second = await open();
    equal([second.vendor, second.state.status, second.state.user, second.state.renewable], ["gas", "signed-in", "jdoe", true]);
    await vendor.expire();
    const replies = await Promise.all([first, second].flatMap((tab) => Array.from({ length: 5 }, () => tab.fetch("/api/v1/user/info"))));
    equal([...new Set(replies.map(({ status }) => status))], [200]);
    equal(await vendor.count("POST /api/v1/user/login/refresh"), 1, "renewals");
    equal((await first.json("/api/v1/user/info")).username, "jdoe", "the payload");
    equal((await first.check()).status, "signed-in");
    equal([await first.logout(), first.state.status], [{ revoked: true }, "signed-out"]);
    second.dispose();
  }
}

/** In one tab, and ahead of the end: nothing is sent with a token that is over. */
export async function r19_a_described_token_is_renewed_ahead_of_its_end() {
  const vendor = simulate("ethgas");
  const session = await hallpass.openSession({ vendor: ETHGAS, baseUrl: vendor.baseUrl });
  await session.login(jdoe);
  await withClock(AGES_MS, () => Promise.all(Array.from({ length: 10 }, () => session.fetch("/api/v1/user/info"))));
  equal(await vendor.count("POST /api/v1/user/login/refresh"), 1, "renewals");
  equal((await rejects(session.login({ ...jdoe, password: "wrong" }), "invalid-credentials")).vendor, "gas");
  session.dispose();
}

/** What is sent is what is described, byte for byte. */
export async function r30_a_described_login_is_sent_as_described() {
  const acme = described(ACME, {
    "POST /v2/auth/login": () => granted(1),
    "POST /v2/auth/refresh": () => granted(2),
    "GET /v2/me": (_, times) => (times === 1 ? jsonReply({}, 401) : jsonReply({ me: true })),
  });
  const session = await acme.signIn();
  const [login] = acme.seen;
  equal(JSON.parse(login.body), { user: { email: PERSON.email, password: PERSON.password }, remember: true, days: 30 });
  equal([login.headers["content-type"], login.headers.authorization, login.redirect], ["application/json", undefined, "manual"]);
  equal([session.state.user, session.vendor], ["J. Doe", "acme"]);
  ok(Math.abs(session.state.expiresAt - Date.now() - 3_600_000) < 5_000, "an hour");
  equal(await session.json("me"), { me: true }, "after a renewal");
  const [refresh] = acme.at("POST /v2/auth/refresh");
  equal([refresh.body, refresh.headers["content-type"], refresh.headers.authorization], ["grant_type=refresh_token&refresh_token=r1", "application/x-www-form-urlencoded", undefined]);
  equal(acme.at("GET /v2/me").map(({ headers }) => headers.authorization), ["Bearer a1", "Bearer a2"]);
  session.dispose();
}

/** Rule 10: a server may tell no refresh token. Then nothing renews, and the session ends with its token, or when that is rejected. */
export async function rule_10_without_a_refresh_token_a_described_session_ends_with_its_token() {
  const routes = {
    "POST /v2/auth/login": () => jsonReply({ token: "a1", data: { user: { name: "J. Doe" }, expires: 3600 } }),
    "GET /v2/me": () => jsonReply({}, 401),
  };
  const ends = {
    expired: (session) => withClock(AGES_MS, () => rejects(session.json("me"), "session-expired")),
    refused: (session) => rejects(session.json("me"), "session-expired"),
  };
  for (const [reason, end] of Object.entries(ends)) {
    const acme = described(ACME, routes);
    const session = await acme.signIn();
    equal([session.state.status, session.state.renewable], ["signed-in", false]);
    await rejects(session.refresh(), "not-renewable");
    equal(session.state.status, "signed-in", "a session that is still good goes on");
    await end(session);
    equal([session.state.status, session.state.reason], ["signed-out", reason]);
    equal(acme.at("POST /v2/auth/refresh").length, 0, "renewals");
    session.dispose();
  }
}

/** Rule 8: a check may tell the user's name otherwise than it was typed. It is the same login, and overtakes nothing. */
export async function rule_8_a_check_that_spells_the_user_otherwise_overtakes_nothing() {
  const { user: _, ...grant } = ACME.grant;
  const vendor = { ...ACME, grant, check: { path: "me", method: "GET", user: "name" } };
  const acme = described(vendor, {
    "POST /v2/auth/login": () => granted(1),
    "POST /v2/auth/refresh": () => granted(2),
    "GET /v2/me": () => jsonReply({ name: "jdoe@acme.test" }),
    "GET /v2/items": async (_, times) => {
      if (times > 1) return jsonReply([1]);
      await session.check();
      return jsonReply({}, 401);
    },
  });
  const session = await acme.signIn({ ...PERSON, email: "JDoe@Acme.test" });
  equal(session.state.user, "JDoe@Acme.test");
  equal(await session.json("items"), [1]);
  equal(session.state.user, "jdoe@acme.test");
  session.dispose();
}

/** R25: an API may tell no name, and nothing that was typed is one. Then only the login tells people apart. */
export async function r25_where_no_name_is_known_a_request_is_sent_for_its_own_login_alone() {
  const vendor = { ...ACME, login: { path: "auth/login", json: { key: "{key}" } }, grant: { access: "token", refresh: "refresh", lifetime: { seconds: "expires" } } };
  const grants = (name) => jsonReply({ token: `a${name}`, refresh: `r${name}`, expires: 3600 });
  const acme = described(vendor, {
    "POST /v2/auth/login": (_, times) => grants(times),
    "POST /v2/auth/refresh": async (_, times) => {
      if (times === 1) await session.login({ key: "another's" });
      return grants("late");
    },
    "GET /v2/me": () => jsonReply({ me: true }),
  });
  const session = await acme.signIn({ key: "one's" });
  await withClock(AGES_MS, async () => {
    await rejects(session.json("me"), "superseded");
    equal(acme.at("GET /v2/me").length, 0);
    equal(await session.json("me"), { me: true }, "of who is signed in now");
  });
  equal(acme.at("GET /v2/me").map(({ headers }) => headers.authorization), ["Bearer a2"]);
  session.dispose();
}

/** The description's own headers go with each of hallpass's calls, and count more than what hallpass asks for by itself. */
export async function described_headers_go_with_hallpasss_own_calls() {
  const vendor = { ...ACME, headers: { "X-Key": "public", Accept: "application/vnd.acme+json" }, logout: { path: "auth/logout" } };
  const acme = described(vendor, {
    "POST /v2/auth/login": () => granted(1),
    "POST /v2/auth/refresh": () => granted(2),
    "POST /v2/auth/logout": () => jsonReply({}),
  });
  const session = await acme.signIn();
  await session.refresh();
  await session.logout();
  equal(acme.seen.map(({ headers }) => [headers["x-key"], headers.accept]), Array.from({ length: 3 }, () => ["public", "application/vnd.acme+json"]));
  const plain = described(ACME, { "POST /v2/auth/login": () => granted(1) });
  (await plain.signIn()).dispose();
  equal(plain.seen[0].headers.accept, "application/json");
}

/** A payload's path may lead through lists, and what lies there may be null. */
export async function a_described_payload_is_what_lies_at_its_path() {
  for (const [payload, body, expected] of [
    ["rows.0", { rows: [{ a: 1 }] }, { a: 1 }],
    ["data", { data: null }, null],
    [{ without: "rows.0.meta" }, { rows: [{ a: 1, meta: 2 }] }, { rows: [{ a: 1 }] }],
  ]) {
    const routes = { "POST /v2/auth/login": () => granted(1), "GET /v2/rows": () => jsonReply(body) };
    const session = await described({ ...ACME, envelope: { payload } }, routes).signIn();
    equal(await session.json("rows"), expected, JSON.stringify(payload));
    session.dispose();
  }
}

export async function a_form_and_a_query_are_encoded() {
  const vendor = { ...ACME, login: { path: "token?v=1", query: { "grant type": "password", u: "{email}" }, form: { p: "{password}" } } };
  const acme = described(vendor, { "POST /v2/token": () => granted(1) });
  const session = await acme.signIn();
  const [{ search, body }] = acme.seen;
  equal([...new URLSearchParams(search)].map((pair) => pair.join("=")), ["v=1", "grant type=password", `u=${PERSON.email}`]);
  equal(new URLSearchParams(body).get("p"), PERSON.password);
  session.dispose();
}

/** A token of its own header, granted in a header of the reply. */
export async function a_header_of_the_apis_own_carries_the_token() {
  const vendor = {
    name: "acme",
    credential: { header: "X-Session", prefix: "sid " },
    headers: { "X-App-Key": "public" },
    login: { path: "login", method: "GET", headers: { "X-User": "{email}", "X-Password": "{password}" } },
    logout: { path: "session", method: "DELETE" },
    grant: { access: { header: "X-Granted", prefix: "sid " } },
  };
  const acme = described(vendor, {
    "GET /v2/login": () => new Response(null, { status: 204, headers: { "X-Granted": "sid t0ken" } }),
    "GET /v2/me": () => jsonReply([1]),
    "DELETE /v2/session": () => new Response(null, { status: 204 }),
  });
  const refused = await rejects(acme.signIn({ email: "jdoe", password: "€" }), "invalid-request");
  equal([refused.fields[0].name, acme.seen.length], ["password", 0], "nothing that a header can't carry is sent");
  const session = await acme.signIn({ email: "jdoe", password: "pässword" });
  equal([session.state.user, session.state.renewable, session.state.expiresAt], ["jdoe", false, undefined]);
  equal(await session.json("me"), [1]);
  equal(await session.logout(), { revoked: true });
  const [login, me, logout] = acme.seen;
  equal([login.headers["x-password"], login.headers["x-app-key"]], ["pässword", "public"]);
  for (const { headers } of [me, logout]) equal([headers["x-session"], headers["x-app-key"], headers.authorization], ["sid t0ken", "public", undefined]);
  equal(me.redirect, "error", "a header of its own is carried nowhere else");
  await rejects(session.refresh(), "not-renewable");
}

/** R42: the application's headers go to baseUrl, and to nothing else. */
export async function r42_static_headers_go_to_baseUrl_alone() {
  const other = "https://other.acme.test";
  const acme = described({ ...ACME, headers: { apikey: "public" } }, { "POST /v2/auth/login": () => granted(1), "GET /x": () => jsonReply(1), "GET /v2/x": () => jsonReply(2) }, { allow: [other] });
  const session = await acme.signIn();
  equal(await session.json("x", { headers: { apikey: "own" } }), 2);
  equal(await session.json(`${other}/x`), 1);
  equal(acme.seen.map(({ headers }) => headers.apikey), ["public", "own", undefined]);
  session.dispose();
}

/** Runs with a page's cookies; where there is no page, with one that has nothing else. */
async function withCookies(page, run) {
  if (!globalThis.document) return withGlobal("document", page, run);
  Object.defineProperty(document, "cookie", { configurable: true, get: () => page.cookie });
  try {
    return await run();
  } finally {
    delete document.cookie;
  }
}

/** What asks for a CSRF cookie at an address. */
const GUARDED = {
  name: "dj",
  credential: "cookie",
  csrf: { cookie: "dj_csrf", header: "X-CSRFToken", from: "csrf" },
  headers: { "X-Key": "secret-of-the-apis" },
  login: { path: "login", form: { username: "{username}", password: "{password}" } },
  grant: {},
};

/** Double submit: the cookie's value in a header of all but GET and HEAD, asked for where it isn't there. */
export async function a_cookie_session_submits_its_csrf_token_twice() {
  const vendor = { ...GUARDED, headers: { "X-Key": "public" }, check: { path: "me", method: "GET", user: "name" } };
  const page = { cookie: "other=1" };
  const acme = described(vendor, {
    "GET /v2/csrf": () => { page.cookie = "other=1; dj_csrf=abc%3D"; return new Response(null, { status: 204 }); },
    "POST /v2/login": () => { page.cookie = "other=1; dj_csrf=%E2%82%AC"; return jsonReply({}); },
    "GET /v2/me": () => jsonReply({ name: "J. Doe" }),
    "POST /v2/notes": () => jsonReply({ id: 1 }),
  });
  await withCookies(page, async () => {
    const session = await acme.signIn({ username: "jdoe", password: "secret" });
    equal(session.state.user, "jdoe");
    equal((await session.check()).user, "J. Doe");
    equal(await session.json("notes", { json: { text: "x" } }), { id: 1 });
    equal(acme.seen.map(({ what, headers }) => `${what} ${headers["x-csrftoken"]}`), [
      "GET /v2/csrf undefined", "POST /v2/login abc=", "GET /v2/me undefined", "POST /v2/notes %E2%82%AC",
    ]);
    equal(acme.seen.map(({ credentials }) => credentials), ["include", "include", "include", "include"]);
    equal(acme.seen.map(({ headers }) => headers["x-key"]), ["public", "public", "public", "public"]);
    equal(await session.accessToken(), undefined);
    session.dispose();
  });
}

/** R35: where the cookie's address never answers, that is told as what it is. */
export async function r35_an_address_of_a_csrf_cookie_that_never_answers_is_waited_for_in_bounds() {
  const { headers: _, ...vendor } = GUARDED;
  const page = { cookie: "dj_csrf=a" };
  const acme = described(vendor, {
    "GET /v2/csrf": () => new Promise(() => {}),
    "POST /v2/login": () => jsonReply({}),
  }, { timeoutMs: 300 });
  await withCookies(page, async () => {
    const session = await acme.signIn({ username: "jdoe", password: "secret" });
    page.cookie = "";
    const calls = [() => session.fetch("notes", { method: "POST" }), () => session.json("notes", { json: {} }), () => session.login({ username: "j", password: "p" })];
    for (const call of calls) {
      const { cause } = await rejects(call(), "timeout");
      ok(cause === undefined || cause instanceof DOMException, `the cause is ${cause}`);
    }
    session.dispose();
  });
}

/** R35, rule 1: a cookie is asked for no longer than its call goes on. */
export async function r35_an_address_of_a_csrf_cookie_is_let_go_with_the_call() {
  const page = { cookie: "dj_csrf=a" };
  const asked = [];
  // The Request itself: Node's own forgets one that nobody holds, and with it what follows its signal.
  const fetch = async (request) => {
    if (request.method !== "GET") return jsonReply({});
    asked.push(request);
    return new Promise(() => {});
  };
  const acme = described(GUARDED, {}, { fetch, timeoutMs: 200 });
  await withCookies(page, async () => {
    const session = await acme.signIn({ username: "jdoe", password: "secret" });
    page.cookie = "";
    await rejects(session.fetch("notes", { method: "POST" }), "timeout");
    await rejects(session.login({ username: "j", password: "p" }), "timeout");
    const controller = new AbortController();
    const aborted = reasonOf(session.fetch("notes", { method: "POST", signal: controller.signal }));
    await until(() => asked.length === 3, "asked for");
    controller.abort("leave");
    equal(await aborted, "leave");
    equal(asked.map(({ signal }) => signal.aborted), [true, true, true]);
    session.dispose();
  });
}

/** Where there is no page, no script can read a cookie, and so none is asked for. */
export async function no_csrf_cookie_is_asked_for_where_there_is_no_page() {
  if (globalThis.document) return;
  const acme = described(GUARDED, { "POST /v2/login": () => jsonReply({}), "POST /v2/notes": () => jsonReply({}) });
  const session = await acme.signIn({ username: "jdoe", password: "secret" });
  equal((await session.fetch("notes", { method: "POST" })).status, 200);
  equal(acme.seen.map(({ what, headers }) => [what, headers["x-csrftoken"]]), [["POST /v2/login", undefined], ["POST /v2/notes", undefined]]);
  session.dispose();
}

/** R5: a redirect at the address of the CSRF cookie is not followed, as the described headers would go along; nor is a cached answer taken. */
export async function r5_the_address_of_a_csrf_cookie_sends_no_header_elsewhere() {
  const page = { cookie: "" };
  const asked = [];
  const fetch = async (input, init) => {
    const request = new Request(input, init);
    asked.push([request.method, new URL(request.url).pathname, request.redirect, request.cache]);
    return request.method === "GET" ? new Response(null, { status: 204 }) : jsonReply({});
  };
  const acme = described(GUARDED, {}, { fetch });
  await withCookies(page, async () => {
    const session = await acme.signIn({ username: "jdoe", password: "secret" });
    await session.fetch("notes", { method: "POST" });
    equal(asked.filter(([method]) => method === "GET"), Array(2).fill(["GET", "/v2/csrf", "manual", "no-store"]));
    session.dispose();
  });
}

/** R5: on a redirect to another origin browsers take off Authorization alone. So none is followed where a described header goes along. */
export async function r5_a_request_with_a_described_header_is_not_redirected() {
  const { headers, csrf } = GUARDED;
  const [inside, outside] = ["https://api.acme.test/v2/notes", "https://files.acme.test/notes"];
  for (const [more, expected] of [[{ headers }, "error"], [{ csrf }, "error"], [{}, "follow"]]) {
    const answers = { "POST /v2/auth/login": () => granted(1), "GET /v2/notes": () => jsonReply({}), "GET /notes": () => jsonReply({}) };
    const acme = described({ ...ACME, ...more }, answers, { allow: ["https://files.acme.test"] });
    const session = await acme.signIn();
    for (const init of [undefined, { redirect: "follow" }, { redirect: "manual" }]) {
      for (const input of [inside, new Request(inside), outside]) await session.fetch(input, init);
    }
    const seen = acme.seen.filter(({ what }) => what.endsWith("/notes")).map(({ redirect }) => redirect);
    equal(seen, [expected, expected, "follow", expected, expected, "follow", "manual", "manual", "manual"], JSON.stringify(more));
    session.dispose();
  }
}

/** The CSRF header has the value of this very cookie: none where there is none, and the caller's own where he gives one. It goes to baseUrl alone. */
export async function a_csrf_header_is_the_cookies_value_or_the_callers_own() {
  const { from: _, ...csrf } = GUARDED.csrf;
  const page = { cookie: "" };
  const answers = Object.fromEntries(["/v2/login", "/v2/notes", "/notes"].map((path) => [`POST ${path}`, () => jsonReply({})]));
  const acme = described({ ...GUARDED, csrf }, answers, { allow: ["https://files.acme.test"] });
  const sent = () => acme.at("POST /v2/notes").at(-1).headers["x-csrftoken"];
  await withCookies(page, async () => {
    const session = await acme.signIn({ username: "jdoe", password: "secret" });
    for (const [cookie, headers, expected] of [
      ["", {}, undefined],
      ["dj_csrf=", {}, undefined],
      ["not_dj_csrf=theirs", {}, undefined],
      ["not_dj_csrf=theirs; dj_csrf=ours", {}, "ours"],
      ["a=dj_csrf=theirs; dj_csrf=ours", {}, "ours"],
      ["dj_csrf=ours", { "X-CSRFToken": "mine" }, "mine"],
    ]) {
      page.cookie = cookie;
      await session.fetch("notes", { method: "POST", headers });
      equal(sent(), expected, JSON.stringify([cookie, headers]));
    }
    await session.fetch("https://files.acme.test/notes", { method: "POST" });
    equal(acme.at("POST /notes").map(({ headers }) => [headers["x-csrftoken"], headers["x-key"]]), [[undefined, undefined]], "at a prefix in allow");
    session.dispose();
  });
}

/** A path means the same to the WebAssembly, which finds the user by it, and to the script that takes the envelope off. */
export async function a_path_means_the_same_everywhere() {
  const list = Array.from({ length: 300 }, (_, index) => `e${index}`);
  const reply = { token: "a1", list, text: "abc", deep: { "05": "five", length: "own" } };
  const found = {
    "list.0": "e0", "list.5": "e5", "list.299": "e299", "list.300": undefined, "list.05": undefined, "list.length": undefined, "list.-1": undefined,
    "list.1e1": undefined, "list.99999": undefined, "text.length": undefined, "text.0": undefined, "deep.05": "five", "deep.length": "own",
  };
  for (const [path, value] of Object.entries(found)) {
    const acme = described(
      { ...ACME, refresh: undefined, grant: { access: "token", user: path }, envelope: { payload: path } },
      { "POST /v2/auth/login": () => jsonReply(reply), "GET /v2/x": () => jsonReply(reply) },
    );
    const session = await acme.signIn();
    equal([await session.json("x"), session.state.user], [value, value ?? PERSON.email], path);
    session.dispose();
  }
}

export async function a_described_apis_errors_are_its_own() {
  const vendor = {
    ...ACME,
    errors: {
      code: "error.code",
      detail: "error.text",
      codes: { E17: "rate-limited", 12: { login: "invalid-credentials", elsewhere: "session-expired" } },
      statuses: { 418: "forbidden", 409: { login: "invalid-request", elsewhere: "vendor-error" } },
      fields: { list: "error.fields", name: "loc.1", title: "msg", code: "type" },
    },
  };
  const replies = {
    "/e17": [400, { error: { code: "E17", text: "slower" } }],
    "/12": [200, { error: { code: 12 } }],
    "/418": [418, {}],
    "/fields": [422, { error: { code: "bad", fields: [{ loc: ["body", "age"], msg: "too young", type: "less_than" }, { loc: [] }] } }],
    "/html": [502, undefined],
  };
  const routes = Object.fromEntries(Object.entries(replies).map(([path, [status, body]]) => [`GET /v2${path}`, () => (body ? jsonReply(body, status) : new Response("<p>", { status }))]));
  const acme = described(vendor, { ...routes, "POST /v2/auth/login": (_, times) => (times === 1 ? jsonReply({ error: { code: 12, text: `not ${PERSON.password}` } }, 400) : granted(1)) });
  const session = await acme.open();
  const refused = await rejects(session.login(PERSON), "invalid-credentials");
  equal([refused.vendor, refused.vendorCode, refused.status, refused.detail], ["acme", 12, 400, undefined], "and the password isn't repeated");
  await session.login(PERSON);
  const slow = await rejects(session.json("/e17"), "rate-limited");
  equal([slow.vendorCode, slow.detail], ["E17", "slower"]);
  await rejects(session.json("/418"), "forbidden");
  const { fields, vendorCode } = await rejects(session.json("/fields"), "invalid-request");
  equal([vendorCode, fields], ["bad", [{ name: "age", code: "less_than", title: "too young" }]]);
  await rejects(session.json("/html"), "vendor-unavailable");
  equal(session.state.status, "signed-in", "rule 10: nothing of that ends the session");
  session.dispose();
}

/** R24: an API that says no inside a 200 lets nobody in, though its session is a cookie and no token is missed. */
export async function r24_a_listed_code_inside_a_success_signs_nobody_in() {
  const vendor = {
    name: "rpc",
    credential: "cookie",
    login: { path: "login", json: { email: "{email}", password: "{password}" } },
    refresh: { path: "refresh" },
    logout: { path: "logout" },
    grant: {},
    envelope: { payload: "result" },
    errors: { code: "error.name", detail: "error.text", codes: { AccessDenied: "invalid-credentials", AccessError: "forbidden", Gone: "session-expired" } },
  };
  const no = (name) => jsonReply({ error: { name, text: "It says no" } });
  const acme = described(vendor, {
    "POST /v2/login": (_, times) => (times === 1 ? no("AccessDenied") : jsonReply({ result: { name: "success" } })),
    "POST /v2/refresh": (_, times) => (times === 1 ? no("AccessError") : no("Gone")),
    "POST /v2/logout": () => no("Gone"),
    "GET /v2/secret": () => no("AccessError"),
    "GET /v2/list": () => jsonReply({ result: [1] }),
  });
  const session = await acme.open();
  const refused = await rejects(session.login(PERSON), "invalid-credentials");
  equal([refused.status, refused.vendorCode, refused.detail, session.state.status], [200, "AccessDenied", "It says no", "signed-out"]);
  await session.login(PERSON);
  equal((await rejects(session.json("secret"), "forbidden")).vendorCode, "AccessError");
  equal([await session.json("list"), (await session.fetch("secret")).status, session.state.status], [[1], 200, "signed-in"]);
  equal(await session.logout(), { revoked: false });
  await session.login(PERSON);
  await rejects(session.refresh(), "forbidden");
  equal(session.state.status, "signed-out", "rule 10: a refused renewal");
  session.dispose();
}

/** Servers that say "OK" in plain text, and nothing else. A page is no such word. */
export async function r24_plain_text_is_a_success_where_nothing_is_to_be_read() {
  const words = (text, type, status = 200) => new Response(text, { status, headers: { "Content-Type": type } });
  const vendor = { name: "express", credential: "cookie", login: { path: "login", form: { u: "{username}" } }, logout: { path: "logout" }, check: { path: "me", method: "GET" }, grant: {} };
  for (const [type, means] of [["text/plain; charset=utf-8", true], ["Text/Plain", true], ["text/html", false], ["application/octet-stream", false]]) {
    const express = described(vendor, {
      "POST /v2/login": () => words("Created", type, 201),
      "GET /v2/me": () => words("OK", type),
      "POST /v2/logout": () => words("OK", type),
    });
    const session = await express.open();
    if (means) {
      await session.login({ username: "jdoe" });
      equal([session.state.user, (await session.check()).status, await session.logout()], ["jdoe", "signed-in", { revoked: true }], type);
    } else await rejects(session.login({ username: "jdoe" }), "malformed-reply");
    session.dispose();
  }
  const plain = { ...ACME, logout: { path: "out" }, errors: { code: "code" }, rejected: { statuses: [401] } };
  for (const [body, type] of [[null, undefined], ["Unauthorized", "text/plain"], ["", "text/html; charset=utf-8"]]) {
    const acme = described({ ...plain, refresh: undefined, grant: { access: "token" } }, {
      "POST /v2/auth/login": () => jsonReply({ token: "a" }),
      "GET /v2/me": () => (type ? words(body, type, 401) : new Response(body, { status: 401 })),
      "POST /v2/out": () => words("Bye", "text/plain"),
    });
    const session = await acme.signIn();
    equal(await session.logout(), { revoked: true });
    await session.login(PERSON);
    const refused = await session.fetch("me");
    equal([refused.status, await refused.text(), session.state.status], [401, body ?? "", "signed-out"], "the API's own status");
    session.dispose();
  }
}

/** Some APIs answer a login with the token and nothing around it. */
export async function a_described_reply_may_be_the_token_itself() {
  for (const [body, type] of [["t.0.k", "text/plain"], ['"t.0.k"', "application/json"]]) {
    const acme = described({ ...ACME, refresh: undefined, grant: { access: "" } }, {
      "POST /v2/auth/login": () => new Response(body, { headers: { "Content-Type": type } }),
      "GET /v2/me": () => jsonReply({ me: true }),
    });
    const session = await acme.signIn();
    equal([await session.json("me"), acme.seen.at(-1).headers.authorization], [{ me: true }, "Bearer t.0.k"], type);
    session.dispose();
  }
  for (const [body, type] of [["t.0.k", "text/html"], [" <html></html>", "text/plain"]]) {
    const page = described({ ...ACME, refresh: undefined, grant: { access: "" } }, { "POST /v2/auth/login": () => new Response(body, { headers: { "Content-Type": type } }) });
    await rejects(page.signIn(), "malformed-reply");
  }
}

/** Fields by their names, at the reply's top. */
export async function fields_by_name_are_read() {
  const vendor = { ...ACME, errors: { detail: "detail", fields: { byName: "" } } };
  const bad = { detail: "Invalid", email: ["Not an address.", "Too long."], age: { code: "min", message: "Too young" }, other: 5 };
  const acme = described(vendor, { "POST /v2/auth/login": () => granted(1), "GET /v2/x": () => jsonReply(bad, 400) });
  const session = await acme.signIn();
  const { fields, detail } = await rejects(session.json("x"), "invalid-request");
  equal([detail, fields], ["Invalid", [{ name: "email", code: "invalid", title: "Not an address. Too long." }, { name: "age", code: "min", title: "Too young" }]]);
  session.dispose();
}

/** Rule 11: a token that is rejected inside a success; and only by the codes that are listed. */
export async function rule_11_a_rejection_inside_a_success_is_seen() {
  const vendor = { ...ACME, envelope: { success: { at: "ok", is: [true] }, payload: "result.items" }, errors: { code: "code" }, rejected: { codes: [498], insideSuccess: true } };
  const acme = described(vendor, {
    "POST /v2/auth/login": () => jsonReply({ ok: true, data: { token: "a1", refresh: "r1" } }),
    "POST /v2/auth/refresh": () => jsonReply({ ok: true, data: { token: "a2", refresh: "r2" } }),
    "GET /v2/x": ({ headers }) => (headers.authorization === "Bearer a1" ? jsonReply({ ok: false, code: 498 }) : jsonReply({ ok: true, result: { items: [1] } })),
    "GET /v2/y": () => jsonReply({ ok: false, code: 7 }),
    "GET /v2/z": () => jsonReply({ fine: 1 }),
  });
  const session = await acme.signIn();
  equal(await session.json("x"), [1]);
  equal((await (await session.fetch("x")).json()).ok, true);
  equal((await rejects(session.json("y"), "vendor-error")).vendorCode, 7);
  await rejects(session.json("z"), "malformed-reply");
  equal([acme.at("POST /v2/auth/refresh").length, session.state.status], [1, "signed-in"]);
  session.dispose();
}

/** An API that answers everything with 200: what stands in the token's place is read as the refusal that it is. */
export async function a_refusal_inside_a_success_is_read_where_no_token_came() {
  const vendor = {
    ...ACME,
    grant: { access: ["data.login.token", "data.renewed.token"], refresh: ["data.login.refresh", "data.renewed.refresh"] },
    errors: { code: "errors.0.message", detail: ["hint", "errors.0.hint"], codes: { "Who is that?": "invalid-credentials", "Used before": "session-expired" } },
  };
  const refusal = (message) => jsonReply({ errors: [{ message, hint: `${message}!` }], data: null });
  const acme = described(vendor, {
    "POST /v2/auth/login": (_, times) => [refusal("Who is that?"), refusal("Out of memory")][times - 1] ?? jsonReply({ data: { login: { token: "a1", refresh: "r1" } } }),
    "POST /v2/auth/refresh": (_, times) => (times === 1 ? jsonReply({ data: { renewed: { token: "a2", refresh: "r2" } } }) : refusal("Used before")),
  });
  const session = await acme.open();
  const refused = await rejects(session.login(PERSON), "invalid-credentials");
  equal([refused.vendorCode, refused.detail, refused.status], ["Who is that?", "Who is that?!", 200]);
  equal((await rejects(session.login(PERSON), "vendor-error")).vendorCode, "Out of memory");
  await session.login(PERSON);
  await session.refresh();
  await rejects(session.refresh(), "session-expired");
  equal(acme.at("POST /v2/auth/refresh").map(({ body }) => body.slice(-2)), ["r1", "r2"]);
  equal(session.state.status, "signed-out", "the API's own word");
}

/** R19: lifetimes in all the ways in which APIs tell them; a clock that is off makes none of them absurd. */
export async function r19_lifetimes_are_read_as_described() {
  const now = Math.floor(Date.now() / 1000);
  const cases = [
    [{ ms: "life" }, { life: 60_000 }, 60_000],
    [{ at: "life" }, { life: now + 60 }, 60_000],
    [{ at: "life" }, { life: (now + 60) * 1000 }, 60_000],
    [{ at: "life" }, { life: new Date((now + 60) * 1000).toISOString() }, 60_000],
    [{ at: "life" }, { life: new Date((now + 60) * 1000).toISOString().slice(0, 19) }, 60_000],
    [{ at: "life" }, { life: "next week" }, undefined],
    [{ at: "life" }, { life: now - 60 }, undefined],
    [{ jwt: true }, { token: jwt({ exp: now + 60 }) }, 60_000],
    [{ jwt: true }, { token: jwt({ iat: now - 90_000, exp: now - 89_940 }) }, 60_000],
    [{ jwt: true, otherwiseSeconds: 60 }, { token: "opaque" }, 60_000],
    [{ jwt: true }, { token: "opaque" }, undefined],
  ];
  for (const [lifetime, reply, expected] of cases) {
    const vendor = { ...ACME, grant: { access: "token", lifetime }, refresh: undefined };
    const session = await described(vendor, { "POST /v2/auth/login": () => jsonReply({ token: "a", ...reply }) }).signIn();
    const { expiresAt } = session.state;
    const what = JSON.stringify([lifetime, reply]);
    if (expected === undefined) equal(expiresAt, undefined, what);
    else ok(Math.abs(expiresAt - Date.now() - expected) < 3_000, `${what}: ${expiresAt - Date.now()}`);
    session.dispose();
  }
}

/** R24: no token, none that a header can't carry, none without a success. */
export async function r24_a_described_reply_without_a_sound_token_signs_nobody_in() {
  const bad = [{}, { token: "" }, { token: 5 }, { token: "a b" }, { token: "a\r\nX: y" }, { data: { token: "t", refresh: 5 } }, { token: "x".repeat(70_000) }];
  for (const reply of [...bad.map((body) => jsonReply(body)), new Response("<p>hi"), new Response(null, { status: 204 })]) {
    const acme = described(ACME, { "POST /v2/auth/login": () => reply });
    const session = await acme.open();
    await rejects(session.login(PERSON), "malformed-reply");
    equal(session.state.status, "signed-out");
    session.dispose();
  }
  const redirecting = described(ACME, { "POST /v2/auth/login": () => new Response(null, { status: 302, headers: { Location: "https://evil.test/" } }) });
  const session = await redirecting.open();
  await rejects(session.login(PERSON), "malformed-reply");
  equal(redirecting.seen.length, 1, "R5");
}

/** login() takes what the templates name, and nothing else. */
export async function login_takes_the_names_in_the_templates() {
  const acme = described(ACME, { "POST /v2/auth/login": () => granted(1) });
  const session = await acme.open();
  const refused = async (credentials, code, name) => {
    const error = await rejects(session.login(credentials), code);
    ok(error.message.includes(name), error.message);
    return error;
  };
  await refused({ password: "p" }, "invalid-options", "email");
  await refused({ ...PERSON, username: "u" }, "invalid-options", "username");
  await refused({ ...PERSON, email: 5 }, "invalid-options", "email");
  await refused(undefined, "invalid-options", "credentials");
  equal((await refused({ ...PERSON, password: "" }, "invalid-request", "password")).fields[0].code, "required");
  equal((await refused({ ...PERSON, email: "\ud800" }, "invalid-request", "email")).fields[0].code, "not-sendable");
  equal(acme.seen.length, 0, "nothing was sent");
  session.dispose();
}

/** A text of that name is a text: the function is what one of hallpass's own vendors takes. */
export async function a_described_login_may_take_a_device() {
  const vendor = { ...ACME, login: { path: "auth/login", json: { device: "{device}", pin: "{pin}" } } };
  const acme = described(vendor, { "POST /v2/auth/login": () => granted(1) });
  const session = await acme.signIn({ device: "kitchen", pin: "1234" });
  equal(JSON.parse(acme.seen[0].body), { device: "kitchen", pin: "1234" });
  session.dispose();
}

/** The record is named by the description; one of another kind of session under that name is none. */
export async function r40_a_changed_description_misreads_no_record() {
  const storage = storageOfItsOwn();
  const first = await described(ACME, { "POST /v2/auth/login": () => granted(1) }, { storage }).signIn();
  equal([...storage.map.keys()], [`hallpass:record:acme:default:${BASE}`]);
  first.dispose();
  const cookie = { name: "acme", credential: "cookie", login: { path: "login" }, grant: {} };
  const second = await described(cookie, {}, { storage }).open();
  equal(second.state.status, "signed-out");
  second.dispose();
  const another = await described({ ...ACME, name: "acme2" }, {}, { storage }).open();
  equal(another.state.reason, "never");
  another.dispose();
}

/** R10, R25: the reply to a renewal sets the cookie, too. What comes after it is sent when that is over, and nobody is signed in by it. */
export async function r10_a_logout_and_a_login_wait_for_a_cookies_renewal() {
  for (const [next, told] of Object.entries({ logout: "POST /v2/logout", login: "POST /v2/login" })) {
    let answer;
    const granted = (user) => jsonReply({ user, seconds: 3600 });
    const acme = described({
      name: "acme", credential: "cookie", login: { path: "login", json: { username: "{username}" } }, refresh: { path: "refresh" },
      logout: { path: "logout" }, grant: { user: "user", lifetime: { seconds: "seconds" } },
    }, {
      "POST /v2/login": ({ body }) => granted(JSON.parse(body).username),
      "POST /v2/refresh": () => new Promise((done) => { answer = () => done(granted("ann")); }),
      "POST /v2/logout": () => jsonReply({}),
    });
    const session = await acme.signIn({ username: "ann" });
    const renewal = session.refresh().then(() => "renewed", ({ code }) => code);
    await until(() => answer, "the renewal is on its way");
    const sent = acme.seen.length;
    const after = next === "logout" ? session.logout() : session.login({ username: "bob" });
    await new Promise((done) => setTimeout(done, 100));
    equal(acme.seen.length, sent, `nothing is sent while the renewal is on its way: ${next}`);
    answer();
    await after;
    equal([acme.seen.at(-1).what, await renewal], [told, next === "logout" ? "superseded" : "renewed"]);
    equal(session.state.user, next === "logout" ? undefined : "bob");
    session.dispose();
  }
}

/** A newer login stops the older one, which could set its cookie later, also where a renewal waits for the end of that. */
export async function r10_a_newer_login_stops_the_older_one_that_a_renewal_waits_for() {
  let older;
  const acme = described({
    name: "acme", credential: "cookie", login: { path: "login", json: { username: "{username}" } }, refresh: { path: "refresh" },
    grant: { user: "user" },
  }, {
    "POST /v2/login": ({ body }) => (body.includes("slow") ? new Promise((done) => { older = () => done(jsonReply({ user: "slow" })); }) : jsonReply({ user: JSON.parse(body).username })),
    "POST /v2/refresh": () => jsonReply({}),
  });
  const session = await acme.signIn({ username: "ann" });
  const slow = reasonOf(session.login({ username: "slow" }));
  await until(() => older, "the older login is on its way");
  const renewal = reasonOf(session.refresh());
  await new Promise((done) => setTimeout(done, 50));
  await session.login({ username: "quick" });
  // Not answered at all: it is waited for no longer.
  equal([(await slow).code, (await renewal).code, session.state.user], ["superseded", "superseded", "quick"]);
  older();
  session.dispose();
}

/** R36: a limit that passes while a login is on its way takes nothing from it; the vendor is told where the login fails. */
export async function r36_a_limit_that_passes_during_a_login_is_not_told_where_that_succeeds() {
  for (const status of [200, 401]) {
    let answer;
    const acme = described({
      name: "acme", credential: "cookie", login: { path: "login", json: { username: "{username}" } }, logout: { path: "logout" },
      grant: { user: "user" },
    }, {
      "POST /v2/login": (_, times) => (times === 1 ? jsonReply({ user: "ann" }) : new Promise((done) => { answer = () => done(jsonReply({ user: "bob" }, status)); })),
      "POST /v2/logout": () => jsonReply({}),
    }, { maxAgeMs: 300 });
    const session = await acme.signIn({ username: "ann" });
    const login = session.login({ username: "bob" }).then(() => "signed in", ({ code }) => code);
    await until(() => answer && session.state.status === "signed-out", "the limit has passed");
    await new Promise((done) => setTimeout(done, 50));
    equal(acme.at("POST /v2/logout").length, 0, "not beside the login");
    answer();
    equal(await login, status === 200 ? "signed in" : "invalid-credentials");
    if (status === 401) await until(() => acme.at("POST /v2/logout").length === 1, "the vendor is told");
    equal(acme.at("POST /v2/logout").length, status === 200 ? 0 : 1);
    session.dispose();
  }
}
