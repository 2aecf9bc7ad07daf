import {
  DATA, entries, equal, jdoe, ok, reasonOf, rejects, replying, simulate, storageOfItsOwn, until, within, withFetch, withGlobal, withTime,
} from "./env.js";

const ASK = "/v1/sso_device_grant";
const VERIFY = "/v1/sso_device_grant_verify";
const TOKEN = "/v1/sso_token";
const DATABASE = "retail_analytics";

/** The tokens that the customer's identity provider gives a user, as login() takes them. */
async function provided(vendor, order = { username: "jdoe" }) {
  const { id_token, access_token } = await vendor.identity(order);
  return [{ idToken: id_token, database: DATABASE }, { accessToken: access_token, database: DATABASE }];
}

/** Credentials for another device, on which a person answers as soon as the prompt is handed out, or never. */
function device(answer) {
  const prompts = [];
  const credentials = {
    device: async (prompt) => {
      prompts.push(prompt);
      if (answer) await say(prompt, answer);
    },
  };
  return { prompts, credentials };
}

/** What the person does on the page of the prompt. */
const say = ({ userCode, verificationUri }, answer) =>
  globalThis.fetch(verificationUri, { method: "POST", body: new URLSearchParams({ code: userCode, answer, username: "jdoe" }) });

const polls = (vendor) => vendor.count(`POST ${VERIFY}`);

/** Ocient takes tokens of the customer's own identity provider, in the place of a password. */
export async function ocient_takes_tokens_of_the_customers_identity_provider() {
  const vendor = simulate("ocient");
  for (const credentials of await provided(vendor)) {
    const session = await vendor.open();
    const { state } = await session.login(credentials);
    equal([state.status, state.user, state.database], ["signed-in", "jdoe", DATABASE]);
    ok(state.expiresAt > Date.now(), "a lifetime");
    equal((await session.fetch(DATA.ocient)).status, 200);
    await session.refresh();
    session.dispose();
  }
  const sent = (await entries(vendor, TOKEN)).map(({ body }) => Object.keys(JSON.parse(body)).sort());
  equal(sent, [["database", "id_token"], ["access_token", "database"]]);
  equal(await vendor.count("POST /v1/login"), 0);
}

/** A token that the vendor refuses is a credential that it refuses; it is sent once. */
export async function rule_5_a_refused_token_is_sent_once() {
  const vendor = simulate("ocient");
  const [over] = await provided(vendor, { username: "jdoe", lifetime_s: 0 });
  const [nobody] = await provided(vendor, { username: "nobody" });
  const [mine] = await provided(vendor);
  for (const credentials of [over, nobody, { ...mine, idToken: "no.token" }, { accessToken: mine.idToken, database: DATABASE }]) {
    const session = await vendor.open();
    const error = await rejects(session.login(credentials), "invalid-credentials");
    ok(error.vendorCode < -600, `the vendor's own code: ${error.vendorCode}`);
    equal(session.state.status, "signed-out");
  }
  equal(await vendor.count(`POST ${TOKEN}`), 4);
  await rejects((await vendor.open()).login({ ...mine, database: "nowhere" }), "invalid-request");
}

/** Rule 3: which members go together is said, and nothing is sent; rule 4: without the token. */
export async function rule_3_a_way_to_sign_in_names_what_it_lacks() {
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const show = () => {};
  for (const [credentials, named] of [
    [{ idToken: "secret-token" }, "credentials.database"],
    [{ accessToken: "secret-token" }, "credentials.database"],
    [{ idToken: 5, database: "d" }, "credentials.idToken"],
    [{ idToken: "secret-token", accessToken: "secret-token", database: "d" }, "credentials.accessToken"],
    [{ ...jdoe, idToken: "secret-token" }, "credentials.idToken"],
    [{ device: "secret-token" }, "credentials.device"],
    [{ device: show, accessToken: "secret-token" }, "credentials.accessToken"],
    [{ device: show, database: 5 }, "credentials.database"],
  ]) {
    const error = await rejects(session.login(credentials), "invalid-options");
    ok(error.message.includes(named) && !error.message.includes("secret-token"), error.message);
  }
  for (const [credentials, field] of [[{ idToken: "", database: "d" }, "idToken"], [{ accessToken: "t", database: "" }, "database"],
    [{ accessToken: "t".repeat(12_289), database: "d" }, "accessToken"], [{ idToken: "\ud800", database: "d" }, "idToken"]]) {
    equal((await rejects(session.login(credentials), "invalid-request")).fields[0].name, field);
  }
  equal((await rejects(session.login({ device: show, database: "" }), "invalid-request")).fields[0].name, "database");
  for (const name of ["lenses", "pegase3", "ethgas"]) {
    const error = await rejects((await simulate(name).open()).login({ idToken: "t", database: "d" }), "invalid-options");
    ok(/username|idToken/.test(error.message), error.message);
  }
  equal(await vendor.total(), 0);
}

