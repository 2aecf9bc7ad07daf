import {
  AGES_MS, DATA, RENEWAL_PATHS, admin, entries, equal, jdoe, jwt, keepsCookies, ok, pathOf, reasonOf, rejects, renewals, replying, simulate,
  storageOfItsOwn, until, withClock, withFetch, withGlobal,
} from "./env.js";
import { stream as streamOf, tellsStreams } from "./stand-ins/streams.js";

const REFRESH = "POST /api/v1/user/login/refresh";
const VERIFY = "/api/v1/user/login/verify"; // any POST with a good token is answered 200
const INFO = DATA.ethgas;
const EXECUTE = "/v1/execute/system";
const STATEMENT = JSON.stringify({ statement: "SELECT 1" });

const inBand = (code, more) => ({ status: { reason: "no", sql_state: "08003", vendor_code: code }, ...more });
const bytes = (text) => new TextEncoder().encode(text);

/** An ETHGAS session whose access token the vendor no longer takes. */
async function stale(options) {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  await vendor.expire();
  return { vendor, session };
}

/** Bodies of every kind: the name, what makes one, with what is done to it after the call, and what is sent, where that is always the same. */
const BODIES = [
  ["string", () => ["täxt \u0000"], "täxt \u0000"],
  ["Blob", () => [new Blob(["bl", "ob"], { type: "text/x-blob" })], "blob"],
  ["File", () => [new File(["file"], "a.txt", { type: "text/plain" })], "file"],
  ["URLSearchParams", () => {
    const body = new URLSearchParams({ a: "1 & 2" });
    return [body, () => body.set("a", "changed")];
  }, "a=1+%26+2"],
  ["FormData", () => {
    const body = new FormData();
    body.set("field", "välue");
    body.set("file", new Blob(["content"], { type: "text/x-part" }), "name.txt");
    return [body, () => body.set("field", "changed")];
  }],
  ["ArrayBuffer", () => {
    const view = bytes("buffer");
    return [view.buffer, () => view.fill(120)];
  }, "buffer"],
  ["Uint8Array", () => {
    const view = bytes("--typed--").subarray(2, 7);
    return [view, () => view.fill(120)];
  }, "typed"],
  ["DataView", () => {
    const view = bytes("data view");
    return [new DataView(view.buffer, 5), () => view.fill(120)];
  }, "view"],
  ["nothing", () => [undefined], ""],
];

/** The two requests of a replay: the same but for the token. */
function twins([first, second, ...more], what) {
  ok(first && second && more.length === 0, `${what}: sent twice, not ${more.length + Number(!!first) + Number(!!second)} times`);
  ok(first.headers.authorization !== second.headers.authorization, `${what}: another token`);
  for (const name of ["method", "path", "query", "body"]) equal(second[name], first[name], `${what}: ${name}`);
  for (const name of new Set([...Object.keys(first.headers), ...Object.keys(second.headers)])) {
    // How the body is framed, and what connection it goes over, is the platform's affair.
    if (/^(authorization|connection|content-length|transfer-encoding)$/.test(name)) continue;
    equal(second.headers[name], first.headers[name], `${what}: header ${name}`);
  }
}

/** Rule 9: after the renewal the same request goes again, whatever its body is, and what the caller does to it meanwhile. */
export async function rule_9_a_replay_has_the_same_method_headers_and_body() {
  for (const [what, make, text] of BODIES) {
    const { vendor, session } = await stale();
    const [body, change] = make();
    const headers = { "x-test": "kept" };
    const call = session.fetch(`${VERIFY}?q=1`, { method: "POST", headers, body });
    change?.();
    headers["x-test"] = "changed";
    const response = await call;
    equal([response.status, (await response.json()).data.valid], [200, true], what);
    const sent = await entries(vendor, VERIFY);
    twins(sent, what);
    equal([sent[0].headers["x-test"], sent[0].method, sent[0].query], ["kept", "POST", "q=1"], what);
    equal([sent[0].body.includes("changed"), sent[0].body], [false, text ?? sent[0].body], `${what}: as it was at the call`);
    equal(await vendor.count(REFRESH), 1, what);
  }
}

