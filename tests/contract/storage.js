import { DATA, VENDORS, admin, equal, jdoe, ok, rejects, simulate, storageOfItsOwn, until, withGlobal } from "./env.js";

/** A storage of the caller's own: a class with private members, as people write them. */
class Shelf {
  #map = new Map();
  get = (key) => this.#map.get(key);
  set(key, value) {
    ok(typeof key === "string" && typeof value === "string", "strings are stored");
    this.#map.set(key, value);
  }
  delete(key) {
    this.#map.delete(key);
  }
  get texts() {
    return [...this.#map.values()];
  }
  get keys() {
    return [...this.#map.keys()];
  }
}

/** A storage that does what it is told, but takes longer than it may. Time flies: 100 ms are 10 s. */
export async function what_is_written_late_is_not_written_again() {
  const map = new Map();
  const { setTimeout: real } = globalThis;
  let calls = 0;
  const slowly = (act) => new Promise((done) => real(() => done(act()), 60));
  const storage = {
    get: (key) => map.get(key),
    set: (key, text) => (calls++, slowly(() => void map.set(key, text))),
    delete: (key) => (calls++, slowly(() => void map.delete(key))),
  };
  const vendor = simulate("ethgas");
  const session = await vendor.open({ storage });
  await withGlobal("setTimeout", (run, ms, ...rest) => real(run, ms === 2_000 ? 20 : ms, ...rest), async () => {
    await session.login(jdoe);
    await until(() => map.size === 1, "written");
    await session.logout();
    await new Promise((done) => real(done, 1_000));
  });
  ok(calls <= 6, `${calls} calls`);
  equal([...map.values()].filter((text) => text), [], "nothing is left");
  session.dispose();
}

/** R38: a write that is done long after it was given up doesn't undo what another handle has written meanwhile. */
export async function r38_a_late_write_is_made_good() {
  const map = new Map();
  const { setTimeout: real } = globalThis;
  let land;
  const storage = {
    get: (key) => map.get(key),
    set: (key, text) => {
      if (land) return void map.set(key, text);
      return new Promise((done) => (land = () => done(map.set(key, text))));
    },
    delete: (key) => map.delete(key),
  };
  const vendor = simulate("ethgas");
  const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage })];
  await withGlobal("setTimeout", (run, ms, ...rest) => real(run, ms === 2_000 ? 20 : ms, ...rest), () => first.login(jdoe));
  const older = await first.accessToken();
  equal(first.state.problem, "storage");
  await second.login(jdoe);
  const token = await second.accessToken();
  await until(async () => (await first.accessToken()) === token, "the first follows the second");
  ok(token !== older);
  land();
  await until(() => [...map.values()].some((text) => text.includes(token)), "the newer session is stored again", 2_000);
  const third = await vendor.open({ storage });
  equal(await third.accessToken(), token);
  for (const session of [first, second, third]) session.dispose();
}

/** A storage of which one call can be held up: the next one of a verb, from when it is wanted until it is let go. */
function held(verb) {
  const kept = storageOfItsOwn();
  let go;
  const gate = new Promise((done) => (go = done));
  let wanted = false;
  const gated = async (...given) => {
    if (wanted) await ((wanted = false), (storage.reached = true), gate);
    return kept[verb](...given);
  };
  const storage = { ...kept, [verb]: gated, want: () => void (wanted = true), go, reached: false };
  return storage;
}

/** Two sessions with one storage: one renews, and while that is being written, something else is done in the other. */
async function whileWritten(act) {
  const storage = held("set");
  const vendor = simulate("ethgas");
  const [first, second] = [await vendor.signIn({ storage }), await vendor.open({ storage })];
  storage.want();
  const renewed = first.refresh().catch(() => {});
  await until(() => storage.reached, "the renewal is being written");
  const done = act(second);
  await new Promise((later) => setTimeout(later, 50));
  storage.go();
  await Promise.all([done, renewed]);
  return { storage, vendor, first, second };
}

