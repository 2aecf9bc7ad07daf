// @ts-check
/**
 * Reading a description of an API with a login. It is read once, without the WebAssembly; from then on a frozen copy of it counts.
 */
import { isBelow, resolve } from "./address.js";
import { mistake, readable } from "./auth-error.js";
import { bareName } from "./credentials.js";
import { either, exactlyOne, field, flag, headers, list, oneOf, paths, scalar, shape, table, text, token, within } from "./checks.js";
import { isObject, withoutPrototype } from "./object.js";

/** @import { AuthErrorCode, VendorDescription } from "./hallpass.d.ts" */
/** @import { Check } from "./checks.js" */

/**
 * A description, checked.
 *
 * @typedef {object} Described
 * @property {VendorDescription} description frozen
 * @property {string} name
 * @property {readonly string[]} takes what login() takes, as in `VENDORS`
 * @property {{ readonly [O in (typeof OPERATIONS)[number]]?: string }} paths
 * @property {{ readonly [name: string]: string }} headers sent with every request to baseUrl
 * @property {VendorDescription["csrf"]} csrf
 */

/** The descriptions that were checked. @type {WeakMap<object, Described>} */
const known = new WeakMap();

/** The calls that hallpass makes by itself, by their names. */
export const OPERATIONS = /** @type {const} */ (["login", "refresh", "logout", "check"]);

// The codes that a reply can mean. The others say something that only hallpass can know.
/** @type {readonly AuthErrorCode[]} */
const CODES = [
  "invalid-credentials", "invalid-request", "forbidden", "session-expired", "rate-limited", "vendor-unavailable", "network", "timeout",
  "malformed-reply", "vendor-error",
];

const CENTURY_S = 3_155_760_000;
const DAY_MS = 86_400_000;
const DEEPEST = 8;
// An address that exists nowhere (RFC 2606): a path that stays below it stays below any baseUrl.
const ANYWHERE = { origin: "https://hallpass.invalid", prefix: "https://hallpass.invalid/b" };

