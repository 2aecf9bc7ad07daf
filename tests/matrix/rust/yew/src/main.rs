//! Signs in with hallpass, in Yew. Trunk builds it by `index.html`.

use hallpass::{Credentials, Options, Session, State, Vendor};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The vendor's address.
const ADDRESS: &str = "https://sql0.example.com";

#[derive(serde::Deserialize)]
struct Rows {
    data: Vec<serde::de::IgnoredAny>,
}

#[component]
fn App() -> Html {
    let session = use_mut_ref(|| None);
    let state = use_state(|| None::<State>);
    let shown = use_state(String::new);
    {
        let (session, state, shown) = (session.clone(), state.clone(), shown.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                match Session::open(Options::new(Vendor::Ocient, ADDRESS)).await {
                    Ok(opened) => {
                        let listening = opened.subscribe(move |news| state.set(Some(news)));
                        *session.borrow_mut() = Some((opened, listening));
                    }
                    Err(error) => shown.set(error.to_string()),
                }
            });
        });
    }
    let (username, password) = (use_node_ref(), use_node_ref());
    let sign_in = {
        let (username, password, shown) = (username.clone(), password.clone(), shown.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = |input: &NodeRef| input.cast::<HtmlInputElement>().map(|input| input.value());
            let (Some(username), Some(password)) = (value(&username), value(&password)) else { return };
            let Some(session) = session.borrow().as_ref().map(|(session, _): &(Session, _)| session.clone())
            else {
                return;
            };
            let shown = shown.clone();
            spawn_local(async move {
                let outcome = async {
                    session.login(Credentials::new(username, password)).await?;
                    session.json::<Rows>("/v1/execute/system?statement=SELECT%201").await
                };
                shown.set(match outcome.await {
                    Ok(rows) => format!("{} rows", rows.data.len()),
                    Err(error) => error.to_string(),
                });
            });
        })
    };
    let who = state.as_ref().filter(|state| state.is_signed_in()).and_then(|state| state.user.clone());
    html! {
        <>
            <form onsubmit={sign_in} hidden={who.is_some()}>
                <input name="username" ref={username} />
                <input name="password" type="password" ref={password} />
                <button>{ "Sign in" }</button>
            </form>
            <p id="who">{ who.unwrap_or_default() }</p>
            <p id="rows">{ &*shown }</p>
        </>
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
