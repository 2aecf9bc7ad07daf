/** What vendors answer to a login, and what is made of it. */
import { LOGIN_PATHS, admin, equal, jdoe, jsonReply, ok, rejects, replying, simulate, withFetch } from "./env.js";

/** What is no token. */
const NO_TOKENS = [undefined, null, "", " ", "a b", "a\nb", "é", "\0", 5, 0, true, [], ["t"]];
/** What is no lifetime, as JSON is written: NaN and Infinity can only be written so. */
const NO_LIFETIMES = ["0", "-1", "-0.5", '"-3600"', '"soon"', '""', "true", "[]", "{}", '"NaN"', "1e999", "-1e999", "1e18"];

const ocient = (more) => ({ access_token: "t", username: "u", database: "d", expires_in: 60, status: { vendor_code: 0 }, ...more });
const ethgas = (more) => ({ code: 200, message: "OK", data: { accessToken: "t", refreshToken: "r", expiresIn: 60, ...more } });
const pegase3 = (more) => ({ code: 200, status: "ok", token: "t", ...more });
const lifetime = (name, text) => JSON.stringify(name).replace("60", text);

const HOSTILE = {
  ocient: [
    ...NO_TOKENS.map((access_token) => ocient({ access_token })),
    ocient({ access_token: { token: "t" } }),
    ...NO_LIFETIMES.map((text) => lifetime(ocient(), text)),
    { status: { vendor_code: 0 } },
  ],
  ethgas: [
    ...NO_TOKENS.map((accessToken) => ethgas({ accessToken })),
    ...NO_TOKENS.map((refreshToken) => ethgas({ refreshToken })),
    ethgas({ accessToken: { token: "" } }),
    ethgas({ accessToken: { token: 5 } }),
    ethgas({ refreshToken: { token: "r" } }),
    ...NO_LIFETIMES.map((text) => lifetime(ethgas(), text)),
    { ...ethgas(), data: null },
    { ...ethgas(), data: ["t"] },
    { ...ethgas(), code: "200" },
    { ...ethgas(), code: null },
    ethgas().data,
  ],
  pegase3: [
    ...NO_TOKENS.map((token) => pegase3({ token })),
    pegase3({ token: { token: "t" } }),
    pegase3({ code: "200" }),
    pegase3({ code: null }),
    { token: "t" },
    { data: { token: "t" }, code: 200 },
  ],
  lenses: [[], 5, "text", null, true].map((body) => JSON.stringify(body)),
};

/** R24: a reply without a token or with wrong types signs nobody in, and leaves the session that was there. */
export async function r24_a_hostile_login_reply_signs_nobody_in() {
  for (const [name, bodies] of Object.entries(HOSTILE)) {
    for (const body of bodies) {
      const what = `${name} ${JSON.stringify(body)}`;
      const vendor = simulate(name);
      const session = await vendor.open();
      await vendor.fault({ path: LOGIN_PATHS[name], ...replying(body), count: 2 });
      await rejects(session.login(jdoe), "malformed-reply").catch((failure) => {
        throw new Error(`${what}: ${failure.message}`);
      });
      equal(session.state.status, "signed-out", what);
      const other = await vendor.open();
      await rejects(other.login(jdoe), "malformed-reply");
    }
  }
}

/** R24: the same over a session: it is as it was, token included. */
export async function r24_a_hostile_login_reply_keeps_the_session_before() {
  for (const [name, bodies] of Object.entries(HOSTILE)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const before = [session.state, await session.accessToken()];
    for (const body of bodies) {
      await vendor.fault({ path: LOGIN_PATHS[name], ...replying(body) });
      await rejects(session.login(admin), "malformed-reply");
      equal([session.state, await session.accessToken()], before, `${name} ${JSON.stringify(body)}`);
    }
  }
}

