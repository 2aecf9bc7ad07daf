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
 * Loads the WebAssembly. {@link openSession} does that by itself: call this to load it earlier, or to say where the file lies.
 *
 * Loads once, however often and from however many places it is called; a failed load may be tried again.
 *
 * @param source Where the file lies, or the file itself. Default: `hallpass.wasm` beside this module.
 * @throws {AuthError} `load-failed`; `invalid-options` for a source of another type.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;

/** Where the WebAssembly is: its address, a response with it, its bytes, or the compiled module. */
export type WasmSource = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | WasmModule;

// Some projects' types, such as Node's, don't know WebAssembly.
type WasmModule = typeof globalThis extends { WebAssembly: { Module: new (...given: never[]) => infer Module } }
  ? Module & object
  : never;

/** What the platform's `fetch` takes: `RequestInfo | URL`. */
export type FetchInput = Parameters<typeof fetch>[0];

/**
 * Opens a session handle, and restores what `storage` holds. Sends the vendor nothing, except to revoke a session that has
 * outlasted `idleMs` or `maxAgeMs`.
 *
 * @throws {AuthError} `invalid-options`, naming the option and what was expected; `unsupported`; `load-failed`.
 */
export function openSession<const V extends VendorName | VendorDescription>(options: SessionOptions<V>): Promise<Session<V>>;

/**
 * Checks a description of an API with a login, and gives it back typed: a frozen copy. Needs no WebAssembly.
 *
 * ```ts
 * import { defineVendor, openSession } from "hallpass";
 *
 * const acme = defineVendor({
 *   name: "acme",
 *   credential: "bearer",
 *   login: { path: "auth/login", json: { email: "{email}", password: "{password}" } },
 *   refresh: { path: "auth/refresh", json: { token: "{refresh}" } },
 *   grant: { access: "accessToken", refresh: "refreshToken", lifetime: { seconds: "expiresIn" } },
 * });
 * const session = await openSession({ vendor: acme, baseUrl: "https://api.acme.example" });
 * await session.login({ email: "jdoe@example.com", password: "…" });
 * ```
 *
 * @throws {AuthError} `invalid-options`, naming the member and what was expected.
 */
export function defineVendor<const D extends VendorDescription>(description: D): D;

/** Whether a value is an {@link AuthError}, also one of another realm or of another copy of this package. */
export function isAuthError(value: unknown): value is AuthError;

/** The vendors that hallpass knows; each is described at {@link SessionOptions.vendor}. */
export type VendorName = "ocient" | "lenses" | "pegase3" | "ethgas";

/**
 * Where something lies in a reply: names of members and indexes of lists, with dots between them, such as `"data.user.name"` or
 * `"loc.1"`. Own members only.
 */
export type Path = string;

/**
 * A text with places for values. At login: `{username}`, `{password}`, or any other names, which are then what
 * {@link Session.login} takes. Elsewhere what the session holds: `{access}`, `{refresh}`, `{database}`. Where the whole text is
 * `{otp?}`, its member is left out of the call when there is no such value. Braces around anything but a name are braces.
 */
export type Template = string;

/** A body of JSON: at most 256 members and elements, eight deep. */
export type Send = { readonly [name: string]: Sent };
type Sent = Template | number | boolean | null | Send | readonly Sent[];

/** A call of hallpass's own to a described API. */
export type Call = {
  /** Relative to `baseUrl`. */
  readonly path: string;
  /** Default `"POST"`. */
  readonly method?: "POST" | "GET" | "PUT" | "DELETE";
  /** Goes behind the path, encoded. Nothing secret: addresses are kept in histories and logs. */
  readonly query?: Readonly<Record<string, Template>>;
  /** Sent with this call alone. Where {@link VendorDescription.headers} names the same one, this counts. */
  readonly headers?: Readonly<Record<string, Template>>;
  /** The body: this, or `form`, or none. */
  readonly json?: Send;
  /** The body as an HTML form sends it: this, or `json`, or none. */
  readonly form?: Readonly<Record<string, Template>>;
};

