// @ts-check
import { Announcer } from "./announcer.js";
import { AuthError, SENTENCES, failure, mistake, unsupported } from "./auth-error.js";
import { isObject } from "./object.js";

/**
 * @import { FailureCode } from "./auth-error.js"
 * @import { AuthErrorCode, CallOptions, FetchInput, SessionState, VendorDescription, VendorName } from "./hallpass.d.ts"
 * @import { FakeCall, FakeSessionOptions, FakeState } from "./testing.d.ts"
 * @typedef {Exclude<FakeCall["method"], "touch" | "dispose">} Method
 */

/** @type {{ readonly [Name in keyof Required<SessionState>]: undefined }} */
const STATE = {
  status: undefined,
  reason: undefined,
  user: undefined,
  database: undefined,
  expiresAt: undefined,
  renewable: undefined,
  renewal: undefined,
  retryAt: undefined,
  problem: undefined,
  ssoUrl: undefined,
};

/** The type that each option must have, in words. @type {{ readonly [Name in keyof Required<FakeSessionOptions>]: string }} */
const OPTIONS = {
  vendor: "a string or an object",
  baseUrl: "a string",
  state: "an object",
  fetch: "a function",
  json: "a function",
  login: "a function",
  refresh: "a function",
  check: "a function",
  logout: "a function",
  accessToken: "a function",
};

/** @type {typeof import("./testing.d.ts").fakeSession} */
export const fakeSession = (options = {}) => /** @type {never} */ (/** @type {unknown} */ (new FakeSession(/** @type {FakeSessionOptions<VendorName | VendorDescription>} */ (options))));

/** The sentences for the codes with which no vendor's call fails. @type {{ readonly [Code in Exclude<AuthErrorCode, FailureCode>]: string }} */
const OTHERS = {
  "invalid-options": "An option is not what it has to be.",
  storage: "The storage failed, so the session is only in memory.",
  "load-failed": "hallpass could not load its WebAssembly.",
};

/** @type {typeof import("./testing.d.ts").fakeError} */
export function fakeError(code, details = {}) {
  const codes = Object.keys({ ...SENTENCES, ...OTHERS });
  if (!codes.includes(code)) throw mistake("code", `one of ${codes.join(", ")}`);
  const { message = sentenceOf(code), ...rest } = details;
  const error = new AuthError(message, { code, ...rest });
  return /** @type {never} */ (/** @type {unknown} */ (error));
}

/** @param {AuthErrorCode} code */
const sentenceOf = (code) =>
  code in OTHERS
    ? OTHERS[/** @type {keyof typeof OTHERS} */ (code)]
    : failure({ code: /** @type {FailureCode} */ (code) }, "a fake session", "test").message;

/** A session that answers what a test has told it to. */
class FakeSession {
  /** @type {FakeCall[]} */
  calls = [];
  vendor;
  baseUrl;
  #announcer = new Announcer();
  #answers;
  #disposed = false;

  /** @param {FakeSessionOptions<VendorName | VendorDescription>} options */
  constructor(options) {
    readOptions(options);
    const { vendor = "ocient", baseUrl = "https://vendor.example", state = {}, ...answers } = options;
    this.vendor = typeof vendor === "object" ? vendor.name : vendor;
    this.baseUrl = baseUrl;
    this.#answers = answers;
    this.setState(state);
    // Defined on the instance: an accessor of the class would run with a framework's proxy as `this`, which has no private members.
    Object.defineProperty(this, "state", { get: () => this.#announcer.state, set: this.setState, enumerable: true });
  }

  /** @param {FakeState} next */
  setState = (next) => {
    this.#announcer.take(stateOf(next));
    this.#announcer.tell();
  };

  /**
   * @param {{ username?: string, email?: string, database?: string }} credentials
   * @param {CallOptions} [options]
   */
  login = (credentials, options) =>
    this.#call("login", [credentials, options], options?.signal, () => {
      if (!isObject(credentials)) throw mistake("credentials", "an object with what the vendor's login takes");
      const { username, email, database } = credentials;
      this.setState({ status: "signed-in", .../** @type {FakeState} */ ({ user: username ?? email, database }) });
      return { state: this.#announcer.state, redirectTo: undefined };
    });

  /** @param {CallOptions} [options] */
  refresh = (options) =>
    this.#call("refresh", [options], options?.signal, () => {
      this.#mustBeSignedIn();
      if (!this.#announcer.state.renewable) throw fakeError("not-renewable");
      return this.#announcer.state;
    });

  /** @param {CallOptions} [options] */
  check = (options) => this.#call("check", [options], options?.signal, () => this.#announcer.state);

