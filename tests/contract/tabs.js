import { DATA, admin, entries, equal, jdoe, ok, rejects, simulate, until, withGlobal, within } from "./env.js";

const PATHS = { ocient: "/v1/token_refresh", ethgas: "/api/v1/user/login/refresh" };
const renewals = (vendor) => vendor.count(`POST ${PATHS[vendor.vendor]}`);
// On a server there are no tabs: its sessions are different people's, also where their keys are alike.
const hasTabs = globalThis.location !== undefined;

/** A storage that several tabs share, as this platform has them. Handles of one page are tabs to each other. */
function shared() {
  const map = new Map();
  const own = {
    map,
    get: async (key) => map.get(key),
    set: async (key, value) => void map.set(key, value),
    delete: async (key) => void map.delete(key),
  };
  return [own, ...(globalThis.localStorage ? ["local"] : []), ...(globalThis.indexedDB ? ["encrypted"] : [])];
}

const nameOf = (storage) => (typeof storage === "string" ? storage : "own");

/** So many tabs with one session. */
async function tabs(vendor, count, options) {
  const first = await vendor.signIn(options);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => vendor.open(options)));
  const all = [first, ...others];
  for (const tab of all) equal(tab.state.status, "signed-in", "restored");
  return all;
}

const dispose = (all) => all.forEach((tab) => tab.dispose());

/** R16: N callers × M tabs with a rejected token are one renewal, also where the refresh token rotates; all get its result. */
export async function r16_many_tabs_and_callers_are_one_renewal() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const all = await tabs(vendor, 4, { storage });
    await vendor.expire();
    const replies = await Promise.all(all.flatMap((tab) => Array.from({ length: 10 }, () => tab.fetch(DATA.ethgas))));
    equal([...new Set(replies.map(({ status }) => status))], [200], nameOf(storage));
    equal(await renewals(vendor), 1, `renewals, ${nameOf(storage)}`);
    equal(new Set(await Promise.all(all.map((tab) => tab.accessToken()))).size, 1, "one token");
    dispose(all);
  }
}

/** R16: the same with calls of refresh(). */
export async function r16_many_calls_of_refresh_are_one_renewal() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    for (const name of Object.keys(PATHS)) {
      const vendor = simulate(name);
      const all = await tabs(vendor, 4, { storage });
      const ends = await Promise.all(all.flatMap((tab) => [tab.refresh(), tab.refresh(), tab.refresh()]));
      equal(await renewals(vendor), 1, `renewals at ${name}, ${nameOf(storage)}`);
      equal(new Set(ends.map(({ expiresAt }) => expiresAt)).size, 1, "one result");
      dispose(all);
    }
  }
}

/** R16: the same with a token that is known to be over: nothing is sent with it. */
export async function r16_a_token_that_is_over_is_renewed_once_for_all_tabs() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 1 });
  const [storage] = shared();
  const all = await tabs(vendor, 3, { storage });
  await vendor.config({ access_lifetime_s: 60 });
  const end = all[0].state.expiresAt;
  await until(() => Date.now() > end, "over");
  const replies = await Promise.all(all.map((tab) => tab.fetch(DATA.ethgas)));
  equal([replies.map(({ status }) => status), await renewals(vendor)], [[200, 200, 200], 1]);
  dispose(all);
}

/** Rule 8: a token that another tab has replaced is no reason to renew; the request goes again with the new one. */
export async function rule_8_what_another_tab_renewed_is_not_renewed_again() {
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    // Without a word between them: the second learns of it from the storage alone.
    const [first, second] = await withGlobal("BroadcastChannel", undefined, () => tabs(vendor, 2, { storage }));
    await vendor.expire();
    await first.refresh();
    equal((await second.fetch(DATA.ethgas)).status, 200, nameOf(storage));
    equal(await renewals(vendor), 1, `one renewal, ${nameOf(storage)}`);
    dispose([first, second]);
  }
}

