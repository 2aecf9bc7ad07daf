//! Several tabs of one browser with one session, each steered by `tests/contract/tab/tab.js`.

use anyhow::{Context, Result, ensure};
use fantoccini::Client;
use fantoccini::wd::WindowHandle;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::page::{PASSWORD, USER};
use crate::wait::until;
use crate::world::{World, tab_url};

/// The tabs that a test has opened.
pub struct Tabs<'a> {
    client: &'a Client,
    tabs: Vec<WindowHandle>,
}

impl<'a> Tabs<'a> {
    /// So many tabs, with nothing in them yet.
    pub async fn open(client: &'a Client, count: usize) -> Result<Self> {
        Self::open_at(client, count, &tab_url("localhost")?).await
    }

    /// The same, with their page at another address.
    pub async fn open_at(client: &'a Client, count: usize, address: &str) -> Result<Self> {
        let mut tabs = vec![client.window().await?];
        while tabs.len() < count {
            tabs.push(client.new_window(true).await?.handle);
        }
        let all = Self { client, tabs };
        for tab in 0..count {
            all.switch(tab).await?;
            client.goto(address).await?;
            until("the tab is ready", async || {
                Ok(client.execute("return 'tab' in window", vec![]).await? == true)
            })
            .await?;
        }
        Ok(all)
    }

    /// So many tabs, all signed in with one session.
    pub async fn signed_in(client: &'a Client, count: usize, world: &World, options: Value) -> Result<Self> {
        let all = Self::open(client, count).await?;
        all.sign_in(world, options).await?;
        Ok(all)
    }

    /// Signs [`USER`] in, in the first tab; the others restore the session. What one tab has just written to localStorage may show
    /// in the next only after a moment.
    pub async fn sign_in(&self, world: &World, options: Value) -> Result<()> {
        let mut options = options;
        options["vendor"] = world.vendor.name().into();
        options["baseUrl"] = world.address.as_str().into();
        for tab in self.all() {
            self.call::<Value>(tab, "open", json!([options])).await?;
            if tab == 0 {
                let done: Value = self.act(0, json!(["login", USER, PASSWORD])).await?;
                ensure!(done == "done", "the login failed: {done}");
            }
            until(&format!("tab {tab} has restored the session"), async || {
                Ok(self.state(tab).await?["status"] == "signed-in")
            })
            .await?;
        }
        Ok(())
    }

    /// The numbers of all tabs.
    #[must_use]
    pub fn all(&self) -> std::ops::Range<usize> {
        0..self.tabs.len()
    }

    /// Goes to a tab.
    pub async fn switch(&self, tab: usize) -> Result<()> {
        let handle = self.tabs.get(tab).context("there is no such tab")?;
        Ok(self.client.switch_to_window(handle.clone()).await?)
    }

    /// Closes the last tab, in the middle of whatever it does.
    pub async fn close_last(&mut self) -> Result<()> {
        self.switch(self.tabs.len() - 1).await?;
        self.client.close_window().await?;
        self.tabs.pop();
        self.switch(0).await
    }

    /// Calls one of the tab's functions, and waits for what it answers.
    pub async fn call<T: DeserializeOwned>(&self, tab: usize, function: &str, arguments: Value) -> Result<T> {
        self.switch(tab).await?;
        let script = format!("return window.tab.{function}(...arguments[0])");
        let value = self.client.execute(&script, vec![arguments]).await?;
        serde_json::from_value(value).with_context(|| format!("an unexpected answer of {function}"))
    }

    /// Does one thing in a tab.
    pub async fn act<T: DeserializeOwned>(&self, tab: usize, act: Value) -> Result<T> {
        self.call(tab, "act", act).await
    }

    /// Does the same in all tabs in the same moment, and gives what came of it in each.
    pub async fn at_once(&self, act: Value) -> Result<Vec<Value>> {
        for tab in self.all().skip(1) {
            self.call::<Value>(tab, "atSignal", act.clone()).await?;
        }
        self.call::<Value>(0, "giveSignal", act).await?;
        let mut outcomes = Vec::new();
        for tab in self.all() {
            until("the signal was heard", async || self.call(tab, "begun", json!([])).await).await?;
            outcomes.push(self.call(tab, "outcome", json!([])).await?);
        }
        Ok(outcomes)
    }

    /// The session's state in a tab.
    pub async fn state(&self, tab: usize) -> Result<Value> {
        self.call(tab, "state", json!([])).await
    }

    /// The session's state in each tab.
    pub async fn states(&self) -> Result<Vec<Value>> {
        let mut states = Vec::new();
        for tab in self.all() {
            states.push(self.state(tab).await?);
        }
        Ok(states)
    }

    /// Waits until a member of the state has a value in every tab.
    pub async fn until_all(&self, member: &str, value: &str) -> Result<()> {
        for tab in self.all() {
            let what = format!("{member} is {value} in tab {tab}");
            until(&what, async || Ok(self.state(tab).await?[member] == value)).await?;
        }
        Ok(())
    }
}
