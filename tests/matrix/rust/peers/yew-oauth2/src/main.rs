//! The application of `../../yew` with yew-oauth2: one button instead of the form, as a page of the server's asks for the password.

use gloo_net::http::Request;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
#[cfg(not(feature = "openid"))]
use yew_oauth2::oauth2::*;
#[cfg(feature = "openid")]
use yew_oauth2::openid::*;
use yew_oauth2::prelude::*;

const ADDRESS: &str = "https://sql0.example.com";

#[derive(serde::Deserialize)]
struct Rows {
    data: Vec<serde::de::IgnoredAny>,
}

async fn rows(token: &str) -> Result<Rows, gloo_net::Error> {
    let request = Request::get(&format!("{ADDRESS}/v1/execute/system?statement=SELECT%201"));
    request.header("Authorization", &format!("Bearer {token}")).send().await?.json().await
}

#[component]
fn Page() -> Html {
    let shown = use_state(String::new);
    let agent = use_auth_agent();
    let sign_in = use_callback(agent, |_, agent| {
        if let Some(agent) = agent {
            let _ = agent.start_login();
        }
    });
    let state = use_auth_state();
    let authentication = state.as_ref().and_then(OAuth2Context::authentication).cloned();
    let token = authentication.as_ref().map(|authentication| authentication.access_token.clone());
    {
        let shown = shown.clone();
        use_effect_with(token, move |token| {
            let Some(token) = token.clone() else { return };
            spawn_local(async move {
                shown.set(match rows(&token).await {
                    Ok(rows) => format!("{} rows", rows.data.len()),
                    Err(error) => error.to_string(),
                });
            });
        });
    }
    #[cfg(feature = "openid")]
    let who = authentication
        .and_then(|authentication| authentication.claims)
        .and_then(|claims| claims.preferred_username().map(|name| name.to_string()));
    #[cfg(not(feature = "openid"))]
    let who = authentication.map(|_| "signed in");
    html! {
        <>
            <button onclick={sign_in} hidden={who.is_some()}>{ "Sign in" }</button>
            <Failure><FailureMessage /></Failure>
            <p id="who">{ who.unwrap_or_default() }</p>
            <p id="rows">{ &*shown }</p>
        </>
    }
}

#[component]
fn App() -> Html {
    #[cfg(feature = "openid")]
    let config = Config::new("client", ADDRESS);
    #[cfg(not(feature = "openid"))]
    let config = Config::new("client", format!("{ADDRESS}/auth"), format!("{ADDRESS}/token"));
    html! { <OAuth2 {config}><Page /></OAuth2> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