  /** @param {CallOptions} [options] */
  logout = (options) => {
    const leave = () => this.setState({ status: "signed-out", reason: "logout" });
    // As the real one does, even where the caller has given up before.
    if (options?.signal?.aborted && !this.#disposed) leave();
    return this.#call("logout", [options], options?.signal, () => {
      leave();
      return { revoked: true };
    });
  };

  /**
   * @param {FetchInput} input
   * @param {RequestInit} [init]
   */
  fetch = (input, init = undefined) => this.#request("fetch", input, init, async () => replyOf(await this.#asked("json", input, init)));

  /**
   * @param {FetchInput} input
   * @param {RequestInit & { json?: unknown }} [init]
   */
  json = (input, init) => this.#request("json", input, init, async () => bodyOf(await this.#asked("fetch", input, init)));

  accessToken = () =>
    this.#call("accessToken", [], undefined, () => "fake-token", () => this.#mustBeSignedIn());

  /** @param {(state: SessionState) => void} listener */
  subscribe = (listener) => {
    if (typeof listener !== "function") throw mistake("listener", "a function");
    if (this.#disposed) throw disposed();
    return this.#announcer.subscribe(listener);
  };

  touch = () => {
    this.calls.push({ method: "touch", args: [] });
    if (this.#disposed) throw disposed();
  };

  dispose = () => {
    this.calls.push({ method: "dispose", args: [] });
    this.#disposed = true;
    this.#announcer.clear();
  };

  /**
   * @param {"fetch" | "json"} method
   * @param {FetchInput} input
   * @param {RequestInit | undefined} init
   * @param {() => unknown} otherwise
   */
  #request(method, input, init, otherwise) {
    const signal = init?.signal ?? (isObject(input) && "signal" in input ? input.signal : undefined);
    return this.#call(method, init === undefined ? [input] : [input, init], signal, otherwise, () => this.#mustBeSignedIn());
  }

  /**
   * Records a call and answers it as the test says, or else by `otherwise`.
   *
   * @param {Method} method
   * @param {unknown[]} args
   * @param {AbortSignal | null | undefined} signal
   * @param {() => unknown} otherwise
   * @param {() => void} [before] a check that comes before the test is asked; throws what the call rejects with
   */
  async #call(method, args, signal, otherwise, before) {
    this.calls.push({ method, args: args.filter((arg, index) => index === 0 || arg !== undefined) });
    if (this.#disposed) throw disposed();
    if (signal?.aborted) throw signal.reason;
    before?.();
    const answer = this.#answer(method, args, otherwise);
    if (!signal) return answer;
    let leave = () => {};
    const aborted = new Promise((_, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      leave = () => signal.removeEventListener("abort", abort);
    });
    return Promise.race([answer, aborted]).finally(leave);
  }

  /**
   * @param {Method} method
   * @param {unknown[]} args
   * @param {() => unknown} otherwise
   */
  async #answer(method, args, otherwise) {
    const given = /** @type {((...args: unknown[]) => unknown) | undefined} */ (this.#answers[method]);
    if (!given) return otherwise();
    const result = await given(...args);
    // Where a result may be undefined, undefined is the test's answer. Elsewhere it means that the test leaves the answer to the fake.
    const isAnswer = result !== undefined || method === "json" || method === "accessToken";
    return isAnswer ? result : otherwise();
  }

  /**
   * What the test gives for the other of `fetch` and `json`.
   *
   * @param {"fetch" | "json"} method
   * @param {FetchInput} input
   * @param {RequestInit} [init]
   */
  #asked(method, input, init) {
    const given = this.#answers[method];
    if (!given) throw unsupported("This fake session was told no replies; give fakeSession a fetch or a json.");
    return given(input, init);
  }

  #mustBeSignedIn() {
    if (this.#announcer.state.status === "signed-out") throw fakeError("not-signed-in");
  }
}

if (Symbol.dispose) {
  Object.defineProperty(FakeSession.prototype, Symbol.dispose, {
    /** @this {FakeSession} */
    value() {
      this.dispose();
    },
  });
}

/** @param {unknown} options */
function readOptions(options) {
  if (!isObject(options)) throw mistake("options", "an object");
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTIONS, name)) throw mistake(name, `left out, as fakeSession takes ${Object.keys(OPTIONS).join(", ")}`);
    const kind = OPTIONS[/** @type {keyof FakeSessionOptions} */ (name)];
    if (value !== undefined && !kind.split(" or ").some((one) => one.endsWith(` ${typeof value}`)) || value === null) throw mistake(name, kind);
  }
}

/**
 * A whole state: what a test has left out is filled in.
 *
 * @param {FakeState} given
 * @returns {SessionState}
 */
function stateOf(given) {
  if (!isObject(given)) throw mistake("state", "an object");
  const known = Object.entries(given).filter(([name, value]) => {
    if (!Object.hasOwn(STATE, name)) throw mistake(`state.${name}`, `left out, as a state has ${Object.keys(STATE).join(", ")}`);
    return value !== undefined;
  });
  const { status = given.user === undefined ? "signed-out" : "signed-in", ...rest } = /** @type {FakeState} */ (Object.fromEntries(known));
  const isIn = status === "signed-in";
  return { status, ...(!isIn && { reason: "never" }), renewable: isIn, renewal: "idle", ...rest };
}

/** @param {unknown} json */
function replyOf(json) {
  return new Response(JSON.stringify(json), { headers: { "Content-Type": "application/json" } });
}

/** @param {unknown} reply */
async function bodyOf(reply) {
  const response = /** @type {Response} */ (reply);
  const { status } = response;
  if (!response.ok) throw fakeError("vendor-error", { status });
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : undefined;
  } catch (cause) {
    throw fakeError("malformed-reply", { status, cause });
  }
}

const disposed = () => fakeError("unsupported");
