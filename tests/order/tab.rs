//! One tab: a handle whose effects are done at once, by a store, a lock and a vendor that do as they are told.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::rc::Rc;

use hallpass::dialect::{Body, CallKind, Json as _, Reply, Secret, Vendor, named};
use hallpass::protocol::{
    Addresses, Answer, Effect, Handle, Keeping, OperationId, Outcome, Settings, Step, Stored, Trouble, Wake,
    Wish, Write,
};
use hallpass::session::{Audience, Limits, Moment, Reason, Record};

use crate::support::{Value, user};
use crate::transcript::{line, told};
use crate::vendors::grant;

pub const BASE: &str = "https://api.test/v";
pub const NOW: f64 = 1_760_000_000_000.0;
pub const HOUR: f64 = 3_600_000.0;
pub const TABS: Keeping = Keeping::Tabs { lags: false };

type Interrupt = Box<dyn FnOnce(&mut Tab)>;

/// What the page sees.
pub struct State {
    /// The reason, where nobody is signed in.
    pub status: &'static str,
    pub user: Option<String>,
    pub renewal: &'static str,
    pub problem: Option<&'static str>,
    pub sso_url: Option<String>,
}

pub struct Tab {
    pub handle: Rc<Handle<Value>>,
    pub now: f64,
    /// The next random number.
    pub random: u32,
    /// What lies in the store.
    pub record: Option<String>,
    pub note: Option<String>,
    pub mark: Option<String>,
    /// What another tab writes over the next mark.
    pub overwrites: Option<String>,
    /// The vendor's replies to come.
    pub replies: VecDeque<Reply<Value>>,
    /// Where the next answer comes from; as a rule, from where the request was sent.
    pub redirected_to: Option<&'static str>,
    /// What becomes of the effect that begins so, instead of what is usual. Once each, but for `always`.
    troubles: Vec<(&'static str, Outcome<Value>)>,
    always: Vec<(&'static str, Trouble)>,
    /// What happens while the effect that begins so is being done.
    interrupts: Vec<(&'static str, Interrupt)>,
    log: Vec<String>,
    depth: usize,
    /// Operations that have begun by themselves and were not stepped yet.
    begun: VecDeque<OperationId>,
    under_way: Vec<OperationId>,
    stopped: Vec<OperationId>,
    /// Who waits for whose end.
    waiting: Vec<(OperationId, OperationId, usize)>,
    endings: BTreeMap<OperationId, String>,
    /// The same with all that belongs to it.
    told: BTreeMap<OperationId, String>,
}

impl Tab {
    pub fn new(vendor: &str, keeping: Keeping) -> Self {
        Self::with(vendor, keeping, |_| {})
    }

    /// One that differs in its settings.
    pub fn with(vendor: &str, keeping: Keeping, change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(named::<Value>(vendor).expect("a vendor of that name"), keeping, change)
    }

    /// One at a vendor that may have no name here.
    pub fn at(vendor: Rc<dyn Vendor<Value>>, keeping: Keeping, change: impl FnOnce(&mut Settings)) -> Self {
        let path = |operation| vendor.path(operation).map(|path| format!("{BASE}/{path}"));
        let mut settings = Settings {
            automatic: true,
            addresses: Addresses {
                base: BASE.into(),
                login: path(CallKind::Login),
                refresh: path(CallKind::Refresh),
                logout: path(CallKind::Logout),
                check: path(CallKind::Check),
            },
            audience: Audience::new(BASE),
            keeping,
            limits: Limits::default(),
        };
        change(&mut settings);
        Self {
            handle: Handle::new(vendor, settings),
            now: NOW,
            random: 7,
            record: None,
            note: None,
            mark: None,
            overwrites: None,
            replies: VecDeque::new(),
            redirected_to: None,
            troubles: Vec::new(),
            always: Vec::new(),
            interrupts: Vec::new(),
            log: Vec::new(),
            depth: 0,
            begun: VecDeque::new(),
            under_way: Vec::new(),
            stopped: Vec::new(),
            waiting: Vec::new(),
            endings: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// One with ETHGAS, where somebody has signed in.
    pub fn signed_in(keeping: Keeping) -> Self {
        let mut tab = Self::new("ethgas", keeping);
        assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
        tab.log();
        tab
    }

    pub fn moment(&self) -> Moment {
        Moment { wall: self.now, steady: self.now }
    }

    /// The vendor is going to say this next.
    pub fn hears(&mut self, status: u16, text: &str) -> &mut Self {
        let body = match text {
            "" => Body::Empty,
            text => Value::parse(text).map_or(Body::Unreadable, Body::Json),
        };
        self.replies.push_back(Reply::new(status, body));
        self
    }

    /// The next effect that begins so is not done.
    pub fn fails(&mut self, effect: &'static str, trouble: Trouble) -> &mut Self {
        self.troubles.push((effect, Outcome::Failed(trouble)));
        self
    }

    /// This comes of the next effect that begins so.
    pub fn says(&mut self, effect: &'static str, outcome: Outcome<Value>) -> &mut Self {
        self.troubles.push((effect, outcome));
        self
    }

    /// No effect that begins so is ever done.
    pub fn always_fails(&mut self, effect: &'static str, trouble: Trouble) -> &mut Self {
        self.always.push((effect, trouble));
        self
    }

    /// The lock is not to be had at first.
    pub fn waits_for_the_lock(&mut self) -> &mut Self {
        self.troubles.push(("lock", Outcome::Waiting));
        self
    }

    pub fn works_again(&mut self) {
        self.always.clear();
    }

    /// While the next effect that begins so is being done, something else happens.
    pub fn meanwhile(&mut self, effect: &'static str, does: impl FnOnce(&mut Self) + 'static) -> &mut Self {
        self.interrupts.push((effect, Box::new(does)));
        self
    }

    pub fn state(&self) -> State {
        self.handle.look(|session| {
            let state = session.snapshot();
            let text = |text: &str| String::from(text);
            State {
                status: state.reason.map_or(state.status, Reason::as_str),
                user: state.user.map(text),
                renewal: state.renewal,
                problem: state.problem,
                sso_url: state.sso_url.map(text),
            }
        })
    }

    /// Whether somebody is signed in, or why not.
    pub fn status(&self) -> &'static str {
        self.state().status
    }

    pub fn held(&self) -> Option<Record> {
        self.handle.look(|session| session.held().map(|record| (**record).clone()))
    }

    /// What has been asked for since this was last called. What has begun by itself is set in.
    pub fn log(&mut self) -> Vec<String> {
        mem::take(&mut self.log)
    }

    /// The same, but only what begins so, without telling by what it was asked for.
    pub fn log_of(&mut self, begins: &str) -> Vec<String> {
        let log = self.log();
        let lines = log.iter().map(|line| line.trim()).filter(|line| line.starts_with(begins));
        lines.map(String::from).collect()
    }

    #[track_caller]
    pub fn asked(&mut self, expected: &[&str]) {
        let log = self.log();
        assert_eq!(log, expected, "\n{}", log.join("\n"));
    }

    pub fn signs_in(&mut self, reply: &str) -> String {
        self.hears(200, reply);
        self.run(|handle| handle.sign_in(user("jdoe", "s3cret")))
    }

    pub fn signs_out(&mut self) -> String {
        self.run(|handle| handle.sign_out(true))
    }

    pub fn restores(&mut self) -> String {
        self.run(Handle::restore)
    }

    pub fn refreshes(&mut self) -> String {
        self.run(Handle::refresh)
    }

    pub fn checks(&mut self) -> String {
        self.run(Handle::check)
    }

    pub fn token(&mut self) -> String {
        self.run(Handle::token)
    }

    pub fn requests(&mut self) -> String {
        self.requests_at("x")
    }

    pub fn requests_at(&mut self, path: &str) -> String {
        self.run(|handle| handle.request(Wish { target: format!("{BASE}/{path}"), ..wish() }))
    }

    pub fn wakes(&mut self, wake: Wake) -> String {
        self.run(|handle| handle.wake(wake, false))
    }

    /// Runs an operation, and whatever has begun by it. How it ended.
    pub fn run(&mut self, begin: impl FnOnce(&Rc<Handle<Value>>) -> OperationId) -> String {
        self.handle.set_now(self.moment());
        let id = begin(&Rc::clone(&self.handle));
        self.drive(id, None);
        self.run_begun();
        self.endings.get(&id).cloned().unwrap_or_else(|| "waits".into())
    }

    /// How an operation ended.
    pub fn ending(&self, id: OperationId) -> &str {
        self.endings.get(&id).map_or("", String::as_str)
    }

    /// Runs an operation that was begun. All that is told of how it ended.
    pub fn ends(&mut self, id: OperationId) -> String {
        self.drive(id, None);
        self.run_begun();
        self.told.remove(&id).unwrap_or_default()
    }

    /// Runs what has begun by itself.
    pub fn run_begun(&mut self) {
        self.find_begun();
        while let Some(id) = self.begun.pop_front() {
            self.deeper(|tab| tab.drive(id, None));
            self.find_begun();
        }
    }

    fn find_begun(&mut self) {
        while let Some(id) = self.handle.take_begun() {
            self.begun.push_back(id);
        }
    }

    fn deeper(&mut self, work: impl FnOnce(&mut Self)) {
        self.depth += 1;
        work(self);
        self.depth -= 1;
    }

    fn drive(&mut self, id: OperationId, mut outcome: Option<Outcome<Value>>) {
        self.under_way.push(id);
        loop {
            let step = self.handle.step(id, outcome.take(), self.moment());
            self.find_begun();
            match step.expect("an operation that goes on") {
                Step::Asks(Effect::Join(other)) => {
                    self.note_down("join");
                    if let Some(place) = self.begun.iter().position(|begun| *begun == other) {
                        self.begun.remove(place);
                        self.deeper(|tab| tab.drive(other, None));
                    }
                    match self.special("join") {
                        Some(special) => outcome = Some(special),
                        None if self.under_way.contains(&other) => {
                            self.waiting.push((id, other, self.depth));
                            break;
                        }
                        None => outcome = Some(Outcome::Done),
                    }
                }
                Step::Asks(effect) => outcome = Some(self.does(id, effect)),
                Step::Ends(ending) => {
                    self.told.insert(id, format!("{ending:?}"));
                    self.endings.insert(id, told(&ending));
                    break;
                }
            }
        }
        if self.endings.contains_key(&id) {
            self.under_way.retain(|other| *other != id);
            let all = mem::take(&mut self.waiting);
            let (now, later): (Vec<_>, _) = all.into_iter().partition(|(_, other, _)| *other == id);
            self.waiting = later;
            for (waits, _, depth) in now {
                let own = mem::replace(&mut self.depth, depth);
                self.drive(waits, Some(Outcome::Done));
                self.depth = own;
            }
        }
    }

    fn note_down(&mut self, line: &str) {
        let line = "  ".repeat(self.depth) + line;
        self.log.push(line);
    }

    fn special(&mut self, line: &str) -> Option<Outcome<Value>> {
        if let Some(place) = self.interrupts.iter().position(|(effect, _)| line.starts_with(effect)) {
            let (_, does) = self.interrupts.remove(place);
            self.deeper(does);
        }
        if let Some(place) = self.troubles.iter().position(|(effect, _)| line.starts_with(effect)) {
            return Some(self.troubles.remove(place).1);
        }
        let always = self.always.iter().find(|(effect, _)| line.starts_with(effect));
        always.map(|(_, trouble)| Outcome::Failed(*trouble))
    }

    fn does(&mut self, id: OperationId, effect: Effect) -> Outcome<Value> {
        let line = line(&effect);
        self.note_down(&line);
        let special = self.special(&line);
        if self.stopped.contains(&id) {
            self.stopped.retain(|stopped| *stopped != id);
            return Outcome::Failed(Trouble::Stopped);
        }
        if let Some(special) = special {
            return special;
        }
        match effect {
            Effect::Call(_) => Outcome::Reply(Box::new(self.replies.pop_front().expect("a reply"))),
            Effect::Send(_) => {
                let reply = self.replies.pop_front().expect("an answer");
                let (address, redirected) = match self.redirected_to {
                    Some(address) => (address.into(), true),
                    None => (format!("{BASE}/x"), false),
                };
                Outcome::Answer(Box::new(Answer { reply, address, redirected }))
            }
            Effect::Wallet(_) => panic!("the example says what the wallet says"),
            Effect::Read => Outcome::Stored(Box::new(self.lies_there())),
            Effect::Write(write) => self.writes(write),
            Effect::Note(note) => {
                self.note = note;
                Outcome::Done
            }
            Effect::Mark(mark) => {
                self.mark = self.overwrites.take().or(mark);
                Outcome::Done
            }
            Effect::Random => Outcome::Random(self.random),
            Effect::Stop(other) => {
                if self.under_way.contains(&other) {
                    self.stopped.push(other);
                }
                Outcome::Done
            }
            Effect::Wait(ms) => {
                self.now += f64::from(ms);
                Outcome::Done
            }
            Effect::Prompt(_)
            | Effect::Lock(_)
            | Effect::Unlock { .. }
            | Effect::Tell(_)
            | Effect::Join(_) => Outcome::Done,
        }
    }

    fn lies_there(&self) -> Stored {
        Stored {
            record: self.record.as_deref().map(Secret::from),
            note: self.note.clone(),
            mark: self.mark.clone(),
        }
    }

    fn writes(&mut self, write: Write) -> Outcome<Value> {
        let there = self.record.as_deref();
        if write.unless_changed.is_some_and(|known| known.as_ref().map(Secret::as_str) != there) {
            return Outcome::Overtaken(Box::new(self.lies_there()));
        }
        self.record = write.text.map(|text| text.as_str().into());
        Outcome::Done
    }

    /// Another tab writes.
    pub fn another_writes(&mut self, record: Option<&Record>, note: Option<&str>) {
        self.record = record.map(|record| record.write().as_str().into());
        self.note = note.map(Into::into);
    }
}

/// A request like any other.
pub fn wish() -> Wish {
    Wish {
        target: format!("{BASE}/x"),
        own_credential: false,
        own_token: None,
        repeatable: true,
        json: false,
    }
}
