export { addr, signTyped } from "micro-eth-signer";
