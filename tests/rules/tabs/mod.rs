//! Many callers in many tabs, whose steps come in any order.

mod invariants;
mod people;
mod renewal;
mod tab;
mod vendor;
mod world;

use hallpass::dialect::{Grant, Renewal};
use hallpass::session::{Moment, Record, Session, backoff_ms};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::cases;
use invariants::Watch;
use vendor::Luck;
use world::{BEGIN, Locks, World};

const USERS: [&str; 2] = ["jdoe", "asmith"];

/// How long a token lives, in ms.
const LIFETIME: f64 = 60_000.0;

#[derive(Clone, Debug)]
enum Step {
    /// One of all the things that could happen next.
    Next {
        pick: usize,
        luck: Luck,
        chance: f64,
    },
    Request(usize),
    Refresh(usize),
    /// A tab's timer, or somebody who looks at it.
    Timer(usize),
    Shown(usize),
    Login(usize, &'static str),
    Logout(usize, bool),
    /// So much of a token's life passes.
    Passes(f64),
    GivesUp(usize),
    Revoked,
    Opens,
    Closes(usize),
    Freezes(usize),
    Thaws(usize),
}

fn any_luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        12 => Just(Luck::Fine),
        1 => Just(Luck::LostOnTheWay),
        1 => Just(Luck::LostOnTheWayBack),
        2 => select(&[None, Some(100.0), Some(20_000.0)][..]).prop_map(Luck::Busy),
    ]
}

fn any_next(luck: impl Strategy<Value = Luck>) -> impl Strategy<Value = Step> {
    (0..24_usize, luck, 0.0..=1.0).prop_map(|(pick, luck, chance)| Step::Next { pick, luck, chance })
}

fn any_step() -> impl Strategy<Value = Step> {
    let tab = || 0..4_usize;
    prop_oneof![
        60 => any_next(any_luck()),
        6 => tab().prop_map(Step::Request),
        2 => tab().prop_map(Step::Refresh),
        4 => tab().prop_map(Step::Timer),
        2 => tab().prop_map(Step::Shown),
        2 => (tab(), select(&USERS[..])).prop_map(|(tab, user)| Step::Login(tab, user)),
        2 => (tab(), any::<bool>()).prop_map(|(tab, told)| Step::Logout(tab, told)),
        5 => select(&[0.01, 0.2, 0.8, 1.1][..]).prop_map(Step::Passes),
        3 => any::<usize>().prop_map(Step::GivesUp),
        1 => Just(Step::Revoked),
        1 => Just(Step::Opens),
        1 => tab().prop_map(Step::Closes),
        1 => tab().prop_map(Step::Freezes),
        2 => tab().prop_map(Step::Thaws),
    ]
}

fn any_refresh() -> impl Strategy<Value = Step> {
    (0..4_usize).prop_map(Step::Refresh)
}

/// Nobody asks for a renewal, and the vendor grants none.
fn any_step_while_down() -> impl Strategy<Value = Step> {
    let luck = select(&[Luck::LostOnTheWay, Luck::Busy(None)][..]);
    let tab = || 0..4_usize;
    prop_oneof![
        30 => any_next(luck),
        8 => tab().prop_map(Step::Request),
        8 => tab().prop_map(Step::Timer),
        2 => tab().prop_map(Step::Shown),
        4 => select(&[100.0, 500.0, 2_000.0][..]).prop_map(|ms| Step::Passes(ms / LIFETIME)),
    ]
}

impl World {
    fn take(&mut self, step: &Step, story: &mut Vec<String>) {
        story.push(format!("{step:?}"));
        let count = self.tabs.len();
        let runs = |world: &Self, tab: usize| world.tabs[tab % count].runs().then_some(tab % count);
        match *step {
            Step::Next { pick, luck, chance } => {
                self.chance = chance;
                let nexts = self.nexts();
                if !nexts.is_empty() {
                    let next = nexts[pick % nexts.len()];
                    story.push(format!("    {next:?}"));
                    self.happen(next, luck);
                }
            }
            Step::Request(tab) => runs(self, tab).into_iter().for_each(|tab| self.request(tab)),
            Step::Refresh(tab) => runs(self, tab).into_iter().for_each(|tab| self.refresh(tab)),
            Step::Timer(tab) => runs(self, tab).into_iter().for_each(|tab| self.tick(tab)),
            Step::Shown(tab) => runs(self, tab).into_iter().for_each(|tab| self.hear(tab)),
            Step::Login(tab, user) => runs(self, tab).into_iter().for_each(|tab| self.login(tab, user)),
            Step::Logout(tab, told) => runs(self, tab).into_iter().for_each(|tab| self.logout(tab, told)),
            Step::Passes(share) => self.now += share * self.vendor.lifetime,
            Step::GivesUp(pick) => self.give_up(pick),
            Step::Revoked => self.stored.iter().for_each(|record| self.vendor.revoke(record.login)),
            Step::Opens if count < 4 => self.open(),
            Step::Closes(tab) if count > 1 => runs(self, tab).into_iter().for_each(|tab| self.close(tab)),
            Step::Freezes(tab) => runs(self, tab).into_iter().for_each(|tab| self.freeze(tab)),
            Step::Thaws(tab) => self.thaw(tab % count),
            Step::Opens | Step::Closes(_) => {}
        }
        let Self { watch, tabs, .. } = self;
        watch.look(tabs);
    }

