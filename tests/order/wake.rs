//! What happens without being asked; and what comes before a request.

use hallpass::dialect::Code;
use hallpass::protocol::{Keeping, Line, Trouble, Wake};
use hallpass::session::Record;

use crate::tab::{HOUR, NOW, TABS, Tab};
use crate::vendors::{OK, UNAUTHORIZED, grant, session};

#[test]
fn a_timer_renews_what_is_due_and_nothing_before() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR - 300_001.0;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
    tab.now = NOW + HOUR - 300_000.0;
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["  call refresh with r1"]);
}

#[test]
fn a_shown_page_looks_into_the_store_first() {
    let mut tab = Tab::signed_in(TABS);
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.wakes(Wake::Online), "done");
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.asked(&["read", "read", "read"]);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
}

/// Nobody sees the page: what other tabs tell still counts, and a timer that comes.
#[test]
fn a_hidden_page_does_less() {
    let due = NOW + HOUR - 1000.0;
    for (wake, asked) in [
        (Wake::Page, &[][..]),
        (Wake::Online, &[]),
        (Wake::Told(Line::Store), &["read", "  lock 7 0"]),
        (Wake::Timer, &["  lock 7 0"]),
    ] {
        let mut tab = Tab::signed_in(TABS);
        tab.now = due;
        tab.hears(200, &grant("a2", "r2"));
        assert_eq!(tab.run(|handle| handle.wake(wake, true)), "done");
        let log = tab.log();
        assert_eq!(&log[..asked.len()], asked, "{wake:?}");
        assert_eq!(log.is_empty(), asked.is_empty(), "{wake:?}: {log:?}");
    }
}

/// R22: what failed for the lack of a network is tried when it is back.
#[test]
fn r22_back_online_a_failed_renewal_is_tried_at_once() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR - 1000.0;
    tab.fails("call refresh", Trouble::Network);
    tab.wakes(Wake::Timer);
    assert_eq!(tab.state().renewal, "waiting");
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["  call refresh with r1", "  random"]);
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.wakes(Wake::Online), "done");
    tab.asked(&["  call refresh with r1"]);
}

#[test]
fn what_cannot_be_renewed_ends_with_its_time() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.log();
    tab.now += HOUR / 2.0;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "expired");
    tab.asked(&["read", "  read", "  note 7 expired", "  delete", "  tell of the store"]);
}

/// Whoever still reads the state is told that the session is over; what is stored stays, as nobody uses the handle any more.
#[test]
fn a_disposed_handle_begins_nothing_when_its_time_is_over() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.handle.dispose();
    tab.log();
    tab.now += HOUR;
    assert!(tab.handle.look_at_clock(tab.moment()));
    tab.run_begun();
    assert_eq!(tab.status(), "expired");
    tab.asked(&[]);
    assert!(tab.record.is_some());
}

