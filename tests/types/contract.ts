// The types, as an application uses them. Compiled, not run: what must not compile is marked so, and fails if it does.
import { AuthError, defineVendor, init, isAuthError, openSession } from "hallpass";
import type {
  AuthErrorCode, Credentials, CredentialsByVendor, DevicePrompt, FetchInput, LoginResult, Session, SessionOptions, SessionState, TokenStorage, VendorDescription, VendorName,
  WasmSource,
} from "hallpass";

const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false): void => {};

export async function signIn(): Promise<SessionState> {
  await init();
  await init(new URL("https://cdn.example.com/hallpass.wasm"));
  await init(fetch("/hallpass.wasm"));
  await init(new Uint8Array(8));
  const source: WasmSource = new Request("/hallpass.wasm");
  await init(source);
  const session = await openSession({ vendor: "ocient", baseUrl: new URL("https://sql0.example.com") });
  same<typeof session, Session<"ocient">>(true);
  const result = await session.login({ username: "jdoe", password: "…", database: "retail_analytics" });
  same<typeof result, LoginResult>(true);
  const again: LoginResult = { ...result, redirectTo: result.redirectTo };
  const { signal } = new AbortController();
  await session.login({ username: "jdoe", password: "…" }, { signal });
  await session.login({ idToken: "…", database: "d" });
  await session.login({ accessToken: "…", database: "d" });
  const show = ({ userCode, verificationUri, verificationUriComplete }: DevicePrompt): void => {
    same<typeof userCode | typeof verificationUri, string>(true);
    same<typeof verificationUriComplete, string | undefined>(true);
  };
  await session.login({ device: show }, { signal });
  await session.login({ device: ({ userCode }) => console.log(userCode), database: "d" });
  // @ts-expect-error a token goes with a database
  await session.login({ idToken: "…" });
  // @ts-expect-error a function
  await session.login({ device: "…" });
  const { revoked } = await session.logout({ signal });
  same<typeof revoked, boolean>(true);
  return session.state;
}

export async function call(session: Session): Promise<void> {
  const input: FetchInput = new URL("https://sql0.example.com/v1/version");
  const response = await session.fetch(input, { method: "POST", body: "x" });
  same<typeof response, Response>(true);
  const untyped = await session.json("/v1/version");
  same<typeof untyped, unknown>(true);
  same<typeof session.state.retryAt, number | undefined>(true);
  const typed = await session.json<{ version: string }>("/v1/version", { json: { statement: "SELECT 1" } });
  same<typeof typed, { version: string }>(true);
  const token = await session.accessToken();
  same<typeof token, string | undefined>(true);
  const unsubscribe = session.subscribe((state) => console.log(state.status));
  unsubscribe();
  session.dispose();
  session[Symbol.dispose]();
}

export function explain(error: unknown): string {
  if (!isAuthError(error)) return "unknown";
  same<typeof error, AuthError>(true);
  switch (error.code) {
    case "invalid-credentials":
      return error.ssoUrl ?? error.detail ?? "";
    case "invalid-request":
      return (error.fields ?? []).map((field) => `${field.name}: ${field.title}`).join();
    case "rate-limited":
      return `${error.retryAfterMs ?? 0} ms`;
    default:
      return error.message;
  }
}

export function describe(state: SessionState): string {
  switch (state.status) {
    case "signed-in":
      return state.user ?? "somebody";
    case "signed-out":
      return state.reason ?? "never";
    default: {
      const nothing: never = state.status;
      return nothing;
    }
  }
}

export const stores: TokenStorage[] = [
  { get: () => null, set: () => {}, delete: () => {} },
  { get: async () => undefined, set: async () => {}, delete: async () => {} },
];

export const credentials: Credentials[] = [{ username: "u", password: "p", redirectionToken: "t" }];
export const ofLenses: Credentials<"lenses"> = { username: "u", password: "p", redirectionToken: "t" };
export const options: SessionOptions[] = [
  { vendor: "pegase3", baseUrl: "https://api.example.com" },
  { vendor: "ethgas", baseUrl: "https://h.example.com", fetch: (input, init) => fetch(input, init) },
  { vendor: "ethgas", baseUrl: "https://h.example.com/api", flow: "wallet" },
  { vendor: "lenses", baseUrl: "https://h.example.com", fetch },
];
export const code: AuthErrorCode = "storage";

