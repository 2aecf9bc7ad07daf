import { AuthError, isAuthError } from "./auth-error.js";

// The promises under way. A panic inside the WebAssembly settles none of them by itself.
const underWay = new Set();
let broken = false;

const internal = (cause) =>
  new AuthError("hallpass met a fault of its own; reload the page and report it.", { code: "internal", cause });

/** Called when the WebAssembly panics: rejects what is under way, and everything after it. */
export function breakDown() {
  broken = true;
  const error = internal();
  for (const reject of underWay) reject(error);
  underWay.clear();
}

/** Runs a call into the WebAssembly. Its own errors pass; a trap becomes "internal". */
export function enter(call) {
  if (broken) throw internal();
  try {
    return call();
  } catch (error) {
    throw isAuthError(error) ? error : internal(error);
  }
}

/** The same for a call that answers with a promise: it settles, whatever happens inside. */
export function settle(call) {
  return new Promise((resolve, reject) => {
    const done = (finish) => (value) => {
      underWay.delete(reject);
      finish(value);
    };
    underWay.add(reject);
    try {
      enter(call).then(done(resolve), done(reject));
    } catch (error) {
      done(reject)(error);
    }
  });
}
