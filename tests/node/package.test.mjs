// What is published: these files, no other; and what they say of themselves is true.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const pkg = new URL("pkg/", root);
const read = (path, base = pkg) => readFile(new URL(path, base), "utf8");
const manifest = JSON.parse(await read("package.json"));

/** Everything that npm would upload, but for package.json. */
const FILES = `
CHANGELOG.md LICENSE-APACHE LICENSE-MIT LICENSES-OF-PARTS.md README.md bindings.d.ts docs/README.md docs/any-api.md docs/architecture.md docs/benchmarks.md
docs/benchmarks/call.svg docs/benchmarks/expired.svg docs/benchmarks/overview.svg docs/benchmarks/size.svg docs/benchmarks/start.svg
docs/deployment.md docs/errors.md docs/frameworks.md docs/migrating.md docs/quick-start.md docs/requirements.md docs/rust.md docs/storage.md docs/tabs.md
docs/reference/README.md docs/reference/hallpass.inline.md docs/reference/hallpass.md docs/reference/hallpass.react.md
docs/reference/hallpass.testing.md docs/reference/hallpass.vue.md
docs/testing.md docs/vendor-codes.md docs/vendors.md hallpass.d.ts hallpass.js hallpass.js.map hallpass.wasm inline.d.ts inline.js inline.js.map
react.d.ts react.js react.js.map testing.d.ts testing.js testing.js.map vue.d.ts vue.js vue.js.map wallet.js wallet.js.map wasm-text.js watched.js watched.js.map
`
  .trim()
  .split(/\s+/);

test("the package is these files", async () => {
  const printed = execFileSync("npm", ["pack", "--dry-run", "--json", "--silent"], { cwd: pkg, encoding: "utf8" });
  const told = JSON.parse(printed);
  // npm 12 names the packages, its elders list them.
  const [packed] = Array.isArray(told) ? told : Object.values(told);
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), [...FILES, "package.json"].sort());
  assert.deepEqual(manifest.files.toSorted(), FILES.toSorted());
});

test("a link on a page of the package leads to a file of it", async () => {
  for (const page of FILES.filter((name) => name.endsWith(".md"))) {
    const text = (await read(page)).replace(/^ *(```+)[^]*?^ *\1/gm, ""); // without the code
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:href|src|srcset)="([^"]+)"/g)].map(([, link, address]) => link ?? address);
    for (const link of links) {
      const to = new URL(link, new URL(page, "https://package.example/"));
      if (to.host === "package.example") assert.ok(FILES.includes(to.pathname.slice(1)), `${page}: ${link}`);
    }
  }
});

test("every way into the package leads to a file, with types first", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === "string" ? [target] : Object.values(target);
    for (const path of targets) assert.ok([...FILES, "package.json"].includes(path.slice(2)), `${entry}: ${path}`);
    if (typeof target === "object") assert.equal(Object.keys(target)[0], "types", entry);
  }
});

const SCRIPTS = FILES.filter((name) => name.endsWith(".js"));

test("an entry is one file, which imports no more than it needs", async () => {
  const imports = async (file) => [...(await read(file)).matchAll(/\b(?:from|import)\s*\(?"([^"]+)"/g)].map(([, from]) => from).sort();
  const all = Object.fromEntries(await Promise.all(SCRIPTS.map(async (file) => [file, await imports(file)])));
  assert.deepEqual(all, {
    // With the .wasm two requests. Another is made only where there is none, and where people sign in with a wallet.
    "hallpass.js": ["./wallet.js", "./wasm-text.js"],
    "inline.js": ["./wallet.js", "./wasm-text.js"],
    "react.js": ["./watched.js", "react"],
    "testing.js": [],
    "vue.js": ["./watched.js", "vue"],
    "wallet.js": [],
    "wasm-text.js": [],
    "watched.js": [],
  });
  for (const file of ["wasm-text", "wallet"]) assert.ok((await read("hallpass.js")).includes(`import("./${file}.js")`), "not before it's needed");
  assert.match(await read("hallpass.js"), /new URL\("\.\/hallpass\.wasm",import\.meta\.url\)/, "in the words that bundlers understand");
  for (const file of ["react.js", "testing.js", "vue.js", "wallet.js", "watched.js"]) assert.doesNotMatch(await read(file), /WebAssembly\.instantiate|hallpass\.wasm/, file);
});

test("each script has a map that holds its sources", async () => {
  for (const file of SCRIPTS.filter((name) => name !== "wasm-text.js")) {
    assert.ok((await read(file)).endsWith(`\n//# sourceMappingURL=${file}.map\n`), file);
    const { sources, sourcesContent } = JSON.parse(await read(`${file}.map`));
    assert.ok(sources.includes(`src/${file}`), file);
    sources.forEach((source, place) => {
      assert.match(source, /^src\/[a-z-]+\.js$/);
      assert.ok(sourcesContent[place].length > 100, source);
    });
  }
});

test("r28_random_values_come_from_crypto", async () => {
  for (const file of SCRIPTS) assert.doesNotMatch(await read(file), /Math\s*\.\s*random/, file);
  assert.match(await read("src/shell/random.js", root), /crypto\.getRandomValues/);
});

test("nothing tells of the machine that it was built on", async () => {
  const wasm = await readFile(new URL("hallpass.wasm", pkg), "latin1");
  const texts = await Promise.all(FILES.filter((name) => /\.js(\.map)?$/.test(name)).map((name) => read(name)));
  for (const text of [wasm, ...texts]) assert.doesNotMatch(text, /\/(home|root|Users|tmp|work)\/|\.cargo/);
});

test("version, changelog and tag agree", async () => {
  const { version } = manifest;
  const cargo = await read("Cargo.toml", root);
  assert.equal(/^version = "(.+)"$/m.exec(cargo)?.[1], version, "Cargo.toml");
  assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/);
  const [, newest, when] = /^## (\S+) - (\S+)$/m.exec(await read("CHANGELOG.md")) ?? [];
  assert.equal(newest, version, "the changelog's newest version");
  assert.match(when, /^(unreleased|\d{4}-\d{2}-\d{2})$/);
  const git = (...words) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const tags = git("tag", "--points-at", "HEAD").split("\n").filter((tag) => tag.startsWith("v"));
  for (const tag of tags) {
    assert.equal(tag, `v${version}`, "the tag of this commit");
    assert.notEqual(when, "unreleased", "the changelog of a tagged commit");
  }
});

test("package.json has what a registry shows", () => {
  const { name, description, keywords, license, type, sideEffects, engines, dependencies } = manifest;
  assert.deepEqual([name, license, type, sideEffects], ["hallpass", "MIT OR Apache-2.0", "module", false]);
  assert.ok(description.length > 40 && keywords.length >= 4);
  assert.equal(engines.node, ">=20");
  assert.equal(dependencies, undefined, "no dependencies");
});