/// Another tab may have got the vendor's next token with a reply, which this one has not heard of.
#[test]
fn r19_what_has_newer_tokens_in_another_tab_goes_on() {
    for (vendor, reply, automatic) in [
        ("pegase3", r#"{"code":200,"status":"ok","token":"t1"}"#.into(), true),
        ("ethgas", grant("t1", "r1"), false),
    ] {
        let with_newer = || {
            let mut tab = Tab::with(vendor, TABS, |settings| settings.automatic = automatic);
            assert_eq!(tab.signs_in(&reply), "signed in");
            let mut newer = tab.held().expect("somebody is signed in");
            newer.renewals += 1;
            newer.held.access = Some("t2".into());
            (newer.received_at, newer.expires_at) = (NOW + HOUR, Some(NOW + 2.0 * HOUR));
            tab.another_writes(Some(&newer), None);
            tab.now += HOUR;
            tab.log();
            tab
        };
        let mut tab = with_newer();
        tab.hears(200, r#"{"code":200,"status":"ok","data":[]}"#);
        assert_eq!(tab.requests(), "answered");
        tab.asked(&["read", "send with t2"]);
        let mut tab = with_newer();
        assert_eq!(tab.token(), "token t2");
        let mut tab = with_newer();
        assert_eq!(tab.wakes(Wake::Timer), "done");
        tab.asked(&["read"]);
        assert_eq!((tab.status(), tab.note.as_deref()), ("signed-in", None));
        // Who only reads the state can't wait: what it tells is true of what this tab knows.
        let mut tab = with_newer();
        assert_eq!(tab.handle.look_at_clock(tab.moment()), automatic);
        assert_eq!(tab.status(), if automatic { "expired" } else { "signed-in" });
        tab.run_begun();
        assert_eq!((tab.status(), tab.note.as_deref()), ("signed-in", None));
        assert!(tab.record.is_some_and(|text| text.contains("t2")));
    }
}

/// In localStorage, what another tab has just written shows after a moment.
#[test]
fn r19_a_store_that_lags_is_given_its_time_before_the_end() {
    let mut tab = Tab::new("pegase3", Keeping::Tabs { lags: true });
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.log();
    tab.now += HOUR / 2.0;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["read", "  wait 40", "  read", "  note 7 expired", "  delete", "  tell of the store"]);
}

/// While the store is read, no timer fires in a loop.
#[test]
fn r19_nothing_is_due_while_the_store_is_read() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.now += HOUR / 2.0;
    tab.meanwhile("read", |tab| {
        let now = tab.moment();
        assert_eq!(tab.handle.look(|session| session.next_event(false, now)), None);
    });
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "expired");
}

/// A tab that nobody has stepped for long looks before it notes an end: it may not be the last one any more.
#[test]
fn r10_the_note_of_an_older_login_is_not_written_over_a_sign_out() {
    let signed_in = || {
        let mut tab = Tab::new("pegase3", TABS);
        assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
        tab.log();
        tab
    };
    // Its page was gone before the record was.
    let mut tab = signed_in();
    let later =
        Record { login: 9, expires_at: Some(NOW + HOUR), ..tab.held().expect("somebody is signed in") };
    tab.another_writes(Some(&later), Some("9 logout"));
    tab.now += HOUR / 2.0;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["read", "delete", "forget the note", "tell of the store"]);
    assert_eq!((tab.status(), tab.record.as_deref()), ("logout", None));
    // What another tab has noted of the same login is what all tell.
    let mut tab = signed_in();
    tab.another_writes(None, Some("7 refused"));
    tab.now += HOUR / 2.0;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["read"]);
    assert_eq!((tab.status(), tab.note.as_deref()), ("refused", Some("7 refused")));
}

/// A page that only reads the state sees the end, too.
#[test]
fn whoever_looks_sees_the_end() {
    let mut tab = Tab::new("pegase3", Keeping::Memory);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    assert!(!tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "signed-in");
    tab.now += HOUR / 2.0;
    assert!(tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "expired");
    assert!(!tab.handle.look_at_clock(tab.moment()), "once");
    assert!(tab.handle.take_stirred() && !tab.handle.take_stirred());
}

/// A hidden page has other timers than one that is looked at.
#[test]
fn a_page_that_is_hidden_or_shown_sets_its_timer_anew() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    assert!(tab.handle.take_stirred() && !tab.handle.take_stirred());
    for hidden in [true, false] {
        assert_eq!(tab.run(|handle| handle.wake(Wake::Page, hidden)), "done");
        assert!(tab.handle.take_stirred(), "hidden: {hidden}");
    }
}

#[test]
fn a_dropped_handle_begins_nothing_by_itself() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR - 1000.0;
    tab.handle.dispose();
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
    assert_eq!(tab.token(), "unsupported at request, disposed");
}

#[test]
fn a_good_token_is_given_as_it_is() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    assert_eq!(tab.token(), "token a1");
    tab.asked(&[]);
    let mut tab = Tab::new("lenses", Keeping::Memory);
    assert_eq!(tab.signs_in("{}"), "signed in");
    assert_eq!(tab.token(), "token none");
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(tab.token(), "not-signed-in at request");
}

