/**
 * A composable for Vue 3.3 and newer.
 *
 * ```vue
 * <script setup lang="ts">
 * import { useSession } from "hallpass/vue";
 * import { open } from "./session"; // export const open = () => openSession({ vendor: "ocient", baseUrl: "…" });
 *
 * const { state, error } = useSession(open);
 * </script>
 *
 * <template>
 *   <p v-if="error" role="alert">{{ error.message }}</p>
 *   <p v-else>{{ state?.user ?? "Nobody is signed in." }}</p>
 * </template>
 * ```
 * @module hallpass/vue
 */
import type { ComputedRef } from "vue";
import type { AuthError, Session, SessionState, VendorDescription, VendorName } from "./hallpass.js";
import type { SessionSource } from "./bindings.js";

export type { SessionSource } from "./bindings.js";

/**
 * The session, its state and whatever kept it from being opened, each as a ref.
 *
 * In a component the session is opened once that is mounted, so never on a server; outside of one, and in one that is mounted
 * already, at once. It is not disposed of when components go: it is the page's. Its timers and listeners go with it when nobody
 * holds the source any more.
 *
 * @param source A session, the promise of one, or a function that opens one, which is best written outside of components: one
 * written inside opens a session of its own for each component.
 * @throws {AuthError} `invalid-options` for a source of another kind.
 */
export function useSession<V extends VendorName | VendorDescription>(source: SessionSource<V>): {
  /** Undefined until it is open. */
  readonly session: ComputedRef<Session<V> | undefined>;
  /** The session's own frozen snapshot; undefined until it is open. */
  readonly state: ComputedRef<SessionState | undefined>;
  /** What `openSession` was rejected with, the error that your own function threw, or `unsupported` for a session that was disposed of. */
  readonly error: ComputedRef<AuthError | undefined>;
};
