// The contract, in Node: the same tests as in the browsers. Those that need what Node lacks (tabs, a cookie jar, web storage) return at
// once.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

import { start } from "../contract/env.js";

const port = Number(process.env.HALLPASS_PORT ?? 7400);
await start(new URL("../../pkg/inline.js", import.meta.url).href, port);

// The browsers' runner goes by a list.
const list = await readFile(new URL("../contract/list.rs", import.meta.url), "utf8");
const listed = new Map([...list.matchAll(/"([^"]+)":\n([^}]*)\}/g)].map(([, file, names]) => [file, names.match(/\w+/g).sort()]));

for (const file of await readdir(new URL("../contract/", import.meta.url))) {
  if (!file.endsWith(".js") || file === "env.js") continue;
  const all = Object.entries(await import(`../contract/${file}`));
  test(`${file}: the browsers run the same`, () => assert.deepEqual(listed.get(file), all.map(([name]) => name).sort()));
  for (const [name, run] of all) {
    test(`${file}: ${name}`, { timeout: 60_000 }, run);
  }
}
