//! How the journal is kept, teacher by teacher (§2.1, §2.2, §2.3.3): what is late, missing, without homework, corrected,
//! unconfirmed, unanswered.
//!
//! What was entered is its author's; of lessons taken over from another program it is the substitute's or of whoever
//! taught the course then. Those are never late, since nobody knows when they were entered there.

use super::missing::missing;
use super::scope::{Filter, Names, When};
use super::table::{Cell, Kind, Table, Total};
use crate::error::Result;
use crate::journal::read::annulments::{self, Annulled, Annulment, Granted};
use crate::journal::read::corrections;
use crate::journal::read::{self, Course, Lesson, Tables, Teachers};
use crate::school::{ClassName, Day, Login, School, format_date};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// A teacher's counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The login.
    pub teacher: Login,
    /// The name with initials.
    pub teacher_name: String,
    /// Lessons entered.
    pub lessons: u32,
    /// Of them entered after their day.
    pub late: u32,
    /// Of them entered on a stick, and handed in on another day.
    pub handed_in_later: u32,
    /// Of them without homework.
    pub without_homework: u32,
    /// Lessons that the timetable expected and nobody entered.
    pub missing: u32,
    /// Marks, absences and final marks entered on a stick, and handed in on another day.
    pub marks_handed_in_later: u32,
    /// Corrections asked for.
    pub corrections: u32,
    /// Of them approved.
    pub corrections_approved: u32,
    /// Lessons given instead of somebody that nobody has confirmed.
    pub unconfirmed_substitutions: u32,
    /// Remarks that wait for an answer.
    pub unanswered_remarks: u32,
    /// What he had recorded annulled.
    pub annulled: u32,
}

/// Something that was recorded by mistake and annulled: it is in no other count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnulledRow {
    /// The entry that annulled it.
    pub entry: u64,
    /// The day.
    pub date: Day,
    /// What it was: «урок», «курс», «ученик» …
    pub kind: &'static str,
    /// What it was about: a course, a class, a personal file.
    pub about: String,
    /// As it stood.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Login of who had it annulled.
    pub by: Login,
    /// His name with initials.
    pub by_name: String,
    /// The request by which it was done, and who approved it.
    pub request: Option<Granted>,
    /// Both in words.
    #[serde(skip)]
    who: String,
}

/// What was annulled in some days, of the courses, classes and people that the filter admits, in order.
///
/// # Errors
/// Only the database's.
pub fn annulled(tables: &Tables, filter: &Filter, when: &When) -> Result<Vec<AnnulledRow>> {
    let school = read::school(tables)?;
    let mut rows = Vec::new();
    for one in annulments::annulments(tables)? {
        let date = school.day_of(one.at);
        if !admits(filter, &one) || !is_within(when, &school, &one, date) {
            continue;
        }
        let (kind, who, by_name) = (one.kind.word(), one.who(), one.author);
        rows.push(AnnulledRow {
            entry: one.entry,
            date,
            kind,
            about: one.about,
            what: one.what,
            reason: one.reason,
            by: one.by,
            by_name,
            request: one.request,
            who,
        });
    }
    Ok(rows)
}

/// The class that something annulled was about; nothing where it was about a person.
fn class_of(one: &Annulment) -> Option<ClassName> {
    use Annulled::{Class, Course, Group, Lesson};
    let of_class = matches!(one.kind, Lesson | Course | Class | Group);
    of_class.then(|| ClassName::parse(one.about.split([',', ' ']).next()?).ok()).flatten()
}

fn admits(filter: &Filter, one: &Annulment) -> bool {
    let of_class = |class: &ClassName| class_of(one).is_some_and(|of| of == *class);
    let of_subject = |subject: &str| one.about.split(", ").any(|part| part == subject);
    filter.class.as_ref().is_none_or(of_class)
        && filter.subject.as_deref().is_none_or(of_subject)
        && filter.teacher.as_ref().is_none_or(|login| *login == one.by)
}

fn is_within(when: &When, school: &School, one: &Annulment, date: Day) -> bool {
    let span = match (when, class_of(one)) {
        (When::Days(first, last), _) => Some((*first, *last)),
        (When::Period(_), Some(class)) => when.span(school, &class),
        (When::Period(name), None) => {
            let period = school.periods.iter().find(|period| *name == period.name);
            period.map(|period| (period.begins, period.ends))
        }
    };
    // What was put right in August belongs to the days from the first on.
    let from_the_first = |first: Day| first <= date || first <= school.year.begins;
    span.is_some_and(|(first, last)| from_the_first(first) && date <= last)
}

