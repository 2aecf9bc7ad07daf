// A registered symbol is the same in every realm and in every copy of the package.
const brand = Symbol.for("hallpass.AuthError");

/** The one kind of error. Carries what happened and what to do; never a token, a password or an address. */
export class AuthError extends Error {
  constructor(message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause });
    // Defined, not assigned: an assignment would run into a setter that the page put on Object.prototype.
    for (const [name, value] of Object.entries(details)) {
      Object.defineProperty(this, name, { __proto__: null, value, enumerable: true });
    }
  }

  get name() {
    return "AuthError";
  }

  get [brand]() {
    return true;
  }
}

export function isAuthError(value) {
  return typeof value === "object" && value !== null && value[brand] === true;
}