/** Rule 9: what the platform makes a text of is made one once. */
export async function rule_9_what_becomes_a_text_is_replayed_as_it_was() {
  const { vendor, session } = await stale();
  const hanging = await simulate("ethgas").signIn();
  await withFetch(() => new Promise(() => {}), async () => {
    hanging.fetch(INFO).catch(() => {}); // a page's own fetch that never answers makes no difference
    await new Promise((done) => setTimeout(done, 20));
  });
  const [list, methods] = [[bytes("a")], ["POST", "DELETE"]];
  const call = session.fetch(VERIFY, { method: { toString: () => methods.shift() ?? "PUT" }, body: list });
  list[0] = bytes("changed");
  equal((await call).status, 200);
  const sent = await entries(vendor, VERIFY);
  twins(sent, "a list");
  // Platforms differ in what they make of a list.
  equal(sent[1].method, "POST");
  ok(["a", "97"].includes(sent[1].body), sent[1].body);
}

/** Rule 9: the same for a plain object, which is sent as its text. */
export async function rule_9_the_text_of_an_object_is_replayed_as_it_was() {
  const { vendor, session } = await stale();
  const texts = ["first", "second"];
  equal((await session.fetch(VERIFY, { method: "POST", body: { toString: () => texts.shift() ?? "third" } })).status, 200);
  const sent = await entries(vendor, VERIFY);
  twins(sent, "an object");
  equal(sent[1].body, "first");
}

/** Rule 9: the same for a Request, also one with an init beside it. */
export async function rule_9_a_request_is_replayed() {
  const headers = { "x-test": "kept", "Content-Type": "text/plain" };
  for (const init of [undefined, { body: "other body" }, { headers: { "x-test": "other" } }]) {
    const { vendor, session } = await stale();
    const request = new Request(vendor.baseUrl + VERIFY, { method: "POST", headers, body: "a body" });
    equal((await session.fetch(request, init)).status, 200);
    const sent = await entries(vendor, VERIFY);
    twins(sent, "a Request");
    equal([sent[1].body, sent[1].headers["x-test"]], [init?.body ?? "a body", init?.headers?.["x-test"] ?? "kept"]);
  }
}

/** Rule 9: what json() makes of `init.json` is replayed, too. */
export async function rule_9_json_is_replayed() {
  const { vendor, session } = await stale();
  equal((await session.json(VERIFY, { json: { a: ["ä", 1] } })).valid, true);
  const sent = await entries(vendor, VERIFY);
  twins(sent, "json");
  equal([sent[1].body, sent[1].method, sent[1].headers["content-type"]], ['{"a":["ä",1]}', "POST", "application/json"]);
}

/** Rule 9: a stream can't be sent twice; its 401 is returned. The session is renewed all the same, or at the next call. */
export async function rule_9_a_stream_is_not_replayed() {
  const stream = () => new Blob(["streamed"]).stream();
  const refusal = () => new Response('{"code":401}', { status: 401, headers: { "Content-Type": "application/json" } });
  const { vendor, session } = await stale();
  let times = 0; // counted here, as browsers send streams over HTTP/2 only, or not at all
  const fake = (request, real) => (request.url.endsWith("/stream") ? Promise.resolve(refusal(times++)) : real(request));
  await withFetch(fake, async () => {
    const response = await session.fetch("/stream", { method: "POST", body: stream(), duplex: "half" });
    equal([response.status, await response.text(), times], [401, '{"code":401}', 1]);
  });
  equal((await session.fetch(INFO)).status, 200, "the next request");
  equal(session.state.status, "signed-in");
  if (keepsCookies) return;
  // Node sends them over HTTP/1.1.
  await vendor.expire();
  const response = await session.fetch(VERIFY, { method: "POST", body: stream(), duplex: "half" });
  equal([response.status, (await response.json()).code], [401, 401]);
  equal((await entries(vendor, VERIFY)).map(({ body }) => body), ["streamed"]);
}

/** Rule 9: nor is what Node sends piece by piece. */
export async function rule_9_what_is_iterated_is_not_replayed() {
  if (keepsCookies) return;
  const { vendor, session } = await stale();
  const pieces = async function* () {
    yield bytes("pieces");
  };
  const response = await session.fetch(VERIFY, { method: "POST", body: pieces(), duplex: "half" });
  equal([response.status, (await entries(vendor, VERIFY)).map(({ body }) => body)], [401, ["pieces"]]);
}

