import {
  AGES_MS, DATA, admin, equal, jdoe, ok, rejects, RENEWAL_PATHS, renewals, simulate, storageOfItsOwn, until, withClock, withGlobal, within,
} from "./env.js";

const HOUR_MS = 3_600_000;

// Pages and workers hear the page's events; Node has none.
const here = globalThis.dispatchEvent !== undefined;
const hear = (type) => globalThis.dispatchEvent(new Event(type));

/** Runs with a page that is said to be hidden or shown; a worker has no page. */
async function withVisibility(state, run) {
  if (!globalThis.document) return;
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  try {
    return await run();
  } finally {
    delete document.visibilityState;
  }
}

/** R19: a machine that slept past the token's end. Whatever wakes it, the token is renewed once, and never used again. */
export async function r19_after_sleep_an_expired_token_is_renewed_and_not_used() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const old = await session.accessToken();
    // Sleep, as the page sees it: the clock is ahead, and no timer has fired.
    await withClock(2 * HOUR_MS, async () => {
      const replies = await Promise.all([session.fetch(DATA[name]), session.fetch(DATA[name]), session.accessToken()]);
      equal([replies[0].status, replies[1].status, await renewals(vendor)], [200, 200, 1], name);
      ok(replies[2] !== old, "a new token");
      const { requests } = await vendor.ledger();
      const used = requests.filter(({ path, headers }) => path !== RENEWAL_PATHS[name] && headers.authorization === `Bearer ${old}`);
      equal(used.length, 0, "requests with the old token");
      equal(await renewals(vendor), 1, "no loop");
    });
    session.dispose();
  }
}

/** R19: what can't be renewed ends with its time, also where no timer fired; nothing is sent. */
export async function r19_after_sleep_an_expired_session_is_over() {
  const vendor = simulate("pegase3");
  const session = await vendor.signIn();
  await withClock(2 * HOUR_MS, async () => {
    const before = await vendor.total();
    await rejects(session.fetch(DATA.pegase3), "session-expired");
    equal([session.state.reason, await vendor.total()], ["expired", before]);
  });
}

/** R19: a clock that is set back a day makes no token live a day longer, and signs nobody out. */
export async function r19_a_clock_set_back_stretches_nothing() {
  const vendor = simulate("pegase3");
  await vendor.config({ access_lifetime_s: 1 });
  const session = await vendor.signIn();
  await withClock(-24 * HOUR_MS, async () => {
    equal((await session.fetch(DATA.pegase3)).status, 200, "still good");
    await until(() => session.state.status === "signed-out", "over after its second", 4_000);
    equal(session.state.reason, "expired");
  });
}

/** Each wake-up looks at the clock, and renews what has come to its end while nobody looked. */
export async function r19_the_pages_events_wake_a_session() {
  if (!here) return;
  for (const type of ["visibilitychange", "online", "pageshow"]) {
    const [vendor, other] = [simulate("ethgas"), simulate("ethgas")];
    const [session, living] = [await vendor.signIn(), await other.signIn()];
    const renewed = ({ state }) => state.renewal === "idle" && state.expiresAt > Date.now();
    await withClock(2 * HOUR_MS, async () => {
      hear(type);
      await until(async () => (await renewals(vendor)) === 1, type);
      await until(() => renewed(session) && renewed(living), "renewed");
    });
    session.dispose();
    // All is over by now, and the one beside it hears of that: as soon as it is renewed, this one would be, too.
    await withClock(AGES_MS, async () => {
      hear(type);
      await until(async () => (await renewals(other)) === 2 && renewed(living), `${type}, for the one that lives`);
      equal(await renewals(vendor), 1, "R34: a disposed handle hears nothing");
    });
    living.dispose();
  }
}

/** Offline, and back: the session is kept, requests fail at once, and the first moment online renews it. */
export async function offline_and_back() {
  if (!here) return;
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 0.5 });
  const session = await vendor.signIn();
  const end = session.state.expiresAt;
  await withGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")), async () => {
    await until(() => Date.now() > end && session.state.renewal === "waiting", "waiting");
    for (let tries = 0; tries < 3; tries++) {
      await session.refresh().catch(() => {});
      await rejects(session.fetch(DATA.ethgas), "network");
    }
    const { status, renewal, problem, retryAt } = session.state;
    equal([status, renewal, problem], ["signed-in", "waiting", "network"]);
    ok(retryAt > Date.now() + 1_000, "the fourth pause is long");
  });
  await vendor.config({ access_lifetime_s: 60 });
  equal(await renewals(vendor), 0, "it was offline");
  hear("online");
  await until(() => session.state.renewal === "idle", "renewed", 1_000);
  equal([session.state.problem, session.state.retryAt, await renewals(vendor)], [undefined, undefined, 1]);
  equal((await session.fetch(DATA.ethgas)).status, 200);
  session.dispose();
}

/** Being back online is no reason to come sooner than the vendor asked. */
export async function r22_retry_after_outlasts_being_back_online() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.fault({ path: RENEWAL_PATHS.ethgas, status: 429, retry_after: "60" });
  await rejects(session.refresh(), "rate-limited");
  const { retryAt } = session.state;
  ok(retryAt >= Date.now() + 59_000 && retryAt < Date.now() + 70_000, `in ${retryAt - Date.now()} ms`);
  if (here) hear("online");
  // The vendor is asked first: what the session sends is on its way by then.
  const asked = await renewals(vendor);
  equal([session.state.renewal, session.state.retryAt, asked], ["waiting", retryAt, 1]);
  session.dispose();
}