/** A sign-in, a renewal and a sign-out in one tab show in the others without their asking. */
export async function tabs_stay_in_step() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage })];
    const seen = [];
    second.subscribe(({ status, reason }) => seen.push(reason ?? status));
    await first.login(jdoe);
    await until(() => second.state.status === "signed-in", `signed in, too, ${nameOf(storage)}`);
    equal([second.state.user, second.state.expiresAt], ["jdoe", first.state.expiresAt]);
    const before = await second.accessToken();
    await first.refresh();
    await until(() => second.state.expiresAt === first.state.expiresAt, "renewed, too");
    await until(async () => (await second.accessToken()) !== before, "another token");
    equal(await renewals(vendor), 1, "by one of them");
    await first.logout();
    await until(() => second.state.reason === "logout", "signed out, too");
    equal([seen[0], seen.at(-1)], ["never", "logout"]);
    await rejects(second.fetch(DATA.ethgas), "not-signed-in");
    dispose([first, second]);
  }
}

/** R10: a logout signs out the other tabs, whatever the network and the vendor say. */
export async function r10_a_logout_signs_out_the_other_tabs() {
  if (!hasTabs) return;
  const path = "/api/v1/user/logout";
  for (const trouble of [undefined, { drop: true, count: 30 }, { status: 500 }, { hang: true }]) {
    for (const storage of shared()) {
      const vendor = simulate("ethgas");
      const [first, second] = await tabs(vendor, 2, { storage, timeoutMs: 400 });
      if (trouble) await vendor.fault({ path, ...trouble });
      const done = first.logout();
      equal(first.state.reason, "logout", "at once");
      await until(() => second.state.reason === "logout", `${nameOf(storage)}, ${JSON.stringify(trouble)}`);
      equal((await done).revoked, trouble === undefined);
      equal((await vendor.open({ storage })).state.reason, "never", "nothing is left");
      dispose([first, second]);
    }
  }
}

/** R10: where each tab has tokens of its own, the user still signs out of all. On a server, these are other people. */
export async function r10_a_logout_signs_out_tabs_with_tokens_of_their_own() {
  const vendor = simulate("ethgas");
  const [first, second, stranger] = [await vendor.signIn(), await vendor.signIn(), await vendor.signIn({ account: "other" })];
  await first.logout();
  if (globalThis.location) {
    await until(() => second.state.reason === "logout", "signed out, too");
    await until(async () => (await vendor.count("POST /api/v1/user/logout")) === 2, "the vendor is told of each");
  } else {
    equal((await second.fetch(DATA.ethgas)).status, 200, "another user of the server");
  }
  equal((await stranger.fetch(DATA.ethgas)).status, 200, "R33: another account");
  dispose([first, second, stranger]);
}

/** R18: a renewal that ends after another tab's logout writes nothing. */
export async function r18_a_logout_in_another_tab_overtakes_a_renewal() {
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const [first, second] = await tabs(vendor, 2, { storage });
    await vendor.fault({ path: PATHS.ethgas, delay_ms: 300 });
    const renewal = rejects(first.refresh(), "superseded");
    await until(async () => (await entries(vendor, PATHS.ethgas)).length === 1, "on its way");
    await second.logout();
    await renewal;
    await until(() => first.state.reason === "logout", nameOf(storage));
    equal([first.state.status, second.state.status], ["signed-out", "signed-out"]);
    equal((await vendor.open({ storage })).state.reason, "never", "nothing was written");
    dispose([first, second]);
  }
}

/** R18: what a slow storage lets through after the logout does not sign anybody in again. */
export async function r18_a_late_write_of_a_signed_out_session_is_deleted() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const [storage] = shared();
  const [first, second] = await tabs(vendor, 2, { storage });
  const [key, text] = [...storage.map][0];
  await second.logout();
  await until(() => first.state.reason === "logout", "signed out, too");
  storage.map.set(key, text);
  await first.login(admin);
  first.dispose();
  storage.map.set(key, text);
  const channel = new BroadcastChannel(key);
  channel.postMessage("changed");
  await until(() => storage.map.get(key) !== text, "deleted again");
  ok(second.state.user !== "jdoe", "not signed in again");
  channel.close();
  second.dispose();
}

