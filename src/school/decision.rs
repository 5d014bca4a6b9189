//! What the pedagogical council decides about a pupil at the year's end: words of a list, each with what becomes of the
//! pupil by it.
//!
//! The words may name the class («переведён в 8 класс»), and those of a graduation may stand together («окончил основную
//! школу, выдан аттестат»). Gender, «ё» and case are not minded; what is kept and printed is what was typed, in
//! one spelling ([`spelled`]). A school may
//! add words of its own (policy `decisions`), which say nothing of where the pupil goes, unless they begin with words of
//! the list.

use super::{ClassName, Sex, fold};
use crate::error::Error;

/// The last grade of basic school, and the last of a school.
const FINAL_GRADES: [u8; 2] = [9, 11];

/// What becomes of a pupil by a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// He goes a grade up.
    Promoted,
    /// He goes a grade up, with something to make up for.
    PromotedConditionally,
    /// He stays in his grade.
    Repeats,
    /// He may sit the final examinations, or may not: what becomes of him is not decided yet.
    Undecided,
    /// He has finished basic or secondary school.
    Finished,
    /// He has finished basic school and goes on in the tenth grade of this school.
    FinishedAndGoesOn,
    /// He leaves the school without having finished it.
    Leaves,
    /// Words of the school's own: they do not say.
    Own,
}

/// A decision as its words say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// What becomes of the pupil.
    pub outcome: Outcome,
    /// The grade that is named, and the class where a letter is.
    pub named: Option<Named>,
    /// The grade that finishes the school of which the words speak.
    finishes: Option<u8>,
}

/// A grade, and the class where a letter is named.
type Named = (u8, Option<ClassName>);

use Outcome::{Finished, FinishedAndGoesOn, Leaves, Own, Promoted, PromotedConditionally, Repeats, Undecided};

/// The words of the list, without gender; `#` is a class or a grade.
const WORDS: &[(&str, Outcome)] = &[
    ("переведен", Promoted),
    ("переведен в следующий класс", Promoted),
    ("переведен в # класс", Promoted),
    ("переведен условно", PromotedConditionally),
    ("переведен условно в следующий класс", PromotedConditionally),
    ("переведен условно в # класс", PromotedConditionally),
    ("переведен в следующий класс условно", PromotedConditionally),
    ("переведен в # класс условно", PromotedConditionally),
    ("условно переведен", PromotedConditionally),
    ("условно переведен в следующий класс", PromotedConditionally),
    ("условно переведен в # класс", PromotedConditionally),
    ("оставлен", Repeats),
    ("оставлен на повторное обучение", Repeats),
    ("оставлен на повторное обучение в # классе", Repeats),
    ("оставлен на повторный курс", Repeats),
    ("оставлен на повторный курс в # классе", Repeats),
    ("оставлен на повторный год", Repeats),
    ("оставлен на второй год", Repeats),
    ("оставлен в # классе", Repeats),
    ("допущен к гиа", Undecided),
    ("допущен к государственной итоговой аттестации", Undecided),
    ("не допущен к гиа", Undecided),
    ("не допущен к государственной итоговой аттестации", Undecided),
    ("окончил", Finished),
    ("окончил школу", Finished),
    ("окончил # класс", Finished),
    ("окончил # классов", Finished),
    ("окончил основную школу", Finished),
    ("окончил среднюю школу", Finished),
    ("окончил основное общее образование", Finished),
    ("окончил среднее общее образование", Finished),
    ("окончил школу с отличием", Finished),
    ("окончил основную школу с отличием", Finished),
    ("выпущен", Finished),
    ("выпущен из школы", Finished),
    ("выдан аттестат", Finished),
    ("выдан аттестат с отличием", Finished),
    ("выдан аттестат об основном общем образовании", Finished),
    ("выдан аттестат об основном общем образовании с отличием", Finished),
    ("выдан аттестат о среднем общем образовании", Finished),
    ("выдан аттестат о среднем общем образовании с отличием", Finished),
    ("выдан справка об обучении", Finished),
    ("отчислен", Leaves),
    ("отчислен из школы", Leaves),
    ("выбыл", Leaves),
];

