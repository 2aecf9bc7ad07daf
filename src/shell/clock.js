// @ts-check
let wallMs = 0;
let steadyMs = 0;

/**
 * The wall clock, in ms since the epoch. A page may have replaced it by something that throws: then its last value counts.
 */
export function wall() {
  try {
    const ms = Date.now();
    if (Number.isFinite(ms)) wallMs = ms;
  } catch {
    // as above
  }
  return wallMs;
}

/** The monotonic clock, which nobody sets, in ms since some moment. */
export function steady() {
  try {
    const ms = performance.now();
    if (Number.isFinite(ms)) steadyMs = ms;
  } catch {
    // as above
  }
  return steadyMs;
}
