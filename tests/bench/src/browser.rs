//! Chromium, from visit to visit: each has a tab and a process of its own.

use std::fmt::Debug;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::Client;
use fantoccini::wd::{TimeoutConfiguration, WebDriverCompatibleCommand, WindowHandle};
use hallpass_end_to_end::wait::until;
use reqwest::{Method, Url};
use serde_json::{Value, json};

/// Its arguments: tabs that nobody looks at run as fast as the one in front.
pub const ARGUMENTS: [&str; 3] = [
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
];

/// The longest task. What takes longer has hung, and is reported as that. 100 000 calls of all contenders at once take more than a
/// minute and a half on two slow cores.
const LONGEST: Duration = Duration::from_secs(300);

/// A browser with one tab that stays, and others that come and go.
pub struct Browser<'a> {
    client: &'a Client,
    home: WindowHandle,
    origin: String,
}

impl<'a> Browser<'a> {
    /// Takes a browser over. `origin`: the server's.
    pub async fn new(client: &'a Client, origin: String) -> Result<Self> {
        let limits = TimeoutConfiguration::new(Some(LONGEST), Some(LONGEST), None);
        client.update_timeouts(limits).await?;
        Ok(Self { client, home: client.window().await?, origin })
    }

    /// Opens a tab at the bench's page. `folder`: `/` or `/kept/`.
    pub async fn open(&self, folder: &str) -> Result<WindowHandle> {
        self.client.switch_to_window(self.home.clone()).await?;
        let tab = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(tab.clone()).await?;
        self.load(folder).await?;
        Ok(tab)
    }

    /// Loads the page again, in the present tab.
    pub async fn load(&self, folder: &str) -> Result<()> {
        self.client.goto(&format!("{}{folder}index.html", self.origin)).await?;
        until(
            "the page is ready",
            async || Ok(self.script("return 'bench' in window", vec![]).await? == true),
        )
        .await
    }

    /// Goes to a tab.
    pub async fn switch(&self, tab: &WindowHandle) -> Result<()> {
        Ok(self.client.switch_to_window(tab.clone()).await?)
    }

    /// Closes a tab.
    pub async fn close(&self, tab: &WindowHandle) -> Result<()> {
        self.switch(tab).await?;
        self.client.close_window().await?;
        self.switch(&self.home).await
    }

    /// Has the page in the present tab do a task. What goes wrong is a result as well.
    pub async fn run(&self, task: &str, contender: &str, options: &Value) -> Value {
        let arguments = vec![json!(task), json!(contender), options.clone()];
        let outcome = self.script("return window.bench.run(...arguments)", arguments).await;
        outcome.unwrap_or_else(|error| json!({"failed": format!("{error:#}")}))
    }

    /// Has the page begin a task, and doesn't wait for it.
    pub async fn begin(&self, task: &str, contender: &str, options: &Value) -> Result<()> {
        let arguments = vec![json!(task), json!(contender), options.clone()];
        self.script("window.begun = window.bench.run(...arguments)", arguments).await.map(drop)
    }

    /// The result of the task that was begun.
    pub async fn end(&self) -> Value {
        let outcome = self.script("return window.begun", vec![]).await;
        outcome.unwrap_or_else(|error| json!({"failed": format!("{error:#}")}))
    }

    /// Calls a function of the present tab's.
    pub async fn tab(&self, function: &str, arguments: Value) -> Result<Value> {
        self.script(&format!("return window.bench.tab.{function}(...arguments[0])"), vec![arguments]).await
    }

    /// A command of Chromium's own protocol.
    pub async fn chromium(&self, command: &str, parameters: Value) -> Result<Value> {
        let told = || format!("Chromium refused {command}");
        self.client
            .issue_cmd(DevTools(json!({"cmd": command, "params": parameters})))
            .await
            .with_context(told)
    }

    async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }
}

/// chromedriver's way to the protocol.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}
