import {
  DATA, VENDORS, entries, equal, jsonReply, keepsCookies, ok, pathOf, rejects, replying, simulate, until, withFetch, withGlobal,
} from "./env.js";

const HEADERS = { ocient: "authorization", pegase3: "token", ethgas: "authorization" };

const last = async (vendor) => (await entries(vendor, pathOf(vendor.vendor))).at(-1);

/** Every way in which a caller can hand a header over. */
function spelt(name, value, url) {
  return [
    [url, { headers: { [name]: value } }],
    [url, { headers: { [name.toUpperCase()]: value } }],
    [url, { headers: [[name, value]] }],
    [url, { headers: new Headers([[name, value]]) }],
    [new Request(url, { headers: { [name]: value } }), undefined],
    [new Request(url), { headers: { [name]: value } }],
  ];
}

/** Rule 7, R3: a caller's own credential wins; a second is not added, and what becomes of it is no word about the session. */
export async function rule_7_the_callers_own_header_wins() {
  for (const [name, header] of Object.entries(HEADERS)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const { state } = session;
    // Somebody else's token: one that is well-formed, and not known.
    const own = name === "pegase3" ? await (await simulate(name).signIn()).accessToken() : "Bearer my-own";
    for (const [input, init] of spelt(header, own, vendor.baseUrl + DATA[name])) {
      await session.fetch(input, init);
      equal((await last(vendor)).headers[header], own, name);
    }
    equal(await vendor.total(), 7, `the login, and one request each at ${name}: no renewal, no replay`);
    ok(session.state === state, `the session at ${name} is as it was`);
  }
}

/** Rule 7, R3: beside a caller's own `Authorization`, no cookie goes along. */
export async function rule_7_no_cookie_beside_an_own_authorization() {
  const vendor = simulate("lenses");
  const session = await vendor.signIn();
  for (const [input, init] of spelt("Authorization", "Bearer service-account-key", vendor.baseUrl + DATA.lenses)) {
    equal((await (await session.fetch(input, init)).json()).name, "service-account");
    const { headers } = await last(vendor);
    equal([headers.authorization, headers.cookie], ["Bearer service-account-key", undefined]);
  }
}

/** Rule 7: a caller's own `credentials` wins. What was asked without the cookie is no word about the session. */
export async function rule_7_the_callers_credentials_mode_wins() {
  const vendor = simulate("lenses");
  const session = await vendor.signIn();
  const url = vendor.baseUrl + DATA.lenses;
  const modes = [
    [url, { credentials: "omit" }],
    [new Request(url, { credentials: "omit" }), undefined],
    [new Request(url), { credentials: "omit" }],
    [new Request(url, { credentials: "include" }), { credentials: "omit" }],
  ];
  for (const [input, init] of modes) {
    equal((await session.fetch(input, init)).status, 401);
    equal((await last(vendor)).headers.cookie, undefined);
    equal(session.state.status, "signed-in", "still");
  }
  if (!keepsCookies) return; // "include" has nothing to include in Node
  for (const [input, init] of [[url, { credentials: "include" }], [new Request(url, { credentials: "include" }), undefined]]) {
    equal((await session.fetch(input, init)).status, 200);
  }
  // The vendor is cross-origin here, so "same-origin" means none.
  await session.fetch(url, { credentials: "same-origin" });
  equal((await last(vendor)).headers.cookie, undefined);
}

/** Rule 7, R15: the same whatever is on Object.prototype: a request without the cookie says nothing of the session. */
export async function r15_whether_the_cookie_goes_along_is_read_of_no_prototype() {
  const vendor = simulate("lenses");
  const session = await vendor.signIn();
  Object.prototype.credentials = "include";
  let answer;
  try {
    answer = session.fetch(DATA.lenses, { credentials: "omit" });
  } finally {
    delete Object.prototype.credentials;
  }
  equal([(await answer).status, session.state.status], [401, "signed-in"]);
  session.dispose();
}

