// @ts-check
import { readText } from "../body.js";
import { JSON_PLEASE, addHeaders, isPlain, retryAfterMs } from "../headers.js";
import { parseJson } from "../json.js";
import { isResponse, withoutPrototype } from "../object.js";
import { submitTwice } from "./csrf.js";

/**
 * A call of hallpass's own, as the WebAssembly makes it: where to, and what `Request` takes.
 * @typedef {RequestInit & { url: string, method: string, query?: string, wants?: string, longerMs?: number, inTime?: boolean }} VendorCall
 * @typedef {import("../wasm.js").Content} Content
 * @typedef {{ status: number, content: Content, json: unknown, retryAfterMs: number | undefined, dateMs: number | undefined, wanted: string | undefined }} Reply
 */

// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY = 262_144;

/**
 * Sends a call and reads its reply. Undefined for a redirect: it is not followed, as that would carry the password or the token to
 * wherever it points (R5).
 * @param {VendorCall} call
 * @param {typeof globalThis.fetch} fetch
 * @param {import("../wait.js").Deadline} deadline
 * @param {import("../address.js").Base} base
 * @param {import("../description.js").Described} [described]
 * @returns {Promise<Reply | undefined>}
 */
export async function send({ url, query, wants, longerMs: _, inTime, ...init }, fetch, deadline, base, described) {
  // Without a prototype: the platform would read missing options from Object.prototype.
  const options = /** @type {RequestInit} */ ({ __proto__: null, ...init, redirect: "manual", signal: deadline.signal });
  const request = new Request(query === undefined ? url : extended(url, query), options);
  if (described) addHeaders(request, described.headers);
  addHeaders(request, JSON_PLEASE);
  if (described?.csrf) await submitTwice(request, described.csrf, described.headers, base, fetch, deadline);
  const response = genuine(await deadline.guard(fetch(request)));
  if (isRedirect(response)) return undefined;
  const text = await readText(response.body, LONGEST_REPLY, deadline);
  if (inTime) deadline.mustNotBeOver();
  const dateMs = Date.parse(response.headers.get("Date") ?? "");
  const reply = { status: response.status, ...contentOf(text, response.headers), retryAfterMs: retryAfterMs(response.headers), dateMs: known(dateMs), wanted: (wants && response.headers.get(wants)) ?? undefined };
  return withoutPrototype(reply);
}

/**
 * Checks that a fetch has answered with a Response, of any realm: an instrumented one may answer with anything.
 * @param {unknown} response
 */
export function genuine(response) {
  if (isResponse(response)) return response;
  throw new TypeError("fetch answered with no Response");
}

/**
 * Whether a response is a redirect that was not followed. Browsers give it no status; other platforms give it its own.
 * @param {Response} response
 */
export const isRedirect = ({ type, status }) => type === "opaqueredirect" || /^30[12378]$/.test(`${status}`);

/**
 * Appends to an address's query.
 * @param {string} url
 * @param {string} query encoded
 */
function extended(url, query) {
  const address = new URL(url);
  address.search += (address.search ? "&" : "?") + query;
  return address.href;
}

/**
 * What a body's text holds. Undefined stands for a body that was too long to read.
 * @param {string | undefined} text
 * @param {Headers} headers
 * @returns {{ content: Content, json: unknown }} `json`: of a plain text, that.
 */
export function contentOf(text, headers) {
  const json = text && parseJson(text);
  if (text === "") return { content: "empty", json: undefined };
  // A front end's page answers everything; a plain text, such as Express's "OK", is only sent by who means it.
  if (text && json === undefined && isPlain(headers.get("Content-Type")) && !/^\s*</.test(text)) return { content: "text", json: text };
  return { content: json === undefined ? "unreadable" : "json", json };
}

/** @param {number} ms */
const known = (ms) => (Number.isFinite(ms) ? ms : undefined);
