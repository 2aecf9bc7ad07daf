// For every code of AuthError: what happened and what to do, in a person's words.

import { WAYS } from "./ways.js";

/**
 * By code: what happened, and what to do. `vendor` is the vendor's name for a person, `way` how people sign in.
 * @type {Record<string, (vendor: string, error: object, way: import("./ways.js").Way) => [happened: string, advice: string]>}
 */
const WORDS = {
  "invalid-options": (vendor, { message }) =>
    message?.includes("baseUrl") // hallpass names the option that it means
      ? ["That address can’t be used.", "It has to begin with https:// (http:// only on this machine), without a user name, query or #."]
      : ["Something in the form can’t be used.", "Correct it and try again."],
  "invalid-credentials": (vendor, { ssoUrl }, { refused: [happened, advice] }) => [
    happened,
    ssoUrl ? "Check both before you try again. Or sign in at your provider, which sends you back here." : advice(vendor),
  ],
  cancelled: () => ["You said no, so nobody was signed in.", "Sign in again whenever you like."],
  "invalid-request": (vendor, { fields }) =>
    fields?.length
      ? ["Something you filled in was refused.", "Correct it and try again."]
      : [`${vendor} refused the request as invalid.`, "Check what you filled in and try again."],
  forbidden: (vendor) => [
    `${vendor} doesn’t allow this for your account.`,
    "The account may be locked or lack a right: ask whoever manages it.",
  ],
  "not-signed-in": () => ["Nobody is signed in, so nothing was sent.", "Sign in first."],
  "session-expired": () => ["Your session has ended.", "Sign in again."],
  "not-renewable": (vendor) => [
    `${vendor} doesn’t renew sessions.`,
    "Go on until the time is up, then sign in again.",
  ],
  superseded: () => [
    "A newer sign-in or a sign-out came in between.",
    "Nothing is broken: the page shows how things stand now.",
  ],
  "forbidden-target": () => [
    "That address isn’t part of the vendor’s, so nothing was sent.",
    "As it should be: hallpass sends the credential nowhere else.",
  ],
  "rate-limited": (vendor) => [`${vendor} asks for fewer requests.`, "Wait a little, then try again."],
  "vendor-unavailable": (vendor) => [
    `${vendor} can’t answer right now.`,
    "That’s on their side: try again in a few minutes.",
  ],
  network: (vendor) => [
    `${vendor} couldn’t be reached.`,
    "Check the connection and the address, then try again.",
  ],
  timeout: (vendor) => [`${vendor} took too long to answer.`, "Try again; if it stays so, it may be down."],
  "malformed-reply": (vendor) => [
    `What answered doesn’t speak like ${vendor}.`,
    "Check that the address is that of the API, and that the vendor is the right one.",
  ],
  "vendor-error": (vendor) => [
    `${vendor} refused this.`,
    "Its own code below says why; look it up in the vendor’s documents.",
  ],
  storage: () => [
    "The browser didn’t keep the session.",
    "You can go on, but a reload will sign you out. Storage may be blocked or full.",
  ],
  unsupported: (vendor) => [`This isn’t available with ${vendor}.`, "There is nothing to repair; go on without it."],
  "load-failed": () => [
    "hallpass didn’t load.",
    "Reload the page. If you run it yourself: build the package into pkg/ first.",
  ],
  internal: () => ["Something broke inside hallpass.", "Reload the page; if it happens again, report it."],
};

/** The fields as the form calls them; a vendor may refuse others. */
const FIELDS = {
  username: "User name",
  password: "Password",
  database: "Database",
  idToken: "Token",
  accessToken: "Token",
  redirectionToken: "Redirection token",
  redirection_token: "Redirection token",
};

/** One sentence for a code, for where there's room for no more. */
export const sentence = (code, vendor) => (WORDS[code] ?? WORDS.internal)(vendor, {}, WAYS.password)[0];

/**
 * What to show of an error.
 *
 * @param {unknown} error an AuthError or anything else that was thrown
 * @param {string} vendor its name for a person
 * @param {string} way how people sign in
 */
export function explain(error, vendor, way) {
  const known = typeof error?.code === "string" && Object.hasOwn(WORDS, error.code);
  // The page's own bound on a call; its signal's reason comes through as it is.
  const late = error?.name === "TimeoutError" ? "timeout" : "internal";
  const code = known ? error.code : late;
  const details = known ? error : {};
  const [happened, advice] = WORDS[code](vendor, details, WAYS[way]);
  const { fields = [], ssoUrl, retryAfterMs, status, vendorCode, requestId } = details;
  return {
    code,
    happened,
    advice: retryAfterMs > 0 ? `Wait ${duration(retryAfterMs)}, then try again.` : advice,
    fields: fields.map(({ name, title }) => ({ name: FIELDS[name] ?? name, title })),
    ssoUrl,
    message: known || error instanceof Error ? error.message : String(error),
    facts: [
      ["HTTP status", status],
      [`${vendor}’s own code`, vendorCode],
      ["Request id", requestId],
    ].filter(([, value]) => value !== undefined),
  };
}

function duration(ms) {
  const seconds = Math.ceil(ms / 1_000);
  const [count, unit] = seconds < 120 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
