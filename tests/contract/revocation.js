/** What is told to the vendor about a session that ends: by a logout after sleep, and by a login over it (R39). */
import {
  AGES_MS, DATA, RENEWAL_PATHS, admin, entries, equal, jdoe, ok, rejects, renewals, simulate, storageOfItsOwn, until, withClock,
  within,
} from "./env.js";

const LOGOUT = "/api/v1/user/logout";
const REFRESH = RENEWAL_PATHS.ethgas;
const HOURS_MS = 2 * 3_600_000;
const REFUSAL = { status: 401, body: '{"code":401,"message":"no","data":null}', content_type: "application/json" };

const sentTo = async (vendor, path) => (await entries(vendor, path)).map(({ headers }) => headers.authorization);
const aWhile = () => new Promise((done) => setTimeout(done, 200));

/** The state and the storage while a logout is under way. */
const gone = (session, storage) => [session.state.status, session.state.reason, storage.map.size];

/** A machine that slept for two hours: the token is over, and the vendor would take no logout with it. It is renewed first. */
export async function a_logout_after_sleep_renews_and_then_revokes() {
  for (const ms of [HOURS_MS, AGES_MS / 2]) {
    const vendor = simulate("ethgas");
    const storage = storageOfItsOwn();
    const session = await vendor.signIn({ storage });
    const old = await session.accessToken();
    await vendor.expire();
    await vendor.fault({ path: REFRESH, hold: true });
    await withClock(ms, async () => {
      const logout = session.logout();
      await until(async () => (await renewals(vendor)) === 1, "the renewal is on its way");
      equal(gone(session, storage), ["signed-out", "logout", 0], "here it is over at once");
      await vendor.release();
      equal(await within(5_000, logout, "logout"), { revoked: true });
    });
    equal(gone(session, storage), ["signed-out", "logout", 0], "and it stays so");
    const [sent, ...more] = await sentTo(vendor, LOGOUT);
    ok(/^Bearer .+/.test(sent) && sent !== `Bearer ${old}` && more.length === 0, `with the new token, once: ${sent}`);
    session.dispose();
  }
}

/** The same with what the storage still held of an earlier visit. */
export async function a_logout_of_a_restored_session_renews_and_then_revokes() {
  const vendor = simulate("ethgas");
  const storage = storageOfItsOwn();
  (await vendor.signIn({ storage })).dispose();
  await vendor.expire();
  await withClock(HOURS_MS, async () => {
    const session = await vendor.open({ storage, renew: "manual" });
    equal(await within(5_000, session.logout(), "logout"), { revoked: true });
    equal(gone(session, storage), ["signed-out", "logout", 0]);
  });
  equal((await sentTo(vendor, LOGOUT)).length, 1);
}

/** A renewal that fails leaves nothing to be sent: an anonymous logout would revoke nothing. */
export async function a_logout_whose_renewal_fails_sends_nothing() {
  for (const fault of [{ status: 503 }, REFUSAL, { cut: true }, { truncate: true }]) {
    const vendor = simulate("ethgas");
    const storage = storageOfItsOwn();
    const session = await vendor.signIn({ storage });
    await vendor.expire();
    await vendor.fault({ path: REFRESH, count: 9, ...fault });
    await withClock(HOURS_MS, async () => {
      equal(await within(5_000, session.logout(), JSON.stringify(fault)), { revoked: false }, JSON.stringify(fault));
    });
    equal(gone(session, storage), ["signed-out", "logout", 0], JSON.stringify(fault));
    equal(await vendor.count(`POST ${LOGOUT}`), 0, JSON.stringify(fault));
    session.dispose();
  }
}

