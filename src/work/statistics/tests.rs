//! What leaves the school, how often, and what is recorded of it.

use super::{Wish, export};
use crate::error::Kind;
use crate::journal::entry::PupilEnrolled;
use crate::journal::read;
use crate::journal::testing::{self, Annals, TestJournal, day, identity, moment, name, person};
use crate::school::{ClassName, Role, School};
use crate::work::Workplace;
use crate::work::testing::refused;
use std::path::{Path, PathBuf};

/// 7А and 7Б of a dozen each: in algebra fives, fours and threes, and one two.
fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals
        .person(person("petrova", "Петрова Полина Павловна", "завуч", &[Role::DeputyHead]))
        .person(person("orlov", "Орлов Олег Олегович", "директор", &[Role::Director]))
        .person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]))
        .subject("Алгебра");
    for class in ["7А", "7Б"] {
        annals.class(class, "");
        let course = testing::course(class, "Алгебра");
        annals.course(&course, "semyonov", 3.0);
        for number in 0..12 {
            let file = format!("{class}-{number}");
            annals.pupil(&file, name(&format!("Иванов Иван{number}")), day("2012-01-01"), class, day("2025-09-01"));
            let mark = ["5", "5", "5", "5", "5", "4", "4", "4", "4", "4", "3", "2"][number];
            let mark = if class == "7Б" && mark == "2" { "3" } else { mark };
            annals.taken_over(moment("2025-10-24"), testing::finals(&course, "I четверть", &[(file.as_str(), mark)]));
        }
    }
    annals
}

struct Out {
    school: TestJournal,
    folder: tempfile::TempDir,
}

impl Out {
    fn new() -> Self {
        Self { school: testing::once("statistics".to_owned(), annals), folder: tempfile::tempdir().unwrap() }
    }

    fn ask(&mut self, login: &str, now: &str, school: &str, rows: bool) -> crate::Result<super::Exported> {
        self.school.wait_until(now);
        let (key, (journal, clock)) = (identity(login), self.school.at_hand());
        let wish = Wish { period: "I четверть", school, to: self.folder.path(), rows };
        export(&mut Workplace::at(journal, &key, clock).unwrap(), &wish)
    }
}

/// The one file of the payload.
fn payload(bag: &Path) -> PathBuf {
    let files = walkdir::WalkDir::new(bag.join("data")).into_iter().map(Result::unwrap);
    let mut files = files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.next().unwrap()
}

#[test]
fn a_period_is_given_out_once_and_again_only_while_nothing_in_it_is_put_right() {
    let mut out = Out::new();
    let first = out.ask("petrova", "2025-10-27T12:00", "sosh-1", false).unwrap();
    assert!(!first.again && first.suppressed > 0 && first.suppressed < first.rows, "{first:?}");
    let recorded = read::statistics_of(&out.school, "I четверть").unwrap().unwrap();
    assert_eq!((recorded.entry, recorded.by.as_str(), &recorded.sha256), (first.entry, "petrova", &first.sha256));
    let file = payload(&first.folder);
    assert!(file.parent().unwrap().ends_with("school=sosh-1/year=2025-2026"), "{}", file.display());
    let second = out.ask("orlov", "2025-10-28T12:00", "sosh-2", false).unwrap();
    assert!(second.again && second.entry == first.entry);
    assert_eq!(std::fs::read(payload(&second.folder)).unwrap(), std::fs::read(file).unwrap());
    refused(out.ask("petrova", "2025-10-28T12:05", "sosh-1", false), Kind::Input, "не перезаписывается");
    // A pupil who came in the last week: with him, the pupils of a class are one more.
    let class = ClassName::parse("7Б").unwrap();
    out.school.by(
        "ivanova",
        "2025-10-29T12:00",
        crate::journal::entry::PupilSet {
            file: "К-1".into(),
            name: name("Кедров Кирилл"),
            born: day("2012-05-05"),
            sex: None,
            another: false,
        },
    );
    out.school.by("ivanova", "2025-10-29T12:01", PupilEnrolled { file: "К-1".into(), class, since: day("2025-10-20") });
    refused(out.ask("petrova", "2025-10-29T12:05", "sosh-3", false), Kind::Refused, "уже выдана");
    assert!(!out.folder.path().join("sosh-3-2025-2026-h1-statistics").exists());
}

#[test]
fn teachers_give_out_nothing_and_nobody_what_is_not_over() {
    let mut out = Out::new();
    refused(out.ask("petrova", "2025-10-24T15:00", "sosh-1", false), Kind::Refused, "кончается 24.10.2025");
    refused(out.ask("semyonov", "2025-10-27T12:00", "sosh-1", false), Kind::Refused, "прав");
    refused(out.ask("petrova", "2025-10-27T12:00", "../x", false), Kind::Input, "не годится");
    assert_eq!(std::fs::read_dir(out.folder.path()).unwrap().count(), 0);
}

#[test]
fn rows_are_encrypted_for_the_school_and_no_two_exports_of_them_can_be_joined() {
    let mut out = Out::new();
    let open = |bag: &Path| -> Vec<u8> {
        let bytes = std::fs::read(payload(bag)).unwrap();
        let secret = identity("orlov").secret_text();
        let key: age::x25519::Identity = secret.parse().unwrap();
        age::decrypt(&key, &bytes).unwrap()
    };
    let one = out.ask("petrova", "2025-10-27T12:00", "sosh-1", true).unwrap();
    let other = out.ask("petrova", "2025-10-27T12:05", "sosh-2", true).unwrap();
    assert!(one.rows > 24 && one.suppressed == 0 && one.entry != other.entry);
    assert_eq!(read::statistics_of(&out.school, "I четверть").unwrap(), None, "rows are no table");
    let (one, other) = (open(&one.folder), open(&other.folder));
    assert_ne!(one, other);
    for bytes in [one, other] {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Иванов") && !text.contains("7А") && text.contains("final_marks"));
    }
}
