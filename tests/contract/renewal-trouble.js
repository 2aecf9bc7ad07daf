/** Renewals in trouble: gateways in between, odd lifetimes, endpoints that always refuse, vendors in a hurry. */
import {
  DATA, LOGIN_PATHS, RENEWAL_PATHS, admin, entries, equal, hallpass, ok, pathOf, reasonOf, rejects, renewals, replying, simulate,
  storageOfItsOwn, withTime,
} from "./env.js";

const REFRESH = RENEWAL_PATHS.ethgas;
const VERIFY = "/api/v1/user/login/verify";

const INVALID = replying({ code: 400, message: "Invalid request parameters", data: null, errorCode: "40001" }, 400);

/** What a gateway in front of the vendor says, or anybody else: not the vendor's envelope. */
const GATEWAYS = [400, 422].flatMap((status) => [
  replying("<html><h1>Bad Request</h1></html>", status, "text/html"),
  replying("<html><h1>Bad Request</h1></html>", status),
  replying({ message: "Bad Request" }, status),
  replying({ error: "invalid_request", statusCode: status }, status),
  replying([status], status),
  replying("", status),
]);

/** The form of each renewal that the vendor has received. */
async function forms(vendor) {
  return (await entries(vendor, REFRESH)).map(({ body, headers }) => (body ? "body" : headers.authorization ? "header" : "none"));
}

/** ETHGAS documents two forms of a renewal. What is no word of the vendor's suggests nothing about them, and ends nothing. */
export async function rule_10_a_gateways_400_is_no_word_about_the_form() {
  for (const refresh_form of ["both", "bearer"]) {
    for (const fault of GATEWAYS) {
      const what = `${refresh_form}, ${fault.reply.status} ${fault.reply.body}`;
      const vendor = simulate("ethgas");
      await vendor.config({ refresh_form });
      const session = await vendor.signIn();
      await vendor.fault({ path: REFRESH, ...fault });
      const error = await reasonOf(session.refresh());
      ok(hallpass.isAuthError(error) && error.code !== "session-expired", `${what}: ${error}`);
      equal([session.state.status, await forms(vendor)], ["signed-in", ["header"]], what);
      await session.refresh();
      equal([session.state.problem, await forms(vendor)], [undefined, ["header", "header"]], `${what}: and then`);
      session.dispose();
    }
  }
}

/** The vendor calls one form invalid: the other is tried. The trial's refusal is no verdict, and its form is not remembered. */
export async function rule_10_the_refusal_of_a_trial_is_no_verdict() {
  const second = [[undefined], [replying({ code: 401, message: "Unauthorized", data: null }, 401)], [{ status: 503 }], [INVALID]];
  for (const [fault] of second) {
    const vendor = simulate("ethgas");
    await vendor.config({ refresh_form: "bearer" });
    const session = await vendor.signIn();
    await vendor.fault({ path: REFRESH, ...INVALID });
    if (fault) await vendor.fault({ path: REFRESH, ...fault });
    await session.refresh().catch(() => {});
    const what = `the trial is answered ${fault ? JSON.stringify(fault) : "by the vendor"}`;
    equal([session.state.status, await forms(vendor)], ["signed-in", ["header", "body"]], what);
    await session.refresh();
    equal(await forms(vendor), ["header", "body", "header"], `${what}: and then`);
    equal((await session.fetch(DATA.ethgas)).status, 200, what);
    session.dispose();
  }
}

/** A form that worked is remembered, also in the storage; then there is one request a renewal. */
export async function a_form_is_remembered_after_it_worked() {
  const vendor = simulate("ethgas");
  await vendor.config({ refresh_form: "body" });
  const storage = storageOfItsOwn();
  const session = await vendor.signIn({ storage });
  await session.refresh();
  await session.refresh();
  session.dispose();
  const other = await vendor.open({ storage });
  await other.refresh();
  equal(await forms(vendor), ["header", "body", "body", "body"]);
  // What was remembered and is refused in the vendor's own words is the end.
  await vendor.revoke();
  await rejects(other.refresh(), "session-expired");
  equal([other.state.reason, (await forms(vendor)).length], ["refused", 5]);
}

