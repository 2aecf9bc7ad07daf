//! The Django project of `tests/django`, which `cargo xtask test` has started, and the guide's recipes for it.

use std::env;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use fantoccini::Client as Browser;
use reqwest::Client;
use serde_json::Value;

use crate::world::page_port;

/// How far its port is from the demo page's.
pub const PORT_OFFSET: u16 = 13;

/// The running server, for one test alone: it counts the calls of all, and its settings count for all.
pub struct Django {
    address: String,
    http: Client,
    /// Locked until it is closed, also where the tests of several browsers run at once, each in a process of its own.
    _turn: File,
}

impl Django {
    /// Waits for the tests of other browsers.
    pub fn running() -> Result<Self> {
        let port = page_port()? + PORT_OFFSET;
        let turn = File::create(env::temp_dir().join(format!("hallpass-tests-django-{port}.lock")))?;
        turn.lock()?;
        Ok(Self { address: format!("http://localhost:{port}"), http: Client::new(), _turn: turn })
    }

    /// The address of one of its parts.
    #[must_use]
    pub fn at(&self, part: &str) -> String {
        format!("{}/{part}", self.address)
    }

    /// How often it was called so, such as `POST /jwt/api/token/`; or how many rows it has of a kind.
    pub async fn count(&self, what: &str) -> Result<u64> {
        let calls = self.http.get(self.at("test/calls")).send().await?.error_for_status()?;
        Ok(calls.json::<Value>().await?[what].as_u64().unwrap_or(0))
    }

    /// How long access tokens live that it issues from now on, in seconds.
    pub async fn lifetime(&self, seconds: u64) -> Result<()> {
        let order = self.http.post(self.at("test/lifetime")).body(seconds.to_string());
        order.send().await?.error_for_status()?;
        Ok(())
    }

    /// Ends all sessions, as an administrator would.
    pub async fn end_all(&self) -> Result<()> {
        self.http.post(self.at("test/end")).send().await?.error_for_status()?;
        Ok(())
    }
}

/// A description as the guide has it: what is between the brackets of its `defineVendor`.
pub async fn recipe(browser: &Browser, name: &str) -> Result<Value> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/any-api.md");
    let text = fs::read_to_string(&page).with_context(|| format!("{}", page.display()))?;
    let begin = format!("export const {name} = defineVendor(");
    let described = text.split_once(&begin).and_then(|(_, rest)| rest.split_once("\n});"));
    let (members, _) = described.with_context(|| format!("the guide has no recipe {name}"))?;
    Ok(browser.execute(&format!("return {members}}};"), vec![]).await?)
}
