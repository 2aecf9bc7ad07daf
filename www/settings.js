// The choices that survive a reload of the tab, so that the page finds its session again. Where tabs share the session, another
// tab begins with them, too. Nothing secret among them.

const KEY = "hallpass-demo";

/** Whether a storage is one for all tabs. */
export const isShared = (storage) => storage === "local" || storage === "encrypted";

/** @returns {{ vendor?: string, way?: string, addresses: Record<string, string>, storage?: string }} */
export function recall() {
  try {
    const kept = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
    const { vendor, way, addresses, storage } = JSON.parse(kept) ?? {};
    return { vendor, way, addresses: { ...addresses }, storage };
  } catch {
    return { addresses: {} }; // storage is blocked, or holds something else
  }
}

/** Remembers a choice, and the way to sign in; the addresses of the other vendors are kept. */
export function remember({ vendor, baseUrl, storage }, way) {
  const addresses = { ...recall().addresses, [vendor]: baseUrl };
  try {
    const text = JSON.stringify({ vendor, way, addresses, storage });
    sessionStorage.setItem(KEY, text);
    if (isShared(storage)) localStorage.setItem(KEY, text);
  } catch {
    // Blocked or full: the page works without.
  }
}
