// @ts-check
import { mistake, readable } from "./auth-error.js";
import { VENDORS, readCredentials } from "./credentials.js";
import { failureOf } from "./driver.js";
import { enter, settle } from "./guard.js";
import { ownMember } from "./json.js";
import { readSignal } from "./options.js";
import { Wish } from "./request.js";
import { Task } from "./task.js";

/**
 * @import { CallOptions, SessionState, VendorName } from "./hallpass.d.ts"
 * @import { Handle } from "./handle.js"
 * @import { Ask } from "./wallet.js"
 */

/** @typedef {Pick<typeof import("./wallet.js"), "readWallet">} Wallets */

/**
 * What openSession resolves to. Its methods are bound, because people pass them on by themselves:
 * `useSyncExternalStore(session.subscribe, …)`, `createClient({ fetch: session.fetch })`.
 */
export class Session {
  #handle;
  #wallets;

  /**
   * @param {Handle} handle
   * @param {Wallets} [wallets] Given where people sign in with a wallet.
   */
  constructor(handle, wallets) {
    this.#handle = handle;
    this.#wallets = wallets;
    // Defined on the instance: a getter of the class would run with a framework's proxy (Vue's `reactive`) as `this`, which has no
    // private members.
    /**
     * @param {string} name
     * @param {() => unknown} get
     */
    const property = (name, get) => Object.defineProperty(this, name, /** @type {PropertyDescriptor} */ ({ __proto__: null, get, enumerable: true }));
    property("vendor", () => handle.options.vendor);
    property("baseUrl", () => handle.base.prefix);
    property("state", () => this.#state);
    handle.fetcher.registerOwn(this.fetch);
  }

  /** @returns {SessionState} */
  get #state() {
    // A computer that slept has fired no timer, so whether the session has ended is looked up on use.
    this.#handle.look();
    return this.#handle.announcer.state;
  }

  /**
   * @param {unknown} credentials
   * @param {CallOptions} [options]
   */
  login = (credentials, options) =>
    settle(async () => {
      const handle = this.#handle;
      const signal = readable("options", () => readSignal(options));
      // Checked first: a login that doesn't begin must not supersede an earlier one.
      handle.mustBeOpen(signal);
      const { id, ask, device } = signIn(handle, credentials, this.#wallets);
      const task = new Task(signal);
      task.ask = ask;
      task.device = device;
      const { value } = await handle.run(id, task);
      // `redirectTo` is set even where it is undefined: where to go next is not for the page's Object.prototype to say.
      return { state: this.#state, redirectTo: value };
    });

  /** @param {CallOptions} [options] */
  refresh = (options) => this.#call(options, (handle) => handle.machine.refresh());

  /** @param {CallOptions} [options] */
  check = (options) => this.#call(options, (handle) => handle.machine.check());

  /**
   * @param {CallOptions | undefined} options
   * @param {(handle: Handle) => number} begin
   */
  #call(options, begin) {
    return settle(async () => {
      const handle = this.#handle;
      const signal = readable("options", () => readSignal(options));
      handle.mustBeOpen(signal);
      await handle.run(enter(() => begin(handle)), new Task(signal));
      return this.#state;
    });
  }

  /** @param {CallOptions} [options] */
  logout = (options) =>
    settle(async () => {
      const handle = this.#handle;
      const signal = readable("options", () => readSignal(options));
      handle.mustBeOpen();
      const { value } = await handle.signOut(signal);
      return { revoked: value };
    });

  /**
   * @param {unknown} input
   * @param {unknown} [init]
   */
  fetch = (input, init = undefined) =>
    settle(async () => {
      const before = enter(() => this.#handle.fetcher.fetchFor(input, init));
      if (before) return before(/** @type {Request} */ (input), /** @type {RequestInit} */ (init));
      const { task } = await this.#request(input, init, false);
      return task.answer?.response;
    });

  /**
   * @param {unknown} input
   * @param {unknown} [init]
   */
  json = (input, init = undefined) =>
    settle(async () => {
      const { how, value, task } = await this.#request(input, init, true);
      const json = task.answer?.json;
      return how === "member" || how === "without" ? enter(() => payload(json, how, /** @type {string} */ (value))) : json;
    });

  /**
   * @param {unknown} input
   * @param {unknown} init
   * @param {boolean} json
   */
  async #request(input, init, json) {
    const handle = this.#handle;
    const wish = readable("input and init", () => new Wish(handle.base, handle.facts.header, input, init, json, handle.options.described));
    handle.mustBeOpen(wish.signal);
    const id = enter(() => handle.machine.request(wish.target, wish.ownCredential, wish.ownToken, wish.repeatable, json));
    return handle.run(id, new Task(wish.signal, wish, json));
  }

  accessToken = () =>
    settle(async () => {
      const handle = this.#handle;
      handle.mustBeOpen();
      const { value } = await handle.run(enter(() => handle.machine.token()));
      return value;
    });

  /** @param {(state: SessionState) => void} listener */
  subscribe = (listener) => {
    if (typeof listener !== "function") throw mistake("listener", "a function");
    return this.#handle.subscribe(listener);
  };

  touch = () => {
    this.#handle.mustBeOpen();
    this.#handle.touch();
  };

  dispose = () => this.#handle.dispose();
}

/**
 * One step of a path: an own member, and of a list an element. The WebAssembly reads a path likewise (`dialect/path.rs`).
 * @param {unknown} value
 * @param {string} name
 */
const step = (value, name) => (Array.isArray(value) && !/^(?:0|[1-9]\d{0,3})$/.test(name) ? undefined : ownMember(value, name));

/**
 * What a reply is about: the member of this path, or all but that.
 * @param {unknown} json
 * @param {"member" | "without"} how
 * @param {string} at
 */
function payload(json, how, at) {
  const path = at.split(".");
  if (how === "member") return path.reduce(step, json);
  const last = /** @type {string} */ (path.pop());
  const holder = path.reduce(step, json);
  if (typeof holder === "object" && holder !== null) delete /** @type {Record<string, unknown>} */ (holder)[last];
  return json;
}

/**
 * Begins a login. Throws the login's error where the credentials can't be sent. Beside the operation's id, gives back what asks the
 * person, if anything does: the wallet (`ask`) or the caller's function for the prompt (`device`).
 * @param {Handle} handle
 * @param {unknown} credentials
 * @param {Wallets | undefined} wallets
 */
function signIn(handle, credentials, wallets) {
  const { vendor, described } = handle.options;
  /** @type {Ask | undefined} */
  let ask;
  /** @type {import("./credentials.js").Given["device"]} */
  let device;
  /** @type {() => number} */
  const begin = readable("credentials", () => {
    if (wallets) {
      const read = wallets.readWallet(vendor, credentials);
      ask = read.ask;
      return () => handle.machine.signIn(read.names, read.values, false);
    }
    const ways = described ? [described.takes] : VENDORS[/** @type {VendorName} */ (vendor)];
    const { names, texts, device: show } = readCredentials(vendor, ways, credentials);
    device = show;
    return () => handle.machine.signIn(names, names.map((name) => texts[name]), show !== undefined);
  });
  const begun = enter(() => {
    try {
      return begin();
    } catch (details) {
      if (typeof details === "string") return details;
      throw details;
    }
  });
  if (typeof begun === "string") throw failureOf(begun, handle.facts);
  return { id: begun, ask, device };
}

if (Symbol.dispose) {
  Object.defineProperty(
    Session.prototype,
    Symbol.dispose,
    /** @type {PropertyDescriptor & ThisType<Session>} */ ({
      __proto__: null,
      value() {
        this.dispose();
      },
    }),
  );
}
