// The page's own logic: opens a session, follows its state, and sends what the buttons ask for.

import { byId } from "./dom.js";
import { clearError, showError } from "./error-box.js";
import { PAGE_CALL, recordRequests } from "./request-log.js";
import { showRequest } from "./request-list.js";
import { forgetSession, onLastMinute, showPayload, showRedirect, showSession } from "./session-panel.js";
import { recall, remember } from "./settings.js";
import * as form from "./sign-in-form.js";
import { VENDORS } from "./vendors.js";

const main = document.querySelector("main");
const status = byId("status");
const panels = { "signed-in": byId("signed-in"), "signed-out": byId("signed-out") };

/** Why nobody is signed in. */
const SIGNED_OUT = {
  never: "Not signed in.",
  logout: "Signed out.",
  expired: "Signed out: the session’s time was up.",
  refused: "Signed out: the vendor no longer accepts the session.",
  replaced: "Signed out: another sign-in took this one’s place.",
};

let session;
let openedWith;
let loading;

const title = () => VENDORS[session?.vendor ?? form.chosenSettings().vendor].title;

/** What the state alone has to say; an action may add a sentence, which stays until the next action. */
let situation = "";
const say = (more) => {
  status.textContent = [situation, more].filter(Boolean).join(" ");
};

/** Loads hallpass, imported here rather than above so that the page can say so where the package isn't built. */
async function load() {
  const absent = (cause) => {
    throw Object.assign(new Error("/pkg/hallpass.js could not be imported.", { cause }), { code: "load-failed" });
  };
  const hallpass = await import("/pkg/hallpass.js").catch(absent);
  await hallpass.init(); // before the recording begins: the WebAssembly is no vendor's
  recordRequests(() => VENDORS[session.vendor], showRequest);
  return hallpass;
}

/** Makes `session` the one of these settings; restores what its storage holds. */
async function open(settings) {
  const wanted = JSON.stringify(settings);
  if (session && wanted === openedWith) return;
  loading ??= load();
  loading.catch(() => (loading = undefined)); // so that it may be tried again
  const { openSession } = await loading;
  const opened = await openSession(settings);
  session?.dispose();
  session = opened;
  openedWith = wanted;
  remember(settings);
  session.subscribe(follow);
}

function follow(state) {
  panels["signed-out"].dataset.reason = state.reason ?? "";
  const now = state.status === "signed-in" ? `Signed in to ${title()}.` : SIGNED_OUT[state.reason ?? "never"];
  // A renewal in the background is no news to read out.
  if (now !== situation) {
    situation = now;
    say();
  }
  // Afterwards, as the countdown may have something to add.
  if (state.status === "signed-in") showSession(session);
  else forgetSession();
  showPanel(state.status);
}

/** Shows one of the panels. The focus goes along if it was in the other one, or nowhere. */
function showPanel(name) {
  status.dataset.status = name;
  const panel = panels[name];
  if (!panel.hidden) return;
  const [other] = Object.values(panels).filter((one) => one !== panel);
  const first = other.hidden;
  const focused = document.activeElement;
  const follows = !first && (focused === document.body || other.contains(focused));
  panel.hidden = false;
  other.hidden = true;
  if (follows) panel.querySelector("h2").focus();
}

/** Does what a button asks for, once at a time, and shows how it failed. */
async function run(button, work, { waiting } = {}) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true"); // `disabled` would lose the focus
  clearError();
  form.markFields();
  if (waiting) status.textContent = waiting;
  else say();
  try {
    const said = await work();
    if (said || status.textContent === waiting) say(said);
  } catch (error) {
    say();
    form.markFields(error);
    showError(error, title());
    if (error?.code === "invalid-credentials") form.forgetPassword();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

const onClick = (id, work) => byId(id).addEventListener("click", () => run(byId(id), work));

form.onSubmit(() => {
  const work = async () => {
    await open(form.chosenSettings());
    // Should this browser hold a session already, the new one replaces it.
    const { redirectTo } = await session.login(form.typedCredentials());
    form.forgetPassword();
    showRedirect(redirectTo, session.baseUrl);
  };
  run(byId("sign-in-button"), work, { waiting: "Signing in…" });
});

// A cookie may be there from a single sign-on; hallpass learns of it only by asking.
onClick("resume", async () => {
  await open(form.chosenSettings());
  const state = await session.check();
  if (state.status === "signed-out") return `${title()} knows of no session in this browser.`;
});

onClick("call", async () => {
  const { method, path, json } = VENDORS[session.vendor].call(session);
  showPayload({ method, path }, await session.json(path, { method, json, ...PAGE_CALL }));
});

onClick("renew", async () => {
  await session.refresh();
  return "Renewed.";
});

onClick("check", async () => {
  const state = await session.check();
  if (state.status === "signed-in") return "The vendor says that the session is alive.";
});

onClick("sign-out", async () => {
  const { revoked } = await session.logout();
  return revoked
    ? `${title()} confirmed it.`
    : `${title()} did not confirm it, so the session may live on there until it ends by itself.`;
});

onLastMinute(() => {
  if (!session.state.renewable) say("Less than a minute is left; then you’ll have to sign in again.");
});

/** The vendors' addresses, where the page's server knows them. */
async function defaults() {
  try {
    const reply = await fetch("/config.json");
    return reply.ok ? await reply.json() : {};
  } catch {
    return {}; // served without the simulator: the address is typed in
  }
}

form.fillForm(await defaults(), recall());
try {
  if (form.chosenSettings().baseUrl) await open(form.chosenSettings());
} catch (error) {
  showError(error, title());
}
// Without a session the form is there all the same.
if (!session) {
  situation = SIGNED_OUT.never;
  say();
  showPanel("signed-out");
}
main.setAttribute("aria-busy", "false");
