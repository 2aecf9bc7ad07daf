import { prepare, send, sendForJson } from "./fetch.js";
import { enter, settle } from "./guard.js";

/**
 * What openSession hands out. Its methods are bound, because people hand them on: `useSyncExternalStore(session.subscribe,
 * …)`, `createClient({ fetch: session.fetch })`.
 */
export class Session {
  #handle;
  #announcer;

  constructor(handle) {
    this.#handle = handle;
    this.#announcer = handle.announcer;
  }

  get vendor() {
    return enter(() => this.#handle.vendor);
  }

  get baseUrl() {
    return enter(() => this.#handle.baseUrl);
  }

  get state() {
    // A machine that slept fires no timer: an end that is past is seen on use.
    enter(() => this.#handle.tick());
    return this.#announcer.state;
  }

  login = async (credentials, options) => {
    const redirectTo = await settle(() => this.#handle.login(credentials, options));
    return redirectTo === undefined ? { state: this.state } : { state: this.state, redirectTo };
  };

  refresh = async (options) => {
    await settle(() => this.#handle.refresh(options));
    return this.state;
  };

  check = async (options) => {
    await settle(() => this.#handle.check(options));
    return this.state;
  };

  logout = async (options) => ({ revoked: await settle(() => this.#handle.logout(options)) });

  fetch = (input, init) => settle(() => send(this.#handle, prepare(this.#handle, input, init, false)));

  json = (input, init) => settle(() => sendForJson(this.#handle, prepare(this.#handle, input, init, true)));

  accessToken = () =>
    settle(async () => {
      if (this.#handle.pass() < 0) await this.#handle.ready();
      return this.#handle.token;
    });

  subscribe = (listener) => {
    if (typeof listener !== "function") throw enter(() => this.#handle.invalid("listener", "a function"));
    return this.#announcer.subscribe(listener);
  };

  dispose = () => {
    this.#announcer.clear();
    enter(() => this.#handle.dispose());
  };
}

if (Symbol.dispose) {
  Object.defineProperty(Session.prototype, Symbol.dispose, {
    __proto__: null,
    value() {
      this.dispose();
    },
  });
}
