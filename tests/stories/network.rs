//! What becomes of requests between a tab and the vendor.

use hallpass::dialect::{Body, Call, Reply};
use hallpass::protocol::{Answer, Dispatch, Outcome, Trouble};
use serde_json::{Value as Tree, json};

use crate::op::Purpose;
use crate::plan::Brand;
use crate::support::Value;
use crate::tab::BASE;
use crate::vendor::{Asked, Person, Said, Token};
use crate::wire;
use crate::world::{BEGIN, Event, Mark, World};

/// The bound on a call, in ms.
const TIMEOUT: u64 = 10_000;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Fine,
    /// The vendor never sees it.
    LostOnTheWay,
    /// The vendor does what it asks for, but nobody hears of it.
    LostOnTheWayBack,
    /// It gets to the vendor, but too late for whoever waits.
    TooLate,
    /// Something in between answers in the vendor's place.
    Gateway(u16, Page),
    /// The vendor's answer comes as something else.
    Garbled,
    Redirected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Html,
    Json,
    Empty,
}

/// A request on its way to the vendor.
#[derive(Debug)]
pub struct Trip {
    mark: Mark,
    load: Load,
    fate: Fate,
    back: u64,
}

#[derive(Debug)]
enum Load {
    Call(Asked),
    /// A request for data, and whether its token is rejected whatever it is.
    Data {
        credential: Option<Token>,
        always_rejected: bool,
    },
}

impl World {
    pub fn call(&mut self, mark: Mark, call: &Call) -> Option<Outcome<Value>> {
        let mut asked = wire::read(self.plan.brand, call);
        let slow = u64::from(call.longer_ms);
        if let Some(on_device) = self.on_device(mark, call) {
            asked = on_device;
        }
        // A browser sends its cookie by itself.
        if self.plan.brand.is_cookie() {
            asked = asked.with_cookie(self.cookie);
        } else if call.cookies {
            asked = asked.with_refresh_cookie(self.cookie);
        }
        self.sends_call(mark, call.operation, &asked);
        // `fetch` follows no redirect of a call, and gives up in time.
        self.at(
            self.now + TIMEOUT + slow,
            Event::Outcome { mark, outcome: Outcome::Failed(Trouble::Timeout), spent: None },
        );
        let fate = self.fate(mark, Some(&asked));
        self.travel(mark, Load::Call(asked), fate);
        None
    }

    /// What a call of a login on another device asks for. Who is right says yes in the end; who is wrong says no, or never anything.
    fn on_device(&mut self, mark: Mark, call: &Call) -> Option<Asked> {
        let path = call.path.filter(|_| self.plan.devices)?;
        if !path.ends_with("_verify") {
            return Some(Asked::Prompt);
        }
        let Purpose::Login { user, right } = self.op(mark)?.purpose else { return None };
        let answer = if right { Person::Yes } else { Person::No };
        let says = if self.resting || !self.choices.one_in(2) { answer } else { Person::Nothing };
        Some(Asked::Answer { user, says })
    }

    pub fn send(&mut self, mark: Mark, dispatch: &Dispatch) -> Option<Outcome<Value>> {
        let credential = dispatch
            .credential
            .as_ref()
            .and_then(|text| Token::read(text.strip_prefix("Bearer ").unwrap_or(text)));
        self.sends_data(mark, credential, dispatch.again);
        let always_rejected =
            self.op(mark).is_some_and(|op| op.purpose == Purpose::Request { always_rejected: true });
        let credential = if self.plan.brand.is_cookie() { self.cookie } else { credential };
        let fate = self.fate(mark, None);
        self.travel(mark, Load::Data { credential, always_rejected }, fate);
        None
    }

    fn fate(&mut self, mark: Mark, asked: Option<&Asked>) -> Fate {
        let troubles = self.plan.troubles;
        let fate = if !self.online {
            Fate::LostOnTheWay
        } else if self.resting {
            Fate::Fine
        } else if self.vendor_down {
            self.choices.pick(&[Fate::Gateway(503, Page::Html), Fate::LostOnTheWay])
        } else if troubles.network && self.choices.one_in(8) {
            self.choices.pick(&[Fate::LostOnTheWay, Fate::LostOnTheWayBack, Fate::TooLate])
        } else if troubles.hostile && self.choices.one_in(8) {
            let page = self.choices.pick(&[Page::Html, Page::Json, Page::Empty]);
            let status = self.choices.pick(&[503, 200, 401, 403, 429, 500, 502, 404, 400, 422, 204]);
            self.choices.pick(&[Fate::Gateway(status, page), Fate::Garbled, Fate::Redirected])
        } else {
            Fate::Fine
        };
        if let Some(asked) = asked
            && fate != Fate::Fine
        {
            let done = matches!(fate, Fate::LostOnTheWayBack | Fate::TooLate | Fate::Garbled);
            self.reply_is_lost(mark, asked, done);
        }
        fate
    }

    fn travel(&mut self, mark: Mark, load: Load, fate: Fate) {
        let slow = self.plan.troubles.network && self.choices.one_in(10);
        let times: &[u64] = if slow { &[500, 1_500, 4_500] } else { &[5, 1, 20, 80] };
        let there = self.choices.pick(times);
        let mut back = self.choices.pick(times);
        // A long poll: most vendors wait until the time is up.
        if let Load::Call(Asked::Answer { says: Person::Nothing, .. }) = load
            && !self.choices.one_in(4)
        {
            back += 30_000;
        }
        if fate == Fate::LostOnTheWay {
            let ms = if self.online { there } else { 0 };
            return self.after(ms, mark, Outcome::Failed(Trouble::Network));
        }
        self.at(self.now + there, Event::Arrives(Box::new(Trip { mark, load, fate, back })));
    }

