// One sign-in, in the way that was chosen; those that wait for a person can be cancelled.

import { byId } from "./dom.js";
import { chosenWay, typedCredentials } from "./sign-in-form.js";
import { browserWallet, testWallet } from "./wallets.js";
import { WAYS } from "./ways.js";

const cancel = byId("cancel");

/** Why a sign-in was cancelled on this page. */
const GIVEN_UP = new DOMException("Cancelled on the page.", "AbortError");

/** What hallpass is handed, by way; else it is what was typed. */
const CREDENTIALS = {
  wallet: async () => ({ wallet: browserWallet() ?? (await testWallet()) }),
};

/** Signs in. @returns {Promise<object | undefined>} what the login came to; nothing, where the person gave it up */
export async function signIn(session) {
  const way = chosenWay();
  const credentials = (await CREDENTIALS[way]?.()) ?? typedCredentials();
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
    if (document.activeElement === cancel) byId("sign-in-button").focus();
    cancel.hidden = true;
  }
}
