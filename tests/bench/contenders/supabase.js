import { AuthClient } from "@supabase/auth-js";
import { tasks } from "./bearer.js";

export default {
  async setUp({ address, account, shared }) {
    const auth = new AuthClient({
      url: `${address}/as/supabase`,
      storageKey: `sb-${account}`,
      persistSession: shared,
      autoRefreshToken: true,
      detectSessionInUrl: false,
    });
    await auth.initialize();
    return { address, auth };
  },
  tasks: tasks(
    async ({ auth }) => {
      const { error } = await auth.signInWithPassword({ email: "jdoe@example.com", password: "correct horse" });
      if (error) throw error;
    },
    async ({ auth }) => {
      const { data, error } = await auth.getSession();
      if (error) throw error;
      return data.session.access_token;
    },
    { async tabs() {} }, // initialize has found the session
  ),
};
