// It takes addresses with TLS only, and leaves the page to sign in. Both are led to the bench's server by what its documentation
// has for it: a network client, and onRedirectNavigate. It signs in by redirects with no storage in memory only.
import { createStandardPublicClientApplication } from "@azure/msal-browser";
import { tasks } from "./bearer.js";

const HOST = "https://login.bench.example";
const SCOPES = ["openid", "offline_access"];

/** Sends what is meant for the authority to the bench's server. */
function network(address) {
  const ask = async (method, url, options) => {
    const response = await fetch(`${address}/as/msal/${url.split("/").at(-1).split("?")[0]}`, {
      method,
      headers: options?.headers,
      body: options?.body,
    });
    return { headers: Object.fromEntries(response.headers), body: await response.json(), status: response.status };
  };
  return {
    sendGetRequestAsync: (url, options) => ask("GET", url, options),
    sendPostRequestAsync: (url, options) => ask("POST", url, options),
  };
}

export default {
  async setUp({ address, account, shared }) {
    const authority = `${HOST}/${address.split("/i/")[1]}/v2.0`;
    const at = (name) => `${authority}/${name}`;
    const client = { address, asked: undefined, msal: undefined };
    client.msal = await createStandardPublicClientApplication({
      auth: {
        clientId: account,
        authority,
        knownAuthorities: [new URL(HOST).host],
        redirectUri: location.href,
        authorityMetadata: JSON.stringify({
          issuer: authority,
          authorization_endpoint: at("authorize"),
          token_endpoint: at("token"),
          end_session_endpoint: at("logout"),
          jwks_uri: at("keys"),
        }),
        onRedirectNavigate(url) {
          client.asked = url;
          return false;
        },
      },
      cache: { cacheLocation: shared ? "localStorage" : "sessionStorage" },
      system: { protocolMode: "OIDC", networkClient: network(address) },
    });
    await client.msal.handleRedirectPromise();
    return client;
  },
  tasks: tasks(
    async (client) => {
      const { msal } = client;
      await msal.loginRedirect({ scopes: SCOPES });
      const { search } = new URL(client.asked);
      const { code, state } = await (await fetch(`${client.address}/as/msal/authorize${search}`)).json();
      const result = await msal.handleRedirectPromise({ hash: `#${new URLSearchParams({ code, state })}` });
      msal.setActiveAccount(result.account);
    },
    async ({ msal }) => {
      const account = msal.getActiveAccount() ?? msal.getAllAccounts()[0];
      return (await msal.acquireTokenSilent({ scopes: SCOPES, account })).accessToken;
    },
    { async tabs() {} },
  ),
};
