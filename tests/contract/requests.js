/** The caller's own requests: what is told of a mistake, what is handed on, what is left untouched, and what is sent again. */
import {
  DATA, RENEWAL_PATHS, entries, equal, hallpass, jsonReply, jwt, ok, pathOf, reasonOf, rejects, replying, simulate, withClock, withGlobal,
} from "./env.js";

const INFO = DATA.ethgas;
const VERIFY = "/api/v1/user/login/verify";
const EMPTY = { code: 200, message: "OK", data: {} };

/** Calls with a fetch of the test's; gives back what each call of it was given. */
async function given(session, run) {
  const calls = [];
  await withGlobal("fetch", async (...args) => (calls.push(args), jsonReply(EMPTY)), () => run(session));
  return calls;
}

/** Members of init that Request knows nothing of are fetch's all the same: frameworks and servers have their own. */
export async function init_members_that_request_does_not_know_reach_fetch() {
  const session = await simulate("ethgas").signIn();
  const dispatcher = { dispatch() {} };
  const more = { next: { revalidate: 60, tags: ["a"] }, cf: { cacheTtl: 5 }, dispatcher, tls: { a: 1 }, verbose: true };
  const headers = { "x-own": "1" };
  const inits = [{ ...more }, { ...more, headers }, { ...more, method: "POST", body: "text", headers }];
  for (const call of [session.fetch, session.json]) {
    for (const init of inits) {
      for (const input of [INFO, new URL(session.baseUrl + INFO), () => new Request(session.baseUrl + INFO)]) {
        const [[first, second] = []] = await given(session, () => call(typeof input === "function" ? input() : input, init));
        for (const [name, value] of Object.entries(more)) ok(second?.[name] === value, `${name} is handed to fetch`);
        ok(!("json" in second), "json is hallpass's own");
        // As fetch puts the two together, nothing of the request is lost.
        const sent = new Request(first, second);
        const token = await session.accessToken();
        equal([sent.headers.get("authorization"), sent.headers.get("x-own")], [`Bearer ${token}`, init.headers ? "1" : null]);
        equal([sent.method, await sent.text()], [init.method ?? "GET", init.body ?? ""]);
      }
    }
  }
}

/** As with fetch, the caller's Request is used up by the call itself, though a renewal comes first; a call that sends nothing uses up none. */
export async function a_request_is_used_up_by_the_call() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const request = () => new Request(session.baseUrl + VERIFY, { method: "POST", body: "text" });
  const [first, second, outside] = [request(), request(), new Request("https://elsewhere.example/", { method: "POST", body: "text" })];
  await withClock(2 * 3_600_000, async () => {
    const calls = [session.fetch(first), session.json(second), rejects(session.fetch(outside), "forbidden-target")];
    equal([first, second, outside].map(({ bodyUsed }) => bodyUsed), [true, true, false]);
    await Promise.all(calls);
    equal(outside.bodyUsed, false);
  });
  session.dispose();
}

/** json() asks for JSON, unless the caller asks for something else; fetch() asks for nothing. */
export async function json_asks_for_json() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await session.json(INFO);
  await session.json(INFO, { headers: { Accept: "application/vnd.gas+json" } });
  await session.fetch(INFO);
  equal((await entries(vendor, INFO)).map(({ headers }) => headers.accept), ["application/json", "application/vnd.gas+json", "*/*"]);
  session.dispose();
}

/** What Request takes is in the request, and nothing of it is handed to fetch beside that. */
export async function members_that_request_knows_are_not_handed_on() {
  const session = await simulate("ethgas").signIn();
  const text = { method: "POST", body: "text", headers: { "x-own": "1" }, mode: "cors", credentials: "omit", cache: "no-store", redirect: "manual", keepalive: false };
  const init = { ...text, referrer: "", referrerPolicy: "no-referrer", integrity: "", priority: "low", duplex: "half", signal: null, window: null };
  for (const given_ of [init, { json: 1 }]) {
    const [all] = await given(session, () => session.fetch(INFO, given_));
    equal([all.length, all[0].method], [1, given_.method ?? "GET"]);
  }
  session.dispose();
}

