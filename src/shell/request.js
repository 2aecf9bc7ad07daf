// @ts-check
/**
 * Reading what the caller wants to be sent, before anything is awaited: what he changes afterwards in a buffer or an init
 * object changes nothing.
 */
import { isBelow, isPlainPath, placeOf, resolve, textOf } from "./address.js";
import { mistake } from "./auth-error.js";
import { addHeaders } from "./do/call.js";
import { isJson } from "./do/look.js";
import { copyOf } from "./object.js";
import { readSignal } from "./options.js";

/**
 * What `RequestInit` has, and what is known of it.
 * @typedef {Record<string, unknown> & RequestInit} Init
 */

// What the platform's Request reads of its options. The rest is for the fetch that it is sent with (`next`, `cf`, `dispatcher`).
const KNOWN = [
  "body", "cache", "credentials", "duplex", "headers", "integrity", "json", "keepalive", "method", "mode", "priority", "redirect", "referrer",
  "referrerPolicy", "signal", "window",
];

/** The requests that hallpass is sending, and the init members that go along. */
export const sent = new WeakSet();

/** A request of the caller's. */
export class Wish {
  /** Where to, as the URL parser spells it; undefined where it can't be sent at all. @type {string | undefined} */
  target;
  /** @type {AbortSignal | undefined} */
  signal;
  /** Whether it has a credential of the caller's own. */
  callers = false;
  /** Whether it can be sent a second time. */
  repeatable = true;
  /** What the platform's fetch is given beside the request. @type {object | undefined} */
  extra;
  /** Whether a redirect is to be refused when it has come, since the platform doesn't refuse it by itself. */
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
  /** What a description adds to what goes to baseUrl. @type {import("./description.js").Described | undefined} */
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
    if (init !== undefined && init !== null && typeof init !== "object") throw mistake("init", "an object, as fetch takes it");
    this.#header = header;
    this.#json = json;
    /** @type {Init} */
    const own = copyOf(init, KNOWN);
    // A Request will do for options, and its method of that name is no body.
    if (isRequest(init)) delete own.json;
    this.#init = own;
    readSignal(own, "init");
    if (isPlainPath(input)) {
      this.#input = this.target = base.prefix + input;
    } else if (isRequest(input)) {
      this.#input = input;
      this.target = placeOf(urlOf(input))?.href;
    } else {
      const text = textOf(input);
      if (text === undefined) throw mistake("input", "a string, a URL or a Request");
      this.target = resolve(base, text)?.href;
      this.#input = this.target ?? "";
    }
    const given = typeof this.#input === "object" ? this.#input : undefined;
    // The caller's own signal: Node may forget that of a Request which was made of another.
    this.signal = own.signal === undefined ? given?.signal : own.signal ?? undefined;
    if (described && isBelow(base, this.target ?? "")) this.#described = described;
    this.#judge(own, given);
  }

  /**
   * What is to be known of it before anything is made, which would use up a Request that then isn't sent.
   * @param {Init} own
   * @param {Request | undefined} given
   */
  #judge(own, given) {
    const rest = Object.keys(own).filter((name) => !KNOWN.includes(name));
    if (rest.length) {
      const extra = /** @type {Record<string, unknown>} */ ({ __proto__: null });
      for (const name of rest) extra[name] = own[name];
      this.extra = extra;
    }
    own.body = ownBody(own.body);
    if (this.#json) useJson(own, given);
    const headers = own.headers === undefined ? given?.headers : (own.headers = made(() => headersOf(own)));
    this.callers = headers?.has(this.#header ?? "Authorization") ?? false;
    if (this.#header === undefined) this.#useCookies(own, given);
    // Browsers take Authorization off a redirect to another origin. Of a header of the vendor's own they know nothing, and
    // cookies ignore ports: so there is no following. Nor where a description adds headers.
    const added = this.#described?.csrf || Object.keys(this.#described?.headers ?? {}).length > 0;
    if ((this.#header !== "Authorization" || added) && (own.redirect ?? given?.redirect ?? "follow") === "follow") this.#changes.redirect = "error";
    const { body } = own;
    const isStream = typeof body === "object" && body !== null && ("getReader" in body || Symbol.asyncIterator in body);
    this.repeatable = !isStream && !(given && body === undefined && holdsStream(given));
  }

  /**
   * A cookie. One credential a request: beside a caller's own Authorization, none.
   * @param {Init} own
   * @param {Request | undefined} given
   */
  #useCookies(own, given) {
    const credentials = own.credentials ?? given?.credentials ?? "same-origin";
    if (own.credentials === undefined && credentials === "same-origin") {
      this.#changes.credentials = this.callers ? "omit" : "include";
    }
    // In a mode of the caller's choosing the cookie may have stayed behind: then a rejection says nothing of the session.
    this.callers ||= (this.#changes.credentials ?? credentials) !== "include";
  }

  /** Makes the request: it lacks nothing but the credential. What it was made of may change from then on. */
  make() {
    if (this.#request) return this.#request;
    const request = made(() => this.#build());
    // Mode "no-cors" drops a header without a word; the request would go out anonymous.
    if (this.callers && this.#header !== undefined && !request.headers.has(this.#header)) {
      throw mistake("init.mode", "one that can carry a credential");
    }
    // A subclass of Request may say anything of its url: what was judged is what is sent.
    if (request.url !== this.target) throw mistake("input", "a Request that goes where it says");
    return (this.#request = request);
  }

  /**
   * The request for a second time. Asked for before the first is sent: by then a clone, which takes ten times as long as a new
   * request, has to be made.
   */
  keepSpare() {
    const request = this.make();
    if (/^(?:GET|HEAD)$/.test(request.method)) this.#spare = request;
    else if (typeof this.#input === "object" || isForm(this.#init.body)) this.#spare = request.clone();
    else this.#init.headers = new Headers(request.headers); // as they are now
  }

  /** @returns {Request} */
  again() {
    return this.#spare ?? this.#build();
  }

  #build() {
    const { referrer, referrerPolicy } = this.#init;
    let request = new Request(this.#input, this.#init);
    if (Object.keys(this.#changes).length) {
      // A Request that is made anew forgets what it was to say of the page. (Not read of the Request: in Node, which has no page,
      // that would be read of Object.prototype.)
      const changes = /** @type {RequestInit} */ ({ __proto__: null, ...this.#changes });
      if (referrer !== undefined) changes.referrer = referrer;
      if (referrerPolicy !== undefined) changes.referrerPolicy = referrerPolicy;
      try {
        request = new Request(request, changes);
      } catch (error) {
        // Cloudflare's workerd knows "follow" and "manual" only.
        if (changes.redirect !== "error") throw error;
        changes.redirect = "manual";
        request = new Request(request, changes);
        this.refusesRedirect = true;
      }
    }
    if (this.#described) addHeaders(request, this.#described.headers);
    if (this.#json && !request.headers.has("Accept")) request.headers.set("Accept", "application/json");
    return request;
  }
}

/**
 * The headers that the caller gave. Where they are refused, it is in the words of Request.
 * @param {Init} own
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
 * What the platform makes of what the caller gave; where it refuses that, the mistake is the caller's.
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
function made(make) {
  try {
    return make();
  } catch (cause) {
    throw mistake("input and init", "what the platform's Request takes, with json or body but not both", cause);
  }
}

/**
 * A Request of any realm. Asked once: what says so of itself may say something else the next time.
 * @param {unknown} input
 * @returns {input is Request}
 */
function isRequest(input) {
  return input instanceof Request || Object.prototype.toString.call(input) === "[object Request]";
}

/**
 * Where a Request goes, by the platform's word: a subclass may say anything.
 * @param {Request} request
 * @returns {string}
 */
function urlOf(request) {
  try {
    return Object.getOwnPropertyDescriptor(Request.prototype, "url")?.get?.call(request);
  } catch {
    return request.url; // a polyfill's
  }
}

/**
 * Whether a Request's body is a stream of the caller's, where the platform tells: of the bodies that it has made itself, pieces
 * may be read into a buffer of the reader's.
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

/** @param {ReadableStream | null} body */
function takesBuffers(body) {
  try {
    body?.getReader({ mode: "byob" }).releaseLock();
    return body !== null;
  } catch {
    return false;
  }
}

/**
 * A form of any realm: each time that it is sent, it gets another boundary.
 * @param {unknown} body
 */
function isForm(body) {
  return Object.prototype.toString.call(body) === "[object FormData]";
}

/**
 * A copy of a body that its owner may change afterwards; any other body as it is.
 * @param {unknown} body
 * @returns {any} What the caller gave: the platform judges it.
 */
function ownBody(body) {
  const kind = Object.prototype.toString.call(body); // of any realm
  if (kind === "[object URLSearchParams]") return new URLSearchParams(String(body));
  if (kind === "[object ArrayBuffer]") return new Uint8Array(/** @type {ArrayBuffer} */ (body)).slice();
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() : body;
}

/**
 * Makes a body of the `json` member.
 * @param {Init} own
 * @param {Request | undefined} given Whose method and headers hold where the options name none.
 */
function useJson(own, given) {
  if (own.json === undefined) return;
  const body = made(() => {
    const text = JSON.stringify(own.json);
    if (text === undefined || own.body != null) throw new TypeError("no body can be made of this");
    return text;
  });
  const headers = made(() => new Headers(own.headers ?? given?.headers));
  const type = headers.get("Content-Type");
  // Of a Request's own body the type may have stayed behind.
  if (own.headers ? type === null : !isJson(type)) headers.set("Content-Type", "application/json");
  own.method ??= given && !/^(?:GET|HEAD)$/.test(given.method) ? given.method : "POST";
  own.body = body;
  own.headers = headers;
}
