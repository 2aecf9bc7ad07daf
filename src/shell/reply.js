// @ts-check
/**
 * `Retry-After` in both of its forms (RFC 9110, section 10.2.3), in ms from now: seconds, or a date.
 *
 * @param {Headers} headers
 * @returns {number | undefined}
 */
export function retryAfterMs(headers) {
  const value = headers.get("Retry-After") ?? "";
  // Checked, because browsers parse even "1.5" as a date.
  if (!/^\d{1,9}$|GMT$/.test(value)) return undefined;
  const seconds = Number(value);
  if (seconds < 1e9) return seconds * 1000;
  const ms = Date.parse(value) - (Date.parse(headers.get("Date") ?? "") || Date.now());
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
