// @ts-check
/** The entry of the package that `wasm-pack build` makes; the entry of the published package is `hallpass.js`. */
import { AuthError } from "./auth-error.js";
import { keepStackPointer } from "./guard.js";
import { given, open } from "./open.js";

/** @import { Machine } from "./wasm.js" */

export { isAuthError } from "./auth-error.js";
export { defineVendor } from "./description.js";

/** @type {{ open: typeof Machine.open } | undefined} */
let machines;

/**
 * Called by `src/export/package.rs` before it opens a session.
 *
 * @param {{ open: typeof Machine.open }} made
 * @param {{ __stack_pointer?: unknown }} exports
 */
export function provide(made, exports) {
  machines = made;
  keepStackPointer(exports.__stack_pointer);
}

/** @param {unknown} options */
export async function openSession(options) {
  if (!machines) throw new AuthError("The WebAssembly is not loaded; call this module's default export first.", { code: "load-failed" });
  return open(machines, given(options));
}
