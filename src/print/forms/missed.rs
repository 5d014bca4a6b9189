//! Lessons and days missed, by reason: for each period and for the year.

use super::class::Pupil;
use super::{Composer, RunOn, sans, sans_bold};
use crate::error::Result;
use crate::print::page::Page;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use crate::school::Attendance;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Absences counted: all, through illness, for a valid reason, without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts([u32; 4]);

impl Counts {
    fn add(&mut self, kind: Attendance) {
        self.0[0] += 1;
        self.0[match kind {
            Attendance::Ill => 1,
            Attendance::Excused => 2,
            Attendance::Absent | Attendance::Late => 3,
        }] += 1;
    }

    fn plus(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
        self
    }

    /// All absences.
    pub(super) fn all(self) -> u32 {
        self.0[0]
    }
}

/// What a pupil missed in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missed {
    /// Whole days.
    pub days: Counts,
    /// Lessons.
    pub lessons: Counts,
}

/// One pupil's lessons of one day: how many there were, and the absences among them.
#[derive(Debug, Clone, Default)]
struct Day {
    held: u32,
    absences: Vec<Attendance>,
}

impl Day {
    /// The reason of a day missed as a whole: what most of its absences have, the worse one where they tie.
    fn whole(&self) -> Option<Attendance> {
        if self.held == 0 || (self.absences.len() as u32) < self.held {
            return None;
        }
        let count = |kind: Attendance| self.absences.iter().filter(|known| **known == kind).count();
        [Attendance::Ill, Attendance::Excused, Attendance::Absent].into_iter().max_by_key(|kind| count(*kind))
    }
}

/// What every pupil missed on which day.
pub(super) struct Absences(BTreeMap<i64, BTreeMap<NaiveDate, Day>>);

impl Absences {
    /// What the pupil missed from one day to another, both included.
    pub(super) fn between(&self, pupil: i64, from: NaiveDate, to: NaiveDate) -> Missed {
        let mut missed = Missed::default();
        for day in self.0.get(&pupil).into_iter().flat_map(|days| days.range(from..=to)).map(|(_, day)| day) {
            day.absences.iter().for_each(|kind| missed.lessons.add(*kind));
            if let Some(kind) = day.whole() {
                missed.days.add(kind);
            }
        }
        missed
    }
}

