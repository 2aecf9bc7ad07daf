import {
  entries, equal, hallpass, jdoe, keepsCookies, ok, packageAddress, reasonOf, rejects, replying, simulate, storageOfItsOwn, until, withClock,
  within,
} from "./env.js";
import { refusal, wallet } from "./stand-ins/wallet.js";

const LOGIN = "/v1/user/login";
const VERIFY = "/v1/user/login/verify";
const REFRESH = "/v1/user/login/refresh";
const INFO = "/v1/user/info";

const SIGNING = ["eth_requestAccounts", "eth_chainId", "eth_signTypedData_v4"];

/** ETHGAS for people with a wallet. Outside of browsers there is no jar for the cookie that renews. */
async function simulated(config = {}) {
  const vendor = simulate("ethgas");
  await vendor.config({ refresh_in_json: !keepsCookies, ...config });
  return { vendor, open: (options) => vendor.open({ flow: "wallet", ...options }) };
}

const made = (options) => wallet(packageAddress, options);

/** One that has signed in. */
async function signedIn(config, options) {
  const { vendor, open } = await simulated(config);
  const owner = await made();
  const session = await open(options);
  await session.login({ wallet: owner });
  return { vendor, open, owner, session };
}

const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));

export async function a_wallet_signs_in_and_out() {
  const { vendor, open } = await simulated();
  const owner = await made();
  const session = await open();
  const { state } = await session.login({ wallet: owner, name: "Ann & Co" });
  const { status, user, renewable } = state;
  equal([status, user.toLowerCase(), renewable], ["signed-in", owner.accounts[0].toLowerCase(), true]);
  ok(Math.abs(state.expiresAt - Date.now() - 3_600_000) < 60_000, "an hour");
  equal(owner.calls, SIGNING);
  const [login] = await entries(vendor, LOGIN);
  equal(form(login), { addr: owner.accounts[0], name: "Ann & Co" });
  equal((await session.json(INFO)).user.address, owner.accounts[0].toLowerCase());
  equal((await session.check()).status, "signed-in");
  equal(await session.logout(), { revoked: true });
  equal(session.state.reason, "logout");
  equal(owner.calls.length, 3, "the wallet is asked for nothing else");
}

/** The vendor knows by the signature who has signed. */
export async function a_wrong_signer_is_refused() {
  const { open } = await simulated();
  const [owner, other] = [await made(), await made()];
  owner.answers.eth_signTypedData_v4 = (_, message) => other.sign(other.accounts[0], message);
  const session = await open();
  const error = await rejects(session.login({ wallet: owner }), "invalid-credentials");
  equal([error.status, error.vendorCode, error.detail], [401, 100103, "error.login.signature"]);
  ok(error.message.includes("refused the credentials"), `nobody has typed a password: ${error.message}`);
  equal(session.state.status, "signed-out");
}

export async function the_persons_no_in_the_wallet_is_cancelled() {
  for (const method of ["eth_requestAccounts", "wallet_switchEthereumChain", "eth_signTypedData_v4"]) {
    for (const code of [4001, 5000]) {
      const { vendor, open } = await simulated({ chain_id: 17000 });
      const no = refusal(code, "User rejected the request.");
      const owner = await made({ knows: [1, 17000], answers: { [method]: () => Promise.reject(no) } });
      const session = await open();
      const error = await rejects(session.login({ wallet: owner }), "cancelled");
      equal(error.cause, no, "the wallet's own error");
      equal(await vendor.count(`POST ${VERIFY}`), 0, `${method}: nothing is handed in`);
      equal(session.state.status, "signed-out");
    }
  }
}

/** A person may take minutes: the caller's signal alone ends the wait. */
export async function rule_1_a_wallet_that_never_answers_is_waited_for_until_an_abort() {
  for (const method of SIGNING) {
    const { open } = await simulated();
    const owner = await made({ answers: { [method]: () => new Promise(() => {}) } });
    const session = await open({ timeoutMs: 200 });
    const controller = new AbortController();
    const login = session.login({ wallet: owner }, { signal: controller.signal });
    let settled = false;
    login.catch(() => (settled = true));
    await until(() => owner.calls.includes(method), method);
    await new Promise((done) => setTimeout(done, 500));
    ok(!settled, "no bound of hallpass's own");
    const why = new Error("why");
    controller.abort(why);
    equal(await within(1_000, reasonOf(login), "an abort"), why);
    equal(session.state.status, "signed-out");
  }
}

