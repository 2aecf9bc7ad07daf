import { entries } from "./database.js";

const CIPHER = "AES-GCM";

// A record has less; with a key and a little around it.
const LONGEST_ENTRY = 131_072;

/**
 * A storage that encrypts. Each entry has a key of its own, which the browser keeps and no script can read out (R14); a script
 * on the page can have it used all the same. An entry is bound to its name, so that no session opens another's (R33).
 */
export const encrypted = {
  __proto__: null,

  async get(name) {
    const entry = await entries("readonly", (all) => all.get(name));
    try {
      if (!(entry.data.byteLength <= LONGEST_ENTRY)) return undefined;
      return new TextDecoder().decode(await crypto.subtle.decrypt(parameters(entry.iv, name), entry.key, entry.data));
    } catch {
      return undefined; // none, or not written here: nobody is signed in
    }
  },

  async set(name, text) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await crypto.subtle.generateKey({ __proto__: null, name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
    const data = await crypto.subtle.encrypt(parameters(iv, name), key, new TextEncoder().encode(text));
    await entries("readwrite", (all) => all.put({ key, iv, data }, name));
  },

  async delete(name) {
    await entries("readwrite", (all) => all.delete(name));
  },
};

const parameters = (iv, name) => ({ __proto__: null, name: CIPHER, iv, additionalData: new TextEncoder().encode(name) });
