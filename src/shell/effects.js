// @ts-check
import { isBelow } from "./address.js";
import { steady } from "./clock.js";
import { answerOf, attach, dispatch, wholeAnswer } from "./do/send.js";
import { send } from "./do/call.js";
import { submitTwice } from "./do/csrf.js";
import { sealed } from "./object.js";
import { came, outcomeOf } from "./outcome.js";
import { randomNumber } from "./random.js";
import { Deadline, sleep } from "./wait.js";

/**
 * @import { OutcomeKind, StepKind } from "./wasm.js"
 * @import { VendorCall } from "./do/call.js"
 * @import { DevicePrompt } from "./hallpass.d.ts"
 * @import { Outcome } from "./outcome.js"
 * @import { Wish } from "./request.js"
 * @import { EndKind, Running, Task } from "./task.js"
 * @import { Ask } from "./wallet.js"
 */

/**
 * What never changes about a vendor, as the WebAssembly tells it.
 * @typedef {{ title: string, header?: string, speaksInside: boolean }} Facts
 */

/**
 * What effects are done with.
 * @typedef {{
 *   facts: Facts,
 *   timeoutMs: number,
 *   base: import("./address.js").Base,
 *   described: import("./description.js").Described | undefined,
 *   fetch: () => typeof globalThis.fetch,
 *   store: import("./do/store.js").Store | undefined,
 *   marks: import("./do/store.js").Store | undefined,
 *   notes: import("./do/note.js").Notes | undefined,
 *   locks: import("./do/lock.js").Locks,
 *   tell: (line: "store" | "neighbours" | "sign-out") => void,
 * }} Environment
 */

/** Does what operations ask for. */
export class Effects {
  #environment;
  #running;
  #onUnlock;

  /**
   * @param {Environment} environment
   * @param {(id: number) => Running | undefined} running Finds an operation that is under way.
   * @param {() => void} onUnlock Called when a lock has been given back.
   */
  constructor(environment, running, onUnlock) {
    this.#environment = environment;
    this.#running = running;
    this.#onUnlock = onUnlock;
  }

  /**
   * Does one effect. Gives back its outcome.
   * @param {number} id
   * @param {Exclude<StepKind, EndKind>} kind
   * @param {unknown} argument
   * @param {Task} task
   * @returns {Outcome | Promise<Outcome>}
   */
  do(id, kind, argument, task) {
    const { store, marks, notes, locks, tell } = this.#environment;
    switch (kind) {
      case "call":
        return this.#call(id, /** @type {VendorCall} */ (argument), task);
      case "prompt":
        prompt(task, /** @type {DevicePrompt} */ (argument));
        return came(id, "done");
      case "wallet":
        return this.#wallet(id, /** @type {string} */ (argument), task);
      case "send":
      case "send-again":
        return this.#send(id, kind, /** @type {string | undefined} */ (argument), task);
      case "read":
        return this.#stored(id, async () => store?.read(), false);
      case "write": {
        // The object has no prototype, so a member that is left out is undefined.
        const { text, over, known } = /** @type {{ text?: string, over: boolean, known?: string }} */ (argument);
        return this.#stored(id, async () => store?.write(text, over, known), true);
      }
      case "note":
        notes?.write(/** @type {string | undefined} */ (argument));
        return came(id, "done");
      case "mark":
        return this.#mark(id, /** @type {string | undefined} */ (argument));
      case "lock": {
        const turn = (task.turn ??= locks.queue(/** @type {string} */ (argument)));
        const deadline = (task.deadline = new Deadline(undefined, task.signal));
        task.ref();
        return deadline.finish(turn.wait()).then(
          (had) => {
            task.locked ||= had;
            return came(id, had ? "done" : "waiting");
          },
          (error) => came(id, troubleOf(deadline, error)),
        );
      }
      case "unlock":
      case "unlock-spent":
        return this.#unlock(id, task, kind === "unlock-spent");
      case "wait":
        return this.#wait(id, task, /** @type {number} */ (argument));
      case "tell-store":
        tell("store");
        return came(id, "done");
      case "tell-neighbours":
        tell("neighbours");
        return came(id, "done");
      case "tell-sign-out":
        tell("sign-out");
        return came(id, "done");
      case "random": {
        const number = randomNumber();
        return outcomeOf((machine, ms) => machine.drew(id, number, ms, steady()));
      }
      case "join":
        return this.#join(id, task, /** @type {number} */ (argument));
      case "stop": {
        const stopped = this.#running(/** @type {number} */ (argument))?.task;
        // A background operation that others wait for is not stopped. A login is, even if a renewal waits for its end.
        if (stopped && !(stopped.background && stopped.waiters.size)) stopped.deadline?.end("stopped");
        return came(id, "done");
      }
    }
  }

