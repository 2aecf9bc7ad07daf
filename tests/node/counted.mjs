// A session whose listeners are counted, for the tests of the bindings.

import { fakeSession } from "../../pkg/testing.js";

/** A session that says how many listen to it. */
export function counted() {
  const session = fakeSession({ state: { user: "jdoe" } });
  const { subscribe } = session;
  session.listening = 0;
  session.subscribe = (listener) => {
    const leave = subscribe(listener);
    session.listening++;
    return () => {
      session.listening--;
      leave();
    };
  };
  return session;
}
