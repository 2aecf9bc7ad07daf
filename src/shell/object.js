/**
 * Reads a member of a caller's object as the platform would, also inherited from a class; only what hangs on
 * `Object.prototype` itself is not believed, since any script on the page may have put it there.
 */
export function member(object, name) {
  let holder = object;
  while (holder && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder);
  return holder === Object.prototype ? undefined : object[name];
}

/** Reads a global. */
export const globalOf = (name) => member(globalThis, name);

/** Whether a value is an object, and no function or null. */
export function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** A copy of a caller's object without a prototype, with what `member` would read of it: each getter is read once. */
export function copyOf(object) {
  const copy = { __proto__: null };
  for (const name in object) {
    const value = member(object, name);
    if (value !== undefined) copy[name] = value;
  }
  return copy;
}
