// @ts-check
import { readText } from "../body.js";
import { mustKeep, retryAfterMs } from "../headers.js";
import { withoutPrototype } from "../object.js";
import { contentOf, genuine, isRedirect } from "./call.js";
import { peek } from "./peek.js";

/**
 * The answer to a request of the caller's: the response for the caller, and what the WebAssembly is told of it.
 * @typedef {import("./call.js").Content} Content
 * @typedef {{ response: Response, content: Content, json: unknown, address: string, redirected: boolean, retryAfterMs: number | undefined }} Answer
 */

// The longest reply that json() reads, in bytes.
const LONGEST_JSON = 67_108_864;

/**
 * Attaches the credential.
 * @param {Request} request
 * @param {string} header
 * @param {string} credential
 */
export function attach(request, header, credential) {
  request.headers.set(header, credential);
  mustKeep(request, header, credential);
}

/**
 * Sends the caller's request. An abort ends the wait, even where the fetch in use ignores it.
 * @param {Request} request
 * @param {Pick<import("../request.js").Wish, "extra" | "refusesRedirect">} wish
 * @param {typeof globalThis.fetch} fetch
 * @param {import("../wait.js").Deadline | undefined} deadline
 * @returns {Promise<Response>}
 */
export async function dispatch(request, { extra, refusesRedirect }, fetch, deadline) {
  const sent = extra ? fetch(request, extra) : fetch(request);
  const response = genuine(await (deadline ? deadline.guard(sent) : sent));
  if (refusesRedirect && isRedirect(response)) throw new TypeError("The vendor answered with a redirect, which is not followed.");
  return response;
}

/**
 * The answer for fetch(). The body is looked into where the vendor may say something there that matters to the session.
 * @param {Request} request
 * @param {Response} response
 * @param {boolean} speaksInside
 * @returns {Promise<Answer>}
 */
export async function answerOf(request, response, speaksInside) {
  const peeked = speaksInside || !response.ok ? await peek(response) : { response, text: undefined };
  return withoutPrototype({ response: peeked.response, ...contentOf(peeked.text, response.headers), ...origin(request, response) });
}

/**
 * The answer for json(), with all of the body.
 * @param {Request} request
 * @param {Response} response
 * @param {number} ms How long each piece of it may take to come.
 * @param {import("../wait.js").Deadline} deadline
 * @returns {Promise<Answer>}
 */
export async function wholeAnswer(request, response, ms, deadline) {
  deadline.extend(ms);
  const text = await readText(response.body, LONGEST_JSON, deadline, () => deadline.extend(ms));
  return withoutPrototype({ response, ...contentOf(text, response.headers), ...origin(request, response) });
}

/**
 * @param {Request} request
 * @param {Response} response
 */
function origin(request, { url, redirected, headers }) {
  return { address: url || request.url, redirected, retryAfterMs: retryAfterMs(headers) };
}
