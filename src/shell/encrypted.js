// @ts-check
import { inTransaction } from "./database.js";

const CIPHER = "AES-GCM";

// The longest entry that is decrypted, in bytes. hallpass's own are shorter.
const LONGEST_ENTRY = 131_072;

/** @typedef {{ key: CryptoKey, iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer }} Entry */

/**
 * A storage that encrypts. Each entry has a key of its own, which the browser keeps and no script can read out (R14), though scripts on
 * the page can still have it decrypt. An entry is bound to its name, so that no session can read another's (R33).
 */
export const encrypted = /** @type {import("./hallpass.d.ts").TokenStorage} */ ({
  __proto__: null,

  /** @param {string} name */
  async get(name) {
    const entry = /** @type {Entry | undefined} */ (await inTransaction("readonly", (all) => alone(all.get(name))));
    try {
      // A missing entry, or one of another shape, throws here.
      const { iv, key, data } = /** @type {Entry} */ (entry);
      if (!(data.byteLength <= LONGEST_ENTRY)) return undefined;
      return new TextDecoder().decode(await crypto.subtle.decrypt(parameters(iv, name), key, data));
    } catch {
      return undefined; // there is no entry, or hallpass has not written it: nobody is signed in
    }
  },

  /**
   * @param {string} name
   * @param {string} text
   */
  async set(name, text) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const kind = /** @type {AesKeyGenParams} */ ({ __proto__: null, name: CIPHER, length: 256 });
    const key = await crypto.subtle.generateKey(kind, false, ["encrypt", "decrypt"]);
    const data = await crypto.subtle.encrypt(parameters(iv, name), key, new TextEncoder().encode(text));
    await inTransaction("readwrite", (all) => alone(all.put({ key, iv, data }, name)));
  },

  /** @param {string} name */
  async delete(name) {
    await inTransaction("readwrite", (all) => alone(all.delete(name)));
  },
});

/**
 * @param {Uint8Array<ArrayBuffer>} iv
 * @param {string} name
 */
const parameters = (iv, name) =>
  /** @type {AesGcmParams} */ ({ __proto__: null, name: CIPHER, iv, additionalData: new TextEncoder().encode(name) });

/**
 * Has a transaction end with this request. It would else wait for the page to hear of the answer, and a page that goes in between
 * loses what it has written; in WebKit, one that is put aside keeps the other tabs waiting.
 *
 * @template T
 * @param {IDBRequest<T>} request
 */
function alone(request) {
  request.transaction?.commit();
  return request;
}
