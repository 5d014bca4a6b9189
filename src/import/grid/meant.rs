//! What a table means in this journal: its columns are lessons and final marks of a course, its rows pupils of it. Whatever
//! cannot be told is a doubt, all of them at once.

use super::cells::{File, Place};
use super::doubts::{Doubts, Question, Section};
use super::headings::{FinalSaid, Said, final_of};
use super::map::{Answer, Map};
use super::marks;
use super::pupils::Pupils;
use super::shape::{Row, Shape, Table, Topic, shape};
use super::when::{Lessons, Target, Within};
use crate::error::Result;
use crate::import::sheet::Value;
use crate::journal::entry::{FinalLine, LessonCell, LessonRef};
use crate::journal::read::{self, Course, Tables};
use crate::school::{Cell, Day, PeriodName, PersonalFile, School, format_date};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a file brings to a course.
#[derive(Debug)]
pub struct Brought {
    /// The file's name.
    pub file: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The course.
    pub course: Course,
    /// Its lessons, in order of time: those of which the file says anything.
    pub lessons: Vec<Lesson>,
    /// Its final marks by period.
    pub finals: Vec<(PeriodName, Vec<(FinalLine, Place)>)>,
}

/// What a file says of a lesson.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Which one.
    pub at: LessonRef,
    /// Topic, where it is said.
    pub topic: Option<String>,
    /// Kind of work, where it is said.
    pub work: Option<String>,
    /// Homework, where it is said.
    pub homework: Option<String>,
    /// Where the lesson itself stands: its heading, its topic.
    pub places: Vec<Place>,
    /// The cells that are filled.
    pub cells: Vec<(LessonCell, Place)>,
    /// Whether a map says that it was given though the timetable has none then.
    pub despite: bool,
}

/// What a file is understood by.
pub struct Ground<'a> {
    /// The journal's tables.
    pub tables: &'a Tables,
    /// The school.
    pub school: &'a School,
    /// The answers that were given.
    pub map: &'a Map,
    /// The day.
    pub today: Day,
}

/// Understands a file as a table of a course; what cannot be told is in the doubts.
///
/// # Errors
/// Tables that do not read.
pub fn understood(ground: &Ground<'_>, course: &Course, file: &File) -> Result<(Brought, Doubts)> {
    let class = course.key.class.to_string();
    let mut reading = Reading {
        ground,
        course,
        pupils: Pupils::of(ground, course)?,
        when: Lessons::of(ground, course)?,
        class,
        doubts: Doubts::of(&file.name),
        lessons: BTreeMap::new(),
        finals: BTreeMap::new(),
        rosters: HashMap::new(),
    };
    reading.doubts.warnings.extend(file.warnings.iter().map(|warning| format!("{}: {warning}", file.name)));
    reading.file(file)?;
    let Reading { doubts, lessons, finals, .. } = reading;
    let brought = Brought {
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        course: course.clone(),
        lessons: lessons.into_values().collect(),
        finals: finals.into_iter().collect(),
    };
    Ok((brought, doubts))
}

struct Reading<'a> {
    ground: &'a Ground<'a>,
    course: &'a Course,
    pupils: Pupils,
    when: Lessons,
    class: String,
    doubts: Doubts,
    lessons: BTreeMap<(Day, u8), Lesson>,
    finals: BTreeMap<PeriodName, Vec<(FinalLine, Place)>>,
    /// Who was on the course on a day.
    rosters: HashMap<Day, HashSet<PersonalFile>>,
}

