//! What can be printed: the forms, what each is about, and the ways it can be printed.
//!
//! A document is named by three things that the register keeps as text: its form (`class-book`), its subject (a class, a
//! pupil, an archive, a period, or nothing for the whole school) and its variant (`simplex`). Two documents with the same three
//! are issues of one thing, of which the later supersedes the earlier.

use crate::error::{Action, Error, Result};
use crate::school::{ClassName, Filed, transliterate};
use std::fmt;

/// A form that is issued as a document of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Классный журнал: the class's book (forms 1 to 8).
    ClassBook,
    /// Сводная ведомость учёта успеваемости by itself (form 5).
    Progress,
    /// Сводная ведомость итоговой успешности, kept for 25 years (form 9, §5.2).
    SummarySheet,
    /// Журнал «Замена сведений в электронном журнале» (form 10, §2.3.3).
    Corrections,
    /// Реестр выданных документов (form 11, §5.1).
    Register,
    /// Акт о создании архивных копий (form 12, §5.5).
    ArchiveAct,
    /// Журнал учёта электронных носителей (form 14, §5.6–5.8).
    Carriers,
    /// Реестр ключей подписи (form 16).
    Keys,
    /// Выписка текущих и итоговых отметок of a pupil who leaves (form 17).
    Extract,
    /// Справка о данных на утраченном носителе (form 21, §5.8).
    LostStick,
    /// Листы взамен прежних: leaves of a class's book that take the places of others before it is bound.
    BookLeaves,
    /// The pages of one subject of a class's book, by themselves (form 3).
    SubjectPages,
    /// Аналитическая справка: how the school did in a period (§3.3.5).
    Analytics,
    /// Опись дел, of what is kept over 10 years (form 18).
    CaseList,
    /// Акт о выделении к уничтожению (form 19).
    DestructionAct,
    /// Номенклатура дел: the journal's page of it (form 20).
    Nomenclature,
}

/// What kind of thing a form is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole school.
    School,
    /// A class.
    Class,
    /// A pupil.
    Pupil,
    /// An archive.
    Archive,
    /// A carrier.
    Carrier,
    /// A subject of a class.
    Course,
    /// A period, for the whole school.
    Period,
    /// An entry of the ledger.
    Entry,
}

/// What a document is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The whole school.
    School,
    /// A class.
    Class(ClassName),
    /// A pupil, by the number of the personal file.
    Pupil(String),
    /// An archive, by its name.
    Archive(String),
    /// A carrier, by its id.
    Carrier(String),
    /// A subject of a class, with all its groups.
    Course(ClassName, String),
    /// A period of the whole school by its name, or «Год».
    Period(String),
    /// An entry of the ledger, by its number.
    Entry(String),
}

/// How a document is printed where there are several ways. The register keeps it as words between commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Variant {
    /// On one side of the paper, so without facing pages.
    pub simplex: bool,
    /// The volume of a book of several, from 2; 0 for the first, which may be the only one.
    pub volume: u32,
    /// Which time leaves of the book are replaced, from 1; 0 for everything else.
    pub turn: u32,
}

