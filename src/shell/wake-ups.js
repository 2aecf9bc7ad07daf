// @ts-check
import { globalOf } from "./object.js";

// Timers are hints: a sleeping machine fires none, and a hidden page late ones. These say that it is time to look again.
const EVENTS = ["visibilitychange", "online", "pageshow", "pagehide"];

/**
 * Calls `wake` with the type of each. Returns what ends that. What `wake` refers to is kept alive, so it had better refer to
 * its session weakly.
 *
 * `stored`: the record lies in localStorage, under `key`. Then that one's own news is heard, too: what tabs tell each other may
 * arrive before it shows there. Else not: where somebody listens, Chromium makes the page wait for all of localStorage.
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
  };
  all("addEventListener");
  return () => all("removeEventListener");
}

/** Whether nobody sees the page. */
export const isHidden = () => /** @type {Document | undefined} */ (globalOf("document"))?.visibilityState === "hidden";
