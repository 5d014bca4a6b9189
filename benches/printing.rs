//! Printing at full size against typst. Run with `cargo bench --bench printing`.
//!
//! The books of schools of 1, 10, 30 and 100 classes are printed as drafts by the whole program: pages a second, peak
//! memory, and whether time grows in proportion. The peer is typst, from a Python of its own
//! (`python3 -m venv target/typst` and `target/typst/bin/pip install typst`): it sets the subject pages of one of those
//! classes as tables of the same cells, widths, heights, sizes and fonts, untagged as ours are. Only its own work counts,
//! not the start of its interpreter.

#[path = "../tests/common/issued.rs"]
mod issued;
mod place;

use issued::context;
use letopis::journal::Journal;
use letopis::print::page::{Page, TextRun};
use letopis::print::{Form, Layouts, Wanted, lay_out};
use letopis::school::ClassName;
use place::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// How often a measurement is made; the best counts, on both sides.
const RUNS: usize = 3;

/// Sets a file and prints the seconds that it took.
const TYPST: &str = "
import sys, time, typst
start = time.perf_counter()
typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]], ignore_system_fonts=True, pdf_standards='a-2u', pdf_tags=False)
print(time.perf_counter() - start)
";

fn main() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut rates = Vec::new();
    for classes in ["1", "10", "30", "100"] {
        let place = Place::new(dir.path(), classes, &["--classes", classes]);
        place.import();
        rates.push((classes, print_books(&place, classes)));
        if classes == "30" {
            subject_pages(&place);
            typst(&place, rates.last().map_or(0.0, |(_, rate)| *rate));
        }
    }
    let (slowest, fastest) = rates.iter().skip(1).fold((f64::MAX, 0.0_f64), |(s, f), (_, r)| (s.min(*r), f.max(*r)));
    println!("proportion   pages/s from 10 classes to 100 differ by {:.0} %", 100.0 * (fastest / slowest - 1.0));
}

/// Prints all drafts; gives pages a second.
fn print_books(place: &Place, classes: &str) -> f64 {
    let took = (0..RUNS)
        .map(|_| place.run("2026-05-30 11:00:00", "ivanova", &["print", "all", "--draft", "--out", "print"]))
        .min_by_key(|took| took.time)
        .expect("a run");
    let (mut pages, mut bytes) = (0, 0);
    for file in std::fs::read_dir(place.path("print")).expect("the folder").flatten() {
        pages += pages_of(&file.path());
        bytes += file.metadata().expect("a file").len();
    }
    let rate = pages as f64 / took.time.as_secs_f64();
    println!(
        "print        {classes:>3} classes: {took}, {pages} pages, {rate:.0} pages/s, {} bytes a page",
        bytes / pages
    );
    rate
}

fn pages_of(pdf: &Path) -> u64 {
    let said = Command::new("qpdf").arg("--show-npages").arg(pdf).output().expect("qpdf");
    String::from_utf8_lossy(&said.stdout).trim().parse().expect("a number of pages")
}

/// The size of subject pages, issued: with their codes.
fn subject_pages(place: &Place) {
    let (document, subject) = book(place, "2025-0001");
    let whole = letopis::print::render(
        Journal::open(&place.path("journal.letopis")).expect("the journal").tables(),
        &Layouts::load(None).expect("the layouts"),
        &Wanted::of_class(Form::ClassBook, class()),
        &context("2025-0001"),
    )
    .expect("a book");
    println!(
        "size         a book of {} pages, {} of them subject pages: {} bytes a page, fonts counted",
        document.len(),
        subject.len(),
        whole.pdf.len() / document.len()
    );
}

fn class() -> ClassName {
    ClassName::parse("7А").expect("a class")
}

/// The pages of a class's book, and those of them that are subjects'.
fn book(place: &Place, number: &str) -> (Vec<Page>, Vec<Page>) {
    let journal = Journal::open(&place.path("journal.letopis")).expect("the journal");
    let layouts = Layouts::load(None).expect("the layouts");
    let wanted = Wanted::of_class(Form::ClassBook, class());
    let document = lay_out(journal.tables(), &layouts, &wanted, &context(number)).expect("a book");
    let subjects = document.bookmarks.iter().position(|mark| !mark.under.is_empty()).expect("subjects");
    let (begins, ends) = (document.bookmarks[subjects].page, document.bookmarks[subjects + 1].page);
    let pages = document.pages[begins..ends].iter().filter(|page| page.runs.len() > 20).cloned().collect();
    (document.pages, pages)
}