const LIFETIMES = ["0", "-1", "1e300", "1e400", "-1e400", "null", '"NaN"', '"soon"', '""', '"-5"', "true", "{}", "[]", "[60]", undefined];

/** A renewal's reply of one of the vendors, as text, with a lifetime as it stands there. */
function grant(name, access, refresh, lifetime) {
  const member = (key) => (lifetime === undefined ? "" : `,"${key}":${lifetime}`);
  const who = '"username":"jdoe","database":"system"';
  return name === "ethgas"
    ? `{"code":200,"message":"OK","data":{"accessToken":"${access}","refreshToken":"${refresh}"${member("expiresIn")}}}`
    : `{"access_token":"${access}",${who}${member("expires_in")},"status":{"reason":"OK","vendor_code":0}}`;
}

/** The old tokens are dead once the vendor has sent new ones: those are taken, whatever it says of their lifetime. */
export async function r24_a_renewals_tokens_are_taken_whatever_their_lifetime() {
  const lifetimes = [['"3600"', 3_600], ['"3600.5"', 3_600.5], ["3600", 3_600], ...LIFETIMES.map((odd) => [odd, 600])];
  for (const name of Object.keys(RENEWAL_PATHS)) {
    for (const [lifetime, seconds] of lifetimes) {
      const what = `${name}, lifetime ${lifetime}`;
      const vendor = simulate(name);
      await vendor.config({ access_lifetime_s: 600 });
      const storage = storageOfItsOwn();
      const session = await vendor.signIn({ storage, renew: "manual" });
      await vendor.fault({ path: RENEWAL_PATHS[name], ...replying(grant(name, "new.access.1", "new.refresh.1", lifetime)) });
      const { status, expiresAt } = await session.refresh().catch((error) => {
        throw new Error(`${what}: ${error}`);
      });
      equal([status, await session.accessToken()], ["signed-in", "new.access.1"], what);
      ok(Math.abs(expiresAt - Date.now() - seconds * 1_000) < 5_000, `${what}: over in ${expiresAt - Date.now()} ms`);
      ok([...storage.map.values()][0].includes("new.access.1"), `${what}: kept`);
      await vendor.fault({ path: RENEWAL_PATHS[name], ...replying(grant(name, "new.access.2", "new.refresh.2", 60)) });
      await session.refresh();
      const presented = (await entries(vendor, RENEWAL_PATHS[name])).at(-1).headers.authorization;
      equal(presented, `Bearer new.${name === "ethgas" ? "refresh" : "access"}.1`, `${what}: presented next`);
      session.dispose();
    }
  }
}

/** At a login nothing is lost: a lifetime that can't be used is malformed there. */
export async function r24_an_unusable_lifetime_at_a_login_is_malformed() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    for (const lifetime of ["0", "-1", "1e400", '"soon"', "{}", "true"]) {
      const vendor = simulate(name);
      await vendor.fault({ path: LOGIN_PATHS[name], ...replying(grant(name, "a.b.c", "d.e.f", lifetime)) });
      const session = await vendor.open();
      await rejects(session.login(admin), "malformed-reply").catch((error) => {
        throw new Error(`${name}, ${lifetime}: ${error.message}`);
      });
    }
  }
}

/** What an endpoint answers that never takes the token. */
const NEVER = {
  ethgas: { status: 401, body: '{"code":401,"message":"Unauthorized","data":null}', content_type: "application/json" },
  ocient: replying({ status: { reason: "no", sql_state: "08003", vendor_code: -733 } }),
};

