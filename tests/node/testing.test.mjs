// hallpass/testing: a session without WebAssembly and network, held to what the real one is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { AuthError, defineVendor, isAuthError, openSession } from "../../pkg/inline.js";
import { fakeError, fakeSession } from "../../pkg/testing.js";

const signedIn = (more) => fakeSession({ state: { user: "jdoe" }, ...more });

const jdoe = { username: "jdoe", password: "p" };

/** What a call of a session's method is made with. */
const argumentsOf = (method) => ({ login: [jdoe], fetch: ["/x"], json: ["/x"] })[method] ?? [];

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Everything that a value has, but for what every object has. */
function membersOf(value) {
  const names = new Set();
  for (let holder = value; holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) Reflect.ownKeys(holder).forEach((name) => names.add(name));
  return [...names].map(String).sort();
}

/** Fails unless a promise is rejected with one of hallpass's errors. */
const refused = (promise, code) => assert.rejects(promise, (error) => isAuthError(error) && error instanceof AuthError && error.code === code);

test("a fake session has the members of a real one, and what a test needs", async () => {
  const real = await openSession({ vendor: "ocient", baseUrl: "https://h.example" });
  const fake = membersOf(fakeSession()).filter((name) => !["calls", "setState"].includes(name));
  assert.deepEqual(fake, membersOf(real));
  for (const name of membersOf(real)) assert.equal(typeof fakeSession()[name], typeof real[name], name);
  assert.equal(fakeSession().fetch.length, 1, "as the platform's has");
  assert.deepEqual(fakeSession().state, real.state, "signed out, never signed in");
  const methods = Object.keys(real).filter((name) => typeof real[name] === "function" && name !== "subscribe");
  for (const name of methods) {
    const session = signedIn({ json: () => 1 });
    await session[name](...argumentsOf(name));
    assert.deepEqual(session.calls.map(({ method }) => method), [name]);
  }
});

test("it loads and works without WebAssembly and without a network", () => {
  const script = `
    for (const name of ["WebAssembly", "fetch", "Request", "BroadcastChannel", "indexedDB"]) delete globalThis[name];
    const { fakeSession } = await import(${JSON.stringify(new URL("../../pkg/testing.js", import.meta.url).href)});
    const session = fakeSession();
    await session.login({ username: "jdoe", password: "p" });
    console.log(session.state.user);
  `;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).trim(), "jdoe");
});

test("its state is what the test sets, frozen, and told to those who listen", () => {
  const session = fakeSession({ state: { user: "jdoe", expiresAt: 5 } });
  assert.deepEqual(session.state, { status: "signed-in", user: "jdoe", expiresAt: 5, renewable: true, renewal: "idle" });
  const seen = [];
  const leave = session.subscribe((state) => seen.push(state));
  assert.equal(seen[0], session.state, "at once");
  session.setState({ status: "signed-out", reason: "expired" });
  assert.deepEqual(seen[1], { status: "signed-out", reason: "expired", renewable: false, renewal: "idle" });
  session.state = { ...session.state, reason: "refused", user: undefined };
  assert.equal(seen[2], session.state);
  assert.equal(session.state, session.state, "the same object until something changes");
  assert.ok(seen.every(Object.isFrozen) && !("user" in seen[2]));
  leave();
  session.setState({ user: "mallory" });
  assert.equal(seen.length, 3);
});

test("signing in and out does what it says, unless the test says otherwise", async () => {
  const session = fakeSession();
  const { state } = await session.login({ username: "jdoe", password: "p", database: "d" });
  assert.deepEqual([state, state.user, state.database], [session.state, "jdoe", "d"]);
  assert.equal(await session.refresh(), session.state);
  assert.equal(await session.check(), session.state);
  assert.equal(await session.accessToken(), "fake-token");
  assert.deepEqual(await session.logout(), { revoked: true });
  assert.equal(session.state.reason, "logout");
  assert.deepEqual(session.calls[0], { method: "login", args: [{ username: "jdoe", password: "p", database: "d" }] });

  const wrong = fakeSession({ login: () => Promise.reject(fakeError("invalid-credentials", { status: 401 })) });
  await refused(wrong.login({ username: "u", password: "p" }), "invalid-credentials");
  assert.equal(wrong.state.status, "signed-out");
  const slow = fakeSession({ login: async () => {}, logout: () => ({ revoked: false }), check: () => slow.setState({ status: "signed-out", reason: "refused" }) });
  await slow.login({ username: "u", password: "p" });
  assert.equal(slow.state.user, "u", "nothing given back: as without it");
  assert.deepEqual(await slow.logout(), { revoked: false });
  assert.equal((await slow.check()).reason, "refused");
});

