/** R36: sessions that end by themselves: nobody has used one for idleMs in any tab, or it is older than maxAgeMs. */
import {
  DATA, dispose, equal, hasTabs, jdoe, nameOf, ok, rejects, renewals, shared, simulate, storageOfItsOwn, tabs, until, withClock, within,
} from "./env.js";

const LOGOUT = "POST /api/v1/user/logout";
const HOUR_MS = 3_600_000;
// Longer than timers can keep.
const ENDLESS_MS = 3_000_000_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const told = (vendor) => vendor.count(LOGOUT);

/** All at once: each waits for seconds, in a world of its own. */
const all = (cases, test) => Promise.all(cases.map(test));

/** A session that nobody uses ends, whatever is renewed meanwhile; the vendor is told. */
export async function r36_a_session_that_nobody_uses_ends() {
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 1 });
  const storage = storageOfItsOwn();
  const session = await vendor.signIn({ idleMs: 2_500, storage });
  const began = Date.now();
  const states = [];
  session.subscribe(({ status, reason }) => states.push(reason ?? status));
  await until(() => session.state.reason === "idle", "ended", 6_000);
  const ms = Date.now() - began;
  ok(ms >= 2_300 && ms < 5_000, `after ${ms} ms`);
  ok((await renewals(vendor)) >= 1, "renewals are no use");
  equal(states.at(-1), "idle", "listeners hear of it");
  await until(async () => (await told(vendor)) === 1, "the vendor is told");
  await rejects(session.fetch(DATA.ethgas), "session-expired");
  await rejects(session.accessToken(), "session-expired");
  equal(storage.map.size, 0, "nothing is left");
  equal(await told(vendor), 1, "once");
  session.dispose();
}

/** Requests and touch() put the end off; an end that has come is not put off any more. */
export async function r36_use_puts_the_end_off() {
  const uses = [(session) => session.fetch(DATA.ethgas), (session) => session.json(DATA.ethgas), (session) => session.touch()];
  await all(uses, async (use) => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ idleMs: 1_500 });
    for (let times = 0; times < 6; times++) {
      await pause(500);
      await use(session);
      equal(session.state.status, "signed-in", "in use");
    }
    await until(() => session.state.reason === "idle", "ended", 4_000);
    session.touch();
    await pause(50);
    equal(session.state.reason, "idle", "nobody comes back by that");
    session.dispose();
  });
}

/** What is done in one tab counts in all of them; in the end it is over in all of them, and the vendor is told once. */
export async function r36_use_in_any_tab_puts_idle_off() {
  if (!hasTabs) return;
  await all(shared(), async (storage) => {
    const vendor = simulate("ethgas");
    const three = await tabs(vendor, 3, { storage, idleMs: 2_000 });
    for (let times = 0; times < 7; times++) {
      await pause(500);
      await three[0].fetch(DATA.ethgas);
    }
    for (const tab of three) equal(tab.state.status, "signed-in", nameOf(storage));
    for (const tab of three) await until(() => tab.state.reason === "idle", nameOf(storage), 6_000);
    await until(async () => (await told(vendor)) > 0, "the vendor is told");
    await pause(200);
    equal(await told(vendor), 1, `${nameOf(storage)}: once`);
    equal((await vendor.open({ storage, idleMs: 2_000 })).state.status, "signed-out");
    dispose(three);
  });
}

/** It is over so long after the login, whatever is done and renewed. */
export async function r36_a_session_ends_by_its_age() {
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 1 });
  const session = await vendor.signIn({ maxAgeMs: 2_500 });
  const began = Date.now();
  while (session.state.status === "signed-in" && Date.now() - began < 8_000) {
    await session.fetch(DATA.ethgas).catch(() => {});
    session.touch();
    await pause(100);
  }
  ok(Date.now() - began >= 2_300, "not before");
  equal(session.state.reason, "expired");
  ok((await renewals(vendor)) >= 1, "renewals don't put it off");
  await until(async () => (await told(vendor)) === 1, "the vendor is told");
  await rejects(session.fetch(DATA.ethgas), "session-expired");
  session.dispose();
}

