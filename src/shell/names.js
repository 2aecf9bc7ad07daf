// @ts-check

/**
 * What a session's things are called in what all of an origin's pages share. Two different sessions, or two things of one in
 * one place, never have one name: the kind stands in front, no part but the last can hold what parts them (R33, R40).
 *
 * @typedef {object} Names
 * @property {string} record where a storage keeps the tokens
 * @property {string} lock what the names of the locks begin with under which tokens are renewed
 * @property {string} turn the note in IndexedDB that stands for a lock where the platform has none
 * @property {string} channel the line to the tabs that share the tokens
 * @property {string} own the line to the tabs that each have tokens of their own
 * @property {string} used the mark of when the session was used last, where a storage keeps the tokens
 * @property {string} left the note in localStorage of which login is signed out
 */

/**
 * @param {string} vendor
 * @param {string} prefix the vendor's address, normalised
 * @param {string} account
 * @returns {Readonly<Names>}
 */
export function names(vendor, prefix, account) {
  // The address stands last, and so it need not be escaped.
  const session = `${vendor}:${encodeURIComponent(account)}:${prefix}`;
  /** @param {keyof Names} kind */
  const name = (kind) => `hallpass:${kind}:${session}`;
  return Object.freeze({
    record: name("record"),
    lock: name("record"),
    turn: name("turn"),
    channel: name("record"),
    own: name("own"),
    used: name("used"),
    left: name("left"),
  });
}
