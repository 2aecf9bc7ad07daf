// @ts-check
/** @typedef {typeof globalThis.fetch} Fetch */

/**
 * The fetch of each session, and the one that was there when it was opened.
 * @type {WeakMap<Function, Fetch>}
 */
const own = new WeakMap();

/** The requests that hallpass is sending. @type {WeakSet<object>} */
const under_way = new WeakSet();

/**
 * A page may put a session's fetch in place of the platform's. Then that session, and any other, uses what was there before.
 * @param {unknown} fetch
 * @returns {Fetch}
 */
function platforms(fetch) {
  let found = /** @type {Fetch} */ (fetch);
  for (let behind; (behind = own.get(found)); ) found = behind;
  return found;
}

/** What a session sends its requests with. */
export class Fetcher {
  #given;
  #before;

  /** @param {Fetch | undefined} given The option `fetch`. */
  constructor(given) {
    this.#given = given;
    this.#before = platforms(given ?? globalThis.fetch);
  }

  /**
   * Names a session's own fetch.
   * @param {Function} fetch
   */
  isOwn(fetch) {
    own.set(fetch, this.#before);
  }

  /** The fetch to use now: a page may have instrumented the global one since. */
  now() {
    const fetch = platforms(this.#given ?? globalThis.fetch);
    /** @type {Fetch} */
    const send = (request, ...rest) => {
      under_way.add(/** @type {object} */ (request));
      // By itself, as the platform's wants no other `this` than its own.
      return fetch(request, ...rest);
    };
    return send;
  }

  /**
   * What a request is sent with that comes back to hallpass from a fetch in which the page calls a session's; undefined for any
   * other.
   * @param {unknown} input
   */
  passing(input) {
    return typeof input === "object" && input !== null && under_way.has(input) ? this.#before : undefined;
  }
}
