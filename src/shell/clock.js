// @ts-check
let wallMs = 0;
let steadyMs = 0;

/**
 * What this machine's clock says, in ms since the epoch. A page may have put something else there, which may throw: then what
 * it said last.
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

/** What a clock says that nobody sets, in ms since some moment. */
export function steady() {
  try {
    const ms = performance.now();
    if (Number.isFinite(ms)) steadyMs = ms;
  } catch {
    // as above
  }
  return steadyMs;
}
