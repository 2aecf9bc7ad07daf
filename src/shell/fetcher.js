// @ts-check
import { textOf } from "./address.js";

/** @typedef {typeof globalThis.fetch} Fetch */

/**
 * For the fetch of each session, the platform's fetch from when the session was opened.
 * @type {WeakMap<Function, Fetch>}
 */
const platformFetch = new WeakMap();

/** The requests that hallpass has handed to a fetch. @type {WeakSet<object>} */
const underWay = new WeakSet();

/**
 * The same of those that a page's own fetch may make anew: by method and address, the credentials that they carry.
 * @type {Map<string, Carried[]>}
 */
const remakable = new Map();

/**
 * `others`: all headers, where a cookie is the credential, which says little.
 * @typedef {{ header: string | undefined, value: unknown, others: [string, string][] }} Carried
 */

/**
 * @param {{ headers: Headers, credentials?: unknown }} request
 * @param {string | undefined} header
 */
const carriedIn = ({ headers, credentials }, header) => (header === undefined ? credentials : headers.get(header));

/**
 * Whether what a fetch is given is one of them, made anew.
 * @param {unknown} input
 * @param {RequestInit | null | undefined} init
 */
function isRemade(input, init) {
  try {
    const given = typeof input === "object" && input !== null && "headers" in input ? /** @type {Request} */ (input) : undefined;
    const method = init?.method ?? given?.method ?? "GET";
    const headers = init?.headers ?? given?.headers;
    // Nothing of the caller's is read here that could be read only once.
    if (typeof method !== "string" || !(headers instanceof Headers)) return false;
    const request = { headers, credentials: init?.credentials ?? given?.credentials };
    const sent = remakable.get(`${method} ${given?.url ?? textOf(input)}`) ?? [];
    return sent.some(
      ({ header, value, others }) => carriedIn(request, header) === value && others.every(([name, text]) => headers.get(name) === text),
    );
  } catch {
    return false; // what can't be read is no request that was sent
  }
}

/**
 * Looks behind sessions' own fetches: a page may have put one in the place of the platform's. Then all sessions use what was there
 * before.
 * @param {unknown} fetch
 * @returns {Fetch}
 */
function platforms(fetch) {
  let found = /** @type {Fetch} */ (fetch);
  for (let behind; (behind = platformFetch.get(found)); ) found = behind;
  return found;
}

/** Finds the fetch that a session sends its requests with. */
export class Fetcher {
  #given;
  #before;
  /** The header that carries the session's credential; undefined for a cookie. @type {string | undefined} */
  header;

  /** @param {Fetch | undefined} given The option `fetch`. */
  constructor(given) {
    this.#given = given;
    this.#before = platforms(given ?? globalThis.fetch);
  }

  /**
   * Tells which fetch is the session's own.
   * @param {Function} fetch
   */
  isOwn(fetch) {
    platformFetch.set(fetch, this.#before);
  }

  /** The fetch to use now: a page may have instrumented the global one since. */
  now() {
    const fetch = platforms(this.#given ?? globalThis.fetch);
    /** @type {Fetch} */
    const send = (request, ...rest) => {
      underWay.add(/** @type {object} */ (request));
      // Not called as a method: the platform's fetch refuses a foreign `this`.
      const call = () => fetch(request, ...rest);
      return fetch === this.#before ? call() : this.#noted(/** @type {Request} */ (request), call);
    };
    return send;
  }

  /**
   * Sends a request by a page's own fetch.
   * @param {Request} request
   * @param {() => Promise<Response>} send
   */
  async #noted(request, send) {
    const key = `${request.method} ${request.url}`;
    /** @type {Carried} */
    const carried = { header: this.header, value: carriedIn(request, this.header), others: this.header === undefined ? [...request.headers] : [] };
    const others = () => (remakable.get(key) ?? []).filter((one) => one !== carried);
    remakable.set(key, [...others(), carried]);
    try {
      return await send();
    } finally {
      const left = others();
      if (left.length) remakable.set(key, left);
      else remakable.delete(key);
    }
  }

  /**
   * A page's own fetch may call a session's fetch, and so hand hallpass a request that is already being sent, or one made anew of it.
   * Gives back the fetch for such a request; undefined for any other.
   * @param {unknown} input
   * @param {unknown} init
   */
  behind(input, init) {
    const before = this.#before;
    if (typeof input === "object" && input !== null && underWay.has(input)) return before;
    if (!remakable.size || !isRemade(input, /** @type {RequestInit} */ (init))) return undefined;
    if (this.header !== undefined) return before;
    // A request of the page's own may look the same. No redirect takes the cookie along there, either.
    /** @type {Fetch} */
    const staying = (input, init) => before(/** @type {Request} */ (input), { ...init, redirect: "error" });
    return staying;
  }
}
