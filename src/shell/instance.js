import { begin, imports } from "./wasm.js";

let begun = false;

/** Makes the one instance of the WebAssembly. `source`: where the file lies, a Response with it, its bytes, or the module. */
export async function instantiate(source) {
  const made = await WebAssembly.instantiate(await bytesOf(await source), imports);
  // All entries of the package share it: where two load at once, the first counts.
  if (begun) return;
  begin((made instanceof WebAssembly.Instance ? made : made.instance).exports); // throws where it is another module
  begun = true;
}

async function bytesOf(source) {
  const isAddress = typeof source === "string" || source instanceof URL || source instanceof Request;
  const response = isAddress ? await fetch(source) : source;
  if (!(response instanceof Response)) return response;
  if (!response.ok) throw new Error(`HTTP status ${response.status}.`);
  // Not as a stream, which would save nothing for a file of this size, and fails where a server doesn't know its type.
  return response.arrayBuffer();
}
