import { AuthError } from "./auth-error.js";

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

/** Whether an error is a trap of the WebAssembly, and not a word for the caller. */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError;

/** Runs a call into the WebAssembly. A trap becomes "internal". */
export function enter(call) {
  if (broken) throw internal();
  try {
    return call();
  } catch (error) {
    throw isTrap(error) ? internal(error) : error;
  }
}

/**
 * The same for a call that answers with a promise: it settles, whatever happens inside. `from`: where the caller's signal
 * is, whose reason passes as it is, also where it is a trap of the caller's own.
 */
export function settle(call, from) {
  return new Promise((resolve, reject) => {
    const done = (finish) => (value) => {
      underWay.delete(reject);
      finish(value);
    };
    const fail = done((error) => reject(isTrap(error) && error !== from?.signal?.reason ? internal(error) : error));
    underWay.add(reject);
    try {
      enter(call).then(done(resolve), fail);
    } catch (error) {
      fail(error);
    }
  });
}