/** R24: success on a wrong HTTP status, or beside the vendor's own no, is none. */
export async function r24_a_token_beside_a_refusal_signs_nobody_in() {
  const table = [
    ["ocient", ocient({ status: { vendor_code: -304 } }), 200, "invalid-credentials"],
    ["ocient", ocient({ status: { vendor_code: -9999 } }), 200, "vendor-error"],
    ["ocient", ocient({ status: { vendor_code: -304 } }), 401, "invalid-credentials"],
    ["ocient", ocient(), 500, "vendor-unavailable"],
    ["ocient", ocient(), 401, "invalid-credentials"],
    ["ethgas", { ...ethgas(), code: 401 }, 200, "invalid-credentials"],
    ["ethgas", { ...ethgas(), code: 12345 }, 200, "vendor-error"],
    ["ethgas", ethgas(), 500, "vendor-unavailable"],
    ["ethgas", ethgas(), 401, "invalid-credentials"],
    ["pegase3", pegase3({ code: 401 }), 200, "invalid-credentials"],
    ["pegase3", pegase3({ code: 498, status: "ok" }), 200, "session-expired"],
    ["pegase3", pegase3({ code: 402 }), 402, "invalid-request"],
    ["pegase3", pegase3(), 500, "vendor-unavailable"],
    ["lenses", {}, 500, "vendor-unavailable"],
    ["lenses", {}, 403, "forbidden"],
  ];
  for (const [name, body, status, code] of table) {
    const vendor = simulate(name);
    const session = await vendor.open();
    await vendor.fault({ path: LOGIN_PATHS[name], ...replying(body, status) });
    const what = `${name} ${status} ${JSON.stringify(body)}`;
    await rejects(session.login(jdoe), code).catch((failure) => {
      throw new Error(`${what}: ${failure.message}`);
    });
    equal(session.state.status, "signed-out", what);
  }
}

/** R24: Ocient's outcome of a wrong type is no success. */
export async function r24_an_unreadable_outcome_is_no_success() {
  for (const status of ["OK", [], 0, { vendor_code: "0" }, { vendor_code: "-304" }, { vendor_code: true }, { vendor_code: [] }]) {
    const vendor = simulate("ocient");
    const session = await vendor.open();
    await vendor.fault({ path: LOGIN_PATHS.ocient, ...replying(ocient({ status })) });
    await rejects(session.login(jdoe), "malformed-reply").catch((failure) => {
      throw new Error(`status ${JSON.stringify(status)}: ${failure.message}`);
    });
  }
}

/** R27: `redirectTo` is a path on the vendor's origin, or missing. */
export async function r27_redirectTo_is_a_safe_path() {
  const good = ["/", "/x", "?x", "?resume=1", "oauth2/authorize?x=1", "x", "/oauth2/authorize?resume=a%2Fb&x=//y#z", "/a//b", "/%5Cevil", "/é"];
  const bad = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example",
    "\\\\evil.example", "\\evil", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example", " /x", "\0//evil.example",
    "https://evil.example", "http:/evil.example", "https:evil.example", "/x\\..\\\\evil.example", "/x\ny", "", "#x", "\u0001//evil.example", "a:b", "javascript:?x", ".//evil.example",
    "..//evil.example", "x/..//evil.example", "%2e//evil.example", "?x\ty", "oauth2\\authorize", "@evil.example", "evil.example", "../x"];
  for (const redir_to of [...good, ...bad]) {
    const vendor = simulate("lenses");
    await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ redir_to }) });
    const { state, redirectTo } = await (await vendor.open()).login(jdoe);
    equal(state.status, "signed-in", "the login itself succeeds");
    const rooted = redir_to.startsWith("/") ? redir_to : `/${redir_to}`;
    equal(redirectTo, good.includes(redir_to) ? rooted : undefined, JSON.stringify(redir_to));
    equal(new URL(redirectTo ?? "/", vendor.baseUrl).origin, vendor.address, JSON.stringify(redir_to));
  }
  for (const redir_to of [5, null, true, {}, ["/x"]]) {
    const vendor = simulate("lenses");
    await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ redir_to }) });
    equal((await (await vendor.open()).login(jdoe)).redirectTo, undefined, JSON.stringify(redir_to));
  }
}

/** R27: nor does a path become another host's when whoever navigates takes its parsed path, as routers do. */
export async function r27_redirectTo_stays_on_the_origin_after_parsing() {
  for (const redir_to of ["/.//evil.example", "/..//evil.example", "/%2e//evil.example", "/x/..//evil.example", "/%2E%2e//evil.example/"]) {
    const vendor = simulate("lenses");
    await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ redir_to }) });
    const { redirectTo } = await (await vendor.open()).login(jdoe);
    const path = new URL(redirectTo ?? "/", vendor.baseUrl).pathname;
    equal(new URL(path, vendor.baseUrl).origin, vendor.address, `${redir_to} becomes ${path}`);
  }
}