    /// All that is under way comes to its end.
    fn rest(&mut self, story: &mut Vec<String>) {
        for tab in 0..self.tabs.len() {
            self.take(&Step::Thaws(tab), story);
        }
        for pick in 0.. {
            assert!(pick < 10_000, "rule 2: it comes to an end");
            if self.nexts().is_empty() || self.watch.broken.is_some() {
                break;
            }
            self.take(&Step::Next { pick: pick * 7, luck: Luck::Fine, chance: 0.5 }, story);
        }
        Watch::rest(self);
    }
}

/// Tabs, one of which has signed in, and then all steps until something breaks.
fn run(mut world: World, steps: &[Step]) -> Result<World, TestCaseError> {
    let mut story = Vec::new();
    world.take(&Step::Login(0, USERS[0]), &mut story);
    world.rest(&mut story);
    for step in steps {
        if world.watch.broken.is_none() {
            world.take(step, &mut story);
        }
    }
    world.rest(&mut story);
    if let Some(broken) = world.watch.broken {
        return Err(TestCaseError::fail(format!("{broken}, after\n{}", story.join("\n"))));
    }
    Ok(world)
}

fn signed_in() -> (Session, Record, Moment) {
    let now = Moment { wall: BEGIN, steady: 0.0 };
    let mut session = Session::new(Renewal::BeforeEnd, true);
    let grant = Grant { access: Some("a".into()), refresh: Some("r".into()), ..Grant::default() };
    session.signed_in(grant, 7, now);
    let record = session.held().cloned().unwrap();
    (session, record, now)
}

/// A storage that can't compare and write in one go may bring back what was signed out.
#[test]
fn r18_what_was_signed_out_here_has_to_go_wherever_it_comes_from() {
    let (mut session, record, now) = signed_in();
    session.sign_out();
    assert!(!session.follow(Some(record.clone()), now) && session.held().is_none());
    let other = Record { login: 8, ..record };
    assert!(session.follow(Some(other), now) && session.held().is_some(), "a later login is another one");
}

/// A tab whose renewal failed writes down the pause, with the tokens that another tab has just spent.
#[test]
fn r16_spent_tokens_come_down_on_no_newer_ones() {
    let (mut session, spent, now) = signed_in();
    let grant = Grant { access: Some("a2".into()), refresh: Some("r2".into()), ..Grant::default() };
    assert!(session.renewed(session.epoch(), grant, now));
    let newer = session.held().cloned();
    assert!(!session.follow(Some(spent), now), "it has to go");
    assert_eq!(session.held().cloned(), newer);
}

proptest! {
    #![proptest_config(cases(600))]

    /// Also rule 2: callers wait for a renewal, and all renewals come to an end.
    #[test]
    fn r16_r18_r19_r22_r25_rule_2_rule_10_hold_for_many_tabs(
        tabs in 2..=4_usize,
        lifetime in select(&[5_000.0, 3_600_000.0][..]),
        steps in prop::collection::vec(any_step(), 1..120),
    ) {
        run(World::new(tabs, Locks::Work, lifetime), &steps)?;
    }

    /// Without locks a refresh token may be sent twice, but no session is lost by it.
    #[test]
    fn r16_r18_r19_r25_rule_2_rule_10_hold_for_many_tabs_without_locks(
        tabs in 2..=4_usize,
        locks in select(&[Locks::GivenUp, Locks::None][..]),
        steps in prop::collection::vec(prop_oneof![8 => any_step(), 1 => any_refresh()], 1..120),
    ) {
        run(World::new(tabs, locks, LIFETIME), &steps)?;
    }

    /// A vendor that is down hears no more of many tabs, whose callers keep asking, than it would of one.
    #[test]
    fn r22_many_tabs_ask_a_vendor_that_is_down_no_more_than_one(
        tabs in 1..=4_usize,
        steps in prop::collection::vec(any_step_while_down(), 1..200),
    ) {
        let over = Step::Passes(1.0);
        let world = run(World::new(tabs, Locks::Work, LIFETIME), &[vec![over], steps].concat())?;
        let mut next = 0.0;
        let tries = (1..).take_while(|failures| {
            next += backoff_ms(*failures, None, 0.0);
            next <= world.now - BEGIN - LIFETIME
        });
        // One at the beginning, one after each pause, and one that the vendor answers at the end.
        prop_assert!(world.watch.sent as usize <= tries.count() + 2, "R22: {} requests", world.watch.sent);
    }
}
