// The page's own logic: opens a session, follows its state, and sends what the buttons ask for.

import { byId } from "./dom.js";
import { clearError, showError, shownCode } from "./error-box.js";
import { offerFaults, mayHaveStruck } from "./fault-panel.js";
import { loadHallpass } from "./load.js";
import { once, release } from "./once.js";
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

/** What the form asks for: where to sign in, and how. */
const asked = () => ({ settings: form.chosenSettings(), way: form.chosenWay(), more: form.typedMore() });

let session;
/** What the session was opened for, and the last sign-in asked for. The form may have been changed since. */
let opened;
let loading;

/** What this page's buttons are about to bring about: any other sign-in or sign-out came from another tab. */
const own = new Set();
/** The status as it was before, of the same session; and whether another tab has brought the present one about. */
let before;
let elsewhere = false;
// How often somebody came or went, and how many renewals there were.
let visits = 0;
let renewals = 0;
/** Why renewals have failed since the last that didn't. */
const troubles = new Set();

/** What the page knows of the session's vendor; without a session, of the one that is chosen. */
const vendor = () => vendorOf((opened ?? asked()).settings);
const title = () => vendor().title;
const tell = (error, { settings, way }) => showError(error, vendorOf(settings).title, way);

/** What the state alone has to say; an action may add a sentence, which stays until the next action. */
let situation = "";
const say = (more) => {
  const said = [situation, more].filter(Boolean).join(" ");
  // What is written anew is read out anew.
  if (status.textContent !== said) status.textContent = said;
};

async function load() {
  const hallpass = await loadHallpass();
  await hallpass.init(); // before the recording begins: the WebAssembly is no vendor's
  const changed = (entry) => {
    if (entry.purpose === "renewal" && entry.duration === undefined) renewals++;
    showRequest(entry);
    mayHaveStruck();
  };
  recordRequests(vendor, changed, showRequest);
  return hallpass;
}

/** Makes `session` the one that is asked for; restores what its storage holds. */
async function open(choice) {
  if (!session || !isSame(choice.settings, opened.settings)) await reopen(choice);
  opened = choice;
  remember(choice.settings, choice.way);
}

async function reopen(choice) {
  loading ??= load();
  loading.catch(() => (loading = undefined)); // so that it may be tried again
  const { openSession } = await loading;
  const another = await openSession(choice.settings);
  session?.dispose();
  session = another;
  opened = choice;
  before = undefined;
  session.subscribe(follow);
}

/** Whether two sessions' options are the same; their members come in one order. */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether they are for one vendor at one address. */
const isAtOnePlace = (one, other) => one.vendor === other.vendor && one.baseUrl === other.baseUrl;

