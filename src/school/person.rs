//! People and their roles (§3.3).

use crate::error::{Error, Result};
use crate::school::{alike, fold};
use serde::{Deserialize, Serialize};

/// Surname, given name and patronymic; the last may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given: String,
    /// Отчество, empty where a person has none.
    #[serde(default)]
    pub patronymic: String,
}

/// What a name is made of.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePart {
    Surname,
    Given,
    Patronymic,
}

impl NamePart {
    /// Whether a text may be this part of a name: it is of letters, and hyphens, apostrophes and spaces between them.
    ///
    /// # Errors
    /// The sign in it that is none of these.
    pub fn is_of_letters(self, text: &str) -> Result<()> {
        let of = match self {
            Self::Surname => "фамилии",
            Self::Given => "имени",
            Self::Patronymic => "отчестве",
        };
        if let Some(strange) = text.chars().find(|c| !c.is_alphabetic() && !matches!(c, ' ' | '-' | '\'' | '’' | 'ʼ'))
        {
            let what = if strange.is_numeric() { "цифра" } else { "знак" };
            return Err(Error::input(format!("в {of} «{text}» {what} «{strange}»"))
                .next("наберите имя буквами; дефис и апостроф допустимы"));
        }
        if text.is_empty() || text.chars().any(char::is_alphabetic) {
            return Ok(());
        }
        let next = match self {
            Self::Patronymic => "наберите его буквами; у кого отчества нет, оставьте его пустым",
            _ => "наберите имя буквами",
        };
        Err(Error::input(format!("в {of} «{text}» нет ни одной буквы")).next(next))
    }
}

impl PersonName {
    /// Whether what was typed is a name: letters, and between them hyphens, apostrophes and spaces.
    ///
    /// # Errors
    /// The part and the sign in it that is none of these.
    pub fn is_of_letters(&self) -> Result<()> {
        let Self { surname, given, patronymic } = self;
        [(surname, NamePart::Surname), (given, NamePart::Given), (patronymic, NamePart::Patronymic)]
            .into_iter()
            .try_for_each(|(text, part)| part.is_of_letters(text))
    }

