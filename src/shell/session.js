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
    // A framework's proxy, such as Vue's `reactive`, would be refused a private member by a getter of the class.
    const property = (name, get) => Object.defineProperty(this, name, { __proto__: null, get, enumerable: true });
    property("vendor", () => live.facts.vendor);
    property("baseUrl", () => live.base.prefix);
    property("state", () => {
      // A machine that slept fires no timer: an end that is past is seen on use.
      enter(() => live.look());
      return live.announcer.state;
    });
  }

  login = (credentials, options) =>
    settle(async () => {
      const redirectTo = await this.#live.login(credentials, readSignal(options));
      // A member also where there is none: where to go next is not for the page's Object.prototype to say.
      return { state: this.state, redirectTo };
    }, options);

  refresh = (options) =>
    settle(async () => {
      await this.#live.refresh(readSignal(options));
      return this.state;
    }, options);

  check = (options) =>
    settle(async () => {
      await this.#live.check(readSignal(options));
      return this.state;
    }, options);

  logout = (options) => settle(async () => ({ revoked: await this.#live.logout(readSignal(options)) }), options);

  fetch = (input, init) => settle(() => send(this.#live, prepare(this.#live, input, init, false)), init ?? input);

  json = (input, init) => settle(() => sendForJson(this.#live, prepare(this.#live, input, init, true)), init ?? input);

  accessToken = () =>
    settle(async () => {
      const { state } = this.#live.announcer;
      while (!this.#live.pass(state)) await this.#live.ready();
      return this.#live.core.token();
    });

  subscribe = (listener) => {
    if (typeof listener !== "function") throw mistake("listener", "a function");
    this.#live.inUse();
    enter(() => this.#live.tick());
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
