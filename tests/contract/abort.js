import {
  DATA, REASONS, VENDORS, equal, hallpass, jdoe, jsonReply, ok, packageAddress, reasonOf, received, rejects, simulate, storageOfItsOwn, until,
  withFetch, within, withGlobal,
} from "./env.js";

/** The calls that take a signal, at a vendor that has them all. */
const CALLS = {
  login: (session, options) => session.login(jdoe, options),
  refresh: (session, options) => session.refresh(options),
  check: (session, options) => session.check(options),
  logout: (session, options) => session.logout(options),
  fetch: (session, options) => session.fetch(DATA.ethgas, options),
  json: (session, options) => session.json(DATA.ethgas, options),
};

const forever = () => new Promise(() => {});

/** Fails unless a call that is aborted after a moment is rejected with this very reason. */
async function abortsWith(reason, call, ready, what) {
  const controller = new AbortController();
  const rejected = reasonOf(call({ signal: controller.signal }));
  rejected.catch(() => {}); // looked at below
  await ready();
  controller.abort(reason);
  const seen = await within(3_000, rejected, what);
  ok(Object.is(seen, reason), `${what}: rejected with ${String(reason)}, saw ${String(seen)}`);
}

/**
 * Waits for a renewal that outlives its caller, as others may share it: until its end it holds a connection, of which
 * browsers have few, so that the next questions to the simulator would wait.
 */
async function renewalEnds(session) {
  await until(() => session.state.renewal !== "running", "the renewal's end");
  session.dispose();
}

/** Rule 1: an abort before the call is the call's rejection, with the signal's own reason, and nothing is sent. */
export async function rule_1_a_signal_aborted_before_sends_nothing() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const before = await vendor.total();
  for (const [name, call] of Object.entries(CALLS)) {
    if (name === "logout") continue;
    for (const reason of REASONS) {
      const seen = await within(5_000, reasonOf(call(session, { signal: AbortSignal.abort(reason) })), name);
      ok(Object.is(seen, reason), `${name}: rejected with ${String(reason)}, saw ${String(seen)}`);
    }
  }
  equal(await vendor.total(), before, "requests");
  equal(session.state.status, "signed-in");
}

/** Rule 1: the same for logout, whatever it does about the session here. */
export async function rule_1_a_signal_aborted_before_rejects_logout() {
  for (const reason of REASONS) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    const seen = await within(5_000, reasonOf(session.logout({ signal: AbortSignal.abort(reason) })), "logout");
    ok(Object.is(seen, reason), `rejected with ${String(reason)}, saw ${String(seen)}`);
    await session.login(jdoe); // by when a request would have come, too
    equal(await vendor.count("POST /api/v1/user/logout"), 0, "requests");
  }
}

/** Rule 1: a check that was aborted before says so also where nobody is signed in. */
export async function rule_1_a_signal_aborted_before_rejects_check_when_signed_out() {
  const session = await simulate("ethgas").open();
  equal((await session.check()).status, "signed-out", "without a signal it resolves");
  const reason = { why: 1 };
  equal(await reasonOf(session.check({ signal: AbortSignal.abort(reason) })), reason);
}

/** Rule 1: an abort while the vendor hangs. */
export async function rule_1_a_signal_aborted_midway_rejects_with_its_reason() {
  for (const [name, call] of Object.entries(CALLS)) {
    for (const reason of REASONS) {
      const vendor = simulate("ethgas");
      const session = await vendor.signIn({ renew: "manual", timeoutMs: 1_500 });
      await vendor.fault({ path: "*", hang: true, count: 9 });
      const ready = () => received(vendor, 2);
      await abortsWith(reason, (options) => call(session, options), ready, name);
      equal(session.state.status, name === "logout" ? "signed-out" : "signed-in", `after ${name}`);
      await renewalEnds(session);
    }
  }
}

