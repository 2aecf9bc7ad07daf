// @ts-check
import { Deadline, STORAGE_TIMEOUT_MS } from "./wait.js";

const DATABASE = "hallpass";
const STORE = "sessions";

// How long opening the database may take, and how long a transaction, in ms: Safari's database sometimes never opens. What a storage
// has to answer leaves time for a second try.
const DATABASE_TIMEOUT_MS = STORAGE_TIMEOUT_MS / 2 - 100;

/**
 * The connection, which all sessions share.
 *
 * @type {Promise<IDBDatabase> | undefined}
 */
let connection;

/** Opens the connection if need be. */
function connected() {
  if (connection) return connection;
  /** @type {Promise<IDBDatabase>} */
  const opening = new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = request.onblocked = reject; // every failure is treated alike
    request.onsuccess = () => resolve(request.result);
  });
  connection = opening;
  // Closed when another tab deletes the database: otherwise that would wait for this page.
  const listen = (/** @type {IDBDatabase} */ opened) => {
    opened.onversionchange = opened.onclose = () => disconnect(opening);
  };
  opening.then(listen, () => disconnect(opening));
  return opening;
}

/**
 * Closes a connection, even one that is still being opened, so that there is never more than one.
 *
 * @param {Promise<IDBDatabase> | undefined} lost
 */
function disconnect(lost) {
  if (connection === lost) connection = undefined;
  lost?.then((opened) => opened.close(), () => {});
}

/**
 * Does one thing with the entries, in a transaction. Tries once more after a failure, as WebKit sometimes loses its connection.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(all: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
export async function inTransaction(mode, act) {
  try {
    return await transact(mode, act);
  } catch {
    return transact(mode, act);
  }
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(all: IDBObjectStore) => IDBRequest<T>} act
 */
async function transact(mode, act) {
  const connecting = connected();
  try {
    const opened = await new Deadline(DATABASE_TIMEOUT_MS).finish(connecting);
    return await completed(opened.transaction(STORE, mode), act);
  } catch (error) {
    // The next try opens another connection, since this one may be broken.
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
async function completed(transaction, act) {
  const done = new Promise((resolve, reject) => {
    const request = act(transaction.objectStore(STORE));
    const finish = () => resolve(request.result);
    transaction.oncomplete = () => {
      // Chromium may complete a transaction before it hands over a large entry.
      if (request.readyState === "pending") {
        request.onsuccess = finish;
        request.onerror = reject;
      } else finish();
    };
    transaction.onabort = reject; // every error aborts the transaction
  });
  done.catch(() => {}); // nobody hears of it where the bound can't be set
  try {
    return await new Deadline(DATABASE_TIMEOUT_MS).finish(done);
  } catch (error) {
    try {
      transaction.abort(); // so that it does nothing later
    } catch {
      // It has ended, or is on its way to the disk and may be done later.
    }
    throw error;
  }
}
