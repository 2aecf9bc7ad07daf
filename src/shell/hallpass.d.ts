/**
 * Sign people in to vendors' APIs, keep and renew their tokens, and make requests with them.
 *
 * ```ts
 * import { openSession } from "hallpass";
 *
 * const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
 * await session.login({ username: "jdoe", password: "…", database: "retail_analytics" });
 * const reply = await session.json("/v1/execute/retail_analytics", { json: { statement: "SELECT 1" } });
 * ```
 *
 * All times are in milliseconds.
 * @module
 */

/**
 * Loads the WebAssembly. Not needed: {@link openSession} does it. For preloading it, or for saying where the file lies.
 *
 * Loads once, however often and from however many places it is called; a failed load may be tried again.
 *
 * @param source Where the file lies, or the file itself. Default: `hallpass.wasm` beside this module.
 * @throws {AuthError} `load-failed`; `invalid-options` for a source of another type.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;

/** Where the WebAssembly is: its address, a response with it, its bytes, or the compiled module. */
export type WasmSource = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | WasmModule;

// Not every project's types know WebAssembly: Node's don't.
type WasmModule = typeof globalThis extends { WebAssembly: { Module: new (...given: never[]) => infer Module } }
  ? Module & object
  : never;

/** What the platform's `fetch` takes: `RequestInfo | URL`. */
export type FetchInput = Parameters<typeof fetch>[0];

/**
 * Opens a session handle, and restores what `storage` holds. Never talks to the vendor.
 *
 * @throws {AuthError} `invalid-options`, naming the option and what was expected; `unsupported`; `load-failed`.
 */
export function openSession(options: SessionOptions): Promise<Session>;

/** Whether a value is an {@link AuthError}, also one of another realm or of another copy of this package. */
export function isAuthError(value: unknown): value is AuthError;

export type VendorName = "ocient" | "lenses" | "pegase3" | "ethgas";

export type SessionOptions = {
  vendor: VendorName;
  /**
   * The vendor's address: https, or http on localhost, 127.0.0.1 and [::1]. May have a path prefix; no user info, query
   * or fragment. Relative input is appended to it: with `https://h/p`, both `x` and `/x` mean `https://h/p/x`.
   */
  baseUrl: string | URL;
  /**
   * Where the tokens live. Never a password, never profile data.
   *
   * - `"memory"` (default): gone on reload. Script on the page can call the session if it reaches it, or intercept requests.
   * - `"session"`: sessionStorage; survives a reload of the tab. Any script on your origin can read it. Not in workers.
   * - `"local"`: localStorage; survives the browser's restart. Any script on your origin can read it, in every tab. Not in
   *   workers.
   * - `"encrypted"`: IndexedDB, encrypted with a key that no script can read out. Survives the browser's restart. Script on your
   *   origin can still have them decrypted, and a copy of the browser's whole profile holds the key too. Needs https or localhost.
   * - an object of your own with `get`, `set` and `delete`.
   *
   * With `"local"`, `"encrypted"` and a storage of your own, tabs share one session: it is renewed once for all of them, and
   * signed out in all of them. With `"memory"` and `"session"` each tab has a session of its own; a logout signs out all.
   * A storage that fails, or doesn't exist here (in Node, only those of your own do), leaves the session in memory, and
   * `state.problem` says `"storage"`.
   */
  storage?: "memory" | "session" | "local" | "encrypted" | TokenStorage;
  /** Tells apart several sessions with the same vendor and address. Default `"default"`. */
  account?: string;
  /**
   * More URL prefixes that may be sent the credential, by whole path segments: `https://h/api` admits
   * `https://h/api/x`, not `https://h/apix`. Default: `baseUrl` alone, with its prefix.
   */
  allow?: readonly (string | URL)[];
  /** `"auto"` (default): ahead of expiry and after a rejected token. `"manual"`: only on {@link Session.refresh}. */
  renew?: "auto" | "manual";
  /**
   * Bound on each call that hallpass makes to the vendor itself, in ms; and on each piece of a body that `json` reads, on the look
   * into a reply, and, with a second more, on the wait for another tab's turn. Default 10 000.
   */
  timeoutMs?: number;
  /** Paths that differ at this deployment, relative to `baseUrl`. */
  endpoints?: Partial<Record<"login" | "refresh" | "logout" | "check", string>>;
  /** ETHGAS only: `"password"` (default). `"wallet"` is not in this version; rejects `unsupported`. */
  flow?: "password" | "wallet";
};

