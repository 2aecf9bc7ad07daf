// @ts-check

/**
 * @import { Answer } from "./do/send.js"
 * @import { DevicePrompt } from "./hallpass.d.ts"
 * @import { Wish } from "./request.js"
 * @import { StepKind } from "./wasm.js"
 * @import { Deadline } from "./wait.js"
 * @import { Ask } from "./wallet.js"
 */

/** What belongs to one operation: its caller's signal and request, and what has come of them. */
export class Task {
  signal;
  wish;
  json;
  /** @type {Answer | undefined} */
  answer;
  /** The method and path of the last call, for errors. */
  endpoint = "";
  /** @type {unknown} */
  cause;
  /** @type {Deadline | undefined} */
  deadline;
  /** The deadline of a pause, of a long poll or of a question to a wallet, if the operation waits for that. @type {Deadline | undefined} */
  pause;
  /** @type {import("./do/lock.js").Turn | undefined} */
  turn;
  /** Whether the lock is held. */
  locked = false;
  /** The caller's function that shows a person the prompt. @type {((prompt: DevicePrompt) => unknown) | undefined} */
  device;
  /** What that function has thrown or rejected with. @type {{ error: unknown } | undefined} */
  thrown;
  /** Asks the wallet, where somebody signs in with one. @type {Ask | undefined} */
  ask;
  /** The operation that it wanted to wait for last, where that was over. @type {number | undefined} */
  missed;
  /** The operations that wait for this one, and the one that it waits for. @type {Set<Task>} */
  waiters = new Set();
  /** @type {Task | undefined} */
  joined;
  /** Whether the machine began it, and no caller: then it keeps no process of Node's running. */
  background = false;
  /** Whether the machine has brought it to its end. */
  ended = false;

  /**
   * @param {AbortSignal} [signal]
   * @param {Wish} [wish]
   * @param {boolean} [json]
   */
  constructor(signal, wish, json = false) {
    this.signal = signal;
    this.wish = wish;
    this.json = json;
  }

  /** Whether somebody waits for it: a caller, or an operation that somebody waits for. */
  get wanted() {
    let wanted = !this.background;
    this.waiters.forEach((waiter) => (wanted ||= waiter.wanted));
    return wanted;
  }

  /** Keeps Node's process running where somebody waits for it, and lets it end where nobody does, though it waits for something itself. */
  ref() {
    const how = this.wanted ? "ref" : "unref";
    this.deadline?.[how]();
    this.turn?.deadline?.[how]();
    this.joined?.ref();
  }
}

/**
 * The kinds of the steps that end an operation. All others are effects. A table, as a page may replace what searches lists.
 * @type {{ readonly [Kind in EndKind]: true }}
 */
export const ENDS = /** @type {never} */ (/** @type {unknown} */ ({
  __proto__: null,
  done: true,
  "signed-in": true,
  "signed-out": true,
  answered: true,
  whole: true,
  member: true,
  without: true,
  token: true,
  failed: true,
  "given-up": true,
}));

/**
 * @typedef {Extract<StepKind, "done" | "signed-in" | "signed-out" | "answered" | "whole" | "member" | "without" | "token" | "failed" |
 *   "given-up">} EndKind
 */

/**
 * How an operation ended.
 * @typedef {{ how: EndKind, value: unknown, task: Task }} End
 */

/**
 * An operation that is under way.
 * @typedef {{ done: Promise<End>, task: Task }} Running
 */
