//! What the grid shows of a pupil who came from another class, and of one who is exempted.

use super::{key, screen};
use crate::cli::grid::model::{Access, Model};
use crate::error::Error;
use crate::journal::entry::{ExemptionSet, PupilMoved};
use crate::journal::read;
use crate::journal::read::course_view::{Place, course_view};
use crate::journal::testing::{
    Annals, TestJournal, course, day, finals, lesson, lesson_at, moment, name, noon, person,
};
use crate::school::{Role, School};

/// Алиев goes from 7А to 7Б with the mark of the quarter; Белов is exempted in September.
fn school() -> TestJournal {
    let school = School::from_toml(&std::fs::read_to_string("tests/fixtures/small/school.toml").unwrap()).unwrap();
    let roles = [Role::Administrator, Role::Teacher, Role::ClassTeacher];
    let mut annals =
        Annals::new(school, person("semyonov", "Семёнов Савва Сергеевич", "учитель", &roles), "2025-09-01");
    annals.subject("Алгебра").class("7А", "semyonov").class("7Б", "semyonov");
    for (file, full, class) in
        [("А-1", "Алиев Али", "7А"), ("Б-2", "Белов Борис", "7А"), ("В-3", "Волков Виктор", "7Б")]
    {
        annals.pupil(file, name(full), day("2012-01-01"), class, day("2025-09-01"));
    }
    let other = course("7Б", "Алгебра");
    annals.course(&key(), "semyonov", 1.0).course(&other, "semyonov", 1.0);
    for date in ["2025-09-08", "2025-10-06"] {
        let at = lesson_at(&key(), date, 2);
        annals.taught(noon(at.date), lesson(&at, "Дроби", ""));
    }
    let (since, until, document) = (day("2025-09-01"), day("2025-09-30"), "справка".to_owned());
    let exempted = ExemptionSet { pupil: "Б-2".into(), subject: "Алгебра".into(), since, until, document };
    annals.by("semyonov", moment("2025-09-03"), exempted);
    annals.by("semyonov", moment("2025-10-20"), finals(&key(), "I четверть", &[("А-1", "н/а")]));
    let moved = PupilMoved { file: "А-1".into(), class: other.class, since: day("2025-10-22"), despite: true };
    annals.by("semyonov", moment("2025-10-22"), moved);
    annals.record()
}

/// The grid of the class's course with the cursor on a cell, and the line of its pupil.
fn shown(class: &str, file: &str, place: &Place) -> (String, String) {
    let tables = school();
    let known = read::course(&tables, &course(class, "Алгебра")).unwrap().unwrap();
    let view = course_view(&tables, &known).unwrap();
    let looks = Access::Looks(Error::refused("не ваш курс"));
    let mut model = Model::new(view, looks, day("2025-10-24"));
    (model.row, model.column) = (model.view.row(file).unwrap(), model.view.column(place).unwrap());
    let name = model.view.names[model.row].clone();
    let screen = screen(&mut model, 120, 24);
    let line = screen.lines().find(|line| line.contains(&name)).unwrap().to_owned();
    (screen, line)
}

#[test]
fn a_final_mark_from_the_former_class_stands_in_brackets_and_is_told_below() {
    let place = Place::Final { period: "I четверть".into() };
    let (screen, line) = shown("7Б", "А-1", &place);
    assert!(line.contains("(н/а)"), "{screen}");
    assert!(screen.contains("действует «н/а»: выставлена в курсе 7А, Алгебра"), "{screen}");
    let (screen, line) = shown("7А", "А-1", &place);
    assert!(line.contains("н/а") && !line.contains('('), "{screen}");
    assert!(!screen.contains("действует"), "{screen}");
}

#[test]
fn a_lesson_from_which_a_pupil_is_exempted_is_marked_so_and_no_other() {
    let (lesson, later) = (day("2025-09-08"), day("2025-10-06"));
    let (screen, line) = shown("7А", "Б-2", &Place::Lesson { date: lesson, number: 2 });
    assert_eq!(line.split_whitespace().skip(3).take(2).collect::<String>(), "о·", "{screen}");
    assert!(screen.contains("освобождён(а) от предмета с 01.09.2025 по 30.09.2025: справка"), "{screen}");
    let (screen, _) = shown("7А", "Б-2", &Place::Lesson { date: later, number: 2 });
    assert!(!screen.contains("освобождён"), "{screen}");
    let (_, line) = shown("7А", "А-1", &Place::Lesson { date: lesson, number: 2 });
    assert!(line.split_whitespace().all(|word| word != "о"), "{line}");
}
