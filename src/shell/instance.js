// @ts-check
import { textOf } from "./address.js";
import { AuthError, NOT_LOADED, mistake } from "./auth-error.js";
import { keepStackPointer } from "./guard.js";
import { isRequest, isResponse, kindOf } from "./object.js";
import { begin, imports } from "./wasm.js";

/** @typedef {ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module} WasmFile What the WebAssembly can be made of. */

const REMEDY = "serve the package's hallpass.wasm, pass init its address, or import hallpass/inline, which needs no file";

let instantiated = false;

/**
 * Makes the one instance of the WebAssembly.
 *
 * @param {WasmFile} file
 */
export async function instantiate(file) {
  let made;
  try {
    made = await WebAssembly.instantiate(/** @type {BufferSource} */ (file), imports);
    // A load that timed out may still finish, after another one: only the first that finishes counts.
    if (instantiated) return;
    const { exports } = made instanceof WebAssembly.Instance ? made : made.instance;
    keepStackPointer(begin(exports)); // throws where these are another module's exports
  } catch (cause) {
    if (/content security policy|csp|unsafe-eval/i.test(`${cause}`)) {
      throw failure("the page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src", cause);
    }
    throw failure("it is not of the same build as the script; serve both of one version, and empty the caches between", cause);
  }
  instantiated = true;
}

/**
 * The WebAssembly file: fetched from its address, read from a response, or as it was given.
 *
 * @param {unknown} source or a promise of it
 * @returns {Promise<WasmFile>}
 */
export async function fileOf(source) {
  if (typeof WebAssembly !== "object") {
    throw failure("there is none here, or it is turned off, as in Lockdown Mode; allow it for this site");
  }
  const given = await source;
  const address = textOf(given);
  const isAddress = address !== undefined || isRequest(given);
  const file = isAddress ? await fetched(address ?? /** @type {Request} */ (given)) : given;
  if (isResponse(file)) return bytesOf(file);
  // (V8 takes no DataView.)
  if (ArrayBuffer.isView(file)) return new Uint8Array(/** @type {ArrayBuffer} */ (file.buffer), file.byteOffset, file.byteLength);
  if (!/^(ArrayBuffer|WebAssembly.Module)$/.test(kindOf(file))) throw noSource();
  return /** @type {WasmFile} */ (file);
}

/** What the WebAssembly can't be made of is the caller's mistake. */
export const noSource = () => mistake("source", "a URL, a Response, the bytes or a compiled module");

/** @param {string | Request} address */
async function fetched(address) {
  try {
    return await fetch(address);
  } catch (cause) {
    const advice = `check the connection and the connect-src of the page's policy, ${REMEDY}`;
    throw failure(`the file could not be fetched; ${advice}`, cause);
  }
}

/** @param {Response} response */
async function bytesOf(response) {
  if (!response.ok) throw failure(`the server answered HTTP ${response.status}; ${REMEDY}`);
  // Not compiled from the stream: that saves nothing for a file of this size, and fails where the server sends the wrong Content-Type.
  const bytes = await response.arrayBuffer();
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 4)));
  if (start === "\0asm") return bytes;
  const isPage = start.startsWith("<") || /html/i.test(response.headers.get("Content-Type") ?? "");
  throw failure(`the server answered with ${isPage ? "a page of HTML" : "another file"}; ${REMEDY}`);
}

/**
 * @param {string} reason what happened, and what to do
 * @param {unknown} [cause]
 */
const failure = (reason, cause) =>
  new AuthError(`${NOT_LOADED}: ${reason}.`, { code: "load-failed", cause });
