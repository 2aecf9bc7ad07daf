// The ways to sign in: what each is called, what it asks of a person, and what hallpass is handed for it.

/**
 * @typedef {object} Way
 * @property {string} title for a person
 * @property {"wallet"} [flow] hallpass's option, where the vendor has several families of its API
 * @property {string} [waiting] what is said while it waits for the person: for as long as that takes, so it can be cancelled
 * @property {[happened: string, advice: (vendor: string) => string]} refused what is said of a refusal
 * @property {true} [needsDatabase] a database has to be named, where the vendor has any
 * @property {(...more: string[]) => string} code what `login` is called with; `more` are members beside the way's own
 */

const object = (...members) => `{ ${members.join(", ")} }`;

/** @type {Record<string, Way>} */
export const WAYS = {
  password: {
    title: "User name and password",
    refused: [
      "That user name and password don’t match.",
      (vendor) => `Check both before you try again: after a few wrong tries ${vendor} may lock the account.`,
    ],
    code: (...more) => object("username", "password", ...more),
  },
  wallet: {
    title: "A wallet",
    flow: "wallet",
    waiting: "Waiting for your wallet…",
    refused: ["The signature was refused.", () => "Sign with the account that you sign in with."],
    code: (...more) => object("wallet: window.ethereum", ...more),
  },
  device: {
    title: "Another device",
    waiting: "Waiting for your answer on the other device…",
    refused: ["The vendor let nobody in.", () => "Sign in again for a new code, and answer as a user that it knows."],
    code: (...more) => object("device: ({ userCode, verificationUri }) => { /* show both */ }", ...more),
  },
  idToken: token("ID token", "idToken"),
  accessToken: token("access token", "accessToken"),
};

/** A token of the customer's identity provider. */
function token(title, name) {
  return {
    title: `Your provider’s ${title}`,
    refused: ["That token was refused.", () => "Get another from your identity provider: it may be over, or of the other kind."],
    needsDatabase: true,
    code: (...more) => object(name, ...more),
  };
}
