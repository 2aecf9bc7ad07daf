// What hallpass/react and hallpass/vue stand on: the session of a source, as components see it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { isAuthError, openSession } from "../../pkg/inline.js";
import { NOTHING, watch } from "../../pkg/watched.js";
import { counted } from "./counted.mjs";

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

test("a session that was disposed of is opened anew, for those who were there, too", async () => {
  const sessions = [];
  const open = async () => (sessions.push(counted()), sessions.at(-1));
  const watched = watch(open);
  const seen = [[], []];
  const leave = [];
  leave[0] = watched.subscribe(() => seen[0].push(watched.get().session));
  await turn();
  sessions[0].dispose();
  leave[1] = watched.subscribe(() => seen[1].push(watched.get().session));
  assert.equal(watched.get(), NOTHING, "it is being opened");
  await turn();
  assert.deepEqual(seen, [[sessions[0], undefined, sessions[1]], [undefined, sessions[1]]]);
  assert.deepEqual([sessions.length, sessions[0].listening, sessions[1].listening], [2, 0, 2]);
  sessions[1].setState({ status: "signed-out" });
  assert.deepEqual(seen.map((news) => news.length), [4, 3]);
  leave.forEach((go) => go());
  assert.equal(sessions[1].listening, 0);
});

test("a session that was disposed of for good is an error, for everybody, and a function is not called for ever", async () => {
  const session = counted();
  session.dispose();
  let calls = 0;
  for (const source of [session, Promise.resolve(session), () => (calls++, session), async () => (calls++, session)]) {
    const watched = watch(source);
    const seen = [0, 0, 0].map(() => []);
    const leave = seen.map((news) => watched.subscribe(() => news.push(watched.get().error?.code)));
    await turn();
    assert.deepEqual(seen.map((news) => news.at(-1)), ["unsupported", "unsupported", "unsupported"]);
    assert.deepEqual([watched.get().session, watched.get().state, session.listening], [undefined, undefined, 0]);
    leave.forEach((go) => go());
  }
  assert.equal(calls, 2, "once for each function");
  const real = await openSession(options);
  const held = watch(async () => real);
  await settled(held);
  real.dispose();
  assert.equal((await settled(held)).error.code, "unsupported");
});

test("what one listener throws keeps no other from being told", async (context) => {
  const later = [];
  context.mock.method(globalThis, "queueMicrotask", (report) => later.push(report));
  const session = counted();
  const failing = () => {
    throw new Error("mine");
  };
  for (const source of [async () => session, session, () => Promise.reject(new Error("no"))]) {
    const watched = watch(source);
    const seen = [];
    const leave = [failing, () => seen.push(watched.get())].map((listener) => watched.subscribe(listener));
    await turn();
    assert.equal(seen.length, 1);
    assert.throws(later.pop(), /mine/, "it is reported as uncaught");
    leave.forEach((go) => go());
  }
});

test("who leaves while being told leaves for good", async () => {
  const session = counted();
  const watched = watch(async () => session);
  const leave = watched.subscribe(() => leave());
  await turn();
  assert.equal(session.listening, 0);
});

test("whatever a source fails with is seen as an error with a message", async () => {
  const thrown = [undefined, null, "text", 5, {}];
  for (const reason of thrown) {
    const { error } = await settled(watch(() => Promise.reject(reason)));
    assert.ok(isAuthError(error) && error.code === "invalid-options" && /no Error/.test(error.message), String(reason));
    assert.equal(error.cause, reason);
  }
  const foreign = { message: "of another realm" };
  assert.equal((await settled(watch(() => Promise.reject(foreign)))).error, foreign);
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
