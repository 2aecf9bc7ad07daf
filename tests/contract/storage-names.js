/** R40: no two different sessions have a name in common: storage keys, notes, locks, lines, database entries. */
import { admin, equal, hallpass, hasTabs, jdoe, jsonReply, nameOf, ok, storageOfItsOwn, withFetch, withGlobal } from "./env.js";

// Each of these is something else to somebody who joins them with colons.
const SESSIONS = [
  ["https://names.example", "default"],
  ["https://names.example", "8443"],
  ["https://names.example", "8443:left"],
  ["https://names.example", "8443:own"],
  ["https://names.example:8443", "default"],
  ["https://names.example:8443", "left"],
  ["https://names.example:8443", "own"],
  ["https://names.example:8443", "turn"],
  ["https://names.example:8443", "default:left"],
  ["https://names.example", "8443:turn"],
  ["https://names.example/p", "bob"],
  ["https://names.example/p:bob", "default"],
  ["https://names.example/p:bob", "left"],
  ["https://names.example/p", "bob:left"],
  ["https://names.example/p", "bob%3Aleft"],
  ["https://names.example/p%3Abob", "default"],
  ["https://names.example/p%3Abob", "left"],
  ["https://names.example/p:bob:left", "default"],
  ["https://names.example/p", "left"],
  ["https://names.example/p:left", "default"],
  ["https://names.example/p:turn", "left"],
  ["https://names.example/p/left", "default"],
  ["https://names.example/p", "a b"],
  ["https://names.example/p", "a b 1"],
  ["https://names.example/p", "a+b"],
  ["https://names.example/p", "a%20b"],
  ["https://names.example/p", "session"],
  ["https://names.example/p", "lock"],
];

/** ETHGAS at any address, and Ocient, in this page. */
function vendor() {
  const data = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600, loggedOut: true };
  return jsonReply({ code: 200, data, access_token: "a.b.c", expires_in: 3600, username: "jdoe", status: { vendor_code: 0 } });
}

