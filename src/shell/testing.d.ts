/**
 * A session for the tests of your application, without WebAssembly and without a network.
 *
 * ```ts
 * import { fakeError, fakeSession } from "hallpass/testing";
 *
 * const session = fakeSession({ state: { user: "jdoe" }, json: () => ({ rows: [1, 2] }) });
 * session.state; // { status: "signed-in", user: "jdoe", … }
 * session.setState({ status: "signed-out", reason: "expired" }); // subscribers hear of it
 *
 * const refused = fakeSession({
 *   login() {
 *     throw fakeError("invalid-credentials");
 *   },
 * });
 * ```
 * @module hallpass/testing
 */
import type { AuthError, AuthErrorCode, FetchInput, LoginResult, Session, SessionState, VendorDescription, VendorName } from "./hallpass.js";

/**
 * Makes a session whose state a test sets. Its methods are bound, its snapshots frozen, its subscribers called at once and on
 * every change, as with a real one; an abort ends the wait, and after `dispose` its methods throw or reject. A call that a real one
 * refuses for what it was given (a member that isn't known, a type, a GET with a body, an empty password) it refuses, too. Where a
 * request may go it doesn't judge, nor whether a header can carry the credentials.
 *
 * @throws {AuthError} `invalid-options` for an option or a member of the state that doesn't exist.
 */
export function fakeSession<V extends VendorName | VendorDescription = VendorName>(options?: FakeSessionOptions<V>): FakeSession<V>;

/** Makes an error as hallpass throws it: `isAuthError` and `instanceof AuthError` know it. */
export function fakeError(code: AuthErrorCode, details?: FakeErrorDetails): AuthError;

/**
 * What a fake session answers. Each method may be given; what it throws, the session's method rejects with.
 */
export type FakeSessionOptions<V extends VendorName | VendorDescription = VendorName> = {
  /** The vendor's name, or a description. Default `"ocient"`, with a login that takes what any of the vendors does. */
  vendor?: V;
  /** The vendor's address. Default `"https://vendor.example"`. */
  baseUrl?: string;
  /** The state to begin with, see {@link FakeState}. Default: signed out, `reason: "never"`. */
  state?: FakeState;
  /**
   * The replies of {@link Session.fetch}. Asked only while signed in, as else the call rejects `not-signed-in`, or `session-expired`
   * where the state's `reason` is `"expired"`, `"refused"` or `"idle"`. Default: what `json` gives, as a reply with status 200; without
   * either, or without a `Response` as in Jest's jsdom, a call rejects `unsupported`.
   */
  fetch?: (input: FetchInput, init?: RequestInit) => Response | PromiseLike<Response>;
  /**
   * What {@link Session.json} resolves to. Asked only while signed in. Default: the body of what `fetch` gives, with no
   * envelope taken off; it rejects `vendor-error` where that isn't a success.
   */
  json?: (input: FetchInput, init?: RequestInit & { json?: unknown }) => unknown;
  /**
   * Where it gives nothing, and by default, the login succeeds: signed in, as `username` or else `email`. A state that it gives becomes
   * the session's. Whatever it gives, the login rejects `superseded` where a newer login or a logout has begun meanwhile, and signs
   * nobody in where its signal has aborted.
   */
  login?: FakeMethod<Session<V>["login"], LoginResult | void>;
  /**
   * The state that it gives becomes the session's. Where it gives nothing, and by default, it resolves to the state; it rejects
   * `not-renewable` where `renewable` is false.
   */
  refresh?: FakeMethod<Session<V>["refresh"], SessionState | void>;
  /** The state that it gives becomes the session's. Where it gives nothing, and by default, it resolves to the state. */
  check?: FakeMethod<Session<V>["check"], SessionState | void>;
  /**
   * Asked when the state is signed out already, with `reason: "logout"`. Where it gives nothing, and by default, `revoked` is
   * whether somebody was signed in.
   */
  logout?: FakeMethod<Session<V>["logout"], { revoked: boolean } | void>;
  /** Asked only while signed in. Default: `"fake-token"`. */
  accessToken?: () => string | undefined | PromiseLike<string | undefined>;
};

/** What answers instead of a session's method: takes the same, and gives its result or a promise of it. */
export type FakeMethod<Method extends (...args: never[]) => unknown, Result> = (
  ...args: Parameters<Method>
) => Result | PromiseLike<Result>;

/**
 * A state, with what is left out filled in: `status` is `"signed-in"` where a `user` is given, `reason` is `"never"` where signed
 * out, `renewable` is true where signed in, and `renewal` is `"idle"`.
 */
export type FakeState = Partial<SessionState>;

/** A {@link Session} that a test controls. */
export interface FakeSession<V extends VendorName | VendorDescription = VendorName> extends Session<V> {
  /** As {@link Session.state}. May be set: that is {@link FakeSession.setState}. */
  get state(): SessionState;
  set state(next: FakeState);
  /** Puts a state in the place of the present one, whole, and tells the subscribers. */
  setState(next: FakeState): void;
  /** The calls so far, in their order, also those that failed. */
  readonly calls: readonly FakeCall[];
}

/** A call of a session's method. */
export type FakeCall = {
  readonly method: "login" | "refresh" | "check" | "logout" | "fetch" | "json" | "accessToken" | "touch" | "dispose";
  /** What it was called with. */
  readonly args: readonly unknown[];
};

/** What an error is to have beside its code; `message` is by default the sentence that hallpass has for the code. */
export type FakeErrorDetails = Partial<Omit<AuthError, "name" | "code" | "stack">>;