/// What a document is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The form.
    pub form: Form,
    /// What it is about.
    pub subject: Subject,
    /// How it is printed.
    pub variant: Variant,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 16] = [
        Self::ClassBook,
        Self::Progress,
        Self::SummarySheet,
        Self::Corrections,
        Self::Register,
        Self::ArchiveAct,
        Self::Carriers,
        Self::Keys,
        Self::Extract,
        Self::LostStick,
        Self::BookLeaves,
        Self::SubjectPages,
        Self::Analytics,
        Self::CaseList,
        Self::DestructionAct,
        Self::Nomenclature,
    ];

    /// The stable name under which the ledger keeps it.
    pub fn id(self) -> &'static str {
        self.names().0
    }

    /// The form of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.id() == id)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        self.names().2
    }

    /// What it is about.
    pub fn scope(self) -> Scope {
        match self {
            Self::ClassBook | Self::BookLeaves | Self::Progress | Self::SummarySheet => Scope::Class,
            Self::Corrections | Self::Register | Self::Carriers | Self::Keys => Scope::School,
            Self::CaseList | Self::Nomenclature => Scope::School,
            Self::DestructionAct => Scope::Entry,
            Self::ArchiveAct => Scope::Archive,
            Self::Extract => Scope::Pupil,
            Self::LostStick => Scope::Carrier,
            Self::SubjectPages => Scope::Course,
            Self::Analytics => Scope::Period,
        }
    }

    /// The heading of the records schedule under which it is filed.
    pub fn filed(self) -> Filed {
        match self {
            Self::ClassBook | Self::BookLeaves | Self::Progress | Self::SubjectPages => Filed::ClassBook,
            Self::SummarySheet => Filed::SummarySheet,
            Self::Corrections => Filed::Corrections,
            Self::Register => Filed::Register,
            Self::ArchiveAct => Filed::ArchiveAct,
            Self::Carriers => Filed::Carriers,
            Self::Keys => Filed::Keys,
            Self::Extract => Filed::Extract,
            Self::LostStick => Filed::LostStick,
            Self::Analytics => Filed::Analytics,
            Self::CaseList => Filed::CaseList,
            Self::DestructionAct => Filed::DestructionAct,
            Self::Nomenclature => Filed::Nomenclature,
        }
    }

    /// Whether it is a part of the class's book by itself, which is no file of its own.
    pub fn is_part_of_book(self) -> bool {
        matches!(self, Self::BookLeaves | Self::Progress | Self::SubjectPages)
    }

    /// Whether it has facing pages, so that it is another document when printed on one side of the paper.
    pub fn is_bound(self) -> bool {
        matches!(self, Self::ClassBook | Self::SubjectPages)
    }

    /// Whether it is tagged, so that it can be heard as well as seen: PDF/A-2a and PDF/UA-1 instead of PDF/A-2u. So are
    /// the documents that are kept for 25 years, and the class's results where they are printed by themselves.
    pub fn is_tagged(self) -> bool {
        matches!(
            self,
            Self::SummarySheet
                | Self::Progress
                | Self::ArchiveAct
                | Self::CaseList
                | Self::DestructionAct
                | Self::Nomenclature
        )
    }

    /// Its name in the ledger, the beginning of its file's name, and its title.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ClassBook => ("class-book", "journal", "Классный журнал"),
            Self::Progress => ("progress", "progress", "Сводная ведомость учёта успеваемости"),
            Self::SummarySheet => ("summary-sheet", "summary", "Сводная ведомость итоговой успешности класса"),
            Self::Corrections => ("corrections", "corrections", "Журнал «Замена сведений в электронном журнале»"),
            Self::Register => ("register", "register", "Реестр выданных документов"),
            Self::ArchiveAct => ("archive-act", "archive-act", "Акт о создании архивных копий"),
            Self::Carriers => ("carriers", "carriers", "Журнал учёта электронных носителей"),
            Self::Keys => ("keys", "keys", "Реестр ключей подписи"),
            Self::Extract => ("extract", "extract", "Выписка текущих и итоговых отметок"),
            Self::LostStick => ("lost-stick", "lost-stick", "Справка о данных на утраченном носителе"),
            Self::BookLeaves => ("book-leaves", "leaves", "Листы взамен прежних в классном журнале"),
            Self::SubjectPages => ("subject-pages", "subject", "Предметные страницы классного журнала"),
            Self::Analytics => ("analytics", "analytics", "Аналитическая справка"),
            Self::CaseList => ("case-list", "case-list", "Опись дел"),
            Self::DestructionAct => ("destruction-act", "destruction-act", "Акт о выделении к уничтожению"),
            Self::Nomenclature => ("nomenclature", "nomenclature", "Номенклатура дел"),
        }
    }
}

