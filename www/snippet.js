// The code that does what the form says, to be copied.

import { byId } from "./dom.js";
import { USUAL_DATABASE, vendorOf } from "./vendors.js";
import { WAYS } from "./ways.js";

const shown = byId("code");
const copy = byId("copy");
const copied = byId("copied");

/** Shows the code for these settings, this way to sign in and what is named beside it; `call` is what "Call the API" sends. */
export function showSnippet({ vendor, flow, baseUrl, storage }, way, { database, redirects }) {
  const { field, call } = vendorOf({ vendor, flow });
  const { method, path, json, headers } = call({ state: { database } });
  const { needsDatabase, code } = WAYS[way];
  const more = [];
  if (field === "database") {
    const named = database ?? USUAL_DATABASE;
    if (needsDatabase || named !== USUAL_DATABASE) more.push(`database: ${quoted(named)}`);
  }
  if (redirects) more.push("redirectionToken"); // by its name: it is good for once, and nobody else's business
  const options = [`vendor: ${quoted(vendor)}`, `baseUrl: ${quoted(baseUrl)}`];
  if (flow) options.push(`flow: ${quoted(flow)}`);
  if (storage !== "memory") options.push(`storage: ${quoted(storage)}`);
  const init = [
    method === "GET" || json ? undefined : `method: ${quoted(method)}`,
    json && `json: ${JSON.stringify(json).replace(/"(\w+)":/g, " $1: ").replace("}", " }")}`,
    headers && `headers: ${JSON.stringify(headers).replace(/:/g, ": ").replace("{", "{ ").replace("}", " }")}`,
  ].filter(Boolean);
  shown.textContent = [
    'import { openSession } from "hallpass";',
    "",
    "const session = await openSession({",
    ...options.map((option) => `  ${option},`),
    "});",
    `await session.login(${code(...more)});`,
    `const data = await session.json(${quoted(path)}${init.length ? `, { ${init.join(", ")} }` : ""});`,
  ].join("\n");
  byId("snippet").hidden = false;
}

copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(shown.textContent);
    tell("Copied");
  } catch {
    // Not allowed here: then it's ready to be copied by hand.
    getSelection().selectAllChildren(shown);
    tell("Selected");
  }
  setTimeout(() => {
    copy.textContent = "Copy";
    copied.textContent = "";
  }, 2_000);
});

/** On the button for those who see it; a screen reader reads out only a status. */
function tell(outcome) {
  copy.textContent = outcome;
  copied.textContent = outcome;
}

const quoted = (text) => JSON.stringify(text);
