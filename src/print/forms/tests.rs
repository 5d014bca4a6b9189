//! What single forms say and how they use their page.

use crate::journal::entry::{Body, Change, LessonText, YearClosed};
use crate::journal::read::Tables;
use crate::journal::testing::{Annals, By, Dated, TestJournal, day, decided, lesson, lesson_at, moment, reason};
use crate::print::page::{Page, TextRun};
use crate::print::testing::{
    LARGE, LIFELIKE, Size, context, correct, file, mark_change, of_class, request, russian, tables, year,
};
use crate::print::{Document, Form, IssueContext, Layouts, Subject, Wanted, lay_out};
use crate::school::{ClassName, Marks};
use chrono::DateTime;
use std::sync::LazyLock;

const NUMBER: &str = "2025-0143";

static LAYOUTS: LazyLock<Layouts> = LazyLock::new(|| Layouts::load(None).unwrap());

const SMALL: Size = Size { subjects: 1, ..LIFELIKE };

fn small() -> TestJournal {
    tables(SMALL)
}

/// The small class, of which more or less happens.
fn changed(change: impl FnOnce(&mut Annals)) -> TestJournal {
    let mut annals = year(SMALL);
    change(&mut annals);
    annals.record()
}

fn on(day: &str) -> IssueContext {
    let issued_at = DateTime::parse_from_rfc3339(&format!("{day}T15:00:00+03:00")).unwrap();
    IssueContext { issued_at, ..context(NUMBER) }
}

fn laid(tables: &Tables, form: Form, context: &IssueContext) -> Document {
    lay_out(tables, &LAYOUTS, &of_class(form), context).unwrap()
}

fn book(tables: &Tables) -> Document {
    laid(tables, Form::ClassBook, &context(NUMBER))
}

fn text_of(page: &Page) -> String {
    page.runs.iter().map(TextRun::text).collect::<Vec<_>>().join(" ")
}

fn text_of_all(document: &Document) -> String {
    document.pages.iter().map(text_of).collect::<Vec<_>>().join("\n")
}

/// The pages of the part of this title.
fn part<'d>(document: &'d Document, title: &str) -> &'d [Page] {
    let at = document.bookmarks.iter().position(|bookmark| bookmark.title == title).unwrap();
    &document.pages[document.bookmarks[at].page..document.bookmarks[at + 1].page]
}

#[test]
fn the_title_page_leaves_the_day_of_finishing_to_the_pen_until_the_year_is_over() {
    let mut tables = small();
    let title = |tables: &Tables, day: &str| text_of(&laid(tables, Form::ClassBook, &on(day)).pages[0]);
    for day in ["2025-10-24", "2026-05-28"] {
        let text = title(&tables, day);
        assert!(text.contains("Начат 01.09.2025 Окончен ____") && !text.contains("29.05.2026"), "{text}");
    }
    assert!(title(&tables, "2026-05-29").contains("Начат 01.09.2025 Окончен 29.05.2026"));
    tables.by("dir", "2026-05-29T16:00", YearClosed { year: "2025/2026".into(), reason: "год окончен".into() });
    assert!(title(&tables, "2026-05-28").contains("Окончен 29.05.2026"), "the year was closed");
}

#[test]
fn the_schools_name_on_the_title_page_is_broken_into_lines_of_like_length() {
    let document = book(&small());
    let page = &document.pages[0];
    let lines: Vec<&TextRun> = page.runs.iter().filter(|run| run.place.row == 0).collect();
    let widths: Vec<f32> = lines.iter().map(|run| run.ink().w).collect();
    let (least, most) = (widths.iter().copied().fold(f32::MAX, f32::min), widths.iter().copied().fold(0.0, f32::max));
    assert!(lines.len() == 2 && least > most * 0.6, "{widths:?}");
}