/**
 * A storage of your own, shared by all that use the same `vendor`, `baseUrl` and `account` with it. What is gone from it was
 * signed out elsewhere. The methods may answer at once or with a promise (or any thenable), within 2 000 ms. They may
 * throw: the session then goes on in memory, and `state.problem` says `"storage"`.
 */
export interface TokenStorage {
  get(key: string): string | null | undefined | PromiseLike<string | null | undefined>;
  set(key: string, value: string): void | PromiseLike<void>;
  delete(key: string): void | PromiseLike<void>;
}

/** One person's session with one vendor. The methods are bound: they may be handed on by themselves. */
export interface Session {
  readonly vendor: VendorName;
  /** The vendor's address, normalised, without a trailing slash. */
  readonly baseUrl: string;
  /** A frozen snapshot; the same object until something changes, as React's `useSyncExternalStore` wants it. */
  readonly state: SessionState;

  /**
   * Signs in. Sent once, never repeated by itself, since vendors lock accounts; the password is not kept.
   *
   * @throws {AuthError} `invalid-credentials`, `invalid-request` (see `fields`), `forbidden`,
   * `superseded` by a newer login or a logout, `rate-limited`, `vendor-unavailable`, `network`, `timeout`,
   * `malformed-reply`, `vendor-error`, `invalid-options`. A failed login leaves the present session as it is.
   */
  login(credentials: Credentials, options?: CallOptions): Promise<LoginResult>;

  /**
   * Renews the token now. Callers at the same time share one request.
   *
   * @throws {AuthError} `not-renewable` (lenses, pegase3), `not-signed-in`; `session-expired` or `forbidden` where the vendor
   * refuses, which ends the session (a 403 without one of the vendor's codes is a gateway's, and does not); after any other failure
   * it goes on.
   */
  refresh(options?: CallOptions): Promise<SessionState>;

  /**
   * Asks the vendor whether the session is alive, and updates `state`: lenses at `users/me`, ethgas at `login/verify`.
   * A lenses session is asked for also when signed out here, as the cookie may be there from a single sign-on. Resolves also where
   * the session is over: look at its `status`.
   *
   * @throws {AuthError} `unsupported` for ocient and pegase3, which have no such operation, unless `endpoints.check`
   * names one; `network` and the like where the vendor gave no answer, or where a rejected token waits to be renewed;
   * `session-expired`, and the session stays, where a rejected token is not renewed by itself (`renew: "manual"`).
   */
  check(options?: CallOptions): Promise<SessionState>;

  /**
   * Signs out here and in the other tabs, whatever the network says. `revoked`: the vendor confirmed it. For lenses without
   * `endpoints.logout` the cookie stays in the browser, and the next {@link check} signs in with it.
   */
  logout(options?: CallOptions): Promise<{ revoked: boolean }>;

  /**
   * `fetch` with the session's credential. Renews once after a rejected token and then sends the request once more.
   * Resolves to the platform's own Response, 4xx and 5xx included.
   *
   * Relative input is appended to `baseUrl`. An `Authorization` header (pegase3: `Token`) or a `credentials` mode of your
   * own wins. A body that can be read only once, a stream, is not sent again: then the 401 comes back. For lenses and
   * pegase3 redirects are refused, as they would carry the credential along; elsewhere the platform takes `Authorization` off
   * a redirect to another origin, but not off one to another path of the same origin. What was asked for one user is never
   * sent, or sent again, with the token of another one who has signed in meanwhile.
   *
   * @throws {AuthError} `forbidden-target` outside `baseUrl` and `allow`, `not-signed-in`, `session-expired`, `network`,
   * `invalid-options`; while a renewal is waited for, what that failed with, and `superseded` where another user, or another
   * database, is signed in then. An abort rejects with the signal's own reason.
   */
  fetch(input: FetchInput, init?: RequestInit): Promise<Response>;

  /**
   * {@link fetch}, and then the vendor's envelope taken off: resolves to `data` for ethgas and pegase3, to all but `status`
   * for ocient, to the whole for lenses, and to undefined for an empty reply. `init.json` is sent as a JSON body, by POST
   * unless `init.method`, or a Request, says otherwise.
   *
   * @throws {AuthError} as {@link fetch}, and the vendor's refusals: `session-expired`, `forbidden`, `invalid-request`,
   * `rate-limited`, `vendor-unavailable`, `vendor-error`; `malformed-reply` for what is not the vendor's shape; `timeout` for a
   * body that stops coming.
   */
  json<T = unknown>(input: FetchInput, init?: RequestInit & { json?: unknown }): Promise<T>;

