// @ts-check
import { AuthError, mistake } from "./auth-error.js";
import { isObject, member } from "./object.js";

/** @import { DevicePrompt, VendorName } from "./hallpass.d.ts" */

/**
 * The vendors, and the ways to sign in that each takes: the members of each, with a "?" behind those that may be left out. A way's
 * first member says that it is this one; else it is the vendor's first. A name that isn't here is no vendor.
 *
 * @type {{ readonly [V in VendorName]: readonly (readonly string[])[] }}
 */
export const VENDORS = Object.freeze({
  ocient: [
    ["username", "password", "database?"],
    ["device", "database?"],
    ["idToken", "database"],
    ["accessToken", "database"],
  ],
  lenses: [["username", "password", "redirectionToken?"]],
  pegase3: [["username", "password"]],
  ethgas: [["username", "password"]],
});

/** The one member that is no text: what the caller shows a person the prompt with, to say yes on another device. */
const DEVICE = "device";

/**
 * What was given to sign in: the members of the way, in their order; the texts, by name; and the function, if it takes one.
 *
 * @typedef {{
 *   names: string[],
 *   texts: { readonly [name: string]: string | undefined },
 *   device: ((prompt: DevicePrompt) => unknown) | undefined,
 * }} Given
 */

/**
 * Reads credentials. Each member is read once: a getter of the caller's can't give one thing to be judged and another to be sent.
 * Whether a text can be sent is not judged here.
 *
 * @param {string} vendor
 * @param {readonly (readonly string[])[]} ways as in `VENDORS`
 * @param {unknown} credentials
 * @returns {Given}
 */
export function readCredentials(vendor, ways, credentials) {
  const usual = /** @type {readonly string[]} */ (ways[0]);
  if (!isObject(credentials)) throw mistake("credentials", `an object with ${usual.filter((name) => !isOptional(name)).join(" and ")}`);
  const values = /** @type {Record<string, unknown>} */ ({ __proto__: null });
  for (const name of new Set(ways.flat().map(bareName))) values[name] = member(credentials, name) ?? undefined;
  const way = ways.find(([first]) => values[/** @type {string} */ (first)] !== undefined) ?? usual;
  const names = way.map(bareName);
  refuseOthers(vendor, names, credentials, ways.length > 1 ? ` beside ${names[0]}` : "");
  for (const name of way) {
    const value = values[bareName(name)];
    if (value === undefined && isOptional(name)) continue;
    const type = name === DEVICE ? "function" : "string";
    if (typeof value !== type) throw mistake(`credentials.${bareName(name)}`, `a ${type}`);
  }
  const { [DEVICE]: device, ...texts } = values;
  return /** @type {Given} */ (/** @type {unknown} */ ({ names, texts: { __proto__: null, ...texts }, device }));
}

/** @param {string} name */
const isOptional = (name) => name.endsWith("?");

/** @param {string} name */
const bareName = (name) => (isOptional(name) ? name.slice(0, -1) : name);

/**
 * Refuses what a vendor has no use for.
 *
 * @param {string} vendor
 * @param {readonly string[]} taken
 * @param {object} credentials
 * @param {string} [beside] what else was given, where that decides
 */
export function refuseOthers(vendor, taken, credentials, beside = "") {
  /** @param {string} name */
  const isUnknown = (name) => !taken.includes(name) && (member(credentials, name) ?? undefined) !== undefined;
  const unknown = Object.keys(credentials).find(isUnknown);
  if (unknown === undefined) return;
  const message = `credentials.${unknown} is nothing that ${vendor} takes${beside}; the members are ${taken.join(", ")}.`;
  throw new AuthError(message, { code: "invalid-options" });
}
