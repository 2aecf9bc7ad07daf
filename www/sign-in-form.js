// The sign-in form: which ways and fields a vendor has, what a storage choice means, and what was filled in.

import { byId, make } from "./dom.js";
import { isSimulated, simulator } from "./simulator.js";
import { TEST_USERS, USUAL_DATABASE, VENDORS, isLoopback } from "./vendors.js";
import { browserWallet } from "./wallets.js";
import { WAYS } from "./ways.js";

/** What each choice keeps, and what a script that got into the page (XSS) makes of it. */
const STORAGE = {
  memory: [
    "until a reload",
    "A script injected into this page finds the token in no storage. While the page is open it can still act as you, and " +
      "see the token in requests that pass.",
  ],
  session: [
    "until the tab closes",
    "Survives a reload. Any script on this page’s origin, injected ones too, can read the token from sessionStorage and " +
      "send it elsewhere.",
  ],
  local: [
    "until you sign out",
    "Survives the browser’s restart, in every tab. Any script on this page’s origin, injected ones too, can read the " +
      "token from localStorage and send it elsewhere.",
  ],
  encrypted: [
    "until you sign out",
    "Survives the browser’s restart, in every tab. The token lies in IndexedDB, encrypted with a key that no script can read " +
      "out: a copy of the disk or of the browser’s profile gives it away less easily. Any script on this page’s origin, injected " +
      "ones too, can still have it decrypted and send it elsewhere.",
  ],
};

const COOKIE_NOTE =
  " Lenses’ own token is not concerned: it is a cookie, which no script can read if the server marks it HttpOnly; only who is signed in is kept.";

const panel = byId("signed-out");
const form = byId("sign-in");
const vendor = byId("vendor");
const way = byId("way");
const baseUrl = byId("base-url");
const storage = byId("storage");
const username = byId("username");
const password = byId("password");
const database = byId("database");
const redirectionToken = byId("redirection-token");
const token = byId("token");
const tokenNote = byId("token-note");

/** What is said of any token. */
const OF_ANY_TOKEN = tokenNote.textContent;

/** By way, where a test user can be filled in: what is said of them is harmless anywhere on this machine, a token has to be asked for. */
const TEST_USERS_ARE_THERE = { password: isLoopback, idToken: isSimulated, accessToken: isSimulated };

/** By the names that hallpass and the vendors use for a field, its input. */
const INPUTS = {
  ...{ username, password, database, redirectionToken, redirection_token: redirectionToken, baseUrl },
  ...{ idToken: token, accessToken: token },
};

/** By vendor, its address as last seen here. */
let addresses = {};
let shown;

/** Fills the choices in. `remembered` counts before the page's own `defaults`. */
export function fillForm(defaults, remembered) {
  addresses = { ...defaults, ...remembered.addresses };
  vendor.append(...Object.entries(VENDORS).map(([value, { title }]) => make("option", { value }, title)));
  storage.append(
    ...Object.entries(STORAGE).map(([value, [lasts]]) => make("option", { value }, `${value}: ${lasts}`)),
  );
  if (Object.hasOwn(VENDORS, remembered.vendor ?? "")) vendor.value = remembered.vendor;
  if (Object.hasOwn(STORAGE, remembered.storage ?? "")) storage.value = remembered.storage;
  byId("test-users")
    .querySelector("ul")
    .append(...TEST_USERS.map(testUser));
  vendor.addEventListener("change", () => showVendor());
  way.addEventListener("change", showWay);
  storage.addEventListener("change", showStorage);
  baseUrl.addEventListener("input", showHint);
  token.addEventListener("input", () => tellOfToken(OF_ANY_TOKEN));
  onAnother(forgetFilledToken);
  byId(browserWallet() ? "wallet-note" : "test-wallet-note").hidden = false;
  showVendor(remembered.way);
}

/** Where to sign in: the options of `openSession`. */
export function chosenSettings() {
  const { flow } = WAYS[way.value];
  return { vendor: vendor.value, ...(flow && { flow }), baseUrl: baseUrl.value.trim(), storage: storage.value };
}

/** How to sign in: one of {@link WAYS}. */
export const chosenWay = () => way.value;

/** What is named beside that: which database, and whether a redirection token. */
export function typedMore() {
  const { field } = VENDORS[vendor.value];
  return {
    ...(field === "database" && database.value && { database: database.value }),
    ...(field === "redirectionToken" && redirectionToken.value && { redirects: true }),
  };
}

/** Who signs in, as typed: a password may begin or end with a blank. */
export function typedCredentials() {
  const { field } = VENDORS[vendor.value];
  const given = { database, redirectionToken }[field]?.value;
  const optional = given ? { [field]: given } : {};
  switch (way.value) {
    case "password":
      return { username: username.value, password: password.value, ...optional };
    case "idToken":
    case "accessToken":
      return { [way.value]: token.value.trim(), database: USUAL_DATABASE, ...optional };
    default:
      return optional;
  }
}

