// The contract, in Node: the same tests as in the browsers, but for those that need a cookie jar.
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { start } from "../contract/env.js";

const port = Number(process.env.HALLPASS_PORT ?? 7400);
await start(new URL("../../pkg/inline.js", import.meta.url).href, port);

for (const file of await readdir(new URL("../contract/", import.meta.url))) {
  if (!file.endsWith(".js") || file === "env.js") continue;
  for (const [name, run] of Object.entries(await import(`../contract/${file}`))) {
    test(`${file}: ${name}`, { timeout: 60_000 }, run);
  }
}
