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
    // Some write it encoded, as cookies may not have every character.
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Double submit: a site that can have the browser send a cookie can't read it, and so can't put its value in a header. Where the
 * cookie isn't there yet, it is asked for.
 *
 * @param {Request} request
 * @param {Csrf} csrf
 * @param {import("../address.js").Base} base
 * @param {typeof globalThis.fetch} fetch
 * @param {Deadline} deadline
 * @param {number} [ms] how long the cookie may take to come, where the deadline is none
 */
export async function submitTwice(request, { cookie: name, header, from }, base, fetch, deadline, ms) {
  if (/^(?:GET|HEAD)$/.test(request.method) || request.headers.has(header)) return;
  const address = from === undefined ? undefined : resolve(base, from);
  if (cookie(name) === undefined && address && globalOf("document")) {
    const bound = new Deadline(ms, deadline.signal);
    const init = { __proto__: null, credentials: "include", cache: "no-store", redirect: "manual", signal: bound.signal };
    await deadline.guard(bound.finish(fetch(new Request(address, /** @type {RequestInit} */ (init)))));
  }
  const value = cookie(name);
  if (value) request.headers.set(header, value);
}
