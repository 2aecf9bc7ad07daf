/**
 * Reads a body as UTF-8 text of at most so many bytes; undefined where it is longer. What is left is cancelled, so that a
 * reply of 100 MB does not go on downloading.
 */
export async function readText(body, limit) {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { __proto__: null, stream: true });
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

/** The claims of a JWT, unverified; undefined where it is none. */
export function readClaims(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
