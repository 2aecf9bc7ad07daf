import { DATA, VENDORS, equal, hallpass, jdoe, jsonReply, ok, rejects, simulate, withFetch } from "./env.js";

const BASE = "https://api.example.com/v1";
const ALLOW = ["https://files.example.com:8443/pub", "https://bücher.example", new URL("https://api.example.com/v3")];

/** Spellings of targets, and where each is sent; undefined: nowhere. */
const SPELLINGS = [
  // Relative input is appended to baseUrl, prefix kept.
  ["x", `${BASE}/x`],
  ["/x", `${BASE}/x`],
  ["/x?y=https://evil.example", `${BASE}/x?y=https://evil.example`],
  ["/https://evil.example/", `${BASE}/https://evil.example/`],
  // What looks like a plain path, and what is no longer one.
  ["/a-b_c~d/e.f?g=h%20i&j=k+l:m,n@o/p", `${BASE}/a-b_c~d/e.f?g=h%20i&j=k+l:m,n@o/p`],
  ["/x?", `${BASE}/x?`],
  ["/x/", `${BASE}/x/`],
  ["/x?a#b", `${BASE}/x?a#b`],
  ["/x?a b", `${BASE}/x?a%20b`],
  ["/x?é", `${BASE}/x?%C3%A9`],
  ["/a/./x", `${BASE}/a/x`],
  ["/a/../x", `${BASE}/x`],
  ["/a/%2e%2E/x", `${BASE}/x`],
  ["/../x", `${BASE}/x`],
  ["/..a/.x", `${BASE}/..a/.x`],
  ["/x\n", `${BASE}/x`],
  ["/a\\..\\x", `${BASE}/x`],
  ["/", `${BASE}/`],
  ["x?", `${BASE}/x?`],
  ["/./x?", `${BASE}/x?`],
  // The same address, spelt otherwise.
  [`${BASE}/x`, `${BASE}/x`],
  [BASE, BASE],
  [`${BASE}?y`, `${BASE}?y`],
  ["HTTPS://API.Example.COM/v1/x", `${BASE}/x`],
  ["https://api.example.com:443/v1/x", `${BASE}/x`],
  ["https://api.example.com:0443/v1/x", `${BASE}/x`],
  ["//api.example.com/v1/x", `${BASE}/x`],
  ["\\\\api.example.com\\v1\\x", `${BASE}/x`],
  [" \n https://api.example.com/v1/x ", `${BASE}/x`],
  ["ht\ntps://api.exa\tmple.com/v1/x", `${BASE}/x`],
  ["https://ａｐｉ.example.com/v1/x", `${BASE}/x`],
  ["https://api.example.com/v1/a/../x", `${BASE}/x`],
  ["https://api.example.com/other/%2E%2e/v1/x", `${BASE}/x`],
  // Allowed prefixes, by whole segments.
  ["https://files.example.com:8443/pub/a", "https://files.example.com:8443/pub/a"],
  ["https://files.example.com:8443/pub", "https://files.example.com:8443/pub"],
  ["https://files.example.com:8443/public", undefined],
  ["https://files.example.com:8443/pub%2fa", undefined],
  ["https://files.example.com:8443/", undefined],
  ["https://files.example.com/pub/a", undefined],
  ["http://files.example.com:8443/pub/a", undefined],
  ["https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"],
  ["https://BÜCHER.example/x", "https://xn--bcher-kva.example/x"],
  ["https://b%C3%BCcher.example/x", "https://xn--bcher-kva.example/x"],
  ["https://bucher.example/x", undefined],
  ["https://api.example.com/v3/x", "https://api.example.com/v3/x"],
  ["https://api.example.com/v33/x", undefined],
  // Another host.
  ["//evil.example/v1/x", undefined],
  ["/\\evil.example/v1/x", undefined],
  ["\\\\evil.example/v1/x", undefined],
  ["\\/evil.example/v1/x", undefined],
  ["/\t/evil.example/v1/x", undefined],
  ["\u0000//evil.example/v1/x", undefined],
  [" https://evil.example/v1/x", undefined],
  ["h\nttps://evil.example/v1/x", undefined],
  ["http:/evil.example/v1/x", undefined],
  ["https:\\\\evil.example\\v1\\x", undefined],
  ["https://api.example.com.evil.example/v1/x", undefined],
  ["https://evil.example/https://api.example.com/v1/x", undefined],
  ["https://evil.example#@api.example.com/v1/x", undefined],
  ["https://evil.example\\@api.example.com/v1/x", undefined],
  ["https://xn--pi-6kc.example.com/v1/x", undefined],
  ["https://аpi.example.com/v1/x", undefined],
  ["https://example.com/v1/x", undefined],
  // A host with a trailing dot is another origin; so are another port and another scheme.
  ["https://api.example.com./v1/x", undefined],
  ["https://api.example.com:444/v1/x", undefined],
  ["https://api.example.com:80/v1/x", undefined],
  ["http://api.example.com/v1/x", undefined],
  ["http://api.example.com:443/v1/x", undefined],
  ["wss://api.example.com/v1/x", undefined],
  // User info.
  ["https://api.example.com@evil.example/v1/x", undefined],
  ["https://api.example.com:443@evil.example/v1/x", undefined],
  ["https://user:pw@api.example.com/v1/x", undefined],
  ["//user@api.example.com/v1/x", undefined],
  // Out of the prefix.
  ["https://api.example.com/", undefined],
  ["https://api.example.com/v1x", undefined],
  ["https://api.example.com/V1/x", undefined],
  ["https://api.example.com//v1/x", undefined],
  ["https://api.example.com/v1/../x", undefined],
  ["https://api.example.com/v1/./../x", undefined],
  ["https://api.example.com/v1/..\\x", undefined],
  ["https://api.example.com/v1/%2e%2e/x", undefined],
  ["https://api.example.com/v1/.%2E/x", undefined],
  ["https://api.example.com/v1/..%2fx", undefined],
  ["https://api.example.com/v1/%2e%2e%2Fx", undefined],
  ["https://api.example.com/v1/..%5cx", undefined],
  ["https://api.example.com/v1/a%2f..%2f..%2fx", undefined],
  ["https://api.example.com/v1/%252e%252e%252fx", undefined],
  ["https://api.example.com/v1/..;/x", undefined],
  ["https://api.example.com/v1/%2e%2e;a=b/x", undefined],
  ["https://api.example.com/v1/a%2f..%3bx", undefined],
  ["https://api.example.com/v1/..;a/", undefined],
  ["/..%2fx", undefined],
  ["..%2f..%2fx", undefined],
  ["/%252e%252e%252fx", undefined],
  // Other schemes. A blob's origin is that of the page that made it.
  ["blob:https://api.example.com/v1/0b1f3f3e-6c1d-4c0e-8f6d-9d6f6f0d0f00", undefined],
  ["data:application/json,{}", undefined],
  ["javascript:alert(1)", undefined],
  ["file:///v1/x", undefined],
  ["about:blank", undefined],
  ["https://", undefined],
  ["https://[/v1/x", undefined],
];