/** The codes that a reply can mean. The others say something that only hallpass can know. */
type Meant =
  | "invalid-credentials"
  | "invalid-request"
  | "forbidden"
  | "session-expired"
  | "rate-limited"
  | "vendor-unavailable"
  | "network"
  | "timeout"
  | "malformed-reply"
  | "vendor-error";

type Meaning = Meant | { readonly login: Meant; readonly elsewhere: Meant };

/** An API with a login, described in data: see the guide's page "An API of your own". */
export type VendorDescription = {
  /** The name in storage and in errors: at most 32 characters, of a-z, 0-9 and -. */
  readonly name: string;
  /** The name in sentences. Default: `name`. */
  readonly title?: string;
  /** How requests carry the session. */
  readonly credential: "bearer" | "cookie" | { readonly header: string; readonly prefix?: string };
  /** Sent with every request to `baseUrl`: an application's public key, say. Never a secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The value of a cookie that script may read goes into a header of all but GET and HEAD. `from`: a path that sets it. */
  readonly csrf?: { readonly cookie: string; readonly header: string; readonly from?: string };
  /** Signs in. The places in it are what {@link Session.login} takes: at most 16 names. */
  readonly login: Call;
  /** Renews the token. Carries only what it says, not the credential. Left out: sessions can't be renewed. */
  readonly refresh?: Call;
  /** Ends the session at the API. Carries the credential. Left out: it ends here alone. */
  readonly logout?: Call;
  /**
   * Asks whether the session is alive. Carries the credential. `user`: where the reply tells who is signed in. `alive`: a member that only
   * a live session's reply has, for APIs that answer a dead one with a success, too.
   */
  readonly check?: Call & { readonly user?: Path; readonly alive?: Path };
  /** What a reply to `login` and `refresh` gives. */
  readonly grant: {
    /**
     * The token: at a path, at the first of several where something lies, or in a header of the reply; `""`, if the reply is the token itself, as
     * plain text or as a JSON string. Not for cookies.
     */
    readonly access?: Path | readonly Path[] | { readonly header: string; readonly prefix?: string };
    /** What renews it: at a path, or at the first of several where something lies; never in a header. `{refresh}` in templates. */
    readonly refresh?: Path | readonly Path[];
    /** Who is signed in. Default: what was typed as `username` or `email`. */
    readonly user?: Path;
    /** Which database the session is for, where the reply says so: `{database}` in templates. */
    readonly database?: Path;
    /**
     * How long the token lives. `seconds`, `ms`: from now. `at`: a moment, in s or ms since the epoch or as ISO text. `jwt`: by the
     * token's own `exp`; where it has no usable one, `otherwiseSeconds` (1 to 3 155 760 000, a century) from now. Left out:
     * the API doesn't tell.
     */
    readonly lifetime?:
      | { readonly seconds: Path }
      | { readonly ms: Path }
      | { readonly at: Path }
      | { readonly jwt: true; readonly otherwiseSeconds?: number };
  };
  /** What replies wrap their data in. */
  readonly envelope?: {
    /** How a success is told from a failure that comes with HTTP 200, too: one of these values at this path. */
    readonly success?: { readonly at: Path; readonly is: readonly (string | number | boolean)[] };
    /** What {@link Session.json} resolves to. Default: the whole reply. */
    readonly payload?: Path | { readonly without: Path };
  };
  /** Where a refusal says what is wrong, and what it means. */
  readonly errors?: {
    /** The API's own code, and its words for a person: each at a path, or at the first of several where something lies; for words, a text. */
    readonly code?: Path | readonly Path[];
    readonly detail?: Path | readonly Path[];
    /**
     * What the API's codes mean: the same everywhere, or one thing at login and another elsewhere. Where a code is not listed, the HTTP
     * status counts. List codes of refusals alone, and none of a success: where `envelope.success` is left out, a reply with a listed code
     * is a refusal on any status, 200 too.
     */
    readonly codes?: Readonly<Record<string, Meaning>>;
    /** What HTTP statuses mean where no code says it. Default: what HTTP means by them. */
    readonly statuses?: Readonly<Record<number, Meaning>>;
    /** The fields that were refused: a `list`, with the other paths inside each of its elements; or `byName`, an object with a member for each field (`""`: the reply itself). */
    readonly fields?:
      | { readonly list: Path; readonly name: Path; readonly title: Path; readonly code?: Path; readonly pointer?: Path }
      | { readonly byName: Path };
  };
  /**
   * Which replies say that the token is no longer good. Default: HTTP 401. `insideSuccess`: also inside a 200. A status in `statuses` needs no
   * code or words beside it.
   */
  readonly rejected?: { readonly statuses?: readonly number[]; readonly codes?: readonly (string | number)[]; readonly insideSuccess?: boolean };
  /**
   * When a token that is still good is renewed. `atPart`: after this part of its life, 0.1 to 0.95. `beforeEndMs`: so long before its end, 1
   * to 86 400 000; half of its life counts at most. Default: a quarter of its life before the end, five minutes at most.
   */
  readonly renew?: { readonly atPart: number } | { readonly beforeEndMs: number };
};