/** R25: another user's login in another tab ends this tab's session; nobody acts as somebody else unawares. */
export async function r25_another_users_login_replaces_the_session_in_other_tabs() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const [first, second] = await tabs(vendor, 2, { storage });
    await first.login(admin);
    await until(() => second.state.reason === "replaced", nameOf(storage));
    await rejects(second.fetch(DATA.ethgas), "not-signed-in");
    equal([first.state.user, (await vendor.open({ storage })).state.user], ["admin", "admin"], "the new one stays");
    await first.refresh();
    equal((await first.fetch(DATA.ethgas)).status, 200);
    equal(second.state.reason, "replaced", "and is not taken over silently later");
    dispose([first, second]);
  }
}

/** A login of the same user goes on in all tabs. */
export async function the_same_users_login_goes_on_in_other_tabs() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const [storage] = shared();
  const [first, second] = await tabs(vendor, 2, { storage });
  await first.login(jdoe);
  const token = await first.accessToken();
  await until(async () => (await second.accessToken()) === token, "the new token");
  equal([second.state.status, await renewals(vendor)], ["signed-in", 0]);
  dispose([first, second]);
}

/** R12: what goes from tab to tab is that something changed, and nothing else. */
export async function r12_tabs_say_only_that_something_changed() {
  if (!hasTabs) return;
  const said = [];
  const names = new Set();
  class Spy extends BroadcastChannel {
    constructor(name) {
      super(name);
      names.add(name);
    }
    postMessage(...message) {
      said.push(message);
      super.postMessage(...message);
    }
  }
  await withGlobal("BroadcastChannel", Spy, async () => {
    for (const storage of shared()) {
      const vendor = simulate("ethgas");
      const [first, second] = await tabs(vendor, 2, { storage });
      await first.refresh();
      await first.login(admin);
      await first.logout();
      dispose([first, second]);
    }
  });
  ok(said.length >= 4, "something was said");
  for (const message of said) equal(message, ["changed"]);
  for (const name of names) ok(!/jdoe|admin|correct/.test(name), "nor does a channel's name tell who");
}

/** R11: what other scripts of the origin put on the line or into the storage is untrusted: signed out at most, never a throw. */
export async function r11_garbage_from_another_tab_means_signed_out() {
  if (!hasTabs) return;
  for (const garbage of ["", "{", "null", "[]", '{"v":1}', '{"v":2}', "x".repeat(100_000), "\u0000"]) {
    const vendor = simulate("ethgas");
    const [storage] = shared();
    const session = await vendor.signIn({ storage });
    const [key, text] = [...storage.map][0];
    const channel = new BroadcastChannel(key);
    for (const message of [undefined, null, { logout: true }, "logout", text, [new Error("no")], 7]) channel.postMessage(message);
    await session.fetch(DATA.ethgas);
    equal(session.state.status, "signed-in", "a message alone is no news");
    storage.map.set(key, garbage);
    channel.postMessage("changed");
    await until(() => session.state.status === "signed-out", `signed out by ${garbage.slice(0, 9)}`);
    await session.login(jdoe);
    equal((await session.fetch(DATA.ethgas)).status, 200, "and in again");
    channel.close();
    session.dispose();
  }
}

