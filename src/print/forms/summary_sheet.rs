//! The summary of final results that is kept for 25 years (§5.2): a pupil a line, a subject a column, then the counts
//! and percentages that a school reports.

use super::book::Document;
use super::class::{ClassData, Pupil};
use super::course::{FINAL, YEAR};
use super::progress::{Finals, even_shares};
use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, RunOn, sans, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::{Column, Counts, Wording};
use crate::print::page::{Area, Page};
use crate::print::pdf::Bookmark;
use crate::print::sheet::{Orientation, close_page};
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::school::{Marks, PersonName, Role};

/// How the class finished the year.
#[derive(Debug, Default, PartialEq)]
struct Results {
    /// Pupils on the first day.
    begins: u32,
    /// Pupils on the last day.
    ends: u32,
    /// Of those, all marks «5».
    excellent: u32,
    /// Marks «4» and «5».
    good: u32,
    /// A single «3», the rest better.
    one_three: u32,
    /// A mark below «3», «незач» or «н/а».
    failing: u32,
    /// Of those on the last day, who has marks at all.
    marked: u32,
    /// How often each mark was given, «1» first.
    marks: [u32; 5],
}

impl Results {
    /// Counts one pupil's final marks.
    fn add(&mut self, marks: &[&str]) {
        let read: Vec<Marks> = marks.iter().filter_map(|mark| Marks::parse(mark).ok()).collect();
        if read.is_empty() {
            return;
        }
        self.marked += 1;
        let grades: Vec<u8> = read.iter().flat_map(Marks::grades).collect();
        for grade in &grades {
            self.marks[usize::from(*grade) - 1] += 1;
        }
        let count = |of: u8| grades.iter().filter(|grade| **grade == of).count();
        let unsettled = read.iter().any(|marks| marks.is_not_attested() || marks.to_string() == "незач");
        if unsettled || grades.iter().any(|grade| *grade < 3) {
            self.failing += 1;
        } else if grades.is_empty() {
            // «зач» and «осв» alone: no grade to sort the pupil by.
        } else if count(5) == grades.len() {
            self.excellent += 1;
        } else if count(3) == 0 {
            self.good += 1;
        } else if count(3) == 1 {
            self.one_three += 1;
        }
    }

    /// Успеваемость: pupils who fail nothing, of all with marks.
    fn success(&self) -> String {
        percent(self.marked - self.failing, self.marked)
    }

    /// Качество знаний: pupils with «4» and «5» only, of all with marks.
    fn quality(&self) -> String {
        percent(self.excellent + self.good, self.marked)
    }

    /// Степень обученности: «5» weighs 100, «4» 64, «3» 36, «2» 16 and «1» 4, averaged over all marks.
    fn degree(&self) -> String {
        let weighed: u32 = self.marks.iter().zip([4, 16, 36, 64, 100]).map(|(count, weight)| count * weight).sum();
        percent(weighed, self.marks.iter().sum::<u32>() * 100)
    }
}

/// A percentage with one decimal and a comma, rounded half up; a dash where there is nothing to divide by.
fn percent(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let (part, whole) = (u64::from(part), u64::from(whole));
    let tenths = (part * 2000 + whole) / (whole * 2);
    format!("{},{}", tenths / 10, tenths % 10)
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
    let results = results(data, &composer.subjects(), &finals);
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
    let mut seals = Vec::new();
    for (page, number) in pages.iter_mut().zip(1..) {
        seals.push(close_page(page, &composer.set, &composer.layouts.page, &foot, number)?);
    }
    let heading = layout.heading.as_str().to_owned();
    Ok(Document { title, pages, seals, bookmarks: vec![Bookmark { title: heading, page: 0, under: Vec::new() }] })
}

