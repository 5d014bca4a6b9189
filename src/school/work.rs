//! Kinds of work a mark is given for, and which of them are written (§2.3.1).

use crate::school::fold;
use serde::{Deserialize, Serialize};

/// A kind of work. Lessons and plans word it freely («Контрольная работа № 2»); the kind is what the wording begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names are the words of TABLE
pub enum WorkKind {
    Answer,
    Homework,
    Test,
    Independent,
    Check,
    Control,
    Dictation,
    Composition,
    Exposition,
    Laboratory,
    Practical,
    Credit,
    Project,
}

/// The stem that a wording begins with, the kind, its word on paper, and whether it is written work.
const TABLE: [(&str, WorkKind, &str, bool); 13] = [
    ("ответ", WorkKind::Answer, "ответ", false),
    ("домашн", WorkKind::Homework, "домашняя работа", true),
    ("тест", WorkKind::Test, "тест", true),
    ("самостоятельн", WorkKind::Independent, "самостоятельная", true),
    ("проверочн", WorkKind::Check, "проверочная", true),
    ("контрольн", WorkKind::Control, "контрольная", true),
    ("диктант", WorkKind::Dictation, "диктант", true),
    ("сочинен", WorkKind::Composition, "сочинение", true),
    ("изложен", WorkKind::Exposition, "изложение", true),
    ("лабораторн", WorkKind::Laboratory, "лабораторная", true),
    ("практическ", WorkKind::Practical, "практическая", true),
    ("зачет", WorkKind::Credit, "зачёт", false),
    ("проект", WorkKind::Project, "проект", false),
];

impl WorkKind {
    /// The kind whose word the wording begins with («контрольная работа № 2» is [`WorkKind::Control`]).
    pub fn of(wording: &str) -> Option<Self> {
        let folded = fold(wording.trim());
        TABLE.iter().find(|(stem, ..)| folded.starts_with(stem)).map(|(_, kind, ..)| *kind)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        TABLE.iter().find(|(_, kind, ..)| *kind == self).map_or("", |(_, _, word, _)| word)
    }

    /// Whether it is written work: all but «ответ», «зачёт», «проект».
    pub fn is_written(self) -> bool {
        TABLE.iter().any(|(_, kind, _, written)| *kind == self && *written)
    }

    /// All the words, for messages.
    pub fn words() -> String {
        TABLE.iter().map(|(_, _, word, _)| *word).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wording_has_the_kind_it_begins_with() {
        assert_eq!(WorkKind::of("Контрольная работа № 2. Дроби"), Some(WorkKind::Control));
        assert_eq!(WorkKind::of("зачет"), Some(WorkKind::Credit));
        assert_eq!(WorkKind::of("экскурсия"), None);
    }

    #[test]
    fn answers_credits_and_projects_are_not_written() {
        let spoken: Vec<&str> =
            TABLE.iter().filter(|(_, kind, ..)| !kind.is_written()).map(|(_, _, w, _)| *w).collect();
        assert_eq!(spoken, ["ответ", "зачёт", "проект"]);
    }
}
