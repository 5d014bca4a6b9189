//! Whether a person is a he or a she, as Russian words of the past have to know: «зачислен», «зачислена».
//!
//! The list of pupils may say it (column «Пол»). Where it does not, the patronymic shows it plainly where there is one. Where
//! neither tells, the words name both. Every word about a pupil that agrees with him or her takes its form here.

use super::{PersonName, each_in_cyrillic, fold};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// He or she; in entries and tables «м» and «ж».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sex {
    /// «зачислен»
    #[serde(rename = "м")]
    He,
    /// «зачислена»
    #[serde(rename = "ж")]
    She,
}

/// How a column «Пол» says it, in small letters and without a full stop.
const COLUMN: [(&str, Sex); 12] = [
    ("м", Sex::He),
    ("муж", Sex::He),
    ("мужской", Sex::He),
    ("мальчик", Sex::He),
    ("юноша", Sex::He),
    ("мужчина", Sex::He),
    ("ж", Sex::She),
    ("жен", Sex::She),
    ("женский", Sex::She),
    ("девочка", Sex::She),
    ("девушка", Sex::She),
    ("женщина", Sex::She),
];

/// Words as they are said of him, of her, and where that is not known.
const AGREEING: [[&str; 3]; 21] = [
    ["зачислен", "зачислена", "зачислен(а)"],
    ["выбыл", "выбыла", "выбыл(а)"],
    ["прибыл", "прибыла", "прибыл(а)"],
    ["переведён", "переведена", "переведён(а)"],
    ["перешёл", "перешла", "перешёл(ла)"],
    ["принят", "принята", "принят(а)"],
    ["оставлен", "оставлена", "оставлен(а)"],
    ["допущен", "допущена", "допущен(а)"],
    ["окончил", "окончила", "окончил(а)"],
    ["закончил", "закончила", "закончил(а)"],
    ["выпущен", "выпущена", "выпущен(а)"],
    ["отчислен", "отчислена", "отчислен(а)"],
    ["освобождён", "освобождена", "освобождён(а)"],
    ["внесён", "внесена", "внесён(а)"],
    ["опоздал", "опоздала", "опоздал(а)"],
    ["учился", "училась", "учился(ась)"],
    ["уходил", "уходила", "уходил(а)"],
    ["вернулся", "вернулась", "вернулся(ась)"],
    ["совершеннолетний", "совершеннолетняя", "совершеннолетний(яя)"],
    ["был", "была", "был(а)"],
    ["он", "она", "он(а)"],
];

impl Sex {
    /// As a column «Пол» says it: «м», «муж», «Мужской», «Ж», «жен.» and the like.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self> {
        // A Latin «m» is typed for «м» more often than anything else, and looks like it in capitals.
        let folded = each_in_cyrillic(&fold(text.trim())).replace('m', "м");
        let word = folded.trim_end_matches('.');
        COLUMN.iter().find(|(known, _)| *known == word).map(|(_, sex)| *sex).ok_or_else(|| {
            Error::input(format!("«{text}» — не пол"))
                .next("укажите м или ж, а если он неизвестен, оставьте пустым: тогда он берётся из отчества")
        })
    }

    /// As it is kept: «м» or «ж».
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::He => "м",
            Self::She => "ж",
        }
    }

    /// As the list says; where it does not, as the patronymic tells.
    pub fn of(listed: Option<Self>, name: &PersonName) -> Option<Self> {
        listed.or_else(|| Self::told_by(name))
    }

    /// By the ending of the patronymic: «Игоревич», «Ильич», «Гасан оглы»; «Игоревна», «Ильинична», «Гасан кызы».
    pub fn told_by(name: &PersonName) -> Option<Self> {
        let patronymic = fold(&name.patronymic);
        let ends_with = |endings: &[&str]| endings.iter().any(|ending| patronymic.ends_with(ending));
        match () {
            () if ends_with(&["вич", "ич", "оглы", "оглу", "улы", "уулу"]) => Some(Self::He),
            () if ends_with(&["вна", "ична", "инична", "кызы", "гызы", "кизи"]) => {
                Some(Self::She)
            }
            () => None,
        }
    }

    /// A text of the program's own, in the masculine, of which the words agree with whom it tells of.
    pub fn agree(of: Option<Self>, text: &str) -> String {
        in_words(text, |word| AGREEING.iter().find(|forms| forms[0] == word).map(|forms| form_of(forms, of).to_owned()))
    }

    /// A text that somebody typed in whichever gender, the same way. Where it is not known of whom it tells, a word in the
    /// feminine stays: who typed it knew.
    pub fn agree_typed(of: Option<Self>, text: &str) -> String {
        in_words(text, |word| {
            let folded = fold(word);
            let forms = AGREEING.iter().find(|forms| forms.iter().any(|form| fold(form) == folded))?;
            let form = if of.is_none() && folded == fold(forms[1]) { forms[1] } else { form_of(forms, of) };
            let mut letters = form.chars();
            let first = letters.next()?;
            let is_capital = word.starts_with(char::is_uppercase);
            Some(if is_capital { first.to_uppercase().chain(letters).collect() } else { form.to_owned() })
        })
    }
}

