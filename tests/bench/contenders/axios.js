// axios-auth-refresh's documentation: the interceptor that sends the token, and the logic that refreshes it.
import axios from "axios";
import { createAuthRefresh } from "axios-auth-refresh";
import { CREDENTIALS, LOGIN, REFRESH, info } from "./ethgas.js";

export default {
  async setUp({ address, overFetch }) {
    const settings = { baseURL: address, ...(overFetch && { adapter: "fetch" }) };
    const plain = axios.create(settings);
    const api = axios.create(settings);
    const client = { api, plain, access: undefined, refresh: undefined };
    api.interceptors.request.use((request) => {
      request.headers.Authorization = `Bearer ${client.access}`;
      return request;
    });
    const refresh = async () => keep(client, await plain.post(REFRESH, { refreshToken: client.refresh }));
    // By default only requests made after the first 401 wait for the refresh; those under way then fail. With this documented
    // option they are sent again too, and the interceptor above gives them the new token.
    createAuthRefresh(api, refresh, { deduplicateRefresh: false });
    return client;
  },
  tasks: {
    login: async (client) => keep(client, await client.plain.post(LOGIN, CREDENTIALS)),
    request: async ({ api }, number) => (await api.get(info(number))).data.data,
    bare: "reads and parses every body",
    send: async ({ api }, payload) => (await api.post("/echo", payload)).data.data,
    expired: true,
    rejected: true,
    tabs: "keeps no tokens; what tabs share is for the application to write",
  },
};

function keep(client, { data: { data } }) {
  client.access = data.accessToken;
  client.refresh = data.refreshToken;
}
