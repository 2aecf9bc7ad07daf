import { parseJson } from "./json.js";

/**
 * A reply as the rules read it, of a response and its body's text (undefined: too long to be read). Made before they are asked:
 * what throws meanwhile, a page's idea of a Response, must not leave them locked.
 */
export function replyOf({ status, headers }, text) {
  const dateMs = Date.parse(headers.get("Date"));
  return { __proto__: null, status, empty: text === "", json: parseJson(text), retryAfterMs: retryAfterMs(headers), dateMs };
}

/** `Retry-After` in both of its forms (RFC 9110, section 10.2.3), in ms from now: seconds, or a date. NaN where there is none. */
export function retryAfterMs(headers) {
  const value = headers.get("Retry-After");
  // What is in neither form, browsers may take for a date all the same: "1.5".
  if (!/^\d{1,9}$|GMT$/.test(value)) return NaN;
  return value < 1e9 ? value * 1000 : Math.max(Date.parse(value) - (Date.parse(headers.get("Date")) || Date.now()), 0);
}
