// @ts-check

/**
 * Reads a member of a caller's object as the platform would, inherited ones included. Only members of `Object.prototype` itself are
 * ignored, since any script on the page may have put them there.
 *
 * @param {object} object
 * @param {PropertyKey} name
 * @returns {unknown}
 */
export function member(object, name) {
  /** @type {object | null} */
  let holder = object;
  while (holder && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder);
  return holder === Object.prototype ? undefined : /** @type {Record<PropertyKey, unknown>} */ (object)[name];
}

/**
 * Reads a global.
 *
 * @template {string} Name
 * @param {Name} name
 */
export const globalOf = (name) =>
  /** @type {Name extends keyof typeof globalThis ? typeof globalThis[Name] | undefined : unknown} */ (member(globalThis, name));

/**
 * Whether a value is an object: neither a function nor null.
 *
 * @param {unknown} value
 * @returns {value is object}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null;
}

/**
 * A copy of a caller's object, without a prototype, with the members that `member` would read. Each getter is called once.
 *
 * @template {object} T
 * @param {T | null | undefined} object
 * @param {readonly string[]} known what is read of it also where it can't be enumerated, as a getter of a class can't
 * @returns {Partial<T> & Record<string, unknown>}
 */
export function copyOf(object, known) {
  const copy = /** @type {Record<string, unknown>} */ ({ __proto__: null });
  const names = new Set(object && known);
  for (const name in object) names.add(name);
  for (const name of names) {
    const value = member(/** @type {T} */ (object), name);
    if (value !== undefined) copy[name] = value;
  }
  return /** @type {Partial<T> & Record<string, unknown>} */ (copy);
}
