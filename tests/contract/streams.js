/** Bodies that come in pieces: none is held back or held in memory, and none is waited for without a bound (rule 2, R35). */
import {
  DATA, VENDORS, equal, jdoe, jsonReply, keepsCookies, ok, pathOf, reasonOf, rejects, renewals, simulate, withGlobal, within,
} from "./env.js";
import { again, heldOutside, stream, streamed, tellsStreams } from "./stand-ins/streams.js";

const LOOKS_INSIDE = ["ocient", "pegase3"];
const ROW = '{"c1":1},';
const rows = (count, first = '{"data":[') => [first, ...Array.from({ length: count }, () => ROW), '{"c1":2}]}'];
const ANSWER = { status: { reason: "OK", vendor_code: 0 }, code: 200, data: [] };
const STREAMS = ["application/stream+json", "application/json-seq", "application/connect+json", "application/x-ndjson"];
const REFUSAL = { status: { reason: "no", sql_state: "08003", vendor_code: -733 } };

/** What a request of the session's carries. */
async function credentialOf(session) {
  const token = await session.accessToken();
  return session.vendor === "ocient" ? { Authorization: `Bearer ${token}` } : { Token: token };
}

/** How long a call takes to give its headers, in ms: the best of three. */
async function headersAfter(call) {
  let best = Infinity;
  for (let times = 0; times < 3; times++) {
    const began = performance.now();
    const response = await call();
    best = Math.min(best, performance.now() - began);
    response.body?.cancel().catch(() => {});
  }
  return best;
}

/** Rule 11: fetch resolves when the platform's does, however slowly a JSON reply comes. */
export async function rule_11_headers_are_not_held_back_by_a_slow_body() {
  for (const name of LOOKS_INSIDE) {
    const session = await simulate(name).signIn();
    for (const type of ["application/json", ...STREAMS]) {
      for (const pieces of [rows(20), ["", ...rows(20)], [`{"data":[${ROW.repeat(100)}`, ...rows(20, "")]]) {
        const fake = async () => streamed(pieces, { ms: 300, type });
        const took = await withGlobal("fetch", fake, () => headersAfter(() => session.fetch(DATA[name])));
        // The pieces are 300 ms apart.
        ok(took < 250, `${name}, ${type}: the headers came after ${Math.round(took)} ms`);
      }
    }
  }
}

/**
 * Rule 1: an abort while a body comes that was looked into rejects with the signal's reason, however it is read; or with an AbortError, as
 * Firefox and WebKit have it; but never with what looks like trouble of the network.
 */
export async function rule_1_a_body_that_is_aborted_says_so() {
  const vendor = simulate("ocient");
  const session = await vendor.signIn();
  await vendor.config({ row_ms: 1_000 });
  const headers = await credentialOf(session);
  const fetches = {
    raw: (signal) => globalThis.fetch(vendor.baseUrl + DATA.ocient, { headers, signal }),
    session: (signal) => session.fetch(DATA.ocient, { signal }),
  };
  const reads = {
    ...Object.fromEntries(["arrayBuffer", "blob", "formData", "json", "text"].map((name) => [name, (response) => response[name]()])),
    clone: (response) => response.clone().text(),
    reader: async (response) => {
      const reader = response.body.getReader();
      while (!(await reader.read()).done);
    },
  };
  const told = async (fetch, read, why) => {
    const controller = new AbortController();
    const response = await fetch(controller.signal);
    const reason = reasonOf(read(response));
    setTimeout(() => controller.abort(why), 50);
    const error = await within(5_000, reason, "the reason");
    return error?.name ?? error;
  };
  const all = Object.entries(reads).flatMap(([name, read]) => [[name, read, undefined, "AbortError"], [name, read, "mine", "mine"]]);
  await Promise.all(all.map(async ([name, read, why, expected]) => {
    const [raw, own] = await Promise.all([told(fetches.raw, read, why), told(fetches.session, read, why)]);
    ok([expected, raw, "AbortError"].includes(own), `${name}, ${why}: expected ${expected} or ${raw}, saw ${own}`);
  }));
  session.dispose();
}