/** @type {Check} */
const pathBelowBase = (value, where) => {
  const path = text(1024)(value, where);
  const address = resolve(ANYWHERE, path)?.href;
  if (/[{}]/.test(path)) throw mistake(where, "a path without places: they are filled in elsewhere");
  // The URL parser leaves these alone, but a server may decode them and climb up.
  const hides = /[#\\]|\.\.|%2e|%2f|%5c|%25/i.test(path);
  if (path === "" || hides || !address || !isBelow(ANYWHERE, address)) throw mistake(where, "a path below baseUrl");
  return path;
};

/** @param {Check} check */
const template = (check) => /** @type {Check} */ (value, where) => {
  const text = check(value, where);
  if (places(text).some((place) => place.endsWith("?") && text !== `{${place}}`)) throw mistake(where, "a text in which what may be left out, {name?}, stands alone");
  return text;
};
const words = template(text(8192));
const value = text(1024, /^[!-~](?:[ -~]*[!-~])?$/);

/** @type {Check} */
const body = (given, where) => {
  let budget = 256;
  /** @type {(depth: number) => Check} */
  const tree = (depth) => (inner, at) => {
    if (budget-- === 0 || depth > DEEPEST) throw mistake(at, `left out: a body has at most 256 members, ${DEEPEST} deep`);
    if (inner === null || typeof inner === "boolean" || Number.isFinite(inner)) return inner;
    if (typeof inner === "string") return words(inner, at);
    if (!isObject(inner)) throw mistake(at, "a text, a number, a boolean, null, or a list or an object of these");
    return (Array.isArray(inner) ? list(tree(depth + 1), 64, 0) : table(tree(depth + 1), 64))(inner, at);
  };
  return table(tree(1), 64)(given, where);
};

const call = {
  path: pathBelowBase,
  "method?": oneOf(["POST", "GET", "PUT", "DELETE"]),
  "query?": table(words, 64),
  "headers?": headers(template(value)),
  "json?": body,
  "form?": table(words, 64),
};
const meaning = either(oneOf(CODES), shape({ login: oneOf(CODES), elsewhere: oneOf(CODES) }), "a code, or { login, elsewhere } with one each");
const carrier = shape({ header: field, "prefix?": text(64, /^[!-~][ -~]*$/) });

/** @type {Check} */
const status = (value, where) => {
  if (!Number.isInteger(value)) throw mistake(where, "a status of HTTP, 400 to 599");
  return within(400, 599)(value, where);
};
/** @type {Check} */
const code = (value, where) => {
  if (!Number.isSafeInteger(scalar(value, where)) && typeof value !== "string") throw mistake(where, "a text or a whole number");
  return value;
};

const whole = shape({
  name: text(32, /^[a-z\d-]+$/, "1 to 32 characters of a-z, 0-9 and -"),
  "title?": text(64, /^[^\p{Cc}]+$/u),
  credential: either(oneOf(["bearer", "cookie"], " or { header, prefix }"), carrier, '"bearer" or "cookie" or { header, prefix }'),
  "headers?": headers(value),
  "csrf?": shape({ cookie: token, header: field, "from?": pathBelowBase }),
  login: shape(call),
  "refresh?": shape(call),
  "logout?": shape(call),
  "check?": shape({ ...call, "user?": paths.one, "alive?": paths.one }),
  grant: shape({
    "access?": either((value, where) => (value === "" ? value : paths.some(value, where)), carrier, "a path, a list of paths or { header, prefix }"),
    "refresh?": paths.some,
    "user?": paths.one,
    "database?": paths.one,
    "lifetime?": exactlyOne(
      shape({ "seconds?": paths.one, "ms?": paths.one, "at?": paths.one, "jwt?": oneOf([true]), "otherwiseSeconds?": within(1, CENTURY_S) }),
      ["seconds", "ms", "at", "jwt"],
    ),
  }),
  "envelope?": shape({
    "success?": shape({ at: paths.one, is: list(scalar, 64) }),
    "payload?": either(paths.one, shape({ without: paths.one }), "a path or { without }"),
  }),
  "errors?": shape({
    "code?": paths.some,
    "detail?": paths.some,
    "codes?": table(meaning, 256),
    "statuses?": table(meaning, 64, text(3, /^[2-5]\d\d$/, "a status of HTTP, 200 to 599")),
    "fields?": exactlyOne(
      shape({ "list?": paths.any, "name?": paths.one, "title?": paths.one, "code?": paths.one, "pointer?": paths.one, "byName?": paths.any }),
      ["list", "byName"],
    ),
  }),
  "rejected?": shape({ "statuses?": list(status, 64), "codes?": list(code, 256), "insideSuccess?": flag }),
  "renew?": exactlyOne(shape({ "atPart?": within(0.1, 0.95), "beforeEndMs?": within(1, DAY_MS) }), ["atPart", "beforeEndMs"]),
});

/**
 * Checks a description, unless it was checked before.
 *
 * @param {unknown} given
 * @returns {Described}
 */
export function described(given) {
  return known.get(/** @type {object} */ (given)) ?? readable("the description", () => read(given));
}

/**
 * Checks a description, and gives back a frozen copy.
 *
 * @param {unknown} description
 */
export const defineVendor = (description) => described(description).description;

/** @param {unknown} given */
function read(given) {
  /** @type {VendorDescription} */
  const description = whole(given, "");
  // Without prototypes: what is left out must not be read from the page's Object.prototype.
  const all = /** @type {VendorDescription} */ (frozenWithoutPrototypes(description));
  const takes = agree(all);
  const ways = /** @type {Described["paths"]} */ (frozenWithoutPrototypes(Object.fromEntries(OPERATIONS.map((name) => [name, all[name]?.path]))));
  const headers = all.headers ?? /** @type {Described["headers"]} */ (frozenWithoutPrototypes({}));
  /** @type {Described} */
  const found = Object.freeze({ description, name: all.name, takes, paths: ways, headers, csrf: all.csrf });
  known.set(description, found);
  return found;
}

/**
 * A deep copy of objects, frozen and without prototypes.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function frozenWithoutPrototypes(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const copy = /** @type {Record<string, unknown>} */ (withoutPrototype(value));
  for (const name of Object.keys(copy)) copy[name] = frozenWithoutPrototypes(copy[name]);
  return Object.freeze(copy);
}

