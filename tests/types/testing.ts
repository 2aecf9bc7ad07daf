// hallpass/testing, as the tests of an application use it. What must not compile is marked so, and fails if it does.
import { defineVendor, type AuthError, type Session, type SessionState } from "hallpass";
import { fakeError, fakeSession, type FakeCall, type FakeSession, type FakeSessionOptions } from "hallpass/testing";

const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false): void => {};

const show = (session: Session): SessionState => session.state;
const showOcient = (session: Session<"ocient">): SessionState => session.state;

const anyVendor = fakeSession();
same<typeof anyVendor, FakeSession>(true);
show(anyVendor);

const session = fakeSession({
  vendor: "ocient",
  state: { user: "jdoe" },
  fetch: async () => new Response("[]"),
  json: (input, init) => [input, init?.json],
  login(credentials) {
    const jdoe = "username" in credentials && credentials.username === "jdoe";
    if (!jdoe) throw fakeError("invalid-credentials", { status: 401, detail: credentials.database ?? "" });
  },
  logout: async () => ({ revoked: false }),
});
showOcient(session);
same<typeof session.state, SessionState>(true);
session.setState({ status: "signed-out", reason: "expired" });
session.state = { user: "jdoe" };
same<typeof session.calls, readonly FakeCall[]>(true);
const error: AuthError = fakeError("rate-limited", { retryAfterMs: 1_000 });

const acme = defineVendor({ name: "acme", credential: "bearer", login: { path: "l", json: { email: "{email}" } }, grant: { access: "t" } });
const described: Session<typeof acme> = fakeSession({ vendor: acme, login: ({ email }) => void email.length });
same<typeof described.state, SessionState>(true);

// @ts-expect-error the state has no such member
session.setState({ usr: "jdoe" });
// @ts-expect-error no such code
fakeError("wrong-password");
// @ts-expect-error a login gives a result or nothing
export const options: FakeSessionOptions = { login: () => 5 };
export const failing: FakeSessionOptions<"ethgas"> = { refresh: () => Promise.reject(error) };
