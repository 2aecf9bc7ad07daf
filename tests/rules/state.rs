//! What a session says of itself.

use hallpass::dialect::{Grant, Renewal};
use hallpass::session::{Needs, Session};

use crate::time::at;

/// R18: whatever is asked for under an older number writes nothing.
#[test]
fn r18_each_login_and_each_logout_has_a_number_of_its_own() {
    let mut session = Session::new(Renewal::None, true);
    let mut numbers = vec![session.generation()];
    for step in 0..6 {
        if step % 2 == 0 {
            session.overtake_logins();
        } else {
            session.sign_out(false);
        }
        numbers.push(session.generation());
    }
    assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
}

/// What renewal takes beside the access token has to have been granted.
#[test]
fn what_was_granted_too_little_can_not_be_renewed() {
    for (needs, renewable) in [((false, false), true), ((true, false), false), ((false, true), true)] {
        let needs = Needs { refresh_token: needs.0, database: needs.1 };
        let mut session = Session::new(Renewal::BeforeEnd, true).with_needs(needs);
        assert!(session.renewable(), "nobody is signed in");
        let grant = Grant {
            access: Some("a".into()),
            database: Some("main".into()),
            lifetime_ms: Some(3_600_000.0),
            ..Grant::default()
        };
        session.signed_in(grant, 1, at(0.0));
        assert_eq!((session.renewable(), session.snapshot().renewable), (renewable, renewable), "{needs:?}");
        assert_eq!(
            session.next_event(false, at(0.0)) == Some(3_600_000.0),
            !renewable,
            "the end, or a renewal"
        );
        assert_eq!(session.is_over(at(3_600_000.0)), !renewable);
    }
}

#[test]
fn what_an_instance_has_told_of_single_sign_on_is_in_the_state() {
    let mut session = Session::new(Renewal::None, true);
    assert_eq!((session.sso_url(), session.snapshot().sso_url), (None, None));
    session.learn_sso_url("https://idp.example.com/");
    assert_eq!(session.sso_url().map(String::as_str), Some("https://idp.example.com/"));
    session.sign_out(false);
    assert_eq!(session.snapshot().sso_url, Some("https://idp.example.com/"), "whoever is signed in");
}