    /// A request arrives, at the vendor or at what is in between.
    pub fn arrives(&mut self, trip: Trip) {
        let Trip { mark, load, fate, back } = trip;
        match fate {
            Fate::Gateway(status, page) => return self.answers(mark, &load, gateway(status, page), back),
            Fate::Redirected => match load {
                Load::Call(_) => return self.after(back, mark, Outcome::Failed(Trouble::Redirect)),
                // The caller's own are followed: somebody else answers.
                Load::Data { .. } => {
                    let answer = Answer {
                        reply: gateway(401, Page::Html),
                        address: "https://sign-in.test/".into(),
                        redirected: true,
                    };
                    return self.after(back, mark, Outcome::Answer(Box::new(answer)));
                }
            },
            _ => {}
        }
        let (reply, spent) = match &load {
            Load::Call(asked) => self.vendor_hears(mark, asked, fate, back),
            Load::Data { credential, always_rejected } => (self.data(*credential, *always_rejected), None),
        };
        match fate {
            Fate::LostOnTheWayBack => self.after(back, mark, Outcome::Failed(Trouble::Network)),
            Fate::TooLate => {
                let late = if matches!(load, Load::Call(_)) { TIMEOUT } else { 20_000 };
                self.after(late, mark, Outcome::Failed(Trouble::Network));
            }
            Fate::Garbled => self.answers(mark, &load, gateway(200, Page::Html), back),
            _ => match load {
                Load::Call(_) => {
                    let time = self.now + back;
                    self.at(time, Event::Outcome { mark, outcome: Outcome::Reply(Box::new(reply)), spent });
                }
                Load::Data { .. } => self.answers(mark, &load, reply, back),
            },
        }
    }

    fn vendor_hears(
        &mut self,
        mark: Mark,
        asked: &Asked,
        fate: Fate,
        back: u64,
    ) -> (Reply<Value>, Option<Token>) {
        let said = self.vendor.answer(asked, self.now);
        self.tell(|| format!("    the vendor hears {asked:?}, says {said:?}"));
        let session = self.plan.brand.is_cookie();
        let sets = match said {
            Said::Granted { refresh, .. } if self.plan.brand == Brand::Wallet => Some(Some(refresh)),
            Said::Granted { access, .. } if session => Some(Some(access)),
            Said::LoggedOut if session => Some(None),
            _ => None,
        };
        if let Some(cookie) = sets.filter(|_| fate != Fate::LostOnTheWayBack) {
            let late = if fate == Fate::TooLate { TIMEOUT } else { 0 };
            // Whoever reads no grant in the reply doesn't know that the cookie is another one now.
            self.watch.cut_off |= fate == Fate::Garbled && !session;
            self.at(self.now + back + late, Event::CookieSet { mark, cookie });
        }
        self.vendor_says(asked, &said);
        let spent = match (asked, &said) {
            (Asked::Refresh { token, .. }, Said::Granted { .. }) => *token,
            _ => None,
        };
        (self.writes_down(&said), spent)
    }

    /// The vendor's answer to a request for data.
    fn data(&mut self, credential: Option<Token>, always_rejected: bool) -> Reply<Value> {
        let user = credential.and_then(|token| self.vendor.user_of(token, self.now));
        let said = match user.filter(|_| !always_rejected) {
            Some(user) => Said::Alive(user),
            None => Said::Unauthorised,
        };
        if said == Said::Unauthorised {
            self.refuses(credential);
        }
        if let (Brand::Pegase3, Some(token), true) = (self.plan.brand, credential, user.is_some())
            && self.choices.one_in(3)
        {
            let said = self.vendor.rotate(token.family, self.now);
            self.watch.lost.insert(token.family);
            return self.writes_down(&said);
        }
        self.writes_down(&said)
    }

    /// The vendor's answer, as it writes it.
    fn writes_down(&self, said: &Said) -> Reply<Value> {
        let lifetime = self.plan.lifetime_s;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no less than zero")]
        let end = (BEGIN as u64 + self.now) / 1_000 + lifetime;
        let until = if self.plan.brand == Brand::Pegase3 { end } else { lifetime };
        let mut reply = wire::write(&self.plan, said, until);
        reply.date_ms = Some(((BEGIN + self.now as f64) / 1_000.0).floor() * 1_000.0);
        reply
    }

    fn answers(&mut self, mark: Mark, load: &Load, reply: Reply<Value>, back: u64) {
        let outcome = match load {
            Load::Call(_) => Outcome::Reply(Box::new(reply)),
            Load::Data { .. } => Outcome::Answer(Box::new(Answer {
                reply,
                address: format!("{BASE}/data"),
                redirected: false,
            })),
        };
        self.after(back, mark, outcome);
    }
}

/// The answer of something that doesn't speak the vendor's language.
fn gateway(status: u16, page: Page) -> Reply<Value> {
    let mut reply = match page {
        Page::Html => Reply::new(status, Body::Unreadable),
        Page::Empty => wire::json_reply(status, Tree::Null),
        Page::Json => wire::json_reply(status, json!({ "message": "no", "status": "up", "data": [1] })),
    };
    if matches!(status, 429 | 503) {
        reply.retry_after_ms = Some(3_000.0);
    }
    reply
}
