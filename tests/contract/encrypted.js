import { DATA, VENDORS, admin, equal, jdoe, ok, packageAddress, renewals, simulate, within, withGlobal } from "./env.js";

// Node has no IndexedDB.
const here = globalThis.indexedDB !== undefined;
const options = { storage: "encrypted" };

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Does something with the stored entries, as any script of the origin could. */
async function entries(mode, act) {
  const database = await settled(indexedDB.open("hallpass"));
  try {
    return await settled(act(database.transaction("sessions", mode).objectStore("sessions")));
  } finally {
    database.close();
  }
}

const read = (key) => entries("readonly", (all) => all.get(key));
const write = (key, value) => entries("readwrite", (all) => all.put(value, key));
const keyOf = async (vendor) => (await entries("readonly", (all) => all.getAllKeys())).find((key) => key.includes(vendor.baseUrl));

/** Where there is no IndexedDB the session lives in memory, and says so. */
export async function encrypted_storage_restores_the_session() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.signIn(options);
    if (!here) {
      equal([session.state.status, session.state.problem], ["signed-in", "storage"]);
      continue;
    }
    const { state } = session;
    equal(state.problem, undefined);
    session.dispose();
    const again = await vendor.open(options);
    equal(again.state, state, name);
    ok((await again.fetch(DATA[name])) instanceof Response, "and can be used");
    await again.logout();
    equal([await keyOf(vendor), (await vendor.open(options)).state.reason], [undefined, "never"], "nothing is left");
    again.dispose();
  }
}

/**
 * R10: a sign-out counts, though the page goes before the database has done it (`logout()` and a navigation in one handler):
 * what is under way then is aborted. The record is deleted when the session is opened the next time.
 */