/** Renewal and revocation together take no longer than timeoutMs, and a signal of the caller's counts. */
export async function a_logout_after_sleep_is_bounded() {
  for (const signal of [undefined, () => AbortSignal.timeout(200)]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ timeoutMs: 500 });
    await vendor.expire();
    await vendor.fault({ path: REFRESH, hang: true });
    const began = Date.now();
    await withClock(HOURS_MS, async () => {
      const outcome = session.logout({ signal: signal?.() }).then(({ revoked }) => revoked, ({ name }) => name);
      equal(await within(3_000, outcome, "logout"), signal ? "TimeoutError" : false);
    });
    ok(Date.now() - began < 1_400, `${Date.now() - began} ms`);
    equal([session.state.status, await vendor.count(`POST ${LOGOUT}`)], ["signed-out", 0]);
    session.dispose();
  }
}

/** R39: Bert signs in over Anna, and Anna's tokens are revoked at the vendor. */
export async function r39_a_login_over_a_session_revokes_it() {
  for (const [who, credentials] of Object.entries({ "another user": admin, "the same user": jdoe })) {
    for (const restored of [false, true]) {
      const what = `${who}, ${restored ? "restored" : "signed in here"}`;
      const vendor = simulate("ethgas");
      const storage = storageOfItsOwn();
      let session = await vendor.signIn({ storage });
      const annas = await session.accessToken();
      if (restored) {
        session.dispose();
        session = await vendor.open({ storage });
      }
      await session.login(credentials);
      await until(async () => (await vendor.count(`POST ${LOGOUT}`)) === 1, `${what}: revoked`, 2_000);
      await aWhile();
      equal(await sentTo(vendor, LOGOUT), [`Bearer ${annas}`], `${what}: with the older token, once`);
      const response = await globalThis.fetch(vendor.baseUrl + DATA.ethgas, { headers: { Authorization: `Bearer ${annas}` } });
      equal(response.status, 401, `${what}: it is dead`);
      const { status } = await session.fetch(DATA.ethgas);
      equal([session.state.user, status], [credentials.username, 200], `${what}: the newer one lives`);
      session.dispose();
    }
  }
}

/** R39: and the login waits for none of it, nor fails with it. */
export async function r39_revoking_neither_delays_nor_fails_the_login() {
  for (const fault of [{ hang: true }, { status: 500 }, REFUSAL, { cut: true }, { drop: true, count: 20 }]) {
    const what = JSON.stringify(fault);
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    await vendor.fault({ path: LOGOUT, ...fault });
    const began = Date.now();
    equal((await within(3_000, session.login(admin), what)).state.user, "admin", what);
    ok(Date.now() - began < 1_000, `${what}: ${Date.now() - began} ms`);
    await until(async () => (await vendor.count(`POST ${LOGOUT}`)) >= 1, `${what}: it was told`, 2_000);
    await aWhile();
    equal([session.state.user, session.state.problem, session.state.status], ["admin", undefined, "signed-in"], what);
    equal((await session.fetch(DATA.ethgas)).status, 200, what);
    session.dispose();
  }
}

/** R39: a login that fails revokes nothing, and neither does the first. */
export async function r39_a_login_that_fails_revokes_nothing() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await rejects(session.login({ username: "admin", password: "wrong" }), "invalid-credentials");
  await aWhile();
  equal([await vendor.count(`POST ${LOGOUT}`), session.state.user, (await session.fetch(DATA.ethgas)).status], [0, "jdoe", 200]);
}

/** R39: what was signed out or has ended is not revoked once more. */
export async function r39_what_has_ended_is_not_revoked_again() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  await session.logout();
  await session.login(admin);
  await aWhile();
  equal(await vendor.count(`POST ${LOGOUT}`), 1, "the logout's own");
}

/** R39: where the session is a cookie, the newer login has already replaced it: a logout would end the newer one. */
export async function r39_a_cookie_that_was_replaced_is_not_signed_out() {
  const vendor = simulate("lenses");
  const session = await vendor.open({ endpoints: { logout: "/api/v1/logout" } });
  await session.login(jdoe);
  await session.login(admin);
  await aWhile();
  equal(await vendor.count("POST /api/v1/logout"), 0);
  equal([session.state.status, session.state.user], ["signed-in", "admin"]);
}