    /// «Иванова Инна Игоревна».
    pub fn full(&self) -> String {
        [&self.surname, &self.given, &self.patronymic]
            .into_iter()
            .filter(|s| !s.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether two names may be one person's: what only looks another way does not matter ([`alike`]), and the patronymic is
    /// often left out.
    pub fn may_be(&self, other: &Self) -> bool {
        let same = |one: &str, other: &str| alike(one) == alike(other);
        let left_out = self.patronymic.is_empty() || other.patronymic.is_empty();
        same(&self.surname, &other.surname)
            && same(&self.given, &other.given)
            && (left_out || same(&self.patronymic, &other.patronymic))
    }

    /// «Иванова Инна», as the left page of a spread lists pupils.
    pub fn surname_given(&self) -> String {
        format!("{} {}", self.surname, self.given).trim().to_owned()
    }

    /// «Иванова И. И.».
    pub fn initials(&self) -> String {
        let mut out = self.surname.clone();
        for part in [&self.given, &self.patronymic] {
            if let Some(first) = part.chars().next() {
                out.push(' ');
                out.push(first);
                out.push('.');
            }
        }
        out
    }

    /// A key by which names sort as a class list does: surname first, case ignored, «ё» as «е».
    pub fn sort_key(&self) -> String {
        [&self.surname, &self.given, &self.patronymic].map(|part| fold(part)).join("\u{0}")
    }

    /// Whether what someone typed means this person: the surname, with or without given name and patronymic or their
    /// first letters. Case and «ё» do not matter.
    pub fn matches(&self, typed: &str) -> bool {
        let typed = fold(typed).replace('.', " ");
        let mut words = typed.split_whitespace().peekable();
        // A double surname may be typed with spaces around its hyphen or hold a space itself.
        let mut rest = fold(&self.surname);
        rest.retain(|c| !c.is_whitespace());
        while let Some(word) = words.peek() {
            match rest.strip_prefix(*word) {
                Some(tail) if !rest.is_empty() => {
                    rest = tail.to_owned();
                    words.next();
                }
                _ => break,
            }
        }
        rest.is_empty()
            && [&self.given, &self.patronymic].iter().all(|part| match words.next() {
                Some(word) => fold(part).starts_with(word),
                None => true,
            })
            && words.next().is_none()
    }
}

/// How a name answers to what somebody typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The surname as a whole, with as much of the rest as was typed.
    Whole,
    /// A beginning of the surname.
    Beginning,
    /// Another surname that this one begins with: «Петров», where this is «Петрова» or «Петровский».
    AnotherSurname,
}

impl PersonName {
    /// How this name answers to what someone typed: as [`PersonName::matches`], or by a beginning of the surname.
    pub fn fit(&self, typed: &str) -> Option<Fit> {
        if self.matches(typed) {
            return Some(Fit::Whole);
        }
        let typed = fold(typed).replace('.', " ");
        let mut words = typed.split_whitespace().peekable();
        let surname = fold(&self.surname);
        let (surname, seams) = without_spaces(&surname);
        let mut at = 0;
        // A further word goes on with the surname only where that has a seam: «Пет Р» is no «Петр».
        while let Some(word) = words.peek().filter(|_| at == 0 || seams.contains(&at)) {
            if !surname[at..].starts_with(*word) {
                break;
            }
            at += word.len();
            words.next();
        }
        let rest = [&self.given, &self.patronymic]
            .iter()
            .all(|part| words.next().is_none_or(|word| fold(part).starts_with(word)));
        if at == 0 || at == surname.len() || !rest || words.next().is_some() {
            return None;
        }
        let (typed, left) = surname.split_at(at);
        Some(if is_another(typed, left) { Fit::AnotherSurname } else { Fit::Beginning })
    }
}

/// A surname without its spaces, and where it may be typed in parts: at a space, and around a hyphen.
fn without_spaces(surname: &str) -> (String, Vec<usize>) {
    let (mut out, mut seams) = (String::with_capacity(surname.len()), Vec::new());
    for c in surname.chars() {
        if c.is_whitespace() {
            seams.push(out.len());
        } else if c == '-' {
            seams.extend([out.len(), out.len() + 1]);
            out.push(c);
        } else {
            out.push(c);
        }
    }
    (out, seams)
}

/// Whether what was typed is a surname of its own, and not the beginning of the one that has `left` after it: they differ by
/// the ending of a woman's name, or it ends as surnames do.
fn is_another(typed: &str, left: &str) -> bool {
    const ENDINGS: [&str; 8] = ["ов", "ев", "ин", "ын", "ова", "ева", "ина", "ына"];
    let vowel = |c: char| "аеиоуыэюя".contains(c);
    let root = |ending: &&str| typed.strip_suffix(*ending).is_some_and(|root| root.chars().any(vowel));
    matches!(left, "а" | "я") || ENDINGS.iter().any(root)
}

/// A role of §3.3, and those that the printing and archiving clauses (§5) name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Администратор ПО (§3.3.1).
    Administrator,
    /// Преподаватель (§3.3.2).
    Teacher,
    /// Методист (§3.3.3).
    Methodist,
    /// Классный руководитель (§3.3.4).
    ClassTeacher,
    /// Заведующий учебной частью, завуч (§3.3.5).
    DeputyHead,
    /// Директор (§1.3, §5.5.4).
    Director,
    /// Секретарь учебной части (§5.4).
    Secretary,
    /// Диспетчер (§5.5.1).
    Dispatcher,
    /// No person: the service that makes the copy of any day (§5.5.1).
    BackupService,
    /// No person: the service that takes in what was recorded away from the ledger (§5.6).
    #[serde(rename = "server")]
    ServerService,
}

impl Role {
    /// Every role, in the order of the regulation.
    pub const ALL: [Self; 10] = [
        Self::Administrator,
        Self::Teacher,
        Self::Methodist,
        Self::ClassTeacher,
        Self::DeputyHead,
        Self::Director,
        Self::Secretary,
        Self::Dispatcher,
        Self::BackupService,
        Self::ServerService,
    ];

    /// Whether it is no person's but a service's, whose key has no passphrase and which has no other role.
    pub fn is_service(self) -> bool {
        matches!(self, Self::BackupService | Self::ServerService)
    }

