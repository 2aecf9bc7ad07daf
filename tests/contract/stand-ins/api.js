/** An API that nobody here knows, as a fetch: it keeps what it was asked, and answers by "METHOD /path". */
import { jsonReply } from "../env.js";

export const BASE = "https://api.acme.test/v2";

/** `routes`: what each method and path answers with, by the request and its body's text. */
export function api(routes) {
  const seen = [];
  const fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    const body = request.method === "GET" ? "" : await request.text();
    seen.push({ what, search, url: request.url, headers: Object.fromEntries(request.headers), body, redirect: request.redirect, credentials: request.credentials });
    const answer = routes[what];
    if (!answer) return jsonReply({ message: "no such thing" }, 404);
    return answer(seen.at(-1), seen.filter((one) => one.what === what).length);
  };
  return { seen, fetch, at: (what) => seen.filter((one) => one.what === what) };
}