/** R27: `ssoUrl` is an http(s) URL to navigate to, or missing; without it nobody is sent to a single sign-on. */
export async function r27_ssoUrl_is_a_web_address() {
  const good = ["https://sso.example.com/saml?app=lenses#x", "http://sso.example.com", "HTTPS://SSO.example.com/", "https://h:8443/a?b=c@d"];
  const bad = ["javascript:alert(1)", "javascript://https://h", "java\nscript:alert(1)", "data:text/html,x", "blob:https://h/1", "//evil.example",
    "/\\evil.example", "/saml", "saml", "", "https:", "https://", "ht\ttps://h", "https://e\tvil.example", "https://e\nvil.example", "https://u:p@h",
    "https://sso.example.com@evil.example", "ftp://h", "file:///x", "https://[bad", "https://h:99999/", "https://a b/", "https://?x", 5, {}, ["https://h"], true];
  for (const sso_url of [...good, ...bad]) {
    const vendor = simulate("lenses");
    await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ status: 401, title: "x", type: "unauthorised", sso_url }, 401) });
    const what = JSON.stringify(sso_url);
    const session = await vendor.open();
    const error = await rejects(session.login(jdoe), "invalid-credentials").catch((failure) => {
      throw new Error(`${what}: ${failure.message}`);
    });
    equal(error.ssoUrl, good.includes(sso_url) ? sso_url : undefined, what);
  }
}

/** json(): the vendor's envelope is taken off what succeeds, and what is refused says all that the vendor told. */
export async function json_takes_the_envelope_off() {
  const cases = {
    ocient: {
      good: [{ data: [1], status: { vendor_code: 0 } }, { data: [1] }],
      bad: [{ status: { reason: "no", vendor_code: -719 } }, 200, "forbidden", -719],
    },
    lenses: {
      good: [{ items: [], status: "x" }, { items: [], status: "x" }],
      bad: [{ type: "not_found", title: "t", request_id: "r" }, 404, "vendor-error", "not_found"],
    },
    pegase3: {
      good: [{ code: 200, status: "ok", data: [1] }, [1]],
      bad: [{ code: 429, status: "error" }, 200, "rate-limited", 429],
    },
    ethgas: {
      good: [{ code: 200, message: "OK", data: { a: 1 } }, { a: 1 }],
      bad: [{ code: 400, errorCode: "40001", message: "no" }, 400, "invalid-request", "40001"],
    },
  };
  for (const [name, { good, bad }] of Object.entries(cases)) {
    const session = await simulate(name).signIn();
    const answered = (response) => withFetch(() => Promise.resolve(response), () => session.json("/x"));
    equal(await answered(jsonReply(good[0])), good[1], name);
    equal(await answered(new Response(null, { status: 204 })), undefined, `${name}: nothing`);
    const error = await rejects(answered(jsonReply(bad[0], bad[1])), bad[2]);
    equal([error.vendor, error.status, error.vendorCode, error.requestId], [name, bad[1], bad[3], bad[0].request_id]);
    const busy = new Response("{}", { status: 429, headers: { "Retry-After": "7" } });
    equal((await rejects(answered(busy), "rate-limited")).retryAfterMs, 7_000, name);
    if (name === "ethgas") {
      const inside = new Response('{"code":429,"message":"slow"}', { headers: { "Retry-After": "8" } });
      equal((await rejects(answered(inside), "rate-limited")).retryAfterMs, 8_000, "a refusal inside a 200");
    }
    equal(session.state.status, "signed-in", name);
    session.dispose();
  }
}

/** Lenses: both documented replies to a login, and what it tells with its refusals. */
export async function lenses_logins_as_documented() {
  for (const login_reply of ["200", "204"]) {
    const vendor = simulate("lenses");
    await vendor.config({ login_reply });
    const { state, ...rest } = await (await vendor.open()).login(jdoe);
    equal([state.status, state.user, state.renewable, state.expiresAt], ["signed-in", "jdoe", false, undefined], login_reply);
    equal(rest, {}, "nowhere to go");
  }
  const vendor = simulate("lenses");
  const session = await vendor.open();
  equal((await session.login({ ...jdoe, redirectionToken: "a/b" })).redirectTo, "/oauth2/authorize?resume=a%2Fb");
  equal(JSON.parse((await vendor.ledger()).requests[0].body), { ...jdoe, redirection_token: "a/b" }, "what was sent");
  const sso = await rejects(session.login({ username: "sso", password: "x" }), "invalid-credentials");
  equal([sso.status, sso.vendorCode, sso.ssoUrl], [401, "unauthorised", `${vendor.baseUrl}/sso`]);
  const wrong = await rejects(session.login({ ...jdoe, password: "x" }), "invalid-credentials");
  equal([wrong.status, wrong.vendorCode, wrong.ssoUrl], [401, "unauthorised", undefined]);
  await vendor.config({ single_sign_on: true });
  const here = await rejects(session.login({ ...jdoe, password: "x" }), "invalid-credentials");
  equal(here.ssoUrl, sso.ssoUrl, "of the instance, not of the account");
  await vendor.config({ single_sign_on: false });
  ok(/^[0-9a-f-]{36}$/.test(wrong.requestId), `a request id, saw ${wrong.requestId}`);
  const locked = await rejects(session.login({ ...jdoe, username: "locked" }), "forbidden");
  equal([locked.status, locked.vendorCode], [403, "forbidden"]);
}