  /** Calls the listener at once and on every change. Returns the unsubscribe function: Svelte's store contract. */
  subscribe(listener: (state: SessionState) => void): () => void;

  /**
   * A token that is good now, renewed if need be, for what `fetch` can't reach, such as a WebSocket. Undefined for lenses,
   * whose session is a cookie.
   *
   * @throws {AuthError} `not-signed-in`, `session-expired`; while a renewal is waited for, what that failed with, and
   * `superseded` as for {@link fetch}.
   */
  accessToken(): Promise<string | undefined>;

  /**
   * Stops the timers and listeners of this handle, also for other tabs. Stored tokens stay. From then on `subscribe` throws, and all
   * other methods but this reject, with `unsupported`.
   */
  dispose(): void;
  [Symbol.dispose](): void;
}

declare global {
  // For projects without lib "esnext.disposable"; with it, the declarations merge.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

export type CallOptions = {
  /** Ends the wait: the promise rejects with the signal's own reason. */
  signal?: AbortSignal;
};

export type Credentials =
  /** ocient; the vendor takes the database `"system"` where none is given. */
  | { username: string; password: string; database?: string }
  /** lenses; `redirectionToken` is echoed, and the vendor answers with where to go next. */
  | { username: string; password: string; redirectionToken?: string }
  /** pegase3 and ethgas. */
  | { username: string; password: string };

export type LoginResult = {
  state: SessionState;
  /** lenses: where to go next. Only ever a safe path on `baseUrl`'s origin. */
  redirectTo?: string;
};

export type SessionState = {
  readonly status: "signed-out" | "signed-in";
  /**
   * Why signed out. `"never"`: no session was found. `"logout"`: here or in another tab. `"expired"`: it came to its end.
   * `"refused"`: the vendor said no. `"replaced"`: another user signed in in another tab, so this one must not go on.
   */
  readonly reason?: "never" | "logout" | "expired" | "refused" | "replaced";
  readonly user?: string;
  /** ocient only. */
  readonly database?: string;
  /** When the token ends, in ms since the epoch by this machine's clock. Absent where the vendor tells no lifetime. */
  readonly expiresAt?: number;
  readonly renewable: boolean;
  /** `"waiting"`: a renewal failed for now; it is tried again by itself. */
  readonly renewal: "idle" | "running" | "waiting";
  /** While waiting: when the next try goes, in ms since the epoch by this machine's clock. */
  readonly retryAt?: number;
  /** The last trouble that did not end the session: `"network"` while offline, `"storage"` while only in memory. */
  readonly problem?: AuthErrorCode;
};

/** The one kind of error. Says what happened and what to do; its message has no token, no password and no address. */
export class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  readonly code: AuthErrorCode;
  readonly vendor?: VendorName;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** ocient `vendor_code`, lenses `type`, pegase3 `code`, ethgas `errorCode` or `code`. */
  readonly vendorCode?: number | string;
  readonly fields?: readonly { name: string; code: string; title: string; pointer?: string }[];
  /** lenses: an http(s) address to navigate to. */
  readonly ssoUrl?: string;
  /** lenses: the id under which the vendor logged the request. */
  readonly requestId?: string;
  /** How long to wait, in ms: what the vendor asks for, or what is left of the pause before the next renewal. */
  readonly retryAfterMs?: number;
  /** The platform's own error, where there was one. */
  readonly cause?: unknown;
}

export type AuthErrorCode =
  /** The caller's mistake: says which option and what was expected. */
  | "invalid-options"
  /** The vendor refused user name or password. */
  | "invalid-credentials"
  /** The vendor, or hallpass before sending, refused a field; see `fields`. */
  | "invalid-request"
  /** Signed in, but not allowed. */
  | "forbidden"
  /** Nothing was sent. */
  | "not-signed-in"
  /** Was signed in; the vendor no longer accepts it and it could not be renewed. */
  | "session-expired"
  | "not-renewable"
  /** A newer login or a logout overtook this call. */
  | "superseded"
  /** The URL is outside `baseUrl` and `allow`: nothing was sent. */
  | "forbidden-target"
  | "rate-limited"
  | "vendor-unavailable"
  | "network"
  | "timeout"
  /** Not the vendor's documented shape. */
  | "malformed-reply"
  /** Any other refusal, with the vendor's own code. */
  | "vendor-error"
  | "storage"
  | "unsupported"
  | "load-failed"
  | "internal";
