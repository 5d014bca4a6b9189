//! Finding something from anywhere: pupils by surname or personal file, courses by class and subject («7а алг»), teachers
//! with their courses, classes.
//!
//! Here nothing is decided by what is found, so all that may be meant is given: elsewhere one pupil must be meant
//! ([`crate::journal::resolve`]).

use crate::error::Result;
use crate::journal::read::{self, Course, Pupil, Staff, Tables};
use crate::report::Filter;
use crate::school::{ClassName, Day, Login, NameForm, alike, each_in_cyrillic, fold, on_russian_keys};

/// So many pupils or courses are given: whoever gets more of them types another letter.
pub const MOST: usize = 60;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Classes.
    pub classes: Vec<ClassName>,
    /// Courses, by class and in the school's order of subjects.
    pub courses: Vec<Course>,
    /// Pupils, by name.
    pub pupils: Vec<FoundPupil>,
    /// People who work here, each with the courses that he teaches.
    pub staff: Vec<(Staff, Vec<Course>)>,
    /// As what it was read, where it was typed on other keys: «7а алг» of «7f fku».
    pub read_as: Option<String>,
    /// Whether there is more than is given.
    pub more: bool,
}

/// A pupil who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPupil {
    /// Who.
    pub pupil: Pupil,
    /// The whole name, with the birthday where another has the same.
    pub name: String,
    /// The class that he is in on the day.
    pub class: Option<ClassName>,
    /// The class that he was in last, where he is in none now.
    pub last: Option<ClassName>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.courses.is_empty() && self.pupils.is_empty() && self.staff.is_empty()
    }
}

/// Finds what may be meant. Where only a part of the journal is at hand, `kept_by` says whose: of the other courses of it
/// only the names are known.
///
/// # Errors
/// Tables that do not read.
pub fn anything(tables: &Tables, kept_by: Option<&Login>, typed: &str, today: Day) -> Result<Found> {
    let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if typed.is_empty() {
        return Ok(Found::default());
    }
    let school = School::read(tables, kept_by, today)?;
    let found = school.find(&typed)?;
    if !found.is_empty() {
        return Ok(found);
    }
    for other in [school.on_russian_keys(&typed), each_in_cyrillic(&typed)] {
        let found = if other == typed { Found::default() } else { school.find(&other)? };
        if !found.is_empty() {
            return Ok(Found { read_as: Some(other), ..found });
        }
    }
    Ok(Found::default())
}

/// What there is to be found.
struct School<'t> {
    tables: &'t Tables,
    classes: Vec<ClassName>,
    courses: Vec<(Course, String)>,
    is_whole: bool,
    today: Day,
}

impl<'t> School<'t> {
    fn read(tables: &'t Tables, kept_by: Option<&Login>, today: Day) -> Result<Self> {
        let courses = Filter { kept_by: kept_by.cloned(), ..Filter::default() }.courses(tables)?;
        let subjects = read::subjects(tables)?;
        let words = |course: &Course| {
            let short = subjects.iter().find(|subject| subject.name == course.key.subject).map(|of| of.short.as_str());
            fold(&format!("{} {} {}", course.key.subject, short.unwrap_or_default(), course.key.group))
        };
        let courses = courses.into_iter().map(|course| (course.clone(), words(&course))).collect();
        Ok(Self { tables, classes: read::classes(tables)?, courses, is_whole: kept_by.is_none(), today })
    }

    /// What was typed on the keys of Russian letters; a class is one also in the Latin letter that looks so.
    fn on_russian_keys(&self, typed: &str) -> String {
        let is_class = |word: &str| ClassName::parse(word).is_ok_and(|class| self.classes.contains(&class));
        let words = typed.split(' ').map(|word| if is_class(word) { word.to_owned() } else { on_russian_keys(word) });
        words.collect::<Vec<_>>().join(" ")
    }

    fn find(&self, typed: &str) -> Result<Found> {
        let (of, rest) = self.class_of(typed);
        let mut found = match (&of[..], rest.is_empty()) {
            ([], _) => Found { courses: self.of_subject(None, &rest), ..Found::default() },
            (_, true) => Found { classes: of.clone(), ..Found::default() },
            _ => Found { courses: self.of_subject(Some(&of), &rest), ..Found::default() },
        };
        found.staff = if of.is_empty() { self.staff(&rest)? } else { Vec::new() };
        let mut pupils = read::all_pupils(self.tables)?;
        let number = alike(typed);
        let has_number =
            |pupil: &Pupil| std::iter::once(&pupil.file).chain(&pupil.former).any(|known| alike(known) == number);
        let called = |pupil: &Pupil| !rest.is_empty() && pupil.name.fit(&rest).is_some();
        pupils.retain(|pupil| called(pupil) || has_number(pupil));
        let names = read::names_as(self.tables, &pupils, NameForm::Full)?;
        for (pupil, name) in pupils.into_iter().zip(names) {
            let class = read::class_of_pupil(self.tables, &pupil.file, self.today)?;
            let last = read::stays_of(self.tables, pupil.id)?.pop().map(|(class, _)| class);
            let is_of = of.is_empty() || class.as_ref().or(last.as_ref()).is_some_and(|class| of.contains(class));
            if is_of || has_number(&pupil) {
                found.pupils.push(FoundPupil { last: last.filter(|_| class.is_none()), pupil, name, class });
            }
        }
        found.more = found.pupils.len() > MOST || found.courses.len() > MOST;
        found.pupils.truncate(MOST);
        found.courses.truncate(MOST);
        Ok(found)
    }

