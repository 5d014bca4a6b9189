//! Every kind of page as a picture, held against the reference pictures in `tests/print/`.
//!
//! A page is drawn by poppler and compared by ImageMagick. A little blur and a tolerance take up what another version of
//! them may draw otherwise; a line, a word or a column that moved does not pass. After a change that is wanted, write
//! the pictures anew with `LETOPIS_PICTURES=write cargo test --lib pictures`, and look at each of them before it is
//! committed.

use super::peers::{self, Peer};
use super::testing::{
    CARRIERS, LARGE, LIFELIKE, Size, UNWIELDY, act, context, correct, destruction, extract, file, filing, lose_stick,
    mark_change, of_class, of_school, papers, reprint, russian, school_of, tables, year,
};
use super::*;
use crate::journal::entry::Body;
use crate::journal::testing::{TestJournal, lesson, lesson_at, noon};
use std::path::{Path, PathBuf};

/// Dots an inch.
const RESOLUTION: &str = "72";
/// How much darker or lighter a dot may be, of white.
const FUZZ: &str = "15%";
/// Of how many dots one may differ more than that.
const ONE_IN: u64 = 5000;

/// A document, and the pages of it that are looked at.
struct Album<'a> {
    name: &'a str,
    wanted: Wanted,
    tables: TestJournal,
    /// Names of pictures, and what finds their pages: a text that stands on the page, which of those that have it.
    pages: &'a [(&'a str, &'a str, usize)],
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/print")
}

