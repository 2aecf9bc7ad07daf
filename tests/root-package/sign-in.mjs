// Signs in with a package that `wasm-pack build` has made at the repository's root: its folder, and the simulator's port.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, port] = process.argv.slice(2);
const hallpass = await import(pathToFileURL(`${folder}/hallpass.js`).href);
// With `--target bundler` the WebAssembly is loaded by whoever imports it.
await hallpass.default?.({ module_or_path: await readFile(`${folder}/hallpass_bg.wasm`) });

const baseUrl = `http://127.0.0.1:${Number(port) + 4}/i/root-package-${process.pid}`;
const session = await hallpass.openSession({ vendor: "ethgas", baseUrl });
await session.login({ username: "jdoe", password: "correct horse" });
assert.equal(session.state.user, "jdoe");
assert.equal((await session.json("/api/v1/user/info")).username, "jdoe");
assert.equal((await session.refresh()).status, "signed-in");
assert.deepEqual(await session.logout(), { revoked: true });
const refused = await session.login({ username: "jdoe", password: "wrong" }).catch((error) => error);
assert.ok(hallpass.isAuthError(refused) && refused.code === "invalid-credentials");
