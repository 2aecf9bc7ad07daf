// The shell's leaf files, each by itself: names, credentials, options, sentences, JSON, the database, the guard.
import assert from "node:assert/strict";
import { test } from "node:test";

// As the build has put them together, before it makes one file of them.
const parts = new URL("../../target/xtask/package/src/", import.meta.url);
const load = (file) => import(new URL(file, parts).href);

const { parseBase, textOf } = await load("address.js");
const { AuthError, failure, isAuthError, mistake, refusalOf } = await load("auth-error.js");
const { VENDORS, readCredentials } = await load("credentials.js");
const { enter, settle } = await load("guard.js");
const { parseJson, readClaims } = await load("json.js");
const { names } = await load("names.js");
const { hasTabs } = await load("lines.js");
const { enqueue } = await load("queue.js");
const { Store } = await load("store.js");
const { readWallet } = await load("wallet.js");
const { readOptions } = await load("options.js");
const { resources } = await load("resources.js");
const { Deadline } = await load("wait.js");

const OCIENT = { vendor: "ocient", baseUrl: "https://h.example" };

/** Fails unless a call is refused as the caller's mistake, in one sentence that fits. */
function refused(call, fits) {
  assert.throws(call, (error) => {
    assert.ok(isAuthError(error) && error.code === "invalid-options", `${error}`);
    assert.match(error.message, /^[^\n]+\.$/);
    assert.match(error.message, fits);
    return true;
  });
}

/** What a page puts in the place of a function of the platform's, to do harm. */
const throws = () => {
  throw new Error("replaced by the page");
};

/** Does something while another function stands in a method's place. */
async function whileReplaced(owner, name, value, act) {
  const own = owner[name];
  owner[name] = value;
  try {
    await act();
  } finally {
    owner[name] = own;
  }
}

/** What a wait for a turn comes to; told from one that goes on much too long. */
const inTime = (waiting) => Promise.race([waiting, new Promise((done) => setTimeout(done, 1_000, "still in line"))]);

test("r40_names_of_different_sessions_and_kinds_never_collide", () => {
  const sessions = [
    ["ocient", "https://h:8443", "left"], ["ocient", "https://h", "8443"], ["ocient", "https://h", "8443:left"],
    ["ocient", "https://h/p:bob", "x"], ["ocient", "https://h/p", "bob:x"], ["ocient", "https://h/p", "bob"],
    ["ocient", "https://h", "own"], ["ocient", "https://h", "turn"], ["ocient", "https://h", "a b"], ["ocient", "https://h", "a%20b"],
    ["ocient", "https://h", "a"], ["ocient", "https://h", "b"], ["lenses", "https://h", "a"], ["ocient", "https://h/", "a"],
    ["ocient", "https://h", "ü"], ["ocient", "https://h", "U"], ["ocient", "https://h", "u"],
    ["ethgas", "https://h", "a"], ["ethgas", "https://h", "a", "wallet"], ["ethgas", "https://h", "a", "own"],
  ];
  const of = ([vendor, prefix, account, family = ""]) => names(vendor, prefix, account, family);
  const all = sessions.flatMap((session) => Object.values(of(session)));
  assert.equal(new Set(all).size, sessions.length * 5);
  // What is stored is found again by these words.
  const kinds = Object.entries(of(sessions[0])).map(([kind, name]) => [kind, /^hallpass:(\w+):/.exec(name)?.[1]]);
  assert.deepEqual(Object.fromEntries(kinds), { record: "record", lease: "turn", signOut: "own", used: "used", note: "left" });
  // A lock's name goes on with its tokens, after a blank: there is no other one behind the vendor and its family.
  for (const name of all) assert.match(name, /^hallpass:[a-z]+:[a-z]+(?: [a-z]+)?:[^\s:]*:\S+$/);
  assert.deepEqual(of(["ocient", "https://h", "a"]), of(["ocient", "https://h", "a"]));
});

/** What IndexedDB keeps, here and in what it does below. */
const entries = new Map();

/** When the last transaction is over. */
let last = Promise.resolve();

/** A transaction of IndexedDB's, as far as leases need it. It begins when the one before is over. */
function transaction() {
  const made = {};
  const before = last;
  let end;
  last = new Promise((done) => (end = done));
  let pending = 0;
  let aborted = false;
  const abort = () => {
    aborted = true;
    end();
    queueMicrotask(() => made.onabort?.("aborted"));
  };
  const ask = (answer) => {
    const request = {};
    const again = (answer) => {
      pending++;
      before.then(() => {
        if (aborted) return;
        request.result = answer(again);
        request.onsuccess?.();
        if (--pending > 0) return;
        made.oncomplete();
        end();
      });
    };
    again(answer);
    return request;
  };
  const cursor = (range, last, again) => {
    const [from, to] = range;
    const [key] = [...entries.keys()].filter((key) => key >= from && key < to && key > last).sort();
    if (key === undefined) return null;
    return { key, value: entries.get(key), delete: () => entries.delete(key), continue: () => again((next) => cursor(range, key, next)) };
  };
  const all = {
    get: (key) => ask(() => entries.get(key)),
    put: (value, key) => ask(() => void entries.set(key, structuredClone(value))),
    delete: (key) => ask(() => void entries.delete(key)),
    openCursor: (range) => ask((again) => cursor(range, "", again)),
  };
  return Object.assign(made, { objectStore: () => all, abort });
}

/**
 * Runs where tabs have no locks, or those that are given, and IndexedDB. `turnFor` gets in line for tokens of a session, as a tab with a
 * `timeoutMs` does; `more` is what else there is to say of its storage.
 */
