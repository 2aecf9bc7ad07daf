import { openSession } from "hallpass";
import { useSession } from "hallpass/react";
import { useEffect } from "react";

const open = () => openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });

export default function Home() {
  const { session, state } = useSession(open);
  useEffect(() => void session?.login({ username: "jdoe", password: "correct horse" }), [session]);
  return <p id="who">{state?.user}</p>;
}