#[test]
fn months_are_named_in_words_over_every_column_however_narrow() {
    // April and December have a day or two each, and May has no marks after its first lesson.
    let tables = changed(|annals| {
        let april = day("2026-04-02")..=day("2026-04-29");
        let december = day("2025-12-02")..=day("2025-12-31");
        annals.without_cells(|at, _| at.date > day("2026-05-01") && at.date != day("2026-05-04"));
        annals.without_lessons(|at| april.contains(&at.date) || december.contains(&at.date));
    });
    let document = book(&tables);
    let names = [
        "январь",
        "янв.",
        "февраль",
        "февр.",
        "март",
        "апрель",
        "апр.",
        "май",
        "сентябрь",
        "сент.",
        "октябрь",
        "окт.",
        "ноябрь",
        "нояб.",
        "декабрь",
        "дек.",
    ];
    let mut months = 0;
    for page in document.pages[5..].iter().step_by(2).filter(|page| text_of(page).contains("Наименование предмета"))
    {
        let days = page.runs.iter().filter(|run| run.text().parse::<u32>().is_ok() && run.place.column > 1);
        let row = days.map(|run| run.place.row).min().unwrap();
        for run in page.runs.iter().filter(|run| run.place.row == row - 1 && run.place.column > 1) {
            let is_period = run.text().ends_with("четв.") || ["I", "II", "III", "IV", "Год"].contains(&run.text());
            let spans_both = run.cell.h > 8.0;
            assert!(names.contains(&run.text()) || (is_period && spans_both), "«{}»", run.text());
            assert!(run.cell.holds(run.ink(), 0.03), "«{}»", run.text());
            months += usize::from(!spans_both);
        }
    }
    assert!(months > 8, "{months}");
}

/// Whether a line runs closely under a text, within its cell.
fn is_underlined(page: &Page, run: &TextRun) -> bool {
    let ink = run.ink();
    page.rules.iter().any(|rule| {
        let gap = rule.from.1 - ink.bottom();
        rule.from.1 == rule.to.1 && (0.0..0.5).contains(&gap) && (rule.from.0 - ink.x).abs() < 0.01
    })
}

#[test]
fn a_corrected_mark_is_underlined_and_carries_the_number_of_its_note() {
    let tables = changed(|annals| {
        let lessons = annals.lessons_of(&russian());
        annals.put_mark(&lessons[0], &file(10), "3").put_mark(&lessons[0], &file(12), "2");
        let wanted = ["5", "2", "4/4", "4/5", "5/4", "5/5", "2/5", "5/2", "2/2", "3/5", "5/3"];
        for (number, wanted) in (1..).zip(wanted) {
            request(annals, &lessons[0], mark_change(10, "3", wanted));
            annals.by("zav", moment("2025-10-20"), decided(number, false, "не найдено"));
        }
        correct(annals, &lessons[0], mark_change(10, "3", "4"));
        correct(annals, &lessons[0], mark_change(12, "2", ""));
        let line = |topic: &str| LessonText { topic: topic.into(), ..LessonText::default() };
        annals.without(|body| matches!(body, Body::LessonRecorded(set) if set.at == lessons[1]));
        let (was, becomes) = (line("Дроби"), line("Степени"));
        let at = moment(&lessons[1].date.to_string());
        annals.entries.insert(0, Dated { at, by: By::Teacher, body: lesson(&lessons[1], &was.topic, "").into() });
        correct(annals, &lessons[1], Change::Lesson { was: Some(was), becomes });
        let mark = |text: &str| Some(Marks::parse(text).unwrap());
        let (pupil, period) = (file(12), "I четверть".to_owned());
        correct(annals, &lessons[1], Change::Final { pupil, period, was: mark("4"), becomes: mark("5") });
    });
    let before = text_of_all(&book(&small()));
    let document = book(&tables);
    let text = text_of_all(&document);
    let note = "Исправлено 21.10.2025, запись № 12 журнала «Замена сведений»: было 3, стало 4.";
    assert!(!before.contains("Исправлено") && text.contains(note), "the day is counted in the school's time");
    assert!(text.contains("запись № 13 журнала «Замена сведений»: было 2, стало пусто."));
    assert!(text.contains("урок 0") && text.contains(": тема «Дроби» заменена на «Степени»."));
    // The numbers of the notes stand with the lesson too, on the page that faces the marks.
    let lessons = &document.pages[6];
    let of_lesson = |at: usize| {
        let dates = lessons.runs.iter().filter(|run| run.place.column == 0 && run.text().contains(".0"));
        let row = dates.map(|run| run.place.row).nth(at).unwrap();
        let numbers = lessons.runs.iter().filter(|run| run.place.row == row && run.place.column == 0).skip(1);
        numbers.map(TextRun::text).collect::<Vec<_>>().join(" ")
    };
    assert_eq!([of_lesson(0), of_lesson(1), of_lesson(2)], ["1) 2)", "3)", ""]);
    let above = document.pages[5].runs.iter().find(|run| run.text() == "3)").unwrap();
    assert_eq!((above.place.row, above.place.column), (3, 3), "above its day");
    assert!(text.contains("запись № 15 журнала «Замена сведений»: было 4, стало 5."));
    // The mark of the first lesson, and its note's number behind it.
    let page = &document.pages[5];
    let number = page.runs.iter().find(|run| run.text().contains("запись № 12")).unwrap();
    let number = number.text().split(' ').next().unwrap();
    let raised = page.runs.iter().find(|run| run.text() == number && run.place.column == 2).unwrap();
    let mark = page.runs.iter().find(|run| run.place == raised.place && run.text() == "4").unwrap();
    assert!(is_underlined(page, mark));
    let underlined = page.runs.iter().filter(|run| run.place.column > 1 && is_underlined(page, run)).count();
    assert_eq!(underlined, 1, "no other mark of the page");
}

