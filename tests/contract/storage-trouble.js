/** Rule 15, R38: a write that fails never leaves an older session where a newer one, or none, should be. */
import {
  DATA, RENEWAL_PATHS, VENDORS, admin, equal, hasTabs, jdoe, ok, rejects, renewals, replying, simulate, storageOfItsOwn, until, within,
} from "./env.js";
import { silent, withFullStorages } from "./stand-ins/storages.js";

/** Whoever opens the storage now. */
async function reopened(vendor, storage, run) {
  const session = await vendor.open({ storage });
  try {
    return await run(session);
  } finally {
    session.dispose();
  }
}

/** Anna is signed in, the storage is full, and Bert signs in over her: after a reload nobody is. */
export async function rule_15_a_login_that_cant_be_written_leaves_nobody_signed_in() {
  await withFullStorages(async ({ what, storage, full }) => {
    for (const name of VENDORS) {
      const vendor = simulate(name);
      const session = await vendor.signIn({ storage });
      full(Infinity);
      await session.login(admin);
      equal([session.state.user, session.state.problem], ["admin", "storage"], `${what}, ${name}`);
      session.dispose();
      for (const now of ["full", "mended"]) {
        if (now === "mended") full(0);
        const seen = await reopened(vendor, storage, ({ state }) => [state.status, state.user]);
        equal(seen, ["signed-out", undefined], `${what}, ${name}, ${now}`);
      }
    }
  }, [silent]);
}

/** The same where it is one and the same person: an older token is an older session. */
export async function rule_15_a_renewal_that_cant_be_written_leaves_no_spent_token() {
  await withFullStorages(async ({ what, storage, full }) => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage });
    full(Infinity);
    await session.refresh();
    equal([session.state.status, session.state.problem], ["signed-in", "storage"], what);
    session.dispose();
    full(0);
    await reopened(vendor, storage, async (other) => {
      equal(other.state.status, "signed-out", what);
      await rejects(other.refresh(), "not-signed-in");
    });
    equal((await vendor.ledger()).refresh_reuse, 0, what);
  });
}

/** PEGASE3's tokens change with each reply: a write that fails leaves none that is dead. */
export async function rule_15_an_adopted_token_that_cant_be_written_leaves_no_dead_one() {
  await withFullStorages(async ({ what, storage, full }) => {
    const vendor = simulate("pegase3");
    await vendor.config({ echo_token: true });
    const session = await vendor.signIn({ storage });
    full(1);
    await session.fetch(DATA.pegase3);
    await until(() => session.state.problem === "storage", `${what}: told`);
    session.dispose();
    await reopened(vendor, storage, ({ state }) => equal(state.status, "signed-out", what));
  });
}

/** One write fails at a renewal, and the storage works again: what is held is written at the next occasion. */
export async function r38_what_could_not_be_written_is_written_at_the_next_occasion() {
  await withFullStorages(async ({ what, storage, full }) => {
    const vendor = simulate("ethgas");
    const session = await vendor.signIn({ storage });
    full(1);
    await session.refresh();
    equal(session.state.status, "signed-in", what);
    const works = async (other) => other.state.status === "signed-in" && (await other.fetch(DATA.ethgas)).status === 200;
    const now = () => reopened(vendor, storage, works);
    await until(async () => {
      equal((await session.fetch(DATA.ethgas)).status, 200, what); // the occasion
      return now();
    }, `${what}: another page is signed in`, 3_000);
    equal(session.state.problem, undefined, what);
    await reopened(vendor, storage, (other) => other.refresh());
    equal([(await vendor.ledger()).refresh_reuse, await renewals(vendor)], [0, 2], what);
    session.dispose();
  });
}

/** The same while other tabs look on: nobody presents what is spent, and nobody is signed out for good. */
export async function r38_a_failed_write_signs_out_no_tab() {
  if (!hasTabs) return;
  await withFullStorages(async ({ what, storage, full }) => {
    const vendor = simulate("ethgas");
    const [first, second] = [await vendor.signIn({ storage }), await vendor.open({ storage })];
    full(1);
    await first.refresh();
    await second.refresh().catch(() => {}); // it has no token that is good, and may say so
    equal(first.state.status, "signed-in", `${what}: the one whose write failed`);
    const both = async () => {
      await first.fetch(DATA.ethgas);
      return second.state.status === "signed-in" && (await second.fetch(DATA.ethgas)).status === 200;
    };
    await until(both, `${what}: both are signed in`, 3_000);
    equal([first.state.status, (await vendor.ledger()).refresh_reuse], ["signed-in", 0], what);
    await first.logout();
    first.dispose();
    second.dispose();
  });
}

/** A record that another text stands beside at each reading. `give` is handed the record and the number of the reading. */
function fickle(give) {
  const kept = storageOfItsOwn();
  let reads = 0;
  const get = (key) => {
    // A page that reads on for ever would be frozen, and this test with it.
    if (++reads > 2_000) throw new Error("read too often");
    const text = kept.map.get(key);
    return give(text, reads);
  };
  const set = (key, value) => void kept.map.set(key, value);
  return { storage: { get, set, delete: (key) => void kept.map.delete(key) }, reads: () => reads };
}

