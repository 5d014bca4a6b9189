//! Rows of the tables, read column by column under their names and as what they are: a day, a moment, a mark, a class.
//!
//! The tables are made from a ledger that was checked, so a value that does not read was put there by somebody else.
//! Whoever meets one stops: it is damage, named with its row, and never left out of a list or taken for nothing.

use super::Tables;
use crate::error::{Action, Error, Result};
use crate::journal::entry::Reason;
use crate::school::{
    Attendance, ClassName, CourseKey, Day, Login, Marks, PeriodName, PersonName, PersonalFile, Role, Sex, Stay,
    parse_iso,
};
use chrono::{DateTime, FixedOffset};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Params, Row, Statement};

/// A row on its way out of the tables.
pub(in crate::journal) struct Columns<'r> {
    row: &'r Row<'r>,
    /// The names of its columns, in order: asked of SQLite once a question, not once a value.
    names: &'r [String],
    /// What a row of this question is, in Russian: «урок».
    what: &'static str,
}

impl Tables {
    /// The rows of a question, each read by `read`. `what` is a row of it in Russian, for the message where it does not
    /// read: «урок».
    pub(in crate::journal) fn all<T, C: FromIterator<T>>(
        &self,
        what: &'static str,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&Columns<'_>) -> Result<T>,
    ) -> Result<C> {
        let mut statement = self.prepare_cached(sql)?;
        let names = names_of(&statement);
        let mut rows = statement.query(parameters)?;
        std::iter::from_fn(|| match rows.next() {
            Ok(row) => row.map(|row| read(&Columns { row, names: &names, what })),
            Err(error) => Some(Err(error.into())),
        })
        .collect()
    }

    /// The first row of a question, if there is one.
    pub(in crate::journal) fn one<T>(
        &self,
        what: &'static str,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Columns<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.prepare_cached(sql)?;
        let names = names_of(&statement);
        let mut rows = statement.query(parameters)?;
        rows.next()?.map(|row| read(&Columns { row, names: &names, what })).transpose()
    }

    /// Whether a question has any row.
    pub(in crate::journal) fn any(&self, sql: &str, parameters: impl Params) -> Result<bool> {
        Ok(self.prepare_cached(sql)?.exists(parameters)?)
    }
}

fn names_of(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

impl Columns<'_> {
    /// A value that the database holds as such.
    pub fn get<T: FromSql>(&self, column: &str) -> Result<T> {
        Ok(self.row.get(self.at(column)?)?)
    }

    /// The place of a column.
    fn at(&self, column: &str) -> rusqlite::Result<usize> {
        let at = self.names.iter().position(|name| name == column);
        at.ok_or_else(|| rusqlite::Error::InvalidColumnName(column.to_owned()))
    }

    /// A text that is read by `parse`.
    pub fn read<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        match self.row.get_ref(self.at(column)?)?.as_str() {
            Ok(text) => parse(text).ok_or_else(|| self.damaged(column)),
            Err(_) => Err(self.damaged(column)),
        }
    }

    /// As [`Columns::read`], or nothing where nothing is kept.
    fn read_optional<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        match self.row.get_ref(self.at(column)?)? {
            ValueRef::Null => Ok(None),
            _ => self.read(column, parse).map(Some),
        }
    }

    /// A day.
    pub fn day(&self, column: &str) -> Result<Day> {
        self.read(column, parse_iso)
    }

    /// A day, or nothing.
    pub fn day_or_none(&self, column: &str) -> Result<Option<Day>> {
        self.read_optional(column, parse_iso)
    }

    /// A moment.
    pub fn moment(&self, column: &str) -> Result<DateTime<FixedOffset>> {
        self.read(column, |text| DateTime::parse_from_rfc3339(text).ok())
    }

    /// A moment, or nothing.
    pub fn moment_or_none(&self, column: &str) -> Result<Option<DateTime<FixedOffset>>> {
        self.read_optional(column, |text| DateTime::parse_from_rfc3339(text).ok())
    }

    /// A class.
    pub fn class(&self, column: &str) -> Result<ClassName> {
        self.read(column, |text| ClassName::parse(text).ok())
    }

    /// The course whose class, group and subject stand in the columns of these names.
    pub fn course(&self) -> Result<CourseKey> {
        Ok(CourseKey { class: self.class("class")?, group: self.get("grp")?, subject: self.get("subject")? })
    }

    /// Marks.
    pub fn marks(&self, column: &str) -> Result<Marks> {
        self.read(column, |text| Marks::parse(text).ok())
    }

    /// Absence or lateness.
    pub fn attendance(&self, column: &str) -> Result<Attendance> {
        self.read(column, Attendance::parse)
    }

    /// Why a pupil was absent.
    pub fn reason(&self, column: &str) -> Result<Reason> {
        self.read(column, Reason::parse)
    }

    /// A role.
    pub fn role(&self, column: &str) -> Result<Role> {
        self.read(column, Role::parse)
    }

    /// A person's name.
    pub fn name(&self) -> Result<PersonName> {
        let (surname, given, patronymic) = (self.get("surname")?, self.get("given")?, self.get("patronymic")?);
        Ok(PersonName { surname, given, patronymic })
    }

    /// What the list of pupils says of somebody's sex, or nothing.
    pub fn sex(&self) -> Result<Option<Sex>> {
        match self.get::<String>("sex")?.as_str() {
            "" => Ok(None),
            _ => self.read("sex", |text| [Sex::He, Sex::She].into_iter().find(|sex| sex.as_str() == text)).map(Some),
        }
    }

    /// A stay in a class.
    pub fn stay(&self) -> Result<Stay> {
        Ok(Stay { since: self.day("since")?, until: self.day_or_none("until")? })
    }

    /// That a column does not read, with its row: the first columns of it that do.
    pub fn damaged(&self, column: &str) -> Error {
        let mut row = Vec::new();
        for (at, name) in self.names.iter().enumerate() {
            if let (true, Ok(value)) = (name != column && row.len() < 3, self.row.get_ref(at)) {
                row.extend(shown(value).map(|value| format!("{name} {value}")));
            }
        }
        let held = self
            .at(column)
            .and_then(|at| self.row.get_ref(at))
            .ok()
            .and_then(shown)
            .unwrap_or_else(|| "пусто".to_owned());
        Error::damaged(format!("в таблицах журнала не читается {} ({}): {column} {held}", self.what, row.join(", ")))
            .next_by("проверьте журнал", Action::Audit)
            .then("сообщите администратору")
    }
}

