//! The extract of current and final marks (form 17) for a pupil who leaves during the year: the school to which he goes
//! takes it as the basis of his marks there.
//!
//! It is about the pupil and not about a class: marks that he got in the same subject in several classes of the school
//! follow each other by date.

use super::archive_act::filled;
use super::course::{EXAM, FINAL, YEAR};
use super::flow::{Flow, LINE, Parts};
use super::{CERTIFICATION_GAP, CERTIFICATION_HEIGHT, Composer, Document, Heading, NOTHING, sans, serif, serif_bold};
use crate::error::{Error, Result};
use crate::journal::read::absences::{Absences, Missed};
use crate::journal::read::explain::Reasons;
use crate::journal::read::finals::finals_of_pupil;
use crate::journal::read::standing::{attendance_of_pupil, marks_of_pupil};
use crate::journal::read::{self, Pupil};
use crate::print::layout::{ColumnAlign, ExtractField};
use crate::print::page::Page;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row, Table};
use crate::print::typeset::Align;
use crate::school::{ClassName, Day, Filed, Period, Stay, format_date};
use std::collections::{BTreeMap, BTreeSet};

/// The width of the names beside values, in mm.
const NAMES: f32 = 48.0;
/// Between the parts of the extract, in mm.
const GAP: f32 = 3.0;
/// The least height of a row of marks, in mm.
const ROW: f32 = 5.0;
/// Of the usual heights of rows and gaps, what a page is set with.
const ROOMY: f32 = 1.0;
const CLOSER: f32 = 0.9;
const CLOSEST: f32 = 0.8;

/// What a pupil has in a subject and a period.
#[derive(Default)]
struct InPeriod {
    marks: Vec<String>,
    missed: u32,
    fin: String,
}

/// By subject and period, and the subjects in the order of the journal.
struct Marks {
    subjects: Vec<String>,
    cells: BTreeMap<(String, String), InPeriod>,
}

/// Lays out the extract of the pupil with this personal file.
///
/// # Errors
/// A pupil who is not there, or was in no class; tables that cannot be read.
pub fn extract(composer: &Composer<'_, ()>, file: &str) -> Result<Document> {
    let layout = &composer.layouts.extract;
    let pupil = read::pupil(composer.tables, file)?.ok_or_else(|| {
        Error::input(format!("в журнале нет ученика с личным делом «{file}»")).next("проверьте номер личного дела")
    })?;
    let stays = read::stays_of(composer.tables, pupil.id)?;
    let (Some((_, first)), Some((class, last))) = (stays.first(), stays.last()) else {
        return Err(Error::input(format!("{} не числится ни в одном классе", pupil.name.full()))
            .next("сначала зачислите ученика"));
    };
    let today = composer.school.day_of(composer.context.issued_at).min(composer.school.year.ends);
    let until = last.last_day().map_or(today, |last| last.min(today));
    let mut periods: Vec<Period> = composer.school.periods_of(class).into_iter().cloned().collect();
    periods.retain(|period| period.begins <= until);
    let born = read::born(composer.tables, file)?.map(format_date).unwrap_or_default();
    let classes: Vec<String> = stays.iter().map(|(class, stay)| composer.stay(class, *stay)).collect();
    let owned = [
        ("name", pupil.name.full()),
        ("born", born),
        ("file", pupil.file.to_string()),
        ("classes", classes.join("; ")),
        ("since", format_date(first.since)),
        ("until", format_date(until)),
    ];
    let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let facts = filled(&layout.facts, &values);
    let marks = composer.marks(&pupil, &stays, &periods)?;
    let missed = composer.missed_of(&pupil, &stays, &periods, until)?;
    // Closer rows, where that spares a page.
    let (name, class) = (pupil.name.full(), class.quoted());
    let whom = format!("{name}, {class} класс");
    let set = |closeness: f32| composer.set_extract(&whom, &facts, (&marks, &periods), &missed, closeness);
    let mut pages = set(ROOMY);
    for closer in [set(CLOSER), set(CLOSEST)] {
        if closer.len() < pages.len() {
            pages = closer;
        }
    }
    let title = format!("Выписка текущих и итоговых отметок: {name}, {class} класс, {} учебный год", composer.year());
    composer.finish(title, layout.heading.as_str(), pages)
}