/** R35: a stream in the caller's Request is sent as it comes, and not copied for a replay that there is none of; what stands in its place is replayed. */
export async function r35_a_stream_in_a_request_is_not_copied() {
  const streaming = (url) => new Request(url, { method: "POST", body: streamOf(["streamed"]), duplex: "half" });
  if (!tellsStreams()) return;
  const { vendor, session } = await stale();
  const { clone } = Request.prototype;
  let copies = 0;
  Request.prototype.clone = function () {
    copies++;
    return clone.call(this);
  };
  try {
    await withGlobal("fetch", async () => new Response("{}", { status: 200 }), () => session.fetch(streaming(session.baseUrl + "/stream")));
  } finally {
    Request.prototype.clone = clone;
  }
  equal(copies, 0);
  equal((await session.fetch(streaming(vendor.baseUrl + VERIFY), { body: "text" })).status, 200);
  const sent = await entries(vendor, VERIFY);
  twins(sent, "a text in a stream's place");
}

/** R35: the body of a rejection that is followed by a replay is given up, and not downloaded on. */
export async function r35_the_body_of_a_rejection_that_is_replayed_is_cancelled() {
  for (const headers of [{ "Content-Type": "application/json" }, { "Content-Type": "text/event-stream" }]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    let [asked, cancelled] = [0, 0];
    const endless = () => new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void cancelled++ });
    const fake = (request, real) => (request.url.endsWith(INFO) && !asked++ ? new Response(endless(), { status: 401, headers }) : real(request));
    await withFetch(fake, async () => equal((await session.fetch(INFO)).status, 200));
    equal(await renewals(vendor), 1);
    await until(() => cancelled === 1, "the body of the rejection is cancelled", 1_000);
    session.dispose();
  }
}

/** R16, R21: ten requests whose token is rejected share one renewal, and all succeed. */
export async function r16_concurrent_rejections_share_one_renewal() {
  const { vendor, session } = await stale();
  const responses = await Promise.all(Array.from({ length: 10 }, () => session.fetch(INFO)));
  equal(responses.map(({ status }) => status), Array(10).fill(200));
  equal(await vendor.count(REFRESH), 1);
  equal((await vendor.ledger()).refresh_reuse, 0);
}

/** Rule 8: a token that was replaced meanwhile is no reason to renew: the request goes again with the present one. */
export async function rule_8_a_stale_rejection_is_replayed_without_renewal() {
  const { vendor, session } = await stale();
  await vendor.fault({ path: INFO, hold: true });
  const slow = session.fetch(INFO);
  await until(async () => (await entries(vendor, INFO)).length === 1, "the slow request has arrived");
  await session.refresh();
  await vendor.release();
  equal((await slow).status, 200);
  const sent = await entries(vendor, INFO);
  equal([sent[0].status, sent[1].status], [401, 200]);
  equal(await vendor.count(REFRESH), 1, "renewals");
}

/** R21: a second rejection, after the renewal, is the caller's to see. No loop, and no sign-out. */
export async function r21_a_second_rejection_is_returned() {
  const refusals = { ethgas: [INFO, REFRESH, { status: 401, body: "again" }], ocient: [EXECUTE, "POST /v1/token_refresh", replying(inBand(-733))] };
  for (const [name, [path, refresh, refusal]] of Object.entries(refusals)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    await vendor.fault({ path, count: 5, ...refusal });
    const response = await session.fetch(path);
    equal([response.status, await response.text()], [refusal.status ?? 200, refusal.body ?? refusal.reply.body], name);
    equal([await vendor.count(refresh), (await entries(vendor, path)).length], [1, 2], `renewals and requests at ${name}`);
    equal(session.state.status, "signed-in", name);
  }
}

/** R21: 403 is no word about the token. */
export async function r21_403_never_renews() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.fault({ path: INFO, count: 2, ...replying({ code: 403, message: "Forbidden", errorCode: "40103" }, 403) });
  equal((await session.fetch(INFO)).status, 403);
  await rejects(session.json(INFO), "forbidden");
  equal([await vendor.count(REFRESH), (await entries(vendor, INFO)).length], [0, 2]);
  equal(session.state.status, "signed-in");
}

/** Rule 9: a renewal that the vendor refuses leaves the first reply to the caller, and ends the session. */
export async function rule_9_a_refused_renewal_returns_the_rejection() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.revoke();
  const response = await session.fetch(INFO);
  equal([response.status, (await response.json()).code], [401, 401]);
  equal([session.state.status, session.state.reason, await vendor.count(REFRESH)], ["signed-out", "refused", 1]);
  await rejects(session.fetch(INFO), "session-expired");
  equal((await entries(vendor, INFO)).length, 1);
}

