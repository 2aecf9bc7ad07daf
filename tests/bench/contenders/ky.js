// Its documentation, "How do I implement token refresh on 401 responses?" and "hooks.afterResponse": of its two ways the one
// that sends a request again without a pause.
import ky from "ky";
import { Tokens, info } from "./ethgas.js";

export default {
  async setUp({ address }) {
    const prefix = `${address}/`;
    const plain = ky.create({ prefix });
    const tokens = new Tokens(async (path, json) => (await plain.post(path.slice(1), { json }).json()).data);
    const api = plain.extend({
      hooks: {
        beforeRequest: [({ request }) => void request.headers.set("Authorization", `Bearer ${tokens.access}`)],
        afterResponse: [
          async ({ request, response, retryCount }) => {
            if (response.status !== 401 || retryCount > 0) return undefined;
            const token = await tokens.renew(request.headers.get("Authorization").slice("Bearer ".length));
            const headers = new Headers(request.headers);
            headers.set("Authorization", `Bearer ${token}`);
            return ky.retry({ request: new Request(request, { headers }), delay: 0, code: "TOKEN_REFRESHED" });
          },
        ],
      },
    });
    return { api, tokens };
  },
  tasks: {
    login: ({ tokens }) => tokens.signIn(),
    request: async ({ api }, number) => (await api.get(info(number).slice(1)).json()).data,
    bare: async ({ api }) => (await api.get(info().slice(1))).status,
    send: async ({ api }, json) => (await api.post("echo", { json }).json()).data,
    expired: true,
    rejected: true,
    tabs: "keeps no tokens; what tabs share is for the application to write",
  },
};
