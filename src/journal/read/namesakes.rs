//! What pupils are called where they are shown: each by the shortest name that is unique in its list
//! ([`crate::school::told_apart`]).

use super::pupils::{PUPIL, born, by_name};
use super::{Pupil, Tables};
use crate::error::Result;
use crate::school::{NameForm, PersonName, PersonalFile, told_apart};
use std::collections::HashMap;

/// The names of a list of pupils, in its order, each unique in it: «Иванов Иван» where nobody else is called so.
///
/// # Errors
/// Only the database's.
pub fn names(tables: &Tables, pupils: &[Pupil]) -> Result<Vec<String>> {
    names_as(tables, pupils, NameForm::Short)
}

/// As [`names`], in another form.
///
/// # Errors
/// Only the database's.
pub fn names_as(tables: &Tables, pupils: &[Pupil], form: NameForm) -> Result<Vec<String>> {
    let people: Vec<(&PersonName, &str)> = pupils.iter().map(|pupil| (&pupil.name, pupil.file.as_str())).collect();
    told_apart(&people, form, |at| born(tables, &pupils[at].file))
}

/// As [`names`], by the personal file.
///
/// # Errors
/// Only the database's.
pub fn names_by_file(tables: &Tables, pupils: &[Pupil]) -> Result<HashMap<PersonalFile, String>> {
    let names = names(tables, pupils)?;
    Ok(pupils.iter().map(|pupil| pupil.file.clone()).zip(names).collect())
}

/// What a pupil is called among those who were in a class with him this year.
///
/// # Errors
/// Only the database's.
pub fn name_of(tables: &Tables, pupil: &Pupil) -> Result<String> {
    let sql = format!(
        "{PUPIL} WHERE pupils.id IN (SELECT beside.pupil FROM enrolments AS own
         JOIN enrolments AS beside ON beside.class = own.class WHERE own.pupil = ?1)"
    );
    let mut together: Vec<Pupil> = tables.all("ученик", &sql, [pupil.id], Pupil::of).map(by_name)?;
    if !together.iter().any(|other| other.id == pupil.id) {
        together.push(pupil.clone());
    }
    let names = names(tables, &together)?;
    let own = together.iter().zip(names).find(|(other, _)| other.id == pupil.id).map(|(_, name)| name);
    Ok(own.unwrap_or_else(|| pupil.name.surname_given()))
}

/// As [`name_of`], by the number of the personal file; the number itself where nobody has it.
///
/// # Errors
/// Only the database's.
pub fn name_of_file(tables: &Tables, file: &str) -> Result<String> {
    match super::pupil(tables, file)? {
        Some(pupil) => name_of(tables, &pupil),
        None => Ok(file.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{PupilEnrolled, PupilMoved, PupilSet};
    use crate::journal::read;
    use crate::journal::testing::{Annals, day, moment};
    use crate::school::{ClassName, format_date};

    #[test]
    fn a_pupil_is_called_as_his_class_knows_him_wherever_he_has_moved() {
        let mut annals = crate::report::testing::annals();
        let class = |name: &str| ClassName::parse(name).unwrap();
        let at = moment("2025-09-02");
        let add = |annals: &mut Annals, file: &str, born: &str, class: ClassName| {
            let name = PersonName {
                surname: "Иванов".into(), given: "Павел".into(), patronymic: "Андреевич".into()
            };
            let since = day("2025-09-01");
            annals
                .by("kuznetsov", at, PupilSet { file: file.into(), name, born: day(born), sex: None, another: true })
                .by("kuznetsov", at, PupilEnrolled { file: file.into(), class, since });
        };
        let called = |tables: &Tables, file: &str| name_of_file(tables, file).unwrap();
        assert_eq!(called(&annals.record(), "И-01"), "Иванов Павел");
        let other = crate::journal::entry::ClassSet { class: class("7Б"), teacher: String::new() };
        annals.by("kuznetsov", at, other);
        add(&mut annals, "Я-1", "2012-05-05", class("7Б"));
        assert_eq!(called(&annals.record(), "И-01"), "Иванов Павел", "the other one is in another class");
        annals.by(
            "kuznetsov",
            moment("2025-09-12"),
            PupilMoved { file: "Я-1".into(), class: class("7А"), since: day("2025-09-12"), despite: false },
        );
        let tables = annals.record();
        let born = format_date(read::born(&tables, "И-01").unwrap().unwrap());
        assert_eq!(called(&tables, "И-01"), format!("Иванов Павел Андреевич ({born})"));
        assert_eq!(called(&tables, "Я-1"), "Иванов Павел Андреевич (05.05.2012)");
        assert_eq!(called(&tables, "нет"), "нет");
        let all = read::pupils_of_class(&tables, &class("7А")).unwrap();
        let names = names_by_file(&tables, &all).unwrap();
        assert_eq!(names["И-02"], "Иванов Пётр", "he has no namesake");
        assert_eq!(names["Я-1"], called(&tables, "Я-1"));
    }
}
