// @ts-check
import { AuthError } from "./auth-error.js";

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
export const internal = (cause) => new AuthError("hallpass met a fault of its own; report it, and reload the page if it goes on.", { code: "internal", cause });

/** How deep the stack is tried. A call into hallpass needs less than that many frames take. */
const ROOM = 400;

/**
 * Goes down the stack and comes back.
 * @param {number} depth
 * @returns {number}
 */
function dive(depth) {
  return depth === 0 ? 0 : dive(depth - 1) + 1;
}

/** Whether there is room on the stack. A call that ran out of it in the middle would leave work half done. */
export function hasRoom() {
  try {
    return dive(ROOM) === ROOM;
  } catch {
    return false;
  }
}

/**
 * Calls into the WebAssembly. What is thrown out of it, a trap or an error of a platform function that the page has replaced,
 * passes by its destructors: its stack is put back, and the error becomes "internal".
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
    throw internal(error);
  }
}

/**
 * Runs what answers with a promise. Where the stack has no room left, it begins a moment later, when it is empty.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function settle(work) {
  if (!hasRoom()) await undefined;
  return work();
}
