// fetch, as a good developer would use it: looks at the clock before a request, and renews once more after a 401.
import { Tokens, info } from "./ethgas.js";

class Client {
  constructor(address) {
    this.address = address;
    this.tokens = new Tokens((path, body) => this.post(path, body));
  }

  async post(path, body) {
    const response = await fetch(this.address + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()).data;
  }

  async fetch(path, init) {
    const token = this.tokens.isOver() ? await this.tokens.renew() : this.tokens.access;
    const response = await this.attempt(path, init, token);
    if (response.status !== 401) return response;
    return this.attempt(path, init, await this.tokens.renew(token));
  }

  attempt(path, init, token) {
    return fetch(this.address + path, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${token}` } });
  }

  async json(path, init) {
    const response = await this.fetch(path, init);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()).data;
  }
}

export default {
  setUp: async ({ address }) => new Client(address),
  tasks: {
    login: (client) => client.tokens.signIn(),
    request: (client, number) => client.json(info(number)),
    bare: async (client) => (await client.fetch(info())).status,
    send: (client, payload) =>
      client.json("/echo", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(payload),
      }),
    expired: true,
    rejected: true,
    tabs: "keeps tokens in memory; what tabs share is for the application to write",
  },
};
