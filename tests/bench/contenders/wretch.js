// Its documentation, "Automatic Token Refresh", with the replay as under "Credential renewal": `fetch` before `unauthorized`, as
// the other order's method does not exist.
import wretch from "wretch";
import { Tokens, info } from "./ethgas.js";

export default {
  async setUp({ address }) {
    const plain = wretch(address);
    const tokens = new Tokens(async (path, body) => (await plain.url(path).post(body).json()).data);
    return { plain, tokens, api: () => authorised(plain, tokens) };
  },
  tasks: {
    login: ({ tokens }) => tokens.signIn(),
    request: async ({ api }, number) => (await api().url(info(number)).get().json()).data,
    bare: async ({ api }) => (await api().url(info()).get().res()).status,
    send: async ({ api }, payload) => (await api().url("/echo").post(payload).json()).data,
    expired: true,
    rejected: true,
    tabs: "keeps no tokens; what tabs share is for the application to write",
  },
};

function authorised(plain, tokens) {
  const { access } = tokens;
  return plain.auth(`Bearer ${access}`).resolve((chain) =>
    chain.unauthorized(async (error, request) => {
      const token = await tokens.renew(access);
      return request
        .auth(`Bearer ${token}`)
        .fetch()
        .unauthorized((again) => {
          throw again;
        })
        .json();
    }),
  );
}