/** R15: nor is anything else of a request. */
export async function r15_a_request_is_read_of_no_prototype() {
  if (!keepsCookies) return; // Node's own Request reads what it lacks there
  const session = await simulate("ethgas").signIn();
  const sent = [];
  await withGlobal("fetch", async (request) => (sent.push([request.method, request.credentials, request.redirect]), jsonReply({})), async () => {
    Object.assign(Object.prototype, { method: "DELETE", credentials: "omit", redirect: "manual" });
    let answer;
    try {
      answer = session.fetch(DATA.ethgas, { cache: "no-store" });
    } finally {
      for (const name of ["method", "credentials", "redirect"]) delete Object.prototype[name];
    }
    await answer;
  });
  equal(sent, [["GET", "same-origin", "follow"]]);
  session.dispose();
}

/** R15: nor is what carries the credential. */
export async function r15_what_carries_the_credential_is_read_of_no_prototype() {
  const session = await simulate("lenses").signIn();
  const sent = [];
  const fake = async (request) => (sent.push([request.credentials, request.headers.get("x-evil")]), jsonReply({}));
  await withGlobal("fetch", fake, async () => {
    Object.prototype.header = "x-evil";
    let answer;
    try {
      answer = session.fetch(DATA.lenses, { headers: { "x-evil": "1" } });
    } finally {
      delete Object.prototype.header;
    }
    await answer;
  });
  equal(sent, [["include", "1"]]);
  session.dispose();
}

/** R3: every request has one credential: one value of one header, or the cookie. */
export async function r3_one_credential_per_request() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const token = await session.accessToken();
    const inits = [undefined, { headers: { "x-test": "1" } }, { headers: new Headers() }];
    // In Node the vendor doesn't know the cookie session, which is over after the first request.
    if (name === "lenses" && !keepsCookies) inits.length = 1;
    for (const init of inits) await session.fetch(DATA[name], init);
    const requests = await entries(vendor, pathOf(name));
    for (const { headers, query } of requests) {
      const seen = [headers.authorization, headers.token, headers.cookie];
      const cookie = keepsCookies && name === "lenses" ? headers.cookie : undefined;
      equal(seen, [HEADERS[name] === "authorization" ? `Bearer ${token}` : undefined, HEADERS[name] === "token" ? token : undefined, cookie], name);
      equal(query, DATA[name].split("?")[1] ?? "");
      if (name === "lenses" && keepsCookies) ok(/^session_id=\w+$/.test(cookie), "the cookie is sent");
    }
    equal(requests.length, inits.length, name);
  }
}

/** R24: mode "no-cors" drops the header without a word. Rather than an anonymous request, none is sent. */
export async function r24_no_cors_is_refused_where_a_header_carries_the_token() {
  for (const [name, header] of Object.entries(HEADERS)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const url = vendor.baseUrl + DATA[name];
    const own = header === "token" ? "x.y.z" : "Bearer my-own";
    const inits = [
      [url, { mode: "no-cors" }],
      [new Request(url, { mode: "no-cors" }), undefined],
      [url, { mode: "no-cors", headers: { [header]: own } }],
    ];
    for (const [input, init] of inits) {
      if (keepsCookies) await rejects(session.fetch(input, init), "invalid-options");
      else await session.fetch(input, init); // Node has no such mode: the header goes through
    }
    const sent = await entries(vendor, pathOf(name));
    if (keepsCookies) equal(sent.length, 0, `sent to ${name}`);
    ok(sent.every(({ headers }) => headers[header]), "no anonymous request");
    equal(session.state.status, "signed-in", name);
  }
}

/** R24: nobody signed in means that nothing is sent: never, no more, or before a login has ended. */
export async function r24_not_signed_in_sends_nothing() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    const refused = async () => {
      await rejects(session.fetch(DATA[name]), "not-signed-in");
      await rejects(session.json(DATA[name]), "not-signed-in");
      await rejects(session.fetch(new Request(vendor.baseUrl + DATA[name], { method: "POST", body: "x" })), "not-signed-in");
      if (name !== "lenses") await rejects(session.accessToken(), "not-signed-in");
      if (session.state.renewable || ["ocient", "ethgas"].includes(name)) await rejects(session.refresh(), "not-signed-in");
    };
    await refused();
    equal([await vendor.total(), (await vendor.ledger()).preflights], [0, 0], name);
    await session.login({ username: "jdoe", password: "wrong" }).catch(() => {});
    await refused();
    await session.login({ username: "jdoe", password: "correct horse" });
    await session.logout();
    const before = await vendor.total();
    await refused();
    equal(await vendor.total(), before, `after the logout at ${name}`);
  }
}