async function withLeases(run, locks = undefined) {
  const open = () => {
    const request = { result: { transaction, close() {} } };
    queueMicrotask(() => request.onsuccess());
    return request;
  };
  const stands = { indexedDB: { open }, IDBKeyRange: { bound: (...range) => range }, navigator: { locks } };
  const before = Object.keys(stands).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const name of Object.keys(stands)) Object.defineProperty(globalThis, name, { value: stands[name], configurable: true });
  const releases = [];
  const turnFor = (session, tokens, timeoutMs, more = {}) => {
    const { locks, release } = resources({ deref: () => undefined }, session, more, { tabs: true, near: false, timeoutMs, timer: {} });
    releases.push(release);
    return locks.queue(tokens);
  };
  entries.clear();
  try {
    await run(turnFor);
  } finally {
    for (const release of releases) release();
    for (const [name, was] of before) {
      if (was) Object.defineProperty(globalThis, name, was);
      else delete globalThis[name];
    }
  }
}

test("r40_a_lease_is_called_like_no_other_sessions_record", () =>
  withLeases(async (turnFor) => {
    const session = names("ocient", "https://h/p", "bob", "");
    assert.equal(await turnFor(session, "tokens", 100).wait(), true);
    assert.deepEqual([...entries.keys()], [`${session.lease} tokens`]);
    // As a suffix of the record's name it would be the record of this one.
    assert.notEqual(session.lease, names("ocient", "https://h/p:turn", "bob", "").record);
  }));

test("r16_a_lease_is_for_its_tokens_alone", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const [first, late, second] = ["7 1", "7 0", "7 1"].map((tokens) => turnFor(session, tokens, 10_000));
    assert.equal(await first.wait(), true);
    // A tab that was frozen asks for the tokens before. Then somebody asks whose turn would be the first one's.
    assert.equal(await late.wait(), true);
    assert.equal(await second.wait(), false);
    await late.leave(false);
    assert.equal(await second.wait(), false);
    await first.leave(false);
    await new Promise((done) => setTimeout(done));
    assert.equal(await second.wait(), true);
  }));

/** A tab that sees the new tokens late must not spend the old ones again. */
test("r16_a_lease_whose_tokens_were_spent_stays", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const [first, late] = [turnFor(session, "7 1", 10_000), turnFor(session, "7 1", 10_000)];
    assert.equal(await first.wait(), true);
    await first.leave(true);
    await new Promise((done) => setTimeout(done, 20));
    assert.equal(await late.wait(), false);
  }));

/** Who was late gives back no other tab's lease: its own had expired, and another was written since. */
test("r16_a_lease_is_given_back_by_who_has_it", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const [slow, next, third] = [turnFor(session, "7 1", 30), turnFor(session, "7 1", 10_000), turnFor(session, "7 1", 10_000)];
    assert.equal(await slow.wait(), true);
    const { now } = Date;
    Date.now = () => now() + 2_000;
    try {
      assert.equal(await next.wait(), true);
      await slow.leave(false);
      await new Promise((done) => setTimeout(done, 20));
      assert.equal(await third.wait(), false);
    } finally {
      Date.now = now;
    }
  }));

/** Who leaves while his lease is being written gives it back. */
test("r17_a_lease_that_comes_too_late_is_given_back", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const [gone, next] = [turnFor(session, "7 1", 10_000), turnFor(session, "7 1", 10_000)];
    const waiting = gone.wait();
    await gone.leave(false);
    await waiting;
    await new Promise((done) => setTimeout(done, 20));
    assert.equal(await next.wait(), true);
  }));

test("r17_a_lease_lasts_as_long_as_its_holder_has_said", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    assert.equal(await turnFor(session, "7 1", 30_000).wait(), true);
    assert.equal(await turnFor(session, "7 1", 10_000).wait(), false, "a tab with a shorter timeoutMs");
    assert.equal(await turnFor(session, "7 1", 60_000).wait(), false, "and one with a longer");
  }));

test("r17_leases_that_count_no_more_are_deleted", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const other = `${names("ethgas", "https://h/p", "a", "").lease} 7 1`;
    for (const [what, lease] of Object.entries({
      expired: (now) => ({ end: now - 1, ms: 1_000 }),
      "of a clock that was set back": (now) => ({ end: now + 3_600_000, ms: 11_000 }),
      "longer than any": (now) => ({ end: now + 1e12, ms: 1e13 }),
      "of no shape": () => ({}),
    })) {
      for (const tokens of ["7 0", "7 1"]) {
        entries.set(`${session.lease} ${tokens}`, lease(Date.now()));
        entries.set(other, lease(Date.now()));
        const turn = turnFor(session, "7 1", 10_000);
        assert.equal(await turn.wait(), true, what);
        assert.deepEqual([...entries.keys()].sort(), [other, `${session.lease} 7 1`].sort(), `${what}: another session's stays`);
        entries.clear();
      }
    }
  }));

/** Locks that throw, as in a sandboxed frame. */
const NO_LOCKS = { request: async () => Promise.reject(new DOMException("no origin", "SecurityError")) };

