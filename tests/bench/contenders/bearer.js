// A request with a token that a session client hands out: most have no fetch of their own, and show it so.
import { info as path } from "./ethgas.js";

export async function info(address, token, number) {
  const response = await fetch(address + path(number), { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).data;
}

export async function bare(address, token) {
  return (await fetch(address + path(), { headers: { Authorization: `Bearer ${token}` } })).status;
}

export async function send(address, token, payload) {
  const response = await fetch(`${address}/echo`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(payload),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).data;
}

const NO_401 = "hands out a token that is good by the clock; a 401 is the application's";

/** The tasks of a client of which all that is known is how it signs in and gives its token. */
export function tasks(login, token, rest) {
  return {
    login,
    request: async (client, number) => info(client.address, await token(client), number),
    bare: async (client) => bare(client.address, await token(client)),
    send: async (client, payload) => send(client.address, await token(client), payload),
    expired: true,
    rejected: NO_401,
    ...rest,
  };
}