export async function r18_a_write_that_is_under_way_undoes_no_logout() {
  const { storage, vendor, first, second } = await whileWritten((session) => session.logout());
  equal(storage.map.size, 0, "nothing is left");
  await until(() => first.state.status === "signed-out", "the other one hears of it");
  const third = await vendor.open({ storage });
  equal([storage.map.size, third.state.status], [0, "signed-out"]);
  for (const session of [first, second, third]) session.dispose();
}

export async function r18_a_write_that_is_under_way_undoes_no_login() {
  const { storage, vendor, first, second } = await whileWritten((session) => session.login(admin));
  const third = await vendor.open({ storage });
  equal([second.state.user, third.state.user], ["admin", "admin"]);
  await until(() => first.state.reason === "replaced", "the other one hears of it");
  for (const session of [first, second, third]) session.dispose();
}

/** Somebody signs in where nobody was, and signs out in another session before the storage has shown that it keeps what it is given. */
async function whileReadBack(other) {
  const storage = held("get");
  const vendor = simulate("ethgas");
  const [first, second] = [await vendor.open({ storage }), await vendor.open({ storage: other(storage) })];
  const { set } = storage;
  storage.set = async (...given) => {
    await set(...given);
    storage.want();
    storage.set = set;
  };
  const signedIn = first.login(jdoe).then(({ state }) => state.status, ({ code }) => code);
  await until(() => storage.reached, "being read back");
  const signedOut = second.logout();
  await new Promise((later) => setTimeout(later, 50));
  storage.go();
  const [ended] = await Promise.all([signedIn, signedOut]);
  second.dispose();
  return { storage, first, ended };
}

export async function r10_a_logout_while_a_first_login_is_read_back_is_heard() {
  const { storage, first, ended } = await whileReadBack((storage) => storage);
  equal(ended, "superseded", "one session of this page has two handles");
  await until(() => first.state.status === "signed-out", "it is heard");
  equal(storage.map.size, 0);
  first.dispose();
}

/** The same in another process, of which nobody hears before he looks. */
export async function r10_a_logout_elsewhere_while_a_first_login_is_read_back_is_no_broken_storage() {
  const { storage, first, ended } = await whileReadBack(({ map }) => ({
    get: (key) => map.get(key),
    set: (key, text) => void map.set(key, text),
    delete: (key) => void map.delete(key),
  }));
  equal(ended, "signed-in");
  await first.refresh().catch(() => {});
  equal([first.state.status, first.state.reason, storage.map.size], ["signed-out", "logout", 0]);
  first.dispose();
}

/** A storage that can't be read is no storage, also where it takes what is written. */
export async function a_storage_that_cannot_be_read_is_a_problem() {
  const fails = [() => { throw new Error("no"); }, () => Promise.reject(new Error("no")), () => ({ then: (_, no) => no(new Error("no")) })];
  for (const get of fails) {
    const vendor = simulate("ethgas");
    const session = await vendor.open({ storage: { get, set: () => {}, delete: () => {} } });
    equal(session.state.problem, "storage");
    await session.login(jdoe);
    equal([session.state.status, session.state.problem], ["signed-in", "storage"]);
    equal((await session.fetch(DATA.ethgas)).status, 200, "in memory");
    session.dispose();
  }
}

const later = (value) => new Promise((done) => setTimeout(done, 5, value));
const thenable = (value) => ({ then: (done) => void setTimeout(done, 5, value) });

/** The same shelf behind methods that answer otherwise. */
function wrapped(shelf, answer) {
  return {
    get: (key) => answer(shelf.get(key)),
    set: (key, value) => answer(shelf.set(key, value)),
    delete: (key) => answer(shelf.delete(key)),
  };
}

/** Whether a session is in order: its state has the right types, and its methods settle. */
function sound({ status, reason, user, database, expiresAt, renewable, renewal }) {
  const optional = (value, type) => value === undefined || typeof value === type;
  ok(["signed-in", "signed-out"].includes(status) && (status === "signed-in") === (reason === undefined), "status and reason");
  ok(optional(user, "string") && optional(database, "string") && typeof renewable === "boolean", "types");
  ok(["idle", "running"].includes(renewal), `renewal: ${renewal}`); // running: a token that is over is renewed
  ok(optional(expiresAt, "number") && Number.isFinite(expiresAt ?? 0) && (expiresAt ?? 0) >= 0, "expiresAt");
}