/** Rule 11: Ocient says inside a 200 that the token was rejected. The request is replayed after a renewal. */
export async function rule_11_ocient_rejects_inside_a_200() {
  for (const code of [-733, -1205, -1208]) {
    for (const content_type of ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"]) {
      const vendor = simulate("ocient");
      const session = await vendor.signIn();
      await vendor.fault({ path: EXECUTE, ...replying(inBand(code), 200, content_type) });
      const headers = { "Content-Type": "application/json" };
      const response = await session.fetch(EXECUTE, { method: "POST", headers, body: STATEMENT });
      equal((await response.json()).data, [{ c1: 1 }, { c1: 2 }], `${code} as ${content_type}`);
      twins(await entries(vendor, EXECUTE), String(code));
      equal(await vendor.count("POST /v1/token_refresh"), 1);
    }
  }
  const vendor = simulate("ocient"); // other refusals are no word about the token
  const session = await vendor.signIn();
  await vendor.fault({ path: EXECUTE, ...replying(inBand(-719)) });
  equal((await (await session.fetch(EXECUTE)).json()).status.vendor_code, -719);
  equal(await vendor.count("POST /v1/token_refresh"), 0);
}

/** Rule 11: JSON of at most 64 kB is looked into; longer replies, and what is no JSON, are the caller's alone. */
export async function rule_11_only_short_json_is_looked_into() {
  const padded = (size) => JSON.stringify(inBand(-733, { pad: "x".repeat(size) }));
  const replies = [
    [padded(63_000), "application/json", 1],
    [padded(66_000), "application/json", 0],
    [padded(10), "text/plain", 0],
    [padded(10), "application/jsonish", 0],
    [padded(10).slice(1), "application/json", 0],
    [JSON.stringify([inBand(-733)]), "application/json", 0],
    [JSON.stringify({ data: inBand(-733) }), "application/json", 0],
  ];
  for (const [body, content_type, renewals] of replies) {
    const vendor = simulate("ocient");
    const session = await vendor.signIn();
    await vendor.fault({ path: EXECUTE, ...replying(body, 200, content_type) });
    const response = await session.fetch(EXECUTE, { method: "POST", headers: { "Content-Type": "application/json" }, body: STATEMENT });
    const text = await response.text();
    equal(await vendor.count("POST /v1/token_refresh"), renewals, `${body.length} bytes of ${content_type}`);
    ok(renewals ? text.includes("query_id") : text === body, `the body of ${content_type} is whole`);
  }
}

/** Rule 11: looking into a reply neither consumes it nor keeps the caller waiting longer than the bound. */
export async function rule_11_the_callers_body_is_still_readable() {
  const vendor = simulate("ocient");
  const session = await vendor.signIn({ timeoutMs: 300 });
  const response = await session.fetch(DATA.ocient);
  ok(response instanceof Response && !response.bodyUsed && !response.body.locked, "a platform's Response, untouched");
  equal(response.url, vendor.baseUrl + DATA.ocient);
  equal((await response.clone().json()).data, (await response.json()).data);
  await vendor.fault({ path: EXECUTE, huge_mb: 1 });
  equal((await (await session.fetch(DATA.ocient)).text()).length, 1024 * 1024 + 2);
  await vendor.fault({ path: EXECUTE, drip_ms: 10 });
  const began = Date.now();
  const slow = await session.fetch(DATA.ocient);
  ok(Date.now() - began < 1_500, `bounded: ${Date.now() - began} ms`);
  equal((await slow.json()).data.length, 2);
}

/** Rules 10, 11: PEGASE3 can't be renewed. Its rejection ends the session, and the reply goes to the caller unread. */
export async function rule_11_pegase3_rejections_end_the_session() {
  for (const config of [{}, { mirror_http: true }, { status_word_498: "ok" }]) {
    for (const [end, code, reason] of [["expire", 498, "expired"], ["revoke", 401, "refused"]]) {
      const vendor = simulate("pegase3");
      await vendor.config(config);
      const session = await vendor.signIn();
      await vendor[end]();
      const response = await session.fetch(DATA.pegase3);
      ok(!response.bodyUsed, "unread");
      equal([response.status, (await response.json()).code], [config.mirror_http ? code : 200, code]);
      equal([session.state.status, session.state.reason], ["signed-out", reason], `${code}`);
      await rejects(session.fetch(DATA.pegase3), "session-expired");
      equal((await entries(vendor, DATA.pegase3)).length, 1, "sent once");
    }
  }
}

