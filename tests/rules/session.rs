//! What happens next: a model of a session beside the session, through random sequences of events. The model knows only
//! what is held; what may follow from it is in the invariants.

use hallpass::dialect::{Code, Grant, Held, Renewal, Secret};
use hallpass::session::{Epoch, Moment, Pass, Reason, Record, Session, Verdict};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::cases;

const NOW: f64 = 1_760_000_000_000.0;
const HOUR: f64 = 3_600_000.0;
const DAY: f64 = 24.0 * HOUR;

/// Says nothing about the session.
const TRANSIENT: [Code; 5] =
    [Code::Network, Code::Timeout, Code::RateLimited, Code::VendorUnavailable, Code::MalformedReply];

/// Is the vendor's explicit no.
const FINAL: [Code; 3] = [Code::SessionExpired, Code::InvalidCredentials, Code::Forbidden];

#[derive(Clone, Debug)]
enum Event {
    SignedIn(Given),
    SignOut,
    RenewalBegins,
    Renewed(Given),
    RenewalFailed { code: Code, retry_after: Option<f64>, chance: f64 },
    Adopted(Given),
    Confirmed(Option<&'static str>),
    Refused,
    OtherForm,
    StorageWorks(bool),
    TimePasses(f64),
    ClockJumps(f64),
    Wakes,
}

/// What a grant names; `full`: more than the access token.
#[derive(Clone, Copy, Debug)]
struct Given {
    lifetime: Option<f64>,
    full: bool,
}

fn any_event() -> impl Strategy<Value = Event> {
    use Event::{Adopted, ClockJumps, Confirmed, RenewalFailed, Renewed, SignedIn, StorageWorks, TimePasses};
    let given = || {
        let lifetime = select(&[None, Some(5_000.0), Some(HOUR), Some(DAY)][..]);
        (lifetime, any::<bool>()).prop_map(|(lifetime, full)| Given { lifetime, full })
    };
    let transient = (select(&TRANSIENT[..]), proptest::option::of(0.0..HOUR), 0.0..=1.0);
    prop_oneof![
        2 => given().prop_map(SignedIn),
        1 => Just(Event::SignOut),
        2 => Just(Event::RenewalBegins),
        2 => given().prop_map(Renewed),
        3 => transient.prop_map(|(code, retry_after, chance)| RenewalFailed { code, retry_after, chance }),
        1 => select(&FINAL[..]).prop_map(|code| RenewalFailed { code, retry_after: None, chance: 0.0 }),
        1 => given().prop_map(Adopted),
        1 => select(&[None, Some("jdoe")][..]).prop_map(Confirmed),
        1 => Just(Event::Refused),
        1 => Just(Event::OtherForm),
        1 => any::<bool>().prop_map(StorageWorks),
        4 => (0.0..2.0 * HOUR).prop_map(TimePasses),
        1 => select(&[-DAY, DAY][..]).prop_map(ClockJumps),
        4 => Just(Event::Wakes),
    ]
}

struct Model {
    session: Session,
    renewable: bool,
    automatic: bool,
    now: Moment,
    /// When the tokens came.
    received: Moment,
    serial: u32,
    login: u32,
    held: Option<Record>,
    /// What a pause is kept for, and how long it may be at most. Not known once the storage failed.
    pause: Option<(Code, f64)>,
    /// The clock was set back since these tokens came: then they may be renewed sooner than their end says.
    set_back: bool,
}

impl Model {
    fn grant(&mut self, given: Given) -> Grant {
        self.serial += 1;
        let named = |what| given.full.then(|| format!("{what}{}", self.serial).into());
        Grant {
            access: Some(format!("access{}", self.serial).into()),
            refresh: named("refresh"),
            user: named("user"),
            database: named("database"),
            lifetime_ms: given.lifetime,
            ..Grant::default()
        }
    }

    /// What is held after a grant: what it names, and what it doesn't, of the old.
    fn expect(&mut self, old: Held, grant: Grant) {
        self.received = self.now;
        // A lifetime that isn't told anew is the last one that was. A login has none before it.
        let last = self.held.as_ref().filter(|_| old != Held::default());
        let last = last.and_then(|record| Some(record.expires_at? - record.received_at));
        self.held = Some(Record {
            received_at: self.now.wall,
            expires_at: grant.lifetime_ms.or(last).map(|lifetime| self.now.wall + lifetime),
            held: Held {
                access: grant.access.or(old.access),
                refresh: grant.refresh.or(old.refresh),
                user: grant.user.or(old.user),
                database: grant.database.or(old.database),
                refresh_in_body: old.refresh_in_body,
            },
            login: self.login,
            signed_in_at: 0.0,
            ordinal: 0,
            renewals: 0,
            rejected: false,
            pause: None,
        });
    }

