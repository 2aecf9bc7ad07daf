/** R37 and rule 14: whatever the page does, its sessions answer, and can be signed out of. */
import { DATA, admin, dispose, equal, hallpass, hasTabs, jdoe, ok, rejects, renewals, simulate, storageOfItsOwn, tabs, until, within, withGlobal } from "./env.js";
import { atTheEndOfTheStack, deep, isAlive, isOver, quietly, settles, trap, witness } from "./stand-ins/traps.js";

const DEPTHS = 60;
// How many frames above the end of the stack each call is tried at: fewer than any call of the package needs, so that each runs out of
// stack somewhere.
const LAST = 100;
// Each dive ends at another depth, as engines compile functions that are called often.
const DIVES = 20;

/** What can be called of a session, in words. What is asked of the vendor is answered at once. */
const CALLS = {
  state: (session) => session.state,
  subscribe: (session) => session.subscribe(() => {})(),
  touch: (session) => session.touch(),
  fetch: (session) => session.fetch("/x"),
  json: (session) => session.json("/x", { json: { a: 1 } }),
  accessToken: (session) => session.accessToken(),
  refresh: (session) => session.refresh(),
  check: (session) => session.check(),
  login: (session) => session.login(jdoe),
  logout: (session) => session.logout(),
  dispose: (session) => session.dispose(),
};

/** With this, each call marks when the session was used: more to do, and to be stopped in. */
const MARKED = { idleMs: 60_000 };

/** What no call is to reject with while the stack is short: its rejections are looked at by nobody. */
const ignored = (answer) => answer?.catch?.(() => {});

/** A session that stays aside, for the others to harm. */
const aside = () => simulate("ethgas").signIn();

/** The report's own words: a function that touches the session and calls itself, caught, at 60 depths. */
export async function r37_runaway_recursion_leaves_the_session_alive() {
  const bystander = await aside();
  for (let depth = 0; depth < DEPTHS; depth++) {
    const one = await witness();
    const f = () => {
      one.session.state;
      f();
    };
    try {
      deep(depth, f);
    } catch {
      // as the page does
    }
    await isAlive(one, bystander, `state, ${depth} frames down`);
  }
}

/** A method, called at each of the last frames that the stack has room for. */
async function lastFrames(name) {
  const bystander = await aside();
  const one = await witness();
  const call = CALLS[name];
  const data = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600, valid: true, loggedOut: true };
  const reply = () => new Response(JSON.stringify({ code: 200, message: "OK", data }), { headers: { "Content-Type": "application/json" } });
  await withGlobal("fetch", async () => reply(), () => quietly(async () => {
    for (let depth = 0; depth < DIVES; depth++) deep(depth, () => atTheEndOfTheStack(LAST, () => ignored(call(one.session))));
    await new Promise((done) => setTimeout(done, 50)); // what did begin comes to its end
  }));
  await isAlive(one, bystander, `${name} at the end of the stack`);
}

/** The same for a method that does all it does at once, and tells of no fault: with a new session each time, whose next call tells. */
async function lastFramesAtOnce(name) {
  const bystander = await aside();
  const call = CALLS[name];
  for (let depth = 0; depth < DIVES; depth++) {
    const what = `${name} at the end of the stack, ${depth} frames down`;
    const one = await witness(MARKED);
    await quietly(async () => {
      deep(depth, () => atTheEndOfTheStack(LAST, () => call(one.session)));
      await new Promise((done) => setTimeout(done));
    });
    if (name === "dispose") {
      await isOver(one, bystander, what);
    } else {
      await one.session.check();
      await isAlive(one, bystander, what);
    }
  }
}

