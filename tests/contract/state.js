import {
  AGES_MS, DATA, VENDORS, admin, entries, equal, jdoe, keepsCookies, ok, pathOf, rejects, replying, simulate, until, withClock, withFetch,
} from "./env.js";

const VERIFY = "/api/v1/user/login/verify";
const LOGOUTS = { ocient: "/v1/logout", ethgas: "/api/v1/user/logout" };

const short = ({ status, reason }) => reason ?? status;

/** The state is a frozen snapshot, and the same object until something changes. */
export async function state_is_the_same_object_until_it_changes() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    const never = session.state;
    equal(never, { status: "signed-out", reason: "never", renewable: false, renewal: "idle" }, name);
    ok(Object.isFrozen(never) && session.state === never, "frozen, and the same");
    await rejects(session.login({ ...jdoe, password: "wrong" }), "invalid-credentials");
    ok(session.state === never, "a login that failed changes nothing");
    const { state } = await session.login(jdoe);
    ok(state === session.state && state !== never && Object.isFrozen(state), "a new one");
    equal([state.status, state.reason, state.user, state.problem], ["signed-in", undefined, "jdoe", undefined], name);
    equal([state.database, state.renewable], [name === "ocient" ? "system" : undefined, ["ocient", "ethgas"].includes(name)]);
    equal(typeof state.expiresAt, name === "lenses" ? "undefined" : "number", name);
    if (name !== "lenses" || keepsCookies) await session.fetch(DATA[name]);
    ok(session.state === state, `a request changes nothing at ${name}`);
    if (state.renewable) ok((await session.refresh()) === session.state && session.state !== state, "renewed");
    await session.logout();
    equal(short(session.state), "logout", name);
  }
}

/** R15, R27: an address that a state lacks is not read from the page's Object.prototype. Applications navigate to it. */
export async function r15_an_address_that_a_state_lacks_is_not_read_from_the_prototype() {
  const NAME = "ssoUrl";
  const session = await simulate("lenses").open();
  const polluted = (state, shown, what) => {
    const before = Object.keys(state);
    Object.defineProperty(Object.prototype, NAME, { value: "javascript:alert(1)", configurable: true, writable: true });
    try {
      equal(state[NAME], undefined, what);
    } finally {
      delete Object.prototype[NAME];
    }
    equal([before, Object.keys({ ...state }), Object.keys(structuredClone(state))], [shown, shown, shown], what);
  };
  polluted(session.state, ["status", "reason", "renewable", "renewal"], "signed out");
  await session.login(jdoe);
  polluted(session.state, Object.keys(session.state), "signed in");
  ok(!Object.keys(session.state).includes(NAME), "nothing is shown that isn't there");
  await session.logout();
  session.dispose();
}

/** Listeners are called at once and on every change, in the order in which they came, with the state itself. */
export async function subscribe_tells_at_once_and_in_order() {
  const session = await simulate("pegase3").open();
  const told = [];
  const listen = (name) => (state) => {
    ok(state === session.state, "the state itself");
    told.push(`${name} ${short(state)}`);
  };
  const leave = session.subscribe(listen("a"));
  session.subscribe(listen("b"));
  equal(told.splice(0), ["a never", "b never"], "at once");
  await session.login(jdoe);
  equal(told.splice(0), ["a signed-in", "b signed-in"]);
  equal([leave(), leave()], [undefined, undefined], "leaving twice is harmless");
  await session.logout();
  equal(told.splice(0), ["b logout"]);
}

/** One function that was handed over twice is two listeners, and each leaves by itself. */
export async function subscribe_keeps_equal_listeners_apart() {
  const session = await simulate("pegase3").open();
  let calls = 0;
  const listener = () => calls++;
  const [leave] = [session.subscribe(listener), session.subscribe(listener)];
  equal(calls, 2);
  leave();
  leave();
  await session.login(jdoe);
  equal(calls, 3);
  await rejects(async () => session.subscribe(undefined), "invalid-options");
}

/** R17: a listener may call any method; all listeners see one order of states. */
export async function r17_a_listener_may_call_any_method() {
  const vendor = simulate("pegase3");
  const session = await vendor.open();
  const [first, second, third] = [[], [], []];
  const pending = [];
  const leave = session.subscribe((state) => {
    first.push(short(state));
    if (state.status !== "signed-in") return;
    pending.push(session.logout(), session.accessToken().catch(() => {}));
    session.subscribe((inner) => third.push(short(inner)));
    leave();
  });
  session.subscribe((state) => second.push(short(state)));
  await session.login(jdoe).catch(({ code }) => equal(code, "superseded"));
  await Promise.all(pending);
  equal([first, second, third.at(-1)], [["never", "signed-in"], ["never", "signed-in", "logout"], "logout"]);
  equal(short(session.state), "logout");
}