export async function a_wallet_on_another_chain_is_asked_to_switch() {
  const { open } = await simulated({ chain_id: 17000 });
  const owner = await made({ knows: [1, 17000] });
  const session = await open();
  await session.login({ wallet: owner });
  equal(owner.calls, ["eth_requestAccounts", "eth_chainId", "wallet_switchEthereumChain", "eth_signTypedData_v4"]);
  equal(owner.chain, 17000);
  const stranger = await made({ knows: [1] });
  const error = await rejects(session.login({ wallet: stranger }), "unsupported");
  equal([error.cause.code, stranger.shown], [4902, []]);
  equal(session.state.status, "signed-in", "a login that fails changes nothing");
}

/** What isn't what it claims to be is shown to nobody. */
export async function a_lying_message_never_reaches_the_wallet() {
  for (const lie of ["domain", "hash", "size"]) {
    const { open } = await simulated({ lie });
    const owner = await made();
    await rejects((await open()).login({ wallet: owner }), "malformed-reply");
    equal(owner.calls, ["eth_requestAccounts"], lie);
  }
}

export async function a_wallets_session_is_renewed() {
  for (const config of [{}, { flat_tokens: true }, { refresh_in_json: true }, { refresh_in_json: true, flat_tokens: true }]) {
    if (!keepsCookies && !config.refresh_in_json) continue;
    const { vendor, session, owner } = await signedIn(config);
    const before = await session.accessToken();
    equal((await session.refresh()).status, "signed-in", JSON.stringify(config));
    ok((await session.accessToken()) !== before, "a new token");
    equal(await vendor.count(`POST ${REFRESH}`), 1);
    await vendor.expire();
    equal((await session.fetch(INFO)).status, 200, "renewed after a rejection");
    equal([await vendor.count(`POST ${REFRESH}`), owner.calls.length], [2, 3], "the wallet is not asked again");
    equal((await vendor.ledger()).refresh_token_misplaced, 0);
  }
}

/** R26: cookies go where the refresh token is set and used, and nowhere else. */
export async function r26_cookies_go_along_where_they_renew_alone() {
  const modes = [];
  const { vendor, open } = await simulated();
  const platform = (request, ...rest) => {
    modes.push([new URL(request.url).pathname.slice(new URL(vendor.baseUrl).pathname.length), request.credentials]);
    return globalThis.fetch(request, ...rest);
  };
  const session = await open({ fetch: platform });
  await session.login({ wallet: await made() });
  await session.refresh();
  await session.fetch(INFO);
  await session.check();
  await session.logout();
  const usual = new Request(vendor.baseUrl).credentials;
  equal(modes, [[LOGIN, usual], [VERIFY, "include"], [REFRESH, "include"], [INFO, usual], [INFO, usual], ["/v1/user/logout", usual]]);
}

/** The person has to sign again: the session has come to its end. */
export async function a_refresh_token_that_is_over_ends_the_session_as_expired() {
  for (const envelope of ["top", "data", "code"]) {
    const { session } = await signedIn({ refresh_lifetime_s: 0.01, envelope });
    await new Promise((done) => setTimeout(done, 30));
    await rejects(session.refresh(), "session-expired");
    equal([session.state.status, session.state.reason], ["signed-out", "expired"], envelope);
  }
}

export async function rule_10_trouble_at_a_wallets_renewal_keeps_the_session() {
  const { vendor, session } = await signedIn();
  await vendor.fault({ path: REFRESH, ...replying({ success: false, errorCode: 99, errorMsgKey: "error.unexpected", data: {} }) });
  await rejects(session.refresh(), "vendor-unavailable");
  await vendor.fault({ path: REFRESH, status: 401 });
  await rejects(session.refresh(), "vendor-unavailable");
  equal(session.state.status, "signed-in");
}

/** What the person does in the wallet afterwards is nothing to the session. */
export async function an_account_or_chain_changed_in_the_wallet_changes_no_session() {
  const { vendor, open } = await simulated();
  const owner = await made({ accounts: 2 });
  const session = await open();
  const { state } = await session.login({ wallet: owner });
  owner.accounts.reverse();
  owner.chain = 5;
  equal((await session.json(INFO)).user.address, state.user.toLowerCase());
  equal((await session.refresh()).user, state.user);
  equal((await session.json(INFO)).user.address, state.user.toLowerCase());
  equal(await vendor.count(`POST ${LOGIN}`), 1);
}

