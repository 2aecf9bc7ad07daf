import {
  DATA, LOGIN_PATHS, VENDORS, admin, entries, equal, hallpass, jdoe, ok, reasonOf, received, rejects, replying, simulate, withClock,
  withFetch,
} from "./env.js";

/** R30: passwords are byte-exact; the simulator's user has a trailing blank in his. (PEGASE3's header can't carry one.) */
export async function r30_passwords_are_byte_exact() {
  for (const vendor of VENDORS.filter((vendor) => vendor !== "pegase3")) {
    const session = await simulate(vendor).signIn({}, { username: "ünïcode", password: "pässwörd " });
    equal(session.state.status, "signed-in", vendor);
    await rejects(session.login({ username: "ünïcode", password: "pässwörd" }), "invalid-credentials");
  }
}

/** Rule 5: a login is sent once, whatever comes back. */
export async function rule_5_login_is_never_repeated() {
  const vendor = simulate("ethgas");
  await vendor.fault({ path: "/api/v1/user/login", status: 503 });
  const session = await vendor.open();
  await rejects(session.login(jdoe), "vendor-unavailable");
  await rejects(session.login({ ...jdoe, password: "wrong" }), "invalid-credentials");
  equal(await vendor.count("POST /api/v1/user/login"), 2);
}

/** R25: a new login replaces all that the old one left. */
export async function r25_a_new_login_replaces_the_old_one() {
  for (const vendor of VENDORS) {
    const session = await simulate(vendor).signIn();
    const before = session.state;
    await session.login(admin);
    equal(session.state.user, "admin", vendor);
    ok(session.state !== before, "a new state");
  }
  // The database, and the pause that is kept after a failed renewal, are the old one's, too.
  const vendor = simulate("ocient");
  const session = await vendor.signIn({}, { ...jdoe, database: "analytics" });
  await vendor.fault({ path: "/v1/token_refresh", status: 503 });
  await rejects(session.refresh(), "vendor-unavailable");
  const { database, renewal, problem } = session.state;
  equal([database, renewal, problem], ["analytics", "waiting", "vendor-unavailable"]);
  await vendor.fault({ path: "/v1/login", ...replying({ access_token: "a.b.c", expires_in: 60, status: { vendor_code: 0 } }) });
  const { state } = await session.login(admin);
  equal([state.user, state.database, state.renewal, state.problem, state.retryAt], ["admin", undefined, "idle", undefined, undefined]);
  await session.refresh().catch(() => {}); // a token that the simulator does not know
  ok(!(await entries(vendor, "/v1/token_refresh")).at(-1).body.includes("analytics"), "nothing of the old one is sent");
}

/** Rule 5: nor after trouble of any kind. (No 408 and no "drop" here: browsers send a request again by themselves then.) */
export async function rule_5_login_is_sent_once_whatever_the_trouble() {
  const troubles = [{ status: 401 }, { status: 403 }, { status: 429, retry_after: "0" }, { status: 500 }, { status: 503, retry_after: "0" },
    { cut: true }, { truncate: true }, { hang: true }, { redirect: "/elsewhere" }, replying("<h1>hello</h1>")];
  for (const name of VENDORS) {
    for (const trouble of troubles) {
      if (name === "lenses" && (trouble.truncate || trouble.cut)) continue; // the cookie of half a reply is a login's too
      const vendor = simulate(name);
      const session = await vendor.open({ timeoutMs: 300 });
      await vendor.fault({ path: LOGIN_PATHS[name], ...trouble });
      ok(hallpass.isAuthError(await reasonOf(session.login(jdoe))), `${name}: an AuthError`);
      equal(await vendor.total(), 1, `${name} ${JSON.stringify(trouble)}: requests`);
      equal(session.state.status, "signed-out", name);
    }
  }
}

/** Rule 5: the password is nowhere but in the login itself: not in the storage, and not in any later request. */
export async function rule_5_passwords_are_not_kept() {
  for (const name of VENDORS) {
    const kept = [];
    const storage = { get: () => null, set: (key, value) => void kept.push(key, value), delete: () => {} };
    const vendor = simulate(name);
    const session = await vendor.signIn({ storage });
    await session.fetch(DATA[name]);
    if (session.state.renewable) await session.refresh();
    await session.logout();
    const { requests, password_misplaced } = await vendor.ledger();
    equal(password_misplaced, 0, name);
    const later = JSON.stringify([kept, ...requests.filter(({ path }) => path !== LOGIN_PATHS[name])]);
    ok(kept.length > 0 && !later.includes(jdoe.password), `${name}: ${later}`);
  }
}

/** Rule 6: what a header can't carry byte-exact is refused by field, and nothing is sent. */
export async function rule_6_pegase3_refuses_what_a_header_cant_carry() {
  const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter((character) => character !== "\t");
  const bad = [...[...controls, "\x7f"].flatMap((control) => [`${control}x`, `x${control}y`, `x${control}`]),
    " x", "x ", "\tx", "x\t", " ", "\t", "x\r\nToken: y", "ł", "日本", "😀", "\u0100", "x\ufeff", "\u2028", "\ud800", "x\udc00y", ""];
  const vendor = simulate("pegase3");
  const session = await vendor.open();
  for (const value of bad) {
    for (const field of ["username", "password"]) {
      const what = `${field} ${JSON.stringify(value)}`;
      const error = await rejects(session.login({ ...jdoe, [field]: value }), "invalid-request");
      equal(error.fields?.map(({ name }) => name), [field], what);
      ok(error.fields[0].code && error.fields[0].title, `${what}: says why`);
      ok(error.vendor === "pegase3" && error.status === undefined, what);
    }
  }
  equal(await vendor.total(), 0, "requests");
}

