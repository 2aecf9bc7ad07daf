// Where Trusted Types are required, a page says itself which addresses its workers may have.
globalThis.trustedTypes?.createPolicy("default", { createScriptURL: (address) => address });

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => {
  document.querySelector("#who").textContent = data;
};
