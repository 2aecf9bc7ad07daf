import { parseBase, resolve } from "./address.js";
import { AuthError, mistake, unsupported } from "./auth-error.js";
import { encrypted } from "./encrypted.js";
import { isObject, member } from "./object.js";
import { Store } from "./storage.js";
import { Core } from "./wasm.js";

const OPTIONS = ["vendor", "baseUrl", "storage", "account", "allow", "renew", "timeoutMs", "endpoints", "flow"];
const OPERATIONS = ["login", "refresh", "logout", "check"];
const STORAGES = { __proto__: null, memory: undefined, session: "sessionStorage", local: "localStorage", encrypted };

const DEFAULT_TIMEOUT_MS = 10_000;
// The longest that timers can keep, but for the second more that another tab is waited for.
const LONGEST_TIMEOUT_MS = 2_147_482_647;

/** Reads and checks `SessionOptions`: every mistake is named, and nothing is taken silently. */
export function readOptions(options) {
  if (!isObject(options) || Array.isArray(options)) throw mistake("options", "an object with vendor and baseUrl");
  only(options, OPTIONS, "");
  const get = (name, otherwise) => given(options, name, otherwise);
  const automatic = oneOf("renew", get("renew", "auto"), ["auto", "manual"]) === "auto";
  const core = typeof get("vendor") === "string" ? Core.open(get("vendor"), automatic) : undefined;
  if (!core) throw mistake("vendor", '"ocient", "lenses", "pegase3" or "ethgas"');
  const facts = core.facts();
  const base = prefix("baseUrl", get("baseUrl"));
  core.allow(base.prefix);
  const ownEndpoints = endpoints(core, facts, base, get("endpoints", {}));
  const allow = get("allow", []);
  if (!Array.isArray(allow)) throw mistake("allow", "an array of strings or URLs");
  for (const address of allow) core.allow(prefix("each prefix in allow", address).prefix);
  flow(facts, get("flow", "password"));
  const key = `hallpass:${facts.vendor}:${base.prefix}:${encodeURIComponent(account(get("account", "default")))}`;
  return {
    core,
    facts,
    key,
    base,
    endpoints: ownEndpoints,
    store: store(get("storage", "memory"), key),
    timeoutMs: timeout(get("timeoutMs", DEFAULT_TIMEOUT_MS)),
  };
}

/** What an object has under a name, or something else where that is left out. */
function given(object, name, otherwise) {
  const value = member(object, name);
  return value === undefined ? otherwise : value;
}

function prefix(name, address) {
  try {
    return parseBase(address);
  } catch (expected) {
    throw mistake(name, typeof expected === "string" ? expected : "a string or a URL");
  }
}

/** The operations' full addresses: documented, or given, but always below `baseUrl`, as the password goes there. */
function endpoints(core, facts, base, paths) {
  if (!isObject(paths) || Array.isArray(paths)) throw mistake("endpoints", "an object of paths");
  only(paths, OPERATIONS, "endpoints.");
  const all = { __proto__: null };
  for (const name of OPERATIONS) {
    const path = given(paths, name, facts[name]);
    if (path === undefined) continue;
    const place = typeof path === "string" && path !== "" ? resolve(base, path) : undefined;
    // At this point nothing but baseUrl is admitted.
    if (!place || !core.admits(place.origin + place.pathname)) throw mistake(`endpoints.${name}`, "a path below baseUrl");
    all[name] = place.href;
  }
  return all;
}

function account(name) {
  if (typeof name !== "string" || name === "" || name.length > 256 || /\p{Cs}/u.test(name)) {
    throw mistake("account", "a text of 1 to 256 characters");
  }
  return name;
}

function store(storage, key) {
  if (typeof storage === "string" && storage in STORAGES) {
    const shared = storage === "local" || storage === "encrypted";
    return new Store(STORAGES[storage], key, { shared, faithful: true, lags: storage === "local" });
  }
  const verbs = ["get", "set", "delete"];
  if (!isObject(storage) || !verbs.every((verb) => typeof member(storage, verb) === "function")) {
    throw mistake("storage", '"memory", "session", "local", "encrypted" or an object with get, set and delete');
  }
  return new Store(storage, key, { shared: true, faithful: false, lags: false });
}

function timeout(ms) {
  if (!(typeof ms === "number" && ms > 0 && ms <= LONGEST_TIMEOUT_MS)) {
    throw mistake("timeoutMs", `a number of ms above 0 and at most ${LONGEST_TIMEOUT_MS}`);
  }
  return ms;
}

function flow(facts, flow) {
  oneOf("flow", flow, ["password", "wallet"]);
  if (flow === "password") return;
  if (facts.vendor !== "ethgas") throw mistake("flow", "left out: only ethgas has one");
  throw unsupported('flow "wallet" is not in this version; use "password".');
}

function oneOf(name, value, choices) {
  if (!choices.includes(value)) throw mistake(name, choices.map((choice) => `"${choice}"`).join(" or "));
  return value;
}

/** Refuses members that nobody reads: a misspelt option would be a silent default. */
function only(object, known, prefix) {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new AuthError(`${prefix}${unknown} is no option; the options are ${known.join(", ")}.`, { code: "invalid-options" });
  }
}

/** Reads `CallOptions.signal`, by its shape: one of another realm or of a polyfill is one too. */
export function readSignal(options) {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== "object") throw mistake("options", "an object such as { signal }");
  const signal = member(options, "signal") ?? undefined;
  const listens = (verb) => typeof signal[verb] === "function";
  if (signal !== undefined && !(typeof signal.aborted === "boolean" && ["addEventListener", "removeEventListener"].every(listens))) {
    throw mistake("options.signal", "an AbortSignal");
  }
  return signal;
}
