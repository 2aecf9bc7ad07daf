// @ts-check
import { sleep } from "./wait.js";

/** @import { Deadline } from "./wait.js" */

// After how many pieces timers get their turn.
const MANY = 256;
// The options of a reader. Given, though empty: without them, WebKit reads `mode` from Object.prototype.
export const PLAIN = /** @type {ReadableStreamGetReaderOptions} */ ({ __proto__: null });

/**
 * Whether a body can be read into buffers of the reader's own, as those that the platform makes itself can be.
 * @param {ReadableStream | null} body
 */
export function takesBuffers(body) {
  try {
    body?.getReader({ mode: "byob" }).releaseLock();
    return body !== null;
  } catch {
    return false;
  }
}

/**
 * Reads a body as UTF-8 text of at most `limit` bytes; undefined where it is longer. The rest is cancelled, so that a reply of 100 MB,
 * or one that never ends, does not go on downloading.
 *
 * @param {ReadableStream<Uint8Array> | null} body
 * @param {number} limit
 * @param {Deadline} deadline
 * @param {() => void} [came] Called when a piece has come.
 */
export async function readText(body, limit, deadline, came = () => {}) {
  if (!body) return "";
  const reader = /** @type {ReadableStreamDefaultReader<Uint8Array>} */ (body.getReader(PLAIN));
  const read = async () => {
    const decoder = new TextDecoder();
    let text = "";
    /** @type {Uint8Array | undefined} The last piece: a body that is one piece is decoded in one go. */
    let last;
    for (let pieces = 1; !deadline.ended; pieces++) {
      // Where each piece is there at once, the loop would starve timers and the events by which callers abort.
      if (pieces % MANY === 0) await sleep(0);
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode(last);
      limit -= value.byteLength;
      if (limit < 0) break;
      if (last) text += decoder.decode(last, /** @type {TextDecodeOptions} */ ({ __proto__: null, stream: true }));
      last = value;
      came();
    }
    return undefined;
  };
  try {
    return await deadline.guard(read());
  } finally {
    reader.cancel().catch(() => {}); // does nothing where the body has ended
  }
}