/** R15: beside what is handed on of init, fetch reads nothing of Object.prototype. */
export async function r15_what_is_handed_on_of_init_stands_on_no_prototype() {
  const session = await simulate("ethgas").signIn();
  const [[, init]] = await given(session, () => session.fetch(INFO, { next: 1 }));
  Object.prototype.method = "DELETE";
  try {
    equal([init.method, init.next], [undefined, 1]);
  } finally {
    delete Object.prototype.method;
  }
  session.dispose();
}

/** The platform reads its options by name: of a class with getters too, which can't be enumerated, and of a Request, whose `json` is a method. */
export async function init_is_read_as_the_platform_reads_it() {
  const session = await simulate("ethgas").signIn();
  class Options {
    get method() {
      return "POST";
    }
    get headers() {
      return { "Content-Language": "eo" };
    }
  }
  const request = new Request("https://elsewhere.example/", { method: "POST", headers: { "Content-Language": "eo" } });
  const hidden = Object.defineProperties({}, { method: { value: "POST" }, headers: { value: { "Content-Language": "eo" } } });
  const seen = [];
  const { fetch: real } = globalThis;
  const spy = (input, init) => {
    seen.push([input.method, input.headers.get("Content-Language")]);
    return real(input, init);
  };
  await withGlobal("fetch", spy, async () => {
    for (const init of [new Options(), request, hidden]) {
      await session.fetch(VERIFY, init);
      await session.json(VERIFY, init);
    }
  });
  equal(seen, Array.from({ length: 6 }, () => ["POST", "eo"]));
}

/** The same when the request is sent again. */
export async function init_members_that_request_does_not_know_are_replayed() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.expire();
  const { fetch: real } = globalThis;
  const seen = [];
  const spy = (input, init) => {
    if (`${input.url ?? input}`.endsWith(INFO)) seen.push(init?.next);
    return real(input, init && { ...init, next: undefined });
  };
  const next = { revalidate: 1 };
  await withGlobal("fetch", spy, () => session.fetch(INFO, { next }));
  ok(seen.length === 2 && seen.every((one) => one === next), `handed on ${seen.length} times`);
}

const post = (body) => ({ method: "POST", body, duplex: "half" });

/** What the caller can do wrong, made anew each time: what the platform's Request says of it is what he is told. */
const MISTAKES = {
  "GET with a body": () => [INFO, { body: "x" }],
  "a bad method": () => [INFO, { method: "BAD METHOD" }],
  "a forbidden method": () => [INFO, { method: "CONNECT" }],
  "a bad header name": () => [INFO, { headers: { "bad name": "x" } }],
  "headers of another kind": () => [INFO, { headers: 5 }],
  "a bad mode": () => [INFO, { mode: "x" }],
  "a bad redirect": () => [INFO, { redirect: "x" }],
  "a locked stream": () => {
    const { body } = new Response("x");
    body.getReader();
    return [VERIFY, post(body)];
  },
  "a used Request": async (baseUrl) => {
    const request = new Request(baseUrl + VERIFY, post("x"));
    await request.text();
    return [request];
  },
};

/** A mistake is told in the platform's own words, with its error as the cause. */
export async function a_mistake_is_told_in_the_platforms_words() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  for (const [what, make] of Object.entries(MISTAKES)) {
    for (const call of [session.fetch, session.json]) {
      const [input, init] = await make(vendor.baseUrl);
      const target = typeof input === "string" ? vendor.baseUrl + input : input;
      let theirs;
      try {
        new Request(target, init);
        continue; // this platform takes it
      } catch (error) {
        theirs = error;
      }
      const error = await rejects(call(input, init), "invalid-options");
      ok(error.message.includes(theirs.message.replace(/\.$/, "")), `${what}: "${theirs.message}" is in "${error.message}"`);
      ok(error.cause instanceof Error && error.cause.message === theirs.message, `${what}: the cause is ${error.cause}`);
    }
  }
  const { message } = await reasonOf(() => JSON.stringify(1n));
  const error = await rejects(session.json(INFO, { json: 1n }), "invalid-options");
  ok(error.message.includes(message.replace(/\.$/, "")) && error.cause?.message === message, `json: ${error.message}`);
  equal(await vendor.total(), 1, "requests: the login");
}

