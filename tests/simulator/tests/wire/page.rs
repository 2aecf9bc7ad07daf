use std::fs;

use hallpass_simulator::{Options, start};
use serde_json::{Value, json};

use crate::client::{client, sim};

#[tokio::test]
async fn files_have_their_types_and_pages_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let [www, pkg] = ["www", "pkg"].map(|name| folder.path().join(name));
    for (folder, name) in
        [(&www, "index.html"), (&www, "page.js"), (&www, "page.css"), (&pkg, "a.wasm"), (&pkg, "a.js")]
    {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "x").unwrap();
    }
    let running =
        start(Options { port: 0, www: Some(www), pkg: Some(pkg), ..Options::default() }).await.unwrap();
    for (path, kind) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/page.js", "text/javascript"),
        ("/page.css", "text/css"),
        ("/pkg/a.wasm", "application/wasm"),
        ("/pkg/a.js", "text/javascript"),
    ] {
        let reply = client().get(format!("{}{path}", running.page)).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        let header = |name: &str| reply.headers().get(name).map(|value| value.to_str().unwrap());
        assert!(header("content-type").unwrap().starts_with(kind), "{path}: {:?}", header("content-type"));
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("access-control-allow-origin"), Some("*"));
        assert_eq!(header("cross-origin-resource-policy"), Some("cross-origin"));
        let policy = header("content-security-policy");
        assert_eq!(policy.is_some(), kind == "text/html", "{path}");
        if let Some(policy) = policy {
            let port = running.ethgas.rsplit_once(':').unwrap().1;
            assert!(policy.contains(&format!("http://127.0.0.1:{port} http://localhost:{port}")), "{policy}");
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
            assert!(policy.contains("require-trusted-types-for 'script'"), "{policy}");
        }
    }
    let outside = client().get(format!("{}/..%2fpkg/a.js", running.page)).send().await.unwrap();
    assert_eq!(outside.status(), 404);
    running.stop().await;
}

#[tokio::test]
async fn the_configuration_speaks_of_the_host_it_was_asked_under() {
    let sim = sim().await;
    let port = |address: &str| address.rsplit_once(':').unwrap().1.to_owned();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{}/config.json", port(&sim.at.page));
        let config: Value = sim.get(url).send().await.unwrap().json().await.unwrap();
        let expected = |address: &str| format!("http://{host}:{}", port(address));
        assert_eq!(
            config,
            json!({
                "ocient": expected(&sim.at.ocient),
                "lenses": expected(&sim.at.lenses),
                "pegase3": expected(&sim.at.pegase3),
                "ethgas": expected(&sim.at.ethgas),
                "stranger": expected(&sim.at.stranger),
            })
        );
    }
}
