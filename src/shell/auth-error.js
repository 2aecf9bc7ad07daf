// @ts-check

/** @import { AuthErrorCode } from "./hallpass.d.ts" */
/** @typedef {import("./hallpass.d.ts").AuthError} Declared */

/**
 * What an error is made of. Only own members count: those of `Object.prototype` are the page's.
 *
 * @typedef {{ code: AuthErrorCode, cause?: unknown } & { [Name in Optional]?: unknown }} Details
 */

/** @typedef {Exclude<keyof Declared, keyof Error | "code">} Optional */

// As they were when this was loaded: a page may replace them by something that throws.
const { defineProperty, keys } = Object;

// A registered symbol is the same in every realm and in every copy of the package.
const brand = Symbol.for("hallpass.AuthError");

// The constructor below defines the members in a loop, which the compiler can't see. So the cast tells it of them.
const Base = /** @type {new (message: string) => Omit<Declared, "name">} */ (/** @type {unknown} */ (Error));

/** The one kind of error. Carries what happened and what to do; never a token, a password or a full address. */
export class AuthError extends Base {
  /**
   * The minifier shortens the class's own name, which consoles show.
   * @override
   */
  static name = "AuthError";

  /**
   * @param {string} message
   * @param {Details} details
   */
  constructor(message, details) {
    super(message);
    // Defined, not assigned: an assignment would call a setter that the page put on Object.prototype. By index: a page may have replaced
    // what takes an array apart.
    const names = /** @type {(keyof Details)[]} */ (keys(details));
    for (let index = 0; index < names.length; index++) {
      const name = /** @type {keyof Details} */ (names[index]);
      const value = details[name];
      if (value !== undefined) define(this, name, { __proto__: null, value, enumerable: name !== "cause" });
    }
  }

  /** @returns {"AuthError"} */
  get name() {
    return "AuthError";
  }

  get [brand]() {
    return true;
  }

  /**
   * Each entry of the package has a class of its own, and each takes the others' errors for its own. A class that an application derives
   * of it has only its own.
   * @override
   * @param {unknown} value
   */
  static [Symbol.hasInstance](value) {
    return this === AuthError ? isAuthError(value) : super[Symbol.hasInstance](value);
  }
}

/** @type {{ [Name in Optional]-?: undefined }} */
const ABSENT = {
  vendor: undefined,
  status: undefined,
  vendorCode: undefined,
  fields: undefined,
  ssoUrl: undefined,
  detail: undefined,
  requestId: undefined,
  retryAfterMs: undefined,
};

// A member that an error lacks must not be read from Object.prototype: an application navigates to `ssoUrl`.
for (const name of Object.keys(ABSENT)) define(AuthError.prototype, name, { __proto__: null, writable: true });

/**
 * @param {object} object
 * @param {string} name
 * @param {PropertyDescriptor & { __proto__: null }} descriptor
 */
function define(object, name, descriptor) {
  defineProperty(object, name, descriptor);
}

/**
 * @param {unknown} value
 * @returns {value is Declared}
 */
export function isAuthError(value) {
  try {
    return typeof value === "object" && value !== null && /** @type {{ [brand]?: unknown }} */ (value)[brand] === true;
  } catch {
    return false; // a revoked proxy, a throwing getter
  }
}

/** @typedef {Exclude<AuthErrorCode, "invalid-options" | "storage" | "load-failed">} FailureCode */

/**
 * What is known of a failure, be it the vendor's reply or hallpass's own refusal before anything is sent.
 *
 * @typedef {object} ErrorDetails
 * @property {FailureCode} code
 * @property {string} [vendor]
 * @property {number} [status]
 * @property {number | string} [vendorCode]
 * @property {ArrayLike<Field> | { [number: number]: Field }} [fields]
 * @property {string} [ssoUrl]
 * @property {string} [detail]
 * @property {string} [requestId]
 * @property {number} [retryAfterMs]
 * @property {unknown} [cause]
 */

/** @typedef {NonNullable<Declared["fields"]>[number]} Field */

/** @typedef {readonly [happened: string, advice: string]} Sentence */

/**
 * What happened and what to do, for each code.
 *
 * @type {{ readonly [Code in FailureCode]: Sentence }}
 */
export const SENTENCES = {
  "invalid-credentials": [
    "The vendor refused the credentials",
    "check them before trying again, as vendors lock accounts",
  ],
  "invalid-request": ["A field was refused", "correct it and try again"],
  forbidden: ["The vendor does not allow this for the account", "ask its administrator"],
  "not-signed-in": ["Nobody is signed in, so nothing was sent", "call login first"],
  "session-expired": ["The session has ended", "sign in again"],
  "not-renewable": ["This vendor's sessions can't be renewed", "sign in again when it ends"],
  superseded: ["A newer login or a logout overtook this call", "go by the session's present state"],
  "forbidden-target": [
    "The address lies outside baseUrl and allow, so nothing was sent",
    "add its prefix to allow if it may see the credential",
  ],
  cancelled: ["The person said no", "ask again only when the person wants to"],
  "rate-limited": ["The vendor asks for fewer requests", "wait before trying again"],
  "vendor-unavailable": ["The vendor can't serve this now", "try again later"],
  network: ["The vendor could not be reached", "check the connection, and the vendor's CORS settings if it never worked"],
  timeout: ["The vendor did not answer in time", "try again, or raise timeoutMs"],
  "malformed-reply": ["The reply is not what the vendor documents", "check that baseUrl is the vendor's address"],
  "vendor-error": ["The vendor refused the request", "look vendorCode up in the vendor's documentation"],
  unsupported: ["This session was disposed", "open a new one with openSession"],
  internal: ["hallpass met a fault of its own", "report it, and reload the page if it goes on"],
};

