import {
  admin, DATA, dispose, entries, equal, hasTabs, jdoe, nameOf, ok, rejects, RENEWAL_PATHS, shared, simulate,
  storageOfItsOwn, tabs, until,
} from "./env.js";

/** R10: a logout signs out the other tabs, whatever the network and the vendor say. */
export async function r10_a_logout_signs_out_the_other_tabs() {
  if (!hasTabs) return;
  const path = "/api/v1/user/logout";
  for (const trouble of [undefined, { drop: true, count: 30 }, { status: 500 }, { hang: true }]) {
    for (const storage of shared()) {
      const vendor = simulate("ethgas");
      const [first, second] = await tabs(vendor, 2, { storage, timeoutMs: trouble?.hang ? 400 : 4_000 });
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
    await vendor.fault({ path: RENEWAL_PATHS.ethgas, hold: true });
    const renewal = rejects(first.refresh(), "superseded");
    await until(async () => (await entries(vendor, RENEWAL_PATHS.ethgas)).length === 1, "on its way");
    await second.logout();
    await vendor.release();
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

/** A tab whose user was replaced leaves the new user's session alone, whatever it still has on its way. */
export async function r25_a_replaced_tab_leaves_the_new_session_alone() {
  if (!hasTabs) return;
  for (const storage of shared()) {
    for (const [name, path] of [["ethgas", DATA.ethgas], ["ethgas", RENEWAL_PATHS.ethgas], ["lenses", DATA.lenses]]) {
      const vendor = simulate(name);
      const [first, second] = await tabs(vendor, 2, { storage });
      await vendor.fault({ path, hold: true });
      const late = (path === RENEWAL_PATHS[name] ? second.refresh() : second.fetch(path)).catch(() => {});
      await until(async () => (await entries(vendor, path)).length > 0, "on its way");
      await first.login(admin);
      await until(() => second.state.reason === "replaced", "replaced");
      await vendor.release();
      await late;
      await second.logout();
      equal([first.state.user, (await vendor.open({ storage })).state.user], ["admin", "admin"], `${name}, ${nameOf(storage)}`);
      equal(second.state.reason, "replaced");
      dispose([first, second]);
    }
  }
}

/** A tab whose user was replaced has nothing to write, also where it has still to see what the new user's tab has renewed since. */
export async function r16_r25_a_replaced_tab_writes_over_nothing() {
  if (!hasTabs) return;
  const storage = storageOfItsOwn();
  const { map } = storage;
  let late;
  const behind = { ...storage, get: (key) => late ?? map.get(key) };
  const vendor = simulate("ethgas");
  const first = await vendor.signIn({ storage });
  const second = await vendor.open({ storage: behind });
  await first.login(admin);
  await until(() => second.state.reason === "replaced", "replaced");
  [late] = map.values();
  await first.refresh();
  const [newest] = map.values();
  ok(newest !== late, "renewed");
  await second.logout();
  equal([...map.values()], [newest]);
  dispose([first, second]);
}

/** Has another tab's record put into a storage of one's own with the next deletion, over which it comes. */
function putAtTheNextDelete(storage, record) {
  const really = storage.delete;
  storage.delete = async (key) => {
    storage.delete = really;
    storage.map.set(key, record);
  };
}

/** What was deleted once for several sign-outs is not deleted again: another tab may have signed in since. */
export async function r25_a_login_between_two_sign_outs_stays() {
  const vendor = simulate("ethgas");
  const [storage, other] = [storageOfItsOwn(), storageOfItsOwn()];
  const [session, late] = [await vendor.signIn({ storage }), await vendor.signIn({ storage: other })];
  const [record] = other.map.values();
  putAtTheNextDelete(storage, record);
  await Promise.all([session.logout(), session.logout()]);
  equal([...storage.map.values()], [record]);
  dispose([session, late]);
}

/** The same where what was deleted once is what another call was about to write. */
export async function r25_a_login_between_a_check_and_a_sign_out_stays() {
  const vendor = simulate("ethgas");
  const [storage, other] = [storageOfItsOwn(), storageOfItsOwn()];
  // Of another account, so that the one hears nothing of the other.
  const [session, late] = [await vendor.signIn({ storage }), await vendor.signIn({ storage: other, account: "late" })];
  const [record] = other.map.values();
  const { get } = storage;
  let open;
  const gate = new Promise((done) => (open = done));
  let looks = 0;
  storage.get = async (name) => {
    looks++;
    await gate;
    return get(name);
  };
  putAtTheNextDelete(storage, record);
  const checked = session.check();
  await until(() => looks > 0, "about to write");
  const left = session.logout();
  open();
  await Promise.all([checked, left]);
  equal([...storage.map.values()], [record]);
  dispose([session, late]);
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
    await new Promise((done) => setTimeout(done, 150)); // five times as long as the storage takes
    equal([map.size, (await vendor.open({ storage })).state.reason], [0, "never"], "and nothing comes back");
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
