//! Notes of the «Блокнот».

use super::*;
use letopis::journal::entry::{NoteAdded, NoteDone};

#[test]
fn a_note_is_an_armoured_text_of_at_most_120_lines_of_64_letters() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    let note = |middle: Vec<String>| {
        let mut sealed = vec!["-----BEGIN AGE ENCRYPTED FILE-----".to_owned()];
        sealed.extend(middle);
        sealed.push("-----END AGE ENCRYPTED FILE-----".to_owned());
        NoteAdded { sealed }
    };
    let refused = Some("слишком длинная или не зашифрована");
    let lines = |count: usize, line: &str| vec![line.to_owned(); count];
    let mut open = note(lines(1, "YQ=="));
    open.sealed.pop();
    let mut unopened = note(lines(1, "YQ=="));
    unopened.sealed.remove(0);
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (note(lines(118, &"a".repeat(64))), None),
            (note(lines(119, &"a".repeat(64))), refused),
            (note(lines(1, &"a".repeat(65))), refused),
            (note(lines(1, "ы")), refused),
            (open, refused),
            (unopened, refused),
            (NoteAdded { sealed: Vec::new() }, refused),
        ],
    );
    let added = office.record("semyonov", now, note(lines(1, "YQ=="))).unwrap();
    office.forbids("belova", now, NoteDone { note: added.seq }, "нет записи");
    office.forbids("semyonov", now, NoteDone { note: added.seq - 1 }, "нет записи");
    office.record("semyonov", now, NoteDone { note: added.seq }).unwrap();
    office.forbids("semyonov", now, NoteDone { note: added.seq }, "уже отмечена");
}