/** A page that nobody sees does not ask again and again once the token is over; the first look does. */
export async function nothing_polls_in_a_hidden_page() {
  await withVisibility("hidden", async () => {
    const vendor = simulate("ethgas");
    await vendor.config({ access_lifetime_s: 0.5 });
    const session = await vendor.signIn();
    const end = session.state.expiresAt;
    await vendor.fault({ path: RENEWAL_PATHS.ethgas, status: 503, count: 50 });
    await until(() => session.state.renewal === "waiting" && Date.now() > end, "waiting");
    const before = await renewals(vendor);
    const { retryAt } = session.state;
    await until(() => Date.now() > retryAt + 1_000, "past the next try", 5_000);
    equal(await renewals(vendor), before, "nothing was asked");
    await withVisibility("visible", async () => {
      hear("visibilitychange");
      await until(async () => (await renewals(vendor)) > before, "asked when somebody looked");
    });
    session.dispose();
  });
}

/** What happened in other tabs while this page was put aside shows when it is taken up again (back/forward cache). */
export async function a_page_that_was_put_aside_catches_up() {
  if (!here) return;
  await putAside(() => hear("pagehide"), () => hear("pageshow"));
  if (!globalThis.document) return;
  // In the background, too.
  await putAside(() => hear("pagehide"), () => withVisibility("hidden", async () => hear("pageshow")));
  const life = (type) => document.dispatchEvent(new Event(type));
  await putAside(() => life("freeze"), () => life("resume"));
}

/**
 * @param {() => unknown} away puts the page aside
 * @param {() => unknown} back takes it up again
 */
async function putAside(away, back) {
  const storage = storageOfItsOwn();
  const vendor = simulate("ethgas");
  const first = await vendor.signIn({ storage });
  const second = await vendor.open({ storage });
  // Both are of this page: put aside, neither hears the other.
  away();
  const token = await first.accessToken();
  const [key] = storage.map.keys();
  const line = new BroadcastChannel(key);
  const told = new Promise((done) => (line.onmessage = done));
  await first.refresh();
  await within(2_000, told, "what changed is told");
  line.close();
  await new Promise((done) => setTimeout(done, 100));
  equal(await second.accessToken(), token, "not heard of");
  await back();
  await until(async () => (await second.accessToken()) !== token, "caught up");
  await first.logout();
  await until(() => second.state.reason === "logout", "and on the line again");
  await first.login(jdoe);
  await until(() => second.state.status === "signed-in", "in step");
  first.dispose();
  second.dispose();
}

/**
 * A prerendered page has read its own copy of sessionStorage, which may be out of date once it is shown; and the frames of a tab hear of
 * each other by `storage` events alone.
 */
export async function r25_what_another_page_of_the_tab_has_stored_is_taken_over() {
  if (!globalThis.sessionStorage || !globalThis.document) return;
  const news = {
    prerenderingchange: (key) => (document.dispatchEvent(new Event("prerenderingchange")), key),
    storage: (key) => globalThis.dispatchEvent(new StorageEvent("storage", { key })),
  };
  for (const [type, tell] of Object.entries(news)) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage: "session" });
    const key = Object.keys(sessionStorage).find((key) => key.includes(vendor.baseUrl));
    // What the other page would have written.
    const storage = storageOfItsOwn();
    const other = await vendor.signIn({ storage }, admin);
    sessionStorage.setItem(key, [...storage.map.values()][0]);
    tell(key);
    await until(() => session.state.reason === "replaced", `${type}: another person`);
    for (const one of [session, other]) one.dispose();
    sessionStorage.removeItem(key);
  }
}

/** R10: who empties localStorage, or sessionStorage in another frame, signs the other pages out; that event names no key. */
export async function r10_a_storage_that_was_emptied_signs_out() {
  if (!globalThis.sessionStorage || !globalThis.document) return;
  for (const name of ["local", "session"]) {
    const web = globalThis[`${name}Storage`];
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage: name });
    for (const key of Object.keys(web)) if (key.includes(vendor.baseUrl)) web.removeItem(key);
    globalThis.dispatchEvent(new StorageEvent("storage", { key: "another" }));
    await new Promise((done) => setTimeout(done, 100));
    equal(session.state.status, "signed-in", `${name}: another key says nothing`);
    globalThis.dispatchEvent(new StorageEvent("storage", { key: null }));
    await until(() => session.state.status === "signed-out", `${name}: emptied`);
    session.dispose();
  }
}

/** R17: a lock that is held on for the other tabs' sake alone is released when the page goes, and when the session is disposed of. */
export async function r17_who_goes_holds_no_lock_on() {
  if (!here || !globalThis.localStorage || !globalThis.navigator?.locks) return;
  for (const goes of [() => hear("pagehide"), (session) => session.dispose()]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage: "local" });
    const held = async () => (await navigator.locks.query()).held.filter(({ name }) => name.includes(vendor.baseUrl)).length;
    await session.refresh();
    equal(await held(), 1, "held on after the tokens were spent");
    goes(session);
    await until(async () => (await held()) === 0, "released, and not after its five seconds", 2_500);
    hear("pageshow");
    session.dispose();
    const next = await vendor.open({ storage: "local" });
    await next.logout();
    next.dispose();
  }
}
