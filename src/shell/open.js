// @ts-check
import { AuthError, readable } from "./auth-error.js";
import { Handle } from "./handle.js";
import { readOptions } from "./options.js";
import { Session } from "./session.js";

/** @import { Machine } from "./wasm.js" */

/**
 * Reads the options that `openSession` is given. Before anything is waited for: what the caller changes in them afterwards has no effect,
 * and a mistake in them needs no WebAssembly to be told.
 *
 * @param {unknown} options
 */
export const given = (options) => readable("options", () => readOptions(options));

/**
 * Opens a session whose machine is made by `machines`.
 *
 * @param {{ open: typeof Machine.open }} machines
 * @param {ReturnType<typeof given>} read
 */
export async function open(machines, read) {
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
