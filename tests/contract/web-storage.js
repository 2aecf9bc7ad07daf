import { DATA, VENDORS, admin, equal, jdoe, ok, rejects, simulate, storageOfItsOwn } from "./env.js";

// Pages have both, workers and Node have neither.
const WEB = { session: globalThis.sessionStorage, local: globalThis.localStorage };

const snapshot = (storage) => JSON.stringify(storage && Object.entries(storage).sort());

/** All that script can keep on this platform, as text. */
async function kept() {
  const databases = (await globalThis.indexedDB?.databases?.().catch(() => [])) ?? [];
  const caches = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  return JSON.stringify([snapshot(WEB.session), snapshot(WEB.local), globalThis.document?.cookie, databases, caches]);
}

/** All that a session can do. */
async function live(vendor, options) {
  const session = await vendor.signIn(options);
  await session.fetch(DATA[vendor.vendor]);
  await session.check().catch(() => {}); // ocient and pegase3 have none
  if (session.state.renewable) await session.refresh();
  return session;
}

/** R7: by default nothing is written anywhere. */
export async function r7_default_storage_writes_nothing() {
  const before = await kept();
  for (const name of VENDORS) {
    for (const options of [{}, { storage: "memory" }, { storage: undefined }]) {
      const vendor = simulate(name);
      const session = await live(vendor, options);
      equal(session.state.problem, undefined, name);
      equal(await kept(), before, name);
      equal((await vendor.open(options)).state.reason, "never", "gone when opened again");
      await session.logout();
      equal(await kept(), before, name);
    }
  }
}

/** R7: sessionStorage and localStorage restore the session, and logout leaves nothing behind. */
export async function r7_web_storage_restores_the_session() {
  for (const [storage, web] of Object.entries(WEB)) {
    for (const name of VENDORS) {
      const vendor = simulate(name);
      const before = snapshot(web);
      const session = await live(vendor, { storage });
      if (!web) {
        // Not there: the session lives in memory, and says so.
        equal([session.state.problem, (await vendor.open({ storage })).state.status], ["storage", "signed-out"]);
        continue;
      }
      const mine = Object.keys(web).filter((key) => key.includes(vendor.baseUrl));
      equal([session.state.problem, mine.length], [undefined, 1], `${name} in ${storage}`);
      ok(!(mine[0] + web.getItem(mine[0])).includes(jdoe.password), "no password");
      const { state } = session;
      session.dispose();
      const other = await vendor.open({ storage });
      equal(other.state, state);
      equal((await vendor.open()).state.reason, "never", "the memory knows nothing of it");
      equal((await other.fetch(DATA[name])).status, 200);
      await other.logout();
      equal(snapshot(web), before, `nothing is left in ${storage}`);
    }
  }
}

/** R11: garbage in the page's own storage. */
export async function r11_garbage_in_web_storage_means_signed_out() {
  for (const [storage, web] of Object.entries(WEB)) {
    if (!web) continue; // workers and Node have none
    const vendor = simulate("ethgas");
    await (await vendor.signIn({ storage })).dispose();
    const key = Object.keys(web).find((name) => name.includes(vendor.baseUrl));
    try {
      for (const text of ["", "{", "null", '{"v":1}', "[".repeat(10_000), web.getItem(key).replace('"v":1', '"v":2')]) {
        web.setItem(key, text);
        equal((await vendor.open({ storage })).state.reason, "never", text.slice(0, 40));
      }
    } finally {
      web.removeItem(key);
    }
  }
}

/** A page's storage that throws when it is merely touched (blocked cookies), or is full. */
export async function web_storage_that_throws_leaves_the_session_in_memory() {
  const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  const blocked = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const full = { getItem: () => null, setItem: blocked, removeItem() {} };
  try {
    for (const get of [blocked, () => full, () => null, () => undefined]) {
      Object.defineProperty(globalThis, "localStorage", { get, configurable: true });
      const session = await live(simulate("ethgas"), { storage: "local" });
      equal([session.state.status, session.state.problem], ["signed-in", "storage"]);
      await session.logout();
    }
  } finally {
    if (own) Object.defineProperty(globalThis, "localStorage", own);
    else delete globalThis.localStorage;
  }
}

/** R9: script-readable cookies are never written, whatever the storage. */
export async function r9_document_cookie_is_never_written() {
  if (typeof document === "undefined") return; // workers and Node have none
  const written = [];
  const own = globalThis.cookieStore;
  Object.defineProperty(document, "cookie", { get: () => "", set: (text) => void written.push(text), configurable: true });
  const set = own?.set;
  if (own) own.set = (...given) => (written.push(given), Promise.resolve());
  try {
    for (const name of VENDORS) {
      for (const storage of [undefined, "memory", "session", "local"]) {
        await (await live(simulate(name), { storage })).logout();
      }
    }
    document.cookie = "probe";
    equal(written, ["probe"], "the probe alone");
  } finally {
    delete document.cookie;
    if (own && set) delete own.set;
  }
}

/** Accounts keep several sessions at one address apart, whatever they are called. */
export async function accounts_are_kept_apart() {
  const storage = storageOfItsOwn();
  const { map } = storage;
  const vendor = simulate("ethgas");
  const names = [undefined, "work", "Work", "work ", "a:b", "a%3Ab", "a/b", "ü", "\u0075\u0308", "__proto__", "x".repeat(256)];
  for (const [index, account] of names.entries()) {
    await vendor.signIn({ storage, account }, index % 2 ? admin : jdoe);
  }
  equal(map.size, names.length, "one record each");
  for (const [index, account] of names.entries()) {
    equal((await vendor.open({ storage, account })).state.user, index % 2 ? "admin" : "jdoe", account);
  }
  equal((await vendor.open({ storage, account: "default" })).state.user, "jdoe", "the default's name");
  await (await vendor.open({ storage, account: "work" })).logout();
  equal(map.size, names.length - 1, "one alone was signed out");
  equal((await vendor.open({ storage })).state.user, "jdoe");
  for (const account of ["", 5, null, {}, "x".repeat(257), "\ud800"]) {
    if (account !== null) await rejects(vendor.open({ storage, account }), "invalid-options");
  }
}

/** R33: one storage for several vendors and addresses: each finds its own. */
export async function r33_records_are_found_by_vendor_and_address() {
  const storage = storageOfItsOwn();
  const [one, two, other] = [simulate("ethgas"), simulate("ethgas"), simulate("ocient")];
  await one.signIn({ storage });
  equal((await two.open({ storage })).state.reason, "never", "another address");
  equal((await other.open({ storage, baseUrl: one.baseUrl })).state.reason, "never", "another vendor at the same address");
  equal((await one.open({ storage, baseUrl: `${one.baseUrl}/` })).state.user, "jdoe", "a slash at the end makes no difference");
  equal((await one.open({ storage, baseUrl: `${one.baseUrl}/x` })).state.reason, "never", "another prefix");
}
