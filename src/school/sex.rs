//! Whether a person is a he or a she, as Russian words of the past have to know: «зачислен», «зачислена».
//!
//! It is told by the patronymic, which shows it plainly where there is one. Where it does not, the words name both.

use super::{PersonName, fold};

/// He or she.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// «зачислен»
    He,
    /// «зачислена»
    She,
}

/// Words as they are said of him, of her, and where that is not known.
const AGREEING: [[&str; 3]; 4] = [
    ["зачислен", "зачислена", "зачислен(а)"],
    ["выбыл", "выбыла", "выбыл(а)"],
    ["переведён", "переведена", "переведён(а)"],
    ["перешёл", "перешла", "перешёл(ла)"],
];

impl Sex {
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

    /// A text of which the words for coming and going agree with whom it tells of.
    pub fn agree(of: Option<Self>, text: &str) -> String {
        let form = match of {
            Some(Self::He) => 0,
            Some(Self::She) => 1,
            None => 2,
        };
        let agreeing = |word: &str| {
            AGREEING.iter().find(|forms| forms[0] == word).map_or(word.to_owned(), |forms| forms[form].to_owned())
        };
        text.split(' ').map(agreeing).collect::<Vec<_>>().join(" ")
    }
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
}