impl Reading<'_> {
    fn file(&mut self, file: &File) -> Result<()> {
        let shapes: Vec<(String, Shape)> = file.leaves.iter().map(|leaf| (leaf.name.clone(), shape(leaf))).collect();
        if shapes.iter().all(|(_, shape)| shape.tables.is_empty() && shape.topics.is_empty()) {
            self.doubts.whole(
                "не найдено ни таблицы отметок (строка с «Фамилия Имя» и датами), ни списка тем (строка с «Дата» и «Тема»)",
            );
        }
        let tables = || shapes.iter().flat_map(|(_, shape)| &shape.tables);
        let has_topics = shapes.iter().any(|(_, shape)| !shape.topics.is_empty());
        if tables().next().is_some() && tables().all(|table| table.rows.is_empty()) && !has_topics {
            self.doubts.whole("под заголовком таблицы нет ни одного ученика");
        }
        let mut ordinals = HashMap::new();
        for (_, shape) in &shapes {
            self.topics(&shape.topics, &mut ordinals);
        }
        for (sheet, shape) in &shapes {
            let of = self.period_of(sheet, shape);
            for table in &shape.tables {
                self.table(table, of.as_ref(), &ordinals)?;
            }
        }
        Ok(())
    }

    /// The period of a sheet, by its name or caption.
    fn period_of(&self, sheet: &str, shape: &Shape) -> Option<PeriodName> {
        let texts = std::iter::once(sheet).chain(shape.captions.iter().map(String::as_str));
        let said = texts.filter_map(final_of).find(|said| matches!(said, FinalSaid::Period(..)))?;
        self.when.period(&said)
    }

    fn topics(&mut self, topics: &[Topic], ordinals: &mut HashMap<u32, (Day, u8)>) {
        let headings: Vec<(&Place, &Said, bool)> =
            topics.iter().map(|topic| (&topic.place, &topic.said, true)).collect();
        let today = self.ground.today;
        let mut later = 0u64;
        let targets = self.when.allotted(self.ground.map, &headings, Within::Topics, &mut self.doubts);
        for (topic, target) in topics.iter().zip(targets) {
            let Some(Target::Lesson { date, number, despite }) = target else { continue };
            if let Some(ordinal) = topic.number {
                ordinals.insert(ordinal, (date, number));
            }
            if date > today {
                later += 1;
                continue;
            }
            let lesson = self.lesson(date, number, despite);
            let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let lines = [
                (&mut lesson.topic, &topic.topic),
                (&mut lesson.work, &topic.work),
                (&mut lesson.homework, &topic.homework),
            ];
            let mut differs = false;
            for (known, text) in lines {
                differs |= known.as_ref().is_some_and(|known| !text.is_empty() && known != text);
                *known = known.take().or_else(|| said(text));
            }
            lesson.places.push(topic.place.clone());
            if differs {
                let what = format!("урок {} назван дважды по-разному", format_date(date));
                self.doubts.cell(&topic.place, what, None);
            }
        }
        if later > 0 {
            self.doubts.warnings.push(format!("{}: уроки, которых ещё не было, пропущены: {later}", self.doubts.file));
        }
    }

    fn lesson(&mut self, date: Day, number: u8, despite: bool) -> &mut Lesson {
        let at = LessonRef { course: self.course.key.clone(), date, lesson: number };
        let (topic, work, homework) = (None, None, None);
        let lesson = self.lessons.entry((date, number)).or_insert_with(|| Lesson {
            at,
            topic,
            work,
            homework,
            places: Vec::new(),
            cells: Vec::new(),
            despite: false,
        });
        lesson.despite |= despite;
        lesson
    }

    fn table(&mut self, table: &Table, of: Option<&PeriodName>, ordinals: &HashMap<u32, (Day, u8)>) -> Result<()> {
        let headings: Vec<(&Place, &Said, bool)> =
            table.columns.iter().map(|column| (&column.place, &column.said, column.is_filled)).collect();
        let targets = self.when.allotted(self.ground.map, &headings, Within::Table(of, ordinals), &mut self.doubts);
        let mut seen: HashMap<PersonalFile, Place> = HashMap::new();
        for row in &table.rows {
            let is_meant = |column: usize| targets.get(column).is_some_and(Option::is_some);
            let matter = row.cells.iter().any(|(column, ..)| is_meant(*column));
            let told = self.doubts.count();
            let Some(file) = self.pupils.who(self.ground.map, row, matter, &mut self.doubts) else {
                // What is unclear in the row of somebody who is in doubt himself is asked in the same run.
                if self.doubts.count() > told {
                    for (_, place, value) in row.cells.iter().filter(|(column, ..)| is_meant(*column)) {
                        self.cell(place, value);
                    }
                }
                continue;
            };
            if let Some(first) = seen.insert(file.clone(), row.place.clone()) {
                self.doubts.cell(&row.place, format!("ученик «{}» уже есть в строке {}", row.name, first.row), None);
                continue;
            }
            self.row(row, &file, table, &targets)?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, file: &PersonalFile, table: &Table, targets: &[Option<Target>]) -> Result<()> {
        for (column, place, value) in &row.cells {
            let Some(Some(target)) = targets.get(*column) else { continue };
            let Some(cell) = self.cell(place, value) else { continue };
            match target {
                Target::Doubted => {}
                Target::Final { period } => self.final_mark(period, file, cell, place),
                Target::Lesson { date, number, despite } => {
                    let heading = table.columns.get(*column);
                    self.mark((*date, *number, *despite), file, cell, place)?;
                    if let (Some(heading), Some(lesson)) = (heading, self.lessons.get_mut(&(*date, *number))) {
                        lesson.work = lesson.work.take().or_else(|| heading.said.work.clone());
                        if lesson.places.is_empty() {
                            lesson.places.push(heading.place.clone());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What a cell says, by an answer or by itself.
    fn cell(&mut self, place: &Place, value: &Value) -> Option<Cell> {
        let text = super::cells::text(value);
        let question = |guess: String| {
            let (section, class, key) = (Section::Marks, self.class.clone(), text.clone());
            let is_text = !matches!(value, Value::Error | Value::Fault(_) | Value::Time);
            Some(Question { section, class, key: if is_text { key } else { place.key() }, guess })
        };
        let unclear = match self.ground.map.answer(Section::Marks, &self.class, &place.key(), &text) {
            Some(Answer::Leave) => return None,
            Some(Answer::Is(answer)) => match Cell::parse(answer) {
                Ok(cell) => return Some(cell),
                Err(error) => {
                    let question = question(String::new());
                    let what = format!("ответ «{answer}» на «{text}»: {}", error.message());
                    self.doubts.cell(place, what, question);
                    return None;
                }
            },
            None => match marks::cell(value) {
                Ok(cell) => return cell,
                Err(unclear) => unclear,
            },
        };
        let question = question(unclear.guess);
        self.doubts.cell(place, unclear.what, question);
        None
    }

    fn mark(
        &mut self,
        (date, number, despite): (Day, u8, bool),
        file: &PersonalFile,
        cell: Cell,
        place: &Place,
    ) -> Result<()> {
        if date > self.ground.today {
            self.doubts.cell(place, format!("отметка за {}, а этот день ещё не наступил", format_date(date)), None);
            return Ok(());
        }
        if !self.roster(date)?.contains(file) {
            let name = read::name_of_file(self.ground.tables, file)?;
            let what = format!("{name} {} не в списке: {}", format_date(date), self.course.key);
            let question = Question {
                section: Section::Marks,
                class: self.class.clone(),
                key: place.key(),
                guess: "-".to_owned(),
            };
            self.doubts.cell(place, what, Some(question));
            return Ok(());
        }
        let lowest = self.ground.school.policy.lowest_mark;
        if cell.marks.iter().flat_map(|marks| marks.grades()).any(|grade| grade < lowest) {
            self.doubts.cell(place, format!("«{cell}»: в школе ставятся отметки от {lowest} до 5"), None);
            return Ok(());
        }
        let brings = LessonCell { pupil: file.into(), attendance: cell.attendance, marks: cell.marks };
        let lesson = self.lesson(date, number, despite);
        match lesson.cells.iter().find(|(known, _)| known.pupil == brings.pupil) {
            None => lesson.cells.push((brings, place.clone())),
            Some((known, _)) if *known == brings => {}
            Some((_, other)) => {
                let what = format!("за один урок {} стоит другое в ячейке {}", format_date(date), other.cell());
                self.doubts.cell(place, what, None);
            }
        }
        Ok(())
    }

    fn roster(&mut self, date: Day) -> Result<&HashSet<PersonalFile>> {
        if !self.rosters.contains_key(&date) {
            let roster = read::roster(self.ground.tables, &self.course.key, date)?;
            self.rosters.insert(date, roster.into_iter().map(|pupil| pupil.file).collect());
        }
        Ok(self.rosters.entry(date).or_default())
    }

    fn final_mark(&mut self, period: &PeriodName, file: &PersonalFile, cell: Cell, place: &Place) {
        let marks = match cell {
            Cell { attendance: None, marks: Some(marks) } if marks.grades().count() <= 1 => marks,
            cell => {
                self.doubts.cell(place, format!("«{cell}»: итоговая отметка за «{period}» — одна отметка"), None);
                return;
            }
        };
        let line = FinalLine { pupil: file.into(), mark: marks };
        let lines = self.finals.entry(period.clone()).or_default();
        match lines.iter().find(|(known, _)| known.pupil == line.pupil) {
            None => lines.push((line, place.clone())),
            Some((known, _)) if *known == line => {}
            Some((_, other)) => {
                let what = format!("за «{period}» стоит другое: {other}");
                self.doubts.cell(place, what, None);
            }
        }
    }
}
