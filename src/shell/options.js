// @ts-check
import { isBelow, parseBase, resolve } from "./address.js";
import { AuthError, isAuthError, mistake, readable } from "./auth-error.js";
import { VENDORS } from "./credentials.js";
import { OPERATIONS, described } from "./description.js";
import { inheritedMember, isObject } from "./object.js";
import { EXTRA_WAIT_MS, LONGEST_DELAY_MS } from "./wait.js";

/** @import { SessionOptions, TokenStorage, VendorName } from "./hallpass.d.ts" */
/** @import { Base } from "./address.js" */

/** @typedef {typeof OPERATIONS[number]} Operation */

/**
 * `SessionOptions`, read once and checked.
 *
 * @typedef {object} Options
 * @property {string} vendor its name
 * @property {boolean} signs whether people sign in with a wallet
 * @property {import("./description.js").Described | undefined} described its description, where it is none of hallpass's own
 * @property {Base} base the vendor's address
 * @property {readonly string[]} allow further prefixes that may be sent the credential, normalised as `base.prefix` is
 * @property {{ readonly [O in Operation]?: string }} endpoints the full addresses of those that were given
 * @property {string} account
 * @property {"memory" | "session" | "local" | "encrypted" | TokenStorage} storage
 * @property {boolean} automatic whether to renew without being asked
 * @property {number} timeoutMs
 * @property {number | undefined} idleMs
 * @property {number | undefined} maxAgeMs
 * @property {typeof globalThis.fetch | undefined} fetch
 */

/** @type {readonly (keyof SessionOptions)[]} */
const OPTIONS = ["vendor", "baseUrl", "storage", "account", "allow", "renew", "timeoutMs", "endpoints", "flow", "fetch", "idleMs", "maxAgeMs"];
const STORAGES = /** @type {const} */ (["memory", "session", "local", "encrypted"]);

const DEFAULT_TIMEOUT_MS = 10_000;
// A timer has to reach to its end, and to that of the wait for another tab's.
const LONGEST_TIMEOUT_MS = LONGEST_DELAY_MS - EXTRA_WAIT_MS;

/**
 * Reads and checks `SessionOptions`. Every mistake is named, and no member is ignored silently.
 *
 * @param {unknown} options
 * @returns {Readonly<Options>}
 */
export function readOptions(options) {
  if (!isObject(options) || Array.isArray(options)) throw mistake("options", "an object with vendor and baseUrl");
  only(options, OPTIONS, "");
  /** @param {keyof SessionOptions} name */
  const get = (name) => readable(name, () => inheritedMember(options, name));
  const automatic = oneOf("renew", get("renew"), /** @type {const} */ (["auto", "manual"])) === "auto";
  const given = get("vendor") ?? null;
  const own = isObject(given) && !Array.isArray(given) ? description(given) : undefined;
  const vendor = own?.name ?? oneOf("vendor", given, /** @type {VendorName[]} */ (Object.keys(VENDORS)), " or a description (defineVendor)");
  const base = parseBase("baseUrl", get("baseUrl"));
  const read = {
    vendor,
    signs: flow(own ? undefined : vendor, get("flow")) === "wallet",
    described: own,
    base,
    automatic,
    allow: prefixes(get("allow")),
    endpoints: Object.freeze({ __proto__: null, ...addresses(base, own?.paths), ...addresses(base, get("endpoints")) }),
    account: account(get("account")),
    storage: storage(get("storage")),
    timeoutMs: timeout(get("timeoutMs")),
    idleMs: limit("idleMs", get("idleMs")),
    maxAgeMs: limit("maxAgeMs", get("maxAgeMs")),
    fetch: fetcher(get("fetch")),
  };
  return Object.freeze(/** @type {Options} */ ({ __proto__: null, ...read }));
}

/**
 * Reads the description of an API. Its errors name the member by its path; here the option is added.
 *
 * @param {object} given
 */
function description(given) {
  try {
    return described(given);
  } catch (error) {
    if (!isAuthError(error)) throw error;
    throw new AuthError(`vendor: ${error.message}`, { code: "invalid-options", cause: error.cause });
  }
}

/** @param {unknown} given */
function prefixes(given = []) {
  if (!Array.isArray(given)) throw mistake("allow", "an array of strings or URLs");
  return Object.freeze(Array.from(given, (address) => parseBase("each prefix in allow", address).prefix));
}

/**
 * The operations' full addresses. They must be below `baseUrl`, because the password is sent there.
 *
 * @param {Base} base
 * @param {unknown} paths
 */
