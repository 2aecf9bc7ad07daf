import { openSession } from "hallpass";
import { session } from "./session.js";

const baseUrl = "https://pegase3.example.com";
const person = { username: "jdoe", password: "correct horse" };
await fetch(`${baseUrl}/_sim/config`, { method: "POST", body: '{"no_cors":true}' });
const direct = await openSession({ vendor: "pegase3", baseUrl });
const problem = await direct.login(person).catch((error) => error.code);
if (problem !== "network") throw new Error(`The vendor can be reached without a proxy: ${problem}`);

await session.login(person);
const company = await session.json("/company/info", { headers: { "Name-Company": "Acme" } });
const who = document.createElement("p");
who.id = "who";
who.textContent = `${session.state.user}, ${JSON.stringify(company)}`;
document.body.append(who);