export const NOT_LOADED = "hallpass could not load its WebAssembly";

/** @typedef {"redirect" | "disposed" | "check" | "wallet"} Why which of hallpass's own findings a failure is */

/**
 * The sentences of hallpass's own findings.
 *
 * @type {{ readonly [Found in Why]?: Sentence }}
 */
const FINDINGS = {
  check: ["This vendor has no operation that tells whether a session is alive", "name one in endpoints.check"],
  wallet: ["The wallet can't do what the login needs", "look into the cause, or use another wallet"],
};

const UNDOCUMENTED = "is not what the vendor documents";

// How much of an endpoint an error tells, in characters.
const LONGEST_ENDPOINT = 100;

/**
 * Makes the error of a failed operation. Its sentence says what happened, at which vendor and operation, and what to do.
 *
 * @param {ErrorDetails} details only its own members count
 * @param {string} title the vendor's name in sentences
 * @param {string} operation
 * @param {string} [endpoint] the method and the path of the call, as in "POST /v1/login"
 * @param {Why} [why]
 */
export function failure(details, title, operation, endpoint, why) {
  if (why === "disposed") return disposed();
  const given = /** @type {ErrorDetails} */ ({ __proto__: null, ...details });
  const fields = given.fields && Object.values(given.fields).map((field) => ({ ...field }));
  // The query is cut off, as it may hold a secret.
  const sentence = sentenceOf(given, why, endpoint && ` at ${endpoint.replace(/[?#].*/s, "").slice(0, LONGEST_ENDPOINT)}`);
  // The vendor's words stay out of the message, as they may repeat what was typed. Without a status, the fields are hallpass's own.
  const own = fields && given.status === undefined ? `: ${fields.map((field) => `${field.name} ${field.title}`).join(", ")}` : "";
  const message = `${sentence[0]} (${title}, ${operation})${own}; ${sentence[1]}.`;
  return new AuthError(message, { ...given, fields });
}

/**
 * The sentence of a failure. Where the code says little, the status and the endpoint are told, too.
 *
 * @param {ErrorDetails} given
 * @param {Why} [why]
 * @param {string} [at]
 * @returns {Sentence}
 */
function sentenceOf({ code, status = NaN, vendorCode, ssoUrl }, why, at = "") {
  const sentence = (why && FINDINGS[why]) ?? SENTENCES[code];
  if (code === "malformed-reply") {
    if (status >= 200 && status < 300) return [`The reply${at} ${UNDOCUMENTED}`, sentence[1]];
    if (why === "redirect" || status < 400) return [`The server answered with a redirect${at}, which ${UNDOCUMENTED}`, sentence[1]];
    if (status) return [`The server answered HTTP ${status}${at}, which ${UNDOCUMENTED}`, sentence[1]];
  }
  if (code === "vendor-error" && vendorCode === undefined && status) {
    return [`The vendor refused the request with HTTP ${status}${at}`, "look that up in its documentation"];
  }
  if (code === "invalid-credentials" && ssoUrl) return [sentence[0], `${sentence[1]}, or go to ssoUrl for single sign-on`];
  return sentence;
}

/**
 * Makes the error of a mistake of the caller's: which argument, and what was expected.
 *
 * @param {string} name
 * @param {string} expected
 * @param {unknown} [cause] what the platform threw; its words are added where that is safe
 */
export function mistake(name, expected, cause) {
  const words = refusalOf(cause);
  const message = `${name} must be ${expected}${words ? `: ${words}` : ""}.`;
  return new AuthError(message, { code: "invalid-options", cause: words && cause });
}

/**
 * The platform's reason for a refusal, as one line. Undefined where it says nothing, or where it may quote a header or an address, which
 * may hold a secret.
 *
 * @param {unknown} cause
 * @returns {string | undefined}
 */
export function refusalOf(cause) {
  const all = cause instanceof Error ? `${cause.message}` : "";
  const text = all.slice(0, 200).replace(/\n.*/s, "");
  // A message about a type or an enumeration quotes neither.
  const harmless = /value is not of type|\benum|BigInt/.test(all);
  // Of headers, all that was given may be quoted, such as "Authorization: Bearer …" in the place of a name.
  const quoted = /header/i.test(all) && (all.length > 200 || /\("|name: .*[:=?]|: .*[:=?].* is (?:an invalid|not)/.test(text));
  if ((!harmless && (quoted || /\bvalue\b(?! pair)|valid (?:referrer )?URL/i.test(all))) || all.includes("://")) return undefined;
  return text.replace(/\.$/, "") || undefined;
}

/**
 * Reads a caller's object. What one of its getters throws is the caller's mistake.
 *
 * @template T
 * @param {string} name
 * @param {() => T} read
 * @returns {T}
 */
export function readable(name, read) {
  try {
    return read();
  } catch (error) {
    throw isAuthError(error) ? error : mistake(name, "readable", error);
  }
}

/**
 * Makes the error of something that there isn't here.
 *
 * @param {string} sentence
 */
export function unsupported(sentence) {
  return new AuthError(sentence, { code: "unsupported" });
}

/** Makes the error of a call to a session that nobody uses any more. */
export function disposed() {
  const sentence = SENTENCES.unsupported;
  return unsupported(`${sentence[0]}; ${sentence[1]}.`);
}
