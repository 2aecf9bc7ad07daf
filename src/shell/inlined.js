// @ts-check

/**
 * The WebAssembly, of its text in a script: the file as gzip, in base64.
 *
 * @param {string} text
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpacked(text) {
  // Not from a `data:` address, which a page's connect-src would have to allow. Nor from a Blob, which in jsdom gives no stream.
  const { body } = new Response(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  const file = /** @type {ReadableStream<BufferSource>} */ (body).pipeThrough(new DecompressionStream("gzip"));
  return new Response(file).arrayBuffer();
}

/** The same of the text that comes with the package, as a script of its own, which is loaded only now. */
export const inlined = async () => unpacked((await import("./wasm-text.js")).default);
