// @ts-check
import { failure } from "./auth-error.js";
import { steady, wall } from "./clock.js";
import { Effects } from "./effects.js";
import { enter, internal } from "./guard.js";
import { ownMember, parseJson } from "./json.js";
import { came, outcomeOf } from "./outcome.js";
import { ENDS, Task } from "./task.js";

/**
 * @import { Machine, StepKind } from "./wasm.js"
 * @import { Environment, Facts } from "./effects.js"
 * @import { Outcome } from "./outcome.js"
 * @import { End, EndKind, Running } from "./task.js"
 */

/** Steps operations, and has their effects done. It decides nothing. */
export class Driver {
  /** Undefined after a fault, until another has taken its place. @type {Machine | undefined} */
  #machine;
  #effects;
  #onChange;
  #onFault;
  /** @type {Map<number, Running>} */
  #running = new Map();

  /**
   * @param {Machine} machine
   * @param {Environment} environment
   * @param {(tells: boolean) => void} onChange Called after each step that may have changed something. `tells`: listeners may be told,
   * since the operation holds no lock.
   * @param {() => void} onFault Called after a fault inside, which may have left the machine half changed.
   */
  constructor(machine, environment, onChange, onFault) {
    this.#machine = machine;
    this.#effects = new Effects(environment, (id) => this.#running.get(id), () => onChange(true));
    this.#onChange = onChange;
    this.#onFault = onFault;
  }

  /**
   * Goes on with another machine. The operations of the one before end as faults, and where there is no other yet, so do new ones.
   * @param {Machine | undefined} machine
   */
  replaceMachine(machine) {
    this.#machine = machine;
    this.#running = new Map();
  }

  /**
   * Runs an operation to its end.
   * @param {number} id
   * @param {Task} task
   * @returns {Promise<End>}
   */
  run(id, task) {
    const machine = this.#machine;
    const done = this.#drive(id, task);
    const forget = () => {
      // After a fault the turn was not left; it is left here, so that no other tab waits for it.
      task.turn?.leave(false).catch(() => {});
      if (this.#running.get(id)?.task === task) this.#running.delete(id);
    };
    // The machine would wait for ever for the end of an operation that is lost.
    const lose = () => machine === this.#machine && this.#onFault();
    try {
      this.#running.set(id, { done, task });
    } catch {
      lose();
    }
    done.then(forget, () => {
      if (!task.ended) lose();
      forget();
    }).catch(() => {});
    return done;
  }

  /**
   * @param {number} id
   * @param {Task} task
   * @returns {Promise<End>}
   */
  async #drive(id, task) {
    const machine = this.#machine;
    if (!machine) throw internal();
    let { kind, argument } = this.#step(machine, outcomeOf((machine, ms) => machine.begin(id, ms, steady())), task);
    /** @type {{ error: unknown } | undefined} */
    let thrown;
    // The request is made before anything is waited for; but not where nothing will be sent, as making it uses up the caller's.
    let make = task.wish;
    for (;;) {
      if (isEnd(kind)) {
        task.ended = true;
        thrown ??= kind === "failed" ? task.thrown : undefined;
        if (thrown) throw thrown.error;
        return /** @type {End} */ (/** @type {unknown} */ ({ __proto__: null, how: kind, value: argument, task }));
      }
      /** @type {Outcome} */
      let next;
      try {
        make?.make();
        make = undefined;
        if (task.thrown && (kind === "call" || kind === "wait")) throw task.thrown.error;
        const done = this.#effects.do(id, kind, argument, task);
        // Not by its class: a page may have put another Promise in the platform's place, as zone.js does.
        next = /** @type {Outcome} */ (ownMember(done, "take") ? done : await done);
      } catch (error) {
        // What the caller gave can't be sent. The operation is told, and its caller gets the error when it has ended.
        thrown = { error };
        make = undefined;
        next = came(id, "given-up");
      }
      if (machine !== this.#machine) throw internal();
      ({ kind, argument } = this.#step(machine, next, task));
    }
  }

  /**
   * @param {Machine} machine
   * @param {Outcome} outcome
   * @param {Task} task
   */
  #step(machine, outcome, task) {
    let made;
    let stirred;
    try {
      // The argument is taken at once: the next step of any operation replaces it.
      made = enter(() => ({ kind: outcome.take(machine, wall()), argument: machine.argument() }));
      stirred = enter(() => machine.takeStirred());
    } catch (error) {
      this.#onFault();
      throw error;
    }
    if (stirred) this.#onChange(!task.locked);
    return made;
  }

  /** Ends the waits of logins for a person. Nobody uses the session any more. */
  stopWaits() {
    for (const { task } of this.#running.values()) if (task.device || task.ask) task.pause?.end("stopped");
  }

  /** Runs the operations that the machine has begun by itself. */
  runBegun() {
    for (let id; (id = enter(() => this.#machine?.takeBegun())) !== undefined; ) {
      const task = new Task();
      task.background = true;
      this.run(id, task).catch(() => {});
    }
  }
}

/**
 * Makes an error of the details that the WebAssembly has written.
 * @param {unknown} details
 * @param {Facts} facts
 * @param {Task} [task]
 */
export function failureOf(details, facts, task) {
  const { operation, why, ...rest } = /** @type {import("./auth-error.js").ErrorDetails & { operation: string, why?: import("./auth-error.js").Why }} */ (
    parseJson(/** @type {string} */ (details))
  );
  // The caller's request has no endpoint of hallpass's.
  return failure({ ...rest, cause: task?.cause }, facts.title, operation, operation === "request" ? undefined : task?.endpoint, why);
}

/**
 * @param {StepKind} kind
 * @returns {kind is EndKind}
 */
const isEnd = (kind) => ENDS[/** @type {EndKind} */ (kind)] === true;
