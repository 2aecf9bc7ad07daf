// @ts-check
import { AuthError, NOT_LOADED, isAuthError, unsupported } from "./auth-error.js";
import { internal } from "./guard.js";
import { fileOf, instantiate, noSource } from "./instance.js";
import { globalOf } from "./object.js";
import { given, open } from "./open.js";
import { Deadline } from "./wait.js";
import { Machine } from "./wasm.js";

/** @typedef {typeof import("./hallpass.d.ts")} Declared */
/** @import { WasmFile } from "./instance.js" */

// How long the WebAssembly may take to load, in ms. The file is as large as a picture.
const LOAD_TIMEOUT_MS = 60_000;

// Without these nothing works, and the first use of one would throw an error that explains nothing. jsdom lacks the first four.
const NEEDED = ["Request", "Response", "TextDecoder", "TextEncoder", "Headers", "URL", "AbortController"];

/**
 * Makes `init` and `openSession`.
 *
 * @param {() => unknown} locate says where the WebAssembly lies when the caller doesn't
 * @param {() => Promise<WasmFile>} [otherwise] loads a copy where that file can't be loaded
 * @returns {Pick<Declared, "init" | "openSession">}
 */
export function loader(locate, otherwise) {
  /** @type {Promise<void> | undefined} */
  let loading;
  /** What it is loaded from. @type {unknown} */
  let from;

  /**
   * @param {unknown} [source]
   * @returns {Promise<void>}
   */
  const init = (source) => {
    if (source === null || !/^(undefined|string|object)$/.test(typeof source)) {
      return Promise.reject(noSource());
    }
    if (!loading) return begin(source);
    Promise.resolve(source).catch(() => {}); // it may come too late to be used, and then its failure concerns nobody
    // Whoever has joined a load from elsewhere, which fails, tries it from where they said.
    return source === from ? loading : loading.catch(() => init(source));
  };

  /** @param {unknown} source */
  const begin = (source) => {
    from = source;
    return (loading = loadOnce(source));
  };

  /** @param {unknown} source */
  const loadOnce = async (source) => {
    try {
      demandPlatform();
      await new Deadline(LOAD_TIMEOUT_MS).finish(load(source));
    } catch (cause) {
      loading = undefined; // so that the next call tries again
      if (cause instanceof AuthError) throw cause;
      const late = cause === "timeout";
      const message = late ? `${NOT_LOADED} in a minute; check the connection.` : `${NOT_LOADED}; check the connection, and that the .wasm file is served.`;
      throw new AuthError(message, { code: "load-failed", ...(late ? {} : { cause }) });
    }
  };

  /** @param {unknown} source */
  const load = async (source) => instantiate(await (source === undefined ? ownFile() : fileOf(source)));

  const ownFile = async () => {
    try {
      return await fileOf(locate());
    } catch (error) {
      // Where the copy fails, too, the first error is the one that helps: it says why the file could not be loaded.
      return otherwise ? otherwise().catch(() => Promise.reject(error)) : Promise.reject(error);
    }
  };

  /** @type {Declared["openSession"]} */
  const openSession = async (options) => {
    try {
      demandPlatform();
      const read = given(options);
      await init();
      const session = await open(Machine, read);
      return /** @type {never} */ (/** @type {unknown} */ (session));
    } catch (error) {
      throw isAuthError(error) ? error : internal(error); // the page has replaced what that takes
    }
  };

  return { init, openSession };
}

/** Says what hallpass needs, where the platform lacks it. */
function demandPlatform() {
  const missing = NEEDED.filter((name) => globalOf(name) === undefined);
  if (missing.length) throw unsupported(`hallpass needs what this platform lacks: ${missing.join(", ")}.`);
}
