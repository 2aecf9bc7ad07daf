/** The tests of `../pollution.js`, which says where they run. */
import {
  DATA, VENDORS, equal, hallpass, jdoe, keepsCookies, nameOf, ok, packageAddress, port, reasonOf, rejects, replying, shared, simulate,
  withGlobal, within,
} from "../env.js";
import { KINDS, round, same, withMembers } from "./round.js";

// Node's own requests are JavaScript that reads and writes what is on the prototypes, and come to grief by themselves.
// tests/node/pollution.test.mjs has vendors that need none.
const here = keepsCookies;

/** Both prototypes, with the same members. */
const onBoth = (descriptors, run) => withMembers(descriptors, () => withMembers(descriptors, run, Array.prototype));

/** R15: whatever hangs on the prototypes, a session does what it does without. */
export async function r15_members_on_the_prototypes_change_nothing() {
  if (!here) return;
  for (const name of VENDORS) {
    for (const storage of [undefined, ...shared()]) {
      const expected = await round(simulate(name), storage);
      for (const kind of ["texts", "what does harm", "objects that can't be written over"]) {
        const what = `${kind}, ${name}, storage ${storage && nameOf(storage)}`;
        const seen = round(simulate(name), storage, (run) => onBoth(KINDS[kind](), run));
        same(await within(20_000, seen, what), expected, what);
      }
    }
  }
}

/** R15: no setter and no function on the prototypes is handed a password or a token; setters, nothing at all. */
export async function r15_what_hangs_on_the_prototypes_is_handed_no_secret() {
  if (!here) return;
  for (const name of VENDORS) {
    const expected = await round(simulate(name), own().storage);
    for (const kind of ["setters", "functions"]) {
      const { storage, secrets } = own();
      let heard = "";
      const descriptors = KINDS[kind]((text) => {
        heard += `${text}\n`;
      });
      const seen = round(simulate(name), storage, (run) => onBoth(descriptors, run));
      same(await within(20_000, seen, kind), expected, `${kind}, ${name}`);
      if (kind === "setters") equal(heard, "", name);
      const told = heard.split("\n").filter((line) => [...secrets].some((secret) => line.includes(secret)));
      equal(told, [], `secrets told to ${kind}, ${name}`);
    }
  }
}

/** A storage of the caller's own, and the secrets that come by. */
function own() {
  const map = new Map();
  const secrets = new Set([jdoe.password]);
  const storage = {
    get: (key) => map.get(key),
    set: (key, text) => {
      const { access, refresh } = JSON.parse(text);
      if (access) secrets.add(access);
      if (refresh) secrets.add(refresh);
      map.set(key, text);
    },
    delete: (key) => void map.delete(key),
  };
  return { storage, secrets };
}

const bare = (body) => ({ path: "*", ...replying(body) });

/** R15: what a vendor's reply leaves out is not found on the prototypes instead. */
export async function r15_a_reply_is_not_completed_from_the_prototypes() {
  if (!here) return;
  const bodies = ["{}", '{"code":200}', '{"code":200,"data":{"accessToken":{}}}', '{"status":{"vendor_code":0}}'];
  const calls = {
    login: (session) => session.login(jdoe),
    refresh: (session) => session.refresh(),
    check: (session) => session.check(),
    json: (session) => session.json("/x"),
    fetch: (session) => session.fetch("/x").then((response) => response.status),
    logout: (session) => session.logout(),
  };
  const failed = ({ code, fields }) => `${code} ${fields?.length}`;
  const outcome = (session, call) => call(session).then((value) => value ?? "nothing", failed);
  const trial = async (name, body, call, under) => {
    const vendor = simulate(name);
    const session = call === calls.login ? await vendor.open() : await vendor.signIn({ renew: "manual" });
    await vendor.fault(bare(body));
    const token = () => session.accessToken().catch(({ code }) => code);
    const before = await token();
    const seen = await under(() => outcome(session, call));
    const kept = before === (await token());
    const { status, reason, user, problem } = session.state;
    session.dispose();
    return JSON.stringify([seen, kept, status, reason, user, problem]).replace(/"expiresAt":\d+/, "");
  };
  for (const name of VENDORS) {
    for (const [operation, call] of Object.entries(calls)) {
      for (const body of bodies) {
        const expected = await trial(name, body, call, (run) => run());
        const seen = await trial(name, body, call, (run) => withMembers(KINDS["what does harm"](), run));
        equal(seen, expected, `${operation} at ${name}, ${body}`);
      }
    }
  }
}

