//! Every kind of entry against every role, own things and foreign ones: the table of the design, written out.

use super::*;
use crate::journal::entry::{
    EventAnnounced, LessonRecorded, Person, PersonDismissed, RemarkWritten, SubjectLine, SubjectsSet,
};
use crate::journal::testing::{Annals, TestJournal, course, day, lesson, lesson_at, moment, name, person};
use crate::school::School;
use std::collections::BTreeSet;

/// What binds an author to a thing; none of it is a right without the role.
const TIES: [char; 5] = ['-', 'c', 's', 'k', 'o'];

/// A line for every kind of entry, in the order of [`Role::ALL`]: administrator, teacher, methodist, class teacher, deputy
/// head, director, secretary, dispatcher, the services of backups and of taking in. In a cell `+` is allowed whatever it is about and `-` refused; letters name the
/// ties of which one is needed: `c` teaches the course, `s` gave or gives the lesson instead, `k` is the teacher of
/// the class, `o` is of the subject's association. What follows the kind after a space is a variant of it.
const MATRIX: &[(&str, &str)] = &[
    // kind                        adm te me ct dh di se dp bs sv
    ("journal.created", "           +  -  -  -  -  -  -  - - -"),
    ("school.changed", "            +  -  -  -  -  -  -  - - -"),
    ("clock.reset", "               +  -  -  -  -  -  -  - - -"),
    ("person.set", "                +  -  -  -  -  -  -  - - -"),
    ("person.dismissed", "          +  -  -  -  -  -  -  - - -"),
    ("key.enrolled", "              +  -  -  -  -  -  -  - - -"),
    ("key.revoked", "               +  -  -  -  -  -  -  - - -"),
    ("subjects.set", "              +  -  -  -  -  -  -  - - -"),
    ("class.set", "                 +  -  -  -  -  -  -  - - -"),
    ("pupil.set", "                 +  -  -  -  -  -  -  - - -"),
    ("pupil.enrolled", "            +  -  -  -  -  -  -  - - -"),
    ("pupil.left", "                +  -  -  -  -  -  -  - - -"),
    ("pupil.moved", "               +  -  -  -  -  -  -  - - -"),
    ("pupil.renumbered", "          +  -  -  -  -  -  -  - - -"),
    ("pupil.annulled", "            +  -  -  -  -  -  -  - - -"),
    ("enrolment.corrected", "       +  -  -  -  -  -  -  - - -"),
    ("group.set", "                 +  -  -  -  -  -  -  - - -"),
    ("group.annulled", "            +  -  -  -  -  -  -  - - -"),
    ("course.set", "                +  -  -  -  -  -  -  - - -"),
    ("timetable.set", "             +  -  -  -  -  -  -  - - -"),
    ("plan.set", "                  -  -  o  -  -  -  -  - - -"),
    ("lesson.recorded", "           -  cs -  -  -  -  -  - - -"),
    ("lesson.recorded new", "       -  cs -  -  -  -  -  - - -"),
    ("marks.set", "                 -  cs -  -  -  -  -  - - -"),
    ("attendance.set", "            -  cs -  -  -  -  -  - - -"),
    ("substitution.assigned", "     -  -  -  -  +  -  -  - - -"),
    ("substitution.confirmed", "    -  -  -  -  +  +  -  - - -"),
    ("reason.set", "                -  -  -  k  -  -  -  - - -"),
    ("reason.withdrawn", "          -  -  -  k  -  -  -  - - -"),
    ("exemption.set", "             -  -  -  k  -  -  -  - - -"),
    ("exemption.withdrawn", "       -  -  -  k  -  -  -  - - -"),
    ("finals.set", "                -  c  -  -  +  -  -  - - -"),
    ("decision.set", "              -  -  -  -  +  +  -  - - -"),
    ("correction.requested", "      -  cs -  -  -  -  -  - - -"),
    ("correction.decided", "        -  -  -  -  +  +  -  - - -"),
    ("remark.written", "            -  -  -  -  +  -  -  - - -"),
    // Whoever the remark is addressed to answers it: the tie alone names him.
    ("remark.answered", "           c  c  c  c  +  c  c  c - -"),
    ("remark.answered book", "      k  k  k  k  +  k  k  k - -"),
    ("event.announced", "           +  -  -  -  +  +  -  - - -"),
    ("event.announced class", "     +  -  -  k  +  +  -  - - -"),
    ("event.annulled", "            +  -  -  k  +  +  -  - - -"),
    ("note.added", "                -  +  -  +  -  -  -  - - -"),
    ("note.done", "                 -  +  -  +  -  -  -  - - -"),
    ("year.closed", "               -  -  -  -  +  +  -  - - -"),
    ("year.reopened", "             -  -  -  -  -  +  -  - - -"),
    ("year.continued", "            +  -  -  -  -  -  -  - - -"),
    ("journal.restored", "          +  -  -  -  +  +  -  - - -"),
    ("document.issued", "           -  -  -  -  +  +  -  - - -"),
    ("document.signed", "           -  -  -  -  +  +  -  - - -"),
    ("book.bound", "                -  -  -  -  -  -  +  - - -"),
    ("carrier.registered", "        -  -  -  -  +  +  -  - - -"),
    ("carrier.issued", "            -  -  -  -  +  +  -  - - -"),
    ("carrier.returned", "          -  -  -  -  +  +  -  - - -"),
    ("carrier.lost", "              -  -  -  -  +  +  -  - - -"),
    ("carrier.retired", "           -  -  -  -  +  +  -  - - -"),
    // The school's engineer restores the data (§5.8.2).
    ("carrier.restored", "          +  -  -  -  +  +  -  - - -"),
    ("archive.created", "           -  -  -  -  +  +  -  + - -"),
    ("archive.verified", "          -  -  -  -  +  +  -  + - -"),
    ("archive.copied", "            -  -  -  -  +  +  -  + - -"),
    ("archive.repaired", "          -  -  -  -  +  +  -  + - -"),
    ("archive.stored", "            -  -  -  -  +  +  -  + - -"),
    ("backup.made", "               -  -  -  -  +  +  -  + + -"),
    ("archive.destroyed", "         -  -  -  -  +  +  -  - - -"),
    ("statistics.exported", "       -  -  -  -  +  +  -  - - -"),
    ("entries.confirmed", "         +  -  -  -  +  +  -  - - -"),
    ("entries.refused", "           +  -  -  -  +  +  -  - - -"),
    ("emergency.set", "             +  -  -  -  -  +  -  - - -"),
    ("emergency.enrolled", "        -  -  -  -  +  +  -  - - -"),
    ("lesson.annulled", "           -  cs -  -  -  -  -  - - -"),
    ("course.annulled", "           +  -  -  -  -  -  -  - - -"),
    ("class.annulled", "            +  -  -  -  -  -  -  - - -"),
    ("subject.annulled", "          +  -  -  -  -  -  -  - - -"),
    ("strand.opened", "             +  -  -  -  +  -  -  - -  -"),
    ("strand.closed", "             +  -  -  -  +  -  -  - -  -"),
    ("witness.added", "             +  -  -  -  +  +  -  - - -"),
    ("witness.removed", "           +  -  -  -  +  +  -  - - -"),
    // The owner of the strand takes in too: the tie is another, `rules/carried` has its test.
    ("carried", "                   -  -  -  -  +  -  -  - -  +"),
];

