import { createAuth0Client } from "@auth0/auth0-spa-js";
import { tasks } from "./bearer.js";

export default {
  async setUp({ address, account, shared }) {
    const auth0 = await createAuth0Client({
      domain: `${address}/as/auth0`,
      clientId: account,
      useRefreshTokens: true,
      cacheLocation: shared ? "localstorage" : "memory",
      authorizationParams: { redirect_uri: location.origin, scope: "openid profile email offline_access" },
    });
    return { address, auth0 };
  },
  tasks: tasks(
    async ({ auth0 }) => {
      let asked;
      await auth0.loginWithRedirect({ openUrl: (url) => void (asked = url) });
      const { code, state } = await (await fetch(asked)).json();
      await auth0.handleRedirectCallback(`${location.origin}/?${new URLSearchParams({ code, state })}`);
    },
    ({ auth0 }) => auth0.getTokenSilently(),
    { async tabs() {} },
  ),
};