/** Rule 1: login and a caller's request at every vendor, for their requests differ. */
export async function rule_1_every_vendor_can_be_aborted_midway() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    await vendor.fault({ path: "*", hang: true });
    await abortsWith("leave", (options) => session.login(jdoe, options), () => received(vendor, 1), `${name} login`);
    equal(session.state.status, "signed-out", name);
    await session.login(jdoe);
    await vendor.fault({ path: "*", hang: true });
    await abortsWith("leave", (options) => session.fetch(DATA[name], options), () => received(vendor, 3), `${name} fetch`);
    equal(session.state.status, "signed-in", name);
  }
}

/** Rule 1: an abort while the reply's body is on its way. */
export async function rule_1_a_signal_aborted_in_the_body_rejects_with_its_reason() {
  for (const reason of [{ why: 1 }, null]) {
    for (const name of ["login", "check", "refresh", "json"]) {
      const vendor = simulate("ethgas");
      const session = await vendor.signIn({ renew: "manual", timeoutMs: 1_500 });
      await vendor.fault({ path: "*", drip_ms: 30 });
      const ready = async () => {
        await received(vendor, 2);
        await new Promise((done) => setTimeout(done, 80)); // a byte or two; the rest takes seconds
      };
      await abortsWith(reason, (options) => CALLS[name](session, options), ready, name);
      equal(session.state.status, "signed-in", name);
      await renewalEnds(session);
    }
  }
}

/** Rule 1: an abort while what the vendor said is written to a storage that never answers. */
export async function rule_1_an_abort_ends_the_wait_for_a_storage() {
  const storage = { get: () => null, set: forever, delete: forever };
  const vendor = simulate("ethgas");
  for (const name of ["login", "check", "logout"]) {
    const session = await vendor.open({ storage });
    if (name !== "login") {
      session.login(jdoe).catch(() => {});
      await until(() => session.state.status === "signed-in", "signed in");
    }
    const before = await vendor.total();
    const ready = async () => {
      await received(vendor, before + 1);
      await new Promise((done) => setTimeout(done, 300)); // the reply has come
    };
    const began = Date.now();
    await abortsWith({ why: name }, (options) => CALLS[name](session, options), ready, name);
    ok(Date.now() - began < 1_800, `${name}: not after the storage's own bound`);
    session.dispose();
  }
}

/** Rule 1: an abort while a request waits for a renewal; the renewal goes on for who else waits. */
export async function rule_1_an_abort_ends_the_wait_for_a_renewal_of_its_caller_alone() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ renew: "auto" });
  await vendor.expire();
  await vendor.fault({ path: "/api/v1/user/login/refresh", hold: true });
  const other = session.fetch(DATA.ethgas);
  const asked = async () => (await vendor.count("POST /api/v1/user/login/refresh")) === 1;
  const ready = () => until(asked, "a renewal under way");
  for (const name of ["fetch", "json", "refresh"]) {
    await abortsWith(null, (options) => CALLS[name](session, options), ready, name);
  }
  await vendor.release();
  equal((await other).status, 200);
  equal(await vendor.count("POST /api/v1/user/login/refresh"), 1, "renewals");
}

/** Rule 1: a Request's own signal counts as well. */
export async function rule_1_the_signal_of_a_request_counts() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.fault({ path: DATA.ethgas, hang: true });
  const call = ({ signal }) => session.fetch(new Request(vendor.baseUrl + DATA.ethgas, { signal }));
  await abortsWith("leave", call, () => received(vendor, 2), "fetch");
}

/** Rule 1: also where the page's fetch ignores the signal and never settles. */
export async function rule_1_an_abort_works_though_fetch_ignores_it() {
  for (const [name, call] of Object.entries(CALLS)) {
    const session = await simulate("ethgas").signIn({ renew: "manual" });
    let asked = 0;
    const deaf = () => (asked++, forever());
    await withGlobal("fetch", deaf, async () => {
      const ready = () => until(() => asked > 0, "fetch called");
      await abortsWith({ why: name }, (options) => call(session, options), ready, name);
    });
    session.dispose();
  }
}