/** What {@link openSession} takes. */
export type SessionOptions<V extends VendorName | VendorDescription = VendorName> = {
  /**
   * Whose API it is.
   *
   * - `"ocient"`: the Ocient HTTP Query API. A bearer token, renewed.
   * - `"lenses"`: Lenses HQ. A cookie that no script can read; not renewed.
   * - `"pegase3"`: the PEGASE3 API. A token in the header `Token`; not renewed.
   * - `"ethgas"`: the ETHGAS API, by user name and password. A bearer token, renewed.
   * - a description of another API with a login: see {@link defineVendor}.
   */
  vendor: V;
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
   * Bound on each call that hallpass makes to the vendor itself, in ms; also on each piece of a body that `json` reads (all of it may
   * take ten times as long), and, with a second more, on the wait for another tab's turn. Default 10 000.
   */
  timeoutMs?: number;
  /** Paths that differ at this deployment, relative to `baseUrl`. */
  endpoints?: Partial<Record<"login" | "refresh" | "logout" | "check", string>>;
  /**
   * ETHGAS only: `"password"` (default), or `"wallet"`, with `baseUrl` up to `/api`. The second loads a script of its own, `wallet.js`.
   */
  flow?: "password" | "wallet";
  /**
   * The `fetch` that requests are made with, the vendor's own and the caller's. Default: the global one as it is at each call
   * (instrumented, mocked), but never this session's own, so that `window.fetch = session.fetch` works. It is called with one `Request` of
   * the platform's, never with an address and an init; beside it go only members of the caller's own init that no `Request` keeps.
   */
  fetch?: (input: FetchInput, init?: RequestInit) => Promise<Response>;
  /**
   * Ends the session (reason `"idle"`) when nobody has used it for so many ms in any tab: a request of the caller's, a login, or
   * {@link Session.touch}. Renewals don't count. The vendor is told as by {@link Session.logout}. Default: none. Give the same in all
   * tabs that share a session.
   */
  idleMs?: number;
  /** Ends the session (reason `"expired"`) so many ms after the login, whatever is renewed; the vendor is told likewise. Default: none. */
  maxAgeMs?: number;
};

/**
 * A storage of your own, shared by all that use the same `vendor`, `baseUrl` and `account` with it. A session that
 * is gone from it counts as signed out elsewhere. The methods may answer at once or with a promise (or any thenable), within 2 000 ms. They may
 * throw: the session then goes on in memory, and `state.problem` says `"storage"`.
 */
