// @ts-check
import { globalOf } from "./object.js";

/**
 * The WebAssembly, of its text in a script: the file as gzip, in base64.
 *
 * @param {string} text
 * @returns {Promise<import("./instance.js").WasmFile>}
 */
export async function unpacked(text) {
  // Not from a `data:` address, which a page's connect-src would have to allow.
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  // Where Node plays a browser, as in jest, there is none.
  if (!globalOf("DecompressionStream")) return zlib().gunzipSync(packed);
  const { body } = new Response(packed);
  const file = /** @type {ReadableStream<BufferSource>} */ (body).pipeThrough(new DecompressionStream("gzip"));
  return new Response(file).arrayBuffer();
}

/** @typedef {{ gunzipSync(packed: Uint8Array): Uint8Array<ArrayBuffer> }} Zlib */

const zlib = () => /** @type {{ getBuiltinModule(name: "zlib"): Zlib }} */ (globalOf("process")).getBuiltinModule("zlib");

/** The same of the text that comes with the package, as a script of its own, which is loaded only now. */
export const inlined = async () => unpacked((await import("./wasm-text.js")).default);
