// @ts-check

import { unsupported } from "./auth-error.js";

/** A random whole number of 32 bits (R28). */
export function randomNumber() {
  const { crypto } = globalThis;
  if (!crypto) throw unsupported("hallpass needs crypto.getRandomValues; in Node, that is a global from version 20 on.");
  return /** @type {number} */ (crypto.getRandomValues(new Uint32Array(1))[0]);
}
