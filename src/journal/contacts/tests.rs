//! The file of contacts: what is kept, what is forgotten, what earlier versions left.

use super::*;
use crate::school::PersonalFile;
use chrono::DateTime;
use std::collections::BTreeSet;

fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("{text}:00+03:00")).unwrap()
}

fn date(text: &str) -> Day {
    parse_iso(text).unwrap()
}

fn line(pupil: &str, who: &str, name: &str, telephone: &str, email: &str) -> Contact {
    let [pupil, who, name, telephone, email] = [pupil, who, name, telephone, email].map(str::to_owned);
    Contact { pupil, who, name, telephone, email, address: String::new(), consent: None }
}

fn agreed(line: Contact, day: &str) -> Contact {
    Contact { consent: Some(Consent { day: date(day), document: format!("заявление от {day}") }), ..line }
}

/// A folder with a file of contacts in it.
fn file() -> (tempfile::TempDir, Contacts) {
    let folder = tempfile::tempdir().unwrap();
    let contacts = Contacts::open(&folder.path().join("journal.letopis")).unwrap();
    (folder, contacts)
}

const MOTHER: &str = "Петренко Мария Петровна";

#[test]
fn files_of_earlier_versions_stay_readable_and_grow() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1/journal.contacts");
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture, folder.path().join("journal.contacts")).unwrap();
    let journal = folder.path().join("journal.letopis");
    let before = Contacts::open(&journal).unwrap().all().unwrap();
    assert!(!before.is_empty() && before.iter().all(|line| line.consent.is_none()));
    let again = Contacts::open(&journal).unwrap();
    let first = agreed(before[0].clone(), "2025-09-01");
    assert_eq!(again.set(std::slice::from_ref(&first)).unwrap(), 1);
    assert_eq!(again.set(&before).unwrap(), 0, "a line without consent takes none away");
    assert_eq!(again.all().unwrap()[0], first);
    let id = again.add_reader(Standing::Parent, &first.name, &first.pupil).unwrap();
    let code = again.issue(id, "belova", moment("2025-09-01T12:00")).unwrap();
    assert_eq!(Contacts::open(&journal).unwrap().holder(&code).unwrap().map(|holder| holder.id), Some(id));
    again.0.pragma_update(None, "user_version", 2).unwrap();
    let later = Contacts::open(&journal).err().unwrap();
    assert!(later.message().contains("более новой версией"), "{later}");
}

#[test]
fn consent_is_to_an_address_and_ends_with_it() {
    let (_folder, contacts) = file();
    let old = agreed(line("И-1", "мать", MOTHER, "1", "old@example.org"), "2025-09-01");
    contacts.set(std::slice::from_ref(&old)).unwrap();
    contacts.set(&[Contact { telephone: "2".into(), consent: None, ..old.clone() }]).unwrap();
    assert_eq!(contacts.all().unwrap()[0].consent, old.consent, "another telephone is not another address");
    assert_eq!(contacts.mailboxes().unwrap().len(), 1);
    let new = Contact { email: "new@example.org".into(), consent: None, ..old };
    contacts.set(std::slice::from_ref(&new)).unwrap();
    assert_eq!(contacts.all().unwrap()[0].consent, None);
    assert_eq!(contacts.mailboxes().unwrap(), []);
    contacts.set(&[agreed(new, "2025-10-01")]).unwrap();
    assert_eq!(contacts.mailboxes().unwrap()[0].address, "new@example.org");
}