/** Svelte's store contract: subscribing calls at once, synchronously, and gives back what ends it. */
export async function subscribe_fits_sveltes_store_contract() {
  const get = ({ subscribe }) => {
    let value;
    subscribe((state) => (value = state))();
    return value;
  };
  const session = await simulate("ocient").open();
  ok(get(session) === session.state, "the state");
  await session.login(jdoe);
  equal(get(session).status, "signed-in");
}

/** Methods can be handed on without their session: `createClient({ fetch: session.fetch })`. */
export async function methods_are_bound() {
  const vendor = simulate("ethgas");
  const session = await vendor.open();
  equal([session.vendor, session.baseUrl], ["ethgas", vendor.baseUrl]);
  const { login, refresh, check, logout, fetch, json, subscribe, accessToken, dispose } = session;
  await login(jdoe);
  await refresh();
  equal((await check()).status, "signed-in");
  equal((await fetch(DATA.ethgas)).status, 200);
  equal((await json(DATA.ethgas)).username, "jdoe");
  equal(typeof (await accessToken()), "string");
  subscribe(() => {})();
  equal(await logout(), { revoked: true });
  dispose();
}

/** check() at Lenses finds a session that is not known here: an earlier visit's cookie. It sees one that is over, too. */
export async function check_asks_lenses_who_is_signed_in() {
  const vendor = simulate("lenses");
  await vendor.signIn({}, admin);
  const session = await vendor.open();
  equal(short(session.state), "never");
  const state = await session.check();
  ok(state === session.state, "the state is what it resolves to");
  // Node has no cookie to be known by.
  equal([state.status, state.user], keepsCookies ? ["signed-in", "admin"] : ["signed-out", undefined]);
  await session.login(jdoe);
  if (keepsCookies) equal((await session.check()).user, "jdoe");
  await vendor.revoke();
  equal(short(await session.check()), "refused");
  await rejects(session.fetch(DATA.lenses), "session-expired");
}

/** check() at ETHGAS: alive, to be renewed, or over. */
export async function check_asks_ethgas_whether_the_session_is_alive() {
  const vendor = simulate("ethgas");
  const session = await vendor.open();
  equal(short(await session.check()), "never");
  equal(await vendor.total(), 0, "without a token there is nothing to ask about");
  await session.login(jdoe);
  const { state } = session;
  ok((await session.check()) === state, "alive: nothing has changed");
  equal((await entries(vendor, VERIFY)).map(({ method, body }) => [method, body]), [["POST", ""]]);
  await vendor.expire();
  equal((await session.check()).status, "signed-in");
  ok(session.state !== state && (await vendor.count("POST /api/v1/user/login/refresh")) === 1, "renewed");
  await vendor.fault({ path: VERIFY, ...replying({ code: 200, message: "OK", data: { valid: false } }) });
  equal((await session.check()).status, "signed-in");
  equal(await vendor.count("POST /api/v1/user/login/refresh"), 2, "renewed, as the vendor calls the token invalid");
  await vendor.revoke();
  equal(short(await session.check()), "refused");
}

/** Rule 10: trouble at a check is told, and says nothing about the session. */
export async function rule_10_trouble_at_a_check_keeps_the_session() {
  const paths = { lenses: DATA.lenses, ethgas: VERIFY };
  const trouble = [
    ["network", { drop: true, count: 30 }],
    ["timeout", { hang: true }],
    ["rate-limited", { status: 429 }],
    ["vendor-unavailable", { status: 503 }],
    ["malformed-reply", replying("<h1>Welcome</h1>", 200, "text/html")],
    ["malformed-reply", replying({})],
    ["forbidden", { status: 403 }],
  ];
  for (const [name, path] of Object.entries(paths)) {
    for (const [code, fault] of trouble) {
      const vendor = simulate(name);
      const session = await vendor.signIn({ timeoutMs: fault.hang ? 300 : 4_000 });
      await vendor.fault({ path, ...fault });
      await rejects(session.check(), code);
      equal(session.state.status, "signed-in", `${name}: ${JSON.stringify(fault)}`);
    }
  }
}

