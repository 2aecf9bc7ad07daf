/**
 * What the WebAssembly's readers of JSON ask of the platform. All in one file, which imports nothing: the tests that run in the
 * WebAssembly load each file by itself, and Chromium has been seen to hang where there are more of them.
 */

/** Parses JSON. Undefined: it is none. */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The claims of a JWT, unverified; undefined where it is none. `atob` gives bytes, which are UTF-8: `escape` and
 * `decodeURIComponent` make a text of them everywhere, also where there is no TextDecoder.
 */
export function readClaims(token) {
  try {
    const bytes = atob(token.split(".").at(1).replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(decodeURIComponent(escape(bytes)));
  } catch {
    return undefined;
  }
}

/** Reads an object's own member; undefined where there is none, or no object. */
export function own(object, name) {
  return typeof object === "object" && object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Whether a text is an http(s) address without user info, and the same whoever resolves it: `https:h.test` is a path for a page
 * that came by https.
 */
export function isWebAddress(text) {
  try {
    return /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(text) && Boolean(new URL(text));
  } catch {
    return false;
  }
}
