import { openSession } from "./hallpass/hallpass.js";

const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
await session.login({ username: "jdoe", password: "correct horse" });
const { data } = await session.json("/v1/execute/system", { json: { statement: "SELECT 1" } });
document.querySelector("#who").textContent = `${session.state.user}, ${data.length} rows`;
