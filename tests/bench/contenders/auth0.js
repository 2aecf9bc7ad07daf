// It signs in by leaving the page; openUrl, as its documentation has it, keeps the page, and the server is asked for the code. Its
// worker takes no path in its server's address, so the world travels as the client's id.
import { createAuth0Client } from "@auth0/auth0-spa-js";
import { tasks } from "./bearer.js";

export default {
  async setUp({ address, shared }) {
    const auth0 = await createAuth0Client({
      domain: location.origin,
      clientId: address.split("/i/")[1],
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
