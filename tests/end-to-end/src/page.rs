//! The demo page, as a person uses it.

use anyhow::{Context, Result, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::Engine;
use crate::error_box::ErrorBox;
use crate::request::Request;
use crate::wait::until;
use crate::world::{World, page_url};

/// A user that every simulated vendor knows.
pub const USER: &str = "jdoe";

/// The user's password.
pub const PASSWORD: &str = "correct horse";

/// The page in a browser's tab.
pub struct Page {
    /// The browser.
    pub client: Client,
    engine: Engine,
}

impl Page {
    pub(crate) fn new(client: Client, engine: Engine) -> Self {
        Self { client, engine }
    }

    /// Goes there and waits until it is ready.
    pub async fn open(&self) -> Result<()> {
        self.client
            .goto(&page_url()?)
            .await
            .context("the page could not be opened: does the simulator run?")?;
        self.until_ready().await
    }

    /// Loads it again.
    pub async fn reload(&self) -> Result<()> {
        self.client.refresh().await?;
        self.until_ready().await
    }

    /// Opens it once more from here, in a tab or, with such `features`, in a window, and goes there. It takes a click, since
    /// not every browser lets a page open windows by itself.
    pub async fn open_another(&self, features: &str) -> Result<WindowHandle> {
        let before = self.client.windows().await?;
        let on_click = "const [features] = arguments;
                        const open = () => window.open(location.href, '_blank', features);
                        document.addEventListener('click', open, { once: true })";
        self.evaluate_with::<()>(on_click, vec![features.into()]).await?;
        self.click("status").await?;
        until("the window is there", async || Ok(self.client.windows().await?.len() > before.len())).await?;
        let windows = self.client.windows().await?;
        let another =
            windows.into_iter().find(|window| !before.contains(window)).context("another window")?;
        self.client.switch_to_window(another.clone()).await?;
        self.until_ready().await?;
        Ok(another)
    }

    /// Waits until it has loaded hallpass and looked for a session.
    pub async fn until_ready(&self) -> Result<()> {
        let ready = "return document.querySelector('main')?.getAttribute('aria-busy') === 'false'";
        until("the page is ready", async || self.evaluate(ready).await).await
    }

    /// Fills in where to sign in, and for how long.
    pub async fn choose(&self, world: &World, storage: &str) -> Result<()> {
        self.element("vendor").await?.select_by_value(world.vendor.name()).await?;
        self.element("storage").await?.select_by_value(storage).await?;
        self.fill("base-url", &world.address).await
    }

    /// Fills in who signs in, and sends the form off.
    pub async fn submit(&self, user: &str, password: &str) -> Result<()> {
        self.fill("username", user).await?;
        self.fill("password", password).await?;
        self.click("sign-in-button").await
    }

    /// Signs [`USER`] in, and waits for the session: until it is there, and then until the sign-in is over, which is when the
    /// storage has it.
    pub async fn sign_in(&self, world: &World, storage: &str) -> Result<()> {
        self.choose(world, storage).await?;
        self.submit(USER, PASSWORD).await?;
        self.until_signed_in().await?;
        until("the sign-in is over", async || Ok(!self.is_at_work("sign-in-button").await?)).await
    }

    /// Whether what a button asked for is still under way.
    pub async fn is_at_work(&self, button: &str) -> Result<bool> {
        Ok(self.element(button).await?.attr("aria-disabled").await?.is_some())
    }

    /// Waits until the panel of a session is there, instead of the form.
    pub async fn until_signed_in(&self) -> Result<()> {
        until("somebody is signed in", async || {
            if self.is_shown("error").await? {
                bail!("the sign-in failed: {:?}", self.text("error").await?);
            }
            Ok(self.is_shown("signed-in").await? && !self.is_shown("signed-out").await?)
        })
        .await
    }

    /// Waits until the form is there, instead of a session.
    pub async fn until_signed_out(&self) -> Result<()> {
        until("nobody is signed in", async || {
            Ok(self.is_shown("signed-out").await? && !self.is_shown("signed-in").await?)
        })
        .await
    }

    /// Waits until the line of news has a text.
    pub async fn until_status(&self, text: &str) -> Result<()> {
        self.until_text("status", text).await
    }

    /// Waits until an element shows a text, with whatever else beside it.
    pub async fn until_text(&self, id: &str, text: &str) -> Result<()> {
        until(&format!("#{id} shows {text:?}"), async || Ok(self.text(id).await?.contains(text))).await
    }

    /// Waits for the error box, and gives what it shows.
    pub async fn until_error(&self) -> Result<ErrorBox> {
        until("an error is shown", async || self.is_shown("error").await).await?;
        self.evaluate(
            "const box = document.getElementById('error');
             return {
               code: box.dataset.code,
               happened: box.querySelector('.happened').innerText,
               text: box.innerText,
               focused: document.activeElement === box,
             }",
        )
        .await
    }

    /// What is left of the session by the countdown, in seconds.
    pub async fn seconds_left(&self) -> Result<u32> {
        let text = self.text("expires").await?;
        let parts = text.split(':').map(str::parse::<u32>);
        parts
            .into_iter()
            .try_fold(0, |sum, part| Ok(sum * 60 + part?))
            .map_err(|_: std::num::ParseIntError| anyhow::anyhow!("no countdown: {text:?}"))
    }

    /// The requests listed, the oldest first.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        self.evaluate("return [...document.querySelectorAll('#requests > li')].reverse().map((row) => ({ ...row.dataset }))").await
    }

    /// Clicks the element with an id.
    pub async fn click(&self, id: &str) -> Result<()> {
        Ok(self.element(id).await?.click().await?)
    }

    /// Asks for a call of the vendor's API, and waits for its answer. What is shown may be that of the call before.
    pub async fn call(&self) -> Result<()> {
        let before = self.answered_calls().await?;
        self.click("call").await?;
        until("the call is answered", async || {
            Ok(self.answered_calls().await? > before && !self.is_at_work("call").await?)
        })
        .await
    }

    async fn answered_calls(&self) -> Result<usize> {
        let requests = self.requests().await?;
        Ok(requests.iter().filter(|request| request.purpose == "your call" && request.status != "…").count())
    }

    /// The element's text as it is rendered: nothing of what is hidden.
    pub async fn text(&self, id: &str) -> Result<String> {
        Ok(self.element(id).await?.text().await?)
    }

    /// Whether the element can be seen.
    pub async fn is_shown(&self, id: &str) -> Result<bool> {
        Ok(self.element(id).await?.is_displayed().await?)
    }

    /// What is typed into an input.
    pub async fn value(&self, id: &str) -> Result<String> {
        Ok(self.element(id).await?.prop("value").await?.unwrap_or_default())
    }

    /// Replaces what is typed into an input.
    pub async fn fill(&self, id: &str, text: &str) -> Result<()> {
        let input = self.element(id).await?;
        input.clear().await?;
        input.send_keys(text).await?;
        ensure!(self.value(id).await? == text, "{text:?} could not be typed into #{id}");
        Ok(())
    }

    /// The element with an id.
    pub async fn element(&self, id: &str) -> Result<Element> {
        self.client.find(Locator::Id(id)).await.with_context(|| format!("the page has no #{id}"))
    }

    /// The id of the element that has the focus.
    pub async fn focused(&self) -> Result<String> {
        self.evaluate("return document.activeElement?.id ?? ''").await
    }

    /// Presses keys one after another, wherever the focus is.
    pub async fn press(&self, keys: impl IntoIterator<Item = char>) -> Result<()> {
        let strokes = keys.into_iter().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let actions = strokes.fold(KeyActions::new("keyboard".to_owned()), InputSource::then);
        Ok(self.client.perform_actions(actions).await?)
    }

    /// Everything a person can read.
    pub async fn visible_text(&self) -> Result<String> {
        self.evaluate("return document.body.innerText").await
    }

    /// The errors and the policy's violations in the browser's console; `None` where it can't be read.
    pub async fn console_errors(&self) -> Result<Option<Vec<String>>> {
        self.engine.console_errors(&self.client).await
    }

    /// The result of a script's `return`.
    pub async fn evaluate<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        self.evaluate_with(script, vec![]).await
    }

    /// The same with `arguments`.
    pub async fn evaluate_with<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let value = self.client.execute(script, arguments).await?;
        serde_json::from_value(value).with_context(|| format!("an unexpected result of: {script}"))
    }
}
