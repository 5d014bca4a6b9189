//! Remarks on how the journal is kept.

use super::*;
use letopis::journal::entry::{ClassSet, RemarkAnswered, RemarkWritten};
use letopis::school::ClassName;

#[test]
fn clause_3_3_5_a_remark_is_about_a_class_or_a_course_of_it_and_answered_once() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    let class = |name: &str| ClassName::parse(name).unwrap();
    office.record("ivanova", now, ClassSet { class: class("7Б"), teacher: String::new() }).unwrap();
    let remark =
        |of: &str, course: Option<CourseKey>, text: &str| RemarkWritten { class: class(of), course, text: text.into() };
    each(
        &mut office,
        "petrova",
        now,
        &[
            (remark("7А", None, &letters(1000)), None),
            (remark("7А", None, &letters(1001)), Some("1 001 знак")),
            (remark("7А", None, " "), Some("не указано: замечание")),
            (remark("7В", None, "х"), Some("не заведён")),
            (remark("7А", Some(course("Алгебра")), "х"), None),
            (remark("7Б", Some(course("Алгебра")), "х"), Some("не класса 7Б")),
            (remark("7А", Some(course("Физика")), "х"), Some("не заведён")),
        ],
    );
    office.record("petrova", now, remark("7А", Some(course("Алгебра")), "х")).unwrap();
    let answer = |number, text: &str| RemarkAnswered { number, text: text.into() };
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (answer(1, &letters(1000)), None),
            (answer(1, &letters(1001)), Some("1 001 знак")),
            (answer(1, ""), Some("отметка о выполнении")),
        ],
    );
    office.forbids("petrova", now, answer(2, "да"), "замечания № 2 нет");
    office.record("semyonov", now, answer(1, "да")).unwrap();
    office.forbids("semyonov", now, answer(1, "да"), "уже есть отметка");
}
