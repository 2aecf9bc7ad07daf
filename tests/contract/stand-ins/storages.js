/** Storages whose writes fail when a test wants them to: the caller's own, and the platform's as this one has them. */
import { storageOfItsOwn } from "../env.js";

const QUOTA = () => new DOMException("The quota has been exceeded.", "QuotaExceededError");

/** One of the caller's own, with its way of failing. */
function own(how, fail) {
  const kept = storageOfItsOwn();
  let fails = 0;
  const storage = { ...kept, set: (key, value) => (fails-- > 0 ? fail() : kept.set(key, value)) };
  return { what: `own, ${how}`, storage, full: (times) => void (fails = times), restore() {} };
}

/** One of the platform's, whose writing method is replaced until `restore()`. `tries`: of the package's, for one write. */
function platforms(storage, owner, method, tries = 1) {
  const real = owner[method];
  let fails = 0;
  owner[method] = function (...given) {
    if (fails-- > 0) throw QUOTA();
    return Reflect.apply(real, this, given);
  };
  return { what: storage, storage, full: (times) => void (fails = times * tries), restore: () => void (owner[method] = real) };
}

const KINDS = [
  () => own("throws", () => { throw QUOTA(); }),
  () => own("rejects", () => Promise.reject(QUOTA())),
  () => own("a thenable", () => ({ then: (_, no) => no(QUOTA()) })),
  ...(globalThis.localStorage ? [() => platforms("local", Storage.prototype, "setItem")] : []),
  ...(globalThis.sessionStorage ? [() => platforms("session", Storage.prototype, "setItem")] : []),
  ...(globalThis.indexedDB ? [() => platforms("encrypted", IDBObjectStore.prototype, "put", 2)] : []),
];

/** Runs with each of them in turn. `full(times)`: the next so many writes fail. */
export async function withFullStorages(run, more = []) {
  for (const make of [...KINDS, ...more]) {
    const kind = make();
    try {
      await run(kind);
    } finally {
      kind.restore();
    }
  }
}

/** One that never answers a write. */
export const silent = () => own("never answers", () => new Promise(() => {}));
