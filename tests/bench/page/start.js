import { answerAtOnce } from "./instant.js";
import { newWorld, setUp } from "./contender.js";

/**
 * From the first byte of script to "ready to sign in". `network`: with the loading of the files; without it they lie in memory
 * before the clock starts.
 */
export async function cold(name, { network, files }) {
  const address = newWorld();
  return { ms: [await (network ? start(`/c/${name}/main.js`, address) : fromMemory(name, files, address))] };
}

/** The same on a page that has been here before, with what the browser keeps of the files. */
export async function warm(name) {
  return { ms: [await start(`/kept/c/${name}/main.js`, newWorld())] };
}

async function start(script, address) {
  const begin = performance.now();
  const { default: contender } = await import(script);
  await setUp(contender, address);
  return performance.now() - begin;
}

async function fromMemory(name, files, address) {
  const folder = `${location.origin}/c/${name}/`;
  const held = new Map();
  for (const file of files) held.set(folder + file, await (await fetch(folder + file)).arrayBuffer());
  // A script in memory has no folder, so it is told the one that it would have.
  const text = new TextDecoder().decode(held.get(`${folder}main.js`)).replaceAll("import.meta.url", JSON.stringify(`${folder}main.js`));
  const script = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { fetch: network } = globalThis;
  globalThis.fetch = (input, init) => {
    const bytes = held.get(String(input?.url ?? input));
    const headers = { "Content-Type": "application/wasm" };
    return bytes ? Promise.resolve(new Response(bytes, { headers })) : network(input, init);
  };
  try {
    return await start(script, address);
  } finally {
    globalThis.fetch = network;
    answerAtOnce.on = false;
  }
}