    /// The class that is named, or the classes of a grade, and the rest of what was typed.
    fn class_of(&self, typed: &str) -> (Vec<ClassName>, String) {
        let words: Vec<&str> = typed.split(' ').collect();
        let rest = |from: usize, many: usize| {
            let others = words.iter().enumerate().filter(|(at, _)| !(from..from + many).contains(at));
            others.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
        };
        for many in [1, 2] {
            for (from, part) in words.windows(many).enumerate() {
                let class = ClassName::parse(&part.concat()).ok().filter(|class| self.classes.contains(class));
                if let Some(class) = class {
                    return (vec![class], rest(from, many));
                }
            }
        }
        if let Some(grade) = words.first().and_then(|word| word.parse::<u8>().ok()) {
            let of: Vec<ClassName> = self.classes.iter().filter(|class| class.grade() == grade).cloned().collect();
            if !of.is_empty() {
                return (of, rest(0, 1));
            }
        }
        (Vec::new(), typed.to_owned())
    }

    /// The courses of whose subject, its short name or group each word that was typed begins one.
    fn of_subject(&self, of: Option<&[ClassName]>, typed: &str) -> Vec<Course> {
        let typed = fold(typed).replace('.', " ");
        let begins = |words: &str| {
            let mut typed = typed.split_whitespace().peekable();
            typed.peek().is_some() && typed.all(|word| words.split([' ', '.']).any(|of| of.starts_with(word)))
        };
        let matching = self
            .courses
            .iter()
            .filter(|(course, words)| of.is_none_or(|of| of.contains(&course.key.class)) && begins(words));
        matching.map(|(course, _)| course.clone()).collect()
    }

    fn staff(&self, typed: &str) -> Result<Vec<(Staff, Vec<Course>)>> {
        let mut all = Vec::new();
        for person in read::all_staff(self.tables)? {
            if person.name.fit(typed).is_none() {
                continue;
            }
            let taught = self.courses.iter().filter(|(course, _)| course.teacher == person.login);
            let courses: Vec<Course> = taught.map(|(course, _)| course.clone()).collect();
            if !courses.is_empty() || (self.is_whole && !person.dismissed) {
                all.push((person, courses));
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{annals, day};

    fn found(tables: &Tables, typed: &str) -> String {
        let found = anything(tables, None, typed, day("2025-09-15")).unwrap();
        let read_as = found.read_as.map(|read| format!("[{read}] ")).unwrap_or_default();
        let classes = found.classes.iter().map(ToString::to_string);
        let courses = found.courses.iter().map(|course| course.key.to_string());
        let pupils =
            found.pupils.iter().map(|one| format!("{} {:?}", one.name, one.class.as_ref().map(|c| c.letter())));
        let staff = found.staff.iter().map(|(person, courses)| format!("{} {}", person.login, courses.len()));
        format!("{read_as}{}", classes.chain(courses).chain(pupils).chain(staff).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn what_may_be_meant_is_found_whatever_the_keys_and_the_order() {
        let tables = annals().record();
        for (typed, expected) in [
            ("7а алг", "7А, Алгебра"),
            ("алг 7А", "7А, Алгебра"),
            ("7 а  англ яз", "7А (1), Английский язык"),
            ("7a fku", "[7a алг] 7А, Алгебра"),
            ("7f fku", "[7а алг] 7А, Алгебра"),
            ("7 хим", "7А, Химия"),
            ("fyuk", "[англ] 7А (1), Английский язык"),
            ("7а", "7А"),
            ("7", "7А"),
            ("8Б", ""),
            ("ива", "Иванов Павел Андреевич Some('А'); Иванов Пётр Олегович Some('А')"),
            ("Иванов Пе", "Иванов Пётр Олегович Some('А')"),
            ("7а елк", "Ёлкина Дарья Ильинична Some('А')"),
            ("8а елк", ""),
            ("`krb", "[ёлки] Ёлкина Дарья Ильинична Some('А')"),
            ("и-02", "Иванов Пётр Олегович Some('А')"),
            ("петр", "Петренко Анна Some('А'); petrova 1"),
            ("семенов", "semyonov 1"),
            ("", ""),
            (".", ""),
            ("🙂 ; DROP", ""),
        ] {
            assert_eq!(found(&tables, typed), expected, "«{typed}»");
        }
    }

    #[test]
    fn who_has_left_is_found_by_his_last_class_and_a_file_by_its_former_number() {
        use crate::journal::entry::{PupilLeft, PupilRenumbered};
        use crate::journal::testing::moment;
        use crate::report::testing::{ANNA, PAVEL};
        let mut annals = annals();
        let left = PupilLeft { file: ANNA.into(), until: day("2025-09-10"), despite: false };
        annals.by("kuznetsov", moment("2025-09-10T09:00"), left);
        let other = PupilRenumbered { file: PAVEL.into(), becomes: "И-77".into(), reason: "опечатка".into() };
        annals.by("kuznetsov", moment("2025-09-10T09:05"), other);
        let tables = annals.record();
        assert_eq!(found(&tables, "петренко"), "Петренко Анна None");
        assert_eq!(found(&tables, "7а петренко"), "Петренко Анна None");
        assert_eq!(found(&tables, PAVEL), "Иванов Павел Андреевич Some('А')");
        assert_eq!(found(&tables, "И-77"), found(&tables, PAVEL));
    }
}
