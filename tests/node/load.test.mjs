// How the WebAssembly is loaded, and what is said where it can't be.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const pkg = new URL("../../pkg/", import.meta.url);
const wasm = await readFile(new URL("hallpass.wasm", pkg));
let copies = 0;

/** An entry of the package, as if it were imported for the first time. */
const fresh = (entry = "hallpass.js") => import(new URL(`${entry}?load=${++copies}`, pkg).href);

/** Runs with globals replaced (undefined: taken away). */
async function withGlobals(changes, run) {
  const before = Object.entries(changes).map(([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(changes)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    return await run();
  } finally {
    for (const [name, descriptor] of before) Object.defineProperty(globalThis, name, descriptor);
  }
}

const answer = (body, init) => ({ fetch: async () => new Response(body, init) });
const html = answer("<!doctype html><title>App</title>", { headers: { "Content-Type": "text/html" } });
const offline = { fetch: async () => Promise.reject(new TypeError("Failed to fetch")) };
const instantiates = (error) => ({ WebAssembly: { ...members(WebAssembly), instantiate: async () => Promise.reject(error) } });
const members = (object) => Object.fromEntries(Object.getOwnPropertyNames(object).map((name) => [name, object[name]]));
const ADDRESS = "https://cdn.example/hallpass.wasm?v=s3cret";

test("each kind of failed load has a sentence with its remedy", async () => {
  const remedy = /hallpass\.wasm, pass init its address, or import hallpass\/inline/;
  const csp = "WebAssembly.instantiate(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script";
  const kinds = [
    [answer("not here", { status: 404 }), ADDRESS, /HTTP 404;/, remedy],
    [html, ADDRESS, /a page of HTML;/, remedy],
    [answer("{}", { headers: { "Content-Type": "application/json" } }), ADDRESS, /another file;/, remedy],
    [offline, ADDRESS, /could not be fetched;/, /connect-src/],
    [instantiates(new WebAssembly.CompileError(csp)), wasm, /forbids WebAssembly/, /'wasm-unsafe-eval'/],
    [instantiates(new WebAssembly.CompileError("call to WebAssembly.instantiate() blocked by CSP")), wasm, /forbids WebAssembly/, /script-src/],
    [instantiates(new WebAssembly.LinkError("Import #3: not a function")), wasm, /not of the same build/, /one version/],
    [{}, new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), /not of the same build/, /one version/],
    [{ WebAssembly: undefined }, wasm, /turned off/, /Lockdown Mode/],
  ];
  const seen = new Set();
  for (const [globals, source, what, advice] of kinds) {
    const { init, isAuthError } = await fresh();
    const error = await withGlobals(globals, () => init(source)).then(() => assert.fail("it loaded"), (reason) => reason);
    assert.ok(isAuthError(error) && error.code === "load-failed", `${error.stack}`);
    assert.match(error.message, /^hallpass could not load its WebAssembly: [^\n]+\.$/);
    assert.match(error.message, what);
    assert.match(error.message, advice);
    assert.doesNotMatch(error.message, /s3cret|:\/\//);
    seen.add(error.message);
  }
  assert.equal(seen.size, 7, "kinds");
});

test("where the file can't be had, the default entry loads its copy by itself", async () => {
  for (const globals of [answer("not here", { status: 404 }), html, answer("", { status: 200 }), offline]) {
    const { openSession } = await fresh();
    const session = await withGlobals(globals, () => openSession({ vendor: "ethgas", baseUrl: "https://h.example" }));
    assert.equal(session.state.status, "signed-out");
  }
});

test("where its copy can't be had either, the file's own trouble is told, and it may be tried again", async () => {
  const { init } = await fresh();
  const globals = { ...answer("not here", { status: 404 }), atob: undefined };
  await assert.rejects(withGlobals(globals, () => init()), /HTTP 404/);
  await withGlobals(html, () => init());
});

test("where the caller says where the file lies, no other is taken", async () => {
  const { init } = await fresh();
  await assert.rejects(withGlobals(html, () => init(ADDRESS)), { code: "load-failed" });
  await init(wasm);
});

test("a source that comes to nothing once it isn't needed any more is no unhandled rejection", async () => {
  const { init } = await fresh();
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const nothing = () => new Promise((_, reject) => setTimeout(reject, 5, new Error("not there")));
  await Promise.all([init(wasm), init(nothing())]);
  await init(nothing());
  await new Promise((done) => setTimeout(done, 30));
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});

test("the import needs none of what some platforms lack, and the load names it", () => {
  const lacking = ["TextEncoder", "TextDecoder", "FinalizationRegistry", "WeakRef", "Request", "Response", "Headers", "fetch", "Blob",
    "DecompressionStream", "BroadcastChannel", "AbortController", "crypto", "performance", "structuredClone", "WebAssembly", "navigator"];
  for (const file of ["hallpass.js", "inline.js", "watched.js"]) {
    const script = `
      for (const name of ${JSON.stringify(lacking)}) delete globalThis[name];
      const { init } = await import(${JSON.stringify(new URL(file, pkg).href)});
      const { code, message } = (await init?.().catch((reason) => reason)) ?? {};
      console.log(JSON.stringify([code, message]));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 20_000 });
    const [code, message] = JSON.parse(printed);
    assert.equal(code ?? undefined, file === "watched.js" ? undefined : "unsupported", file);
    if (code) assert.equal(message, "hallpass needs what this platform lacks: Request, Response, TextDecoder, TextEncoder, Headers, AbortController.");
  }
});

test("Node's own unpacking does where it plays a browser without streams that decompress", async () => {
  const { openSession } = await fresh("inline.js");
  await withGlobals({ DecompressionStream: undefined, Blob: undefined, ReadableStream: undefined }, () =>
    openSession({ vendor: "ethgas", baseUrl: "https://h.example" }),
  );
});
