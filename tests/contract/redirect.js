import {
  DATA, LOGIN_PATHS, entries, equal, keepsCookies, ok, pathOf, rejects, replying, simulate, jdoe, RENEWAL_PATHS, withGlobal,
} from "./env.js";

const STATUSES = [301, 302, 303, 307, 308];
const CHECKS = { lenses: "/api/v1/users/me", ethgas: "/api/v1/user/login/verify" };
const LOGOUTS = { ocient: "/v1/logout", ethgas: "/api/v1/user/logout", lenses: "/api/v1/logout" };

/** Fails if a stranger was sent anything that looks like a credential. */
async function bare(stranger, token, what) {
  const { requests } = await stranger.ledger();
  for (const { headers, query, body } of requests) {
    for (const name of ["authorization", "token", "cookie", "password", "user-name"]) {
      equal(headers[name], undefined, `${name} at the stranger, ${what}`);
    }
    const all = JSON.stringify({ headers, query, body });
    ok(!all.includes(jdoe.password) && !(token && all.includes(token)), `no secret at the stranger, ${what}`);
  }
}

/** Fails if a stranger was reached at all, preflights included. */
async function unreached(stranger, what) {
  const { requests, preflights } = await stranger.ledger();
  equal([requests.length, preflights], [0, 0], `requests and preflights at the stranger, ${what}`);
}

/** R5: where a request of the caller's is redirected to another origin, the credential stays behind. */
export async function r5_a_redirect_never_carries_the_token() {
  for (const name of ["ocient", "ethgas", "lenses"]) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    const token = await session.accessToken();
    for (const status of STATUSES) {
      await vendor.fault({ path: pathOf(name), redirect: `${stranger.baseUrl}/landed`, status });
      // Another address for each: browsers remember some redirects. Refusing to follow is fine, too.
      await session.fetch(`${pathOf(name)}?status=${status}`).catch(() => {});
      await vendor.fault({ path: "/post", redirect: `${stranger.baseUrl}/landed`, status });
      await session.fetch("/post", { method: "POST", body: "x" }).catch(() => {});
    }
    const asked = [(await entries(vendor, "/post")).length, (await entries(vendor, pathOf(name))).length];
    equal(asked, [STATUSES.length, STATUSES.length], "the vendor was asked");
    // A cookie's are not followed at all.
    equal((await stranger.total()) > 0, name !== "lenses", `${name}: the stranger was asked`);
    await bare(stranger, token, name);
  }
}

/** R5: browsers take `Authorization` off by themselves, but not `Token`. So no redirect is followed at pegase3. */
export async function r5_pegase3_follows_no_redirect() {
  const [vendor, stranger] = [simulate("pegase3"), simulate("stranger")];
  const session = await vendor.signIn();
  for (const status of STATUSES) {
    for (const init of [undefined, { redirect: "follow" }]) {
      await vendor.fault({ path: DATA.pegase3, redirect: `${stranger.baseUrl}/landed`, status });
      await rejects(session.fetch(DATA.pegase3, init), "network");
    }
    await vendor.fault({ path: DATA.pegase3, redirect: `${stranger.baseUrl}/landed`, status });
    await rejects(session.fetch(new Request(vendor.baseUrl + DATA.pegase3)), "network");
  }
  equal(session.state.status, "signed-in");
  await unreached(stranger, "pegase3");
}

/** R5: nor where `redirect` is what the platform first has to make a text of, or where a Request lies about it. */
export async function r5_no_spelling_of_follow_takes_the_token_along() {
  class Lying extends Request {
    get redirect() {
      return "manual";
    }
  }
  const spellings = [["follow"], new String("follow"), { toString: () => "follow" }];
  for (const name of keepsCookies ? ["pegase3", "lenses"] : ["pegase3"]) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    const leads = () => vendor.fault({ path: DATA[name], redirect: `${stranger.baseUrl}/landed`, status: 302 });
    for (const redirect of spellings) {
      await leads();
      await rejects(session.fetch(DATA[name], { redirect }), "network");
    }
    for (const request of [new Lying(vendor.baseUrl + DATA[name]), Object.defineProperty(new Request(vendor.baseUrl + DATA[name]), "redirect", { value: "manual" })]) {
      const asked = await vendor.total();
      await rejects(session.fetch(request), "invalid-options");
      equal(await vendor.total(), asked, "not sent");
    }
    equal(session.state.status, "signed-in");
    await unreached(stranger, name);
  }
}

