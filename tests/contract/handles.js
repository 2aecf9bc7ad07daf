/** Handles: which fetch they use, who shares a session with whom, and what they leave open. */
import {
  DATA, LOGIN_PATHS, RENEWAL_PATHS, VENDORS, admin, dispose, entries, equal, hallpass, hasTabs, jdoe, jsonReply, keepsCookies, nameOf, ok,
  received, rejects, renewals, simulate, storageOfItsOwn, until, withGlobal, within,
} from "./env.js";

/** All that a session sends, once each. */
async function everything(session, vendor) {
  const init = vendor.vendor === "pegase3" ? { headers: { "Name-Company": "Acme" } } : undefined;
  await session.login(jdoe);
  equal((await session.fetch(DATA[vendor.vendor], init)).status, 200, "fetch");
  await session.json(DATA[vendor.vendor], init);
  if (session.state.renewable) await session.refresh();
  await session.check().catch((error) => equal(error.code, "unsupported", "check"));
  await session.logout();
  equal(session.state.status, "signed-out");
}

/** Cookies are sent by pages and workers alone. */
const vendors = () => VENDORS.filter((name) => name !== "lenses" || keepsCookies);

/** `window.fetch = session.fetch`: the session goes on with the fetch that was there when it was opened. */
export async function a_session_may_take_the_place_of_the_global_fetch() {
  for (const name of vendors()) {
    const [plain, vendor] = [simulate(name), simulate(name)];
    await everything(await plain.open(), plain);
    const session = await vendor.open();
    await withGlobal("fetch", session.fetch, () => within(10_000, everything(session, vendor), name));
    equal((await vendor.ledger()).counts, (await plain.ledger()).counts, `${name}: the same requests`);
  }
}

/** The page's code then calls the global fetch, and means the session. */
export async function the_global_fetch_that_is_a_sessions_carries_its_credential() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await withGlobal("fetch", session.fetch, async () => {
    const response = await within(5_000, globalThis.fetch(DATA.ethgas), "the global fetch");
    equal([response.status, (await response.json()).data.username], [200, "jdoe"]);
    await vendor.expire();
    equal((await within(5_000, globalThis.fetch(DATA.ethgas), "with a renewal")).status, 200);
  });
  equal(await renewals(vendor), 1);
}

/** The same where what takes the place hands everything on to the session, at once or a moment later. */
export async function a_wrapper_around_a_session_may_take_the_place_of_the_global_fetch() {
  for (const wait of [undefined, async () => {}]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    const wrapped = wait ? async (input, init) => (await wait(), session.fetch(input, init)) : (input, init) => session.fetch(input, init);
    await withGlobal("fetch", wrapped, async () => {
      equal((await within(5_000, session.fetch(DATA.ethgas), "fetch")).status, 200);
      equal((await within(5_000, globalThis.fetch(DATA.ethgas), "the global one")).status, 200);
      await within(5_000, session.refresh(), "refresh");
    });
    equal([await vendor.count(`GET ${DATA.ethgas}`), await renewals(vendor)], [2, 1], "requests");
    session.dispose();
  }
}

/** Nor is a wrapper that makes a Request of its own called in a circle, as some that trace or imitate a network do. */
export async function a_wrapper_may_make_each_request_anew() {
  for (const name of vendors()) {
    for (const anew of [(input, init) => [new Request(input, init)], (input) => [input.url, { method: input.method, headers: input.headers, credentials: input.credentials }]]) {
      const vendor = simulate(name);
      const session = await vendor.signIn();
      let calls = 0;
      const wrapped = async (input, init) => {
        if (++calls > 20) throw new TypeError("called in a circle");
        return session.fetch(...anew(new Request(input, init)));
      };
      const init = name === "pegase3" ? { headers: { "Name-Company": "Acme" } } : undefined;
      await withGlobal("fetch", wrapped, async () => {
        equal((await within(5_000, session.fetch(DATA[name], init), "fetch")).status, 200);
        if (session.state.renewable) await within(5_000, session.refresh(), "refresh");
      });
      equal(await vendor.count(`GET ${DATA[name].split("?")[0]}`), 1, name);
      session.dispose();
    }
  }
}

/** An API whose session is a token or a cookie, with the platform's fetch in its place: what that was handed, and a session. */
async function ofItsOwn(credential, answer) {
  const seen = [];
  const platform = async (input, init) => {
    const request = new Request(input, init);
    seen.push(request);
    return answer(request);
  };
  const grant = credential === "cookie" ? {} : { access: "token" };
  const vendor = { name: "acme", credential, headers: { "X-Key": "k" }, login: { path: "login" }, grant };
  const session = await withGlobal("fetch", platform, () => hallpass.openSession({ vendor, baseUrl: "https://api.acme.test" }));
  return { seen, platform, session };
}

