// Nothing of hallpass's keeps a process running: what is waited for in vain does not hold up its end. Each in a process of its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const inline = new URL("../../pkg/inline.js", import.meta.url).href;

// A vendor in the process itself, signed in to. Nothing in it keeps the process running.
const PRELUDE = `
  const data = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600, valid: true, loggedOut: true };
  const headers = { "Content-Type": "application/json" };
  const grant = async () => new Response(JSON.stringify({ code: 200, message: "OK", data }), { headers });
  const never = () => new Promise(() => {});
  const stalls = async () => new Response(new ReadableStream({ pull: never }), { headers });
  globalThis.fetch = grant;
  const { openSession } = await import(${JSON.stringify(inline)});
  const session = await openSession({ vendor: "ethgas", baseUrl: "https://vendor.example", timeoutMs: 8000, ...globalThis.more });
  await session.login({ username: "jdoe", password: "correct horse" });
  const began = Date.now();
  process.on("exit", () => console.log("ended after", Date.now() - began, "ms"));
`;

/** Gives the session a storage that another may share. */
const SHARED = `
  const kept = new Map();
  const set = (key, value) => void kept.set(key, value);
  globalThis.more = { storage: { get: (key) => kept.get(key), set, delete: (key) => void kept.delete(key) } };
`;

/** How long a process goes on after a script of its own, in ms, and what it printed besides. */
async function ends(script, before = "") {
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", before + PRELUDE + script], { timeout: 20_000 });
  const [, ms] = /ended after (\d+) ms/.exec(stdout);
  return { ms: Number(ms), printed: stdout.replace(/ended after .*/, "").trim() };
}

/** Aborts a call after 100 ms, and prints the reason that it is rejected with. */
const aborted = (call) => `
  const controller = new AbortController();
  setTimeout(() => controller.abort("enough"), 100);
  await (${call})(controller.signal).catch((reason) => console.log(reason));
`;

const CALLS = {
  json: "(signal) => session.json('/x', { signal })",
  fetch: "(signal) => session.fetch('/x', { signal })",
  login: "(signal) => session.login({ username: 'jdoe', password: 'correct horse' }, { signal })",
  check: "(signal) => session.check({ signal })",
  refresh: "(signal) => session.refresh({ signal })",
  logout: "(signal) => session.logout({ signal })",
};

for (const [name, call] of Object.entries(CALLS)) {
  // A fetch resolves with its headers.
  if (name !== "fetch") test(`an aborted ${name} whose body stalls does not hold up the end of the process`, async () => {
    const { ms, printed } = await ends(`globalThis.fetch = stalls;${aborted(call)}`);
    assert.equal(printed, "enough");
    assert.ok(ms < 1_000, `it went on for ${ms} ms`);
  });

  test(`an aborted ${name} that is never answered does not hold up the end of the process`, async () => {
    const { ms, printed } = await ends(`globalThis.fetch = never;${aborted(call)}`);
    assert.equal(printed, "enough");
    assert.ok(ms < 1_000, `it went on for ${ms} ms`);
  });

  test(`a ${name} that is aborted as its headers come does not hold up the end of the process`, async () => {
    const { ms } = await ends(`
      const controller = new AbortController();
      globalThis.fetch = async () => (controller.abort("enough"), stalls());
      await (${call})(controller.signal).catch(() => {});
    `);
    assert.ok(ms < 1_000, `it went on for ${ms} ms`);
  });

  // (A renewal goes on for whom else it concerns, and so does its body.)
  if (name !== "fetch" && name !== "refresh") test(`an aborted ${name} whose body goes on does not hold up the end of the process`, async () => {
    const { ms, printed } = await ends(`
      const controller = new AbortController();
      let pieces = 0;
      const pull = (body) => {
        body.enqueue(new TextEncoder().encode(" "));
        if (++pieces === 5) controller.abort("enough");
      };
      globalThis.fetch = async () => new Response(new ReadableStream({ pull }), { headers });
      await (${call})(controller.signal).catch((reason) => console.log(reason));
    `);
    assert.equal(printed, "enough");
    assert.ok(ms < 1_000, `it went on for ${ms} ms`);
  });
}

test("an aborted look into a reply does not hold up the end of the process", async () => {
  const grant = `{ access_token: "a.b.c", expires_in: 3600, status: { vendor_code: 0 } }`;
  const { ms, printed } = await ends(`
    globalThis.fetch = async () => new Response(JSON.stringify(${grant}), { headers });
    const ocient = await openSession({ vendor: "ocient", baseUrl: "https://vendor.example", timeoutMs: 8000 });
    await ocient.login({ username: "jdoe", password: "correct horse" });
    globalThis.fetch = stalls;
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 100);
    await ocient.fetch("/x", { signal: controller.signal }).catch(() => {});
    console.log("over");
  `);
  assert.equal(printed, "over");
  assert.ok(ms < 1_000, `it went on for ${ms} ms`);
});

test("a renewal that waits to be tried again does not hold up the end of the process", async () => {
  const { ms, printed } = await ends(`
    globalThis.fetch = async () => new Response("busy", { status: 503 });
    await session.refresh().catch(({ code }) => console.log(code, session.state.renewal));
  `);
  assert.equal(printed, "vendor-unavailable waiting");
  assert.ok(ms < 1_000, `it went on for ${ms} ms`);
});

test("a call that somebody waits for comes to its end all the same, also where nothing else keeps the process running", async () => {
  const { printed } = await ends(`
    globalThis.fetch = async () => new Response('{"code":401,"message":"Unauthorized","data":null}', { status: 401, headers });
    await session.refresh().catch(({ code }) => console.log(code));
  `, SHARED);
  assert.equal(printed, "session-expired");
});

test("calls that wait in line for each other and are aborted do not hold up the end of the process", async () => {
  const { ms, printed } = await ends(`
    const other = await openSession({ vendor: "ethgas", baseUrl: "https://vendor.example", timeoutMs: 8000, ...globalThis.more });
    globalThis.fetch = never;
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 100);
    const { signal } = controller;
    const calls = [session, other].map((one) => one.refresh({ signal }).catch((reason) => console.log(reason)));
    await Promise.all(calls);
  `, SHARED);
  assert.equal(printed, "enough\nenough");
  assert.ok(ms < 1_000, `it went on for ${ms} ms`);
});

test("a call that waits in line comes to its end, also where nothing else keeps the process running", async () => {
  const { printed } = await ends(`
    const options = { vendor: "ethgas", baseUrl: "https://vendor.example", ...globalThis.more };
    const [first, second] = await Promise.all([openSession({ ...options, timeoutMs: 60000 }), openSession({ ...options, timeoutMs: 500 })]);
    globalThis.fetch = never;
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 100);
    first.refresh({ signal: controller.signal }).catch((reason) => console.log(reason));
    await second.refresh().catch(({ code }) => console.log(code));
  `, SHARED);
  assert.equal(printed, "enough\ntimeout");
});