#[test]
fn a_correction_that_was_rejected_or_awaits_its_decision_leaves_no_trace_in_the_book() {
    let tables = changed(|annals| {
        let lessons = annals.lessons_of(&russian());
        annals.put_mark(&lessons[0], &file(10), "3").put_mark(&lessons[1], &file(11), "3");
        request(annals, &lessons[0], mark_change(10, "3", "4"));
        request(annals, &lessons[1], mark_change(11, "3", "4"));
        annals.by("zav", moment("2025-10-20"), decided(1, false, "не найдено"));
    });
    assert!(!text_of_all(&book(&tables)).contains("Замена сведений"));
}

#[test]
fn a_lesson_entered_later_says_on_which_day() {
    let tables = changed(|annals| {
        let at = lesson_at(&russian(), "2025-09-15", 9);
        annals.taught(moment("2025-09-18"), lesson(&at, "Повторение", ""));
    });
    assert!(text_of_all(&book(&tables)).contains("внесено 18.09"));
}

#[test]
fn a_pupil_who_left_says_so_in_the_summary_of_progress_too() {
    let document = book(&small());
    let text: String =
        part(&document, "Сводная ведомость учёта успеваемости обучающихся").iter().map(text_of).collect();
    assert!(text.contains("выбыла 03.02.2026") && text.contains("зачислена 12.11.2025"), "{text}");
}

#[test]
fn counts_of_missed_lessons_stand_clear_of_their_rules() {
    let tables = tables(LIFELIKE);
    let document = book(&tables);
    let pages = part(&document, "Сведения о количестве уроков, пропущенных обучающимися");
    for page in pages {
        for run in page.runs.iter().filter(|run| run.place.column > 2 && run.text().parse::<u32>().is_ok()) {
            let (ink, cell) = (run.ink(), run.cell);
            let clear = (ink.x - cell.x).min(cell.right() - ink.right());
            assert!(clear > 0.6, "«{}»: {clear}", run.text());
        }
    }
}