/// Words that stand only after those of a graduation.
const GOING_ON: &[&str] = &["зачислен в # класс", "принят в # класс", "переведен в # класс"];

/// Words that say which school was finished: the one that this grade finishes.
const SCHOOLS: [(u8, &[&str]); 2] =
    [(9, &["основную", "основное", "основном"]), (11, &["среднюю", "среднее", "среднем"])];

/// A decision as it is spelled: «переведён» with its «ё», and small at the beginning as the list has it.
pub fn spelled(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    if let (Some(first), Some(second)) = (chars.next(), chars.peek())
        && second.is_lowercase()
    {
        out.extend(first.to_lowercase());
    } else {
        chars = text.chars().peekable();
    }
    let mut word = out;
    let mut out = String::new();
    for c in chars.map(Some).chain([None]) {
        match c.filter(|c| c.is_alphabetic()) {
            Some(letter) => word.push(letter),
            None => {
                out.push_str(if word == "переведен" { "переведён" } else { &word });
                word.clear();
                out.extend(c);
            }
        }
    }
    out
}

/// A decision as it is said of somebody: in one spelling ([`spelled`]), and where it is of the list, in words that agree with
/// him or her («переведена»). Any other stays as it was typed.
pub fn said_of(text: &str, of: Option<Sex>) -> String {
    let text = spelled(text);
    if Resolution::parse(&text, &[]).is_some() { Sex::agree_typed(of, &text) } else { text }
}

/// As people use the list, for whoever must choose from it: what may be decided in a grade.
pub fn words_for(grade: u8, own: &[String]) -> Vec<String> {
    let next = grade + 1;
    let mut words = match grade {
        9 | 11 => vec!["допущен к ГИА".to_owned(), "не допущен к ГИА".to_owned()],
        _ => vec![
            "переведён в следующий класс".to_owned(),
            format!("переведён {} {next} класс", if next == 2 { "во" } else { "в" }),
        ],
    };
    match grade {
        9 => words.extend(
            [
                "окончил основную школу",
                "выдан аттестат об основном общем образовании",
                "окончил основную школу, зачислен в 10 класс",
                "выдана справка об обучении",
            ]
            .map(str::to_owned),
        ),
        11 => words.extend(
            ["окончил среднюю школу", "выдан аттестат о среднем общем образовании", "выдана справка об обучении"]
                .map(str::to_owned),
        ),
        1 => {}
        _ => words.push("переведён условно".to_owned()),
    }
    if grade > 1 {
        words.push("оставлен на повторное обучение".to_owned());
    }
    words.push("отчислен".to_owned());
    words.extend(own.iter().cloned());
    words
}

impl Resolution {
    /// Reads the words of a decision; nothing where they are not in the list and not among the school's `own`.
    pub fn parse(text: &str, own: &[String]) -> Option<Self> {
        let folded = fold(text);
        let parts: Vec<(String, Option<Named>)> =
            folded.split([',', ';']).map(|part| without_class(&without_gender(part))).collect();
        let listed = match &parts[..] {
            [(words, named)] => outcome(words).map(|outcome| (outcome, named.clone())),
            _ => graduation(&parts),
        };
        let is_own = || own.iter().any(|word| fold(word) == folded);
        let (outcome, named) = listed.or_else(|| is_own().then(|| begun_as_listed(&folded)))?;
        let says = |words: &[&str]| folded.split([' ', ',', ';']).any(|word| words.contains(&word));
        let finishes = SCHOOLS.into_iter().find(|(_, words)| says(words)).map(|(grade, _)| grade);
        Some(Self { outcome, named, finishes })
    }

