// @ts-check
/**
 * Reading the caller's request, before anything is awaited: what the caller changes in a buffer or an init object afterwards has no
 * effect.
 */
import { isBelow, isPlainPath, httpUrl, resolve, textOf } from "./address.js";
import { mistake } from "./auth-error.js";
import { takesBuffers } from "./body.js";
import { JSON_PLEASE, addHeaders, isJson, mustKeep } from "./headers.js";
import { copyOf, isObject, isRequest, kindOf } from "./object.js";
import { readSignal } from "./options.js";

/**
 * A copy of the caller's init: the members of `RequestInit`, and any others.
 * @typedef {Record<string, unknown> & RequestInit} Init
 */

// The members that the platform's Request reads. All others (`next`, `cf`, `dispatcher`) are for the fetch that sends it.
const KNOWN = [
  "body", "cache", "credentials", "duplex", "headers", "integrity", "json", "keepalive", "method", "mode", "priority", "redirect", "referrer",
  "referrerPolicy", "signal", "window",
];

// Of these, those that it reads as texts. An object in their place may give another text each time.
const TEXTS = ["cache", "credentials", "integrity", "method", "mode", "priority", "redirect", "referrer", "referrerPolicy"];

/** A request of the caller's. */
export class Wish {
  /** The address, as the URL parser spells it; undefined where it can't be sent at all. @type {string | undefined} */
  target;
  /** @type {AbortSignal | undefined} */
  signal;
  /** Whether it has a credential of the caller's own. */
  ownCredential = false;
  /** The token in that, where it is a header. @type {string | undefined} */
  ownToken;
  /** Whether it can be sent a second time. */
  repeatable = true;
  /** The other members of init, which fetch is given beside the request. @type {object | undefined} */
  extra;
  /** Whether hallpass has to refuse a redirect itself, since this platform can't. */
  refusesRedirect = false;
  #header;
  #json;
  #init;
  /** @type {string | Request} */
  #input;
  #changes = /** @type {RequestInit} */ ({ __proto__: null });
  /** @type {Request | undefined} */
  #request;
  /** @type {Request | undefined} */
  #spare;
  /** Whether it was judged to stay where it is sent, and to send the cookie. A Request's members may lie about that. */
  #stays = false;
  #sendsCookie = false;
  /** The description, where it adds something to this request. @type {import("./description.js").Described | undefined} */
  #described;

  /**
   * @param {{ origin: string, prefix: string }} base
   * @param {string | undefined} header The header that carries the session's credential; undefined for a cookie.
   * @param {unknown} input
   * @param {unknown} init
   * @param {boolean} json Whether JSON is sent and asked for.
   * @param {import("./description.js").Described} [described]
   */
  constructor(base, header, input, init, json, described) {
    mustBeInit(init);
    this.#header = header;
    this.#json = json;
    /** @type {Init} */
    const copy = copyOf(init, KNOWN);
    // A Request will do for options, and its method of that name is no body.
    if (isRequest(init)) delete copy.json;
    this.#init = copy;
    readSignal(copy, "init");
    for (const name of TEXTS) if (copy[name] != null) copy[name] = made(() => `${copy[name]}`);
    if (isPlainPath(input)) {
      this.#input = this.target = base.prefix + input;
    } else if (isRequest(input)) {
      this.#input = input;
      this.target = httpUrl(urlOf(input))?.href;
    } else {
      this.target = resolve(base, addressText(input))?.href;
      this.#input = this.target ?? "";
    }
    const given = typeof this.#input === "object" ? this.#input : undefined;
    // Read here: a Request that is made of another may lose its signal in Node.
    this.signal = copy.signal === undefined ? readSignal(given && { signal: given.signal }, "input") : copy.signal ?? undefined;
    if (described && isBelow(base, this.target ?? "")) this.#described = described;
    this.#judge(copy, given);
  }