test("fetch and json answer what the test says, each for the other, too", async () => {
  const json = signedIn({ json: (input, init) => ({ input, got: init?.json }) });
  assert.deepEqual(await json.json("/x", { json: { a: 1 } }), { input: "/x", got: { a: 1 } });
  const reply = await json.fetch("/y");
  assert.deepEqual([reply.status, await reply.json()], [200, { input: "/y" }]);
  assert.deepEqual(json.calls, [{ method: "json", args: ["/x", { json: { a: 1 } }] }, { method: "fetch", args: ["/y"] }]);
  const fetch = signedIn({ fetch: (input) => new Response(input === "/empty" ? null : "[1]", { status: input === "/no" ? 418 : 200 }) });
  assert.deepEqual(await fetch.json("/x"), [1]);
  assert.equal(await fetch.json("/empty"), undefined);
  await refused(fetch.json("/no"), "vendor-error");
  await refused(signedIn({ fetch: () => new Response("<p>") }).json("/x"), "malformed-reply");
  assert.equal(await signedIn({ json: () => undefined }).json("/x"), undefined);
  await refused(signedIn().fetch("/x"), "unsupported");
});

test("it refuses what a real one refuses", async () => {
  const session = fakeSession({ json: () => 1, fetch: () => new Response() });
  for (const method of ["fetch", "json", "accessToken", "refresh"]) await refused(session[method](...argumentsOf(method)), "not-signed-in");
  await refused(session.login(), "invalid-options");
  // Some ways to sign in have neither user name nor password.
  for (const vendor of ["ocient", "ethgas"]) {
    await assert.rejects(fakeSession({ vendor }).login(), (error) => /login takes/.test(error.message) && !/password/.test(error.message));
  }
  await refused(fakeSession({ state: { user: "u", renewable: false } }).refresh(), "not-renewable");
  assert.throws(() => session.subscribe(5), { code: "invalid-options" });
  session.touch();
  session.dispose();
  for (const method of ["fetch", "json", "accessToken", "refresh", "login", "logout", "check"]) await refused(session[method](...argumentsOf(method)), "unsupported");
  assert.throws(() => session.subscribe(() => {}), { code: "unsupported" });
  assert.throws(() => session.touch(), { code: "unsupported" });
});

test("a session that has ended by itself rejects as a real one does", async () => {
  for (const [reason, code] of [["expired", "session-expired"], ["refused", "session-expired"], ["idle", "session-expired"], ["logout", "not-signed-in"], ["replaced", "not-signed-in"]]) {
    const session = fakeSession({ state: { status: "signed-out", reason }, json: () => 1 });
    for (const method of ["fetch", "json", "accessToken", "refresh"]) await refused(session[method](...argumentsOf(method)), code);
  }
});

test("a state that the test gives is the session's", async () => {
  const given = { status: "signed-in", user: "jdoe", renewable: false, renewal: "idle" };
  const session = fakeSession({
    vendor: "lenses",
    login: () => ({ state: given, redirectTo: "/x" }),
    refresh: () => ({ ...given, expiresAt: 5 }),
    check: () => ({ status: "signed-out", reason: "refused", renewable: false, renewal: "idle" }),
  });
  const seen = [];
  session.subscribe(({ status, expiresAt }) => seen.push([status, expiresAt]));
  const { state, redirectTo } = await session.login({ username: "u", password: "p" });
  assert.deepEqual([state, state, redirectTo], [given, session.state, "/x"]);
  assert.equal(await session.refresh(), session.state);
  assert.equal(await session.check(), session.state);
  assert.deepEqual(seen, [["signed-out", undefined], ["signed-in", undefined], ["signed-in", 5], ["signed-out", undefined]]);
});

test("a logout where nobody is signed in any more is no news", async () => {
  const session = fakeSession({ state: { user: "jdoe" } });
  let told = 0;
  session.subscribe(() => told++);
  await session.logout();
  const { state } = session;
  assert.deepEqual(await session.logout(), { revoked: false });
  assert.deepEqual([told, session.state === state], [2, true]);
  const odd = fakeSession({ state: { status: "signed-in", reason: "logout" } });
  await odd.logout();
  assert.equal(odd.state.status, "signed-out");
});

