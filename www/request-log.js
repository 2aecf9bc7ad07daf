// Records the requests that leave the page for a vendor: where the credential travelled, never what it was. Headers are
// asked for by name only, queries and sent bodies aren't looked at; of a reply's body only the vendor's own code is.

/**
 * The mark of the page's own calls, hallpass's carry another: a request remembers its cache mode, and "reload" is what
 * a button named "Call the API" should do anyway.
 */
export const PAGE_CALL = Object.freeze({ cache: "reload" });

/**
 * @typedef {object} Entry
 * @property {string} method
 * @property {string} path without the query
 * @property {"hallpass" | "page"} by who made it
 * @property {string} purpose
 * @property {string} credential its place
 * @property {number | string} [status] the HTTP status, or why there is none; absent while it is under way
 * @property {number} [duration] until the reply's head, in ms
 * @property {unknown} [code] the vendor's own, of a refusal
 * @property {string} [reason] what hallpass made of it
 */

/**
 * Puts itself around `fetch`. hallpass looks it up at each request, so this may come at any time before one.
 *
 * @param {() => import("./vendors.js").DemoVendor} vendor the one that is signed in to
 * @param {(entry: Entry) => void} changed called when a request leaves, and again when it ends
 * @param {(entry: Entry) => void} told called when its reply has told more
 */
export function recordRequests(vendor, changed, told) {
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    const { code } = vendor();
    const entry = describe(request, vendor());
    const started = performance.now();
    const ended = (status) => {
      entry.status = status;
      entry.duration = Math.round(performance.now() - started);
      changed(entry);
    };
    changed(entry);
    try {
      const response = await send.call(globalThis, request);
      ended(response.status);
      refusal(response, code).then((found) => {
        if (found === undefined) return;
        entry.code = found;
        told(entry);
      });
      return response;
    } catch (error) {
      ended(request.signal.aborted ? "given up" : "failed");
      throw error;
    }
  };
}

/** The vendor's own code in a reply; undefined where it refuses nothing, or is no JSON. */
async function refusal(response, code) {
  if (!/json/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  try {
    return code(await response.clone().json());
  } catch {
    return undefined; // cut off, or not what its type says
  }
}

/** @returns {Entry} */
function describe(request, vendor) {
  const { method } = request;
  const path = new URL(request.url).pathname;
  const by = request.cache === PAGE_CALL.cache ? "page" : "hallpass";
  const purpose = by === "page" ? "your call" : operation(vendor, method, path);
  return { method, path, by, purpose, credential: credentialPlace(request, vendor, purpose) };
}

/** What a request of hallpass's is for. The vendor's address may have a path of its own before the documented one. */
function operation(vendor, method, path) {
  const found = Object.entries(vendor.operations).find(([known]) => {
    const [itsMethod, itsPath] = known.split(" ");
    return method === itsMethod && path.endsWith(itsPath);
  });
  return found?.[1] ?? "other";
}

function credentialPlace({ headers, credentials }, vendor, purpose) {
  if (purpose.startsWith("sign-in")) {
    return vendor.password === "headers" ? "User-Name and Password headers (login)" : "in the body (login)";
  }
  if (headers.has("Authorization")) return credentials === "include" ? "Authorization header and cookie" : "Authorization header";
  if (headers.has("Token")) return "Token header";
  if (credentials === "include") return "cookie";
  // ETHGAS has two forms of renewal, and one puts the token there.
  return purpose === "renewal" ? "in the body" : "none";
}
