// A wallet of EIP-1193 for tests, with keys of its own that really sign.

/** The library that signs: bundled by `cargo xtask build`, and served beside the package. */
const signer = (packageAddress) => import(new URL(packageAddress.startsWith("file:") ? "../www/made/eth-signer.js" : "../made/eth-signer.js", packageAddress).href);

/** What wallets refuse with. */
export function refusal(code, message = "refused") {
  return Object.assign(new Error(message), { code });
}

/**
 * Makes one. `answers`: what it does otherwise than usual, by method; each is called with the params.
 * `calls` has the methods that it was asked, in order, and `shown` the messages that the person was to sign.
 */
export async function wallet(packageAddress, { accounts = 1, chain = 1, knows = [1], answers = {} } = {}) {
  const { addr, signTyped } = await signer(packageAddress);
  const keys = Array.from({ length: accounts }, () => addr.random());
  const made = {
    accounts: keys.map(({ address }) => address),
    chain,
    calls: [],
    shown: [],
    answers,
    /** Signs with the key of an account. */
    sign: (address, message) => signTyped(JSON.parse(message), keys.find((key) => key.address.toLowerCase() === address.toLowerCase()).privateKey),
    async request({ method, params = [] }) {
      made.calls.push(method);
      if (method === "eth_signTypedData_v4") made.shown.push(params[1]);
      if (made.answers[method]) return made.answers[method](...params);
      switch (method) {
        case "eth_requestAccounts":
          return made.accounts;
        case "eth_chainId":
          return `0x${made.chain.toString(16)}`;
        case "wallet_switchEthereumChain": {
          const to = Number(params[0].chainId);
          if (!knows.includes(to)) throw refusal(4902, "Unrecognized chain");
          made.chain = to;
          return null;
        }
        case "eth_signTypedData_v4": {
          const { domain } = JSON.parse(params[1]);
          if (Number(domain.chainId) !== made.chain) throw refusal(-32603, "another chain is active");
          return made.sign(params[0], params[1]);
        }
        default:
          throw refusal(4200, "unsupported method");
      }
    },
  };
  return made;
}
