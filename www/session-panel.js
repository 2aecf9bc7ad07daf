// Who is signed in, where, and until when.

import { countdown } from "./countdown.js";
import { byId, showRow } from "./dom.js";
import { sentence } from "./errors.js";
import { VENDORS } from "./vendors.js";

const RENEWAL = { running: "running…", waiting: "failed for now; it is tried again by itself" };

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const redirect = byId("redirect");
const payload = byId("payload");

/** The countdown's last minute is told once; set with {@link onLastMinute}. */
let lastMinute = () => {};
const countTo = countdown(byId("expires"), () => lastMinute());

export const onLastMinute = (handler) => {
  lastMinute = handler;
};

/** Draws a signed-in session's state. */
export function showSession({ vendor, baseUrl, state }) {
  const { title, note } = VENDORS[vendor];
  const { user, database, expiresAt, renewal, problem } = state;
  byId("user").textContent = user ?? "someone the vendor doesn’t name";
  byId("database-of-user").textContent = database ? `on ${database}` : "";
  byId("session-vendor").textContent = title;
  byId("session-address").textContent = baseUrl;
  showRow(byId("session-note"), byId("session-note"), note);
  showRow(byId("renewal-row"), byId("renewal"), RENEWAL[renewal]);
  showRow(byId("problem-row"), byId("problem"), problem && `${sentence(problem, title)} (${problem})`);
  showEnd(expiresAt);
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
  for (const id of ["user", "database-of-user", "expires", "expires-at"]) byId(id).textContent = "";
  showRow(byId("renewal-row"), byId("renewal"), undefined);
  showRow(byId("problem-row"), byId("problem"), undefined);
  showRedirect(undefined);
  payload.textContent = "";
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
