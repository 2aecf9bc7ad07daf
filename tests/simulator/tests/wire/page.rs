use std::fs;

use hallpass_simulator::{Options, start};
use serde_json::{Value, json};

use crate::client::{client, sim};

#[tokio::test]
async fn files_have_their_types_and_pages_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let [www, pkg] = ["www", "pkg"].map(|name| folder.path().join(name));
    for (folder, name) in [
        (&www, "index.html"),
        (&www, "page.js"),
        (&www, "page.css"),
        (&www, "icon.svg"),
        (&pkg, "a.wasm"),
        (&pkg, "a.js"),
        (&pkg, "a.md"),
    ] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "x").unwrap();
    }
    let running =
        start(Options { port: 0, www: Some(www), pkg: Some(pkg), ..Options::default() }).await.unwrap();
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/pkg/a.wasm", "application/wasm"),
        ("/pkg/a.js", "text/javascript; charset=utf-8"),
        ("/pkg/a.md", "text/markdown; charset=utf-8"),
    ] {
        let reply = client().get(format!("{}{path}", running.page)).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        let header = |name: &str| reply.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-type"), Some(kind), "{path}");
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("access-control-allow-origin"), Some("*"));
        assert_eq!(header("cross-origin-resource-policy"), Some("cross-origin"));
        let policy = header("content-security-policy");
        assert_eq!(policy.is_some(), kind.starts_with("text/html"), "{path}");
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
