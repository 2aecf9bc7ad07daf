// Timers are hints: a sleeping machine fires none, and a hidden page late ones. These say that it is time to look again.
const EVENTS = ["visibilitychange", "online", "pageshow", "pagehide"];

/**
 * Has a function called on the page's events, with their type. Returns what ends that. What the function refers to is kept
 * alive, so it had better refer to its session weakly.
 */
export function onWakeUps(wake) {
  const hear = ({ type }) => wake(type);
  for (const type of EVENTS) globalThis.addEventListener?.(type, hear);
  return () => {
    for (const type of EVENTS) globalThis.removeEventListener?.(type, hear);
  };
}

/** Whether nobody sees the page. */
export const isHidden = () => globalThis.document?.visibilityState === "hidden";