/** A storage of the caller's own keeps the session: synchronous, with promises, or with any thenable. */
export async function storage_of_the_callers_own_restores_the_session() {
  for (const answer of [(value) => value, later, thenable, (value) => value ?? null]) {
    for (const name of VENDORS) {
      const vendor = simulate(name);
      const shelf = new Shelf();
      const storage = wrapped(shelf, answer);
      const first = await vendor.signIn({ storage });
      const { state } = first;
      first.dispose();
      equal(shelf.texts.length, 1, "stored tokens stay");
      const before = await vendor.total();
      const second = await vendor.open({ storage });
      equal(second.state, state, name);
      equal(await vendor.total(), before, "opening doesn't talk to the vendor");
      ok((await second.fetch(DATA[name])) instanceof Response, "and the session can be used");
      await second.logout();
      equal(shelf.texts, [], `after the logout at ${name}`);
      equal((await vendor.open({ storage })).state.reason, "never");
    }
  }
}

/** R8: what is stored is the session's tokens: no password, and nothing of the user's profile. */
export async function r8_no_password_and_no_profile_is_stored() {
  for (const name of VENDORS) {
    const shelf = new Shelf();
    const written = [];
    const storage = { ...wrapped(shelf, (value) => value), set: (key, value) => void (written.push(key + value), shelf.set(key, value)) };
    const session = await simulate(name).signIn({ storage });
    await session.fetch(DATA[name]);
    await session.check().catch(() => {}); // ocient and pegase3 have none
    if (session.state.renewable) await session.refresh();
    ok(written.length > 0, "something is stored");
    for (const text of written) {
      for (const secret of [jdoe.password, btoa(jdoe.password), "example.com", "display_name", "user_", "iam:user"]) {
        ok(!text.includes(secret), `${name} stores no ${secret}`);
      }
    }
    const token = await session.accessToken().catch(() => undefined);
    ok(shelf.keys.every((key) => !token || !key.includes(token.slice(-20))), "no token in a key");
  }
}

/** A new token takes the old one's place; a session that was restored is renewed with what is stored. */
export async function storage_follows_the_renewal() {
  for (const name of ["ocient", "ethgas"]) {
    const vendor = simulate(name);
    const storage = new Shelf();
    const session = await vendor.signIn({ storage });
    const [before] = storage.texts;
    await session.refresh();
    ok(storage.texts.length === 1 && storage.texts[0] !== before, "the new one alone");
    session.dispose();
    const other = await vendor.open({ storage });
    await other.refresh();
    equal([other.state.status, other.state.user, (await other.fetch(DATA[name])).status], ["signed-in", "jdoe", 200]);
    equal((await vendor.ledger()).refresh_reuse, 0);
  }
}

/** An explicit refusal, and expiry, delete what is stored. */
export async function storage_is_cleared_when_the_session_ends() {
  for (const name of ["ethgas", "pegase3", "ocient"]) {
    const vendor = simulate(name);
    const storage = new Shelf();
    const session = await vendor.signIn({ storage });
    await vendor.revoke();
    await session.fetch(DATA[name]);
    await until(() => storage.texts.length === 0, `deleted after a refusal by ${name}`, 1_000);
    equal((await vendor.open({ storage })).state.reason, "never", name);
  }
  const vendor = simulate("pegase3");
  await vendor.config({ access_lifetime_s: 1 });
  const storage = new Shelf();
  const session = await vendor.signIn({ storage });
  const [text] = storage.texts;
  await until(() => storage.texts.length === 0, "deleted on expiry", 4_000);
  // One that comes to its end while nobody looks is seen to be over when it is read again.
  storage.set(await keyOf(vendor), text);
  const other = await vendor.open({ storage });
  equal([other.state.status, other.state.reason], ["signed-out", "expired"]);
  session.dispose(); // not before: a session that nobody holds any more looks after nothing
}

