//! Renewing the tokens: once for all callers, and under a lock for all tabs.

use std::rc::Rc;

use hallpass::dialect::{Code, Credentials, Described, Json as _};
use hallpass::protocol::{Keeping, Line, Trouble, Wake};
use hallpass::session::{Pause, Session};

use crate::support::{Value, user};
use crate::tab::{HOUR, NOW, TABS, Tab};
use crate::vendors::{OK, UNAUTHORIZED, grant, session};

/// ETHGAS's word that it takes the refresh token in its other form.
const INVALID: &str = r#"{"code":400,"message":"refreshToken is required","data":null}"#;

/// The same login's tokens, as another tab has renewed them.
fn another_renews(tab: &mut Tab) {
    let mut newer = tab.held().unwrap();
    newer.renewals += 1;
    newer.held.access = Some("other".into());
    newer.held.refresh = Some("other-r".into());
    newer.received_at = tab.now;
    newer.expires_at = Some(tab.now + HOUR);
    tab.another_writes(Some(&newer), None);
}

#[test]
fn it_locks_reads_again_renews_writes_and_tells() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&[
        "join",
        "  lock 7 0",
        "  read",
        "  call refresh with r1",
        "  read",
        "  write a2 of 7",
        "  tell of the store",
        "  unlock, spent",
    ]);
    tab.hears(200, &grant("a3", "r3"));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.log()[1], "  lock 7 1", "the next tokens have a name of their own");
}

/// What one tab has written to localStorage shows in another after a moment.
#[test]
fn where_the_store_lags_it_waits_before_it_reads() {
    let mut tab = Tab::signed_in(Keeping::Tabs { lags: true });
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.log()[..4], ["join", "  lock 7 0", "  wait 40", "  read"]);
}

#[test]
fn in_memory_there_is_nobody_to_lock_out() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  call refresh with r1"]);
}

#[test]
fn what_cannot_be_renewed_is_not() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.log();
    assert_eq!(tab.refreshes(), "not-renewable at refresh");
    let mut tab = Tab::new("ethgas", TABS);
    assert_eq!(tab.refreshes(), "not-signed-in at refresh");
    tab.asked(&[]);
}

#[test]
fn r16_callers_at_the_same_time_share_one() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("call refresh", |tab| assert_eq!(tab.refreshes(), "waits"));
    assert_eq!(tab.refreshes(), "done");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.contains("call refresh")).count(), 1, "{log:?}");
    assert_eq!(log.iter().filter(|line| line.trim() == "join").count(), 2, "{log:?}");
}

#[test]
fn r16_what_another_tab_has_renewed_is_taken_over() {
    let mut tab = Tab::signed_in(TABS);
    another_renews(&mut tab);
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  lock 7 0", "  read", "  unlock, spent"]);
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("other"));
    assert_eq!(tab.state().renewal, "idle");
}

/// While it queues for the lock, it sees the other tab's new tokens, and leaves the queue.
#[test]
fn r16_whoever_stands_in_line_looks_meanwhile() {
    let mut tab = Tab::signed_in(TABS);
    tab.waits_for_the_lock().waits_for_the_lock();
    tab.meanwhile("read", |_| ()).meanwhile("read", another_renews);
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  lock 7 0", "  read", "  lock 7 0", "  read", "  unlock"]);
}

/// The wait for the lock times out: the tab that holds it is frozen.
#[test]
fn r17_without_the_lock_it_renews_all_the_same() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("lock", Trouble::Timeout).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("a2"));
}

#[test]
fn r16_what_has_just_failed_in_another_tab_fails_here() {
    let mut tab = Tab::signed_in(TABS);
    let mut paused = tab.held().unwrap();
    let pause = Pause { since: NOW, until: NOW + 5000.0, because: Code::RateLimited, failures: 1 };
    paused.pause = Some(pause);
    tab.another_writes(Some(&paused), None);
    assert_eq!(tab.refreshes(), "rate-limited at refresh");
    tab.asked(&["join", "  lock 7 0", "  read", "  unlock"]);
    assert_eq!(tab.state().problem, Some("rate-limited"));
}

#[test]
fn r10_a_sign_out_that_is_found_under_the_lock_counts() {
    let mut tab = Tab::signed_in(TABS);
    tab.another_writes(None, None);
    assert_eq!(tab.refreshes(), "superseded at refresh");
    let log = tab.log();
    assert_eq!(log[..3], ["join", "  lock 7 0", "  read"]);
    assert_eq!(log.len(), 4, "and the lock is given back: {log:?}");
    assert_eq!(tab.status(), "logout");
}

