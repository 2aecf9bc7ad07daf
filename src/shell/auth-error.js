// A registered symbol is the same in every realm and in every copy of the package.
const brand = Symbol.for("hallpass.AuthError");

/** The one kind of error. Carries what happened and what to do; never a token, a password or an address. */
export class AuthError extends Error {
  constructor(message, details) {
    super(message);
    // Defined, not assigned: an assignment would run into a setter that the page put on Object.prototype. And no pairs are
    // taken apart: that would call a `return` from there.
    for (const name of Object.keys(details)) {
      const value = details[name];
      if (value !== undefined) Object.defineProperty(this, name, { __proto__: null, value, enumerable: name !== "cause" });
    }
  }

  get name() {
    return "AuthError";
  }

  get [brand]() {
    return true;
  }
}

// What an error doesn't have is not read of Object.prototype instead: an application goes where `ssoUrl` says.
for (const name of ["vendor", "status", "vendorCode", "fields", "ssoUrl", "requestId", "retryAfterMs"]) {
  Object.defineProperty(AuthError.prototype, name, { __proto__: null, writable: true });
}

export function isAuthError(value) {
  try {
    return typeof value === "object" && value !== null && value[brand] === true;
  } catch {
    return false; // a revoked proxy, a throwing getter
  }
}

// For each code of a failure: what happened, and what to do.
const SENTENCES = {
  __proto__: null,
  "invalid-credentials": ["The vendor refused the user name or password", "check both before trying again, as vendors lock accounts"],
  "invalid-request": ["A field was refused", "correct it and try again"],
  forbidden: ["The vendor does not allow this for the account", "ask its administrator"],
  "not-signed-in": ["Nobody is signed in, so nothing was sent", "call login first"],
  "session-expired": ["The session has ended", "sign in again"],
  "not-renewable": ["This vendor's sessions can't be renewed", "sign in again when it ends"],
  superseded: ["A newer login or a logout overtook this call", "go by the session's present state"],
  "forbidden-target": ["The address lies outside baseUrl and allow, so nothing was sent", "add its prefix to allow if it may see the credential"],
  "rate-limited": ["The vendor asks for fewer requests", "wait before trying again"],
  "vendor-unavailable": ["The vendor can't serve this now", "try again later"],
  network: ["The vendor could not be reached", "check the connection, and the vendor's CORS settings if it never worked"],
  timeout: ["The vendor did not answer in time", "try again, or raise timeoutMs"],
  "malformed-reply": ["The reply is not what the vendor documents", "check that baseUrl is the vendor's address"],
  "vendor-error": ["The vendor refused the request", "look vendorCode up in the vendor's documentation"],
};

/** A failure of a vendor's call: one sentence of what happened, at which vendor and operation, and what to do. */
export function failure(details, title, operation) {
  const sentence = SENTENCES[details.code];
  const fields = details.fields && Object.values(details.fields).map((field) => ({ ...field }));
  // Of what the vendor wrote, nothing stands in the message: it may echo what was typed.
  const own = fields && details.status === undefined ? `: ${fields.map((field) => `${field.name} ${field.title}`).join(", ")}` : "";
  return new AuthError(`${sentence[0]} (${title}, ${operation})${own}; ${sentence[1]}.`, { __proto__: null, ...details, fields });
}

/** A mistake of the caller's: which argument, and what was expected. */
export function mistake(name, expected) {
  return new AuthError(`${name} must be ${expected}.`, { code: "invalid-options" });
}

/** There is no such thing here. */
export function unsupported(sentence) {
  return new AuthError(sentence, { code: "unsupported" });
}
