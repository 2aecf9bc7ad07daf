import { loader } from "./loader.js";

export { AuthError, isAuthError } from "./auth-error.js";

// In the words that bundlers understand: they take the file into their output, and put its address here.
export const { init, openSession } = loader(async () => new URL("./hallpass.wasm", import.meta.url));
