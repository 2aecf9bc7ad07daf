import { loader } from "./loader.js";

export { AuthError, isAuthError } from "./auth-error.js";

// Without an address, the generated loader takes the .wasm file beside it, in words that bundlers understand.
export const { init, openSession } = loader(() => undefined);