/** Rule 11: later versions of PEGASE3 bring a new token in every reply, and drop the old one. */
export async function rule_11_pegase3_tokens_are_adopted() {
  const vendor = simulate("pegase3");
  await vendor.config({ echo_token: true });
  const session = await vendor.signIn();
  for (let round = 0; round < 3; round++) {
    const before = await session.accessToken();
    const { token } = await (await session.fetch(DATA.pegase3)).json();
    ok(token && token !== before && (await session.accessToken()) === token, "the token of the reply is the present one");
    await session.fetch(DATA.pegase3);
    equal((await entries(vendor, DATA.pegase3)).at(-1).headers.token, token);
  }
  const asking = await vendor.open({ endpoints: { check: DATA.pegase3 } });
  await asking.login(jdoe);
  const before = await asking.accessToken();
  await asking.check();
  ok((await asking.accessToken()) !== before, "a check's reply brings one, too");
  asking.dispose();
  // Also in a reply that found nothing. Of another shape, or for somebody else, it is none: it may be a file's.
  const present = async (more, user = "jdoe") => {
    const body = (more.prefix ?? "") + JSON.stringify({ code: 200, status: "ok", token: tokenOf(user), data: {}, ...more });
    await vendor.fault({ path: DATA.pegase3, ...replying(body) });
    await session.fetch(DATA.pegase3);
    return session.accessToken();
  };
  const taken = await present({ code: 404, status: "error" });
  equal(taken, tokenOf("jdoe"));
  const strange = [{ status: undefined }, { status: 200 }, { code: "200" }, { code: undefined }];
  const refused = [...strange, { pad: "x".repeat(66_000) }, { prefix: "<p>" }];
  for (const more of refused) equal(await present({ token: tokenOf("jdoe", 1), ...more }), taken, JSON.stringify(more));
  for (const user of ["admin", undefined, { user: "jdoe" }]) equal(await present({}, user), taken, `${user}`);
  equal([session.state.status, session.state.user], ["signed-in", "jdoe"]);
}

/** Rule 8: the next token drops the one before it. A request that was rejected for that, while the reply with the next is on its way, ends nothing. */
export async function rule_8_a_no_to_a_token_that_was_replaced_ends_nothing() {
  const vendor = simulate("pegase3");
  await vendor.config({ one_time_tokens: true });
  const kept = storageOfItsOwn();
  for (const storage of ["memory", kept]) {
    let answered;
    const isAnswered = new Promise((done) => (answered = done));
    let first = true;
    // The reply is there, but its body takes its time.
    const slowly = async (...given) => {
      const response = await fetch(...given);
      if (!first || !String(given[0].url ?? given[0]).includes(DATA.pegase3)) return response;
      first = false;
      answered();
      await new Promise((done) => setTimeout(done, 250));
      return response;
    };
    const one = await vendor.signIn({ storage, fetch: slowly });
    const other = storage === kept ? await vendor.open({ storage }) : one;
    const slow = one.json(DATA.pegase3);
    await isAnswered;
    const quick = other.json(DATA.pegase3);
    ok((await slow) && (await quick), "both are answered");
    equal([one.state.status, other.state.status], ["signed-in", "signed-in"]);
    await until(async () => (await one.accessToken()) === (await other.accessToken()), "they have the same token");
    ok(await one.json(DATA.pegase3), "and the next one");
    for (const session of [one, other]) session.dispose();
  }
}

/** A token of PEGASE3's form; `later` tells two of one user apart. */
function tokenOf(user, later = 0) {
  return jwt({ user, exp: Math.floor(performance.timeOrigin / 1_000) + 3_600 + later });
}

