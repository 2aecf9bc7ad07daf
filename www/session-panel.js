// Who is signed in, where, until when, and how its renewal goes.

import { countdown, span } from "./countdown.js";
import { byId, showRow } from "./dom.js";
import { sentence } from "./errors.js";
import { has } from "./vendors.js";

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const redirect = byId("redirect");
const payload = byId("payload");

/** The countdown's last minute is told once; set with {@link onLastMinute}. */
let lastMinute = () => {};
const countTo = countdown(byId("expires"), { lastMinute: () => lastMinute() });
const countToRetry = countdown(byId("retry-in"), { words: span });

export const onLastMinute = (handler) => {
  lastMinute = handler;
};

/** Draws a signed-in session's state. @param {import("./vendors.js").DemoVendor} vendor */
export function showSession({ baseUrl, state }, vendor) {
  const { title, note } = vendor;
  const { user, database, expiresAt, problem } = state;
  byId("user").textContent = user ?? "someone the vendor doesn’t name";
  byId("user").classList.toggle("account", /^0x/.test(user ?? ""));
  byId("database-of-user").textContent = database ? `on ${database}` : "";
  byId("session-vendor").textContent = title;
  byId("session-address").textContent = baseUrl;
  showRow(byId("session-note"), byId("session-note"), note);
  byId("renew").hidden = !state.renewable;
  byId("check").hidden = !has(vendor, "check");
  byId("state").textContent = JSON.stringify(state, null, 2);
  const trouble = problem && `${sentence(problem, title)} (${problem})`;
  const ofRenewal = hasFailed(state);
  showRow(byId("problem-row"), byId("problem"), ofRenewal ? undefined : trouble);
  showRenewal(state, ofRenewal ? trouble : undefined);
  showEnd(expiresAt);
}

/** Whether the trouble that a state tells is a renewal that failed and is tried again. */
export const hasFailed = ({ renewal, problem }) => renewal !== "idle" && problem !== undefined && problem !== "storage";

/** `trouble`: why the last try failed. It stays while the next one runs, which mostly is for a moment only. */
function showRenewal({ renewal, retryAt }, trouble) {
  const retry = renewal === "waiting" ? retryAt : undefined;
  const words = {
    running: trouble ? "Trying again…" : "running…",
    waiting: retry === undefined ? "Waiting; it is tried again by itself." : "Waiting; tries again in",
  };
  byId("renewal-row").hidden = renewal === "idle";
  showRow(byId("renewal-problem"), byId("renewal-problem"), trouble);
  showRow(byId("renewal-now"), byId("renewal-now"), words[renewal]);
  showRow(byId("retry"), byId("retry-at"), retry && `(${moment(retry)})`);
  countToRetry(retry);
}

function showEnd(expiresAt) {
  countTo(expiresAt);
  const known = expiresAt !== undefined;
  if (!known) byId("expires").textContent = "not told";
  byId("expires").classList.toggle("untold", !known);
  byId("expires-at").textContent = known ? `until ${moment(expiresAt)}` : "by the vendor";
}

/** The date only where it isn't today's. */
function moment(at) {
  const sameDay = new Date(at).toDateString() === new Date().toDateString();
  return (sameDay ? time : dateAndTime).format(at);
}

/** Nothing of a session stays on the page when it is over. */
export function forgetSession() {
  countTo(undefined);
  showRenewal({ renewal: "idle" });
  for (const id of ["user", "database-of-user", "expires", "expires-at"]) byId(id).textContent = "";
  showRow(byId("problem-row"), byId("problem"), undefined);
  showRedirect(undefined);
  payload.textContent = "";
  byId("state").textContent = "";
  byId("reply").hidden = true;
}

/** Where the vendor asks to go next. hallpass lets only a path on the vendor's own origin through. */
export function showRedirect(path, baseUrl) {
  showRow(byId("redirect-row"), redirect, path?.split("?")[0]); // the query may hold a one-time value
  if (path === undefined) redirect.removeAttribute("href");
  else redirect.href = new URL(path, baseUrl).href;
}

/** Shows what the API answered. */
export function showPayload({ method, path }, value) {
  byId("reply-call").textContent = `${method} ${path}`;
  payload.textContent = value === undefined ? "(an empty reply)" : JSON.stringify(value, null, 2);
  byId("reply").hidden = false;
}