/** Lenses: `invalid_fields` become `fields`; what is none is left out. */
export async function lenses_invalid_fields_become_fields() {
  const vendor = simulate("lenses");
  const invalid_fields = [
    { name: "username", error: "invalid_value", title: "Is too short.", pointer: "/username", more: 1 },
    { name: "password", error: "other_error", title: "Is weak." },
    null, 5, "x", [], {}, { name: 5, error: "x", title: "y" },
  ];
  await vendor.fault({ path: LOGIN_PATHS.lenses, ...replying({ status: 400, title: "x", type: "validation_error", invalid_fields, request_id: "r-1" }, 400) });
  const error = await rejects((await vendor.open()).login(jdoe), "invalid-request");
  equal([error.status, error.vendorCode, error.requestId], [400, "validation_error", "r-1"]);
  equal(error.fields, [
    { name: "username", code: "invalid_value", title: "Is too short.", pointer: "/username" },
    { name: "password", code: "other_error", title: "Is weak." },
  ]);
}

/** Ocient: its refusals, inside a 200 and on an HTTP status. */
export async function ocient_logins_as_documented() {
  for (const http_errors of [false, true]) {
    const vendor = simulate("ocient");
    await vendor.config({ http_errors });
    const session = await vendor.open();
    const told = async (credentials, code) => {
      const { status, vendorCode, fields } = await rejects(session.login({ ...jdoe, ...credentials }), code);
      return [status, vendorCode, fields?.map(({ name }) => name)];
    };
    equal(await told({ password: "x" }, "invalid-credentials"), [http_errors ? 401 : 200, -304, undefined]);
    equal(await told({ username: "locked" }, "forbidden"), [http_errors ? 401 : 200, -719, undefined]);
    equal(await told({ database: "none" }, "invalid-request"), [http_errors ? 400 : 200, -205, ["database"]]);
    const { state } = await session.login({ ...jdoe, database: "analytics" });
    equal([state.user, state.database, state.renewable], ["jdoe", "analytics", true]);
    equal((await session.login(jdoe)).state.database, "system");
  }
}

/** PEGASE3: a data call takes its parameters as headers. And one that finds nothing brings the next token, too. */
export async function pegase3_data_calls_as_the_vendors_code_has_them() {
  const vendor = simulate("pegase3");
  const session = await vendor.signIn();
  await vendor.config({ parameters_optional: false, mirror_http: true, one_time_tokens: true });
  const bare = await rejects(session.json("/company/info"), "invalid-request");
  equal([bare.status, bare.vendorCode], [402, 402]);
  const info = (company) => session.json("/company/info", { headers: { "Name-Company": company } });
  equal((await info("Acme")).name, "Acme");
  const nobody = await rejects(info("Nobody"), "vendor-error");
  equal([nobody.status, nobody.vendorCode], [404, 404]);
  equal((await info("Acme")).name, "Acme", "the token of the reply is the present one");
  equal((await session.json("/report/find_report", { headers: { "Id-Company": "1" } })).length, 1, "found with HTTP 404");
  equal(session.state.status, "signed-in");
}

/** PEGASE3 and ETHGAS: their refusals, in the forms that their documents know. */
export async function pegase3_and_ethgas_logins_as_documented() {
  for (const mirror_http of [false, true]) {
    const vendor = simulate("pegase3");
    await vendor.config({ mirror_http, status_word: mirror_http ? "success" : "ok" });
    const session = await vendor.open();
    for (const credentials of [{ ...jdoe, password: "x" }, { ...jdoe, username: "locked" }]) {
      const { status, vendorCode } = await rejects(session.login(credentials), "invalid-credentials");
      equal([status, vendorCode], [mirror_http ? 401 : 200, 401]);
    }
    equal((await session.login(jdoe)).state.user, "jdoe");
  }
  for (const success_code of [200, 1]) {
    const vendor = simulate("ethgas");
    await vendor.config({ success_code });
    const session = await vendor.open();
    const wrong = await rejects(session.login({ ...jdoe, password: "x" }), "invalid-credentials");
    equal([wrong.status, wrong.vendorCode], [401, 401]);
    const locked = await rejects(session.login({ ...jdoe, username: "locked" }), "forbidden");
    equal([locked.status, locked.vendorCode], [403, "40302"]);
    equal((await session.login(jdoe)).state.user, "jdoe");
  }
}