/// R18: the answer came after the sign-out.
#[test]
fn r18_a_renewal_that_ends_after_a_logout_writes_nothing() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("call refresh", |tab| tab.another_writes(None, Some("7 logout")));
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
    tab.asked(&["join", "  lock 7 0", "  read", "  call refresh with r1", "  read", "  unlock, spent"]);

    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, OK).hears(200, &grant("a2", "r2")).hears(200, OK);
    tab.meanwhile("call refresh", |tab| {
        assert_eq!(tab.signs_out(), "signed out, confirmed");
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

/// R39: who signs out, or in anew, doesn't wait for a renewal that is on its way; but what that brings doesn't live on at the vendor.
#[test]
fn r39_what_a_renewal_brings_after_the_revocation_is_revoked_too() {
    for keeping in [Keeping::Memory, TABS] {
        let mut tab = Tab::signed_in(keeping);
        tab.hears(200, OK).hears(200, &grant("a2", "r2")).hears(200, OK);
        tab.meanwhile("call refresh", |tab| {
            assert_eq!(tab.signs_out(), "signed out, confirmed", "it waits for no renewal");
        });
        tab.refreshes();
        assert_eq!(
            tab.log_of("call"),
            ["call refresh with r1", "call logout with a1", "call logout with a2"]
        );

        let mut tab = Tab::signed_in(keeping);
        tab.random = 8;
        tab.hears(200, &grant("b1", "rb1")).hears(200, OK).hears(200, &grant("a2", "r2")).hears(200, OK);
        tab.meanwhile("call refresh", |tab| {
            assert_eq!(tab.run(|handle| handle.sign_in(user("bert", "s3cret"))), "signed in");
        });
        tab.refreshes();
        assert_eq!(
            tab.log_of("call"),
            ["call refresh with r1", "call login", "call logout with a1", "call logout with a2"]
        );
        assert_eq!(tab.held().and_then(|held| held.held.access).as_deref(), Some("b1"));

        // The vendor has refused it, or can't be reached: there is nothing to revoke, and the token isn't spent once more.
        for status in [401, 503] {
            let mut tab = Tab::signed_in(keeping);
            tab.hears(200, OK).hears(status, UNAUTHORIZED);
            tab.meanwhile("call refresh", |tab| {
                assert_eq!(tab.signs_out(), "signed out, confirmed");
            });
            tab.refreshes();
            assert_eq!(tab.log_of("call"), ["call refresh with r1", "call logout with a1"], "{status}");
        }
    }
}

/// What another tab's newer tokens have overtaken is of the session that goes on: to revoke it could end that.
#[test]
fn r39_what_a_renewal_brings_for_a_session_that_goes_on_is_not_revoked() {
    let mut tab = Tab::signed_in(TABS);
    let mut newer = tab.held().expect("signed in");
    newer.renewals += 1;
    newer.held.access = Some("a3".into());
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("call refresh", move |tab| tab.another_writes(Some(&newer), None));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.log_of("call"), ["call refresh with r1"]);
}

/// A second look before a no is believed: another tab may have spent the same token.
#[test]
fn a_no_is_believed_after_a_second_look() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED).meanwhile("wait 700", another_renews);
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&[
        "join",
        "  lock 7 0",
        "  read",
        "  call refresh with r1",
        "  wait 700",
        "  read",
        "  unlock, spent",
    ]);
    assert_eq!(tab.status(), "signed-in");

    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.refreshes(), "session-expired at refresh");
    tab.asked(&[
        "join",
        "  lock 7 0",
        "  read",
        "  call refresh with r1",
        "  wait 700",
        "  read",
        "  random",
        "  note 7 refused",
        "  delete",
        "  tell of the store",
        "  unlock",
    ]);
    assert_eq!(tab.status(), "refused");
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now += HOUR;
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.refreshes(), "session-expired at refresh");
    tab.asked(&["join", "  call refresh with r1", "  random"]);
    assert_eq!(tab.status(), "expired");
}

/// Rule 10: a gateway's 401 is nobody's no.
#[test]
fn rule_10_trouble_keeps_the_session() {
    for (status, text, told, problem) in [
        (401, "<html>", "vendor-unavailable at refresh", "vendor-unavailable"),
        (403, "", "vendor-unavailable at refresh", "vendor-unavailable"),
        (429, "", "rate-limited at refresh", "rate-limited"),
        (503, "<html>", "vendor-unavailable at refresh", "vendor-unavailable"),
        (200, "<html>", "malformed-reply at refresh", "malformed-reply"),
    ] {
        let mut tab = Tab::signed_in(TABS);
        tab.hears(status, text);
        let ended = tab.refreshes();
        assert_eq!((tab.status(), tab.state().renewal), ("signed-in", "waiting"), "{status}");
        assert_eq!(tab.state().problem, Some(problem), "{status}: {ended}, not {told}");
        let log = tab.log();
        assert!(log.contains(&"  write a1 of 7, paused".into()), "{log:?}: the others keep the pause, too");
    }
    for (trouble, told) in [
        (Trouble::Network, "network at refresh"),
        (Trouble::Timeout, "timeout at refresh"),
        (Trouble::Redirect, "malformed-reply at refresh, redirect"),
    ] {
        let mut tab = Tab::signed_in(TABS);
        tab.fails("call refresh", trouble);
        assert_eq!(tab.refreshes(), told);
        assert_eq!((tab.status(), tab.state().renewal), ("signed-in", "waiting"));
    }
}

