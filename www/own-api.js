// A page by itself: a description of an API, checked as it is typed, and tried against an address.

import { byId, make } from "./dom.js";
import { showError } from "./error-box.js";
import { loadHallpass } from "./load.js";
import { once, release } from "./once.js";

/** What the page begins with: the simulated ETHGAS, described. */
const EXAMPLE = {
  name: "mine",
  credential: "bearer",
  login: { path: "api/v1/user/login", json: { username: "{username}", password: "{password}" } },
  refresh: { path: "api/v1/user/login/refresh", headers: { Authorization: "Bearer {refresh}" } },
  logout: { path: "api/v1/user/logout" },
  check: { path: "api/v1/user/login/verify", alive: "data.valid" },
  grant: { access: "data.accessToken", refresh: "data.refreshToken", lifetime: { seconds: "data.expiresIn" } },
  envelope: { success: { at: "code", is: [200, 1] }, payload: "data" },
  errors: {
    code: ["errorCode", "code"],
    detail: "message",
    codes: { 401: { login: "invalid-credentials", elsewhere: "session-expired" } },
  },
};

/** Names whose values may be seen while they are typed: as hallpass itself sees it, all others may be secret. */
const PUBLIC = ["username", "email", "database"];

/** How long nothing has to be typed before the outcome of the check is said, in ms: letters in between are mistakes, too. */
const PAUSE_MS = 400;

/** Why a session is over, other than by a sign-out. */
const ENDED = {
  expired: "The session is over: its time was up.",
  refused: "The session is over: the API no longer accepts it.",
};

const main = document.querySelector("main");
const description = byId("description");
const checked = byId("checked");
const baseUrl = byId("base-url");
const credentials = byId("credentials");
const outcome = byId("outcome");
const signInButton = byId("sign-in-button");
const withSession = ["check", "renew", "sign-out", "session-note"].map(byId);
const withoutSession = [credentials, signInButton];

let session;
let vendor;
/** How often somebody has come or gone. */
let visits = 0;

const isSignedIn = () => session?.state.status === "signed-in";

const ready = () => {
  byId("status").hidden = true;
  main.setAttribute("aria-busy", "false");
};

const { defineVendor, openSession } = await loadHallpass().catch((error) => {
  ready();
  showError(error, "The API", "password");
  throw error;
});

/** Says something once: a line that is read out isn't written again. */
const say = (line, text) => {
  if (line.textContent !== text) line.textContent = text;
};

/** Takes up what is typed; says where it is wrong, or what a login takes. */
function check() {
  vendor = undefined;
  try {
    vendor = defineVendor(JSON.parse(description.value));
  } catch (error) {
    const isJson = error instanceof SyntaxError;
    say(checked, isJson ? `This is no JSON yet: ${error.message}` : error.message);
  }
  description.setAttribute("aria-invalid", String(!vendor));
  if (!vendor) return;
  const taken = takes(vendor);
  const words = taken.map(shown);
  say(checked, `The description is right. A login takes ${words.length ? and.format(words) : "nothing that is typed"}.`);
  showInputs(taken);
}

const and = new Intl.ListFormat("en");

/** The places in the texts of a call's body, query and headers: `{name}`, or `{name?}` where it may be left out. */
const places = (said) =>
  typeof said === "string" ? (said.match(/\{[A-Za-z_]\w*\??\}/g) ?? []) : Object.values(said ?? {}).flatMap(places);

/** What the login takes, in the order of its templates. What stands anywhere without a question mark has to be given. */
function takes({ login }) {
  const found = places(login);
  const names = new Set(found.map((place) => place.replace(/[{?}]/g, "")));
  return [...names].map((name) => ({ name, optional: !found.includes(`{${name}}`) }));
}

/** A name as the person sees it. */
const shown = ({ name, optional }) => (optional ? `${name} (optional)` : name);

/** An input for each name. What is typed already stays, where the names are the same. */
function showInputs(taken) {
  const present = [...credentials.querySelectorAll("input")].map(({ name, required }) => name + required);
  if (taken.map(({ name, optional }) => name + !optional).join() === present.join()) return;
  credentials.replaceChildren(
    ...taken.map(({ name, optional }) => {
      const id = `credential-${name}`;
      const type = PUBLIC.includes(name) ? "text" : "password";
      const input = make("input", { id, name, type, required: !optional, autocomplete: "off", spellcheck: false });
      return make("div", { className: "field" }, make("label", { htmlFor: id }, shown({ name, optional })), input);
    }),
  );
}

/** The origins that the page's own policy lets it talk to; undefined where there is no such policy. */
async function reachable() {
  const reply = await fetch(location.href, { method: "HEAD" });
  const policy = reply.headers.get("Content-Security-Policy") ?? "";
  const directive = (name) => policy.split(";").map((part) => part.trim().split(/\s+/)).find(([first]) => first === name);
  const sources = (directive("connect-src") ?? directive("default-src"))?.slice(1);
  return sources?.map((source) => (source === "'self'" ? location.origin : source));
}

