import { Deadline } from "./wait.js";

const DATABASE = "hallpass";
const ENTRIES = "sessions";

// How long opening the database may take, and a thing done with it, in ms. Safari's at times never opens. A storage is given
// 2 000 ms to answer, in which there is time for a second try.
const PATIENCE_MS = 900;

let opening;

/** The database, opened once for all sessions. */
function database() {
  if (opening) return opening;
  const done = new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES);
    request.onerror = request.onblocked = reject; // nobody asks why
    request.onsuccess = () => {
      const opened = request.result;
      // Whoever deletes the site's data does not have to wait for this page.
      opened.onversionchange = opened.onclose = () => {
        opening = undefined;
        opened.close();
      };
      resolve(opened);
    };
  });
  opening = new Deadline(PATIENCE_MS).finish(done);
  opening.catch(() => (opening = undefined)); // so that it may be tried again
  return opening;
}

/**
 * Does one thing with the entries, in their turn among all tabs; once more where the database was lost meanwhile, as WebKit's
 * at times is.
 */
export async function entries(mode, act) {
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
  const done = new Promise((resolve, reject) => {
    const request = act(transaction.objectStore(ENTRIES));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = reject; // as after any error
  });
  try {
    return await new Deadline(PATIENCE_MS).finish(done);
  } catch (error) {
    transaction.abort(); // so that it does nothing later; throws where it is over, which says as much
    throw error;
  }
}
