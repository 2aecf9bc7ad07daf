import {
  DATA, VENDORS, equal, hallpass, jdoe, keepsCookies, ok, pathOf, rejects, replying, simulate, until, within, withFetch, withGlobal, withTime,
} from "./env.js";

/** hallpass's own calls, by vendor. */
const CALLS = {
  ocient: ["login", "refresh"],
  lenses: ["login", "check"],
  pegase3: ["login"],
  ethgas: ["login", "refresh", "check"],
};

const OPERATIONS = {
  login: (session) => session.login({ username: "admin", password: "admin" }),
  refresh: (session) => session.refresh(),
  check: (session) => session.check(),
};

/**
 * Fails unless each of hallpass's own calls at each vendor, when this fault strikes, is rejected with this code in time,
 * and leaves the session as it was.
 */
async function keepsTheSession(fault, code, { timeoutMs = 4_000, bound = 8_000, vendors = Object.keys(CALLS) } = {}) {
  for (const name of vendors) {
    for (const operation of CALLS[name]) {
      const what = `${name} ${operation}`;
      const vendor = simulate(name);
      const session = await vendor.signIn({ renew: "manual", timeoutMs });
      await vendor.fault({ path: "*", ...fault });
      const error = await within(bound, rejects(OPERATIONS[operation](session), code), what).catch((failure) => {
        throw new Error(`${what}: ${failure.message}`);
      });
      equal(error.vendor, name, what);
      equal([session.state.status, session.state.user, session.state.renewal], ["signed-in", "jdoe", "idle"], what);
      session.dispose();
    }
  }
}

/** R35: a body of 100 MB is no reply. */
export async function r35_a_huge_body_is_given_up() {
  await keepsTheSession({ huge_mb: 100 }, "malformed-reply");
}

/** R35: what goes on for ever is not read on, and the connection is let go. */
export async function r35_an_endless_body_is_not_read_on() {
  for (const [name, operations] of Object.entries(CALLS)) {
    for (const operation of operations) {
      const session = await simulate(name).signIn({ renew: "manual" });
      let [bytes, ends] = [0, 0];
      const endless = () =>
        new ReadableStream({
          pull(controller) {
            bytes += 65_536;
            controller.enqueue(new Uint8Array(65_536).fill(32));
          },
          cancel: () => void ends++,
        });
      const fake = () => Promise.resolve(new Response(endless(), { headers: { "Content-Type": "application/json" } }));
      await withFetch(fake, () => rejects(OPERATIONS[operation](session), "malformed-reply"));
      ok(bytes < 2_000_000, `${name} ${operation}: ${bytes} bytes read`);
      equal(ends, 1, `${name} ${operation}: let go`);
      session.dispose();
    }
  }
}

/** R35: JSON nested 100 000 deep. */
export async function r35_a_depth_bomb_is_no_reply() {
  await keepsTheSession({ deep: 100_000 }, "malformed-reply");
  await keepsTheSession({ deep: 2_000_000 }, "malformed-reply", { vendors: ["ethgas"] });
}

/** R35: a reply that comes byte by byte takes no longer than timeoutMs. */
export async function r35_a_slow_drip_is_a_timeout() {
  // Lenses' shortest reply has two bytes.
  await keepsTheSession({ drip_ms: 400 }, "timeout", { timeoutMs: 250, bound: 2_000 });
}

/** R35: half a reply that claims to be whole. */
export async function r35_truncated_json_is_malformed() {
  await keepsTheSession({ truncate: true }, "malformed-reply", { vendors: ["ocient", "pegase3", "ethgas"] });
}

/** R35: a connection that breaks within the reply. */
export async function r35_a_cut_reply_is_a_network_failure() {
  await keepsTheSession({ cut: true }, "network", { vendors: ["ocient", "pegase3", "ethgas"] });
}

/** R35: a connection that closes with no reply. (Browsers send a request again by themselves, once for each connection that they kept.) */
export async function r35_a_dropped_connection_is_a_network_failure() {
  await keepsTheSession({ drop: true, count: 20 }, "network");
}

/** R35: a page instead of the vendor's reply, as a proxy or a front end's catch-all route sends it. */
export async function r35_html_with_200_is_malformed() {
  const page = "<!doctype html><title>Welcome</title><script>alert(1)</script>";
  for (const type of ["text/html", "application/json"]) await keepsTheSession(replying(page, 200, type), "malformed-reply");
}

