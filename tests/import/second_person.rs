//! Tables that the administrator brings into a course that has entries of its own: a second person confirms them, once a run.

use super::grids::bring;
use crate::common::grid::{Sheet, xlsx};
use crate::common::office::{Office, at};
use letopis::work::Workplace;
use letopis::work::brought::{Given, TablesWish, Taken};
use letopis::work::confirm::{self, Which};

fn week(office: &mut Office, now: &str, lines: &str) -> Taken {
    let files = vec![Given { name: "7А Алгебра.xlsx".into(), bytes: xlsx(&[Sheet::of("т", lines)]) }];
    let wish = TablesWish { files, topic: Some("Тема".into()), ..TablesWish::default() };
    bring(office, "ivanova", now, &wish).unwrap()
}

fn marks(office: &Office) -> Vec<String> {
    let file = rusqlite::Connection::open(office.journal.path()).unwrap();
    let sql = "SELECT date || ' ' || file || '=' || marks FROM marks JOIN lessons ON lessons.id = marks.lesson
               JOIN pupils ON pupils.id = pupil ORDER BY 1";
    let mut statement = file.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Confirms all that waits, of which there is to be one run; gives how many entries it has.
fn confirm(office: &mut Office, now: &str) -> u64 {
    let list = confirm::list(office.journal.tables()).unwrap();
    assert_eq!(list.waiting.len(), 1, "one run to confirm: {:?}", list.waiting);
    let (key, now) = (&office.keys["petrova"], at(now));
    let mut place = Workplace::at(&mut office.journal, key, &now).unwrap();
    confirm::give(&mut place, &Which::All(list.code)).unwrap();
    list.waiting[0].count
}

#[test]
fn what_is_brought_into_a_course_of_its_own_is_confirmed_once_a_run_and_never_twice() {
    let mut office = Office::with_second();
    office.lessons("semyonov", "Алгебра", "И-01", &["2025-09-01"], "");
    assert_eq!(marks(&office), ["2025-09-01 И-01=4"]);
    let first = "ФИО;03.09;05.09;I четв.\nИванов Павел;5;н;5\nИванов Пётр;4;;4";
    let taken = week(&mut office, "2025-11-05T12:00", first);
    assert_eq!(taken.doubts, []);
    assert_eq!((taken.done.numbers.len(), taken.done.waiting.len()), (3, 3));
    assert_eq!((taken.courses[0].lessons, taken.courses[0].cells, taken.courses[0].finals), (2, 3, 2));
    assert_eq!(marks(&office), ["2025-09-01 И-01=4"], "not in force");

    // Brought again while it waits: nothing is recorded, and nothing is said to be.
    let taken = week(&mut office, "2025-11-06T12:00", first);
    assert_eq!((taken.doubts.len(), taken.done.numbers.len()), (0, 0));
    assert_eq!((taken.courses[0].lessons, taken.courses[0].cells, taken.courses[0].finals), (0, 0, 0));

    // One that has changed since would overtake what waits: that is said, and nothing is recorded.
    let before = office.journal.tip().unwrap();
    let second = "ФИО;03.09;05.09;08.09;I четв.\nИванов Павел;5;н;;5\nИванов Пётр;4;3;4;4\nПетренко Анна;;;;3";
    let taken = week(&mut office, "2025-11-06T13:00", second);
    let told: Vec<String> = taken.doubts.iter().map(ToString::to_string).collect();
    assert!(told.iter().all(|doubt| doubt.contains("ждёт второго лица (запись № ")), "{told:?}");
    assert!(told.iter().any(|doubt| doubt.contains("ячейка C1")), "the lesson of 5 September: {told:?}");
    assert_eq!(office.journal.tip().unwrap(), before);

    assert_eq!(confirm(&mut office, "2025-11-07T12:00"), 3);
    let taken = week(&mut office, "2025-11-07T13:00", second);
    assert_eq!(taken.doubts, []);
    assert_eq!(taken.done.waiting.len(), 3, "a mark, a lesson, a final mark");
    assert_eq!(confirm(&mut office, "2025-11-07T14:00"), 3);
    let expected =
        ["2025-09-01 И-01=4", "2025-09-03 И-01=5", "2025-09-03 И-02=4", "2025-09-05 И-02=3", "2025-09-08 И-02=4"];
    assert_eq!(marks(&office), expected);
    let taken = week(&mut office, "2025-11-08T12:00", second);
    assert_eq!((taken.doubts.len(), taken.done.numbers.len(), taken.courses[0].differs.len()), (0, 0, 0));
    assert!(office.is_clean());
}

#[test]
fn who_is_almost_called_so_is_looked_for_on_the_course_first_and_all_who_may_be_meant_are_named() {
    let mut office = Office::open();
    let mut told = |name: &str, course: &str| {
        let (lines, day) = match course {
            "7А Алгебра" => ("ФИО;01.09", "5"),
            _ => ("ФИО;02.09", "5"),
        };
        let bytes = xlsx(&[Sheet::of("т", &format!("{lines}\n{name};{day}"))]);
        let files = vec![Given { name: "т.xlsx".into(), bytes }];
        let (course, topic) = (Some(course.to_owned()), Some("Тема".to_owned()));
        let wish = TablesWish { files, course, topic, trial: true, ..TablesWish::default() };
        let taken = bring(&mut office, "ivanova", "2025-09-10T12:00", &wish).unwrap();
        let told: Vec<String> = taken.doubts.iter().map(|doubt| doubt.what.clone()).collect();
        (told.join("; "), taken.doubts.first().and_then(|doubt| doubt.question.clone()).map(|asked| asked.guess))
    };
    // In the genitive, misspelled, turned round: told with the one who may be meant, never taken.
    for name in ["Иванова Петра", "Ивонов Пётр", "Пётр Иванов", "Иванов Петя"]
    {
        let (what, guess) = told(name, "7А Алгебра");
        assert!(what.contains("похож: Иванов Пётр Олегович (И-02)") && !what.contains("И-01"), "{name}: {what}");
        assert_eq!(guess.as_deref(), Some("И-02"), "{name}");
    }
    let (what, guess) = told("Ивонов", "7А Алгебра");
    assert!(what.contains("(И-01)") && what.contains("(И-02)"), "{what}");
    assert_eq!(guess.as_deref(), Some(""), "of two nobody is proposed");
    // Of namesakes the one who is on the course.
    let (what, guess) = told("Ивонов", "7А Английский язык (группа 2)");
    assert!(what.contains("похож: Иванов Пётр Олегович (И-02)") && !what.contains("И-01"), "{what}");
    assert_eq!(guess.as_deref(), Some("И-02"));
    // As they are written: «ё», initials, Latin letters, a number and a bracket.
    for name in
        ["Елкина Дарья", "ёлкина д.и.", "Ёлкина Д. И.", "4. Ёлкина Дарья (староста)", "Иванов Петр", "Петренко A."]
    {
        assert_eq!(told(name, "7А Алгебра").0, "", "{name}");
    }
    for name in ["Иванов П.", "Иванов"] {
        let (what, _) = told(name, "7А Алгебра");
        assert!(what.contains("это может быть: Иванов Павел Андреевич (И-01), Иванов Пётр Олегович (И-02)"), "{what}");
    }
    assert!(told("Сидоров Иван", "7А Алгебра").0.contains("такого ученика в 7А нет"));
}