impl Composer<'_, ()> {
    /// The pages, with rows and gaps of so much of their usual height. What was missed stands with the certification below
    /// it, so that no page holds the end of a table alone.
    fn set_extract(
        &self,
        whom: &str,
        facts: &[(String, String)],
        (marks, periods): (&Marks, &[Period]),
        missed: &[(String, Missed)],
        closeness: f32,
    ) -> Vec<Page> {
        let layout = &self.layouts.extract;
        let about = layout.about.fill(&self.school_values());
        let mut flow = Flow::new(self, Orientation::Portrait);
        flow.heading(&Heading {
            text: layout.heading.as_str(),
            kind: serif_bold(layout.heading_size.0),
            about: &about,
        });
        flow.goes_on_of(whom);
        let (width, gap) = (flow.width(), GAP * closeness);
        flow.table(&closer(self.named_values(sans(layout.size.0), NAMES, width, facts), closeness), 0.0);
        flow.gap(gap);
        flow.table(&closer(self.marks_table(marks, periods), closeness), 0.0);
        flow.gap(gap);
        let (text, original) = (serif(layout.text_size.0), self.original());
        let table = closer(self.missed_table(missed), closeness);
        let below = gap + self.set.wrap(text, &original, width).height() + CERTIFICATION_GAP + CERTIFICATION_HEIGHT;
        flow.need(text.leading() + 1.0 + self.height_of(&table) + below);
        flow.paragraph(serif_bold(layout.text_size.0), Align::Left, layout.missed.as_str());
        flow.gap(1.0);
        flow.table(&table, below);
        flow.gap(gap);
        flow.paragraph(text, Align::Left, &original);
        self.certify_below(&mut flow);
        flow.into_pages()
    }

    /// Where the original is, which a copy for another school says (ГОСТ Р 7.0.97).
    fn original(&self) -> String {
        let (layout, books) = (&self.layouts.extract, self.school.case_of(Filed::ClassBook));
        let values: Vec<(&str, &str)> =
            self.school_values().into_iter().chain([("index", books.index.as_str())]).collect();
        let is_named = self.school.is_indexed(Filed::ClassBook);
        if is_named { &layout.original } else { &layout.original_unindexed }.fill(&values)
    }

    /// The height of a table on one page, in mm.
    fn height_of(&self, table: &Parts) -> f32 {
        let rows = table.heads.iter().chain(table.parts.iter().flatten()).cloned().collect();
        Table { widths: table.widths.clone(), heads: table.heads.len(), rows }.heights(self.look).iter().sum()
    }

    /// «7 «А» класс с 01.09.2025 до 03.02.2026».
    fn stay(&self, class: &ClassName, stay: Stay) -> String {
        let layout = &self.layouts.extract;
        let (class, since) = (class.quoted(), format_date(stay.since));
        let until = stay.until.map(format_date).unwrap_or_default();
        let wording = if stay.until.is_some() { &layout.stay_left } else { &layout.stay };
        wording.fill(&[("class", &class), ("since", &since), ("until", &until)])
    }

    fn marks(&self, pupil: &Pupil, stays: &[(ClassName, Stay)], periods: &[Period]) -> Result<Marks> {
        let mut cells: BTreeMap<(String, String), InPeriod> = BTreeMap::new();
        // What lies between two periods is shown with the one that follows.
        let period_of = |day: Day| {
            let period = periods.iter().find(|period| day <= period.ends).or(periods.last());
            period.map(|period| period.name.clone()).unwrap_or_default()
        };
        for mark in marks_of_pupil(self.tables, pupil.id)? {
            let cell = cells.entry((mark.subject, period_of(mark.date))).or_default();
            cell.marks.push(mark.what.to_string());
        }
        for absence in attendance_of_pupil(self.tables, pupil.id)? {
            let cell = cells.entry((absence.subject, period_of(absence.date))).or_default();
            cell.missed += u32::from(absence.what.is_absence());
        }
        for of in finals_of_pupil(self.tables, &self.school, pupil.id)? {
            cells.entry((of.course.subject, of.period.into())).or_default().fin = of.mark.to_string();
        }
        let marked: BTreeSet<&String> = cells.keys().map(|(subject, _)| subject).collect();
        let subjects = self.subjects_of(pupil, stays, &marked)?;
        Ok(Marks { subjects, cells })
    }

    /// The subjects of the courses to which the pupil belonged in his classes, or in which he has marks, in the order of
    /// the journal.
    fn subjects_of(
        &self,
        pupil: &Pupil,
        stays: &[(ClassName, Stay)],
        marked: &BTreeSet<&String>,
    ) -> Result<Vec<String>> {
        let mut taught: BTreeSet<String> = marked.iter().map(|subject| (*subject).clone()).collect();
        let classes: BTreeSet<&ClassName> = stays.iter().map(|(class, _)| class).collect();
        for class in classes {
            for course in read::courses_of(self.tables, class)? {
                if read::pupils_of_course(self.tables, &course)?.iter().any(|member| member.id == pupil.id) {
                    taught.insert(course.key.subject);
                }
            }
        }
        let mut subjects: Vec<String> = read::subjects(self.tables)?.into_iter().map(|subject| subject.name).collect();
        subjects.retain(|subject| taught.remove(subject));
        subjects.extend(taught);
        Ok(subjects)
    }

    fn marks_table(&self, marks: &Marks, periods: &[Period]) -> Parts {
        let layout = &self.layouts.extract;
        let kind = sans(layout.size.0);
        let names: Vec<&str> = periods.iter().map(|period| period.name.as_str()).collect();
        let subject = |(i, subject): (usize, &String)| {
            let has = |period: &&str| marks.cells.contains_key(&(subject.clone(), (*period).to_owned()));
            let yearly = [YEAR, EXAM, FINAL].into_iter().filter(has);
            let lines: Vec<&str> = names.iter().copied().chain(yearly).collect();
            let row = |(line, period): (usize, &&str)| {
                let nothing = InPeriod::default();
                let cell = marks.cells.get(&(subject.clone(), (*period).to_owned())).unwrap_or(&nothing);
                let mut cells = Vec::new();
                for column in layout.columns.iter() {
                    let (text, rows) = match column.field {
                        ExtractField::Number | ExtractField::Subject if line > 0 => continue,
                        ExtractField::Number => ((i + 1).to_string(), lines.len()),
                        ExtractField::Subject => (subject.clone(), lines.len()),
                        ExtractField::Period => ((*period).to_owned(), 1),
                        ExtractField::Marks => (cell.marks.join(", "), 1),
                        // Of the year and of exams, nobody counts here what was missed.
                        ExtractField::Missed if names.contains(period) => (cell.missed.to_string(), 1),
                        ExtractField::Missed => (String::new(), 1),
                        ExtractField::Final => (cell.fin.clone(), 1),
                    };
                    let text = if text.is_empty() { NOTHING.to_owned() } else { text };
                    let align = match column.align {
                        ColumnAlign::Centre => Align::Centre,
                        ColumnAlign::Left => Align::Left,
                        ColumnAlign::Right => Align::Right,
                    };
                    cells.push(Cell { align, ..self.cell(kind, &text, column.width.0).span(rows, 1) });
                }
                Row { cells, least: ROW, fifth: line + 1 == lines.len() }
            };
            lines.iter().enumerate().map(row).collect::<Vec<Row>>()
        };
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let mut parts: Vec<Vec<Row>> = marks.subjects.iter().enumerate().map(subject).collect();
        if parts.is_empty() {
            let nothing = self.cell(kind, layout.empty.as_str(), widths.iter().sum()).span(1, widths.len());
            parts.push(vec![Row { cells: vec![nothing], least: LINE, fifth: false }]);
        }
        Parts { widths, heads: vec![self.column_heads(sans(layout.head_size.0), &layout.columns)], parts }
    }

    /// What the pupil missed in each period to the day `until`, and in all.
    fn missed_of(
        &self,
        pupil: &Pupil,
        stays: &[(ClassName, Stay)],
        periods: &[Period],
        until: Day,
    ) -> Result<Vec<(String, Missed)>> {
        let reasons = Reasons::read(self.tables)?;
        let classes: BTreeSet<&ClassName> = stays.iter().map(|(class, _)| class).collect();
        let of = |class: &&ClassName| Absences::of_class(self.tables, class, &reasons);
        let absences = classes.iter().map(of).collect::<Result<Vec<_>>>()?;
        let mut lines = Vec::new();
        let mut total = Missed::default();
        for period in periods {
            let mut missed = Missed::default();
            absences.iter().for_each(|of| missed += of.between(pupil.id, period.begins, period.ends.min(until)));
            total += missed;
            lines.push((period.name.clone(), missed));
        }
        lines.push((self.layouts.extract.total.as_str().to_owned(), total));
        Ok(lines)
    }

    fn missed_table(&self, lines: &[(String, Missed)]) -> Parts {
        let layout = &self.layouts.extract;
        let kind = sans(layout.size.0);
        let widths: Vec<f32> = layout.missed_columns.iter().map(|column| column.width.0).collect();
        let row = |texts: &[String], kind| {
            let cells = texts.iter().zip(&widths).map(|(text, width)| self.cell(kind, text, *width));
            Row { cells: cells.collect(), least: LINE, fifth: false }
        };
        let line = |(period, missed): &(String, Missed)| {
            let lessons = missed.lessons;
            let counts = [missed.days.all(), lessons.all(), lessons.ill, lessons.excused, lessons.without_reason()];
            let texts: Vec<String> =
                std::iter::once(period.clone()).chain(counts.iter().map(ToString::to_string)).collect();
            vec![row(&texts, kind)]
        };
        let heads: Vec<String> =
            layout.missed_columns.iter().map(|column| column.heading.as_str().to_owned()).collect();
        Parts {
            heads: vec![row(&heads, sans(layout.head_size.0))],
            parts: lines.iter().map(line).collect(),
            widths: widths.clone(),
        }
    }
}

/// The table with rows of so much of their least height.
fn closer(mut table: Parts, closeness: f32) -> Parts {
    table.heads.iter_mut().chain(table.parts.iter_mut().flatten()).for_each(|row| row.least *= closeness);
    table
}
