//! The summary of final results that is kept for 25 years (§5.2): a pupil a line, a subject a column, then the counts
//! and percentages that a school reports.

use super::class::{ClassData, Pupil};
use super::course::{FINAL, YEAR};
use super::progress::{Finals, even_shares};
use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, Document, RunOn, sans, serif, serif_bold};
use crate::error::Result;
use crate::journal::read::gaps::ClassGaps;
use crate::print::layout::{Counts, PlainColumn, Wording};
use crate::print::page::{Area, Page};
use crate::print::pdf::Bookmark;
use crate::print::sheet::Orientation;
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::school::{PersonName, Results, Role};

/// How the class finished the year.
#[derive(Debug, Default)]
struct Year {
    /// Pupils on the first day.
    begins: u32,
    /// Pupils on the last day.
    ends: u32,
    /// What those attained.
    results: Results,
}

/// Lays out the sheet.
///
/// # Errors
/// Tables that cannot be read; see [`crate::print::render`].
pub fn summary_sheet(composer: &Composer<'_>) -> Result<Document> {
    let layout = &composer.layouts.summary_sheet;
    let data = &composer.data;
    let title = format!(
        "Сводная ведомость итоговой успешности {} класса за {} учебный год",
        data.class.quoted(),
        composer.year()
    );
    let finals = composer.finals()?;
    let results = results(composer, &composer.subjects(), &finals);
    let (mut scrap, area) = composer.new_page(Orientation::Landscape, 1);
    let tail = composer.counts_and_signatures(&mut scrap, area, &results)? - area.y;
    let (mut pages, mut y) = composer.sheet_tables(&finals, tail);
    if y + tail > area.bottom() {
        pages.push(composer.new_page(Orientation::Landscape, pages.len() as u32 + 1).0);
        y = area.y;
    }
    if let Some(last) = pages.last_mut() {
        composer.counts_and_signatures(last, Area { y, ..area }, &results)?;
    }
    let foot = composer.foot(pages.len() as u32);
    let seals = composer.close(&mut pages, &foot, 1)?;
    let heading = layout.heading.as_str().to_owned();
    let bookmarks = vec![Bookmark { title: heading, page: 0, under: Vec::new() }];
    Ok(composer.document(title, pages, seals, bookmarks))
}

fn results(composer: &Composer<'_>, subjects: &[&str], finals: &Finals) -> Year {
    let year = &composer.school.year;
    let mut results = Year::default();
    for pupil in &composer.data.pupils {
        results.begins += u32::from(pupil.present(year.begins));
        if pupil.present(year.ends) {
            results.ends += 1;
            let marks: Vec<&str> = subjects.iter().map(|subject| last_mark(finals, pupil, subject)).collect();
            results.results.add(&marks);
        }
    }
    results
}

/// The mark that counts: the one after the exam where there is one, else the year's.
fn last_mark<'f>(finals: &'f Finals, pupil: &Pupil, subject: &str) -> &'f str {
    match finals.mark(pupil.id, subject, FINAL) {
        "" => finals.mark(pupil.id, subject, YEAR),
        mark => mark,
    }
}