export async function r10_a_sign_out_outlasts_a_page_that_goes_at_once() {
  if (!here || !globalThis.localStorage) return;
  const { transaction } = IDBDatabase.prototype;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  const key = await keyOf(vendor);
  // The database is busy with something else at that moment.
  const renewed = session.refresh().catch(() => {});
  IDBDatabase.prototype.transaction = function (names, mode) {
    const made = transaction.call(this, names, mode);
    if (mode === "readwrite") made.abort();
    return made;
  };
  const notes = () => Object.keys(localStorage).filter((name) => name.includes(vendor.baseUrl)).length;
  try {
    const left = session.logout();
    equal(notes(), 1, "noted at once");
    await Promise.all([left, renewed]);
    equal(session.state.problem, "storage");
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  session.dispose();
  ok((await read(key))?.data, "the record still lies there");
  const again = await vendor.open(options);
  equal([again.state.status, await read(key), notes()], ["signed-out", undefined, 0], "nothing is left");
  await again.login(jdoe);
  again.dispose();
  const last = await vendor.open(options);
  equal(last.state.status, "signed-in", "a newer login counts");
  await last.logout();
  equal(notes(), 0);
  last.dispose();
}

/**
 * R38: a page that goes right after it has written loses nothing: the database doesn't wait for the page to hear that it is done. A
 * renewed token would else be lost, with the one before spent. (In the very turn in which it writes, WebKit has sent nothing yet.)
 */
export async function r38_what_is_written_outlasts_a_page_that_goes_at_once() {
  if (!here || !globalThis.document) return; // a worker has no frames
  const vendor = simulate("ethgas");
  const frame = document.body.appendChild(document.createElement("iframe"));
  const { IDBObjectStore, eval: run } = frame.contentWindow;
  const { openSession } = await run("(address) => import(address)")(packageAddress);
  const leaving = await openSession({ vendor: vendor.vendor, baseUrl: vendor.baseUrl, ...options });
  await leaving.login(jdoe);
  const { put } = IDBObjectStore.prototype;
  const gone = new Promise((done) => {
    IDBObjectStore.prototype.put = function (...entry) {
      setTimeout(() => done(frame.remove()));
      return put.apply(this, entry);
    };
  });
  leaving.refresh().catch(() => {});
  await gone;
  const session = await vendor.open(options);
  equal(session.state.status, "signed-in");
  await session.refresh();
  equal([await renewals(vendor), session.state.problem], [2, undefined], "the renewed token is the one that was kept");
  await session.logout();
  session.dispose();
}

/** R10: the note names the login that was signed out, and ends no other. */
export async function r10_a_sign_out_that_was_cut_short_ends_no_newer_login() {
  if (!here || !globalThis.localStorage) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  const key = await keyOf(vendor);
  session.logout();
  const [[name, note]] = Object.entries(localStorage).filter(([name]) => name.includes(vendor.baseUrl));
  await session.login(jdoe);
  localStorage[name] = note; // as if it had never been taken away
  session.dispose();
  const again = await vendor.open(options);
  equal(again.state.status, "signed-in");
  await again.logout();
  equal([localStorage[name], await read(key)], [undefined, undefined], "nothing is left");
  again.dispose();
}

/** R14: the key is WebCrypto's and can't be read out; what is stored tells nothing; no two writes are alike. */
export async function r14_the_key_cannot_be_read_out() {
  if (!here) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  const key = await keyOf(vendor);
  const entry = await read(key);
  ok(entry.key instanceof CryptoKey, "a CryptoKey");
  equal([entry.key.extractable, entry.key.algorithm.name, entry.key.algorithm.length], [false, "AES-GCM", 256]);
  for (const format of ["raw", "jwk"]) {
    const exported = await crypto.subtle.exportKey(format, entry.key).then(() => "exported", () => "refused");
    equal(exported, "refused", format);
  }
  const cipher = { name: "AES-GCM", iv: entry.iv, additionalData: new TextEncoder().encode(key) };
  ok(await crypto.subtle.decrypt(cipher, entry.key, entry.data), "encrypted with the IV that stands beside it, for this name");
  const token = await session.accessToken();
  const text = (value) => new TextDecoder("latin1").decode(value);
  for (const secret of [token, token.slice(0, 12), jdoe.username, jdoe.password]) {
    ok(!text(entry.data).includes(secret) && !JSON.stringify(entry).includes(secret), "nothing of it is there to be read");
  }
  await session.refresh();
  const next = await read(key);
  ok(text(next.iv) !== text(entry.iv) && text(next.data) !== text(entry.data), "another IV, another text");
  await session.logout();
  session.dispose();
}

/** R11: what is corrupt, missing or foreign is signed out, without a throw; and a login mends it. */
export async function r11_what_cannot_be_decrypted_is_signed_out() {
  if (!here) return;
  const foreign = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const other = simulate("ethgas");
  const stranger = await other.signIn(options, admin);
  const strangers = await read(await keyOf(other));
  const damages = {
    corrupt: (entry) => ({ ...entry, data: new Uint8Array(entry.data).map((byte, index) => (index ? byte : byte ^ 1)).buffer }),
    short: (entry) => ({ ...entry, data: entry.data.slice(0, 5) }),
    empty: (entry) => ({ ...entry, data: new ArrayBuffer(0) }),
    huge: (entry) => ({ ...entry, data: new ArrayBuffer(10_000_000) }),
    "of another key": (entry) => ({ ...entry, key: foreign }),
    "without a key": ({ iv, data }) => ({ iv, data }),
    "of another session (R33)": () => strangers,
    "a text": () => "v",
    null: () => null,
    "a plain record": () => ({ key: { v: 1 }, iv: "", data: "{}" }),
  };
  for (const [what, damage] of Object.entries(damages)) {
    const vendor = simulate("ethgas");
    (await vendor.signIn(options)).dispose();
    const key = await keyOf(vendor);
    await write(key, damage(await read(key)));
    const session = await vendor.open(options);
    equal([session.state.status, session.state.problem], ["signed-out", undefined], what);
    await session.login(jdoe);
    equal([session.state.problem, (await vendor.open(options)).state.status], [undefined, "signed-in"], what);
    await session.logout();
    session.dispose();
  }
  await stranger.logout();
  stranger.dispose();
}

/** R11: an entry that is longer than hallpass writes any is not worked on, whoever has made it; what is not too long is. */
export async function r11_an_entry_that_is_too_long_is_not_decrypted() {
  if (!here) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  const name = await keyOf(vendor);
  const { key, iv } = await read(name);
  const cipher = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
  const { decrypt } = SubtleCrypto.prototype;
  let lengths = [];
  SubtleCrypto.prototype.decrypt = function (parameters, by, data) {
    lengths.push(data.byteLength);
    return decrypt.call(this, parameters, by, data);
  };
  try {
    for (const [length, expected] of [[66_000, [66_016]], [1_000_000, []]]) {
      await write(name, { key, iv, data: await crypto.subtle.encrypt(cipher, key, new Uint8Array(length).fill(32)) });
      lengths = [];
      const again = await vendor.open(options);
      equal([again.state.status, again.state.problem, [...new Set(lengths)]], ["signed-out", undefined, expected], `${length} bytes`);
      again.dispose();
    }
  } finally {
    SubtleCrypto.prototype.decrypt = decrypt;
  }
  await session.logout();
  session.dispose();
}

/** A database that throws, hangs or is taken away leaves the session in memory. */
export async function encrypted_storage_that_fails_leaves_the_session_in_memory() {
  const request = (act) => {
    const fake = {};
    queueMicrotask(() => act(fake));
    return fake;
  };
  const broken = {
    missing: undefined,
    throwing: { open: () => { throw new DOMException("no", "SecurityError"); } },
    failing: { open: () => request((fake) => { fake.error = new DOMException("no", "UnknownError"); fake.onerror?.(); }) },
    blocked: { open: () => request((fake) => fake.onblocked?.()) },
    hanging: { open: () => ({}) },
  };
  for (const [what, database] of Object.entries(broken)) {
    // So that the package lets go of the database that it may have opened for another test.
    if (here) await settled(indexedDB.deleteDatabase("hallpass"));
    await withGlobal("indexedDB", database, async () => {
      const vendor = simulate("ethgas");
      const session = await within(5_000, vendor.open(options), what);
      await within(8_000, session.login(jdoe), what);
      equal([session.state.status, session.state.problem], ["signed-in", "storage"], what);
      equal((await within(5_000, session.fetch(DATA.ethgas), what)).status, 200, what);
      await within(8_000, session.logout(), what);
      equal(session.state.status, "signed-out", what);
      session.dispose();
    });
  }
}

/** A database that hangs once, or whose connection is lost, as WebKit's are, is opened anew: nobody hears of it. */
export async function encrypted_storage_opens_its_database_anew() {
  if (!here) return;
  const { open } = IDBFactory.prototype;
  const { transaction } = IDBDatabase.prototype;
  const vendor = simulate("ethgas");
  let [opened, lost] = [0, undefined];
  IDBFactory.prototype.open = function (...given) {
    return opened++ ? open.apply(this, given) : {};
  };
  try {
    // So that the package opens it again.
    await settled(indexedDB.deleteDatabase("hallpass"));
    const session = await vendor.open(options);
    equal([session.state.problem, opened > 1], [undefined, true], "hangs once");
    const before = opened;
    IDBDatabase.prototype.transaction = function (...given) {
      if (this === (lost ??= this)) throw new DOMException("The connection was lost.", "InvalidStateError");
      return transaction.apply(this, given);
    };
    await session.login(jdoe);
    equal([session.state.problem, opened > before], [undefined, true], "is lost");
    await session.logout();
    session.dispose();
  } finally {
    IDBFactory.prototype.open = open;
    IDBDatabase.prototype.transaction = transaction;
  }
}

/** The site's data is deleted while the page is open: it doesn't stand in the way, and the next write makes it anew. */
export async function encrypted_storage_lets_its_database_be_deleted() {
  if (!here) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn(options);
  await within(3_000, settled(indexedDB.deleteDatabase("hallpass")), "deleting the database");
  await session.login(jdoe);
  equal([session.state.problem, (await vendor.open(options)).state.status], [undefined, "signed-in"]);
  await session.logout();
  session.dispose();
}
