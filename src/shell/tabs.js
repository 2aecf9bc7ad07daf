import { globalOf } from "./object.js";

/** Whether there are other tabs at all. A server's sessions are different people's, also where their storages' keys are alike. */
export const hasTabs = () => globalOf("location") !== undefined;

/**
 * The line to the other tabs with the same session. It says that something changed, never what (R12): whoever hears it looks
 * for himself.
 */
export class Tabs {
  #name;
  #hear;
  #channel;

  /** `name`: undefined where nobody is to be heard. */
  constructor(name, hear) {
    this.#name = name;
    this.#hear = hear;
  }

  /** Listens. */
  open() {
    if (this.#channel || this.#name === undefined) return;
    try {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = this.#hear;
      this.#channel.unref?.(); // in Node it would keep the process running
    } catch {
      // None on this platform, or not for this page: tabs then look when they are shown.
    }
  }

  /** Says that something changed, also where this tab doesn't listen any more. */
  tell() {
    if (this.#name === undefined) return;
    try {
      const channel = this.#channel ?? new BroadcastChannel(this.#name);
      channel.postMessage("changed");
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
