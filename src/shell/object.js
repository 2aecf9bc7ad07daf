// @ts-check

// As they were when this was loaded: a page may replace them by something that throws.
const { defineProperty, freeze, getPrototypeOf, hasOwn } = Object;

/**
 * Reads a member of a caller's object as the platform would, inherited ones included. Only members of `Object.prototype` itself are
 * ignored, since any script on the page may have put them there.
 *
 * @param {object} object
 * @param {PropertyKey} name
 * @returns {unknown}
 */
export function inheritedMember(object, name) {
  /** @type {object | null} */
  let holder = object;
  while (holder && !hasOwn(holder, name)) holder = getPrototypeOf(holder);
  return holder === Object.prototype ? undefined : /** @type {Record<PropertyKey, unknown>} */ (object)[name];
}

/**
 * Reads a global.
 *
 * @template {string} Name
 * @param {Name} name
 */
export const globalOf = (name) =>
  /** @type {Name extends keyof typeof globalThis ? typeof globalThis[Name] | undefined : unknown} */ (inheritedMember(globalThis, name));

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
 * The name of a value's class, in whatever realm it was made. (`instanceof` would throw where a platform lacks the class.)
 *
 * @param {unknown} value
 */
export const kindOf = (value) => Object.prototype.toString.call(value).slice("[object ".length, -1);

/**
 * Whether a value is a Request, of any realm or of a polyfill. To be asked only once, since a caller's object may answer differently the
 * next time.
 *
 * @param {unknown} value
 * @returns {value is Request}
 */
export const isRequest = (value) => (typeof Request === "function" && value instanceof Request) || kindOf(value) === "Request";

/**
 * The same of a Response.
 *
 * @param {unknown} value
 * @returns {value is Response}
 */
export const isResponse = (value) => (typeof Response === "function" && value instanceof Response) || kindOf(value) === "Response";

/**
 * A copy of an object's own members, without a prototype. What a promise resolves to has none: a `then` that the page put on
 * Object.prototype would be called. Nor has what is read member by member: what is left out must not be read from there, either.
 *
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
export const withoutPrototype = (object) => /** @type {T} */ (/** @type {unknown} */ ({ __proto__: null, ...object }));

/**
 * Freezes an object that a page reads. What it lacks of these members, which applications navigate to, is not to be read from
 * Object.prototype, where any script of the page's may have put something. So it gets them as undefined, where no enumeration shows them.
 *
 * @template {object} T
 * @param {T} object
 * @param {readonly string[]} names
 * @returns {Readonly<T>}
 */
export function sealed(object, names) {
  for (let at = 0; at < names.length; at++) {
    const name = /** @type {string} */ (names[at]);
    if (!hasOwn(object, name)) defineProperty(object, name, /** @type {PropertyDescriptor} */ ({ __proto__: null }));
  }
  return freeze(object);
}

/**
 * A copy of a caller's object, without a prototype, with the members that `inheritedMember` would read. Each getter is called once.
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
    const value = inheritedMember(/** @type {T} */ (object), name);
    if (value !== undefined) copy[name] = value;
  }
  return /** @type {Partial<T> & Record<string, unknown>} */ (copy);
}