function follow(state) {
  panels["signed-out"].dataset.reason = state.reason ?? "";
  const changed = state.status !== before;
  if (changed) {
    visits++;
    elsewhere = before !== undefined && !own.has(state.status);
    before = state.status;
    // What was asked for in the session before may still be under way.
    if (state.status === "signed-in") release(panels["signed-in"]);
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
  showPanel(state.status);
  showChoice();
  const recovered = hasRecovered(state);
  if ((changed && elsewhere) || recovered) forgetTrouble();
}

/** Whether renewals go well again, and the error on the page is why they didn't. */
function hasRecovered(state) {
  if (hasFailed(state)) {
    troubles.add(state.problem);
    return false;
  }
  const told = troubles.has(shownCode());
  troubles.clear();
  return told;
}

/** Takes down an error that no longer holds. The focus, if it was there, goes to the panel that is shown. */
function forgetTrouble() {
  const focused = clearError();
  form.markFields();
  if (focused) Object.values(panels).find(({ hidden }) => !hidden).querySelector("h2").focus();
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
  const inForm = asked();
  const state = session?.state;
  const { settings, way, more } = state?.status === "signed-in" ? { ...opened, more: { ...opened.more, database: state.database } } : inForm;
  offerFaults(settings);
  showSnippet(settings, way, more);
  // A single sign-on is one vendor's, at one address.
  offerSingleSignOn(session && isAtOnePlace(opened.settings, inForm.settings) ? state : {});
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

/**
 * Does what a button asks for, once at a time, and shows how it failed.
 *
 * @param {object} [options]
 * @param {string} [options.waiting] what is said meanwhile
 * @param {string} [options.brings] the status that it is to bring about
 * @param {object} [options.choice] what was asked for
 * @param {number} [options.within] how often somebody may come or go meanwhile: after more, its outcome is nobody's business any more,
 *   and least of all the next person's
 */
function run(button, work, { waiting, brings, choice = opened, within = Infinity } = {}) {
  return once(button, async () => {
    const visit = visits;
    const isOver = () => visits - visit > within;
    own.add(brings);
    clearError();
    form.markFields();
    if (waiting) status.textContent = waiting;
    else say();
    try {
      const said = await work();
      if (!isOver() && (said || status.textContent === waiting)) say(said);
    } catch (error) {
      blame(error);
      if (isOver()) return;
      say();
      if (isInForm(choice)) form.markFields(error);
      tell(error, choice);
      if (error?.code === "invalid-credentials") form.forgetSecrets();
    } finally {
      own.delete(brings);
    }
  });
}

/** Whether the form still asks for the same. */
const isInForm = ({ settings, way }) => isSame({ settings, way }, { settings: form.chosenSettings(), way: form.chosenWay() });

const onClick = (id, work, options) => byId(id).addEventListener("click", () => run(byId(id), work, options));

form.onSubmit(() => {
  const choice = asked();
  const credentials = form.typedCredentials();
  const work = async () => {
    await open(choice);
    // Should this browser hold a session already, the new one replaces it.
    const result = await signIn(session, choice.way, credentials);
    if (!result) return "The sign-in was cancelled.";
    form.forgetSecrets();
    showRedirect(result.redirectTo, session.baseUrl);
  };
  const { waiting = "Signing in…" } = WAYS[choice.way];
  run(byId("sign-in-button"), work, { waiting, brings: "signed-in", choice });
});

// A cookie may be there from a single sign-on; hallpass learns of it only by asking.
function resume() {
  const choice = asked();
  const work = async () => {
    await open(choice);
    const state = await session.check();
    if (state.status === "signed-out") return `${title()} knows of no session in this browser.`;
  };
  run(byId("resume"), work, { brings: "signed-in", choice });
}
byId("resume").addEventListener("click", resume);

/** What is asked for in a session is over with it. */
const inSession = (id, work) => onClick(id, work, { within: 0 });

inSession("call", async () => {
  const { method, path, json, headers } = vendor().call(session);
  const signal = AbortSignal.timeout(CALL_LIMIT_MS);
  const visit = visits;
  const value = await session.json(path, { method, json, headers, signal, ...PAGE_CALL });
  if (visit === visits) showPayload({ method, path }, value);
  return "The API has answered.";
});

// All their tokens are over, and all of the calls hear of it.
inSession("many", async () => {
  await simulator(session.baseUrl).expire();
  const { path } = vendor().call(session);
  const before = renewals;
  const calls = Array.from({ length: MANY }, () => session.json(path, { signal: AbortSignal.timeout(CALL_LIMIT_MS), ...PAGE_CALL }));
  await Promise.all(calls);
  const made = renewals - before;
  return `The token was over, and ${MANY} calls were answered: ${made} renewal${made === 1 ? "" : "s"}.`;
});

inSession("elsewhere", () => session.fetch("https://elsewhere.example/collect", PAGE_CALL));

inSession("renew", async () => {
  await session.refresh();
  return "Renewed.";
});

inSession("check", async () => {
  const state = await session.check();
  if (state.status === "signed-in") return "The vendor says that the session is alive.";
});

const signOut = async () => {
  const { revoked } = await session.logout();
  return revoked
    ? `${title()} confirmed it.`
    : `${title()} did not confirm it, so the session may live on there until it ends by itself.`;
};
onClick("sign-out", signOut, { brings: "signed-out", within: 1 });

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
form.onAnother(forgetTrouble);
try {
  if (form.chosenSettings().baseUrl) await open(asked());
} catch (error) {
  tell(error, asked());
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
  if (isBack()) resume();
};
comeBack();
// The browser may have kept the page as it was left.
addEventListener("pageshow", ({ persisted }) => persisted && comeBack());