/** A browser has one cookie for all: where somebody else has signed in since, it is no reason to become that person. */
export async function a_cookie_of_another_account_is_not_taken_over() {
  if (!keepsCookies) return;
  const { open, session } = await signedIn();
  const other = await open({ account: "other" });
  await other.login({ wallet: await made() });
  await rejects(session.refresh(), "session-expired");
  equal([session.state.status, session.state.reason], ["signed-out", "expired"]);
  equal((await other.refresh()).status, "signed-in");
}

export async function a_wallets_refusals_are_read_in_all_documented_forms() {
  for (const [envelope, expected] of [["top", 100103], ["data", 100103], ["code", 401]]) {
    const { open } = await simulated({ envelope });
    const [owner, other] = [await made(), await made()];
    owner.answers.eth_signTypedData_v4 = (_, message) => other.sign(other.accounts[0], message);
    const { status, vendorCode, detail } = await rejects((await open()).login({ wallet: owner }), "invalid-credentials");
    equal([status, vendorCode, detail], [401, expected, "error.login.signature"], envelope);
  }
}

export async function the_account_to_sign_with_may_be_chosen() {
  const { open } = await simulated();
  const owner = await made({ accounts: 3 });
  const session = await open();
  const third = owner.accounts[2];
  const { state } = await session.login({ wallet: owner, address: third.toLowerCase() });
  equal(state.user.toLowerCase(), third.toLowerCase());
  const stranger = `0x${"12".repeat(20)}`;
  const error = await rejects(session.login({ wallet: owner, address: stranger }), "invalid-request");
  equal(error.fields.map(({ name, code }) => [name, code]), [["address", "not-offered"]]);
  const asked = owner.calls.length;
  for (const address of ["", "0x12", third.slice(2), `${third}0`, `0x${"zz".repeat(20)}`]) {
    const { fields } = await rejects(session.login({ wallet: owner, address }), "invalid-request");
    equal(fields[0].name, "address", address);
  }
  equal(owner.calls.length, asked, "the wallet isn't asked in vain");
}

/** Rule 3: what is no wallet is the caller's mistake. */
export async function rule_3_a_wallet_is_an_object_with_request() {
  const { vendor, open } = await simulated();
  const session = await open();
  for (const wallet of [undefined, null, 5, "window.ethereum", {}, { request: 5 }, []]) {
    const error = await rejects(session.login({ wallet }), "invalid-options");
    ok(error.message.startsWith("credentials.wallet"), error.message);
  }
  const owner = await made();
  for (const more of [{ username: "jdoe" }, { password: "x" }, { adress: "0x" }]) {
    await rejects(session.login({ wallet: owner, ...more }), "invalid-options");
  }
  for (const more of [{ address: 5 }, { name: {} }]) await rejects(session.login({ wallet: owner, ...more }), "invalid-options");
  await rejects(session.login(jdoe), "invalid-options");
  await rejects(session.login(), "invalid-options");
  const usual = await vendor.open();
  await rejects(usual.login({ ...jdoe, wallet: owner }), "invalid-options");
  equal([owner.calls, await vendor.total()], [[], 0], "nothing is asked or sent");
  await rejects(hallpass.openSession({ vendor: "lenses", baseUrl: vendor.baseUrl, flow: "wallet" }), "invalid-options");
}

/** Providers are of classes with private members, or functions; `request` is called as their method, and the code of a refusal may be a getter. */
export async function a_wallet_is_asked_by_its_own_method() {
  const { open } = await simulated();
  const owner = await made();
  class Provider {
    #owner = owner;
    request(call) {
      return this.#owner.request(call);
    }
  }
  for (const wallet of [new Provider(), Object.assign(() => {}, { request: owner.request })]) {
    const session = await open();
    equal((await session.login({ wallet })).state.status, "signed-in", typeof wallet);
    session.dispose();
  }
  class Refusal extends Error {
    data = "x".repeat(100_000);
    get code() {
      return 4001;
    }
  }
  const no = await made({ answers: { eth_requestAccounts: () => { throw new Refusal("no"); } } });
  const session = await open();
  await rejects(session.login({ wallet: no }), "cancelled");
  session.dispose();
}

