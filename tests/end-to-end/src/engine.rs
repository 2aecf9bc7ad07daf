//! The browser engines: all that differs between them.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use fantoccini::Client;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use reqwest::{Method, Url};
use serde_json::{Value, json};

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Google Chrome, driven by chromedriver.
    Chromium,
    /// Firefox, driven by geckodriver 0.36 or later.
    Firefox,
    /// The little browser of `WebKitGTK`, driven by `WebKitWebDriver`. Its sessions have a profile in memory.
    WebKit,
}

impl Engine {
    /// The one that `HALLPASS_BROWSER` names; Chromium when it isn't set.
    pub fn chosen() -> Result<Self> {
        match env::var("HALLPASS_BROWSER").as_deref() {
            Err(_) | Ok("" | "chromium") => Ok(Self::Chromium),
            Ok("firefox") => Ok(Self::Firefox),
            Ok("webkit") => Ok(Self::WebKit),
            Ok(other) => bail!("HALLPASS_BROWSER is chromium, firefox or webkit, not {other:?}"),
        }
    }

    /// Its driver: the path that the environment gives, else a name to look up on the PATH.
    #[must_use]
    pub fn driver(self) -> PathBuf {
        let (variable, name) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
            Self::WebKit => ("WEBKITWEBDRIVER", "WebKitWebDriver"),
        };
        env::var_os(variable).map_or_else(|| name.into(), PathBuf::from)
    }

    /// The driver's arguments.
    #[must_use]
    pub fn driver_arguments(self, port: u16) -> Vec<String> {
        match self {
            Self::Chromium | Self::WebKit => vec![format!("--port={port}")],
            // The console is read in the browser's own context.
            Self::Firefox => vec!["--port".to_owned(), port.to_string(), "--allow-system-access".to_owned()],
        }
    }

    /// What the driver finds in its environment, and the browser with it.
    #[must_use]
    pub fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Chromium | Self::Firefox => &[],
            Self::WebKit => &[
                // On a machine with a Wayland display it would take that instead of the one that nobody sees.
                ("GDK_BACKEND", "x11"),
                // Where namespaces are out of reach, as in containers, its sandbox can't be set up.
                ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
            ],
        }
    }

    /// Whether the browser knows no mode without windows.
    #[must_use]
    pub fn shows_windows(self) -> bool {
        self == Self::WebKit
    }

    /// What a session is asked for: a quiet browser with no window, and one that keeps its console where it can.
    #[must_use]
    pub fn capabilities(self) -> Capabilities {
        let wanted = match self {
            Self::Chromium => json!({
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"args": [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ]},
            }),
            Self::Firefox => json!({"moz:firefoxOptions": {"args": ["-headless"]}}),
            Self::WebKit => match env::var("MINIBROWSER") {
                Ok(path) => json!({"webkitgtk:browserOptions": {"binary": path, "args": ["--automation"]}}),
                // The driver knows where the one is that it was built with.
                Err(_) => json!({}),
            },
        };
        wanted.as_object().cloned().unwrap_or_default()
    }

    /// The errors and the violations of the page's policy that the browser's console shows, from the page's first
    /// moment on. `None` where it can't be read: `WebKitGTK` has no command for it, and sessions with a profile in
    /// memory write it nowhere.
    pub async fn console_errors(self, client: &Client) -> Result<Option<Vec<String>>> {
        Ok(match self {
            Self::Chromium => {
                let entries = client.issue_cmd(Special::ChromiumLog).await?;
                let severe = |entry: &&Value| entry["level"] == "SEVERE";
                Some(entries.as_array().into_iter().flatten().filter(severe).map(message).collect())
            }
            Self::Firefox => {
                client.issue_cmd(Special::FirefoxContext("chrome")).await?;
                let entries = client.execute(FIREFOX_CONSOLE, vec![]).await;
                client.issue_cmd(Special::FirefoxContext("content")).await?;
                Some(entries?.as_array().into_iter().flatten().map(message).collect())
            }
            Self::WebKit => None,
        })
    }
}

/// The errors among the console's messages that web pages caused; the browser itself has some too.
const FIREFOX_CONSOLE: &str = r#"
    return Services.console.getMessageArray()
        .filter((entry) => entry instanceof Ci.nsIScriptError && /^http:\/\/(localhost|127\.)/.test(entry.sourceName))
        .filter((entry) => entry.category.startsWith("CSP") || !(entry.flags & Ci.nsIScriptError.warningFlag))
        .map((entry) => ({ message: `${entry.category}: ${entry.errorMessage}` }));
"#;

fn message(entry: &Value) -> String {
    entry["message"].as_str().map_or_else(|| entry.to_string(), str::to_owned)
}

/// Commands of the drivers that `WebDriver` itself doesn't have.
#[derive(Debug)]
enum Special {
    ChromiumLog,
    FirefoxContext(&'static str),
}

impl WebDriverCompatibleCommand for Special {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, url::ParseError> {
        let command = match self {
            Self::ChromiumLog => "se/log",
            Self::FirefoxContext(_) => "moz/context",
        };
        base_url.join(&format!("session/{}/{command}", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = match self {
            Self::ChromiumLog => json!({"type": "browser"}),
            Self::FirefoxContext(context) => json!({"context": context}),
        };
        (Method::POST, Some(body.to_string()))
    }
}