/** Rule 11: a body that was looked into is read as the platform's own, also into buffers of the reader's. */
export async function rule_11_a_reply_that_was_looked_into_is_read_into_buffers() {
  const vendor = simulate("ocient");
  await vendor.config({ row_ms: 1 });
  const session = await vendor.signIn();
  const raw = await globalThis.fetch(vendor.baseUrl + DATA.ocient, { headers: await credentialOf(session) });
  const { body } = await session.fetch(DATA.ocient);
  const readerOf = (stream) => {
    try {
      return stream.getReader({ mode: "byob" });
    } catch {
      return undefined; // WebKit's bodies are none of bytes
    }
  };
  const reader = readerOf(body);
  equal(reader !== undefined, readerOf(raw.body) !== undefined, "a stream of bytes where the platform's is");
  if (reader) {
    const decoder = new TextDecoder();
    let text = "";
    for (let piece; !(piece = await reader.read(new Uint8Array(7))).done; ) text += decoder.decode(piece.value, { stream: true });
    ok(JSON.parse(text).data, "with all of it");
  }
  session.dispose();
}

/** A reply whose body was looked into tells where it came from, and so do its clones. */
export async function rule_11_a_reply_that_was_looked_into_tells_where_it_came_from() {
  const vendor = simulate("ocient");
  await vendor.config({ row_ms: 1 });
  const session = await vendor.signIn();
  const raw = await globalThis.fetch(vendor.baseUrl + DATA.ocient, { headers: await credentialOf(session) });
  const about = ({ url, type, redirected, status }) => [url, type, redirected, status];
  const response = await session.fetch(DATA.ocient);
  const clone = response.clone();
  for (const one of [response, clone, clone.clone()]) {
    equal(about(one), about(raw));
    ok(one instanceof Response && JSON.parse(await one.text()).data, "with its body");
  }
}

/** Rule 11: what is longer than is looked into, or comes in more pieces, is whole all the same: each piece once, in its order. */
export async function rule_11_a_body_that_is_looked_into_in_part_is_whole() {
  const session = await simulate("ocient").signIn();
  for (const [count, length] of [[200, 1_000], [5_000, 5], [3, 100_000]]) {
    const pieces = Array.from({ length: count }, (_, index) => `${index}`.padStart(length));
    const response = await withGlobal("fetch", async () => streamed(pieces), () => session.fetch(DATA.ocient));
    ok((await response.text()) === pieces.join(""), `${count} pieces of ${length} characters`);
  }
  session.dispose();
}

/** The same from a server: as soon as without hallpass, and the body is whole. */
export async function rule_11_headers_come_as_soon_as_without_hallpass() {
  for (const name of LOOKS_INSIDE) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const headers = await credentialOf(session);
    // Three calls of each, of which the quickest counts, and one for the body.
    await vendor.fault({ path: pathOf(name), drip_ms: 25, count: 7 });
    const raw = await headersAfter(() => globalThis.fetch(vendor.baseUrl + DATA[name], { headers }));
    const took = await headersAfter(() => session.fetch(DATA[name]));
    ok(took < raw + 50, `${name}: headers after ${Math.round(took)} ms, without hallpass ${Math.round(raw)}`);
    const response = await session.fetch(DATA[name]);
    ok(!response.bodyUsed && JSON.parse(await response.text()), `${name}: the body is whole`);
  }
}

/** Rule 11: what is a stream by its type is never looked into. */
export async function rule_11_streaming_types_are_never_looked_into() {
  for (const type of [...STREAMS, "text/event-stream"]) {
    const vendor = simulate("ocient");
    const session = await vendor.signIn();
    const seen = {};
    await withGlobal("fetch", async () => streamed([JSON.stringify(REFUSAL), "\n", "\n"], { type, seen }), async () => {
      const response = await session.fetch(DATA.ocient);
      await new Promise((done) => setTimeout(done, 20));
      ok(seen.pieces <= 1 && !response.bodyUsed && !response.body.locked, `${type}: ${seen.pieces} pieces were asked for`);
      equal(await response.text(), `${JSON.stringify(REFUSAL)}\n\n`, type);
    });
    equal([session.state.status, await renewals(vendor)], ["signed-in", 0], type);
  }
}

/** Rule 11: a rejection that comes in one piece, of no told length, is seen as before. */
export async function rule_11_a_rejection_in_one_chunk_is_seen() {
  const { fetch: real } = globalThis;
  for (const more of [{}, { pad: "x".repeat(20_000) }]) {
    const vendor = simulate("ocient");
    const session = await vendor.signIn();
    let calls = 0;
    const fake = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.includes("/execute/")) return real(request);
      return calls++ ? jsonReply(ANSWER) : streamed([JSON.stringify({ ...REFUSAL, ...more })]);
    };
    const reply = await withGlobal("fetch", fake, async () => (await session.fetch(DATA.ocient)).json());
    equal([reply.status.vendor_code, calls, await renewals(vendor)], [0, 2, 1]);
  }
}

