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

/**
 * The lines of this page's handles, by the object that their record is kept in and by its key.
 * @type {WeakMap<object, Map<string, Set<Neighbours>>>}
 */
const handles = new WeakMap();

/** How many logins and sign-outs have begun in this page. */
let begun = 0;

/** The line to the other handles of this page that share a record. They hear it a moment later. */
export class Neighbours {
  /** @type {Map<string, Set<Neighbours>>} */
  #keys;
  #key;
  #hear;
  /** Which of them was the last here. */
  #begun = 0;

  /**
   * @param {object} storage
   * @param {string} key
   * @param {(what: "store" | "neighbours") => void} hear
   */
  constructor(storage, key, hear) {
    this.#keys = handles.get(storage) ?? new Map();
    handles.set(storage, this.#keys);
    this.#key = key;
    this.#hear = hear;
  }

  open() {
    this.#keys.set(this.#key, (this.#keys.get(this.#key) ?? new Set()).add(this));
  }

  /** @param {"store" | "neighbours"} what That the store has changed, or that a login or a sign-out has begun. */
  tell(what) {
    const since = what === "store" ? Infinity : (this.#begun = ++begun);
    this.#keys.get(this.#key)?.forEach((other) => {
      // What has begun there in the meantime is newer.
      if (other !== this) queueMicrotask(() => since > other.#begun && other.#hear(what));
    });
  }

  close() {
    const all = this.#keys.get(this.#key);
    all?.delete(this);
    // Else a server would keep an entry for everybody who ever signed in.
    if (all?.size === 0) this.#keys.delete(this.#key);
  }
}
