//! What a session says of itself.

use hallpass::dialect::Renewal;
use hallpass::session::Session;

/// R18: whatever is asked for under an older number writes nothing.
#[test]
fn r18_each_login_and_each_logout_has_a_number_of_its_own() {
    let mut session = Session::new(Renewal::None, true);
    let mut numbers = vec![session.attempt()];
    for step in 0..6 {
        if step % 2 == 0 {
            session.begin_login();
        } else {
            session.sign_out();
        }
        numbers.push(session.attempt());
    }
    assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
}

#[test]
fn what_an_instance_has_told_of_single_sign_on_is_in_the_state() {
    let mut session = Session::new(Renewal::None, true);
    assert_eq!((session.sso_url(), session.snapshot().sso_url), (None, None));
    session.learn_sso_url("https://idp.example.com/");
    assert_eq!(session.sso_url().map(String::as_str), Some("https://idp.example.com/"));
    session.sign_out();
    assert_eq!(session.snapshot().sso_url, Some("https://idp.example.com/"), "whoever is signed in");
}
