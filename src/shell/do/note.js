// @ts-check

// As many notes as are kept for one storage where there is no localStorage. The oldest has long been read.
const MOST = 1_000;

/**
 * The note of what became of a login: it has ended, or its tab could not write it. It is written synchronously: people often leave the
 * page right after a sign-out, before a slow storage has deleted the record, and the next page would find somebody signed in.
 */
export class Notes {
  #name;
  /** @type {Map<string, string>} */
  #own;

  /**
   * @param {string} name
   * @param {object} storage What the record is kept in. Where there is no localStorage, handles that share it share its notes.
   * @param {boolean} lasting Whether the record, and so its note, has to outlive the tab.
   */
  constructor(name, storage, lasting) {
    this.#name = name;
    this.#own = of(storage);
    this.lasting = lasting;
  }

  /** @param {string | undefined} text */
  write(text) {
    this.#own.delete(this.#name);
    if (text !== undefined) this.#own.set(this.#name, text);
    // Else a server without localStorage would keep a note for everybody who ever signed out.
    if (this.#own.size > MOST) this.#own.delete(/** @type {string} */ (this.#own.keys().next().value));
    try {
      const storage = this.#web;
      if (text === undefined) storage?.removeItem(this.#name);
      else storage?.setItem(this.#name, text);
    } catch {
      // not here, or full
    }
  }

  /** @returns {string | undefined} */
  read() {
    try {
      const storage = this.#web;
      if (storage) return storage.getItem(this.#name) ?? undefined;
    } catch {
      // not here
    }
    return this.#own.get(this.#name);
  }

  get #web() {
    return this.lasting ? globalThis.window?.localStorage : undefined;
  }
}

/** @type {WeakMap<object, Map<string, string>>} */
const notes = new WeakMap();

/** @param {object} storage */
function of(storage) {
  const found = notes.get(storage) ?? new Map();
  notes.set(storage, found);
  return found;
}
