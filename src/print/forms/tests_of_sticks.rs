//! What the book says of what was recorded on sticks and handed in on another day.

use crate::journal::entry::{Change, CorrectionRequested, SubjectLine, SubjectsSet};
use crate::journal::read::Tables;
use crate::journal::testing::{
    self, Annals, TestJournal, TestStrand, absence, course, day, decided, finals, lesson, lesson_at, mark, name, person,
};
use crate::print::page::TextRun;
use crate::print::testing::context;
use crate::print::{Form, Layouts, Wanted, lay_out};
use crate::school::{ClassName, CourseKey, Marks, Role, School};

fn algebra() -> CourseKey {
    course("7А", "Алгебра")
}

/// 7А with Алиев and Белов, and a carrier for semyonov, who teaches them algebra.
fn school() -> TestJournal {
    let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals.person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]));
    annals.person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]));
    let line = SubjectLine {
        name: "Алгебра".into(), short: "Алг.".into(), association: String::new(), written: false
    };
    annals.first(SubjectsSet { subjects: vec![line] }).class("7А", "");
    for (file, full) in [("А-1", "Алиев Али"), ("Б-2", "Белов Борис")] {
        annals.pupil(file, name(full), day("2012-01-01"), "7А", day("2025-09-01"));
    }
    annals.course(&algebra(), "semyonov", 2.0);
    let carrier = testing::carrier("c1", "У-7", "petrova", "кабинет 7");
    annals.by("petrova", testing::moment("2025-09-01T09:00"), carrier);
    annals.record()
}

/// The text of the class's book.
fn book(tables: &Tables) -> String {
    let class = ClassName::parse("7А").unwrap();
    let wanted = Wanted::of_class(Form::ClassBook, class);
    let document = lay_out(tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0001")).unwrap();
    let runs = document.pages.iter().flat_map(|page| &page.runs);
    runs.map(TextRun::text).collect::<Vec<_>>().join(" ")
}

#[test]
fn marks_that_were_handed_in_on_another_day_say_so_once_a_column() {
    let mut school = school();
    let mut stick = TestStrand::open(&mut school, "petrova", "2025-09-01T10:00", ("c1", "semyonov"));
    let [first, second, third] = ["2025-09-15", "2025-09-17", "2025-09-18"].map(|on| lesson_at(&algebra(), on, 2));
    school.by("semyonov", "2025-09-15T10:00", lesson(&first, "Дроби", ""));
    school.by("semyonov", "2025-09-15T10:00", mark(&first, "А-1", "4", ""));
    let before = book(&school);
    assert!(!before.contains("носител"), "{before}");

    let taken = ("petrova", "2025-09-18T14:00");
    stick.carry(&mut school, "2025-09-16T10:00", taken, mark(&first, "Б-2", "5", ""));
    stick.carry(&mut school, "2025-09-17T10:00", taken, lesson(&second, "Степени", ""));
    stick.carry(&mut school, "2025-09-17T10:01", taken, mark(&second, "А-1", "3", ""));
    stick.carry(&mut school, "2025-09-17T10:02", taken, absence(&second, "Б-2", "н"));
    stick.carry(&mut school, "2025-09-18T10:00", taken, lesson(&third, "Корни", ""));
    stick.carry(&mut school, "2025-09-18T10:01", taken, mark(&third, "А-1", "2", ""));
    let text = book(&school);
    let note = "1) урок 15.09.2025: отметки внесены на носителе 16.09, переданы 18.09 (Белов Б.)";
    assert!(text.contains(note), "{text}");
    assert_eq!(text.matches("носителе").count(), 2, "of the second lesson it is said with the lesson alone: {text}");
    assert!(text.contains("внесено на носителе 17.09, передано 18.09"), "{text}");

    // A column of its own days: its lesson came from the stick on the day before.
    let later = ("petrova", "2025-09-19T14:00");
    stick.carry(&mut school, "2025-09-18T15:00", later, mark(&third, "Б-2", "4", ""));
    let both = finals(&algebra(), "I четверть", &[("А-1", "н/а"), ("Б-2", "н/а")]);
    stick.carry(&mut school, "2025-10-24T15:00", ("petrova", "2025-10-27T09:00"), both);
    let text = book(&school);
    let note = "2) урок 18.09.2025: отметки внесены на носителе 18.09, переданы 19.09 (Белов Б.)";
    assert!(text.contains(note), "{text}");
    let note = "3) I четверть: отметки внесены на носителе 24.10, переданы 27.10";
    assert!(text.contains(note) && !text.contains(&format!("{note} (")), "they are all the column has: {text}");
    assert_eq!(text.matches("носителе").count(), 4, "{text}");

    // What a correction has put there was not recorded on the stick.
    let [was, becomes] = ["5", "4"].map(|text| Some(Marks::parse(text).unwrap()));
    let (pupil, work, document) = ("Б-2".into(), String::new(), String::new());
    let changes = vec![Change::Mark { pupil, was, becomes, work, document, earned: false }];
    let asked = CorrectionRequested {
        course: algebra(),
        date: first.date,
        lesson: first.lesson,
        changes,
        reason: "описка".into(),
    };
    school.by("semyonov", "2025-10-28T10:00", asked);
    school.by("petrova", "2025-10-28T11:00", decided(1, true, ""));
    let text = book(&school);
    assert!(!text.contains("переданы 18.09"), "{text}");
    assert_eq!(text.matches("носителе").count(), 3, "{text}");
}