/** R15: nor does what is not in a list lie on Array.prototype: a token's claims, another tab's note. */
export async function r15_a_list_is_not_completed_from_the_prototype() {
  if (!here) return;
  const vendor = simulate("pegase3");
  const session = await vendor.open();
  await vendor.fault(bare('{"code":200,"token":"opaque"}'));
  const now = Date.now();
  const claims = btoa(JSON.stringify({ exp: now / 1000 + 60 }));
  await withMembers({ 1: { value: claims } }, () => session.login(jdoe), Array.prototype);
  ok(session.state.expiresAt > now + 1_000_000, "the documented lifetime");
  session.dispose();
  await withGlobal("navigator", Object.create(navigator, { locks: { value: undefined } }), async () => {
    const [storage] = shared();
    const tab = await simulate("ethgas").signIn({ storage, timeoutMs: 5_000 });
    await withMembers({ 1: { value: "9e15" } }, () => within(2_500, tab.refresh(), "a turn"), Array.prototype);
    tab.dispose();
  });
}

/** R15 and R11: nor is what a stored record leaves out. */
export async function r15_a_record_is_not_completed_from_the_prototypes() {
  const records = ["{}", '{"v":1}', '{"v":1,"receivedAt":1}', "[]", '""', "5"];
  for (const name of VENDORS) {
    for (const text of records) {
      const vendor = simulate(name);
      const open = () => vendor.open({ storage: { get: () => text, set() {}, delete() {} } });
      const expected = (await open()).state;
      await withMembers(KINDS["what does harm"](), async () => {
        const { status, reason } = (await open()).state;
        equal([status, reason], [expected.status, expected.reason], `${name}, ${text}`);
      });
    }
  }
}

/** R15: the first state is one, though Object.prototype has all of its members. */
export async function r15_the_first_state_is_seen() {
  const first = { status: "signed-out", reason: "never", renewable: false, renewal: "idle" };
  const descriptors = Object.fromEntries(Object.entries(first).map(([name, value]) => [name, { value }]));
  await withMembers(descriptors, async () => {
    const { state } = await simulate("ethgas").open();
    equal([Object.hasOwn(state ?? {}, "status"), state?.status], [true, "signed-out"]);
  });
}

/** R15: what the caller gives counts, also inherited from a class, though Object.prototype has members of that name. */
export async function r15_what_the_caller_gives_counts_all_the_same() {
  const vendor = simulate("ethgas");
  const kept = new Map();
  class Storage {
    get(key) {
      return kept.get(key);
    }
    set(key, text) {
      kept.set(key, text);
    }
    delete(key) {
      kept.delete(key);
    }
  }
  class Options {
    vendor = "ethgas";
    get baseUrl() {
      return new URL(vendor.baseUrl);
    }
    get storage() {
      return new Storage();
    }
    get allow() {
      return [new URL("https://h.example/api")];
    }
  }
  class Call {
    get signal() {
      return AbortSignal.abort("own");
    }
  }
  await withMembers(KINDS.texts(), async () => {
    const session = await hallpass.openSession(new Options());
    equal([session.state.status, session.baseUrl], ["signed-out", vendor.baseUrl]);
    if (here) {
      // Judged like a string, and so by where it lies.
      await rejects(session.fetch(new URL("https://h.example/other")), "forbidden-target");
      await rejects(session.fetch(new URL("https://h.example/api/x")), "not-signed-in");
      equal(await reasonOf(session.login(jdoe, new Call())), "own");
    }
    session.dispose();
  });
  if (!here) return;
  const session = await vendor.signIn({ storage: new Storage() });
  const init = new Request(vendor.baseUrl, { __proto__: null, method: "POST" });
  await withMembers(KINDS.texts(), async () => {
    equal((await session.fetch(DATA.ethgas, init)).status, 501, "a Request as init");
  });
}

