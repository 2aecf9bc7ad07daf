// A page by itself: a description of an API, checked as it is typed, and tried against an address.

import { byId, make } from "./dom.js";

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

const description = byId("description");
const checked = byId("checked");
const baseUrl = byId("base-url");
const credentials = byId("credentials");
const outcome = byId("outcome");
const withSession = ["check", "renew", "sign-out"].map(byId);

let session;
let vendor;

const { defineVendor, openSession } = await import("/pkg/hallpass.js").catch((cause) => {
  checked.textContent = "hallpass could not be loaded: build it with `cargo xtask build`.";
  throw cause;
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
  const names = takes(vendor);
  say(checked, `The description is right. A login takes ${names.join(" and ")}.`);
  showInputs(names);
}

/** The names in the templates of the login, in their order. */
const takes = ({ login }) => [...new Set([...JSON.stringify(login).matchAll(/\{([A-Za-z_]\w*)\}/g)].map(([, name]) => name))];

/** An input for each name. What is typed already stays, where the names are the same. */
function showInputs(names) {
  if (names.join() === [...credentials.querySelectorAll("input")].map(({ name }) => name).join()) return;
  credentials.replaceChildren(
    ...names.map((name) => {
      const id = `credential-${name}`;
      const type = PUBLIC.includes(name) ? "text" : "password";
      const input = make("input", { id, name, type, required: true, autocomplete: "off", spellcheck: false });
      return make("div", { className: "field" }, make("label", { htmlFor: id }, name), input);
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
  const text = isOutOfReach(baseUrl.value) ? `This page can’t reach ${new URL(baseUrl.value).origin}: its policy doesn’t list it.` : "";
  say(byId("reach"), text);
}

/** Does what a button asks for, and says how it failed: hallpass's sentence, its code and the fields. */
async function run(work) {
  say(outcome, "");
  try {
    say(outcome, (await work()) ?? "");
  } catch (error) {
    const fields = error.fields?.map(({ name, title }) => `${name}: ${title}`) ?? [];
    say(outcome, [`${error.message} (${error.code})`, ...fields].join(" "));
  }
}

const onClick = (id, work) => byId(id).addEventListener("click", () => run(work));

function show(state) {
  const signedIn = state.status === "signed-in";
  for (const button of withSession) button.hidden = !signedIn;
  byId("state").hidden = false;
  byId("state").textContent = JSON.stringify(state, undefined, 2);
}

byId("try").addEventListener("submit", (event) => {
  event.preventDefault();
  run(async () => {
    check();
    if (!vendor) return "Mend the description first.";
    if (isOutOfReach(baseUrl.value)) return byId("reach").textContent;
    session?.dispose();
    session = await openSession({ vendor, baseUrl: baseUrl.value.trim() });
    session.subscribe(show);
    const inputs = [...credentials.querySelectorAll("input")];
    await session.login(Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
    for (const input of inputs) if (input.type === "password") input.value = "";
    return "Signed in.";
  });
});
onClick("check", async () => {
  const { status } = await session.check();
  return status === "signed-in" ? "The API says that the session is alive." : "The API knows of no session.";
});
onClick("renew", () => session.refresh().then(() => "Renewed."));
onClick("sign-out", async () => {
  const { revoked } = await session.logout();
  return revoked ? "Signed out, which the API confirmed." : "Signed out here; the API did not confirm it.";
});

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
document.querySelector("main").setAttribute("aria-busy", "false");
