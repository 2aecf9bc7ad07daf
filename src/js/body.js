import { Deadline } from "./wait.js";

/**
 * Reads a body as UTF-8 text of at most so many bytes; undefined where it is longer. What is left is cancelled, so that a
 * reply of 100 MB does not go on downloading. `idleMs`: how long the next piece may take; without it, the caller bounds it.
 */
export async function readText(body, limit, idleMs) {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const next = reader.read();
    const { done, value } = await (idleMs ? within(next, idleMs, reader) : next);
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { __proto__: null, stream: true });
  }
}

async function within(next, ms, reader) {
  const deadline = new Deadline(ms);
  try {
    return await deadline.guard(next);
  } catch (error) {
    reader.cancel().catch(() => {});
    throw deadline.ended ? new DOMException("The body stopped coming.", "TimeoutError") : error;
  } finally {
    deadline.end("done");
  }
}

/** Parses JSON. Undefined: it is none. */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
