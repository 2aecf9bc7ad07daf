// @ts-check
import { mistake } from "./auth-error.js";
import { BY_WALLET, refuseOthers } from "./credentials.js";
import { parseJson } from "./json.js";
import { inheritedMember, isObject, withoutPrototype } from "./object.js";

// A script of its own, which is loaded only where a session is opened with the flow "wallet".

/**
 * What a wallet has said: its answer, or the error by which it has refused. Both are copies by way of JSON, without getters.
 *
 * @typedef {{ refused: boolean, said: unknown, cause?: unknown }} Said
 */

/** Sends a wallet the request that a text of JSON holds. @typedef {(request: string) => Promise<Said>} Ask */

/** The longest answer that is read, in characters. A signature has 132, that of a contract about a thousand. */
const LONGEST_ANSWER = 65_536;

/**
 * Reads the credentials of somebody with a wallet, each member once.
 *
 * @param {string} vendor
 * @param {unknown} credentials
 * @returns {{ names: string[], values: string[], ask: Ask }}
 */
export function readWallet(vendor, credentials) {
  if (!isObject(credentials)) throw mistake("credentials", "an object with wallet");
  refuseOthers(vendor, BY_WALLET, credentials, ' with flow "wallet"');
  const wallet = inheritedMember(credentials, "wallet");
  const request = isObject(wallet) || typeof wallet === "function" ? inheritedMember(wallet, "request") : undefined;
  if (typeof request !== "function") throw mistake("credentials.wallet", "an EIP-1193 provider: an object with request");
  const given = /** @type {Record<string, unknown>} */ ({
    __proto__: null,
    address: inheritedMember(credentials, "address"),
    name: inheritedMember(credentials, "name"),
  });
  // The lists are made as a whole: `push` could call a setter that the page put on Array.prototype.
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
    return withoutPrototype({ refused: false, said: plain(answer), cause: undefined });
  } catch (cause) {
    return withoutPrototype({ refused: true, said: refusal(cause), cause });
  }
}

/**
 * A copy of a value by way of JSON: what comes into the WebAssembly must have no getters, and be of bounded length.
 *
 * @param {unknown} value
 */
function plain(value) {
  const text = JSON.stringify(value) ?? "null";
  if (text.length > LONGEST_ANSWER) throw new RangeError("The wallet's answer is too long.");
  return parseJson(text);
}

/**
 * The code of a wallet's error. Nothing else of it has a meaning.
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
