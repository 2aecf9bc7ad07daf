//! Turns at the browser's cookie: a login, a renewal and a sign-out wait for each other.

use std::rc::Rc;

use hallpass::dialect::{Described, Held, Json as _};
use hallpass::protocol::{Keeping, Line, Trouble, Wake};
use hallpass::session::{Limits, Record};

use crate::support::{Value, user};
use crate::tab::{HOUR, TABS, Tab};

const ANN: &str = r#"{"user":"ann","seconds":3600}"#;
const BOB: &str = r#"{"user":"bob","seconds":3600}"#;
const NO: (u16, &str) = (401, "{}");

/// An API whose session is a cookie, which is renewed; ann has signed in.
fn with_limits(keeping: Keeping, limits: Limits) -> Tab {
    let said = r#"{"name":"acme","credential":"cookie","login":{"path":"login","json":{"u":"{username}","p":"{password}"}},
        "refresh":{"path":"refresh"},"logout":{"path":"logout"},"check":{"path":"me","method":"GET","user":"user"},
        "grant":{"user":"user","lifetime":{"seconds":"seconds"}}}"#;
    let vendor = Described::of(&Value::parse(said).expect("JSON")).expect("a description");
    let mut tab = Tab::at(Rc::new(vendor), keeping, |settings| settings.limits = limits);
    assert_eq!(tab.signs_in(ANN), "signed in");
    tab.log();
    tab
}

fn ann(keeping: Keeping) -> Tab {
    with_limits(keeping, Limits::default())
}

fn user_named(name: &str) -> Held {
    Held { user: Some(name.into()), ..Held::default() }
}

fn bob_signs_in(tab: &mut Tab) -> String {
    tab.random = 8;
    tab.run(|handle| handle.sign_in(user("bob", "s3cret")))
}