/** Rule 1: also where the page's fetch answers with a body that ignores the signal and never ends. */
export async function rule_1_an_abort_works_though_the_body_ignores_it() {
  for (const name of ["login", "refresh", "check", "logout", "json"]) {
    const session = await simulate("ethgas").signIn({ renew: "manual" });
    let asked = 0;
    const endless = async () => {
      asked++;
      return new Response(new ReadableStream({ pull: forever }), { headers: { "Content-Type": "application/json" } });
    };
    await withGlobal("fetch", endless, async () => {
      const ready = async () => {
        await until(() => asked > 0, "fetch called");
        await new Promise((done) => setTimeout(done, 20)); // so that the body is being read
      };
      await abortsWith({ why: name }, (options) => CALLS[name](session, options), ready, name);
    });
    session.dispose();
  }
}

/** Rule 2: hallpass's own calls are bounded by timeoutMs where the vendor hangs. */
export async function rule_2_a_vendor_that_hangs_is_a_timeout() {
  for (const name of ["login", "refresh", "check", "logout"]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ renew: "manual", timeoutMs: 250 });
    await vendor.fault({ path: "*", hang: true });
    const call = within(3_000, CALLS[name](session), name);
    if (name === "logout") equal(await call, { revoked: false });
    else equal((await rejects(call, "timeout")).vendor, "ethgas");
    equal(session.state.status, name === "logout" ? "signed-out" : "signed-in", name);
    session.dispose();
  }
}

/** Rule 2: a caller's request that waits for a renewal does not wait longer than the renewal's own bound. */
export async function rule_2_a_renewal_that_hangs_holds_no_request_for_ever() {
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 1 });
  const session = await vendor.signIn({ timeoutMs: 250 });
  await vendor.fault({ path: "/api/v1/user/login/refresh", hang: true, count: 99 });
  await until(() => session.state.renewal === "waiting", "a renewal that failed");
  await until(() => Date.now() > session.state.expiresAt, "the token's end");
  const calls = [session.fetch(DATA.ethgas), session.json(DATA.ethgas), session.accessToken()];
  for (const call of calls) await rejects(within(3_000, call, "a request"), "timeout");
  equal(session.state.status, "signed-in", "rule 10");
  session.dispose();
}

/** Rule 2: hallpass's own calls are bounded though the page's fetch ignores the signal and never settles. */
export async function rule_2_a_fetch_that_never_settles_is_a_timeout() {
  for (const name of ["login", "refresh", "check", "logout"]) {
    const session = await simulate("ethgas").signIn({ renew: "manual", timeoutMs: 100 });
    await withGlobal("fetch", forever, async () => {
      const call = within(3_000, CALLS[name](session), name);
      if (name === "logout") equal(await call, { revoked: false });
      else await rejects(call, "timeout");
    });
    session.dispose();
  }
}

/** Rule 2: a fetch that throws, or is rejected with anything, is a network failure. */
export async function rule_2_a_fetch_that_throws_anything_is_a_network_failure() {
  for (const thrown of [new TypeError("no"), "no", undefined, null, 0]) {
    for (const broken of [() => Promise.reject(thrown), () => { throw thrown; }]) {
      const session = await simulate("ethgas").signIn({ renew: "manual" });
      await withGlobal("fetch", broken, async () => {
        for (const name of ["login", "refresh", "check", "fetch", "json"]) await rejects(CALLS[name](session), "network");
        equal(await session.logout(), { revoked: false });
      });
      session.dispose();
    }
  }
}

/** Rule 2: a storage that never answers holds nobody for ever; hallpass goes on in memory and says so. */
export async function rule_2_a_storage_that_never_answers_is_left_alone() {
  const vendor = simulate("ethgas");
  const storage = { get: forever, set: forever, delete: forever };
  const session = await within(5_000, vendor.open({ storage }), "openSession");
  equal(session.state.problem, "storage");
  await within(5_000, session.login(jdoe), "login");
  equal(session.state.status, "signed-in");
  await within(10_000, session.logout(), "logout");
  equal(session.state.status, "signed-out");
}

