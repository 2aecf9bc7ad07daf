// @ts-check
import { PLAIN, takesBuffers } from "../body.js";
import { isJson } from "../headers.js";
import { withoutPrototype } from "../object.js";
import { Deadline } from "../wait.js";

// The longest reply that is looked into, in bytes, of how many pieces it may be, and how long it may take to come, in ms.
const LONGEST_PEEK = 65_536;
const MOST_PIECES = 4_096;
const PEEK_TIMEOUT_MS = 25;

const STREAM = /** @type {TextDecodeOptions} */ ({ __proto__: null, stream: true });

/** Streams of JSON are never looked into. @param {string | null} type */
const isStream = (type) => /stream|seq|connect|ndjson|lines/i.test(type ?? "");

/**
 * Looks into a short reply, and waits for no more of it than comes with its first pieces. Gives back the response for the
 * caller, and the text if all of it was seen.
 * @param {Response} response
 * @returns {Promise<{ response: Response, text: string | undefined }>}
 */
export async function peek(response) {
  const type = response.headers.get("Content-Type");
  const nothing = withoutPrototype({ response, text: response.body === null ? "" : undefined });
  // A refusal may have no body, or a word or two, in place of JSON, under whatever type the server gives to what has none.
  const isReadable = isJson(type) || !response.ok;
  // Some vendors' codes are no status that a Response can be made with.
  if (!response.body || !isReadable || isStream(type) || response.status > 599) return nothing;
  const declared = response.headers.get("Content-Length");
  if (declared === null) return peekAndHandOn(response, response.body);
  if (Number(declared) > LONGEST_PEEK) return nothing;
  const reader = /** @type {Reader | undefined} */ (response.clone().body?.getReader(PLAIN));
  const { seen, done } = await firstPieces(reader);
  reader?.cancel().catch(() => {});
  return withoutPrototype({ response, text: done ? seen.text : undefined });
}

/** @typedef {ReadableStreamDefaultReader<Uint8Array>} Reader */

/**
 * The pieces of a body that are here at once. `done`: there are no more. `next`: the read that was still pending.
 * @param {Reader | undefined} reader
 */
async function firstPieces(reader) {
  const seen = new Pieces();
  /** @type {ReturnType<Reader["read"]> | undefined} */
  let next;
  let length = 0;
  const deadline = new Deadline(PEEK_TIMEOUT_MS);
  try {
    // Pieces may be empty, and each there at once, so that no timer gets its turn.
    for (let pieces = 0; reader && length <= LONGEST_PEEK && pieces < MOST_PIECES; pieces++) {
      next = reader.read();
      const piece = await deadline.guard(next);
      if (piece.done) return withoutPrototype({ seen, done: true, next: undefined });
      next = undefined;
      seen.add(piece.value);
      length += piece.value.byteLength;
    }
  } catch {
    // too late, or broken off: the caller will find out by reading
  } finally {
    deadline.end("done");
  }
  return withoutPrototype({ seen, done: false, next });
}

/**
 * Looks into a reply that doesn't tell its length. Its body is read and handed on, not cloned: a clone has no back-pressure, so a
 * long reply that the caller reads slowly would pile up in memory.
 * @param {Response} response
 * @param {ReadableStream<Uint8Array>} body
 */
async function peekAndHandOn(response, body) {
  const isBytes = takesBuffers(body);
  const reader = /** @type {Reader} */ (body.getReader(PLAIN));
  let { seen, done, next } = await firstPieces(reader);
  const text = done ? seen.text : undefined;
  /** @type {Fate} */
  const fate = withoutPrototype({ failed: false, error: undefined });
  const read = async () => {
    const first = seen.take();
    if (first || done) return first;
    try {
      return (await (next ?? reader.read())).value;
    } catch (error) {
      fate.failed = true;
      throw (fate.error = error);
    } finally {
      next = undefined;
    }
  };
  const rest = {
    __proto__: null,
    type: isBytes ? "bytes" : undefined,
    /** @param {ReadableByteStreamController} controller */
    async pull(controller) {
      let piece = await read();
      // A stream of bytes takes no empty piece.
      while (piece?.byteLength === 0) piece = await read();
      if (piece) return controller.enqueue(/** @type {Uint8Array<ArrayBuffer>} */ (piece));
      controller.close();
      // Whoever reads into a buffer of their own still waits.
      controller.byobRequest?.respond(0);
    },
    /** @param {unknown} reason */
    cancel: (reason) => reader.cancel(reason),
  };
  const stream = new ReadableStream(/** @type {UnderlyingByteSource} */ (rest), /** @type {{ highWaterMark: number }} */ ({ __proto__: null, highWaterMark: 0 }));
  const handed = new Response(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (stream), response);
  return withoutPrototype({ response: inPlaceOf(response, handed, fate), text });
}

/** @typedef {{ failed: boolean, error: unknown }} Fate Whether the body has broken off, and with what. */

/** The methods that read a body. */
const READERS = /** @type {const} */ (["arrayBuffer", "blob", "bytes", "formData", "json", "text"]);

/**
 * Has a response of hallpass's own, and each of its clones, tell where it came from, and with what its body has broken off: browsers make
 * a network error of whatever a script's stream ends with, also of the caller's own abort.
 * @param {Pick<Response, "url" | "type" | "redirected">} response The one that came.
 * @param {Response} handed
 * @param {Fate} fate
 */
function inPlaceOf({ url, type, redirected }, handed, fate) {
  const clone = () => inPlaceOf({ url, type, redirected }, Response.prototype.clone.call(handed), fate);
  /**
   * @param {string} name
   * @param {unknown} value
   */
  const tell = (name, value) => Object.defineProperty(handed, name, /** @type {PropertyDescriptor} */ ({ __proto__: null, value, configurable: true, writable: true }));
  tell("url", url);
  tell("type", type);
  tell("redirected", redirected);
  tell("clone", clone);
  // By index: a page may have replaced what takes an array apart.
  for (let index = 0; index < READERS.length; index++) {
    const name = /** @type {typeof READERS[number]} */ (READERS[index]);
    const read = handed[name];
    if (!read) continue;
    tell(name, async () => {
      const isUsed = handed.bodyUsed;
      try {
        return await read.call(handed);
      } catch (error) {
        throw fate.failed && !isUsed ? fate.error : error;
      }
    });
  }
  return handed;
}

/**
 * A queue of pieces. Not an array: a setter that the page put on Array.prototype would be handed each piece.
 */
class Pieces {
  /** @type {Map<number, Uint8Array>} */
  #all = new Map();
  #first = 0;

  /** @param {Uint8Array} piece */
  add(piece) {
    this.#all.set(this.#first + this.#all.size, piece);
  }

  /** Takes the first of them. */
  take() {
    const piece = this.#all.get(this.#first);
    if (piece) this.#all.delete(this.#first++);
    return piece;
  }

  /** All of them as a text. */
  get text() {
    const decoder = new TextDecoder();
    let text = "";
    this.#all.forEach((piece) => (text += decoder.decode(piece, STREAM)));
    return text + decoder.decode();
  }
}
