//! What each column of the tables means, in Russian: the dictionary that goes into an archive as `tables/columns.csv`.

mod carriers;
mod control;
mod papers;
mod school;
mod teaching;

/// The meaning of a column.
pub fn meaning(table: &str, column: &str) -> Option<&'static str> {
    let (_, columns) = DICTIONARY.iter().copied().flatten().find(|(name, _)| *name == table)?;
    let own = columns.iter().find(|(name, _)| *name == column);
    own.or_else(|| EVERYWHERE.iter().find(|(name, _)| *name == column)).map(|(_, meaning)| *meaning)
}

/// Columns that mean the same in every table that has them.
const EVERYWHERE: [(&str, &str); 6] = [
    ("entry", "номер записи в ledger.jsonl, которой строка внесена или изменена последней"),
    ("pupil", "номер ученика в таблице pupils"),
    ("course", "номер курса в таблице courses"),
    ("lesson", "номер урока в таблице lessons"),
    ("class", "класс, например 7А"),
    ("author", "логин того, кто внёс запись"),
];

type Columns = &'static [(&'static str, &'static str)];

const DICTIONARY: [&[(&str, Columns)]; 5] =
    [school::TABLES, teaching::TABLES, control::TABLES, papers::TABLES, carriers::TABLES];