#[test]
fn a_family_has_one_mailbox_and_its_wishes() {
    let (_folder, contacts) = file();
    let all = [
        agreed(line("И-1", "мать", MOTHER, "", "Family@Example.org"), "2025-09-01"),
        agreed(line("И-2", "мать", MOTHER, "", "family@example.org "), "2025-09-01"),
        agreed(line("И-2", "отец", "Петренко Пётр Ильич", "", "family@example.org"), "2025-09-01"),
        line("И-2", "бабушка", "Петренко Анна Львовна", "", "anna@example.org"),
        agreed(line("И-3", "мать", "Ли Вэй", "1", ""), "2025-09-01"),
    ];
    contacts.set(&all).unwrap();
    let boxes = contacts.mailboxes().unwrap();
    assert_eq!(boxes.len(), 1, "without consent or an address nothing is sent: {boxes:?}");
    assert_eq!(boxes[0].pupils, ["И-1", "И-2"]);
    assert_eq!(boxes[0].names.len(), 2);
    assert_eq!(contacts.mailboxes().unwrap(), boxes, "a token stays");
    assert_eq!(contacts.mailbox_of(&boxes[0].token).unwrap().as_deref(), Some("family@example.org"));
    assert_eq!(contacts.mailbox_of("").unwrap(), None);

    let weekly = BTreeSet::from([Topic::Digest, Topic::Absence, Topic::Finals]);
    contacts.set_silent("FAMILY@example.org", &weekly).unwrap();
    assert_eq!(contacts.mailboxes().unwrap()[0].silent, weekly);
    contacts.set_silent("family@example.org", &BTreeSet::from(Topic::ALL)).unwrap();
    assert_eq!(contacts.mailboxes().unwrap(), []);
    contacts.set_silent("family@example.org", &BTreeSet::new()).unwrap();

    contacts.mark_dead("Family@example.org", date("2025-10-01"), "550 нет такого").unwrap();
    contacts.mark_dead("family@example.org", date("2025-10-02"), "ещё раз").unwrap();
    assert_eq!(contacts.mailboxes().unwrap(), []);
    let dead = contacts.dead().unwrap();
    assert_eq!((dead.len(), dead[0].since, &*dead[0].why), (1, date("2025-10-01"), "550 нет такого"));
    assert_eq!(contacts.set(&all).unwrap(), 0);
    assert_eq!(contacts.mailboxes().unwrap(), [], "the same file imported again says nothing new");
    contacts.set(&[agreed(all[0].clone(), "2025-10-05")]).unwrap();
    assert_eq!(contacts.mailboxes().unwrap().len(), 1, "written anew, it is tried again");
}

#[test]
fn one_person_is_one_reader_and_a_namesake_another() {
    let (_folder, contacts) = file();
    let first = line("И-1", "мать", MOTHER, "+7 900 123-45-67", "");
    let second = line("И-2", "мать", "петренко мария петровна", "8(900)1234567", "mp@example.org");
    let third = line("И-3", "мать", MOTHER, "+79001234567", "MP@example.org");
    let namesake = line("К-9", "мать", MOTHER, "+7 911 000-00-00", "");
    let bare = line("К-8", "мать", MOTHER, "", "");
    contacts.set(&[first.clone(), second, third.clone(), namesake.clone(), bare.clone()]).unwrap();
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    assert_eq!(contacts.reader_of(&first).unwrap(), Some(id));
    assert_eq!(contacts.reader_of(&third).unwrap(), Some(id), "the same telephone");
    assert_eq!(contacts.reader_of(&namesake).unwrap(), None);
    assert_eq!(contacts.reader_of(&bare).unwrap(), None, "a name alone may be a stranger's");
    assert!(contacts.add_child(id, "И-3").unwrap() && !contacts.add_child(id, "И-3").unwrap());
    let slip = contacts.slip(id).unwrap().unwrap();
    assert_eq!(slip.reader.children, [PersonalFile::from("И-1"), PersonalFile::from("И-3")]);
    assert!(!slip.is_in_force());
    contacts.note_reading(id, &"И-1".into(), Page::Week, date("2025-09-01")).unwrap();
    contacts.note_reading(id, &"И-3".into(), Page::Week, date("2025-09-01")).unwrap();
    contacts.remove_child(id, "И-1").unwrap();
    assert_eq!((contacts.readings("И-1").unwrap().len(), contacts.readings("И-3").unwrap().len()), (0, 1));
    contacts.renumber("И-3", "И-33").unwrap();
    assert_eq!(contacts.slip(id).unwrap().unwrap().reader.children, [PersonalFile::from("И-33")]);
}

