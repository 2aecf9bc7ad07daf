//! Signs in with hallpass, in Leptos. Trunk builds it by `index.html`.

use hallpass::{Credentials, Options, Session, State, Subscription, Vendor};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The vendor's address.
const ADDRESS: &str = "https://sql0.example.com";

#[derive(serde::Deserialize)]
struct Rows {
    data: Vec<serde::de::IgnoredAny>,
}

#[component]
fn App() -> impl IntoView {
    let session = StoredValue::new_local(None::<(Session, Subscription)>);
    let state = RwSignal::new(None::<State>);
    let shown = RwSignal::new(String::new());
    spawn_local(async move {
        match Session::open(Options::new(Vendor::Ocient, ADDRESS)).await {
            Ok(opened) => {
                let listening = opened.subscribe(move |news| state.set(Some(news))).ok();
                session.set_value(listening.map(|listening| (opened, listening)));
            }
            Err(error) => shown.set(error.to_string()),
        }
    });
    let username = NodeRef::<leptos::html::Input>::new();
    let password = NodeRef::<leptos::html::Input>::new();
    let sign_in = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let held = session.with_value(|held| held.as_ref().map(|(session, _)| session.clone()));
        let Some(session) = held else { return };
        let (Some(username), Some(password)) = (username.get(), password.get()) else { return };
        spawn_local(async move {
            let outcome = async {
                session.login(Credentials::new(username.value(), password.value())).await?;
                session.json::<Rows>("/v1/execute/system?statement=SELECT%201").await
            };
            shown.set(match outcome.await {
                Ok(rows) => format!("{} rows", rows.data.len()),
                Err(error) => error.to_string(),
            });
        });
    };
    let who = move || state.get().filter(State::is_signed_in).and_then(|state| state.user);
    view! {
        <form on:submit=sign_in hidden=move || who().is_some()>
            <input name="username" node_ref=username />
            <input name="password" type="password" node_ref=password />
            <button>"Sign in"</button>
        </form>
        <p id="who">{who}</p>
        <p id="rows">{shown}</p>
    }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
