//! What documents say to those who hear them, read back from the files by other programs.

use super::*;
use crate::journal::read::Tables;
use crate::print::peers;
use crate::print::structure::{Part, Scope, TableCell, TablePart};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Many pupils with names that take several lines, in all subjects.
const WIDE: Size = Size { subjects: LIFELIKE.subjects, topic_letters: 0, ..UNWIELDY };

const TAGGED: [Form; 2] = [Form::SummarySheet, Form::Progress];

/// The results of a lifelike and a wide class, and the act of a school that writes little and of one that writes much.
fn cases() -> Vec<(String, Wanted, Document)> {
    let of_classes = [LIFELIKE, WIDE].map(|size| (tables(size), TAGGED.map(of_class).to_vec()));
    let of_schools = [false, true].map(|unwieldy| (papers(0, 0, unwieldy), vec![act()]));
    let lay_out_all = |(tables, wanted): (TestJournal, Vec<Wanted>)| {
        wanted.into_iter().map(move |wanted| {
            let document = lay_out(&tables, &LAYOUTS, &wanted, &context(NUMBER)).unwrap();
            (document.title.clone(), wanted, document)
        })
    };
    let of_filing = [(3, false), (30, true)].map(|(classes, unwieldy)| {
        let tables = filing(classes, unwieldy);
        let act = destruction(&tables);
        (tables, vec![of_school(Form::CaseList), of_school(Form::Nomenclature), act])
    });
    of_classes.into_iter().chain(of_schools).chain(of_filing).flat_map(lay_out_all).collect()
}

fn written(folder: &Path, name: &str, tables: &Tables, wanted: &Wanted) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, render(tables, &LAYOUTS, wanted, &context(NUMBER)).unwrap().pdf).unwrap();
    path
}

fn parts_of(page: &Page) -> impl Iterator<Item = &Part> {
    let structure = page.structure.as_ref().unwrap();
    structure.body.iter().chain(&structure.foot)
}

fn tables_of(document: &Document) -> Vec<Vec<&TablePart>> {
    let mut tables: Vec<Vec<&TablePart>> = Vec::new();
    for part in document.pages.iter().flat_map(parts_of) {
        match part {
            Part::Table(table) if table.goes_on => tables.last_mut().unwrap().push(table),
            Part::Table(table) => tables.push(vec![table]),
            _ => {}
        }
    }
    tables
}

#[test]
fn only_tagged_documents_keep_their_structure() {
    for form in Form::ALL {
        let filing = matches!(form, Form::CaseList | Form::DestructionAct | Form::Nomenclature);
        let tagged = filing || matches!(form, Form::SummarySheet | Form::Progress | Form::ArchiveAct);
        assert_eq!(form.is_tagged(), tagged, "{form:?}");
    }
    assert!(BOOK.pages.iter().all(|page| !page.keeps_structure()));
}

#[test]
fn every_line_of_a_tagged_page_is_read_once_or_runs_along() {
    for (title, _, document) in cases() {
        for (page, number) in document.pages.iter().zip(1..) {
            let mut times = vec![0; page.runs.len()];
            for part in parts_of(page) {
                let texts: Vec<_> = match part {
                    Part::Heading { text, .. } | Part::Running(text) => vec![text],
                    Part::Paragraph(texts) => texts.iter().collect(),
                    Part::Table(table) => table.rows.iter().flatten().map(|cell| &cell.text).collect(),
                    Part::Figure(_) => vec![],
                };
                texts.into_iter().flat_map(|text| text.runs.clone()).for_each(|run| times[run] += 1);
            }
            for (run, times) in page.runs.iter().zip(times) {
                assert_eq!(times, 1, "{title}, стр. {number}: «{}»", run.text());
            }
        }
    }
}

