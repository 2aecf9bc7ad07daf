import type { AuthError, Session, SessionState, VendorDescription, VendorName } from "./hallpass.js";

/**
 * Where a session comes from: a session, the promise of one, or a function that opens one.
 *
 * A function is called once for all components that name it, in the browser, when the first of them is there; so one that is
 * written outside of components gives them all the same session. It is called again by a later component if it failed, or if its
 * session was disposed of. Whatever it is, it is made outside of components: one that is made anew at each rendering is another
 * source each time.
 */
export type SessionSource<V extends VendorName | VendorDescription = VendorName> =
  | Session<V>
  | PromiseLike<Session<V>>
  | (() => PromiseLike<Session<V>>);

/** What a component sees of a session. */
export type WatchedSession<V extends VendorName | VendorDescription = VendorName> =
  /** It is being opened; always so on a server. */
  | { readonly session: undefined; readonly state: undefined; readonly error: undefined }
  /** It is open. `state` is the session's own frozen snapshot. */
  | { readonly session: Session<V>; readonly state: SessionState; readonly error: undefined }
  /** It could not be opened, or was disposed of: what `openSession` was rejected with, or the error that your own function threw. */
  | { readonly session: undefined; readonly state: undefined; readonly error: AuthError };
