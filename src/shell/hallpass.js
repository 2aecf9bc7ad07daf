// @ts-check
import { loader } from "./loader.js";
import { inlined } from "./unpack.js";

export { AuthError, isAuthError } from "./auth-error.js";
export { defineVendor } from "./description.js";

// Bundlers know this expression: they copy the file into their output, and put its address here. A bundler that doesn't know it
// leaves the file behind; then the copy in `wasm-text.js` is loaded, which every bundler takes along.
export const { init, openSession } = loader(() => new URL("./hallpass.wasm", import.meta.url), inlined);