const sources = await reachable().catch(() => undefined);
// A policy may also have patterns; then only the browser knows what they let through.
const isList = sources?.every((source) => URL.canParse(source));

byId("base-url-note").textContent = sources
  ? `This page’s own Content-Security-Policy lets it talk to no servers but ${sources.join(", ")}. For yours, serve the ` +
    "page’s folder with a policy whose connect-src lists it. Your server has to allow this page’s origin, too (CORS)."
  : "https, or http on this machine. Your server has to allow this page’s origin (CORS).";

/** Whether the policy keeps the page from an address. */
const isOutOfReach = (address) => Boolean(isList) && URL.canParse(address) && !sources.some((source) => new URL(source).origin === new URL(address).origin);

function showReach() {
  if (!isSignedIn()) say(outcome, ""); // of the address before
  const text = isOutOfReach(baseUrl.value) ? `This page can’t reach ${new URL(baseUrl.value).origin}: its policy doesn’t list it.` : "";
  say(byId("reach"), text);
}

/**
 * Does what a button asks for, once at a time, and says how it failed: hallpass's sentence, its code and the fields. `within`: how
 * often somebody may come or go meanwhile, so that there's still somebody whom the outcome concerns.
 */
function run(button, work, within = Infinity) {
  return once(button, async () => {
    const visit = visits;
    const tell = (text) => visits - visit <= within && say(outcome, text);
    say(outcome, "");
    try {
      tell((await work()) ?? "");
    } catch (error) {
      const code = error.code && ` (${error.code})`;
      const fields = error.fields?.map(({ name, title }) => `${name}: ${title}`) ?? [];
      tell([`${error.message}${code ?? ""}`, ...fields].join(" "));
      if (error.code === "invalid-credentials") forgetSecrets();
    }
  });
}

const onClick = (id, work, within) => byId(id).addEventListener("click", () => run(byId(id), work, within));

/** Nothing that lets anybody in stays in the form, and what was refused is typed anew. */
function forgetSecrets() {
  for (const input of credentials.querySelectorAll("input[type=password]")) input.value = "";
}

function show(state) {
  const signedIn = state.status === "signed-in";
  byId("state").hidden = false;
  byId("state").textContent = JSON.stringify(state, undefined, 2);
  if (signedIn !== signInButton.hidden) change(signedIn, state.reason);
}

/** Somebody has come or gone: shows what there is to do now. The focus goes to the heading if it was on what is gone, or nowhere. */
function change(signedIn, reason) {
  visits += 1;
  if (signedIn) release(byId("try").querySelector(".actions")); // what was asked for in the session before may still be under way
  const focused = document.activeElement;
  const lost = focused === document.body || [...withSession, ...withoutSession].some((part) => part.contains(focused));
  for (const part of withSession) part.hidden = !signedIn;
  for (const part of withoutSession) part.hidden = signedIn;
  baseUrl.readOnly = signedIn;
  if (!signedIn) say(outcome, ENDED[reason] ?? "");
  if (lost) byId("try-heading").focus();
}

async function signIn() {
  check();
  if (!vendor) return "Mend the description first.";
  if (isOutOfReach(baseUrl.value)) return byId("reach").textContent;
  session?.dispose(); // nobody is signed in with it
  session = await openSession({ vendor, baseUrl: baseUrl.value.trim() });
  session.subscribe(show);
  // What may be left out is left out where nothing is typed.
  const inputs = [...credentials.querySelectorAll("input")].filter(({ required, value }) => required || value !== "");
  await session.login(Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
  forgetSecrets();
  return "Signed in.";
}

byId("try").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isSignedIn()) run(signInButton, signIn); // Enter in the address submits as well
});
const checkSession = async () => {
  const { status } = await session.check();
  return status === "signed-in" ? "The API says that the session is alive." : "The API knows of no session.";
};
onClick("check", checkSession, 0);
onClick("renew", () => session.refresh().then(() => "Renewed."), 0);
const signOut = async () => {
  const { revoked } = await session.logout();
  return revoked ? "Signed out, which the API confirmed." : "Signed out here; the API did not confirm it.";
};
onClick("sign-out", signOut, 1);

let timer;
description.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
});
baseUrl.addEventListener("input", showReach);

description.value = JSON.stringify(EXAMPLE, undefined, 2);
const addresses = await fetch("/config.json").then((reply) => (reply.ok ? reply.json() : {}), () => ({}));
baseUrl.value = addresses.ethgas ?? "";
check();
for (const id of ["describe", "attempt"]) byId(id).hidden = false;
ready();
