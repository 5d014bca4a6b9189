//! Courses and classes that were made by mistake: annulled while nothing rests on them.
//!
//! A course takes its timetable with it, which is the administrator's own, and lessons that somebody recorded in it, as long
//! as none of them has a mark; then it takes two pairs of eyes (`two_eyes.rs`). Whatever else rests on a course or a class is
//! another's work: the refusal names all of it, and what to do first.

use super::{Context, known_course, known_pupil, paper, people, text};
use crate::error::{Action, Error, Next, OfPupil, Result};
use crate::journal::entry::{ClassAnnulled, CourseAnnulled};
use crate::journal::read::{self, Tables, explain};
use crate::school::{CourseKey, format_date};
use rusqlite::Params;

/// What rests on a thing, in words, and what to do about it first.
#[derive(Default)]
struct Resting {
    what: Vec<String>,
    next: Next,
}

impl Resting {
    /// Counts what rests on it.
    fn count(
        &mut self,
        tables: &Tables,
        (sql, what): (&str, &str),
        key: impl Params,
        (words, action): (&str, Action),
    ) -> Result<()> {
        let count: u64 = tables.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
        if count > 0 {
            self.add(format!("{what}: {count}"), Next::by(words, action));
        }
        Ok(())
    }

    /// Something that rests on it.
    fn add(&mut self, what: String, next: Next) {
        self.what.push(what);
        self.next = next.steps().iter().fold(std::mem::take(&mut self.next), |all, step| match &step.action {
            Some(action) => all.then_by(&*step.words, action.clone()),
            None => all.then(&*step.words),
        });
    }

    /// Refuses where anything rests on it.
    fn refuse(self, thing: &str) -> Result<()> {
        if self.what.is_empty() {
            return Ok(());
        }
        Err(Error::refused(format!("{thing} аннулировать нельзя, на нём держится: {}", self.what.join(", ")))
            .next(self.next))
    }
}

/// A course on which no mark, no absence, no plan and nothing that is still open rests.
pub fn annulment(context: &Context<'_>, annulled: &CourseAnnulled) -> Result<()> {
    let (tables, key) = (context.tables, &annulled.course);
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    let id = known_course(tables, key)?.id;
    paper::is_not_bound(tables, &key.class)?;
    let mut resting = Resting::default();
    let finals = ("SELECT count(*) FROM finals WHERE course = ?1", "итоговых отметок");
    resting.count(tables, finals, [id], ("сначала уберите итоговые отметки (§2.3.3)", Action::RequestCorrection))?;
    let marks = "SELECT count(*) FROM marks JOIN lessons ON lessons.id = marks.lesson WHERE course = ?1";
    let lessons = ("сначала аннулируйте уроки с отметками", Action::RequestAnnulment);
    resting.count(tables, (marks, "отметок"), [id], lessons)?;
    let absences = "SELECT count(*) FROM attendance JOIN lessons ON lessons.id = attendance.lesson WHERE course = ?1";
    let lessons = ("сначала аннулируйте уроки с пропусками", Action::RequestAnnulment);
    resting.count(tables, (absences, "пропусков и опозданий"), [id], lessons)?;
    let plan = ("SELECT count(*) FROM plans WHERE course = ?1", "строк плана (КТП)");
    resting.count(tables, plan, [id], ("сначала методист убирает план", Action::ClearPlan))?;
    let open = ("SELECT count(*) FROM corrections WHERE course = ?1 AND decision = ''", "нерешённых заявок");
    resting.count(tables, open, [id], ("сначала решите заявки", Action::ListCorrections))?;
    let remarks = ("SELECT count(*) FROM remarks WHERE course = ?1 AND answer = ''", "замечаний без ответа");
    resting.count(tables, remarks, [id], ("сначала ответьте на замечания", Action::ListRemarks))?;
    let exempted = exempted_from(context, key)?;
    if let Some((_, first)) = exempted.first() {
        let spans: Vec<&str> = exempted.iter().map(|(span, _)| span.as_str()).collect();
        resting.add(
            format!("освобождения от предмета, который без него у этих учеников не ведётся: {}", spans.join("; ")),
            Next::by("сначала отмените освобождения", first.clone()),
        );
    }
    resting.refuse(&format!("курс «{key}»"))
}

/// The exemptions from a course's subject of pupils who have no other course of it in those days, and how each is withdrawn.
fn exempted_from(context: &Context<'_>, key: &CourseKey) -> Result<Vec<(String, Action)>> {
    let (tables, year) = (context.tables, &context.school.year);
    let mut out = Vec::new();
    for exemption in explain::exemptions(tables, year.begins, year.ends)? {
        if exemption.subject != key.subject {
            continue;
        }
        let is_on = |key: &CourseKey| -> Result<bool> {
            let members = read::members_of_course(tables, key, exemption.since, exemption.until)?;
            Ok(members.iter().any(|pupil| pupil.file == exemption.pupil))
        };
        if !is_on(key)? {
            continue;
        }
        let pupil = known_pupil(tables, &exemption.pupil)?;
        let mut has_another = false;
        for (class, _) in read::stays_of(tables, pupil.id)? {
            for other in read::courses_of(tables, &class)? {
                let of_subject = other.key.subject == key.subject && other.key != *key;
                has_another = has_another || (of_subject && is_on(&other.key)?);
            }
        }
        if !has_another {
            let (since, until) = (format_date(exemption.since), format_date(exemption.until));
            let span = format!("{} с {since} по {until}", read::name_of(tables, &pupil)?);
            let class = read::class_of_pupil(tables, pupil.file.as_ref(), exemption.since)?;
            let days = OfPupil::new(class, &pupil.file, (since, until));
            out.push((span, Action::WithdrawExemption { subject: key.subject.clone(), days }));
        }
    }
    Ok(out)
}

/// A class in which nobody is or was, and nothing is taught.
pub fn annulment_of_class(context: &Context<'_>, annulled: &ClassAnnulled) -> Result<()> {
    let (tables, class) = (context.tables, annulled.class.to_string());
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    people::known_class(tables, &annulled.class)?;
    paper::is_not_bound(tables, &annulled.class)?;
    let mut resting = Resting::default();
    let pupils = ("SELECT count(DISTINCT pupil) FROM enrolments WHERE class = ?1", "учеников");
    resting.count(
        tables,
        pupils,
        [&class],
        ("сначала переведите учеников или исправьте их класс", Action::ChangePupil),
    )?;
    let groups = ("SELECT count(DISTINCT grp) FROM group_members WHERE class = ?1", "групп");
    resting.count(tables, groups, [&class], ("сначала аннулируйте группы", Action::AnnulGroup))?;
    let courses = ("SELECT count(*) FROM courses WHERE class = ?1", "курсов");
    resting.count(tables, courses, [&class], ("сначала аннулируйте курсы", Action::AnnulCourse(None)))?;
    let remarks = ("SELECT count(*) FROM remarks WHERE class = ?1 AND answer = ''", "замечаний без ответа");
    resting.count(tables, remarks, [&class], ("сначала ответьте на замечания", Action::ListRemarks))?;
    resting.refuse(&format!("класс {class}"))
}
