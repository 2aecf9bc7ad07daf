// @ts-check
import { Announcer } from "./announcer.js";
import { AuthError, NOT_LOADED, SENTENCES, failure, mistake, readable, unsupported } from "./auth-error.js";
import { BY_WALLET, VENDORS, readCredentials, refuseOthers } from "./credentials.js";
import { described } from "./description.js";
import { inheritedMember, isObject, isRequest } from "./object.js";
import { readSignal } from "./options.js";
import { addressText, jsonBody, made, methodOfJson, mustBeInit } from "./request.js";

/**
 * @import { FailureCode } from "./auth-error.js"
 * @import { Given } from "./credentials.js"
 * @import { AuthErrorCode, CallOptions, FetchInput, LoginResult, SessionState, VendorDescription, VendorName } from "./hallpass.d.ts"
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

/** The reasons for which the session has ended by itself, and not by the user's doing. @type {readonly SessionState["reason"][]} */
const ENDED = ["expired", "refused", "idle"];

/** What login takes where the test names no vendor: what any of hallpass's own takes. */
const ANY = [["username", "password", "database?", "redirectionToken?"], ...VENDORS.ocient.slice(1)];

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
  "load-failed": `${NOT_LOADED}.`,
};

/** @type {typeof import("./testing.d.ts").fakeError} */
export function fakeError(code, details = {}) {
  const codes = Object.keys({ ...SENTENCES, ...OTHERS });
  if (!codes.includes(code)) throw mistake("code", `one of ${codes.join(", ")}`);
  if (!isObject(details)) throw mistake("details", "an object");
  const { message = sentenceOf(code), ...rest } = details;
  const error = new AuthError(message, { ...rest, code });
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
  /** What login takes, as in `VENDORS`; and whether it takes a wallet, too. */
  #ways;
  #signs;
  /** How many logins and logouts have begun: each overtakes the logins before it. */
  #generation = 0;

  /** @param {FakeSessionOptions<VendorName | VendorDescription>} options */
  constructor(options) {
    readable("options", () => readOptions(options));
    const { vendor, baseUrl = "https://vendor.example", state = {}, ...answers } = options;
    const own = typeof vendor === "object" ? described(vendor) : undefined;
    const name = own?.name ?? /** @type {VendorName | undefined} */ (vendor) ?? "ocient";
    if (!own && !Object.hasOwn(VENDORS, name)) throw mistake("vendor", `${Object.keys(VENDORS).join(", ")} or a description (defineVendor)`);
    this.#ways = own ? [own.takes] : vendor ? VENDORS[/** @type {VendorName} */ (name)] : ANY;
    this.#signs = vendor === undefined || vendor === "ethgas";
    this.vendor = name;
    this.baseUrl = baseUrl;
    this.#answers = answers;
    this.setState(state);
    // Defined on the instance: an accessor of the class would run with a framework's proxy as `this`, which has no private members.
    Object.defineProperty(this, "state", { get: () => this.#announcer.state, set: this.setState, enumerable: true });
  }

  /** @param {FakeState} next */
  setState = (next) => {
    this.#announcer.take(readable("state", () => stateOf(next)));
    this.#announcer.tell();
  };

  /**
   * @param {Readonly<Record<string, unknown>>} credentials
   * @param {CallOptions} [options]
   */
  login = (credentials, options) =>
    this.#call("login", [credentials, options], () => signalOf(options), async (signal) => {
      const { username, email, database } = readable("credentials", () => this.#read(credentials));
      const generation = ++this.#generation;
      const answer = await this.#given("login", [credentials, options]).finally(() => {
        if (signal?.aborted) throw signal.reason;
        if (generation !== this.#generation) throw fakeError("superseded");
      });
      const { state, redirectTo } = /** @type {Partial<LoginResult>} */ (answer ?? {});
      const signedIn = state ?? { status: "signed-in", .../** @type {FakeState} */ ({ user: username ?? email, database }) };
      return { state: this.#became(signedIn), redirectTo };
    });

  /** @param {CallOptions} [options] */
  refresh = (options) =>
    this.#call("refresh", [options], () => signalOf(options), async () => {
      const generation = this.#generation;
      const answer = await this.#given("refresh", [options]);
      if (generation !== this.#generation) throw fakeError("superseded");
      if (answer !== undefined) return this.#became(answer);
      this.#mustBeSignedIn();
      if (!this.#announcer.state.renewable) throw fakeError("not-renewable");
      return this.#announcer.state;
    });

  /** @param {CallOptions} [options] */
  check = (options) =>
    this.#call("check", [options], () => signalOf(options), async () => {
      const generation = this.#generation;
      const answer = await this.#given("check", [options]);
      return answer === undefined || generation !== this.#generation ? this.#announcer.state : this.#became(answer);
    });

  /** @param {CallOptions} [options] */
  logout = (options) =>
    this.#call("logout", [options], () => signalOf(options), async (signal) => {
      // As the real one does: at once, whatever the vendor says, and even where the caller has given up before.
      const revoked = this.#announcer.state.status === "signed-in";
      this.#generation++;
      const { status, reason } = this.#announcer.state;
      if (status === "signed-in" || reason !== "logout") this.setState({ status: "signed-out", reason: "logout" });
      if (signal?.aborted) throw signal.reason;
      const answer = await this.#given("logout", [options]);
      return answer === undefined ? { revoked } : answer;
    });

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
    this.#call("accessToken", [], () => undefined, async () => {
      this.#mustBeSignedIn();
      // Undefined is an answer here.
      return this.#answers.accessToken ? this.#given("accessToken", []) : "fake-token";
    });

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
    const args = init === undefined ? [input] : [input, init];
    return this.#call(method, args, () => readable("input and init", () => readRequest(input, init, method === "json")), async () => {
      this.#mustBeSignedIn();
      return this.#answers[method] ? this.#given(method, args) : otherwise();
    });
  }

  /**
   * Records a call and begins it. Where its signal aborts, the wait for it ends.
   *
   * @param {Method} method
   * @param {unknown[]} args
   * @param {() => AbortSignal | undefined} read reads the arguments; throws what the call rejects with
   * @param {(signal: AbortSignal | undefined) => Promise<unknown>} begin
   */
  async #call(method, args, read, begin) {
    this.calls.push({ method, args: args.filter((arg, index) => index === 0 || arg !== undefined) });
    const signal = read();
    if (this.#disposed) throw disposed();
    if (signal?.aborted && method !== "logout") throw signal.reason;
    const answer = begin(signal);
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
   * What the test answers; undefined where it leaves the answer to the fake.
   *
   * @param {Method} method
   * @param {unknown[]} args
   */
  async #given(method, args) {
    const given = /** @type {((...args: unknown[]) => unknown) | undefined} */ (this.#answers[method]);
    return given?.(...args);
  }

  /**
   * Reads the credentials as a real session does. Gives back the texts among them.
   *
   * @param {unknown} credentials
   * @returns {{ readonly [name: string]: string | undefined }}
   */
  #read(credentials) {
    if (!isObject(credentials)) throw mistake("credentials", "an object with what the vendor's login takes");
    if (!this.#signs || (inheritedMember(credentials, "wallet") ?? undefined) === undefined) {
      return notEmpty(readCredentials(this.vendor, this.#ways, credentials).texts);
    }
    refuseOthers(this.vendor, BY_WALLET, credentials);
    return {};
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
    const { status, reason } = this.#announcer.state;
    if (status === "signed-out") throw fakeError(ENDED.includes(reason) ? "session-expired" : "not-signed-in");
  }

  /**
   * Takes over the state that the test has a call resolve to.
   *
   * @param {unknown} state
   */
  #became(state) {
    if (state !== this.#announcer.state) this.setState(/** @type {FakeState} */ (state));
    return this.#announcer.state;
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

/**
 * Refuses empty texts: an attempt with an empty password would count towards a lock-out like any other.
 *
 * @param {Given["texts"]} texts
 */
function notEmpty(texts) {
  const empty = Object.keys(texts).filter((name) => texts[name] === "");
  if (empty.length === 0) return texts;
  const fields = empty.map((name) => ({ name, code: "required", title: "must not be empty" }));
  throw failure({ code: "invalid-request", fields }, "a fake session", "login");
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

/**
 * Reads the options of a call.
 *
 * @param {unknown} options
 */
const signalOf = (options) => readable("options", () => readSignal(options));

/**
 * Reads a request as a real session does. Gives back the signal that counts.
 *
 * @param {unknown} input
 * @param {unknown} init
 * @param {boolean} json
 */
function readRequest(input, init, json) {
  mustBeInit(init);
  const request = isRequest(input) ? input : undefined;
  if (!request) addressText(input);
  const signal = readSignal(init, "init");
  const given = json && init && !isRequest(init) ? inheritedMember(init, "json") : undefined;
  /** @param {keyof RequestInit} name */
  const one = (name) => (init ? inheritedMember(init, name) : undefined);
  const body = one("body");
  if (given !== undefined) jsonBody(given, body);
  // Jest's jsdom has no Request.
  if (typeof Request === "function") {
    const method = one("method") ?? (given === undefined ? request?.method ?? "GET" : methodOfJson(request));
    const said = { method, headers: one("headers"), body: given !== undefined || body != null ? "" : null };
    made(() => new Request("https://hallpass.invalid/", /** @type {RequestInit} */ (said)));
  }
  // A null says that there is none, also beside a Request that has one.
  const isLeft = one("signal") === undefined;
  return isLeft && request ? readSignal(request, "input") : signal;
}

/** @param {unknown} json */
function replyOf(json) {
  if (typeof Response !== "function") {
    throw unsupported("There is no Response here, as in Jest's jsdom; use the test environment jest-fixed-jsdom or node, or call json.");
  }
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
