//! Sign-ins that a person says yes to on another device: what a world knows of them, and the page where the person answers.

use std::collections::HashMap;
use std::time::Duration;

use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::accounts::{ACCOUNTS, Account};
use crate::call::Call;
use crate::instance::World;
use crate::provider_page::{choice_of_users, document};

/// Where the vendor is asked for the answer: a request that waits for it.
pub const VERIFY: &str = "/v1/sso_device_grant_verify";

/// Where the person answers.
pub const PAGE: &str = "/device";

/// The vendor's documented times for one question, in s.
const USUAL_S: f64 = 30.0;
const LONGEST_S: f64 = 600.0;

/// The letters of codes: without vowels, so that they make no words, and without those that look alike.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What a person has said.
#[derive(Clone, Copy)]
pub enum Answer {
    /// Yes, as this user.
    Yes(&'static Account),
    /// No.
    No,
}

/// A question for a person: the database it is about, and the answer, once there is one.
pub struct Question {
    /// The database of the session to come.
    pub database: String,
    answer: Option<Answer>,
}

/// The questions of one world, by their codes.
#[derive(Default)]
pub struct Questions {
    open: HashMap<String, Question>,
    /// Says that somebody has answered.
    news: watch::Sender<()>,
}

/// What has become of a question.
pub enum Outcome {
    /// There is none of this code, or it was answered and told already.
    Unknown,
    /// Nobody has answered yet.
    Open,
    /// This is the answer. It is told once.
    Answered(Question, Answer),
}

impl Questions {
    /// Asks; gives the code.
    pub fn ask(&mut self, database: String) -> String {
        let letter = || char::from(LETTERS[usize::from(rand::random::<u8>()) % LETTERS.len()]);
        let half = || (0..4).map(|_| letter()).collect::<String>();
        let code = format!("{}-{}", half(), half());
        self.open.insert(code.clone(), Question { database, answer: None });
        code
    }

    /// Tells what has become of a question.
    pub fn outcome(&mut self, code: &str) -> Outcome {
        match self.open.get(code).map(|question| question.answer) {
            None => Outcome::Unknown,
            Some(None) => Outcome::Open,
            Some(Some(answer)) => match self.open.remove(code) {
                Some(question) => Outcome::Answered(question, answer),
                None => Outcome::Unknown,
            },
        }
    }

    /// Answers a question; `false` where there is none of this code.
    fn answer(&mut self, code: &str, answer: Answer) -> bool {
        let Some(question) = self.open.get_mut(code) else { return false };
        question.answer = Some(answer);
        self.news.send_replace(());
        true
    }

    fn is_open(&self, code: &str) -> bool {
        self.open.get(code).is_some_and(|question| question.answer.is_none())
    }
}

/// The prompt for a question, as the vendor's reply has it.
pub fn prompt(call: &Call, code: &str) -> Value {
    let address = call.address_of(PAGE);
    json!({
        "verification_uri_complete": format!("{address}?code={code}"),
        "verification_uri": address,
        "user_code": code,
    })
}

/// Waits, with a request that asks for an answer, until there is one or the time that it names is up.
pub async fn wait(call: &Call) {
    let Some(request) = (call.path == VERIFY).then(|| call.json()).flatten() else { return };
    let Some(code) = request["user_code"].as_str() else { return };
    let asked = match &request["timeout"] {
        Value::String(text) => text.parse().ok(),
        number => number.as_f64(),
    };
    let (mut news, most) = {
        let world = call.instance.world();
        (world.questions.news.subscribe(), world.config.device_wait_s.map_or(LONGEST_S, f64::from))
    };
    let time = Duration::from_secs_f64(asked.unwrap_or(USUAL_S).clamp(1.0, LONGEST_S).min(most));
    let answered = async {
        while call.instance.world().questions.is_open(code) {
            // An error says that the world was reset: there is nothing left to wait for.
            if news.changed().await.is_err() {
                break;
            }
        }
    };
    // What has come of it tells the reply.
    let _ = tokio::time::timeout(time, answered).await;
}

/// The person's page, and what it sends: a form with `code`, `answer` (`yes` or `no`) and `username`.
pub fn page(call: &Call, world: &mut World) -> Response {
    if call.method != "POST" {
        let code = call.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code);
        return document(&form(&code.unwrap_or_default()));
    }
    let sent: HashMap<String, String> = form_urlencoded::parse(&call.body).into_owned().collect();
    let text = |name: &str| sent.get(name).map_or("", |text| text.trim());
    let account = ACCOUNTS.iter().find(|account| account.name == text("username"));
    let answer = match (text("answer"), account) {
        ("yes", Some(account)) => Answer::Yes(account),
        _ => Answer::No,
    };
    let said = match (world.questions.answer(text("code"), answer), answer) {
        (false, _) => "There is no such code, or it has been used.",
        (true, Answer::Yes(_)) => "Signed in. Go back to the other device.",
        (true, Answer::No) => "Refused. Nobody was signed in.",
    };
    document(&format!("<p role=\"status\">{said}</p>"))
}

fn form(code: &str) -> String {
    let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let users = choice_of_users();
    format!(
        "<form method=\"post\"><p>A device wants to sign in to Ocient. Does it show this code?</p>\
         <p><label>Code <input name=\"code\" value=\"{code}\" required></label></p>{users}\
         <p><button name=\"answer\" value=\"yes\">Yes, sign in</button> \
         <button name=\"answer\" value=\"no\">No</button></p></form>"
    )
}
