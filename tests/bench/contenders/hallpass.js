// As the README shows it.
import { openSession } from "hallpass";
import { info } from "./ethgas.js";

export default {
  setUp: ({ address, account, shared }) =>
    openSession({ vendor: "ethgas", baseUrl: address, account, storage: shared ? "local" : "memory" }),
  tasks: {
    login: (session) => session.login({ username: "jdoe", password: "correct horse" }),
    request: (session, number) => session.json(info(number)),
    bare: async (session) => (await session.fetch(info())).status,
    send: (session, payload) => session.json("/echo", { json: payload }),
    expired: true,
    rejected: true,
    async tabs() {}, // openSession has found the session
  },
};