    /// A timer may fire a millisecond early.
    fn over(&self) -> bool {
        let age = self.now.since(self.received) + 1.0;
        self.held.as_ref().is_some_and(|held| held.expires_at.is_some_and(|end| age > end - held.received_at))
    }

    /// `back`: how many changes of the tokens ago the event was set off; 0: none.
    fn apply(&mut self, back: u32, event: &Event) {
        let (now, epoch) = (self.now, Epoch(self.session.epoch().0.wrapping_sub(back)));
        let current = self.held.clone().map(|record| record.held).filter(|_| back == 0);
        match *event {
            Event::SignedIn(given) => {
                let grant = self.grant(given);
                self.login = self.serial;
                self.expect(Held::default(), grant.clone());
                self.set_back = false;
                self.session.overtake_logins();
                self.session.signed_in(grant, self.login, now);
            }
            Event::SignOut => {
                let (generation, held) = (self.session.generation(), self.held.take());
                assert_eq!(
                    self.session.sign_out(false).as_deref().map(unpaused),
                    held,
                    "what is to be told to the vendor"
                );
                assert_eq!(self.session.snapshot().reason, Some(Reason::Logout));
                assert!(self.session.generation() > generation, "R18: a login under way is the older one");
            }
            Event::RenewalBegins if self.held.is_some() => self.session.begin_renewal(),
            Event::RenewalBegins => {}
            Event::Renewed(given) | Event::Adopted(given) => {
                let grant = self.grant(given);
                let written = if matches!(event, Event::Renewed(_)) {
                    self.session.renewed(epoch, grant.clone(), false, now)
                } else {
                    self.session.adopt(epoch, grant.clone(), now)
                };
                assert!(back == 0 || !written, "R18");
                if let Some(old) = current {
                    assert!(written);
                    self.expect(old, grant);
                    self.set_back &= matches!(event, Event::Adopted(_)); // which leaves a pause as it is
                }
            }
            Event::RenewalFailed { code, retry_after, chance } => {
                let (counts, over) = (current.is_some(), self.over());
                assert_eq!(self.session.renewal_failed(epoch, code, retry_after, now, chance), counts);
                let state = self.session.snapshot();
                if counts && FINAL.contains(&code) {
                    self.held = None;
                    assert_eq!(state.reason, Some(if over { Reason::Expired } else { Reason::Refused }));
                } else if counts {
                    assert_eq!(state.problem, Some(code.as_str()));
                    assert_eq!(state.renewal, if self.automatic { "waiting" } else { "idle" });
                    self.pause = Some((code, retry_after.unwrap_or(0.0).max(60_000.0) + 10_000.0));
                }
            }
            Event::Confirmed(user) => {
                let user = user.map(Secret::from);
                match &mut self.held {
                    _ if back > 0 => {}
                    Some(record) => record.held.user = user.clone().or(record.held.user.take()),
                    None => {
                        self.serial += 1;
                        self.login = self.serial;
                        self.expect(Held::default(), Grant { user: user.clone(), ..Grant::default() });
                    }
                }
                self.session.confirmed(epoch, user, self.login, now);
            }
            Event::Refused => {
                self.session.refused(epoch, Reason::Refused);
                self.held = self.held.take().filter(|_| back > 0);
            }
            Event::OtherForm => {
                self.session.use_other_refresh_form(epoch);
                if let Some(record) = self.held.as_mut().filter(|_| back == 0) {
                    record.held.refresh_in_body = !record.held.refresh_in_body;
                }
            }
            Event::StorageWorks(works) => {
                self.session.storage_works(works);
                self.pause = None;
                assert_eq!(self.session.snapshot().problem == Some("storage"), !works);
            }
            Event::TimePasses(ms) => self.now = self.later(ms),
            // Or the machine slept.
            Event::ClockJumps(ms) => {
                self.now.wall += ms;
                self.set_back |= ms < 0.0;
            }
            Event::Wakes => self.follow(),
        }
    }

    fn later(&self, ms: f64) -> Moment {
        Moment { wall: self.now.wall + ms, steady: self.now.steady + ms }
    }

