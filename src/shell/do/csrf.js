// @ts-check
import { resolve } from "../address.js";
import { globalOf } from "../object.js";
import { Deadline } from "../wait.js";

/** @typedef {{ readonly cookie: string, readonly header: string, readonly from?: string }} Csrf */

/**
 * The value of a cookie that script may read; undefined where there is none, or no page.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
function cookie(name) {
  /** @type {unknown} */
  const text = globalOf("document")?.cookie;
  if (typeof text !== "string") return undefined;
  const begin = `${name}=`;
  const value = text.split("; ").find((pair) => pair.startsWith(begin))?.slice(begin.length);
  try {
    // Some servers percent-encode it, since a cookie can't hold every character; nor can a header.
    const decoded = value && decodeURIComponent(value);
    return /^[ -~]*$/.test(decoded ?? "") ? decoded : value;
  } catch {
    return value;
  }
}

/**
 * The double-submit cookie pattern: another site can make the browser send the cookie, but can't read it, and so can't put its value
 * into a header. Fetches the cookie first where it isn't there yet.
 *
 * @param {Request} request
 * @param {Csrf} csrf
 * @param {{ readonly [name: string]: string }} headers sent with every request to baseUrl
 * @param {import("../address.js").Base} base
 * @param {typeof globalThis.fetch} fetch
 * @param {Deadline} deadline
 * @param {number} [ms] how long the cookie may take to come, where the deadline has no bound of its own
 */
export async function submitTwice(request, { cookie: name, header, from }, headers, base, fetch, deadline, ms) {
  if (/^(?:GET|HEAD)$/.test(request.method) || request.headers.has(header)) return;
  const address = from === undefined ? undefined : resolve(base, from);
  if (cookie(name) === undefined && address && globalOf("document")) {
    const bound = new Deadline(ms, deadline.signal);
    const init = { __proto__: null, headers, credentials: "include", cache: "no-store", redirect: "manual", signal: bound.signal };
    await bound.finish(fetch(new Request(address, /** @type {RequestInit} */ (init)))).catch((error) => {
      throw bound.ended === "timeout" ? new DOMException("The address of the CSRF cookie did not answer.", "TimeoutError") : error;
    });
  }
  const value = cookie(name);
  if (value) request.headers.set(header, value);
}
