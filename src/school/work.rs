//! Kinds of work a mark is given for, and which of them are written (§2.3.1).

use crate::error::Error;
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

/// What follows a stem in the forms of its words: «контрольные», «домашнее», «тестирование», «зачётная».
const ENDINGS: [&str; 33] = [
    "",
    "а",
    "ы",
    "ов",
    "у",
    "ом",
    "е",
    "о",
    "ая",
    "ое",
    "ые",
    "ый",
    "ой",
    "ую",
    "ых",
    "яя",
    "ее",
    "ие",
    "ий",
    "ия",
    "ей",
    "юю",
    "их",
    "ию",
    "ием",
    "ирование",
    "ированию",
    "ная",
    "ное",
    "ные",
    "овая",
    "овое",
    "овые",
];

impl WorkKind {
    /// The kind whose word the wording begins with («контрольная работа № 2» is [`WorkKind::Control`]).
    pub fn of(wording: &str) -> Option<Self> {
        let folded = fold(wording.trim());
        TABLE.iter().find(|(stem, ..)| folded.starts_with(stem)).map(|(_, kind, ..)| *kind)
    }

    /// The kind of a wording that is written today: its first word is a form of the kind's, and not one that is only like it
    /// («контрольня»).
    pub fn written_out(wording: &str) -> Option<Self> {
        let folded = fold(wording.trim());
        let word = folded.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let (stem, kind, ..) = TABLE.iter().find(|(stem, ..)| word.starts_with(stem))?;
        ENDINGS.contains(&&word[stem.len()..]).then_some(*kind)
    }

    /// That a wording has no kind, with the kinds that there are.
    pub fn unknown(wording: &str) -> Error {
        let nearest = Self::nearest(wording).map(|word| format!("возможно, «{word}»; ")).unwrap_or_default();
        Error::input(format!("вид работы «{wording}» неизвестен"))
            .next(format!("{nearest}начните его с одного из слов: {}", Self::words()))
    }

    /// The word that somebody may have meant by a wording that has no kind.
    pub fn nearest(wording: &str) -> Option<&'static str> {
        let folded = fold(wording.trim());
        let word = folded.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let alike = |of: &str| strsim::jaro_winkler(word, &fold(of));
        let nearest = TABLE.iter().map(|(_, _, of, _)| *of).max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
        (alike(nearest) > 0.85).then_some(nearest)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        TABLE.iter().find(|(_, kind, ..)| *kind == self).map_or("", |(_, _, word, _)| word)
    }

    /// The shortest way to write it: «к/р».
    pub fn short(self) -> &'static str {
        match self {
            Self::Answer => "отв.",
            Self::Homework => "д/р",
            Self::Test => "тест",
            Self::Independent => "с/р",
            Self::Check => "п/р",
            Self::Control => "к/р",
            Self::Dictation => "дикт.",
            Self::Composition => "соч.",
            Self::Exposition => "изл.",
            Self::Laboratory => "л/р",
            Self::Practical => "пр/р",
            Self::Credit => "зачёт",
            Self::Project => "проект",
        }
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
    fn a_word_that_is_only_like_a_kind_is_none_and_the_nearest_is_named() {
        for wording in ["Контрольная работа № 2", "контрольные", "зачёт", "Зачётная", "домашнее задание", "тест-опрос"]
        {
            assert_eq!(WorkKind::written_out(wording), WorkKind::of(wording), "{wording}");
        }
        for (wording, nearest) in [("контрольня", "контрольная"), ("диктатн", "диктант"), ("зачётик № 1", "зачёт")]
        {
            assert_eq!(
                (WorkKind::written_out(wording), WorkKind::nearest(wording)),
                (None, Some(nearest)),
                "{wording}"
            );
        }
        assert_eq!((WorkKind::written_out("экскурсия"), WorkKind::nearest("экскурсия")), (None, None));
        assert!(TABLE.iter().all(|(_, kind, word, _)| WorkKind::written_out(word) == Some(*kind)));
    }

    #[test]
    fn answers_credits_and_projects_are_not_written() {
        let spoken: Vec<&str> =
            TABLE.iter().filter(|(_, kind, ..)| !kind.is_written()).map(|(_, _, w, _)| *w).collect();
        assert_eq!(spoken, ["ответ", "зачёт", "проект"]);
    }
}
