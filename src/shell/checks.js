// @ts-check
/**
 * Checks of values, of which that of a description is made. A check gives back a frozen copy of the value, or throws what is wrong
 * with it, by its path (`where`). Only own members count, and each is read once.
 */
import { mistake } from "./auth-error.js";
import { isObject } from "./object.js";

/** @typedef {(value: unknown, where: string) => any} Check */

// Headers that a page can't set (Fetch, "forbidden request-header"), or that would change what a request means.
const FORBIDDEN =
  /^(?:accept-(?:charset|encoding)|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie2?|te|trailer|transfer-encoding|upgrade|via|x-http-method(?:-override)?|x-method-override|proxy-.*|sec-.*)$/i;

/**
 * A text of at most `most` characters.
 *
 * @param {number} most
 * @param {RegExp} [like]
 * @param {string} [expected]
 * @returns {Check}
 */
export const text = (most, like, expected) => (value, where) => {
  const fits = typeof value === "string" && value.length <= most && !/\p{Cs}/u.test(value) && (!like || like.test(value));
  if (!fits) throw mistake(where, expected ?? `a text of at most ${most} characters${like ? " that can be sent as it is" : ""}`);
  return value;
};

/** The name of a header or a cookie. */
export const token = text(64, /^[\w!#$%&'*+.^`|~-]+$/, "a name as HTTP has them");

/** The name of a header that a page may set. @type {Check} */
export const field = (value, where) => {
  if (FORBIDDEN.test(token(value, where))) throw mistake(where, "a header that a page may set");
  return value;
};

/**
 * One of these.
 *
 * @param {readonly unknown[]} choices
 * @param {string} [more] what else it may be, in words
 * @returns {Check}
 */
export const oneOf = (choices, more = "") => (value, where) => {
  if (!choices.includes(value)) throw mistake(where, choices.map((choice) => JSON.stringify(choice)).join(" or ") + more);
  return value;
};

/** @type {Check} */
export const flag = oneOf([true, false]);

/**
 * A number from `least` to `most`.
 *
 * @param {number} least
 * @param {number} most
 * @returns {Check}
 */
export const within = (least, most) => (value, where) => {
  if (!(typeof value === "number" && value >= least && value <= most)) throw mistake(where, `a number from ${least} to ${most}`);
  return value;
};

/**
 * A text or a list by one check, an object by another.
 *
 * @param {Check} plain
 * @param {Check} object
 * @param {string} expected what it may be, in words
 * @returns {Check}
 */
export const either = (plain, object, expected) => (value, where) => {
  if (typeof value === "string" || Array.isArray(value)) return plain(value, where);
  if (isObject(value)) return object(value, where);
  throw mistake(where, expected);
};

/** A text, a number or a boolean. @type {Check} */
export const scalar = (value, where) => {
  if (typeof value === "string") return text(256)(value, where);
  if (typeof value !== "boolean" && !Number.isFinite(value)) throw mistake(where, "a text, a number or a boolean");
  return value;
};

/**
 * A list.
 *
 * @param {Check} check
 * @param {number} most
 * @param {number} [least]
 * @returns {Check}
 */
export const list = (check, most, least = 1) => (value, where) => {
  if (!Array.isArray(value) || value.length < least || value.length > most) throw mistake(where, `a list of ${least} to ${most}`);
  /** @type {unknown[]} */
  const copy = [];
  for (let at = 0; at < value.length; at++) Object.defineProperty(copy, at, plain(check(value[at], `${where}.${at}`)));
  return Object.freeze(copy);
};

/** @param {unknown} value */
const plain = (value) => /** @type {PropertyDescriptor} */ ({ __proto__: null, value, enumerable: true, writable: true, configurable: true });

/**
 * A copy of an object's own members, each read once; without a prototype, and without those that are undefined.
 *
 * @param {unknown} value
 * @param {string} where
 * @param {number} most
 * @returns {Record<string, unknown>}
 */
export function record(value, where, most) {
  if (!isObject(value) || Array.isArray(value)) throw mistake(where || "a description", "an object");
  const names = Object.keys(value);
  if (!names.length && isInstance(value)) throw mistake(where || "a description", "a plain object, as only own members count");
  if (names.length > most) throw mistake(where || "a description", `an object of at most ${most} members`);
  const copy = /** @type {Record<string, unknown>} */ ({ __proto__: null });
  for (const name of names) {
    const member = /** @type {Record<string, unknown>} */ (value)[name];
    if (member !== undefined) copy[name] = member;
  }
  return copy;
}

/**
 * Whether an object is of some class, such as Headers, Map or Date.
 *
 * @param {object} value
 */
function isInstance(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** @param {string} where @param {string} name */
const inside = (where, name) => (where ? `${where}.${name}` : name);

const key = text(128, /^[^\p{Cc}]+$/u);

/**
 * An object whose members may have any names.
 *
 * @param {Check} check
 * @param {number} most
 * @param {Check} [name] the check of the names
 * @returns {Check}
 */
export const table = (check, most, name = key) => (value, where) => {
  const copy = record(value, where, most);
  for (const given of Object.keys(copy)) {
    name(given, inside(where, given));
    copy[given] = check(copy[given], inside(where, given));
  }
  return Object.freeze({ ...copy });
};

/**
 * An object with these members; those with a "?" may be left out.
 *
 * @param {Record<string, Check>} members
 * @returns {Check}
 */
export function shape(members) {
  const names = Object.keys(members).map((name) => name.replace("?", ""));
  return (value, where) => {
    const copy = record(value, where, 64);
    const unknown = Object.keys(copy).find((name) => !names.includes(name));
    if (unknown !== undefined) throw mistake(inside(where, unknown), `left out: the members here are ${names.join(", ")}`);
    for (const name of names) {
      const needed = Object.hasOwn(members, name);
      const check = /** @type {Check} */ (members[needed ? name : `${name}?`]);
      if (copy[name] !== undefined || needed) copy[name] = check(copy[name], inside(where, name));
    }
    return Object.freeze({ ...copy });
  };
}

/**
 * Headers, none of them twice.
 *
 * @param {Check} check
 * @returns {Check}
 */
export const headers = (check) => (value, where) => {
  const copy = table(check, 32, field)(value, where);
  const names = Object.keys(copy).map((name) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw mistake(inside(where, twice), "named once, in whatever case");
  return copy;
};

/**
 * Exactly one of some members.
 *
 * @param {Check} check
 * @param {readonly string[]} names
 * @returns {Check}
 */
export const exactlyOne = (check, names) => (value, where) => {
  const read = check(value, where);
  if (Object.keys(read).filter((name) => names.includes(name)).length !== 1) throw mistake(where, `an object with one of ${names.join(", ")}`);
  return read;
};

// Not as JSONPath or a JSON Pointer writes it, which would lead to nothing.
const one = text(256, /^(?!\$(?:\.|$)|[/ ]|.*[\][]|.* $)[^.\p{Cc}]+(?:\.[^.\p{Cc}]+)*$/u, 'a path, such as "data.token" or "errors.0.code"');
const more = list(one, 16);

/**
 * Paths. `one`: a single path. `any`: the same, or "" for the whole reply. `some`: one, or a list, of which the first that leads to
 * something counts.
 */
export const paths = Object.freeze({
  one,
  /** @type {Check} */
  any: (value, where) => (value === "" ? value : one(value, where)),
  /** @type {Check} */
  some: (value, where) => (Array.isArray(value) ? more(value, where) : one(value, where)),
});
