/** What a person and an application may do in a tab, one thing after another, as chance has it. */

/** How long anything may take, in ms. */
const BOUND = 30_000;

/** Errors that would be hallpass's own fault, or the test's. */
const FAULTS = ["internal", "invalid-options", "load-failed"];

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
function chances(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Goes on for so many ms. How often each thing was done, and what went wrong: what was never answered, what was no error of
 * hallpass's, what nobody caught.
 */
export async function doAtRandom(session, isAuthError, { seed, ms, path, username, password }) {
  const chance = chances(seed);
  const pause = (most) => new Promise((done) => setTimeout(done, chance() * most));
  const counts = {};
  const troubles = [];
  const notice = ({ message, reason }) => troubles.push(`nobody caught ${message ?? reason}`);
  addEventListener("error", notice);
  addEventListener("unhandledrejection", notice);

  const aborted = () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort("given up"), chance() * 30);
    return { signal: abort.signal };
  };
  const acts = {
    requests: () => Promise.all(Array.from({ length: 1 + Math.floor(chance() * 4) }, () => session.fetch(path))),
    json: () => session.json(path),
    aborted: () => session.json(path, aborted()),
    refresh: () => session.refresh(),
    refreshAborted: () => session.refresh(aborted()),
    token: () => session.accessToken(),
    check: () => session.check(),
    login: () => session.login({ username, password }),
    logout: () => session.logout(),
  };
  const likely = { requests: 40, json: 15, aborted: 10, refresh: 10, refreshAborted: 5, token: 10, check: 5, login: 3, logout: 2 };
  const pick = () => {
    if (session.state.status === "signed-out" && chance() < 0.5) return "login";
    let left = chance() * 100;
    return Object.keys(likely).find((name) => (left -= likely[name]) < 0) ?? "requests";
  };

  const end = performance.now() + ms;
  while (performance.now() < end) {
    const name = pick();
    counts[name] = (counts[name] ?? 0) + 1;
    const late = new Promise((done) => setTimeout(done, BOUND, "late"));
    const answer = acts[name]().then(
      () => "done",
      (error) => {
        if (isAuthError(error) ? FAULTS.includes(error.code) : error !== "given up") troubles.push(`${name}: ${error}`);
      },
    );
    if ((await Promise.race([answer, late])) === "late") troubles.push(`${name} was not answered`);
    await pause(chance() < 0.2 ? 1_500 : 60);
  }
  removeEventListener("error", notice);
  removeEventListener("unhandledrejection", notice);
  return { counts, troubles };
}
