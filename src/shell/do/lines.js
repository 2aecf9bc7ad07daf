// @ts-check
import { globalOf } from "../object.js";

const WORD = "changed";

/**
 * Whether this is a browser, which may have other tabs. On a server, sessions with the same keys are different people's, even where
 * a test or a library has defined a browser's globals.
 */
export function hasTabs() {
  const { process } = /** @type {{ process?: { versions?: { node?: string }, type?: string } }} */ (globalThis);
  const host = process?.versions?.node !== undefined && process.type !== "renderer";
  return globalOf("location") !== undefined && !host && !("Deno" in globalThis) && !("Bun" in globalThis);
}

/**
 * The line to the other tabs with the same session. It says that something changed, never what (R12): whoever hears it reads the
 * storage.
 */
export class Line {
  #name;
  #hear;
  /** @type {BroadcastChannel | undefined} */
  #channel;

  /**
   * @param {string | undefined} name Undefined where there is nobody to talk to.
   * @param {() => void} hear
   */
  constructor(name, hear) {
    this.#name = name;
    this.#hear = hear;
  }

  /** Listens. */
  open() {
    if (this.#channel || this.#name === undefined) return;
    try {
      const channel = new BroadcastChannel(this.#name);
      const hear = this.#hear;
      channel.onmessage = ({ data }) => {
        if (data === WORD) hear();
      };
      // In Node, an open channel would keep the process running.
      if ("unref" in channel && typeof channel.unref === "function") channel.unref();
      this.#channel = channel;
    } catch {
      // The platform has no channels, or this page may not use them: tabs then look when they are shown.
    }
  }

  /** Says that something changed, even when this tab no longer listens. */
  tell() {
    if (this.#name === undefined) return;
    try {
      const channel = this.#channel ?? new BroadcastChannel(this.#name);
      channel.postMessage(WORD);
      if (channel !== this.#channel) channel.close();
    } catch {
      // as above
    }
  }

  close() {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** @typedef {(what: "store" | "neighbours") => void} Hear */

/**
 * The listeners of this page's handles, by the object that their record is kept in and by its key.
 * @type {WeakMap<object, Map<string, Set<Hear>>>}
 */
const handles = new WeakMap();

/** The line to the other handles of this page that share a record. They hear it a moment later. */
export class Neighbours {
  /** @type {Map<string, Set<Hear>>} */
  #keys;
  #key;
  #hear;

  /**
   * @param {object} storage
   * @param {string} key
   * @param {Hear} hear
   */
  constructor(storage, key, hear) {
    this.#keys = handles.get(storage) ?? new Map();
    handles.set(storage, this.#keys);
    this.#key = key;
    this.#hear = hear;
  }

  open() {
    this.#keys.set(this.#key, (this.#keys.get(this.#key) ?? new Set()).add(this.#hear));
  }

  /** @param {"store" | "neighbours"} what That the store has changed, or that a login or a sign-out has begun. */
  tell(what) {
    this.#keys.get(this.#key)?.forEach((hear) => {
      if (hear !== this.#hear) queueMicrotask(() => hear(what));
    });
  }

  close() {
    const all = this.#keys.get(this.#key);
    all?.delete(this.#hear);
    // Else a server would keep an entry for everybody who ever signed in.
    if (all?.size === 0) this.#keys.delete(this.#key);
  }
}
