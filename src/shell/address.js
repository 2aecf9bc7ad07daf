// @ts-check
import { mistake } from "./auth-error.js";
import { inheritedMember, kindOf } from "./object.js";

/**
 * The vendor's address, or a prefix in `allow`: its origin, and all of it (`prefix`) without a trailing slash.
 *
 * @typedef {{ readonly origin: string, readonly prefix: string }} Base
 */

// A host that exists nowhere (RFC 2606). An input that is still on it after parsing has named no host of its own. (The name is not
// random, because some edge servers allow no random numbers while a script is imported. An input that names this very host is taken
// for a relative one.)
const NOWHERE = "hallpass.invalid";

/**
 * The text of an address that is a string, a String, or a URL of any realm; undefined for anything else.
 *
 * @param {unknown} address
 * @returns {string | undefined}
 */
export function textOf(address) {
  if (typeof address !== "object" || address === null) return typeof address === "string" ? address : undefined;
  // Read once, so that what is judged is what is sent.
  const text = kindOf(address) === "String" ? `${address}` : inheritedMember(address, "href");
  return typeof text === "string" ? text : undefined;
}

/**
 * Reads the vendor's address, or a prefix in `allow`. `name`: what it is called where it is refused.
 *
 * @param {string} name
 * @param {unknown} address
 * @returns {Base}
 */
export function parseBase(name, address) {
  const text = textOf(address);
  if (text === undefined) throw mistake(name, "a string or a URL");
  const url = parse(text);
  // "localhost:8080" is a URL, of the scheme "localhost:".
  if (!url || /^[\w.-]+:\d+(?:[/?#]|$)/.test(text)) throw mistake(name, absolute(text));
  const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw mistake(name, "an https address (http only on localhost, 127.0.0.1 and [::1])");
  }
  if (url.username || url.password) throw mistake(name, "an address without user name and password");
  if (/[?#]/.test(url.href)) throw mistake(name, "an address without query and fragment");
  return Object.freeze({ origin: url.origin, prefix: url.origin + url.pathname.replace(/\/+$/, "") });
}

/**
 * Says what is expected instead of a text that is no absolute URL. Repeats it only if it is a plain path: anything else may hold a
 * secret.
 *
 * @param {string} text
 */
function absolute(text) {
  if (/^\/(?!\/)/.test(text)) {
    const path = /^\/[\w./-]{0,60}$/.test(text) ? `"${text}"` : "path";
    return `an absolute URL; a path on the page's own origin is one as new URL(${path}, location.href)`;
  }
  const local = /^(?:localhost|127\.|\[)/.test(text);
  const example = local ? "http://localhost:8080" : "https://api.example.com";
  // A host, a port, a path.
  const isBare = /^(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?(?:[/?#]|$)/i.test(text);
  return `an absolute URL, such as ${example}${isBare ? "; the scheme is missing" : ""}`;
}

/**
 * Parses an http(s) address. Undefined for what is no URL, for another scheme (a `blob:` claims the origin of the page that made it),
 * and for one with user info, which fetch refuses.
 *
 * @param {string} address
 * @param {string} [base]
 */
export function httpUrl(address, base) {
  const url = parse(address, base);
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined;
}

/**
 * The address that an input means. An input that names no host is appended to the base; its dot segments can't climb out of the
 * base's prefix. Undefined as in `httpUrl`.
 *
 * @param {Base} base
 * @param {string} input
 */
export function resolve(base, input) {
  const url = httpUrl(input, `${base.origin.replace(/:.*/, "")}://${NOWHERE}`);
  return url?.host === NOWHERE ? httpUrl(base.prefix + url.href.slice(url.origin.length)) : url;
}

/**
 * Whether an input is a path that the URL parser would leave as it is spelt, so that it need not be parsed. Most inputs are, and
 * parsing takes longer than everything else that is done for a request.
 *
 * @param {unknown} input
 * @returns {input is string}
 */
export function isPlainPath(input) {
  return typeof input === "string" && /^\/[\w./-]*(?:\?[\w.=&%-]*)?$/.test(input) && !/\/[./]/.test(input);
}

/**
 * Whether an address, as the URL parser spells it, lies at or below the base, by whole path segments.
 *
 * @param {Base} base
 * @param {string} address
 */
export function isBelow({ prefix }, address) {
  return address.startsWith(prefix) && /^(?:[/?#]|$)/.test(address.slice(prefix.length));
}

/**
 * @param {string} text
 * @param {string} [base]
 */
function parse(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
