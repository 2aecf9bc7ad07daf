/**
 * The caller's own requests. What is decided about them (may the credential go there, is this reply a rejection, what next)
 * is asked of the WebAssembly.
 */
import { isBelow, isPlainPath, placeOf, resolve, textOf } from "./address.js";
import { mistake } from "./auth-error.js";
import { readText } from "./body.js";
import { parseJson } from "./json.js";
import { copyOf } from "./object.js";
import { readSignal } from "./options.js";
import { retryAfterMs } from "./reply.js";
import { Deadline, genuine } from "./wait.js";

// The longest reply that is looked into, and the longest that json() reads, in bytes.
const LONGEST_LOOK = 65_536;
const LONGEST_JSON = 67_108_864;

// What a reply means for its request, as `Core::judge` says it. 0: it is for the caller to see.
const RENEW = 1;

/**
 * Judges a target and makes the request, before anything is awaited: what the caller changes afterwards in a buffer or an
 * init object changes nothing.
 */
export function prepare(live, input, init, wantsJson) {
  if (init !== undefined && init !== null && typeof init !== "object") throw mistake("init", "an object, as fetch takes it");
  const forbidden = () => live.failure("forbidden-target", "request");
  let target = input;
  let place;
  const plain = isPlainPath(input);
  if (plain) target = live.base.prefix + input;
  else if (!isRequest(input)) {
    const text = textOf(input);
    if (text === undefined) throw mistake("input", "a string, a URL or a Request");
    place = resolve(live.base, text);
    if (place === undefined) throw forbidden();
    target = place.href;
  }
  let prepared;
  try {
    prepared = make(live.facts.header, target, copyOf(init), wantsJson);
  } catch {
    // Without the platform's error: some quote the header that they refuse.
    throw mistake("input and init", "what the platform's Request takes, with json or body but not both");
  }
  // The request itself is judged, not what it was made from: a subclass of Request may say anything of its url.
  if (!plain && !admits(live, place ?? placeOf(prepared.request.url))) throw forbidden();
  return prepared;
}

/** A Request of any realm. */
function isRequest(input) {
  return input instanceof Request || Object.prototype.toString.call(input) === "[object Request]";
}

const admits = (live, place) => place !== undefined && live.core.admits(place.origin + place.pathname);

function make(header, target, options, wantsJson) {
  // Two things that WebKit's Request leaves undone: it takes any signal, and reads some bodies only when they are sent.
  readSignal(options);
  options.body = ownBody(options.body);
  if (wantsJson) useJson(options, isRequest(target) ? target : options);
  const { request, ownCredential } = build(header, target, options, wantsJson);
  // The caller's own signal: Node may forget that of a Request which was made of another.
  const signal = options.signal === undefined && isRequest(target) ? target.signal : options.signal;
  const again = () => build(header, target, options, wantsJson).request;
  return { __proto__: null, request, signal, ownCredential, spare: () => spare(request, target, options, again) };
}

/** Makes a request that lacks nothing but the credential. `ownCredential`: the caller has given it one. */
function build(header, target, options, wantsJson) {
  let request = new Request(target, options);
  const changes = { __proto__: null };
  let ownCredential = request.headers.has(header ?? "Authorization");
  if (header === undefined) {
    // A cookie. One credential a request: beside a caller's own Authorization, none.
    const explicit = options.credentials !== undefined || request.credentials !== "same-origin";
    if (!explicit) changes.credentials = ownCredential ? "omit" : "include";
    // In a mode of the caller's choosing the cookie may have stayed behind: then a rejection says nothing of the session.
    ownCredential ||= (changes.credentials ?? request.credentials) !== "include";
  }
  // Browsers take Authorization off a redirect to another origin. Of a header of the vendor's own they know nothing, and
  // cookies ignore ports: so there is no following.
  if (header !== "Authorization" && request.redirect === "follow") changes.redirect = "error";
  if (Object.keys(changes).length) {
    // A Request that is made anew forgets what it was to say of the page. (Not read of the Request: in Node, which has no page,
    // that would be read of Object.prototype.)
    changes.referrer = options.referrer;
    changes.referrerPolicy = options.referrerPolicy;
    request = new Request(request, changes);
  }
  if (wantsJson && !request.headers.has("Accept")) request.headers.set("Accept", "application/json");
  return { request, ownCredential };
}

/**
 * What makes the request that is sent after a rejection of the first; undefined where there can't be one: a stream is gone once
 * read. Asked before the first is sent: a clone, which takes ten times as long as a new request, has to be made by then.
 */
function spare(request, target, options, again) {
  if (/^(GET|HEAD)$/.test(request.method)) return () => request;
  const { body } = options;
  if (typeof body?.getReader === "function" || typeof body?.[Symbol.asyncIterator] === "function") return undefined;
  if (!isRequest(target) && !(body instanceof FormData)) {
    options.headers = new Headers(request.headers); // as they are now
    return again;
  }
  const clone = request.clone();
  return () => clone;
}

/** A copy of a body that its owner may change afterwards; any other body as it is. */
function ownBody(body) {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (body instanceof ArrayBuffer) return body.slice();
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() : body;
}

/** Makes a body of the `json` member. `given`: whose method and headers hold where the options name none. */
function useJson(options, given) {
  if (options.json === undefined) return;
  const body = JSON.stringify(options.json);
  if (body === undefined || options.body != null) throw new TypeError("no body can be made of this");
  const headers = new Headers(options.headers ?? given.headers);
  const type = headers.get("Content-Type");
  // Of a Request's own body the type may have stayed behind.
  if (options.headers ? type === null : !isJson(type)) headers.set("Content-Type", "application/json");
  const method = options.method ?? (/^(GET|HEAD)$/.test(given.method ?? "GET") ? "POST" : given.method);
  Object.assign(options, { body, headers, method });
}

