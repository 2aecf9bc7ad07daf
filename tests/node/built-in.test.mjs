// The built-in vendors' descriptions are in the form that anybody's are: what reads those takes these, and finds no mistake.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

import { defineVendor } from "../../pkg/inline.js";

const folder = new URL("../../src/dialect/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));

test("there are descriptions of the built-in vendors", () => assert.ok(files.length > 0));

for (const file of files) {
  test(`${file} is a description like anybody's`, async () => {
    const description = JSON.parse(await readFile(new URL(file, folder), "utf8"));
    assert.deepEqual({ ...defineVendor(description) }, description);
  });
}