export async function r36_the_end_by_age_is_every_tabs() {
  if (!hasTabs) return;
  await all(shared(), async (storage) => {
    const vendor = simulate("ethgas");
    const three = await tabs(vendor, 3, { storage, maxAgeMs: 2_500 });
    for (const tab of three) await until(() => tab.state.reason === "expired", nameOf(storage), 6_000);
    await until(async () => (await told(vendor)) > 0, "the vendor is told");
    await pause(200);
    equal(await told(vendor), 1, `${nameOf(storage)}: once`);
    dispose(three);
  });
}

/** A reload doesn't begin anew: the last use and the login count. A session whose time was up meanwhile is not shown any more. */
export async function r36_a_reload_puts_nothing_off() {
  for (const [limit, reason] of [["idleMs", "idle"], ["maxAgeMs", "expired"]]) {
    const vendor = simulate("ethgas");
    const options = { storage: storageOfItsOwn(), [limit]: HOUR_MS };
    (await vendor.signIn(options)).dispose();
    await withClock(HOUR_MS - 60_000, async () => {
      const session = await vendor.open(options);
      equal(session.state.status, "signed-in", limit);
      session.dispose();
    });
    await withClock(HOUR_MS + 1_000, async () => {
      const session = await vendor.open(options);
      equal([session.state.status, session.state.reason], ["signed-out", reason], limit);
      session.dispose();
    });
    equal(options.storage.map.size, 0, "nothing is left");
  }
}

/** A use before the reload counts after it. */
export async function r36_a_use_before_a_reload_counts() {
  const vendor = simulate("ethgas");
  const options = { storage: storageOfItsOwn(), idleMs: 2 * HOUR_MS };
  const session = await vendor.signIn(options);
  await withClock(HOUR_MS, async () => {
    session.touch();
    await until(() => options.storage.map.size === 2, "noted beside the record");
    await withClock(HOUR_MS + 1_000, async () => (session.touch(), session.dispose()));
    await pause(50);
  });
  await withClock(3 * HOUR_MS + 500, async () => {
    const next = await vendor.open(options);
    equal(next.state.status, "signed-in");
    next.dispose();
  });
}

/** A machine that slept: no timer has fired, and what is asked for first finds the end. */
export async function r36_after_sleep_nothing_is_sent() {
  for (const [limit, reason] of [["idleMs", "idle"], ["maxAgeMs", "expired"]]) {
    for (const storage of ["memory", storageOfItsOwn()]) {
      for (const ask of [(session) => session.fetch(DATA.ethgas), (session) => session.accessToken(), (session) => session.refresh()]) {
        const vendor = simulate("ethgas");
        await vendor.config({ access_lifetime_s: 10 * 3_600 });
        const session = await vendor.signIn({ storage, [limit]: HOUR_MS });
        const token = await session.accessToken();
        await withClock(HOUR_MS + 1, async () => {
          await rejects(within(4_000, ask(session), limit), "session-expired");
          equal(session.state.reason, reason, nameOf(storage));
          await until(async () => (await told(vendor)) === 1, "the vendor is told");
        });
        const { requests } = await vendor.ledger();
        const used = requests.filter(({ headers }) => headers.authorization === `Bearer ${token}`).map(({ path }) => path);
        equal(used, ["/api/v1/user/logout"], "the token is used for nothing else");
        session.dispose();
      }
    }
  }
}

/** Uses are noted rarely: not with each request. */
export async function r36_uses_are_written_rarely() {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  let writes = 0;
  const counting = { ...storage, set: (key, value) => (writes++, storage.set(key, value)) };
  const session = await vendor.signIn({ storage: counting, idleMs: HOUR_MS });
  const before = writes;
  for (let times = 0; times < 30; times++) await session.fetch(DATA.ethgas);
  for (let times = 0; times < 1_000; times++) session.touch();
  await pause(50);
  equal(writes, before);
  session.dispose();
}