  /**
   * Finds out what has to be known of the request before it is made: making it uses up the caller's Request, even if it isn't sent.
   * @param {Init} init
   * @param {Request | undefined} given
   */
  #judge(init, given) {
    const rest = Object.keys(init).filter((name) => !KNOWN.includes(name));
    if (rest.length) {
      const extra = /** @type {Record<string, unknown>} */ ({ __proto__: null });
      for (const name of rest) extra[name] = init[name];
      this.extra = extra;
    }
    init.body = made(() => ownBody(init.body));
    if (this.#json) useJson(init, given);
    const headers = init.headers === undefined ? given?.headers : (init.headers = made(() => headersOf(init)));
    const carried = headers?.get(this.#header ?? "Authorization") ?? undefined;
    this.ownCredential = carried !== undefined;
    this.ownToken = carried?.split(" ").at(-1);
    if (this.#header === undefined) this.#useCookies(init, given);
    // On a redirect to another origin, browsers drop Authorization, but no header of the vendor's own; and cookies ignore ports. So
    // redirects are refused then, and where a description adds headers.
    const added = this.#described?.csrf || Object.keys(this.#described?.headers ?? {}).length > 0;
    this.#stays = this.#header !== "Authorization" || Boolean(added);
    if (this.#stays && (init.redirect ?? given?.redirect ?? "follow") === "follow") this.#changes.redirect = "error";
    const { body } = init;
    this.repeatable = !isStream(body) && !(given && body === undefined && holdsStream(given));
  }

  /**
   * Has the cookie sent. A request has one credential: beside an Authorization header of the caller's, the cookie is left out.
   * @param {Init} init
   * @param {Request | undefined} given
   */
  #useCookies(init, given) {
    const credentials = init.credentials ?? given?.credentials ?? "same-origin";
    if (init.credentials === undefined && credentials === "same-origin") {
      this.#changes.credentials = this.ownCredential ? "omit" : "include";
    }
    // In a mode of the caller's own the cookie may not be sent, and then a rejection says nothing about the session.
    this.#sendsCookie = (this.#changes.credentials ?? credentials) === "include";
    this.ownCredential ||= !this.#sendsCookie;
  }

  /** Makes the request, complete but for the credential. What it is made of may change from then on. */
  make() {
    if (this.#request) return this.#request;
    const request = made(() => this.#build());
    if (this.ownCredential && this.#header !== undefined) mustKeep(request, this.#header);
    return (this.#request = request);
  }

  /**
   * Keeps what it takes to send the request a second time. Called before the first time, since a sent request can't be cloned. Clones
   * only where it must: a clone takes ten times as long as a new request.
   */
  keepSpare() {
    const request = this.make();
    if (/^(?:GET|HEAD)$/.test(request.method)) this.#spare = request;
    else if (typeof this.#input === "object" || isForm(this.#init.body)) this.#spare = request.clone();
  }

  /** @returns {Request} */
  again() {
    return this.#spare ?? this.#build();
  }

  #build() {
    // All in one: a Request that is made of another takes as long again, and loses its referrer.
    const init = /** @type {RequestInit} */ ({ __proto__: null, ...this.#init, ...this.#changes });
    let request;
    try {
      request = new Request(this.#input, init);
    } catch (error) {
      // Cloudflare's workerd only knows "follow" and "manual".
      if (this.#changes.redirect !== "error") throw error;
      init.redirect = "manual";
      request = new Request(this.#input, init);
      this.refusesRedirect = true;
    }
    // The members of a subclass of Request may lie. What is sent has to be what was judged. (Bun's Request tells of no credentials.)
    const elsewhere = request.url !== this.target || (this.#stays && init.redirect === undefined && request.redirect === "follow");
    const unasked = this.#header === undefined && !this.#sendsCookie && init.credentials === undefined && request.credentials === "include";
    if (elsewhere || unasked) throw mistake("input", "a Request that goes where and as it says");
    if (this.#described) addHeaders(request, this.#described.headers);
    if (this.#json) addHeaders(request, JSON_PLEASE);
    return request;
  }
}

/**
 * Refuses what fetch takes for no init.
 * @param {unknown} init
 * @returns {asserts init is object | null | undefined}
 */
export function mustBeInit(init) {
  if (init !== undefined && init !== null && typeof init !== "object") throw mistake("init", "an object, as fetch takes it");
}

/**
 * The text of an input of fetch that is no Request.
 * @param {unknown} input
 */
export function addressText(input) {
  const text = textOf(input);
  if (text === undefined) throw mistake("input", "a string, a URL or a Request");
  return text;
}

/**
 * The caller's headers. Where they are invalid, the error is the one that Request throws, as with fetch.
 * @param {Init} init
 */
function headersOf({ headers }) {
  try {
    return new Headers(headers);
  } catch (error) {
    new Request("https://hallpass.invalid/", /** @type {RequestInit} */ ({ __proto__: null, headers }));
    throw error;
  }
}

/**
 * Makes a platform object of what the caller gave. If the platform refuses it, the mistake is the caller's.
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
export function made(make) {
  try {
    return make();
  } catch (cause) {
    throw mistake("input and init", "what the platform's Request takes, with json or body but not both", cause);
  }
}

/**
 * A Request's address, by the platform's own getter: that of a subclass may lie. Where the page's global is a subclass itself, as in
 * tests that run in an imitation of a browser, the getter is its parent's.
 * @param {Request} request
 * @returns {string}
 */
function urlOf(request) {
  try {
    for (let holder = Request.prototype; holder; holder = Object.getPrototypeOf(holder)) {
      const get = Object.getOwnPropertyDescriptor(holder, "url")?.get;
      if (get) return get.call(request);
    }
  } catch {
    // a polyfill's
  }
  return request.url;
}

/**
 * Whether a body can be read only once. (Node takes what is iterated.)
 * @param {unknown} body
 */
const isStream = (body) => isObject(body) && ("getReader" in body || Symbol.asyncIterator in body);

/**
 * Whether a Request's body is a stream of the caller's, where the platform can tell: bodies that the platform has made itself support
 * byte readers.
 * @param {Request} request
 */
function holdsStream(request) {
  return tells() && request.body !== null && !request.bodyUsed && !takesBuffers(request.body);
}

/** @type {boolean | undefined} */
let telling;

function tells() {
  try {
    telling ??= takesBuffers(new Request("https://hallpass.invalid/", { method: "POST", body: "text" }).body);
  } catch {
    telling = false;
  }
  return telling;
}

/**
 * Whether a body is FormData, of any realm. It gets another boundary each time that it is sent.
 * @param {unknown} body
 */
function isForm(body) {
  return kindOf(body) === "FormData";
}

/**
 * A copy of a body that the caller could still change; any other body as it is.
 * @param {unknown} body
 * @returns {any} What the caller gave: the platform judges it.
 */
function ownBody(body) {
  const kind = kindOf(body);
  if (kind === "URLSearchParams") return new URLSearchParams(String(body));
  if (kind === "ArrayBuffer") return new Uint8Array(/** @type {ArrayBuffer} */ (body)).slice();
  // What is no body by itself is sent as its text.
  if (kind === "Object" && Object.getPrototypeOf(body) === Object.prototype && !isStream(body)) return `${body}`;
  // Deno and Bun send its pieces one after the other, others its text.
  if (Array.isArray(body) && !isStream(body)) return Array.from(body, (piece) => ownBody(piece));
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() : body;
}

/**
 * The text of the `json` member. Where none can be made of it, or there is a body beside it, the mistake is the caller's.
 * @param {unknown} json
 * @param {unknown} body
 */
export const jsonBody = (json, body) =>
  made(() => {
    const text = JSON.stringify(json);
    if (text === undefined || body != null) throw new TypeError("no body can be made of this");
    return text;
  });

/**
 * The method of a request with a `json` member, where init names none: that of the caller's Request, if it may have a body.
 * @param {Request | undefined} given
 */
export const methodOfJson = (given) => (given && !/^(?:GET|HEAD)$/.test(given.method) ? given.method : "POST");

/**
 * Makes a body of the `json` member.
 * @param {Init} init
 * @param {Request | undefined} given The caller's Request: its method and headers count where init names none.
 */
function useJson(init, given) {
  if (init.json === undefined) return;
  const body = jsonBody(init.json, init.body);
  const headers = made(() => new Headers(init.headers ?? given?.headers));
  const type = headers.get("Content-Type");
  // A Request's headers may still name the type of its own body.
  if (init.headers ? type === null : !isJson(type)) headers.set("Content-Type", "application/json");
  init.method ??= methodOfJson(given);
  init.body = body;
  init.headers = headers;
}