/** Rule 2: a source of the WebAssembly that never comes. Time is made to fly, as no bound is documented. */
export async function rule_2_a_load_that_hangs_is_bounded() {
  const fresh = await import(`${packageAddress}?hangs`);
  const { setTimeout: real } = globalThis;
  await withGlobal("setTimeout", (run, ms, ...rest) => real(run, ms / 100, ...rest), async () => {
    const loaded = reasonOf(fresh.init(forever()));
    const late = new Promise((done) => real(done, 3_000, "still pending after 300 s"));
    const error = await Promise.race([loaded, late]);
    ok(hallpass.isAuthError(error), `an AuthError, saw ${error}`);
    equal([error.code, error.cause], ["load-failed", undefined]);
    ok(error.message.includes("in a minute"), error.message);
  });
}

/** Whoever has joined a load from elsewhere that fails gets what they asked for; a failed load is shared by those who asked for the same. */
export async function a_load_that_was_joined_and_fails_is_tried_from_elsewhere() {
  const fresh = await import(`${packageAddress}?joined`);
  const fails = Promise.reject(new Error("no such file"));
  const first = reasonOf(fresh.init(fails));
  const [same, another] = [reasonOf(fresh.init(fails)), reasonOf(fresh.init(Promise.reject(new Error("nor this"))))];
  const session = fresh.openSession({ vendor: "ocient", baseUrl: "https://api.test" });
  equal([(await first).code, (await same).code, (await another).code], Array(3).fill("load-failed"));
  equal((await session).state.status, "signed-out");
}

/** Runs while collecting what is thrown outside of any call, which the platform would report as uncaught. */
async function uncaught(run) {
  const seen = [];
  const { queueMicrotask: later, setTimeout: timer } = globalThis;
  const guarded = (call) => (...rest) => {
    try {
      call(...rest);
    } catch (error) {
      seen.push(error);
    }
  };
  const replaced = [
    ["queueMicrotask", (call) => later(guarded(call))],
    ["setTimeout", (call, ...rest) => timer(guarded(call), ...rest)],
    ["reportError", (error) => void seen.push(error)],
  ];
  const all = replaced.reduceRight((inner, [name, value]) => () => withGlobal(name, value, inner), run);
  await all();
  return seen;
}

/** Rule 2: a listener that throws harms neither the call that changed the state, nor the other listeners; it is reported. */
export async function rule_2_a_listener_that_throws_harms_nobody() {
  const session = await simulate("ethgas").open();
  const fault = new Error("a listener's own");
  const told = [];
  const seen = await uncaught(async () => {
    const stop = session.subscribe(() => {
      throw fault;
    });
    ok(typeof stop === "function", "subscribe returns the unsubscribe function");
    session.subscribe((state) => told.push(state.status));
    await session.login(jdoe);
    await session.logout();
    stop();
  });
  equal(told, ["signed-out", "signed-in", "signed-out"]);
  ok(seen.length === 3 && seen.every((error) => error === fault), `reported each time, saw ${seen.length}`);
}

/** Rule 1: a login that is given up before it begins is no newer login: the one under way goes on. */
export async function rule_1_a_login_aborted_before_supersedes_nothing() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    const login = session.login(jdoe);
    equal(await reasonOf(session.login(jdoe, { signal: AbortSignal.abort("no") })), "no", name);
    equal([(await login).state.user, await vendor.total()], ["jdoe", 1], name);
  }
}

/** Rule 1: the signal's reason comes before what the vendor can't do. */
export async function rule_1_an_aborted_refresh_says_so_at_every_vendor() {
  for (const name of VENDORS) {
    const session = await simulate(name).signIn();
    equal(await reasonOf(session.refresh({ signal: AbortSignal.abort("no") })), "no", name);
  }
}

