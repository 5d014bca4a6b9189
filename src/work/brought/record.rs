//! What one table brings, recorded: lesson by lesson, then the final marks. What a rule refuses is tried again cell by cell,
//! so that each refusal is told of its own cell and the rest is recorded.

use super::asked::Asked;
use super::{Late, Manner, TakenCourse, Told};
use crate::error::{Action, Error, Kind, Result};
use crate::import::grid::{Brought, Doubts, Lesson, Place, spans};
use crate::import::present;
use crate::journal::entry::{
    AttendanceSet, Body, Effect, FinalLine, FinalsSet, LessonCell, LessonRecorded, LessonText, MarksSet, Source,
};
use crate::journal::read::extraordinary::{self, Held};
use crate::journal::read::{self, outdated};
use crate::journal::{Author, Batch};
use crate::school::{PeriodName, WorkKind, clean, format_date};
use crate::work::correction::LineChange;
use crate::work::{Done, plan};
use std::collections::HashSet;

/// A table that is being taken in.
pub struct Taking<'t, 'a, 'j> {
    batch: &'t mut Batch<'j>,
    author: Author<'a>,
    brought: &'t Brought,
    topic: Option<&'t str>,
    doubts: Doubts,
    out: TakenCourse,
    /// The lessons that have no topic anywhere.
    untitled: Vec<String>,
    /// What was taken over before and waits for a second person.
    waiting: Vec<Held>,
}

/// What to do where the journal says something else.
const MEND: &str = "исправьте таблицу, а если ошибка в журнале, подайте заявку на исправление (§2.3.3)";
/// So many lessons without a topic are named.
const NAMED: usize = 5;

impl<'t, 'a, 'j> Taking<'t, 'a, 'j> {
    /// Begins with what cannot be told of it.
    pub fn new(
        batch: &'t mut Batch<'j>,
        author: Author<'a>,
        brought: &'t Brought,
        topic: Option<&'t str>,
        doubts: Doubts,
    ) -> Self {
        let manner = if author.taken_over { Manner::TakenOver } else { Manner::Own };
        let out = TakenCourse {
            file: brought.file.clone(),
            course: brought.course.key.clone(),
            manner,
            lessons: 0,
            cells: 0,
            finals: 0,
            differs: Vec::new(),
            late: Vec::new(),
            refused: Vec::new(),
            asked: 0,
        };
        Self { batch, author, brought, topic, doubts, out, untitled: Vec::new(), waiting: Vec::new() }
    }

