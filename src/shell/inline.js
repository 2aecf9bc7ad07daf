import { loader } from "./loader.js";
import text from "./wasm-text.js";

export { AuthError, isAuthError } from "./auth-error.js";

export const { init, openSession } = loader(async () => {
  // Not from a `data:` address, which a page's connect-src would have to allow.
  const packed = new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream("gzip")));
});
