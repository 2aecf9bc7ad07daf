// The page's own logic: opens a session, follows its state, and sends what the buttons ask for.

import { byId } from "./dom.js";
import { clearError, showError } from "./error-box.js";
import { breakable, mayHaveStruck } from "./fault-panel.js";
import { PAGE_CALL, recordRequests } from "./request-log.js";
import { blame, showRequest } from "./request-list.js";
import { forgetSession, hasFailed, onLastMinute, showPayload, showRedirect, showSession } from "./session-panel.js";
import { isShared, recall, remember } from "./settings.js";
import * as form from "./sign-in-form.js";
import { signIn } from "./sign-in.js";
import { isSimulated, knowSimulators, simulator } from "./simulator.js";
import { isBack, offerSingleSignOn } from "./single-sign-on.js";
import { showSnippet } from "./snippet.js";
import { vendorOf } from "./vendors.js";
import { WAYS } from "./ways.js";

const main = document.querySelector("main");
const status = byId("status");
const panels = { "signed-in": byId("signed-in"), "signed-out": byId("signed-out") };

/** Why nobody is signed in. */
const SIGNED_OUT = {
  never: "Not signed in.",
  logout: "Signed out.",
  expired: "Signed out: the session’s time was up.",
  refused: "Signed out: the vendor no longer accepts the session.",
  idle: "Nobody was here; sign in again.",
  replaced: "Somebody else signed in in another tab; sign in again.",
};

/** How many calls "at once" are. */
const MANY = 20;

/** How long the page waits for the answer to its call; hallpass bounds only requests of its own. */
const CALL_LIMIT_MS = 15_000;

let session;
/** The options of the session, as it was opened with. */
let openedWith;
let loading;

/** What this page's buttons are about to bring about: any other sign-in or sign-out came from another tab. */
const own = new Set();
/** The status as it was before, of the same session; and whether another tab has brought the present one about. */
let before;
let elsewhere = false;
// How often somebody came or went, and how many renewals there were.
let visits = 0;
let renewals = 0;

/** What the page knows of the session's vendor; without a session, of the one that is chosen. */
const vendor = () => vendorOf(openedWith ?? form.chosenSettings());
const title = () => vendor().title;
const tell = (error) => showError(error, title(), form.chosenWay());

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
  const changed = (entry) => {
    if (entry.purpose === "renewal" && entry.duration === undefined) renewals++;
    showRequest(entry);
    mayHaveStruck();
  };
  recordRequests(vendor, changed, showRequest);
  return hallpass;
}

/** Makes `session` the one of these settings; restores what its storage holds. */
async function open(settings) {
  if (!session || !isSame(settings, openedWith)) await reopen(settings);
  remember(settings, form.chosenWay());
}

async function reopen(settings) {
  loading ??= load();
  loading.catch(() => (loading = undefined)); // so that it may be tried again
  const { openSession } = await loading;
  const opened = await openSession(settings);
  session?.dispose();
  session = opened;
  openedWith = settings;
  before = undefined;
  session.subscribe(follow);
}

/** Whether two sessions' options are the same; their members come in one order. */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function follow(state) {
  panels["signed-out"].dataset.reason = state.reason ?? "";
  if (state.status !== before) {
    visits++;
    elsewhere = before !== undefined && !own.has(state.status);
    before = state.status;
  }
  const now = news(state);
  // A renewal in the background is no news to read out.
  if (now !== situation) {
    situation = now;
    say();
  }
  // Afterwards, as the countdown may have something to add.
  if (state.status === "signed-in") showSession(session, vendor());
  else forgetSession();
  offerSingleSignOn(state);
  showPanel(state.status);
  showChoice();
}

/** What a state is to be told of in words. */
function news(state) {
  const { status, reason = "never" } = state;
  if (status === "signed-out") return reason === "logout" && elsewhere ? "Signed out in another tab." : SIGNED_OUT[reason];
  const where = elsewhere ? `Signed in to ${title()} in another tab.` : `Signed in to ${title()}.`;
  // Once, however often it is tried again.
  return hasFailed(state) ? `${where} A renewal failed; it is tried again by itself.` : where;
}

