//! Every state of a cell, what is typed into it, and the day: what stands afterwards, or what the refusal says.

use crate::journal::cell::{self, Stands, Typed};
use crate::journal::entry::{
    Body, Change, CorrectionRequested, LessonAnnulled, LessonRef, MarkLine, MarksSet, PresenceLine,
};
use crate::journal::read::standing::{attendance_of, cells_of, marks_of};
use crate::journal::read::{self, Tables, annulments};
use crate::journal::testing::{
    Annals, TestJournal, absence, course, day, decided, finals, lesson, lesson_at, mark, moment, name, once, person,
};
use crate::school::{Cell, PersonalFile, Role, School};

const TEACHER: &str = "semyonov";

/// 7А on its first day: algebra is taught, and gusev may give a lesson of it instead.
fn school() -> TestJournal {
    once("rules of lessons".to_owned(), || {
        let school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
        annals
            .person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]))
            .person(person(TEACHER, "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]))
            .person(person("gusev", "Гусев Глеб Глебович", "учитель", &[Role::Teacher]));
        annals.subject("Алгебра").class("7А", "");
        for file in ["А-1", "Б-2", "В-3"] {
            annals.pupil(file, name(&format!("Ученик {file}")), day("2012-01-01"), "7А", day("2025-09-01"));
        }
        let algebra = course("7А", "Алгебра");
        annals.course(&algebra, TEACHER, 1.0).timetable(&algebra, &[(1, 2), (3, 1)]);
        annals.taught(moment("2025-09-01T09:00"), lesson(&at(), "Тема", ""));
        annals
    })
}

fn at() -> LessonRef {
    lesson_at(&course("7А", "Алгебра"), "2025-09-01", 2)
}

/// What stands in the cell of А-1.
fn cell_of(tables: &Tables) -> Cell {
    let lesson = read::lesson_at(tables, &at()).unwrap().unwrap();
    let marks = marks_of(tables, lesson.id).unwrap().remove("А-1").map(|standing| standing.marks);
    Cell { attendance: attendance_of(tables, lesson.id).unwrap().remove("А-1"), marks }
}

fn stands(tables: &Tables) -> Stands {
    let lesson = read::lesson_at(tables, &at()).unwrap().unwrap();
    let attendance = attendance_of(tables, lesson.id).unwrap().remove("А-1");
    Stands { attendance, marks: marks_of(tables, lesson.id).unwrap().remove("А-1") }
}

/// What a grid and the command line record of a cell that is typed.
fn typed(tables: &Tables, text: &str, whole: bool) -> Vec<Body> {
    let (cell, stands, pupil) = (Cell::parse(text).unwrap(), stands(tables), PersonalFile::from("А-1"));
    let typed = match whole {
        true => Typed::cell(pupil, &cell, &stands),
        false => {
            Typed { pupil, attendance: cell.attendance.map(Some), marks: cell.marks.map(Some), ..Typed::default() }
        }
    };
    cell::entries_from(&at(), [(typed, stands)])
}

