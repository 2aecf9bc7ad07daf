// @ts-check
/** @typedef {typeof globalThis.fetch} Fetch */

/**
 * For the fetch of each session, the platform's fetch from when the session was opened.
 * @type {WeakMap<Function, Fetch>}
 */
const platformFetch = new WeakMap();

/** The requests that hallpass has handed to a fetch. @type {WeakSet<object>} */
const underWay = new WeakSet();

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
      return fetch(request, ...rest);
    };
    return send;
  }

  /**
   * A page's own fetch may call a session's fetch, and so hand hallpass a request that is already being sent. Gives back the fetch for
   * such a request; undefined for any other.
   * @param {unknown} input
   */
  behind(input) {
    return typeof input === "object" && input !== null && underWay.has(input) ? this.#before : undefined;
  }
}