/** What the panel breaks and the code is for: the session, or what the form is about. */
function showChoice() {
  const settings = session?.state.status === "signed-in" ? openedWith : form.chosenSettings();
  breakable(settings);
  showSnippet(settings, form.chosenWay());
  byId("many").hidden = !vendorOf(settings).renewsRejected || !isSimulated(settings.baseUrl);
  byId("second-tab").hidden = !isShared(settings.storage);
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
async function run(button, work, { waiting, brings } = {}) {
  if (button.getAttribute("aria-disabled") === "true") return;
  own.add(brings);
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
    blame(error);
    form.markFields(error);
    tell(error);
    if (error?.code === "invalid-credentials") form.forgetSecrets();
  } finally {
    own.delete(brings);
    button.removeAttribute("aria-disabled");
  }
}

const onClick = (id, work, options) => byId(id).addEventListener("click", () => run(byId(id), work, options));

form.onSubmit(() => {
  const work = async () => {
    await open(form.chosenSettings());
    // Should this browser hold a session already, the new one replaces it.
    const result = await signIn(session);
    if (!result) return "The sign-in was cancelled.";
    form.forgetSecrets();
    showRedirect(result.redirectTo, session.baseUrl);
  };
  const { waiting = "Signing in…" } = WAYS[form.chosenWay()];
  run(byId("sign-in-button"), work, { waiting, brings: "signed-in" });
});

// A cookie may be there from a single sign-on; hallpass learns of it only by asking.
const resume = async () => {
  await open(form.chosenSettings());
  const state = await session.check();
  if (state.status === "signed-out") return `${title()} knows of no session in this browser.`;
};
onClick("resume", resume, { brings: "signed-in" });

onClick("call", async () => {
  const { method, path, json, headers } = vendor().call(session);
  const signal = AbortSignal.timeout(CALL_LIMIT_MS);
  const visit = visits;
  const value = await session.json(path, { method, json, headers, signal, ...PAGE_CALL });
  // After a sign-out it is nobody's business any more, and least of all the next person's.
  if (visit === visits) showPayload({ method, path }, value);
});

// All their tokens are over, and all of the calls hear of it.
onClick("many", async () => {
  await simulator(session.baseUrl).expire();
  const { path } = vendor().call(session);
  const before = renewals;
  const calls = Array.from({ length: MANY }, () => session.json(path, { signal: AbortSignal.timeout(CALL_LIMIT_MS), ...PAGE_CALL }));
  await Promise.all(calls);
  const made = renewals - before;
  return `The token was over, and ${MANY} calls were answered: ${made} renewal${made === 1 ? "" : "s"}.`;
});

onClick("elsewhere", () => session.fetch("https://elsewhere.example/collect", PAGE_CALL));

onClick("renew", async () => {
  await session.refresh();
  return "Renewed.";
});

onClick("check", async () => {
  const state = await session.check();
  if (state.status === "signed-in") return "The vendor says that the session is alive.";
});

const signOut = async () => {
  const { revoked } = await session.logout();
  return revoked
    ? `${title()} confirmed it.`
    : `${title()} did not confirm it, so the session may live on there until it ends by itself.`;
};
onClick("sign-out", signOut, { brings: "signed-out" });

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

const addresses = await defaults();
knowSimulators(addresses);
form.fillForm(addresses, recall());
form.onChoice(showChoice);
try {
  if (form.chosenSettings().baseUrl) await open(form.chosenSettings());
} catch (error) {
  tell(error);
}
// Without a session the form is there all the same.
if (!session) {
  situation = SIGNED_OUT.never;
  say();
  showPanel("signed-out");
  showChoice();
}
main.setAttribute("aria-busy", "false");

/** Who comes back from a single sign-on may be signed in: the vendor knows. */
const comeBack = () => {
  if (isBack()) run(byId("resume"), resume, { brings: "signed-in" });
};
comeBack();
// The browser may have kept the page as it was left.
addEventListener("pageshow", ({ persisted }) => persisted && comeBack());