/** R35: JSON of a shape that no vendor documents. */
export async function r35_json_of_another_shape_is_malformed() {
  for (const body of ["[]", "5", "true", '"text"', "null", '{"data":[]}', '{"__proto__":{"code":200,"access_token":"x"}}', "{", "NaN", " "]) {
    // To Lenses any object is a good answer to a login, as all of its members are optional.
    const vendors = Object.keys(CALLS).filter((name) => name !== "lenses" || !body.startsWith('{"'));
    await keepsTheSession(replying(body), "malformed-reply", { vendors });
  }
}

/** R35: an empty reply is a good one only where the vendor documents it. */
export async function r35_an_empty_reply_is_malformed() {
  for (const status of [200, 204]) {
    await keepsTheSession(replying("", status), "malformed-reply", { vendors: ["ocient", "pegase3", "ethgas"] });
  }
}

/** R35: the answer to a check must be one; anything else of status 200 is no sign of life, and no end either. */
export async function r35_a_check_believes_no_other_shape() {
  const bodies = {
    ethgas: [{ code: 200, data: { valid: "true" } }, { code: 200, data: { valid: 1 } }, { code: 200, data: null }, { code: 200 }, { code: "200", data: { valid: true } }],
    lenses: [{}, { name: 5 }, { name: null }, { name: ["jdoe"] }, { user: { name: "jdoe" } }],
  };
  for (const [name, list] of Object.entries(bodies)) {
    for (const body of list) {
      const vendor = simulate(name);
      const session = await vendor.signIn();
      await vendor.fault({ path: "*", ...replying(body) });
      await rejects(session.check(), "malformed-reply");
      equal([session.state.status, session.state.user], ["signed-in", "jdoe"], name);
    }
  }
}

/** R35 and R24: a renewal's reply with wrong types anywhere changes nothing. */
export async function r35_a_renewal_believes_no_wrong_types() {
  const bad = [5, true, {}, [], "", "a b", "a\nb", "é"];
  const ocient = (more) => ({ access_token: "new", expires_in: 60, status: { vendor_code: 0 }, ...more });
  const ethgas = (more) => ({ code: 200, data: { accessToken: "new", refreshToken: "next", expiresIn: 60, ...more } });
  const bodies = {
    ocient: bad.map((access_token) => ocient({ access_token })),
    ethgas: [
      ...bad.filter((value) => !(value instanceof Object)).map((accessToken) => ethgas({ accessToken })),
      ...bad.map((refreshToken) => ethgas({ refreshToken })),
    ],
  };
  for (const [name, list] of Object.entries(bodies)) {
    for (const body of list) {
      const vendor = simulate(name);
      const session = await vendor.signIn({ renew: "manual" });
      const token = await session.accessToken();
      await vendor.fault({ path: "*", ...replying(body) });
      await rejects(session.refresh(), "malformed-reply").catch((failure) => {
        throw new Error(`${JSON.stringify(body)}: ${failure.message}`);
      });
      equal(await session.accessToken(), token, "the old token");
    }
  }
}

/** R35 and R10: whatever comes back, a logout ends here, in time, and confirms nothing that the vendor didn't. */
export async function r35_a_logout_ends_whatever_comes_back() {
  const faults = [{ huge_mb: 100 }, { deep: 100_000 }, { drip_ms: 40 }, { truncate: true }, { cut: true }, { drop: true, count: 20 }, { hang: true },
    { status: 500 }, { status: 401 }, replying("<h1>hello</h1>", 200, "text/html"), replying("[]"), replying("null")];
  for (const name of ["ocient", "ethgas"]) {
    for (const fault of faults) {
      const vendor = simulate(name);
      const session = await vendor.signIn({ timeoutMs: 300 });
      await vendor.fault({ path: "*", ...fault });
      equal(await within(2_000, session.logout(), JSON.stringify(fault)), { revoked: false }, JSON.stringify(fault));
      equal([session.state.status, session.state.reason], ["signed-out", "logout"]);
    }
  }
}

/** R35: a body that goes on after the time is over is given up, though fetch ignores the signal: it is not downloaded on. */
export async function r35_a_body_is_cancelled_when_the_time_is_over() {
  for (const operation of ["login", "check", "refresh"]) {
    let cancelled = 0;
    const body = () => new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void cancelled++ });
    const session = await simulate("ethgas").signIn({ renew: "manual", timeoutMs: 100 });
    await withGlobal("fetch", async () => new Response(body()), async () => {
      await rejects(OPERATIONS[operation](session), "timeout");
    });
    await until(() => cancelled === 1, `the body of ${operation} is cancelled`, 1_000);
    session.dispose();
  }
}