/** R33: accounts, vendors and addresses have storage keys, locks and lines of their own. */
export async function r33_sessions_do_not_reach_each_other() {
  for (const storage of shared()) {
    const [ethgas, ocient] = [simulate("ethgas"), simulate("ocient")];
    const base = await ethgas.signIn({ storage });
    const account = await ethgas.signIn({ storage, account: "default:own" }, admin);
    const below = await ethgas.open({ storage, baseUrl: `${ethgas.baseUrl}/x` });
    const other = await ocient.signIn({ storage });
    equal([base.state.user, account.state.user, below.state.reason, other.state.user], ["jdoe", "admin", "never", "jdoe"]);
    await base.logout();
    equal((await account.fetch(DATA.ethgas)).status, 200, nameOf(storage));
    equal((await other.fetch(DATA.ocient)).status, 200);
    equal((await ethgas.open({ storage, account: "default:own" })).state.user, "admin");
    await account.logout();
    await other.logout();
    dispose([base, account, below, other]);
  }
}

/** R22: what failed for one tab fails for all; a vendor that is down gets no more calls from many tabs than from one. */
export async function r22_a_failed_renewal_is_every_tabs() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    await vendor.config({ access_lifetime_s: 0.5 });
    const all = await tabs(vendor, 4, { storage });
    await vendor.fault({ path: PATHS.ethgas, status: 503, retry_after: "2" });
    const end = all[0].state.expiresAt;
    await until(() => Date.now() > end, "over");
    const errors = await Promise.all(all.flatMap((tab) => [1, 2, 3].map(() => rejects(tab.fetch(DATA.ethgas), "vendor-unavailable"))));
    equal(await renewals(vendor), 1, `one call, ${nameOf(storage)}`);
    for (const { retryAfterMs } of errors) ok(retryAfterMs > 0 && retryAfterMs < 4_000, `wait ${retryAfterMs} ms`);
    for (const tab of all) equal([tab.state.renewal, tab.state.problem], ["waiting", "vendor-unavailable"]);
    await vendor.config({ access_lifetime_s: 60 });
    await until(() => all.every((tab) => tab.state.renewal === "idle"), "renewed by itself", 6_000);
    equal(await renewals(vendor), 2, "by one of them");
    for (const tab of all) equal([tab.state.problem, (await tab.fetch(DATA.ethgas)).status], [undefined, 200]);
    dispose(all);
  }
}

/** R17: a tab that is frozen in the middle of a renewal delays the others by `timeoutMs`, and no more. */
export async function r17_a_lock_that_is_never_given_back_is_waited_for_in_bounds() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const [storage] = shared();
  const session = await vendor.signIn({ storage, timeoutMs: 500 });
  const [key] = storage.map.keys();
  let thaw;
  const frozen = navigator.locks.request(key, () => new Promise((done) => (thaw = done)));
  await until(() => thaw, "held");
  await vendor.expire();
  const start = Date.now();
  const response = await within(3_000, session.fetch(DATA.ethgas), "a request while another tab holds the lock");
  const took = Date.now() - start;
  equal([response.status, await renewals(vendor)], [200, 1]);
  ok(took >= 450, `the lock was waited for: ${took} ms`);
  const { held } = await navigator.locks.query();
  ok(held.some(({ name }) => name === key), "and not stolen");
  thaw();
  await frozen;
  session.dispose();
}

/** R17: no listener runs while the lock is held, and one may call any method. */
export async function r17_no_listener_runs_inside_the_lock() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const [storage] = shared();
  const { locks } = navigator;
  let inside = 0;
  let locked = 0;
  locks.request = (name, options, work) =>
    Object.getPrototypeOf(locks).request.call(locks, name, options, async () => {
      inside++;
      locked++;
      try {
        return await work();
      } finally {
        inside--;
      }
    });
  try {
    const session = await vendor.signIn({ storage });
    const seen = [];
    session.subscribe((state) => {
      seen.push([state.renewal, inside]);
      if (seen.length < 5) for (const call of [session.refresh, session.check, session.accessToken]) call().catch(() => {});
    });
    await session.refresh();
    await until(() => session.state.renewal === "idle", "at rest");
    ok(locked > 0 && seen.length > 2, "renewed under a lock");
    equal([...new Set(seen.map(([, depth]) => depth))], [0], "listeners inside the lock");
    session.dispose();
  } finally {
    delete locks.request;
  }
}

