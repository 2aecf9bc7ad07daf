/**
 * One tab of several, for the end-to-end tests: a session, and what can be done with it. WebDriver talks to one tab at a time;
 * so that tabs act in the same moment, each is told what to do and all begin at a signal.
 */
import { isAuthError, openSession } from "/pkg/hallpass.js";
import { doAtRandom } from "./random.js";

const signal = new BroadcastChannel("tests");
let session;
let outcome;

const told = (error) => ({ code: error?.code ?? String(error), retryAfterMs: error?.retryAfterMs });

/** What a person would read of an error. */
const read = ({ code, status, vendorCode, detail, fields }) => ({ code, status, vendorCode, detail, fields });

const acts = {
  login: (username, password) => session.login({ username, password }).then(() => "done", told),
  logout: () => session.logout().catch(told),
  refresh: () => session.refresh().then(() => "done", told),
  /** So many requests at once: how often each status or code came. */
  async requests(count, path) {
    const replies = Array.from({ length: count }, () => session.fetch(path).then(({ status }) => status, (error) => told(error).code));
    const counts = {};
    for (const reply of await Promise.all(replies)) counts[reply] = (counts[reply] ?? 0) + 1;
    return counts;
  },
  token: () => session.accessToken().catch(told),
  check: () => session.check().catch(read),
  json: (path, init) => session.json(path, init).catch(read),
  signIn: (credentials) => session.login(credentials).then(({ state }) => state, read),
  random: (options) => doAtRandom(session, isAuthError, options),
};

globalThis.tab = {
  async open(options) {
    session = await openSession(options);
    return session.state;
  },
  state: () => session.state,
  act: (name, ...rest) => acts[name](...rest),
  /** What to do at the signal. */
  atSignal(name, ...rest) {
    outcome = undefined;
    signal.onmessage = () => (outcome = acts[name](...rest));
  },
  /** Gives the signal to the other tabs, and does something itself. */
  giveSignal(name, ...rest) {
    signal.postMessage("go");
    outcome = acts[name](...rest);
  },
  begun: () => outcome !== undefined,
  outcome: () => outcome,
  /** This tab's clock is ahead, as after sleep. */
  sleep(ms) {
    const real = Date.now;
    Date.now = () => real.call(Date) + ms;
  },
  hear: (type) => globalThis.dispatchEvent(new Event(type)),
  /** This tab's network is gone, or back. */
  cutOff(off) {
    globalThis.onlineFetch ??= globalThis.fetch;
    globalThis.fetch = off ? () => Promise.reject(new TypeError("Failed to fetch")) : globalThis.onlineFetch;
  },
  removeLocks() {
    Object.defineProperty(navigator, "locks", { value: undefined });
  },
  /** What other tabs write to localStorage shows here only so many ms after it was first asked for. */
  lagBehind(ms) {
    const { getItem, setItem } = Storage.prototype;
    const shown = new Map();
    Storage.prototype.getItem = function (key) {
      const now = getItem.call(this, key);
      const seen = shown.get(key) ?? { text: now };
      if (now !== seen.text) seen.since ??= performance.now();
      if (performance.now() - seen.since >= ms) Object.assign(seen, { text: now, since: undefined });
      shown.set(key, seen);
      return seen.text;
    };
    Storage.prototype.setItem = function (key, text) {
      shown.set(key, { text });
      setItem.call(this, key, text);
    };
  },
  blockStorage() {
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        },
      });
    }
  },
  /** What of hallpass lies in the web's storage. */
  stored: () => Object.keys(localStorage).filter((key) => key.startsWith("hallpass")).length,
  /** Runs one of the contract's tests; its failure, or null. */
  async contract(port, file, name) {
    const { start } = await import("/contract/env.js");
    await start(new URL("/pkg/hallpass.js", location.href).href, port);
    const tests = await import(`/contract/${file}`);
    return tests[name]().then(() => null, (error) => String(error?.message ?? error));
  },
  /** The names of a file's tests. */
  contractOf: async (file) => Object.keys(await import(`/contract/${file}`)),
};