/** Under which key a session is stored. */
async function keyOf(vendor, options) {
  const keys = [];
  await vendor.open({ ...options, storage: { get: (key) => void keys.push(key), set() {}, delete() {} } });
  return keys[0];
}

/** R11: whatever is read back, opening never throws, and garbage means signed out. */
export async function r11_garbage_means_signed_out() {
  const vendor = simulate("ethgas");
  const long = JSON.stringify({ v: 1, pad: "x".repeat(100_000) });
  const texts = ["", " ", "null", "5", '"x"', "[]", "{}", "{", "undefined", '{"v":1}', '{"v":1,"access":"a.b.c"}', "\u0000", "\ud800", long, "[".repeat(100_000), '{"__proto__":{"v":1}}', "x".repeat(5_000_000)];
  for (const value of [...texts, 5, true, {}, [], null, undefined, Symbol("x"), () => {}]) {
    const session = await vendor.open({ storage: { get: () => value, set() {}, delete() {} } });
    const { status, reason, problem } = session.state;
    equal([status, reason, problem], ["signed-out", "never", undefined], String(value).slice(0, 40));
    await rejects(session.fetch(DATA.ethgas), "not-signed-in");
  }
  equal(await vendor.total(), 0);
}

/** R11: a record that hallpass did write, with one member of another type, or gone. */
export async function r11_wrong_types_mean_signed_out() {
  const taken = [];
  const wrong = [0, -1, 1.5, 1e308, "", "x y", "x\r\ny", "ä", "5", true, {}, [], [1], null, "x".repeat(70_000), { toString: 1 }];
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const shelf = new Shelf();
    await vendor.signIn({ storage: shelf });
    const record = JSON.parse(shelf.texts[0]);
    for (const member of Object.keys(record)) {
      for (const value of [undefined, ...wrong]) {
        const text = JSON.stringify({ ...record, [member]: value });
        const session = await vendor.open({ storage: { get: () => text, set() {}, delete() {} } });
        sound(session.state);
        const same = value === undefined || value === null || typeof value === typeof record[member];
        if (!same && session.state.status !== "signed-out") taken.push(`${name} ${member} ${JSON.stringify(value).slice(0, 20)}`);
        session.dispose();
      }
    }
  }
  equal(taken, [], "taken for a record");
}

/** R11: another version of the format, and a record that is far too long, are a stranger's. */
export async function r11_other_versions_and_long_records_mean_signed_out() {
  const vendor = simulate("ethgas");
  const shelf = new Shelf();
  await vendor.signIn({ storage: shelf });
  const record = JSON.parse(shelf.texts[0]);
  ok(typeof record.v === "number", "the record has a version");
  const opened = async (text) => (await vendor.open({ storage: { get: () => text, set() {}, delete() {} } })).state.status;
  equal(await opened(JSON.stringify(record)), "signed-in");
  const taken = [];
  for (const v of [0, 2, -1, 1.5, record.v + 2 ** 32, 1e300, String(record.v), [record.v], undefined]) {
    if ((await opened(JSON.stringify({ ...record, v }))) !== "signed-out") taken.push(v);
  }
  equal(taken, [], "versions taken");
  equal(await opened(JSON.stringify({ ...record, pad: "x".repeat(1_000_000) })), "signed-out");
  equal(await opened(shelf.texts[0].slice(0, -1)), "signed-out");
  equal(await opened(`${shelf.texts[0]}x`), "signed-out");
  // A cookie session has no token; one with a token is none of Lenses's.
  const lenses = simulate("lenses");
  equal((await lenses.open({ storage: { get: () => shelf.texts[0], set() {}, delete() {} } })).state.status, "signed-out");
}

