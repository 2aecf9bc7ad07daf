// @ts-check

/**
 * What the WebAssembly needs of the platform to read JSON. All of it is in one file that imports nothing: tests of the WebAssembly load
 * each file by itself, and Chromium has been seen to hang when there were more of them.
 */

// As they were when this file was loaded: a page may later replace them by something that throws.
const { parse } = JSON;
const { hasOwn, keys } = Object;
const { isArray } = Array;

// How deep JSON may be nested. Some parsers recurse: 62 MB of "[" were seen to overflow the stack and crash the tab.
const DEEPEST = 10_000;

/**
 * Parses JSON. Undefined where it is none, or is nested too deep.
 *
 * @param {string | undefined} text
 * @returns {unknown}
 */
export function parseJson(text) {
  try {
    return isTooDeep(/** @type {string} */ (text)) ? undefined : parse(/** @type {string} */ (text));
  } catch {
    return undefined;
  }
}

/**
 * Whether brackets are nested too deep, not counting those in strings. Looks at each character once.
 *
 * @param {string} text
 */
function isTooDeep(text) {
  const end = text.length;
  let depth = 0;
  // A text that is shorter than that can't be so deep.
  for (let at = end > DEEPEST ? 0 : end; at < end; at++) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at);
    else if (letter === "[" || letter === "{") depth++;
    else if (letter === "]" || letter === "}") depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/**
 * The index of the quote that ends a string; past the end of the text if none does.
 *
 * @param {string} text
 * @param {number} start
 */
function endOfString(text, start) {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let escape = at;
    while (text[escape - 1] === "\\") escape--;
    // After an even number of backslashes, which escape one another, the quote is not escaped.
    if ((at - escape) % 2 === 0) return at;
  }
}

/**
 * The claims of a JWT, unverified; undefined where the token is none. `atob` gives bytes of UTF-8, which `escape` and
 * `decodeURIComponent` decode on every platform, even without TextDecoder.
 *
 * @param {string} token
 * @returns {unknown}
 */
export function readClaims(token) {
  try {
    const bytes = atob(/** @type {string} */ (token.split(".").at(1)).replaceAll("-", "+").replaceAll("_", "/"));
    return parseJson(decodeURIComponent(escape(bytes)));
  } catch {
    return undefined;
  }
}

/**
 * The names of an object's own members; none where it is no object.
 *
 * @param {unknown} object
 */
export function namesOf(object) {
  return typeof object === "object" && object !== null && !isArray(object) ? keys(object) : [];
}

/**
 * A finite number, as JSON writes it.
 *
 * @param {number} number
 */
export const writtenNumber = (number) => `${number}`;

/**
 * A date and time of ISO 8601, in ms since the epoch; in UTC where the text names no zone. Undefined where it is none.
 *
 * @param {string} text
 */
export function momentOf(text) {
  const found = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
  const ms = found ? Date.parse(`${found[1]}`.replace(" ", "T") + (found[2] ?? "Z").replace(/(\d\d)(\d\d)$/, "$1:$2")) : NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

/**
 * Reads an object's own member, or an array's element; undefined where there is none.
 *
 * @param {unknown} object
 * @param {PropertyKey} name
 * @returns {unknown}
 */
export function ownMember(object, name) {
  const holder = /** @type {Record<PropertyKey, unknown>} */ (object);
  return typeof object === "object" && object !== null && hasOwn(object, name) ? holder[name] : undefined;
}

/**
 * The same of an object alone: undefined also where this is an array, and where the member is null.
 *
 * @param {unknown} object
 * @param {PropertyKey} name
 */
export const ownMemberOf = (object, name) => (isArray(object) ? undefined : ownMember(object, name) ?? undefined);

/**
 * Whether a text is an absolute http(s) address without user info. The two slashes are required, since `https:h.test` is a relative
 * path on a page that came by https.
 *
 * @param {string} text
 */
export function isWebAddress(text) {
  try {
    return /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(text) && Boolean(new URL(text));
  } catch {
    return false;
  }
}