/** R37: an answer of a wallet is read in bounds. */
export async function r37_a_wallets_endless_list_of_accounts_is_unsupported() {
  const { vendor, open } = await simulated();
  const owner = await made();
  owner.answers.eth_requestAccounts = () => Array.from({ length: 5_000 }, () => owner.accounts[0]);
  const session = await open();
  await rejects(session.login({ wallet: owner }), "unsupported");
  equal([owner.shown, await vendor.count(`POST ${VERIFY}`)], [[], 0]);
  session.dispose();
}

/** R37: a wallet is whatever the page has put there. */
export async function r37_a_wallet_that_speaks_nonsense_is_unsupported() {
  const circle = {};
  circle.circle = circle;
  const nonsense = {
    eth_requestAccounts: [() => undefined, () => null, () => "0x1", () => [], () => [5], () => ["0x12"], () => circle, () => 5n, () => { throw null; },
      () => { throw { get code() { throw new Error("no"); } }; }, () => Promise.reject(), () => { throw Object.assign(() => {}, { code: Symbol() }); }],
    eth_chainId: [() => { throw refusal(4200); }, () => { throw refusal("4001"); }, () => { throw refusal(-32002, "Request already pending"); }],
    eth_signTypedData_v4: [() => undefined, () => "", () => "0x", () => "0xyz", () => "1234", () => ({}), () => `0x${"a".repeat(100_000)}`, () => ({ toJSON() { throw new Error("no"); } })],
  };
  for (const [method, all] of Object.entries(nonsense)) {
    for (const answer of all) {
      const { vendor, open } = await simulated();
      const session = await open();
      await rejects(session.login({ wallet: await made({ answers: { [method]: answer } }) }), "unsupported");
      equal([session.state.status, await vendor.count(`POST ${VERIFY}`)], ["signed-out", 0], `${method} ${answer}`);
    }
  }
  // What answers at once, with a value or something like a promise, is a wallet all the same.
  const { open } = await simulated();
  const owner = await made();
  const asked = [];
  const odd = { request: (call) => (asked.push(call.method), call.method === "eth_requestAccounts" ? owner.accounts : { then: (done, fail) => owner.request(call).then(done, fail) }) };
  equal((await (await open()).login({ wallet: odd })).state.status, "signed-in");
  equal(asked, SIGNING);
}

/** R18: a logout, or a newer login, overtakes one that waits for the person. */
export async function r18_a_login_that_waits_for_the_person_is_overtaken() {
  const { vendor, open } = await simulated();
  const session = await open();
  const slow = await made({ answers: { eth_signTypedData_v4: () => new Promise(() => {}) } });
  const first = session.login({ wallet: slow });
  first.catch(() => {});
  await until(() => slow.shown.length === 1, "shown");
  await session.login({ wallet: await made() });
  await rejects(within(1_000, first, "the first login"), "superseded");
  const second = session.login({ wallet: slow });
  second.catch(() => {});
  await until(() => slow.shown.length === 2, "shown again");
  await session.logout();
  await rejects(within(1_000, second, "the second login"), "superseded");
  equal([session.state.status, await vendor.count(`POST ${VERIFY}`)], ["signed-out", 1]);
}

/** R2, R8: the signature goes into the body of one request, and nowhere else. */
export async function r2_a_signature_is_handed_in_once() {
  const storage = storageOfItsOwn();
  const { vendor, session, owner } = await signedIn({}, { storage });
  const [{ body }] = await entries(vendor, VERIFY);
  const { signature, nonceHash, addr } = Object.fromEntries(new URLSearchParams(body));
  ok(/^0x[0-9a-f]{130}$/.test(signature) && addr === owner.accounts[0], body);
  await session.fetch(INFO);
  await session.refresh();
  const { requests } = await vendor.ledger();
  const later = JSON.stringify([[...storage.map], session.state, requests.filter(({ path }) => path !== VERIFY && path !== LOGIN)]);
  ok(!later.includes(signature) && !later.includes(`"${nonceHash}"`), later);
}

export async function a_wallets_session_is_restored_without_the_wallet() {
  const storage = storageOfItsOwn();
  const { open, session } = await signedIn({}, { storage });
  session.dispose();
  const again = await open({ storage });
  equal([again.state.status, again.state.user], ["signed-in", session.state.user]);
  equal((await again.refresh()).status, "signed-in");
}