/** Runs with a session at a vendor that is only pretended, and the list of what was sent since the login. */
async function pretend(run) {
  const sent = [];
  const fake = (request) => {
    const login = request.url.endsWith("/v1/login");
    if (!login) sent.push({ url: request.url, authorization: request.headers.get("Authorization") });
    return Promise.resolve(jsonReply({ access_token: "aaa.bbb.ccc", expires_in: 3600, status: { vendor_code: 0 } }));
  };
  await withFetch(fake, async () => {
    const session = await hallpass.openSession({ vendor: "ocient", baseUrl: BASE, allow: ALLOW, endpoints: { login: "login" } });
    await session.login(jdoe);
    await run(session, sent);
  });
}

async function goesTo(session, sent, input, expected, what) {
  sent.length = 0;
  if (expected === undefined) {
    await rejects(session.fetch(input), "forbidden-target").catch((error) => {
      throw new Error(`${what}: ${error.message}; sent: ${JSON.stringify(sent)}`);
    });
    equal(sent, [], what);
  } else {
    await session.fetch(input).catch((error) => {
      throw new Error(`${what}: ${error.message}`);
    });
    equal(sent, [{ url: expected, authorization: "Bearer aaa.bbb.ccc" }], what);
  }
}

/** What a constructor makes of an absolute spelling; undefined where it makes nothing. */
function made(Type, spelling) {
  try {
    new URL(spelling); // a Request would take a relative one as relative to the page
    return new Type(spelling);
  } catch {
    return undefined;
  }
}

/** R1: the credential goes by what a target means, not by its spelling. Nothing is sent anywhere else. */
export async function r1_the_credential_goes_only_to_base_url_and_allow() {
  await pretend(async (session, sent) => {
    for (const [spelling, expected] of SPELLINGS) {
      await goesTo(session, sent, spelling, expected, JSON.stringify(spelling));
    }
  });
}

/** Rule 12: a URL object and a Request mean what the same text means. */
export async function rule_12_urls_and_requests_are_judged_like_strings() {
  await pretend(async (session, sent) => {
    for (const [spelling, expected] of SPELLINGS) {
      const url = made(URL, spelling);
      if (url) await goesTo(session, sent, url, expected, `URL of ${JSON.stringify(spelling)}`);
      const request = made(Request, spelling);
      if (request) await goesTo(session, sent, request, expected, `Request of ${JSON.stringify(spelling)}`);
    }
  });
}

/** Rule 12: what is judged is what is sent, also when an input says one thing first and another thing later. */
export async function rule_12_what_was_judged_is_what_is_sent() {
  await pretend(async (session, sent) => {
    for (const honest of [0, 1, 2, 3]) {
      let reads = 0;
      const turncoat = {
        get href() {
          return ++reads > honest ? "https://evil.example/x" : `${BASE}/x`;
        },
      };
      await session.fetch(turncoat).catch(() => {});
    }
    equal(sent.filter(({ url }) => !url.startsWith(`${BASE}/`)).map(({ url }) => url), []);
  });
}