/** A storage that throws, rejects or answers never: the session lives in memory, and says so. */
export async function storage_that_fails_leaves_the_session_in_memory() {
  const fail = () => {
    throw new Error("full");
  };
  const kinds = {
    throwing: fail,
    rejecting: () => Promise.reject(new Error("full")),
    "rejecting with nothing": () => Promise.reject(),
    "a thenable that throws": () => ({ then: fail }),
    silent: () => new Promise(() => {}),
    "a silent thenable": () => ({ then() {} }),
  };
  await Promise.all(Object.entries(kinds).map(async ([kind, broken]) => {
    const vendor = simulate("ethgas");
    const began = Date.now();
    const session = await vendor.open({ storage: { get: broken, set: broken, delete: broken } });
    equal([session.state.status, session.state.problem], ["signed-out", "storage"], kind);
    await session.login(jdoe);
    equal([session.state.status, session.state.problem], ["signed-in", "storage"], kind);
    equal((await session.fetch(DATA.ethgas)).status, 200, kind);
    await session.refresh();
    equal([session.state.status, session.state.problem], ["signed-in", "storage"], kind);
    equal(await session.logout(), { revoked: true }, kind);
    equal([session.state.status, session.state.reason], ["signed-out", "logout"], kind);
    ok(Date.now() - began < 20_000, `${kind}: bounded, ${Date.now() - began} ms`);
  }));
}

/** A storage that fails only in part: writing, or deleting. It is told, and nothing throws. */
export async function storage_that_fails_in_part_is_told() {
  const fail = () => {
    throw new Error("full");
  };
  const vendor = simulate("pegase3");
  const writing = await vendor.signIn({ storage: { get: () => null, set: fail, delete() {} } });
  equal([writing.state.status, writing.state.problem], ["signed-in", "storage"]);
  const deleting = await vendor.signIn({ storage: { get: () => null, set() {}, delete: fail } });
  equal(deleting.state.problem, undefined);
  await deleting.logout();
  equal([deleting.state.reason, deleting.state.problem], ["logout", "storage"]);
}

/** R10: what can't be deleted is overwritten, so that no token stays behind a sign-out; and the failure is told. */
export async function r10_a_record_that_cant_be_deleted_is_overwritten() {
  const storage = storageOfItsOwn();
  storage.delete = async () => {
    throw new Error("can't be deleted");
  };
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ storage });
  equal(await session.logout(), { revoked: true });
  equal([session.state.status, session.state.problem, [...storage.map.values()]], ["signed-out", "storage", [""]]);
  session.dispose();
}

/** A storage that shows only later what it was given is told from one that keeps nothing, and from a sign-out: it loses nothing. */
export async function r38_a_storage_that_shows_late_what_it_keeps_loses_nothing() {
  const { map, ...kept } = storageOfItsOwn();
  let shows = false;
  const storage = { ...kept, get: async (key) => (shows ? map.get(key) : undefined) };
  const vendor = simulate("ethgas");
  const first = await vendor.signIn({ storage });
  equal(first.state.status, "signed-in");
  first.dispose();
  shows = true;
  const second = await vendor.open({ storage });
  equal([second.state.status, second.state.user], ["signed-in", "jdoe"]);
  equal((await second.fetch(DATA.ethgas)).status, 200);
  await second.logout();
  equal(map.size, 0);
  second.dispose();
}

/** R10: a sign-out counts for whoever opens the same storage next, though the record could neither be deleted nor overwritten. */
export async function r10_a_sign_out_counts_though_its_record_stays() {
  const fail = async () => {
    throw new Error("read-only by now");
  };
  const { map, ...storage } = storageOfItsOwn();
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ storage });
  Object.assign(storage, { set: fail, delete: fail });
  await session.logout();
  equal([map.size, session.state.status, session.state.problem], [1, "signed-out", "storage"]);
  session.dispose();
  const again = await vendor.open({ storage });
  equal(again.state.status, "signed-out");
  again.dispose();
}

/** What a storage is called with: a key, and a text for `set` alone. */
export async function a_storage_is_handed_what_is_documented_and_no_more() {
  const { map, ...kept } = storageOfItsOwn();
  const counts = { get: new Set(), set: new Set(), delete: new Set() };
  const storage = Object.fromEntries(Object.entries(kept).map(([name, act]) => [name, (...given) => (counts[name].add(given.length), act(...given))]));
  const session = await simulate("ethgas").signIn({ storage, idleMs: 60_000 });
  await session.refresh();
  await session.logout();
  equal(Object.values(counts).map((lengths) => [...lengths]), [[1], [2], [1]]);
  equal(map.size, 0);
  session.dispose();
}