/// The form of a word that is said of somebody.
fn form_of(forms: &[&'static str; 3], of: Option<Sex>) -> &'static str {
    match of {
        Some(Sex::He) => forms[0],
        Some(Sex::She) => forms[1],
        None => forms[2],
    }
}

/// The text with those of its words in another form for which there is one.
fn in_words(text: &str, form: impl Fn(&str) -> Option<String>) -> String {
    let said = |piece: &str| {
        let word = piece.trim_end_matches([',', ';', '.', ':']);
        form(word).map_or_else(|| piece.to_owned(), |said| said + piece.strip_prefix(word).unwrap_or_default())
    };
    text.split(' ').map(said).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(patronymic: &str) -> Option<Sex> {
        let (surname, given) = ("Ли".to_owned(), "Саша".to_owned());
        Sex::told_by(&PersonName { surname, given, patronymic: patronymic.to_owned() })
    }

    #[test]
    fn the_patronymic_tells_it_where_it_does() {
        for he in ["Игоревич", "Ильич", "Кузьмич", "Гасан оглы", "Болот уулу"] {
            assert_eq!(of(he), Some(Sex::He), "{he}");
        }
        for she in ["Игоревна", "Ильинична", "Никитична", "Гасан кызы"] {
            assert_eq!(of(she), Some(Sex::She), "{she}");
        }
        for unknown in ["", "Хоанг", "Ли"] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn words_agree_with_whom_they_tell_of() {
        assert_eq!(Sex::agree(Some(Sex::She), "зачислен 12.11"), "зачислена 12.11");
        assert_eq!(Sex::agree(Some(Sex::He), "выбыл 03.02"), "выбыл 03.02");
        assert_eq!(Sex::agree(None, "выбыл 03.02"), "выбыл(а) 03.02");
        assert_eq!(Sex::agree(Some(Sex::She), "переведён в 7 «Б» с 10.11"), "переведена в 7 «Б» с 10.11");
        assert_eq!(Sex::agree(Some(Sex::She), "в группе с 10.11"), "в группе с 10.11");
    }

    #[test]
    fn a_column_says_it_in_many_spellings_and_nothing_else() {
        for he in ["м", "М", "муж", "муж.", "Мужской", " м ", "M", "m", "мальчик"] {
            assert_eq!(Sex::parse(he).unwrap(), Sex::He, "{he}");
        }
        for she in ["ж", "Ж.", "жен", "ЖЕНСКИЙ", "девочка"] {
            assert_eq!(Sex::parse(she).unwrap(), Sex::She, "{she}");
        }
        for neither in ["", "?", "мж", "м/ж", "да", "1", "f", "ъ", "мужж"] {
            let message = Sex::parse(neither).unwrap_err().to_string();
            assert!(message.contains(&format!("«{neither}» — не пол")), "{message}");
        }
        for sex in [Sex::He, Sex::She] {
            assert_eq!(Sex::parse(sex.as_str()).unwrap(), sex);
            assert_eq!(serde_json::to_string(&sex).unwrap(), format!("\"{}\"", sex.as_str()));
        }
    }

    #[test]
    fn the_list_tells_it_before_the_patronymic() {
        let (surname, given) = ("Ли".to_owned(), "Саша".to_owned());
        let name = PersonName { surname, given, patronymic: "Игоревич".to_owned() };
        assert_eq!(Sex::of(Some(Sex::She), &name), Some(Sex::She));
        assert_eq!(Sex::of(None, &name), Some(Sex::He));
        assert_eq!(Sex::of(None, &PersonName { patronymic: String::new(), ..name }), None);
    }

    #[test]
    fn what_was_typed_agrees_whatever_its_gender_and_capital_and_keeps_what_the_typist_knew() {
        let she = |text: &str| Sex::agree_typed(Some(Sex::She), text);
        assert_eq!(she("переведен в 8 класс"), "переведена в 8 класс");
        assert_eq!(she("Переведён(а) условно"), "Переведена условно");
        assert_eq!(she("окончил основную школу, зачислен в 10 класс"), "окончила основную школу, зачислена в 10 класс");
        assert_eq!(she("выдан аттестат"), "выдан аттестат");
        assert_eq!(Sex::agree_typed(Some(Sex::He), "не допущена к ГИА"), "не допущен к ГИА");
        assert_eq!(Sex::agree_typed(None, "переведён, зачислен"), "переведён(а), зачислен(а)");
        assert_eq!(Sex::agree_typed(None, "переведена"), "переведена");
    }
}
