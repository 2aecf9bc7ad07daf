// What the page has to know of each vendor: its name, its fields, ways to sign in, a call to try, and which requests are hallpass's own.

/**
 * @typedef {object} DemoVendor
 * @property {string} title for a person
 * @property {"database" | "redirectionToken"} [field] a field beside user name and password
 * @property {string[]} ways how people sign in, of those in ways.js; the usual one first
 * @property {(session: object) => { method: string, path: string, json?: unknown, headers?: Record<string, string> }} call what "Call the API" sends
 * @property {Record<string, string>} operations method and path of hallpass's own requests, and what they are for
 * @property {"body" | "headers"} password where a sign-in carries the password, or whatever stands for it
 * @property {boolean} [cookie] the session is a cookie, also one that another page's sign-in left
 * @property {(reply: any) => unknown} code the vendor's own code in a reply, where it says that something was refused
 * @property {boolean} [renewsRejected] a token that is no longer good is renewed, and the request sent again
 * @property {string} expired what the next call comes to when the access token is over
 * @property {string} [note] what is particular about the session's buttons
 */

/** What Ocient takes for the database where a sign-in names none. */
export const USUAL_DATABASE = "system";

/** @type {Record<string, DemoVendor>} */
export const VENDORS = {
  ocient: {
    title: "Ocient",
    field: "database",
    ways: ["password", "device", "idToken", "accessToken"],
    call: ({ state }) => ({
      method: "POST",
      path: `/v1/execute/${encodeURIComponent(state.database ?? USUAL_DATABASE)}`,
      json: { statement: "SELECT 1" },
    }),
    operations: {
      "POST /v1/login": "sign-in",
      "POST /v1/sso_token": "sign-in with a token",
      "POST /v1/sso_device_grant": "code for a device",
      "POST /v1/sso_device_grant_verify": "sign-in on a device",
      "POST /v1/token_refresh": "renewal",
      "POST /v1/logout": "sign-out",
    },
    password: "body",
    code: ({ status }) => status?.vendor_code || undefined,
    expired: "the session ends, as Ocient renews only with a token that is still good",
    note: "Ocient has no way to ask whether a session is alive, so there is no button for it.",
  },
  lenses: {
    title: "Lenses HQ",
    field: "redirectionToken",
    ways: ["password"],
    call: () => ({ method: "GET", path: "/api/v1/users/me" }),
    operations: {
      "POST /api/v1/login": "sign-in",
      "GET /api/v1/users/me": "check",
      "POST /api/v1/logout": "sign-out",
    },
    password: "body",
    code: ({ type }) => type,
    expired: "the session ends, as Lenses doesn’t renew",
    cookie: true,
    note: "Lenses doesn’t renew sessions, so there is no button for it.",
  },
  pegase3: {
    title: "PEGASE3",
    ways: ["password"],
    call: () => ({ method: "GET", path: "/company/info", headers: { "Name-Company": "Acme" } }),
    operations: { "GET /login": "sign-in" },
    password: "headers",
    code: ({ code }) => (code === 200 ? undefined : code),
    expired: "the session ends, as PEGASE3 doesn’t renew",
    note: "PEGASE3 has neither renewal nor a check, so there are no buttons for them.",
  },
  ethgas: {
    title: "ETHGAS",
    ways: ["password", "wallet"],
    call: () => ({ method: "GET", path: "/api/v1/user/info" }),
    operations: {
      "POST /api/v1/user/login": "sign-in",
      "POST /api/v1/user/login/refresh": "renewal",
      "POST /api/v1/user/login/verify": "check",
      "POST /api/v1/user/logout": "sign-out",
    },
    password: "body",
    code: ({ errorCode, code }) => errorCode ?? (code === 200 ? undefined : code),
    renewsRejected: true,
    expired: "hallpass renews and sends the request again",
  },
};

/** ETHGAS for people with a wallet: another family of the same API. @type {DemoVendor} */
const ETHGAS_WALLETS = {
  ...VENDORS.ethgas,
  call: () => ({ method: "GET", path: "/v1/user/info" }),
  operations: {
    "POST /v1/user/login": "message to sign",
    "POST /v1/user/login/verify": "sign-in",
    "POST /v1/user/login/refresh": "renewal",
    "GET /v1/user/info": "check",
    "POST /v1/user/logout": "sign-out",
  },
};

/** What the page knows of the vendor in the options of a session. @returns {DemoVendor} */
export const vendorOf = ({ vendor, flow }) => (flow === "wallet" ? ETHGAS_WALLETS : VENDORS[vendor]);

/** The users that every simulated vendor has, for the hint beside the form. */
export const TEST_USERS = [
  ["jdoe", "correct horse", ""],
  ["admin", "admin", ""],
  ["ünïcode", "pässwörd ", "with the blank at its end"],
  ["locked", "correct horse", "a locked account, until it is unlocked under “Break the vendor”"],
  ["sso", "", "any password: single sign-on only, which Lenses tells"],
];

/** Whether a vendor's sessions have such requests. */
export const has = ({ operations }, purpose) => Object.values(operations).includes(purpose);

/** Whether an address means this machine, where the simulator listens. */
export function isLoopback(address) {
  if (!URL.canParse(address)) return false; // half typed
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