/** Rule 6: what a header can carry goes out byte-exact. */
export async function rule_6_pegase3_sends_what_a_header_can_carry() {
  const latin = Array.from({ length: 96 }, (_, code) => String.fromCharCode(0xa0 + code)).join("");
  for (const value of [latin, "a b", "a\tb", "\u00a0x\u00a0", "ÿ", "\"'\\,;:=%", "Bearer x", "x".repeat(1000)]) {
    const vendor = simulate("pegase3");
    await rejects((await vendor.open()).login({ username: value, password: value }), "invalid-credentials");
    const { headers } = (await vendor.ledger()).requests[0];
    equal([headers["user-name"], headers.password], [value, value]);
  }
}

/** R30: texts that UTF-8 can't express, and none at all, are refused by field at every vendor; nothing is sent. */
export async function r30_what_cant_be_sent_byte_exact_is_refused() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    for (const value of ["\ud800", "x\udfff", "\udc00\ud800", "a\ud83dz", "", "x".repeat(100_000)]) {
      for (const field of ["username", "password"]) {
        const error = await rejects(session.login({ ...jdoe, [field]: value }), "invalid-request");
        equal(error.fields.map((one) => one.name), [field], name);
      }
    }
    equal(await vendor.total(), 0, `${name}: requests`);
  }
}

/** A login that is overtaken, and whose answer comes afterwards, although nobody wants it any more. */
async function overtaken(vendor, session, overtake) {
  await vendor.fault({ path: LOGIN_PATHS[vendor.vendor], hold: true });
  let first;
  const deaf = (request, real) => {
    const reply = real(new Request(request, { signal: new AbortController().signal }));
    first ??= reply;
    return reply;
  };
  await withFetch(deaf, async () => {
    const login = rejects(session.login(jdoe), "superseded");
    await received(vendor, 1);
    await overtake();
    equal((await login).vendor, vendor.vendor);
    await vendor.release();
    const reply = await first;
    equal(reply.ok, true);
    await reply.text();
    await new Promise((done) => setTimeout(done));
  });
}

/** A login that is overtaken by a newer one is "superseded", though its reply comes last. */
export async function r18_an_older_login_is_superseded_by_a_newer_one() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    await overtaken(vendor, session, async () => equal((await session.login(admin)).state.user, "admin", name));
    equal([session.state.status, session.state.user], ["signed-in", "admin"], name);
  }
}

/** A login that is overtaken by a logout is "superseded", and nobody is signed in. */
export async function r18_a_login_is_superseded_by_a_logout() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.open();
    await overtaken(vendor, session, () => session.logout());
    equal([session.state.status, session.state.reason], ["signed-out", "logout"], name);
  }
}

/** A login that is refused before anything is sent overtakes nothing. */
export async function a_login_that_was_not_sent_supersedes_nothing() {
  const vendor = simulate("ethgas");
  const session = await vendor.open();
  await vendor.fault({ path: LOGIN_PATHS.ethgas, delay_ms: 100 });
  const login = session.login(jdoe);
  await rejects(session.login({ ...jdoe, password: "" }), "invalid-request");
  await rejects(session.login(), "invalid-options");
  equal((await login).state.user, "jdoe");
}

/** 429 with Retry-After as seconds and as a date; without one, or with nonsense, there is no retryAfterMs. */
export async function r22_a_login_says_how_long_to_wait() {
  for (const name of VENDORS) {
    for (const status of [429, 503]) {
      const waits = [["7", 7_000, 7_000], [new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_000], ["0", 0, 0],
        [new Date(0).toUTCString(), 0, 0], [undefined], ["soon"], ["1.5"], ["-5"], ["5, 6"], ["99999999999999999999"]];
      for (const [retry_after, least, most] of waits) {
        const vendor = simulate(name);
        await vendor.fault({ path: LOGIN_PATHS[name], status, retry_after });
        const error = await rejects((await vendor.open()).login(jdoe), status === 429 ? "rate-limited" : "vendor-unavailable");
        equal(error.status, status, name);
        const fits = least === undefined ? error.retryAfterMs === undefined : error.retryAfterMs >= least && error.retryAfterMs <= most;
        ok(fits, `${name}: ${retry_after} is ${error.retryAfterMs} ms`);
      }
    }
  }
}

/** R19, R22: a date in Retry-After is held against the vendor's own clock, where it tells: this machine's may be wrong by days. */
export async function r22_a_date_to_wait_for_is_by_the_vendors_clock() {
  const day = 24 * 3_600_000;
  const vendor = simulate("ethgas");
  const session = await vendor.open();
  const now = Date.now();
  const headers = { "Retry-After": new Date(now + 60_000).toUTCString(), Date: new Date(now).toUTCString() };
  await withFetch(async () => new Response("", { status: 429, headers }), async () => {
    for (const shift of [-day, 0, day]) {
      const error = await withClock(shift, () => rejects(session.login(jdoe), "rate-limited"));
      equal(error.retryAfterMs, 60_000, `a clock off by ${shift} ms`);
    }
  });
}