#[test]
fn a_cell_by_what_stands_in_it_what_is_typed_and_the_day() {
    const HINT: &str = "получена позже, укажите «";
    const CORRECT: &str = "заявку на исправление";
    // What stands, what is typed; what stands afterwards on the day, and on the third: `!` is a refusal that says so.
    let table: &[(&str, &str, &str, &str)] = &[
        ("", "4", "4", "4"),
        ("", "н", "н", "н"),
        ("", "н/4", "н 4", "н 4"),
        ("н", "4", "!", "!"),
        ("н", "н", "н", "н"),
        ("н", "н 4", "н 4", "н 4"),
        ("б", "4", "!", "!"),
        ("оп", "4", "", ""), // lateness is presence: a grid takes the cell as a whole, a line what is said
        ("4", "н", "н", "!"),
        ("4", "н/4", "н 4", "н 4"),
        ("4", "н/5", "н 5", "~"),
        ("4", "5", "5", "~"),
        ("н 4", "5", "!", "!"),
        ("н 4", "н/5", "н 5", "~"),
        ("н 4", "н 4", "н 4", "н 4"),
    ];
    for (before, text, today, later) in table {
        for (now, expected) in [("2025-09-01T12:00", today), ("2025-09-04T12:00", later)] {
            for whole in [true, false] {
                let mut school = school();
                if !before.is_empty() {
                    let set = typed(&school, before, true);
                    school.wait_until("2025-09-01T10:00");
                    school.attempt(TEACHER, &set).unwrap();
                }
                school.wait_until(now);
                let place = format!("«{text}» over «{before}» at {now}, {}", if whole { "grid" } else { "line" });
                let bodies = typed(&school, text, whole);
                let tried = school.attempt(TEACHER, &bodies);
                match *expected {
                    "" => continue,
                    "!" | "~" => {
                        let error = tried.unwrap_err();
                        let told = format!("{error}");
                        assert!(*expected == "~" || told.contains(HINT), "{place}: {told}");
                        assert!(now.starts_with("2025-09-01") || told.contains(CORRECT), "{place}: {told}");
                        assert_eq!(cell_of(&school).to_string(), *before, "{place}");
                    }
                    stands => {
                        tried.unwrap_or_else(|error| panic!("{place}: {error}"));
                        assert_eq!(cell_of(&school).to_string(), stands, "{place}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_absence_beside_a_plain_mark_is_refused_also_where_a_face_records_it_alone() {
    let mut school = school();
    school.by(TEACHER, "2025-09-01T10:00", mark(&at(), "А-1", "4", ""));
    let told = school.attempt(TEACHER, &[absence(&at(), "А-1", "н").into()]).unwrap_err().to_string();
    assert!(told.contains("стоит отметка «4»") && told.contains("«н/4»"), "{told}");
    let mut set = absence(&at(), "А-1", "н");
    set.pupils[0] = PresenceLine { earned: true, ..set.pupils[0].clone() };
    school.by(TEACHER, "2025-09-01T10:01", set);
    school.by(TEACHER, "2025-09-01T10:02", absence(&at(), "А-1", "б"));
    assert_eq!(cell_of(&school).to_string(), "б 4");
}

fn annulled(reason: &str) -> Body {
    LessonAnnulled { at: at(), reason: reason.into() }.into()
}

#[test]
fn a_lesson_is_annulled_by_its_author_on_its_day_with_what_is_all_his_own() {
    let told = |school: &mut TestJournal, login: &str| school.attempt(login, &[annulled("ошибка")]).unwrap_err();
    let mut of_day = school();
    of_day.by(TEACHER, "2025-09-01T23:59", mark(&at(), "А-1", "4", ""));
    assert!(told(&mut of_day, "gusev").message().contains("нет права"));
    assert!(of_day.attempt(TEACHER, &[annulled(" ")]).unwrap_err().message().contains("не указано: причина"));
    of_day.attempt(TEACHER, &[annulled("ошибка")]).unwrap();
    assert_eq!(read::lesson_at(&of_day, &at()).unwrap(), None);
    assert!(told(&mut of_day, TEACHER).message().contains("уже аннулирован, запись № "));

    let mut late = school();
    late.wait_until("2025-09-02T00:00");
    assert!(told(&mut late, TEACHER).to_string().contains("«Замена сведений"));

    // A mark of the course's next teacher is not the author's to take out, nor is the lesson the next teacher's.
    let mut handed = school();
    let next = crate::journal::entry::CourseSet { course: at().course, teacher: "gusev".into(), hours: 1.0 };
    handed.by("ivanova", "2025-09-01T10:00", next);
    assert!(told(&mut handed, TEACHER).message().contains("нет права"));
    assert!(told(&mut handed, "gusev").message().contains("другой учитель"));
}

#[test]
fn final_marks_keep_the_lessons_that_they_rest_on() {
    let mut school = school();
    let days = [("2025-09-03", 1), ("2025-10-20", 2), ("2025-10-22", 1)];
    let lessons: Vec<LessonRef> = days.iter().map(|(on, number)| lesson_at(&at().course, on, *number)).collect();
    for (index, at) in lessons.iter().enumerate() {
        let now = format!("{}T10:00", at.date);
        school.by(TEACHER, &now, lesson(at, "Тема", ""));
        school.by(TEACHER, &now, mark(at, "А-1", "4", "контрольная работа"));
        if index > 0 {
            school.by(TEACHER, &now, mark(at, "Б-2", "5", "контрольная работа"));
        }
    }
    // One hour a week: three marks of А-1, and two of Б-2, who gets no mark.
    school.by(TEACHER, "2025-10-22T11:00", finals(&at().course, "I четверть", &[("А-1", "4"), ("Б-2", "н/а")]));
    let annul = |at: &LessonRef| LessonAnnulled { at: at.clone(), reason: "ошибка".into() };
    let error = school.attempt(TEACHER, &[annul(&lessons[2]).into()]).unwrap_err();
    assert!(error.message().contains("держатся итоговые: Ученик А-1, I четверть"), "{error}");
    // A further mark, and the final mark rests on enough without that lesson.
    let further = lesson_at(&at().course, "2025-10-22", 5);
    school.by(TEACHER, "2025-10-22T12:00", lesson(&further, "Тема", ""));
    school.by(TEACHER, "2025-10-22T12:00", mark(&further, "А-1", "5", "контрольная работа"));
    school.by(TEACHER, "2025-10-22T12:01", annul(&lessons[2]));
    assert_eq!(read::lesson_at(&school, &lessons[2]).unwrap(), None);
}

#[test]
fn a_request_for_an_annulment_names_all_that_stands_and_is_approved_only_while_it_stands_so() {
    let mut school = school();
    school.by(TEACHER, "2025-09-01T10:00", mark(&at(), "А-1", "4", ""));
    school.by(TEACHER, "2025-09-01T10:01", absence(&at(), "Б-2", "н"));
    let id = read::lesson_at(&school, &at()).unwrap().unwrap().id;
    let stands = |school: &TestJournal| Change::Annulment {
        was: read::lesson_at(school, &at()).unwrap().map(|lesson| lesson.text()),
        cells: cells_of(school, id).unwrap(),
    };
    let request = |changes: Vec<Change>| -> Body {
        let LessonRef { course, date, lesson } = at();
        CorrectionRequested { course, date, lesson, changes, reason: "не проводился".into() }.into()
    };
    school.wait_until("2025-09-20");
    let whole = stands(&school);
    let Change::Annulment { was, .. } = whole.clone() else { unreachable!() };
    for changes in [vec![Change::Annulment { was, cells: Vec::new() }], vec![whole.clone(), whole.clone()]] {
        assert!(school.attempt(TEACHER, &[request(changes)]).is_err());
    }
    school.attempt(TEACHER, &[request(vec![whole])]).unwrap();
    school.by("petrova", "2025-09-21", decided(1, true, ""));
    assert_eq!(read::lesson_at(&school, &at()).unwrap(), None);
    let [one] = &annulments::annulments(&school).unwrap()[..] else { panic!() };
    assert_eq!((one.by.as_str(), one.reason.as_str()), (TEACHER, "не проводился"), "whose slip it was");
    assert!(one.what.contains("с ним: Ученик А-1 4, Ученик Б-2 н"), "{}", one.what);
}

/// Where a table still has a row of a lesson, a course or a class.
fn traces(school: &TestJournal, sql: &[&str]) -> Vec<String> {
    sql.iter().filter(|sql| !school.rows(sql).is_empty()).map(|sql| (*sql).to_owned()).collect()
}

#[test]
fn after_an_annulment_no_row_is_left_but_in_the_lists_of_annulments_and_requests() {
    use crate::journal::entry::{ClassAnnulled, ClassSet, CourseAnnulled, CourseSet};
    let mut school = school();
    let line = |pupil: &str, marks: &str| MarkLine {
        pupil: pupil.into(),
        marks: Some(crate::school::Marks::parse(marks).unwrap()),
        document: String::new(),
        earned: false,
    };
    let marks = vec![line("А-1", "4"), line("В-3", "5")];
    school.by(TEACHER, "2025-09-01T10:00", MarksSet { at: at(), work: String::new(), marks });
    school.by(TEACHER, "2025-09-01T10:01", absence(&at(), "Б-2", "н"));
    school.attempt(TEACHER, &[annulled("ошибка")]).unwrap();
    assert_eq!(traces(&school, &["SELECT * FROM lessons", "SELECT * FROM marks", "SELECT * FROM attendance"]), [""; 0]);

    let (key, now) = (course("8Б", "Алгебра"), "2025-09-02T10:00");
    let id = |school: &TestJournal| school.rows("SELECT id FROM courses ORDER BY id DESC LIMIT 1")[0][0].clone();
    for _ in 0..2 {
        school.by("ivanova", now, ClassSet { class: key.class.clone(), teacher: String::new() });
        school.by("ivanova", now, CourseSet { course: key.clone(), teacher: TEACHER.into(), hours: 2.0 });
        let gone = id(&school);
        let slots = vec![crate::journal::entry::Slot { weekday: 2, lesson: 1 }];
        let week = crate::journal::entry::TimetableSet { course: key.clone(), since: None, slots, despite: false };
        school.by("ivanova", now, week);
        school.by(TEACHER, now, lesson(&lesson_at(&key, "2025-09-02", 1), "Тема", ""));
        school.by("ivanova", now, CourseAnnulled { course: key.clone(), reason: "ошибка".into() });
        for table in [
            "timetable",
            "timetables",
            "plans",
            "substitutions",
            "own_courses",
            "course_teachers",
            "lessons",
            "finals",
            "remarks",
            "corrections",
        ] {
            let rows = school.rows(&format!("SELECT 1 FROM {table} WHERE course = {gone}"));
            assert!(rows.is_empty(), "{table}");
        }
        assert_ne!(id(&school), gone);
        school.by("ivanova", now, ClassAnnulled { class: key.class.clone(), reason: "ошибка".into() });
        let named = [
            "SELECT * FROM classes WHERE name = '8Б'",
            "SELECT * FROM courses WHERE class = '8Б'",
            "SELECT * FROM lessons",
        ];
        assert_eq!(traces(&school, &named), [""; 0]);
    }
    let numbers = school.rows("SELECT id FROM annulled_courses ORDER BY id");
    assert_eq!(numbers.len(), 2, "a number is never given again: {numbers:?}");
    let path = school.at_hand().0.path().to_owned();
    let audited = crate::journal::Journal::audit(&path, &mut |_| {}).unwrap();
    assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
}
