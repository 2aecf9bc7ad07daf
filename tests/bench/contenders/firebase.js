// With connectAuthEmulator, which is its way to talk to another server.
import { initializeApp } from "@firebase/app";
import { connectAuthEmulator, getAuth, inMemoryPersistence, setPersistence, signInWithEmailAndPassword } from "@firebase/auth";
import { tasks } from "./bearer.js";

let apps = 0;

export default {
  async setUp({ address, shared }) {
    // The emulator's address loses its path, so the world travels as the key.
    const apiKey = address.split("/i/")[1];
    const app = initializeApp({ apiKey, projectId: "bench" }, shared ? "shared" : `app-${apps++}`);
    const auth = getAuth(app);
    connectAuthEmulator(auth, new URL(address).origin, { disableWarnings: true });
    if (!shared) await setPersistence(auth, inMemoryPersistence);
    await auth.authStateReady();
    return { address, auth };
  },
  tasks: tasks(
    ({ auth }) => signInWithEmailAndPassword(auth, "jdoe@example.com", "correct horse"),
    ({ auth }) => auth.currentUser.getIdToken(),
    { async tabs() {} },
  ),
};
