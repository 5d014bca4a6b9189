//! Who gets a slip, who has one, whose ends: families, parents apart, pupils who move, leave and come of age.

use super::*;
use crate::error::Kind;
use crate::journal::entry::{PupilLeft, PupilMoved, PupilRenumbered};
use crate::journal::testing::{Annals, TestJournal, day, identity, name, person};
use crate::print::Layouts;
use crate::school::{Role, School};
use crate::work::contacts;
use crate::work::testing::refused;

const MOTHER: &str = "Петренко Мария Петровна";
const NOW: &str = "2025-09-20T12:00";

/// 7А of belova and 5Б of gusev: a family of three, parents apart, a namesake, a pupil who comes of age in October.
fn school() -> TestJournal {
    let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    for (login, full) in [("belova", "Белова Белла Борисовна"), ("gusev", "Гусев Глеб Глебович")]
    {
        annals.person(person(login, full, "учитель", &[Role::Teacher, Role::ClassTeacher]));
    }
    annals.class("7А", "belova").class("5Б", "gusev");
    for (file, full, born, class) in [
        ("П-1", "Петренко Анна", "2012-01-01", "7А"),
        ("П-2", "Петренко Борис", "2012-01-01", "7А"),
        ("П-3", "Петренко Илья", "2014-01-01", "5Б"),
        ("Л-4", "Ли Вэй", "2007-10-10", "7А"),
        ("К-5", "Ким Роман", "2012-03-03", "7А"),
    ] {
        annals.pupil(file, name(full), day(born), class, day("2025-09-01"));
    }
    annals.record()
}

fn line(pupil: &str, who: &str, name: &str, telephone: &str) -> contacts::Contact {
    let [pupil, who, name, telephone] = [pupil, who, name, telephone].map(str::to_owned);
    let (email, address) = (String::new(), String::new());
    contacts::Contact { pupil, who, name, telephone, email, address, consent: None }
}

fn with_families() -> TestJournal {
    let mut school = school();
    at(&mut school, "ivanova", NOW, |place| {
        for line in [
            line("П-1", "мать", MOTHER, "+7 900 111-22-33"),
            line("П-2", "мать", MOTHER, "89001112233"),
            line("П-3", "мать", MOTHER, "+79001112233"),
            line("П-1", "отец", "Петренко Пётр Ильич", "+7 900 444-55-66"),
            line("К-5", "мать", MOTHER, "+7 911 777-77-77"),
            line("Л-4", "мать", "Ли Мэй", ""),
        ] {
            assert!(contacts::set(place, line).unwrap());
        }
    });
    school
}

