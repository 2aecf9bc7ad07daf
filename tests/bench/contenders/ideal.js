// No contender, but what they are measured against where a token is over: somebody tells it beforehand, it renews once, and then
// the same requests go by plain fetch.
import { Tokens, info } from "./ethgas.js";

const NAME = "bench-ideal";

async function post(address, path, body) {
  const response = await fetch(address + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()).data;
}

export default {
  async setUp({ address, shared }) {
    const tokens = new Tokens((path, body) => post(address, path, body));
    return { address, tokens, shared, channel: shared && new BroadcastChannel(NAME), first: false };
  },
  /** Renews, before the requests. Of several tabs the first does, and tells the others. */
  async before(client) {
    if (client.shared && !client.first) {
      client.tokens.access = await new Promise((resolve) => (client.channel.onmessage = ({ data }) => resolve(data)));
      return;
    }
    await client.tokens.renew();
    if (client.shared) client.channel.postMessage(client.tokens.access);
  },
  tasks: {
    async login(client) {
      client.first = true;
      await client.tokens.signIn();
      if (client.shared) localStorage.setItem(NAME, client.tokens.access);
    },
    async request({ address, tokens }, number) {
      const response = await fetch(address + info(number), { headers: { Authorization: `Bearer ${tokens.access}` } });
      return (await response.json()).data;
    },
    bare: "is measured for expired tokens only",
    send: "is measured for expired tokens only",
    expired: true,
    rejected: "knows that the token is over",
    async tabs(client) {
      client.tokens.access = localStorage.getItem(NAME);
    },
  },
};
