// A large JSON reply that is read slowly takes no more memory than without hallpass. Each in a process of its own, beside a
// server in another.
import assert from "node:assert/strict";
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const MB = 400;
const run = promisify(execFile);
const inline = new URL("../../pkg/inline.js", import.meta.url).href;

const VENDORS = {
  ocient: { granted: { access_token: "a.b.c", expires_in: 3600, status: { vendor_code: 0, reason: "OK" } }, header: "Bearer a.b.c", name: "Authorization" },
  pegase3: { granted: { code: 200, status: "ok", token: "a.b.c" }, header: "a.b.c", name: "Token" },
};

/** Answers `/large` with so many MB of JSON, of no told length, as fast as it is taken; anything else with a grant. */
function serve(granted) {
  const row = Buffer.from(`${JSON.stringify({ c1: 1, c2: "a value" })},`.repeat(2_000));
  const server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    if (!request.url.endsWith("/large")) return response.end(JSON.stringify(granted));
    let left = MB * 1e6;
    const write = () => {
      while (left > 0) {
        left -= row.length;
        if (!response.write(row)) return response.once("drain", write);
      }
      return response.end("{}]}");
    };
    response.write('{"data":[', write);
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

/** The most memory that a process takes for the reply, in MB. `call`: who fetches it. */
async function peak(vendor, port, call) {
  const { name, header } = VENDORS[vendor];
  const script = `
    const { openSession } = await import(${JSON.stringify(inline)});
    const baseUrl = "http://127.0.0.1:${port}";
    const session = await openSession({ vendor: "${vendor}", baseUrl });
    await session.login({ username: "jdoe", password: "correct horse" });
    const raw = () => fetch(baseUrl + "/large", { headers: { ${JSON.stringify(name)}: ${JSON.stringify(header)} } });
    const own = () => session.fetch("/large");
    const { body } = await ${call}();
    let bytes = 0, pieces = 0;
    for await (const piece of body) {
      bytes += piece.length;
      if (++pieces % 4 === 0) await new Promise((done) => setTimeout(done, 1));
    }
    console.log(bytes, process.resourceUsage().maxRSS / 1024);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { timeout: 120_000 });
  const [bytes, mb] = stdout.split(" ").map(Number);
  assert.ok(bytes >= MB * 1e6, `${bytes} bytes came`);
  return mb;
}

if (process.argv[2] === "serve") {
  serve(VENDORS[process.argv[3]].granted);
} else {
  for (const vendor of Object.keys(VENDORS)) {
    test(`${MB} MB from ${vendor}, read slowly, take at most 1.1 times the memory of raw fetch`, { timeout: 600_000 }, async (t) => {
      const server = fork(fileURLToPath(import.meta.url), ["serve", vendor]);
      t.after(() => server.kill());
      const [port] = await once(server, "message");
      // The lower of two each: when garbage is collected is a matter of chance.
      const least = async (call) => Math.min(await peak(vendor, port, call), await peak(vendor, port, call));
      const [raw, own] = [await least("raw"), await least("own")];
      t.diagnostic(`raw fetch ${raw.toFixed(0)} MB, hallpass ${own.toFixed(0)} MB: ${(own / raw).toFixed(2)} times`);
      assert.ok(own <= raw * 1.1, `${own.toFixed(0)} MB, raw fetch ${raw.toFixed(0)} MB`);
    });
  }
}