export const r37_reading_the_state_at_the_end_of_the_stack = () => lastFramesAtOnce("state");
export const r37_subscribing_at_the_end_of_the_stack = () => lastFramesAtOnce("subscribe");
export const r37_touching_at_the_end_of_the_stack = () => lastFramesAtOnce("touch");
export const r37_disposing_at_the_end_of_the_stack = () => lastFramesAtOnce("dispose");
export const r37_a_request_at_the_end_of_the_stack = async () => {
  for (const name of ["fetch", "json", "accessToken"]) await lastFrames(name);
};
export const r37_a_renewal_at_the_end_of_the_stack = async () => {
  for (const name of ["refresh", "check"]) await lastFrames(name);
};
export const r37_a_login_and_a_logout_at_the_end_of_the_stack = async () => {
  for (const name of ["login", "logout"]) await lastFrames(name);
};

/** openSession, too: what is half open harms no other. */
export async function r37_opening_at_the_end_of_the_stack() {
  const bystander = await aside();
  const one = await witness();
  for (let depth = 0; depth < DIVES; depth++) deep(depth, () => atTheEndOfTheStack(LAST, () => ignored(one.vendor.open())));
  await new Promise((done) => setTimeout(done, 50));
  await isAlive(one, bystander, "openSession at the end of the stack");
}

/** A listener that subscribes itself calls itself without end. */
export async function r37_a_listener_that_subscribes_itself() {
  const bystander = await aside();
  for (let depth = 0; depth < 10; depth++) {
    const one = await witness();
    await quietly(async () => {
      let armed = true;
      const listener = () => armed && void one.session.subscribe(listener);
      try {
        deep(depth, () => one.session.subscribe(listener));
      } catch {
        // as the page does
      }
      armed = false;
      await new Promise((done) => setTimeout(done));
    });
    await isAlive(one, bystander, `a listener, ${depth} frames down`);
  }
}

/** A listener that calls the session's methods until the stack is at its end, in the middle of telling a change. */
export async function r37_a_listener_that_recurses() {
  const bystander = await aside();
  const one = await witness();
  await quietly(async () => {
    let armed = true;
    const recurse = () => {
      one.session.state;
      recurse();
    };
    one.session.subscribe(() => armed && recurse());
    await settles(one.session.refresh(), "refresh");
    await settles(one.session.login(jdoe), "login");
    armed = false;
  });
  await isAlive(one, bystander, "a listener that recurses");
}

/** An object whose member's getter asks for itself, and for the session's state on the way. */
function recursing(member, { session }, rest) {
  const object = { ...rest };
  const get = () => {
    session.state;
    return object[member];
  };
  return Object.defineProperty(object, member, { get, enumerable: true });
}

/** Getters in what a caller gives recurse without end: it is his mistake, typed, and nobody's harm. */
export async function r37_getters_that_recurse() {
  const bystander = await aside();
  for (const member of ["username", "password", "database", "device", "accessToken"]) {
    const one = await witness();
    await settles(one.session.login(recursing(member, one, jdoe)), `credentials.${member}`);
    await isAlive(one, bystander, `credentials.${member}`);
  }
  for (const member of ["vendor", "baseUrl", "storage", "account", "allow", "renew", "timeoutMs", "endpoints", "flow", "fetch", "idleMs"]) {
    const one = await witness();
    const options = { vendor: "ethgas", baseUrl: one.vendor.baseUrl };
    await settles(hallpass.openSession(recursing(member, one, options)), `options.${member}`);
    await isAlive(one, bystander, `options.${member}`);
  }
  for (const member of ["headers", "body", "method", "signal", "credentials", "json"]) {
    const one = await witness();
    await settles(one.session.json(DATA.ethgas, recursing(member, one, {})), `init.${member}`);
    await settles(one.session.refresh(recursing("signal", one, {})), "options.signal");
    await isAlive(one, bystander, `init.${member}`);
  }
}

