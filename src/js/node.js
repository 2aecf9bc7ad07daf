import { readFile } from "node:fs/promises";
import { loader } from "./loader.js";

export { AuthError, isAuthError } from "./auth-error.js";

// Node's fetch does not read files.
export const { init, openSession } = loader(() => readFile(new URL("./hallpass.wasm", import.meta.url)));
