import { mistake } from "./auth-error.js";
import { prepare, send, sendForJson } from "./fetch.js";
import { enter, settle } from "./guard.js";
import { readSignal } from "./options.js";

/**
 * What openSession hands out. Its methods are bound, because people hand them on: `useSyncExternalStore(session.subscribe,
 * …)`, `createClient({ fetch: session.fetch })`.
 */
export class Session {
  #live;

  constructor(live) {
    this.#live = live;
  }

  get vendor() {
    return this.#live.facts.vendor;
  }

  get baseUrl() {
    return this.#live.base.origin + this.#live.base.path;
  }

  get state() {
    // A machine that slept fires no timer: an end that is past is seen on use.
    enter(() => this.#live.tick());
    return this.#live.announcer.state;
  }

  login = (credentials, options) =>
    settle(async () => {
      const redirectTo = await this.#live.login(credentials, readSignal(options));
      return redirectTo === undefined ? { state: this.state } : { state: this.state, redirectTo };
    });

  refresh = (options) =>
    settle(async () => {
      await this.#live.refresh(readSignal(options));
      return this.state;
    });

  check = (options) =>
    settle(async () => {
      await this.#live.check(readSignal(options));
      return this.state;
    });

  logout = (options) => settle(async () => ({ revoked: await this.#live.logout(readSignal(options)) }));

  fetch = (input, init) => settle(() => send(this.#live, prepare(this.#live, input, init, false)));

  json = (input, init) => settle(() => sendForJson(this.#live, prepare(this.#live, input, init, true)));

  accessToken = () =>
    settle(async () => {
      await this.#live.ready();
      return this.#live.core.token();
    });

  subscribe = (listener) => {
    if (typeof listener !== "function") throw mistake("listener", "a function");
    return this.#live.announcer.subscribe(listener);
  };

  dispose = () => this.#live.dispose();
}

if (Symbol.dispose) {
  Object.defineProperty(Session.prototype, Symbol.dispose, {
    __proto__: null,
    value() {
      this.dispose();
    },
  });
}