#[test]
fn a_code_opens_until_the_next_one_or_until_it_is_revoked() {
    let (_folder, contacts) = file();
    let (now, later) = (moment("2025-09-01T12:00"), moment("2025-09-02T12:00"));
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    let code = contacts.issue(id, "belova", now).unwrap();
    let holder = contacts.holder(&code).unwrap().unwrap();
    assert!(holder.id == id && !holder.is_used && !holder.has_password);
    assert_eq!(contacts.holder(&Code::draw()).unwrap(), None);
    contacts.note_use(id, now).unwrap();
    contacts.note_use(id, later).unwrap();
    let slip = contacts.slip(id).unwrap().unwrap();
    assert_eq!((slip.issued, slip.used, &*slip.issuer), (Some(now), Some(now), "belova"));

    assert!(!contacts.is_password(id, "").unwrap());
    contacts.set_password(id, Some("сова на ветке")).unwrap();
    assert!(contacts.is_password(id, "сова на ветке").unwrap() && !contacts.is_password(id, "сова").unwrap());
    let token = contacts.begin_session(id, now).unwrap();
    let calendar = contacts.make_calendar(id, &"И-1".into(), now).unwrap();

    let next = contacts.issue(id, "belova", later).unwrap();
    assert_eq!(contacts.holder(&code).unwrap(), None, "an older slip opens nothing");
    assert!(!contacts.holder(&next).unwrap().unwrap().has_password, "a password that was forgotten is asked no more");
    assert_eq!(contacts.reader_of_session(&token, later).unwrap(), None);
    assert_eq!(contacts.calendar(&calendar).unwrap(), None);

    let token = contacts.begin_session(id, later).unwrap();
    assert!(contacts.revoke(id, later).unwrap() && !contacts.revoke(id, later).unwrap());
    assert_eq!(contacts.holder(&next).unwrap(), None);
    assert_eq!(contacts.reader_of_session(&token, later).unwrap(), None);
    assert!(!contacts.slip(id).unwrap().unwrap().is_in_force());
}

#[test]
fn sessions_end_by_themselves_by_wish_and_are_no_ones_elses() {
    let (_folder, contacts) = file();
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    let other = contacts.add_reader(Standing::Pupil, "Петренко Анна", "И-1").unwrap();
    let [first, day29, day31, day60] =
        ["2025-09-01T12:00", "2025-09-30T11:00", "2025-10-01T12:01", "2025-10-31T12:00"].map(moment);
    let token = contacts.begin_session(id, first).unwrap();
    assert_eq!(contacts.reader_of_session(&token, day29).unwrap().unwrap().id, id);
    assert_eq!(contacts.reader_of_session(&token, day31).unwrap(), None);
    contacts.prolong_session(&token, day31).unwrap();
    assert_eq!(contacts.reader_of_session(&token, day31).unwrap(), None, "what has ended is not prolonged");
    contacts.prolong_session(&token, day29).unwrap();
    assert!(contacts.reader_of_session(&token, day31).unwrap().is_some());
    assert_eq!(contacts.reader_of_session(&token, day60).unwrap(), None);

    let theirs = contacts.begin_session(other, day29).unwrap();
    let second = contacts.begin_session(id, day29).unwrap();
    assert_eq!(contacts.sessions(id, day29).unwrap().len(), 2);
    contacts.end_session(&second).unwrap();
    assert_eq!(contacts.reader_of_session(&second, day29).unwrap(), None);
    assert_eq!(contacts.end_sessions(id).unwrap(), 1);
    assert_eq!(contacts.reader_of_session(&theirs, day29).unwrap().unwrap().standing, Standing::Pupil);
    assert_eq!(contacts.reader_of_session("", day29).unwrap(), None);
}