/** R35: json() reads no more than it can hold, and takes deep and broken replies; the session stays. */
export async function r35_json_survives_hostile_replies() {
  for (const name of VENDORS) {
    const vendor = simulate(name);
    const session = await vendor.signIn({ timeoutMs: 500 });
    const hostile = [
      [{ huge_mb: 100 }, "malformed-reply"],
      [{ truncate: true }, "malformed-reply"],
      [replying("<h1>hello</h1>", 200, "text/html"), "malformed-reply"],
      [{ cut: true }, "network"],
      [{ drop: true, count: 20 }, "network"],
    ];
    for (const [fault, code] of hostile) {
      const fresh = simulate(name);
      const other = await fresh.signIn();
      await fresh.fault({ path: pathOf(name), ...fault });
      // Where there is no cookie jar, half of Lenses' reply would be half of a refusal.
      if (name === "lenses" && !keepsCookies && (fault.truncate || fault.cut)) continue;
      await within(20_000, rejects(other.json(DATA[name]), code), `${name} ${JSON.stringify(fault)}`);
      equal(other.state.status, "signed-in", `${name} ${JSON.stringify(fault)}`);
    }
    await vendor.fault({ path: pathOf(name), deep: 100_000 });
    const settled = await within(20_000, session.json(DATA[name]).then(Array.isArray, (error) => hallpass.isAuthError(error)), "deep");
    ok(settled, `${name}: the arrays, or a typed error`);
    equal(session.state.status, "signed-in", name);
  }
}

/** R35 and rule 2: a body that stops coming is not waited for longer than timeoutMs; it says nothing of the session. */
export async function r35_rule_2_a_body_that_stops_coming_is_a_timeout() {
  const headers = { "Content-Type": "application/json" };
  for (const name of Object.keys(CALLS)) {
    const session = await simulate(name).signIn({ timeoutMs: 200 });
    const stalls = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const fake = () => Promise.resolve(new Response(stalls, { headers }));
    const error = await withFetch(fake, () => within(3_000, rejects(session.json("/x"), "timeout"), name));
    equal([error.vendor, error.status, error.cause?.name, session.state.status], [name, undefined, "TimeoutError", "signed-in"]);
    session.dispose();
  }
}

/** R35: a body whose pieces are empty, and each there at once, is looked into no longer than any other. */
export async function r35_a_body_of_empty_pieces_holds_nobody_up() {
  const empty = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) }), { status: 401 });
  const vendor = simulate("ethgas");
  const fetch = async (request) => (request.url.includes("/other") ? empty() : globalThis.fetch(request));
  const session = await hallpass.openSession({ vendor: "ethgas", baseUrl: vendor.baseUrl, fetch });
  await session.login(jdoe);
  const response = await within(5_000, session.fetch("/other"), "fetch");
  equal(response.status, 401);
  await response.body.cancel();
  session.dispose();
}

/**
 * R18, R19: an answer that has come while the page was frozen, when no timer fires, is too late for a login: its token may be over, and
 * somebody else signed in. A renewal's counts, as the token before it is spent.
 */
export async function r18_a_logins_answer_from_before_a_freeze_is_too_late() {
  const vendor = simulate("ethgas");
  await withTime(async (pass) => {
    let frozen = false;
    const fetch = async (request) => {
      const response = await globalThis.fetch(request);
      if (frozen) pass(60_000);
      return response;
    };
    const session = await hallpass.openSession({ vendor: "ethgas", baseUrl: vendor.baseUrl, fetch });
    frozen = true;
    await rejects(session.login(jdoe), "timeout");
    equal(session.state.status, "signed-out");
    frozen = false;
    await session.login(jdoe);
    frozen = true;
    await session.refresh();
    equal(session.state.problem, undefined);
    frozen = false;
    equal((await session.fetch(pathOf("ethgas"))).status, 200);
    await session.logout();
    session.dispose();
    // A cookie is set by then, so that the session is whoever's has signed in.
    const byCookie = await hallpass.openSession({ vendor: "lenses", baseUrl: simulate("lenses").baseUrl, fetch });
    frozen = true;
    equal((await byCookie.login(jdoe)).state.status, "signed-in");
    byCookie.dispose();
  });
}

/** R35 and rule 11: looking into a reply holds the caller's response no longer than timeoutMs, and leaves it whole. */
export async function r35_looking_into_a_slow_reply_is_bounded() {
  const look = async (name) => {
    const vendor = simulate(name);
    const session = await vendor.signIn({ timeoutMs: 200 });
    await vendor.fault({ path: pathOf(name), drip_ms: 50 });
    const response = await within(1_500, session.fetch(DATA[name]), `${name} fetch`);
    equal(response.status, 200);
    ok(JSON.parse(await response.text()), "the body is whole");
    equal(session.state.status, "signed-in", name);
    equal((await session.login(jdoe)).state.status, "signed-in", "and it goes on");
  };
  await Promise.all(["ocient", "pegase3"].map(look));
}