/** Names, shapes and codes are fixed. */
export function fixed(session: Session): void {
  type Codes =
    | "invalid-options" | "invalid-credentials" | "invalid-request" | "forbidden" | "not-signed-in" | "session-expired"
    | "not-renewable" | "superseded" | "forbidden-target" | "cancelled" | "rate-limited" | "vendor-unavailable" | "network" | "timeout"
    | "malformed-reply" | "vendor-error" | "storage" | "unsupported" | "load-failed" | "internal";
  same<AuthErrorCode, Codes>(true);
  type Options = "vendor" | "baseUrl" | "storage" | "account" | "allow" | "renew" | "timeoutMs" | "endpoints" | "flow" | "fetch" | "idleMs" | "maxAgeMs";
  same<keyof SessionOptions, Options>(true);
  same<VendorName, "ocient" | "lenses" | "pegase3" | "ethgas">(true);
  same<SessionOptions["vendor"], VendorName>(true);
  same<SessionOptions<"lenses">["vendor"], "lenses">(true);
  same<keyof CredentialsByVendor, VendorName>(true);
  type Methods = "login" | "refresh" | "check" | "logout" | "fetch" | "json" | "subscribe" | "accessToken" | "touch" | "dispose";
  same<keyof Session, "vendor" | "baseUrl" | "state" | Methods | typeof Symbol.dispose>(true);
  type States = "status" | "reason" | "user" | "database" | "expiresAt" | "renewable" | "renewal" | "retryAt" | "problem" | "ssoUrl";
  same<keyof SessionState, States>(true);
  same<SessionState["reason"], "never" | "logout" | "expired" | "refused" | "replaced" | "idle" | undefined>(true);
  same<SessionState["renewal"], "idle" | "running" | "waiting">(true);
  type Told = "vendor" | "code" | "status" | "vendorCode" | "fields" | "ssoUrl" | "detail" | "requestId" | "retryAfterMs";
  same<Exclude<keyof AuthError, keyof Error>, Told>(true);
  same<AuthError["vendorCode"], number | string | undefined>(true);
  same<ReturnType<typeof session.subscribe>, () => void>(true);
}

/** A vendor is known by its name, and then so is what it takes. */
export async function byVendor(name: VendorName): Promise<void> {
  const baseUrl = "https://a.example.com";
  const ocient = await openSession({ vendor: "ocient", baseUrl });
  await ocient.login({ username: "u", password: "p", database: "d" });
  // @ts-expect-error only lenses has that
  await ocient.login({ username: "u", password: "p", redirectionToken: "t" });
  const pegase3 = await openSession({ vendor: "pegase3", baseUrl });
  // @ts-expect-error only ocient has databases
  await pegase3.login({ username: "u", password: "p", database: "d" });
  const lenses = await openSession({ vendor: "lenses", baseUrl });
  // @ts-expect-error nor has lenses
  await lenses.login({ username: "u", password: "p", database: "d" });
  const ethgas = await openSession({ vendor: "ethgas", baseUrl, flow: "wallet" });
  await ethgas.login({ wallet: { request: async ({ method, params }) => [method, params?.length] }, address: "0x", name: "n" });
  // @ts-expect-error a wallet has request
  await ethgas.login({ wallet: {} });
  // @ts-expect-error only ethgas takes wallets
  await lenses.login({ wallet: { request: async () => null } });
  const some = await openSession({ vendor: name, baseUrl });
  same<typeof some, Session>(true);
  await some.login({ username: "u", password: "p" });
  const all: Session[] = [ocient, pegase3, lenses, some];
  all.forEach((session) => session.dispose());
}

export async function mistakes(session: Session, state: SessionState): Promise<void> {
  // @ts-expect-error an unknown vendor
  await openSession({ vendor: "acme", baseUrl: "https://a.example.com" });
  // @ts-expect-error no address
  await openSession({ vendor: "ocient" });
  // @ts-expect-error a misspelt option
  await openSession({ vendor: "ocient", baseUrl: "https://a.example.com", timeout: 5 });
  // @ts-expect-error undefined is not the same as left out
  await openSession({ vendor: "ocient", baseUrl: "https://a.example.com", account: undefined });
  // @ts-expect-error not what fetch takes
  await session.fetch(5);
  // @ts-expect-error nor what the WebAssembly can be
  await init(5);
  // @ts-expect-error no fetch
  await openSession({ vendor: "ocient", baseUrl: "https://a.example.com", fetch: "fetch" });
  // @ts-expect-error no password
  await session.login({ username: "jdoe" });
  // @ts-expect-error the state is frozen
  state.status = "signed-in";
  // @ts-expect-error not a code
  const wrong: AuthErrorCode = "teapot";
  // @ts-expect-error an error has a code
  throw new AuthError(wrong);
}

/** The class may be named wherever one is expected: as test runners' `toThrow` takes it, and by who makes or extends one. */
export function classes(error: AuthError): AuthError[] {
  type Constructable = { new (...args: any[]): any };
  const toThrow = (expected: string | Constructable | RegExp | Error): typeof expected => expected;
  toThrow(AuthError);
  class Mine extends AuthError {}
  // @ts-expect-error not a code
  new AuthError("Once.", { code: "teapot" });
  return [new AuthError("Once.", { code: "network" }), new AuthError(error.message, error), new Mine("Mine.", { code: "vendor-error", status: 418, cause: error })];
}

