// @ts-check
import { AuthError, mistake } from "./auth-error.js";
import { inheritedMember, isObject } from "./object.js";

/** @import { DevicePrompt, VendorName } from "./hallpass.d.ts" */

/**
 * The vendors, and for each the ways to sign in. A way lists its members: "?" marks one that may be left out, "()" a function; the
 * others are texts. The way whose first member is given is taken, else the vendor's first. A name that isn't here is no vendor.
 *
 * @type {{ readonly [V in VendorName]: readonly (readonly string[])[] }}
 */
export const VENDORS = Object.freeze({
  ocient: [
    ["username", "password", "database?"],
    ["device()", "database?"],
    ["idToken", "database"],
    ["accessToken", "database"],
  ],
  lenses: [["username", "password", "redirectionToken?"]],
  pegase3: [["username", "password"]],
  ethgas: [["username", "password"]],
});

/** What a login with a wallet takes. */
export const BY_WALLET = ["wallet", "address", "name"];

/**
 * What was given to sign in. `names`: those of the texts, in the way's order. `texts`: by their names. `device`: the caller's function
 * that shows a person the prompt of a sign-in on another device.
 *
 * @typedef {{
 *   names: string[],
 *   texts: { readonly [name: string]: string | undefined },
 *   device: ((prompt: DevicePrompt) => unknown) | undefined,
 * }} Given
 */

/**
 * Reads credentials. Each member is read once, so that a getter can't give one value to be judged and another to be sent. Whether a
 * text can be sent is not judged here.
 *
 * @param {string} vendor
 * @param {readonly (readonly string[])[]} ways as in `VENDORS`
 * @param {unknown} credentials
 * @returns {Given}
 */
export function readCredentials(vendor, ways, credentials) {
  const usual = /** @type {readonly string[]} */ (ways[0]);
  if (!isObject(credentials)) throw mistake("credentials", `an object with ${usual.filter((name) => !isOptional(name)).join(" and ") || "what login takes"}`);
  const values = /** @type {Record<string, unknown>} */ ({ __proto__: null });
  for (const name of new Set(ways.flat().map(bareName))) values[name] = inheritedMember(credentials, name) ?? undefined;
  // Not destructured: that would call the iterator's `return`, which may be the page's.
  const way = ways.find((way) => values[bareName(way[0] ?? "")] !== undefined) ?? usual;
  const names = way.map(bareName);
  const chosen = ways === VENDORS.ethgas ? ' with flow "password"' : "";
  refuseOthers(vendor, names, credentials, ways.length > 1 ? ` beside ${names[0]}` : chosen);
  let device;
  for (const spec of way) {
    const name = bareName(spec);
    const value = values[name];
    if (value === undefined && isOptional(spec)) continue;
    const type = isFunction(spec) ? "function" : "string";
    if (typeof value !== type) throw mistake(`credentials.${name}`, `a ${type}`);
    if (type === "string") continue;
    device = value;
    delete values[name];
  }
  return /** @type {Given} */ ({ names: names.filter((name) => values[name] !== undefined), texts: values, device });
}

/** @param {string} name */
const isOptional = (name) => name.endsWith("?");

/** @param {string} name */
const isFunction = (name) => name.endsWith("()");

/** @param {string} name */
export const bareName = (name) => (isOptional(name) ? name.slice(0, -1) : isFunction(name) ? name.slice(0, -2) : name);

/**
 * Refuses members that the vendor has no use for.
 *
 * @param {string} vendor
 * @param {readonly string[]} taken
 * @param {object} credentials
 * @param {string} [way] the words that name the way, where the vendor has several
 */
export function refuseOthers(vendor, taken, credentials, way = "") {
  /** @param {string} name */
  const isUnknown = (name) => !taken.includes(name) && (inheritedMember(credentials, name) ?? undefined) !== undefined;
  const unknown = Object.keys(credentials).find(isUnknown);
  if (unknown === undefined) return;
  const message = `credentials.${unknown} is nothing that ${vendor} takes${way}; the members are ${taken.join(", ")}.`;
  throw new AuthError(message, { code: "invalid-options" });
}
