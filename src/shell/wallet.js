// @ts-check
import { mistake } from "./auth-error.js";
import { refuseOthers } from "./credentials.js";
import { parseJson } from "./json.js";
import { isObject, member } from "./object.js";

// A file of its own, which is loaded where a session is opened for people with a wallet.

/**
 * What a wallet has said: its answer, or the error that it has refused with; both as JSON that nothing of the page's hangs on.
 *
 * @typedef {{ refused: boolean, said: unknown, cause?: unknown }} Said
 */

/** Asks a wallet what a text of JSON says. @typedef {(request: string) => Promise<Said>} Ask */

/** The longest answer that is read, in characters. A signature has 132, and that of a contract some thousand. */
const LONGEST_ANSWER = 65_536;

const TAKEN = ["wallet", "address", "name"];

/**
 * Reads what somebody with a wallet signs in with: each member once.
 *
 * @param {string} vendor
 * @param {unknown} credentials
 * @returns {{ names: string[], values: string[], ask: Ask }}
 */
export function readWallet(vendor, credentials) {
  if (!isObject(credentials)) throw mistake("credentials", "an object with wallet");
  refuseOthers(vendor, TAKEN, credentials);
  const wallet = member(credentials, "wallet");
  const request = isObject(wallet) || typeof wallet === "function" ? member(wallet, "request") : undefined;
  if (typeof request !== "function") throw mistake("credentials.wallet", "an EIP-1193 provider: an object with request");
  const given = /** @type {Record<string, unknown>} */ ({
    __proto__: null,
    address: member(credentials, "address"),
    name: member(credentials, "name"),
  });
  // Lists are made whole: what is pushed onto one may go to a setter of the page's.
  const names = Object.keys(given).filter((name) => (given[name] ?? undefined) !== undefined);
  const values = names.map((name) => {
    const value = given[name];
    if (typeof value !== "string") throw mistake(`credentials.${name}`, "a string");
    return value;
  });
  return { names, values, ask: (text) => ask(/** @type {Function} */ (request), /** @type {object} */ (wallet), text) };
}

/**
 * @param {Function} request
 * @param {object} wallet
 * @param {string} text
 * @returns {Promise<Said>}
 */
async function ask(request, wallet, text) {
  try {
    const answer = await Reflect.apply(request, wallet, [parseJson(text)]);
    return said(false, plain(answer));
  } catch (cause) {
    return said(true, refusal(cause), cause);
  }
}

/**
 * An object without a prototype: a promise of one that has a `then`, even a page's on all objects, would never be kept.
 *
 * @param {boolean} refused
 * @param {unknown} what
 * @param {unknown} [cause]
 */
const said = (refused, what, cause) => /** @type {Said} */ (/** @type {unknown} */ ({ __proto__: null, refused, said: what, cause }));

/**
 * A value as JSON has it: what comes into the WebAssembly has no getters, and no end of members.
 *
 * @param {unknown} value
 */
function plain(value) {
  const text = JSON.stringify(value) ?? "null";
  if (text.length > LONGEST_ANSWER) throw new RangeError("The wallet's answer is too long.");
  return parseJson(text);
}

/**
 * The code of an error, which is all of it that means something.
 *
 * @param {unknown} error
 */
function refusal(error) {
  try {
    return plain({ code: /** @type {{ code?: unknown } | undefined} */ (error)?.code });
  } catch {
    return plain({}); // a getter that throws, or a code that is none
  }
}
