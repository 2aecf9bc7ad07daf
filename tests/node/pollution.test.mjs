// R15 in Node: whatever is put on the prototypes, before the package is loaded or after. Each case has a thread and with
// it prototypes of its own. The vendors are in here: Node's own network doesn't bear it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { gzipSync } from "node:zlib";

import { VENDORS, jdoe, storageOfItsOwn } from "../contract/env.js";
import { HEADERS, KINDS, round, same, withMembers } from "../contract/prototypes/round.js";

const TOKEN = `${btoa('{"alg":"none"}')}.${btoa('{"exp":4102444800}')}.c2lnbmVkLWJ5LW5vYm9keQ`.replaceAll("=", "");
const GRANT = { accessToken: TOKEN, refreshToken: TOKEN, expiresIn: 3600 };
const DONE = { status: { vendor_code: 0 } };

/** What the vendors answer, as text: made before anything is on the prototypes. */
const REPLIES = new Map(
  Object.entries({
    "/v1/login": { ...DONE, access_token: TOKEN, expires_in: 3600 },
    "/v1/token_refresh": { ...DONE, access_token: TOKEN, expires_in: 3600 },
    "/v1/execute/system": { ...DONE, data: [1] },
    "/v1/logout": DONE,
    "/api/v1/login": {},
    "/api/v1/users/me": { name: "jdoe" },
    "/login": { code: 200, token: TOKEN },
    "/company/info": { code: 200 },
    "/api/v1/user/login": { code: 200, data: GRANT },
    "/api/v1/user/login/refresh": { code: 200, data: GRANT },
    "/api/v1/user/login/verify": { code: 200, data: { valid: true } },
    "/api/v1/user/info": { code: 200 },
    "/api/v1/user/logout": { code: 200, data: { loggedOut: true } },
  }).map(([path, json]) => [path, JSON.stringify(json)]),
);

let hallpass;
const load = async () => {
  hallpass = await import("../../pkg/inline.js");
  await hallpass.init();
};

/** A vendor as the contract's simulator gives it, but in here. */
function vendorOf(vendor) {
  const baseUrl = "https://vendor.example";
  const requests = [];
  let fault;
  globalThis.fetch = async (request) => {
    const { pathname: path, search } = new URL(request.url);
    const { method } = request;
    const body = await request.text();
    const headers = { __proto__: null };
    for (const name of HEADERS) headers[name] = request.headers.get(name);
    requests[requests.length] = { __proto__: null, method, path, query: search.slice(1), headers, body };
    const wrong = body.includes("wrong") || headers.password === "wrong";
    const status = fault?.path === path || wrong ? 401 : 200;
    if (fault?.path === path) fault = undefined;
    const answered = new Headers();
    answered.set("Content-Type", "application/json");
    return new Response(wrong ? "{}" : REPLIES.get(path), { __proto__: null, status, headers: answered });
  };
  return {
    vendor,
    baseUrl,
    open: (options) => hallpass.openSession({ vendor, baseUrl, ...options }),
    fault: async (order) => void (fault = order),
    ledger: async () => ({ requests }),
  };
}

async function rounds() {
  let all = "";
  for (const name of VENDORS) all += await round(vendorOf(name));
  return all;
}

/**
 * The names under whose descriptors Node's own Request, Response and streams still work, and its loader if that is
 * wanted: they are JavaScript that reads and writes many of these names itself, which no package could keep it from.
 */
