// What an editor shows when the pointer rests on a name: each option, each code and each vendor is explained there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const declarations = await readFile(new URL("src/shell/hallpass.d.ts", root), "utf8");

/** The names in a union of the declarations. */
const union = (type) => [...new RegExp(`export type ${type} =([^;]+);`).exec(declarations)[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);

/** Where an application's author writes a name of hallpass's, marked by a bar. What the editor offers there is then asked about. */
const PLACES = {
  entry: "hallpass.|;",
  options: "hallpass.openSession({ | });",
  session: "session.|;",
  state: "session.state.|;",
  error: "error.|;",
  result: "result.|;",
  storage: "storage.|;",
  ocient: "session.login({ | });",
  lenses: "lenses.login({ | });",
  pegase3: "pegase3.login({ | });",
  ethgas: "ethgas.login({ | });",
  device: "session.login({ device: (prompt) => prompt.| });",
  call: "session.logout({ | });",
  json: 'session.json("x", { | });',
  description: "hallpass.defineVendor({ | });",
};
const HEAD = [
  'import * as hallpass from "./src/shell/hallpass.js";',
  'declare const session: hallpass.Session<"ocient">, lenses: hallpass.Session<"lenses">;',
  'declare const pegase3: hallpass.Session<"pegase3">, ethgas: hallpass.Session<"ethgas">;',
  "declare const error: hallpass.AuthError, result: hallpass.LoginResult, storage: hallpass.TokenStorage, any: any;",
];

/** A language server, asked as an editor asks it. */
class Editor {
  #server = spawn(fileURLToPath(new URL("xtask/node_modules/.bin/tsc", root)), ["--lsp", "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  #waiting = new Map();
  #read = Buffer.alloc(0);
  #id = 0;

  constructor() {
    this.#server.stdout.on("data", (bytes) => {
      this.#read = Buffer.concat([this.#read, bytes]);
      while (this.#take());
    });
  }

  #take() {
    const head = this.#read.indexOf("\r\n\r\n");
    if (head < 0) return false;
    const end = head + 4 + Number(/Content-Length: (\d+)/i.exec(this.#read.subarray(0, head).toString())[1]);
    if (this.#read.length < end) return false;
    const message = JSON.parse(this.#read.subarray(head + 4, end).toString());
    this.#read = this.#read.subarray(end);
    if (message.method === undefined) this.#waiting.get(message.id)?.(message);
    else if (message.id !== undefined) this.#send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
    return true;
  }

  #send(message) {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  tell = (method, params) => this.#send({ method, params });

  async ask(method, params) {
    const id = ++this.#id;
    const { result, error } = await new Promise((done) => {
      this.#waiting.set(id, done);
      this.#send({ id, method, params });
    });
    assert.equal(error, undefined, method);
    return result;
  }

  end = () => this.#server.kill();
}

const editor = new Editor();
after(editor.end);
await editor.ask("initialize", {
  processId: process.pid,
  rootUri: root.href,
  capabilities: { textDocument: { hover: { contentFormat: ["markdown"] } } },
});
editor.tell("initialized", {});

/** Opens a text, of which no file needs to be there. */
function open(name, lines) {
  const uri = new URL(name, root).href;
  editor.tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text: [...HEAD, ...lines].join("\n") } });
  return (method, line, character) => editor.ask(`textDocument/${method}`, { textDocument: { uri }, position: { line: HEAD.length + line, character } });
}

/**
 * What TypeScript explains nowhere: members of the platform's types; and a name that several members of a union have. It shows nothing
 * either at `"network"` in `case "network":`, whatever the type is made of, so `error.code` explains them all.
 */
const UNEXPLAINED = ["session.Symbol", "error.name", "error.message", "error.stack", "json.priority", "ocient.database"];

/** The names that are offered at each place. */
const names = [];
const complete = open("complete.ts", Object.values(PLACES).map((place) => place.replace("|", "")));
for (const [line, [place, text]] of Object.entries(PLACES).entries()) {
  const offered = await complete("completion", line, text.indexOf("|"));
  for (const { label } of offered.items) names.push([place, label.replace("?", "")]);
}
const lines = names.map(([place, name]) => PLACES[place].replace(/\| }|\|/, (mark) => (mark === "|" ? name : `${name}: ${name === "vendor" ? '"ocient"' : "any"} }`)));
const hover = open("hover.ts", lines);

/** The explanation that is shown at a name, without its type. */
async function shown(what) {
  const line = names.findIndex((name) => name.join(".") === what);
  const { contents } = await hover("hover", line, PLACES[names[line][0]].indexOf("|"));
  return contents.value.replace(/^```[^]*?```/, "").trim();
}

test("every option, every credential, and every member of a session and of what it gives is explained on hover", async () => {
  const silent = [];
  for (const what of names.map((name) => name.join("."))) {
    if (!UNEXPLAINED.includes(what) && (await shown(what)).length < 10) silent.push(what);
  }
  assert.deepEqual(silent, []);
  assert.ok(names.length > 100, `${names.length} names`);
});

test("error.code explains each code, and no other", async () => {
  const codes = [...(await shown("error.code")).matchAll(/^- `"([^"]+)"`: \S.+/gm)].map(([, code]) => code);
  assert.deepEqual(codes, union("AuthErrorCode"));
});

test("vendor explains each vendor, also where it is written", async () => {
  const vendors = [...(await shown("options.vendor")).matchAll(/^- `"([^"]+)"`: \S.+/gm)].map(([, vendor]) => vendor);
  assert.deepEqual(vendors, union("VendorName"));
});

test("what the types declare is what the scripts export", async () => {
  for (const entry of ["hallpass", "react", "testing", "vue"]) {
    const text = await readFile(new URL(`pkg/${entry}.d.ts`, root), "utf8");
    const declared = [...text.matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name).sort();
    const script = await readFile(new URL(`pkg/${entry}.js`, root), "utf8");
    const exported = [...script.matchAll(/\bexport\s*\{([^}]+)\}/g)].flatMap(([, names]) => names.split(","));
    assert.deepEqual(exported.map((name) => name.split(" as ").pop()).sort(), declared, entry);
  }
});