/** A storage that gives another text at each reading is asked in bounds, and then it is no storage. */
export async function rule_2_a_storage_that_never_gives_the_same_text_is_read_in_bounds() {
  const vendor = simulate("ethgas");
  let record;
  const taken = { ...storageOfItsOwn(), set: (_, text) => void (record ??= text) };
  await (await vendor.signIn({ storage: taken })).logout();
  const renumbered = (number) => JSON.stringify({ ...JSON.parse(record), login: number, renewals: number });
  const kinds = {
    "its own, with blanks": (text, number) => text && text + " ".repeat(number % 50),
    "its own, or one of long ago": (text, number) => (number % 2 ? text : record + " ".repeat(number % 50)),
    "others' records": (_, number) => renumbered(number),
    garbage: (_, number) => `{"v":${number}`,
    "now and then nothing": (text, number) => (number % 2 ? text && text + " ".repeat(number % 50) : null),
  };
  for (const [what, give] of Object.entries(kinds)) {
    const { storage, reads } = fickle(give);
    const session = await within(5_000, vendor.open({ storage }), `${what}: open`);
    for (const [name, call] of Object.entries({
      login: () => session.login(jdoe),
      fetch: () => session.fetch(DATA.ethgas),
      refresh: () => session.refresh(),
      logout: () => session.logout(),
      "a second login": () => session.login(admin),
    })) {
      const before = reads();
      await within(5_000, call().catch(() => {}), `${what}: ${name}`);
      await new Promise((done) => setTimeout(done, 20)); // what follows behind it
      ok(reads() - before < 60, `${what}: ${reads() - before} reads for ${name}`);
    }
    // What is its own and never the same can't be written over in bounds.
    // (Where another login's record comes up in turn, that may be another tab's: nobody can tell.)
    if (what === "its own, with blanks") equal(session.state.problem, "storage", what);
    session.dispose();
  }
}

/** What is too long to be read back is refused where it comes in; what is taken is restored. */
export async function r11_what_is_too_long_to_be_kept_is_malformed_where_it_comes_in() {
  const status = { vendor_code: 0 };
  const ocient = (token, more) => ({ access_token: token, expires_in: 60, username: "jdoe", status, ...more });
  const ethgas = (token, more) => ({ code: 200, data: { accessToken: token, refreshToken: "r.r.r", expiresIn: 60, ...more } });
  const replies = {
    ocient: ["/v1/login", ocient],
    pegase3: ["/login", (token) => ({ code: 200, status: "ok", token })],
    ethgas: ["/api/v1/user/login", ethgas],
  };
  const lengths = [1_000, 8_000, 16_000, 30_000, 32_000, 60_000, 65_000, 65_536, 66_000, 200_000];
  for (const [name, [path, reply]] of Object.entries(replies)) {
    for (const length of lengths) {
      const long = "x".repeat(length);
      const bodies = [reply(long)];
      if (name === "ocient") bodies.push(reply("a.b.c", { database: long }), reply("a.b.c", { username: long }));
      // Each of these takes two characters of a record.
      if (name === "ocient") bodies.push(reply("a.b.c", { username: '"'.repeat(length) }));
      if (name === "ethgas") bodies.push(reply("a.b.c", { refreshToken: long }), reply(long, { refreshToken: long }));
      for (const body of bodies) {
        const vendor = simulate(name);
        await vendor.fault({ path, ...replying(body) });
        const storage = storageOfItsOwn();
        const session = await vendor.open({ storage });
        const error = await session.login(jdoe).then(() => undefined, (reason) => reason);
        const what = `${name}, ${length} characters, ${JSON.stringify(body).replace(/(x|\\"){9,}/g, "…")}`;
        if (length >= 66_000) ok(error, `${what}: refused`);
        if (error) equal([error.code, storage.map.size], ["malformed-reply", 0], what);
        else await reopened(vendor, storage, ({ state }) => equal(state, session.state, `${what}: restored`));
        session.dispose();
      }
    }
  }
}

/** The same at a renewal: the second tab would sign the first one out. */
export async function r11_a_renewed_token_that_is_too_long_is_malformed() {
  for (const [name, path] of Object.entries(RENEWAL_PATHS)) {
    const vendor = simulate(name);
    const storage = storageOfItsOwn();
    const session = await vendor.signIn({ storage });
    const token = "x".repeat(66_000);
    const data = { accessToken: token, refreshToken: "r.r.r", expiresIn: 60 };
    await vendor.fault({ path, ...replying({ access_token: token, expires_in: 60, code: 200, data, status: { vendor_code: 0 } }) });
    await rejects(session.refresh(), "malformed-reply");
    equal(session.state.status, "signed-in", name);
    ok([...storage.map.values()].every((text) => text.length < 65_536), `${name}: nothing is written that can't be read`);
    session.dispose();
  }
}
