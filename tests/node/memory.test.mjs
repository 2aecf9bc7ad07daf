// R34: rounds without end leave no memory behind, and a handle that was dropped leaves nothing in the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as after } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { init, openSession } from "../../pkg/inline.js";
import { DATA, storageOfItsOwn } from "../contract/env.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const options = { vendor: "ethgas", baseUrl: "https://vendor.example" };

/** ETHGAS, answering at once. */
function vendor(request) {
  const data = { accessToken: "a".repeat(400), refreshToken: "r".repeat(400), expiresIn: 3600, user: { userId: 1 } };
  const body = JSON.stringify({ code: 200, message: "OK", data, path: new URL(request.url).pathname });
  return Promise.resolve(new Response(body, { status: 200, headers: { "Content-Type": "application/json" } }));
}

async function withVendor(run) {
  const { fetch } = globalThis;
  globalThis.fetch = vendor;
  try {
    await run();
  } finally {
    globalThis.fetch = fetch;
  }
}

async function round(session) {
  await session.login({ username: "jdoe", password: "correct horse" });
  await (await session.fetch("/api/v1/user/info")).text();
  await session.json("/api/v1/user/info");
  await session.refresh();
  await session.logout();
}

/** Loads the package. The memory of its WebAssembly is seen on the way, as the package hands it to nobody. */
async function load() {
  const { instantiate } = WebAssembly;
  const made = [];
  // Called with bytes, it answers with more than an instance. (Node itself hands a module to it, for its fetch.)
  WebAssembly.instantiate = async (...given) => {
    const result = await instantiate(...given);
    made.push(result.instance);
    return result;
  };
  await init();
  WebAssembly.instantiate = instantiate;
  const { exports } = made.find((instance) => instance);
  return Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
}

/** The memory in use after everything that can be collected is, in bytes: JavaScript's heap, and the WebAssembly's. */
async function used(memory) {
  for (let times = 0; times < 5; times++) {
    gc();
    await after(10);
  }
  return [process.memoryUsage().heapUsed, memory.buffer.byteLength];
}

test("r34_ten_thousand_rounds_leave_memory_flat", { timeout: 300_000 }, async () => {
  const memory = await load();
  await withVendor(async () => {
    const storage = storageOfItsOwn();
    const session = await openSession({ ...options, storage });
    const signal = new AbortController().signal; // one for all, as an application has it
    const rounds = async (count) => {
      for (let done = 0; done < count; done++) {
        await round(session);
        await session.login({ username: "jdoe", password: "correct horse" }, { signal });
        await (await session.fetch("/api/v1/user/info", { signal })).text();
        await turn(); // what was collected is told between the turns of the event loop
      }
    };
    // The platform's own tables of what is to be collected grow at first.
    await rounds(3_000);
    const [heapBefore, wasmBefore] = await used(memory);
    await rounds(10_000);
    const [heapAfter, wasmAfter] = await used(memory);
    assert.equal(wasmAfter, wasmBefore, "the WebAssembly's memory");
    // 50 bytes a round would be 500 kB.
    assert.ok(heapAfter - heapBefore < 500_000, `the heap grew by ${heapAfter - heapBefore} bytes in 10 000 rounds`);
    session.dispose();
  });
});

test("r34_a_dropped_handle_frees_its_listeners_timers_and_lines", { timeout: 60_000 }, async () => {
  const listeners = new Map();
  const lines = new Set();
  const timers = new Set();
  const before = { BroadcastChannel, setTimeout, clearTimeout };
  // A page, among tabs: as Electron has it, since a server is none whatever globals it has.
  globalThis.location = { href: "https://page.example/" };
  process.type = "renderer";
  globalThis.addEventListener = (type, listener) => listeners.set(listener, (listeners.get(listener) ?? 0) + 1);
  globalThis.removeEventListener = (type, listener) => {
    const left = listeners.get(listener) - 1;
    if (left) listeners.set(listener, left);
    else listeners.delete(listener);
  };
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      lines.add(name);
    }
    close() {
      lines.delete(this.name);
      super.close();
    }
  };
  globalThis.setTimeout = (work, ms, ...rest) => {
    const timer = before.setTimeout(work, ms, ...rest);
    if (ms > 60_000) timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    before.clearTimeout(timer);
  };
  try {
    await withVendor(async () => {
      const storage = storageOfItsOwn();
      const open = async (account) => {
        const session = await openSession({ ...options, storage, account });
        await session.login({ username: "jdoe", password: "correct horse" });
        await (await session.fetch("/api/v1/user/info")).text();
        return new WeakRef(session);
      };
      const kept = await openSession({ ...options, storage });
      await kept.login({ username: "jdoe", password: "correct horse" });
      const dropped = [];
      for (let count = 0; count < 50; count++) dropped.push(await open(`a${count}`));
      const counts = () => [listeners.size, lines.size, timers.size];
      assert.deepEqual(counts(), [51, 51, 51], "each has a listener, a line and a timer");
      for (let tries = 0; tries < 100 && (lines.size > 1 || timers.size > 1); tries++) {
        gc();
        await after(20);
      }
      assert.equal(dropped.filter((weakly) => weakly.deref()).length, 0, "handles that are still alive");
      assert.deepEqual(counts(), [1, 1, 1], "what is left is the one that is kept");
      kept.dispose();
      assert.deepEqual(counts(), [0, 0, 0], "and disposed");
    });
  } finally {
    Object.assign(globalThis, before);
    delete globalThis.location;
    delete process.type;
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  }
});

