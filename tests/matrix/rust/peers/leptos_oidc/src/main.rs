//! The application of `../../leptos` with leptos_oidc: one link instead of the form, as a page of the server's asks for the password.

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_oidc::{Algorithm, Auth, AuthErrorContext, AuthParameters, AuthSignal, Challenge, LoginLink};
use leptos_router::components::Router;

const ADDRESS: &str = "https://sql0.example.com";

#[derive(Clone, serde::Deserialize)]
struct Claims {
    preferred_username: String,
}

#[derive(serde::Deserialize)]
struct Rows {
    data: Vec<serde::de::IgnoredAny>,
}

async fn rows(token: &str) -> Result<Rows, gloo_net::Error> {
    let request = Request::get(&format!("{ADDRESS}/v1/execute/system?statement=SELECT%201"));
    request.header("Authorization", &format!("Bearer {token}")).send().await?.json().await
}

#[component]
fn Page() -> impl IntoView {
    let auth = expect_context::<AuthSignal>();
    let _ = Auth::init(AuthParameters {
        issuer: ADDRESS.to_owned(),
        client_id: "client".to_owned(),
        redirect_uri: "http://localhost:8080/".to_owned(),
        post_logout_redirect_uri: "http://localhost:8080/".to_owned(),
        challenge: Challenge::S256,
        scope: Some("openid".to_owned()),
        audience: None,
    });
    let shown = RwSignal::new(String::new());
    Effect::new(move || {
        let Some(authenticated) = auth.get().authenticated() else { return };
        spawn_local(async move {
            shown.set(match rows(&authenticated.access_token()).await {
                Ok(rows) => format!("{} rows", rows.data.len()),
                Err(error) => error.to_string(),
            });
        });
    });
    let who = move || {
        let claims = auth.get().authenticated()?.decoded_id_token::<Claims>(Algorithm::RS256, &["client"])?;
        Some(claims.claims.preferred_username)
    };
    view! {
        <span hidden=move || who().is_some()><LoginLink>"Sign in"</LoginLink></span>
        <AuthErrorContext>"It didn't work."</AuthErrorContext>
        <p id="who">{who}</p>
        <p id="rows">{shown}</p>
    }
}

#[component]
fn App() -> impl IntoView {
    provide_context(Auth::signal());
    view! { <Router><Page /></Router> }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
