import {
  admin, DATA, entries, equal, jdoe, jsonReply, jwt, ok, pathOf, rejects, RENEWAL_PATHS, renewals, replying, simulate, storageOfItsOwn,
  until, withClock, withFetch,
} from "./env.js";

const DAY_MS = 86_400_000;

/** Trouble at a renewal that says nothing about the session, and the code it is told as. */
const TROUBLE = [
  ["network", { drop: true, count: 30 }], // browsers try again on each connection they have kept
  ["network", { cut: true }],
  ["timeout", { hang: true }],
  ["rate-limited", { status: 429 }],
  ["rate-limited", { status: 429, retry_after: "30" }],
  ["vendor-unavailable", { status: 503 }],
  ["vendor-unavailable", { status: 500, body: "<h1>no</h1>", content_type: "text/html" }],
  ["vendor-unavailable", { status: 502 }],
  ["malformed-reply", replying("<h1>Welcome</h1>", 200, "text/html")],
  ["malformed-reply", { truncate: true }],
  ["malformed-reply", { deep: 100_000 }],
  ["malformed-reply", { huge_mb: 1 }],
  ["malformed-reply", replying({})],
  ["malformed-reply", replying(null)],
];

async function survives(name, code, fault) {
  const what = `${code} by ${JSON.stringify(fault)} at ${name}`;
  const vendor = simulate(name);
  const session = await vendor.signIn({ timeoutMs: 1_500 });
  const before = session.state;
  await vendor.fault({ path: RENEWAL_PATHS[name], ...fault });
  const error = await rejects(session.refresh(), code).catch((cause) => {
    throw new Error(`${what}: ${cause.message}`);
  });
  if (fault.retry_after) equal(error.retryAfterMs, 30_000, what);
  const { status, user, expiresAt, renewal, problem } = session.state;
  const expected = { status: "signed-in", user: "jdoe", expiresAt: before.expiresAt, renewal: "waiting", problem: code };
  equal({ status, user, expiresAt, renewal, problem }, expected, what);
  // The token that is there is as good as before.
  equal((await session.fetch(DATA[name])).status, 200, what);
  session.dispose();
}

/** Rule 10: network trouble, 429, 5xx and unreadable replies keep the session, which waits for a better moment. */
export async function rule_10_trouble_at_a_renewal_keeps_the_session() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    await Promise.all(TROUBLE.map(([code, fault]) => survives(name, code, fault)));
  }
}

/** Rule 10, "waiting": it tries again by itself, and then the trouble is over. */
export async function rule_10_a_failed_renewal_is_tried_again_by_itself() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const seen = [];
  session.subscribe(({ renewal, problem }) => seen.push(`${renewal} ${problem}`));
  await vendor.fault({ path: RENEWAL_PATHS.ethgas, status: 503 });
  await rejects(session.refresh(), "vendor-unavailable");
  await until(() => session.state.renewal === "idle", "renewed by itself");
  equal([session.state.status, session.state.problem, await renewals(vendor)], ["signed-in", undefined, 2]);
  equal(seen[0], "idle undefined");
  ok(seen.includes("running undefined") && seen.includes("waiting vendor-unavailable"), `told on the way: ${seen}`);
  equal(seen.at(-1), "idle undefined");
}

/** Rule 10: an explicit refusal ends the session, at once and for all. */
export async function rule_10_a_refused_renewal_ends_the_session() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    const seen = [];
    session.subscribe((state) => seen.push(state.status));
    await vendor.revoke();
    await rejects(session.refresh(), "session-expired");
    const { status, reason, user, expiresAt, renewable, renewal } = session.state;
    equal({ status, reason, user, expiresAt, renewable, renewal }, { status: "signed-out", reason: "refused", renewable: false, renewal: "idle" }, name);
    equal(seen.at(-1), "signed-out");
    const before = await vendor.total();
    await rejects(session.fetch(DATA[name]), "session-expired");
    equal(await vendor.total(), before, "nothing was sent");
    await session.login(jdoe);
    equal([session.state.status, session.state.reason], ["signed-in", undefined]);
  }
}

