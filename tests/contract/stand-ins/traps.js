/** What a hostile page does to a session: the stack runs out at any depth, and the platform's functions throw. */
import { DATA, equal, hallpass, jdoe, ok, packageAddress, rejects, simulate, storageOfItsOwn, withGlobal, within } from "../env.js";

/** Calls with so many frames on the stack. The frames are alike, so that each more takes the same room. */
export function deep(frames, call) {
  return frames > 0 ? deep(frames - 1, call) : call();
}

/**
 * Fills the stack, and calls on the way back at each frame: at first nothing is left, then there is more and more room, until so
 * many calls have come back without an error.
 */
export function atTheEndOfTheStack(times, call) {
  const dive = () => {
    try {
      dive();
    } catch {
      // the end of the stack, or of the call one frame further down
    }
    if (times <= 0) return;
    call();
    times--;
  };
  try {
    dive();
  } catch {
    // the last call's
  }
}

/** Runs while what is thrown in a microtask of the page's, as a listener's error is, is nobody's. */
export async function quietly(run) {
  const { queueMicrotask: later } = globalThis;
  const guarded = (call) => () => {
    try {
      call();
    } catch {
      // a listener's own
    }
  };
  return withGlobal("queueMicrotask", (call) => later(guarded(call)), () => withGlobal("reportError", () => {}, run));
}

/**
 * Puts a function in a method's place that throws: at the package's n-th call of it and so many `times` in all, or at each if `nth` is
 * "each". What others call is the platform's: Node's own fetch uses some of these, too.
 * Gives back `calls()`, how often the package has called it, and `restore()`.
 */
export function trap(owner, name, nth, times = 1) {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const real = owner[name];
  const folder = packageAddress.slice(0, packageAddress.lastIndexOf("/") + 1);
  let calls = 0;
  const value = function (...given) {
    // The caller stands in the second or third line.
    const byThePackage = new Error("who calls").stack.split("\n").slice(0, 3).join().includes(folder);
    if (byThePackage && ((++calls >= nth && calls < nth + times) || nth === "each")) throw new TypeError(`${name} is the page's`);
    return Reflect.apply(real, this, given);
  };
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  const restore = () => {
    if (before) Object.defineProperty(owner, name, before);
    else delete owner[name];
  };
  return { calls: () => calls, restore };
}

/** A session with ETHGAS whose record lies in a storage of the test's. */
export async function witness(options) {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  return { vendor, storage, session: await vendor.signIn({ storage, ...options }) };
}

/**
 * Fails unless a session that something was done to still answers, if only with a typed error, and can be signed out of; and
 * unless another one, and one that is opened now, are as well as ever.
 */
export async function isAlive({ session, storage, vendor }, bystander, what) {
  const { status } = session.state;
  ok(status === "signed-in" || status === "signed-out", `${what}: the state is ${status}`);
  await settles(session.fetch(DATA.ethgas), `${what}: a request afterwards`);
  await settles(session.accessToken(), `${what}: the token afterwards`);
  equal(typeof (await within(5_000, session.logout(), `${what}: logout`)).revoked, "boolean", `${what}: logout`);
  equal([session.state.status, storage.map.size], ["signed-out", 0], `${what}: after the logout`);
  await harmedNobody(vendor, bystander, what);
  session.dispose();
}

/**
 * Fails unless a session that was disposed of shows its state, refuses all else and may be disposed of again; and unless its tokens are
 * where they were, for the next one that is opened.
 */
export async function isOver({ session, storage, vendor }, bystander, what) {
  session.dispose();
  equal(session.state.status, "signed-in", `${what}: the state`);
  await rejects(session.fetch(DATA.ethgas), "unsupported");
  await rejects(async () => session.touch(), "unsupported");
  const next = await vendor.open({ storage });
  equal((await next.fetch(DATA.ethgas)).status, 200, `${what}: the session goes on`);
  await within(5_000, next.logout(), `${what}: logout`);
  next.dispose();
  await harmedNobody(vendor, bystander, what);
}

/** Fails unless another session, and one that is opened now, are as well as ever. */
async function harmedNobody(vendor, bystander, what) {
  equal((await bystander.fetch(DATA.ethgas)).status, 200, `${what}: another session`);
  const fresh = await vendor.open();
  await fresh.login(jdoe);
  equal((await fresh.fetch(DATA.ethgas)).status, 200, `${what}: a new session`);
  fresh.dispose();
}

/** Fails unless a promise settles, and unless what it is rejected with is typed. */
export async function settles(promise, what) {
  const error = await within(5_000, Promise.resolve(promise).then(() => undefined, (reason) => ({ reason })), what);
  if (error) ok(hallpass.isAuthError(error.reason), `${what}: an AuthError, not ${error.reason}`);
}