/** Rule 12: a Request is judged by where it would go. Frameworks have subclasses that say something else in `url`. */
export async function rule_12_a_request_is_judged_by_where_it_goes() {
  class Framed extends Request {
    get url() {
      return `${BASE}/x`;
    }
  }
  await pretend(async (session, sent) => {
    await rejects(session.fetch(new Framed("https://evil.example/x")), "forbidden-target");
    equal(sent.length, 0);
  });
}

/** R1: the same, on the wire: neither the stranger, nor another world at the vendor's own origin, sees anything. */
export async function r1_nothing_is_sent_to_a_forbidden_target() {
  for (const name of VENDORS) {
    const [vendor, other, stranger] = [simulate(name), simulate(name), simulate("stranger")];
    const session = await vendor.signIn();
    const before = await vendor.total();
    const host = stranger.baseUrl.replace("http://", "");
    const inside = vendor.baseUrl.replace(vendor.address, "");
    const elsewhere = other.baseUrl.replace(vendor.address, "");
    const targets = [
      ...[`//${host}/x`, `/\\${host}/x`, `\\\\${host}/x`, ` http://${host}/x`, `ht\ttp://${host}/x`, `HTTP://${host}/x`],
      ...[`http://u:p@${host}/x`, `http://${vendor.address.slice(7)}@${host}/x`, new URL(`http://${host}/x`), new Request(`http://${host}/x`)],
      ...[`http://localhost:${new URL(vendor.address).port}${inside}/x`, `${vendor.address}/x`, `${vendor.baseUrl}x/y`, `${other.baseUrl}/x`],
      ...[`${vendor.baseUrl}/../..${elsewhere}/x`, `${vendor.baseUrl}/%2e%2e/%2E%2e${elsewhere}/x`, `${vendor.baseUrl}/..%2f..%2f${elsewhere}/x`],
      ...[`/..%2f..%2f${elsewhere}/x`, `%252e%252e%252f${elsewhere}`, `blob:${vendor.baseUrl}/x`, "data:,x", "javascript:1", "file:///x"],
      URL.createObjectURL(new Blob(["x"])),
    ];
    for (const target of targets) {
      await rejects(session.fetch(target), "forbidden-target");
      await rejects(session.json(target), "forbidden-target");
    }
    equal([await vendor.total(), await other.total(), await stranger.total()], [before, 0, 0], name);
    equal((await stranger.ledger()).preflights, 0, `preflights, ${name}`);
  }
}

/** Relative input never climbs out of the prefix: its dot segments end at baseUrl. */
export async function r1_relative_input_stays_below_base_url() {
  const [vendor, other] = [simulate("ocient"), simulate("ocient")];
  const session = await vendor.signIn();
  const name = other.baseUrl.split("/").pop();
  for (const input of [`../${name}${DATA.ocient}`, `/../${name}/x`, `../../i/${name}/x`, `%2e%2e/${name}/x`, `..\\${name}\\x`]) {
    await session.fetch(input).catch(() => {});
  }
  equal(await other.total(), 0);
}

/** Rule 12, the other way round: a spelling that means the vendor's address is served. */
export async function rule_12_other_spellings_of_base_url_are_served() {
  const vendor = simulate("ocient");
  const session = await vendor.signIn();
  const [, , authority, ...path] = vendor.baseUrl.split("/");
  const at = (spelling) => `${spelling}/${path.join("/")}${DATA.ocient}`;
  const port = authority.split(":")[1];
  for (const spelling of [`//${authority}`, `HTTP://${authority}`, ` http://${authority}`, `http:\\\\${authority}`, `http://127.1:${port}`]) {
    const rows = await session.json(at(spelling));
    ok(rows.data.length === 2, `${spelling} is served`);
  }
  ok((await session.json(new URL(vendor.baseUrl + DATA.ocient))).data, "a URL object is served");
  ok((await session.json(new Request(vendor.baseUrl + DATA.ocient))).data, "a Request is served");
}

/** R1: `allow` admits another address, with the credential, and no more than that. */
export async function r1_allow_admits_by_whole_segments() {
  const [vendor, stranger] = [simulate("ethgas"), simulate("stranger")];
  const session = await vendor.signIn({ allow: [`${stranger.baseUrl}/api`] });
  const authorization = `Bearer ${await session.accessToken()}`;
  for (const path of ["/api", "/api/x", "/api?y"]) await session.fetch(stranger.baseUrl + path);
  for (const path of ["/apix", "/", "/API/x", "/api/../x", "/api/..%2fx"]) {
    await rejects(session.fetch(stranger.baseUrl + path), "forbidden-target");
  }
  const { requests } = await stranger.ledger();
  equal(requests.map((request) => request.headers.authorization), [authorization, authorization, authorization]);
}