for (const [where, locks] of [["without_locks", undefined], ["where_locks_throw", NO_LOCKS]]) {
  test(`r17_who_asks_for_his_turn_again_waits_for_no_lease_of_his_own_${where}`, () =>
    withLeases(async (turnFor) => {
      const session = names("ethgas", "https://h", "a", "");
      const turn = turnFor(session, "7 1", 10_000);
      // As a sign-out does whose caller has given up while the lease was being written.
      assert.deepEqual(await Promise.all([turn.wait(), turn.wait()]), [true, true]);
      assert.equal(await turn.wait(), true, "and once more when it has come");
      assert.equal(entries.size, 1);
      await turn.leave(false);
      await new Promise((done) => setTimeout(done));
      assert.equal(entries.size, 0, "it is given back");
      assert.equal(await turnFor(session, "7 1", 10_000).wait(), true);
    }, locks));
}

/** Who has left the line needs no lease in the lock's place, when he hears that there are no locks. */
test("r17_who_has_left_takes_no_lease_where_locks_throw_late", () => {
  let fail;
  const late = { request: () => new Promise((_, reject) => (fail = reject)) };
  return withLeases(async (turnFor) => {
    const turn = turnFor(names("ethgas", "https://h", "a", ""), "7 1", 10_000);
    const waiting = turn.wait();
    const left = turn.leave(false);
    fail(new DOMException("no origin", "SecurityError"));
    assert.equal(await waiting, false);
    await left;
    assert.equal(entries.size, 0);
  }, late);
});

/** Nor a turn among the handles of this page, when he hears that there is no IndexedDB either. */
test("r17_who_has_left_takes_no_turn_in_the_page_where_leases_fail_late", () =>
  withLeases(async (turnFor) => {
    globalThis.IDBKeyRange.bound = throws;
    const session = names("ethgas", "https://h", "a", "");
    const [gone, next, last] = [1, 2, 3].map(() => turnFor(session, "7 1", 10_000, { at: entries }));
    const waiting = gone.wait();
    await gone.leave(false);
    assert.equal(await waiting, false);
    assert.equal(await inTime(next.wait()), true);
    await next.leave(false);
    assert.equal(await inTime(last.wait()), true, "and who leaves lets the next one go");
    await last.leave(false);
  }));

test("r17_a_lease_that_has_expired_is_nobodys_turn", () =>
  withLeases(async (turnFor) => {
    const session = names("ethgas", "https://h", "a", "");
    const turn = turnFor(session, "7 1", 10_000);
    assert.equal(await turn.wait(), true);
    const now = Date.now;
    Date.now = () => now() + 60_000;
    try {
      assert.equal(await turnFor(session, "7 1", 10_000).wait(), true);
      assert.equal(await turn.wait(), false);
    } finally {
      Date.now = now;
    }
  }));

/** Locks of the platform's that one tab at a time holds. */
function oneAtATime() {
  let last = Promise.resolve();
  return { request: (_name, _options, hold) => (last = last.then(hold)) };
}

test("rule_14_a_lock_that_cant_be_held_on_for_others_is_released_at_once", async () => {
  const session = names("ethgas", "https://h", "a", "");
  for (const [owner, builtin] of [[globalThis, "setTimeout"], [Set.prototype, "add"]]) {
    await withLeases(async (turnFor) => {
      // In localStorage, what one tab writes shows in another only after a moment.
      const [first, second] = [1, 2].map(() => turnFor(session, "7 1", 10_000, { kept: "lagging" }));
      assert.equal(await first.wait(), true);
      await whileReplaced(owner, builtin, throws, () => first.leave(true).catch(() => {}));
      assert.equal(await second.wait(), true, builtin);
      await second.leave(false);
    }, oneAtATime());
  }
});

test("rule_14_a_turn_that_nobody_waits_for_keeps_no_lock_though_an_abort_throws", async () => {
  const session = names("ethgas", "https://h", "a", "");
  await withLeases(async (turnFor) => {
    const [first, left, next] = [1, 2, 3].map(() => turnFor(session, "7 1", 10_000));
    assert.equal(await first.wait(), true);
    await whileReplaced(AbortController.prototype, "abort", throws, () => left.leave(false).catch(() => {}));
    await first.leave(false);
    assert.equal(await inTime(next.wait()), true);
    await next.leave(false);
  }, oneAtATime());
});

test("rule_2_a_transaction_whose_bound_cant_be_set_is_a_failure_and_no_unhandled_rejection", () =>
  withLeases(async () => {
    const { inTransaction } = await load("database.js");
    const unhandled = [];
    const note = (reason) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const own = globalThis.setTimeout;
    let timers = 0;
    // The first bounds how long the database may take to open, the second how long the transaction.
    const everySecond = (...given) => (++timers % 2 === 0 ? throws() : own(...given));
    await whileReplaced(globalThis, "setTimeout", everySecond, () =>
      assert.rejects(inTransaction("readonly", (all) => all.get("x")), /replaced by the page/));
    await new Promise((done) => setTimeout(done, 20));
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled, []);
  }));

test("rule_2_who_writes_to_a_storage_that_hangs_waits_for_no_row_of_others", async () => {
  const silent = () => new Promise(() => {});
  const storage = { get: silent, set: silent, delete: silent };
  const begun = performance.now();
  const writes = Array.from({ length: 8 }, () => new Store(storage, storage, "key", true).write("text", true, undefined));
  for (const { reason } of await Promise.allSettled(writes)) assert.equal(reason, "timeout");
  const took = performance.now() - begun;
  // Two seconds for the first one, and two for one's own; one after the other would be sixteen.
  assert.ok(took < 8_000, `${took} ms`);
});

