import { AuthError } from "./auth-error.js";
import { settle } from "./guard.js";
import load, { openSession as open } from "./hallpass_wasm.js";
import { Session } from "./session.js";

/** Makes `init` and `openSession`. `locate` says where the WebAssembly lies when the caller doesn't. */
export function loader(locate) {
  let loading;

  const init = (source) => {
    if (source === null || !/^(undefined|string|object)$/.test(typeof source)) {
      const expected = "a URL, a Response, the bytes or a compiled module";
      return Promise.reject(new AuthError(`source must be ${expected}.`, { code: "invalid-options" }));
    }
    loading ??= attempt(source);
    return loading;
  };

  const attempt = async (source) => {
    try {
      await load({ __proto__: null, module_or_path: await (source ?? locate()) });
    } catch (cause) {
      loading = undefined; // so that it may be tried again
      const message = "hallpass could not load its WebAssembly; check that the .wasm file is served, or pass init its address.";
      throw new AuthError(message, { code: "load-failed", cause });
    }
  };

  const openSession = async (options) => {
    await init();
    return new Session(await settle(() => open(options)));
  };

  return { init, openSession };
}