    /// Records what is new.
    ///
    /// # Errors
    /// Only a failing database or a key that may not record; what a rule refuses is told of its cell.
    pub fn run(&mut self, done: &mut Done) -> Result<()> {
        let asked = Asked::of(self.batch.tables(), &self.brought.course)?;
        if self.author.taken_over {
            for kind in ["lesson.recorded", "marks.set", "attendance.set", "finals.set"] {
                self.waiting.extend(extraordinary::waiting_of_kind(self.batch.tables(), kind)?);
            }
        }
        for lesson in &self.brought.lessons {
            self.lesson(lesson, &asked, done)?;
        }
        for (period, marks) in &self.brought.finals {
            self.finals(period, marks, &asked, done)?;
        }
        if !self.untitled.is_empty() {
            let named = self.untitled.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = self.untitled.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" и ещё {more}") } else { String::new() };
            self.doubts.whole(format!(
                "нет темы урока ни в таблице, ни в плане, ни в журнале: {named}{more}; добавьте лист с темами, внесите план \
                 или назовите тему для таких уроков"
            ));
        }
        Ok(())
    }

    /// What it came to. What a rule refuses of history is a doubt: then none of it is kept.
    pub fn end(mut self) -> (TakenCourse, Doubts) {
        if self.out.manner == Manner::TakenOver {
            let refused = std::mem::take(&mut self.out.refused);
            refused.iter().for_each(|told| self.doubts.refused(told.places.first(), &told.error));
        }
        (self.out, self.doubts)
    }

    fn lesson(&mut self, lesson: &Lesson, asked: &Asked, done: &mut Done) -> Result<()> {
        let stands = read::lesson_at(self.batch.tables(), &lesson.at)?.map(|lesson| lesson.text());
        let text = self.text(lesson, stands.as_ref())?;
        if text.topic.is_empty() {
            self.untitled.push(format_date(lesson.at.date));
            return Ok(());
        }
        let is_new = stands.is_none();
        let cells: Vec<&LessonCell> = lesson.cells.iter().map(|(cell, _)| cell).collect();
        if stands.as_ref() != Some(&text) {
            let recorded = self.line(lesson, &text, is_new, done)?;
            match recorded {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if is_late(&error) => {
                    let line = line_of(&text, stands.as_ref());
                    let cells = if is_new { &cells[..] } else { &[] };
                    self.late(asked.of_lesson(lesson, Some(line), cells), error);
                    if is_new {
                        return Ok(());
                    }
                }
                Err(error) => {
                    self.out.refused.push(Told { places: lesson.places.clone(), error });
                    if is_new {
                        return Ok(());
                    }
                }
            }
        }
        let too_late = self.cells(lesson, done)?;
        if let Some((_, error)) = too_late.first() {
            let late: Vec<&LessonCell> =
                cells.into_iter().filter(|cell| too_late.iter().any(|(pupil, _)| *pupil == cell.pupil)).collect();
            self.late(asked.of_lesson(lesson, None, &late), error.clone());
        }
        Ok(())
    }

    fn late(&mut self, (what, before): (Option<crate::work::correction::What>, usize), why: Error) {
        self.out.asked += before;
        self.out.late.extend(what.map(|what| Late { what, why }));
    }

    /// What the lesson's line is to say: what stands stays, and where the table says something else, that is told.
    fn text(&mut self, lesson: &Lesson, stands: Option<&LessonText>) -> Result<LessonText> {
        let brings = |text: &Option<String>| text.as_deref().map(clean).transpose().map(Option::unwrap_or_default);
        let (topic, work, homework) = (brings(&lesson.topic)?, brings(&lesson.work)?, brings(&lesson.homework)?);
        let Some(stands) = stands else {
            let planned = match topic.is_empty() {
                true => plan::proposed(self.batch.tables(), &self.brought.course, lesson.at.date, lesson.at.lesson)?,
                false => None,
            };
            let (plan_topic, plan_work, plan_homework) =
                planned.map(|line| (line.topic, line.work, line.homework)).unwrap_or_default();
            let or = |text: String, other: String| if text.is_empty() { other } else { text };
            let topic = or(or(topic, plan_topic), self.topic.map(clean).transpose()?.unwrap_or_default());
            let (work, homework) = (or(work, plan_work), or(homework, plan_homework));
            return Ok(LessonText { topic, work, homework, substitute: String::new() });
        };
        let mut text = stands.clone();
        let lines = [
            ("тема", topic, &mut text.topic),
            ("вид работы", work, &mut text.work),
            ("домашнее задание", homework, &mut text.homework),
        ];
        for (what, brings, stands) in lines {
            let is_same_kind = what == "вид работы" && WorkKind::of(&brings) == WorkKind::of(stands);
            if stands.is_empty() {
                *stands = brings;
            } else if !brings.is_empty() && brings != *stands && !is_same_kind {
                let day = format_date(lesson.at.date);
                let error = Error::refused(format!(
                    "{day}, {what}: в журнале «{stands}», а в таблице «{brings}»; осталось, как в журнале"
                ))
                .next(MEND);
                self.out.differs.push(Told { places: lesson.places.clone(), error });
            }
        }
        Ok(text)
    }

    /// Records a lesson's line. Whether its cells came with it.
    #[allow(clippy::type_complexity)]
    fn line(
        &mut self,
        lesson: &Lesson,
        text: &LessonText,
        is_new: bool,
        done: &mut Done,
    ) -> Result<std::result::Result<bool, Error>> {
        let LessonText { topic, work, homework, substitute } = text.clone();
        let with_cells = is_new && self.author.taken_over;
        let cells = if with_cells { lesson.cells.iter().map(|(cell, _)| cell.clone()).collect() } else { Vec::new() };
        let despite = is_new && lesson.despite && !self.author.taken_over;
        let bare =
            LessonRecorded { at: lesson.at.clone(), topic, work, homework, substitute, cells: Vec::new(), despite };
        let number = cells.len();
        let of_cells = lesson.cells.iter().map(|(_, place)| place).filter(|_| with_cells);
        let places: Vec<Place> = lesson.places.iter().chain(of_cells).cloned().collect();
        let whole = LessonRecorded { cells, ..bare.clone() };
        match self.try_record(whole, &places, done)? {
            Ok(is_new) => {
                self.out.lessons += usize::from(is_new);
                self.out.cells += if is_new { number } else { 0 };
                Ok(Ok(with_cells))
            }
            Err(_) if number > 0 => match self.try_record(bare, &lesson.places, done)? {
                Ok(is_new) => {
                    self.out.lessons += usize::from(is_new);
                    Ok(Ok(false))
                }
                Err(error) => Ok(Err(error)),
            },
            Err(error) => Ok(Err(error)),
        }
    }

    /// Records the cells of a lesson that is there. Gives the pupils whose cells come too late.
    fn cells(&mut self, lesson: &Lesson, done: &mut Done) -> Result<Vec<(String, Error)>> {
        let cells: Vec<LessonCell> = lesson.cells.iter().map(|(cell, _)| cell.clone()).collect();
        let (bodies, differ) = present::cells(self.batch.tables(), &lesson.at, &cells)?;
        for (pupil, error) in differ {
            let places = place_of(lesson, &pupil).into_iter().cloned().collect();
            self.out.differs.push(Told { places, error });
        }
        let (mut late, mut filled) = (Vec::new(), HashSet::new());
        for body in bodies {
            let pupils = pupils_of(&body);
            let places: Vec<Place> = pupils.iter().filter_map(|pupil| place_of(lesson, pupil)).cloned().collect();
            match self.try_record(body.clone(), &places, done)? {
                Ok(true) => filled.extend(pupils),
                Ok(false) => {}
                Err(_) => {
                    for one in one_by_one(body) {
                        let pupil = pupils_of(&one).pop().unwrap_or_default();
                        let places: Vec<Place> = place_of(lesson, &pupil).into_iter().cloned().collect();
                        match self.try_record(one, &places, done)? {
                            Ok(true) => drop(filled.insert(pupil)),
                            Ok(false) => {}
                            Err(error) if is_late(&error) => late.push((pupil, error)),
                            Err(error) => self.out.refused.push(Told { places, error }),
                        }
                    }
                }
            }
        }
        self.out.cells += filled.len();
        Ok(late)
    }

    fn finals(
        &mut self,
        period: &PeriodName,
        marks: &[(FinalLine, Place)],
        asked: &Asked,
        done: &mut Done,
    ) -> Result<()> {
        let course = &self.brought.course;
        let standing = read::finals_of_period(self.batch.tables(), course.id, period)?;
        let mut new: Vec<&(FinalLine, Place)> = Vec::new();
        for of in marks {
            let (line, place) = of;
            match standing.get(line.pupil.as_str()) {
                None => new.push(of),
                Some((known, _)) if *known == line.mark => {}
                Some((known, _)) => {
                    let name = read::name_of_file(self.batch.tables(), &line.pupil)?;
                    let what = format!(
                        "{name}, {period}: в журнале «{known}», а в таблице «{}»; осталось, как в журнале",
                        line.mark
                    );
                    self.out.differs.push(Told { places: vec![place.clone()], error: Error::refused(what).next(MEND) });
                }
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let set = |lines: &[&(FinalLine, Place)]| FinalsSet {
            course: course.key.clone(),
            period: period.to_string(),
            marks: lines.iter().map(|(line, _)| line.clone()).collect(),
            override_reason: String::new(),
        };
        let places = |lines: &[&(FinalLine, Place)]| lines.iter().map(|(_, place)| place.clone()).collect::<Vec<_>>();
        if let Ok(is_new) = self.try_record(set(&new), &places(&new), done)? {
            self.out.finals += if is_new { new.len() } else { 0 };
            return Ok(());
        }
        let mut late: Vec<(FinalLine, Error)> = Vec::new();
        for one in &new {
            match self.try_record(set(&[*one]), &places(&[*one]), done)? {
                Ok(is_new) => self.out.finals += usize::from(is_new),
                Err(error) if is_late(&error) => late.push((one.0.clone(), error)),
                Err(error) => self.refuse(&one.1, error),
            }
        }
        if let Some((_, error)) = late.first() {
            let lines: Vec<FinalLine> = late.iter().map(|(line, _)| line.clone()).collect();
            self.late(asked.of_finals(course, period, &lines), error.clone());
        }
        Ok(())
    }

    /// A refusal of a cell; cells that are refused by the same words are told together.
    fn refuse(&mut self, place: &Place, error: Error) {
        match self.out.refused.iter_mut().find(|told| told.error == error) {
            Some(told) => told.places.push(place.clone()),
            None => self.out.refused.push(Told { places: vec![place.clone()], error }),
        }
    }

    /// Records an entry with where it stands, unless the same waits already; says whether it did. What a rule refuses is
    /// given back.
    fn try_record(
        &mut self,
        body: impl Into<Body>,
        places: &[Place],
        done: &mut Done,
    ) -> Result<std::result::Result<bool, Error>> {
        let body = body.into();
        let tables = self.batch.tables();
        if self.waiting.iter().any(|held| held.entry.body == body) {
            return Ok(Ok(false));
        }
        if let Some(held) = self.waiting.iter().find(|held| are_of_one(&held.entry.body, &body)) {
            return Ok(Err(Error::refused(format!(
                "это уже переносилось и ждёт второго лица (запись № {}), а таблица с тех пор изменилась",
                held.seq
            ))
            .next_by(
                "пусть прежний перенос подтвердят или откажут в нём, затем повторите",
                Action::ListConfirmations,
            )));
        }
        let bound = outdated::bound_books(tables, &body)?;
        let cells: Vec<String> = spans(places).into_iter().take(200).collect();
        let source = (!cells.is_empty()).then(|| Source { sha256: self.brought.sha256.clone(), cells });
        match self.batch.record_from(self.author, body, source) {
            Ok(recorded) => {
                done.numbers.push(recorded.seq);
                if recorded.effect != Effect::Waits {
                    done.name_bound(bound);
                }
                match recorded.effect {
                    Effect::AtOnce => {}
                    Effect::Waits => done.waiting.push(recorded.seq),
                    Effect::Alone => done.alone.push(recorded.seq),
                }
                done.warnings.extend(recorded.warnings);
                Ok(Ok(true))
            }
            Err(error) if matches!(error.kind(), Kind::Refused | Kind::Input) => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }
}

/// Whether two entries fill in the same lesson or the same final marks.
fn are_of_one(one: &Body, other: &Body) -> bool {
    match (one, other) {
        (Body::LessonRecorded(one), Body::LessonRecorded(other)) => one.at == other.at,
        (Body::MarksSet(one), Body::MarksSet(other)) => one.at == other.at,
        (Body::AttendanceSet(one), Body::AttendanceSet(other)) => one.at == other.at,
        (Body::FinalsSet(one), Body::FinalsSet(other)) => (&one.course, &one.period) == (&other.course, &other.period),
        _ => false,
    }
}

/// Whether a refusal says that it comes too late and can be asked for.
fn is_late(error: &Error) -> bool {
    let of_finals = |action: &Option<Action>| matches!(action, Some(Action::CorrectFinals { .. }));
    error.next_step().is_some_and(|next| {
        next.offers(&Action::RequestCorrection) || next.steps().iter().any(|step| of_finals(&step.action))
    })
}

/// What is to be asked for of a lesson's line.
fn line_of(text: &LessonText, stands: Option<&LessonText>) -> LineChange {
    let said =
        |text: &String, stands: Option<&String>| (!text.is_empty() && stands != Some(text)).then(|| text.clone());
    LineChange {
        topic: said(&text.topic, stands.map(|stands| &stands.topic)),
        work: said(&text.work, stands.map(|stands| &stands.work)),
        homework: said(&text.homework, stands.map(|stands| &stands.homework)),
        substitute: None,
    }
}

fn place_of<'l>(lesson: &'l Lesson, pupil: &str) -> Option<&'l Place> {
    lesson.cells.iter().find(|(cell, _)| cell.pupil == pupil).map(|(_, place)| place)
}

fn pupils_of(body: &Body) -> Vec<String> {
    match body {
        Body::MarksSet(set) => set.marks.iter().map(|line| line.pupil.clone()).collect(),
        Body::AttendanceSet(set) => set.pupils.iter().map(|line| line.pupil.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The same, an entry a pupil.
fn one_by_one(body: Body) -> Vec<Body> {
    match body {
        Body::MarksSet(MarksSet { at, work, marks }) => marks
            .into_iter()
            .map(|line| MarksSet { at: at.clone(), work: work.clone(), marks: vec![line] }.into())
            .collect(),
        Body::AttendanceSet(AttendanceSet { at, pupils }) => {
            pupils.into_iter().map(|line| AttendanceSet { at: at.clone(), pupils: vec![line] }.into()).collect()
        }
        other => vec![other],
    }
}
