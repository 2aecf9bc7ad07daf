// @ts-check

const LARGEST = 2 ** 32 - 1;

/** A random whole number of 32 bits (R28). */
export const randomNumber = () => /** @type {number} */ (crypto.getRandomValues(new Uint32Array(1))[0]);

/** A random number from 0 to 1. */
export const chance = () => randomNumber() / LARGEST;
