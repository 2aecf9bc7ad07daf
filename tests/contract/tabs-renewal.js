import {
  admin, AGES_MS, DATA, dispose, entries, equal, hasTabs, nameOf, ok, pathOf, rejects, RENEWAL_PATHS, renewals, shared,
  simulate, storageOfItsOwn, tabs, until, withClock, withGlobal, within,
} from "./env.js";

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
    for (const name of Object.keys(RENEWAL_PATHS)) {
      const vendor = simulate(name);
      const all = await tabs(vendor, 4, { storage });
      const ends = await Promise.all(all.flatMap((tab) => [tab.refresh(), tab.refresh(), tab.refresh()]));
      equal(await renewals(vendor), 1, `renewals at ${name}, ${nameOf(storage)}`);
      equal(new Set(ends.map(({ expiresAt }) => expiresAt)).size, 1, "one result");
      dispose(all);
    }
  }
}

/** R16: two handles of one tab share its sessionStorage, and so their renewals. */
export async function r16_handles_of_one_tab_with_session_storage_are_one_renewal() {
  if (!hasTabs || !globalThis.sessionStorage) return;
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const all = await tabs(vendor, 3, { storage: "session" });
    await withClock(AGES_MS, async () => {
      const replies = await Promise.all(all.map((tab) => tab.fetch(DATA[name])));
      equal([replies.map(({ status }) => status), await renewals(vendor)], [[200, 200, 200], 1], name);
    });
    equal(all.map((tab) => tab.state.status), ["signed-in", "signed-in", "signed-in"], name);
    dispose(all);
  }
}

/** R16, R19: the same with a token that is known to be over: nothing is sent with it. */
export async function r16_r19_a_token_that_is_over_is_renewed_once_for_all_tabs() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    const all = await tabs(vendor, 3, { storage });
    const old = await all[0].accessToken();
    await withClock(AGES_MS, async () => {
      const replies = await Promise.all(all.map((tab) => tab.fetch(DATA.ethgas)));
      equal([replies.map(({ status }) => status), await renewals(vendor)], [[200, 200, 200], 1], nameOf(storage));
    });
    const sent = (await entries(vendor, DATA.ethgas)).map(({ headers }) => headers.authorization);
    equal([sent.length, sent.includes(`Bearer ${old}`)], [3, false], nameOf(storage));
    dispose(all);
  }
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

/** R22: what failed for one tab fails for all; a vendor that is down gets no more calls from many tabs than from one. */
export async function r22_a_failed_renewal_is_every_tabs() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    const vendor = simulate("ethgas");
    await vendor.config({ access_lifetime_s: 0.5 });
    const all = await tabs(vendor, 4, { storage });
    await vendor.fault({ path: RENEWAL_PATHS.ethgas, status: 503, retry_after: "2" });
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
  const [[key, text]] = storage.map.entries();
  const record = JSON.parse(text);
  const name = `${key} ${record.login} ${record.renewals}`;
  let thaw;
  const frozen = navigator.locks.request(name, () => new Promise((done) => (thaw = done)));
  await until(() => thaw, "held");
  await vendor.expire();
  const start = Date.now();
  const response = await within(3_000, session.fetch(DATA.ethgas), "a request while another tab holds the lock");
  const took = Date.now() - start;
  equal([response.status, await renewals(vendor)], [200, 1]);
  ok(took >= 450, `the lock was waited for: ${took} ms`);
  const { held } = await navigator.locks.query();
  ok(held.some((lock) => lock.name === name), "and not stolen");
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

/** R16: a storage that failed when it was last read is asked again before a renewal: its tokens may be spent already. */
export async function r16_a_storage_with_a_hiccup_spends_no_token_twice() {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  let fails = false;
  const flaky = {
    ...storage,
    get: async (key) => {
      if (fails) throw new Error("a hiccup");
      return storage.get(key);
    },
  };
  const first = await vendor.signIn({ storage });
  const second = await vendor.open({ storage: flaky });
  const old = await second.accessToken();
  fails = true;
  await first.refresh();
  if (hasTabs) await until(() => second.state.problem === "storage", "it could not be read");
  fails = false;
  await second.refresh();
  equal([await renewals(vendor), (await second.accessToken()) === old], [1, false]);
  equal([first.state.status, second.state.status], ["signed-in", "signed-in"]);
  dispose([first, second]);
}

/** Rule 2: where there are no locks, and what is asked of IndexedDB is never done, a renewal goes on without a turn. */
export async function rule_2_a_database_that_does_nothing_is_waited_for_in_bounds() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ storage: storageOfItsOwn() });
  const { transaction } = IDBDatabase.prototype;
  const nothing = () => ({});
  let aborted = 0;
  const transactions = { objectStore: () => ({ get: nothing, put: nothing, delete: nothing, openCursor: nothing }), abort: () => void aborted++ };
  IDBDatabase.prototype.transaction = () => transactions;
  const without = Object.create(globalThis.navigator, { locks: { value: undefined } });
  try {
    await withGlobal("navigator", without, () => within(8_000, session.refresh(), "refresh"));
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  equal([await renewals(vendor), session.state.renewal, aborted], [1, "idle", 2]);
  session.dispose();
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

/** On a server nobody hears of anybody who has another storage, and nobody waits for anybody else. */
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
  // Each has an object of its own for it.
  const { get, set, delete: remove } = storageOfItsOwn();
  const first = await vendor.signIn({ storage: { get, set, delete: remove } });
  const second = await vendor.open({ storage: { get, set, delete: remove } });
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

/** Two sessions of one storage, without a word between them, of which the first has renewed after the clock has gone on so far. */
async function renewedAside(vendor, shiftMs) {
  const [storage] = shared();
  const [first, second] = await withGlobal("BroadcastChannel", undefined, () => tabs(vendor, 2, { storage }));
  await withClock(shiftMs, () => first.refresh());
  first.dispose();
  return second;
}

/** What another tab has renewed, and is over in its turn, is renewed: to take it over was no renewal of this tab's. */
export async function rule_10_what_another_tab_renewed_and_is_over_is_renewed() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const second = await renewedAside(vendor, 60_000);
    await withClock(AGES_MS, async () => equal((await second.fetch(DATA[name])).status, 200, name));
    equal(await renewals(vendor), 2, name);
    second.dispose();
  }
}

/** R21: nor does a request lose its one renewal by it. */
export async function r21_what_another_tab_renewed_is_no_renewal_of_this_request() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const shiftMs = 40 * 3_600_000;
    const second = await renewedAside(vendor, shiftMs);
    await vendor.fault({ path: pathOf(name), status: 401 });
    await withClock(shiftMs, async () => equal((await second.fetch(DATA[name])).status, 200, name));
    equal(await renewals(vendor), 2, name);
    second.dispose();
  }
}