// Names of what is secret, which must not stand in an address.
const SECRETS = /(?:^|user|_)pass$|passw|pass_?(?:code|key|phrase|word)|pwd|secret|(?:token|assertion|signature|credentials?|jwt|kennwort)$|(?:api|access|private|secret|session)_?key$|^(?:key|access|refresh|pw|pin|t?otp)$/i;

/**
 * Checks what members have to do with each other. Gives back what login() takes.
 *
 * @param {VendorDescription} description
 */
function agree(description) {
  const { credential, grant, login, refresh, renew, rejected, errors } = description;
  const cookie = credential === "cookie";
  if (cookie && (grant.access !== undefined || grant.refresh !== undefined)) throw mistake("grant", "without access and refresh: the session is a cookie");
  if (!cookie && grant.access === undefined) throw mistake("grant.access", "given: requests carry the token");
  const named = new Set(places(login));
  // A place that stands anywhere without a "?" has to be given.
  const takes = [...named].filter((place) => bareName(place) === place || !named.has(bareName(place)));
  if (takes.length > 16) throw mistake("login", "a call with places for at most 16 names");
  const held = [!cookie && "access", grant.refresh && "refresh", (grant.database || takes.some((place) => bareName(place) === "database")) && "database"];
  for (const name of OPERATIONS) {
    const said = description[name];
    if (!said) continue;
    if (said.json && said.form) throw mistake(name, "an object with json or form, but not both");
    if (said.method === "GET" && (said.json || said.form)) throw mistake(name, "an object without json and form: a GET has no body");
    const shown = places(said.query).map(bareName).find((place) => SECRETS.test(place));
    if (shown) throw mistake(`${name}.query`, `without {${shown}}: addresses are kept in histories and logs`);
    for (const place of places(said).map(bareName)) {
      if (name === "login" && /^(?:access|refresh|__proto__)$/.test(place)) throw mistake(name, `without {${place}}: nothing is held before`);
      if (name !== "login" && !held.includes(place)) throw mistake(name, `without {${place}}, as grant gives none: there is ${held.filter(Boolean).map((name) => `{${name}}`).join(", ") || "none"}`);
    }
  }
  if (renew && !refresh) throw mistake("renew", "left out: there is no refresh");
  if (rejected?.insideSuccess && !rejected.codes) throw mistake("rejected.codes", "given: insideSuccess goes by them");
  if (rejected?.codes && !errors?.code) throw mistake("errors.code", "given: rejected.codes are found there");
  if (errors?.codes && !errors.code) throw mistake("errors.code", "given: errors.codes are looked up there");
  const { lifetime } = grant;
  if (lifetime && "otherwiseSeconds" in lifetime && !("jwt" in lifetime)) throw mistake("grant.lifetime.otherwiseSeconds", "left out: it is for jwt");
  const fields = errors?.fields;
  if (fields && "byName" in fields && Object.keys(fields).length > 1) throw mistake("errors.fields", "an object with byName alone, or with list");
  if (fields && "list" in fields && !(fields.name && fields.title)) throw mistake("errors.fields", "an object with name and title beside list");
  oneHeaderEach(description);
  return Object.freeze(takes);
}

/** @param {VendorDescription} description */
function oneHeaderEach({ credential, csrf, headers }) {
  const carries = credential === "bearer" ? "authorization" : typeof credential === "object" ? credential.header.toLowerCase() : "";
  const guards = csrf?.header.toLowerCase();
  const taken = Object.keys(headers ?? {}).find((name) => [carries, guards, "content-type"].includes(name.toLowerCase()));
  if (taken) throw mistake(`headers.${taken}`, "a header that credential and csrf don't use, and not Content-Type");
  if (guards === carries || guards === "content-type") throw mistake("csrf.header", "a header that credential doesn't use, and not Content-Type");
  if (carries === "content-type") throw mistake("credential.header", "a header other than Content-Type");
}

/**
 * The names of the places in the templates of a call, with a "?" behind those that may be left out. Braces around anything but a name
 * are taken literally.
 *
 * @param {unknown} said
 * @returns {string[]}
 */
function places(said) {
  if (typeof said === "string") return (said.match(/\{[A-Za-z_]\w*\??\}/g) ?? []).map((place) => place.slice(1, -1));
  return typeof said === "object" && said !== null ? Object.values(said).flatMap(places) : [];
}
