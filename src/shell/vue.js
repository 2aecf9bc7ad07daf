import { computed, getCurrentInstance, onMounted, onScopeDispose, shallowRef } from "vue";
import { NOTHING, watch } from "./watched.js";

export function useSession(source) {
  const watched = watch(source);
  const seen = shallowRef(NOTHING);
  let leave;
  const begin = () => {
    leave = watched.subscribe(() => {
      seen.value = watched.get();
    });
  };
  // A server mounts nothing, and the browser's first rendering has to be like the server's.
  if (getCurrentInstance()) onMounted(begin);
  else begin();
  onScopeDispose(() => leave?.(), true);
  const part = (name) => computed(() => seen.value[name]);
  return { session: part("session"), state: part("state"), error: part("error") };
}
