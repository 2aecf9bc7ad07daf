//! The note of what became of a login, which other tabs read.

use hallpass::session::{Fate, Note, Reason};

#[test]
fn a_note_is_read_as_it_was_written() {
    for reason in [Reason::Logout, Reason::Expired, Reason::Refused] {
        let note = Note::ended(4_000_000_000, reason);
        assert_eq!(note.write(), format!("4000000000 {}", reason.as_str()));
        assert_eq!(Note::read(&note.write()), Some(note));
    }
    assert_eq!(Note::unwritten(7).write(), "7 unwritten");
    assert_eq!(Note::read("7 unwritten"), Some(Note { login: 7, fate: Fate::Unwritten }));
}

#[test]
fn r11_anything_else_is_no_note() {
    for text in [
        "",
        " ",
        "7",
        "7 ",
        "logout",
        "0 logout",
        "-1 logout",
        "7 never",
        "7 replaced",
        "7  logout",
        "7 logout ",
        "x logout",
        "4294967296 logout",
        "7.5 logout",
        "7 Logout",
        "{\"login\":7}",
    ] {
        assert_eq!(Note::read(text), None, "{text:?}");
    }
}
