// @ts-check

/**
 * Calls a listener. What it throws is reported like any uncaught error, and keeps no other listener from being told.
 *
 * @template T
 * @param {(told: T) => void} listener
 * @param {T} told
 */
export function callListener(listener, told) {
  try {
    listener(told);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
