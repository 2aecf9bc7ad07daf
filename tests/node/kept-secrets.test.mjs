// What is kept and what is not, as the garbage collector and a walk through the heap see it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { getHeapSnapshot, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { init, openSession } from "../../pkg/inline.js";
import { jwt, storageOfItsOwn, withGlobal } from "../contract/env.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const headers = { "Content-Type": "application/json" };
const unique = (claims) => jwt(claims) + Math.random().toString(36).slice(2);

/** A fetch that plays all four vendors at once: each finds its own members in the reply. */
function vendor({ status = 200, code = 200, token = "a.b.c", refresh = "d.e.f", more } = {}) {
  return async () => {
    const data = { accessToken: token, refreshToken: refresh, expiresIn: 3600, valid: true, loggedOut: true };
    const word = code === 200 ? "ok" : "error";
    const body = { code, status: word, message: "-", token, data, access_token: token, expires_in: 3600, ...more };
    return new Response(JSON.stringify(body), { status, headers });
  };
}

const ocient = (vendor_code) => ({ status: { vendor_code, sql_state: "00000", reason: "-" } });
const GRANTS = {
  ocient: vendor({ more: ocient(0) }),
  lenses: async () => new Response("{}", { headers }),
  pegase3: vendor({ token: unique({ user: "jdoe" }) }),
  ethgas: vendor(),
};
const REFUSALS = {
  ocient: vendor({ more: { ...ocient(-304), access_token: undefined } }),
  lenses: async () => new Response('{"status":401,"title":"no","type":"unauthorised"}', { status: 401, headers }),
  pegase3: vendor({ code: 401 }),
  ethgas: vendor({ status: 401, code: 401 }),
};
const NAMES = Object.keys(GRANTS);

const options = (name, more) => ({ vendor: name, baseUrl: "https://vendor.example", ...more });

/** Collects until a condition holds, or for a while. What a condition looks at is kept until the next turn of the event loop. */
async function collected(condition) {
  for (let times = 0; times < 10; times++) {
    gc();
    await after(10);
    if (condition()) return true;
    await after(10);
  }
  return false;
}

/** The ways in which a login may settle: the fetch that answers, and what is done about it. */
const ENDS = {
  granted: (name) => ({ fetch: GRANTS[name] }),
  refused: (name) => ({ fetch: REFUSALS[name] }),
  "failed in the network": () => ({ fetch: async () => Promise.reject(new TypeError("no")) }),
  "out of time": () => ({ fetch: () => new Promise(() => {}), more: { timeoutMs: 20 } }),
  aborted: () => ({ fetch: () => new Promise(() => {}), signal: AbortSignal.timeout(20) }),
  "beside a signal that lives on": (name) => ({ fetch: GRANTS[name], signal: new AbortController().signal, keeps: true }),
  superseded: () => ({ fetch: () => new Promise(() => {}), overtakes: (session) => session.logout() }),
};

test("r30_credentials_are_unreachable_once_login_has_settled", { timeout: 60_000 }, async () => {
  const kept = [];
  for (const name of NAMES) {
    for (const [how, end] of Object.entries(ENDS)) {
      const { fetch, more, signal, overtakes } = end(name);
      await withGlobal("fetch", fetch, async () => {
        const session = await openSession(options(name, more));
        const sign = async () => {
          const credentials = { username: "jdoe", password: "correct horse" };
          const login = session.login(credentials, { signal }).catch(() => {});
          if (overtakes) await after(10).then(() => overtakes(session));
          await login;
          return new WeakRef(credentials);
        };
        const weakly = await sign();
        if (!(await collected(() => !weakly.deref()))) kept.push(`${name}, ${how}`);
        void signal?.aborted; // it lives until here
        session.dispose();
      });
    }
  }
  assert.deepEqual(kept, [], "credentials that are still reachable");
});

/** All texts of the heap. */
async function heap() {
  gc();
  await after(20);
  const pieces = [];
  for await (const piece of getHeapSnapshot()) pieces.push(piece);
  return pieces.map(String).join("");
}

// Texts that stand nowhere in the heap but where they are used: each is made of a number, the digits backwards.
let number = Date.now() * 1_000;
const made = (text) => [...text].reverse().join("");
const next = () => made(`${++number}`);

test("r30_no_password_is_in_the_heap_once_login_has_settled", { timeout: 120_000 }, async () => {
  const seen = [];
  const numbers = [];
  for (const name of NAMES) {
    for (const [how, end] of Object.entries(ENDS)) {
      const { fetch, more, signal, overtakes } = end(name);
      await withGlobal("fetch", fetch, async () => {
        const session = await openSession(options(name, more));
        const sign = async () => {
          const login = session.login({ username: "jdoe", password: next() }, { signal }).catch(() => {});
          if (overtakes) await after(10).then(() => overtakes(session));
          await login;
        };
        await sign();
        numbers.push([number, `${name}, ${how}`, session]);
      });
    }
  }
  const control = next(); // what is there is found
  const text = await heap();
  assert.ok(text.includes(control), "the heap is read");
  for (const [used, what] of numbers) if (text.includes(made(`${used}`))) seen.push(what);
  assert.deepEqual(seen, [], "passwords that are in the heap");
});

