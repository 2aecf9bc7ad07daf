// Statuses beyond those of HTTP, which some servers answer with all the same: fetch gives them, and so does a session.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { openSession } from "../../pkg/inline.js";

test("a reply with a status above 599 is the caller's", async (t) => {
  const granted = { access_token: "a.b.c", expires_in: 3600, status: { vendor_code: 0, reason: "OK" } };
  const server = createServer((request, response) => {
    const asked = request.url.endsWith("/odd");
    response.writeHead(asked ? 999 : 200, { "Content-Type": "application/json" });
    response.write(JSON.stringify(asked ? { odd: true } : granted));
    response.end();
  });
  server.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const session = await openSession({ vendor: "ocient", baseUrl: `http://127.0.0.1:${server.address().port}` });
  t.after(() => session.dispose());
  await session.login({ username: "jdoe", password: "p" });
  const reply = await session.fetch("/odd");
  assert.deepEqual([reply.status, await reply.json()], [999, { odd: true }]);
});
