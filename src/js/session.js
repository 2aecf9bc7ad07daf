import { AuthError, isAuthError } from "./auth-error.js";

// The promises under way. A panic inside the WebAssembly settles none of them by itself.
const underWay = new Set();
let broken = false;

const internal = (cause) =>
  new AuthError("hallpass met a fault of its own; reload the page and report it.", { code: "internal", cause });

/** Called when the WebAssembly panics: rejects what is under way, and everything after it. */
export function breakDown() {
  broken = true;
  const error = internal();
  for (const reject of underWay) reject(error);
  underWay.clear();
}

/** Runs a call into the WebAssembly. Its own errors pass; a trap becomes "internal". */
function enter(call) {
  if (broken) throw internal();
  try {
    return call();
  } catch (error) {
    throw isAuthError(error) ? error : internal(error);
  }
}

/** The same for a call that answers with a promise: it settles, whatever happens inside. */
export function settle(call) {
  return new Promise((resolve, reject) => {
    const done = (finish) => (value) => {
      underWay.delete(reject);
      finish(value);
    };
    underWay.add(reject);
    try {
      enter(call).then(done(resolve), done(reject));
    } catch (error) {
      done(reject)(error);
    }
  });
}

/**
 * What openSession hands out. Its methods are bound, because people hand them on: `useSyncExternalStore(session.subscribe,
 * …)`, `createClient({ fetch: session.fetch })`.
 */
export class Session {
  #handle;

  constructor(handle) {
    this.#handle = handle;
  }

  get vendor() {
    return enter(() => this.#handle.vendor);
  }

  get baseUrl() {
    return enter(() => this.#handle.baseUrl);
  }

  get state() {
    return enter(() => this.#handle.state);
  }

  login = async (credentials, options) => {
    const redirectTo = await settle(() => this.#handle.login(credentials, options));
    return redirectTo === undefined ? { state: this.state } : { state: this.state, redirectTo };
  };

  refresh = (options) => settle(() => this.#handle.refresh(options));

  check = (options) => settle(() => this.#handle.check(options));

  logout = async (options) => ({ revoked: await settle(() => this.#handle.logout(options)) });

  fetch = (input, init) => settle(() => this.#handle.fetch(input, init));

  json = (input, init) => settle(() => this.#handle.json(input, init));

  accessToken = () => settle(() => this.#handle.accessToken());

  subscribe = (listener) => {
    const number = enter(() => this.#handle.subscribe(listener));
    return () => enter(() => this.#handle.unsubscribe(number));
  };

  dispose = () => enter(() => this.#handle.dispose());
}

if (Symbol.dispose) {
  Object.defineProperty(Session.prototype, Symbol.dispose, {
    __proto__: null,
    value() {
      this.dispose();
    },
  });
}