fn at<T>(school: &mut TestJournal, login: &str, now: &str, ask: impl FnOnce(&Workplace<'_>) -> T) -> T {
    school.wait_until(now);
    let (key, (journal, clock)) = (identity(login), school.at_hand());
    ask(&Workplace::at(journal, &key, clock).unwrap())
}

fn class(text: &str) -> ClassName {
    ClassName::parse(text).unwrap()
}

fn issue(school: &mut TestJournal, login: &str, of: &str, again: &[&str]) -> Result<Printed> {
    issue_to(school, login, (of, Standing::Parent), again)
}

fn issue_to(school: &mut TestJournal, login: &str, of: (&str, Standing), again: &[&str]) -> Result<Printed> {
    let (folder, layouts) = (tempfile::tempdir().unwrap(), Layouts::load(None).unwrap());
    let again: Vec<String> = again.iter().map(|name| (*name).to_owned()).collect();
    let class = class(of.0);
    let wish = Wish { class: &class, of: of.1, again: &again, address: "https://dnevnik.school.example/" };
    at(school, login, NOW, |place| print(place, &layouts, &wish, folder.path()))
}

fn list(school: &mut TestJournal, of: &str, today: &str) -> Vec<(String, Vec<String>, State)> {
    let (journal, _) = school.at_hand();
    let all = of_class(journal, &class(of), day(today)).unwrap();
    let told = |access: Access| {
        let state = access.state();
        (access.name, access.children.into_iter().map(|child| child.name).collect(), state)
    };
    all.into_iter().map(told).collect()
}

#[test]
fn a_person_has_one_slip_whatever_number_of_children_and_a_namesake_his_own() {
    let mut school = with_families();
    let printed = issue(&mut school, "belova", "7А", &[]).unwrap();
    let whom = |printed: &Printed| -> Vec<(String, usize)> {
        printed.slips.iter().map(|access| (access.name.clone(), access.children.len())).collect()
    };
    let expected = [("Ким", MOTHER, 1), ("Ли", "Ли Мэй", 1), ("Петренко", MOTHER, 2), ("", "Петренко Пётр Ильич", 1)];
    assert_eq!(whom(&printed), expected.map(|(_, name, children)| (name.to_owned(), children)));
    assert!(printed.held.is_empty() && printed.joined.is_empty());

    let other = issue(&mut school, "gusev", "5Б", &[]).unwrap();
    assert!(other.file.is_none() && other.slips.is_empty(), "she has one already");
    assert_eq!(other.joined, [(MOTHER.to_owned(), vec!["Петренко Илья".to_owned()])]);
    let listed = list(&mut school, "5Б", "2025-09-20");
    assert_eq!(listed[0].1, ["Петренко Анна", "Петренко Борис", "Петренко Илья"]);
    assert_eq!(listed[0].2, State::Issued);
    assert_eq!(listed[1], ("Петренко Илья".to_owned(), vec!["Петренко Илья".to_owned()], State::None));
    assert!(issue(&mut school, "gusev", "5Б", &[]).unwrap().joined.is_empty());
    let (journal, _) = school.at_hand();
    assert_eq!(Contacts::open(journal.path()).unwrap().slips().unwrap().len(), 4);
}

#[test]
fn who_has_a_slip_gets_another_by_name_alone_and_the_first_ends() {
    let mut school = with_families();
    issue(&mut school, "belova", "7А", &[]).unwrap();
    let again = issue(&mut school, "belova", "7А", &[]).unwrap();
    assert_eq!((again.file, again.held.len()), (None, 4));
    let slips = |school: &mut TestJournal| {
        let (journal, _) = school.at_hand();
        Contacts::open(journal.path()).unwrap()
    };
    let father =
        slips(&mut school).slips().unwrap().into_iter().find(|slip| slip.reader.name.contains("Пётр")).unwrap();
    let now = crate::journal::testing::moment(NOW);
    let token = slips(&mut school).begin_session(father.reader.id, now).unwrap();
    let printed = issue(&mut school, "belova", "7А", &["Петренко Пётр"]).unwrap();
    assert_eq!(printed.slips.len(), 1);
    assert_eq!(slips(&mut school).reader_of_session(&token, now).unwrap(), None);
    let several = issue(&mut school, "belova", "7А", &["Петренко"]).unwrap_err();
    assert!(several.kind() == Kind::Input && several.message().contains("подходит нескольким"), "{several}");
    let nobody = issue(&mut school, "belova", "7А", &["Сидоров"]).unwrap_err();
    assert!(nobody.message().contains("такого человека нет"), "{nobody}");
}

#[test]
fn what_was_revoked_comes_back_by_name_alone() {
    let mut school = with_families();
    issue(&mut school, "belova", "7А", &[]).unwrap();
    let revoked = |school: &mut TestJournal, login: &str| {
        at(school, login, NOW, |place| revoke(place, &class("7А"), "Петренко Пётр Ильич"))
    };
    refused(revoked(&mut school, "gusev"), Kind::Refused, "классный руководитель 7А");
    assert_eq!(revoked(&mut school, "belova").unwrap().name, "Петренко Пётр Ильич");
    refused(revoked(&mut school, "belova"), Kind::Refused, "уже прекращён");
    let next = issue(&mut school, "belova", "7А", &[]).unwrap();
    assert_eq!((next.slips.len(), next.revoked.len(), next.held.len()), (0, 1, 3));
    assert_eq!(issue(&mut school, "belova", "7А", &["Петренко Пётр Ильич"]).unwrap().slips.len(), 1);
    assert!(list(&mut school, "7А", "2025-09-20").iter().all(|(_, _, state)| *state != State::Revoked));
}

#[test]
fn only_the_class_teacher_and_the_administrator_keep_contacts_and_slips() {
    let mut school = with_families();
    refused(issue(&mut school, "gusev", "7А", &[]), Kind::Refused, "классный руководитель 7А");
    let foreign = line("П-1", "дядя", "Дядин Дед", "1");
    refused(at(&mut school, "gusev", NOW, |place| contacts::set(place, foreign)), Kind::Refused, "7А");
    refused(at(&mut school, "gusev", NOW, |place| contacts::erase(place, "П-1")), Kind::Refused, "7А");
    at(&mut school, "belova", NOW, |place| contacts::set(place, line("П-1", "дядя", "Дядин Дед", "1"))).unwrap();
    issue(&mut school, "ivanova", "7А", &[]).unwrap();
}

#[test]
fn an_address_is_one_that_a_browser_opens() {
    let mut school = with_families();
    let (folder, layouts, class) = (tempfile::tempdir().unwrap(), Layouts::load(None).unwrap(), class("7А"));
    for address in [
        "",
        "dnevnik.school.example",
        "http://dnevnik.school.example",
        "https://",
        "https://a/b",
        "https://a b",
        "javascript:1",
    ] {
        let wish = Wish { class: &class, of: Standing::Parent, again: &[], address };
        let printed = at(&mut school, "belova", NOW, |place| print(place, &layouts, &wish, folder.path()));
        refused(printed.map(|_| ()), Kind::Input, "не адрес дневника");
    }
    let missing = folder.path().join("no-folder");
    std::fs::write(&missing, "a file").unwrap();
    let wish = Wish { class: &class, of: Standing::Parent, again: &[], address: "http://127.0.0.1:8080" };
    at(&mut school, "belova", NOW, |place| print(place, &layouts, &wish, &missing)).unwrap_err();
    assert!(
        list(&mut school, "7А", "2025-09-20").iter().all(|(_, _, state)| *state == State::None),
        "no paper, no code"
    );
    at(&mut school, "belova", NOW, |place| print(place, &layouts, &wish, folder.path())).unwrap();
}

#[test]
fn the_address_is_the_servers_where_it_is_not_named() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.letopis");
    let given = Some("https://given.example".to_owned());
    assert_eq!(address(&journal, None, None).unwrap(), None);
    let settings = folder.path().join("serve.toml");
    std::fs::write(&settings, "public_address = \"https://d.example\"\n[diary]\n").unwrap();
    assert_eq!(address(&journal, None, None).unwrap().as_deref(), Some("https://d.example"));
    assert_eq!(address(&journal, given.clone(), None).unwrap(), given);
    std::fs::write(&settings, "publik_address = 1\n").unwrap();
    refused(address(&journal, None, Some(&settings)), Kind::Input, "нет адреса дневника");
    refused(address(&journal, None, Some(&folder.path().join("no.toml"))), Kind::Environment, "no.toml");
}