/// The renewal's reply would bring a cookie after the vendor's answer has taken it away.
#[test]
fn r10_a_sign_out_is_sent_when_the_renewal_is_over() {
    let mut tab = ann(Keeping::Memory);
    tab.hears(200, ANN).hears(204, "");
    tab.meanwhile("call refresh", |tab| {
        assert_eq!(tab.signs_out(), "waits");
        assert_eq!(tab.status(), "logout", "here it is over at once");
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    tab.asked(&[
        "join",
        "  call refresh",
        "    tell of the sign-out",
        "    join",
        "      join",
        "      call logout",
    ]);
    assert_eq!(tab.status(), "logout");
}

/// Whoever gives up ends his own wait.
#[test]
fn r10_a_sign_out_that_waits_for_a_renewal_is_sent_whoever_gives_up() {
    let mut tab = ann(Keeping::Memory);
    tab.hears(200, ANN).hears(204, "");
    tab.meanwhile("call refresh", |tab| {
        tab.meanwhile("join", |tab| {
            // The sign-out's own wait is that of its caller; this is the wait for the renewal.
            tab.fails("join", Trouble::Stopped);
        });
        assert_eq!(tab.signs_out(), "waits");
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert!(tab.log().iter().any(|line| line.ends_with("call logout")));
}

/// The next login's cookie would be replaced by the earlier person's.
#[test]
fn r25_a_login_is_sent_when_the_renewal_is_over() {
    for keeping in [Keeping::Memory, TABS] {
        let mut tab = ann(keeping);
        tab.hears(200, ANN).hears(200, BOB);
        tab.meanwhile("call refresh", |tab| {
            assert_eq!(bob_signs_in(tab), "waits");
        });
        assert_eq!(tab.refreshes(), "done");
        assert_eq!(tab.state().user.as_deref(), Some("bob"));
        let log: Vec<_> = tab.log().into_iter().map(|line| line.trim().to_owned()).collect();
        let at = |what: &str| log.iter().position(|line| line.starts_with(what)).expect(what);
        assert!(at("call refresh") < at("call login"));
        if keeping == TABS {
            assert!(log.contains(&"lock 7 1".into()), "no other tab renews the new tokens meanwhile");
        }
    }
}

/// The other way round: a renewal waits for a login that has been sent, and is not sent where that has succeeded.
#[test]
fn r25_a_renewal_waits_for_a_login() {
    let mut tab = ann(Keeping::Memory);
    tab.hears(200, BOB);
    tab.meanwhile("call login", |tab| {
        assert_eq!(tab.refreshes(), "waits");
    });
    assert_eq!(bob_signs_in(&mut tab), "signed in");
    tab.asked(&["random", "call login", "  join", "    join"]);

    let mut tab = ann(Keeping::Memory);
    tab.hears(NO.0, NO.1).hears(200, ANN);
    tab.meanwhile("call login", |tab| {
        assert_eq!(tab.refreshes(), "waits");
    });
    assert_eq!(bob_signs_in(&mut tab), "invalid-credentials at login");
    tab.asked(&["random", "call login", "  join", "    join", "    call refresh"]);
    assert_eq!(tab.state().user.as_deref(), Some("ann"));
}

/// Other tabs renew under a lock: a login and a sign-out stand in the same line.
#[test]
fn r10_other_tabs_renewals_are_waited_for() {
    let mut tab = ann(TABS);
    tab.hears(204, "").waits_for_the_lock();
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&[
        "tell the neighbours",
        "note 7 logout",
        "delete over all",
        "forget the note",
        "tell of the store",
        "join",
        "  lock 7 0",
        "  read",
        "  lock 7 0",
        "  call logout",
        "  unlock",
        "  read",
    ]);

    // The other tab has renewed: what it holds is not in the way any more.
    let mut tab = ann(TABS);
    let renewed = Record { renewals: 1, ..tab.held().expect("signed in") };
    tab.hears(200, BOB).waits_for_the_lock();
    tab.meanwhile("lock", move |tab| tab.another_writes(Some(&renewed), None));
    assert_eq!(bob_signs_in(&mut tab), "signed in");
    let log = tab.log();
    assert_eq!(log[1..8], ["lock 7 0", "read", "unlock", "lock 7 1", "read", "random", "call login"]);
    assert_eq!(log.last().map(String::as_str), Some("unlock"));
}

/// A sign-out that had to wait for nobody isn't held up where the store shows late, as the page may be left in the next moment.
#[test]
fn r10_a_sign_out_whose_turn_comes_at_once_waits_for_no_store() {
    let mut tab = ann(Keeping::Tabs { lags: true });
    tab.hears(204, "");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    let log = tab.log();
    assert!(!log.iter().any(|line| line.contains("wait")), "{log:?}");
}

/// A sign-out goes on in its place in the line, also where its caller gives up.
#[test]
fn r10_a_sign_out_that_waits_for_the_lock_keeps_its_place_whoever_gives_up() {
    let mut tab = ann(TABS);
    tab.fails("lock", Trouble::Stopped).hears(204, "");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    let asked = tab.log().iter().filter(|line| line.starts_with("  ")).cloned().collect::<Vec<_>>();
    assert_eq!(asked, ["  lock 7 0", "  read", "  lock 7 0", "  call logout", "  unlock", "  read"]);
}

/// R17: a frozen tab is waited for no longer than the lock is; and who gives up waiting sends nothing.
#[test]
fn r17_a_frozen_tab_delays_a_login_and_does_not_prevent_it() {
    let mut tab = ann(TABS);
    tab.hears(200, BOB).fails("lock", Trouble::Timeout);
    assert_eq!(bob_signs_in(&mut tab), "signed in");
    let mut tab = ann(TABS);
    tab.fails("lock", Trouble::GivenUp);
    assert_eq!(bob_signs_in(&mut tab), "given up");
    tab.asked(&["tell the neighbours", "lock 7 0", "read", "unlock"]);
}

/// Another tab's sign-out takes the cookie away when it is answered: whoever has heard of it signs in only then.
#[test]
fn r10_a_login_after_another_tabs_sign_out_waits_for_that() {
    let mut tab = ann(TABS);
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "logout");
    tab.log();
    tab.hears(200, BOB).waits_for_the_lock();
    assert_eq!(bob_signs_in(&mut tab), "signed in");
    let log = tab.log();
    assert_eq!(log[1..7], ["lock 7 0", "read", "lock 7 0", "read", "random", "call login"]);
    assert_eq!(log.last().map(String::as_str), Some("unlock"));
    // Who has never been signed in stands in nobody's way.
    let mut tab = Tab::new("lenses", TABS);
    assert_eq!(tab.signs_in("{}"), "signed in");
    assert!(!tab.log().iter().any(|line| line.starts_with("lock")));
}

/// Where another user's session has replaced this tab's, the cookie is theirs: their renewals and sign-outs are waited for.
#[test]
fn r25_a_login_in_a_replaced_tab_waits_for_the_session_that_has_replaced_it() {
    let mut tab = ann(TABS);
    let bobs =
        Record { login: 9, ordinal: u32::MAX, renewals: 3, held: user_named("bob"), ..Record::default() };
    let renewed = Record { renewals: 4, ..bobs.clone() };
    tab.another_writes(Some(&bobs), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "replaced");
    tab.log();
    tab.hears(200, ANN).waits_for_the_lock();
    tab.meanwhile("lock", move |tab| tab.another_writes(Some(&renewed), None));
    assert_eq!(tab.signs_in(ANN), "signed in");
    let log = tab.log();
    assert_eq!(log[1..8], ["lock 9 3", "read", "unlock", "lock 9 4", "read", "random", "call login"]);
    assert_eq!(log.last().map(String::as_str), Some("unlock"));

    // Bob signs out there, and the vendor has not answered yet.
    let mut tab = ann(TABS);
    tab.another_writes(Some(&bobs), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.another_writes(None, None);
    assert_eq!((tab.wakes(Wake::Told(Line::Store)).as_str(), tab.status()), ("done", "replaced"));
    tab.log();
    tab.hears(200, ANN);
    assert_eq!(tab.signs_in(ANN), "signed in");
    assert_eq!(tab.log()[1..5], ["lock 9 3", "read", "random", "call login"]);
}

/// A sign-out that had to wait looks who has signed in meanwhile: the cookie is theirs by then.
#[test]
fn r10_a_sign_out_that_waited_takes_no_newer_logins_cookie() {
    let mut tab = ann(TABS);
    tab.meanwhile("lock", |tab| {
        tab.now += 10.0;
        let newer = Record { login: 9, ordinal: u32::MAX, held: user_named("ann"), ..Record::default() };
        tab.another_writes(Some(&newer), None);
    });
    tab.hears(200, r#"{"user":"ann"}"#);
    assert_eq!(tab.signs_out(), "signed out");
    assert_eq!(tab.log_of("call"), ["call check"], "the vendor is asked whether that one is alive");
    assert_eq!(tab.held().map(|record| record.login), Some(9), "who has signed in since stays signed in");
}

/// What a check has found is older than what another tab has written meanwhile.
#[test]
fn r25_a_checks_answer_is_not_written_over_a_newer_login() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(200, r#"{"name":"ann"}"#);
    tab.meanwhile("call check", |tab| {
        let newer = Record { login: 9, ordinal: u32::MAX, held: user_named("bob"), ..Record::default() };
        tab.another_writes(Some(&newer), None);
    });
    assert_eq!(tab.checks(), "done");
    tab.asked(&["random", "call check", "read", "read"]);
    assert_eq!((tab.state().user.as_deref(), tab.status()), (Some("bob"), "signed-in"));
}

/// What comes to its end while the sign-out waits for its turn is renewed to be revoked, as if it had been over before.
#[test]
fn r10_a_session_that_is_over_by_a_sign_outs_turn_is_renewed_first() {
    let mut tab = ann(TABS);
    tab.now += HOUR - 100.0;
    tab.meanwhile("lock", |tab| tab.now += 1_000.0);
    tab.hears(200, ANN).hears(204, "");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!(tab.log_of("call"), ["call refresh", "call logout"]);
}

/// Of two sign-outs that are on their way, the second is sent when the first is over: a login waits for it alone.
#[test]
fn r10_a_second_sign_out_waits_for_the_first() {
    let mut tab = ann(TABS);
    tab.hears(204, "").hears(204, "").hears(200, ANN);
    tab.meanwhile("call logout", |tab| {
        let newer = Record { login: 9, ordinal: u32::MAX, held: user_named("ann"), ..Record::default() };
        tab.another_writes(Some(&newer), None);
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
        assert_eq!(tab.status(), "signed-in");
        assert_eq!(tab.signs_out(), "waits");
        assert_eq!(tab.signs_in(ANN), "waits");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    let calls: Vec<_> = tab.log().into_iter().filter(|line| line.contains("call")).collect();
    let calls: Vec<_> = calls.iter().map(|line| line.trim()).collect();
    assert_eq!(calls, ["call logout", "call logout", "call login"]);
}

/// Tabs with sessions of their own have no lock. The one that was told to sign out takes away what its renewal has brought.
#[test]
fn r10_a_renewal_that_a_sign_out_elsewhere_has_overtaken_is_revoked() {
    let mut tab = ann(Keeping::Memory);
    tab.hears(200, ANN).hears(204, "");
    tab.meanwhile("call refresh", |tab| {
        assert_eq!(tab.wakes(Wake::Told(Line::SignOut)), "signed out");
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    tab.asked(&["join", "  call refresh", "  call logout"]);
}

/// A limit that passes while a login is on its way: the vendor's answer to the sign-out would take away the new cookie.
#[test]
fn r36_a_limit_that_passes_during_a_login_takes_nothing_from_it() {
    let limits = || [(Some(HOUR / 2.0), None), (None, Some(HOUR / 2.0))];
    let passes = |tab: &mut Tab| {
        tab.now += HOUR / 2.0;
        assert!(tab.handle.look_at_clock(tab.moment()));
        tab.run_begun();
        assert_ne!(tab.status(), "signed-in");
    };
    for (idle_ms, age_ms) in limits() {
        let mut tab = with_limits(Keeping::Memory, Limits { idle_ms, age_ms });
        tab.hears(200, BOB);
        tab.meanwhile("call login", passes);
        assert_eq!(bob_signs_in(&mut tab), "signed in");
        tab.asked(&["random", "call login", "    join"]);
        assert_eq!(tab.status(), "signed-in");
        // Where the login fails, the vendor is told.
        let mut tab = with_limits(Keeping::Memory, Limits { idle_ms, age_ms });
        tab.hears(NO.0, NO.1).hears(204, "");
        tab.meanwhile("call login", passes);
        assert_eq!(bob_signs_in(&mut tab), "invalid-credentials at login");
        tab.asked(&["random", "call login", "    join", "    call logout"]);
    }
}

/// A check that waits for a renewal, while the session grows too old, asks only after its cookie was revoked: else that would seem alive.
#[test]
fn r36_a_check_brings_back_no_session_that_has_just_ended_at_a_limit() {
    let mut tab = with_limits(Keeping::Memory, Limits { idle_ms: None, age_ms: Some(HOUR / 2.0) });
    tab.hears(200, ANN).hears(204, "").hears(NO.0, NO.1);
    tab.meanwhile("call refresh", |tab| {
        assert_eq!(tab.checks(), "waits");
        tab.now += HOUR / 2.0;
    });
    tab.refreshes();
    tab.run_begun();
    assert_eq!(tab.status(), "expired");
    assert_eq!(tab.log_of("call"), ["call refresh", "call logout", "call check"]);
}

/// A login waits for the sign-out of a limit that has passed before, as for any.
#[test]
fn r36_a_login_waits_for_the_end_at_a_limit() {
    let mut tab = with_limits(Keeping::Memory, Limits { idle_ms: Some(HOUR / 2.0), age_ms: None });
    tab.hears(204, "").hears(200, BOB);
    tab.meanwhile("call logout", |tab| {
        assert_eq!(bob_signs_in(tab), "waits");
    });
    tab.now += HOUR / 2.0;
    assert!(tab.handle.look_at_clock(tab.moment()));
    tab.run_begun();
    assert_eq!(tab.state().user.as_deref(), Some("bob"));
}

/// The reply to a login that is on its way may have set its cookie already, whoever was known before. One sign-out takes it away.
#[test]
fn r10_a_sign_out_during_a_login_takes_its_cookie_away() {
    for keeping in [Keeping::Memory, TABS] {
        for times in [1, 2] {
            let mut tab = ann(keeping);
            tab.hears(204, "");
            assert_eq!(tab.signs_out(), "signed out, confirmed");
            tab.log();
            tab.meanwhile("call login", move |tab| {
                tab.hears(200, BOB).hears(204, "");
                for _ in 0..times {
                    tab.signs_out();
                }
            });
            assert_eq!(bob_signs_in(&mut tab), "superseded at login");
            tab.run_begun();
            assert_eq!(tab.log_of("call"), ["call login", "call logout"]);
        }
    }
}

/// The cookie is somebody else's by now, who has signed in in another tab: a check there doesn't make this one theirs.
#[test]
fn r25_a_check_makes_nobody_another_person() {
    let bobs = Record { login: 9, ordinal: u32::MAX, held: user_named("bob"), ..Record::default() };
    for heard in [false, true] {
        let mut tab = ann(TABS);
        let record = bobs.clone();
        if heard {
            tab.another_writes(Some(&record), None);
            assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
            assert_eq!(tab.status(), "replaced");
        } else {
            tab.meanwhile("call check", move |tab| tab.another_writes(Some(&record), None));
        }
        tab.hears(200, r#"{"user":"bob"}"#);
        assert_eq!(tab.checks(), "done");
        assert_eq!((tab.status(), tab.state().user), ("replaced", None), "{heard}");
        assert!(tab.record.as_ref().is_some_and(|text| text.contains("bob")), "it is left as it is");
    }
}

/// It takes its turn like any other: another tab's login may have waited for this one's, and gone before it.
#[test]
fn r10_a_sign_out_during_a_login_takes_no_newer_logins_cookie() {
    let mut tab = ann(TABS);
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "logout");
    tab.log();
    let carls = Record { login: 9, ordinal: u32::MAX, held: user_named("carl"), ..Record::default() };
    tab.meanwhile("call login", move |tab| {
        tab.hears(200, BOB);
        tab.meanwhile("lock 7", move |tab| {
            tab.another_writes(Some(&carls), None);
            tab.now += 500.0;
        });
        tab.signs_out();
    });
    assert_eq!(bob_signs_in(&mut tab), "superseded at login");
    tab.run_begun();
    assert_eq!(tab.log_of("call logout"), [""; 0]);
}

/// The name that another tab's check has told is not written over because a renewal has failed here.
#[test]
fn r25_a_pause_takes_no_name_back() {
    for at in ["call refresh", "write"] {
        let mut tab = ann(TABS);
        let told = Record { held: user_named("bob"), ..tab.held().expect("signed in") };
        tab.hears(503, "");
        tab.meanwhile(at, move |tab| tab.another_writes(Some(&told), None));
        tab.refreshes();
        let text = tab.record.clone().unwrap_or_default();
        assert!(text.contains("bob"), "{at}: {text}");
        assert_eq!(tab.state().user.as_deref(), Some("bob"), "{at}");
    }
}

/// Bob, who had replaced ann, has signed out: a check finds the cookie of whoever has signed in since.
#[test]
fn a_check_in_a_replaced_tab_finds_who_has_signed_in_since() {
    let mut tab = ann(TABS);
    let bobs = Record { login: 9, ordinal: u32::MAX, held: user_named("bob"), ..Record::default() };
    tab.another_writes(Some(&bobs), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "replaced");
    tab.hears(200, r#"{"user":"ann"}"#);
    assert_eq!(tab.checks(), "done");
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some("ann")));
}