/** Replaces methods for a while: each is handed the real one and what it is called with. */
async function watching(methods, run) {
  const before = methods.map(([owner, name]) => [owner, name, Object.getOwnPropertyDescriptor(owner, name), owner[name]]);
  for (const [owner, name, see] of methods) {
    const real = owner[name];
    const value = function (...given) {
      see(...given);
      return Reflect.apply(real, this, given);
    };
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  try {
    return await run();
  } finally {
    for (const [owner, name, descriptor] of before) {
      if (descriptor) Object.defineProperty(owner, name, descriptor);
      else delete owner[name];
    }
  }
}

/** What the platform is told of names, where it has such things. */
function platforms(see) {
  const all = [];
  const { Storage, IDBObjectStore, navigator } = globalThis;
  if (Storage) {
    for (const name of ["getItem", "setItem", "removeItem"]) all.push([Storage.prototype, name, (key) => see(`storage ${key}`)]);
  }
  if (IDBObjectStore) {
    for (const name of ["get", "delete"]) all.push([IDBObjectStore.prototype, name, (key) => see(`entry ${key}`)]);
    all.push([IDBObjectStore.prototype, "put", (_, key) => see(`entry ${key}`)]);
    all.push([IDBObjectStore.prototype, "openCursor", ({ lower, upper }) => [lower, upper].forEach((key) => see(`entry ${key}`))]);
  }
  if (navigator?.locks) all.push([Object.getPrototypeOf(navigator.locks), "request", (name) => see(`lock ${name}`)]);
  return all;
}

/** A session's whole life, and every name that it used on the way. */
async function namesOf(name, [baseUrl, account], storage, locks) {
  const names = new Set();
  const see = (text) => void names.add(text);
  const own = storageOfItsOwn();
  const seeing = { get: (key) => (see(`own ${key}`), own.get(key)), set: (key, text) => (see(`own ${key}`), own.set(key, text)),
    delete: (key) => (see(`own ${key}`), own.delete(key)) };
  const { BroadcastChannel: Real } = globalThis;
  const Line = Real && class extends Real {
    constructor(line) {
      see(`line ${line}`);
      super(line);
    }
  };
  const live = async () => {
    const open = () => hallpass.openSession({ vendor: name, baseUrl, account, storage: storage === "own" ? seeing : storage });
    const session = await open();
    await session.login(jdoe);
    await session.refresh();
    await session.login(admin);
    await session.logout();
    await session.login(jdoe);
    session.dispose();
    const second = await open();
    await second.logout();
    // What a slow storage has still to do belongs to this session.
    await new Promise((done) => setTimeout(done, storage === "encrypted" ? 100 : 10));
    second.dispose();
  };
  const without = globalThis.navigator && Object.create(globalThis.navigator, { locks: { value: undefined } });
  const located = locks ? live : () => withGlobal("navigator", without, live);
  await watching(platforms(see), () => withGlobal("BroadcastChannel", Line, located));
  return names;
}

/** Fails where two sessions have said one name, whatever storages they are in. */
async function disjoint(storages, locks) {
  const owners = new Map();
  const shared = [];
  await hallpass.init();
  await withFetch(() => Promise.resolve(vendor()), async () => {
    for (const storage of storages) {
      for (const name of ["ethgas", "ocient"]) {
        for (const session of SESSIONS) {
          const who = `${name} ${session.join(" ")}`;
          const names = await namesOf(name, session, storage, locks);
          ok(names.size > 0 || storage === "memory", `${who}: names`);
          for (const one of names) {
            // What other tests have left in this page goes on meanwhile.
            if (storage !== "own" && !one.includes("names.example")) continue;
            const owner = owners.get(one) ?? who;
            if (owner !== who) shared.push(`${one}: ${owner} and ${who}, storage ${storage}`);
            owners.set(one, owner);
          }
        }
      }
    }
  });
  equal(shared, [], "names in common");
}

const WEB = ["local", "session"].filter((name) => globalThis[`${name}Storage`] && globalThis.document);
const DATABASE = globalThis.indexedDB ? ["encrypted"] : [];

export const r40_no_two_sessions_have_a_name_in_common = () => disjoint(["own", "memory", ...WEB, ...DATABASE], true);

/** Where there are no locks, notes take their place. */
export async function r40_no_two_sessions_have_a_note_in_common() {
  if (hasTabs) await disjoint(["own", ...DATABASE], false);
}

/** What comes of it: one session's sign-out leaves another's record alone. */
export async function r33_a_sign_out_reaches_no_other_session() {
  await hallpass.init();
  const kinds = [storageOfItsOwn(), ...WEB, ...DATABASE];
  // Any two sessions differ in one of five bits: each then has each storage while the other has each other one.
  const mixed = (one, other) => [1, 2, 4, 8, 16].map((bit) => (index) => (index & bit ? one : other));
  const mixes = kinds.flatMap((one) => kinds.flatMap((other) => (one === other ? [() => one] : mixed(one, other))));
  await withFetch(() => Promise.resolve(vendor()), async () => {
    for (const storageOf of mixes) {
      const what = `storages ${SESSIONS.map((_, index) => nameOf(storageOf(index)))}`;
      const open = (index) => {
        const [baseUrl, account] = SESSIONS[index];
        return hallpass.openSession({ vendor: "ethgas", baseUrl, account, storage: storageOf(index) });
      };
      for (const index of SESSIONS.keys()) {
        const session = await open(index);
        await session.login(jdoe);
        session.dispose();
      }
      for (const index of SESSIONS.keys()) {
        const session = await open(index);
        equal(session.state.status, "signed-in", `${SESSIONS[index]} after those before it have signed out, ${what}`);
        await session.logout();
        session.dispose();
      }
    }
  });
}

/** R40: sessions of one name but of another kind: a description that is called like a built-in vendor, and the login with a wallet. */
export async function r40_another_kind_of_vendor_is_another_session() {
  const storage = storageOfItsOwn();
  const options = { vendor: "ethgas", baseUrl: "https://names.example", storage, fetch: async () => vendor() };
  const first = await hallpass.openSession(options);
  await first.login(jdoe);
  const own = { name: "ethgas", credential: { header: "X-Tok" }, login: { path: "login", json: { u: "{username}" } }, grant: { access: "t" } };
  for (const other of [{ vendor: hallpass.defineVendor(own) }, { flow: "wallet" }]) {
    const session = await hallpass.openSession({ ...options, ...other });
    equal(session.state.status, "signed-out", Object.keys(other)[0]);
    session.dispose();
  }
  equal([first.state.status, storage.map.size], ["signed-in", 1]);
  first.dispose();
}