/** A large reply that is read slowly takes no more memory than without hallpass. Seen in Node, which tells. */
export async function r35_a_large_reply_that_is_read_slowly_stays_outside() {
  if (heldOutside() === undefined) return;
  for (const name of LOOKS_INSIDE) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const headers = await credentialOf(session);
    /** The most that is held while the first pieces are read, in MB. */
    const most = async (call) => {
      await vendor.fault({ path: pathOf(name), huge_mb: 60 });
      const before = heldOutside();
      const reader = (await call()).body.getReader();
      let peak = 0;
      for (let times = 0; times < 10; times++) {
        await reader.read();
        await new Promise((done) => setTimeout(done, 50));
        peak = Math.max(peak, heldOutside() - before);
      }
      await reader.cancel();
      return peak;
    };
    const raw = await most(() => globalThis.fetch(vendor.baseUrl + DATA[name], { headers }));
    const own = await most(() => session.fetch(DATA[name]));
    ok(own < raw * 1.1 + 4, `${name}: ${own.toFixed(1)} MB are held, without hallpass ${raw.toFixed(1)}`);
  }
}

/** The same in browsers, which tell when the last byte has come: what nobody reads is not downloaded. */
export async function r35_a_large_reply_that_nobody_reads_is_not_downloaded() {
  if (!keepsCookies) return;
  for (const name of LOOKS_INSIDE) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const headers = await credentialOf(session);
    const url = vendor.baseUrl + DATA[name];
    const comes = async (call) => {
      await vendor.fault({ path: pathOf(name), huge_mb: 100 });
      performance.clearResourceTimings();
      const reader = (await call()).body.getReader();
      await reader.read();
      const whole = () => performance.getEntriesByName(url).some(({ responseEnd }) => responseEnd > 0);
      for (let times = 0; times < 30 && !whole(); times++) await new Promise((done) => setTimeout(done, 100));
      const seen = whole();
      await reader.cancel();
      return seen;
    };
    if (await comes(() => globalThis.fetch(url, { headers }))) return; // this platform downloads it all the same
    ok(!(await comes(() => session.fetch(DATA[name]))), `${name}: 100 MB were downloaded, and a piece of them read`);
  }
}

/** R35: a caller who cancels a body that was looked into cancels the vendor's, with his reason: it is not downloaded on. */
export async function r35_a_caller_who_cancels_a_body_cancels_the_vendors() {
  for (const name of LOOKS_INSIDE) {
    const session = await simulate(name).signIn();
    const reasons = [];
    const pull = (controller) => new Promise((done) => setTimeout(done, 5)).then(() => controller.enqueue(new Uint8Array([32])));
    const body = () => new ReadableStream({ pull, cancel: (reason) => void reasons.push(reason) });
    const fake = async () => new Response(body(), { headers: { "Content-Type": "application/json" } });
    const response = await withGlobal("fetch", fake, () => session.fetch(DATA[name]));
    await response.body.cancel("enough");
    equal(reasons, ["enough"], name);
    session.dispose();
  }
}

/** Rule 2: json() waits for a whole body ten times as long as for its next piece, and no longer. (A piece may be late by 400 ms.) */
export async function rule_2_a_body_that_never_ends_is_a_timeout() {
  const sessions = await Promise.all(VENDORS.map((name) => simulate(name).signIn({ timeoutMs: 500 })));
  const bodies = [];
  const endless = async () => {
    const seen = {};
    bodies.push(seen);
    return streamed([JSON.stringify(ANSWER), ...again(" ", 1_000)], { ms: 20, seen });
  };
  const ends = async (session) => {
    const began = Date.now();
    await within(15_000, rejects(session.json("/x"), "timeout"), session.vendor);
    const took = Date.now() - began;
    ok(took > 4_500 && took < 9_000, `${session.vendor}: after ${took} ms`);
    equal(session.state.status, "signed-in", session.vendor);
  };
  await withGlobal("fetch", endless, () => Promise.all(sessions.map(ends)));
  await new Promise((done) => setTimeout(done, 60));
  equal(bodies.map(({ cancelled }) => Boolean(cancelled)), [true, true, true, true], "the rest is not read on");
  for (const session of sessions) session.dispose();
}

/** One that takes longer than timeoutMs in all, with no piece that does, is waited for. (A piece may be late by most of a second.) */
export async function rule_2_a_slow_body_is_waited_for() {
  const sessions = await Promise.all(VENDORS.map((name) => simulate(name).signIn({ timeoutMs: 1_000 })));
  const slow = async () => streamed([...again(" ", 6), JSON.stringify(ANSWER)], { ms: 250 });
  await withGlobal("fetch", slow, () => Promise.all(sessions.map((session) => within(10_000, session.json("/x"), session.vendor))));
  for (const session of sessions) session.dispose();
}