/** A storage each of whose writes may be held. What a storage has to answer within comes soon here. */
async function withHeldWrites(act) {
  const map = new Map();
  const held = [];
  const calls = { set: 0, delete: 0 };
  let hold = false;
  const write = (name, change) => (...given) => (calls[name]++, hold ? new Promise((done) => held.push(() => done(change(...given)))) : void change(...given));
  const storage = {
    get: async (key) => map.get(key),
    set: write("set", (key, text) => void map.set(key, text)),
    delete: write("delete", (key) => void map.delete(key)),
  };
  const own = globalThis.setTimeout;
  await whileReplaced(globalThis, "setTimeout", (run, ms, ...given) => own(run, ms === 2_000 ? 20 : ms, ...given), () =>
    act({ map, held, calls, storage, hold: (on) => void (hold = on), passes: (ms) => new Promise((done) => own(done, ms)) }));
}

test("r38_a_read_after_a_write_sees_what_was_written", () =>
  withHeldWrites(async ({ storage }) => {
    const store = new Store(storage, storage, "key", true);
    const before = store.read();
    const written = store.write("text", true, undefined);
    const after = store.read();
    assert.deepEqual([(await before).text, await written, (await after).text], [undefined, undefined, "text"]);
  }));

test("r38_a_write_that_comes_late_is_made_good_with_what_was_written_since", () =>
  withHeldWrites(async ({ map, held, storage, hold, passes }) => {
    const store = new Store(storage, storage, "key", true);
    hold(true);
    await assert.rejects(store.write("older", true, undefined), (error) => error === "timeout");
    hold(false);
    await store.write("newer", true, undefined);
    held[0]();
    await passes(20);
    assert.deepEqual([...map.values()], ["newer"]);
    hold(true);
    await assert.rejects(store.write("older", true, undefined), (error) => error === "timeout");
    hold(false);
    await store.write(undefined, true, undefined);
    held[1]();
    await passes(20);
    assert.deepEqual([...map.values()], []);
  }));

test("r38_a_write_that_comes_late_and_is_wanted_is_not_written_again", () =>
  withHeldWrites(async ({ map, held, calls, storage, hold, passes }) => {
    const store = new Store(storage, storage, "key", true);
    hold(true);
    for (const text of ["text", undefined]) {
      await assert.rejects(store.write(text, true, undefined), (error) => error === "timeout");
      held.shift()();
      await passes(20);
      assert.deepEqual([[...map.values()], held.length], [text ? [text] : [], 0]);
    }
    assert.deepEqual(calls, { set: 1, delete: 1 });
  }));

test("a server is no browser, whatever of a browser's it has", async () => {
  const own = ["process", "location", "Deno", "Bun"].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  const location = { href: "https://h.example/" };
  const node = { versions: { node: "22.0.0" } };
  try {
    for (const [expected, given] of [
      [true, { location }],
      [true, { location, process: {} }], // a bundler's
      [true, { location, process: { ...node, type: "renderer" } }], // Electron
      [false, {}],
      [false, { location, process: node }],
      [false, { location, process: { ...node, type: "browser" } }],
      [false, { location, Deno: {} }],
      [false, { location, Bun: {} }],
    ]) {
      for (const [name] of own) delete globalThis[name];
      for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value, configurable: true });
      const seen = hasTabs();
      delete globalThis.process;
      Object.defineProperty(globalThis, "process", own[0][1]);
      assert.equal(seen, expected, Object.keys(given).join());
    }
  } finally {
    for (const [name, before] of own) {
      delete globalThis[name];
      if (before) Object.defineProperty(globalThis, name, before);
    }
  }
});

test("a server's localStorage is no page's: all its visitors would share it", async () => {
  const asked = [];
  const stranger = new Proxy({}, { get: (_, name) => (asked.push(name), () => null) });
  const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", { value: stranger, configurable: true });
  try {
    await assert.rejects(new Store("localStorage", {}, "key", true).read());
    await assert.rejects(new Store("localStorage", {}, "key", true).write("text", true, undefined));
  } finally {
    delete globalThis.localStorage;
    if (before) Object.defineProperty(globalThis, "localStorage", before);
  }
  assert.deepEqual(asked, []);
});

test("rule_3_a_member_that_the_vendor_has_no_use_for_is_named", () => {
  const all = { username: "u", password: "p", database: "d", redirectionToken: "t" };
  for (const [vendor, ways] of Object.entries(VENDORS)) {
    const taken = ways[0].map((name) => name.replace("?", ""));
    const own = Object.fromEntries(Object.entries(all).filter(([name]) => taken.includes(name)));
    const { names, texts } = readCredentials(vendor, ways, own);
    assert.deepEqual(names, taken, vendor);
    for (const name of Object.keys(all)) assert.equal(texts[name], own[name], `${vendor} ${name}`);
    for (const name of [...Object.keys(all), "passwort", "idToken"].filter((name) => !taken.includes(name))) {
      refused(() => readCredentials(vendor, ways, { ...own, [name]: "x" }), new RegExp(`credentials\\.${name} .*${vendor}`));
      // Left out, as far as anybody can tell.
      readCredentials(vendor, ways, { ...own, [name]: undefined });
    }
  }
});

