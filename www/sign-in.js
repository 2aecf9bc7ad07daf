// One sign-in, in the way that was chosen; those that wait for a person can be cancelled.

import { byId } from "./dom.js";
import { browserWallet, testWallet } from "./wallets.js";
import { WAYS } from "./ways.js";

const cancel = byId("cancel");
const device = byId("device");

/** Why a sign-in was cancelled on this page. */
const GIVEN_UP = new DOMException("Cancelled on the page.", "AbortError");

/** By way, what hallpass is handed beside what was typed. */
const MORE = {
  wallet: async () => ({ wallet: browserWallet() ?? (await testWallet()) }),
  device: () => ({ device: showPrompt }),
};

/** Signs in with what was typed. @returns {Promise<object | undefined>} what the login came to; nothing, where the person gave it up */
export async function signIn(session, way, typed) {
  const credentials = { ...typed, ...(await MORE[way]?.()) };
  if (!WAYS[way].waiting) return session.login(credentials);
  const controller = new AbortController();
  cancel.onclick = () => controller.abort(GIVEN_UP);
  cancel.hidden = false;
  try {
    return await session.login(credentials, { signal: controller.signal });
  } catch (error) {
    if (error === GIVEN_UP) return undefined;
    throw error;
  } finally {
    if (device.parentElement.contains(document.activeElement)) byId("sign-in-button").focus();
    cancel.hidden = true;
    device.hidden = true;
  }
}

/** Tells a person what to do on the other device; it may well be this one. */
function showPrompt({ userCode, verificationUri, verificationUriComplete = verificationUri }) {
  byId("device-code").textContent = userCode;
  const link = byId("device-link");
  link.href = verificationUriComplete;
  link.textContent = verificationUri;
  device.hidden = false;
  byId("device-heading").focus();
}
