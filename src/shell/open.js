// @ts-check
import { Live } from "./live.js";
import { readOptions, readable } from "./options.js";
import { Session } from "./session.js";

/** @import { Machine } from "./wasm.js" */

/**
 * Opens a session whose machine is made by `machines`.
 *
 * @param {{ open: typeof Machine.open }} machines
 * @param {unknown} options
 */
export async function open(machines, options) {
  const read = readable("options", () => readOptions(options));
  const { vendor, base, allow, endpoints, automatic, idleMs, maxAgeMs } = read;
  const { login, refresh, logout, check } = endpoints;
  /** @param {import("./wasm.js").Kept} kept */
  const make = (kept) =>
    machines.open(vendor, base.prefix, [...allow], login, refresh, logout, check, automatic, kept, idleMs, maxAgeMs);
  return new Session(await new Live(make, read).open());
}