test("rule_3_a_way_in_takes_its_own_members_and_no_others", () => {
  const read = (credentials) => readCredentials("ocient", VENDORS.ocient, credentials);
  const device = () => {};
  assert.deepEqual(read({ idToken: "t", database: "d" }).names, ["idToken", "database"]);
  const { texts } = read({ accessToken: "t", database: "d" });
  assert.deepEqual([texts.accessToken, texts.database, texts.username, texts.password], ["t", "d", undefined, undefined]);
  assert.equal(read({ device }).device, device);
  assert.equal(read({ device, database: "d" }).texts.database, "d");
  assert.equal(read({ username: "u", password: "p" }).device, undefined);
  for (const [credentials, named] of [
    [{ idToken: "t" }, /credentials\.database must be a string/],
    [{ accessToken: "t", database: null }, /credentials\.database must be a string/],
    [{ idToken: 5, database: "d" }, /credentials\.idToken must be a string/],
    [{ device: "d" }, /credentials\.device must be a function/],
    [{ device, idToken: "t" }, /credentials\.idToken is nothing that ocient takes beside device/],
    [{ idToken: "t", accessToken: "t", database: "d" }, /credentials\.accessToken is nothing that ocient takes beside idToken/],
    [{ username: "u", password: "p", device }, /credentials\.device is nothing that ocient takes beside username/],
    [{ database: "d" }, /credentials\.username must be a string/],
  ]) refused(() => read(credentials), named);
});

test("rule_4_what_the_other_flow_takes_is_refused_with_the_flow_that_is_set", () => {
  const password = { username: "u", password: "p" };
  const wallet = { wallet: { request: async () => [] } };
  refused(() => readCredentials("ethgas", VENDORS.ethgas, wallet), /credentials\.wallet is nothing that ethgas takes with flow "password"; the members are username, password/);
  refused(() => readWallet("ethgas", password), /credentials\.username is nothing that ethgas takes with flow "wallet"; the members are wallet, address, name/);
});

test("rule_3_a_described_vendors_members_are_texts_whatever_they_are_called", () => {
  const read = (credentials) => readCredentials("acme", [["email", "device"]], credentials);
  const { names, texts, device } = read({ email: "e", device: "phone" });
  assert.deepEqual([names, texts.email, texts.device, device], [["email", "device"], "e", "phone", undefined]);
  refused(() => read({ email: "e", device: () => {} }), /credentials\.device must be a string/);
});

test("rule_3_credentials_are_read_once_and_by_type", () => {
  let reads = 0;
  class Form {
    username = "u";
    get password() {
      reads++;
      return "p";
    }
  }
  const read = (credentials) => readCredentials("ocient", VENDORS.ocient, credentials);
  const { username, password } = read(new Form()).texts;
  assert.deepEqual([username, password], ["u", "p"]);
  assert.equal(reads, 1, "a class's getter, once");
  for (const value of [undefined, null, 5, ["p"], {}, new String("p")]) {
    refused(() => read({ username: "u", password: value }), /credentials\.password/);
  }
  for (const value of [5, {}, ["d"]]) refused(() => read({ username: "u", password: "p", database: value }), /database/);
  for (const value of [undefined, null, 5, "u:p"]) refused(() => read(value), /credentials/);
});

test("r15_credentials_and_options_are_not_read_of_Object_prototype", () => {
  Object.prototype.password = "page's";
  Object.prototype.database = "page's";
  Object.prototype.fetch = () => {};
  try {
    const read = (credentials) => readCredentials("ocient", VENDORS.ocient, credentials);
    refused(() => read({ username: "u" }), /credentials\.password/);
    const { texts, device } = read(Object.assign(Object.create(null), { username: "u", password: "p" }));
    assert.deepEqual([texts.username, texts.password, texts.database, texts.then, device], ["u", "p", undefined, undefined, undefined]);
    assert.equal(readOptions(OCIENT).fetch, undefined);
  } finally {
    for (const name of ["password", "database", "fetch"]) delete Object.prototype[name];
  }
});

test("r15_every_way_in_is_read_whatever_is_on_the_prototypes", () => {
  const taken = [];
  const setter = { configurable: true, set: (value) => taken.push(value) };
  const wallet = { request: async () => null };
  const device = () => {};
  Object.prototype.return = "page's";
  for (const place of [0, 1]) Object.defineProperty(Array.prototype, place, setter);
  let read;
  try {
    const ocient = (credentials) => readCredentials("ocient", VENDORS.ocient, credentials);
    read = {
      password: ocient({ username: "u", password: "p" }),
      device: ocient({ device, database: "d" }),
      token: ocient({ accessToken: "t", database: "d" }),
      described: readCredentials("acme", [["email", "pin"]], { email: "e", pin: "1" }),
      optional: readCredentials("acme", [["email", "otp?", "pin?"]], { email: "e", pin: "1" }),
      none: readCredentials("acme", [[]], {}),
      wallet: readWallet("ethgas", { wallet, address: "a", name: "n" }),
    };
  } finally {
    delete Object.prototype.return;
    for (const place of [0, 1]) delete Array.prototype[place];
  }
  assert.deepEqual([read.password.names, read.optional.names], [["username", "password"], ["email", "pin"]], "of what was given");
  assert.deepEqual([read.device.device, read.device.texts.database], [device, "d"]);
  assert.deepEqual([read.token.texts.accessToken, read.token.texts.database], ["t", "d"]);
  assert.deepEqual([read.described.names, read.described.texts.pin, read.none.names], [["email", "pin"], "1", []]);
  assert.deepEqual([read.wallet.names, read.wallet.values], [["address", "name"], ["a", "n"]]);
  assert.deepEqual(taken, []);
});

