import { init, openSession } from "./hallpass/hallpass.js";
// The platform compiles no WebAssembly while it runs: it hands in what it compiled when it was set up.
import core from "./hallpass/hallpass.wasm";

export default {
  async fetch() {
    await init(core);
    const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
    await session.login({ username: "jdoe", password: "correct horse" });
    const { data } = await session.json("/v1/execute/system", { json: { statement: "SELECT 1" } });
    const who = `<!doctype html><p id="who">${session.state.user}, ${data.length} rows</p>`;
    await session.logout();
    return new Response(who, { headers: { "Content-Type": "text/html" } });
  },
};