  /**
   * @param {number} id
   * @param {VendorCall} call
   * @param {Task} task
   * @returns {Promise<Outcome>}
   */
  async #call(id, call, task) {
    const { timeoutMs, fetch, base, described } = this.#environment;
    task.endpoint = `${call.method} ${call.url.slice(base.prefix.length)}`;
    task.cause = undefined;
    const deadline = (task.deadline = new Deadline(timeoutMs + (call.longerMs ?? 0), task.signal));
    if (call.longerMs) task.pause = deadline;
    task.ref();
    try {
      const reply = await send(call, fetch(), deadline, base, described);
      if (!reply) return came(id, "redirect");
      const { status, content, json, retryAfterMs, dateMs, wanted } = reply;
      return outcomeOf((machine, ms) => machine.replied(id, status, content, json, retryAfterMs, dateMs, wanted, ms, steady()));
    } catch (cause) {
      if (!deadline.ended) task.cause = cause;
      return came(id, troubleOf(deadline, cause));
    } finally {
      deadline.end("done");
    }
  }

  /**
   * Asks the wallet. Only the caller's signal bounds the wait, because a person may take minutes.
   * @param {number} id
   * @param {string} request
   * @param {Task} task
   * @returns {Promise<Outcome>}
   */
  async #wallet(id, request, task) {
    const deadline = (task.deadline = task.pause = new Deadline(undefined, task.signal));
    try {
      const { refused, said, cause } = await deadline.finish(/** @type {Ask} */ (task.ask)(request));
      task.cause = cause;
      return outcomeOf((machine, ms) => machine.walletSaid(id, refused, said, ms, steady()));
    } catch (error) {
      return came(id, troubleOf(deadline, error));
    }
  }

  /**
   * @param {number} id
   * @param {"send" | "send-again"} kind
   * @param {string | undefined} credential
   * @param {Task} task
   * @returns {Promise<Outcome>}
   */
  async #send(id, kind, credential, task) {
    const { facts, timeoutMs, fetch, base, described } = this.#environment;
    const wish = /** @type {Wish} */ (task.wish);
    task.answer?.response.body?.cancel().catch(() => {});
    task.cause = undefined;
    const request = kind === "send" ? wish.make() : wish.again();
    if (facts.header !== undefined && credential !== undefined) attach(request, facts.header, credential);
    if (kind === "send" && wish.repeatable && !wish.ownCredential) wish.keepSpare();
    const csrf = described && isBelow(base, request.url) ? described.csrf : undefined;
    const deadline = task.json || task.signal || csrf ? (task.deadline = new Deadline(undefined, task.signal)) : undefined;
    try {
      if (csrf && described && deadline) await submitTwice(request, csrf, described.headers, base, fetch(), deadline, timeoutMs);
      const response = await dispatch(request, wish, fetch(), deadline);
      const answer = (task.answer = deadline && task.json
        ? await wholeAnswer(request, response, timeoutMs, deadline)
        : await answerOf(request, response, facts.speaksInside));
      if (task.signal?.aborted) return came(id, "given-up");
      const { content, json, retryAfterMs, address, redirected } = answer;
      const { status } = answer.response;
      return outcomeOf((machine, ms) => machine.answered(id, status, content, json, retryAfterMs, address, redirected, ms, steady()));
    } catch (cause) {
      task.cause = deadline?.ended === "timeout" ? new DOMException("The body did not come in time.", "TimeoutError") : cause;
      return came(id, troubleOf(deadline, task.cause));
    } finally {
      deadline?.end("done");
    }
  }

  /**
   * @param {number} id
   * @param {() => Promise<import("./do/store.js").Found | undefined>} act
   * @param {boolean} writes
   * @returns {Promise<Outcome>}
   */
  async #stored(id, act, writes) {
    try {
      const found = await act();
      if (!found) return came(id, writes ? "done" : "untold");
      const note = this.#environment.notes?.read();
      const mark = writes ? undefined : await this.#environment.marks?.read().catch(() => {});
      return outcomeOf((machine, ms) => machine.stored(id, found.text, note, mark?.text, writes, ms, steady()));
    } catch (error) {
      return came(id, error === "timeout" ? "timeout" : "storage");
    }
  }

  /**
   * Keeps the mark of when the session was used last. A failure is ignored: without the mark, the session only ends sooner.
   * @param {number} id
   * @param {string | undefined} text
   */
  async #mark(id, text) {
    await this.#environment.marks?.write(text, true, undefined).catch(() => {});
    return came(id, "done");
  }

  /**
   * @param {number} id
   * @param {Task} task
   * @param {boolean} spent
   * @returns {Promise<Outcome>}
   */
  async #unlock(id, task, spent) {
    try {
      await task.turn?.leave(spent);
    } catch {
      // The page has replaced what that takes. What was done under the lock is done all the same.
    }
    task.turn = undefined;
    task.locked = false;
    this.#onUnlock();
    return came(id, "done");
  }

  /**
   * Waits for another operation, until the caller's signal aborts.
   * @param {number} id
   * @param {Task} task
   * @param {number} other
   * @returns {Promise<Outcome>}
   */
  async #join(id, task, other) {
    const joined = this.#running(other);
    if (!joined) {
      // It has just ended, or was not entered yet. Then the operation asks again, and the timer keeps that from starving the page.
      if (task.missed === other) await sleep(0);
      task.missed = other;
      return came(id, "done");
    }
    task.joined = joined.task;
    joined.task.waiters.add(task);
    joined.task.ref();
    const outcome = await this.#bounded(id, task, joined.done.catch(() => {}));
    task.joined = undefined;
    joined.task.waiters.delete(task);
    joined.task.ref();
    // An error tells the last call of either, and why that failed.
    task.endpoint = joined.task.endpoint || task.endpoint;
    task.cause = joined.task.cause;
    return outcome;
  }

  /**
   * Waits for so many ms, until the caller's signal aborts.
   * @param {number} id
   * @param {Task} task
   * @param {number} ms
   * @returns {Promise<Outcome>}
   */
  async #wait(id, task, ms) {
    const deadline = (task.deadline = task.pause = new Deadline(ms, task.signal));
    task.ref();
    await deadline.guard(new Promise(() => {})).catch(() => {});
    return came(id, deadline.ended === "timeout" ? "done" : troubleOf(deadline, undefined));
  }

  /**
   * Waits for a promise, until the caller's signal aborts.
   * @param {number} id
   * @param {Task} task
   * @param {Promise<unknown> | undefined} work
   * @returns {Promise<Outcome>}
   */
  async #bounded(id, task, work) {
    const deadline = (task.deadline = new Deadline(undefined, task.signal));
    try {
      await deadline.finish(work);
      return came(id, "done");
    } catch (error) {
      return came(id, troubleOf(deadline, error));
    }
  }
}

/**
 * Hands the caller's function the prompt. What it throws ends the login, which rejects with it; where it fails later, the login ends at its
 * next step.
 * @param {Task} task
 * @param {DevicePrompt} shown
 */
function prompt(task, shown) {
  /** @param {unknown} error */
  const fails = (error) => {
    task.thrown = { error };
    task.deadline?.end("stopped");
  };
  try {
    Promise.resolve(task.device?.(sealed({ ...shown }, ["verificationUriComplete"]))).catch(fails);
  } catch (error) {
    fails(error);
  }
}

/**
 * @param {Deadline | undefined} deadline
 * @param {unknown} error
 * @returns {OutcomeKind}
 */
function troubleOf(deadline, error) {
  if (deadline?.ended === "abort") return "given-up";
  if (deadline?.ended === "stopped") return "stopped";
  const timeout = deadline?.ended === "timeout" || (error instanceof Error && error.name === "TimeoutError");
  return timeout ? "timeout" : "network";
}