test("what a logout has overtaken signs nobody in again, and a state that is there already is told to nobody", async () => {
  const given = { status: "signed-in", user: "jdoe", renewable: true, renewal: "idle" };
  const later = () => new Promise((done) => setTimeout(done, 10, given));
  const session = fakeSession({ state: given, check: later, refresh: later });
  const [checked, refreshed] = [session.check(), session.refresh()];
  await Promise.all([session.logout(), checked, refused(refreshed, "superseded")]);
  assert.deepEqual([session.state.status, (await checked).status], ["signed-out", "signed-out"]);

  const same = fakeSession({ state: given, check: () => same.state, refresh: () => same.state, login: () => ({ state: same.state }) });
  let told = 0;
  same.subscribe(() => told++);
  await same.check();
  await same.refresh();
  await same.login({ username: "u", password: "p" });
  assert.equal(told, 1);
});

test("it refuses a call for what a real one refuses it for", async () => {
  const session = signedIn({ json: () => 1 });
  const wrong = [
    ["/x", { body: "b" }],
    ["/x", { method: "GET", body: "b" }],
    ["/x", { method: "a b" }],
    ["/x", { headers: { "a b": "c" } }],
    [new Request("https://vendor.example/x"), { body: "b" }],
  ];
  for (const [input, init] of wrong) await refused(session.fetch(input, init), "invalid-options");
  await refused(session.json("/x", { method: "GET", json: {} }), "invalid-options");
  const right = [
    ["/x", { method: "POST", body: "b" }],
    ["/x", new Request("https://vendor.example/y", { method: "POST", body: "b" })],
    [new Request("https://vendor.example/x", { method: "PUT", body: "a" }), { body: "b" }],
    [new Request("https://vendor.example/x", { method: "PUT", body: "a" })],
  ];
  for (const given of right) assert.equal((await session.fetch(...given)).status, 200);
  assert.equal(await session.json(new Request("https://vendor.example/x"), { json: {} }), 1);
  await assert.rejects(fakeSession().login({ username: "", password: "" }), (error) => {
    assert.deepEqual([error.code, error.fields.map(({ name, code }) => [name, code])], ["invalid-request", [["username", "required"], ["password", "required"]]]);
    return true;
  });
});

test("rule_1_an_abort_rejects_with_the_signal_s_own_reason", async () => {
  const session = signedIn({ json: () => new Promise(() => {}), login: () => new Promise(() => {}) });
  for (const reason of ["because", undefined, new Error("mine")]) {
    const controller = new AbortController();
    const calls = [session.json("/x", { signal: controller.signal }), session.login(jdoe, { signal: controller.signal })];
    controller.abort(reason);
    for (const call of [...calls, session.check({ signal: controller.signal })]) {
      assert.equal(await call.then(() => assert.fail("it resolved"), (error) => error), controller.signal.reason);
    }
  }
});

test("an error of the fake's is one of hallpass's, with a sentence for each code", async () => {
  const error = fakeError("rate-limited", { retryAfterMs: 5, status: 429 });
  assert.ok(isAuthError(error) && error instanceof AuthError && error instanceof Error);
  assert.deepEqual({ ...error }, { code: "rate-limited", retryAfterMs: 5, status: 429 });
  assert.match(error.message, /fewer requests/);
  assert.equal(fakeError("internal", { message: "mine" }).message, "mine");
  assert.equal(fakeError("network", { code: "storage" }).code, "network");
  assert.throws(() => fakeError("network", null), { code: "invalid-options" });
  for (const code of ["storage", "load-failed", "invalid-options", "malformed-reply"]) assert.match(fakeError(code).message, /^[^\n]+\.$/);
  assert.throws(() => fakeError("no-such-code"), { code: "invalid-options" });
});

test("rule_3_what_is_misspelt_is_named", () => {
  for (const [options, fits] of [[5, /options/], [null, /options/], [{ stat: {} }, /stat must/], [{ state: 5 }, /state/], [{ state: { usr: "u" } }, /state\.usr/], [{ fetch: "x" }, /fetch must be a function/], [{ vendor: "acme" }, /vendor/], [{ vendor: { name: "acme" } }, /credential/]]) {
    assert.throws(() => fakeSession(options), (error) => isAuthError(error) && error.code === "invalid-options" && fits.test(error.message));
  }
  assert.throws(() => fakeSession().setState({ usr: "u" }), /state\.usr/);
});

