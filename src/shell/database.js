// @ts-check
import { Deadline } from "./wait.js";

const DATABASE = "hallpass";
const ENTRIES = "sessions";

// How long opening the database may take, and a thing done with it, in ms. Safari's at times never opens. A storage is given
// 2 000 ms to answer, in which there is time for a second try.
const PATIENCE_MS = 900;

/**
 * The connection, which all sessions share.
 *
 * @type {Promise<IDBDatabase> | undefined}
 */
let connection;

/** The connection, opened if need be. */
function connected() {
  if (connection) return connection;
  /** @type {Promise<IDBDatabase>} */
  const opening = new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES);
    request.onerror = request.onblocked = reject; // nobody asks why
    request.onsuccess = () => resolve(request.result);
  });
  connection = opening;
  // Whoever deletes the site's data does not have to wait for this page.
  const listen = (/** @type {IDBDatabase} */ opened) => {
    opened.onversionchange = opened.onclose = () => disconnect(opening);
  };
  opening.then(listen, () => disconnect(opening));
  return opening;
}

/**
 * Closes a connection, also one that is still being opened, so that there is never more than one.
 *
 * @param {Promise<IDBDatabase> | undefined} lost
 */
function disconnect(lost) {
  if (connection === lost) connection = undefined;
  lost?.then((opened) => opened.close(), () => {});
}

/**
 * Does one thing with the entries, in their turn among all tabs; once more where the database was lost meanwhile, as WebKit's
 * at times is.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(all: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
export async function entries(mode, act) {
  try {
    return await attempt(mode, act);
  } catch {
    return attempt(mode, act);
  }
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(all: IDBObjectStore) => IDBRequest<T>} act
 */
async function attempt(mode, act) {
  const connecting = connected();
  try {
    const opened = await new Deadline(PATIENCE_MS).finish(connecting);
    return await transact(opened.transaction(ENTRIES, mode), act);
  } catch (error) {
    // The next try opens another: of this one it isn't known whether it is still good.
    disconnect(connecting);
    throw error;
  }
}

/**
 * Does one thing with the entries, and waits until it is on the disk.
 *
 * @template T
 * @param {IDBTransaction} transaction
 * @param {(all: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function transact(transaction, act) {
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
