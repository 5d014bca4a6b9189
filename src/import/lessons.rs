//! Lessons with their marks: one entry a lesson. Where one is refused with its marks, they are tried mark by mark, so that
//! each fault is reported at its own line.

use super::fault::Source;
use super::present;
use super::record::Import;
use super::rows::{Key, LessonRow, MarkRow, Rows};
use crate::error::Result;
use crate::journal::entry::{Body, LessonCell, LessonRecorded, LessonRef};
use crate::journal::read;
use crate::school::format_date;
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

impl Import<'_, '_> {
    pub(super) fn lessons(&mut self, lessons: Rows<LessonRow>, marks: Rows<MarkRow>) -> Result<()> {
        let total = lessons.len() as u64;
        let mut cells = self.cells_by_lesson(marks);
        let mut seen = HashSet::new();
        for (done, (at, row)) in (1u64..).zip(lessons) {
            let own = Key::Lesson(row.key.clone(), row.date, row.lesson);
            let sources = cells.remove(&own).unwrap_or_default();
            let mut needs = vec![(Key::Course(row.key.clone()), "Предмет")];
            if !row.substitute.is_empty() {
                needs.push((Key::Person(row.substitute.clone()), "Замена"));
            }
            if !self.claim(&mut seen, at, "Урок", &own) || !self.needs(at, &needs) {
                self.misdated.entry((row.key, row.lesson)).or_default().push(row.date);
                self.broken.insert(own);
                continue;
            }
            let lesson = LessonRecorded {
                at: LessonRef { course: row.key, date: row.date, lesson: row.lesson },
                topic: row.topic,
                work: row.work,
                homework: row.homework,
                substitute: row.substitute,
                cells: sources.iter().map(|(_, cell)| cell.clone()).collect(),
                despite: false,
            };
            self.lesson(at, lesson, &sources)?;
            if done % 64 == 0 || done == total {
                (self.progress)(done, total);
            }
        }
        self.cells_of_known_lessons(cells)
    }

    /// Marks by the lesson they belong to; those of unknown pupils and doubles are faults.
    fn cells_by_lesson(&mut self, marks: Rows<MarkRow>) -> HashMap<Key, Vec<(Source, LessonCell)>> {
        let mut cells: HashMap<Key, Vec<(Source, LessonCell)>> = HashMap::new();
        for (at, row) in marks {
            if !self.needs(at, &[(Key::Pupil(row.pupil.clone()), "Личное дело")]) {
                continue;
            }
            let cell = LessonCell { pupil: row.pupil, attendance: row.cell.attendance, marks: row.cell.marks };
            let of_lesson = cells.entry(Key::Lesson(row.key, row.date, row.lesson)).or_default();
            if of_lesson.iter().any(|(_, other)| other.pupil == cell.pupil) {
                self.faults.column(at, "Личное дело", "отметка этого ученика на этом уроке указана дважды");
                continue;
            }
            of_lesson.push((at, cell));
        }
        cells
    }

    /// Records what the journal lacks of a lesson. If it is refused with its cells, they are tried one by one, so that
    /// each fault is reported at the line of its mark.
    fn lesson(&mut self, at: Source, lesson: LessonRecorded, sources: &[(Source, LessonCell)]) -> Result<()> {
        let place = lesson.at.clone();
        let lacking = present::lesson(self.batch.tables(), lesson)?;
        if let Some(lesson) = lacking.lesson {
            let bare = LessonRecorded { cells: Vec::new(), ..lesson.clone() };
            let with_cells = !lesson.cells.is_empty();
            match self.try_record(lesson, true) {
                Ok(()) => {}
                Err(error) if !with_cells => {
                    self.misdated.entry((place.course, place.lesson)).or_default().push(place.date);
                    return self.refused(at, "Дата", error);
                }
                Err(_) => {
                    if self.record(at, "Дата", bare, true)? {
                        self.one_by_one(&place, sources)?;
                    } else {
                        self.misdated.entry((place.course.clone(), place.lesson)).or_default().push(place.date);
                        self.broken.insert(Key::Lesson(place.course, place.date, place.lesson));
                    }
                    return Ok(());
                }
            }
        }
        for pupil in lacking.differ {
            let source = sources.iter().find(|(_, cell)| cell.pupil == pupil.0).map_or(at, |(source, _)| *source);
            self.refused(source, "Отметка", pupil.1)?;
        }
        self.missing_cells(&place, lacking.cells, sources)
    }

    fn missing_cells(&mut self, at: &LessonRef, cells: Vec<Body>, sources: &[(Source, LessonCell)]) -> Result<()> {
        for body in cells {
            if self.try_record(body, true).is_err() {
                return self.one_by_one(at, sources);
            }
        }
        Ok(())
    }

    /// Finds which cells are refused. At least one is, so the import will not be kept.
    fn one_by_one(&mut self, at: &LessonRef, sources: &[(Source, LessonCell)]) -> Result<()> {
        for (source, cell) in sources {
            // What differs from the journal was named before.
            for body in present::cells(self.batch.tables(), at, std::slice::from_ref(cell))?.0 {
                if !self.record(*source, "Отметка", body, true)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether a lesson that is missing may be one that was refused under a date like its own: the digits of a day or a year
    /// are easily swapped, and mending the one mends the other.
    fn may_be_misdated(&self, at: &LessonRef) -> bool {
        let alike = |date: NaiveDate| {
            let (a, b) = (format_date(date), format_date(at.date));
            a.len() == b.len() && a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count() <= 2
        };
        let refused = self.misdated.get(&(at.course.clone(), at.lesson));
        refused.is_some_and(|dates| dates.iter().any(|date| alike(*date)))
    }

    /// Marks of lessons that lessons.csv does not have: the journal may.
    fn cells_of_known_lessons(&mut self, cells: HashMap<Key, Vec<(Source, LessonCell)>>) -> Result<()> {
        let mut rest: Vec<(Key, Vec<(Source, LessonCell)>)> = cells.into_iter().collect();
        rest.sort_by_key(|(_, sources)| sources.first().map_or(0, |(at, _)| at.line));
        for (key, sources) in rest {
            let Key::Lesson(course, date, lesson) = key.clone() else { continue };
            let known_course = self.known.contains(&Key::Course(course.clone()));
            let at = LessonRef { course, date, lesson };
            match read::lesson_at(self.batch.tables(), &at)? {
                Some(_) => {
                    let lines: Vec<LessonCell> = sources.iter().map(|(_, cell)| cell.clone()).collect();
                    let (lacking, differ) = present::cells(self.batch.tables(), &at, &lines)?;
                    for (pupil, error) in differ {
                        let of = sources.iter().find(|(_, cell)| cell.pupil == pupil).or(sources.first());
                        of.map_or(Ok(()), |(source, _)| self.refused(*source, "Отметка", error))?;
                    }
                    self.missing_cells(&at, lacking, &sources)?;
                }
                None => {
                    let of_course = Key::Course(at.course.clone());
                    let misdated = self.may_be_misdated(&at);
                    let some = Key::SomeLesson(at.course);
                    if misdated || [&key, &of_course, &some].iter().any(|key| self.broken.contains(*key)) {
                        continue;
                    }
                    for (source, _) in &sources {
                        match known_course {
                            true => self.is_missing(*source, "Урок", &key),
                            false => self.is_missing(*source, "Предмет", &of_course),
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
