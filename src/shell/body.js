// @ts-check
import { pause } from "./wait.js";

// After so many pieces, others have their turn.
const MANY = 256;

/**
 * Reads a body as UTF-8 text of at most so many bytes; undefined where it is longer. `bound` guards the wait for each piece.
 * What is left is cancelled, so that a reply of 100 MB, or one that never ends, does not go on downloading.
 *
 * @param {ReadableStream<Uint8Array> | null} body
 * @param {number} limit
 * @param {<T>(piece: Promise<T>) => Promise<T>} bound
 */
export async function readText(body, limit, bound) {
  if (!body) return "";
  // WebKit reads a `mode` of the options also where none are given, and so the prototype's.
  const options = /** @type {ReadableStreamGetReaderOptions} */ ({ __proto__: null });
  const reader = /** @type {ReadableStreamDefaultReader<Uint8Array>} */ (body.getReader(options));
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let pieces = 1; ; pieces++) {
      // Where the next piece is always there, nothing else would have its turn: no timer, and no abort of the caller's.
      if (pieces % MANY === 0) await bound(pause(0));
      const { done, value } = await bound(reader.read());
      if (done) return text + decoder.decode();
      limit -= value.byteLength;
      if (limit < 0) return undefined;
      text += decoder.decode(value, /** @type {TextDecodeOptions} */ ({ __proto__: null, stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {}); // of what has come to its end, nothing is left
  }
}
