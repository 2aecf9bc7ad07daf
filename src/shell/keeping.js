// @ts-check
import { encrypted } from "./encrypted.js";

/**
 * @import { Store } from "./do/store.js"
 * @import { Options } from "./options.js"
 * @import { Kept } from "./wasm.js"
 */

/**
 * How the machine calls the way a record is kept, what it is written to, and the object by which handles find each other.
 * @typedef {{ kept: Kept, storage: ConstructorParameters<typeof Store>[0] | undefined, at: object | undefined }} Keeping
 */

// Handles find each other by the object that their record is kept in. These stand for the page's own storages.
const WEB = { session: {}, local: {} };

/**
 * Where a record is kept: how the machine calls that, what is written to, and the object by which handles find each other.
 * @param {Options["storage"]} storage
 * @returns {Keeping}
 */
export function keepingOf(storage) {
  switch (storage) {
    case "memory":
      return { kept: "memory", storage: undefined, at: undefined };
    case "session":
      return { kept: "page", storage: "sessionStorage", at: WEB.session };
    case "local":
      return { kept: "lagging", storage: "localStorage", at: WEB.local };
    case "encrypted":
      return { kept: "tabs", storage: encrypted, at: encrypted };
    default:
      return { kept: "tabs", storage, at: storage };
  }
}

/**
 * Whether other tabs see the record.
 * @param {Keeping} keeping
 */
export const isShared = ({ kept }) => kept === "tabs" || kept === "lagging";
