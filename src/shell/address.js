import { member } from "./object.js";

// A host that exists nowhere (RFC 2606): what is still on it after parsing named no host of its own. (Not made by chance: some
// edge servers let nothing be made while a script is imported. Who names this very host means baseUrl.)
const NOWHERE = "hallpass.invalid";

/** An address as a string, or of a URL of any realm; undefined for anything else. */
export function textOf(address) {
  // Read once: what is judged is what is sent.
  const text = typeof address === "object" && address !== null ? member(address, "href") : address;
  return typeof text === "string" ? text : undefined;
}

/**
 * The vendor's address, or a prefix in `allow`: its origin, and all of it (`prefix`) without a trailing slash. Throws what was
 * expected.
 */
export function parseBase(address) {
  const text = textOf(address);
  if (text === undefined) throw "a string or a URL";
  const url = parse(text);
  if (!url) throw "an absolute URL, such as https://api.example.com";
  const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw "an https address (http only on localhost, 127.0.0.1 and [::1])";
  }
  if (url.username || url.password) throw "an address without user name and password";
  if (/[?#]/.test(url.href)) throw "an address without query and fragment";
  return { origin: url.origin, prefix: url.origin + url.pathname.replace(/\/+$/, "") };
}

/**
 * The place of an address, as the URL parser says and not as it is spelt. Undefined: no URL, one of another scheme than
 * http(s) (a `blob:` claims the origin of the page that made it), or one with user info, which fetch refuses.
 */
export function placeOf(address, base) {
  const url = parse(address, base);
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined;
}

/**
 * The address that an input means. One that names no host is appended to the base, prefix kept: its dot segments end there.
 * Undefined as in `placeOf`.
 */
export function resolve(base, input) {
  const url = placeOf(input, `${base.origin.split("/", 1)[0]}//${NOWHERE}`);
  return url?.host === NOWHERE ? placeOf(base.prefix + url.href.slice(url.origin.length)) : url;
}

/**
 * Whether an input is a path that the URL parser takes as it is spelt: below the base and judged without it. Most are, and the
 * parser takes longer than all else that is done for a request.
 */
export function isPlainPath(input) {
  return typeof input === "string" && /^\/[\w./-]*(?:\?[\w.=&%-]*)?$/.test(input) && !/\/[./]/.test(input);
}

/** Whether an address, as the URL parser spells it, lies at or below the base, by whole path segments. */
export function isBelow({ prefix }, address) {
  return address.startsWith(prefix) && /^(?:[/?#]|$)/.test(address.slice(prefix.length));
}

function parse(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