/** Expiry without renewal: PEGASE3's session ends with its token, and everybody is told without asking. */
export async function rule_10_expiry_without_renewal_ends_the_session() {
  const vendor = simulate("pegase3");
  await vendor.config({ access_lifetime_s: 1 });
  const session = await vendor.signIn();
  const seen = [];
  session.subscribe((state) => seen.push(state));
  await until(() => seen.at(-1).status === "signed-out", "told of the end", 4_000);
  equal(seen.map(({ status, reason }) => [status, reason]), [["signed-in", undefined], ["signed-out", "expired"]]);
  await rejects(session.fetch(DATA.pegase3), "session-expired");
  await rejects(session.accessToken(), "session-expired");
  equal((await entries(vendor, DATA.pegase3)).length, 0, "an expired token is not used");
}

/** Automatic renewal: ahead of expiry, without a call, again and again, and not in a loop. */
export async function renewal_is_automatic_ahead_of_expiry() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    await vendor.config({ access_lifetime_s: 3 });
    const session = await vendor.signIn();
    const statuses = new Set();
    const first = await session.accessToken();
    const end = session.state.expiresAt;
    session.subscribe(({ status }) => statuses.add(status));
    await until(async () => (await renewals(vendor)) >= 1, `renewed at ${name}`, 3_000);
    const [{ at_ms: asked }] = await entries(vendor, RENEWAL_PATHS[name]);
    ok(asked < end - 300, `ahead of expiry: ${end - asked} ms`);
    await until(async () => (await renewals(vendor)) >= 2, `and again at ${name}`, 6_000);
    equal([...statuses], ["signed-in"], name);
    ok((await session.accessToken()) !== first && session.state.expiresAt > end, "a new token");
    equal((await session.fetch(DATA[name])).status, 200);
    session.dispose();
  }
}

/** renew "manual": never by itself. What is over is not used, and can still be renewed. */
export async function renewal_is_never_automatic_when_manual() {
  const vendor = simulate("ethgas");
  await vendor.config({ access_lifetime_s: 0.5 });
  const session = await vendor.signIn({ renew: "manual" });
  const end = session.state.expiresAt;
  await until(() => Date.now() > end + 200, "over");
  await rejects(session.fetch(DATA.ethgas), "session-expired");
  equal([await renewals(vendor), (await entries(vendor, DATA.ethgas)).length], [0, 0]);
  await vendor.config({ access_lifetime_s: 60 });
  await session.refresh();
  equal((await session.fetch(DATA.ethgas)).status, 200);
}

/** R19: expiresAt is the moment of receipt and the lifetime by this machine's clock, however wrong that is. */
export async function r19_expires_at_is_by_this_machines_clock() {
  for (const shift of [0, DAY_MS, -DAY_MS]) {
    await withClock(shift, async () => {
      for (const name of Object.keys(RENEWAL_PATHS)) {
        const vendor = simulate(name);
        await vendor.config({ access_lifetime_s: 100 });
        const before = Date.now();
        const session = await vendor.signIn();
        const { expiresAt } = session.state;
        ok(expiresAt >= before + 100_000 && expiresAt <= Date.now() + 100_000, `${name}, clock off by ${shift}: ${expiresAt - before}`);
        equal((await session.fetch(DATA[name])).status, 200);
        equal([session.state.status, await renewals(vendor)], ["signed-in", 0], "neither signed out nor renewed early");
      }
    });
  }
}