/** Nothing that lets anybody in stays in the form. */
export const forgetSecrets = () => {
  password.value = "";
  token.value = "";
  tellOfToken(OF_ANY_TOKEN);
  showPassword(false);
};

const shower = byId("show-password");
function showPassword(shown) {
  password.type = shown ? "text" : "password";
  shower.firstChild.data = shown ? "Hide" : "Show";
}
shower.addEventListener("click", () => showPassword(password.type === "password"));

// Only a key tells how the lock stands.
for (const event of ["keydown", "keyup", "blur"]) {
  password.addEventListener(event, (happened) => {
    const locked = happened instanceof KeyboardEvent && happened.getModifierState("CapsLock");
    const note = locked ? "Caps Lock is on." : "";
    if (byId("caps-lock").textContent !== note) byId("caps-lock").textContent = note;
  });
}

export const onSubmit = (handler) =>
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showPassword(false); // so that browsers know what they may keep
    handler();
  });

/** Calls back when something else has been chosen, such as another vendor or address: once it is typed, not at each letter. */
export const onChoice = (handler) => {
  for (const input of [vendor, way, baseUrl, storage, database, redirectionToken]) input.addEventListener("change", handler);
};

/**
 * Calls back as soon as it is another vendor, way or address: what was said of the one before is over. At the first letter, not once
 * it is typed: that is when somebody clicks on a button, which then must not move away.
 */
export const onAnother = (handler) => {
  for (const input of [vendor, way]) input.addEventListener("change", handler);
  baseUrl.addEventListener("input", handler);
};

/** Marks the fields that an error is about, so that each says so by itself. Without an error, unmarks all. */
export function markFields(error) {
  const names = new Set(error?.fields?.map(({ name }) => name));
  const secrets = way.value === "password" ? ["username", "password"] : [way.value];
  if (error?.code === "invalid-credentials") for (const name of secrets) names.add(name);
  if (error?.code === "invalid-options" && error.message.includes("baseUrl")) names.add("baseUrl");
  for (const [name, input] of Object.entries(INPUTS)) {
    if (names.has(name)) input.setAttribute("aria-invalid", "true");
    else if (!names.size) input.removeAttribute("aria-invalid");
  }
}

/** `kept`: the way that was chosen before, if the vendor has it. */
function showVendor(kept) {
  // What was typed for the vendor shown until now is kept, should it be chosen again.
  if (shown) addresses[shown] = baseUrl.value;
  shown = vendor.value;
  baseUrl.value = addresses[shown] ?? "";
  const { ways, cookie } = VENDORS[shown];
  way.replaceChildren(...ways.map((name) => make("option", { value: name }, WAYS[name].title)));
  if (ways.includes(kept)) way.value = kept;
  byId("way-field").hidden = ways.length === 1;
  byId("resume").hidden = !cookie;
  showWay();
  showStorage();
}

function showWay() {
  const { field } = VENDORS[shown];
  for (const part of panel.querySelectorAll("[data-only], [data-ways]")) {
    const { only = field, ways = way.value } = part.dataset;
    part.hidden = only !== field || !ways.split(" ").includes(way.value);
    // What can't be seen can't be filled in either, and keeps nobody from going on.
    for (const input of part.querySelectorAll("input, textarea")) input.disabled = part.hidden;
  }
  showHint();
}

function showStorage() {
  byId("storage-note").textContent = STORAGE[storage.value][1] + (VENDORS[vendor.value].cookie ? COOKIE_NOTE : "");
}

function showHint() {
  byId("test-users").hidden = !TEST_USERS_ARE_THERE[way.value]?.(baseUrl.value);
}

function testUser([name, secret, note]) {
  const button = make("button", { type: "button", className: "small" }, name);
  button.addEventListener("click", async () => {
    if (way.value === "password") {
      username.value = name;
      password.value = secret || "any password";
    } else {
      await fillToken(name);
    }
    byId("sign-in-button").focus();
  });
  const about = (tag, className, text) => (text ? make(tag, { className, data: { ways: "password" } }, text) : undefined);
  return make("li", {}, button, about("code", "", secret), about("span", "note", note));
}

/** Fills in a token that the simulated identity provider has signed for a user. */
async function fillToken(name) {
  const [kind, address] = [way.value, baseUrl.value];
  try {
    const tokens = await simulator(address).identity(name);
    if (way.value !== kind || baseUrl.value !== address) return; // another one is asked for by now
    token.value = tokens[kind];
    tellOfToken(`A token for ${name}, good for five minutes.`);
  } catch ({ message }) {
    tellOfToken(`There is no token: ${message}.`);
  }
}

function tellOfToken(text) {
  if (tokenNote.textContent !== text) tokenNote.textContent = text;
}

/** A token that was filled in is of one provider and of one kind. */
function forgetFilledToken() {
  if (tokenNote.textContent === OF_ANY_TOKEN) return;
  token.value = "";
  tellOfToken(OF_ANY_TOKEN);
}