impl Subject {
    /// The subject of a form as the register has it.
    ///
    /// # Errors
    /// A text that no subject of this form has.
    pub fn parse(scope: Scope, text: &str) -> Result<Self> {
        match (scope, text) {
            (Scope::School, "") => Ok(Self::School),
            (Scope::Class, class) => Ok(Self::Class(ClassName::parse(class)?)),
            (Scope::Pupil, file) if !file.is_empty() => Ok(Self::Pupil(file.to_owned())),
            (Scope::Archive, name) if !name.is_empty() => Ok(Self::Archive(name.to_owned())),
            (Scope::Course, text) => match text.split_once(' ') {
                Some((class, subject)) if !subject.is_empty() => {
                    Ok(Self::Course(ClassName::parse(class)?, subject.to_owned()))
                }
                _ => Err(Error::damaged(format!("предмет документа «{text}» не читается"))
                    .next_by("проверьте журнал", Action::Audit)),
            },
            (Scope::Carrier, id) if !id.is_empty() => Ok(Self::Carrier(id.to_owned())),
            (Scope::Entry, number) if number.parse::<u64>().is_ok() => Ok(Self::Entry(number.to_owned())),
            (Scope::Period, name) if !name.is_empty() => Ok(Self::Period(name.to_owned())),
            _ => Err(Error::damaged(format!("предмет документа «{text}» не читается"))
                .next_by("проверьте журнал", Action::Audit)),
        }
    }

    /// The class, if it is about one.
    pub fn class(&self) -> Option<&ClassName> {
        match self {
            Self::Class(class) | Self::Course(class, _) => Some(class),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::School => Ok(()),
            Self::Class(class) => class.fmt(f),
            Self::Course(class, subject) => write!(f, "{class} {subject}"),
            Self::Pupil(name) | Self::Archive(name) | Self::Carrier(name) | Self::Period(name) | Self::Entry(name) => {
                f.write_str(name)
            }
        }
    }
}

impl Variant {
    /// The variant as the register has it.
    ///
    /// # Errors
    /// A word that is none.
    pub fn parse(text: &str) -> Result<Self> {
        let bad =
            || Error::damaged(format!("вид печати «{text}» не читается")).next_by("проверьте журнал", Action::Audit);
        let mut variant = Self::default();
        for word in text.split(',').filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                None if word == "simplex" => variant.simplex = true,
                Some(("volume", number)) => variant.volume = number.parse().ok().filter(|n| *n > 1).ok_or_else(bad)?,
                Some(("turn", number)) => variant.turn = number.parse().ok().filter(|n| *n > 0).ok_or_else(bad)?,
                _ => return Err(bad()),
            }
        }
        Ok(variant)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simplex = self.simplex.then(|| "simplex".to_owned());
        let volume = (self.volume > 1).then(|| format!("volume={}", self.volume));
        let turn = (self.turn > 0).then(|| format!("turn={}", self.turn));
        f.write_str(&simplex.into_iter().chain(volume).chain(turn).collect::<Vec<_>>().join(","))
    }
}

impl Wanted {
    /// A form about something, printed the usual way.
    pub fn new(form: Form, subject: Subject) -> Self {
        Self { form, subject, variant: Variant::default() }
    }

    /// A form of a class.
    pub fn of_class(form: Form, class: ClassName) -> Self {
        Self::new(form, Subject::Class(class))
    }

    /// The name of its file without the ending: ASCII, fit for every file system.
    pub fn file_stem(&self) -> String {
        let stem = self.form.names().1;
        let about = match &self.subject {
            Subject::School => String::new(),
            Subject::Class(class) => format!("-{}", class.ascii()),
            Subject::Course(class, subject) => format!("-{}-{}", class.ascii(), latin(subject)),
            Subject::Pupil(name) | Subject::Archive(name) | Subject::Carrier(name) => format!("-{}", ascii(name)),
            Subject::Period(name) => format!("-{}", latin(name)),
            Subject::Entry(number) => format!("-{number}"),
        };
        let volume = if self.variant.volume > 1 { format!("-volume-{}", self.variant.volume) } else { String::new() };
        // Both ways of printing may be written into one folder.
        let simplex = if self.variant.simplex { "-simplex" } else { "" };
        let turn = if self.variant.turn > 0 { format!("-{}", self.variant.turn) } else { String::new() };
        format!("{stem}{about}{volume}{turn}{simplex}")
    }
}