#[test]
fn absences_that_nobody_explained_are_told_below_the_counts_they_stand_in() {
    let pages_that_say_so = |tables: &Tables| {
        let document = book(tables);
        let pages = part(&document, "Сведения о количестве уроков, пропущенных обучающимися");
        let says = |page: &&Page| text_of(page).contains("учтены и пропуски, причина которых не указана");
        (pages.len(), pages.iter().position(|page| says(&page)), pages.iter().filter(says).count())
    };
    let large = tables(Size { subjects: 1, ..LARGE });
    let (pages, first, count) = pages_that_say_so(&large);
    assert!(pages > 1 && first == Some(pages - 1) && count == 1, "once, below the last pupil: {first:?} of {pages}");
    let explained = changed(|annals| {
        annals.without(|body| matches!(body, Body::ReasonSet(_)));
        for pupil in 1..=SMALL.pupils {
            let why = reason(&file(pupil), "2025-09-01", "2026-05-31", "неуважительная", "");
            annals.by("t1", moment("2025-09-20"), why);
        }
    });
    assert_eq!(pages_that_say_so(&explained).2, 0);
}

#[test]
fn no_page_of_missed_lessons_holds_a_pupil_or_two_only() {
    for pupils in 20..=40 {
        let tables = tables(Size { pupils, ..SMALL });
        let document = book(&tables);
        let pages = part(&document, "Сведения о количестве уроков, пропущенных обучающимися");
        for page in pages {
            let names = page.runs.iter().filter(|run| run.text() == "уроков").count();
            assert!(names >= 5, "{pupils} pupils: a page of {names}");
        }
    }
}

#[test]
fn the_summary_sheet_is_as_wide_as_its_page_whatever_the_number_of_subjects() {
    for subjects in [1, 3, 10, 17] {
        let tables = tables(Size { subjects, ..LIFELIKE });
        let document = laid(&tables, Form::SummarySheet, &context(NUMBER));
        let page = &document.pages[0];
        let last = page.runs.iter().find(|run| run.text().starts_with("Решение")).unwrap();
        let margin = page.width - last.cell.right();
        assert!((8.9..9.1).contains(&margin), "{subjects}: {margin}");
    }
}

#[test]
fn nobody_signs_the_summary_sheet_twice() {
    let tables = small();
    // Names of the deputy head and the director in the tables, and who certifies.
    let sheet = |surname: &str| {
        let mut context = context(NUMBER);
        context.issued_by.surname = surname.to_owned();
        context.issued_by.given = "Инна".to_owned();
        context.issued_by.patronymic = "Игоревна".to_owned();
        text_of_all(&laid(&tables, Form::SummarySheet, &context))
    };
    for (surname, office) in [("Завьялова", "Заместитель директора"), ("Директоров", "Директор")]
    {
        let text = sheet(surname);
        assert_eq!(
            text.matches(&format!("И. И. {surname}")).count() + text.matches(&format!("{surname} И. И.")).count(),
            1
        );
        assert!(text.contains("Верно") && text.contains("Классный руководитель"), "{text}");
        assert!(!text.contains(&format!(" {office} ")), "{office}: {text}");
    }
    let other = sheet("Иная");
    assert!(other.contains("Заместитель директора") && other.contains("Директор"), "{other}");
}

#[test]
fn the_summary_of_progress_is_certified_below_its_last_table() {
    for pupils in 1..=12 {
        let tables = tables(Size { pupils, ..SMALL });
        let document = laid(&tables, Form::Progress, &context(NUMBER));
        assert!(document.pages.iter().all(|page| page.width > page.height), "{pupils} pupils");
        let (last, others) = document.pages.split_last().unwrap();
        let text = text_of(last);
        assert!(text.contains("Верно") && text.contains("Годовая"), "{pupils} pupils: {text}");
        assert!(!others.iter().any(|page| text_of(page).contains("Верно")));
        let named = last.runs.iter().find(|run| run.text() == "Верно").unwrap();
        let above = last.runs.iter().filter(|run| run.text() == "Годовая").map(|run| run.cell.bottom());
        assert!(above.fold(0.0, f32::max) < named.cell.y, "{pupils} pupils");
    }
}