/** R19: PEGASE3 tells a moment and no lifetime. A clock that is off neither signs out early nor makes a session for ever. */
export async function r19_a_wrong_clock_does_not_end_pegase3s_session() {
  for (const shift of [0, DAY_MS, -DAY_MS]) {
    await withClock(shift, async () => {
      const vendor = simulate("pegase3");
      const before = Date.now();
      const session = await vendor.signIn();
      const lifetime = session.state.expiresAt - before;
      // 30 minutes as documented; the vendor rounds up to whole seconds.
      ok(Math.abs(lifetime - 1_800_000) < 3_000, `clock off by ${shift}: ${lifetime}`);
      equal((await session.fetch(DATA.pegase3)).status, 200);
      equal(session.state.status, "signed-in");
    });
  }
}

/**
 * R19: a clock that jumps, or a machine that slept: where the token's age can't be told any more, it is renewed once for each
 * jump; no loop, no sign-out.
 */
export async function r19_a_jumping_clock_makes_no_loop() {
  for (const shift of [DAY_MS, -DAY_MS]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn();
    await withClock(shift, async () => {
      for (let round = 0; round < 3; round++) equal((await session.fetch(DATA.ethgas)).status, 200);
      equal([session.state.status, await renewals(vendor)], ["signed-in", 1], `after a jump of ${shift}`);
    });
    // And back again.
    for (let round = 0; round < 3; round++) equal((await session.fetch(DATA.ethgas)).status, 200);
    equal([session.state.status, await renewals(vendor)], ["signed-in", 2], `after the jump back from ${shift}`);
  }
}

/** R19, R21: a vendor whose new tokens are over at once is not asked in a loop. */
export async function r19_tokens_that_are_over_at_once_make_no_loop() {
  const vendor = simulate("ethgas");
  const session = await vendor.signIn();
  const grant = { accessToken: "a.b.c", refreshToken: "d.e.f", expiresIn: 1e-6 };
  await vendor.fault({ path: RENEWAL_PATHS.ethgas, count: 1_000, ...replying({ code: 200, message: "OK", data: grant }) });
  await session.refresh().catch(() => {});
  await session.fetch(DATA.ethgas).catch(() => {});
  const end = Date.now() + 1_000;
  await until(() => Date.now() > end, "a second has passed");
  const count = await renewals(vendor);
  session.dispose();
  ok(count < 20, `${count} renewals in a second`);
}

/** R20: what a JWT claims decides nothing but timing, and nothing where the vendor tells the lifetime. */
export async function r20_claims_are_hints() {
  const vendor = simulate("pegase3");
  const claims = [{ exp: 1 }, { exp: 1e300 }, { exp: "soon" }, { exp: -1 }, { exp: null }, {}, null, 5, { user: "root", exp: 1 }];
  for (const token of [...claims.map(jwt), "a.b.c", "plain", "..", "a.!!!.c"]) {
    await vendor.fault({ path: "/login", ...replying({ code: 200, status: "ok", token }) });
    const session = await vendor.signIn();
    const { status, user, expiresAt } = session.state;
    equal([status, user], ["signed-in", "jdoe"], token);
    ok(Math.abs(expiresAt - Date.now() - 1_800_000) < 5_000, `${token}: ${expiresAt - Date.now()} ms`);
    session.dispose();
  }
  const ethgas = simulate("ethgas");
  const data = { accessToken: jwt({ exp: 1, sub: "root" }), refreshToken: jwt({ exp: 1 }), expiresIn: 600 };
  await ethgas.fault({ path: "/api/v1/user/login", ...replying({ code: 200, message: "OK", data }) });
  const session = await ethgas.signIn();
  ok(Math.abs(session.state.expiresAt - Date.now() - 600_000) < 5_000, "the lifetime that was told");
  equal([session.state.user, await session.accessToken()], ["jdoe", data.accessToken]);
}

