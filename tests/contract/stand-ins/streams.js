/** Bodies that come in pieces. */
const bytes = (text) => new TextEncoder().encode(text);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * A stream of pieces, each after so many ms; without any, the next one is always there already. `seen` counts the pieces that
 * were asked for, and tells whether it was cancelled.
 */
export function stream(pieces, ms = 0, seen = {}) {
  const left = pieces[Symbol.iterator]();
  seen.pieces = 0;
  const next = (controller) => {
    const { done, value } = left.next();
    if (done) return controller.close();
    seen.pieces++;
    controller.enqueue(typeof value === "string" ? bytes(value) : value);
  };
  return new ReadableStream(
    {
      pull: (controller) => (ms ? pause(ms).then(() => seen.cancelled || next(controller)) : next(controller)),
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: ms ? 0 : 1 },
  );
}

/** The same text again and again. */
export function* again(text, times = Infinity) {
  for (let count = 0; count < times; count++) yield text;
}

/** A reply whose body comes so. */
export function streamed(pieces, { ms, type = "application/json", status = 200, seen } = {}) {
  return new Response(stream(pieces, ms, seen), { status, headers: { "Content-Type": type } });
}

const server = globalThis.process?.getBuiltinModule ? globalThis.process : undefined;

/** How many MB the process holds outside of JavaScript's heap; undefined where the platform doesn't tell. */
export function heldOutside() {
  if (!server) return undefined;
  server.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  server.getBuiltinModule("node:vm").runInNewContext("gc")();
  return server.memoryUsage().arrayBuffers / 1_048_576;
}

/** Whether the platform tells a Request's stream of the caller's from a body that it has made itself. */
export function tellsStreams() {
  if (!("duplex" in Request.prototype)) return false;
  const make = (body) => new Request("https://h.example/", { method: "POST", body, duplex: "half" });
  try {
    make("text").body.getReader({ mode: "byob" });
    make(stream(["x"])).body.getReader({ mode: "byob" });
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}