test("it stands in for a session with a described API", async () => {
  const acme = defineVendor({ name: "acme", credential: "bearer", login: { path: "l", json: { email: "{email}" } }, grant: { access: "t" } });
  const session = fakeSession({ vendor: acme });
  assert.equal(session.vendor, "acme");
  await session.login({ email: "jdoe@acme.example" });
  assert.equal(session.state.user, "jdoe@acme.example");
  for (const vendor of [null, 5]) assert.throws(() => fakeSession({ vendor }), (error) => isAuthError(error) && error.code === "invalid-options");
});

test("an aborted logout signs out here all the same, as a real one does", async () => {
  const session = signedIn();
  await assert.rejects(session.logout({ signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.deepEqual([session.state.status, session.state.reason], ["signed-out", "logout"]);
});

/** A real session and a fake one, whose logins and logouts take as long. */
async function both() {
  const waits = { login: 0, logout: 0 };
  const vendor = async (input, init) => {
    const { signal, url } = new Request(input, init);
    await pause(waits[/log(?:in|out)$/.exec(url)?.[0]] ?? 0);
    signal.throwIfAborted();
    return Response.json({ access_token: "a", refresh_token: "r", expires_in: 3600, data: [[1]], status: { vendor_code: 0 } });
  };
  const real = await openSession({ vendor: "ocient", baseUrl: "https://h.example", fetch: vendor });
  const fake = fakeSession({ vendor: "ocient", login: () => pause(waits.login), logout: () => pause(waits.logout), json: () => ({ data: [[1]] }) });
  return [real, fake].map((session) => ({ session, waits }));
}

/** What a promise comes to, in short. */
const outcome = (promise) => promise.then(() => "ok", (error) => (isAuthError(error) ? error.code : error));

test("a login that was given up, or overtaken, signs nobody in, as with a real one", async () => {
  const stories = {
    "given up": async ({ session, waits }) => {
      waits.login = 20;
      const controller = new AbortController();
      const login = outcome(session.login(jdoe, { signal: controller.signal }));
      await pause(5);
      controller.abort("enough");
      const heard = await login;
      await pause(40);
      return [heard, session.state.status];
    },
    "given up at once": async ({ session }) => {
      const controller = new AbortController();
      const login = outcome(session.login(jdoe, { signal: controller.signal }));
      controller.abort("enough");
      const heard = await login;
      await pause(10);
      return [heard, session.state.status];
    },
    "a logout meanwhile": async ({ session, waits }) => {
      waits.login = 20;
      const login = outcome(session.login(jdoe));
      await pause(5);
      await session.logout();
      return [await login, session.state.status];
    },
    "another login meanwhile": async ({ session, waits }) => {
      waits.login = 20;
      const login = outcome(session.login(jdoe));
      await pause(5);
      waits.login = 0;
      await session.login({ username: "bert", password: "p" });
      return [await login, session.state.user];
    },
    "a login that doesn't begin meanwhile": async ({ session, waits }) => {
      waits.login = 20;
      const login = outcome(session.login(jdoe));
      await outcome(session.login({}));
      await outcome(session.login(jdoe, { signal: AbortSignal.abort() }));
      return [await login, session.state.user];
    },
  };
  const expected = [["enough", "signed-out"], ["enough", "signed-out"], ["superseded", "signed-out"], ["superseded", "bert"], ["ok", "jdoe"]];
  for (const [index, [name, tell]] of Object.entries(stories).entries()) {
    for (const one of await both()) assert.deepEqual(await tell(one), expected[index], `${name}, ${one.session.calls ? "fake" : "real"}`);
  }
  const failing = fakeSession({ login: () => pause(10).then(() => Promise.reject(fakeError("network"))) });
  const login = outcome(failing.login(jdoe));
  await failing.logout();
  assert.equal(await login, "superseded", "whatever it failed with");
});

test("a logout signs out at once, and tells whether anybody was signed in", async () => {
  for (const { session, waits } of await both()) {
    await session.login(jdoe);
    waits.logout = 20;
    const logout = session.logout();
    await pause(5);
    assert.deepEqual([session.state.status, session.state.reason], ["signed-out", "logout"], "while the vendor is asked");
    assert.deepEqual(await logout, { revoked: true });
    assert.deepEqual(await session.logout(), { revoked: false });
  }
  for (const logout of [async () => ({ revoked: false }), () => Promise.reject(fakeError("network"))]) {
    const session = signedIn({ logout });
    await outcome(session.logout());
    assert.equal(session.state.status, "signed-out", "whatever the test answers");
  }
});

test("rule_3_a_mistake_in_a_call_is_named_as_a_real_one_names_it", async () => {
  const cyclic = {};
  cyclic.cyclic = cyclic;
  const throwing = (name) => ({
    get [name]() {
      throw new Error("mine");
    },
  });
  const mistakes = [
    ["login", {}], ["login", { username: "jdoe" }], ["login", { username: "jdoe", password: 5 }], ["login", { ...jdoe, user: "x" }],
    ["login", throwing("username")], ["login", { device: 5 }], ["login", { idToken: "t" }],
    ["fetch"], ["fetch", 5], ["fetch", {}], ["fetch", null], ["fetch", "/x", 5], ["fetch", "/x", { signal: 5 }], ["fetch", "/x", throwing("signal")],
    ["json"], ["json", "/x", { signal: 5 }], ["json", "/x", { json: {}, body: "x" }], ["json", "/x", { json: cyclic }], ["json", "/x", { json: 5n }],
    ["json", "/x", { json: () => {} }],
    ...["login", "refresh", "check", "logout"].flatMap((method) =>
      [5, "x", { signal: 5 }, { signal: {} }, throwing("signal")].map((options) => [method, ...argumentsOf(method), options]),
    ),
  ];
  for (const [method, ...args] of mistakes) {
    const [real, fake] = await Promise.all(
      (await both()).map(async ({ session }) => {
        await session.login(jdoe);
        const before = session.state;
        const error = await session[method](...args).then(() => assert.fail(`${method} resolved`), (error) => error);
        assert.equal(session.state, before, `${method} changed something`);
        return [error.code, error.message];
      }),
    );
    assert.deepEqual(fake, real);
    assert.equal(fake[0], "invalid-options", fake[1]);
  }
});

test("what a real session takes, a fake one takes, too", async () => {
  const aborted = new Request("https://h.example/x", { signal: AbortSignal.abort() });
  const calls = [
    ["fetch", aborted, { signal: null }], ["fetch", new URL("https://h.example/x")], ["fetch", "/x", null], ["json", "/x", { json: undefined, body: "x", method: "POST" }],
    ["json", new Request("https://h.example/x"), { json: {} }], ["login", jdoe, null], ["login", jdoe, {}], ["check", undefined], ["logout", null],
  ];
  for (const [method, ...args] of calls) {
    for (const { session } of await both()) {
      await session.login(jdoe);
      if (method !== "check" || session.calls) assert.equal(await outcome(session[method](...args)), "ok", method);
    }
  }
  await assert.rejects(signedIn({ json: () => 1 }).fetch(aborted), { name: "AbortError" });
  for (const credentials of [{ ...jdoe, redirectionToken: "t" }, { ...jdoe, database: "d" }, { device: () => {} }, { idToken: "t", database: "d" }, { wallet: { request() {} } }]) {
    assert.equal(await outcome(fakeSession().login(credentials)), "ok", "of any vendor, where none is named");
  }
  await refused(fakeSession({ vendor: "lenses" }).login({ ...jdoe, database: "d" }), "invalid-options");
  await refused(fakeSession({ vendor: "lenses" }).login({ wallet: {} }), "invalid-options");
  await refused(fakeSession({ vendor: "ethgas" }).login({ wallet: {}, password: "p" }), "invalid-options");
});

test("without a Response, as in Jest's jsdom, fetch says what to do", async () => {
  const { Response } = globalThis;
  delete globalThis.Response;
  const error = await signedIn({ json: () => 1 }).fetch("/x").catch((error) => error);
  const read = await signedIn({ json: () => 1 }).json("/x");
  globalThis.Response = Response;
  assert.ok(isAuthError(error) && error.code === "unsupported" && /test environment/.test(error.message), String(error));
  assert.equal(read, 1);
});