/** The claims of a token are UTF-8: a name that isn't ASCII is the session's user as well. */
export async function rule_11_tokens_for_a_name_with_accents_are_adopted() {
  const vendor = simulate("pegase3");
  const answer = (path, more) => vendor.fault({ path, ...replying({ code: 200, status: "ok", ...more }) });
  const session = await vendor.open();
  await answer("/login", { token: tokenOf("ünïcode€") });
  await rejects(session.login({ username: "ünïcode€", password: "x" }), "invalid-request"); // no header can carry it
  await session.login({ username: "ünïcode", password: "x" });
  await answer(DATA.pegase3, { token: tokenOf("ünïcode", 1), data: {} });
  await session.fetch(DATA.pegase3);
  equal(await session.accessToken(), tokenOf("ünïcode", 1));
}

/** renew "manual": a rejection is the caller's to see, and to renew after. */
export async function renew_manual_leaves_the_rejection_to_the_caller() {
  const { vendor, session } = await stale({ renew: "manual" });
  equal((await session.fetch(INFO)).status, 401);
  await rejects(session.json(INFO), "session-expired");
  equal([await vendor.count(REFRESH), (await entries(vendor, INFO)).length, session.state.status], [0, 2, "signed-in"]);
  await session.refresh();
  equal((await session.fetch(INFO)).status, 200);
  const ocient = simulate("ocient");
  const other = await ocient.signIn({ renew: "manual" });
  await ocient.fault({ path: EXECUTE, ...replying(inBand(-733)) });
  equal((await (await other.fetch(EXECUTE)).json()).status.vendor_code, -733);
  equal([await ocient.count("POST /v1/token_refresh"), other.state.status], [0, "signed-in"]);
}

/** R21: a token that was renewed for this very request, and is rejected all the same, is not renewed a second time for it. */
export async function r21_a_request_causes_one_renewal() {
  for (const name of ["ocient", "ethgas"]) {
    const path = pathOf(name);
    const vendor = simulate(name);
    const session = await vendor.signIn();
    await vendor.fault({ path, count: 5, status: 401 });
    await withClock(AGES_MS, async () => equal((await session.fetch(DATA[name])).status, 401, name));
    equal([await renewals(vendor), (await entries(vendor, path)).length], [1, 1], `renewals and requests at ${name}`);
    equal(session.state.status, "signed-in", name);
  }
}

/** R25: what one user has asked for is never sent again as the next one: not after a login, and not after a logout and a login. */
export async function r25_a_rejected_request_is_not_replayed_as_another_user() {
  for (const name of ["ocient", "pegase3", "ethgas"]) {
    for (const leaves of [true, false]) {
      const path = pathOf(name);
      const vendor = simulate(name);
      const session = await vendor.signIn();
      await vendor.expire();
      await vendor.fault({ path, hold: true });
      await vendor.fault({ path, hold: true });
      const slow = session.fetch(DATA[name]); // to see the rejection
      // And not that a session had ended: admin's goes on. Another query, as browsers ask for one address once at a time.
      const told = rejects(session.json(`${DATA[name]}${path === DATA[name] ? "?" : "&"}again`), "superseded");
      await until(async () => (await entries(vendor, path)).length === 2, "jdoe's requests have arrived");
      if (leaves) await session.logout();
      await session.login(admin);
      await vendor.release();
      await Promise.all([slow, told]);
      equal((await entries(vendor, path)).length, 2, `requests at ${name}`);
      equal([session.state.status, session.state.user], ["signed-in", "admin"], name);
    }
  }
}

/** R25: nor is what waits for one user's renewal sent, or given a token, as the next one. */
export async function r25_what_waits_for_a_renewal_is_not_sent_as_another_user() {
  for (const name of ["ocient", "ethgas"]) {
    for (const leaves of [true, false]) {
      const path = pathOf(name);
      const vendor = simulate(name);
      const session = await vendor.signIn();
      await vendor.fault({ path: RENEWAL_PATHS[name], hold: true });
      await withClock(AGES_MS, async () => {
        const waiting = [session.fetch(DATA[name]), session.json(DATA[name]), session.accessToken()];
        const outcomes = Promise.all(waiting.map((one) => reasonOf(one)));
        await until(async () => (await renewals(vendor)) === 1, "the renewal has arrived");
        const left = leaves && session.logout(); // it waits for the renewal, to revoke what that brings
        await session.login(admin);
        await vendor.release();
        await left;
        equal((await outcomes).map(({ code }) => code), Array(3).fill("superseded"), name);
        equal((await entries(vendor, path)).length, 0, `requests at ${name}`);
        equal((await session.fetch(DATA[name])).status, 200, "admin's own request");
      });
    }
  }
}