/** R24: a login whose reply has no token, or one that no header can carry, gives no session. */
export async function r24_a_login_without_a_token_is_an_error() {
  const status = { reason: "ok", sql_state: "00000", vendor_code: 0 };
  const replies = {
    ocient: ["/v1/login", (token) => ({ access_token: token, expires_in: 60, status })],
    pegase3: ["/login", (token) => ({ code: 200, status: "ok", token })],
    ethgas: ["/api/v1/user/login", (token) => ({ code: 200, message: "OK", data: { accessToken: token, refreshToken: "r.r.r", expiresIn: 60 } })],
  };
  for (const [name, [path, reply]] of Object.entries(replies)) {
    const vendor = simulate(name);
    const session = await vendor.open();
    for (const token of [undefined, null, "", " ", 5, true, {}, ["a"], "a b", "a\r\nx-test: 1", "a\u0000", "ä", "a,\tb"]) {
      await vendor.fault({ path, ...replying(reply(token)) });
      await rejects(session.login({ username: "jdoe", password: "correct horse" }), "malformed-reply");
      equal(session.state.status, "signed-out", `${name}: ${JSON.stringify(token)}`);
    }
    await rejects(session.fetch(DATA[name]), "not-signed-in");
  }
}

/** R26: hallpass's own calls take cookies along only where the session is one. */
export async function r26_cookies_only_where_the_session_is_one() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const modes = [];
    const spy = (request, real) => {
      if (!request.url.includes("/_sim/")) modes.push(request.credentials);
      return real(request);
    };
    await withFetch(spy, async () => {
      const session = await vendor.signIn();
      await session.fetch(DATA[name]);
      if (session.state.renewable) await session.refresh();
      await session.check().catch(() => {}); // ocient and pegase3 have none
      await session.logout();
    });
    ok(modes.length >= 2, `${modes.length} calls seen at ${name}`);
    ok(modes.every((mode) => (mode === "include") === (name === "lenses")), `${name}: ${modes}`);
  }
}

/** R26: the cookie goes to admitted targets, and nothing at all goes to others. */
export async function r26_cookies_go_only_to_admitted_targets() {
  const vendor = simulate("lenses");
  const stranger = simulate("stranger");
  // Cookies know no ports: at the same path, the stranger would be sent the vendor's.
  const place = stranger.address + vendor.baseUrl.replace(vendor.address, "");
  const ledger = async () => (await fetch(`${place}/_sim/ledger`)).json();
  const [session, allowing] = [await vendor.signIn(), await vendor.signIn({ allow: [`${place}/api`] })];
  await rejects(session.fetch(`${place}/api/x`), "forbidden-target");
  await rejects(session.fetch(`${place}/api/x`, { credentials: "include" }), "forbidden-target");
  await rejects(allowing.fetch(`${place}/apix`), "forbidden-target");
  equal((await ledger()).requests.length, 0);
  await allowing.fetch(`${place}/api/x`);
  const [{ headers }] = (await ledger()).requests;
  equal(headers.cookie !== undefined, keepsCookies, "the allowed place has the cookie");
}

/** accessToken: the one that requests carry; none for a cookie session. */
export async function access_token_is_the_one_that_requests_carry() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const token = await session.accessToken();
    equal(typeof token, name === "lenses" ? "undefined" : "string", name);
    if (name === "lenses") continue;
    await session.fetch(DATA[name]);
    equal((await last(vendor)).headers[HEADERS[name]].replace("Bearer ", ""), token, name);
  }
}