/** Any function like fetch will do, also where the platform's own has members, as Bun's has. */
export const fetches: Exclude<SessionOptions["fetch"], undefined>[] = [
  fetch,
  globalThis.fetch,
  (input, init) => fetch(input, init),
  async () => new Response(),
  Object.assign(async (input: FetchInput, init?: RequestInit) => fetch(input, init), { preconnect: () => {} }),
];
export const platforms = (session: Session): typeof fetch[] => [session.fetch];

/** A described vendor's credentials are the names in its templates. */
export async function described(some: VendorDescription): Promise<void> {
  const baseUrl = "https://a.example.com";
  const acme = defineVendor({
    name: "acme",
    credential: { header: "X-Token", prefix: "t " },
    login: { path: "login", query: { tenant: "{tenant}" }, json: { user: { email: "{email}" }, q: "m { login(p: {password}) { x } {1} }", n: 1, t: true } },
    refresh: { path: "refresh", form: { token: "{refresh}" } },
    grant: { access: ["a", "b.c"], refresh: ["r", "b.r"], lifetime: { jwt: true, otherwiseSeconds: 5 } },
    errors: { detail: ["d", "e.d"], codes: { E17: "forbidden", 5: { login: "invalid-credentials", elsewhere: "session-expired" } }, statuses: { 418: "forbidden" }, fields: { byName: "" } },
    rejected: { codes: [1, "x"], insideSuccess: true },
    renew: { atPart: 0.5 },
  });
  same<Credentials<typeof acme>, { tenant: string; email: string; password: string }>(true);
  same<(typeof acme)["name"], "acme">(true);
  const session = await openSession({ vendor: acme, baseUrl });
  same<typeof session, Session<typeof acme>>(true);
  await session.login({ tenant: "t", email: "e", password: "p" });
  // @ts-expect-error a name is missing
  await session.login({ email: "e", password: "p" });
  // @ts-expect-error there is no such name
  await session.login({ tenant: "t", email: "e", password: "p", username: "u" });
  const otp = defineVendor({
    name: "otp",
    credential: "cookie",
    login: { path: "l", query: { u: "{user}" }, json: { u: "{user?}", o: "{otp?}", q: "{a?b}" } },
    grant: {},
  });
  same<Credentials<typeof otp>, { user: string; otp?: string }>(true);
  const rpc = defineVendor({
    name: "rpc",
    credential: "cookie",
    login: { path: "l", json: { params: ["{key}", { n: "{user}", o: ["{otp?}", 1.5, null] }, [], "login"], methods: ["password"] } },
    grant: {},
  });
  same<Credentials<typeof rpc>, { key: string; user: string; otp?: string }>(true);
  const inline = await openSession({ vendor: { name: "b", credential: "cookie", login: { path: "l", form: { u: "{username}" } }, grant: {} }, baseUrl });
  await inline.login({ username: "u" });
  // @ts-expect-error its own name
  await inline.login({ password: "p" });
  // What is known is needed, also where the path or some text is no literal; that may have further places.
  const text: string = some.name;
  const atPath = defineVendor({ name: "c", credential: "cookie", login: { path: `${text}/login`, method: "PUT", json: { email: "{email}", otp: "{otp?}" } }, grant: {} });
  same<Credentials<typeof atPath>, { email: string; otp?: string }>(true);
  const wide = await openSession({
    vendor: { name: "d", credential: "cookie", login: { path: text, headers: { "X-A": text }, json: { email: "{email}", otp: "{otp?}" } }, grant: {} },
    baseUrl,
  });
  await wide.login({ email: "e", tenant: "t" });
  // @ts-expect-error a name is missing
  await wide.login({ tenant: "t" });
  // @ts-expect-error a text
  await wide.login({ email: "e", tenant: 5 });
  const none = defineVendor({ name: "e", credential: "cookie", login: { path: text }, grant: {} });
  same<Credentials<typeof none>, {}>(true);
  const any = await openSession({ vendor: some, baseUrl });
  await any.login({ whatever: "x" });
  same<Credentials<VendorDescription>, Record<string, string>>(true);
}

export function wrongDescriptions(): void {
  const least = { name: "a", login: { path: "l" }, grant: {} } as const;
  // @ts-expect-error no such credential
  defineVendor({ ...least, credential: "basic" });
  // @ts-expect-error no such code
  defineVendor({ ...least, credential: "bearer", errors: { codes: { E1: "teapot" } } });
  // @ts-expect-error a code that no reply can mean
  defineVendor({ ...least, credential: "bearer", errors: { codes: { E1: "storage" } } });
  // @ts-expect-error no JSON
  defineVendor({ ...least, credential: "bearer", login: { path: "l", json: { a: [undefined] } } });
  // @ts-expect-error no login
  defineVendor({ name: "a", credential: "bearer", grant: {} });
}