/// The columns that each row of a table has, counted with spans, and what covers each place.
fn covered(rows: &[&Vec<TableCell>]) -> Vec<Vec<TableCell>> {
    let mut places: BTreeMap<(usize, usize), TableCell> = BTreeMap::new();
    for (row, cells) in rows.iter().enumerate() {
        for cell in *cells {
            let column = (0..).find(|column| !places.contains_key(&(row, *column))).unwrap();
            for place in (row..row + cell.rows).flat_map(|r| (column..column + cell.columns).map(move |c| (r, c))) {
                assert!(places.insert(place, cell.clone()).is_none(), "{place:?}");
            }
        }
    }
    let row = |row| (0..).map_while(|column| places.get(&(row, column)).cloned()).collect();
    (0..rows.len()).map(row).collect()
}

#[test]
fn tables_are_regular_and_every_cell_is_reached_by_its_headers() {
    for (title, wanted, document) in cases() {
        let tables = tables_of(&document);
        if TAGGED.contains(&wanted.form) {
            assert!(tables.len() == 1 && tables[0].len() > 1, "{title}: a table over all pages is one table");
        }
        for part in tables.iter().flatten() {
            let grid = covered(&part.rows.iter().collect::<Vec<_>>());
            assert!(grid.iter().all(|row| row.len() == grid[0].len() && row.len() > 1));
            for (row, cells) in grid.iter().enumerate() {
                let in_head = row < part.heads;
                assert!(!in_head || cells.iter().all(|cell| cell.header == Some(Scope::Column)));
                let heads = cells.iter().filter(|cell| cell.header == Some(Scope::Row)).count();
                let expected = if wanted.form == Form::Progress { 2 } else { 1 };
                assert_eq!(heads, if in_head { 0 } else { expected }, "{title}");
            }
        }
    }
}

#[test]
fn the_act_has_a_heading_for_each_of_its_parts() {
    let act = lay_out(&papers(0, 0, false), &LAYOUTS, &act(), &context(NUMBER)).unwrap();
    let headings = act.pages.iter().flat_map(parts_of).filter_map(|part| match part {
        Part::Heading { title, level, .. } => Some((level.get(), title.as_str())),
        _ => None,
    });
    let expected =
        [(1, "АКТ о создании архивных копий электронного журнала"), (2, "Носители"), (2, "Контрольные данные")];
    assert_eq!(headings.collect::<Vec<_>>(), expected);
}

#[test]
fn the_same_tables_give_the_same_tagged_bytes() {
    let once = |form| render(&tables(LIFELIKE), &LAYOUTS, &of_class(form), &context(NUMBER)).unwrap();
    for form in TAGGED {
        assert_eq!(once(form), once(form));
    }
}

#[test]
fn a_draft_says_that_it_is_one() {
    let draft = lay_out(&tables(LIFELIKE), &LAYOUTS, &of_class(Form::SummarySheet), &context("")).unwrap();
    for page in &draft.pages {
        let says = |part: &Part| match part {
            Part::Paragraph(texts) => page.runs[texts[0].runs.start].text().contains("ПРОЕКТ"),
            _ => false,
        };
        assert!(parts_of(page).any(says));
        assert!(!parts_of(page).any(|part| matches!(part, Part::Figure(_))));
    }
}

#[test]
fn an_unwieldy_class_and_the_act_pass_as_pdf_a_2a_and_pdf_ua_1() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (name, size) in [("unwieldy", UNWIELDY), ("wide", WIDE)] {
        let tables = tables(size);
        for form in TAGGED {
            files.push(written(folder.path(), &format!("{}-{name}.pdf", form.id()), &tables, &of_class(form)));
        }
    }
    for (name, unwieldy) in [("act", false), ("act-unwieldy", true)] {
        files.push(written(folder.path(), &format!("{name}.pdf"), &papers(0, 0, unwieldy), &act()));
    }
    for (name, classes, unwieldy) in [("filing", 3, false), ("filing-unwieldy", 30, true)] {
        let tables = filing(classes, unwieldy);
        for wanted in [of_school(Form::CaseList), of_school(Form::Nomenclature), destruction(&tables)] {
            files.push(written(folder.path(), &format!("{}-{name}.pdf", wanted.form.id()), &tables, &wanted));
        }
    }
    peers::verapdf("2a,ua1", &files).unwrap();
    let Some(qpdf) = peers::require("qpdf") else { return };
    for file in &files {
        let sound = qpdf.run([Path::new("--check"), file], folder.path());
        assert_eq!(sound.code, Some(0), "{sound}");
    }
}