/**
 * What a page asks of a session while its own fetch is sending a request of the session's is no copy of that, unless it has the same method,
 * address and credential: it goes out as the session's, and its answer is heard. Nor is what is asked once that request is over.
 */
export async function what_a_page_asks_beside_a_request_is_the_sessions() {
  const url = "https://api.acme.test/a";
  const like = (more) => ({ headers: new Headers({ "X-Key": "k" }), credentials: "include", ...more });
  const others = {
    bearer: { plain: [url, { headers: new Headers() }], other: [url, like({ method: "POST" })] },
    cookie: {
      plain: [new Request(url, { headers: { "X-Key": "k" } })],
      method: [url, like({ method: "POST" })],
      headers: [url, like({ headers: new Headers() })],
      later: [url, like()],
    },
  };
  for (const [credential, all] of Object.entries(others)) {
    for (const [name, given] of Object.entries(all)) {
      const before = name === "later" ? 2 : 1;
      const { seen, platform, session } = await ofItsOwn(credential, () => jsonReply({ token: "t" }, seen.length === before + 1 ? 401 : 200));
      let asks = false;
      const pages = async (input, init) => {
        if (!asks) return platform(input, init);
        asks = false;
        await rejects(session.fetch("https://elsewhere.test/a", like()), "forbidden-target");
        equal((await session.fetch(...given)).status, 401);
        return platform(input, init);
      };
      await withGlobal("fetch", pages, async () => {
        await session.login({});
        asks = name !== "later";
        await within(5_000, session.fetch("/a"), "fetch");
        if (name === "later") await session.fetch(...given);
      });
      const asked = seen[before];
      equal(asked.headers.get("X-Key"), "k", `${credential}, ${name}: with the API's header`);
      if (credential === "bearer") equal(asked.headers.get("Authorization"), "Bearer t", name);
      else equal(asked.credentials, "include", name);
      equal(session.state.status, "signed-out", `${credential}, ${name}: a no is heard`);
      session.dispose();
    }
  }
}

/**
 * A wrapper may make a request anew, with other headers as long as the one with the token stays. It is sent as the wrapper has it; but what
 * only looks like a request with a cookie is not redirected, as that would carry the cookie on (R26).
 */
export async function a_wrapper_may_change_the_headers_that_carry_no_token() {
  for (const [credential, trace, redirect] of [["bearer", "1", "follow"], ["cookie", null, "error"]]) {
    const { seen, platform, session } = await ofItsOwn(credential, () => jsonReply({ token: "t" }));
    let calls = 0;
    const wrapped = async (input, init) => {
      if (++calls > 5) throw new TypeError("called in a circle");
      const request = new Request(input, init);
      const headers = new Headers(request.headers);
      if (trace) headers.set("X-Trace", `${calls}`);
      return session.fetch(request.url, { method: request.method, headers, credentials: request.credentials });
    };
    await withGlobal("fetch", platform, () => session.login({}));
    await withGlobal("fetch", wrapped, () => within(5_000, session.fetch("/a", { method: "POST", ...(trace && { headers: { "X-Trace": "0" } }) }), "fetch"));
    equal(seen.slice(1).map(({ method, headers, redirect, credentials }) => [method, headers.get("X-Trace"), redirect, credentials]), [
      ["POST", trace, redirect, trace ? "same-origin" : "include"],
    ], credential);
    if (trace) equal(seen[1].headers.get("Authorization"), "Bearer t");
    session.dispose();
  }
}

/** R33: a session that is opened while another's fetch is the global one is a session all the same, and carries nothing of the other's. */
export async function r33_a_session_opened_over_anothers_fetch_works() {
  const vendor = simulate("ethgas");
  const first = await vendor.signIn();
  await withGlobal("fetch", first.fetch, async () => {
    const second = await vendor.open({ account: "second" });
    await rejects(within(5_000, second.login({ ...admin, password: "wrong" }), "a login"), "invalid-credentials");
    await within(5_000, second.login(admin), "login");
    const { data } = await (await within(5_000, second.fetch(DATA.ethgas), "fetch")).json();
    equal(data.username, "admin", "with its own credential");
    second.dispose();
  });
  equal((await (await first.fetch(DATA.ethgas)).json()).data.username, "jdoe");
  const logins = await entries(vendor, "/api/v1/user/login");
  equal(logins.map(({ headers }) => headers.authorization), [undefined, undefined, undefined], "nobody's token beside a password");
  equal(await renewals(vendor), 0);
}