/** Rule 4: unless those words quote a header's value, or a query. */
export async function rule_4_no_mistake_quotes_a_headers_value() {
  const session = await simulate("ethgas").signIn();
  const secret = "top-secret";
  const value = `${secret}\nvalue`;
  const headers = [{ "x-own": value }, [["x-own", value]], { Authorization: `Bearer ${value}` }, { "x-own": `${secret}☃` },
    [["x-own", secret, secret]], [[secret]], [`Authorization: Bearer ${secret}`], { [`Authorization: Bearer ${secret}`]: "" }];
  const inits = [...headers.map((one) => ({ headers: one })),
    { referrer: `http://[bad/?token=${secret}` }, { referrer: `//[/?token=${secret}` }, { referrer: `https://u:${secret}@[x/` }];
  for (const init of inits) {
    for (const call of [session.fetch, session.json]) {
      const error = await call(INFO, init).then(() => undefined, (reason) => reason);
      if (!error) continue; // this platform takes it
      equal(error.code, "invalid-options", JSON.stringify(init));
      const told = [error.message, error.stack, error.cause?.message, error.cause?.stack, JSON.stringify(error)].join("\n");
      ok(!told.includes(secret), `${JSON.stringify(init)}: ${told}`);
    }
  }
}

/** A Request that was refused before anything was sent is the caller's to use. */
export async function a_request_that_was_not_sent_is_untouched() {
  const vendor = simulate("ethgas");
  const stranger = simulate("stranger").baseUrl;
  const out = await vendor.open();
  const session = await vendor.signIn();
  const disposed = await vendor.signIn();
  disposed.dispose();
  const refusals = {
    "not-signed-in": [out, vendor.baseUrl + VERIFY],
    "forbidden-target": [session, `${stranger}/x`],
    unsupported: [disposed, vendor.baseUrl + VERIFY],
  };
  for (const [code, [who, url]] of Object.entries(refusals)) {
    for (const call of [who.fetch, who.json]) {
      const request = new Request(url, post("a body"));
      await rejects(call(request), code);
      equal([request.bodyUsed, await request.text()], [false, "a body"], code);
    }
  }
  for (const call of [session.fetch, session.json]) {
    const request = new Request(vendor.baseUrl + VERIFY, post("a body"));
    equal(await reasonOf(call(request, { signal: AbortSignal.abort("no") })), "no");
    equal([request.bodyUsed, await request.text()], [false, "a body"], "aborted before");
  }
  const stream = new Blob(["a body"]).stream();
  await rejects(out.fetch(VERIFY, post(stream)), "not-signed-in");
  equal([stream.locked, await new Response(stream).text()], [false, "a body"], "a stream");
}

/** Rule 12: what says of itself that it is a Request is asked once. What it says the next time goes nowhere. */
export async function rule_12_an_input_is_asked_once_what_it_is() {
  const { fetch: real } = globalThis;
  for (let flip = 1; flip < 6; flip++) {
    for (let turn = 1; turn < 5; turn++) {
      const vendor = simulate("ethgas");
      const stranger = simulate("stranger");
      const session = await vendor.signIn();
      await vendor.expire();
      let [asked, spelt] = [0, 0];
      const address = () => (++spelt > turn ? `${stranger.baseUrl}/x` : vendor.baseUrl + VERIFY);
      const input = {
        get [Symbol.toStringTag]() {
          return ++asked > flip ? "String" : "Request";
        },
        get url() {
          return address();
        },
        get href() {
          return address();
        },
        toString: address,
      };
      const went = [];
      const spy = (one, init) => {
        const request = new Request(one, init);
        went.push(request.url);
        return real(request);
      };
      const what = `${flip} times a Request, ${turn} times the vendor's address`;
      const call = () => session.fetch(input, { method: "POST", body: "x" });
      await withGlobal("fetch", spy, () => call().catch((error) => ok(hallpass.isAuthError(error), what)));
      equal(went.filter((url) => !url.startsWith(vendor.baseUrl)), [], what);
      equal(await stranger.total(), 0, what);
      session.dispose();
    }
  }
}