    /// The Russian word, as staff.csv has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "администратор",
            Self::Teacher => "учитель",
            Self::Methodist => "методист",
            Self::ClassTeacher => "классный руководитель",
            Self::DeputyHead => "завуч",
            Self::Director => "директор",
            Self::Secretary => "секретарь",
            Self::Dispatcher => "диспетчер",
            Self::BackupService => "служба копирования",
            Self::ServerService => "служба приёма",
        }
    }

    /// Reads the Russian word.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text.trim());
        Self::ALL.into_iter().find(|role| fold(role.word()) == folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(surname: &str, given: &str, patronymic: &str) -> PersonName {
        PersonName { surname: surname.into(), given: given.into(), patronymic: patronymic.into() }
    }

    #[test]
    fn a_person_is_meant_by_surname_and_as_much_of_the_rest_as_is_typed() {
        let anna = name("Ёлкина", "Анна", "Петровна");
        for typed in
            ["Ёлкина", "елкина", "Ёлкина А", "ёлкина а.", "Ёлкина Анна", "Елкина А. П.", "Ёлкина Анна Петровна"]
        {
            assert!(anna.matches(typed), "{typed}");
        }
        for typed in ["", "Ёлки", "Ёлкина Б.", "Ёлкина А. С.", "Ёлкина Анна Петровна Вторая", "Анна"]
        {
            assert!(!anna.matches(typed), "{typed}");
        }
        assert!(name("Лада-Заречная", "Ия", "").matches("лада-заречная"));
        assert!(name("оглы Мамедов", "Али", "").matches("оглы мамедов а"));
    }

    #[test]
    fn a_surname_is_told_by_its_beginning_and_never_taken_for_another() {
        for (surname, given, typed, fit) in [
            ("Петренко", "Анна", "Петр", Some(Fit::Beginning)),
            ("Петренко", "Анна", "петр а", Some(Fit::Beginning)),
            ("Петренко", "Анна", "П. А.", Some(Fit::Beginning)),
            ("Петренко", "Анна", "Петр Б", None),
            ("Петренко", "Роман", "Пет Р", Some(Fit::Beginning)),
            ("Петренко", "Анна", "Пет Р", None),
            ("Петренко", "Анна", "Петренко", Some(Fit::Whole)),
            ("Петренко", "Анна", "етр", None),
            ("Петрова", "Анна", "Петров", Some(Fit::AnotherSurname)),
            ("Петрова", "Анна", "Петро", Some(Fit::Beginning)),
            ("Петровский", "Ян", "Петров", Some(Fit::AnotherSurname)),
            ("Петров", "Ян", "Петрова", None),
            ("Сковорода", "Ян", "Сковород", Some(Fit::AnotherSurname)),
            ("Синицын", "Ян", "Син", Some(Fit::Beginning)),
            ("Левченко", "Ян", "Лев", Some(Fit::Beginning)),
            ("Белинская", "Ия", "Белинск", Some(Fit::Beginning)),
            ("Ёлкина", "Ия", "ел", Some(Fit::Beginning)),
            ("Лада-Заречная", "Ия", "лада", Some(Fit::Beginning)),
            ("Лада-Заречная", "Ия", "лада - зар и", Some(Fit::Beginning)),
            ("Иванов-Ли", "Ян", "Иванов", Some(Fit::AnotherSurname)),
            ("Иванов-Ли", "Ян", "Иванов-", Some(Fit::Beginning)),
            ("оглы Мамедов", "Али", "оглы мам а", Some(Fit::Beginning)),
            ("Ли", "Вэй", "", None),
        ] {
            assert_eq!(name(surname, given, "").fit(typed), fit, "«{typed}» of {surname} {given}");
        }
    }

    proptest! {
        #[test]
        fn a_whole_surname_is_never_the_beginning_of_another(
            root in "(Петр|Иван|Сид|Андре|Ник|Гал)", ending in "(ов|ев|ин|ын)",
            more in "(а|ский|ская|ых|енко|-Ли|ых Оглы)", typed in "\\PC{0,12}",
        ) {
            let whole = format!("{root}{ending}");
            prop_assert_eq!(name(&whole, "Ян", "").fit(&whole), Some(Fit::Whole));
            let other = name(&format!("{whole}{more}"), "Ян", "");
            prop_assert_eq!(other.fit(&whole), Some(Fit::AnotherSurname));
            let _ = other.fit(&typed);
        }
    }

    #[test]
    fn names_print_without_a_missing_patronymic() {
        assert_eq!(name("Ли", "Вэй", "").full(), "Ли Вэй");
        assert_eq!(name("Ли", "Вэй", "").initials(), "Ли В.");
    }

    #[test]
    fn yo_sorts_as_ye() {
        let mut names = [name("Жуков", "А", ""), name("Ёлкин", "А", ""), name("Елкин", "Б", ""), name("Ежов", "А", "")];
        names.sort_by_key(PersonName::sort_key);
        assert_eq!(names.map(|n| n.surname), ["Ежов", "Ёлкин", "Елкин", "Жуков"]);
    }

    #[test]
    fn every_role_reads_its_own_word() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(role));
        }
    }
}
