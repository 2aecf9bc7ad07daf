/** What tabs hear of each other: how much it costs, and what it says about why a session ended. */
import {
  DATA, RENEWAL_PATHS, dispose, equal, hasTabs, nameOf, ok, reasonOf, shared, simulate, storageOfItsOwn, tabs, until, withGlobal,
} from "./env.js";

const FLOOD = 20_000;

/** A session with a storage that counts, and the names of its lines. */
async function listening(vendor) {
  const kept = storageOfItsOwn();
  const lines = new Set();
  let reads = 0;
  const storage = { ...kept, get: (key) => (reads++, kept.get(key)) };
  const Line = class extends BroadcastChannel {
    constructor(name) {
      lines.add(name);
      super(name);
    }
  };
  const session = await withGlobal("BroadcastChannel", Line, () => vendor.signIn({ storage }));
  ok(lines.size > 0, "it listens");
  return { session, lines: [...lines], storage: kept, reads: () => reads };
}

/** Sends messages on lines, and waits until the last has come. */
async function flood(lines, message) {
  for (const name of lines) {
    const [sender, receiver] = [new BroadcastChannel(name), new BroadcastChannel(name)];
    const over = new Promise((done) => {
      receiver.onmessage = ({ data }) => data === "the last" && done();
    });
    for (let count = 0; count < FLOOD; count++) sender.postMessage(message(count));
    sender.postMessage("the last");
    await over;
    sender.close();
    receiver.close();
  }
}

/** R41: anything but the one known word is ignored. */
export async function r41_forged_messages_are_not_even_looked_at() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  const { session, lines, reads } = await listening(vendor);
  await new Promise((done) => setTimeout(done, 100));
  const before = reads();
  const words = [undefined, null, 5, "", "logout", "Changed", "changed ", ["changed"], { type: "changed" }, "x".repeat(1_000)];
  await flood(lines, (count) => words[count % words.length]);
  equal(reads() - before, 0, "readings of the storage");
  equal(session.state.status, "signed-in");
  session.dispose();
}

/** R41: 20 000 forged words of the right kind hold nothing up, and are one look or a few. */
export async function r41_many_messages_are_as_cheap_as_one() {
  if (!hasTabs) return;
  const vendor = simulate("ethgas");
  // What it says is taken off the line itself: another tab that signs in and out.
  const { session, lines, storage, reads } = await listening(vendor);
  const words = [];
  const ears = lines.map((name) => Object.assign(new BroadcastChannel(name), { onmessage: ({ data }) => words.push(data) }));
  const other = await vendor.open({ storage });
  await other.refresh();
  await until(() => words.length > 0, "a word of another tab's");
  ears.forEach((ear) => ear.close());
  other.dispose();
  await new Promise((done) => setTimeout(done, 100));
  // How long so many messages take by themselves, on this machine as it is now.
  const alone = performance.now();
  await flood(lines.map((name) => `${name} of nobody`), () => words[0]);
  const bare = performance.now() - alone;
  const before = reads();
  const flooded = flood(lines, () => words[0]);
  const began = performance.now();
  await session.refresh();
  const took = performance.now() - began;
  await flooded;
  ok(took < 2 * bare + 2_000, `a renewal behind ${FLOOD} messages took ${Math.round(took)} ms, and they alone ${Math.round(bare)} ms`);
  ok(reads() - before < 200, `${reads() - before} readings of the storage`);
  session.dispose();
}

/** The reason of a session's end in one tab is its reason in all. */
async function reaches(reason, name, end, options) {
  for (const storage of shared()) {
    const vendor = simulate(name);
    const [first, second, third] = await tabs(vendor, 3, { storage, ...options });
    const seen = [];
    second.subscribe((state) => state.status === "signed-out" && seen.push(state.reason));
    await end(first, vendor);
    const what = `${name}, ${nameOf(storage)}`;
    equal(first.state.reason, reason, `${what}: where it ended`);
    for (const tab of [second, third]) {
      await until(() => tab.state.status === "signed-out", `${what}: signed out, too`);
      equal(tab.state.reason, reason, `${what}: in another tab`);
      const error = await reasonOf(tab.fetch(DATA[name]));
      ok(/^(not-signed-in|session-expired)$/.test(error.code), `${what}: ${error}`);
    }
    equal(seen, [reason], `${what}: told once`);
    equal((await vendor.open({ storage })).state.status, "signed-out", `${what}: for good`);
    dispose([first, second, third]);
  }
}

/** "refused": the vendor refuses the renewal, or the token of what can't be renewed. */
export async function the_reason_of_a_refusal_reaches_the_other_tabs() {
  if (!hasTabs) return;
  const revoked = async (first, vendor) => {
    await vendor.revoke();
    await first.refresh().catch(() => {});
  };
  for (const name of Object.keys(RENEWAL_PATHS)) await reaches("refused", name, revoked);
  await reaches("refused", "pegase3", async (first, vendor) => {
    await vendor.revoke();
    await first.fetch(DATA.pegase3);
  });
}

/** "expired": PEGASE3 says 498. */
export async function the_reason_of_an_expiry_reaches_the_other_tabs() {
  if (!hasTabs) return;
  await reaches("expired", "pegase3", async (first, vendor) => {
    await vendor.expire();
    await first.fetch(DATA.pegase3);
  });
}

/** "logout" stays what it is. */
export async function a_logout_is_a_logout_in_the_other_tabs() {
  if (!hasTabs) return;
  for (const name of ["ocient", "pegase3", "ethgas"]) await reaches("logout", name, (first) => first.logout());
}