/** check() where the vendor has no such operation: unsupported, unless the deployment's is named. */
export async function check_needs_an_endpoint_where_the_vendor_has_none() {
  for (const name of ["ocient", "pegase3"]) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    await rejects(session.check(), "unsupported");
    equal(await vendor.total(), 1, "the login");
    session.dispose();
    const other = await vendor.signIn({ endpoints: { check: DATA[name] } });
    equal((await other.check()).status, "signed-in", name);
    equal((await entries(vendor, pathOf(name))).length, 1, name);
    await vendor.revoke();
    equal(short(await other.check()), "refused", name);
  }
}

/** refresh() where the vendor has none: not-renewable, and nothing is sent. */
export async function refresh_is_not_renewable_at_lenses_and_pegase3() {
  for (const name of ["lenses", "pegase3"]) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const { state } = session;
    await rejects(session.refresh(), "not-renewable");
    ok(session.state === state, "as before");
    equal(await vendor.total(), 1, "the login");
  }
}

/** logout() says whether the vendor confirmed. */
export async function logout_says_whether_the_vendor_confirmed() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const revoked = name in LOGOUTS;
    equal(await session.logout(), { revoked }, name);
    equal(short(session.state), "logout", name);
    const before = await vendor.total();
    equal(before, revoked ? 2 : 1, name);
    equal(await session.logout(), { revoked: false }, "nobody to sign out");
    await rejects(session.fetch(DATA[name]), "not-signed-in");
    equal(await vendor.total(), before, "and nothing is sent");
  }
  const lenses = simulate("lenses");
  await lenses.config({ logout: true });
  const session = await lenses.signIn({ endpoints: { logout: "/api/v1/logout" } });
  equal(await session.logout(), { revoked: true }, "at an endpoint of the deployment's");
}

/** R10: logout signs out at once, whatever the network and the vendor say. */
export async function r10_logout_needs_no_vendor() {
  const trouble = [{ drop: true, count: 30 }, { status: 500 }, { status: 401 }, { status: 429 }, { hang: true }, { truncate: true }];
  for (const [name, path] of Object.entries(LOGOUTS)) {
    for (const fault of trouble) {
      const vendor = simulate(name);
      const session = await vendor.signIn({ timeoutMs: 400 });
      await vendor.fault({ path, ...fault });
      const leaving = session.logout();
      await until(() => short(session.state) === "logout", "signed out before the vendor has answered", 200);
      equal(await leaving, { revoked: false }, `${name}: ${JSON.stringify(fault)}`);
      await rejects(session.fetch(DATA[name]), "not-signed-in");
    }
  }
  // Offline, also for a fetch of the page's that throws at once.
  const session = await simulate("ethgas").signIn();
  await withFetch(() => { throw "offline"; }, async () => equal(await session.logout(), { revoked: false }));
  equal(short(session.state), "logout");
}

/** dispose() ends timers and listeners: nobody is told, nothing is renewed, and methods reject. */
export async function dispose_stops_timers_and_listeners() {
  for (const how of ["dispose", Symbol.dispose].filter(Boolean)) {
    const vendor = simulate("ethgas");
    await vendor.config({ access_lifetime_s: 0.5 });
    const session = await vendor.signIn();
    const end = session.state.expiresAt;
    let told = 0;
    session.subscribe(() => told++);
    session[how]();
    session[how]();
    await until(() => Date.now() > end + 300, "the token is over");
    equal([told, await vendor.total()], [1, 1], String(how));
    for (const call of [() => session.fetch(DATA.ethgas), () => session.login(jdoe), () => session.refresh()]) {
      await rejects(call, "unsupported");
    }
    equal(await vendor.total(), 1, "nothing was sent");
  }
}

/** A framework's proxy around a session, such as Vue's `reactive`, changes nothing. */
export async function a_session_works_through_a_proxy() {
  const vendor = simulate("ethgas");
  const session = new Proxy(await vendor.open(), { get: (target, name, receiver) => Reflect.get(target, name, receiver) });
  equal([session.vendor, session.baseUrl, session.state.status], ["ethgas", vendor.baseUrl, "signed-out"]);
  equal((await session.login(jdoe)).state, session.state);
  equal((await session.fetch(DATA.ethgas)).status, 200);
  session.dispose();
}

/** R19: who subscribes after a sleep is told what is true now, and not what was before it. */
export async function r19_subscribe_tells_an_end_that_is_past() {
  const session = await simulate("pegase3").signIn();
  await withClock(AGES_MS, async () => {
    const told = [];
    session.subscribe(({ status, reason }) => told.push([status, reason]));
    equal(told, [["signed-out", "expired"]]);
    await new Promise((done) => setTimeout(done));
    equal(told.length, 1, "told once");
  });
}