/** Without locks, or with locks that fail, the session lives on, also where tabs spend one rotating token at once. */
export async function r17_a_session_survives_without_locks() {
  const broken = {
    missing: undefined,
    throwing: { request: () => { throw new DOMException("no", "SecurityError"); } },
    rejecting: { request: async () => { throw new DOMException("no", "InvalidStateError"); } },
    silent: { request: () => new Promise(() => {}) },
  };
  for (const [what, locks] of Object.entries(broken)) {
    const navigator = globalThis.navigator && Object.create(globalThis.navigator, { locks: { value: locks } });
    await withGlobal("navigator", navigator, async () => {
      const vendor = simulate("ethgas");
      const [storage] = shared();
      const all = await tabs(vendor, 3, { storage, timeoutMs: 700 });
      await vendor.expire();
      const replies = await within(6_000, Promise.all(all.map((tab) => tab.fetch(DATA.ethgas))), what);
      equal(replies.map(({ status }) => status), [200, 200, 200], what);
      for (const tab of all) equal(tab.state.status, "signed-in", what);
      dispose(all);
    });
  }
}

/** On a server nobody hears of anybody else, and nobody waits for anybody else. */
export async function a_servers_sessions_are_different_peoples() {
  if (hasTabs) return;
  await withGlobal("navigator", { locks: { request: () => new Promise(() => {}) } }, async () => {
    const vendor = simulate("ethgas");
    const [storage] = shared();
    const reads = [];
    const counted = (name, own) => ({ ...own, get: (key) => (reads.push(name), own.get(key)) });
    const [other] = shared();
    const first = await vendor.signIn({ storage: counted("first", storage) });
    const second = await vendor.signIn({ storage: counted("second", other) }, admin);
    reads.length = 0;
    await within(2_000, first.refresh(), "a renewal beside a lock that another visitor holds");
    await first.logout();
    equal([second.state.user, reads.filter((name) => name === "second").length], ["admin", 0]);
    dispose([first, second]);
  });
}

/** Several servers with one storage: what one has renewed, the other takes over before it spends a token that is spent. */
export async function r16_servers_with_one_storage_take_over_what_is_renewed() {
  if (hasTabs) return;
  const vendor = simulate("ethgas");
  const [storage] = shared();
  const [first, second] = await tabs(vendor, 2, { storage });
  await vendor.expire();
  await first.refresh();
  equal((await second.fetch(DATA.ethgas)).status, 200);
  equal(await renewals(vendor), 1);
  await first.logout();
  await rejects(second.refresh(), "superseded");
  equal(second.state.reason, "logout");
  dispose([first, second]);
}

/** Nor does a session need the line between tabs. */
export async function a_session_lives_without_a_line_between_tabs() {
  class Forbidden {
    constructor() {
      throw new DOMException("no", "SecurityError");
    }
  }
  for (const line of [undefined, Forbidden]) {
    await withGlobal("BroadcastChannel", line, async () => {
      for (const storage of ["memory", ...shared()]) {
        const session = await simulate("ethgas").signIn({ storage });
        await session.refresh();
        equal([session.state.status, session.state.problem], ["signed-in", undefined]);
        equal(await session.logout(), { revoked: true });
        session.dispose();
      }
    });
  }
}

/** A storage that answers every question with nothing keeps no session, but it doesn't end one either. */
export async function a_storage_that_keeps_nothing_is_no_sign_out() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ storage: { get: () => null, set() {}, delete() {} } });
  await session.refresh();
  await vendor.expire();
  equal((await session.fetch(DATA.ethgas)).status, 200);
  equal([session.state.status, session.state.problem, await renewals(vendor)], ["signed-in", undefined, 2]);
  session.dispose();
}