/// An element of the structure as `pdfinfo -struct-text` shows it: what stands at the beginning of its line, the lines of
/// text within it, and its attributes.
#[derive(Debug, Default, Clone)]
struct Heard {
    depth: usize,
    kind: String,
    text: String,
    attributes: Vec<String>,
}

/// Reads what `pdfinfo` shows: a line an element, a text or an attribute, indented by its depth. Spans are joined into
/// what they stand in.
fn heard(shown: &str) -> Vec<Heard> {
    let mut all: Vec<Heard> = Vec::new();
    for line in shown.lines() {
        let plain = line.trim_start();
        let depth = line.len() - plain.len();
        let last = all.last_mut();
        match (plain.strip_prefix('"').and_then(|text| text.strip_suffix('"')), last) {
            (Some(text), Some(last)) => {
                if !last.text.is_empty() {
                    last.text.push(' ');
                }
                last.text.push_str(text);
            }
            (None, Some(last)) if plain.starts_with('/') => last.attributes.push(plain.to_owned()),
            (None, _) if !plain.starts_with("Span") => {
                let kind = plain.split([' ', ':']).next().unwrap_or_default().to_owned();
                all.push(Heard { depth, kind, ..Heard::default() });
            }
            _ => {}
        }
    }
    all
}

fn heard_of(folder: &Path, tables: &Tables, form: Form) -> Option<Vec<Heard>> {
    let pdfinfo = peers::require("pdfinfo")?;
    let file = written(folder, "heard.pdf", tables, &of_class(form));
    let shown = pdfinfo.run([Path::new("-struct-text"), &file], folder);
    assert_eq!(shown.code, Some(0), "{shown}");
    Some(heard(&shown.stdout))
}

/// The rows of the only table.
fn rows_heard(all: &[Heard]) -> Vec<Vec<Heard>> {
    assert_eq!(all.iter().filter(|element| element.kind == "Table").count(), 1);
    let mut rows: Vec<Vec<Heard>> = Vec::new();
    for element in all {
        match element.kind.as_str() {
            "TR" => rows.push(Vec::new()),
            "TH" | "TD" => rows.last_mut().unwrap().push(element.clone()),
            _ => {}
        }
    }
    rows
}

/// Final marks by pupil, subject and period.
type Finals = BTreeMap<(i64, String, String), String>;

/// The pupils of the class and their final marks, as the tables have them.
fn finals_of(tables: &TestJournal) -> (Vec<(i64, String)>, Finals) {
    let pupils = tables.rows("SELECT id, surname || ' ' || given || ' ' || patronymic FROM pupils ORDER BY id");
    let sql = "SELECT pupil, subject, period, mark FROM finals JOIN courses ON courses.id = course";
    let finals = tables.rows(sql).into_iter().map(|row| <[String; 4]>::try_from(row).unwrap());
    let id = |text: &str| text.parse().unwrap();
    (
        pupils.into_iter().map(|row| (id(&row[0]), row[1].clone())).collect(),
        finals.map(|[pupil, subject, period, mark]| ((id(&pupil), subject, period), mark)).collect(),
    )
}

