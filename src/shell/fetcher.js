// @ts-check
import { textOf } from "./address.js";
import { weak } from "./resources.js";

/** @import { Weak } from "./resources.js" */

/** @typedef {typeof globalThis.fetch} Fetch */

/**
 * For the fetch of each session, the platform's fetch from when the session was opened.
 * @type {WeakMap<Function, Fetch>}
 */
const platformFetch = new WeakMap();

/** The requests that hallpass has handed to a fetch. @type {WeakSet<object>} */
const underWay = new WeakSet();

/**
 * The requests that a page's own fetch is sending. It may build a new Request from one and hand that to a session's fetch. `header`: the
 * one that carries the credential; undefined where a cookie does. Known weakly, as such a fetch may never be over.
 * @type {Set<{ request: Weak<Request>, header: string | undefined }>}
 */
const sentByPage = new Set();

/** How many of them there may be before those are looked for that are gone. */
let most = 64;

/** Forgets the requests that nobody has any more, now and then. */
function forgetTheGone() {
  if (sentByPage.size <= most) return;
  for (const one of sentByPage) if (!one.request.deref()) sentByPage.delete(one);
  most = Math.max(64, 2 * sentByPage.size);
}

/**
 * Whether the arguments of a fetch are a copy of a request that a page's own fetch is sending.
 * @param {unknown} input
 * @param {RequestInit | null | undefined} init
 */
function isCopyOfSent(input, init) {
  try {
    const given = typeof input === "object" && input !== null && "headers" in input ? /** @type {Request} */ (input) : undefined;
    const method = init?.method ?? given?.method ?? "GET";
    const headers = init?.headers ?? given?.headers;
    // Nothing of the caller's is read here that could be read only once.
    if (typeof method !== "string" || !(headers instanceof Headers)) return false;
    const address = given?.url ?? textOf(input);
    const credentials = init?.credentials ?? given?.credentials;
    return [...sentByPage].some(({ request: known, header }) => {
      const request = known.deref();
      if (!request || request.method !== method || request.url !== address) return false;
      if (header !== undefined) return request.headers.get(header) === headers.get(header);
      // With a cookie there is no header to compare, so `credentials` and all other headers have to be equal.
      return request.credentials === credentials && [...request.headers].every(([name, text]) => headers.get(name) === text);
    });
  } catch {
    return false; // what can't be read is no request that was sent
  }
}

/**
 * The fetch behind those of sessions: a page may have put a session's in the place of the platform's. Then all sessions use what was there
 * before.
 * @param {unknown} fetch
 * @returns {Fetch}
 */
function withoutSessions(fetch) {
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
    this.#before = withoutSessions(given ?? globalThis.fetch);
  }

  /**
   * Tells which fetch is the session's own.
   * @param {Function} fetch
   */
  registerOwn(fetch) {
    platformFetch.set(fetch, this.#before);
  }

  /** The fetch to use now: a page may have instrumented the global one since. */
  now() {
    const fetch = withoutSessions(this.#given ?? globalThis.fetch);
    /** @type {Fetch} */
    const send = (request, ...rest) => {
      underWay.add(/** @type {object} */ (request));
      // Not called as a method: the platform's fetch refuses a foreign `this`.
      const call = () => fetch(request, ...rest);
      return fetch === this.#before ? call() : this.#sendByPage(/** @type {Request} */ (request), call);
    };
    return send;
  }

  /**
   * Sends a request by a page's own fetch.
   * @param {Request} request
   * @param {() => Promise<Response>} send
   */
  async #sendByPage(request, send) {
    // Kept without being read: most requests never come back to a session.
    const one = { request: weak(request), header: this.header };
    sentByPage.add(one);
    forgetTheGone();
    try {
      return await send();
    } finally {
      sentByPage.delete(one);
    }
  }

  /**
   * A page's own fetch may call a session's fetch, and so hand hallpass a request that is already being sent, or a copy of it. Gives back
   * the fetch for such a request, by which it leaves the page; undefined for any other.
   * @param {unknown} input
   * @param {unknown} init
   */
  fetchFor(input, init) {
    const before = this.#before;
    if (typeof input === "object" && input !== null && underWay.has(input)) return before;
    if (!sentByPage.size || !isCopyOfSent(input, /** @type {RequestInit} */ (init))) return undefined;
    if (this.header !== undefined) return before;
    // The page may have made this request by itself, and it only looks the same. So it gets no redirect that would carry the cookie on.
    /** @type {Fetch} */
    const staying = (input, init) => before(/** @type {Request} */ (input), { ...init, redirect: "error" });
    return staying;
  }
}
