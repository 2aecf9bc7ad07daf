/**
 * A hook for React 18 and newer.
 *
 * ```tsx
 * import { openSession } from "hallpass";
 * import { useSession } from "hallpass/react";
 *
 * const open = () => openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
 *
 * function Who() {
 *   const { state, error } = useSession(open);
 *   if (error) return <p role="alert">{error.message}</p>;
 *   return <p>{state?.user ?? "Nobody is signed in."}</p>;
 * }
 * ```
 * @module hallpass/react
 */
import type { VendorDescription, VendorName } from "./hallpass.js";
import type { SessionSource, WatchedSession } from "./bindings.js";

export type { SessionSource, WatchedSession } from "./bindings.js";

/**
 * The session, its state and whatever kept it from being opened; the component renders anew when one of them changes.
 *
 * Safe in StrictMode, and on a server, where nothing is opened and all three are undefined. The session is not disposed of when
 * components go: it is the page's. Its timers and listeners go with it when nobody holds the source any more.
 *
 * @param source A session, the promise of one, or a function that opens one, which is best written outside of components: one
 * written inside opens a session of its own for each component, and only the first rendering's is called. For another session
 * by function give the component another `key`.
 * @throws {AuthError} `invalid-options` for a source of another kind.
 */
export function useSession<V extends VendorName | VendorDescription>(source: SessionSource<V>): WatchedSession<V>;