test("options become plain, frozen values", () => {
  const fetch = async () => new Response();
  const storage = { get() {}, set() {}, delete() {} };
  const allow = ["https://cdn.example/a/", new URL("https://other.example")];
  const options = { ...OCIENT, baseUrl: "https://H.example/p/", allow, storage, fetch, endpoints: { login: "in", check: "/alive" }, renew: "manual" };
  const read = readOptions(options);
  assert.equal(Object.getPrototypeOf(read), null);
  for (const value of [read, read.base, read.allow, read.endpoints]) assert.ok(Object.isFrozen(value));
  assert.deepEqual({ ...read, base: { ...read.base }, endpoints: { ...read.endpoints } }, {
    vendor: "ocient", described: undefined, automatic: false, account: "default", timeoutMs: 10_000, idleMs: undefined, maxAgeMs: undefined, signs: false, storage, fetch,
    base: { origin: "https://h.example", prefix: "https://h.example/p" },
    allow: ["https://cdn.example/a", "https://other.example"],
    endpoints: { login: "https://h.example/p/in", check: "https://h.example/p/alive" },
  });
  assert.deepEqual(Object.keys(readOptions(OCIENT).endpoints), [], "only those that were given");
  for (const value of [null, 5, "fetch", {}, []]) refused(() => readOptions({ ...OCIENT, fetch: value }), /^fetch must be a function/);
  refused(() => readOptions({ ...OCIENT, allow: [, "https://h.example"] }), /allow/);
});

test("baseUrl: what is no address is told what it lacks", () => {
  const cases = [
    ["/pegase3", /new URL\("\/pegase3", location\.href\)/],
    ["/", /new URL\("\/", location\.href\)/],
    ["/api?token=s3cret", /new URL\(path, location\.href\)/],
    ["localhost:8080", /such as http:\/\/localhost:8080; the scheme is missing/],
    ["127.0.0.1:8080/p", /the scheme is missing/],
    ["[::1]:8080", /the scheme is missing/],
    ["h.example:8443", /such as https:\/\/api\.example\.com; the scheme is missing/],
    ["h.example/p?token=s3cret", /the scheme is missing/],
    ["h.example", /the scheme is missing/],
    ["https://h:99999", /an absolute URL, such as https:\/\/api\.example\.com\.$/],
    ["//h.example", /an absolute URL/],
    ["", /an absolute URL/],
    ["http://h.example", /an https address/],
    ["mailto:a@h.example", /an https address/],
  ];
  for (const [address, fits] of cases) {
    refused(() => readOptions({ ...OCIENT, baseUrl: address }), fits);
    refused(() => parseBase("baseUrl", address), /^(?!.*s3cret)/);
  }
});

test("an address is a string, a String or a URL", () => {
  assert.equal(textOf(new String("/v1/x")), "/v1/x");
  assert.equal(textOf("/v1/x"), "/v1/x");
  assert.equal(textOf(new URL("https://h.example/")), "https://h.example/");
  for (const value of [undefined, null, 5, {}, [], ["/x"], { toString: () => "/x" }, Symbol("x")]) assert.equal(textOf(value), undefined);
});

test("a reply that no vendor documents is told by status and place", () => {
  const reply = (status, place, why) => failure({ code: "malformed-reply", status }, "Ocient", "login", place, why).message;
  assert.equal(
    reply(404, "POST /v1/login"),
    "The server answered HTTP 404 at POST /v1/login, which is not what the vendor documents (Ocient, login); check that baseUrl is the vendor's address.",
  );
  assert.match(reply(405), /^The server answered HTTP 405, which/);
  const redirects = [reply(undefined, "POST /v1/login", "redirect"), reply(302, "POST /v1/login"), reply(307, "POST /v1/login")];
  for (const message of redirects) assert.match(message, /^The server answered with a redirect at POST \/v1\/login, which/);
  assert.match(reply(200, "POST /v1/login"), /^The reply at POST \/v1\/login is not/);
  assert.match(reply(undefined), /^The reply is not/);
  assert.equal(failure({ code: "malformed-reply", status: 302 }, "Ocient", "login").status, 302);
  const long = reply(404, `POST /${"x".repeat(1000)}?token=s3cret#s3cret`);
  assert.ok(long.length < 300 && !long.includes("s3cret") && !reply(404, "GET /a?s3cret").includes("s3cret"));
});

test("a refusal without a code of the vendor's doesn't ask to look one up", () => {
  const refusal = (details) => failure({ code: "vendor-error", ...details }, "ETHGAS", "request", "GET /x").message;
  assert.match(refusal({ status: 418 }), /^The vendor refused the request with HTTP 418 at GET \/x \(ETHGAS, request\); look that up/);
  assert.match(refusal({ status: 418, vendorCode: -7 }), /look vendorCode up/);
});

test("an error is made of the text that the rules write", () => {
  const fields = [{ name: "username", code: "not_unique", title: "taken: s3cret", pointer: "/username" }];
  const details = { code: "invalid-request", status: 422, vendorCode: "validation_error", fields, detail: "s3cret", requestId: "r", retryAfterMs: 0 };
  const error = failure(JSON.parse(JSON.stringify(details)), "Lenses HQ", "login");
  assert.ok(error instanceof AuthError && error instanceof Error);
  assert.deepEqual({ ...error }, details);
  assert.ok(Array.isArray(error.fields));
  assert.doesNotMatch(error.message, /s3cret/, "nothing that the vendor wrote");
  const own = failure(JSON.parse('{"code":"invalid-request","fields":[{"name":"username","code":"required","title":"must not be empty"}]}'), "Ocient", "login");
  assert.match(own.message, /: username must not be empty;/);
  const sso = failure({ code: "invalid-credentials", ssoUrl: "https://sso.example/?s3cret" }, "Lenses HQ", "login");
  assert.match(sso.message, /go to ssoUrl/);
  assert.doesNotMatch(sso.message, /s3cret/);
});

