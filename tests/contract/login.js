import { admin, equal, jdoe, ok, rejects, simulate } from "./env.js";

const VENDORS = ["ocient", "lenses", "pegase3", "ethgas"];

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
}