/// Whether a line runs through a pupil's cell under a day of a month, on the page that has both.
fn is_struck_out(document: &Document, pupil: &str, month: &str, day: &str) -> bool {
    for page in &document.pages {
        let Some(name) = page.runs.iter().find(|run| run.place.column == 1 && run.text().contains(pupil)) else {
            continue;
        };
        let Some(month) = page.runs.iter().find(|run| run.text() == month && run.place.column > 1) else { continue };
        let within = |x: f32| month.cell.x - 0.1 < x && x < month.cell.right() + 0.1;
        let below = |run: &&TextRun| {
            run.text() == day && run.place.row == month.place.row + 1 && within(run.cell.x) && within(run.cell.right())
        };
        let Some(day) = page.runs.iter().find(below) else { continue };
        let middle = name.cell.y + name.cell.h / 2.0;
        return page.rules.iter().any(|rule| {
            rule.from.1 == rule.to.1
                && (rule.from.1 - middle).abs() < 0.5
                && rule.from.0 < day.cell.x + 0.1
                && rule.to.0 > day.cell.right() - 0.1
        });
    }
    panic!("no page has {pupil} and {day} {month}");
}

#[test]
fn the_line_through_the_dates_begins_on_the_day_on_which_a_pupil_left() {
    let tables = small();
    // Pupil 9 left on Tuesday 3 February; nothing stands in his cells of these days.
    for table in ["marks", "attendance"] {
        let of = "SELECT id FROM lessons WHERE date BETWEEN '2026-02-02' AND '2026-02-04'";
        tables.damage(&format!("DELETE FROM {table} WHERE pupil = 9 AND lesson IN ({of})"));
    }
    let document = book(&tables);
    let struck = |day| {
        let months = ["февраль", "февр."].into_iter();
        let has = |month: &&str| document.pages.iter().any(|page| page.runs.iter().any(|run| run.text() == *month));
        is_struck_out(&document, "выбыла 03.02", months.clone().find(has).unwrap(), day)
    };
    assert_eq!(["2", "3", "4"].map(struck), [false, true, true], "he was there on the 2nd for the last time");
}

#[test]
fn who_changes_groups_stands_on_both_pages_with_the_day_and_his_marks_in_a_note() {
    // The third subject is taught in groups.
    let tables = tables(Size { subjects: 3, ..LIFELIKE });
    let of = tables.rows("SELECT pupil, class, grp FROM group_members ORDER BY grp, pupil LIMIT 1").remove(0);
    let others = format!("SELECT grp FROM group_members WHERE grp <> '{}' LIMIT 1", of[2]);
    let other = tables.rows(&others)[0][0].clone();
    let before = text_of_all(&book(&tables));
    tables.damage(&format!(
        "UPDATE group_members SET until = '2025-11-10' WHERE pupil = {pupil} AND grp = '{grp}';
         INSERT INTO group_members VALUES ('{class}', '{other}', {pupil}, '2025-11-10', NULL, 1);",
        pupil = of[0],
        class = of[1],
        grp = of[2]
    ));
    let text = text_of_all(&book(&tables));
    let note = format!("отметки, полученные в группе «{}»:", of[2]);
    let (to, from) = (format!("перешла в группу «{other}» с 10.11"), format!("из группы «{}» с 10.11", of[2]));
    for words in [&to, &from, &note] {
        assert!(!before.contains(words) && text.contains(words), "{words}");
    }
}