/// Who answers for a lesson that was entered: its author; of one that was taken over, who gave it.
pub(super) fn keeper<'a>(lesson: &'a Lesson, course: &'a Course, teachers: &'a Teachers) -> &'a Login {
    match (lesson.taken_over, lesson.substitute.is_empty()) {
        (false, _) => &lesson.author,
        (true, true) => teachers.on(course, lesson.date),
        (true, false) => &lesson.substitute,
    }
}

/// The rows under way, by login.
struct Count<'a> {
    tables: &'a Tables,
    school: &'a School,
    when: &'a When,
    courses: Vec<Course>,
    rows: BTreeMap<Login, Row>,
}

/// The report for some days, up to `today`, of the courses that the filter admits, by the names of the teachers.
///
/// # Errors
/// Only the database's.
pub fn discipline(tables: &Tables, filter: &Filter, when: &When, today: Day) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let (names, teachers) = (Names::read(tables)?, Teachers::read(tables)?);
    let all = Filter { teacher: None, ..filter.clone() };
    let mut count = Count { tables, school: &school, when, courses: all.courses(tables)?, rows: BTreeMap::new() };
    count.lessons(&teachers)?;
    for row in missing(tables, &all, today)? {
        if count.within(&row.class, row.date) {
            self::row(&mut count.rows, &row.teacher).missing += 1;
        }
    }
    count.corrections()?;
    count.remarks(&teachers)?;
    for one in annulled(tables, &all, when)? {
        self::row(&mut count.rows, &one.by).annulled += 1;
    }
    let mut rows: Vec<Row> = count.rows.into_values().collect();
    rows.retain(|row| filter.teacher.as_ref().is_none_or(|login| *login == row.teacher));
    rows.iter_mut().for_each(|row| row.teacher_name = names.of(&row.teacher));
    rows.sort_by_cached_key(|row| (crate::school::fold(&row.teacher_name), row.teacher.clone()));
    Ok(rows)
}

impl Count<'_> {
    fn within(&self, class: &ClassName, day: Day) -> bool {
        self.when.span(self.school, class).is_some_and(|(first, last)| (first..=last).contains(&day))
    }

    fn lessons(&mut self, teachers: &Teachers) -> Result<()> {
        let mut held = HashSet::new();
        for course in &self.courses {
            let handed = read::handed_lessons(self.tables, course.id)?;
            for lesson in read::lessons_of(self.tables, course.id)? {
                if !self.within(&course.key.class, lesson.date) {
                    continue;
                }
                let substituted = !lesson.substitute.is_empty();
                held.insert(lesson.id);
                let row = row(&mut self.rows, keeper(&lesson, course, teachers));
                row.lessons += 1;
                row.late += u32::from(lesson.recorded_late().is_some());
                row.handed_in_later += u32::from(handed.contains_key(&(lesson.date, lesson.number)));
                row.without_homework += u32::from(lesson.homework.is_empty());
                row.unconfirmed_substitutions += u32::from(substituted && !lesson.confirmed);
            }
        }
        self.handed_in(&held)
    }

    /// Marks count on the day of their lesson, one of `held`; final marks on the day on which they were set.
    fn handed_in(&mut self, held: &HashSet<i64>) -> Result<()> {
        for course in &self.courses {
            let mut counted = HashSet::new();
            for mark in read::handed_marks(self.tables, course.id)? {
                let is_within = match mark.lesson {
                    Some(lesson) => held.contains(&lesson),
                    None => self.within(&course.key.class, mark.days.0),
                };
                if is_within && counted.insert((mark.lesson, mark.period, mark.pupil)) {
                    row(&mut self.rows, &mark.author).marks_handed_in_later += 1;
                }
            }
        }
        Ok(())
    }

    /// Corrections count on the day on which they were asked for.
    fn corrections(&mut self) -> Result<()> {
        for asked in corrections::asked(self.tables)? {
            let Some(course) = self.course(asked.course) else { continue };
            if !self.within(&course.key.class, self.school.day_of(asked.at)) {
                continue;
            }
            let row = row(&mut self.rows, &asked.by);
            row.corrections += 1;
            row.corrections_approved += u32::from(asked.approved);
        }
        Ok(())
    }

    /// A remark waits for the course's teacher; one about the whole book, for the class teacher.
    fn remarks(&mut self, teachers: &Teachers) -> Result<()> {
        for remark in read::remarks(self.tables)?.into_iter().filter(|remark| remark.answer.is_empty()) {
            let day = self.school.day_of(remark.written_at);
            if !self.within(&remark.class, day) {
                continue;
            }
            let login = match remark.course {
                Some(course) => self.course(course).map(|course| teachers.on(course, day).clone()),
                None if self.courses.iter().any(|course| course.key.class == remark.class) => {
                    read::class_teacher(self.tables, &remark.class)?
                }
                None => None,
            };
            if let Some(login) = login.filter(|login| !login.is_empty()) {
                row(&mut self.rows, &login).unanswered_remarks += 1;
            }
        }
        Ok(())
    }

    fn course(&self, id: i64) -> Option<&Course> {
        self.courses.iter().find(|course| course.id == id)
    }
}