#[test]
fn a_pupil_has_his_own_and_who_comes_of_age_is_named() {
    let mut school = with_families();
    let own = issue_to(&mut school, "belova", ("7А", Standing::Pupil), &[]).unwrap();
    let names: Vec<&str> = own.slips.iter().map(|access| access.name.as_str()).collect();
    assert_eq!(names, ["Ким Роман", "Ли Вэй", "Петренко Анна", "Петренко Борис"]);
    let of_age = |school: &mut TestJournal, today: &str| {
        let (journal, _) = school.at_hand();
        let all = of_class(journal, &class("7А"), day(today)).unwrap();
        all.iter().filter(|access| access.children.iter().any(|child| child.of_age)).count()
    };
    assert_eq!(of_age(&mut school, "2025-10-09"), 0);
    assert_eq!(of_age(&mut school, "2025-10-10"), 2, "he and his mother");
    assert!(
        is_of_age(Some(day("2008-02-29")), day("2026-03-01")) && !is_of_age(Some(day("2008-02-29")), day("2026-02-28"))
    );
}

#[test]
fn a_pupil_who_moves_takes_his_readers_along_and_who_left_is_named() {
    let mut school = with_families();
    issue(&mut school, "belova", "7А", &[]).unwrap();
    let (file, class) = ("К-5".to_owned(), class("5Б"));
    school.by("ivanova", "2025-09-22T10:00", PupilMoved { file, class, since: day("2025-09-23"), despite: true });
    assert!(list(&mut school, "7А", "2025-09-23").iter().all(|(_, children, _)| children != &["Ким Роман"]));
    assert_eq!(list(&mut school, "5Б", "2025-09-23")[0].2, State::Issued);

    let left = PupilLeft { file: "Л-4".to_owned(), until: day("2025-09-24"), despite: true };
    school.by("ivanova", "2025-09-23T10:00", left);
    let (journal, _) = school.at_hand();
    let all = of_class(journal, &super::tests::class("7А"), day("2025-09-25")).unwrap();
    let mother = all.iter().find(|access| access.name == "Ли Мэй").unwrap();
    assert_eq!((mother.children[0].left, mother.state()), (Some(day("2025-09-24")), State::Issued));
}

