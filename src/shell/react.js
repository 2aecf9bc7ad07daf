// @ts-check
"use client";

import { useState, useSyncExternalStore } from "react";
import { NOTHING, watch } from "./watched.js";

/** @param {unknown} source */
const isFunction = (source) => typeof source === "function";

/** @type {typeof import("./react.d.ts").useSession} */
export function useSession(source) {
  const [held, hold] = useState(() => watch(source));
  // A function that is written inside the component is a new one at each rendering, so the first one is kept.
  const same = held.source === source || (isFunction(held.source) && isFunction(source));
  const watched = same ? held : watch(source);
  if (!same) hold(watched);
  return useSyncExternalStore(watched.subscribe, watched.get, () => NOTHING);
}
