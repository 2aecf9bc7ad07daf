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

/** The members of a type or class of the declarations, but for those with a symbol for a name. */
function members(type) {
  const [, body] = new RegExp(`export (?:type|interface|class) ${type}\\b[^{]*{\n([^]*?)\n}`).exec(declarations);
  return [...new Set([...body.matchAll(/^ {2}(?:readonly )?(\w+)\??(?=[:(<])/gm)].map(([, name]) => name))].filter((name) => name !== "name");
}

/** What an application may write. Each name that is asked about stands on a line of its own, where a comment says so. */
const MEMBERS = {
  options: members("SessionOptions"),
  state: members("SessionState"),
  error: members("AuthError"),
  session: members("Session"),
  result: members("LoginResult"),
  storage: members("TokenStorage"),
};
const ENTRY = ["init", "isAuthError", "openSession"];
const access = (object, names) => names.map((name) => `${object}.${name}; // ${object}.${name}`);
const source = [
  'import type { AuthError, LoginResult, Session, SessionOptions, SessionState, TokenStorage } from "./src/shell/hallpass.js";',
  'import { init, isAuthError, openSession } from "./src/shell/hallpass.js";',
  "declare const options: SessionOptions, state: SessionState, error: AuthError, session: Session;",
  "declare const result: LoginResult, storage: TokenStorage;",
  ...Object.entries(MEMBERS).flatMap(([object, names]) => access(object, names)),
  ...ENTRY.map((name) => `${name}; // entry.${name}`),
  "openSession({",
  '  vendor: "ocient", // literal.vendor',
  '  baseUrl: "https://sql0.example.com",',
  "});",
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
const uri = new URL("hover.ts", root).href; // it needs not be there
await editor.ask("initialize", { processId: process.pid, rootUri: root.href, capabilities: { textDocument: { hover: { contentFormat: ["markdown"] } } } });
editor.tell("initialized", {});
editor.tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text: source.join("\n") } });

/** The explanation that is shown at a name, without its type. */
async function shown(what) {
  const name = what.split(".")[1];
  const line = source.findIndex((text) => text.endsWith(`// ${what}`));
  const hover = await editor.ask("textDocument/hover", { textDocument: { uri }, position: { line, character: source[line].indexOf(name) } });
  return hover.contents.value.replace(/^```[^]*?```/, "").trim();
}

test("6.8: every option, and every member of a session and of what it gives, is explained on hover", async () => {
  const silent = [];
  let asked = 0;
  for (const [object, names] of Object.entries({ ...MEMBERS, entry: ENTRY })) {
    for (const name of names) {
      asked++;
      if ((await shown(`${object}.${name}`)).length < 10) silent.push(`${object}.${name}`);
    }
  }
  assert.deepEqual(silent, []);
  assert.ok(asked > 45, `${asked} names`);
});

test("6.8: error.code explains each code, and no other", async () => {
  const codes = [...(await shown("error.code")).matchAll(/^- `"([^"]+)"`: \S.+/gm)].map(([, code]) => code);
  assert.deepEqual(codes, union("AuthErrorCode"));
});

test("6.8: vendor explains each vendor, also where it is written", async () => {
  for (const what of ["options.vendor", "literal.vendor"]) {
    const vendors = [...(await shown(what)).matchAll(/^- `"([^"]+)"`: \S.+/gm)].map(([, vendor]) => vendor);
    assert.deepEqual(vendors, union("VendorName"), what);
  }
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