/** R26: the same for `credentials`: what sends the cookie is the session's request, however it is spelt. */
export async function r26_no_spelling_of_include_sends_a_cookie_unasked() {
  const vendor = simulate("lenses");
  const session = await vendor.open();
  const before = await vendor.total();
  for (const credentials of ["include", ["include"], new String("include")]) {
    await rejects(session.fetch(DATA.lenses, { credentials }), "not-signed-in");
  }
  equal(await vendor.total(), before);
}

/** R26: nor is it sent for a Request that lies about it. */
export async function r26_no_request_that_lies_takes_the_cookie_along() {
  class Lying extends Request {
    get credentials() {
      return "omit";
    }
  }
  const vendor = simulate("lenses");
  const session = await vendor.signIn();
  const before = await vendor.total();
  await rejects(session.fetch(new Lying(session.baseUrl + DATA.lenses, { credentials: "include" })), "invalid-options");
  equal([await vendor.total(), session.state.status], [before, "signed-in"]);
  session.dispose();
}

/** R5, R26: cookies know no ports, so a redirect to another port could carry them to a stranger there. */
export async function r26_a_redirect_takes_no_cookie_to_another_origin() {
  const [vendor, stranger] = [simulate("lenses"), simulate("stranger")];
  const session = await vendor.signIn();
  const world = vendor.baseUrl.replace(vendor.address, "");
  const neighbour = { ledger: async () => (await fetch(`${stranger.address}${world}/_sim/ledger`)).json() };
  await vendor.fault({ path: DATA.lenses, redirect: `${stranger.address}${world}/landed`, status: 302 });
  await session.fetch(DATA.lenses).catch(() => {});
  await bare(neighbour, undefined, "lenses");
  // In Node there are no cookies; there the request itself is all that can be looked at.
  const [first] = await entries(vendor, DATA.lenses);
  equal(first.headers.cookie !== undefined, keepsCookies, "the vendor had the cookie");
}

/** R5: a login follows no redirect: the password would go with it. */
export async function r5_login_refuses_redirects() {
  for (const [name, path] of Object.entries(LOGIN_PATHS)) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.open();
    for (const status of STATUSES) {
      await vendor.fault({ path, redirect: `${stranger.baseUrl}/landed`, status });
      await rejects(session.login(jdoe), "malformed-reply");
    }
    equal([session.state.status, await vendor.count(`${name === "pegase3" ? "GET" : "POST"} ${path}`)], ["signed-out", 5]);
    await unreached(stranger, `login at ${name}`);
  }
}

/** R5, R6: a renewal follows no redirect, and a redirect is no refusal: the session stays. */
export async function r6_refresh_refuses_redirects() {
  for (const [name, path] of Object.entries(RENEWAL_PATHS)) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    for (const status of STATUSES) {
      await vendor.fault({ path, redirect: `${stranger.baseUrl}/landed`, status });
      await rejects(session.refresh(), "malformed-reply");
    }
    equal(session.state.status, "signed-in");
    await unreached(stranger, `refresh at ${name}`);
    session.dispose();
  }
}

/** R5: no redirect is followed for a check, and it says nothing about the session. */
export async function r5_check_refuses_redirects() {
  for (const [name, path] of Object.entries(CHECKS)) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    for (const status of STATUSES) {
      await vendor.fault({ path, redirect: `${stranger.baseUrl}/landed`, status });
      await rejects(session.check(), "malformed-reply");
    }
    equal(session.state.status, "signed-in", name);
    await unreached(stranger, `check at ${name}`);
  }
}

/** R5: no redirect is followed for a logout; the user is signed out all the same. */
export async function r5_logout_refuses_redirects() {
  for (const [name, path] of Object.entries(LOGOUTS)) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn(name === "lenses" ? { endpoints: { logout: path } } : {});
    await vendor.fault({ path, redirect: `${stranger.baseUrl}/landed`, status: 307 });
    equal(await session.logout(), { revoked: false }, name);
    equal([session.state.status, session.state.reason], ["signed-out", "logout"], name);
    equal(await vendor.count(`POST ${path}`), 1, name);
    await unreached(stranger, `logout at ${name}`);
  }
}

/** R5, rule 10: what a stranger answers after a redirect is no word of the vendor's: no renewal, no sign-out. */
export async function r5_a_strangers_answer_says_nothing_about_the_session() {
  const answers = [
    { status: 401, body: "no" },
    replying({ status: { reason: "over", sql_state: "08003", vendor_code: -733 } }),
  ];
  for (const name of ["ocient", "ethgas", "lenses"]) {
    for (const answer of answers) {
      const [vendor, stranger] = [simulate(name), simulate("stranger")];
      const session = await vendor.signIn();
      await vendor.fault({ path: pathOf(name), redirect: `${stranger.baseUrl}/landed`, status: 302 });
      await stranger.fault({ path: "/landed", ...answer });
      await session.fetch(DATA[name]).catch(() => {});
      equal(session.state.status, "signed-in", name);
      equal((await vendor.ledger()).counts[`POST ${RENEWAL_PATHS[name]}`], undefined, `renewals at ${name}`);
    }
  }
}

