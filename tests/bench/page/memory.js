import { answerAtOnce } from "./instant.js";
import { load, newWorld, signedIn, taskOf } from "./contender.js";

// The WebAssembly memories of this page, by what instantiates them.
const memories = [];
const { instantiate, instantiateStreaming } = WebAssembly;
const watched = (original) => async (...given) => {
  const made = await original.apply(WebAssembly, given);
  const { exports } = made.instance ?? made;
  for (const value of Object.values(exports)) if (value instanceof WebAssembly.Memory) memories.push(value);
  return made;
};
WebAssembly.instantiate = watched(instantiate);
WebAssembly.instantiateStreaming = watched(instantiateStreaming);

let state;

/** Makes calls until there have been so many, and tells the size of the WebAssembly memory. The driver reads the heap. */
export async function heap(name, { calls }) {
  state ??= await begin(name);
  const { cant, task, client } = state;
  if (cant) return { cant };
  answerAtOnce.on = true;
  while (state.made < calls) {
    await task(client);
    state.made++;
    // Timers and collections get their turn, as they would between the calls of people.
    if (state.made % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  answerAtOnce.last = undefined;
  return { wasm: memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) };
}

async function begin(name) {
  const contender = await load(name);
  const { task, cant } = taskOf(contender, "request");
  if (cant) return { cant };
  if (contender.notOverFetch) return { cant: contender.notOverFetch };
  return { made: 0, task, client: await signedIn(contender, newWorld(), { overFetch: true }) };
}
