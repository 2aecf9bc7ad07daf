//! Lenses HQ's single sign-on, as a person sees it: the provider's page, and the way back from it.
//!
//! Between HQ and a provider there is SAML; here one page plays both. A fixed address, HQ's setting `auth.saml.uiRootURL`, is
//! where people come back to (<https://github.com/lensesio/lenses-helm-charts/tree/main/charts/lenses-hq>).

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::accounts::ACCOUNTS;
use crate::call::Call;
use crate::instance::World;
use crate::lenses;
use crate::provider_page::{choice_of_users, document};
use crate::vendor::Vendor;

/// Where the person signs in.
pub const PAGE: &str = "/sso";

/// The page's address, which HQ tells as `sso_url`.
pub fn address(call: &Call) -> String {
    call.address_of(PAGE)
}

/// The page, and what it sends: a form with `answer` (`yes` or `no`) and `username`. Either way the person comes back.
pub fn page(call: &Call, world: &mut World) -> Response {
    if call.method != "POST" {
        let users = choice_of_users();
        return document(&format!(
            "<form method=\"post\"><p>Lenses HQ wants to know who you are.</p>{users}\
             <p><button name=\"answer\" value=\"yes\">Sign in</button> \
             <button name=\"answer\" value=\"no\">Back, without</button></p></form>"
        ));
    }
    let text = |name: &str| {
        let mut sent = form_urlencoded::parse(&call.body);
        sent.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let Ok(home) = HeaderValue::from_str(&home(call, world)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let back = (StatusCode::SEE_OTHER, [(LOCATION, home)]).into_response();
    let (answer, name) = (text("answer"), text("username"));
    match ACCOUNTS.iter().find(|account| answer == "yes" && account.name == name) {
        Some(account) => lenses::welcome(call, world, account, back),
        None => back,
    }
}

/// Where people go afterwards: what the instance was configured with, else the page server beside.
fn home(call: &Call, world: &World) -> String {
    if let Some(url) = &world.config.ui_root_url {
        return url.clone();
    }
    let beside = |port: u16| port.checked_sub(Vendor::Lenses.port(0));
    let (name, port) = call.host().rsplit_once(':').unwrap_or(("localhost", ""));
    let port = port.parse().ok().and_then(beside).unwrap_or(crate::DEFAULT_PORT);
    format!("http://{name}:{port}/")
}
