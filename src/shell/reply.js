// @ts-check
import { parseJson } from "./json.js";

/**
 * A reply as the rules read it, of a response and its body's text (undefined: too long to be read). Made before they are asked:
 * what throws meanwhile, a page's idea of a Response, must not leave them locked.
 *
 * @typedef {object} ReplyParts
 * @property {number} status
 * @property {boolean} empty
 * @property {unknown} json undefined where it is none
 * @property {number} retryAfterMs NaN where the vendor asks for no pause
 * @property {number} dateMs NaN where it doesn't tell
 */

/**
 * @param {Response} response
 * @param {string | undefined} text
 * @returns {ReplyParts}
 */
export function replyOf({ status, headers }, text) {
  const dateMs = Date.parse(headers.get("Date") ?? "");
  const parts = { status, empty: text === "", json: parseJson(text), retryAfterMs: retryAfterMs(headers), dateMs };
  return /** @type {ReplyParts} */ ({ __proto__: null, ...parts });
}

/**
 * `Retry-After` in both of its forms (RFC 9110, section 10.2.3), in ms from now: seconds, or a date. NaN where there is none.
 *
 * @param {Headers} headers
 */
export function retryAfterMs(headers) {
  const value = headers.get("Retry-After") ?? "";
  // What is in neither form, browsers may take for a date all the same: "1.5".
  if (!/^\d{1,9}$|GMT$/.test(value)) return NaN;
  const seconds = Number(value);
  if (seconds < 1e9) return seconds * 1000;
  return Math.max(Date.parse(value) - (Date.parse(headers.get("Date") ?? "") || Date.now()), 0);
}