fn results(data: &ClassData, subjects: &[&str], finals: &Finals) -> Results {
    let year = &data.school.year;
    let mut results = Results::default();
    for pupil in &data.pupils {
        results.begins += u32::from(pupil.present(year.begins));
        if pupil.present(year.ends) {
            results.ends += 1;
            let marks: Vec<&str> = subjects.iter().map(|subject| last_mark(finals, pupil, subject)).collect();
            results.add(&marks);
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
            let mut widths = vec![fixed[0], fixed[1]];
            widths.extend(std::iter::repeat_n(width, share.len()));
            widths.push(fixed[2]);
            let parts: Vec<Vec<Row>> =
                (0..self.data.pupils.len()).map(|i| vec![self.sheet_row(i, share, finals)]).collect();
            let heads = [self.sheet_head(share, width)];
            let run =
                RunOn { orientation: Orientation::Landscape, widths: &widths, heads: &heads, parts: &parts, tail };
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
        let school = &self.data.school.school;
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

    fn sheet_head(&self, subjects: &[&str], width: f32) -> Row {
        let layout = &self.layouts.summary_sheet;
        let kind = sans(layout.head_size.0);
        let plain = |column: &Column| self.cell(kind, column.heading.as_str(), column.width.0);
        let mut cells = vec![plain(&layout.number), plain(&layout.pupil)];
        cells.extend(subjects.iter().map(|subject| self.subject_head(kind, subject, width)));
        cells.push(plain(&layout.decision));
        Row { cells, least: 0.0, fifth: false }
    }

    fn sheet_row(&self, index: usize, subjects: &[&str], finals: &Finals) -> Row {
        let layout = &self.layouts.summary_sheet;
        let (pupil, kind) = (&self.data.pupils[index], sans(layout.size.0));
        let (full, moves) = (pupil.name.full(), self.moves(pupil));
        let name = if moves.is_empty() { full } else { format!("{full}, {moves}") };
        let mut cells = vec![
            self.cell(kind, &(index + 1).to_string(), layout.number.width.0),
            self.cell(kind, &name, layout.pupil.width.0).left(),
        ];
        cells.extend(subjects.iter().map(|subject| self.mark_of(kind, last_mark(finals, pupil, subject))));
        cells.push(self.decision_cell(kind, pupil, layout.decision.width.0));
        Row { cells, least: 4.6, fifth: (index + 1).is_multiple_of(5) }
    }

    /// What stands below the table; returns its lower edge in mm.
    fn counts_and_signatures(&self, page: &mut Page, area: Area, results: &Results) -> Result<f32> {
        let layout = &self.layouts.summary_sheet;
        let words = &layout.counts;
        let line = |wording: &Wording<Counts>, count: u32| wording.fill(&[("count", &count.to_string())]);
        let pupils = [line(&words.begins, results.begins), line(&words.ends, results.ends)].join(", ");
        let sorted = [
            line(&words.excellent, results.excellent),
            line(&words.good, results.good),
            line(&words.one_three, results.one_three),
            line(&words.failing, results.failing),
        ];
        let shares = [
            words.success.fill(&[("percent", &results.success())]),
            words.quality.fill(&[("percent", &results.quality())]),
            words.degree.fill(&[("percent", &results.degree())]),
        ];
        let kind = serif(layout.size.0 + 1.0);
        let mut y = area.y + 2.5;
        for text in [format!("{pupils}; {}.", sorted.join(", ")), format!("{}.", shares.join(", "))] {
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
        for (office, name) in offices {
            lower = self.signature(page, Area { y: lower, ..left }, office.as_str(), name.as_ref());
        }
        let certified = self.certification(page, right);
        let keep = Area { y: certified, ..right };
        let kept = self.paragraph(page, keep, serif_bold(layout.size.0 + 1.0), Align::Right, layout.keep.as_str());
        Ok(lower.max(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(pupils: &[&[&str]]) -> Results {
        let mut results = Results::default();
        pupils.iter().for_each(|marks| results.add(marks));
        results
    }

    #[test]
    fn pupils_are_sorted_by_their_worst_marks() {
        let results = class(&[
            &["5", "5", "зач"],
            &["5", "4", "осв"],
            &["4", "3", "5"],
            &["3", "3", "5"],
            &["5", "2", "3"],
            &["5", "н/а", "5"],
            &["5", "незач", "5"],
            &["", "", ""],
        ]);
        let counts = (results.excellent, results.good, results.one_three, results.failing, results.marked);
        assert_eq!(counts, (1, 1, 1, 3, 7));
        assert_eq!((results.success(), results.quality()), ("57,1".to_owned(), "28,6".to_owned()));
    }

    #[test]
    fn the_degree_of_learning_weighs_the_marks() {
        // (100 + 64 + 36 + 16) / 4
        assert_eq!(class(&[&["5", "4", "3", "2"]]).degree(), "54,0");
        assert_eq!(class(&[&["5"], &["4"]]).degree(), "82,0");
        assert_eq!(class(&[]).degree(), "—");
    }

    #[test]
    fn percentages_are_rounded_half_up() {
        assert_eq!(percent(1, 3), "33,3");
        assert_eq!(percent(2, 3), "66,7");
        assert_eq!(percent(1, 2000), "0,1");
        assert_eq!(percent(28, 28), "100,0");
    }
}
