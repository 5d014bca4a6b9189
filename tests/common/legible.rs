//! What «How it must look» asks of a page, held over the page model: every text lies inside its cell and touches no rule.

use letopis::print::fonts::MM_PER_PT;
use letopis::print::page::{Area, Page, Rule, TextRun};

fn drawn(rule: &Rule) -> Area {
    let half = rule.weight * MM_PER_PT / 2.0;
    let (x, y) = (rule.from.0.min(rule.to.0), rule.from.1.min(rule.to.1));
    let (w, h) = ((rule.from.0 - rule.to.0).abs(), (rule.from.1 - rule.to.1).abs());
    Area::new(x - half, y - half, w + 2.0 * half, h + 2.0 * half)
}

/// Holds a page against everything that «How it must look» asks of text and rules.
pub fn assert_legible(page: &Page, number: usize) {
    assert!(page.qr.is_some(), "стр. {number} без кода");
    assert_clean(page, number);
}

/// As [`assert_legible`], of papers that are not sealed.
#[allow(dead_code)] // only the library prints papers without a seal in its tests
pub fn assert_clean(page: &Page, number: usize) {
    assert_set(page, number);
    assert_margins(page, number);
}

/// As [`assert_clean`], of paper that is cut and not stitched.
#[allow(dead_code)]
pub fn assert_set(page: &Page, number: usize) {
    let straight: Vec<Area> =
        page.rules.iter().filter(|r| r.from.0 == r.to.0 || r.from.1 == r.to.1).map(drawn).collect();
    let mut runs: Vec<(&TextRun, Area)> = page.runs.iter().map(|run| (run, run.ink())).collect();
    runs.sort_by(|a, b| a.0.cell.y.total_cmp(&b.0.cell.y));
    for (i, (run, ink)) in runs.iter().enumerate() {
        let what = || format!("стр. {number}: «{}» {:?} в {:?}", run.text(), run.place, run.cell);
        assert!(!matches!(run.text().trim(), "." | "," | ";" | ":" | ")"), "{}: знак без слова", what());
        assert!(run.size >= 6.5, "{} мельче 6,5 пункта", what());
        assert!(run.cell.holds(*ink, 0.03), "{} вышло из клетки: {ink:?}", what());
        if let Some(rule) = straight.iter().find(|rule| rule.overlaps(*ink, 0.0)) {
            panic!("{} касается линии {rule:?}: {ink:?}", what());
        }
        if let Some(fill) = page.fills.iter().find(|fill| fill.overlaps(*ink, 0.0)) {
            panic!("{} стоит на чёрном {fill:?}: {ink:?}", what());
        }
        // Sorted by their upper edges: what begins below this cell meets none of it.
        for (other, other_ink) in runs[i + 1..].iter().take_while(|(other, _)| other.cell.y < run.cell.bottom()) {
            assert!(!ink.overlaps(*other_ink, 0.0), "{} налезает на «{}»", what(), other.text());
            let same = run.place == other.place;
            assert!(same || !run.cell.overlaps(other.cell, 0.02), "{}: клетка налезает на {:?}", what(), other.place);
        }
    }
}

/// Nothing is printed in the stitching margin or off the paper, and the QR code has its white field.
fn assert_margins(page: &Page, number: usize) {
    let portrait = page.height > page.width;
    let inner = |left: bool| if portrait && left { 19.8 } else { 8.5 };
    let (left, right) = (inner(number % 2 == 1), inner(number.is_multiple_of(2)));
    let (top, bottom) = if portrait { (9.5, 7.5) } else { (19.8, 19.8) };
    let paper = Area::new(left, top, page.width - left - right, page.height - top - bottom);
    let drawn = page.rules.iter().map(drawn).chain(page.fills.iter().copied());
    let inks: Vec<Area> = page.runs.iter().map(TextRun::ink).chain(drawn).collect();
    for ink in &inks {
        assert!(paper.holds(*ink, 0.0), "стр. {number}: {ink:?} на полях");
    }
    let Some(qr) = page.qr.as_ref() else { return };
    let (side, quiet) = (f32::from(qr.side) * qr.module, 4.0 * qr.module);
    assert!(side >= 17.99);
    let white = Area::new(qr.x - quiet, qr.y - quiet, side + 2.0 * quiet, side + 2.0 * quiet);
    assert!(Area::new(0.0, 0.0, page.width, page.height).holds(white, 0.0));
    for ink in &inks {
        assert!(!white.overlaps(*ink, 0.0), "стр. {number}: {ink:?} на белом поле QR-кода");
    }
}
