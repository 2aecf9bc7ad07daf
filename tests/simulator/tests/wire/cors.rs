use reqwest::header::HeaderMap;
use serde_json::json;

use crate::client::sim;

const PAGE: &str = "http://127.0.0.1:7400";

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().expect("visible ASCII"))
}

#[tokio::test]
async fn a_preflight_lists_exactly_what_the_vendor_needs() {
    let sim = sim().await;
    let bearer = "content-type, accept, authorization, x-test";
    let pegase3 = "user-name, password, token, name-company, id-company, id-establishments, id-employees, years, months, \
                   offset, starting-date, ending-date, fields, limit, content-type, accept, x-test";
    for (base, path, methods, headers) in [
        (&sim.at.ocient, "/v1/login", "GET, POST", bearer),
        (&sim.at.lenses, "/api/v1/login", "GET, POST", bearer),
        (&sim.at.ethgas, "/i/some/api/v1/user/login", "GET, POST", bearer),
        (&sim.at.pegase3, "/login", "GET", pegase3),
    ] {
        let request = sim.options(format!("{base}{path}")).header("Origin", PAGE);
        let request = request.header("Access-Control-Request-Method", "POST");
        let reply = request.header("Access-Control-Request-Headers", "x-other").send().await.unwrap();
        assert_eq!(reply.status(), 204);
        let got = reply.headers();
        assert_eq!(header(got, "access-control-allow-origin"), Some(PAGE));
        assert_eq!(header(got, "vary"), Some("Origin"));
        assert_eq!(header(got, "access-control-allow-credentials"), Some("true"));
        assert_eq!(header(got, "access-control-allow-methods"), Some(methods));
        assert_eq!(header(got, "access-control-allow-headers"), Some(headers));
        assert_eq!(header(got, "access-control-max-age"), Some("600"));
        assert_eq!(header(got, "cross-origin-resource-policy"), Some("cross-origin"));
    }
    let ledger = sim.ledger(&sim.at.ocient).await;
    assert_eq!((&ledger["preflights"], &ledger["counts"]), (&json!(1), &json!({})));
}

#[tokio::test]
async fn replies_are_shared_with_the_asking_origin_refusals_and_faults_too() {
    let sim = sim().await;
    let base = &sim.at.ethgas;
    sim.steer(base, "faults", json!({"path": "/faulty", "status": 503})).await;
    for path in ["/api/v1/user/info", "/nowhere", "/faulty"] {
        let reply = sim.get(format!("{base}{path}")).header("Origin", PAGE).send().await.unwrap();
        let got = reply.headers();
        assert_eq!(header(got, "access-control-allow-origin"), Some(PAGE), "{path}");
        assert_eq!(header(got, "access-control-allow-credentials"), Some("true"), "{path}");
        assert_eq!(header(got, "access-control-expose-headers"), Some("Retry-After"), "{path}");
        assert_eq!(header(got, "cross-origin-resource-policy"), Some("cross-origin"), "{path}");
    }
    let reply = sim.get(format!("{base}/nowhere")).send().await.unwrap();
    assert_eq!(header(reply.headers(), "access-control-allow-origin"), None, "nobody asked from an origin");
}

#[tokio::test]
async fn a_vendor_without_cors_shares_nothing() {
    let sim = sim().await;
    let base = &sim.at.pegase3;
    sim.steer(base, "config", json!({"no_cors": true})).await;
    let preflight = sim.options(format!("{base}/login")).header("Access-Control-Request-Method", "GET");
    for request in [preflight, sim.get(format!("{base}/login"))] {
        let reply = request.header("Origin", PAGE).send().await.unwrap();
        assert_eq!(header(reply.headers(), "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn the_control_routes_are_open_without_credentials() {
    let sim = sim().await;
    let url = format!("{}/_sim/config", sim.at.lenses);
    let request = sim.options(&url).header("Origin", PAGE).header("Access-Control-Request-Method", "POST");
    let reply = request.header("Access-Control-Request-Headers", "content-type").send().await.unwrap();
    assert_eq!(header(reply.headers(), "access-control-allow-origin"), Some("*"));
    assert_eq!(header(reply.headers(), "access-control-allow-headers"), Some("content-type"));
    assert_eq!(header(reply.headers(), "access-control-allow-methods"), Some("GET, POST, DELETE"));
    let reply = sim.post(&url, &json!({})).header("Origin", PAGE).send().await.unwrap();
    assert_eq!(header(reply.headers(), "access-control-allow-origin"), Some("*"));
    assert_eq!(header(reply.headers(), "access-control-allow-credentials"), None);
}

#[tokio::test]
async fn the_stranger_lets_everything_through_and_remembers_it() {
    let sim = sim().await;
    let base = &sim.at.stranger;
    let request = sim.options(format!("{base}/steal")).header("Origin", PAGE);
    let request = request.header("Access-Control-Request-Method", "PATCH");
    let reply = request.header("Access-Control-Request-Headers", "x-anything").send().await.unwrap();
    assert_eq!(header(reply.headers(), "access-control-allow-methods"), Some("PATCH"));
    assert_eq!(header(reply.headers(), "access-control-allow-headers"), Some("x-anything"));
    let request = sim.http.patch(format!("{base}/steal?token=x")).bearer_auth("secret").body("loot");
    let reply = request.header("Origin", PAGE).send().await.unwrap();
    assert_eq!(header(reply.headers(), "access-control-allow-origin"), Some(PAGE));
    assert_eq!((reply.status().as_u16(), reply.text().await.unwrap().as_str()), (200, "{}"));
    let ledger = sim.ledger(base).await;
    let request = &ledger["requests"][0];
    assert_eq!(ledger["counts"], json!({"PATCH /steal": 1}));
    assert_eq!((&request["query"], &request["body"]), (&json!("token=x"), &json!("loot")));
    assert_eq!(request["headers"]["authorization"], "Bearer secret");
}
