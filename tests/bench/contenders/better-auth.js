import { createAuthClient } from "better-auth/client";

const COOKIE = "its session is a cookie, which its server prolongs: there is nothing for the client to renew";

export default {
  byCookie: true,
  oneSession: "its session is a cookie: one for a page's server",
  async setUp({ address }) {
    return { base: `${address}/as/better-auth`, client: createAuthClient({ baseURL: `${address}/as/better-auth` }) };
  },
  tasks: {
    async login({ client }) {
      const { error } = await client.signIn.email({ email: "jdoe@example.com", password: "correct horse" });
      if (error) throw new Error(error.message);
    },
    async request({ client, base }, number = 0) {
      const { data, error } = await client.$fetch(`${base}/info?n=${number}`);
      if (error) throw new Error(error.message);
      return data.data;
    },
    bare: "reads and parses every body",
    send: "its own routes only; others are for the application's fetch, with the cookie",
    expired: COOKIE,
    rejected: COOKIE,
    tabs: COOKIE,
  },
};