#[test]
fn who_has_read_what_is_counted_and_nobody_is_brought_back_by_it() {
    let (_folder, contacts) = file();
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    let child = PersonalFile::from("И-1");
    let today = date("2025-09-01");
    contacts.note_reading(id, &child, Page::Week, today).unwrap();
    let more = [((id, child.clone(), Page::Week, today), 3), ((id, "К-9".into(), Page::Week, today), 5)];
    contacts.note_readings(&Noted::from(more)).unwrap();
    let readings = contacts.readings("И-1").unwrap();
    assert_eq!((readings.len(), readings[0].times, &*readings[0].name), (1, 4, MOTHER));
    assert_eq!(contacts.readings("К-9").unwrap(), [], "not his child");
    contacts.erase("И-1").unwrap();
    let next = contacts.add_reader(Standing::Parent, "Другая", "И-1").unwrap();
    assert_ne!(next, id, "a number is never given again");
    contacts.note_reading(id, &child, Page::Week, today).unwrap();
    assert_eq!(contacts.readings("И-1").unwrap(), []);
}

#[test]
fn what_a_parent_said_first_of_a_week_stays_and_goes_with_the_child() {
    let (_folder, contacts) = file();
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    let (child, monday) = (PersonalFile::from("И-1"), date("2025-09-01"));
    contacts.note_seen(id, &child, monday, date("2025-09-05")).unwrap();
    contacts.note_seen(id, &child, monday, date("2025-09-09")).unwrap();
    contacts.note_seen(id, &"К-9".into(), monday, date("2025-09-05")).unwrap();
    let seen = contacts.seen("И-1", (monday, monday)).unwrap();
    assert_eq!(seen, [Seen { who: id, name: MOTHER.into(), monday, day: date("2025-09-05") }]);
    assert_eq!(contacts.seen("К-9", (monday, monday)).unwrap(), [], "not his child");
    assert_eq!(contacts.seen("И-1", (date("2025-09-08"), date("2025-09-15"))).unwrap(), [], "another week");
    contacts.renumber("И-1", "И-01").unwrap();
    assert_eq!(contacts.seen("И-01", (monday, monday)).unwrap().len(), 1);
    contacts.erase("И-01").unwrap();
    assert_eq!(contacts.seen("И-01", (monday, monday)).unwrap(), []);
}

/// Whether any file of the folder has these bytes.
fn stands_somewhere(folder: &Path, text: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text)
    })
}

