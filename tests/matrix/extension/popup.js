import { openSession } from "./hallpass/hallpass.js";

// Signed in here; the worker finds the session in the storage that they share, and makes the requests.
const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com", storage: "encrypted" });
await session.login({ username: "jdoe", password: "correct horse" });
document.querySelector("#who").textContent = await chrome.runtime.sendMessage("who");