impl Composer<'_> {
    /// Counts the absences of the whole class.
    ///
    /// # Errors
    /// Only the database's, or tables that hold what they cannot hold.
    pub(super) fn absences(&self) -> Result<Absences> {
        let mut out: BTreeMap<i64, BTreeMap<NaiveDate, Day>> = BTreeMap::new();
        let mut kinds =
            self.tables.prepare_cached("SELECT pupil, kind FROM attendance WHERE lesson = ?1 ORDER BY pupil")?;
        let mut lessons =
            self.tables.prepare_cached("SELECT id, date FROM lessons WHERE course = ?1 ORDER BY date, lesson")?;
        for course in &self.data.courses {
            let pupils: Vec<&Pupil> = self.data.pupils_of(course).collect();
            let mut rows = lessons.query([course.id])?;
            while let Some(row) = rows.next()? {
                let (lesson, day): (i64, String) = (row.get(0)?, row.get(1)?);
                let day = super::class::date(&day)?;
                let mut absent = BTreeMap::new();
                let mut marked = kinds.query([lesson])?;
                while let Some(row) = marked.next()? {
                    let kind = Attendance::parse(&row.get::<_, String>(1)?).filter(|kind| kind.is_absence());
                    absent.insert(row.get::<_, i64>(0)?, kind);
                }
                for pupil in pupils.iter().filter(|pupil| pupil.present(day)) {
                    let entry = out.entry(pupil.id).or_default().entry(day).or_default();
                    entry.held += 1;
                    let kind = absent.get(&pupil.id).copied().flatten();
                    entry
                        .absences
                        .extend(kind.map(|kind| if kind == Attendance::Absent { pupil.absence_on(day) } else { kind }));
                }
            }
        }
        Ok(Absences(out))
    }

    /// The form, whose first page is `first`.
    pub(super) fn missed(&self, absences: &Absences, first: u32) -> Vec<Page> {
        let layout = &self.layouts.book.missed;
        let year = &self.data.school.year;
        let mut spans: Vec<(&str, NaiveDate, NaiveDate)> =
            self.data.periods.iter().map(|period| (period.name.as_str(), period.begins, period.ends)).collect();
        spans.push((layout.year.as_str(), year.begins, year.ends));
        let fixed = layout.number.width.0 + layout.pupil.width.0 + layout.unit.width.0;
        let (_, area) = self.new_page(Orientation::Portrait, first);
        let width = (area.w - fixed) / (spans.len() * 4) as f32;
        let mut widths = vec![layout.number.width.0, layout.pupil.width.0, layout.unit.width.0];
        widths.extend(std::iter::repeat_n(width, spans.len() * 4));
        let heads = self.missed_heads(&spans, width);
        let mut totals = vec![Missed::default(); spans.len()];
        let mut parts = Vec::new();
        for (i, pupil) in self.data.pupils.iter().enumerate() {
            let missed: Vec<Missed> =
                spans.iter().map(|(_, from, to)| absences.between(pupil.id, *from, *to)).collect();
            for (total, missed) in totals.iter_mut().zip(&missed) {
                *total = Missed { days: total.days.plus(missed.days), lessons: total.lessons.plus(missed.lessons) };
            }
            let number = self.cell(sans(layout.size.0), &(i + 1).to_string(), layout.number.width.0).span(2, 1);
            let name = self.cell(sans(layout.size.0), &pupil.listed, layout.pupil.width.0).left().span(2, 1);
            parts.push(self.missed_rows(vec![number, name], &missed, (i + 1).is_multiple_of(5)));
        }
        let both = layout.number.width.0 + layout.pupil.width.0;
        let total = self.cell(sans_bold(layout.size.0), layout.total.as_str(), both).left().span(2, 2);
        parts.push(self.missed_rows(vec![total], &totals, false));
        let run =
            RunOn { orientation: Orientation::Portrait, widths: &widths, heads: &heads, parts: &parts, tail: 0.0 };
        let about = self.about_class();
        let pages = self.run_on(&self.heading(&layout.heading, layout.heading_size, &about), &run, first);
        pages.into_iter().map(|(page, _)| page).collect()
    }

    fn missed_heads(&self, spans: &[(&str, NaiveDate, NaiveDate)], width: f32) -> [Row; 2] {
        let layout = &self.layouts.book.missed;
        let kind = sans(layout.head_size.0);
        let fixed = [&layout.number, &layout.pupil, &layout.unit];
        let mut upper: Vec<Cell> = fixed
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cell = if i == 2 {
                    self.turned_cell(kind, column.heading.as_str(), 40.0, column.width.0)
                } else {
                    self.cell(kind, column.heading.as_str(), column.width.0)
                };
                cell.span(2, 1)
            })
            .collect();
        upper.extend(spans.iter().map(|(name, ..)| self.cell(kind, name, width * 4.0).span(1, 4)));
        let reasons = [&layout.all, &layout.ill, &layout.excused, &layout.unexcused];
        let lower = spans
            .iter()
            .flat_map(|_| reasons.map(|reason| self.turned_cell(kind, reason.as_str(), 22.0, width)))
            .collect();
        [Row { cells: upper, least: 5.0, fifth: false }, Row { cells: lower, least: 5.0, fifth: false }]
    }

    /// Two rows, days and lessons, behind the cells that span both.
    fn missed_rows(&self, before: Vec<Cell>, missed: &[Missed], fifth: bool) -> Vec<Row> {
        let layout = &self.layouts.book.missed;
        let kind = sans(layout.size.0);
        let row = |mut cells: Vec<Cell>, unit: &str, counts: &dyn Fn(&Missed) -> Counts, fifth| {
            cells.push(self.cell(sans(layout.head_size.0), unit, layout.unit.width.0));
            for count in missed.iter().flat_map(|missed| counts(missed).0) {
                cells.push(if count == 0 { Cell::empty() } else { Cell::new(self.set.line(kind, &count.to_string())) });
            }
            Row { cells, least: 3.7, fifth }
        };
        vec![
            row(before, layout.days.as_str(), &|missed| missed.days, false),
            row(Vec::new(), layout.lessons.as_str(), &|missed| missed.lessons, fifth),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Attendance::{Absent, Excused, Ill};

    fn day(held: u32, absences: &[Attendance]) -> Day {
        Day { held, absences: absences.to_vec() }
    }

    #[test]
    fn a_day_counts_only_if_every_lesson_of_it_was_missed() {
        assert_eq!(day(3, &[Ill, Ill, Ill]).whole(), Some(Ill));
        assert_eq!(day(3, &[Ill, Ill]).whole(), None);
        assert_eq!(day(0, &[]).whole(), None);
    }

    #[test]
    fn a_day_of_several_reasons_has_the_most_frequent_and_of_two_the_worse() {
        assert_eq!(day(3, &[Ill, Excused, Excused]).whole(), Some(Excused));
        assert_eq!(day(2, &[Ill, Absent]).whole(), Some(Absent));
        assert_eq!(day(2, &[Ill, Excused]).whole(), Some(Excused));
    }

    #[test]
    fn absences_are_counted_by_reason_between_two_days() {
        let date = |d| NaiveDate::from_ymd_opt(2025, 9, d).unwrap();
        let days =
            BTreeMap::from([(date(1), day(2, &[Ill, Ill])), (date(2), day(2, &[Absent])), (date(9), day(1, &[Ill]))]);
        let missed = Absences(BTreeMap::from([(7, days)])).between(7, date(1), date(8));
        assert_eq!(missed.lessons, Counts([3, 2, 0, 1]));
        assert_eq!(missed.days, Counts([1, 1, 0, 0]));
    }
}