const isJson = (type) => /\bjson\b/i.test(type);

/** Sends a prepared request; renews once after a rejected token, and then sends it once more. */
export async function send(live, prepared) {
  const { request, signal, ownCredential } = prepared;
  live.inUse(signal);
  if (ownCredential) return exchange(live, request, signal);
  const { core } = live;
  const { state } = live.announcer;
  let fresh = false;
  // Asked again after each wait: a logout may have come in between.
  while (!live.pass(state)) fresh = await live.ready(signal);
  const epoch = core.epoch();
  const { url } = request;
  const another = prepared.spare();
  const response = await attempt(live, request, signal);
  const verdict = await judge(live, epoch, response, url, signal);
  // A token that was renewed for this very request, and is rejected: to renew it again would be a loop.
  if (verdict === RENEW && (fresh || !(await renewed(live, epoch, prepared)))) return response;
  if (!verdict || !another || !passes(live, state, prepared)) return response;
  response.body?.cancel().catch(() => {});
  const again = core.epoch();
  const second = await attempt(live, another(), signal);
  // Looked into for a token that it brings; a second rejection is the caller's to see.
  await judge(live, again, second, url, signal);
  return second;
}

/** `send`, and then the vendor's envelope taken off. */
export async function sendForJson(live, prepared) {
  const response = await send(live, prepared);
  const { signal, trouble, ownCredential } = prepared;
  if (trouble && live.core.isSignedIn()) {
    // Not the vendor's rejection, which sounds as if the session had ended: it waits for a better moment to be renewed.
    response.body?.cancel().catch(() => {});
    throw trouble;
  }
  const text = await bodyOf(live, response, signal);
  if (text === "" && response.ok) return undefined;
  return live.core.unwrap(response.status, text && parseJson(text), retryAfterMs(response.headers), ownCredential);
}

/** The text of a body, of which each piece comes in time. */
function bodyOf(live, response, signal) {
  const deadline = new Deadline(live.timeoutMs, signal);
  const piece = (reading) => {
    deadline.extend(live.timeoutMs);
    return deadline.guard(reading);
  };
  return bounded(live, signal, deadline, readText(response.body, LONGEST_JSON, piece));
}

/** One try, with the credential. */
function attempt(live, request, signal) {
  const { header } = live.facts;
  if (header) {
    const token = live.core.token();
    if (token === undefined) throw live.failure("not-signed-in", "request");
    const credential = header === "Authorization" ? `Bearer ${token}` : token;
    request.headers.set(header, credential);
    // Mode "no-cors" drops the header without a word; the request would go out anonymous.
    if (request.headers.get(header) !== credential) throw mistake("init.mode", "one that can carry a credential");
  }
  return exchange(live, request, signal);
}

/** The platform's fetch. */
function exchange(live, request, signal) {
  const sent = async () => genuine(await fetch(request));
  return bounded(live, signal, signal && new Deadline(undefined, signal), sent());
}

/** Work of the platform's. The caller's abort ends it with the signal's own reason, also where the work ignores it. */
async function bounded(live, signal, deadline, work) {
  try {
    return await (deadline ? deadline.finish(work) : work);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const error = deadline?.ended === "timeout" ? new DOMException("The body stopped coming.", "TimeoutError") : cause;
    throw live.failure(error?.name === "TimeoutError" ? "timeout" : "network", "request", error);
  }
}

/** Whether a request may be sent again after a rejection. A renewal that failed leaves the reply to the caller. */
async function renewed(live, epoch, prepared) {
  const { signal } = prepared;
  try {
    await live.renew(epoch, signal);
    return true;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const superseded = error?.code === "superseded";
    if (!superseded) prepared.trouble = error;
    return superseded;
  }
}

/** Whether a request may be sent again. Where not, because another user has signed in, json() says so. */
function passes(live, state, prepared) {
  try {
    return live.pass(state);
  } catch (error) {
    prepared.trouble = error;
    return false;
  }
}

/** What a reply means for the session. */
async function judge(live, epoch, response, address, signal) {
  // What another origin says after a redirect is no word of the vendor's.
  if (response.redirected && !admits(live, placeOf(response.url))) return 0;
  const inside = live.facts.speaksInside ? await lookInside(live, response, signal) : undefined;
  // A success with nothing inside that could be a word about the session.
  if (response.ok && inside === undefined) return 0;
  const verdict = live.core.judge(epoch, response.status, inside, isBelow(live.base, `${response.url || address}`));
  if (live.core.epoch() !== epoch) live.save();
  return verdict;
}

/** The JSON of a short reply, without consuming the caller's body. */
async function lookInside(live, response, signal) {
  const { headers, body } = response;
  const short = !(Number(headers.get("Content-Length")) > LONGEST_LOOK);
  if (!body || !short || !isJson(headers.get("Content-Type"))) return undefined;
  const deadline = new Deadline(live.timeoutMs, signal);
  try {
    const text = await readText(response.clone().body, LONGEST_LOOK, (piece) => deadline.guard(piece));
    return text && parseJson(text);
  } catch {
    if (signal?.aborted) throw signal.reason;
    return undefined; // cut off, or too slow: the caller will see
  } finally {
    deadline.end("done");
  }
}