/** Rule 5: neither token nor code is kept or sent anywhere else; rule 4: no error repeats a token, though the vendor does. */
export async function rule_4_a_token_is_in_no_error_and_nowhere_else() {
  const vendor = simulate("ocient");
  for (const credentials of await provided(vendor)) {
    const token = credentials.idToken ?? credentials.accessToken;
    const storage = storageOfItsOwn();
    const session = await vendor.open({ storage });
    const status = { vendor_code: -1234, sql_state: "28000", reason: `bad token ${token}` };
    await vendor.fault({ path: TOKEN, ...replying({ status }) });
    const error = await rejects(session.login(credentials), "invalid-credentials");
    const texts = [error.message, error.stack, JSON.stringify(error), error.detail ?? ""].join();
    ok(!texts.includes(token), texts);
    await session.login(credentials);
    await session.fetch(DATA.ocient);
    await session.logout();
    const { requests } = await vendor.ledger();
    const later = JSON.stringify([...storage.map, requests.filter(({ path }) => path !== TOKEN)]);
    ok(!later.includes(token), "nowhere else");
  }
}

/** The prompt is handed out once, and a person's yes on the page that it names signs in. No lifetime is told then. */
export async function ocient_signs_in_by_a_yes_on_another_device() {
  const vendor = simulate("ocient");
  for (const database of [undefined, DATABASE]) {
    const session = await vendor.open();
    const { prompts, credentials } = device("yes");
    const { state } = await session.login(database ? { ...credentials, database } : credentials);
    equal([state.status, state.user, state.database, state.renewable], ["signed-in", "jdoe", database ?? "system", true]);
    ok(!("expiresAt" in state), "no lifetime is told");
    const [prompt] = prompts;
    equal(prompts.length, 1);
    equal(prompt.verificationUriComplete, `${prompt.verificationUri}?code=${prompt.userCode}`);
    ok(Object.isFrozen(prompt) && /^[A-Z]{4}-[A-Z]{4}$/.test(prompt.userCode), prompt.userCode);
    equal((await session.fetch(DATA.ocient)).status, 200);
    ok((await session.refresh()).expiresAt > Date.now(), "a renewal tells one");
    equal((await session.logout()).revoked, true);
  }
}

/** A timer can't wait longer than that, and would fire at once. */
export async function a_wait_for_a_person_takes_the_longest_timeout() {
  const session = await simulate("ocient").open({ timeoutMs: 2_147_482_647 });
  equal((await within(20_000, session.login(device("yes").credentials), "the login")).state.user, "jdoe");
  session.dispose();
}

/** The person's no on the other device is "cancelled", and asked for no more. */
export async function the_persons_no_on_another_device_is_cancelled() {
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const error = await rejects(session.login(device("no").credentials), "cancelled");
  equal([error.vendor, error.vendorCode, session.state.status], ["ocient", -1251, "signed-out"]);
  equal(await polls(vendor), 1);
}

/** The vendor's time for one question passes, twice: it is asked again with the same code, and the prompt stays the one. */
export async function a_question_whose_time_is_up_is_asked_again() {
  const vendor = simulate("ocient");
  await vendor.config({ device_wait_s: 1.1 });
  const session = await vendor.open();
  const { prompts, credentials } = device();
  const login = session.login(credentials);
  await until(async () => (await polls(vendor)) === 3, "asked a third time", 15_000);
  equal(prompts.length, 1, "prompts");
  await say(prompts[0], "yes");
  equal((await login).state.user, "jdoe");
  const bodies = (await entries(vendor, VERIFY)).map(({ body }) => JSON.parse(body));
  for (const body of bodies) equal(body, { user_code: prompts[0].userCode, timeout: "30" });
  equal(await vendor.count(`POST ${ASK}`), 1);
}

/** R22: network trouble while the person takes his time is waited out, longer each time. */
export async function r22_trouble_while_a_person_answers_is_waited_out() {
  const vendor = simulate("ocient");
  await vendor.fault({ path: VERIFY, status: 503 });
  const session = await vendor.open();
  const { prompts, credentials } = device("yes");
  const asked = [];
  const broken = (request, real) => {
    if (!request.url.endsWith(VERIFY)) return real(request);
    // The first one breaks before it is sent; the second meets a gateway's 503.
    return asked.push(Date.now()) === 1 ? Promise.reject(new TypeError("offline")) : real(request);
  };
  await withFetch(broken, () => session.login(credentials));
  equal([session.state.user, prompts.length, asked.length, await polls(vendor)], ["jdoe", 1, 3, 2]);
  const [first, second, third] = asked;
  ok(second - first >= 490 && third - second >= 990, `pauses of ${second - first} and ${third - second} ms`);
}