/** Option `fetch`: everything goes through it, and nothing through the global one. */
export async function the_option_fetch_is_used_for_everything() {
  for (const name of vendors()) {
    const [plain, vendor] = [simulate(name), simulate(name)];
    await everything(await plain.open(), plain);
    const { fetch: real } = globalThis;
    let [own, others] = [0, 0];
    const session = await vendor.open({ fetch: (...given) => (own++, real(...given)) });
    const other = (...given) => (others++, real(...given));
    await withGlobal("fetch", other, () => everything(session, vendor));
    equal([own, others], [await plain.total(), 0], name);
  }
}

/** Option `fetch`: called as a function, not as anybody's method, which browsers refuse. */
export async function the_option_fetch_is_called_as_a_function() {
  const vendor = simulate("ethgas");
  const direct = await vendor.signIn({ fetch: globalThis.fetch });
  equal((await direct.fetch(DATA.ethgas)).status, 200);
  const { fetch: real } = globalThis;
  const seen = new Set();
  const session = await vendor.signIn({
    fetch(...given) {
      seen.add(this);
      return real(...given);
    },
  });
  equal((await session.fetch(DATA.ethgas)).status, 200);
  ok([...seen].every((value) => value === undefined || value === globalThis), "no `this`");
}

/** Option `fetch`: what is no function is named. */
export async function rule_3_the_option_fetch_is_a_function() {
  const vendor = simulate("ethgas");
  for (const fetch of [5, "fetch", {}, [], true, null]) {
    const error = await rejects(vendor.open({ fetch }), "invalid-options");
    ok(/^fetch\b/.test(error.message), error.message);
  }
  equal((await vendor.signIn({ fetch: undefined })).state.status, "signed-in", "left out");
}

/** Without the option: the global one as it is at each call, so that mocks and instruments see everything. */
export async function the_global_fetch_is_the_one_at_each_call() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const { fetch: real } = globalThis;
  for (let times = 1; times <= 2; times++) {
    let calls = 0;
    await withGlobal("fetch", (...given) => (calls++, real(...given)), () => session.fetch(DATA.ethgas));
    equal(calls, 1, `instrument ${times}`);
  }
}

/** Renewals that fail on a lost database leave no connection behind. Pages and workers have one. */
export async function a_lost_database_leaves_one_connection_at_most() {
  if (!globalThis.indexedDB) return;
  const { open } = IDBFactory.prototype;
  const { close, transaction } = IDBDatabase.prototype;
  const connections = new Set();
  IDBFactory.prototype.open = function (...given) {
    const request = Reflect.apply(open, this, given);
    request.addEventListener("success", () => connections.add(request.result));
    return request;
  };
  IDBDatabase.prototype.close = function () {
    connections.delete(this);
    return Reflect.apply(close, this, []);
  };
  try {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage: "encrypted" });
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    };
    for (let times = 0; times < 10; times++) await session.refresh();
    equal(session.state.status, "signed-in");
    IDBDatabase.prototype.transaction = transaction;
    await session.logout();
    session.dispose();
  } finally {
    Object.assign(IDBFactory.prototype, { open });
    Object.assign(IDBDatabase.prototype, { close, transaction });
  }
  ok(connections.size <= 1, `${connections.size} connections are open`);
  for (const connection of connections) connection.close();
}

/** On a server two people's sessions share nothing, whatever globals a DOM shim has put there. */
export async function a_servers_sessions_share_nothing_whatever_globals_there_are() {
  if (keepsCookies) return; // pages and workers are no servers
  const location = { href: "https://app.example/", origin: "https://app.example", protocol: "https:" };
  const shims = [
    { location },
    { location, window: globalThis, self: globalThis },
    { location, window: globalThis, document: { visibilityState: "visible", addEventListener() {}, removeEventListener() {} } },
  ];
  for (const shim of shims) {
    const names = Object.keys(shim);
    const run = names.reduceRight((inner, name) => () => withGlobal(name, shim[name], inner), async () => {
      const vendor = simulate("ethgas");
      const [first, second] = [await vendor.signIn(), await vendor.signIn({}, admin)];
      await first.logout();
      await new Promise((done) => setTimeout(done, 200)); // as long as a word to other tabs may take
      equal([second.state.status, second.state.user], ["signed-in", "admin"], names.join());
      equal((await second.fetch(DATA.ethgas)).status, 200, names.join());
      first.dispose();
      second.dispose();
    });
    await run();
  }
}

/** Two handles of one page with storage "session" are one session, as with the others: signed in, renewed, signed out. */
export async function handles_of_one_page_are_one_session_with_session_storage() {
  if (!globalThis.sessionStorage) return; // workers and Node have none
  await areOneSession(() => "session");
}

