import { resolve } from "./address.js";
import { mistake } from "./auth-error.js";
import { encrypted } from "./encrypted.js";
import { Store } from "./storage.js";
import { Core } from "./wasm.js";

const STORAGES = { __proto__: null, memory: undefined, session: "sessionStorage", local: "localStorage", encrypted };

/** What `Live` is made of, of checked options. */
export function adapted({ vendor, automatic, base, endpoints, allow, account, storage, timeoutMs }) {
  const core = Core.open(vendor, automatic);
  const facts = core.facts();
  core.allow(base.prefix);
  const all = { __proto__: null };
  for (const name of ["login", "refresh", "logout", "check"]) {
    const href = endpoints[name] ?? (facts[name] && resolve(base, facts[name]).href);
    if (href && !core.admits(href.split(/[?#]/, 1)[0])) throw mistake(`endpoints.${name}`, "a path below baseUrl");
    all[name] = href;
  }
  for (const prefix of allow) core.allow(prefix);
  const key = `hallpass:${vendor}:${base.prefix}:${encodeURIComponent(account)}`;
  const shared = typeof storage === "object" || storage === "local" || storage === "encrypted";
  const named = typeof storage === "string";
  const store = new Store(named ? STORAGES[storage] : storage, key, { shared, faithful: named, lags: storage === "local" });
  return { core, facts, key, base, endpoints: all, store, timeoutMs };
}
