//! Whose a row is: the pupil by the number of the personal file, or by surname, name and patronymic as far as they are given.

use super::doubts::{Doubts, Question, Section};
use super::map::{Answer, Map};
use super::meant::Ground;
use super::shape::Row;
use crate::error::Result;
use crate::journal::read::{self, Course, Pupil};
use crate::journal::resolve;
use crate::school::{Fit, PersonalFile, each_in_cyrillic, fold};

/// The pupils whom a table may mean.
pub struct Pupils {
    class: String,
    /// Those of the course.
    own: Vec<Pupil>,
    /// Those of the class, who may stand in the table of a group.
    of_class: Vec<Pupil>,
}

impl Pupils {
    /// Everybody who belonged to a course, or to its class, this year.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(ground: &Ground<'_>, course: &Course) -> Result<Self> {
        let class = &course.key.class;
        Ok(Self {
            own: read::pupils_of_course(ground.tables, course)?,
            of_class: read::pupils_of_class(ground.tables, class)?,
            class: class.to_string(),
        })
    }

    /// Whose a row is; nothing where that is a doubt, or the row is of nobody. A row in which nothing is to be recorded
    /// raises none.
    pub fn who(&self, map: &Map, row: &Row, matters: bool, doubts: &mut Doubts) -> Option<PersonalFile> {
        let name = bare(&row.name);
        let answer = map.answer(Section::Pupils, &self.class, &row.place.key(), &row.name);
        let answer = answer.or_else(|| map.answer(Section::Pupils, &self.class, "", &name));
        match answer {
            Some(Answer::Leave) => return None,
            Some(Answer::Is(answer)) => {
                return match resolve::pupil(&self.of_class, answer) {
                    Ok(pupil) => Some(pupil.file.clone()),
                    Err(error) => {
                        let what = format!("ответ «{answer}» на «{}»: {}", row.name, error.message());
                        doubts.cell(&row.place, what, self.question(row, String::new()));
                        None
                    }
                };
            }
            None => {}
        }
        if name.is_empty() && row.file.is_empty() {
            doubts.cell(&row.place, "в строке без имени есть отметки", None);
            return None;
        }
        let (found, is_of_group) = match self.found(&self.own, row, &name) {
            found if found.is_empty() => (self.found(&self.of_class, row, &name), false),
            found => (found, true),
        };
        match (&found[..], is_of_group) {
            ([pupil], true) => return Some(pupil.file.clone()),
            // A group's table may list the whole class.
            ([_], false) if !matters => return None,
            ([pupil], false) => {
                let what = format!("{} не учится на этом курсе, а отметки есть", pupil.name.surname_given());
                doubts.cell(&row.place, what, self.question(row, "-".to_owned()));
                return None;
            }
            _ if !matters => {
                doubts.warn(&row.place, &format!("«{}» не ученик курса; отметок в строке нет", row.name));
                return None;
            }
            _ => {}
        }
        let (what, guess) = self.unknown(&found, &name);
        doubts.cell(&row.place, format!("«{}»: {what}", row.name), self.question(row, guess));
        None
    }

    fn question(&self, row: &Row, guess: String) -> Option<Question> {
        let key = if row.name.is_empty() { row.place.key() } else { row.name.clone() };
        Some(Question { section: Section::Pupils, class: self.class.clone(), key, guess })
    }

    fn found<'p>(&self, pupils: &'p [Pupil], row: &Row, name: &str) -> Vec<&'p Pupil> {
        if !row.file.is_empty() {
            let by_file = pupils.iter().filter(|pupil| pupil.is_named(&row.file)).collect::<Vec<_>>();
            if !by_file.is_empty() {
                return by_file;
            }
        }
        let fits: Vec<&Pupil> = pupils.iter().filter(|pupil| pupil.name.fit(name) == Some(Fit::Whole)).collect();
        // «Иванов Иван» is who is called just so before «Иванов Иванна».
        let exact: Vec<&Pupil> = fits
            .iter()
            .copied()
            .filter(|pupil| fold(&pupil.name.surname_given()) == fold(name) || fold(&pupil.name.full()) == fold(name))
            .collect();
        if exact.len() == 1 { exact } else { fits }
    }

    /// Why nobody is found, and who it may be.
    fn unknown(&self, found: &[&Pupil], name: &str) -> (String, String) {
        let told = |pupils: &[&Pupil]| {
            let each = pupils.iter().map(|pupil| format!("{} ({})", pupil.name.full(), pupil.file));
            each.collect::<Vec<_>>().join(", ")
        };
        if !found.is_empty() {
            return (format!("это может быть: {}", told(found)), String::new());
        }
        let near = self.near(name);
        match near[..] {
            [] => (format!("такого ученика в {} нет", self.class), String::new()),
            [pupil] => (format!("такого ученика в {} нет; похож: {}", self.class, told(&near)), pupil.file.to_string()),
            _ => (format!("такого ученика в {} нет; похожи: {}", self.class, told(&near)), String::new()),
        }
    }

    /// Who may be meant by a name that is nobody's: those of the course before the rest of the class, and those whose given
    /// name is near too before those of whom the surname alone is.
    fn near(&self, name: &str) -> Vec<&Pupil> {
        let reversed = name.split_once(' ').map(|(first, rest)| format!("{rest} {first}")).unwrap_or_default();
        let folded = fold(name).replace('.', " ");
        let mut words = folded.split_whitespace();
        let (surname, given) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_near = |typed: &str, known: &str| {
            let away = strsim::damerau_levenshtein(typed, &fold(known));
            away <= (typed.chars().count() / 4).max(1)
        };
        let of_surname =
            |pupil: &&Pupil| pupil.name.fit(&reversed) == Some(Fit::Whole) || is_near(surname, &pupil.name.surname);
        let whole = |pupil: &&Pupil| {
            let known = fold(&pupil.name.given);
            pupil.name.fit(&reversed) == Some(Fit::Whole) || known.starts_with(given) || is_near(given, &known)
        };
        for pupils in [&self.own, &self.of_class] {
            let near: Vec<&Pupil> = pupils.iter().filter(of_surname).collect();
            let nearer: Vec<&Pupil> = near.iter().copied().filter(whole).collect();
            let found = if nearer.is_empty() { near } else { nearer };
            if !found.is_empty() {
                return found.into_iter().take(5).collect();
            }
        }
        Vec::new()
    }
}

/// A name without its number in the list, what stands in brackets after it, and Latin letters that look Cyrillic.
fn bare(name: &str) -> String {
    let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    let name = name.split(['(', '*']).next().unwrap_or_default();
    each_in_cyrillic(&name.replace(',', " ")).split_whitespace().collect::<Vec<_>>().join(" ")
}