    /// Whether this may be decided about somebody of a grade: why not, if not.
    pub fn why_not(&self, grade: u8, unmarked: bool) -> Option<String> {
        let finishes = FINAL_GRADES.contains(&grade);
        let named = self.named.as_ref().map(|(grade, _)| *grade);
        let why = match self.outcome {
            Promoted | PromotedConditionally if finishes => {
                format!("{grade} класс оканчивают: из него не переводят")
            }
            PromotedConditionally if grade == 1 || unmarked => {
                format!("условно из {grade} класса не переводят: задолженности без отметок не бывает")
            }
            Repeats if grade == 1 => "в 1 классе на повторное обучение не оставляют".to_owned(),
            Finished | FinishedAndGoesOn | Undecided if !finishes => {
                format!("{grade} класс не выпускной: школу оканчивают в 9 и 11 классах")
            }
            Finished | FinishedAndGoesOn if self.finishes.is_some_and(|finished| finished != grade) => {
                format!("после {grade} класса оканчивают {} школу", if grade == 9 { "основную" } else { "среднюю" })
            }
            FinishedAndGoesOn if grade != 9 => "после 11 класса в школе не учатся".to_owned(),
            Promoted | PromotedConditionally | FinishedAndGoesOn if named.is_some_and(|named| named != grade + 1) => {
                format!("после {grade} класса идёт {}-й", grade + 1)
            }
            Repeats | Finished if named.is_some_and(|named| named != grade) => {
                format!("ученик учится в {grade} классе")
            }
            _ => return None,
        };
        Some(why)
    }

    /// The class that somebody of a class goes to by this decision, where it says so.
    pub fn destination(&self, class: &ClassName) -> Option<ClassName> {
        let grade = match self.outcome {
            Promoted | PromotedConditionally | FinishedAndGoesOn => class.grade() + 1,
            Repeats => class.grade(),
            Undecided | Finished | Leaves | Own => return None,
        };
        match &self.named {
            Some((_, Some(named))) if named.grade() == grade => Some(named.clone()),
            _ => ClassName::parse(&format!("{grade}{}", class.letter())).ok(),
        }
    }
}

/// The refusal of words that are not in the list.
pub fn not_listed(text: &str, grade: u8, own: &[String]) -> Error {
    let words = words_for(grade, own).iter().map(|word| format!("«{word}»")).collect::<Vec<_>>().join(", ");
    Error::input(format!("решения «{text}» нет в списке решений педагогического совета"))
        .next(format!("для {grade} класса напишите одно из: {words}"))
        .then("свои решения школа добавляет в правила: decisions в разделе [policy] файла school.toml")
}

fn outcome(words: &str) -> Option<Outcome> {
    WORDS.iter().find(|(known, _)| *known == words).map(|(_, outcome)| *outcome)
}

/// Several parts that together say how somebody finished school.
fn graduation(parts: &[(String, Option<Named>)]) -> Option<(Outcome, Option<Named>)> {
    let (last, before) = parts.split_last()?;
    if !before.iter().all(|(words, _)| outcome(words) == Some(Finished)) {
        return None;
    }
    if GOING_ON.contains(&last.0.as_str()) {
        return Some((FinishedAndGoesOn, last.1.clone()));
    }
    let named = parts.iter().find_map(|(_, named)| named.clone());
    (outcome(&last.0) == Some(Finished)).then_some((Finished, named))
}

/// What words of the school's own come to: as the longest words of the list that they begin with.
fn begun_as_listed(folded: &str) -> (Outcome, Option<Named>) {
    let (words, named) = without_class(&without_gender(folded));
    let begins = |known: &str| words.strip_prefix(known).is_some_and(|rest| rest.starts_with(' '));
    let longest = WORDS.iter().filter(|(known, _)| begins(known)).max_by_key(|(known, _)| known.len());
    (longest.map_or(Own, |(_, outcome)| *outcome), named)
}

/// Participles that a decision is worded with, in the masculine, and the verbs of a protocol that mean them.
const PARTICIPLES: [(&str, &str); 9] = [
    ("переведен", "перевести"),
    ("оставлен", "оставить"),
    ("допущен", "допустить"),
    ("выпущен", "выпустить"),
    ("отчислен", "отчислить"),
    ("зачислен", "зачислить"),
    ("принят", "принять"),
    ("выдан", "выдать"),
    ("выбыл", "выбыть"),
];