export interface TokenStorage {
  /** What was set last under the key; null or undefined where there is nothing. */
  get(key: string): string | null | undefined | PromiseLike<string | null | undefined>;
  /** Keeps a text under the key, in place of what is there. */
  set(key: string, value: string): void | PromiseLike<void>;
  /** Takes away what is kept under the key, if anything is. */
  delete(key: string): void | PromiseLike<void>;
}

/** One person's session with one vendor. The methods are bound: they may be handed on by themselves. */
export interface Session<V extends VendorName | VendorDescription = VendorName> {
  /** The vendor's name; of a described one, the name in its description. */
  readonly vendor: string;
  /** The vendor's address, normalised, without a trailing slash. */
  readonly baseUrl: string;
  /** A frozen snapshot; the same object until something changes, as React's `useSyncExternalStore` wants it. */
  readonly state: SessionState;

  /**
   * Signs in. Sent once, never repeated by itself, since vendors lock accounts; the password is not kept.
   *
   * @throws {AuthError} `invalid-credentials` (lenses: maybe with `ssoUrl`), `invalid-request` (see `fields`), `forbidden`,
   * `cancelled` by the person in a wallet, `unsupported` by the wallet (see `cause`), `superseded` by a newer login or a logout, `rate-limited`, `vendor-unavailable`, `network`, `timeout`,
   * `malformed-reply`, `vendor-error`, `invalid-options`. A failed login leaves the present session as it is.
   */
  login(credentials: Credentials<V>, options?: CallOptions): Promise<LoginResult>;

  /**
   * Renews the token now. Callers at the same time share one request.
   *
   * @throws {AuthError} `not-renewable` (lenses, pegase3; a described API without `refresh`, or that has told no refresh token), `not-signed-in`; `session-expired` or `forbidden` where the vendor
   * refuses, which ends the session (a 403 without one of the vendor's codes, or a described API's words, is a gateway's, and does not); after any other failure
   * it goes on.
   */
  refresh(options?: CallOptions): Promise<SessionState>;

  /**
   * Asks the vendor whether the session is alive, and updates `state`: lenses at `users/me`, ethgas at `login/verify` (with a wallet at
   * `user/info`), a described API at its `check`.
   * lenses is asked even when nobody is signed in here, since a single sign-on may have set the cookie. Resolves also where the session
   * is over: look at `status`.
   *
   * @throws {AuthError} `unsupported` for ocient and pegase3, and described APIs without `check`, unless `endpoints.check`
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
   * pegase3, and for described APIs with a cookie, a header of their own, `headers` or `csrf`, redirects are refused, as they would
   * carry these along; elsewhere the platform takes `Authorization` off a redirect to another origin, but not off one to another path of the same origin. What was asked for one user is never
   * sent, or sent again, with the token of another one who has signed in meanwhile.
   *
   * @throws {AuthError} `forbidden-target` outside `baseUrl` and `allow`, `not-signed-in`, `session-expired`, `network`,
   * `invalid-options`; while a renewal is waited for, what that failed with, and `superseded` where another user, or another
   * database, is signed in then. An abort rejects with the signal's own reason.
   */
  fetch(input: FetchInput, init?: RequestInit): Promise<Response>;

  /**
   * {@link fetch}, and then the vendor's envelope taken off: resolves to `data` for ethgas and pegase3, to all but `status`
   * for ocient (a warning's stays), to the whole for lenses, to `envelope.payload` of a described API, and to undefined for an empty reply. `init.json` is sent as a JSON body, by POST
   * unless `init.method`, or a Request, says otherwise.
   *
   * @throws {AuthError} as {@link fetch}, and the vendor's refusals: `session-expired`, `forbidden`, `invalid-request`,
   * `rate-limited`, `vendor-unavailable`, `vendor-error`; `malformed-reply` for what is not the vendor's shape; `timeout` for a
   * body that stops coming, or takes ten times {@link SessionOptions.timeoutMs} in all.
   */
  json<T = unknown>(
    input: FetchInput,
    init?: RequestInit & {
      /** Sent as a JSON body, and so not together with `body`; by POST, unless `method` says otherwise. */
      json?: unknown;
    },
  ): Promise<T>;

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
   * The person is there, though no request says so: puts {@link SessionOptions.idleMs} off, in all tabs. Cheap enough to be called at
   * each movement of the mouse; does nothing where nobody is signed in.
   */
  touch(): void;