/** R15: what an error doesn't have is not read of the prototype instead: an application goes where `ssoUrl` says. */
export async function r15_an_error_is_not_completed_from_the_prototype() {
  const vendor = simulate("lenses");
  const session = await vendor.open();
  const error = await rejects(session.fetch(DATA.lenses), "not-signed-in");
  await withMembers(KINDS["what does harm"](), () => {
    equal(error.vendor, "lenses");
    for (const name of ["status", "vendorCode", "fields", "ssoUrl", "requestId", "retryAfterMs"]) {
      equal(error[name], undefined, name);
    }
  });
  equal(Object.keys(error).sort(), ["code", "vendor"], "its own members");
}

/**
 * R15: a function `then` on Object.prototype is called by the platform with each Response, and no fetch ever answers.
 * What hallpass does itself is bounded all the same, and goes on once it is gone.
 */
export async function r15_a_then_on_the_prototype_is_waited_for_in_bounds() {
  if (!here) return;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn({ renew: "manual", timeoutMs: 300 });
  await withMembers({ then: { value() {} } }, async () => {
    // Told as text: of an object, the platform would ask its `then`.
    const code = (promise) => within(2_000, promise.then(() => "an object", (error) => error.code ?? error), "a call");
    for (const call of [() => session.login(jdoe), session.refresh, session.check]) equal(await code(call()), "timeout");
    const controller = new AbortController();
    const fetched = code(session.fetch(DATA.ethgas, { signal: controller.signal }));
    controller.abort("enough");
    equal(await fetched, "enough");
    session.logout();
    equal(session.state.reason, "logout", "at once");
  });
  equal((await session.login(jdoe)).state.status, "signed-in", "and afterwards");
}

/**
 * Rounds at all vendors in a realm of its own: what is frozen stays frozen, and a realm loads the package once. `steps`
 * says when it is loaded.
 */
async function inARealmOfItsOwn(steps) {
  const address = (path) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import { hallpass, simulate, start } from ${address("../env.js")};
    import { KINDS, round, withMembers } from ${address("./round.js")};
    const load = () => start(${JSON.stringify(packageAddress)}, ${port});
    const freeze = () => [Object, Array].forEach(({ prototype }) => Object.freeze(prototype));
    const wasm = await fetch(${JSON.stringify(new URL("hallpass.wasm", packageAddress).href)});
    const module = await WebAssembly.compile(await wasm.arrayBuffer());
    ${steps}
    let rounds = "";
    for (const name of ${JSON.stringify(VENDORS)}) rounds += await round(simulate(name));
    postMessage(rounds);
  `;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const posted = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  try {
    return await within(30_000, posted, steps);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

/** R15: prototypes that are frozen before or after it is loaded, as hardened environments do, break nothing. */
export async function r15_frozen_prototypes_break_nothing() {
  if (!here) return;
  let expected = "";
  for (const name of VENDORS) expected += await round(simulate(name));
  for (const steps of ["freeze(); await load();", "await load(); await hallpass.init(); freeze();"]) {
    same(await inARealmOfItsOwn(steps), expected, steps);
  }
}

/** R15: what hangs on the prototypes before it is loaded, or while it is, breaks nothing either. */
export async function r15_members_from_before_it_was_loaded_change_nothing() {
  if (!here) return;
  let expected = "";
  for (const name of VENDORS) expected += await round(simulate(name));
  for (const kind of Object.keys(KINDS)) {
    for (const source of ["", "module"]) {
      const load = `async () => { await load(); await hallpass.init(${source}); }`;
      const steps = `
        const descriptors = KINDS[${JSON.stringify(kind)}](() => {});
        await withMembers(descriptors, () => withMembers(descriptors, ${load}, Array.prototype));
      `;
      same(await inARealmOfItsOwn(steps), expected, `${kind} ${source}`);
    }
  }
}

/** R15, R27: where to go after a login is the vendor's word, and no member of Object.prototype. */
export async function r15_redirectTo_is_not_read_off_the_prototype() {
  for (const name of VENDORS) {
    const session = await simulate(name).open();
    await withMembers({ redirectTo: { value: "//evil.example" } }, async () => {
      equal((await session.login(jdoe)).redirectTo, undefined, name);
    });
  }
}
