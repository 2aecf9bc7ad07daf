// @ts-check
import { globalOf } from "./object.js";

/**
 * Unpacks the WebAssembly from a script's text: the file as gzip, in base64.
 *
 * @param {string} text
 * @returns {Promise<import("./instance.js").WasmFile>}
 */
export async function unpacked(text) {
  // Decoded here: to fetch a `data:` address, the page's connect-src would have to allow it.
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  // jest's environments run in Node with a browser's globals, and lack this one.
  if (!globalOf("DecompressionStream")) return zlib().gunzipSync(packed);
  const { body } = new Response(packed);
  const file = /** @type {ReadableStream<BufferSource>} */ (body).pipeThrough(new DecompressionStream("gzip"));
  return new Response(file).arrayBuffer();
}

/** @typedef {{ gunzipSync(packed: Uint8Array): Uint8Array<ArrayBuffer> }} Zlib */

const zlib = () => /** @type {{ getBuiltinModule(name: "zlib"): Zlib }} */ (globalOf("process")).getBuiltinModule("zlib");

/** Unpacks the copy that comes with the package. It is a script of its own, so that only those who need it load it. */
export const inlined = async () => unpacked((await import("./wasm-text.js")).default);
