// @ts-check
import { steady } from "./clock.js";

/** @import { Machine, OutcomeKind, StepKind } from "./wasm.js" */

/**
 * What came of an effect: `take` steps the operation with it, at a time of the wall clock. The first step of an operation is one, too,
 * with nothing in it.
 * @typedef {{ take(machine: Machine, wallMs: number): StepKind }} Outcome
 */

/**
 * Without a prototype, because it is what a promise resolves to: a `then` that the page put on Object.prototype would be called.
 * @param {Outcome["take"]} take
 * @returns {Outcome}
 */
export const outcomeOf = (take) => /** @type {Outcome} */ (/** @type {unknown} */ ({ __proto__: null, take }));

/**
 * @param {number} id
 * @param {OutcomeKind} how
 * @returns {Outcome}
 */
export const came = (id, how) => outcomeOf((machine, ms) => machine.came(id, how, ms, steady()));
