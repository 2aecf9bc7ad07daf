// @ts-check
import { AuthError, mistake } from "./auth-error.js";
import { isObject, member } from "./object.js";

/** @import { CredentialsByVendor, VendorName } from "./hallpass.d.ts" */

/**
 * The vendors, and what each takes to sign in. A name that isn't here is none.
 *
 * @type {{ readonly [V in VendorName]: readonly (keyof CredentialsByVendor[V])[] }}
 */
export const VENDORS = Object.freeze({
  ocient: ["username", "password", "database"],
  lenses: ["username", "password", "redirectionToken"],
  pegase3: ["username", "password"],
  ethgas: ["username", "password"],
});

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
  /** @param {string} name */
  const isUnknown = (name) => !taken.includes(name) && (member(credentials, name) ?? undefined) !== undefined;
  const unknown = Object.keys(credentials).find(isUnknown);
  if (unknown !== undefined) {
    const message = `credentials.${unknown} is nothing that ${vendor} takes; the members are ${taken.join(", ")}.`;
    throw new AuthError(message, { code: "invalid-options" });
  }
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
