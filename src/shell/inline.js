// @ts-check
import { loader } from "./loader.js";
import { unpacked } from "./unpack.js";
import text from "./wasm-text.js";

export { AuthError, isAuthError } from "./auth-error.js";
export { defineVendor } from "./description.js";

export const { init, openSession } = loader(() => unpacked(text));
