// @ts-check
import { computed, getCurrentInstance, onMounted, onScopeDispose, shallowRef } from "vue";
import { NOTHING, watch } from "./watched.js";

/** @import { SessionSource, WatchedSession } from "./bindings.d.ts" */
/** @import { VendorDescription, VendorName } from "./hallpass.d.ts" */

/**
 * @template {VendorName | VendorDescription} V
 * @param {SessionSource<V>} source
 * @returns {ReturnType<typeof import("./vue.d.ts").useSession<V>>}
 */
export function useSession(source) {
  const watched = watch(source);
  const seen = shallowRef(/** @type {WatchedSession<V>} */ (NOTHING));
  /** @type {(() => void) | undefined} */
  let leave;
  const begin = () => {
    leave = watched.subscribe(() => {
      seen.value = watched.get();
    });
  };
  // Not before mounting: a server never mounts, and the browser's first rendering has to equal the server's.
  if (getCurrentInstance()) onMounted(begin);
  else begin();
  onScopeDispose(() => leave?.(), true);
  return {
    session: computed(() => seen.value.session),
    state: computed(() => seen.value.state),
    error: computed(() => seen.value.error),
  };
}
