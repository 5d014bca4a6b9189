//! What the school files and for how long: its records schedule (номенклатура дел) as far as the journal's papers go.
//!
//! A school names index, term and article of the list of terms for each form in `school.toml`; what it does not name has
//! the usual term, and is marked «уточните» wherever it is printed. Years of storage are counted from the 1 January after
//! the year in which the file was closed, as archives in Russia count them.

use super::{Day, clean};
use crate::error::{Error, Result};
use chrono::{Datelike, Months};
use serde::{Deserialize, Serialize};

/// For how many years after the one in which the school year ends a journal is kept.
pub const JOURNAL_YEARS: u32 = 5;
/// For how many years the sheets of final results are (§5.2).
pub const SUMMARIES_YEARS: u32 = 25;

/// The last day on which what was closed on a day must be kept, of a term in years.
pub fn kept_until(closed: Day, years: u32) -> Day {
    let last = closed.checked_add_months(Months::new(years.saturating_mul(12))).unwrap_or(Day::MAX);
    Day::from_ymd_opt(last.year(), 12, 31).unwrap_or(last)
}

/// What the school's schedule says beside its headings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Records {
    /// The list of terms whose articles are named.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub list: String,
    /// № of the fund in the archive.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fund: String,
    /// № of the inventory (опись) of what is kept over 10 years.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub inventory: String,
    /// The order that set up the commission: «от 01.09.2025 № 112».
    #[serde(skip_serializing_if = "String::is_empty")]
    pub commission: String,
}

/// What is filed under a heading of its own: the name of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // each is the form of its name
pub enum Filed {
    ClassBook,
    SummarySheet,
    Corrections,
    Register,
    Carriers,
    Keys,
    Analytics,
    Extract,
    LostStick,
    ArchiveAct,
    CaseList,
    DestructionAct,
    Nomenclature,
}

/// A heading of the schedule, as `school.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is filed under it.
    pub form: Filed,
    /// Индекс дела.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub index: String,
    /// The heading; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// «5 лет», «25 лет, ЭПК», «постоянно»; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub term: String,
    /// «ст. 157»: the article of the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub article: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A heading of the schedule as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOf {
    /// Индекс дела, or «уточните».
    pub index: String,
    /// The heading.
    pub title: String,
    /// «5 лет, ст. 157»; where the school has not named the article, «5 лет (статью уточните)».
    pub term: String,
    /// For how long it is kept.
    pub kept: Kept,
    /// A remark, may be empty.
    pub note: String,
}

/// The classes of terms that the closing note of a schedule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Постоянно.
    Always,
    /// So many years.
    Years(u32),
    /// Until something happens: до минования надобности.
    Otherwise,
}

impl Kept {
    /// Whether it stands in the list of those kept over 10 years, and not for ever.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Years(years) if years > 10)
    }

    fn of(term: &str) -> Self {
        let term = term.trim().to_lowercase();
        let digits: String = term.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(years) => Self::Years(years),
            Err(_) if term.starts_with("постоянно") => Self::Always,
            Err(_) => Self::Otherwise,
        }
    }
}

/// Said in place of what the school has not named.
const TO_BE_NAMED: &str = "уточните";

impl Filed {
    /// All of them, in the order of a schedule.
    pub const ALL: [Self; 13] = [
        Self::ClassBook,
        Self::SummarySheet,
        Self::Corrections,
        Self::Register,
        Self::Carriers,
        Self::Keys,
        Self::Analytics,
        Self::Extract,
        Self::LostStick,
        Self::ArchiveAct,
        Self::CaseList,
        Self::DestructionAct,
        Self::Nomenclature,
    ];

    /// The usual heading and term.
    fn usual(self) -> (&'static str, &'static str) {
        match self {
            Self::ClassBook => ("Классные журналы", "5 лет"),
            Self::SummarySheet => ("Сводные ведомости итоговой успешности классов за учебный год", "25 лет"),
            Self::Corrections => ("Журнал «Замена сведений в электронном журнале»", "5 лет"),
            Self::Register => ("Реестр выданных документов электронного журнала", "5 лет"),
            Self::Carriers => ("Журнал учёта электронных носителей", "5 лет"),
            Self::Keys => ("Реестр ключей подписи", "5 лет"),
            Self::Analytics => ("Аналитические справки об успеваемости и посещаемости за учебные периоды", "5 лет"),
            Self::Extract => ("Выписки текущих и итоговых отметок выбывших обучающихся", "5 лет"),
            Self::LostStick => ("Справки о данных на утраченных электронных носителях", "5 лет"),
            Self::ArchiveAct => ("Акты о создании архивных копий электронного журнала", "5 лет"),
            Self::CaseList => ("Описи дел временного (свыше 10 лет) хранения", "3 года после уничтожения дел"),
            Self::DestructionAct => {
                ("Акты о выделении к уничтожению документов с истёкшими сроками хранения", "постоянно")
            }
            Self::Nomenclature => ("Номенклатура дел: раздел электронного журнала", "постоянно"),
        }
    }
}

impl Case {
    pub(super) fn texts(&mut self) -> [&mut String; 5] {
        [&mut self.index, &mut self.title, &mut self.term, &mut self.article, &mut self.note]
    }
}

impl Records {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn texts(&mut self) -> [&mut String; 4] {
        [&mut self.list, &mut self.fund, &mut self.inventory, &mut self.commission]
    }
}

