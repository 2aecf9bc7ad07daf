// @ts-check
import { Line, Neighbours } from "./do/lines.js";
import { Locks } from "./do/lock.js";
import { isShared } from "./keeping.js";
import { EXTRA_WAIT_MS, cancel } from "./wait.js";
import { onWakeUps } from "./wake-ups.js";

/**
 * @import { Handle } from "./handle.js"
 * @import { Keeping } from "./keeping.js"
 * @import { names } from "./names.js"
 * @import { Woken } from "./wasm.js"
 */

/** @typedef {{ id: ReturnType<typeof setTimeout> | undefined }} Timer */

/**
 * A reference that keeps nothing alive; an ordinary one on a platform without WeakRef, which has no FinalizationRegistry either.
 * @template {object} T
 * @typedef {Pick<WeakRef<T>, "deref">} Weak
 */

/**
 * @template {object} T
 * @param {T} object
 * @returns {Weak<T>}
 */
export function weak(object) {
  return globalThis.WeakRef ? new WeakRef(object) : { deref: () => object };
}

/**
 * What a handle holds in the page: its lines to other tabs, its locks, its listeners. Made outside of the class, and given only a
 * weak reference: a closure made in the constructor would keep the handle alive.
 * @param {Weak<Handle>} weakHandle
 * @param {ReturnType<typeof names>} sessionNames
 * @param {Keeping} keeping
 * @param {{ tabs: boolean, near: boolean, timeoutMs: number, timer: Timer }} more `near`: whether handles of this page hear each other
 */
export function resources(weakHandle, sessionNames, keeping, { tabs, near, timeoutMs, timer }) {
  /** @param {Woken} woken */
  const hear = (woken) => void weakHandle.deref()?.hear(woken);
  const shared = isShared(keeping);
  const lines = {
    store: new Line(tabs && shared ? sessionNames.record : undefined, () => hear("store")),
    signOut: new Line(tabs && !shared ? sessionNames.signOut : undefined, () => hear("sign-out")),
    neighbours: near && keeping.at ? new Neighbours(keeping.at, sessionNames.record, hear) : undefined,
  };
  const lags = keeping.kept === "lagging";
  const locks = new Locks({ key: sessionNames.record, lease: sessionNames.lease, storage: keeping.at ?? {}, ms: timeoutMs + EXTRA_WAIT_MS, lags, tabs });
  const stop = onWakeUps(sessionNames.record, lags || keeping.kept === "page", (type) => weakHandle.deref()?.wake(type));
  const held = [() => cancel(timer.id), stop, () => lines.store.close(), () => lines.signOut.close(), () => lines.neighbours?.close(), () => locks.letGo()];
  const release = () => {
    for (const letGo of held) {
      try {
        letGo();
      } catch {
        // The page has replaced what that takes. What is left behind knows the handle only weakly, and the rest is still to go.
      }
    }
  };
  return { lines, locks, release };
}
