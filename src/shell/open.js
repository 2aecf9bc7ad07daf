// @ts-check
import { AuthError, readable } from "./auth-error.js";
import { Handle } from "./handle.js";
import { readOptions } from "./options.js";
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
  const { base, allow, endpoints, automatic, idleMs, maxAgeMs } = read;
  const vendor = read.described?.description ?? (read.signs ? `${read.vendor} wallet` : read.vendor);
  const { login, refresh, logout, check } = endpoints;
  /** @param {import("./wasm.js").Kept} kept */
  const make = (kept) =>
    machines.open(vendor, base.prefix, [...allow], login, refresh, logout, check, automatic, kept, idleMs, maxAgeMs);
  const wallets = read.signs ? await walletsScript() : undefined;
  return new Session(await new Handle(make, read).open(), wallets);
}

/** Loads what talks to wallets. It is a script of its own, because few pages need it. */
async function walletsScript() {
  try {
    return await import("./wallet.js");
  } catch (cause) {
    const message = "hallpass could not load its script for wallets; check the connection, and serve the package's wallet.js beside the others.";
    throw new AuthError(message, { code: "load-failed", cause });
  }
}
