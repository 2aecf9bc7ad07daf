//! Effects and outcomes in a few words, for people to read.

use hallpass::dialect::{Body, Secret};
use hallpass::protocol::{Effect, Outcome, Stored};

use crate::support::Value;

pub fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Call(call) => {
            let token = call.headers.iter().find(|(name, _)| *name == "Authorization" || *name == "Token");
            let body = call.body.as_deref().unwrap_or_default();
            format!(
                "Call {} {} {body}",
                call.operation.as_str(),
                token.map_or("", |(_, value)| value.as_str())
            )
        }
        Effect::Send(dispatch) => {
            let credential = dispatch.credential.as_ref().map_or("nothing", |text| text.as_str());
            format!("Send {credential}{}", if dispatch.again { ", again" } else { "" })
        }
        Effect::Write(write) => {
            let over = write.unless_changed.as_ref().map(|known| record(known.as_ref()));
            format!("Write {} unless changed from {over:?}", record(write.text.as_ref()))
        }
        other => format!("{other:?}"),
    }
}

pub fn outcome(outcome: &Outcome<Value>) -> String {
    match outcome {
        Outcome::Reply(reply) => format!("Reply {} {}", reply.status, body(&reply.body)),
        Outcome::Answer(answer) => format!("Answer {} {}", answer.reply.status, body(&answer.reply.body)),
        Outcome::Stored(stored) => format!("Stored {}", lying(stored)),
        Outcome::Overtaken(stored) => format!("Overtaken {}", lying(stored)),
        other => format!("{other:?}"),
    }
}

fn body(body: &Body<Value>) -> String {
    match body {
        Body::Empty => "empty".into(),
        Body::Json(json) => serde_json::Value::from(json).to_string(),
        Body::Text(_) => "text".into(),
        Body::Unreadable => "unreadable".into(),
    }
}

fn lying(stored: &Stored) -> String {
    format!("{} note {:?}", record(stored.record.as_ref()), stored.note)
}

/// A record's tokens, login and pause.
pub fn record(text: Option<&Secret>) -> String {
    let Some(text) = text else { return "nothing".into() };
    let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let pause = json.get("pausedFor").map_or(String::new(), |code| format!(" paused {code}"));
    format!("[{} login {} user {}{pause}]", json["access"], json["login"], json["user"])
}
