// @ts-check
import { computed, getCurrentInstance, getCurrentScope, onBeforeUnmount, onMounted, onScopeDispose, shallowRef } from "vue";
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
  let isOver = false;
  const begin = () => {
    if (isOver || leave) return; // the scope has ended before the component was mounted, or it has begun
    leave = watched.subscribe(() => {
      seen.value = watched.get();
    });
    if (isOver) leave(); // or by what it was told just now
  };
  // Not before mounting: a server never mounts, and the browser's first rendering has to equal the server's.
  const component = getCurrentInstance();
  if (component && !component.isMounted) {
    onMounted(begin);
    // A component that waits in a <Suspense> may be dropped before that. If a store was first used in it, others use that store. The
    // component's own scope ends in the same breath.
    onBeforeUnmount(() => queueMicrotask(begin));
  } else begin();
  if (getCurrentScope()) {
    onScopeDispose(() => {
      isOver = true;
      leave?.();
    });
  }
  return {
    session: computed(() => seen.value.session),
    state: computed(() => seen.value.state),
    error: computed(() => seen.value.error),
  };
}