/** A mark of the last use that can't be written, or not be deleted, fails no call: without it, the session may only end sooner. */
export async function r36_a_mark_that_fails_fails_no_call() {
  for (const fail of [() => { throw new Error("full"); }, () => Promise.reject(new Error("full"))]) {
    const vendor = simulate("ethgas");
    const { map, ...kept } = storageOfItsOwn();
    let failed = 0;
    const isMark = (key) => key.startsWith("hallpass:used:");
    const unlessMark = (act) => (key, text) => (isMark(key) ? (failed++, fail()) : act(key, text));
    const storage = { ...kept, set: unlessMark(kept.set), delete: unlessMark(kept.delete) };
    const session = await vendor.signIn({ storage, idleMs: HOUR_MS });
    await session.login(jdoe);
    equal((await session.fetch(DATA.ethgas)).status, 200);
    await session.refresh();
    equal([session.state.status, session.state.problem, map.size], ["signed-in", undefined, 1]);
    const again = await vendor.open({ storage: { ...storage, get: unlessMark(kept.get) }, idleMs: HOUR_MS });
    equal([again.state.status, again.state.problem], ["signed-in", undefined], "nor does one that can't be read");
    again.dispose();
    equal(await session.logout(), { revoked: true });
    equal([session.state.problem, map.size], [undefined, 0]);
    ok(failed > 0, "there was a mark to write or to delete");
    session.dispose();
  }
}

/** Without a limit that needs it, nobody asks for the mark of the last use. */
export async function no_mark_is_kept_where_no_limit_needs_it() {
  const { map, ...kept } = storageOfItsOwn();
  const keys = new Set();
  const noted = (act) => (key, text) => (keys.add(key), act(key, text));
  const storage = { get: noted(kept.get), set: noted(kept.set), delete: noted(kept.delete) };
  const vendor = simulate("ethgas");
  (await vendor.signIn({ storage, maxAgeMs: HOUR_MS })).dispose();
  const session = await vendor.open({ storage, maxAgeMs: HOUR_MS });
  equal((await session.fetch(DATA.ethgas)).status, 200);
  await session.logout();
  equal([keys.size, map.size], [1, 0]);
  session.dispose();
}

/** The vendor's silence delays nothing. */
export async function r36_the_vendors_silence_delays_no_end() {
  await all([{ hang: true }, { drop: true }, { status: 500 }], async (fault) => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ maxAgeMs: 1_500 });
    await vendor.fault({ path: "/api/v1/user/logout", ...fault });
    await until(() => session.state.reason === "expired", JSON.stringify(fault), 4_000);
    await session.login({ username: "admin", password: "admin" });
    equal(session.state.user, "admin", "and the next session is its own");
    session.dispose();
  });
}

/** Longer than timers can keep is no end at once. */
export async function r36_limits_may_be_longer_than_timers_keep() {
  const vendor = simulate("lenses");
  const session = await vendor.signIn({ idleMs: ENDLESS_MS, maxAgeMs: ENDLESS_MS });
  await pause(100);
  equal(session.state.status, "signed-in");
  await withClock(ENDLESS_MS + 1, async () => equal(session.state.status, "signed-out", "but an end it is"));
  session.dispose();
}

/** Another login's time is its own. */
export async function r36_a_login_begins_anew() {
  const vendor = simulate("ethgas");
  const options = { storage: storageOfItsOwn(), idleMs: HOUR_MS, maxAgeMs: HOUR_MS };
  const session = await vendor.signIn(options);
  await withClock(HOUR_MS - 1_000, async () => session.login({ username: "admin", password: "admin" }));
  await withClock(HOUR_MS + 60_000, async () => {
    equal(session.state.user, "admin");
    const next = await vendor.open(options);
    equal(next.state.user, "admin", "also after a reload");
    next.dispose();
  });
  session.dispose();
}

export async function touch_does_nothing_where_nobody_is_signed_in() {
  const vendor = simulate("ethgas");
  const session = await vendor.open({ idleMs: 1_000 });
  const { touch } = session;
  equal(touch(), undefined);
  equal(session.state.reason, "never");
  session.dispose();
  await rejects(async () => touch(), "unsupported");
}
