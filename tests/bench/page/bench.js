// What the driver calls. Each visit is a page of its own: nothing of one contender is there when the next one is measured.
import { login, request, bodies } from "./calls.js";
import { cold, warm } from "./start.js";
import { expired } from "./expired.js";
import { heap } from "./memory.js";
import { own, sessions } from "./own.js";
import { tab } from "./tab.js";

const tasks = { cold, warm, login, request, bodies, own, sessions, expired, heap };

/** Does one task of one contender. What went wrong is a result too, and no reason to stop the run. */
async function run(name, contender, options) {
  try {
    return await tasks[name](contender, options);
  } catch (error) {
    return { failed: `${error?.name ?? "Error"}: ${error?.message ?? error}` };
  }
}

window.bench = { run, tab };