/** Rule 1: the caller's abort ends the wait, whatever is waited for just then. */
export async function rule_1_an_abort_ends_the_wait_for_a_person() {
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const asked = new AbortController();
  const login = reasonOf(session.login(device().credentials, { signal: asked.signal }));
  await until(async () => (await polls(vendor)) === 1, "asked");
  asked.abort("enough");
  equal(await within(2_000, login, "a login"), "enough");
  // In the pause after a failure.
  await vendor.fault({ path: VERIFY, status: 503, retry_after: "60" });
  const paused = new AbortController();
  const other = reasonOf(session.login(device().credentials, { signal: paused.signal }));
  await until(async () => (await polls(vendor)) === 2, "asked");
  await new Promise((done) => setTimeout(done, 100));
  paused.abort(null);
  equal(await within(2_000, other, "a login"), null);
  equal(session.state.status, "signed-out");
  // While the prompt is shown, and before.
  const shown = new AbortController();
  const own = { device: () => shown.abort("not this one") };
  equal(await reasonOf(session.login(own, { signal: shown.signal })), "not this one");
  equal(await reasonOf(session.login(device().credentials, { signal: AbortSignal.abort(7) })), 7);
  equal(await polls(vendor), 2, "asked no more");
}

/** What the caller's own function throws is the caller's, and ends the login. */
export async function a_prompt_that_throws_ends_the_login() {
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const own = new Error("no place to show it");
  equal(await reasonOf(session.login({ device: () => { throw own; } })), own);
  equal([session.state.status, await polls(vendor)], ["signed-out", 0]);
  equal(await within(5_000, reasonOf(session.login({ device: async () => { throw own; } })), "the login"), own);
  const late = async () => {
    await until(async () => (await polls(vendor)) > 0, "asked");
    throw own;
  };
  equal(await within(5_000, reasonOf(session.login({ device: late })), "the login"), own);
  equal(session.state.status, "signed-out");
  // Once somebody is signed in, it spoils nothing: not while that is being written, nor later.
  const kept = await vendor.open({ storage: storageOfItsOwn() });
  const { credentials } = device("yes");
  const closing = new Promise((_, reject) => kept.subscribe(({ status }) => status === "signed-in" && reject(own)));
  equal((await kept.login({ device: (prompt) => Promise.all([credentials.device(prompt), closing]) })).state.user, "jdoe");
  equal((await session.login(device("yes").credentials)).state.user, "jdoe", "the session is none the worse");
}

/** R18: a newer login, or a logout, ends the wait at once. */
export async function r18_a_wait_for_a_person_is_superseded() {
  for (const overtake of [(session) => session.login(jdoe), (session) => session.logout()]) {
    const vendor = simulate("ocient");
    const session = await vendor.open();
    const login = rejects(session.login(device().credentials), "superseded");
    await until(async () => (await polls(vendor)) === 1, "asked");
    await overtake(session);
    await within(2_000, login, "the older login");
    equal(await polls(vendor), 1);
  }
}

/** R24: a prompt that leads nowhere, or to a script, is shown to nobody. */
export async function r24_a_prompt_that_is_none_is_malformed() {
  const vendor = simulate("ocient");
  const session = await vendor.open();
  const good = { user_code: "AB-CD", verification_uri: "https://idp.example/d", status: { vendor_code: 0 } };
  const { prompts, credentials } = device();
  for (const wrong of [{ verification_uri: "javascript:alert(1)" }, { verification_uri: undefined }, { user_code: "" }, { user_code: 5 }, { status: {} }]) {
    await vendor.fault({ path: ASK, ...replying({ ...good, ...wrong }) });
    await rejects(session.login(credentials), "malformed-reply");
  }
  equal([prompts.length, await polls(vendor)], [0, 0]);
  await vendor.fault({ path: ASK, status: 503 });
  await rejects(session.login(credentials), "vendor-unavailable");
}

/** The question waits longer than timeoutMs, and yet not for ever: its bound is the vendor's half minute more. */
export async function rule_2_a_question_that_hangs_is_bounded() {
  const vendor = simulate("ocient");
  const session = await vendor.open({ timeoutMs: 300 });
  const bounds = [];
  const { setTimeout: real } = globalThis;
  await vendor.fault({ path: VERIFY, hang: true });
  await withTime(async (pass) => {
    const quick = (run, ms, ...rest) => {
      const first = ms === 30_300 && !bounds.includes(ms);
      bounds.push(ms);
      // The half minute of the first question is over in a moment.
      return first ? real(() => (pass(ms), run()), 300) : real(run, ms, ...rest);
    };
    await withGlobal("setTimeout", quick, () => within(10_000, session.login(device("yes").credentials), "the login"));
  });
  ok(bounds.includes(300) && bounds.includes(30_300), `bounds of ${bounds} ms`);
  equal(await polls(vendor), 2, "asked again once the bound was reached");
  session.dispose();
}

/** R2: the code goes in bodies alone, and the calls go where the session's fetch and paths say. */
export async function device_calls_go_below_base_url_without_a_query() {
  const vendor = simulate("ocient");
  const seen = [];
  await withFetch((request, real) => (seen.push(request.url), real(request)), async () => {
    const session = await vendor.open();
    await session.login({ device: ({ userCode, verificationUri }) => void say({ userCode, verificationUri }, "yes") });
  });
  equal(seen.filter((url) => url.includes("/v1/")), [ASK, VERIFY].map((path) => vendor.baseUrl + path));
}