/** R39: the older session is revoked, and what renews the new one isn't touched by it. */
export async function r39_a_login_over_a_wallets_session_revokes_it() {
  const { vendor, session } = await signedIn();
  const before = await session.accessToken();
  await session.login({ wallet: await made() });
  await until(async () => (await vendor.count("POST /v1/user/logout")) === 1, "revoked");
  const [{ headers }] = await entries(vendor, "/v1/user/logout");
  equal(headers.authorization, `Bearer ${before}`);
  equal((await session.refresh()).status, "signed-in");
}

/** R10: who signs out when the token is over leaves nothing behind that could renew it. */
export async function r10_a_wallets_session_whose_token_is_over_is_revoked_at_logout() {
  const { vendor, session } = await signedIn({}, { renew: "manual" });
  await withClock(2 * 3_600_000, async () => equal(await session.logout(), { revoked: true }));
  equal([await vendor.count(`POST ${REFRESH}`), await vendor.count("POST /v1/user/logout")], [1, 1]);
  const reply = await fetch(vendor.baseUrl + REFRESH, { method: "POST", credentials: "include" });
  ok(!reply.ok, `what the browser holds renews nothing: ${reply.status}`);
}

/** The path is added to the endpoint's own, however that goes on. */
export async function a_signature_goes_below_the_endpoint_for_logins() {
  const message = {
    types: { EIP712Domain: [{ name: "name", type: "string" }], data: [{ name: "hash", type: "string" }] },
    primaryType: "data",
    message: { hash: "n" },
    domain: { name: "ETHGas Login" },
  };
  const data = { status: "verify", nonceHash: "n", eip712Message: JSON.stringify(message) };
  const owner = { request: async ({ method }) => (method === "eth_requestAccounts" ? [`0x${"a".repeat(40)}`] : `0x${"1".repeat(130)}`) };
  for (const [login, verify] of [
    ["v1/in", "v1/in/verify"],
    ["v1/in/", "v1/in/verify"],
    ["v1/in?tenant=7", "v1/in/verify?tenant=7"],
    ["v1/in/?at=/a/", "v1/in/verify?at=/a/"],
    ["v1/in#a?b", "v1/in/verify#a?b"],
  ]) {
    const asked = [];
    const fetch = async ({ url }) => {
      asked.push(url);
      return asked.length === 1 ? Response.json({ success: true, data }) : Response.json({ success: false }, { status: 400 });
    };
    const baseUrl = "https://w.example/api";
    const session = await hallpass.openSession({ vendor: "ethgas", flow: "wallet", baseUrl, endpoints: { login }, fetch });
    await reasonOf(session.login({ wallet: owner }));
    equal(asked, [login, verify].map((path) => `${baseUrl}/${path}`));
    session.dispose();
  }
}

/** A wallet whose owner leaves one question open until `answer` is called, which is there once it was asked. */
function holding(owner, at) {
  const held = {
    answer: undefined,
    wallet: {
      request: async (asked) => {
        if (asked.method === at) await new Promise((done) => { held.answer = done; });
        return owner.request(asked);
      },
    },
  };
  return held;
}

/** R34: who disposes of a session waits for no wallet, and what a person signs afterwards is not handed in. */
export async function r34_dispose_ends_a_login_that_waits_for_the_wallet() {
  for (const at of SIGNING) {
    const { vendor, open } = await simulated();
    const owner = await made();
    const held = holding(owner, at);
    const session = await open();
    const login = rejects(session.login({ wallet: held.wallet }), "unsupported");
    await until(() => held.answer, at);
    session.dispose();
    await within(1_000, login, at);
    held.answer();
    await new Promise((done) => setTimeout(done, 50));
    equal([await vendor.count(`POST ${VERIFY}`), owner.calls.at(-1)], [0, at], "nothing more is asked or sent");
  }
}

/** Rule 1: a person who signs after the caller has given up is signed in nowhere, and asked for nothing more. */
export async function rule_1_a_signature_after_an_abort_signs_nobody_in() {
  for (const at of SIGNING) {
    const { vendor, open } = await simulated();
    const owner = await made();
    const held = holding(owner, at);
    const session = await open();
    const controller = new AbortController();
    const login = reasonOf(session.login({ wallet: held.wallet }, { signal: controller.signal }));
    await until(() => held.answer, at);
    controller.abort("why");
    equal(await within(1_000, login, at), "why");
    held.answer();
    await new Promise((done) => setTimeout(done, 100));
    equal([await vendor.count(`POST ${VERIFY}`), owner.calls.at(-1), session.state.status], [0, at, "signed-out"], "nothing more is asked or sent");
    session.dispose();
  }
}
