//! The page of the simulated identity provider, to which vendors send people.

use std::fmt::Write;

use axum::response::{Html, IntoResponse, Response};

use crate::accounts::ACCOUNTS;

const STYLE: &str = "
    :root { color-scheme: light dark }
    body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto; padding: 0 1rem }
    button, input, select { font: inherit; padding: .4rem .8rem; max-width: 100% }";

/// A page with this body, which is HTML.
pub fn document(body: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">\
         <title>The simulated identity provider</title><style>{STYLE}</style>\
         <main><h1>The simulated identity provider</h1>{body}</main></html>"
    ))
    .into_response()
}

/// A choice of the users, named `username`.
pub fn choice_of_users() -> String {
    let mut options = String::new();
    for account in &ACCOUNTS {
        // Writing into a string does not fail.
        let _ = write!(options, "<option>{}</option>", account.name);
    }
    format!("<p><label>Sign in as <select name=\"username\">{options}</select></label></p>")
}
