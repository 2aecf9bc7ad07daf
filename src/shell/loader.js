import { AuthError, mistake } from "./auth-error.js";
import { settle } from "./guard.js";
import { instantiate } from "./instance.js";
import { Live } from "./live.js";
import { readOptions } from "./options.js";
import { Session } from "./session.js";
import { Deadline } from "./wait.js";

// How long the WebAssembly may take to come, in ms. It is as large as a picture.
const PATIENCE_MS = 60_000;

/** Makes `init` and `openSession`. `locate` resolves to where the WebAssembly lies when the caller doesn't say. */
export function loader(locate) {
  let loading;

  const init = (source) => {
    if (source === null || !/^(undefined|string|object)$/.test(typeof source)) {
      return Promise.reject(mistake("source", "a URL, a Response, the bytes or a compiled module"));
    }
    if (loading) Promise.resolve(source).catch(() => {}); // not needed any more, so its failure is nobody's
    loading ??= attempt(source);
    return loading;
  };

  const attempt = async (source) => {
    try {
      await new Deadline(PATIENCE_MS).finish(instantiate(source ?? locate()));
    } catch (cause) {
      loading = undefined; // so that it may be tried again
      const message = "hallpass could not load its WebAssembly; check that the .wasm file is served, or pass init its address.";
      throw new AuthError(message, { code: "load-failed", cause });
    }
  };

  const openSession = async (options) => {
    await init();
    return new Session(await settle(() => new Live(readOptions(options)).open()));
  };

  return { init, openSession };
}
