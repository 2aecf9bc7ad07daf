// A live countdown for eyes. Screen readers get it on request (role=timer is silent by itself), not every second.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Milliseconds as a clock: `4:05`, `1:00:00`; days in words before it. */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const tail = two(seconds % 60);
  const time = hours || days ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
  return days ? `${days} d ${time}` : time;
}

/** Milliseconds in the middle of a sentence: `12 s`; from a minute on, as {@link clock}. */
export function span(ms) {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return seconds < 60 ? `${seconds} s` : clock(ms);
}

/**
 * Counts down in an element.
 *
 * @param {HTMLElement} element
 * @param {object} [options]
 * @param {(ms: number) => string} [options.words] what is shown of the milliseconds left
 * @param {() => void} [options.lastMinute] called once as it begins, for those who don't watch
 * @returns {(end: number | undefined) => void} starts over towards a time, or stops
 */
export function countdown(element, { words = clock, lastMinute } = {}) {
  let end;
  let timer;
  let told;

  const tick = () => {
    const left = end - Date.now();
    element.textContent = words(left);
    if (left <= MINUTE && !told) {
      told = true;
      lastMinute?.();
    }
    // On the beat of what is left, so that no second is shown twice or left out, however late a timer fires.
    timer = left > 0 ? setTimeout(tick, left % SECOND || SECOND) : undefined;
  };

  return (newEnd) => {
    if (newEnd === end) return;
    end = newEnd;
    told = false;
    clearTimeout(timer);
    if (end !== undefined) tick();
  };
}
