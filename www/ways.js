// The ways to sign in: what each is called, what it asks of a person, and what hallpass is handed for it.

/**
 * @typedef {object} Way
 * @property {string} title for a person
 * @property {string} [note] what it takes
 * @property {"wallet"} [flow] hallpass's option, where the vendor has several families of its API
 * @property {string} [waiting] what is said while it waits for the person: for as long as that takes, so it can be cancelled
 * @property {[happened: string, advice: (vendor: string) => string]} refused what is said of a refusal
 * @property {(field?: string) => string} code what `login` is called with
 */

const database = (field) => (field === "database" ? ", database" : "");

/** @type {Record<string, Way>} */
export const WAYS = {
  password: {
    title: "User name and password",
    refused: [
      "That user name and password don’t match.",
      (vendor) => `Check both before you try again: after a few wrong tries ${vendor} may lock the account.`,
    ],
    code: (field) => `{ username, password${database(field)} }`,
  },
  wallet: {
    title: "A wallet",
    flow: "wallet",
    waiting: "Waiting for your wallet…",
    refused: ["The signature was refused.", () => "Sign with the account that you sign in with."],
    code: () => "{ wallet: window.ethereum }",
  },
};