function addresses(base, paths = {}) {
  if (!isObject(paths) || Array.isArray(paths)) throw mistake("endpoints", "an object of paths");
  only(paths, OPERATIONS, "endpoints.");
  const all = /** @type {{ [O in Operation]?: string }} */ ({ __proto__: null });
  for (const name of OPERATIONS) {
    const path = inheritedMember(paths, name);
    if (path === undefined) continue;
    const url = typeof path === "string" && path !== "" ? resolve(base, path) : undefined;
    if (!url || !isBelow(base, url.href)) throw mistake(`endpoints.${name}`, "a path below baseUrl");
    all[name] = url.href;
  }
  return Object.freeze(all);
}

/** @param {unknown} name */
function account(name = "default") {
  if (typeof name !== "string" || name === "" || name.length > 256 || /\p{Cs}/u.test(name)) {
    throw mistake("account", "a text of 1 to 256 characters");
  }
  return name;
}

/**
 * @param {unknown} given
 * @returns {Options["storage"]}
 */
function storage(given = "memory") {
  const named = STORAGES.find((name) => name === given);
  if (named !== undefined) return named;
  const verbs = ["get", "set", "delete"];
  if (!isObject(given) || !verbs.every((verb) => typeof inheritedMember(given, verb) === "function")) {
    throw mistake("storage", '"memory", "session", "local", "encrypted" or an object with get, set and delete');
  }
  return /** @type {TokenStorage} */ (given);
}

/** @param {unknown} ms */
function timeout(ms = DEFAULT_TIMEOUT_MS) {
  if (!(typeof ms === "number" && ms > 0 && ms <= LONGEST_TIMEOUT_MS)) {
    throw mistake("timeoutMs", `a number of ms above 0 and at most ${LONGEST_TIMEOUT_MS}`);
  }
  return ms;
}

/**
 * After how long a session ends by itself.
 *
 * @param {string} name
 * @param {unknown} ms
 */
function limit(name, ms) {
  if (ms === undefined) return undefined;
  if (!(typeof ms === "number" && ms > 0 && ms < Infinity)) throw mistake(name, "a number of ms above 0, or left out");
  return ms;
}

/** @param {unknown} given */
function fetcher(given) {
  if (given !== undefined && typeof given !== "function") throw mistake("fetch", "a function like the global fetch");
  return /** @type {Options["fetch"]} */ (given);
}

/**
 * @param {string | undefined} vendor
 * @param {unknown} given
 */
function flow(vendor, given) {
  const chosen = oneOf("flow", given, /** @type {const} */ (["password", "wallet"]));
  if (chosen !== "password" && vendor !== "ethgas") throw mistake("flow", "left out: only ethgas has one");
  return chosen;
}

/**
 * The choice that was made; the first where the option is left out.
 *
 * @template {string} T
 * @param {string} name
 * @param {unknown} value
 * @param {readonly T[]} choices
 * @returns {T}
 */
function oneOf(name, value, choices, more = "") {
  const choice = value === undefined ? choices[0] : choices.find((one) => one === value);
  if (choice === undefined) throw mistake(name, choices.map((one) => `"${one}"`).join(" or ") + more);
  return choice;
}

/**
 * Refuses members that nobody reads: otherwise a misspelt option would silently be the default.
 *
 * @param {object} object
 * @param {readonly string[]} known
 * @param {string} prefix
 */
function only(object, known, prefix) {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new AuthError(`${prefix}${unknown} is no option; the options are ${known.join(", ")}.`, { code: "invalid-options" });
  }
}

/**
 * Reads `CallOptions.signal`. It is known by its shape, so that those of other realms and of polyfills count.
 *
 * @param {unknown} options
 * @param {string} [name]
 * @returns {AbortSignal | undefined}
 */
export function readSignal(options, name = "options") {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== "object") throw mistake(name, "an object such as { signal }");
  // Members that nobody knows are let pass: methods are handed on as they are, and called with events and with frameworks' contexts.
  const signal = inheritedMember(options, "signal") ?? undefined;
  if (signal !== undefined && !isSignal(signal)) throw mistake(`${name}.signal`, "an AbortSignal");
  return signal;
}

/**
 * @param {unknown} signal
 * @returns {signal is AbortSignal}
 */
function isSignal(signal) {
  const { aborted, addEventListener, removeEventListener } = /** @type {Partial<AbortSignal>} */ (signal);
  return typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function";
}