/** A tab whose user was replaced leaves the new user's session alone, whatever it still has on its way. */
export async function r25_a_replaced_tab_leaves_the_new_session_alone() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    for (const [name, path] of [["ethgas", DATA.ethgas], ["ethgas", PATHS.ethgas], ["lenses", DATA.lenses]]) {
      const vendor = simulate(name);
      const [first, second] = await tabs(vendor, 2, { storage });
      await vendor.fault({ path, delay_ms: 400 });
      const late = (path === PATHS[name] ? second.refresh() : second.fetch(path)).catch(() => {});
      await until(async () => (await entries(vendor, path)).length > 0, "on its way");
      await first.login(admin);
      await until(() => second.state.reason === "replaced", "replaced");
      await late;
      await second.logout();
      equal([first.state.user, (await vendor.open({ storage })).state.user], ["admin", "admin"], `${name}, ${nameOf(storage)}`);
      equal(second.state.reason, "replaced");
      dispose([first, second]);
    }
  }
}

/** What waits in a slow storage's queue is made when its turn has come, not before. */
export async function r18_a_slow_storage_brings_nobody_back() {
  if (!hasTabs) return;
  const map = new Map();
  const slow = (answer) => new Promise((done) => setTimeout(() => done(answer()), 30));
  const storage = {
    get: (key) => slow(() => map.get(key)),
    set: (key, text) => slow(() => void map.set(key, text)),
    delete: (key) => slow(() => void map.delete(key)),
  };
  for (let times = 0; times < 5; times++) {
    const vendor = simulate("ethgas");
    const [first, second] = await tabs(vendor, 2, { storage });
    await Promise.allSettled([first.refresh(), second.logout()]);
    await until(() => [first, second].every((tab) => tab.state.status === "signed-out"), "both signed out");
    await until(() => map.size === 0, "nothing is left");
    dispose([first, second]);
  }
}

/** Telling the others does not wait for a handle that is given up at once. */
export async function r10_a_logout_before_dispose_is_told() {
  if (!hasTabs) return;
  for (const storage of ["memory", ...shared()]) {
    const vendor = simulate("ethgas");
    const [first, second] = [await vendor.signIn({ storage }), await vendor.open({ storage })];
    if (storage === "memory") await second.login(jdoe);
    await until(() => second.state.status === "signed-in", "in step");
    first.logout();
    first.dispose();
    await until(() => second.state.reason === "logout", `signed out, too, ${nameOf(storage)}`);
    dispose([second]);
  }
}

/** One failed look at the storage does not make a tab deaf; what cannot be deleted is made unreadable. */
export async function r10_a_storage_with_hiccups_still_signs_out_all_tabs() {
  if (!hasTabs) return;
  const [storage] = shared();
  let failing = [];
  const flaky = Object.fromEntries(
    ["get", "set", "delete"].map((verb) => [
      verb,
      async (...rest) => {
        if (failing.includes(verb)) throw new Error("a hiccup");
        return storage[verb](...rest);
      },
    ]),
  );
  const vendor = simulate("ethgas");
  const first = await vendor.signIn({ storage });
  const second = await vendor.open({ storage: flaky });
  failing = ["get"];
  await second.refresh();
  equal(second.state.status, "signed-in");
  failing = [];
  await first.logout();
  await until(() => second.state.status === "signed-out", "heard all the same");
  await second.login(jdoe);
  await until(() => first.state.status === "signed-in", "in step");
  failing = ["delete"];
  await second.logout();
  await until(() => first.state.status === "signed-out", "signed out, too");
  equal((await vendor.open({ storage })).state.status, "signed-out", "and nobody comes back");
  dispose([first, second]);
}

/** A disposed handle hears nothing and tells nothing; the tabs beside it go on. */
export async function a_disposed_handle_is_out_of_step() {
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const [first, second] = await tabs(vendor, 2, { storage });
    const seen = [];
    first.subscribe((state) => seen.push(state));
    first.dispose();
    await second.refresh();
    await second.logout();
    await (await vendor.open({ storage })).login(jdoe);
    equal(seen.length, 1, nameOf(storage));
    dispose([second]);
  }
}
