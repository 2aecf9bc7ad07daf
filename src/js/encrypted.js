const DATABASE = "hallpass";
const ENTRIES = "sessions";
const CIPHER = "AES-GCM";

// A record has less; with a key and a little around it.
const LONGEST_ENTRY = 131_072;

// How long opening the database may take, in ms. Safari's at times never opens.
const PATIENCE_MS = 2_000;

let opening;

/** The database, opened once for all sessions. */
function database() {
  if (opening) return opening;
  opening = new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    const fail = () => reject(); // nobody asks why
    const timer = setTimeout(fail, PATIENCE_MS);
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES);
    request.onerror = request.onblocked = fail;
    request.onsuccess = () => {
      clearTimeout(timer);
      const opened = request.result;
      // Whoever deletes the site's data does not have to wait for this page.
      opened.onversionchange = opened.onclose = () => {
        opening = undefined;
        opened.close();
      };
      resolve(opened);
    };
  });
  opening.catch(() => (opening = undefined)); // so that it may be tried again
  return opening;
}

/** Does one thing with the entries; once more where the database was lost meanwhile, as WebKit's at times is. */
async function entries(mode, act) {
  try {
    return await transact(mode, act);
  } catch {
    opening = undefined;
    return transact(mode, act);
  }
}

/** Does one thing with the entries, and waits until it is on the disk. */
async function transact(mode, act) {
  const transaction = (await database()).transaction(ENTRIES, mode);
  return new Promise((resolve, reject) => {
    const request = act(transaction.objectStore(ENTRIES));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

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
