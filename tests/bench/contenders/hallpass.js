// As the README shows it.
import { openSession } from "hallpass";

export default {
  setUp: ({ address, account, shared }) =>
    openSession({ vendor: "ethgas", baseUrl: address, account, storage: shared ? "local" : "memory" }),
  tasks: {
    login: (session) => session.login({ username: "jdoe", password: "correct horse" }),
    request: (session) => session.json("/api/v1/user/info"),
    bare: async (session) => (await session.fetch("/api/v1/user/info")).status,
    send: (session, payload) => session.json("/echo", { json: payload }),
    expired: true,
    rejected: true,
    async tabs() {}, // openSession has found the session
  },
};
