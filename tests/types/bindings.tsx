// The bindings' types, as components use them. What must not compile is marked so, and fails if it does.
import { type AuthError, openSession, type Session, type SessionState } from "hallpass";
import { openSession as openInline } from "hallpass/inline";
import { useSession, type SessionSource, type WatchedSession } from "hallpass/react";
import { useSession as useInVue } from "hallpass/vue";

const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false): void => {};

same<typeof openInline, typeof openSession>(true);

const open = () => openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
export const sources: SessionSource[] = [open, open(), await open()];

export function Who() {
  const { session, state, error } = useSession(open);
  if (error) {
    same<typeof error, AuthError>(true);
    return <p>{error.message}</p>;
  }
  if (!session) {
    same<typeof state, undefined>(true);
    return null;
  }
  same<typeof state, SessionState>(true);
  same<typeof session, Session<"ocient">>(true);
  return <p onClick={() => void session.logout()}>{state.user}</p>;
}

export function setup() {
  const { session, state, error } = useInVue(open);
  same<typeof session.value, Session<"ocient"> | undefined>(true);
  same<typeof state.value, SessionState | undefined>(true);
  same<typeof error.value, AuthError | undefined>(true);
  // @ts-expect-error it is read, not written
  session.value = undefined;
}

export function mistakes(watched: WatchedSession) {
  // @ts-expect-error options are no source
  useSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
  // @ts-expect-error nor is what a function gives at once
  useInVue(() => 5);
  // @ts-expect-error it may not be open yet
  watched.state.status;
}