/** A session from login to logout, with all that it can do in between. */
async function live(vendor, form) {
  if (form) await vendor.config({ refresh_form: form });
  const session = await vendor.signIn();
  await session.fetch(DATA[vendor.vendor]);
  await session.json(DATA[vendor.vendor]).catch(() => {}); // lenses in Node has no cookie to be known by
  if (CHECKS[vendor.vendor]) await session.check();
  if (RENEWAL_PATHS[vendor.vendor]) {
    await session.refresh();
    // Ocient renews with the very token that is over; so there it stays alive here.
    if (vendor.vendor === "ethgas") await vendor.expire();
    equal((await session.fetch(DATA[vendor.vendor])).status, 200, "after the renewal");
    await session.refresh();
  }
  await session.logout();
}

/** R6: over a whole session no refresh token and no password goes anywhere but where it belongs. */
export async function r6_tokens_and_passwords_go_only_where_they_belong() {
  for (const [name, form] of [["ocient"], ["lenses"], ["pegase3"], ["ethgas", "both"], ["ethgas", "bearer"]]) {
    const vendor = simulate(name);
    await live(vendor, form);
    const { refresh_token_misplaced, password_misplaced, refresh_reuse, unknown } = await vendor.ledger();
    equal({ refresh_token_misplaced, password_misplaced, refresh_reuse, unknown }, { refresh_token_misplaced: 0, password_misplaced: 0, refresh_reuse: 0, unknown: 0 }, `${name} ${form ?? ""}`);
  }
}

/** R6: ETHGAS's other documented form, the refresh token in the body: also there it goes nowhere else. */
export async function r6_a_refresh_token_in_the_body_goes_only_to_refresh() {
  const vendor = simulate("ethgas");
  await live(vendor, "body");
  const { refresh_token_misplaced, password_misplaced, unknown } = await vendor.ledger();
  equal({ refresh_token_misplaced, password_misplaced, unknown }, { refresh_token_misplaced: 0, password_misplaced: 0, unknown: 0 });
}

/** R6: a refresh endpoint outside baseUrl would send the token there: it is refused when the session is opened. */
export async function r6_endpoints_outside_base_url_are_refused() {
  const [vendor, stranger] = [simulate("ethgas"), simulate("stranger")];
  const host = stranger.baseUrl.replace("http://", "");
  const outside = [`http://${host}/x`, `//${host}/x`, `/\\${host}/x`, ` http://${host}/x`, `${vendor.address}/x`, "data:,x"];
  for (const operation of ["login", "refresh", "logout", "check"]) {
    for (const path of outside) {
      const error = await rejects(vendor.open({ endpoints: { [operation]: path } }), "invalid-options");
      ok(error.message.includes(operation), `the message names ${operation}`);
    }
    // Even where the place is allowed: passwords and refresh tokens are for baseUrl alone.
    await rejects(vendor.open({ allow: [stranger.baseUrl], endpoints: { [operation]: `${stranger.baseUrl}/x` } }), "invalid-options");
  }
  await unreached(stranger, "endpoints");
}

/** R5: some platforms have no redirect "error" (Cloudflare's workerd). There a redirect is refused when it has come. */
export async function r5_a_platform_without_redirect_error_follows_none_either() {
  class Edges extends Request {
    constructor(input, init) {
      if (init?.redirect === "error") throw new TypeError("Invalid redirect value");
      super(input, init);
    }
  }
  for (const name of ["lenses", "pegase3"]) {
    const [vendor, stranger] = [simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    await vendor.fault({ path: "/moved", redirect: `${stranger.baseUrl}/landed`, status: 307 });
    await withGlobal("Request", Edges, async () => {
      const { status } = await session.fetch(DATA[name]);
      equal(status, name === "lenses" && !keepsCookies ? 401 : 200, `${name}: a request`);
    });
    if (session.state.status !== "signed-in") await session.login(jdoe); // in Node, which knows no cookie
    await withGlobal("Request", Edges, () => rejects(session.fetch("/moved"), "network"));
    await unreached(stranger, name);
  }
}