/** Rule 14, R37: what keeps throwing keeps nobody signed in, and what is shown is true again once that has passed. */
export async function rule_14_signing_out_shows_while_builtins_keep_throwing() {
  for (const [owner, builtin] of [[globalThis, "clearTimeout"], [globalThis, "setTimeout"], [Object, "freeze"], [JSON, "parse"]]) {
    const { session } = await witness();
    const told = [];
    session.subscribe(({ status }) => told.push(status));
    let timer;
    const tooLong = new Promise((_, fail) => (timer = setTimeout(fail, 10_000, new Error(`${builtin}: logout hangs`))));
    const trapped = trap(owner, builtin, "each");
    try {
      await Promise.race([session.logout().catch(() => {}), tooLong]);
    } finally {
      trapped.restore();
      clearTimeout(timer);
    }
    equal(session.state.status, "signed-out", builtin);
    await until(() => told.at(-1) === "signed-out", `${builtin}: told`);
    session.dispose();
  }
}

/** Rule 2: no call waits for a timer where all that it needs is there; tests of applications stop the clock. */
export async function rule_2_no_call_waits_for_a_timer_where_all_answers_come_at_once() {
  const fetch = async () => {
    const data = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600, valid: true, loggedOut: true };
    return new Response(JSON.stringify({ code: 200, message: "OK", data }), { headers: { "Content-Type": "application/json" } });
  };
  for (const kept of ["memory", new Map()]) {
    const own = { get: async (key) => kept.get(key), set: async (key, text) => void kept.set(key, text), delete: async (key) => void kept.delete(key) };
    const storage = kept === "memory" ? kept : own;
    const session = await hallpass.openSession({ vendor: "ethgas", baseUrl: "https://vendor.example", storage, fetch });
    for (const name of ["login", "fetch", "json", "refresh", "check", "accessToken", "logout"]) {
      const { setTimeout, clearTimeout } = globalThis;
      let timer;
      const tooLong = new Promise((_, fail) => (timer = setTimeout(fail, 5_000, new Error(`${name} waits for a timer`))));
      try {
        await withGlobal("setTimeout", () => 0, () => Promise.race([CALLS[name](session), tooLong]));
      } finally {
        clearTimeout(timer);
      }
    }
    session.dispose();
  }
}

/** R37: however often the platform throws, what is inside runs out of nothing. */
export async function r37_faults_without_number_break_no_session_for_good() {
  const session = await simulate("ethgas").signIn();
  for (const [owner, builtin] of [[DataView.prototype, "setInt32"], [String.prototype, "charCodeAt"], [TextDecoder.prototype, "decode"]]) {
    const trapped = trap(owner, builtin, "each");
    try {
      for (let times = 0; times < 600; times++) await session.json(DATA.ethgas).catch(() => {});
    } finally {
      trapped.restore();
    }
    equal([(await session.fetch(DATA.ethgas)).status, session.state.status], [200, "signed-in"], builtin);
    ok(trapped.calls() >= 600, `${builtin} was called`);
  }
  session.dispose();
}

/** Rule 14, R37: what throws while a renewal is under way, and is put back, leaves a session that goes on as before. */
export async function rule_14_what_throws_during_a_renewal_leaves_a_session_that_goes_on() {
  const passes = (ms) => new Promise((done) => setTimeout(done, ms));
  const fetch = async () => {
    await passes(3);
    const said = { user: "jdoe", access: "a.b.c", refresh: "d.e.f", ttl: 3600 };
    return new Response(JSON.stringify(said), { headers: { "Content-Type": "application/json" } });
  };
  const vendor = {
    name: "mine",
    login: { path: "login", json: { name: "{username}", secret: "{password}" } },
    refresh: { path: "refresh" },
    logout: { path: "logout" },
    check: { path: "me", method: "GET", user: "user" },
  };
  const cookie = { ...vendor, credential: "cookie", grant: { user: "user", lifetime: { seconds: "ttl" } } };
  const bearer = { ...vendor, credential: "bearer", grant: { ...cookie.grant, access: "access", refresh: "refresh" } };
  const builtins = [[Object, "hasOwn"], [Array, "isArray"], [Array.prototype, "includes"], [Map.prototype, "set"], [DataView.prototype, "setInt32"], [TextDecoder.prototype, "decode"]];
  for (const described of [cookie, bearer]) {
    for (const [owner, builtin] of builtins) {
      for (const name of ["login", "check", "refresh", "logout"]) {
        const what = `${name} after ${builtin} has thrown in a renewal of a ${described.credential}`;
        const session = await hallpass.openSession({ vendor: described, baseUrl: "https://vendor.example", fetch, timeoutMs: 1_000 });
        await session.login(jdoe);
        const trapped = trap(owner, builtin, "each");
        let renewal;
        try {
          renewal = session.refresh().catch(() => {});
          await passes(20);
        } finally {
          trapped.restore();
        }
        await within(5_000, renewal, `${what}: the renewal`);
        await within(5_000, CALLS[name](session), what);
        if (name !== "logout") await within(5_000, session.refresh(), `${what}: the next renewal`);
        equal([session.state.status, session.state.renewal], [name === "logout" ? "signed-out" : "signed-in", "idle"], what);
        session.dispose();
      }
    }
  }
}