test("rule_2_a_trap_becomes_internal", async () => {
  for (const cause of [new WebAssembly.RuntimeError("unreachable"), new RangeError("stack"), "anything", undefined]) {
    const traps = () => {
      throw cause;
    };
    const internal = (error) => isAuthError(error) && error.code === "internal" && error.cause === cause;
    assert.throws(() => enter(traps), internal);
    await assert.rejects(settle(async () => enter(traps)), internal);
    assert.equal(await settle(() => Promise.reject(cause)).catch((reason) => reason), cause, "the caller's own reason passes");
  }
  assert.equal(enter(() => 1), 1, "the next call is not concerned");
});

test("rule_2_a_bound_is_reached_though_tidying_up_throws", async () => {
  const { signal } = new AbortController();
  signal.removeEventListener = throws;
  const deadline = new Deadline(60_000, signal);
  const waiting = assert.rejects(deadline.guard(new Promise(() => {})), (reason) => reason === "timeout");
  assert.throws(() => deadline.end("timeout"), /replaced by the page/);
  await waiting;
});

test("an error's class has its name, whatever the minifier makes of it", async () => {
  const published = await import("../../pkg/hallpass.js");
  assert.equal(published.AuthError.name, "AuthError");
});

test("r15_an_error_has_nothing_of_Object_prototype", () => {
  const polluted = ["status", "fields", "ssoUrl", "detail", "vendorCode", "requestId", "retryAfterMs", "vendor"];
  for (const name of polluted) Object.prototype[name] = "page's";
  try {
    const error = failure(JSON.parse('{"code":"network"}'), "Ocient", "login");
    assert.deepEqual(Object.keys(error), ["code"]);
    for (const name of polluted) assert.equal(error[name], undefined, name);
    assert.equal(error.message, "The vendor could not be reached (Ocient, login); check the connection, and the vendor's CORS settings if it never worked.");
  } finally {
    for (const name of polluted) delete Object.prototype[name];
  }
});

test("the platform's words are told, unless they may quote a header's value", () => {
  const thrown = (call) => {
    try {
      call();
    } catch (error) {
      return error;
    }
    assert.fail("it threw nothing");
  };
  const target = "https://h.example/?t=s3cret";
  const used = new Request(target, { method: "POST", body: "x" });
  used.text();
  const told = [
    [() => new Request(target, { body: "x" }), /GET/],
    [() => new Request(target, { headers: { "bad name": "x" } }), /bad name/],
    [() => new Request(used), /used/],
    [() => JSON.stringify({ json: 1n }), /BigInt/],
    [() => new Request(target, { method: "BAD METHOD" }), /BAD METHOD/],
  ];
  for (const [call, fits] of told) {
    const cause = thrown(call);
    const error = mistake("input and init", "what the platform's Request takes", cause);
    assert.match(error.message, fits);
    assert.match(error.message, /^[^\n]+[^.]\.$/);
    assert.equal(error.cause, cause);
  }
  const untold = ["s3cret\nx", "s3cret\0", "s3cretł"].map((value) => () => new Request(target, { headers: { "X-A": value } }));
  untold.push(() => new Request(target, { referrer: "https://[s3cret" }));
  for (const call of untold) {
    const error = mistake("input and init", "what the platform's Request takes", thrown(call));
    assert.equal(error.message, "input and init must be what the platform's Request takes.");
    assert.equal(error.cause, undefined);
  }
  // As Firefox and WebKit word it.
  for (const words of ["Headers.append: s3cret\nx is an invalid header value.", "Header 'X-A' has invalid value: 's3cret'"]) {
    assert.equal(refusalOf(new TypeError(words)), undefined);
  }
  for (const cause of [undefined, null, "s3cret", { message: "s3cret" }]) assert.equal(refusalOf(cause), undefined);
});

test("r35_json_nested_beyond_10_000_is_not_parsed", () => {
  const nested = (depth, [open, close] = "[]", inside = "") => open.repeat(depth) + inside + close.repeat(depth);
  assert.ok(Array.isArray(parseJson(nested(10_000))));
  const parse = JSON.parse;
  JSON.parse = () => assert.fail("parsed");
  try {
    for (const text of [nested(10_001), "[".repeat(62_000_000), `{"a":${nested(10_000)}}`, '{"a":'.repeat(20_000), `"\\\\"${"[".repeat(10_001)}`]) {
      assert.equal(parseJson(text), undefined);
    }
  } finally {
    JSON.parse = parse;
  }
  const flat = JSON.stringify(Array.from({ length: 30_000 }, () => ["{["]));
  assert.equal(parseJson(flat).length, 30_000, "many, side by side");
  for (const text of ["[".repeat(20_000), '"'.concat("[".repeat(20_000)), "\\".repeat(20_000), '"\\'.repeat(20_000)]) {
    const inside = `"${"[".repeat(20_000)}"`;
    assert.equal(parseJson(inside).length, 20_000, "inside a string they are letters");
    assert.deepEqual(parseJson(JSON.stringify([text, text])), [text, text]);
  }
  assert.equal(parseJson(undefined), undefined);
  assert.equal(readClaims(`a.${btoa("[".repeat(40_000))}.c`), undefined);
  assert.deepEqual(readClaims(`a.${btoa('{"sub":"u"}')}.c`), { sub: "u" });
  const started = performance.now();
  parseJson(`[${'"\\\\\\"",'.repeat(2_000_000)}1]`);
  assert.ok(performance.now() - started < 5_000, "in time that grows with the length");
});

/** Runs with an IndexedDB that opens like this. */
async function withDatabase(open, run) {
  globalThis.indexedDB = { open };
  try {
    // A connection of an earlier test's would be used on.
    await run((await import(`${new URL("database.js", parts).href}?${Math.random()}`)).inTransaction);
  } finally {
    delete globalThis.indexedDB;
  }
}