/** A JSON reply below PEGASE3's baseUrl that is not the vendor's own word, or is about somebody else, brings no token. */
export async function r24_a_token_in_a_strangers_json_is_not_taken() {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const good = jwt({ user: "jdoe", exp });
  const foreign = [
    { code: 200, token: good },
    { code: 200, token: "a.b.c" },
    { code: 200, status: "fine", token: good },
    { code: 200, status: true, token: good },
    { code: "200", status: "ok", token: good },
    { status: "ok", token: good },
    { code: 200, status: "ok", data: {}, token: "a.b.c" },
    { code: 200, status: "ok", data: {}, token: jwt({ exp }) },
    { code: 200, status: "ok", data: {}, token: jwt({ user: "mallory", exp }) },
    { code: 200, status: "ok", data: {}, token: jwt({ user: ["jdoe"], exp }) },
    { code: 200, status: "ok", data: {}, token: jwt(null) },
    [{ code: 200, status: "ok", token: good }],
  ];
  for (const body of foreign) {
    const vendor = simulate("pegase3");
    const session = await vendor.signIn();
    const token = await session.accessToken();
    await vendor.fault({ path: pathOf("pegase3"), ...replying(body) });
    await session.fetch(DATA.pegase3);
    equal([await session.accessToken(), session.state.user], [token, "jdoe"], JSON.stringify(body));
    equal((await session.fetch(DATA.pegase3)).status, 200, "and it goes on");
    session.dispose();
  }
  const vendor = simulate("pegase3");
  const session = await vendor.signIn();
  await vendor.fault({ path: pathOf("pegase3"), ...replying({ code: 200, status: "ok", data: {}, token: good }) });
  await session.fetch(DATA.pegase3);
  equal(await session.accessToken(), good, "the vendor's own word is taken");
}

/** `session.fetch` has the shape of the platform's, for those who look at it. */
export async function fetch_looks_like_the_platforms() {
  const session = await simulate("ethgas").open();
  equal([session.fetch.length, typeof session.fetch], [1, "function"]);
}

/** A String object is an address, as it is to the platform: read once, and judged like any other. */
export async function fetch_takes_a_string_object() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  for (const address of [INFO, vendor.baseUrl + INFO]) {
    equal((await session.fetch(new String(address))).status, 200, address);
  }
  await rejects(session.fetch(new String(`${simulate("stranger").baseUrl}/x`)), "forbidden-target");
  let asked = 0;
  const flips = Object.assign(new String(INFO), { toString: () => (asked++ ? "//stranger.example/x" : INFO) });
  await session.fetch(flips).catch((error) => ok(hallpass.isAuthError(error), `${error}`));
  ok((await entries(vendor, INFO)).length >= 2, "they went to the vendor");
}

/** `retryAt` is a moment in whole ms, as `expiresAt` is. */
export async function retryAt_is_whole() {
  for (const retry_after of ["1", "2", undefined]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    await vendor.fault({ path: RENEWAL_PATHS.ethgas, status: 503, ...(retry_after && { retry_after }) });
    await reasonOf(session.refresh());
    const { retryAt, expiresAt } = session.state;
    ok(Number.isInteger(retryAt) && Number.isInteger(expiresAt), `retryAt ${retryAt}, expiresAt ${expiresAt}`);
    session.dispose();
  }
}
