// @ts-check
/**
 * What front ends in Rust (`src/client`) need in addition to what pages use. serde-wasm-bindgen reads members through prototypes, so
 * what it is handed has none: a missing `ssoUrl` must not be read from the page's Object.prototype.
 */
import { isPlainPath, parseBase, resolve } from "./address.js";
import { isAuthError, refusalOf } from "./auth-error.js";
import { defineVendor } from "./description.js";
import { openSession } from "./entry.js";
import { withoutPrototype } from "./object.js";

export { withoutPrototype };

/** @import { Session } from "./session.js" */

// How deep a reply may be nested. serde-wasm-bindgen recurses, and an overflow of the stack ends the whole application.
const DEEPEST = 128;

/**
 * Opens a session. It is disposed of when the signal aborts: then nobody waits for it any more, even if it is open already.
 *
 * @param {unknown} options
 * @param {AbortSignal} signal
 */
export async function opened(options, signal) {
  const session = await openSession(options);
  once(signal, () => session.dispose());
  return session;
}

/** @param {Session} session */
export const stateOf = (session) => withoutPrototype(/** @type {object} */ (Reflect.get(session, "state")));

/**
 * The members of an error; undefined where it is none of hallpass's.
 *
 * @param {unknown} error
 */
export function detailsOf(error) {
  if (!isAuthError(error)) return undefined;
  const { message, code, vendor, status, vendorCode, fields, ssoUrl, detail, requestId, retryAfterMs } = error;
  const whole = vendorCode === undefined || Number.isSafeInteger(vendorCode) ? vendorCode : `${vendorCode}`;
  const cause = wordsOf(error.cause);
  return { __proto__: null, message, code, vendor, status, vendorCode: whole, fields: fields?.map(withoutPrototype), ssoUrl, detail, requestId, retryAfterMs, cause };
}

/**
 * What a cause says, as far as it can hold no secret. A cause may be anything, and its message a getter that throws.
 *
 * @param {unknown} cause
 */
function wordsOf(cause) {
  try {
    return refusalOf(cause);
  } catch {
    return undefined;
  }
}

/**
 * Checks a description as Rust has serialized it.
 *
 * @param {unknown} description
 */
export const described = (description) => defineVendor(withoutMaps(description));

// Where a null is sent: below a call's body.
const BODY = /^\.(?:login|refresh|logout|check)\.json\b/;

/**
 * A copy in which maps are objects. Their keys become texts, as the members of a Map that Rust made may have numbers for names. A member
 * that is null is left out, as that is what `None` becomes; not in a call's body, which may have such members.
 *
 * @param {unknown} value
 * @param {string} [where]
 * @returns {unknown}
 */
function withoutMaps(value, where = "") {
  if (Array.isArray(value)) return value.map((element) => withoutMaps(element, where));
  if (typeof value !== "object" || value === null) return value;
  const copy = /** @type {Record<string, unknown>} */ ({ __proto__: null });
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  for (const entry of entries) {
    if (entry[1] !== null || BODY.test(where)) copy[`${entry[0]}`] = withoutMaps(entry[1], `${where}.${entry[0]}`);
  }
  return copy;
}

/**
 * Takes the prototypes off all objects in a reply, which nobody else holds. Throws where it is nested too deep.
 *
 * @template T
 * @param {T} reply
 */
export function stripPrototypes(reply) {
  /** @type {unknown[]} */
  let level = [reply];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new RangeError("nested too deep");
    /** @type {unknown[]} */
    const below = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
      // Not spread: a call can't take a million arguments.
      for (const inner of Object.values(value)) below.push(inner);
    }
    level = below;
  }
  return reply;
}

/**
 * The address that an input of `fetch` means. An input that means none is given back, for `fetch` to refuse.
 *
 * @param {string} baseUrl
 * @param {string} input
 */
export function addressOf(baseUrl, input) {
  return isPlainPath(input) ? baseUrl + input : (resolve(parseBase("baseUrl", baseUrl), input)?.href ?? input);
}

/**
 * A signal for a call: it aborts when the call is given up, and when the signal of the caller's own request aborts, also later, while
 * the reply is read. Nothing is added to the request's signal where the platform can do without: one that lives long would keep each
 * request that was ever made with it.
 *
 * @param {AbortController} controller
 * @param {Request} request
 */
export function followed(controller, { signal }) {
  if (typeof AbortSignal.any === "function") return AbortSignal.any([controller.signal, signal]);
  once(signal, () => controller.abort(signal.reason));
  return controller.signal;
}

/**
 * Does something when a signal aborts; at once if it already has.
 *
 * @param {AbortSignal} signal
 * @param {() => void} act
 */
function once(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, /** @type {AddEventListenerOptions} */ ({ __proto__: null, once: true }));
}
