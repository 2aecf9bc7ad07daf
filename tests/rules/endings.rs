//! How a session's end in one tab reaches the others: by the note beside the record.

use hallpass::dialect::Renewal;
use hallpass::session::{Finding, Note, Reason, Record, Session, Taken};

use crate::siblings::{NOW, assert_ended, assert_held, found, record, renewed, tab};
use crate::time::at;

fn noted(record: impl Into<Option<Record>>, note: Note) -> Finding {
    Finding { note: Some(note), ..found(record) }
}

/// Another tab's storage was full, and what lay there had to go. It may be written again.
#[test]
fn r38_a_login_that_could_not_be_written_may_come_back() {
    let mut session = tab();
    assert_eq!(session.follow(noted(None, Note::unwritten(1)), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Logout);
    let newer = renewed(&record(1, "jdoe"));
    assert_eq!(session.follow(found(newer.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &newer);
    assert_eq!(
        session.follow(noted(None, Note::unwritten(2)), at(NOW)),
        Taken::Followed,
        "of another login, it says nothing"
    );
    assert_eq!(session.follow(found(newer), at(NOW)), Taken::HasToGo, "then it was a sign-out");
}

#[test]
fn the_reason_reaches_the_other_tabs() {
    for reason in [Reason::Expired, Reason::Refused, Reason::Idle, Reason::Logout] {
        let mut session = tab();
        assert_eq!(
            session.follow(noted(None, Note::ended(1, reason)), at(NOW)),
            Taken::Followed,
            "{reason:?}"
        );
        assert_ended(&session, reason);
        assert_eq!(
            session.follow(found(record(1, "jdoe")), at(NOW)),
            Taken::HasToGo,
            "{reason:?}: a leftover"
        );
    }
    let mut session = tab();
    assert_eq!(
        session.follow(noted(record(1, "jdoe"), Note::ended(1, Reason::Refused)), at(NOW)),
        Taken::HasToGo,
        "it has to go"
    );
    assert_ended(&session, Reason::Refused);
}

/// Between two looks at the store, this tab's session may have ended and somebody may have signed in.
#[test]
fn a_login_after_the_end_of_this_ones_counts() {
    let mut session = tab();
    assert_eq!(
        session.follow(noted(record(2, "asmith"), Note::ended(1, Reason::Expired)), at(NOW)),
        Taken::Followed
    );
    assert_ended(&session, Reason::Replaced);
    let mut session = tab();
    let same_user = record(2, "jdoe");
    assert_eq!(
        session.follow(noted(same_user.clone(), Note::ended(1, Reason::Expired)), at(NOW)),
        Taken::Followed
    );
    assert_held(&session, &same_user);
    assert_eq!(
        session.follow(found(record(1, "jdoe")), at(NOW)),
        Taken::HasToGo,
        "the one before it is over"
    );
}

#[test]
fn the_end_of_another_login_is_not_this_ones() {
    for reason in [Reason::Expired, Reason::Refused, Reason::Logout] {
        let mut session = tab();
        let newer = renewed(&record(1, "jdoe"));
        assert_eq!(session.follow(noted(newer.clone(), Note::ended(2, reason)), at(NOW)), Taken::Followed);
        assert_held(&session, &newer);
        assert_eq!(session.follow(noted(None, Note::ended(2, reason)), at(NOW)), Taken::Followed);
        assert_ended(&session, Reason::Logout);
    }
}

#[test]
fn a_new_page_learns_how_the_last_session_ended() {
    for (told, shown) in [
        (Reason::Expired, Reason::Expired),
        (Reason::Refused, Reason::Refused),
        (Reason::Logout, Reason::Never),
    ] {
        let mut session = Session::new(Renewal::BeforeEnd, true);
        assert_eq!(
            session.follow(noted(record(1, "jdoe"), Note::ended(1, told)), at(NOW)),
            Taken::HasToGo,
            "the record has to go"
        );
        assert_ended(&session, shown);
    }
}

/// Somebody signed in in another tab, over this one's session, and that login has ended by now.
#[test]
fn an_ended_login_of_another_user_replaces_all_the_same() {
    let mut session = tab();
    assert_eq!(
        session.follow(noted(record(2, "asmith"), Note::ended(2, Reason::Refused)), at(NOW)),
        Taken::Followed
    );
    assert_ended(&session, Reason::Replaced);
    let mut session = tab();
    assert_eq!(
        session.follow(noted(record(2, "jdoe"), Note::ended(2, Reason::Refused)), at(NOW)),
        Taken::HasToGo,
        "it has to go"
    );
    assert_ended(&session, Reason::Refused);
    assert_eq!(
        session.follow(found(record(1, "jdoe")), at(NOW)),
        Taken::HasToGo,
        "the one before it is over, too"
    );
}

/// What has ended in another tab is noted there, and not once more here.
#[test]
fn an_end_is_noted_by_the_tab_that_saw_it() {
    let mut session = tab();
    session.refused(session.epoch(), Reason::Refused);
    assert_eq!(session.take_note(), Some(Note::ended(1, Reason::Refused)));
    assert_eq!(session.take_note(), None, "once");
    let mut session = tab();
    assert_eq!(session.follow(noted(None, Note::ended(1, Reason::Refused)), at(NOW)), Taken::Followed);
    assert_eq!(session.take_note(), None);
}

/// A sign-out is noted by its own order, before all else; and a session without a login's name can't be noted.
#[test]
fn no_other_end_is_noted() {
    let mut session = tab();
    session.sign_out(false);
    assert_eq!(session.take_note(), None);
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(session.follow(found(record(0, "jdoe")), at(NOW)), Taken::Followed);
    session.refused(session.epoch(), Reason::Refused);
    assert_ended(&session, Reason::Refused);
    assert_eq!(session.take_note(), None);
}

/// Two tabs may find out at once, each in its own way, that a session is over. Whoever noted it last has the last word.
#[test]
fn tabs_that_find_the_end_at_once_come_to_tell_the_same() {
    let mut session = tab();
    session.refused(session.epoch(), Reason::Expired);
    let note = Note::ended(1, Reason::Refused);
    assert!(session.is_news(note));
    assert_eq!(session.follow(noted(None, note), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Refused);
    assert_eq!(session.take_note(), None, "it has been noted");
    assert!(!session.is_news(note), "once");
    for other in [Note::ended(2, Reason::Expired), Note::ended(1, Reason::Logout), Note::unwritten(1)] {
        assert!(!session.is_news(other), "{other:?}");
        assert_eq!(session.follow(noted(None, other), at(NOW)), Taken::Followed);
        assert_ended(&session, Reason::Refused);
    }
    session.sign_out(false);
    assert!(!session.is_news(note), "who has signed out knows why");
    let mut session = tab();
    session.refused(session.epoch(), Reason::Expired);
    assert_eq!(session.follow(noted(None, Note::ended(1, Reason::Idle)), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Idle);
}
