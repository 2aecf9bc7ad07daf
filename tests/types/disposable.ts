// With lib "esnext.disposable", a session ends with its block.
import { openSession, type Session } from "hallpass";

export async function once(): Promise<string> {
  using session: Session & Disposable = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
  return session.state.status;
}
