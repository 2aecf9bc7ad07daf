// @ts-check

/**
 * The names of a session's things in storages, locks and channels, which all pages of an origin share. No two sessions, and no two
 * things of a session in one place, have the same name: the kind stands in front, and no part but the last can hold the separator
 * (R33, R40).
 *
 * @typedef {object} Names
 * @property {string} record Where a storage keeps the tokens. The BroadcastChannel of the tabs that share them has the same name; a lock's
 * name is this and the name of the tokens.
 * @property {string} lease the beginning of the names of the leases in IndexedDB that stand for locks where the platform has none
 * @property {string} signOut the line to the tabs that each have tokens of their own
 * @property {string} used the mark of when the session was used last, beside the record
 * @property {string} note the note in localStorage of what became of a login
 */

/**
 * @param {string} vendor
 * @param {string} prefix the vendor's address, normalised
 * @param {string} account
 * @param {string} family Empty; "wallet" where people sign in with one, or "own" for a description with the name of a built-in vendor.
 * @returns {Readonly<Names>}
 */
export function names(vendor, prefix, account, family) {
  // The address need not be escaped, since it stands last.
  const session = `${vendor}${family && ` ${family}`}:${encodeURIComponent(account)}:${prefix}`;
  /** @param {string} kind */
  const name = (kind) => `hallpass:${kind}:${session}`;
  return Object.freeze({
    record: name("record"),
    lease: name("turn"),
    signOut: name("own"),
    used: name("used"),
    note: name("left"),
  });
}
