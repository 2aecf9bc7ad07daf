// @ts-check

/** A random whole number of 32 bits (R28). */
export const randomNumber = () => /** @type {number} */ (crypto.getRandomValues(new Uint32Array(1))[0]);