/** The memory of the package's WebAssembly, which it hands to nobody. */
async function memoryOfTheWasm() {
  const { instantiate } = WebAssembly;
  const made = [];
  WebAssembly.instantiate = async (...given) => {
    const result = await instantiate(...given);
    made.push(result.instance); // Node's own fetch has one, too, made of a module: then there is none
    return result;
  };
  await init();
  WebAssembly.instantiate = instantiate;
  const { exports } = made.find((instance) => instance?.exports);
  return Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
}

// Before any other test has loaded it: this file runs in a process of its own, and tests in their order.
const memory = await memoryOfTheWasm();
// The end of a text: its beginning is the first to be written over.
const inWasm = (text) => Buffer.from(memory.buffer).includes(text.slice(-12));

/** The ways in which a session ends, with the tokens that it held. */
const SIGN_OUTS = {
  logout: (session) => session.logout(),
  "a refused renewal": async (session) => {
    const refuses = vendor({ status: 401, code: 401, token: undefined, refresh: undefined });
    await withGlobal("fetch", refuses, () => session.refresh().catch(() => {}));
  },
  "another login": async (session) => {
    await withGlobal("fetch", vendor(), () => session.login({ username: "admin", password: "admin" }));
  },
  "a renewal, of what it replaced": (session) => withGlobal("fetch", vendor(), () => session.refresh()),
};

test("r30_tokens_are_zeroed_in_the_wasm_when_the_session_ends", { timeout: 60_000 }, async () => {
  const left = [];
  for (const [how, end] of Object.entries(SIGN_OUTS)) {
    for (const storage of ["memory", storageOfItsOwn()]) {
      const [token, refresh] = [randomUUID(), randomUUID()];
      await withGlobal("fetch", vendor({ token, refresh }), async () => {
        const session = await openSession(options("ethgas", { storage }));
        await session.login({ username: "jdoe", password: "correct horse" });
        await (await session.fetch("/x")).text();
        assert.ok(inWasm(token) && inWasm(refresh), "what is held is seen");
        await end(session);
        await after(20);
        const what = `${how}, storage ${typeof storage === "string" ? storage : "own"}`;
        if (inWasm(token)) left.push(`the access token after ${what}`);
        if (inWasm(refresh)) left.push(`the refresh token after ${what}`);
        session.dispose();
      });
    }
  }
  assert.deepEqual(left, [], "tokens that are left in WebAssembly memory");
});

test("r34_a_subscription_keeps_its_session", { timeout: 60_000 }, async () => {
  const storage = storageOfItsOwn();
  const seen = [];
  let off;
  await withGlobal("fetch", vendor({ token: unique({ user: "jdoe", exp: Math.ceil(Date.now() / 1_000) + 2 }) }), async () => {
    const first = await openSession(options("pegase3", { storage }));
    await first.login({ username: "jdoe", password: "correct horse" });
    first.dispose();
  });
  // The handle is kept by nobody.
  const open = async () => {
    const session = await openSession(options("pegase3", { storage }));
    off = session.subscribe(({ status, reason }) => seen.push(reason ?? status));
    return new WeakRef(session);
  };
  const weakly = await open();
  await collected(() => false);
  for (let times = 0; times < 200 && seen.length < 2; times++) await after(20);
  assert.deepEqual(seen, ["signed-in", "expired"], "told of the end");
  off();
  assert.ok(await collected(() => !weakly.deref()), "without a subscriber it is freed");
});

test("r34_a_handle_without_subscribers_is_freed", { timeout: 60_000 }, async () => {
  await withGlobal("fetch", vendor(), async () => {
    const open = async () => {
      const session = await openSession(options("ethgas"));
      session.subscribe(() => {})();
      await session.login({ username: "jdoe", password: "correct horse" });
      return new WeakRef(session);
    };
    const all = await Promise.all(Array.from({ length: 20 }, open));
    assert.ok(await collected(() => all.every((weakly) => !weakly.deref())), "handles that are still alive");
  });
});

test("r34_a_disposed_handle_is_freed_though_its_subscribers_are_not", { timeout: 60_000 }, async () => {
  await withGlobal("fetch", vendor(), async () => {
    const offs = [];
    const open = async () => {
      const session = await openSession(options("ethgas"));
      offs.push(session.subscribe(() => {}));
      await session.login({ username: "jdoe", password: "correct horse" });
      session.dispose();
      return new WeakRef(session);
    };
    const all = await Promise.all(Array.from({ length: 20 }, open));
    assert.ok(await collected(() => all.every((weakly) => !weakly.deref())), "handles that are still alive");
    assert.equal(offs.length, 20);
  });
});