#[test]
fn a_number_that_changes_and_a_pupil_who_is_annulled() {
    let mut school = with_families();
    issue(&mut school, "belova", "7А", &[]).unwrap();
    let set =
        PupilRenumbered { file: "П-1".to_owned(), becomes: "П-11".to_owned(), reason: "описка".to_owned() };
    school.by("ivanova", "2025-09-22T10:00", set);
    let listed = list(&mut school, "7А", "2025-09-22");
    assert_eq!(listed.iter().filter(|(name, ..)| name == MOTHER).count(), 2, "she and her namesake, each once");
    assert!(issue(&mut school, "belova", "7А", &[]).unwrap().slips.is_empty());
    let (journal, _) = school.at_hand();
    let contacts = Contacts::open(journal.path()).unwrap();
    assert!(contacts.all().unwrap().iter().all(|line| line.pupil != "П-1"), "all stands under the new number");
    assert_eq!(contacts::held(journal, "П-1").unwrap().contacts.len(), 2, "and is found under the old one");

    school.wait_until("2025-09-23T10:00");
    let (key, (journal, clock)) = (identity("ivanova"), school.at_hand());
    let mut place = Workplace::at(journal, &key, clock).unwrap();
    crate::work::pupils::annul(&mut place, "К-5", "не приходил").unwrap();
    drop(place);
    assert_eq!(list(&mut school, "7А", "2025-09-23").iter().filter(|(name, ..)| name == MOTHER).count(), 1);
}

#[test]
fn all_that_is_held_is_shown_and_all_of_it_is_forgotten() {
    let mut school = with_families();
    issue(&mut school, "belova", "7А", &[]).unwrap();
    let (journal, _) = school.at_hand();
    let path = journal.path().to_owned();
    let file = Contacts::open(&path).unwrap();
    let father = file.slips().unwrap().into_iter().find(|slip| slip.reader.name.contains("Пётр")).unwrap().reader;
    file.note_reading(father.id, &"П-1".into(), crate::journal::contacts::Page::Finals, day("2025-09-21")).unwrap();
    let held = contacts::held(journal, "П-1").unwrap();
    assert_eq!((held.contacts.len(), held.readers.len(), held.readings.len()), (2, 2, 1));
    assert_eq!(held.readings[0].name, "Петренко Пётр Ильич");

    at(&mut school, "belova", NOW, |place| {
        assert!(contacts::erase_person(place, "П-1", "Петренко Пётр Ильич").unwrap());
        assert!(!contacts::erase_person(place, "П-1", "Петренко Пётр Ильич").unwrap());
    });
    let (journal, _) = school.at_hand();
    let held = contacts::held(journal, "П-1").unwrap();
    assert_eq!((held.contacts.len(), held.readers.len(), held.readings.len()), (1, 1, 0));
    for pupil in ["П-1", "П-2", "П-3"] {
        let login = if pupil == "П-3" { "gusev" } else { "belova" };
        at(&mut school, login, NOW, |place| contacts::erase(place, pupil)).unwrap();
    }
    drop(file);
    let folder = path.parent().unwrap();
    let beside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for file in beside.filter(|path| path.to_string_lossy().contains(".contacts")) {
        let bytes = std::fs::read(&file).unwrap();
        let text = "Петренко Пётр".as_bytes();
        assert!(!bytes.windows(text.len()).any(|window| window == text), "{}", file.display());
    }
}

#[test]
fn consent_is_of_a_day_that_has_come_and_to_a_paper() {
    let mut school = with_families();
    let with = |day_of: &str, document: &str| contacts::Contact {
        consent: Some(contacts::Consent { day: day(day_of), document: document.to_owned() }),
        ..line("П-1", "мать", MOTHER, "1")
    };
    for (line, words) in
        [(with("2025-09-21", "согласие"), "ещё не наступил"), (with("2025-09-01", " "), "каким документом")]
    {
        refused(at(&mut school, "belova", NOW, |place| contacts::set(place, line)), Kind::Input, words);
    }
    assert!(at(&mut school, "belova", NOW, |place| contacts::set(place, with("2025-09-20", "согласие"))).unwrap());
}
