/**
 * The same as `hallpass`, with the WebAssembly inside the script: for bundlers that can't take files along, and for pages of a
 * single file. The download is slightly larger. Needs `DecompressionStream`, which browsers have had since 2023, or Node.
 *
 * ```ts
 * import { openSession } from "hallpass/inline";
 * ```
 * @module hallpass/inline
 */
export * from "./hallpass.js";
