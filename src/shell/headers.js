// @ts-check
/** Reading headers, and adding some. */
import { mistake } from "./auth-error.js";

/** What a request for JSON asks for, where it says nothing else. */
export const JSON_PLEASE = { Accept: "application/json" };

/**
 * Adds headers to a request, except those that it has already.
 *
 * @param {Request} request
 * @param {{ readonly [name: string]: string }} added
 */
export function addHeaders({ headers }, added) {
  for (const name of Object.keys(added)) {
    if (!headers.has(name)) headers.set(name, /** @type {string} */ (added[name]));
  }
}

/**
 * Refuses a request that lacks the header with its credential, or has another value there than is told: mode "no-cors" drops headers
 * silently, and the request would go out without a credential.
 *
 * @param {Request} request
 * @param {string} header
 * @param {string} [value]
 */
export function mustKeep({ headers }, header, value) {
  const kept = headers.get(header);
  if (kept === null || (value !== undefined && kept !== value)) throw mistake("init.mode", "one that can carry a credential");
}

/**
 * Whether a `Content-Type` says that the body is JSON of some kind.
 *
 * @param {string | null} type
 */
export const isJson = (type) => /\bjson\b/i.test(type ?? "");

/**
 * Whether a `Content-Type` says that the body is plain text.
 *
 * @param {string | null} type
 */
export const isPlain = (type) => /^text\/plain\b/i.test(type ?? "");

/**
 * `Retry-After` in both of its forms (RFC 9110, section 10.2.3), in ms from now: seconds, or a date.
 *
 * @param {Headers} headers
 * @returns {number | undefined}
 */
export function retryAfterMs(headers) {
  const value = headers.get("Retry-After") ?? "";
  // Checked, because browsers parse even "1.5" as a date.
  if (!/^\d{1,9}$|GMT$/.test(value)) return undefined;
  const seconds = Number(value);
  if (seconds < 1e9) return seconds * 1000;
  const ms = Date.parse(value) - (Date.parse(headers.get("Date") ?? "") || Date.now());
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
