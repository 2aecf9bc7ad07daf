// @ts-check
import { AuthError, SENTENCES, isAuthError } from "./auth-error.js";

/**
 * The WebAssembly's stack pointer, where it is exported.
 * @type {WebAssembly.Global | undefined}
 */
let stackPointer;

/** @param {unknown} exported */
export function keepStackPointer(exported) {
  if (exported instanceof WebAssembly.Global) stackPointer = exported;
}

/** @param {unknown} [cause] */
export function internal(cause) {
  // By index: a page may have replaced what takes an array apart.
  const sentence = SENTENCES.internal;
  return new AuthError(`${sentence[0]}; ${sentence[1]}.`, { code: "internal", cause });
}

/** How many frames of stack there must be room for. A call into hallpass takes less. */
const ROOM = 400;

/**
 * Calls itself so many times.
 * @param {number} depth
 * @returns {number}
 */
function dive(depth) {
  return depth === 0 ? 0 : dive(depth - 1) + 1;
}

/** Whether there is room on the stack. A call that runs out of stack in the middle leaves its work half done. */
export function hasRoom() {
  try {
    return dive(ROOM) === ROOM;
  } catch {
    return false;
  }
}

/**
 * Calls into the WebAssembly. What leaves it by being thrown (a trap, or an error of a platform function that the page has replaced)
 * runs no destructors. So the stack pointer is put back here, and the error becomes "internal".
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function enter(call) {
  const before = stackPointer?.value;
  try {
    return call();
  } catch (error) {
    if (stackPointer) stackPointer.value = before;
    // What the WebAssembly finds wrong in what the caller gave is no fault inside.
    throw isAuthError(error) && error.code === "invalid-options" ? error : internal(error);
  }
}

/**
 * Runs asynchronous work. Where the stack has no room left, the work begins a moment later, when the stack is empty.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function settle(work) {
  if (!hasRoom()) await undefined;
  return work();
}
