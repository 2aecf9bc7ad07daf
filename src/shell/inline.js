// @ts-check
import { unpacked } from "./inlined.js";
import { loader } from "./loader.js";
import text from "./wasm-text.js";

export { AuthError, isAuthError } from "./auth-error.js";
export { defineVendor } from "./description.js";

export const { init, openSession } = loader(() => unpacked(text));
