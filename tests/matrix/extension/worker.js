import { openSession } from "./hallpass/hallpass.js";

async function who() {
  const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com", storage: "encrypted" });
  const { data } = await session.json("/v1/execute/system", { json: { statement: "SELECT 1" } });
  return `${session.state.user}, ${data.length} rows`;
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  if (message !== "who") return false;
  who().then(reply, (error) => reply(error.message));
  return true; // the answer comes later
});
