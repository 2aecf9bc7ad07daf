// It signs in by leaving the page. An adapter, as its documentation has it, keeps the page: the server is asked for the code, and
// the answer is put where the browser would have put it.
import Keycloak from "keycloak-js";
import { tasks } from "./bearer.js";

export default {
  oneSession: "signs one user in for a page: takes the answer from the page's address",
  async setUp({ address, account }) {
    const client = { address, settings: { url: `${address}/as/keycloak`, realm: "bench", clientId: account } };
    client.keycloak = new Keycloak(client.settings);
    await client.keycloak.init({ checkLoginIframe: false });
    return client;
  },
  tasks: tasks(
    async (client) => {
      const asked = await client.keycloak.createLoginUrl({ redirectUri: location.href });
      const { code, state, iss } = await (await fetch(asked)).json();
      const answer = new URLSearchParams({ state, session_state: "s1", iss, code });
      history.replaceState(null, "", `${location.pathname}${location.search}#${answer}`);
      client.keycloak = new Keycloak(client.settings);
      if (!(await client.keycloak.init({ checkLoginIframe: false }))) throw new Error("nobody is signed in");
    },
    async ({ keycloak }) => {
      await keycloak.updateToken(30);
      return keycloak.token;
    },
    { tabs: "keeps tokens in memory; another tab signs in anew, by its server's cookie" },
  ),
};
