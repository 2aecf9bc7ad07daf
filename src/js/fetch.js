/**
 * The caller's own requests. They stay in JavaScript, where the caller's Request, Response, body and signal are; what is
 * decided about them (may the credential go there, is this reply a rejection, what next) is asked of the WebAssembly.
 */
import { parseJson, readText } from "./body.js";
import { Deadline } from "./wait.js";

// The longest reply that is looked into, and the longest that json() reads, in bytes.
const LONGEST_LOOK = 65_536;
const LONGEST_JSON = 67_108_864;

// What the WebAssembly says of a reply (`Handle::judge`).
const RENEW = 1;
const REPLAY = 2;

/**
 * Judges a target and makes the request, before anything is awaited: what the caller changes afterwards in a buffer or an
 * init object changes nothing.
 */
export function prepare(handle, input, init, wantsJson) {
  if (init !== undefined && init !== null && typeof init !== "object") throw handle.invalid("init", "an object, as fetch takes it");
  const target = input instanceof Request ? input : handle.target(typeof input === "string" ? input : input?.href);
  if (target === input) handle.target(input.url);
  try {
    return make(handle, target, init ?? undefined, wantsJson);
  } catch (cause) {
    throw handle.invalid("input and init", "what the platform's Request takes, with at most one of json and body", cause);
  }
}

function make(handle, target, init, wantsJson) {
  const own = (name) => (init && !(name in Object.prototype && !Object.hasOwn(init, name)) ? init[name] : undefined);
  let options = init;
  if (wantsJson && own("json") !== undefined) options = withJson(init, own);
  const body = options?.body;
  const streams = typeof body?.getReader === "function" || typeof body?.[Symbol.asyncIterator] === "function";
  const request = new Request(target, options ?? Object.create(null));
  const header = handle.header;
  const ownHeader = request.headers.has(header ?? "Authorization");
  if (wantsJson && !request.headers.has("Accept")) request.headers.set("Accept", "application/json");
  const prepared = (changes, ownCredential) => ({
    request: changes ? new Request(request, { __proto__: null, ...changes }) : request,
    // A stream is gone once read: it can't be sent again.
    repeatable: !streams,
    ownCredential,
  });
  if (header === undefined) {
    // A cookie. One credential a request: beside a caller's own Authorization, none.
    const explicit = own("credentials") !== undefined || (target instanceof Request && target.credentials !== "same-origin");
    if (explicit) return prepared(undefined, ownHeader || request.credentials === "omit");
    return prepared({ credentials: ownHeader ? "omit" : "include" }, ownHeader);
  }
  // Browsers take Authorization off a redirect to another origin. Of a header of the vendor's own they know nothing.
  const leaks = header !== "Authorization" && request.redirect === "follow";
  return prepared(leaks ? { redirect: "error" } : undefined, ownHeader);
}

function withJson(init, own) {
  const body = JSON.stringify(own("json"));
  if (body === undefined || own("body") !== undefined) throw new TypeError("no body can be made of this");
  const headers = new Headers(own("headers"));
  if (!headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  // The init stays behind the new one, so that its getters and what it inherits go on working.
  const define = (value) => ({ __proto__: null, value });
  return Object.create(init, {
    __proto__: null,
    body: define(body),
    headers: define(headers),
    method: define(own("method") ?? "POST"),
  });
}

/** Sends a prepared request; renews once after a rejected token, and then sends it once more. */
export async function send(handle, { request, repeatable, ownCredential }) {
  if (ownCredential) return attempt(handle, request);
  const { signal } = request;
  let epoch = handle.pass();
  if (epoch < 0) epoch = await handle.ready(signal);
  // A copy goes first where the body may be needed again.
  const first = repeatable && !/^(GET|HEAD)$/.test(request.method) ? request.clone() : request;
  const response = await attempt(handle, first, handle.credential);
  const verdict = await judge(handle, epoch, response, signal);
  if (verdict === RENEW && !(await handle.renewAfterRejection(epoch, signal))) return response;
  if (!verdict || !repeatable) return response;
  epoch = handle.pass();
  if (epoch < 0) return response;
  response.body?.cancel().catch(() => {});
  const second = await attempt(handle, request, handle.credential);
  // Looked into for a token that it brings; a second rejection is the caller's to see.
  await judge(handle, epoch, second, signal, true);
  return second;
}

/** `send`, and then the vendor's envelope taken off. */
export async function sendForJson(handle, prepared) {
  const response = await send(handle, prepared);
  const { signal } = prepared.request;
  let text;
  try {
    text = await readText(response.body, LONGEST_JSON);
  } catch (cause) {
    throw signal.aborted ? signal.reason : handle.network(cause);
  }
  if (text === "" && response.ok) return undefined;
  return handle.unwrap(response.status, text && parseJson(text), response.headers.get("Retry-After") ?? undefined);
}

async function attempt(handle, request, credential) {
  if (credential !== undefined) {
    const { header } = handle;
    request.headers.set(header, credential);
    // Mode "no-cors" drops the header without a word; the request would go out anonymous.
    if (request.headers.get(header) !== credential) throw handle.invalid("init.mode", "one that can carry a credential");
  }
  try {
    return await fetch(request);
  } catch (cause) {
    throw request.signal.aborted ? request.signal.reason : handle.network(cause);
  }
}

/** What a reply means for the session: RENEW, REPLAY, or nothing. */
async function judge(handle, epoch, response, signal, last = false) {
  // What another origin says after a redirect is no word of the vendor's.
  if (response.redirected && !handle.admits(response.url)) return 0;
  const inside = handle.speaksInside ? await lookInside(handle, response, signal) : undefined;
  return handle.judge(epoch, response.status, inside, last);
}

/** The JSON of a short reply, without consuming the caller's body. */
async function lookInside(handle, response, signal) {
  const { headers, body } = response;
  const short = !(Number(headers.get("Content-Length")) > LONGEST_LOOK);
  if (!body || !short || !/\bjson\b/i.test(headers.get("Content-Type"))) return undefined;
  const deadline = new Deadline(handle.timeoutMs, signal);
  const copy = response.clone().body;
  try {
    const text = await deadline.guard(readText(copy, LONGEST_LOOK));
    return text && parseJson(text);
  } catch {
    return undefined; // cut off, or too slow: the caller will see
  } finally {
    deadline.end("done");
  }
}