/// What only the administrator brings in from another program, whoever it belongs to; nothing else is ever taken over.
const HISTORY: &[&str] = &[
    "plan.set",
    "lesson.recorded",
    "lesson.recorded new",
    "marks.set",
    "attendance.set",
    "reason.set",
    "finals.set",
    "decision.set",
];

/// A body of each line of the matrix; SELF is the author where he gives the lesson instead, KEY a public key.
fn body(line: &str) -> String {
    let course = r#"{"class":"7А","subject":"Алгебра"}"#;
    let at = format!(r#"{{"course":{course},"date":"2025-09-15","lesson":2}}"#);
    let new = format!(r#"{{"course":{course},"date":"2025-09-16","lesson":2}}"#);
    let name = r#"{"surname":"Ким","given":"Ян","patronymic":""}"#;
    let person = format!(r#"{{"login":"kim","name":{name},"position":"","association":"","roles":[]}}"#);
    let span = r#""pupil":"К-1","since":"2025-09-15","until":"2025-09-16""#;
    let school = school();
    match line {
        "journal.created" => {
            format!(r#"{{"school":{school},"administrator":{person},"key":KEY,"recovery":"age1"}}"#)
        }
        "school.changed" => format!(r#"{{"school":{school}}}"#),
        "clock.reset" => r#"{"reason":"часы"}"#.into(),
        "person.set" => person,
        "person.dismissed" => r#"{"login":"kim"}"#.into(),
        "key.enrolled" => r#"{"login":"kim","key":KEY}"#.into(),
        "key.revoked" => r#"{"fingerprint":"SHA256:x","reason":"утрата"}"#.into(),
        "entries.confirmed" => r#"{"entries":[{"from":2}]}"#.into(),
        "entries.refused" => r#"{"entries":[{"from":2}],"reason":"нет"}"#.into(),
        "emergency.set" => r#"{"ed25519":"ssh-ed25519 AAAA"}"#.into(),
        "emergency.enrolled" => {
            r#"{"login":"kim","key":KEY,"possession":"","countersignature":"","reason":"утрата"}"#.into()
        }
        "subjects.set" => r#"{"subjects":[]}"#.into(),
        "class.set" => r#"{"class":"7А","teacher":""}"#.into(),
        "pupil.set" => format!(r#"{{"file":"К-2","name":{name},"born":"2012-01-01"}}"#),
        "pupil.enrolled" | "pupil.moved" => r#"{"file":"К-1","class":"7А","since":"2025-09-01"}"#.into(),
        "pupil.left" => r#"{"file":"К-1","until":"2025-09-20"}"#.into(),
        "pupil.renumbered" => r#"{"file":"К-1","becomes":"К-9"}"#.into(),
        "pupil.annulled" => r#"{"file":"К-1","reason":"повтор"}"#.into(),
        "enrolment.corrected" => {
            let stay = |class| format!(r#"{{"class":"{class}","since":"2025-09-01"}}"#);
            format!(r#"{{"file":"К-1","was":{},"becomes":{}}}"#, stay("7А"), stay("7Б"))
        }
        "group.annulled" => r#"{"class":"7А","group":"1","reason":"повтор"}"#.into(),
        "group.set" => r#"{"class":"7А","group":"1","members":[]}"#.into(),
        "course.set" => format!(r#"{{"course":{course},"teacher":"kim","hours":3.0}}"#),
        "timetable.set" => format!(r#"{{"course":{course},"slots":[]}}"#),
        "plan.set" => format!(r#"{{"course":{course},"lines":[]}}"#),
        "lesson.recorded" => format!(r#"{{"at":{at},"topic":"Тема","substitute":"SELF"}}"#),
        "lesson.recorded new" => format!(r#"{{"at":{new},"topic":"Тема","substitute":"SELF"}}"#),
        "lesson.annulled" => format!(r#"{{"at":{at},"reason":"ошибка"}}"#),
        "course.annulled" => format!(r#"{{"course":{course},"reason":"ошибка"}}"#),
        "subject.annulled" => r#"{"subject":"Химия","reason":"ошибка"}"#.into(),
        "class.annulled" => r#"{"class":"7А","reason":"ошибка"}"#.into(),
        "marks.set" => format!(r#"{{"at":{at},"marks":[{{"pupil":"К-1","marks":"5"}}]}}"#),
        "attendance.set" => format!(r#"{{"at":{at},"pupils":[{{"pupil":"К-1","attendance":"н"}}]}}"#),
        "substitution.assigned" | "substitution.confirmed" => format!(r#"{{"at":{at}}}"#),
        "reason.set" => format!(r#"{{{span},"reason":"болезнь"}}"#),
        "reason.withdrawn" => format!("{{{span}}}"),
        "exemption.set" => format!(r#"{{{span},"subject":"Алгебра","document":"справка"}}"#),
        "exemption.withdrawn" => r#"{"pupil":"К-1","subject":"Алгебра","since":"2025-09-15"}"#.into(),
        "finals.set" => format!(r#"{{"course":{course},"period":"I четверть","marks":[]}}"#),
        "decision.set" => r#"{"pupil":"К-1","date":"2026-05-29","number":"9","decision":"переведён"}"#.into(),
        "correction.requested" => {
            format!(r#"{{"course":{course},"date":"2025-09-15","lesson":2,"changes":[],"reason":"описка"}}"#)
        }
        "correction.decided" => r#"{"number":1,"approved":true}"#.into(),
        "remark.written" => r#"{"class":"7А","text":"замечание"}"#.into(),
        "remark.answered" => r#"{"number":1,"text":"исправлено"}"#.into(),
        "remark.answered book" => r#"{"number":2,"text":"исправлено"}"#.into(),
        "event.announced" => r#"{"title":"Бал","first":"2025-09-20","last":"2025-09-20"}"#.into(),
        "event.announced class" => {
            r#"{"title":"Бал","first":"2025-09-20","last":"2025-09-20","classes":["7А"]}"#.into()
        }
        "event.annulled" => r#"{"number":1,"reason":"перенесён"}"#.into(),
        "note.added" => r#"{"sealed":[]}"#.into(),
        "note.done" => r#"{"note":1}"#.into(),
        "year.closed" => "{}".into(),
        "year.reopened" => r#"{"reason":"отметка не та"}"#.into(),
        "year.continued" => r#"{"token":"00112233445566778899aabbccddeeff"}"#.into(),
        "journal.restored" => r#"{"reason":"сгорел компьютер","numbers":100}"#.into(),
        "document.issued" => concat!(
            r#"{"number":"2025-0001","form":"1","title":"","leaves":1,"at_entry":1,"#,
            r#""issued_at":"2025-09-15T12:00:00+03:00","pages":[],"pdf_sha256":"","version":"","resources":[]}"#
        )
        .into(),
        "document.signed" => {
            r#"{"number":"2025-0001","pdf_sha256":"","files":[],"program":"openssl","check":"none"}"#.into()
        }
        "book.bound" => r#"{"number":"2025-0001","date":"2026-06-01","sheets":1,"shelf":"шкаф"}"#.into(),
        "carrier.registered" => r#"{"id":"1","label":"А-1","holder":"kim","place":"сейф"}"#.into(),
        "carrier.issued" => r#"{"carrier":"1","to":"kim"}"#.into(),
        "carrier.returned" => r#"{"carrier":"1","place":"сейф"}"#.into(),
        "carrier.lost" => {
            r#"{"carrier":"1","reported":"2025-09-15","circumstances":"забыт в автобусе","by_fault":true}"#.into()
        }
        "carrier.retired" => r#"{"carrier":"1","reason":"изношен"}"#.into(),
        "carrier.restored" => r#"{"carrier":"1","replacement":"2"}"#.into(),
        "archive.created" => concat!(
            r#"{"name":"2025-2026-q1","period":"I четверть","tagmanifest":"","length":1,"head":"","files":1,"#,
            r#""bytes":1,"copies":[]}"#
        )
        .into(),
        "archive.verified" => r#"{"archive":"2025-2026-q1","depth":"подпись","result":"цел"}"#.into(),
        "archive.copied" => r#"{"archive":"2025-2026-q1","carrier":"1"}"#.into(),
        "archive.repaired" => r#"{"archive":"2025-2026-q1","carrier":"1","files":1,"bytes":4096,"from":"copy"}"#.into(),
        "archive.stored" => concat!(
            r#"{"archive":"2025-2026-q1","place":"папка /mnt","shelf":"school-1/2025-2026/2025-2026-q1","#,
            r#""depth":"подпись","result":"цел"}"#
        )
        .into(),
        "backup.made" => concat!(
            r#"{"name":"backup-2025-09-15","place":"/mnt","tagmanifest":"","length":1,"head":"","files":1,"#,
            r#""bytes":1}"#
        )
        .into(),
        "archive.destroyed" => concat!(
            r#"{"journal":"00","year":"2019/2020","ends":"2020-05-29","what":"journal","length":1,"head":"","cases":[],"#,
            r#""protocol":"№ 1","means":"измельчение"}"#
        )
        .into(),
        "witness.added" => r#"{"name":"РОНО","key":"w"}"#.into(),
        "witness.removed" => r#"{"key":"w","reason":"закрыто"}"#.into(),
        "statistics.exported" => r#"{"period":"I четверть","sha256":""}"#.into(),
        "strand.opened" => r#"{"strand":"00","carrier":"1","login":"kim","key":"SHA256:x"}"#.into(),
        "strand.closed" => r#"{"strand":"00","why":"returned"}"#.into(),
        "carried" => r#"{"strand":"00","number":1,"base":{"length":1,"head":""},"payload":"","signature":""}"#.into(),
        _ => panic!("no body for «{line}»"),
    }
}

fn small_school() -> School {
    School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap()
}

fn school() -> String {
    serde_json::to_string(&small_school()).unwrap()
}

/// A school where `author` holds the role and, of the ties, the one named. He came by the tie when he taught and led a
/// class, and then was left with the role alone.
fn school_with(author: &str, role: Role, tie: char) -> TestJournal {
    // A service is tied to nothing: it teaches nobody.
    let tie = if role.is_service() { '-' } else { tie };
    let of = |this: char| if tie == this { author } else { "other" };
    let mut annals =
        Annals::new(small_school(), person("admin", "Админов Артём", "инженер", &[Administrator]), "2025-09-01");
    let association = if tie == 'o' { "МО" } else { "Другое МО" };
    let with = |roles: &[Role]| Person {
        association: association.to_owned(),
        ..person(author, "Ким Ян", "сотрудник", roles)
    };
    let before: BTreeSet<Role> = [Teacher, ClassTeacher, role].into();
    // Nobody becomes a service, which has never done anything else.
    let is_service = role.is_service();
    annals.person(with(&before.into_iter().filter(|role| !is_service || role.is_service()).collect::<Vec<_>>()));
    annals.person(person("other", "Иной Иван", "учитель", &[Teacher, ClassTeacher]));
    annals.person(person("head", "Завьялова Инна", "завуч", &[DeputyHead]));
    let (name_of, short, of_subject) = ("Алгебра".to_owned(), "Алг.".to_owned(), "МО".to_owned());
    let line = SubjectLine { name: name_of, short, association: of_subject, written: true };
    annals.first(SubjectsSet { subjects: vec![line] });
    let algebra = course("7А", "Алгебра");
    annals.class("7А", of('k')).pupil("К-1", name("Котов Ян"), day("2012-01-01"), "7А", day("2025-09-01"));
    annals.course(&algebra, of('c'), 3.0);
    let substitute = if tie == 's' { author.to_owned() } else { String::new() };
    let given = LessonRecorded { substitute, ..lesson(&lesson_at(&algebra, "2025-09-15", 2), "Тема", "") };
    annals.taught(moment("2025-09-15"), given);
    for (course, text) in [(Some(algebra.clone()), "о курсе"), (None, "о книге")] {
        let remark = RemarkWritten { class: algebra.class.clone(), course, text: text.to_owned() };
        annals.by("head", moment("2025-09-15"), remark);
    }
    let (first, classes) = (day("2025-09-20"), vec![algebra.class.clone()]);
    let event = EventAnnounced { title: "Бал".to_owned(), first, last: first, begins: None, place: None, classes };
    annals.by("head", moment("2025-09-15"), event);
    annals.by("admin", moment("2025-09-15T18:00"), with(&[role]));
    annals.record()
}

fn entry(line: &str, author: &str, tie: char, taken_over: bool) -> Entry {
    let kind = line.split(' ').next().unwrap();
    let key = crate::ledger::identity::Identity::parse(include_str!("../../../tests/vectors/identity/secret")).unwrap();
    let key = serde_json::to_string(&key.public()).unwrap();
    let body = body(line).replace("SELF", if tie == 's' { author } else { "" }).replace("KEY", &key);
    let text = format!(
        r#"{{"kind":"{kind}","time":"2025-09-16T12:00:00+03:00","author":"{author}","key":"SHA256:x","rules":1,"taken_over":{taken_over},"body":{body}}}"#
    );
    Entry::from_json(&text).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn cells(line: &str) -> Vec<&str> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells.len(), Role::ALL.len(), "a cell for every role: {line}");
    cells
}

#[test]
fn every_kind_of_entry_has_its_line_in_both_tables() {
    for kind in Body::KINDS {
        assert_eq!(TABLE.iter().filter(|(name, rights)| name == kind && !rights.is_empty()).count(), 1, "{kind}");
        assert_eq!(MATRIX.iter().filter(|(line, _)| line == kind).count(), 1, "{kind} has no line in the matrix");
    }
    assert_eq!(TABLE.len(), Body::KINDS.len());
    let known: BTreeSet<&str> = Body::KINDS.iter().copied().collect();
    assert!(MATRIX.iter().all(|(line, _)| known.contains(line.split(' ').next().unwrap())));
}

#[test]
fn every_action_is_allowed_to_whom_the_design_allows_it_and_to_nobody_else() {
    let mut checked = 0;
    for (place, role) in Role::ALL.into_iter().enumerate() {
        for tie in TIES {
            let school = school_with("kim", role, tie);
            for (line, roles) in MATRIX {
                let cell = cells(roles)[place];
                let allowed = check(&school, &entry(line, "kim", tie, false));
                let expected = cell == "+" || (tie != '-' && cell.contains(tie));
                assert_eq!(allowed.is_ok(), expected, "{line}, {role:?}, tie «{tie}»");
                if let Err(error) = allowed {
                    assert!(error.message().contains("§3.3") && error.next_step().is_some(), "{line}: {error}");
                }
                checked += 1;
            }
        }
    }
    assert_eq!(checked, MATRIX.len() * Role::ALL.len() * TIES.len());
}

#[test]
fn history_is_brought_in_by_the_administrator_and_only_history_is() {
    for role in Role::ALL {
        for tie in TIES {
            let school = school_with("kim", role, tie);
            for (line, _) in MATRIX {
                let allowed = check(&school, &entry(line, "kim", tie, true)).is_ok();
                assert_eq!(allowed, role == Administrator && HISTORY.contains(line), "{line}, {role:?}, tie «{tie}»");
            }
        }
    }
}

#[test]
fn whoever_was_dismissed_may_record_nothing() {
    for role in Role::ALL {
        for tie in TIES {
            let mut school = school_with("kim", role, tie);
            school.by("admin", "2025-09-16", PersonDismissed { login: "kim".to_owned(), abandoned: String::new() });
            for (line, _) in MATRIX {
                assert!(check(&school, &entry(line, "kim", tie, false)).is_err(), "{line}, {role:?}, tie «{tie}»");
            }
        }
    }
}
