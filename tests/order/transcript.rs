//! Effects and endings in a few words, to be held against what is expected.

use hallpass::dialect::Secret;
use hallpass::protocol::{Effect, Ending, Line, Write};

/// An effect in a few words.
pub fn line(effect: &Effect) -> String {
    match effect {
        Effect::Call(call) => {
            let token = call.headers.iter().find(|(name, _)| matches!(&**name, "Authorization" | "Token"));
            let token = token.map_or(String::new(), |(_, value)| {
                format!(" with {}", value.as_str().trim_start_matches("Bearer "))
            });
            let below = call.below.unwrap_or_default();
            let cookies = if call.cookies { " with cookies" } else { "" };
            let path = call.path.map_or(String::new(), |path| format!(" at {path}"));
            format!("call {}{below}{token}{cookies}{path}", call.operation.as_str())
        }
        Effect::Wallet(request) => {
            let json: serde_json::Value = serde_json::from_str(request).expect("a wallet is asked in JSON");
            format!("wallet {}", json["method"].as_str().expect("a method"))
        }
        Effect::Prompt(prompt) => format!("prompt {}", prompt.user_code.as_str()),
        Effect::Send(dispatch) => {
            let token = dispatch.credential.as_ref().map_or("nothing", Secret::as_str);
            let again = if dispatch.again { "send again" } else { "send" };
            format!("{again} with {}", token.trim_start_matches("Bearer "))
        }
        Effect::Read => "read".into(),
        Effect::Write(Write { text, unless_changed }) => {
            let over = if unless_changed.is_none() { " over all" } else { "" };
            match text {
                Some(text) => format!("write {}{over}", tokens(text.as_str())),
                None => format!("delete{over}"),
            }
        }
        Effect::Note(Some(note)) => format!("note {note}"),
        Effect::Note(None) => "forget the note".into(),
        Effect::Mark(Some(mark)) => format!("mark {mark}"),
        Effect::Mark(None) => "forget the mark".into(),
        Effect::Lock(name) => format!("lock {name}"),
        Effect::Unlock { spent } => if *spent { "unlock, spent" } else { "unlock" }.into(),
        Effect::Wait(ms) => format!("wait {ms}"),
        Effect::Tell(Line::Store) => "tell of the store".into(),
        Effect::Tell(Line::Neighbours) => "tell the neighbours".into(),
        Effect::Tell(Line::SignOut) => "tell of the sign-out".into(),
        Effect::Random => "random".into(),
        Effect::Join(_) => "join".into(),
        Effect::Stop(_) => "stop".into(),
    }
}

/// Which login's tokens a record has, and which of them requests carry.
fn tokens(text: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(text).expect("a record is JSON");
    let access = json["access"].as_str().unwrap_or("a cookie");
    let paused = if json["pausedFor"].is_null() { "" } else { ", paused" };
    format!("{access} of {}{paused}", json["login"])
}

/// How an operation ended, in a few words.
pub fn told(ending: &Ending) -> String {
    match ending {
        Ending::Done => "done".into(),
        Ending::SignedIn(None) => "signed in".into(),
        Ending::SignedIn(Some(to)) => format!("signed in, to {}", to.as_str()),
        Ending::SignedOut(confirmed) => {
            if *confirmed { "signed out, confirmed" } else { "signed out" }.into()
        }
        Ending::Answered => "answered".into(),
        Ending::Payload(payload) => format!("{payload:?}"),
        Ending::Token(token) => format!("token {}", token.as_ref().map_or("none", Secret::as_str)),
        Ending::Failed(failure) => {
            let why = failure.why.map_or(String::new(), |why| format!(", {}", why.as_str()));
            format!("{} at {}{why}", failure.code.as_str(), failure.operation.as_str())
        }
        Ending::GivenUp => "given up".into(),
    }
}