/** R34: a signal that lives as long as the page is left as it was: no call leaves a listener on it, but what the platform's Request adds. */
export async function r34_no_call_leaves_a_listener_on_its_signal() {
  const vendor = simulate("ethgas");
  const session = await vendor.open({ storage: storageOfItsOwn(), renew: "manual" });
  const { signal } = new AbortController();
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  const listeners = new Set();
  signal.addEventListener = (type, listener, ...rest) => (listeners.add(listener), addEventListener.call(signal, type, listener, ...rest));
  signal.removeEventListener = (type, listener, ...rest) => (listeners.delete(listener), removeEventListener.call(signal, type, listener, ...rest));
  const left = async (call) => {
    const before = listeners.size;
    await call().catch(() => {});
    return listeners.size - before;
  };
  const platforms = await left(async () => new Request(vendor.baseUrl, { signal }));
  for (const name of ["login", "refresh", "check", "fetch", "json", "logout"]) {
    const most = name === "fetch" || name === "json" ? platforms : 0;
    const call = () => CALLS[name](session, { signal });
    equal(await left(call), most, `listeners that ${name} has left`);
    await vendor.fault({ path: "*", status: 503 });
    equal(await left(call), most, `listeners that ${name} has left in trouble`);
  }
  session.dispose();
}

/** R10: an abort stops a revocation that nobody else waits for, and no other: a second logout still hears that the session was revoked. */
export async function r10_an_aborted_logout_stops_no_other_ones_revocation() {
  for (const others of [0, 1]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    const controller = new AbortController();
    const sent = [];
    let answer = () => {};
    const held = (request) => new Promise((done, fail) => {
      sent.push(request);
      answer = () => done(jsonReply({ code: 200, message: "OK", data: {} }));
      request.signal.addEventListener("abort", () => fail(request.signal.reason));
    });
    await withFetch((request, real) => (request.url.endsWith("/logout") ? held(request) : real(request)), async () => {
      const first = reasonOf(session.logout({ signal: controller.signal }));
      const second = Array.from({ length: others }, () => session.logout());
      await until(() => sent.length > 0, "the revocation is sent");
      await new Promise((done) => setTimeout(done, 100)); // so that the second waits for it, too
      controller.abort("why");
      equal(await within(3_000, first, "the first logout"), "why");
      await new Promise((done) => setTimeout(done, 100));
      equal(sent.map(({ signal }) => signal.aborted), [others === 0], `aborted, with ${others} others`);
      answer();
      equal(await within(3_000, Promise.all(second), "the second logout"), Array(others).fill({ revoked: true }));
    });
    session.dispose();
  }
}

/** Rule 1: hallpass's own calls are given up at the platform, too, and what a vendor answers after an abort changes nothing. */
export async function rule_1_what_is_answered_after_an_abort_changes_nothing() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ renew: "manual" });
  const { user } = session.state;
  for (const name of ["login", "check"]) {
    const controller = new AbortController();
    const held = [];
    const fake = (request, real) => new Promise((done) => held.push({ request, answer: () => done(real(new Request(request, { signal: null }))) }));
    await withFetch(fake, async () => {
      const call = name === "login" ? session.login({ username: "admin", password: "admin" }, { signal: controller.signal }) : session.check({ signal: controller.signal });
      const reason = reasonOf(call);
      await until(() => held.length === 1, "sent");
      controller.abort("why");
      equal(await within(1_000, reason, name), "why");
    });
    const [{ request, answer }] = held;
    ok(request.signal.aborted, `${name}: the request is given up`);
    await answer();
    await new Promise((done) => setTimeout(done, 300));
    equal([held.length, session.state.status, session.state.user], [1, "signed-in", user], name);
  }
  session.dispose();
}

/** Rule 1: an abort while a refusal is still being looked into: what that says changes nothing any more. */
export async function rule_1_an_abort_while_a_refusal_is_looked_into_changes_nothing() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const controller = new AbortController();
  const fake = async () => {
    setTimeout(() => controller.abort("leave"), 5);
    return new Response(new ReadableStream({ pull: forever }), { status: 401, headers: { "Content-Type": "application/json" } });
  };
  await withGlobal("fetch", fake, async () => equal(await reasonOf(session.fetch(DATA.ethgas, { signal: controller.signal })), "leave"));
  await new Promise((done) => setTimeout(done, 100)); // what would follow behind it
  equal([await vendor.count("POST /api/v1/user/login/refresh"), session.state.status, session.state.renewal], [0, "signed-in", "idle"]);
  session.dispose();
}
