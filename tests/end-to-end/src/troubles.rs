//! What goes wrong on the page, as a script in it notices: the only witness where the browser's console can't be read.

use anyhow::Result;

use crate::page::Page;

const WATCH: &str = "
    window.troubles = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        window.troubles.push(`${effectiveDirective} ${blockedURI}`));
    window.addEventListener('error', ({ message }) => window.troubles.push(message));
    window.addEventListener('unhandledrejection', ({ reason }) => window.troubles.push(String(reason)));
    for (const level of ['error', 'warn']) console[level] = (...words) => window.troubles.push(words.join(' '));";

/// Notes what goes wrong from now on, until the page is loaded again.
pub async fn watch(page: &Page) -> Result<()> {
    page.evaluate(WATCH).await
}

/// What has gone wrong since.
pub async fn seen(page: &Page) -> Result<Vec<String>> {
    page.evaluate("return window.troubles").await
}