  /**
   * Stops the timers and listeners of this handle, also for other tabs. Stored tokens stay. From then on `subscribe` and `touch` throw, and all
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

/** What most of a session's methods take besides their own arguments. */
export type CallOptions = {
  /** Ends the wait: the promise rejects with the signal's own reason. */
  signal?: AbortSignal | null | undefined;
};

/** What {@link Session.login} takes at a vendor. A member that the vendor has no use for is `invalid-options`. */
export type Credentials<V extends VendorName | VendorDescription = VendorName> = V extends VendorName
  ? CredentialsByVendor[V]
  : V extends VendorDescription
    ? Named<PlacesOf<Omit<V["login"], "path" | "method">>>
    : never;

/**
 * Texts by the names of places.
 *
 * @internal
 */
type Named<Places extends string> = Together<
  { [Name in Needed<Exclude<Places, Unknown>>]: string } & { [Name in LeftOut<Places>]?: string } & ([Unknown] extends [Places]
      ? { [name: string]: string }
      : unknown)
>;
/** @internal */
type Together<T> = { [Name in keyof T]: T[Name] };

/**
 * Stands for places whose names aren't known to the compiler: a text that is no literal may have any.
 *
 * @internal
 */
type Unknown = "*";

/**
 * The names without those that may be left out, which end with a "?".
 *
 * @internal
 */
type Needed<Name extends string> = Name extends `${string}?` ? never : Name;
/** @internal */
type LeftOut<Name extends string> = Name extends `${infer Bare}?` ? Bare : never;

/**
 * The names of the places in the templates of a call, with a "?" behind those that may be left out.
 *
 * @internal
 */
type PlacesOf<T> = T extends string
  ? PlacesIn<T>
  : T extends readonly (infer Element)[]
    ? PlacesOf<Element>
    : T extends object
      ? string extends keyof T
        ? Unknown
        : { [Name in keyof T]: PlacesOf<T[Name]> }[keyof T]
      : never;

/** @internal */
type PlacesIn<T extends string> = string extends T
  ? Unknown
  : T extends `${string}{${infer Rest}`
    ? Rest extends `${infer Name}}${infer After}`
      ? (IsName<Name extends `${infer Bare}?` ? Bare : Name> extends true ? Name | PlacesIn<After> : PlacesIn<Rest>)
      : never
    : never;

/** @internal */
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
/** @internal */
type Letter =
  | "a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k" | "l" | "m"
  | "n" | "o" | "p" | "q" | "r" | "s" | "t" | "u" | "v" | "w" | "x" | "y" | "z" | "_";
/** @internal */
type IsName<T extends string> = T extends `${infer First}${infer Rest}` ? (Lowercase<First> extends Letter ? IsRest<Rest> : false) : false;
/** @internal */
type IsRest<T extends string> = T extends ""
  ? true
  : T extends `${infer First}${infer Rest}`
    ? (Lowercase<First> extends Letter | Digit ? IsRest<Rest> : false)
    : false;

/** The credentials of each vendor. */
export interface CredentialsByVendor {
  /**
   * By user name and password; by a token of the customer's own identity provider; or by another device, on which the person says
   * yes: `device` is called once with what to show, and the login goes on until there is an answer, or its signal aborts it. The
   * vendor takes the database `"system"` where none is given.
   */
  ocient:
    | {
        /** The name to sign in with. */
        username: string;
        /** Sent once, and not kept. */
        password: string;
        database?: string;
      }
    | {
        /** An ID token of the customer's own identity provider. */
        idToken: string;
        database: string;
      }
    | {
        /** An access token of the customer's own identity provider. */
        accessToken: string;
        database: string;
      }
    | {
        /** Shows the person the code and the address for the other device. Called once. What it throws, or a promise of its that rejects, ends the login. */
        device: (prompt: DevicePrompt) => void;
        database?: string;
      };
  lenses: {
    /** The name to sign in with. */
    username: string;
    /** Sent once, and not kept. */
    password: string;
    /** Echoed to the vendor, which answers with where to go next: {@link LoginResult.redirectTo}. */
    redirectionToken?: string;
  };
  /** Both go out as headers, so in Latin-1, and without a blank at either end. */
  pegase3: {
    /** The name to sign in with. */
    username: string;
    /** Sent once, and not kept. */
    password: string;
  };
  /**
   * Of the flow `"password"`; or of the flow `"wallet"`: the wallet signs a message of the vendor's. The wait for the person in the
   * wallet has no bound but a `signal`.
   */
  ethgas:
    | {
        /** The name to sign in with. */
        username: string;
        /** Sent once, and not kept. */
        password: string;
      }
    | {
        /** The wallet that signs: `window.ethereum`, or one found by EIP-6963. */
        wallet: Wallet;
        /** The account to sign with. Default: the first that the wallet offers. */
        address?: string;
        /** What the vendor is to call a new user. */
        name?: string;
      };
}

/** A wallet, as pages find it in `window.ethereum` or by EIP-6963: a provider of EIP-1193. */
export interface Wallet {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** What the person is shown to sign in on another device. */
export type DevicePrompt = {
  /** The code to type there, or to compare. */
  readonly userCode: string;
  /** Where to go: an http(s) address. */
  readonly verificationUri: string;
  /** The same with the code in it, for a QR code, if the vendor tells one. */
  readonly verificationUriComplete?: string;
};

/** What {@link Session.login} resolves to. */
export type LoginResult = {
  /** The session's state, signed in. */
  state: SessionState;
  /** lenses: where to go next. Only ever a safe path on `baseUrl`'s origin. */
  redirectTo?: string | undefined;
};

/** Who is signed in, until when, and how the renewal stands. Frozen. */
export type SessionState = {
  /** Whether somebody is signed in, as far as is known here. */
  readonly status: "signed-out" | "signed-in";
  /**
   * Why signed out. `"never"`: no session was found. `"logout"`: here or in another tab. `"expired"`: it came to its end, the vendor's or `maxAgeMs`.
   * `"refused"`: the vendor said no. `"idle"`: nobody has used it for `idleMs`. `"replaced"`: another user signed in in another tab, so this one must not go on.
   */
  readonly reason?: "never" | "logout" | "expired" | "refused" | "replaced" | "idle";
  /** Who is signed in: as the vendor says, else as it was typed. */
  readonly user?: string;
  /** Of ocient, and of described APIs with `grant.database`. */
  readonly database?: string;
  /** When the token ends, in ms since the epoch by this machine's clock. Absent where the vendor tells no lifetime. */
  readonly expiresAt?: number;
  /** Whether the vendor can renew the session, so that {@link Session.refresh} makes sense. */
  readonly renewable: boolean;
  /** `"idle"`: none is under way. `"running"`: one is. `"waiting"`: one failed for now, and is tried again by itself. */
  readonly renewal: "idle" | "running" | "waiting";
  /** While waiting: when the next try goes, in ms since the epoch by this machine's clock. */
  readonly retryAt?: number;
  /**
   * The last trouble that did not end the session: why its renewal has failed, such as `"network"` while offline; or `"storage"` while the
   * session is only in memory.
   */
  readonly problem?: AuthErrorCode;
  /**
   * lenses: where the people of this instance sign in with single sign-on, if it has told, in the answer to
   * {@link Session.check} or to any request. An http(s) address to navigate to.
   */
  readonly ssoUrl?: string;
};

/** The one kind of error. Says what happened and what to do; its message has no token, no password and no full address. */
export class AuthError extends Error {
  /** hallpass makes its errors itself; for a test, `fakeError` of `hallpass/testing` makes one with the sentence for its code. */
  constructor(message: string, details: { readonly code: AuthErrorCode } & Partial<Omit<AuthError, "name" | "message" | "stack">>);
  readonly name: "AuthError";
  /**
   * What happened, to switch over.
   *
   * - `"invalid-options"`: the caller's mistake; the message says which option or argument, and what was expected.
   * - `"invalid-credentials"`: the vendor refused the credentials: the user name, the password, the token or the signature.
   * - `"invalid-request"`: the vendor, or hallpass before sending, refused a field; see `fields`.
   * - `"forbidden"`: signed in, but not allowed.
   * - `"not-signed-in"`: nobody is signed in; nothing was sent.
   * - `"session-expired"`: was signed in; the vendor no longer accepts it, and it could not be renewed.
   * - `"not-renewable"`: this vendor's sessions can't be renewed.
   * - `"superseded"`: a newer login or a logout overtook this call.
   * - `"forbidden-target"`: the address is outside `baseUrl` and `allow`; nothing was sent.
   * - `"cancelled"`: the person said no: in the wallet, or on the page of another device.
   * - `"rate-limited"`: the vendor asks for fewer requests; see `retryAfterMs`.
   * - `"vendor-unavailable"`: the vendor is there, but can't serve this now.
   * - `"network"`: no reply: offline, CORS, or a broken connection.
   * - `"timeout"`: no reply in time.
   * - `"malformed-reply"`: not what the vendor documents; most often `baseUrl` is not the vendor's address.
   * - `"vendor-error"`: any other refusal, with the vendor's own code in `vendorCode`.
   * - `"storage"`: only in `state.problem`, never thrown: the session is only in memory.
   * - `"unsupported"`: the vendor, the platform or this version has no such thing; or the session was disposed of.
   * - `"load-failed"`: the WebAssembly could not be loaded; the message says why.
   * - `"internal"`: a fault of hallpass's own.
   */
  readonly code: AuthErrorCode;
  /** The vendor's name, where the failure is one of its operations. */
  readonly vendor?: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** ocient `vendor_code`, lenses `type`, pegase3 `code`, ethgas `errorCode` or `code`, a described API's at `errors.code`. */
  readonly vendorCode?: number | string;
  /** The fields that were refused. A title may be the vendor's, and repeat what was typed: show it as text. */
  readonly fields?: readonly {
    /** The field's name. */
    name: string;
    /** What is wrong with it, for programs. */
    code: string;
    /** What is wrong with it, for people. */
    title: string;
    /** The field's place in what was sent, if the vendor tells it. */
    pointer?: string;
  }[];
  /** lenses: an http(s) address that the person may navigate to instead. */
  readonly ssoUrl?: string;
  /**
   * The vendor's own words, at most 500 characters. To show as text, not to log: they may repeat what was typed, so they are
   * never in `message`, and are left out where they hold the password or a token of the call.
   */
  readonly detail?: string;
  /** lenses: the id under which the vendor logged the request. */
  readonly requestId?: string;
  /** How long to wait, in ms: what the vendor asks for, or what is left of the pause before the next renewal. */
  readonly retryAfterMs?: number;
  /** The platform's own error, where there was one. */
  readonly cause?: unknown;
}

/** The codes of errors; each is explained at {@link AuthError.code}. */
export type AuthErrorCode =
  | "invalid-options"
  | "invalid-credentials"
  | "invalid-request"
  | "forbidden"
  | "not-signed-in"
  | "session-expired"
  | "not-renewable"
  | "superseded"
  | "forbidden-target"
  | "cancelled"
  | "rate-limited"
  | "vendor-unavailable"
  | "network"
  | "timeout"
  | "malformed-reply"
  | "vendor-error"
  | "storage"
  | "unsupported"
  | "load-failed"
  | "internal";