/** R21: an endpoint that always refuses causes a renewal or two, not one for each request. */
export async function r21_an_endpoint_that_always_refuses_causes_no_row_of_renewals() {
  for (const [name, refusal] of Object.entries(NEVER)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    await vendor.fault({ path: pathOf(name), count: 1_000, ...refusal });
    for (let times = 0; times < 30; times++) await session.fetch(DATA[name]);
    const count = await renewals(vendor);
    ok(count >= 1 && count <= 2, `${name}: ${count} renewals for 30 requests`);
    equal([session.state.status, session.state.renewal], ["signed-in", "idle"], name);
    session.dispose();
  }
}

/** The same where the token is good everywhere else: that it is accepted there says nothing for those who reject any. */
export async function r21_endpoints_that_always_refuse_cause_no_row_of_renewals_beside_others() {
  for (const [name, refusal] of Object.entries(NEVER)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const refusing = ["/other/one", "/other/two"];
    for (const path of refusing) await vendor.fault({ path, count: 1_000, ...refusal });
    for (let times = 0; times < 20; times++) {
      for (const path of [...refusing.map((path) => `${path}?times=${times}`), DATA[name]]) await session.fetch(path);
    }
    const count = await renewals(vendor);
    ok(count >= 1 && count <= 4, `${name}: ${count} renewals for 20 requests to each of two`);
    await vendor.expire();
    equal((await session.fetch(DATA[name])).status, 200, `${name}: a token that is dead is renewed all the same`);
    equal(await renewals(vendor), count + 1, name);
    session.dispose();
  }
}

/** The same for ten requests a second, for a minute; and afterwards a token that is dead is renewed as ever. */
export async function r21_ten_refused_requests_a_second_are_two_renewals_a_minute() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await vendor.fault({ path: DATA.ethgas, count: 1_200, ...NEVER.ethgas });
  await withTime(async (pass) => {
    for (let times = 0; times < 590; times++) {
      pass(100);
      await session.fetch(DATA.ethgas);
    }
    const count = await renewals(vendor);
    ok(count <= 2, `${count} renewals in a minute`);
    equal((await session.fetch(VERIFY, { method: "POST" })).status, 200, "what takes the token works");
    pass(60_000);
    await vendor.expire();
    equal((await session.fetch(VERIFY, { method: "POST" })).status, 200, "a token that is dead is renewed");
    equal(await renewals(vendor), count + 1);
  });
  session.dispose();
}

// "0" is no invitation to hurry, and neither is a moment that is past.
const HURRIES = ["0", "1", "Thu, 01 Jan 1970 00:00:00 GMT"];

/** R22: a vendor's Retry-After lengthens hallpass's own pauses, and never shortens them. */
export async function r22_retry_after_never_shortens_the_backoff() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    for (const status of [429, 503]) {
      for (const retry_after of HURRIES) {
        const vendor = simulate(name);
        const session = await vendor.signIn();
        await vendor.fault({ path: RENEWAL_PATHS[name], count: 5, status, retry_after });
        // The fifth pause in a row is 16 s, half of it left to chance.
        for (const least of [500, 1_000, 2_000, 4_000, 8_000]) {
          await reasonOf(session.refresh());
          const left = session.state.retryAt - Date.now();
          ok(left > least - 300, `${name}, ${status}, Retry-After ${retry_after}: in ${left} ms, not before ${least}`);
        }
        session.dispose();
      }
    }
  }
}

/** The same, counted: in the first seconds of trouble there are three tries, not one after the other. */
export async function r22_a_hurried_vendor_is_not_asked_more_often() {
  const counts = await Promise.all([1, 2, 3, 4].map(async () => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    await vendor.fault({ path: REFRESH, count: 100, status: 503, retry_after: "0" });
    await reasonOf(session.refresh());
    await new Promise((done) => setTimeout(done, 2_500));
    const count = await renewals(vendor);
    session.dispose();
    return count;
  }));
  ok(counts.every((count) => count <= 3), `tries in 2.5 s: ${counts}`);
}