/// ETHGAS's documents show two forms. The other one is tried where the vendor itself calls the first one invalid.
#[test]
fn the_other_form_is_tried_once_and_remembered_where_it_worked() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(400, INVALID).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&[
        "join",
        "  lock 7 0",
        "  read",
        "  call refresh with r1",
        "  read",
        "  call refresh",
        "  read",
        "  write a2 of 7",
        "  tell of the store",
        "  unlock, spent",
    ]);
    tab.hears(200, &grant("a3", "r3"));
    assert_eq!(tab.refreshes(), "done");
    assert!(tab.log().contains(&"  call refresh".into()), "in the form that worked");

    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(400, INVALID).hears(401, UNAUTHORIZED);
    assert_eq!(tab.refreshes(), "invalid-request at refresh", "the trial's no is no verdict");
    assert_eq!((tab.status(), tab.state().renewal), ("signed-in", "waiting"));
    tab.log();
    tab.now += HOUR;
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  call refresh with r1"]);

    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(400, "<html>");
    tab.refreshes();
    tab.asked(&["join", "  call refresh with r1", "  random"]);
}

/// Somebody signs out, or in, while the first form is on its way: the token is not sent once more.
#[test]
fn r18_the_other_form_is_not_tried_after_a_logout_or_a_login() {
    let overtake: [fn(&mut Tab); 2] = [
        |tab| {
            tab.hears(200, OK);
            assert_eq!(tab.signs_out(), "signed out, confirmed");
        },
        |tab| {
            tab.random = 8;
            tab.hears(200, &grant("b1", "rb1")).hears(200, OK);
            assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "signed in");
        },
    ];
    for overtake in overtake {
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.meanwhile("call refresh", move |tab| {
            overtake(tab);
            tab.hears(400, INVALID);
        });
        assert_eq!(tab.refreshes(), "superseded at refresh");
        let log = tab.log();
        assert_eq!(log.iter().filter(|line| line.contains("call refresh")).count(), 1, "{log:?}");
    }
}

/// Another tab's check has told the name anew while this one's renewal is on its way. The tokens are the same: what it brings is kept.
#[test]
fn r16_a_renewal_goes_on_though_another_tab_learns_the_name() {
    for told in [true, false] {
        let mut tab = Tab::signed_in(TABS);
        let mut named = tab.held().expect("signed in");
        named.held.user = Some("J. Doe".into());
        tab.hears(200, &grant("a2", "r2"));
        tab.meanwhile("call refresh", move |tab| {
            tab.another_writes(Some(&named), None);
            if told {
                assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
            }
        });
        assert_eq!(tab.refreshes(), "done");
        let held = tab.held().expect("signed in");
        assert_eq!((held.held.access.as_deref(), held.held.refresh.as_deref()), (Some("a2"), Some("r2")));
        assert!(tab.record.as_ref().is_some_and(|text| text.contains("a2")), "it is written");
    }
}

/// Ocient renews with the token itself.
#[test]
fn ocient_renews_with_its_token() {
    let mut tab = Tab::new("ocient", Keeping::Memory);
    assert_eq!(tab.signs_in(&session("t1", 3600)), "signed in");
    tab.log();
    tab.hears(200, &session("t2", 3600));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  call refresh with t1"]);
}

/// ETHGAS renews with a refresh token. Without one nothing is left to renew with, and the session ends with its token.
#[test]
fn rule_10_a_session_without_a_refresh_token_is_not_renewed() {
    let mut bare = Tab::signed_in(TABS).held().unwrap();
    bare.held.refresh = None;
    let restored = || {
        let mut tab = Tab::new("ethgas", TABS);
        tab.another_writes(Some(&bare), None);
        assert_eq!(tab.restores(), "done");
        assert_eq!(tab.status(), "signed-in");
        tab.log();
        tab
    };
    let mut tab = restored();
    assert_eq!(tab.refreshes(), "not-renewable at refresh");
    assert_eq!(tab.status(), "signed-in");
    tab.asked(&[]);
    tab.now = NOW + HOUR;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "expired");
    let log = tab.log();
    assert!(log.iter().all(|line| !line.contains("call")), "{log:?}");
    let mut tab = restored();
    tab.hears(401, UNAUTHORIZED);
    tab.requests();
    assert_eq!(tab.status(), "refused");
}

