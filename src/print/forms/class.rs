//! What the forms of a class are made of: the class, its pupils and its courses, read from the tables.
//!
//! Everything is read in an order that does not depend on how SQLite stored it, since equal tables must give equal
//! bytes. The lessons and marks of a course, by far the most of it, are read course by course ([`super::course`]).

use crate::error::{Action, Error, Result};
use crate::journal::read::explain::Reasons;
use crate::journal::read::{self, Decision, Tables};
use crate::school::{
    ClassName, Day, Login, NameForm, Period, PersonName, PersonalFile, Role, School, Sex, Stay, format_date, told_apart,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;

/// A class with everyone and everything in it.
#[derive(Debug)]
pub struct ClassData {
    /// The class.
    pub class: ClassName,
    /// The class teacher, where one is named.
    pub teacher: Option<PersonName>,
    /// Everyone who was in the class this year, sorted by name.
    pub pupils: Vec<Pupil>,
    /// Whoever belongs to a course of the class by what stands in it and was in the class on no day.
    others: Vec<Pupil>,
    /// The reasons given for absences.
    pub reasons: Reasons,
    /// The courses in the school's order of subjects, groups one after another.
    pub courses: Vec<Course>,
    /// The class's periods in order of time.
    pub periods: Vec<Period>,
}

/// A pupil of the class.
#[derive(Debug)]
pub struct Pupil {
    /// Key in the tables.
    pub id: i64,
    /// № личного дела.
    pub file: PersonalFile,
    /// Numbers that it had before.
    pub former: Vec<PersonalFile>,
    /// The name.
    pub name: PersonName,
    /// Whether a he or a she, where that is known.
    pub sex: Option<Sex>,
    /// The name as lists of marks have it: surname and given name, and the patronymic where two would be alike.
    pub listed: String,
    /// As notes name him, «Иванов И. П.», unique too.
    pub noted: String,
    /// In full, unique too.
    pub whole: String,
    /// Birthday.
    pub born: Day,
    /// When the pupil was in the class.
    pub stays: Vec<Stay>,
    /// The classes the pupil came from or went to this year.
    pub elsewhere: Vec<(ClassName, Stay)>,
    /// The pedagogical council's decision, if he was in the class when it was taken.
    pub decision: Option<Decision>,
}

/// A course of the class.
#[derive(Debug)]
pub struct Course {
    /// Key in the tables.
    pub id: i64,
    /// The subject.
    pub subject: String,
    /// The group, or empty.
    pub group: String,
    /// The teachers one after another, each with the first day on which he taught it; the last teaches it now.
    pub teachers: Vec<(PersonName, Day)>,
    /// Hours a week.
    pub hours: f64,
    /// Rows of everybody who belonged to it this year.
    pub members: HashSet<i64>,
    /// When each of them did, by his row; not of those who have only what stands there of them.
    pub stays: BTreeMap<i64, Vec<Stay>>,
}

impl Course {
    /// The subject, and the group where it is one's: «Английский язык (1 группа)».
    pub fn title(&self) -> String {
        if self.group.is_empty() { self.subject.clone() } else { format!("{} ({})", self.subject, self.group) }
    }

    /// Its teachers, each named by `name`, with the days where there was more than one: «Петрова А. А. (по 11.11.2025),
    /// Сидорова В. В.».
    pub fn taught_by(&self, name: impl Fn(&PersonName) -> String) -> String {
        let last = |i: usize| self.teachers.get(i + 1).and_then(|(_, next)| next.pred_opt());
        let named = self.teachers.iter().enumerate().map(|(i, (teacher, since))| match (i, last(i)) {
            (0, Some(last)) => format!("{} (по {})", name(teacher), format_date(last)),
            (_, Some(last)) => format!("{} (с {} по {})", name(teacher), format_date(*since), format_date(last)),
            (0, None) => name(teacher),
            (_, None) => format!("{} (с {})", name(teacher), format_date(*since)),
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// When a pupil belonged to the course; of whom that is not known, when he was in the class.
    pub fn stays_of<'p>(&'p self, pupil: &'p Pupil) -> &'p [Stay] {
        self.stays.get(&pupil.id).unwrap_or(&pupil.stays)
    }
}

impl Pupil {
    /// Whether his file has this number, or had it before.
    pub fn is_named(&self, file: &str) -> bool {
        self.file == file || self.former.iter().any(|former| *former == file)
    }

    /// Whether the pupil was in the class on a day.
    pub fn present(&self, day: Day) -> bool {
        self.stays.iter().any(|stay| stay.covers(day))
    }
}

impl ClassData {
    /// Reads the class.
    ///
    /// # Errors
    /// A class that is not there; tables that hold what they cannot hold.
    pub fn load(tables: &Tables, school: &School, class: &ClassName) -> Result<Self> {
        let login = read::class_teacher(tables, class)?.ok_or_else(|| {
            Error::input(format!("в журнале нет класса {class}")).next("проверьте параллель и букву класса")
        })?;
        let periods = school.periods_of(class).into_iter().cloned().collect();
        let teacher = person(tables, &login)?;
        let (courses, members) = courses(tables, class)?;
        let (mut pupils, others) = pupils(tables, class, members)?;
        let year = &school.year;
        for pupil in &mut pupils {
            // The council decides of a pupil in the class where he is on that day.
            let decision = pupil.decision.take();
            pupil.decision = decision.filter(|taken| pupil.present(taken.date.clamp(year.begins, year.ends)));
        }
        let reasons = Reasons::read(tables)?;
        Ok(Self { class: class.clone(), teacher, pupils, others, reasons, courses, periods })
    }

    /// The class as documents say of it that show a state of these rules. Those of rules 1 name of a course the teacher whom it has, and
    /// say of whoever went to another class that he left.
    #[must_use]
    pub fn by_rules(mut self, rules: u32) -> Self {
        if rules < 2 {
            self.pupils.iter_mut().chain(&mut self.others).for_each(|pupil| pupil.elsewhere.clear());
            for course in &mut self.courses {
                course.teachers.drain(..course.teachers.len().saturating_sub(1));
                course.teachers.iter_mut().for_each(|(_, since)| *since = Day::MIN);
            }
        }
        self
    }

    /// The first holder of a role, in the order of names, for a signature's expansion.
    ///
    /// # Errors
    /// Only the database's.
    pub fn holder(tables: &Tables, role: Role) -> Result<Option<PersonName>> {
        Ok(read::holder_of(tables, role)?.map(|person| person.name))
    }

    /// The pupils of a course, sorted by name: everybody who belonged to it this year.
    pub fn pupils_of<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a Pupil> {
        let mut pupils: Vec<&Pupil> = self.pupils.iter().chain(&self.others).collect();
        pupils.retain(|pupil| course.members.contains(&pupil.id));
        if !self.others.is_empty() {
            pupils.sort_by_cached_key(|pupil| (pupil.name.sort_key(), pupil.file.clone()));
        }
        pupils.into_iter()
    }
}

pub(super) fn damaged(what: impl Into<String>) -> Error {
    Error::damaged(what).next_by("проверьте журнал", Action::Audit).then("сообщите администратору")
}

/// The name of a member of the staff.
pub(super) fn person(tables: &Tables, login: &str) -> Result<Option<PersonName>> {
    Ok(read::staff(tables, login)?.map(|person| person.name))
}

/// The pupils of the class, and those of `members` who never were in it.
fn pupils(tables: &Tables, class: &ClassName, members: Vec<read::Pupil>) -> Result<(Vec<Pupil>, Vec<Pupil>)> {
    let of_class = read::pupils_of_class(tables, class)?;
    let mut others: BTreeMap<i64, read::Pupil> = members.into_iter().map(|pupil| (pupil.id, pupil)).collect();
    of_class.iter().for_each(|pupil| drop(others.remove(&pupil.id)));
    let mut decisions = read::decisions(tables)?;
    let mut pupil = |known: read::Pupil| pupil(tables, class, known, &mut decisions);
    let mut pupils = of_class.into_iter().map(&mut pupil).collect::<Result<Vec<_>>>()?;
    let mut others = others.into_values().map(&mut pupil).collect::<Result<Vec<_>>>()?;
    tell_apart(&mut pupils, &mut others);
    Ok((pupils, others))
}

/// Gives everybody on the pages of the class the shortest names that are unique there.
fn tell_apart(pupils: &mut [Pupil], others: &mut [Pupil]) {
    let all: Vec<&Pupil> = pupils.iter().chain(others.iter()).collect();
    let people: Vec<(&PersonName, &str)> = all.iter().map(|pupil| (&pupil.name, pupil.file.as_str())).collect();
    let called = |form| {
        let told = told_apart::<Infallible>(&people, form, |at| Ok(Some(all[at].born)));
        told.unwrap_or_else(|never| match never {})
    };
    let (listed, noted, whole) = (called(NameForm::Short), called(NameForm::Initials), called(NameForm::Full));
    let names = listed.into_iter().zip(noted).zip(whole);
    for (pupil, ((listed, noted), whole)) in pupils.iter_mut().chain(others).zip(names) {
        (pupil.listed, pupil.noted, pupil.whole) = (listed, noted, whole);
    }
}

fn pupil(
    tables: &Tables,
    class: &ClassName,
    known: read::Pupil,
    decisions: &mut HashMap<i64, Decision>,
) -> Result<Pupil> {
    let sex = known.sex();
    let read::Pupil { id, file, name, former, .. } = known;
    let (stays, elsewhere): (Vec<_>, Vec<_>) =
        read::stays_of(tables, id)?.into_iter().partition(|(there, _)| there == class);
    let stays = stays.into_iter().map(|(_, stay)| stay).collect();
    let born = read::born(tables, &file)?.ok_or_else(|| damaged(format!("ученика «{file}» нет в таблицах журнала")))?;
    let (listed, noted, whole) = (name.surname_given(), name.initials(), name.full());
    let decision = decisions.remove(&id).map(|decision| decision.said_of(sex));
    Ok(Pupil { id, file, former, name, sex, listed, noted, whole, born, stays, elsewhere, decision })
}

/// The courses, and everybody who belonged to any of them.
fn courses(tables: &Tables, class: &ClassName) -> Result<(Vec<Course>, Vec<read::Pupil>)> {
    let (mut courses, mut all) = (Vec::new(), Vec::new());
    for course in read::courses_of(tables, class)? {
        let members = read::pupils_of_course(tables, &course)?;
        let stays = read::stays_on_course(tables, &course.key)?;
        let teachers = teachers(tables, &course)?;
        let read::Course { id, key, hours, .. } = course;
        let ids = members.iter().map(|pupil| pupil.id).collect();
        courses.push(Course { id, subject: key.subject, group: key.group, teachers, hours, members: ids, stays });
        all.extend(members);
    }
    Ok((courses, all))
}

/// Who taught a course, one after another. Who was replaced on the day he was named, or before the course had begun for
/// him, taught it on none.
fn teachers(tables: &Tables, course: &read::Course) -> Result<Vec<(PersonName, Day)>> {
    let named = |login: &str| {
        person(tables, login)?
            .ok_or_else(|| damaged(format!("{}: учителя «{login}» нет среди сотрудников", course.key)))
    };
    let mut logins: Vec<(Login, Day)> = Vec::new();
    for (login, since) in read::teachers_of_course(tables, course.id)? {
        while logins.last().is_some_and(|(_, before)| *before >= since && logins.len() > 1) {
            logins.pop();
        }
        match logins.last_mut() {
            Some((last, before)) if *before >= since || *last == login => *last = login,
            _ => logins.push((login, since)),
        }
    }
    if logins.last().is_none_or(|(last, _)| *last != course.teacher) {
        logins.push((course.teacher.clone(), logins.last().map_or(Day::MIN, |(_, since)| *since)));
    }
    logins.iter().map(|(login, since)| Ok((named(login)?, *since))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{PupilEnrolled, PupilSet};
    use crate::journal::testing::moment;
    use crate::report::testing::{self, day};

    #[test]
    fn namesakes_have_names_of_their_own_on_every_page_and_the_others_what_they_always_had() {
        let mut annals = testing::annals();
        let class = ClassName::parse("7А").unwrap();
        let name = PersonName {
            surname: "Иванов".into(), given: "Павел".into(), patronymic: "Андреевич".into()
        };
        let at = moment("2025-09-02");
        let since = day("2025-09-01");
        annals
            .by(
                "kuznetsov",
                at,
                PupilSet { file: "Я-1".into(), name, born: day("2012-05-05"), sex: None, another: true },
            )
            .by("kuznetsov", at, PupilEnrolled { file: "Я-1".into(), class: class.clone(), since });
        let tables = annals.record();
        let data = ClassData::load(&tables, &read::school(&tables).unwrap(), &class).unwrap();
        let of = |file: &str| data.pupils.iter().find(|pupil| pupil.file == *file).unwrap();
        for pupil in [of(testing::PAVEL), of("Я-1")] {
            let told = format!("Иванов Павел Андреевич ({})", crate::school::format_date(pupil.born));
            assert_eq!([&pupil.listed, &pupil.noted, &pupil.whole], [&told; 3]);
        }
        let pyotr = of(testing::PYOTR);
        assert_eq!((pyotr.listed.as_str(), pyotr.noted.as_str()), ("Иванов Пётр", "Иванов П. О."));
        assert_eq!(of(testing::ANNA).whole, "Петренко Анна");
    }

    #[test]
    fn a_course_that_changed_hands_names_every_teacher_with_his_days() {
        let tables = testing::annals().record();
        let class = ClassName::parse("7А").unwrap();
        let taught = |tables: &Tables, subject: &str| {
            let data = ClassData::load(tables, &read::school(tables).unwrap(), &class).unwrap();
            let course = data.courses.into_iter().find(|course| course.subject == subject).unwrap();
            course.taught_by(PersonName::initials)
        };
        assert_eq!(taught(&tables, "Химия"), "Семёнов С. С. (по 30.09.2025), Петрова П. П. (с 01.10.2025)");
        assert_eq!(taught(&tables, "Алгебра"), "Семёнов С. С.");
        let row = "INSERT INTO course_teachers SELECT course, 9000, '2025-10-01', 'belova' FROM course_teachers
                   WHERE teacher = 'petrova'; UPDATE courses SET teacher = 'belova' WHERE subject = 'Химия'";
        tables.damage(row);
        let named = "Семёнов С. С. (по 30.09.2025), Белова Б. (с 01.10.2025)";
        assert_eq!(taught(&tables, "Химия"), named, "who was replaced on the same day taught on none");
    }
}