/** What IndexedDB has begun to do, and says a moment later. */
function asked(says, result = undefined) {
  const request = { result, readyState: "done" };
  setTimeout(() => request[says]?.({}));
  return request;
}

/** A connection each of whose transactions goes like this. */
const connection = (transaction) => ({ transaction, close() {} });

/** One that hands over an entry. `late`: only after it is complete, as Chromium may do with a large one. */
function reads(entry, late) {
  const transaction = { objectStore: () => ({ get: () => request }) };
  const request = { result: late ? undefined : entry, readyState: late ? "pending" : "done" };
  setTimeout(() => transaction.oncomplete());
  setTimeout(() => {
    request.result = entry;
    request.onsuccess?.();
  }, 5);
  return transaction;
}

/** What a transaction begins with on a connection that was lost. */
const loses = () => {
  throw new Error("the connection was lost");
};

test("failures on a lost IndexedDB leave at most one connection open", async () => {
  let open = 0;
  let opened = 0;
  const opens = () => {
    open++;
    opened++;
    return asked("onsuccess", { transaction: loses, close: () => void open-- });
  };
  await withDatabase(opens, async (inTransaction) => {
    for (let failures = 0; failures < 10; failures++) await assert.rejects(inTransaction("readonly", () => {}));
    await Promise.allSettled(Array.from({ length: 10 }, () => inTransaction("readonly", () => {})));
    await new Promise((done) => setTimeout(done, 20));
    assert.ok(open <= 1, `${open} of ${opened} connections are open`);
  });
});

test("r38_a_connection_that_was_lost_is_opened_anew_at_once", async () => {
  let opened = 0;
  const open = () => asked("onsuccess", connection(++opened === 1 ? loses : () => reads("entry", false)));
  await withDatabase(open, async (inTransaction) => {
    assert.equal(await inTransaction("readonly", (all) => all.get("x")), "entry");
    assert.equal(await inTransaction("readonly", (all) => all.get("x")), "entry");
    assert.equal(opened, 2, "and the second is used on");
  });
});

test("r38_a_connection_that_fails_late_closes_no_newer_one", async () => {
  let opened = 0;
  const fails = () => {
    const transaction = { objectStore: () => ({ get: () => ({}) }), abort() {} };
    setTimeout(() => transaction.onabort("aborted"), 20);
    return transaction;
  };
  const old = connection(fails);
  const open = () => asked("onsuccess", ++opened === 1 ? old : connection(() => reads("entry", false)));
  await withDatabase(open, async (inTransaction) => {
    const slow = inTransaction("readonly", (all) => all.get("x"));
    await new Promise((done) => setTimeout(done, 10));
    old.onversionchange(); // another tab deletes the database
    assert.equal(await inTransaction("readonly", (all) => all.get("x")), "entry");
    assert.equal(await slow, "entry", "its second try uses the new connection");
    assert.equal(opened, 2);
  });
});

test("r38_an_entry_that_comes_after_its_transaction_is_complete_is_waited_for", () =>
  withDatabase(() => asked("onsuccess", connection(() => reads("large", true))), async (inTransaction) => {
    assert.equal(await inTransaction("readonly", (all) => all.get("x")), "large");
  }));

test("r38_a_database_that_cant_be_opened_is_a_failure_at_once", async () => {
  for (const says of ["onerror", "onblocked"]) {
    await withDatabase(() => asked(says), async (inTransaction) => {
      const begun = performance.now();
      await assert.rejects(inTransaction("readonly", (all) => all.get("x")), (error) => error !== "timeout");
      assert.ok(performance.now() - begun < 800, `${says}: the bound of one try is not waited for`);
    });
  }
});

test("r16_who_leaves_the_line_early_lets_those_behind_go_on_no_sooner", async () => {
  const storage = {};
  const [first, second, third] = [1, 2, 3].map(() => enqueue(storage, "renew", 5_000));
  await first.wait();
  let turn = 0;
  const waits = third.wait().then(() => (turn = 3));
  await second.leave();
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(turn, 0, "the first has its turn still");
  await first.leave();
  await waits;
  await third.leave();
  await enqueue(storage, "renew", 5_000).wait();
});

test("r17_a_turn_that_nobody_comes_for_is_waited_for_no_longer_than_its_bound", async () => {
  const storage = {};
  await enqueue(storage, "renew", 20).wait();
  const late = enqueue(storage, "renew", 20);
  await assert.rejects(late.wait());
  await late.leave();
});

test("rule_14_a_place_in_line_that_could_not_be_taken_keeps_nobody_waiting", async () => {
  const storage = {};
  const first = enqueue(storage, "renew", 5_000);
  await whileReplaced(globalThis, "setTimeout", throws, async () => {
    assert.throws(() => enqueue(storage, "renew", 5_000), /replaced by the page/);
    await first.leave();
    await enqueue(storage, "renew", 5_000).wait();
  });
});

test("rule_14_who_leaves_the_line_lets_the_next_one_go_though_its_books_throw", async () => {
  const storage = {};
  const [first, second] = [1, 2].map(() => enqueue(storage, "renew", 5_000));
  await first.wait();
  await whileReplaced(Map.prototype, "get", throws, async () => {
    await first.leave();
    await new Promise((done) => setTimeout(done));
  });
  assert.equal(await inTime(second.wait()), true);
  await second.leave();
  await enqueue(storage, "renew", 5_000).wait();
});
