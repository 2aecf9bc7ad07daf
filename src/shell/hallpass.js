// @ts-check
import { inlined } from "./inlined.js";
import { loader } from "./loader.js";

export { AuthError, isAuthError } from "./auth-error.js";
export { defineVendor } from "./description.js";

// In the words that bundlers understand: they take the file into their output, and put its address here. Those that don't
// understand them leave it behind; then its copy is loaded, which they all take along.
export const { init, openSession } = loader(() => new URL("./hallpass.wasm", import.meta.url), inlined);
