import { openSession } from "hallpass";
import { fakeSession } from "hallpass/testing";
import { expect, test } from "vitest";

test("the real session signs in", async () => {
  const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
  await session.login({ username: "jdoe", password: "correct horse" });
  const { data } = await session.json("/v1/execute/system", { json: { statement: "SELECT 1" } });
  console.log(`${session.state.user}, ${data.length} rows`);
  session.dispose();
});

test("a fake one does without a vendor", async () => {
  const session = fakeSession({ state: { user: "jdoe" }, json: () => ({ data: [1, 2] }) });
  expect(await session.json("/x")).toEqual({ data: [1, 2] });
  expect(document.createElement("p").textContent).toBe("");
});
