//! What must hold of every page of every form, whatever the class: that it is legible, and that it can be proved.

mod extremes;
mod filled;
mod legibility;
#[path = "../../tests/common/legible.rs"]
mod legible;
mod reprinted;
mod slips;
mod tagged;

use super::page::{Page, TextRun};
use super::testing::{
    LARGE, LIFELIKE, OF_CLASS, OF_SCHOOL, Size, UNWIELDY, act, context, destruction, extract, file, filing, of_class,
    of_school, papers, russian, school_of, tables, year,
};
use super::*;
use crate::journal::entry::{Body, PupilEnrolled, PupilMoved};
use crate::journal::read::Tables;
use crate::journal::testing::{self as entries, Annals, TestJournal, day, lesson, lesson_at, moment, noon};
use legible::{assert_clean, assert_legible};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

const NUMBER: &str = "2025-0143";

/// Where a book's first page of marks is, from 0: after the cover, a leaf of the list and the front of the first leaf that
/// is counted.
const FIRST_MARKS: usize = 5;

static LAYOUTS: LazyLock<Layouts> = LazyLock::new(|| Layouts::load(None).unwrap());

/// The book of a lifelike class, which most tests look at.
static BOOK: LazyLock<Document> = LazyLock::new(|| document(LIFELIKE, Form::ClassBook));

/// A class of one subject.
const SMALL: Size = Size { subjects: 1, ..LIFELIKE };

/// The class of one subject, of which more or less happens.
fn changed(change: impl FnOnce(&mut Annals)) -> TestJournal {
    let mut annals = year(SMALL);
    change(&mut annals);
    annals.record()
}

fn document(size: Size, form: Form) -> Document {
    lay_out(&tables(size), &LAYOUTS, &of_class(form), &context(NUMBER)).unwrap()
}

fn text_of(page: &Page) -> String {
    page.runs.iter().map(TextRun::text).collect::<Vec<_>>().join("\n")
}

/// The text of a cell: its lines joined.
fn cells(page: &Page) -> BTreeMap<(u32, u32), String> {
    let mut cells: BTreeMap<(u32, u32), String> = BTreeMap::new();
    for run in &page.runs {
        let cell = cells.entry((run.place.row, run.place.column)).or_default();
        if !cell.is_empty() {
            cell.push(' ');
        }
        cell.push_str(run.text());
    }
    cells
}

/// The справка about a period.
fn analytics(period: &str) -> Wanted {
    Wanted::new(Form::Analytics, Subject::Period(period.to_owned()))
}