fn typst(place: &Place, ours: f64) {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/typst/bin/python");
    if !python.exists() {
        println!("typst        skipped: python3 -m venv target/typst && target/typst/bin/pip install typst");
        return;
    }
    let (_, pages) = book(place, "");
    let (source, script) = (place.path("book.typ"), place.path("set.py"));
    std::fs::write(&source, pages.iter().map(as_tables).collect::<String>()).expect("a file");
    std::fs::write(&script, TYPST).expect("a file");
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let target = place.path("typst.pdf");
    let run = || {
        let said = Command::new(&python).args([&script, &source, &target, &fonts]).output().expect("typst");
        let text = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        text.parse::<f64>().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said.stderr)))
    };
    let seconds = (0..RUNS).map(|_| run()).fold(f64::MAX, f64::min);
    let (made, rate) = (pages_of(&target), pages.len() as f64 / seconds);
    assert_eq!(made as usize, pages.len(), "typst made other pages");
    println!(
        "typst        {made} subject pages in {seconds:.2} s, {rate:.0} pages/s, {} bytes a page; ours {:.1} times as fast",
        std::fs::metadata(&target).expect("a file").len() / made,
        ours / rate
    );
}

/// A page as typst source: a table of its cells at their places, and what stands above and below it as paragraphs.
fn as_tables(page: &Page) -> String {
    let mut rows: BTreeMap<u32, Vec<&TextRun>> = BTreeMap::new();
    for run in &page.runs {
        rows.entry(run.place.row).or_default().push(run);
    }
    let is_table = |runs: &Vec<&TextRun>| runs.iter().any(|run| run.place.column > 0);
    let first = rows.iter().find(|(_, runs)| is_table(runs)).map_or(0, |(row, _)| *row);
    let last = rows.iter().rfind(|(_, runs)| is_table(runs)).map_or(0, |(row, _)| *row);
    let cells: Vec<&TextRun> = page.runs.iter().filter(|run| (first..=last).contains(&run.place.row)).collect();
    let edges = |values: &mut dyn Iterator<Item = f32>| -> Vec<i64> {
        values.map(hundredths).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let xs = edges(&mut cells.iter().flat_map(|run| [run.cell.x, run.cell.right()]));
    let ys = edges(&mut cells.iter().flat_map(|run| [run.cell.y, run.cell.bottom()]));
    let mut out = String::new();
    let (left, top) = (xs.first().copied().unwrap_or(0), page.runs.first().map_or(0, |run| hundredths(run.cell.y)));
    let _ = writeln!(
        out,
        "#set page(width: {}mm, height: {}mm, margin: (left: {}mm, top: {}mm, right: 5mm, bottom: 5mm))",
        page.width,
        page.height,
        mm(left),
        mm(top)
    );
    out.push_str("#set par(leading: 0.2em, spacing: 0.3em)\n");
    for runs in rows.range(..first).map(|(_, runs)| runs) {
        paragraph(&mut out, runs);
    }
    let sizes = |edges: &[i64]| edges.windows(2).map(|two| format!("{}mm,", mm(two[1] - two[0]))).collect::<String>();
    let _ = writeln!(
        out,
        "#table(columns: ({}), rows: ({}), inset: (x: 0.8mm, y: 0.2mm), stroke: 0.35pt, align: center + horizon,",
        sizes(&xs),
        sizes(&ys)
    );
    let mut seen: BTreeMap<(u32, u32), Vec<&TextRun>> = BTreeMap::new();
    for run in cells {
        seen.entry((run.place.row, run.place.column)).or_default().push(run);
    }
    for runs in seen.values() {
        let cell = runs[0].cell;
        let at = |edges: &[i64], value: f32| edges.iter().position(|edge| *edge == hundredths(value)).unwrap_or(0);
        let (x, right) = (at(&xs, cell.x), at(&xs, cell.right()));
        let (y, bottom) = (at(&ys, cell.y), at(&ys, cell.bottom()));
        let _ = writeln!(
            out,
            "table.cell(x: {x}, y: {y}, colspan: {}, rowspan: {})[{}],",
            right - x,
            bottom - y,
            set(runs)
        );
    }
    out.push_str(")\n");
    for runs in rows.range(last + 1..).map(|(_, runs)| runs) {
        paragraph(&mut out, runs);
    }
    out.push_str("#pagebreak(weak: true)\n");
    out
}

fn paragraph(out: &mut String, runs: &[&TextRun]) {
    let _ = writeln!(out, "{}\n", set(runs));
}

/// The text of some runs in their face and size.
fn set(runs: &[&TextRun]) -> String {
    let text = runs.iter().map(|run| run.text()).collect::<Vec<_>>().join(" ");
    let name = runs[0].shaped.face.file_name();
    let family = if name.starts_with("PTSerif") { "PT Serif" } else { "PT Sans" };
    let weight = if name.contains("Bold") { "bold" } else { "regular" };
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("#text(font: \"{family}\", size: {}pt, weight: \"{weight}\", \"{text}\")", runs[0].size)
}

fn hundredths(mm: f32) -> i64 {
    (mm * 100.0).round() as i64
}

fn mm(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}
