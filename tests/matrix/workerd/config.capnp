using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "sign-in", worker = .signIn),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "localhost:8080", http = (), service = "sign-in")],
);

const signIn :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "hallpass/hallpass.js", esModule = embed "hallpass/hallpass.js"),
    (name = "hallpass/hallpass.wasm", wasm = embed "hallpass/hallpass.wasm"),
  ],
);