/** R18: a renewal that a newer login overtakes says so, whatever the vendor answers to it. */
export async function r18_a_renewal_is_superseded_by_a_newer_login() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    for (const storage of ["memory", storageOfItsOwn()]) {
      for (const status of [undefined, 401, 503]) {
        const vendor = simulate(name);
        const session = await vendor.signIn({ storage });
        let release;
        const gate = new Promise((done) => (release = done));
        const late = async (request, real) => {
          if (!request.url.endsWith(RENEWAL_PATHS[name])) return real(request);
          await gate;
          return status ? jsonReply({}, status) : real(request);
        };
        await withFetch(late, async () => {
          const renewal = session.refresh();
          renewal.catch(() => {}); // looked at below
          await session.login(admin);
          release();
          await rejects(renewal, "superseded");
        });
        equal([session.state.user, session.state.renewal, session.state.problem], ["admin", "idle", undefined], `${name} ${status}`);
        session.dispose();
      }
    }
  }
}

/** A login that fails leaves the session as it is, and so it does a renewal under way. */
export async function a_login_that_fails_does_not_overtake_a_renewal() {
  const own = storageOfItsOwn();
  for (const storage of ["memory", own]) {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage });
    const { expiresAt } = session.state;
    await vendor.fault({ path: RENEWAL_PATHS.ethgas, hold: true });
    const renewal = session.refresh();
    await until(async () => (await renewals(vendor)) === 1, "on its way");
    await rejects(session.login({ username: "jdoe", password: "wrong" }), "invalid-credentials");
    await vendor.release();
    equal((await renewal).status, "signed-in");
    ok(session.state.expiresAt > expiresAt, "renewed");
    session.dispose();
  }
}

/** Rule 10: where the vendor rejects a token and can't renew it now, nobody is told that the session has ended. */
export async function rule_10_a_rejected_token_that_cant_be_renewed_now_is_no_ended_session() {
  for (const name of Object.keys(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const session = await vendor.signIn();
    await vendor.revoke();
    await vendor.fault({ path: RENEWAL_PATHS[name], status: 503, count: 9 });
    equal((await rejects(session.json(DATA[name]), "vendor-unavailable")).status, 503);
    equal([session.state.status, session.state.renewal], ["signed-in", "waiting"], name);
    // The same in the pause that follows.
    const calls = { request: () => session.json(DATA[name]), ...(name === "ethgas" && { check: session.check }) };
    for (const [operation, call] of Object.entries(calls)) {
      const error = await rejects(call(), "vendor-unavailable");
      ok(error.retryAfterMs > 0 && error.message.includes(operation), `${name}: ${error.message} ${error.retryAfterMs}`);
    }
    equal([session.state.status, session.state.renewal], ["signed-in", "waiting"], name);
    equal(await renewals(vendor), 1, name);
    // What the vendor says to a credential of the caller's own is about that one.
    const headers = { Authorization: "Bearer my-own" };
    equal((await rejects(session.json(DATA[name], { headers }), "session-expired")).retryAfterMs, undefined, name);
    session.dispose();
  }
}

/** A renewal renames nobody: Ocient may spell the user otherwise, or name him only now. What waits for it is his all the same. */
export async function a_renewal_renames_nobody() {
  const vendor = simulate("ocient");
  const token = { access_token: "a.b.c", expires_in: 60, status: { reason: "OK", vendor_code: 0 } };
  await vendor.fault({ path: "/v1/login", ...replying(token) });
  const session = await vendor.signIn({}, { username: "jdoe@analytics", password: "correct horse" });
  const { user, database } = session.state;
  await vendor.fault({ path: RENEWAL_PATHS.ocient, count: 5, ...replying({ ...token, username: "jdoe", database: "system" }) });
  await withClock(3_600_000, async () => {
    equal(await session.accessToken(), "a.b.c");
    await vendor.fault({ path: pathOf("ocient"), ...replying({ status: { reason: "no", vendor_code: -733 } }) });
    await vendor.fault({ path: pathOf("ocient"), ...replying({ data: ["once more"] }) });
    equal((await (await session.fetch(DATA.ocient)).json()).data, ["once more"]);
  });
  equal([session.state.user, session.state.database], [user, database]);
}