async function bearable(kind, loads) {
  const descriptors = KINDS[kind](() => {});
  delete descriptors.signal; // an exception that nobody can catch
  const packed = gzipSync("text");
  const exchange = async (name) => {
    if (loads) await import(`../../pkg/watched.js?${name}`);
    const headers = new Headers();
    headers.set("Accept", "x");
    const { signal } = new AbortController();
    const rest = { __proto__: null, headers, signal, redirect: "error", cache: "no-store" };
    const init = { __proto__: null, method: "POST", body: "body", ...rest };
    const request = new Request("https://vendor.example/", init);
    const plain = new Request("https://vendor.example/", { __proto__: null });
    const again = new Request(plain.clone(), { __proto__: null, credentials: "include" });
    const TRAITS = ["method", "mode", "credentials", "redirect", "cache"];
    const traits = (request) => [...TRAITS.map((name) => request[name]), !request.body, [...request.headers].join()];
    const response = new Response("text", { __proto__: null, status: 200, headers });
    const reader = response.clone().body.getReader();
    const { value } = await reader.read();
    reader.cancel().catch(() => {});
    const unpacked = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
    const requests = [request, plain, again].flatMap(traits);
    const seen = [...requests, request.signal.aborted, again.signal.aborted, await request.clone().text()];
    return [...seen, response.status, value.byteLength, await response.text(), await unpacked.text()].join();
  };
  const clean = await exchange("clean");
  const names = [];
  for (const name of Object.keys(descriptors)) {
    if (descriptors[name].set && /^\d$/.test(name)) continue; // it fills its lists of headers so
    let handed = 0;
    const { set } = descriptors[name];
    const descriptor = set ? { ...descriptors[name], set: () => void handed++ } : descriptors[name];
    const hung = new Promise((done) => setTimeout(done, 500, "hung"));
    const seen = await withMembers({ [name]: descriptor }, () => Promise.race([exchange(name).catch(String), hung]));
    if (seen === clean && !handed) names.push(name);
  }
  return names;
}

/** Rounds with members of a kind on both prototypes, and what they were handed. `loads`: also while it is loaded. */
async function roundsUnder(kind, loads) {
  const names = await bearable(kind, loads);
  assert.ok(names.length > 100, `${names.length} of the names can be tried`);
  let handed = "";
  const all = KINDS[kind]((text) => (handed += `${text}\n`));
  const descriptors = Object.fromEntries(names.map((name) => [name, all[name]]));
  let seen;
  const run = async () => {
    if (loads) await load();
    seen = await rounds();
  };
  if (!loads) await load();
  await withMembers(descriptors, () => withMembers(descriptors, run, Array.prototype));
  return [seen, handed];
}

const freeze = () => [Object, Array].forEach(({ prototype }) => Object.freeze(prototype));

const CASES = {
  "frozen before it is loaded": async () => {
    freeze();
    await load();
    return [await rounds(), ""];
  },
  "frozen afterwards": async () => {
    await load();
    freeze();
    return [await rounds(), ""];
  },
  "texts from before it is loaded on": () => roundsUnder("texts", true),
  "what does harm from before it is loaded on": () => roundsUnder("what does harm", true),
  // Not before: Node's loader would come to grief.
  setters: () => roundsUnder("setters", false),
  functions: () => roundsUnder("functions", false),
};

if (isMainThread) {
  await load();

  for (const what of Object.keys(CASES)) {
    test(`r15_prototypes_${what.replaceAll(" ", "_")}_change_nothing`, { timeout: 60_000 }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: what });
      const [[seen, handed]] = await once(worker, "message");
      same(seen, await rounds(), what);
      assert.ok(!handed.includes(jdoe.password) && !handed.includes(TOKEN), `${what}: no secret in ${handed}`);
    });
  }

  test("r15_a_server_stays_one_though_every_object_has_a_location", async () => {
    const { isHidden } = await import("../../target/xtask/package/src/wake-ups.js");
    const vendor = vendorOf("ocient");
    await withMembers({ location: { value: "x" }, document: { value: { visibilityState: "hidden" } } }, async () => {
      const [one, other] = [await vendor.open({ storage: storageOfItsOwn() }), await vendor.open({ storage: storageOfItsOwn() })];
      const [memory, alike] = [await vendor.open(), await vendor.open()];
      for (const session of [one, other, memory, alike]) await session.login(jdoe);
      await one.logout();
      await memory.logout();
      await new Promise((done) => setTimeout(done, 200)); // until what tabs tell each other would have come
      assert.deepEqual([other.state.status, alike.state.status], ["signed-in", "signed-in"], "different people");
      assert.equal(isHidden(), false, "nothing is put off until somebody looks");
      for (const session of [one, other, memory, alike]) session.dispose();
    });
  });

  test("r15_components_see_their_session", async () => {
    const { watch } = await import("../../pkg/watched.js");
    const session = await vendorOf("ocient").open();
    let handed = 0;
    await withMembers({ source: { set: () => handed++ } }, async () => {
      const watched = watch(() => Promise.resolve(session));
      const told = new Promise((done) => watched.subscribe(() => done()));
      await told;
      assert.equal(watched.get().session, session);
    });
    assert.equal(handed, 0, "setters called");
  });
} else {
  parentPort.postMessage(await CASES[workerData]());
}
