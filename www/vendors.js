// What the page has to know of each vendor: its name, its fields, a call to try, and which requests are hallpass's own.

/**
 * @typedef {object} DemoVendor
 * @property {string} title for a person
 * @property {"database" | "redirectionToken"} [field] a field beside user name and password
 * @property {(session: object) => { method: string, path: string, json?: unknown, headers?: Record<string, string> }} call what "Call the API" sends
 * @property {Record<string, string>} operations method and path of hallpass's own requests, and what they are for
 * @property {"body" | "headers"} password where a sign-in carries the password
 * @property {boolean} [cookie] the session is a cookie, also one that another page's sign-in left
 * @property {(reply: any) => unknown} code the vendor's own code in a reply, where it says that something was refused
 * @property {boolean} [renewsRejected] a token that is no longer good is renewed, and the request sent again
 * @property {string} expired what the next call comes to when the access token is over
 * @property {string} [note] what is particular about the session's buttons
 */

/** @type {Record<string, DemoVendor>} */
export const VENDORS = {
  ocient: {
    title: "Ocient",
    field: "database",
    call: ({ state }) => ({
      method: "POST",
      // The vendor takes "system" where a sign-in names no database.
      path: `/v1/execute/${encodeURIComponent(state.database ?? "system")}`,
      json: { statement: "SELECT 1" },
    }),
    operations: {
      "POST /v1/login": "sign-in",
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
    call: () => ({ method: "GET", path: "/company/info", headers: { "Name-Company": "Acme" } }),
    operations: { "GET /login": "sign-in" },
    password: "headers",
    code: ({ code }) => (code === 200 ? undefined : code),
    expired: "the session ends, as PEGASE3 doesn’t renew",
    note: "PEGASE3 has neither renewal nor a check, so there are no buttons for them.",
  },
  ethgas: {
    title: "ETHGas",
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

/** The users that every simulated vendor has, for the hint beside the form. */
export const TEST_USERS = [
  ["jdoe", "correct horse", ""],
  ["admin", "admin", ""],
  ["ünïcode", "pässwörd ", "with the blank at its end"],
  ["locked", "correct horse", "a locked account, until it is unlocked under “Break the vendor”"],
  ["sso", "", "any password: single sign-on only, which Lenses tells"],
];

/** Whether a vendor's sessions have such requests. */
export const has = (vendor, purpose) => Object.values(VENDORS[vendor].operations).includes(purpose);

/** Whether an address means this machine, where the simulator listens. */
export function isLoopback(address) {
  if (!URL.canParse(address)) return false; // half typed
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
