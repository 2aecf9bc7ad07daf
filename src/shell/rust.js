// @ts-check
/**
 * What front ends in Rust (`src/client`) ask for beside what pages do. Rust's readers look for members through the prototypes, so
 * what is handed to them has none: a missing `ssoUrl` is not for the page's Object.prototype to say.
 */
import { isPlainPath, parseBase, resolve } from "./address.js";
import { isAuthError } from "./auth-error.js";
import { openSession } from "./entry.js";

export { defineVendor } from "./description.js";

/** @import { Session } from "./session.js" */

// As deep as a reply may be nested. Rust's readers recurse, and where the stack ends a whole application does.
const DEEPEST = 128;

/**
 * Opens a session. One that nobody waits for any more is let go of, also when it is there and was not come for.
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
export const stateOf = (session) => own(/** @type {object} */ (Reflect.get(session, "state")));

/**
 * A copy of an object with nothing but its own members.
 *
 * @param {object} object
 */
export const own = (object) => ({ __proto__: null, ...object });

/**
 * What an error says; undefined where it is none of hallpass's.
 *
 * @param {unknown} error
 */
export function detailsOf(error) {
  if (!isAuthError(error)) return undefined;
  const { message, code, vendor, status, vendorCode, fields, ssoUrl, detail, requestId, retryAfterMs } = error;
  const whole = vendorCode === undefined || Number.isSafeInteger(vendorCode) ? vendorCode : `${vendorCode}`;
  return { __proto__: null, message, code, vendor, status, vendorCode: whole, fields: fields?.map(own), ssoUrl, detail, requestId, retryAfterMs };
}

/**
 * Takes the prototypes off all objects of a reply, which nobody else holds. Throws where it is nested too deep.
 *
 * @template T
 * @param {T} reply
 */
export function bare(reply) {
  /** @type {unknown[]} */
  let level = [reply];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new RangeError("nested too deep");
    /** @type {unknown[]} */
    const below = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
      // Not spread: a list of a million elements is more than a call takes.
      for (const inner of Object.values(value)) below.push(inner);
    }
    level = below;
  }
  return reply;
}

/**
 * The address that an input of `fetch` means. What means none is for `fetch` to refuse.
 *
 * @param {string} baseUrl
 * @param {string} input
 */
export function addressOf(baseUrl, input) {
  return isPlainPath(input) ? baseUrl + input : (resolve(parseBase("baseUrl", baseUrl), input)?.href ?? input);
}

/**
 * Has a call end with the signal of the caller's request, too.
 *
 * @param {AbortController} controller
 * @param {Request} request
 */
export function follow(controller, { signal }) {
  once(signal, () => controller.abort(signal.reason));
}

/**
 * Does something when a signal is aborted, or now where it was.
 *
 * @param {AbortSignal} signal
 * @param {() => void} act
 */
function once(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, /** @type {AddEventListenerOptions} */ ({ __proto__: null, once: true }));
}