/// A name in letters that every file system takes, Russian ones by others of the same sound.
fn ascii(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, c| {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') => out.push(c.to_ascii_lowercase()),
            c if matches!(c, 'А'..='я' | 'Ё' | 'ё') => {
                c.to_uppercase().for_each(|capital| out.push_str(transliterate(capital)));
            }
            c => out.push_str(&format!("_{:x}", u32::from(c))),
        }
        out
    })
}

/// The few names of a school's periods in letters of the same sound, without the signs that have none.
fn latin(name: &str) -> String {
    let letter = |c: char| match c {
        'Ь' | 'Ъ' => String::new(),
        ' ' => "-".to_owned(),
        c if matches!(c, 'А'..='Я' | 'Ё') => transliterate(c).to_owned(),
        c => ascii(&c.to_string()),
    };
    name.to_uppercase().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_register_keeps_is_read_back() {
        for form in Form::ALL {
            assert_eq!(Form::from_id(form.id()), Some(form));
        }
        for (scope, text) in
            [(Scope::School, ""), (Scope::Class, "7А"), (Scope::Pupil, "К-17"), (Scope::Archive, "2025-2026-q1")]
        {
            assert_eq!(Subject::parse(scope, text).unwrap().to_string(), text);
        }
        assert_eq!(Subject::parse(Scope::Course, "7А Алгебра и начала").unwrap().to_string(), "7А Алгебра и начала");
        for text in ["", "simplex", "volume=2", "simplex,volume=3", "turn=1", "simplex,turn=2"] {
            assert_eq!(Variant::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_subject_or_variant_is_refused() {
        assert!(Subject::parse(Scope::School, "7А").is_err());
        assert!(Subject::parse(Scope::Class, "").is_err());
        assert!(Subject::parse(Scope::Course, "7А").is_err());
        assert!(Subject::parse(Scope::Pupil, "").is_err());
        assert!(Subject::parse(Scope::Period, "").is_err());
        for text in ["duplex", "volume", "volume=1", "volume=x", "turn", "turn=0", "turn=x"] {
            assert!(Variant::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn files_are_named_in_ascii() {
        let class = ClassName::parse("7А").unwrap();
        assert_eq!(Wanted::of_class(Form::ClassBook, class).file_stem(), "journal-7a");
        assert_eq!(Wanted::new(Form::Extract, Subject::Pupil("К-17/2".into())).file_stem(), "extract-k-17_2f2");
        let class = ClassName::parse("7А").unwrap();
        let variant = Variant { simplex: true, volume: 2, turn: 0 };
        assert_eq!(
            Wanted { variant, ..Wanted::of_class(Form::ClassBook, class) }.file_stem(),
            "journal-7a-volume-2-simplex"
        );
        assert_eq!(Wanted::new(Form::Keys, Subject::School).file_stem(), "keys");
        let of_subject = |subject: &str| {
            let class = ClassName::parse("7А").unwrap();
            Wanted::new(Form::SubjectPages, Subject::Course(class, subject.into())).file_stem()
        };
        assert_eq!(of_subject("Физическая культура"), "subject-7a-fizicheskaya-kultura");
        let of_period = |name: &str| Wanted::new(Form::Analytics, Subject::Period(name.into())).file_stem();
        assert_eq!(of_period("I четверть"), "analytics-i-chetvert");
        assert_eq!(of_period("2-е полугодие"), "analytics-2-e-polugodie");
        assert_eq!(of_period("Год"), "analytics-god");
    }
}