/** accessToken: good now, so renewed where it is over; callers at the same time share the renewal. */
export async function access_token_is_renewed_if_need_be() {
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 0.4 });
  const session = await vendor.signIn({ renew: "auto" });
  const old = await session.accessToken();
  const end = session.state.expiresAt;
  await vendor.fault({ path: "/api/v1/user/login/refresh", delay_ms: 700 });
  await vendor.config({ access_lifetime_s: 60 });
  await until(() => Date.now() > end, "the token is over");
  const [first, second] = await Promise.all([session.accessToken(), session.accessToken()]);
  ok(first !== old && first === second, "one new token");
  equal(await vendor.count("POST /api/v1/user/login/refresh"), 1);
  equal((await fetch(vendor.baseUrl + DATA.ethgas, { headers: { Authorization: `Bearer ${first}` } })).status, 200);
}

/** What a request says of the page that it comes from is the caller's to choose, at every vendor. */
export async function the_callers_referrer_policy_holds() {
  if (typeof document === "undefined") return; // a server has no referrer
  for (const name of VENDORS) {
    const session = await simulate(name).signIn();
    const url = session.baseUrl + DATA[name];
    const init = { referrerPolicy: "no-referrer", referrer: `${location.origin}/elsewhere` };
    for (const input of [url, new Request(url)]) {
      const { referrerPolicy, referrer } = await sentBy(() => session.fetch(input, init));
      equal([referrerPolicy, referrer], [init.referrerPolicy, init.referrer], name);
    }
    equal((await sentBy(() => session.fetch(url, { referrer: "" }))).referrer, "", name);
    const { referrerPolicy, referrer } = await sentBy(() => session.fetch(url));
    equal([referrerPolicy, referrer], ["", "about:client"], `${name}: as fetch has it`);
    session.dispose();
  }
}

/** The request that a call sends, which a fake answers. */
async function sentBy(call) {
  let sent;
  const fake = (request) => {
    sent = request;
    return Promise.resolve(jsonReply({ code: 200, data: {} }));
  };
  await withFetch(fake, call);
  return sent;
}

/** Rule 7: what a Request says of itself holds in json() too, also beside the `json` member: its method, its headers, its credential. */
export async function rule_7_a_requests_own_method_and_headers_hold_beside_json() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const url = vendor.baseUrl + DATA.ethgas;
  const headers = { "x-tenant": "7", "Content-Type": "application/merge-patch+json" };
  const made = [
    [new Request(url, { method: "PATCH", headers: { ...headers, Authorization: "Bearer my-own" } }), {}, "PATCH", "Bearer my-own"],
    [new Request(url, { method: "PUT", headers, body: "replaced" }), {}, "PUT"],
    [new Request(url, { headers }), {}, "POST"],
    [new Request(url, { method: "PATCH", headers: { "x-tenant": "8" } }), { method: "DELETE", headers }, "DELETE"],
    [new Request(url, { method: "HEAD", headers }), {}, "POST"],
    [new Request(url, { method: "BUDGET", headers }), {}, "BUDGET"],
  ];
  const token = `Bearer ${await session.accessToken()}`;
  for (const [input, init, method, own = token] of made) {
    const sent = await sentBy(() => session.json(input, { ...init, json: { a: 1 } }));
    const seen = ["x-tenant", "content-type", "authorization"].map((name) => sent.headers.get(name));
    equal([sent.method, await sent.text(), ...seen], [method, '{"a":1}', "7", headers["Content-Type"], own]);
  }
}

/** json(): the type of a Request's own body goes with that body; another type of the caller's own stays. */
export async function json_beside_a_request_says_what_it_sends() {
  const session = await simulate("ethgas").signIn();
  const url = session.baseUrl + DATA.ethgas;
  for (const [body, headers, type] of [
    ["text", undefined, "application/json"],
    [new FormData(), undefined, "application/json"],
    ["text", { "Content-Type": "text/x-own" }, "text/x-own"],
    [undefined, { "X-Other": "1" }, "application/json"],
    [null, undefined, "application/json"],
  ]) {
    const sent = await sentBy(() => session.json(new Request(url, { method: "PUT", body }), { headers, json: 5 }));
    equal([sent.headers.get("content-type"), sent.method, await sent.text()], [type, "PUT", "5"]);
  }
}
