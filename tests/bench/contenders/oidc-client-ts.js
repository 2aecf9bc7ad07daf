// The resource owner's password, as its UserManager offers it, so that no page is left. The server's metadata is given, which
// saves it a request.
import { InMemoryWebStorage, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { tasks } from "./bearer.js";

export default {
  async setUp({ address, account, shared }) {
    const authority = `${address}/as/oidc`;
    const manager = new UserManager({
      authority,
      client_id: account,
      redirect_uri: location.href,
      scope: "openid offline_access",
      automaticSilentRenew: true,
      userStore: new WebStorageStateStore({ store: shared ? localStorage : new InMemoryWebStorage() }),
      metadata: {
        issuer: authority,
        authorization_endpoint: `${authority}/authorize`,
        token_endpoint: `${authority}/token`,
      },
    });
    return { address, manager };
  },
  tasks: tasks(
    ({ manager }) => manager.signinResourceOwnerCredentials({ username: "jdoe", password: "correct horse" }),
    async ({ manager }) => {
      let user = await manager.getUser();
      if (user.expired) user = await manager.signinSilent();
      return user.access_token;
    },
    { async tabs() {} },
  ),
};