/// Enough families that the tables have many pages, which are split and joined while lines come and go.
#[test]
fn nothing_of_what_was_erased_is_left_in_any_file_while_others_have_it_open() {
    let (folder, contacts) = file();
    let journal = folder.path().join("journal.letopis");
    let other = Contacts::open(&journal).unwrap();
    let now = moment("2025-09-01T12:00");
    let of = |n: usize| {
        let who = ["мать", "отец"][n % 2];
        let (pupil, name) = (format!("ДЕЛО-{n:04}"), format!("Представитель{n:04} Анна Петровна"));
        let email = format!("mailbox{n:04}@example.org");
        agreed(line(&pupil, who, &name, &format!("+7900123{n:04}"), &email), "2025-09-01")
    };
    let mut readers = Vec::new();
    for n in 0..300 {
        contacts.set(&[of(n)]).unwrap();
        let (name, pupil) = (of(n).name, of(n).pupil);
        let id = contacts.add_reader(Standing::Parent, &name, &pupil).unwrap();
        contacts.note_reading(id, &pupil.as_str().into(), Page::Week, date("2025-09-01")).unwrap();
        readers.push(id);
    }
    let code = contacts.issue(readers[7], "belova", now).unwrap();
    let token = contacts.begin_session(readers[7], now).unwrap();
    contacts.set_password(readers[7], Some("сова на ветке")).unwrap();
    contacts.mark_dead("mailbox0008@example.org", date("2025-09-02"), "ящик переполнен").unwrap();
    assert_eq!(other.mailboxes().unwrap().len(), 299);
    let kept: (Vec<u8>, Vec<u8>) = contacts
        .0
        .query_row("SELECT code, password FROM readers WHERE id = ?1", [readers[7].0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let tokens: Vec<String> = contacts
        .mailboxes()
        .unwrap()
        .iter()
        .filter(|family| family.address.contains("7@"))
        .map(|family| family.token.clone())
        .collect();
    assert!(stands_somewhere(folder.path(), &kept.0) && stands_somewhere(folder.path(), &kept.1));
    assert!(stands_somewhere(folder.path(), "Представитель0007".as_bytes()));

    for n in (0..300).filter(|n| n % 10 >= 7) {
        assert_eq!(contacts.erase(&of(n).pupil).unwrap(), Erased { contacts: 1, readers: 1 });
    }
    assert_eq!(contacts.erase("ДЕЛО-0007").unwrap(), Erased::default());
    for n in (0..300).filter(|n| n % 10 >= 7) {
        for text in [of(n).pupil, of(n).name, of(n).email, of(n).telephone] {
            assert!(!stands_somewhere(folder.path(), text.as_bytes()), "«{text}» is left");
        }
    }
    for bytes in [&kept.0[..], &kept.1, "ящик переполнен".as_bytes()] {
        assert!(!stands_somewhere(folder.path(), bytes));
    }
    assert!(tokens.len() == 30 && !tokens.iter().any(|token| stands_somewhere(folder.path(), token.as_bytes())));
    assert_eq!(other.holder(&code).unwrap(), None);
    assert_eq!(other.reader_of_session(&token, now).unwrap(), None);
    assert_eq!(other.all().unwrap().len(), 210);
}

#[test]
fn erasing_one_child_leaves_a_family_its_other_one() {
    let (_folder, contacts) = file();
    let now = moment("2025-09-01T12:00");
    let id = contacts.add_reader(Standing::Parent, MOTHER, "И-1").unwrap();
    contacts.add_child(id, "И-2").unwrap();
    let code = contacts.issue(id, "belova", now).unwrap();
    assert_eq!(contacts.erase("И-1").unwrap(), Erased::default());
    assert_eq!(contacts.holder(&code).unwrap().map(|holder| holder.id), Some(id));
    assert_eq!(contacts.slip(id).unwrap().unwrap().reader.children, [PersonalFile::from("И-2")]);
    assert_eq!(contacts.erase("И-2").unwrap().readers, 1);
    assert_eq!(contacts.holder(&code).unwrap(), None);
}

#[test]
fn the_next_year_takes_over_who_may_read_and_what_is_wished() {
    let (_old, old) = file();
    let (_new, new) = file();
    let now = moment("2026-08-20T12:00");
    let lines = [
        agreed(line("И-1", "мать", MOTHER, "1234567", "mp@example.org"), "2025-09-01"),
        agreed(line("Л-1", "мать", "Ли Вэй", "", "li@example.org"), "2025-09-01"),
    ];
    old.set(&lines).unwrap();
    old.mailboxes().unwrap();
    old.set_silent("mp@example.org", &BTreeSet::from([Topic::Digest])).unwrap();
    let (stays, leaves) = (
        old.add_reader(Standing::Parent, MOTHER, "И-1").unwrap(),
        old.add_reader(Standing::Parent, "Ли Вэй", "Л-1").unwrap(),
    );
    let (code, gone) = (old.issue(stays, "belova", now).unwrap(), old.issue(leaves, "belova", now).unwrap());
    let token = old.begin_session(stays, now).unwrap();
    old.note_reading(stays, &"И-1".into(), Page::Week, date("2026-05-20")).unwrap();
    let known = |file: &str| Ok((file == "И-1").then(|| "И-01".to_owned()));
    assert_eq!(new.take_over(&old, known).unwrap(), 1);
    assert_eq!(new.all().unwrap()[0].pupil, "И-01");
    assert_eq!(new.holder(&code).unwrap().map(|holder| holder.id), Some(stays));
    assert_eq!(new.reader_of_session(&token, now).unwrap().unwrap().children, [PersonalFile::from("И-01")]);
    assert_eq!(new.holder(&gone).unwrap(), None);
    assert_eq!(new.mailboxes().unwrap()[0].silent, BTreeSet::from([Topic::Digest]));
    assert_eq!(new.mailboxes().unwrap()[0].token, old.mailboxes().unwrap()[1].token, "an old mail's link still works");
    assert_eq!(new.readings("И-01").unwrap(), []);
    assert_eq!(new.dead().unwrap(), []);
    assert_eq!(new.slips().unwrap().len(), 1);
}