#[test]
fn the_summary_sheet_is_heard_row_by_row_from_left_to_right() {
    let (folder, tables) = (tempfile::tempdir().unwrap(), tables(LIFELIKE));
    let Some(all) = heard_of(folder.path(), &tables, Form::SummarySheet) else { return };
    let order: Vec<&str> = all.iter().filter(|e| e.depth <= 2).map(|e| e.kind.as_str()).collect();
    // The class in large letters and the term of storage stand between the heading and the line below it.
    assert_eq!(order[..6], ["Document", "H1", "P", "P", "P", "Table"]);
    assert_eq!(order.last(), Some(&"Sect"), "what checks the pages is read last");
    let rows = rows_heard(&all);
    let (pupils, marks) = finals_of(&tables);
    assert_eq!(rows.len(), pupils.len() + 1, "the heading that page 2 repeats is not heard");
    let subjects: Vec<&str> = testing::SUBJECTS.iter().map(|subject| subject.0).collect();
    let head: Vec<&str> = rows[0].iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(head[2..head.len() - 1], subjects);
    for cell in &rows[0] {
        assert!(cell.kind == "TH" && cell.attributes == ["/Scope /Column"], "{cell:?}");
    }
    for (row, (number, (pupil, name))) in rows[1..].iter().zip((1..).zip(&pupils)) {
        assert_eq!((row[0].kind.as_str(), row[0].text.clone()), ("TD", number.to_string()));
        assert_eq!((row[1].kind.as_str(), row[1].attributes.clone()), ("TH", vec!["/Scope /Row".to_owned()]));
        assert!(row[1].text.starts_with(name.as_str()), "{} {name}", row[1].text);
        let heard: Vec<&str> = row[2..row.len() - 1].iter().map(|cell| cell.text.as_str()).collect();
        let mark = |subject: &&str| marks.get(&(*pupil, (*subject).to_owned(), "Год".to_owned())).map_or("–", |m| m);
        assert_eq!(heard, subjects.iter().map(mark).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn the_summary_of_progress_is_heard_with_the_pupil_over_all_periods() {
    let (folder, tables) = (tempfile::tempdir().unwrap(), tables(LIFELIKE));
    let Some(all) = heard_of(folder.path(), &tables, Form::Progress) else { return };
    let rows = rows_heard(&all);
    let (pupils, marks) = finals_of(&tables);
    // There were no exams, so nobody has a line for them.
    assert_eq!(rows.len(), 5 * pupils.len() + 1);
    let periods = ["I четверть", "II четверть", "III четверть", "IV четверть", "Год"];
    for (block, (pupil, name)) in rows[1..].chunks(5).zip(&pupils) {
        let spans: Vec<bool> = block[0].iter().map(|c| c.attributes.contains(&"/RowSpan 5".to_owned())).collect();
        assert!(spans[0] && spans[1] && spans[spans.len() - 1] && spans.iter().filter(|span| **span).count() == 3);
        assert!(block[0][1].kind == "TH" && block[0][1].attributes.contains(&"/Scope /Row".to_owned()));
        assert!(block[0][1].text.starts_with(name.as_str()));
        for (i, (row, period)) in block.iter().zip(periods).enumerate() {
            let row = &row[if i == 0 { 2 } else { 0 }..];
            assert_eq!((row[0].kind.as_str(), row[0].attributes.clone()), ("TH", vec!["/Scope /Row".to_owned()]));
            let mark = |(subject, ..): &(&str, u32, bool)| {
                marks.get(&(*pupil, (*subject).to_owned(), period.to_owned())).cloned().unwrap_or("–".to_owned())
            };
            let heard: Vec<&str> = row[1..18].iter().map(|cell| cell.text.as_str()).collect();
            assert_eq!(heard, testing::SUBJECTS.iter().map(mark).collect::<Vec<_>>(), "{name}, {period}");
        }
    }
}

/// The objects of a file as `qpdf` shows them.
fn objects(folder: &Path, tables: &Tables, form: Form) -> Option<serde_json::Value> {
    let qpdf = peers::require("qpdf")?;
    let file = written(folder, "objects.pdf", tables, &of_class(form));
    let shown = qpdf.run([Path::new("--json=2"), Path::new("--json-key=qpdf"), &file], folder);
    assert_eq!(shown.code, Some(0), "{shown}");
    let all: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    Some(all["qpdf"][1].clone())
}

#[test]
fn language_title_tab_order_and_alternative_texts_are_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let Some(objects) = objects(folder.path(), &tables(WIDE), Form::SummarySheet) else { return };
    let values: Vec<&serde_json::Value> =
        objects.as_object().unwrap().values().map(|object| &object["value"]).collect();
    let of = |key: &str, what: &str| values.iter().filter(|value| value[key] == what).copied().collect::<Vec<_>>();
    let catalog = of("/Type", "/Catalog")[0];
    assert_eq!(catalog["/Lang"], "u:ru-RU");
    assert_eq!(catalog["/MarkInfo"]["/Marked"], true);
    assert_eq!(catalog["/ViewerPreferences"]["/DisplayDocTitle"], true);
    let pages = of("/Type", "/Page");
    assert!(!pages.is_empty() && pages.iter().all(|page| page["/Tabs"] == "/S"));
    assert_eq!(of("/S", "/Document")[0]["/Lang"], "u:ru-RU");
    let alternative: BTreeSet<&str> = of("/S", "/Figure").iter().filter_map(|figure| figure["/Alt"].as_str()).collect();
    let expected: BTreeSet<String> =
        (1..=pages.len()).map(|page| format!("u:QR-код сверки документа № {NUMBER}, стр. {page}")).collect();
    assert_eq!(alternative, expected.iter().map(String::as_str).collect());
    // What is broken into lines is said as a whole.
    let said: BTreeSet<&str> = of("/S", "/Span").iter().filter_map(|span| span["/ActualText"].as_str()).collect();
    assert!(said.contains("u:Основы духовно-нравственной культуры народов России"), "{said:?}");
    assert!(said.contains("u:дата: "), "{said:?}");
    // Somebody without a namesake: those are told apart by their birthdays.
    let sql = "SELECT surname || ' ' || given || ' ' || patronymic FROM pupils WHERE surname LIKE 'Казаков%'";
    let name = tables(WIDE).rows(sql).concat().remove(0);
    assert!(said.contains(format!("u:{name}").as_str()), "{said:?}");
}

/// The order in which the runs of a page are in the file.
fn drawn(page: &Page) -> Vec<&TextRun> {
    if !page.keeps_structure() {
        return page.runs.iter().collect();
    }
    let texts = parts_of(page).flat_map(|part| match part {
        Part::Heading { text, .. } | Part::Running(text) => vec![text],
        Part::Paragraph(texts) => texts.iter().collect(),
        Part::Table(table) => table.rows.iter().flatten().map(|cell| &cell.text).collect(),
        Part::Figure(_) => vec![],
    });
    texts.flat_map(|text| &page.runs[text.runs.clone()]).collect()
}

#[test]
fn text_that_is_copied_out_reads_from_the_heading_over_the_rows_to_the_foot() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let (folder, tables) = (tempfile::tempdir().unwrap(), tables(LIFELIKE));
    for form in OF_CLASS {
        let file = written(folder.path(), "copied.pdf", &tables, &of_class(form));
        let copied = pdftotext.run([Path::new("-raw"), &file, Path::new("-")], folder.path());
        let document = document(LIFELIKE, form);
        let pages: Vec<&str> = copied.stdout.split('\u{c}').collect();
        assert_eq!(pages.len(), document.pages.len() + 1);
        for ((page, copied), number) in document.pages.iter().zip(pages).zip(1..) {
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let expected: String = drawn(page).iter().map(|run| letters(run.text())).collect();
            assert_eq!(letters(copied), expected, "{form:?}, стр. {number}");
        }
    }
}

#[test]
fn the_pages_of_the_book_are_drawn_from_the_top_row_by_row_and_cell_by_cell() {
    // Signed lines, on the certificate alone, are drawn field by field.
    let (_, pages) = BOOK.pages.split_last().unwrap();
    for (page, number) in pages.iter().zip(1..) {
        assert!(page.runs.is_sorted_by_key(|run| run.place), "стр. {number}");
        let foot = page.runs.iter().position(|run| run.text().starts_with("МБОУ") && run.size < 8.0).unwrap();
        assert_eq!(page.runs.len() - foot, 4, "the foot is last");
        let tops: Vec<f32> = page.runs.iter().map(|run| run.cell.y).collect();
        assert!(tops.iter().all(|top| tops[0] <= *top), "the heading is first");
    }
}