#[test]
fn a_token_that_is_over_is_renewed_before_it_is_given() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR;
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.token(), "token a2");
    tab.asked(&["join", "  call refresh with r1"]);
    tab.now += HOUR;
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.token(), "session-expired at refresh");
    assert_eq!(tab.token(), "session-expired at request");
}

/// R19: a vendor whose tokens are over at once is asked once.
#[test]
fn r19_tokens_that_are_over_at_once_make_no_loop() {
    let mut tab = Tab::new("ocient", Keeping::Memory);
    assert_eq!(tab.signs_in(&session("t1", 1)), "signed in");
    tab.log();
    tab.now += 1000.0;
    tab.hears(200, r#"{"access_token":"t2","expires_in":0.0001,"status":{"vendor_code":0}}"#);
    assert_eq!(tab.token(), "session-expired at request");
    tab.asked(&["join", "  call refresh with t1"]);
}

/// R22: while a pause is kept, callers hear why.
#[test]
fn r22_a_pause_is_told_and_asks_nobody() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR;
    tab.hears(429, "");
    assert_eq!(tab.token(), "rate-limited at refresh");
    assert_eq!(tab.token(), "rate-limited at request");
    tab.asked(&["join", "  call refresh with r1", "  random"]);
    assert_eq!(tab.state().problem, Some(Code::RateLimited.as_str()));
}

/// What was asked for one user is not done as another.
#[test]
fn what_was_asked_for_one_user_is_not_given_to_another() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR;
    tab.meanwhile("call refresh", |tab| {
        tab.random = 8;
        tab.hears(200, &grant("b1", "rb1"));
        let other = tab.run(|handle| handle.sign_in(crate::support::user("asmith", "s3cret")));
        assert_eq!(other, "signed in");
        tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    });
    assert_eq!(tab.token(), "superseded at request");
    // R39: what the renewal has brought for nobody is revoked.
    assert_eq!(tab.log_of("call"), ["call refresh with r1", "call login", "call logout with a2"]);
}

/// R19: a renewal that is overtaken again and again is not waited for for ever.
#[test]
fn r19_a_request_waits_for_three_renewals_that_are_overtaken() {
    let short =
        r#"{"code":200,"message":"OK","data":{"accessToken":"b1","refreshToken":"rb1","expiresIn":1}}"#;
    let mut tab = Tab::with("ethgas", Keeping::Memory, |settings| settings.addresses.logout = None);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.now = NOW + HOUR;
    for _ in 0..5 {
        tab.meanwhile("call refresh", move |tab| {
            assert_eq!(tab.signs_in(short), "signed in");
            tab.now += 2000.0;
            tab.hears(200, &grant("late", "late-r"));
        });
    }
    assert_eq!(tab.token(), "session-expired at request");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.starts_with("join")).count(), 3, "{log:?}");
}

/// A cookie that was prolonged, or a token that stays the same, is renewed all the same.
#[test]
fn r16_what_prolongs_the_same_token_in_another_tab_counts() {
    let mut tab = Tab::signed_in(TABS);
    let mut record = tab.held().expect("signed in");
    tab.now += 0.7 * HOUR;
    record.renewals += 1;
    record.received_at = tab.now;
    record.expires_at = Some(tab.now + HOUR);
    tab.another_writes(Some(&record), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    let left = tab.handle.look(|session| session.next_event(false, tab.moment()));
    assert!(left.is_some_and(|left| left > HOUR / 2.0), "{left:?}");
}

/// In localStorage, the note of a sign-out may show before the login that came after it.
#[test]
fn r10_what_does_not_show_yet_is_not_deleted() {
    let mut tab = Tab::signed_in(Keeping::Tabs { lags: true });
    let mut newer = tab.held().expect("signed in");
    newer.login = 99;
    newer.ordinal += 5;
    newer.held.access = Some("b1".into());
    tab.note = Some("7 logout".into());
    tab.meanwhile("wait", move |tab| tab.another_writes(Some(&newer), None));
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert!(tab.record.is_some(), "{}", tab.log().join("\n"));
    assert_eq!((tab.status(), tab.held().map(|record| record.login)), ("signed-in", Some(99)));
}