/** The same with a storage of the caller's, also where there are no tabs: who was given it shares what is in it. */
export async function handles_with_one_storage_of_the_callers_are_one_session() {
  await areOneSession(storageOfItsOwn);
}

/** R18: a login of one handle is overtaken by a newer one of another, and by its sign-out, as they are one session. */
export async function r18_what_another_handle_of_the_page_begins_overtakes_a_login() {
  const storages = [storageOfItsOwn, ...(globalThis.sessionStorage ? [() => "session", () => "local"] : [])];
  for (const storageOf of storages) {
    for (const ends of ["login", "logout"]) {
      const vendor = simulate("ethgas");
      const storage = storageOf();
      const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage })];
      if (ends === "logout") await second.login(jdoe);
      await vendor.fault({ path: LOGIN_PATHS.ethgas, count: 1, delay_ms: 1_000 });
      const slow = rejects(first.login(admin), "superseded");
      await received(vendor, 1 + (ends === "logout"));
      await (ends === "login" ? second.login(jdoe) : second.logout());
      await within(5_000, slow, `${nameOf(storage)}: the older login`);
      await new Promise((done) => setTimeout(done, 1_200)); // by then the vendor has answered
      const expected = ends === "login" ? ["signed-in", "jdoe"] : ["signed-out", undefined];
      for (const { state } of [first, second]) equal([state.status, state.user], expected, `${nameOf(storage)}, ${ends}`);
      dispose([first, second]);
    }
  }
}

/** R18: what is begun last counts, also where both are begun in one moment. */
export async function r18_of_what_two_handles_begin_at_once_the_last_counts() {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage })];
  const older = rejects(first.login(jdoe), "superseded");
  equal((await second.login(admin)).state.user, "admin");
  await older;
  const left = first.logout();
  equal((await second.login(jdoe)).state.user, "jdoe");
  await left;
  await until(() => first.state.user === "jdoe", "the other follows");
  dispose([first, second]);
}

async function areOneSession(storageOf) {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const storage = storageOf();
    const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage })];
    const [other, elsewhere] = [await vendor.open({ storage, account: "other" }), await vendor.open({ storage: storageOfItsOwn() })];
    await first.login(jdoe);
    await until(() => second.state.status === "signed-in", `${name}: signed in, too`);
    equal(second.state.user, "jdoe");
    await second.refresh();
    await until(async () => (await first.accessToken()) === (await second.accessToken()), `${name}: one token`);
    equal(await renewals(vendor), 1, name);
    await second.logout();
    await until(() => first.state.status === "signed-out", `${name}: signed out, too`);
    await rejects(first.fetch(DATA[name]), "not-signed-in");
    equal([first.state.reason, other.state.reason, elsewhere.state.reason], ["logout", "never", "never"], `${name}: reasons`);
    dispose([first, second, other, elsewhere]);
  }
}

/** The same for a handle that is opened while the other is signed in, and for the next login. */
export async function handles_of_one_page_follow_the_next_login_with_session_storage() {
  if (!globalThis.sessionStorage) return;
  const vendor = simulate("ethgas");
  const first = await vendor.signIn({ storage: "session" });
  const second = await vendor.open({ storage: "session" });
  equal(second.state.user, "jdoe", "restored");
  await first.logout();
  await until(() => second.state.status === "signed-out", "signed out");
  await second.login(admin);
  await until(() => first.state.user === "admin", "signed in again");
  equal((await (await first.fetch(DATA.ethgas)).json()).data.username, "admin");
  await first.logout();
  first.dispose();
  second.dispose();
}

/** Memory is each handle's own, on a page as elsewhere: another handle is another person's. */
export async function handles_with_memory_are_sessions_of_their_own() {
  const vendor = simulate("ethgas");
  const first = await vendor.signIn();
  const second = await vendor.open();
  await new Promise((done) => setTimeout(done, 100));
  equal(second.state.reason, "never");
  await second.login(admin);
  equal(first.state.user, "jdoe");
  if (hasTabs) return; // there, a logout is every tab's
  await second.logout();
  equal((await first.fetch(DATA.ethgas)).status, 200);
}

/** Some platforms have no weak references (older settings of Cloudflare's workerd). Here, Node's own fetch needs them. */
export async function a_session_opens_on_a_platform_without_weak_references() {
  const vendor = simulate("ethgas");
  const without = (run) => withGlobal("WeakRef", undefined, () => withGlobal("FinalizationRegistry", undefined, run));
  const session = await without(() => vendor.open({ storage: "local" }));
  await session.login(jdoe);
  equal((await session.fetch(DATA.ethgas)).status, 200);
  await session.logout();
  session.dispose();
}
