// The choices that survive a reload of the tab, so that the page finds its session again. Nothing secret among them.

const KEY = "hallpass-demo";

/** @returns {{ vendor?: string, addresses: Record<string, string>, storage?: string }} */
export function recall() {
  try {
    const { vendor, addresses, storage } = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    return { vendor, addresses: { ...addresses }, storage };
  } catch {
    return { addresses: {} }; // storage is blocked, or holds something else
  }
}

/** Remembers a choice; the addresses of the other vendors are kept. */
export function remember({ vendor, baseUrl, storage }) {
  const addresses = { ...recall().addresses, [vendor]: baseUrl };
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ vendor, addresses, storage }));
  } catch {
    // Blocked or full: the page works without.
  }
}
