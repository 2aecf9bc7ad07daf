// @ts-check
import { AuthError, unsupported } from "./auth-error.js";
import { fileOf, instantiate, noSource } from "./instance.js";
import { globalOf } from "./object.js";
import { open } from "./open.js";
import { Deadline } from "./wait.js";
import { Machine } from "./wasm.js";

/** @typedef {typeof import("./hallpass.d.ts")} Declared */
/** @import { WasmFile } from "./instance.js" */

// How long the WebAssembly may take to come, in ms. It is as large as a picture.
const PATIENCE_MS = 60_000;

// Without these nothing works, and the first use of one would throw an error that explains nothing. jsdom lacks the first four.
const NEEDED = ["Request", "Response", "TextDecoder", "TextEncoder", "Headers", "URL", "AbortController"];

/**
 * Makes `init` and `openSession`.
 *
 * @param {() => unknown} locate says where the WebAssembly lies when the caller doesn't
 * @param {() => Promise<WasmFile>} [otherwise] loads a copy of it where it doesn't lie there
 * @returns {Pick<Declared, "init" | "openSession">}
 */
export function loader(locate, otherwise) {
  /** @type {Promise<void> | undefined} */
  let loading;

  /** @param {unknown} [source] */
  const init = (source) => {
    if (source === null || !/^(undefined|string|object)$/.test(typeof source)) {
      return Promise.reject(noSource());
    }
    if (loading) Promise.resolve(source).catch(() => {}); // not needed any more, so its failure is nobody's
    loading ??= attempt(source);
    return loading;
  };

  /** @param {unknown} source */
  const attempt = async (source) => {
    try {
      const missing = NEEDED.filter((name) => globalOf(name) === undefined);
      if (missing.length) throw unsupported(`hallpass needs what this platform lacks: ${missing.join(", ")}.`);
      await new Deadline(PATIENCE_MS).finish(load(source));
    } catch (cause) {
      loading = undefined; // so that it may be tried again
      if (cause instanceof AuthError) throw cause;
      const message = "hallpass could not load its WebAssembly; check the connection, and that the .wasm file is served.";
      throw new AuthError(message, { code: "load-failed", cause });
    }
  };

  /** @param {unknown} source */
  const load = async (source) => instantiate(await (source === undefined ? ownFile() : fileOf(source)));

  const ownFile = async () => {
    try {
      return await fileOf(locate());
    } catch (error) {
      // What kept the file from being there says more than why its copy isn't there either.
      return otherwise ? otherwise().catch(() => Promise.reject(error)) : Promise.reject(error);
    }
  };

  /** @type {Declared["openSession"]} */
  const openSession = async (options) => {
    await init();
    const session = await open(Machine, options);
    return /** @type {never} */ (/** @type {unknown} */ (session));
  };

  return { init, openSession };
}