impl Composer<'_> {
    /// The table over its pages, `tail` mm kept free below it, and the lower edge of the last one in mm.
    fn sheet_tables(&self, finals: &Finals, tail: f32) -> (Vec<Page>, f32) {
        let layout = &self.layouts.summary_sheet;
        let (_, area) = self.new_page(Orientation::Landscape, 1);
        let fixed = [layout.number.width.0, layout.pupil.width.0, layout.decision.width.0];
        let room = area.w - fixed.iter().sum::<f32>();
        let subjects = self.subjects();
        let (mut pages, mut bottom) = (Vec::new(), area.y);
        for share in even_shares(&subjects, room, layout.subject_narrowest.0) {
            let width = (room / share.len().max(1) as f32).min(layout.subject_widest.0);
            // What few subjects leave over goes to the texts on both sides of them: the table is as wide as the page.
            let spare = (room - width * share.len() as f32) / 2.0;
            let mut widths = vec![fixed[0], fixed[1] + spare];
            widths.extend(std::iter::repeat_n(width, share.len()));
            widths.push(fixed[2] + spare);
            let parts: Vec<Vec<Row>> =
                (0..self.data.pupils.len()).map(|i| vec![self.sheet_row(i, share, &widths, finals)]).collect();
            let heads = [self.sheet_head(share, &widths)];
            let class = layout.class.fill(&[("class", &self.data.class.quoted()), ("year", self.year())]);
            let large = Some((class.as_str(), layout.class_size.0, layout.keep.as_str()));
            let run = RunOn {
                orientation: Orientation::Landscape,
                widths: &widths,
                heads: &heads,
                parts: &parts,
                tail,
                large: if pages.is_empty() { large } else { None },
            };
            let about = self.sheet_about();
            let heading = self.heading(&layout.heading, layout.heading_size, &about);
            for (page, drawn) in self.run_on(&heading, &run, pages.len() as u32 + 1) {
                bottom = drawn.bottom();
                pages.push(page);
            }
        }
        (pages, bottom)
    }

    fn sheet_about(&self) -> String {
        let school = &self.school.school;
        let class = self.data.class.quoted();
        let teacher = self.data.teacher.as_ref().map(PersonName::full).unwrap_or_default();
        self.layouts.summary_sheet.about.fill(&[
            ("school", &school.name),
            ("short_school", &school.short_name),
            ("place", &school.place),
            ("class", &class),
            ("year", self.year()),
            ("class_teacher", &teacher),
        ])
    }

    fn sheet_head(&self, subjects: &[&str], widths: &[f32]) -> Row {
        let layout = &self.layouts.summary_sheet;
        let kind = sans(layout.head_size.0);
        let plain = |column: &PlainColumn, width: f32| self.cell(kind, column.heading.as_str(), width);
        let mut cells = vec![plain(&layout.number, widths[0]), plain(&layout.pupil, widths[1])];
        cells
            .extend(subjects.iter().zip(&widths[2..]).map(|(subject, width)| self.subject_head(kind, subject, *width)));
        cells.push(plain(&layout.decision, widths[widths.len() - 1]));
        Row { cells, least: 0.0, fifth: false }
    }

    fn sheet_row(&self, index: usize, subjects: &[&str], widths: &[f32], finals: &Finals) -> Row {
        let layout = &self.layouts.summary_sheet;
        let (pupil, kind) = (&self.data.pupils[index], sans(layout.size.0));
        let mut cells = vec![
            self.cell(kind, &(index + 1).to_string(), layout.number.width.0),
            self.cell(kind, &self.name_and_moves(pupil), widths[1]).left().heads_row(),
        ];
        cells.extend(subjects.iter().map(|subject| self.mark_of(kind, last_mark(finals, pupil, subject))));
        cells.push(self.decision_cell(kind, pupil, widths[widths.len() - 1]));
        Row { cells, least: 4.6, fifth: (index + 1).is_multiple_of(5) }
    }

    /// What stands below the table; returns its lower edge in mm.
    fn counts_and_signatures(&self, page: &mut Page, area: Area, year: &Year) -> Result<f32> {
        let layout = &self.layouts.summary_sheet;
        let (words, results) = (&layout.counts, &year.results);
        let line = |wording: &Wording<Counts>, count: u32| wording.fill(&[("count", &count.to_string())]);
        let pupils = [line(&words.begins, year.begins), line(&words.ends, year.ends)].join(", ");
        let sorted = [
            line(&words.excellent, results.excellent),
            line(&words.good, results.good),
            line(&words.one_three, results.one_three),
            line(&words.failing, results.failing),
        ];
        let shares = [
            words.success.fill(&[("percent", &results.success().to_string())]),
            words.quality.fill(&[("percent", &results.quality().to_string())]),
            words.degree.fill(&[("percent", &results.degree().to_string())]),
        ];
        let kind = serif(layout.size.0 + 1.0);
        let mut y = area.y + 2.5;
        for text in [format!("{pupils}; {}.", sorted.join(", ")), format!("{}.", shares.join(", "))] {
            y = self.paragraph(page, Area { y, ..area }, kind, Align::Left, &text) + 0.8;
        }
        if !self.context.reason.is_empty() {
            let gaps = ClassGaps::of_sheet(self.tables, &self.school, &self.data.class)?;
            let (marks, decisions) = gaps.counts();
            let (marks, decisions) = (marks.to_string(), decisions.to_string());
            let reason = self.context.reason.trim_end_matches('.');
            let values = [("marks", &*marks), ("decisions", &*decisions), ("reason", reason)];
            let text = format!("{}.", layout.with_gaps.fill(&values));
            let kind = serif_bold(layout.size.0 + 1.0);
            y = self.paragraph(page, Area { y, ..area }, kind, Align::Left, &text) + 0.8;
        }
        let half = area.w / 2.0 - 4.0;
        let left = Area { y, w: half, ..area };
        let right = Area { x: area.x + half + 8.0, y, w: half, h: CERTIFICATION_HEIGHT };
        let offices = [
            (&layout.signatures.class_teacher, self.data.teacher.clone()),
            (&layout.signatures.deputy_head, ClassData::holder(self.tables, Role::DeputyHead)?),
            (&layout.signatures.director, ClassData::holder(self.tables, Role::Director)?),
        ];
        let mut lower = y;
        // Who certifies the copy signs beside «Верно», with his position; the same line twice would be signed twice.
        let certifies = |name: &PersonName| !self.context.number.is_empty() && *name == self.context.issued_by;
        for (office, name) in offices.into_iter().filter(|(_, name)| !name.as_ref().is_some_and(certifies)) {
            lower = self.signature(page, Area { y: lower, ..left }, office.as_str(), name.as_ref());
        }
        let certified = self.certification(page, right);
        Ok(lower.max(certified))
    }
}
