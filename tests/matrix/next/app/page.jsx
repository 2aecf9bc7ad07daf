import { openSession } from "hallpass";
import Account from "../../vite-react/App.tsx";

// On each request, since Next would else ask the vendor while it builds.
export const dynamic = "force-dynamic";

/** The server signs in for itself, and the page's visitor in the browser. */
export default async function Page() {
  const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
  await session.login({ username: "admin", password: "admin" });
  const { data } = await session.json("/v1/execute/system", { json: { statement: "SELECT 1" } });
  session.dispose();
  return (
    <main>
      <p id="server">{`${session.state.user}, ${data.length} rows`}</p>
      <Account />
    </main>
  );
}
