// The recipes of the guide: each is a description that signs in, and what its page says of it is so.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

import { defineVendor, openSession } from "../../pkg/inline.js";

const page = await readFile(new URL("../../docs/any-api.md", import.meta.url), "utf8");
const BASE = "https://api.example.test";
const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 600 })).toString("base64url");
const token = (name) => `${name}.${claims}.c2ln`;

/** What each answers to a login, and to a wrong password: status and body, as its documents have them. */
const REPLIES = {
  acme: [{ accessToken: token("a"), refreshToken: "r", expiresIn: 600 }, [401, { error: { code: "NO", message: "no" } }], "jdoe@acme.example"],
  simplejwt: [{ access: token("a"), refresh: "r" }, [401, { detail: "No active account found with the given credentials" }], "jdoe"],
  djangoSession: [{}, [401, { detail: "no" }], "jdoe"],
  djangoRestSession: [{}, [401, { detail: "no" }], "jdoe"],
  fastapi: [{ access_token: token("a"), token_type: "bearer" }, [401, { detail: "Incorrect username or password" }], "jdoe"],
  directus: [{ data: { access_token: token("a"), refresh_token: "r", expires: 600_000 } }, [401, { errors: [{ message: "no", extensions: { code: "INVALID_CREDENTIALS" } }] }], "jdoe@acme.example"],
  strapi: [{ jwt: token("a"), user: { username: "jd" } }, [400, { data: null, error: { status: 400, name: "ValidationError", message: "Invalid identifier or password", details: {} } }], "jd"],
  supabase: [{ access_token: token("a"), refresh_token: "r", expires_in: 600, user: { email: "jd@x" } }, [400, { code: 400, error_code: "invalid_credentials", msg: "Invalid login credentials" }], "jd@x"],
  keycloak: [{ access_token: token("a"), refresh_token: "r", expires_in: 600 }, [401, { error: "invalid_grant", error_description: "Invalid user credentials" }], "jdoe"],
  sanctum: [{}, [422, { message: "no", errors: { email: ["These credentials do not match our records."] } }], "jdoe@acme.example"],
  pocketbase: [{ token: token("a"), record: { email: "jd@x" } }, [400, { status: 400, message: "Failed to authenticate.", data: {} }], "jd@x"],
  payload: [{ message: "Auth Passed", token: token("a"), exp: Math.floor(Date.now() / 1000) + 600, user: { email: "jd@x" } }, [401, { errors: [{ message: "The email or password provided is incorrect." }] }], "jd@x"],
  parse: [{ sessionToken: "r:abc", username: "jd" }, [404, { code: 101, error: "Invalid username/password." }], "jd"],
  matrix: [{ access_token: "syt_a", refresh_token: "syr_r", expires_in_ms: 600_000, user_id: "@jdoe:x", device_id: "D" }, [403, { errcode: "M_FORBIDDEN", error: "Invalid username or password" }], "@jdoe:x"],
  appbuilder: [{ access_token: token("a"), refresh_token: "r" }, [401, { message: "Not authorized" }], "jdoe"],
  graphqlJwt: [{ data: { grant: { token: token("a"), refreshToken: "r" } } }, [200, { errors: [{ message: "Please enter valid credentials" }], data: { grant: null } }], "jdoe"],
};
const NEVER_TOLD = ["djangoSession", "djangoRestSession", "sanctum", "parse"];

const blocks = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
const recipes = new Map();
for (const code of blocks) {
  const found = /export const (\w+) = defineVendor\((\{[^]*?\n\})\);/.exec(code);
  if (found) recipes.set(found[1], { lines: found[0].split("\n").length, make: new Function(`return ${found[2]}`) });
}

/** Recipes for APIs that the form was not made with in mind: they show how little a new one takes. */
const UNSEEN = ["matrix", "appbuilder", "graphqlJwt"];

test("each recipe is known here, and none has more than 30 lines; of the unseen ones, less than 25", () => {
  assert.deepEqual([...recipes.keys()].sort(), Object.keys(REPLIES).sort());
  for (const [name, { lines }] of recipes) assert.ok(lines <= 30, `${name}: ${lines} lines`);
  for (const name of ["acme", ...UNSEEN]) assert.ok(recipes.get(name).lines < 25, name);
});

test("the built-in vendors are descriptions like anybody's", async () => {
  const folder = new URL("../../src/dialect/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  assert.ok(files.length >= 4);
  for (const file of files) {
    const said = JSON.parse(await readFile(new URL(file, folder), "utf8"));
    assert.deepEqual({ ...defineVendor(said) }, said);
  }
});

for (const [name, { make }] of recipes) {
  test(`${name}: signs in, carries its credential, reads a refusal`, async () => {
    const vendor = defineVendor(make());
    const [granted, [status, refusal], user] = REPLIES[name];
    const seen = [];
    let refuses = true;
    const fetch = async (request) => {
      seen.push(request);
      const login = new URL(request.url).pathname.endsWith(`/${vendor.login.path}`);
      const body = login && refuses ? refusal : login ? granted : { fine: 1 };
      return Response.json(body, { status: login && refuses ? status : 200 });
    };
    const session = await openSession({ vendor, baseUrl: BASE, fetch });
    const person = /\{email\}/.test(JSON.stringify(vendor.login)) ? { email: "jdoe@acme.example", password: "s3cret" } : { username: "jdoe", password: "s3cret" };
    await assert.rejects(session.login(person), { code: "invalid-credentials", status, vendor: vendor.name });
    refuses = false;
    const { state } = await session.login(person);
    assert.deepEqual([state.status, state.user, state.renewable], ["signed-in", user, vendor.refresh !== undefined]);
    if (NEVER_TOLD.includes(name)) assert.equal(state.expiresAt, undefined);
    else assert.ok(Math.abs(state.expiresAt - Date.now() - 600_000) < 5_000, "ten minutes");
    await session.fetch("things");
    const { headers } = seen.at(-1);
    const carried = typeof vendor.credential === "object" ? headers.get(vendor.credential.header) : headers.get("Authorization");
    assert.equal(Boolean(carried), vendor.credential !== "cookie");
    for (const [header, value] of Object.entries(vendor.headers ?? {})) assert.equal(headers.get(header), value);
    for (const { url } of seen) assert.ok(!url.includes("s3cret"), "no password in an address");
    session.dispose();
  });
}