fn albums() -> Vec<Album<'static>> {
    let mut lifelike = year(LIFELIKE);
    let lessons = lifelike.lessons_of(&russian());
    for (pupil, lesson) in (11..).zip(&lessons[1..12]) {
        lifelike.put_mark(lesson, &file(pupil), "3");
        correct(&mut lifelike, lesson, mark_change(pupil, "3", "4"));
    }
    vec![
        Album {
            name: "book",
            wanted: of_class(Form::ClassBook),
            tables: lifelike.record(),
            pages: &[
                ("title", "КЛАССНЫЙ ЖУРНАЛ", 0),
                ("list", "ВНУТРЕННЯЯ ОПИСЬ", 0),
                ("marks-with-eleven-corrections", "Наименование предмета: Русский язык", 0),
                ("lessons", "Что пройдено на уроке", 0),
                ("marks-at-the-end-of-the-year", "Год", 0),
                ("marks-of-a-group", "(2 группа)", 1),
                ("missed-lessons", "СВЕДЕНИЯ О КОЛИЧЕСТВЕ УРОКОВ", 0),
                ("progress", "СВОДНАЯ ВЕДОМОСТЬ УЧЁТА", 0),
                ("pupils", "ОБЩИЕ СВЕДЕНИЯ", 0),
                ("remarks", "ЗАМЕЧАНИЯ ПО ВЕДЕНИЮ", 0),
                ("certificate", "ЛИСТ-ЗАВЕРИТЕЛЬ", 0),
            ],
        },
        Album {
            name: "sheet",
            wanted: of_class(Form::SummarySheet),
            tables: tables(LIFELIKE),
            pages: &[("first", "СВОДНАЯ ВЕДОМОСТЬ ИТОГОВОЙ", 0), ("last", "Верно", 0)],
        },
        of_size("class-of-25", Form::ClassBook, 25),
        of_size("sheet-of-25", Form::SummarySheet, 25),
        of_size("class-of-38", Form::ClassBook, 38),
        of_size("sheet-of-38", Form::SummarySheet, 38),
        of_size("class-of-44", Form::ClassBook, 44),
        of_size("sheet-of-44", Form::SummarySheet, 44),
        Album {
            name: "large-class",
            wanted: of_class(Form::ClassBook),
            tables: tables(Size { subjects: 1, ..LARGE }),
            pages: &[("marks", "Наименование предмета", 1)],
        },
        Album {
            name: "unwieldy-class",
            wanted: of_class(Form::ClassBook),
            tables: tables(Size { subjects: 1, ..UNWIELDY }),
            pages: &[("marks", "Наименование предмета", 1), ("lessons", "Что пройдено на уроке", 1)],
        },
        Album {
            name: "class-without-marks",
            wanted: of_class(Form::ClassBook),
            tables: without_marks(),
            pages: &[("marks", "Наименование предмета", 0), ("missed-lessons", "СВЕДЕНИЯ О КОЛИЧЕСТВЕ", 0)],
        },
        Album {
            name: "keys",
            wanted: Wanted::new(Form::Keys, Subject::School),
            tables: tables(Size { subjects: 0, ..LIFELIKE }),
            pages: &[("of-a-school", "РЕЕСТР КЛЮЧЕЙ", 0)],
        },
        Album {
            name: "corrections",
            wanted: of_school(Form::Corrections),
            tables: papers(20, 0, false),
            pages: &[("first", "ЗАМЕНА СВЕДЕНИЙ", 0)],
        },
        Album {
            name: "register",
            wanted: of_school(Form::Register),
            tables: papers(0, 12, false),
            pages: &[("first", "РЕЕСТР ВЫДАННЫХ", 0)],
        },
        Album {
            name: "carriers",
            wanted: of_school(Form::Carriers),
            tables: papers(0, 0, false),
            pages: &[("first", "УЧЁТА ЭЛЕКТРОННЫХ", 0)],
        },
        Album {
            name: "lost-stick",
            wanted: Wanted::new(Form::LostStick, Subject::Carrier(CARRIERS[0].to_owned())),
            tables: {
                let mut tables = papers(0, 0, false);
                lose_stick(&mut tables);
                tables
            },
            pages: &[("statement", "СПРАВКА о персональных", 0), ("annex", "ПРИЛОЖЕНИЕ", 0)],
        },
        Album {
            name: "case-list",
            wanted: of_school(Form::CaseList),
            tables: filing(14, false),
            pages: &[("first", "ОПИСЬ №", 0)],
        },
        Album {
            name: "nomenclature",
            wanted: of_school(Form::Nomenclature),
            tables: filing(14, false),
            pages: &[("page", "НОМЕНКЛАТУРА ДЕЛ", 0)],
        },
        Album {
            name: "destruction",
            wanted: destruction(&filing(5, false)),
            tables: filing(5, false),
            pages: &[("first", "АКТ о выделении", 0), ("last", "Верно", 0)],
        },
        Album {
            name: "archive", wanted: act(), tables: papers(0, 0, false), pages: &[("act", "АКТ о создании", 0)]
        },
        Album {
            name: "extract",
            wanted: extract(),
            tables: tables(LIFELIKE),
            pages: &[("first", "ВЫПИСКА", 0), ("last", "Верно", 0)],
        },
        Album {
            name: "analytics",
            wanted: Wanted::new(Form::Analytics, Subject::Period("III четверть".to_owned())),
            tables: school_of(30, 28, 25),
            pages: &[
                ("classes", "АНАЛИТИЧЕСКАЯ СПРАВКА", 0),
                ("subjects", "Успеваемость и качество знаний по предметам", 0),
                ("attendance", "Посещаемость по месяцам", 0),
                ("conclusions", "Выводы и предложения", 0),
            ],
        },
    ]
}