/// The words in the masculine, with single spaces.
fn without_gender(text: &str) -> String {
    let word = |word: &str| {
        let stem = ["(а)", "а", "о"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        let known = PARTICIPLES.iter().find(|(participle, verb)| *participle == stem || *verb == word);
        match known {
            Some((participle, _)) => (*participle).to_owned(),
            None if ["окончил", "окончила", "окончил(а)", "закончил", "закончила"].contains(&word) => {
                "окончил".to_owned()
            }
            None if word == "во" => "в".to_owned(),
            None => word.to_owned(),
        }
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// The words with `#` for the class or grade that stands before «класс», and what it is.
fn without_class(words: &str) -> (String, Option<Named>) {
    let mut list: Vec<&str> = words.split(' ').collect();
    let before = list.iter().position(|word| word.starts_with("класс")).and_then(|at| at.checked_sub(1));
    let Some((at, named)) = before.and_then(|at| Some((at, grade_or_class(list.get(at)?)?))) else {
        return (words.to_owned(), None);
    };
    list[at] = "#";
    (list.join(" "), Some(named))
}

/// «8», «8-й», «8Б», «8«Б»».
fn grade_or_class(word: &str) -> Option<Named> {
    let number = word.strip_suffix("-й").or_else(|| word.strip_suffix("-м")).unwrap_or(word);
    match number.parse::<u8>() {
        Ok(grade) => Some((grade, None)),
        Err(_) => ClassName::parse(word).ok().map(|class| (class.grade(), Some(class))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<Outcome> {
        Resolution::parse(text, &["направлен на комиссию".into(), "Переведён условно по приказу".into()])
            .map(|read| read.outcome)
    }

    fn fits(text: &str, grade: u8) -> bool {
        let read = Resolution::parse(text, &[]).unwrap_or_else(|| panic!("{text}"));
        read.why_not(grade, grade == 1).is_none()
    }

    #[test]
    fn words_of_the_list_are_read_in_every_gender_and_with_or_without_the_class() {
        for (text, outcome) in [
            ("переведён", Promoted),
            ("Переведена  в 8 класс", Promoted),
            ("перевести в 8-й класс", Promoted),
            ("переведена во 2 класс", Promoted),
            ("переведен(а) в 8Б класс", Promoted),
            ("переведён в следующий класс", Promoted),
            ("переведена условно в 11 класс", PromotedConditionally),
            ("переведён в 8 класс условно", PromotedConditionally),
            ("оставлен на повторное обучение в 8 классе", Repeats),
            ("Оставлена на повторный курс", Repeats),
            ("допущен к ГИА", Undecided),
            ("не допущена к государственной итоговой аттестации", Undecided),
            ("окончила 9 классов", Finished),
            ("выпущен", Finished),
            ("выдан аттестат о среднем общем образовании с отличием", Finished),
            ("выдана справка об обучении", Finished),
            ("окончил основную школу, выдан аттестат", Finished),
            ("окончил основную школу, выдан аттестат, зачислен в 10 класс", FinishedAndGoesOn),
            ("отчислен", Leaves),
            ("направлен на комиссию", Own),
            ("переведён условно по приказу", PromotedConditionally),
        ] {
            assert_eq!(read(text), Some(outcome), "{text}");
        }
        for text in [
            "",
            "переведён в 8",
            "переведён в класс",
            "хорошо",
            "зачислен в 10 класс",
            "переведён, выпущен",
            "переведён в 888 класс",
            "не переведён",
            "переведён куда-нибудь",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_decision_must_suit_the_grade() {
        for (text, right, wrong) in [
            ("переведён", &[1u8, 4, 7, 8, 10][..], &[9u8, 11][..]),
            ("переведён в 8 класс", &[7], &[6, 8, 9]),
            ("переведён условно", &[2, 8, 10], &[1, 9, 11]),
            ("оставлен на повторное обучение", &[2, 9, 11], &[1]),
            ("оставлен на повторное обучение в 8 классе", &[8], &[7]),
            ("допущен к ГИА", &[9, 11], &[4, 8, 10]),
            ("выпущен", &[9, 11], &[4, 10]),
            ("выдан аттестат о среднем общем образовании", &[11], &[9]),
            ("окончил основную школу", &[9], &[11]),
            ("окончил 9 класс", &[9], &[11]),
            ("окончил основную школу, зачислен в 10 класс", &[9], &[8, 11]),
            ("окончил, зачислен в 12 класс", &[], &[11]),
            ("отчислен", &[2, 11], &[]),
        ] {
            assert!(right.iter().all(|grade| fits(text, *grade)), "{text}");
            assert!(!wrong.iter().any(|grade| fits(text, *grade)), "{text}");
        }
    }

    #[test]
    fn every_word_that_is_offered_for_a_grade_is_taken_for_it() {
        for grade in 1..=11 {
            for words in words_for(grade, &[]) {
                assert!(fits(&words, grade), "{grade}: {words}");
            }
        }
    }

    #[test]
    fn a_pupil_goes_where_the_words_say() {
        let class = |text: &str| ClassName::parse(text).unwrap();
        let goes = |from: &str, text: &str| Resolution::parse(text, &[]).unwrap().destination(&class(from));
        assert_eq!(goes("7А", "переведён"), Some(class("8А")));
        assert_eq!(goes("7А", "переведён в 8Б класс"), Some(class("8Б")));
        assert_eq!(goes("7А", "переведена условно"), Some(class("8А")));
        assert_eq!(goes("7А", "оставлен на повторное обучение"), Some(class("7А")));
        assert_eq!(goes("9А", "окончил основную школу, зачислен в 10 класс"), Some(class("10А")));
        assert_eq!(goes("9А", "окончил основную школу"), None);
        assert_eq!(goes("11А", "допущен к ГИА"), None);
    }

    #[test]
    fn decisions_of_the_list_agree_with_whom_they_are_about_and_others_stay() {
        let she = |text: &str| said_of(text, Some(Sex::She));
        assert_eq!(she("Переведен в 8 класс"), "переведена в 8 класс");
        assert_eq!(she("оставлен на повторное обучение"), "оставлена на повторное обучение");
        assert_eq!(she("не допущен к ГИА"), "не допущена к ГИА");
        assert_eq!(she("выдана справка об обучении"), "выдана справка об обучении");
        assert_eq!(she("окончил основную школу, выдан аттестат"), "окончила основную школу, выдан аттестат");
        assert_eq!(she("перевести в 8 класс"), "перевести в 8 класс");
        assert_eq!(she("переведён по приказу директора"), "переведён по приказу директора");
        assert_eq!(said_of("переведена", Some(Sex::He)), "переведён");
        assert_eq!(said_of("переведён", None), "переведён(а)");
        // Each word of the list that tells of the pupil has a feminine; papers that are given out have their own gender.
        for (words, _) in WORDS.iter().filter(|(words, _)| !words.starts_with("выдан")) {
            let words = words.replace('#', "8");
            assert_ne!(she(&words), spelled(&words));
            assert_eq!(said_of(&she(&words), Some(Sex::He)), spelled(&words));
        }
    }

    proptest! {
        #[test]
        fn no_words_make_the_reader_panic(text in "\\PC{0,60}", at in 0usize..46, class in "[0-9]{0,4}[а-яА-Я]?") {
            let _ = Resolution::parse(&text, std::slice::from_ref(&text));
            let listed = WORDS[at % WORDS.len()].0.replace('#', &class);
            if let Some(read) = Resolution::parse(&listed, &[]) {
                for grade in 1..=11 {
                    let _ = read.why_not(grade, false);
                    let _ = read.destination(&ClassName::parse(&format!("{grade}А")).unwrap());
                }
            }
        }
    }
}
