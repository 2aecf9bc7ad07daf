// What an application writes itself around an HTTP client that keeps no tokens: the vendor's sign-in, and a renewal that is made
// once for all callers, as the vendor's refresh tokens are good for once.

/**
 * The user's data. A number makes the address another one: of requests to the same address at the same time the browser lets only
 * one go at once, to see whether it may keep the answer for the others, and that would be measured instead.
 */
export const info = (number = 0) => `/api/v1/user/info?n=${number}`;
export const LOGIN = "/api/v1/user/login";
export const REFRESH = "/api/v1/user/login/refresh";
export const CREDENTIALS = { username: "jdoe", password: "correct horse" };

export class Tokens {
  access;
  #refresh;
  #endsAt = 0;
  #post;
  #renewal;

  /** `post(path, body)` resolves to the `data` of the vendor's envelope. */
  constructor(post) {
    this.#post = post;
  }

  async signIn() {
    this.#keep(await this.#post(LOGIN, CREDENTIALS));
  }

  isOver() {
    return Date.now() > this.#endsAt - 60_000;
  }

  /** A new token; where `old` has been replaced meanwhile, the one that replaced it. */
  async renew(old = this.access) {
    if (old !== this.access) return this.access;
    this.#renewal ??= this.#exchange().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #exchange() {
    this.#keep(await this.#post(REFRESH, { refreshToken: this.#refresh }));
    return this.access;
  }

  #keep({ accessToken, refreshToken, expiresIn }) {
    this.access = accessToken;
    this.#refresh = refreshToken;
    this.#endsAt = Date.now() + expiresIn * 1000;
  }
}
