import { globalOf } from "./object.js";

// Timers are hints: a sleeping machine fires none, and a hidden page late ones. These say that it is time to look again.
// "storage" is localStorage's own news: what tabs tell each other may arrive before localStorage has what they tell of.
const EVENTS = ["visibilitychange", "online", "pageshow", "pagehide", "storage"];

/**
 * Has a function called on the page's events, with their type. `key`: that of the storage. Returns what ends that. What the
 * function refers to is kept alive, so it had better refer to its session weakly.
 */
export function onWakeUps(key, wake) {
  const hear = (event) => {
    if (event.type !== "storage" || event.key === key || event.key === null) wake(event.type);
  };
  for (const type of EVENTS) globalOf("addEventListener")?.(type, hear);
  return () => {
    for (const type of EVENTS) globalOf("removeEventListener")?.(type, hear);
  };
}

/** Whether nobody sees the page. */
export const isHidden = () => globalOf("document")?.visibilityState === "hidden";
