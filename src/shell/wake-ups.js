// @ts-check
import { globalOf } from "./object.js";

// Timers can't be relied on: a sleeping computer fires none, and a hidden page fires them late. These events say that it is time to
// look again.
const EVENTS = ["visibilitychange", "online", "pageshow", "pagehide"];
// These are told to the document alone, and don't come up to the window. A frozen page that heard of a change would begin to read, and
// block the store for all others; and what a prerendered page has read may be out of date once it is shown.
const LIFE = ["freeze", "resume", "prerenderingchange"];

/**
 * Calls `wake` with the type of each such event. Returns the function that stops it. `wake` is kept alive, so it should refer to its
 * session weakly.
 *
 * `stored`: the record is in localStorage or sessionStorage, under `key`. Then `storage` events count, too: what tabs tell each other
 * may arrive before the change shows there, and the frames of a tab don't hear of each other otherwise. Else nothing listens to them,
 * since a listener makes Chromium load all of localStorage first.
 * @param {string} key
 * @param {boolean} stored
 * @param {(type: string) => void} wake
 */
export function onWakeUps(key, stored, wake) {
  /** @param {Event & { key?: string | null }} event */
  const hear = (event) => {
    if (event.type !== "storage" || event.key === key || event.key === null) wake(event.type);
  };
  const events = stored ? [...EVENTS, "storage"] : EVENTS;
  /** @param {"addEventListener" | "removeEventListener"} act */
  const all = (act) => {
    const call = /** @type {typeof addEventListener | undefined} */ (globalOf(act));
    for (const type of events) call?.(type, hear);
    for (const type of LIFE) globalOf("document")?.[act]?.(type, hear);
  };
  all("addEventListener");
  return () => all("removeEventListener");
}

/** Whether nobody sees the page. */
export const isHidden = () => /** @type {Document | undefined} */ (globalOf("document"))?.visibilityState === "hidden";