/** The functions of the platform's that throw, where this platform has them. */
const BUILTINS = [
  [performance, "now"],
  [Date, "now"],
  [String.prototype, "charCodeAt"],
  [DataView.prototype, "setFloat64"],
  [DataView.prototype, "setInt32"],
  [DataView.prototype, "getInt32"],
  [TextEncoder.prototype, "encode"],
  [TextEncoder.prototype, "encodeInto"],
  [TextDecoder.prototype, "decode"],
  [Uint8Array.prototype, "subarray"],
  [Reflect, "get"],
  [Reflect, "set"],
  [JSON, "stringify"],
  [JSON, "parse"],
  [Object, "getOwnPropertyDescriptor"],
  [Object, "freeze"],
  [Object, "values"],
  [globalThis, "setTimeout"],
  [globalThis, "clearTimeout"],
  [EventTarget.prototype, "addEventListener"],
  [EventTarget.prototype, "removeEventListener"],
  [AbortController.prototype, "abort"],
];

/** A call while a function of the platform's throws, at each of the package's uses of it in turn. */
async function throwing(name, builtins = BUILTINS) {
  const bystander = await aside();
  for (const [owner, builtin] of builtins) {
    for (let nth = 1, used = true; used && nth <= 30; nth++) {
      const what = `${name} while ${builtin} throws at use ${nth}`;
      const one = await witness(name === "touch" || name === "dispose" ? MARKED : {});
      const trapped = trap(owner, builtin, nth);
      let answer;
      try {
        answer = await within(5_000, quietly(async () => CALLS[name](one.session)).then(() => [], (reason) => [reason]), what);
        await new Promise((done) => setTimeout(done)); // what follows behind the call
      } finally {
        trapped.restore();
      }
      used = trapped.calls() >= nth;
      if (answer.length) await settles(Promise.reject(answer[0]), what);
      if (name === "logout") ok(one.session.state.status === "signed-out" && one.storage.map.size === 0, `${what}: signed out all the same`);
      await (name === "dispose" ? isOver : isAlive)(one, bystander, what);
    }
  }
}

/** Opening a session, taking an envelope off and unsubscribing need others. */
export async function r37_builtins_that_throw_elsewhere() {
  const bystander = await aside();
  const builtins = [
    [globalThis, "Map"], [globalThis, "Set"], [globalThis, "WeakRef"], [WeakMap.prototype, "set"], [Object, "hasOwn"], [Array.prototype, "filter"],
    [Array.prototype, "reduce"], [String.prototype, "split"], [Set.prototype, "delete"], [Set.prototype, "add"],
  ];
  const calls = {
    open: async ({ vendor, storage }) => (await vendor.open({ storage })).dispose(),
    json: ({ session }) => session.json(DATA.ethgas),
    unsubscribe: async (_, leave) => leave(),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (const [owner, builtin] of builtins) {
      const what = `${name} while ${builtin} throws`;
      const one = await witness();
      let told = 0;
      const leave = one.session.subscribe(() => told++);
      const trapped = trap(owner, builtin, "each");
      let answer;
      try {
        answer = await within(5_000, quietly(() => call(one, leave)).then(() => [], (reason) => [reason]), what);
      } finally {
        trapped.restore();
      }
      if (answer.length) await settles(Promise.reject(answer[0]), what);
      const before = told;
      await one.session.logout();
      if (name === "unsubscribe") equal(told, before, `${what}: the listener is told nothing more`);
      await one.session.login(jdoe);
      await isAlive(one, bystander, what);
    }
  }
}