#[test]
fn every_mark_and_absence_is_printed_in_its_column_and_none_else() {
    let tables = tables(LIFELIKE);
    let book = lay_out(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
    let geometry = book.bookmarks[2].under.iter().position(|b| b.title == "Геометрия").unwrap();
    let (begins, ends) = (book.bookmarks[2].under[geometry].page, book.bookmarks[2].under[geometry + 1].page);
    // Day, month and pupil of every filled cell, as the left pages have them.
    let mut printed: Vec<(String, String, String)> = Vec::new();
    let mut lessons = Vec::new();
    for pair in book.pages[begins..ends].chunks(2) {
        let dates: Vec<String> = dates_of_right_page(&pair[1]);
        let cells = cells(&pair[0]);
        let days_row = cells
            .keys()
            .map(|key| key.0)
            .find(|row| !cells.contains_key(&(*row, 1)) && cells.contains_key(&(*row, 2)))
            .unwrap();
        let days: Vec<(u32, &String)> =
            cells.iter().filter(|(key, _)| key.0 == days_row).map(|(key, day)| (key.1, day)).collect();
        assert_eq!(days.len(), dates.len());
        for ((column, day), date) in days.iter().zip(&dates) {
            assert_eq!(
                day.parse::<u32>().unwrap(),
                date[..2].parse::<u32>().unwrap(),
                "левая и правая страницы расходятся"
            );
            for ((row, _), text) in cells.iter().filter(|(key, _)| key.1 == *column && key.0 > days_row) {
                let pupil = cells[&(*row, 1)].split(',').next().unwrap().to_owned();
                printed.push((
                    date.clone(),
                    pupil,
                    text.split(' ').filter(|w| !w.ends_with(')')).collect::<Vec<_>>().join(" "),
                ));
            }
        }
        lessons.extend(dates);
    }
    let sql = "SELECT strftime('%d.%m', date), surname || ' ' || given, trim(coalesce(kind, '') || ' ' || coalesce(marks, ''))
               FROM lessons JOIN courses ON courses.id = lessons.course AND subject = 'Геометрия'
               JOIN pupils LEFT JOIN marks ON marks.lesson = lessons.id AND marks.pupil = pupils.id
               LEFT JOIN attendance ON attendance.lesson = lessons.id AND attendance.pupil = pupils.id
               WHERE kind IS NOT NULL OR marks IS NOT NULL";
    let rows = tables.rows(sql).into_iter();
    let mut recorded: Vec<(String, String, String)> =
        rows.map(|row| <[String; 3]>::try_from(row).unwrap().into()).collect();
    for (date, pupil, text) in &mut recorded {
        let day: u32 = date[..2].parse().unwrap();
        let reason = match pupil.as_str() {
            "Волкова Фёкла" if date.ends_with(".09") && (8..=19).contains(&day) => "б",
            "Громов Илья" if date.ends_with(".09") && (10..=12).contains(&day) => "у",
            _ => "н",
        };
        *text = text.replace('н', reason);
    }
    printed.sort();
    recorded.sort();
    assert!(recorded.len() > 300);
    assert_eq!(printed, recorded);
}

fn dates_of_right_page(page: &Page) -> Vec<String> {
    let is_date = |text: &str| {
        text.len() == 5 && text.as_bytes()[2] == b'.' && text.bytes().filter(u8::is_ascii_digit).count() == 4
    };
    page.runs
        .iter()
        .filter(|run| run.place.column == 0 && is_date(run.text()))
        .map(|run| run.text().to_owned())
        .collect()
}

#[test]
fn subjects_start_on_the_left_and_every_spread_faces_itself() {
    let book = &*BOOK;
    for subject in &book.bookmarks[2].under {
        assert!(!subject.page.is_multiple_of(2), "{}: страница {}", subject.title, subject.page + 1);
        assert!(text_of(&book.pages[subject.page]).contains("Наименование предмета:"));
        assert!(text_of(&book.pages[subject.page + 1]).contains("Учитель:"));
    }
    assert_eq!(book.pages.len() % 2, 1, "лист-заверитель стоит на лицевой стороне");
}

#[test]
fn a_pupil_who_came_or_left_keeps_his_line_and_has_a_line_through_the_other_dates() {
    let book = &*BOOK;
    let first = &book.pages[FIRST_MARKS];
    let name = first.runs.iter().find(|run| run.text().contains("зачислена")).unwrap();
    assert!(cells(first)[&(name.place.row, 1)].ends_with(", зачислена 12.11"));
    let middle = name.cell.y + name.cell.h / 2.0;
    let through = first.rules.iter().filter(|rule| (rule.from.1 - middle).abs() < 0.01 && rule.from.1 == rule.to.1);
    assert_eq!(through.count(), 1);
}

#[test]
fn the_foot_names_document_page_leaf_and_code() {
    let book = &*BOOK;
    let total = book.pages.len();
    // Neither the cover nor the certificate is counted, and the list apart.
    for (number, leaf) in [
        (1, "обложка"),
        (3, "л. 1 внутренней описи"),
        (5, "л. 1"),
        (6, "л. 1"),
        (13, "л. 5"),
        (total, "лист-заверитель"),
    ] {
        let text = text_of(&book.pages[number - 1]);
        assert!(text.contains(&format!("стр. {number} ({leaf}) из {total}")), "{text}");
        assert!(text.contains("Документ № 2025-0143"));
        assert!(text.contains(&format!("Код сверки: {}", seal::groups(&book.seals[number - 1].digest))));
    }
}

#[test]
fn the_record_of_a_page_is_its_text_without_the_code() {
    let book = &*BOOK;
    for (page, (seal, number)) in book.pages.iter().zip(book.seals.iter().zip(1..)) {
        assert_eq!(seal.record, seal::page_record(NUMBER, number, &page.runs));
        assert_eq!(seal.digest, seal::digest(&seal.record));
        let shown = show_page_record(&seal.record).unwrap();
        assert!(!shown.contains("Код сверки:"));
        assert!(shown.contains(&format!("стр. {number} (")));
    }
}

#[test]
fn the_certificate_counts_the_leaves_and_covers_every_other_page() {
    let book = &*BOOK;
    let (last, others) = book.seals.split_last().unwrap();
    let mut hash = Sha256::new();
    others.iter().for_each(|seal| hash.update(seal.digest));
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = show_page_record(&last.record).unwrap();
    assert!(shown.contains(&digest));
    // Without the cover, the leaf of the list and the certificate.
    let leaves = u32::try_from((book.pages.len() - 5) / 2).unwrap();
    let words = words::number_in_words(leaves, words::Gender::Masculine);
    let shown = shown.replace('\n', " ");
    assert!(shown.contains(&format!("{leaves} ({words}) лист")), "{shown}");
    assert!(shown.contains(&format!("с № 1 по № {leaves}")) && shown.contains("внутренней описи: 1 (один)"), "{shown}");
    assert_eq!(book.leaves, leaves, "the register counts as the certificate does");
    let title = text_of(&book.pages[0]);
    assert!(title.contains(&format!("На {leaves} лист")), "{title}");
    // What the register and the ledger say stands below a rule of its own, under the lines for the binder.
    let certificate = book.pages.last().unwrap();
    let rule = certificate.rules.iter().filter(|rule| rule.from.1 == rule.to.1 && rule.weight > 1.0);
    let rule = rule.map(|rule| rule.from.1).fold(0.0, f32::max);
    let at = |text: &str| certificate.runs.iter().find(|run| run.text().starts_with(text)).unwrap().cell.y;
    assert!(at("должность") < rule && rule < at("Документ № 2025-0143 от"), "{rule}");
}

#[test]
fn the_list_names_the_leaves_on_which_the_parts_stand() {
    let book = &*BOOK;
    let list = cells(&book.pages[2]);
    for subject in &book.bookmarks[2].under {
        let row = list.iter().find(|(key, text)| key.1 == 1 && **text == subject.title).unwrap().0.0;
        let page = subject.page + 1;
        assert!(list[&(row, 3)].starts_with(&format!("{} об.–", page.div_ceil(2) - 2)), "{}", list[&(row, 3)]);
    }
}

#[test]
fn the_same_tables_give_the_same_bytes_and_another_number_gives_others() {
    let small = Size { subjects: 2, ..LIFELIKE };
    let once = |number: &str| render(&tables(small), &LAYOUTS, &of_class(Form::ClassBook), &context(number)).unwrap();
    let first = once(NUMBER);
    assert_eq!(first, once(NUMBER));
    let other = once("2025-0144");
    assert!(first.pages.iter().zip(&other.pages).all(|(a, b)| a.digest != b.digest));
    assert_ne!(first.pdf_sha256, other.pdf_sha256);
}

#[test]
fn one_changed_mark_changes_its_page_and_the_certificate_alone() {
    let seals =
        |tables: &Tables| lay_out(tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap().seals;
    let mut annals = year(Size { subjects: 2, ..LIFELIKE });
    let first = annals.lessons_of(&russian()).remove(0);
    let before = seals(&annals.put_mark(&first, &file(10), "3").record());
    let after = seals(&annals.put_mark(&first, &file(10), "2").record());
    let differing: Vec<usize> = (0..before.len()).filter(|i| before[*i] != after[*i]).collect();
    assert_eq!(differing, [FIRST_MARKS, before.len() - 1]);
}

#[test]
fn a_draft_says_so_and_has_neither_number_nor_code() {
    let small = Size { subjects: 1, ..LIFELIKE };
    let draft = lay_out(&tables(small), &LAYOUTS, &of_class(Form::ClassBook), &context("")).unwrap();
    for page in &draft.pages {
        let text = text_of(page);
        assert!(text.contains("ПРОЕКТ") && !text.contains("Код сверки") && !text.contains("Документ №"), "{text}");
        assert!(page.qr.is_none());
    }
}

#[test]
fn a_number_that_is_none_and_a_class_that_is_not_there_are_refused() {
    let tables = tables(Size { subjects: 0, ..LIFELIKE });
    let refused = |class: &str, number: &str| {
        let wanted = Wanted::of_class(Form::ClassBook, crate::school::ClassName::parse(class).unwrap());
        render(&tables, &LAYOUTS, &wanted, &context(number)).unwrap_err().message().to_owned()
    };
    assert!(refused("7А", "143").contains("143"));
    assert!(refused("8Б", NUMBER).contains("8Б"));
}

#[test]
fn a_class_without_courses_or_lessons_still_has_a_book() {
    let book = document(Size { subjects: 0, ..LIFELIKE }, Form::ClassBook);
    assert!(text_of(&book.pages[0]).contains("КЛАССНЫЙ ЖУРНАЛ"));
    let tables = changed(|annals| {
        annals.without_lessons(|_| true);
    });
    let book = lay_out(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
    book.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
}

#[test]
fn a_character_the_fonts_lack_is_refused_and_not_printed_as_a_box() {
    let tables = tables(Size { subjects: 1, ..LIFELIKE });
    tables.damage("UPDATE lessons SET topic = 'Привет 🙂' WHERE id = 1");
    let fault = render(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap_err();
    assert_eq!(fault.kind(), crate::error::Kind::Damaged);
}

#[test]
fn a_topic_longer_than_a_page_is_refused_by_name() {
    let tables = tables(Size { subjects: 1, ..LIFELIKE });
    tables.damage(&format!("UPDATE lessons SET topic = '{}' WHERE id = 1", "слово ".repeat(2000)));
    let fault = render(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap_err();
    assert!(fault.message().contains("Русский язык") && fault.message().contains("01.09.2025"), "{fault}");
}

#[test]
fn notes_that_find_no_room_go_on_to_a_spread_of_their_own() {
    let tables = changed(|annals| {
        annals.marks_mut().for_each(|(_, line)| line.document = "справка санатория ".repeat(12));
    });
    let book = lay_out(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
    book.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
    let all: String = book.pages.iter().map(text_of).collect();
    assert!(all.contains("Примечания (продолжение)"));
    let notes = book.pages.iter().flat_map(|page| &page.runs).filter(|run| run.text().contains("отметка")).count();
    let marks = tables.rows("SELECT 1 FROM marks").len();
    assert!(notes >= marks, "{notes} примечаний на {marks} отметок");
}

#[test]
fn two_pupils_alike_in_surname_and_given_name_are_told_apart_by_the_patronymic() {
    let tables = changed(|annals| {
        for entry in &mut annals.entries {
            if let Body::PupilSet(set) = &mut entry.body {
                match set.file.as_str() {
                    "А-001" => set.name = entries::name("Прохоров Антон Львович"),
                    "А-002" => set.name = entries::name("Прохоров Антон Ильич"),
                    _ => {}
                }
            }
        }
    });
    let book = lay_out(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
    let names: Vec<String> = cells(&book.pages[FIRST_MARKS]).into_values().collect();
    assert!(["Прохоров Антон Львович", "Прохоров Антон Ильич"].iter().all(|name| names.iter().any(|is| is == name)));
}

#[test]
fn a_pupil_who_came_from_another_class_brings_his_marks_in_a_note() {
    let tables = changed(|annals| {
        let other = entries::course("7Б", "Русский язык");
        annals.without(|body| matches!(body, Body::PupilEnrolled(set) if set.file == file(4)));
        annals.class("7Б", "").course(&other, "t2", 5.0);
        let (class, since) = (other.class.clone(), day("2025-09-01"));
        annals.first(PupilEnrolled { file: file(4), class, since });
        let at = lesson_at(&other, "2025-09-04", 2);
        annals.taught(noon(at.date), lesson(&at, "Повторение", ""));
        annals.taught(noon(at.date), entries::mark(&at, &file(4), "4/5", ""));
        let (class, since) = (russian().class, day("2025-11-12"));
        annals.by("dir", moment("2025-11-12T08:00"), PupilMoved { file: file(4), class, since, despite: true });
    });
    let book = lay_out(&tables, &LAYOUTS, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
    let all: String = book.pages.iter().map(text_of).collect();
    assert!(all.contains("Васильев С. М.: отметки, полученные в 7 «Б» классе: 04.09 — 4/5."), "нет примечания");
}

#[test]
fn the_landscape_layouts_set_both_halves_of_a_spread_side_by_side_and_lose_nothing() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts/landscape");
    let layouts = Layouts::load(Some(&folder)).unwrap();
    for size in [LIFELIKE, LARGE] {
        let tables = tables(size);
        let laid = |layouts| lay_out(&tables, layouts, &of_class(Form::ClassBook), &context(NUMBER)).unwrap();
        let (lying, upright) = (laid(&layouts), laid(&LAYOUTS));
        lying.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
        let subjects = |book: &Document| book.bookmarks[2].under.iter().map(|b| b.page).collect::<Vec<_>>();
        let (first, missed) = (subjects(&lying)[0], lying.bookmarks[3].page);
        assert!(lying.pages[first..missed].iter().all(|page| page.width > page.height));
        assert!(lying.pages.len() < upright.pages.len());
        // Every topic and every filled cell of the marks is there, whatever the pages are like.
        let words = |book: &Document, pages: Range<usize>| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for run in book.pages[pages].iter().flat_map(|page| &page.runs) {
                if ["н", "б", "у", "2", "3", "4/5", "оп 4"].contains(&run.text()) {
                    *counts.entry(run.text().to_owned()).or_default() += 1;
                }
            }
            counts
        };
        let (begins, ends) = (subjects(&upright)[0], upright.bookmarks[3].page);
        assert_eq!(marks_of(words(&lying, first..missed)), marks_of(words(&upright, begins..ends)));
    }
}

/// Without figures, which dates and lessons' numbers are too.
fn marks_of(mut counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    counts.retain(|text, _| text.parse::<u8>().is_err());
    assert!(counts.len() > 3, "{counts:?}");
    counts
}

#[test]
fn a_book_thicker_than_a_volume_may_be_is_shared_out_among_volumes_each_with_its_own_list_and_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let layout = include_str!("../../layouts/class-book.toml").replace("volume_leaves = 250", "volume_leaves = 30");
    std::fs::write(folder.path().join("class-book.toml"), layout).unwrap();
    let layouts = Layouts::load(Some(folder.path())).unwrap();
    let tables = tables(LIFELIKE);
    let volume = |simplex, volume| {
        let wanted = Wanted { variant: Variant { simplex, volume, turn: 0 }, ..of_class(Form::ClassBook) };
        lay_out(&tables, &layouts, &wanted, &context(NUMBER))
    };
    for simplex in [false, true] {
        let count = volume(simplex, 1).unwrap().volumes;
        assert!(count > 2, "{count}");
        let mut subjects = Vec::new();
        for number in 1..=count {
            let book = volume(simplex, number).unwrap();
            assert!(book.leaves <= 30 && book.volumes == count, "{}", book.leaves);
            assert!(book.title.ends_with(&format!("том {number}")), "{}", book.title);
            assert!(text_of(&book.pages[0]).contains(&format!("Том {number} из {count}")));
            let certified = text_of(book.pages.last().unwrap()).replace('\n', " ");
            assert!(certified.contains(&format!("с № 1 по № {}", book.leaves)), "{certified}");
            let here = book.bookmarks.iter().find(|b| b.title == "Предметные страницы");
            let here = here.map_or(&[][..], |subjects| &subjects.under);
            if !simplex {
                assert!(here.iter().all(|subject| subject.page % 2 == 1), "marks stand on the backs of leaves");
            }
            subjects.extend(here.iter().map(|subject| subject.title.clone()));
            book.pages.iter().zip(1..).filter(|_| !simplex).for_each(|(page, number)| assert_legible(page, number));
        }
        let all: Vec<String> = BOOK.bookmarks[2].under.iter().map(|subject| subject.title.clone()).collect();
        assert_eq!(subjects, all, "every subject once, in order");
        assert!(volume(simplex, count + 1).unwrap_err().message().contains("нет тома"));
    }
}

#[test]
#[ignore = "writes files to look at: LETOPIS_LOOK=dir [LETOPIS_LOOK_AT=journal] cargo test --lib look -- --ignored --nocapture"]
fn look() {
    let folder = std::path::PathBuf::from(std::env::var("LETOPIS_LOOK").unwrap());
    let layouts = Layouts::load(std::env::var_os("LETOPIS_LOOK_WITH").as_deref().map(std::path::Path::new)).unwrap();
    let write = |tables: &Tables, name: &str| {
        let mut wanted = issue::everything(tables).unwrap();
        let books = wanted.iter().filter(|wanted| wanted.form == Form::ClassBook);
        wanted.extend(books.map(|book| Wanted { form: Form::Progress, ..book.clone() }).collect::<Vec<_>>());
        if name.contains("papers") {
            wanted.retain(|wanted| wanted.form.scope() != Scope::Class);
            wanted.extend([act(), Wanted::new(Form::Extract, Subject::Pupil("А-003".to_owned()))]);
        }
        for wanted in wanted {
            let began = std::time::Instant::now();
            let rendered = render(tables, &layouts, &wanted, &context(NUMBER)).unwrap();
            let stem = format!("{}{name}", wanted.file_stem());
            println!("{stem}: {} pages, {} bytes, {:?}", rendered.pages.len(), rendered.pdf.len(), began.elapsed());
            std::fs::write(folder.join(stem).with_extension("pdf"), rendered.pdf).unwrap();
        }
    };
    for (name, classes, pupils, subjects) in [("1", 1, 25, 3), ("3", 3, 12, 9), ("30", 30, 28, 25)] {
        for period in ["I четверть", "III четверть", "Год"] {
            let (tables, wanted) = (school_of(classes, pupils, subjects), analytics(period));
            let rendered = render(&tables, &layouts, &wanted, &context(NUMBER)).unwrap();
            std::fs::write(folder.join(format!("{}-{name}.pdf", wanted.file_stem())), rendered.pdf).unwrap();
        }
    }
    match std::env::var("LETOPIS_LOOK_AT") {
        Ok(journal) => write(&Tables::new(rusqlite::Connection::open(journal).unwrap()).unwrap(), ""),
        Err(_) => {
            write(&tables(LIFELIKE), "");
            let large = if std::env::var_os("LETOPIS_LOOK_WITH").is_some() { LARGE } else { UNWIELDY };
            write(&tables(large), "-unwieldy");
            write(&papers(30, 40, false), "-papers");
            write(&papers(12, 20, true), "-papers-unwieldy");
        }
    }
}