fn row<'r>(rows: &'r mut BTreeMap<Login, Row>, login: &Login) -> &'r mut Row {
    rows.entry(login.clone()).or_insert_with(|| Row { teacher: login.clone(), ..Row::default() })
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Учитель", Kind::Text, Total::None),
        ("Уроков", Kind::Count, Total::Sum),
        ("с опозданием", Kind::Count, Total::Sum),
        ("передано позже", Kind::Count, Total::Sum),
        ("без дом. задания", Kind::Count, Total::Sum),
        ("Не записано", Kind::Count, Total::Sum),
        ("Отметок передано позже", Kind::Count, Total::Sum),
        ("Заявок", Kind::Count, Total::Sum),
        ("одобрено", Kind::Count, Total::Sum),
        ("Замен не подтв.", Kind::Count, Total::Sum),
        ("Замечаний без ответа", Kind::Count, Total::Sum),
        ("Аннулировано", Kind::Count, Total::Sum),
    ];
    let mut table = Table::new("Ведение журнала", &columns);
    table.rows.extend(rows.iter().map(|row| {
        vec![
            (&row.teacher_name).into(),
            row.lessons.into(),
            row.late.into(),
            row.handed_in_later.into(),
            row.without_homework.into(),
            row.missing.into(),
            row.marks_handed_in_later.into(),
            row.corrections.into(),
            row.corrections_approved.into(),
            row.unconfirmed_substitutions.into(),
            row.unanswered_remarks.into(),
            row.annulled.into(),
        ]
    }));
    table
}