/// The small class, whose pupil 9 went to 7Б on 10 November, with his first quarter in 7А.
fn moved() -> TestJournal {
    let tables = small();
    tables.damage(
        "INSERT INTO classes VALUES ('7Б', 7, 'Б', '', 1);
         INSERT INTO courses SELECT 900, '7Б', '', subject, teacher, hours, 1 FROM courses WHERE class = '7А' LIMIT 1;
         UPDATE enrolments SET since = '2025-09-01', until = '2025-11-10' WHERE pupil = 9;
         INSERT INTO enrolments VALUES (9, '7Б', '2025-11-10', NULL, 1);
         DELETE FROM finals WHERE pupil = 9;
         INSERT INTO finals SELECT id, 9, 'I четверть', '4', '', '2025-10-24', 1 FROM courses WHERE class = '7А' LIMIT 1;
         INSERT INTO finals VALUES (900, 9, 'II четверть', '5', '', '2025-12-29', 1), (900, 9, 'Год', '5', '', '2026-05-29', 1);
         INSERT INTO decisions VALUES (9, '2026-05-29', '9', 'переведён', 1)
             ON CONFLICT (pupil) DO UPDATE SET decision = 'переведён', date = '2026-05-29', number = '№ 909';",
    );
    tables
}

fn of_7b(tables: &Tables, form: Form) -> String {
    let wanted = Wanted { subject: Subject::Class(ClassName::parse("7Б").unwrap()), ..of_class(form) };
    text_of_all(&lay_out(tables, &LAYOUTS, &wanted, &on("2026-06-01")).unwrap())
}

#[test]
fn the_final_marks_of_a_pupil_follow_him_to_his_new_class_with_a_note() {
    let tables = moved();
    let name = tables.rows("SELECT surname FROM pupils WHERE id = 9")[0][0].clone();
    let text = of_7b(&tables, Form::ClassBook);
    assert!(text.contains("I четверть: отметка 4 выставлена в 7 «А» классе."), "{text}");
    assert!(text.contains("переведена из 7 «А» с 10.11"), "{text}");
    let progress = of_7b(&tables, Form::Progress);
    let after = &progress[progress.find(&name).unwrap()..];
    let quarter = after.find("I четверть").unwrap();
    assert!(after[quarter..].starts_with("I четверть 4"), "{after}");
    let old = text_of_all(&laid(&tables, Form::ClassBook, &on("2026-06-01")));
    assert!(old.contains("переведена в 7 «Б» с 10.11") && !old.contains("выставлена в 7 «Б»"), "{old}");
}

#[test]
fn of_two_final_marks_for_one_period_the_page_says_which_counts() {
    let tables = moved();
    tables.damage(
        "INSERT INTO finals SELECT id, 9, 'II четверть', '3', '', '2025-12-29', 1 FROM courses WHERE class = '7А' LIMIT 1",
    );
    let book = text_of_all(&laid(&tables, Form::ClassBook, &on("2026-06-01")));
    assert!(book.contains("II четверть: в итогах считается отметка 5, выставленная в 7 «Б» классе."), "{book}");
    let wanted = Wanted { form: Form::Extract, subject: Subject::Pupil(file(9)), ..of_class(Form::Progress) };
    let extract = text_of_all(&lay_out(&tables, &LAYOUTS, &wanted, &on("2026-06-01")).unwrap());
    let at = extract.find("II четверть").unwrap();
    assert!(extract[at..].split("III четверть").next().unwrap().trim_end().ends_with('5'), "{extract}");
}

#[test]
fn moves_and_decisions_agree_with_the_list_and_else_with_the_patronymic() {
    let tables = moved();
    for (change, word) in [
        ("sex = ''", "переведена"),
        ("sex = 'м'", "переведён"),
        ("sex = '', patronymic = ''", "переведён(а)"),
        ("sex = 'ж', patronymic = ''", "переведена"),
    ] {
        tables.damage(&format!("UPDATE pupils SET {change} WHERE id = 9"));
        let sheet = of_7b(&tables, Form::SummarySheet);
        for says in [format!("{word} из 7 «А» с 10.11.2025"), format!("{word}, 29.05.2026, № № 909")] {
            assert!(sheet.contains(&says), "{change}: {says} is not in {sheet}");
        }
    }
}

