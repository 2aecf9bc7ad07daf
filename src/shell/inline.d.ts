/**
 * The same as `hallpass`, with the WebAssembly inside the script: for bundlers that can't take files along, and for pages of a
 * single file. Slightly larger on the way. Needs `DecompressionStream`, as browsers have it since 2023, or Node.
 *
 * ```ts
 * import { openSession } from "hallpass/inline";
 * ```
 * @module hallpass/inline
 */
export * from "./hallpass.js";