#[test]
fn whoever_gives_up_leaves_the_others_their_renewal() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, &grant("a2", "r2")).fails("join", Trouble::GivenUp);
    assert_eq!(tab.refreshes(), "given up");
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("a2"));
}

#[test]
fn a_dropped_handle_renews_nothing() {
    let mut tab = Tab::signed_in(TABS);
    tab.meanwhile("lock", |tab| tab.handle.dispose());
    assert_eq!(tab.refreshes(), "unsupported at refresh, disposed");
    tab.asked(&["join", "  lock 7 0", "  unlock"]);
}

/// A store that failed when it was last read is asked all the same.
#[test]
fn a_silent_store_is_asked_before_a_token_is_spent() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("read", Trouble::Storage);
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.state().problem, Some("storage"));
    tab.log();
    another_renews(&mut tab);
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  lock 7 0", "  read", "  unlock, spent"]);
}

/// The form that worked may be wrong after the vendor has changed its mind.
#[test]
fn the_first_form_is_tried_where_the_other_one_is_refused_later() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(400, INVALID).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    tab.log();
    tab.hears(400, INVALID).hears(200, &grant("a3", "r3"));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  call refresh", "  call refresh with r2"]);
}

/// Whoever asks for it asks the vendor, also while a pause is kept.
#[test]
fn a_renewal_that_is_asked_for_is_made_in_a_pause_too() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("call refresh", Trouble::Network);
    assert_eq!(tab.refreshes(), "network at refresh");
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!((tab.state().renewal, tab.state().problem), ("idle", None));
}

/// R22: half of a pause is left to chance, from none of it to all.
#[test]
fn r22_a_pause_has_its_share_of_chance() {
    for (chance, pause) in [(0, 500.0), (u32::MAX, 1000.0)] {
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.random = chance;
        tab.fails("call refresh", Trouble::Network);
        tab.refreshes();
        let kept = tab.held().and_then(|record| record.pause).map(|pause| pause.until - pause.since);
        assert_eq!(kept, Some(pause));
    }
}

/// R16: all who wait for a renewal are told the same, whichever tab has asked the vendor.
/// A renewal may take the database alone: then it takes no refresh token, and a session without a database can't be renewed.
#[test]
fn what_a_renewal_takes_tells_whether_there_is_one() {
    let said = r#"{"name":"acme","credential":"bearer","login":{"path":"login","json":{"u":"{username}","d":"{database?}"}},
        "refresh":{"path":"refresh","json":{"d":"{database}"}},"grant":{"access":"token"}}"#;
    let signs_in = |database: &[(&str, &str)]| {
        let vendor = Described::of(&Value::parse(said).expect("JSON")).expect("a description");
        let mut tab = Tab::at(Rc::new(vendor), Keeping::Memory, |_| {});
        let given = [&[("username", "jdoe")], database].concat();
        tab.hears(200, r#"{"token":"t1"}"#);
        assert_eq!(tab.run(|handle| handle.sign_in(Credentials::of(&given))), "signed in");
        tab.handle.look(Session::renewable)
    };
    assert_eq!((signs_in(&[("database", "main")]), signs_in(&[])), (true, false));
}

/// A browser ends the requests of a page that is left before the page is gone. Nobody else is told that the network is down.
#[test]
fn r22_a_page_that_is_left_is_gone_before_it_tells_of_the_network() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("call refresh", Trouble::Network);
    assert_eq!(tab.refreshes(), "network at refresh");
    assert_eq!(tab.log()[3..5], ["  call refresh with r1", "  wait 250"]);
    assert_eq!(tab.state().problem, Some("network"));
    // What only this page has is told at once.
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.fails("call refresh", Trouble::Network);
    assert_eq!(tab.refreshes(), "network at refresh");
    assert!(!tab.log().iter().any(|line| line.contains("wait")));
}

/// A tab that was held up while it renewed finds that another one has done so: nobody has overtaken its callers.
#[test]
fn r16_a_renewal_that_fails_after_another_tabs_is_done() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("call refresh", Trouble::Timeout);
    tab.meanwhile("call refresh", |tab| {
        another_renews(tab);
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    });
    assert_eq!(tab.refreshes(), "done");
    assert_eq!((tab.state().problem, tab.held().map(|record| record.renewals)), (None, Some(1)));
}

#[test]
fn r16_who_waits_hears_that_the_session_has_ended() {
    let mut tab = Tab::signed_in(TABS);
    tab.waits_for_the_lock();
    tab.another_writes(None, Some("7 refused"));
    assert_eq!(tab.refreshes(), "session-expired at refresh");
    assert_eq!(tab.status(), "refused");
    // After a sign-out, nothing has ended by itself.
    let mut tab = Tab::signed_in(TABS);
    tab.waits_for_the_lock();
    tab.another_writes(None, Some("7 logout"));
    assert_eq!(tab.refreshes(), "superseded at refresh");
}