/// A class of so many pupils, in three subjects of which one is taught in groups.
fn of_size(name: &'static str, form: Form, pupils: i64) -> Album<'static> {
    Album {
        name,
        wanted: of_class(form),
        tables: tables(Size { pupils, subjects: 3, ..LIFELIKE }),
        pages: match form {
            Form::SummarySheet => &[("first", "СВОДНАЯ ВЕДОМОСТЬ ИТОГОВОЙ", 0), ("last", "Верно", 0)],
            _ => &[
                ("marks", "Наименование предмета: Русский язык", 1),
                ("lessons", "Что пройдено на уроке", 1),
                ("marks-of-a-group", "(2 группа)", 1),
                ("lessons-of-a-group", "(2 группа)", 2),
                ("missed-lessons", "СВЕДЕНИЯ О КОЛИЧЕСТВЕ УРОКОВ", 0),
                ("progress", "СВОДНАЯ ВЕДОМОСТЬ УЧЁТА", 1),
                ("pupils", "ОБЩИЕ СВЕДЕНИЯ", 0),
            ],
        },
    }
}

/// A first form: lessons, and no marks at all.
fn without_marks() -> TestJournal {
    let mut annals = year(Size { subjects: 1, ..LIFELIKE });
    annals.without(|body| matches!(body, Body::MarksSet(_) | Body::FinalsSet(_)));
    annals.record()
}

#[test]
fn every_kind_of_page_looks_as_it_did() {
    let (Some(pdftoppm), Some(convert)) = (peers::require("pdftoppm"), peers::require("convert")) else { return };
    let work = tempfile::tempdir().unwrap();
    let mut differing = Vec::new();
    for album in albums() {
        let layouts = Layouts::load(None).unwrap();
        let document = lay_out(&album.tables, &layouts, &album.wanted, &context("2025-0143")).unwrap();
        let file = work.path().join(album.name).with_extension("pdf");
        let rendered = render(&album.tables, &layouts, &album.wanted, &context("2025-0143")).unwrap();
        std::fs::write(&file, rendered.pdf).unwrap();
        for (name, text, nth) in album.pages {
            let has = |page: &page::Page| page.runs.iter().any(|run| run.text().contains(text));
            let page = (1..).zip(&document.pages).filter(|(_, page)| has(page)).nth(*nth).map(|(number, _)| number);
            let page = page.unwrap_or_else(|| panic!("{}: «{text}» is on no page", album.name));
            let name = format!("{}-{name}", album.name);
            let drawn = draw(&pdftoppm, &convert, &file, page, work.path());
            differing.extend(differs(&convert, &drawn, &folder().join(&name).with_extension("png")));
        }
    }
    for (name, pdf, page) in replaced() {
        let file = work.path().join(name).with_extension("pdf");
        std::fs::write(&file, pdf).unwrap();
        let drawn = draw(&pdftoppm, &convert, &file, page, work.path());
        differing.extend(differs(&convert, &drawn, &folder().join(name).with_extension("png")));
    }
    for (name, pdf) in unsealed() {
        let file = work.path().join(name).with_extension("pdf");
        std::fs::write(&file, pdf).unwrap();
        let drawn = draw(&pdftoppm, &convert, &file, 1, work.path());
        differing.extend(differs(&convert, &drawn, &folder().join(name).with_extension("png")));
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Leaves of a book that replace others and are added, with what comes with them.
fn replaced() -> Vec<(&'static str, Vec<u8>, u32)> {
    let reprint = reprint(Size { subjects: 3, ..LIFELIKE }, false, |annals| {
        let days: std::collections::BTreeSet<_> = annals.lessons_of(&russian()).iter().map(|at| at.date).collect();
        for date in days.into_iter().take(30) {
            let at = lesson_at(&russian(), &date.to_string(), 11);
            annals.taught(noon(at.date), lesson(&at, &"Повторение. Свойства степени ".repeat(20), "§ 4"));
        }
    });
    let pdf = render(&reprint.tables, &Layouts::load(None).unwrap(), &reprint.wanted, &reprint.context).unwrap().pdf;
    let leaves = &reprint.context.replaces.as_ref().unwrap().leaves;
    let page = |has: &dyn Fn(&str) -> bool| leaves.iter().find(|new| has(&new.leaf)).unwrap().page;
    let pages = [
        ("leaves-inset", 1),
        ("leaves-list", page(&|leaf| leaf == "опись 1")),
        ("leaves-instead", page(&|leaf| leaf.parse::<u32>().is_ok_and(|leaf| leaf > 1)) + 1),
        ("leaves-added", page(&|leaf| leaf.ends_with('а') && leaf.starts_with(|c: char| c.is_ascii_digit()))),
        ("leaves-certificate", page(&|leaf| leaf == "лист-заверитель")),
    ];
    pages.into_iter().map(|(name, page)| (name, pdf.clone(), page)).collect()
}

/// The papers that have neither number nor seal (forms 13 and 15).
fn unsealed() -> [(&'static str, Vec<u8>); 2] {
    let (layouts, at) = (Layouts::load(None).unwrap(), context("").issued_at);
    let copy = |stick: &str, label: &str, keeper: &str| inspection::Inspected {
        path: format!("/media/{stick}/LETOPIS/2025-2026-q1"),
        stick: Some(format!("«{label}», № 00c1d2e3f4a5b6c7; хранит {keeper}; место хранения: сейф")),
        facts: Some(inspection::Facts {
            school: "МБОУ «СОШ № 1»".into(),
            period: "I четверть, 2025/2026 учебный год".into(),
            created: "24.10.2025, 15:20".into(),
            author: "Завьялова Инна Игоревна, заместитель директора по УВР".into(),
            entries: 261,
        }),
        payload: (5, 461_825),
        code: Some("1a".repeat(32)),
        verdict: "цел; подпись ключа SHA256:… — сверьте с актом".into(),
        ..inspection::Inspected::default()
    };
    let archives = vec![copy("usb-1", "А-1", "Орлов Пётр Ильич"), copy("usb-2", "А-2", "Завьялова Инна Игоревна")];
    let same = inspection::Compared {
        name: "2025-2026-q1".into(),
        paths: archives.iter().map(|archive| archive.path.clone()).collect(),
        outcome: inspection::Outcome::Equal,
    };
    let inspection = inspection::Inspection { at, version: "0.1.0".into(), archives, copies: vec![same] };
    let school = crate::journal::read::school(&papers(0, 0, false)).unwrap();
    let secret = format!("AGE-SECRET-KEY-1{}", "QPZRY9X8".repeat(7) + "GF");
    let recipient = format!("age1{}", "qpzry9x8gf".repeat(6).split_at(58).0);
    let recovery = Recovery { school: &school, secret: &secret, recipient: &recipient, at, version: "0.1.0" };
    let sheet = recovery_sheet(&layouts, &recovery).unwrap().to_vec();
    [("inspection-act", inspection_act(&layouts, &inspection).unwrap()), ("recovery-sheet", sheet)]
}

/// A page as a PNG of 16 greys.
fn draw(pdftoppm: &Peer, convert: &Peer, file: &Path, page: u32, work: &Path) -> PathBuf {
    let page = page.to_string();
    let args =
        ["-r", RESOLUTION, "-gray", "-png", "-singlefile", "-f", &page, "-l", &page, file.to_str().unwrap(), "page"];
    let drawn = pdftoppm.run(args, work);
    assert_eq!(drawn.code, Some(0), "{drawn}");
    let reduced =
        convert.run(["page.png", "-strip", "-colors", "16", "-define", "png:compression-level=9", "drawn.png"], work);
    assert_eq!(reduced.code, Some(0), "{reduced}");
    work.join("drawn.png")
}

/// What is wrong with a picture, if anything.
fn differs(convert: &Peer, drawn: &Path, reference: &Path) -> Option<String> {
    if std::env::var_os("LETOPIS_PICTURES").is_some_and(|what| what == "write") {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::copy(drawn, reference).unwrap();
        return None;
    }
    let (one, other) = (drawn.to_str().unwrap(), reference.to_str().unwrap());
    let measure = ["-fuzz", FUZZ, "-metric", "AE", "-compare", "-format", "%[distortion]", "info:"];
    let said = convert.run([one, other, "-blur", "0x0.7"].into_iter().chain(measure), &folder());
    let dots: f64 = said.stdout.trim().parse().unwrap_or(f64::MAX);
    let allowed = 595 * 842 / ONE_IN;
    (dots > allowed as f64).then(|| format!("{}: {dots} dots differ, {allowed} may\n{said}", reference.display()))
}

#[test]
fn a_line_that_moved_by_a_millimetre_is_seen() {
    let (Some(pdftoppm), Some(convert)) = (peers::require("pdftoppm"), peers::require("convert")) else { return };
    if std::env::var_os("LETOPIS_PICTURES").is_some() {
        return;
    }
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("layouts");
    std::fs::create_dir(&folder).unwrap();
    let ours = include_str!("../../layouts/keys.toml");
    let moved = ours.replace("width = 48", "width = 47").replace("width = 86", "width = 87");
    assert_ne!(moved, ours, "the layout has other widths: name two columns beside each other");
    std::fs::write(folder.join("keys.toml"), moved).unwrap();
    let tables = tables(Size { subjects: 0, ..LIFELIKE });
    let wanted = Wanted::new(Form::Keys, Subject::School);
    let layouts = Layouts::load(Some(&folder)).unwrap();
    let file = work.path().join("keys.pdf");
    std::fs::write(&file, render(&tables, &layouts, &wanted, &context("2025-0143")).unwrap().pdf).unwrap();
    let drawn = draw(&pdftoppm, &convert, &file, 1, work.path());
    assert!(differs(&convert, &drawn, &self::folder().join("keys-of-a-school.png")).is_some());
}
