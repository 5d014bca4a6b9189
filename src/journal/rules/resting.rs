//! What rests on a pupil's record: why it cannot be taken back as it is, and what is to be done first.

use super::{Context, YEARLY};
use crate::error::{Action, Error, Next, OfPupil, Result};
use crate::journal::read::{self, Pupil, Tables, corrections};
use crate::school::{ClassName, CourseKey, Day, Stay, format_date, plural};
use rusqlite::params;

/// What rests, in words, each with what to do first about it.
#[derive(Debug, Default)]
pub struct Resting(Vec<(String, Next)>);

/// A mark or an absence of a pupil.
struct InCell {
    class: ClassName,
    group: String,
    subject: String,
    date: Day,
}

/// A final mark of a pupil.
struct OfPeriod {
    class: ClassName,
    group: String,
    subject: String,
    period: String,
}

impl Resting {
    /// Everything that rests on a pupil.
    pub fn on(tables: &Tables, pupil: &Pupil) -> Result<Self> {
        let mut resting = Self::default();
        resting.cells(tables, pupil, |_| true)?;
        resting.finals(pupil, &finals(tables, pupil)?);
        resting.spans(tables, pupil, |_, _| true)?;
        if read::decision_of(tables, pupil.id)?.is_some() {
            let class = read::stays_of(tables, pupil.id)?.pop().map(|(class, _)| class.to_string()).unwrap_or_default();
            let withdraws = Action::WithdrawDecision { class, file: pupil.file.to_string() };
            resting.add(
                "решение педагогического совета".to_owned(),
                Next::by("проверьте, тот ли это ученик; если тот, отзовите решение о нём", withdraws),
            );
        }
        if let Some(number) = corrections::open_about(tables, pupil.id)? {
            resting.request(number);
        }
        Ok(resting)
    }

    /// What stands in cells of a pupil from a day on, up to another where one is named, and in a group.
    pub fn after(
        tables: &Tables,
        pupil: &Pupil,
        (since, until): (Day, Option<Day>),
        group: Option<(&ClassName, &str)>,
    ) -> Result<Self> {
        let mut resting = Self::default();
        let of = |cell: &InCell| group.is_none_or(|(class, group)| cell.class == *class && cell.group == group);
        let days = Stay { since, until };
        resting.cells(tables, pupil, |cell| days.covers(cell.date) && of(cell))?;
        Ok(resting)
    }

    /// The same with the final marks of periods that begin on that day or later.
    pub fn with_finals_after(mut self, context: &Context<'_>, pupil: &Pupil, day: Day) -> Result<Self> {
        let mut finals = finals(context.tables, pupil)?;
        finals.retain(|of| !YEARLY.contains(&&*of.period) && span_of(context, of).0 >= day);
        self.finals(pupil, &finals);
        Ok(self)
    }

    /// What rests on the days in a class that a pupil had by the stays `before` and has not by those `after`.
    pub fn between(
        context: &Context<'_>,
        pupil: &Pupil,
        before: &[(ClassName, Stay)],
        after: &[(ClassName, Stay)],
    ) -> Result<Self> {
        let tables = context.tables;
        let in_class = |stays: &[(ClassName, Stay)], class: Option<&ClassName>, first: Day, last: Day| {
            stays.iter().any(|(of, stay)| class.is_none_or(|class| of == class) && stay.overlaps(first, last))
        };
        let lost = |class: Option<&ClassName>, first: Day, last: Day| {
            in_class(before, class, first, last) && !in_class(after, class, first, last)
        };
        let mut resting = Self::default();
        resting.cells(tables, pupil, |cell| lost(Some(&cell.class), cell.date, cell.date))?;
        let year = &context.school.year;
        let mut finals = finals(tables, pupil)?;
        finals.retain(|of| {
            let (first, last) = span_of(context, of);
            lost(Some(&of.class), first, last)
        });
        resting.finals(pupil, &finals);
        resting.spans(tables, pupil, |first, last| lost(None, first, last))?;
        for (class, group) in read::groups_of_pupil(tables, pupil.id)? {
            if lost(Some(&class), year.begins, year.ends) {
                let leaves = Action::LeaveGroup {
                    class: class.to_string(),
                    group: group.to_string(),
                    file: pupil.file.to_string(),
                    since: format_date(year.begins),
                };
                let next = Next::by("сначала уберите его из группы с первого дня", leaves);
                resting.add(format!("состав группы «{group}» {class}"), next);
            }
        }
        if let Some(number) = corrections::open_about(tables, pupil.id)? {
            resting.request(number);
        }
        Ok(resting)
    }