export const r37_builtins_that_throw_while_the_state_is_read = () => throwing("state");
export const r37_builtins_that_throw_in_subscribe = () => throwing("subscribe");
export const r37_builtins_that_throw_in_touch = () => throwing("touch");
export const r37_builtins_that_throw_in_dispose = () => throwing("dispose");
export const r37_builtins_that_throw_in_fetch = () => throwing("fetch");
export const r37_builtins_that_throw_in_json = () => throwing("json");
export const r37_builtins_that_throw_in_accessToken = () => throwing("accessToken");
export const r37_builtins_that_throw_in_refresh = () => throwing("refresh");
export const r37_builtins_that_throw_in_check = () => throwing("check");
export const r37_builtins_that_throw_in_login = () => throwing("login");
export const rule_14_builtins_that_throw_in_logout = () => throwing("logout");

/**
 * Rule 14: also where what carries texts out of the WebAssembly throws for good, nobody is signed in after a logout, and nothing stays. The
 * vendor can't be told then, and `internal` says so.
 */
export async function rule_14_a_logout_counts_though_the_page_has_broken_the_platform_for_good() {
  const bystander = await aside();
  const TypedArray = Object.getPrototypeOf(Uint8Array);
  for (const [owner, builtin] of [[TextDecoder.prototype, "decode"], [TypedArray.prototype, "subarray"], [Array.prototype, "indexOf"]]) {
    for (const keep of ["own", "memory"]) {
      const what = `${builtin} throws, ${keep}`;
      const one = await witness(keep === "memory" ? { storage: "memory" } : {});
      const trapped = trap(owner, builtin, "each");
      let answer;
      try {
        answer = await within(10_000, quietly(() => one.session.logout()).then(() => [], (reason) => [reason]), what);
      } finally {
        trapped.restore();
      }
      if (answer.length) await settles(Promise.reject(answer[0]), what);
      equal([one.session.state.status, one.storage.map.size], ["signed-out", 0], what);
      await until(() => one.session.fetch(DATA.ethgas).then(() => false, ({ code }) => code === "not-signed-in"), what);
      await isAlive(one, bystander, what);
    }
  }
}

/** Rule 14: where that passes while the session is being signed out, the vendor is told all the same. */
export async function rule_14_a_logout_that_the_page_breaks_for_a_moment_revokes() {
  for (let times = 1; times <= 5; times++) {
    const { vendor, storage, session } = await witness();
    const trapped = trap(TextDecoder.prototype, "decode", 1, times);
    let answer;
    try {
      answer = await session.logout();
    } finally {
      trapped.restore();
    }
    equal([await vendor.count("POST /api/v1/user/logout"), storage.map.size, session.state.reason], [1, 0, "logout"], `${times} times`);
    // Where it is the vendor's word that can't be read (WebKit's stack doesn't show the other calls as the package's), that is no confirmation.
    equal(typeof answer.revoked, "boolean");
    session.dispose();
  }
}

/** The same is told at once: to the session's own listeners, and to the other handles of what is stored, which nobody asks anything. */
export async function rule_14_a_logout_that_the_page_has_broken_is_told_at_once() {
  const { vendor, storage, session } = await witness();
  const other = await vendor.open({ storage });
  const [told, others] = [[], []];
  session.subscribe(({ status }) => told.push(status));
  other.subscribe(({ status }) => others.push(status));
  const trapped = trap(TextDecoder.prototype, "decode", "each");
  try {
    await settles(session.logout(), "logout");
    equal(told, ["signed-in", "signed-out"], "told");
  } finally {
    trapped.restore();
  }
  await until(() => others.at(-1) === "signed-out", "the other one is told");
  equal([told, storage.map.size], [["signed-in", "signed-out"], 0]);
  dispose([session, other]);
}

