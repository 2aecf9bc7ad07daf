// @ts-check
import { AuthError, mistake } from "./auth-error.js";
import { isObject, member } from "./object.js";

/** @import { CredentialsByVendor, VendorName } from "./hallpass.d.ts" */

/**
 * The members of any of several objects.
 *
 * @template T
 * @typedef {T extends unknown ? keyof T : never} KeysOf
 */

/**
 * The vendors, and what each takes to sign in as it usually does. A name that isn't here is none.
 *
 * @type {{ readonly [V in VendorName]: readonly KeysOf<CredentialsByVendor[V]>[] }}
 */
export const VENDORS = Object.freeze({
  ocient: ["username", "password", "database"],
  lenses: ["username", "password", "redirectionToken"],
  pegase3: ["username", "password"],
  ethgas: ["username", "password"],
});

/**
 * What is given for the names that a described vendor takes, in their order. Likewise.
 *
 * @param {string} vendor
 * @param {readonly string[]} takes
 * @param {unknown} credentials
 * @returns {string[]}
 */
export function readNamed(vendor, takes, credentials) {
  if (!isObject(credentials)) throw mistake("credentials", `an object with ${takes.join(" and ")}`);
  refuseOthers(vendor, takes, credentials);
  return takes.map((name) => {
    const value = member(credentials, name);
    if (typeof value !== "string") throw mistake(`credentials.${name}`, "a string");
    return value;
  });
}

/**
 * Refuses what a vendor has no use for.
 *
 * @param {string} vendor
 * @param {readonly string[]} taken
 * @param {object} credentials
 */
export function refuseOthers(vendor, taken, credentials) {
  /** @param {string} name */
  const isUnknown = (name) => !taken.includes(name) && (member(credentials, name) ?? undefined) !== undefined;
  const unknown = Object.keys(credentials).find(isUnknown);
  if (unknown === undefined) return;
  const message = `credentials.${unknown} is nothing that ${vendor} takes; the members are ${taken.join(", ")}.`;
  throw new AuthError(message, { code: "invalid-options" });
}

/**
 * The values of credentials, in the order in which the WebAssembly takes them. Each member is read once: a getter of the caller's
 * can't give one thing to be judged and another to be sent. Whether a text can be sent is not judged here.
 *
 * @param {VendorName} vendor
 * @param {unknown} credentials
 * @returns {[username: string, password: string, database: string | undefined, redirectionToken: string | undefined]}
 */
export function readCredentials(vendor, credentials) {
  if (!isObject(credentials)) throw mistake("credentials", "an object with username and password");
  /** @type {readonly string[]} */
  const taken = VENDORS[vendor];
  refuseOthers(vendor, taken, credentials);
  /** @param {string} name */
  const required = (name) => {
    const value = member(credentials, name);
    if (typeof value !== "string") throw mistake(`credentials.${name}`, "a string");
    return value;
  };
  /** @param {string} name */
  const optional = (name) => {
    const value = taken.includes(name) ? member(credentials, name) : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw mistake(`credentials.${name}`, "a string");
    return value;
  };
  return [required("username"), required("password"), optional("database"), optional("redirectionToken")];
}