/// No heading stands twice, and no term is shorter than the regulation's.
///
/// # Errors
/// The first of them.
pub(super) fn check(cases: &[Case]) -> Result<()> {
    for (i, case) in cases.iter().enumerate() {
        let title = case.form.usual().0;
        let bad = |what: &str| Err(Error::input(format!("[[case]] «{title}»: {what}")).next("исправьте school.toml"));
        if cases[..i].iter().any(|before| before.form == case.form) {
            return bad("названо дважды");
        }
        let least = match case.form {
            Filed::ClassBook => JOURNAL_YEARS,
            Filed::SummarySheet => SUMMARIES_YEARS,
            _ => 0,
        };
        let short = match Kept::of(&case.term) {
            Kept::Years(years) => years < least,
            Kept::Otherwise => least > 0 && !case.term.is_empty(),
            Kept::Always => false,
        };
        if short {
            return bad(&format!("срок хранения не короче {least} лет"));
        }
    }
    Ok(())
}

impl super::School {
    /// The heading under which a form is filed.
    pub fn case_of(&self, form: Filed) -> CaseOf {
        let named = self.cases.iter().find(|case| case.form == form);
        let (title, term) = form.usual();
        let given = |of: fn(&Case) -> &String| named.map(of).filter(|text| !text.is_empty()).cloned();
        let index = given(|case| &case.index).or_else(|| {
            let of_book = &self.school.case_index;
            (form == Filed::ClassBook && !of_book.is_empty()).then(|| of_book.clone())
        });
        let term = given(|case| &case.term).unwrap_or_else(|| term.to_owned());
        let kept = Kept::of(&term);
        let term = match given(|case| &case.article) {
            Some(article) => format!("{term}, {article}"),
            None => format!("{term} (статью {TO_BE_NAMED})"),
        };
        CaseOf {
            index: index.unwrap_or_else(|| TO_BE_NAMED.to_owned()),
            title: given(|case| &case.title).unwrap_or_else(|| title.to_owned()),
            term,
            kept,
            note: given(|case| &case.note).unwrap_or_default(),
        }
    }

    /// Whether the school has named the index of what is filed so.
    pub fn is_indexed(&self, form: Filed) -> bool {
        let named = self.cases.iter().any(|case| case.form == form && !case.index.is_empty());
        named || (form == Filed::ClassBook && !self.school.case_index.is_empty())
    }

    pub(super) fn clean_records(&mut self) -> Result<()> {
        let texts = self.cases.iter_mut().flat_map(Case::texts);
        for text in self.records.texts().into_iter().chain(texts) {
            *text = clean(text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::{School, parse_date};

    const SAMPLE: &str = include_str!("../../tests/fixtures/small/school.toml");

    fn with(cases: &str) -> Result<School> {
        School::from_toml(&format!("{SAMPLE}\n{cases}"))
    }

    #[test]
    fn years_of_storage_are_counted_from_january() {
        let day = |text| parse_date(text).unwrap();
        assert_eq!(kept_until(day("2026-05-29"), JOURNAL_YEARS), day("2031-12-31"));
        assert_eq!(kept_until(day("2024-02-29"), SUMMARIES_YEARS), day("2049-12-31"));
    }

    #[test]
    fn what_the_school_does_not_name_is_usual_and_marked() {
        let school = with("").unwrap();
        let book = school.case_of(Filed::ClassBook);
        assert_eq!((book.index.as_str(), book.term.as_str()), ("02-15", "5 лет (статью уточните)"));
        let keys = school.case_of(Filed::Keys);
        assert_eq!((keys.index.as_str(), keys.kept), ("уточните", Kept::Years(5)));
        assert!(school.case_of(Filed::SummarySheet).kept.is_long());
    }

    #[test]
    fn what_it_names_is_printed() {
        let school = with(
            "[[case]]\nform = \"summary-sheet\"\nindex = \"02-16\"\nterm = \"50 лет, ЭПК\"\narticle = \"ст. 9\"\n\
             [[case]]\nform = \"keys\"\nterm = \"постоянно\"\n[records]\nfund = \"12\"",
        )
        .unwrap();
        let sheets = school.case_of(Filed::SummarySheet);
        assert_eq!((sheets.index.as_str(), sheets.term.as_str()), ("02-16", "50 лет, ЭПК, ст. 9"));
        assert_eq!(sheets.kept, Kept::Years(50));
        assert_eq!(school.case_of(Filed::Keys).kept, Kept::Always);
        let json = serde_json::to_string(&school).unwrap();
        assert_eq!(serde_json::from_str::<School>(&json).unwrap(), school);
        let plain = serde_json::to_string(&with("").unwrap()).unwrap();
        assert!(!plain.contains("records") && !plain.contains("\"case\""), "ledgers of before read as they did");
    }

    #[test]
    fn terms_below_the_regulations_and_headings_named_twice_are_refused() {
        for (cases, why) in [
            ("[[case]]\nform = \"class-book\"\nterm = \"3 года\"", "не короче 5 лет"),
            ("[[case]]\nform = \"summary-sheet\"\nterm = \"до замены новыми\"", "не короче 25 лет"),
            ("[[case]]\nform = \"keys\"\n[[case]]\nform = \"keys\"", "дважды"),
            ("[[case]]\nform = \"diary\"", "не читается"),
        ] {
            let error = with(cases).unwrap_err();
            assert!(error.message().contains(why), "{cases}: {error}");
        }
    }
}
