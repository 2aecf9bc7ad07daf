// What hallpass/react and hallpass/vue stand on: the session of a source, as components see it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { isAuthError, openSession } from "../../pkg/inline.js";
import { NOTHING, watch } from "../../pkg/watched.js";

const options = { vendor: "ethgas", baseUrl: "https://vendor.example" };

/** Listens until the session is there, or has failed to be. */
async function settled(watched) {
  let leave;
  await new Promise((done) => {
    leave = watched.subscribe(() => watched.get() !== NOTHING && done());
  });
  leave();
  return watched.get();
}

test("a function is called when somebody listens, once for all", async () => {
  let calls = 0;
  const open = () => (calls++, openSession(options));
  const watched = watch(open);
  assert.equal(watch(open), watched);
  assert.equal(watched.get(), NOTHING);
  assert.equal(calls, 0, "nobody listens: a server's rendering opens nothing");
  // StrictMode: comes, goes, comes.
  watched.subscribe(() => {})();
  const [one, other] = await Promise.all([settled(watched), settled(watch(open))]);
  assert.equal(calls, 1);
  assert.equal(one, other);
  assert.equal(one.state, one.session.state);
  assert.equal(one.error, undefined);
  assert.equal(watched.get(), one, "the same object until something changes");
});

test("a session and the promise of one are sources, too", async () => {
  const session = await openSession(options);
  assert.equal(watch(session).get().session, session, "at once");
  assert.equal((await settled(watch(Promise.resolve(session)))).session, session);
});

test("changes are told to those who listen, and to nobody who left", async () => {
  let tell;
  const session = { state: { status: "signed-out" }, subscribe: (listener) => ((tell = listener), listener(), () => (tell = undefined)) };
  const watched = watch(() => session);
  const early = watched.subscribe(() => assert.fail("left before it was open"));
  early();
  const seen = [];
  const leave = watched.subscribe(() => seen.push(watched.get().state?.status));
  await turn();
  session.state = { status: "signed-in" };
  tell();
  assert.deepEqual([seen[0], seen.at(-1)], ["signed-out", "signed-in"]);
  leave();
  assert.equal(tell, undefined, "left the session");
});

test("a failure is an error, and who comes later tries again", async () => {
  let calls = 0;
  const session = await openSession(options);
  const failure = new Error("no");
  const open = async () => {
    if (++calls === 1) throw failure;
    return session;
  };
  const { error, state } = await settled(watch(open));
  assert.equal(error, failure);
  assert.equal(state, undefined);
  let leave;
  await new Promise((done) => {
    leave = watch(open).subscribe(() => watch(open).get().session && done());
  });
  leave();
  assert.deepEqual([calls, watch(open).get().error], [2, undefined]);
  const throws = () => {
    throw failure;
  };
  assert.equal((await settled(watch(throws))).error, failure, "thrown at once");
  let times = 0;
  const throwsOnce = () => {
    if (++times === 1) throw failure;
    return session;
  };
  assert.equal((await settled(watch(throwsOnce))).error, failure);
  watch(throwsOnce).subscribe(() => {})();
  await turn();
  assert.deepEqual([times, watch(throwsOnce).get().session], [2, session], "tried again, too");
});

test("who saw a failure hears of the session that is opened later, and who left hears of nothing", async () => {
  let calls = 0;
  let tell;
  let listening = 0;
  const session = {
    state: {},
    subscribe: (listener) => {
      listening++;
      tell = listener;
      return () => listening--;
    },
  };
  const open = async () => {
    if (++calls === 1) throw new Error("no");
    return session;
  };
  const seen = [];
  const first = watch(open).subscribe(() => seen.push(watch(open).get().session ?? watch(open).get().error.message));
  watch(open).subscribe(() => assert.fail("left"))();
  await turn();
  assert.deepEqual(seen, ["no"]);
  const second = watch(open).subscribe(() => {});
  await turn();
  assert.deepEqual([seen.at(-1), listening], [session, 2]);
  const before = seen.length;
  first();
  assert.equal(listening, 1);
  session.state = { status: "signed-in" };
  tell();
  second();
  assert.deepEqual([seen.length, listening, calls], [before, 0, 2]);
});

test("a function that opens no session is told to the components", async () => {
  for (const nothing of [undefined, null, {}, 5]) {
    const { error } = await settled(watch(() => nothing));
    assert.deepEqual([isAuthError(error), error.code], [true, "invalid-options"], String(nothing));
  }
});

test("anything else is a mistake of the caller's", () => {
  for (const source of [undefined, null, 5, "open", true]) {
    assert.throws(() => watch(source), (error) => isAuthError(error) && error.code === "invalid-options");
  }
});
