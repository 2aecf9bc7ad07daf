// @ts-check
import { readText } from "../body.js";
import { parseJson } from "../json.js";
import { retryAfterMs } from "../reply.js";
import { genuine } from "../wait.js";
import { submitTwice } from "./csrf.js";

/**
 * A call of hallpass's own, as the WebAssembly makes it: where to, and what `Request` takes.
 * @typedef {RequestInit & { url: string, method: string, query?: string, wants?: string, longerMs?: number }} VendorCall
 * @typedef {import("../wasm.js").Content} Content
 * @typedef {{ status: number, content: Content, json: unknown, retryAfterMs: number | undefined, dateMs: number | undefined, wanted: string | undefined }} Reply
 */

// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY = 262_144;

/**
 * Sends a call and reads its reply; undefined for a redirect, which is not followed: it would carry the password or the token
 * to wherever it points (R5).
 * @param {VendorCall} call
 * @param {typeof globalThis.fetch} fetch
 * @param {import("../wait.js").Deadline} deadline
 * @param {import("../address.js").Base} base
 * @param {import("../description.js").Described} [described]
 * @returns {Promise<Reply | undefined>}
 */
export async function send({ url, query, wants, longerMs: _, ...init }, fetch, deadline, base, described) {
  // Without a prototype: what the platform reads as options it would else read of Object.prototype, too.
  const options = /** @type {RequestInit} */ ({ __proto__: null, ...init, redirect: "manual", signal: deadline.signal });
  const request = new Request(query === undefined ? url : extended(url, query), options);
  if (described) addHeaders(request, described.headers);
  if (described?.csrf) await submitTwice(request, described.csrf, base, fetch, deadline);
  const response = genuine(await deadline.guard(fetch(request)));
  if (isRedirect(response)) return undefined;
  const text = await readText(response.body, LONGEST_REPLY, deadline);
  const dateMs = Date.parse(response.headers.get("Date") ?? "");
  const reply = { status: response.status, ...contentOf(text), retryAfterMs: retryAfterMs(response.headers), dateMs: known(dateMs), wanted: (wants && response.headers.get(wants)) ?? undefined };
  return bare(reply);
}

/**
 * Where redirects are not followed, browsers show a response without a status, and other platforms the redirect itself.
 * @param {Response} response
 */
export const isRedirect = ({ type, status }) => type === "opaqueredirect" || /^30[12378]$/.test(`${status}`);

/**
 * Adds the headers that go to baseUrl with everything, where a request has none of their names.
 * @param {Request} request
 * @param {{ readonly [name: string]: string }} added
 */
export function addHeaders({ headers }, added) {
  for (const name of Object.keys(added)) {
    if (!headers.has(name)) headers.set(name, /** @type {string} */ (added[name]));
  }
}

/**
 * An address with more to its query.
 * @param {string} url
 * @param {string} query encoded
 */
function extended(url, query) {
  const address = new URL(url);
  address.search += (address.search ? "&" : "?") + query;
  return address.href;
}

/**
 * What a body's text holds. Undefined: more than is read.
 * @param {string | undefined} text
 * @returns {{ content: Content, json: unknown }}
 */
export function contentOf(text) {
  const json = text && parseJson(text);
  if (text === "") return { content: "empty", json: undefined };
  return { content: json === undefined ? "unreadable" : "json", json };
}

/**
 * The same without a prototype: a promise of an object that has a `then`, even a page's on all objects, would never be kept.
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
export const bare = (object) => /** @type {T} */ (/** @type {unknown} */ ({ __proto__: null, ...object }));

/** @param {number} ms */
const known = (ms) => (Number.isFinite(ms) ? ms : undefined);