    /// Does what `next_event` says, as a timer would. There is then something to do, and afterwards nothing until later.
    fn follow(&mut self) {
        let Some(left) = self.session.next_event(false, self.now) else { return };
        self.now = self.later(left.max(0.0));
        if self.over() && !self.renewable {
            self.tick();
        } else {
            assert!(self.automatic && self.session.renewal_due(self.now), "woken for nothing");
            self.session.begin_renewal();
        }
        assert!(self.session.next_event(false, self.now).is_none_or(|left| left > 0.0), "R19: a loop");
    }

    /// Only what can't be renewed ends with its time.
    fn tick(&mut self) {
        let ends = self.over() && !self.renewable;
        assert_eq!(self.session.tick(self.now), ends);
        if ends {
            assert_eq!(self.session.snapshot().reason, Some(Reason::Expired));
            self.held = None;
        }
    }

    /// What holds after every event.
    fn check(&self, before: (Epoch, Option<Record>)) {
        let (session, state) = (&self.session, self.session.snapshot());
        assert_eq!(
            session.held().map(|record| unpaused(record)),
            self.held,
            "R18, R25, rule 10: what is held"
        );
        let token = |record: Option<Record>| record.map(|record| record.held.access);
        let changed = token(before.1) != token(self.held.clone());
        assert!(
            session.epoch() > before.0 || !changed && session.epoch() == before.0,
            "another token, another epoch"
        );

        let signed_in = self.held.is_some();
        assert_eq!(state.status, if signed_in { "signed-in" } else { "signed-out" });
        assert_eq!([state.reason.is_none(), state.renewable], [signed_in, signed_in && self.renewable]);
        assert!(signed_in || state.renewal == "idle", "nothing is renewed while signed out");
        assert_eq!(state.expires_at, self.held.as_ref().and_then(|held| held.expires_at));

        let waiting =
            state.renewal == "waiting" && session.next_event(false, self.now).is_some_and(|left| left >= 1.0);
        let (renews, over) = (self.renewable && self.automatic, self.over() || self.set_back);
        match session.pass(self.now) {
            Pass::Go => assert!(signed_in && !self.over(), "R19: no use of an expired token"),
            Pass::RenewFirst => assert!(signed_in && over && renews && (!waiting || self.set_back), "R22"),
            Pass::Wait(code, left) => {
                assert!(signed_in && over && waiting && left > 0.0, "R22: only a pause is waited for");
                let known = self.pause.filter(|_| !self.set_back);
                assert!(
                    known.is_none_or(|(failed, longest)| code == failed && left <= longest),
                    "{code:?} {left}"
                );
            }
            Pass::Refused(code) => {
                let ended = matches!(state.reason, Some(Reason::Expired | Reason::Refused));
                assert_eq!(code, if ended || signed_in { Code::SessionExpired } else { Code::NotSignedIn });
                assert!(!signed_in || over && !renews);
            }
        }

        let expected = match signed_in {
            true if !self.renewable => Verdict::End,
            true if renews && !waiting => Verdict::Renew,
            _ => Verdict::Leave,
        };
        assert!(session.rejected(session.epoch(), false, self.now) == expected || self.set_back && waiting);
        let older = session.rejected(Epoch(session.epoch().0.wrapping_sub(1)), false, self.now);
        assert_eq!(older, if signed_in { Verdict::Replay } else { Verdict::Leave }, "rule 8");
    }
}

/// A record, but for the pause in it: that shows in what may be done.
fn unpaused(record: &Record) -> Record {
    Record { pause: None, renewals: 0, signed_in_at: 0.0, ordinal: 0, ..record.clone() }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// R18: a stale epoch writes nothing. R25: a login leaves nothing of the old session. R19: no loop, no expired token.
    /// R22: a pause is kept. Rule 10: only an explicit no, the end or a logout signs out, and only a login signs in.
    #[test]
    fn r18_r19_r22_r25_rule_10_hold_through_any_sequence_of_events(
        renewal in select(&[Renewal::None, Renewal::AtPart(0.5), Renewal::BeforeEnd][..]),
        automatic in any::<bool>(),
        events in prop::collection::vec((select(&[0, 0, 0, 1, 2][..]), any_event()), 1..60),
    ) {
        let mut model = Model {
            session: Session::new(renewal, automatic),
            renewable: renewal != Renewal::None,
            automatic,
            now: Moment { wall: NOW, steady: 0.0 },
            received: Moment { wall: NOW, steady: 0.0 },
            login: 0,
            serial: 0,
            held: None,
            pause: None,
            set_back: false,
        };
        for (back, event) in events {
            let before = (model.session.epoch(), model.held.clone());
            model.apply(back, &event);
            model.tick();
            model.check(before);
        }
    }
}
