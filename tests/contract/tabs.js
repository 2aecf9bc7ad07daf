import {
  admin, DATA, dispose, equal, hasTabs, jdoe, nameOf, ok, rejects, renewals, shared, simulate, storageOfItsOwn, tabs, until, withGlobal,
} from "./env.js";

/** Tests that skip what a platform lacks skip nothing on a page that has it. */
export async function the_platform_has_what_tests_would_skip() {
  const page = ["indexedDB", "localStorage", "sessionStorage", "BroadcastChannel"];
  if (typeof document !== "undefined") equal(page.filter((name) => !globalThis[name]), []);
  if (hasTabs) ok(navigator.locks && globalThis.indexedDB, "locks and a database");
  equal(shared().length, typeof document === "undefined" ? (hasTabs ? 2 : 1) : 3);
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

/** R33: no line and no lock of one session's is another's, too. */
export async function r33_sessions_have_lines_and_locks_of_their_own() {
  if (!hasTabs) return;
  const { locks } = navigator;
  let names;
  const named = (name) => (names.add(name), name);
  const Line = class extends BroadcastChannel {
    constructor(name) {
      super(named(name));
    }
  };
  locks.request = (name, ...rest) => Object.getPrototypeOf(locks).request.call(locks, named(name), ...rest);
  const storage = storageOfItsOwn();
  const [ethgas, ocient] = [simulate("ethgas"), simulate("ocient")];
  const opens = [
    () => ethgas.signIn({ storage }),
    () => ethgas.signIn({ storage, account: "default:own" }),
    () => ethgas.signIn({ storage, account: "other" }),
    () => ocient.signIn({ storage }),
    () => simulate("ethgas").signIn({ storage }),
  ];
  const all = [];
  try {
    await withGlobal("BroadcastChannel", Line, async () => {
      for (const open of opens) {
        names = new Set();
        const session = await open();
        await session.refresh();
        equal(names.size, 2, "a line and a lock");
        all.push(...names);
        session.dispose();
      }
    });
  } finally {
    delete locks.request;
  }
  equal(new Set(all).size, all.length, `names: ${all}`);
}

/** R34: a disposed handle does not even look into the storage, whatever the other tabs say and the page does. */
export async function r34_a_disposed_handle_looks_at_nothing() {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  let looks = 0;
  const watched = { ...storage, get: (key) => (looks++, storage.get(key)) };
  const first = await vendor.signIn({ storage: watched });
  const second = await vendor.open({ storage });
  if (hasTabs) {
    looks = 0;
    await second.refresh();
    await until(() => looks > 0, "it looks while it lives");
  }
  first.dispose();
  await new Promise((done) => setTimeout(done, 100));
  looks = 0;
  await second.refresh();
  await second.logout();
  for (const type of ["visibilitychange", "online", "pageshow", "storage"]) globalThis.dispatchEvent?.(new Event(type));
  await new Promise((done) => setTimeout(done, 200));
  equal(looks, 0);
  second.dispose();
}
