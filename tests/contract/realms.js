/** What comes of another realm, an iframe's or a context of Node's, is what it is there too (rule 9). */
import { DATA, equal, jsonReply, ok, simulate, withGlobal } from "./env.js";

const VERIFY = "/api/v1/user/login/verify";

/** The globals of another realm; undefined where the platform makes none. */
function otherRealm() {
  if (globalThis.document) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    return { realm: frame.contentWindow, close: () => frame.remove() };
  }
  const vm = globalThis.process?.getBuiltinModule?.("node:vm");
  return vm && { realm: vm.runInNewContext("globalThis"), close() {} };
}

async function inOtherRealm(run) {
  const other = otherRealm();
  if (!other) return; // in a worker
  try {
    await run(other.realm);
  } finally {
    other.close();
  }
}

/** Bodies of each kind that a realm has, and what is done to them after the call. */
function bodies(realm) {
  const bytes = (text) => realm.Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const all = {
    ArrayBuffer: () => {
      const view = bytes("a buffer");
      return [view.buffer, () => view.fill(120)];
    },
    Uint8Array: () => {
      const view = bytes("--typed--").subarray(2, 7);
      return [view, () => view.fill(120)];
    },
    DataView: () => {
      const view = bytes("data view");
      return [new realm.DataView(view.buffer), () => view.fill(120)];
    },
  };
  if (!realm.FormData) return all; // Node's contexts have the language alone
  return {
    FormData: () => {
      const body = new realm.FormData();
      body.set("field", "välue");
      body.set("file", new realm.Blob(["content"], { type: "text/x-part" }), "name.txt");
      return [body, () => body.set("field", "changed")];
    },
    URLSearchParams: () => {
      const body = new realm.URLSearchParams({ a: "1 & 2" });
      return [body, () => body.set("a", "changed")];
    },
    Blob: () => [new realm.Blob(["bl", "ob"], { type: "text/x-blob" })],
    "a form's data": () => {
      const form = realm.document.createElement("form");
      form.append(Object.assign(realm.document.createElement("input"), { name: "field", value: "in a form" }));
      return [new realm.FormData(form)];
    },
    ...all,
  };
}

/** What is sent below a path: the type and the text of each body. The first is refused, as by a vendor whose token is dead. */
async function sentTwice(session, vendor, run) {
  const { fetch: real } = globalThis;
  const sent = [];
  const fake = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith(VERIFY)) return real(request);
    sent.push([request.headers.get("Content-Type"), await request.text()]);
    return sent.length === 1 ? jsonReply({ code: 401, data: null }, 401) : jsonReply({ code: 200, data: {} });
  };
  const status = await withGlobal("fetch", fake, run);
  equal([status, sent.length], [200, 2], "refused, renewed, and sent again");
  return sent;
}

/** Whether the platform tells what is in a body, also of a copy: WebKit does not for files of another realm. */
async function isTold(body) {
  const request = new Request("https://h.example/", { method: "POST", body });
  const copy = request.clone();
  return Promise.all([request.text(), copy.text()]).then(() => true, () => false);
}

/** Rule 9: the replay is byte-identical for every kind of body of every realm, and as it was at the call. */
export async function rule_9_a_body_of_another_realm_is_replayed_byte_for_byte() {
  await inOtherRealm(async (realm) => {
    for (const kinds of [bodies(realm), bodies(globalThis)]) {
      for (const [what, make] of Object.entries(kinds)) {
        if (what === "a form's data" && !globalThis.document) continue;
        if (!(await isTold(make()[0]))) continue;
        const vendor = simulate("ethgas");
        const session = await vendor.signIn();
        const [body, change] = make();
        const [first, second] = await sentTwice(session, vendor, async () => {
          const call = session.fetch(VERIFY, { method: "POST", body });
          change?.();
          return (await call).status;
        });
        equal(second, first, what);
        ok(!first[1].includes("changed") && !/^x+$/.test(first[1]), `${what}: as it was at the call`);
        const [, boundary] = /boundary=(.+)/.exec(first[0] ?? "") ?? [];
        if (boundary) ok(first[1].startsWith(`--${boundary}`), `${what}: its boundary is the body's`);
        session.dispose();
      }
    }
  });
}

/** A Request of another realm is a Request: sent with its method, its headers and its body, and again. */
export async function rule_9_a_request_of_another_realm_is_replayed() {
  await inOtherRealm(async (realm) => {
    if (!realm.Request) return; // Node's contexts have none
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    const body = new realm.FormData();
    body.set("field", "välue");
    const request = new realm.Request(vendor.baseUrl + VERIFY, { method: "POST", headers: { "x-own": "1" }, body });
    const [first, second] = await sentTwice(session, vendor, async () => (await session.fetch(request)).status);
    equal(second, first, "the body");
    const [, boundary] = /boundary=(.+)/.exec(first[0]);
    ok(first[1].startsWith(`--${boundary}`), "its boundary is the body's");
  });
}

/** Headers, URLs and signals of another realm are what they are. */
export async function headers_urls_and_signals_of_another_realm_count() {
  await inOtherRealm(async (realm) => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    if (realm.URL) equal((await session.fetch(new realm.URL(vendor.baseUrl + DATA.ethgas))).status, 200, "a URL");
    const own = realm.Object.assign(new realm.Object(), { "x-test": "1" });
    const headers = realm.Headers ? new realm.Headers(own) : own;
    await session.fetch(DATA.ethgas, { headers });
    equal((await vendor.ledger()).requests.at(-1).headers["x-test"], "1", "headers");
    if (!realm.AbortController) return;
    const controller = new realm.AbortController();
    controller.abort("no");
    equal(await session.fetch(DATA.ethgas, { signal: controller.signal }).catch((reason) => reason), "no", "a signal");
  });
}

/** Imitations of browsers, and instrumented pages, put subclasses in the place of the platform's own. */
export async function a_pages_own_subclasses_of_request_and_response_will_do() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const address = `${vendor.baseUrl}${DATA.ethgas}`;
  const { Request: Native } = globalThis;
  await withGlobal("Request", class extends Native {}, async () => {
    for (const input of [address, new Request(address), new Native(address)]) equal((await session.fetch(input)).status, 200);
  });
  await withGlobal("Response", class extends Response {}, async () => {
    equal((await session.json(DATA.ethgas)).username, "jdoe");
    equal((await session.fetch(DATA.ethgas)).status, 200);
  });
  session.dispose();
}