#[test]
fn a_pupil_is_promoted_on_one_sheet_only() {
    let tables = moved();
    let number = "№ 909";
    for form in [Form::SummarySheet, Form::Progress] {
        let old = text_of_all(&laid(&tables, form, &on("2026-06-01")));
        assert!(old.contains("переведена в 7 «Б» с 10.11.2025") && !old.contains(number), "{old}");
        let new = of_7b(&tables, form);
        assert!(new.contains("переведена из 7 «А» с 10.11.2025") && new.contains(number), "{new}");
    }
}

#[test]
fn the_sheet_kept_for_25_years_counts_whoever_was_there_on_the_first_and_on_the_last_day() {
    let counted = |since: &str, until: Option<&str>| {
        let tables = small();
        let until = until.map_or("NULL".to_owned(), |until| format!("'{until}'"));
        tables.damage(&format!("UPDATE enrolments SET since = '{since}', until = {until} WHERE pupil = 9"));
        let text = text_of_all(&laid(&tables, Form::SummarySheet, &on("2026-06-01")));
        let after = |words: &str| {
            let at = text.find(words).unwrap_or_else(|| panic!("{text}")) + words.len();
            text[at..].chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().unwrap()
        };
        let moves = text.contains("выбыл 29.05.2026") || text.contains("выбыла 29.05.2026");
        (after("на начало года: "), after("на конец года: "), moves)
    };
    // 28 pupils, of whom one came in November.
    assert_eq!(counted("2025-09-01", None), (27, 28, false));
    assert_eq!(counted("2025-09-01", Some("2026-05-30")), (27, 28, false), "he was there on the last day");
    assert_eq!(counted("2025-09-01", Some("2026-05-29")), (27, 27, true), "he left on it");
    assert_eq!(counted("2025-08-25", Some("2025-09-01")), (26, 27, false), "he left before the first lesson");
}

#[test]
fn the_sheet_of_contacts_leaves_out_who_left_that_day() {
    let tables = small();
    let has_pupil = |day: &str| {
        let at = on(day).issued_at;
        let class = crate::school::ClassName::parse("7А").unwrap();
        let pages = super::contacts::pages(&tables, &LAYOUTS, &class, &[], at).unwrap();
        let name = tables.rows("SELECT surname || ' ' || given FROM pupils WHERE id = 9")[0][0].clone();
        pages.iter().map(text_of).any(|text| text.contains(&name))
    };
    assert_eq!(["2026-02-02", "2026-02-03"].map(has_pupil), [true, false]);
}

#[test]
fn a_mark_stands_in_the_book_of_its_course_whatever_class_its_pupil_is_in_now() {
    let tables = small();
    tables.damage(
        "INSERT INTO pupils VALUES (99, 'Б-099', 'Яхонтов', 'Эмин', '', '2012-01-01', '', 1);
         INSERT INTO enrolments VALUES (99, '7Б', '2025-09-01', NULL, 1);
         INSERT INTO marks SELECT lessons.id, 99, '5', '', '', 't1', 1 FROM lessons
            JOIN courses ON courses.id = course JOIN subjects ON subjects.name = subject
            WHERE courses.class = '7А' ORDER BY place, date, lessons.lesson LIMIT 1;",
    );
    let document = book(&tables);
    let spread = &document.pages[5];
    let line = spread.runs.iter().find(|run| run.text() == "Яхонтов Эмин").unwrap();
    let has_five = |run: &&TextRun| run.place.row == line.place.row && run.place.column == 2 && run.text() == "5";
    assert!(spread.runs.iter().any(|run| has_five(&run)));
    let pupils = part(&document, "Общие сведения об обучающихся");
    assert!(!pupils.iter().map(text_of).any(|text| text.contains("Яхонтов")), "he is no pupil of the class");
}
