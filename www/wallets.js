// The browser's wallet; and where it has none, one for tests, which asks the person as wallets do.

import { byId } from "./dom.js";

/** The chain that the test wallet begins on: Ethereum. */
const MAIN_CHAIN = "0x1";

/** The wallet that an extension of the browser has put there. */
export const browserWallet = () => globalThis.ethereum;

let made;

/** The test wallet, one for as long as the page is open. @returns {Promise<import("hallpass").Wallet>} */
export function testWallet() {
  made ??= make();
  made.catch(() => (made = undefined)); // so that it may be tried again
  return made;
}

/** Makes one (EIP-1193), with a key that nothing else holds. */
async function make() {
  const { addr, signTyped } = await import("./made/eth-signer.js");
  const { address, privateKey } = addr.random();
  let chain = MAIN_CHAIN;
  const methods = {
    eth_requestAccounts: () => [address],
    eth_chainId: () => chain,
    wallet_switchEthereumChain: ([{ chainId }]) => {
      chain = chainId;
      return null;
    },
    eth_signTypedData_v4: async ([, text]) => {
      const typed = JSON.parse(text);
      if (!(await ask(address, typed))) throw refusal(4001, "The person refused to sign.");
      return signTyped(typed, privateKey);
    },
  };
  return {
    request: async ({ method, params }) => {
      if (!Object.hasOwn(methods, method)) throw refusal(4200, "The test wallet can’t do that.");
      return methods[method](params);
    },
  };
}

/** An error with one of the codes of EIP-1193. */
const refusal = (code, message) => Object.assign(new Error(message), { code });

const dialog = byId("test-wallet");
byId("sign").addEventListener("click", () => dialog.close("sign"));
byId("refuse").addEventListener("click", () => dialog.close("refuse"));

/** Shows a person what is to be signed. Whoever closes the dialog otherwise has refused. */
async function ask(address, { domain, message }) {
  byId("wallet-account").textContent = address;
  byId("wallet-domain").textContent = domain.name;
  byId("wallet-message").textContent = Object.entries(message)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  dialog.returnValue = "";
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.showModal();
  await closed;
  return dialog.returnValue === "sign";
}