    /// Whether nothing rests.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it.
    pub fn in_words(&self) -> String {
        self.0.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// Refuses to take back what something rests on.
    ///
    /// # Errors
    /// The refusal, with all that rests and what to do first.
    pub fn refuse(self, what: &str) -> Result<()> {
        if self.is_nothing() {
            return Ok(());
        }
        let error = Error::refused(format!("{what}: на этой записи держатся: {}", self.in_words()));
        let mut steps: Vec<Next> = Vec::new();
        for (_, next) in self.0 {
            if !steps.contains(&next) {
                steps.push(next);
            }
        }
        let mut all = Next::default();
        for step in steps.iter().flat_map(Next::steps) {
            all = match &step.action {
                Some(action) => all.then_by(&*step.words, action.clone()),
                None => all.then(&*step.words),
            };
        }
        Err(error.next(all))
    }

    fn add(&mut self, what: String, next: Next) {
        self.0.push((what, next));
    }

    fn request(&mut self, number: u64) {
        let next = Next::by("сначала решите заявку", Action::ShowCorrection { number });
        self.add(format!("нерешённая заявка № {number}"), next);
    }

    fn cells(&mut self, tables: &Tables, pupil: &Pupil, counts: impl Fn(&InCell) -> bool) -> Result<()> {
        let kinds =
            [("marks", ["отметка", "отметки", "отметок"]), ("attendance", ["пропуск", "пропуска", "пропусков"])];
        for (table, forms) in kinds {
            let sql = format!(
                "SELECT class, grp, subject, date FROM {table} JOIN lessons ON lessons.id = {table}.lesson
                 JOIN courses ON courses.id = lessons.course WHERE pupil = ?1 ORDER BY date, lessons.lesson, courses.id"
            );
            let mut cells: Vec<InCell> = tables.all("отметка", &sql, [pupil.id], |row| {
                let (group, subject) = (row.get("grp")?, row.get("subject")?);
                Ok(InCell { class: row.class("class")?, group, subject, date: row.day("date")? })
            })?;
            cells.retain(&counts);
            let Some(first) = cells.first() else { continue };
            let count = u32::try_from(cells.len()).unwrap_or(u32::MAX);
            let since = if count > 1 { ", первая запись" } else { "," };
            let what = format!(
                "{count} {} ({}, {}{since} {})",
                plural(count, forms),
                first.class,
                first.subject,
                format_date(first.date)
            );
            let words = "сначала уберите их: в день урока — учитель, позже — по заявке на исправление (§2.3.3)";
            let course =
                CourseKey { class: first.class.clone(), group: first.group.clone(), subject: first.subject.clone() };
            let (day, file) = (format_date(first.date), pupil.file.to_string());
            let corrects = Action::EmptyCell { course, day, file, is_mark: table == "marks" };
            self.add(what, Next::by(words, corrects));
        }
        Ok(())
    }

    fn finals(&mut self, pupil: &Pupil, finals: &[OfPeriod]) {
        let Some(first) = finals.first() else { return };
        let count = u32::try_from(finals.len()).unwrap_or(u32::MAX);
        let what = format!(
            "{count} {} ({}, {}, {})",
            plural(count, ["итоговая отметка", "итоговые отметки", "итоговых отметок"]),
            first.class,
            first.subject,
            first.period
        );
        let words = "сначала уберите итоговые отметки по заявке на исправление (§2.3.3)";
        let course =
            CourseKey { class: first.class.clone(), group: first.group.clone(), subject: first.subject.clone() };
        self.add(
            what,
            Next::by(
                words,
                Action::CorrectFinals { course, period: first.period.clone(), file: Some(pupil.file.to_string()) },
            ),
        );
    }

    /// Reasons and exemptions.
    fn spans(&mut self, tables: &Tables, pupil: &Pupil, counts: impl Fn(Day, Day) -> bool) -> Result<()> {
        let kinds = [
            ("reasons", "NULL", "причина отсутствия", "сначала отмените причину"),
            ("exemptions", "subject", "освобождение", "сначала отмените освобождение"),
        ];
        for (table, subject, what, words) in kinds {
            let sql = format!(
                "SELECT since, until, {subject} AS subject FROM {table} WHERE pupil = ?1 ORDER BY since, until"
            );
            let mut spans: Vec<(Day, Day, Option<String>)> = tables.all("срок", &sql, [pupil.id], |row| {
                Ok((row.day("since")?, row.day("until")?, row.get("subject")?))
            })?;
            spans.retain(|(first, last, _)| counts(*first, *last));
            if let Some((first, last, subject)) = spans.first() {
                let class = read::class_of_pupil(tables, pupil.file.as_ref(), *first)?;
                let days = OfPupil::new(class, &pupil.file, (format_date(*first), format_date(*last)));
                let what = format!("{what} с {} по {}", days.since, days.until);
                let action = match subject {
                    None => Action::WithdrawReason(days),
                    Some(subject) => Action::WithdrawExemption { subject: subject.clone(), days },
                };
                self.add(what, Next::by(words, action));
            }
        }
        Ok(())
    }
}

/// The first and the last day of what a final mark is of.
fn span_of(context: &Context<'_>, of: &OfPeriod) -> (Day, Day) {
    let year = &context.school.year;
    let period = context.school.periods_of(&of.class).into_iter().find(|period| period.name == of.period);
    period.map_or((year.begins, year.ends), |period| (period.begins, period.ends))
}

fn finals(tables: &Tables, pupil: &Pupil) -> Result<Vec<OfPeriod>> {
    let sql = "SELECT class, grp, subject, period FROM finals JOIN courses ON courses.id = course WHERE pupil = ?1
               ORDER BY finals.set_on, subject, period";
    tables.all("итоговая отметка", sql, [pupil.id], |row| {
        let (group, subject) = (row.get("grp")?, row.get("subject")?);
        Ok(OfPeriod { class: row.class("class")?, group, subject, period: row.get("period")? })
    })
}

/// No book of these classes was bound: what is on paper and bound is not put right any more.
pub fn bound_book<'c>(tables: &Tables, classes: impl IntoIterator<Item = &'c ClassName>) -> Result<()> {
    let sql = "SELECT number, date FROM bound JOIN documents USING (number) WHERE subject = ?1 ORDER BY number";
    for class in classes {
        let bound: Option<(String, Day)> = tables
            .all("подшитый журнал", sql, params![class.to_string()], |row| {
                Ok((row.get("number")?, row.day("date")?))
            })
            .map(|all: Vec<_>| all.into_iter().next())?;
        if let Some((number, date)) = bound {
            return Err(Error::refused(format!(
                "§5.4: журнал {class} № {number} подшит {}: исправить эту запись уже нельзя",
                format_date(date)
            ))
            .next("сообщите заместителю директора: это замечание по ведению журнала"));
        }
    }
    Ok(())
}
