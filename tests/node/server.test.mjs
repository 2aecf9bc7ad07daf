// What needs a process of its own: importing the package does nothing, and a session keeps no process alive.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const pkg = new URL("../../pkg/", import.meta.url);

/** Runs a module in a process of its own, which has to end by itself. Gives back what it prints. */
const run = (script) => execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 20_000 });

test("rule_13_importing_does_nothing", () => {
  for (const file of ["hallpass.js", "inline.js", "react.js", "testing.js", "vue.js", "watched.js"]) {
    const printed = run(`
      const seen = [];
      for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask", "BroadcastChannel"]) {
        const real = globalThis[name];
        globalThis[name] = function (...given) { seen.push(name); return new.target ? new real(...given) : real(...given); };
      }
      const names = () => Reflect.ownKeys(globalThis).map(String).sort().join();
      const before = names();
      await import(${JSON.stringify(new URL(file, pkg).href)}).catch((error) => {
        if (error.code !== "ERR_MODULE_NOT_FOUND" || !/'(react|vue)'/.test(error.message)) throw error;
      });
      console.log(JSON.stringify([seen, names() === before]));
    `);
    assert.deepEqual(JSON.parse(printed), [[], true], file);
  }
});

test("a WebAssembly of somebody else's is no load, and spoils none that comes after it", () => {
  const printed = run(`
    const { init, openSession } = await import(${JSON.stringify(new URL("inline.js", pkg).href)});
    const another = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    const codes = [await init(another).catch(({ code }) => code)];
    await init();
    codes.push((await openSession({ vendor: "ethgas", baseUrl: "https://h.example" })).state.status);
    console.log(codes.join());
  `);
  assert.equal(printed.trim(), "load-failed,signed-out");
});

test("rule_13_a_session_keeps_no_process_alive", () => {
  const grant = JSON.stringify({ code: 200, message: "OK", data: { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 3600 } });
  const printed = run(`
    globalThis.fetch = async () => new Response(${JSON.stringify(grant)}, { headers: { "Content-Type": "application/json" } });
    const { openSession } = await import(${JSON.stringify(new URL("inline.js", pkg).href)});
    const session = await openSession({ vendor: "ethgas", baseUrl: "https://h.example" });
    session.subscribe(({ status }) => console.log(status));
    await session.login({ username: "u", password: "p" });
  `);
  assert.deepEqual(printed.trim().split("\n"), ["signed-out", "signed-in"]);
});