/// What was annulled as a table.
pub fn annulled_table(rows: &[AnnulledRow]) -> Table {
    let columns = [
        ("Дата", Kind::Text, Total::None),
        ("Что", Kind::Text, Total::None),
        ("Чьё", Kind::Text, Total::None),
        ("Было записано", Kind::Text, Total::None),
        ("Причина", Kind::Text, Total::None),
        ("Кто", Kind::Text, Total::None),
        ("Запись №", Kind::Count, Total::None),
    ];
    let mut table = Table::new("Аннулированные записи", &columns);
    table.rows.extend(rows.iter().map(|row| {
        vec![
            (&format_date(row.date)).into(),
            row.kind.into(),
            (&row.about).into(),
            (&row.what).into(),
            (&row.reason).into(),
            (&row.who).into(),
            Cell::Number(row.entry as f64),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{
        Change, CorrectionRequested, LessonRecorded, LessonText, RemarkAnswered, RemarkWritten,
    };
    use crate::journal::testing::{self as entries, TestJournal, decided, lesson_at, moment};
    use crate::report::testing::{self, algebra, chemistry, day, lesson};

    /// Algebra in the first week of September: the 1st on its day, the 3rd two days late and without homework, the 5th
    /// by belova, unconfirmed. Chemistry of the 4th is missing. A correction approved, one not; a remark on the course
    /// and one on the book, and an answered one.
    fn tables() -> TestJournal {
        let mut annals = testing::annals();
        lesson(&mut annals, &algebra(), "2025-09-01", 2, "Тема");
        let late = lesson_at(&algebra(), "2025-09-03", 1);
        let given = lesson_at(&algebra(), "2025-09-05", 3);
        annals.taught(moment("2025-09-05T09:00"), entries::lesson(&late, "Тема", ""));
        let substituted = LessonRecorded { substitute: "belova".into(), ..entries::lesson(&given, "Тема", "§ 1") };
        annals.by("belova", moment("2025-09-05T09:30"), substituted);
        let line = |topic: &str| LessonText { topic: topic.into(), ..LessonText::default() };
        let request = |was: &str, becomes: &str| CorrectionRequested {
            course: algebra(),
            date: late.date,
            lesson: late.lesson,
            changes: vec![Change::Lesson { was: Some(line(was)), becomes: line(becomes) }],
            reason: "п".into(),
        };
        annals.taught(moment("2025-09-05T10:00"), request("Тема", "Другая тема"));
        annals.by("petrova", moment("2025-09-05T11:00"), decided(1, true, ""));
        annals.taught(moment("2025-09-06T10:00"), request("Другая тема", "Третья тема"));
        for course in [Some(chemistry()), None, Some(algebra())] {
            let class = algebra().class;
            annals.by("petrova", moment("2025-09-06T10:00"), RemarkWritten { class, course, text: "текст".into() });
        }
        annals.by("semyonov", moment("2025-09-06T11:00"), RemarkAnswered { number: 3, text: "да".into() });
        annals.record()
    }

    #[test]
    fn a_teacher_answers_for_what_he_entered_or_had_to_enter() {
        let when = When::Days(day("2025-09-01"), day("2025-09-07"));
        let rows = discipline(&tables(), &Filter::default(), &when, day("2025-09-07")).unwrap();
        let belova = Row {
            teacher: "belova".into(),
            teacher_name: "Белова Б.".into(),
            lessons: 1,
            unconfirmed_substitutions: 1,
            ..Row::default()
        };
        let semyonov = Row {
            teacher: "semyonov".into(),
            teacher_name: "Семёнов С. С.".into(),
            lessons: 2,
            late: 1,
            without_homework: 1,
            // Chemistry was his until October; so is the remark on it, and the one on his class's book.
            missing: 1,
            corrections: 2,
            corrections_approved: 1,
            unanswered_remarks: 2,
            ..Row::default()
        };
        assert_eq!(rows, [belova, semyonov]);
    }

    /// A lesson of 6 October with a mark and an absence, and one of the 8th with a mark were handed in on the 8th, a final
    /// mark a day after it was set.
    #[test]
    fn marks_from_a_stick_count_where_they_were_handed_in_on_another_day() {
        let mut school = tables();
        school.by("petrova", "2025-10-02T08:00", entries::carrier("c1", "У-7", "petrova", "кабинет 7"));
        let owner = ("c1", "semyonov");
        let mut stick = entries::TestStrand::open(&mut school, "petrova", "2025-10-02T08:10", owner);
        let on = |day: &str, time: &str| format!("2025-{day}T{time}");
        let [first, second] = ["2025-10-06", "2025-10-08"].map(|on| lesson_at(&algebra(), on, 2));
        let taken = on("10-08", "14:00");
        let taken = ("petrova", &*taken);
        let (monday, noon) = (on("10-06", "10:00"), on("10-08", "12:00"));
        stick.carry(&mut school, &monday, taken, entries::lesson(&first, "Тема", "§ 1"));
        stick.carry(&mut school, &monday, taken, entries::mark(&first, testing::ANNA, "5", ""));
        stick.carry(&mut school, &monday, taken, entries::absence(&first, testing::PAVEL, "н"));
        stick.carry(&mut school, &noon, taken, entries::lesson(&second, "Тема", "§ 1"));
        stick.carry(&mut school, &noon, taken, entries::mark(&second, testing::ANNA, "5", ""));
        let set = entries::finals(&algebra(), "I четверть", &[(testing::ANNA, "н/а")]);
        stick.carry(&mut school, &on("10-23", "12:00"), ("petrova", &on("10-24", "12:00")), set);
        let counted = |first: &str, last: &str| {
            let when = When::Days(day(first), day(last));
            let rows = discipline(&school, &Filter::default(), &when, day(last)).unwrap();
            let row = rows.into_iter().find(|row| row.teacher == "semyonov").unwrap();
            (row.handed_in_later, row.marks_handed_in_later)
        };
        assert_eq!(counted("2025-10-06", "2025-10-12"), (1, 2));
        assert_eq!(counted("2025-10-06", "2025-10-24"), (1, 3));
    }

    #[test]
    fn only_the_days_that_are_asked_for_count() {
        let when = When::Days(day("2025-09-05"), day("2025-09-05"));
        let rows = discipline(&tables(), &Filter::default(), &when, day("2025-09-07")).unwrap();
        let counts: Vec<_> = rows.iter().map(|row| (row.lessons, row.late, row.missing, row.corrections)).collect();
        assert_eq!(counts, [(1, 0, 0, 0), (0, 0, 0, 1)]);
    }
}