/** Rules 1 and 2: a body whose next piece is always there already is given up as well. */
export async function rule_1_an_abort_ends_a_body_whose_pieces_are_always_there() {
  const session = await simulate("ethgas").signIn();
  for (const name of ["json", "login", "check", "refresh"]) {
    const controller = new AbortController();
    const seen = {};
    let pieces = 0;
    function* body() {
      // As many as can be read in no time: with each, a page would be frozen for good.
      for (; pieces < 20_000; pieces++) {
        if (pieces === 5) controller.abort("enough");
        yield " ";
      }
    }
    const calls = {
      json: (signal) => session.json("/x", { signal }),
      login: (signal) => session.login(jdoe, { signal }),
      check: (signal) => session.check({ signal }),
      refresh: (signal) => session.refresh({ signal }),
    };
    await withGlobal("fetch", async () => streamed(body(), { seen }), async () => {
      equal(await reasonOf(within(3_000, calls[name](controller.signal), name)), "enough", name);
      await new Promise((done) => setTimeout(done, 50));
    });
    // A renewal goes on for whom else it concerns.
    if (name !== "refresh") ok(pieces < 100 && seen.cancelled, `${name}: ${pieces} pieces were read`);
  }
  session.dispose();
}

const payload = (data) => `{"code":200,"status":{"vendor_code":0},"data":${data}}`;
const deep = (open, close, depth) => payload(`${open.repeat(depth)}1${close.repeat(depth)}`);

/** R35: nesting beyond 10 000 is malformed before it is parsed; what only looks like it is not. */
export async function r35_json_nested_beyond_bounds_is_malformed() {
  for (const name of ["ethgas", "ocient"]) {
    const session = await simulate(name).signIn();
    const json = (text) => withGlobal("fetch", async () => streamed([text]), () => within(10_000, session.json("/x"), name));
    for (const [open, close] of [["[", "]"], ['{"a":', "}"], ['[{"a":[', "]}]"], [" [ ", " ] "]]) {
      for (const depth of [10_001, 100_000, 500_000]) {
        const outcome = await json(deep(open, close, depth)).then(() => "a value", ({ code }) => code);
        equal(outcome, "malformed-reply", `${name}, ${depth} times ${open}`);
      }
      await json(deep(open, close, 3_000)); // three levels at most each
    }
    for (const text of ["[".repeat(20_000), '\\"['.repeat(20_000), "\\\\", '{"'.replaceAll('"', '\\"').repeat(20_000)]) {
      await json(payload(`["${text}",[${"[],".repeat(20_000)}0]]`));
    }
    equal(session.state.status, "signed-in");
    session.dispose();
  }
}

/** Rule 9: a Request whose body is a stream of the caller's is sent as it is and never replayed, nor held in memory. */
export async function rule_9_a_requests_stream_is_sent_once_and_not_held() {
  if (!tellsStreams()) return;
  const { fetch: real } = globalThis;
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  let [calls, read] = [0, 0];
  const fake = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith("/upload")) return real(request);
    calls++;
    for (const reader = request.body.getReader(); ; read++) if ((await reader.read()).done) break;
    return jsonReply({ code: 401, message: "Unauthorized", data: null }, 401);
  };
  function* pieces() {
    for (let count = 0; count < 640; count++) yield new Uint8Array(65_536).fill(count);
  }
  const before = heldOutside();
  const request = new Request(`${vendor.baseUrl}/upload`, { method: "POST", body: stream(pieces()), duplex: "half" });
  await withGlobal("fetch", fake, async () => {
    const response = await within(10_000, session.fetch(request), "the upload");
    equal([response.status, calls, read], [401, 1, 640]);
    const more = (heldOutside() ?? 0) - (before ?? 0);
    ok(more < 20, `${more.toFixed(1)} MB of a body of 40 are held`);
  });
  session.dispose();
}

/** Rule 11: and whether it was redirected. */
export async function rule_11_a_reply_that_was_looked_into_tells_that_it_was_redirected() {
  const session = await simulate("ocient").signIn();
  const redirected = () => Object.defineProperty(streamed(['{"data":', "[]}"]), "redirected", { value: true });
  await withGlobal("fetch", async () => redirected(), async () => {
    const response = await session.fetch(DATA.ocient);
    equal([response.redirected, response.clone().redirected, await response.text()], [true, true, '{"data":[]}']);
  });
  session.dispose();
}