/** Rule 14, R37: where the page has broken for a while what it takes to go on after a fault, that is made good when the time is over, unasked. */
export async function rule_14_a_session_goes_on_unasked_once_what_was_broken_is_put_back() {
  for (const storage of ["memory", storageOfItsOwn()]) {
    const vendor = simulate("ethgas");
    await vendor.config({ access_lifetime_s: 3 });
    const session = await vendor.signIn({ storage });
    const trapped = trap(Array.prototype, "indexOf", "each");
    try {
      await settles(session.check(), "check");
    } finally {
      trapped.restore();
    }
    await until(async () => (await renewals(vendor)) > 0, "renewed in time, and nobody has asked", 10_000);
    session.dispose();
  }
}

/** R25: a tab whose session another user's has replaced doesn't go on as that user after a fault. */
export async function r25_a_fault_forgets_no_replacement() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const [replaced, others] = await tabs(vendor, 2, { storage: storageOfItsOwn() });
  await replaced.login(jdoe);
  await until(() => others.state.status === "signed-in", "the other tab follows");
  await others.login(admin);
  await until(() => replaced.state.reason === "replaced", "the first tab is replaced");
  const trapped = trap(Map.prototype, "set", 1);
  try {
    await settles(replaced.logout(), "logout");
  } finally {
    trapped.restore();
  }
  equal(replaced.state.reason, "replaced");
  await others.refresh();
  await replaced.check().catch(() => {});
  equal([replaced.state.reason, others.state.user], ["replaced", admin.username]);
  await rejects(replaced.fetch(DATA.ethgas), "not-signed-in");
  await others.logout();
  dispose([replaced, others]);
}

/** A Promise that is none of the platform's class, as zone.js, Bluebird and micro-frontends put in its place. */
function anotherPromise() {
  const Native = Promise;
  return class Another {
    #native;
    constructor(run) {
      this.#native = new Native(run);
    }
    then(...handlers) {
      return new Another((done) => done(this.#native.then(...handlers)));
    }
    catch(handler) {
      return this.then(undefined, handler);
    }
    finally(handler) {
      return new Another((done) => done(this.#native.finally(handler)));
    }
    static resolve = (value) => new Another((done) => done(value));
    static reject = (reason) => new Another((_, fail) => fail(reason));
    static all = (values) => Another.resolve(Native.all(values));
    static allSettled = (values) => Another.resolve(Native.allSettled(values));
    static any = (values) => Another.resolve(Native.any(values));
    static race = (values) => Another.resolve(Native.race(values));
  };
}

/** What a page does with a session, from a login to the end. */
async function livesWell(session, vendor, what) {
  if (session.state.status === "signed-out") await session.login(jdoe);
  ok(await session.json(DATA.ethgas), what);
  await vendor.expire();
  await Promise.all([session.json(DATA.ethgas), session.fetch(DATA.ethgas), session.accessToken()]);
  equal((await session.check()).status, "signed-in", what);
  equal(await session.logout(), { revoked: true }, what);
}

/** Rule 14: whichever Promise the page has, and since when. */
export async function rule_14_another_promise_in_the_platforms_place() {
  for (const [name, Other] of [["a subclass", class extends Promise {}], ["another class", anotherPromise()]]) {
    for (const storage of ["memory", "session", "local", "encrypted"]) {
      const before = simulate("ethgas");
      await withGlobal("Promise", Other, async () => livesWell(await before.open({ storage }), before, `${storage}: ${name}, before`));
      const vendor = simulate("ethgas");
      const session = await vendor.signIn({ storage });
      await withGlobal("Promise", Other, () => livesWell(session, vendor, `${storage}: ${name}, later`));
    }
  }
}