/// A value for a message.
fn shown(value: ValueRef<'_>) -> Option<String> {
    match value.data_type() {
        Type::Integer => value.as_i64().ok().map(|number| number.to_string()),
        Type::Text => value.as_str().ok().map(|text| format!("«{text}»")),
        Type::Null | Type::Real | Type::Blob => None,
    }
}

macro_rules! column_of_name {
    ($($name:ident),*) => {$(
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                String::column_result(value).map(Self::from)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.as_str()))
            }
        }
    )*};
}

column_of_name!(Login, PersonalFile, PeriodName);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::read;
    use crate::journal::read::timetable::Timetable;

    /// Tables in which every day and every moment is of another spelling.
    fn damaged() -> Tables {
        let tables = in_memory().unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO people VALUES ('petrova', 'Петрова', 'П', 'П', 'завуч', '', NULL, 1);
                 INSERT INTO classes VALUES ('7А', 7, 'А', '', 1);
                 INSERT INTO subjects VALUES ('Химия', 'Хим.', '', 1, 1, 1);
                 INSERT INTO pupils VALUES (1, 'И-01', 'Иванов', 'Павел', '', '01.02.2012', '', 1);
                 INSERT INTO enrolments VALUES (1, '7А', '2025-9-1', NULL, 1);
                 INSERT INTO courses VALUES (4, '7А', '', 'Химия', 'petrova', 1.0, 1);
                 INSERT INTO course_teachers VALUES (4, 1, '1 сентября', 'petrova');
                 INSERT INTO timetables VALUES (4, '2025-13-01', 1);
                 INSERT INTO lessons VALUES (1001, 4, '2025-09-31', 2, 'Тема', '', '', '', 1, '2025-09-30', 0, 'petrova', 1);
                 INSERT INTO substitutions VALUES (4, '', 3, 'petrova', 1);
                 INSERT INTO attendance VALUES (1001, 1, 'н', 'petrova', 1);
                 INSERT INTO reasons VALUES (1, '2025-09-31', '2025-10-01', 'болезнь', '', 1);
                 INSERT INTO carriers VALUES ('c1', 'А-1', 'petrova', 'сейф', '', 'вчера', 1);
                 INSERT INTO remarks VALUES (1, '7А', NULL, 'текст', 'petrova', '2025-09-06', '', '', '', 1);",
            )
            .unwrap();
        tables
    }

    #[test]
    fn a_day_that_does_not_read_is_damage_that_names_its_row_and_is_left_out_nowhere() {
        let tables = damaged();
        let class = ClassName::parse("7А").unwrap();
        let day = |text| parse_iso(text).unwrap();
        let (first, last) = (day("2025-01-01"), day("2026-12-31"));
        let answers: [(&str, Option<Error>, &str); 9] = [
            ("born", read::born(&tables, "И-01").err(), "«01.02.2012»"),
            ("stays", read::stays_in(&tables, &class).err(), "«2025-9-1»"),
            ("timetable", Timetable::of(&tables, 4).err(), "«2025-13-01»"),
            ("teachers", read::Teachers::read(&tables).err(), "«1 сентября»"),
            ("lessons", read::lessons_of(&tables, 4).err(), "«2025-09-31»"),
            ("substitutions", read::substitutions(&tables).err(), "«»"),
            ("unexplained", read::explain::unexplained(&tables, &class, first, last).err(), "«2025-09-31»"),
            ("carriers", read::carriers(&tables).err(), "«вчера»"),
            ("remarks", read::remarks(&tables).err(), "«2025-09-06»"),
        ];
        for (question, error, named) in answers {
            let error = error.unwrap_or_else(|| panic!("{question} passed over it"));
            assert_eq!(error.kind(), crate::error::Kind::Damaged, "{question}: {error}");
            assert!(error.message().contains(named), "{question}: {error}");
            assert!(error.next_step().is_some_and(|next| next.offers(&Action::Audit)), "{question}: {error}");
        }
        let lesson = read::lessons_of(&tables, 4).unwrap_err();
        assert!(lesson.message().contains("урок (id 1001"), "{lesson}");
    }
}