test("r34_a_session_that_a_listener_disposes_of_is_forgotten", { timeout: 60_000 }, async () => {
  const open = async (use) => {
    const fetch = async () => new Response("{}"); // only the session holds it
    use(await openSession({ ...options, fetch }));
    return new WeakRef(fetch);
  };
  const dropped = [
    await open((session) => session.subscribe(() => session.dispose())),
    await open((session) => (session.subscribe(() => {}), session.dispose())),
  ];
  for (let tries = 0; tries < 100 && dropped.some((weakly) => weakly.deref()); tries++) {
    await after(20);
    gc();
  }
  assert.deepEqual(dropped.map((weakly) => weakly.deref() === undefined), [true, true]);
});

/** Whoever has subscribed hears of what happens, though nobody else holds the session; once the last has left, it is forgotten. */
test("r34_a_session_is_kept_as_long_as_somebody_listens", { timeout: 60_000 }, async () => {
  const kept = async (use) => {
    const fetch = async () => new Response("{}"); // only the session holds it
    use(await openSession({ ...options, fetch }));
    return new WeakRef(fetch);
  };
  const leaving = (session) => [session.subscribe(() => {}), session.subscribe(() => {})];
  const all = {
    "one of two has left": await kept((session) => leaving(session)[0]()),
    "one has left twice": await kept((session) => { const [leave] = leaving(session); leave(); leave(); }),
    "both have left": await kept((session) => leaving(session).forEach((leave) => leave())),
  };
  for (let tries = 0; tries < 100 && all["both have left"].deref(); tries++) {
    await after(20);
    gc();
  }
  const alive = Object.entries(all).filter(([, weakly]) => weakly.deref()).map(([what]) => what);
  assert.deepEqual(alive, ["one of two has left", "one has left twice"]);
});

/** A page's own fetch that never answers keeps no request, which has the credential, once its caller has given up. */
test("r34_an_abandoned_request_of_a_pages_own_fetch_is_forgotten", { timeout: 60_000 }, async () => {
  await withVendor(async () => {
    const session = await openSession(options);
    await session.login({ username: "jdoe", password: "correct horse" });
    const sent = [];
    globalThis.fetch = (request) => {
      sent.push(new WeakRef(request));
      return new Promise(() => {});
    };
    // A function of its own: what it held is gone with it.
    const abandon = async () => {
      const controller = new AbortController();
      const call = session.fetch("/x", { signal: controller.signal });
      await turn();
      controller.abort();
      await assert.rejects(call, { name: "AbortError" });
    };
    for (let times = 0; times < 20; times++) await abandon();
    assert.equal(sent.length, 20);
    for (let tries = 0; tries < 100 && sent.some((weakly) => weakly.deref()); tries++) {
      await after(20); // what was looked at lives as long as the present turn of the event loop
      gc();
    }
    assert.equal(sent.filter((weakly) => weakly.deref()).length, 0, "requests that are still alive");
    session.dispose();
  });
});

test("rule_1_an_abort_is_not_forgotten_with_the_memory_of_a_request", async () => {
  const { fetch } = globalThis;
  const data = { accessToken: "a", refreshToken: "r", expiresIn: 3600 };
  const grant = JSON.stringify({ code: 200, token: "a.b.c", access_token: "a", expires_in: 3600, data });
  const headers = { "Content-Type": "application/json" };
  try {
    for (const name of Object.keys(DATA)) {
      const session = await openSession({ ...options, vendor: name });
      globalThis.fetch = async () => new Response(grant, { headers });
      await session.login({ username: "jdoe", password: "correct horse" });
      globalThis.fetch = () => new Promise(() => {});
      for (const call of [session.fetch, session.json]) {
        const reason = call("/x", { signal: AbortSignal.timeout(300) }).then(() => "resolved", (error) => error.name);
        for (let times = 0; times < 20; times++) {
          gc();
          await after(10);
        }
        assert.equal(await Promise.race([reason, after(3_000, "still pending")]), "TimeoutError", name);
      }
      session.dispose();
    }
  } finally {
    globalThis.fetch = fetch;
  }
});
