//! Slips that are handed out and papers that come back signed: access to the diary, consent to the use of contacts.

use super::super::kinds::{Label, Mm, Places, Size, Wording};
use serde::Deserialize;

places! {
    /// What a slip of access may name.
    AccessPlaces: "school" "short_school" "year" "class" "name" "children" "address" "teacher" "date";
    /// What a slip of the diary may name.
    DiarySlipPlaces: "name" "class" "short_school" "first" "last" "period" "teacher" "date";
    /// What a consent may name.
    ConsentPlaces: "school" "short_school" "place" "year" "class" "name" "date";
}

/// `access-slip.toml` (form 22).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each key is explained in the layout file
pub struct AccessLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<AccessPlaces>,
    pub size: Size,
    pub name_size: Size,
    pub address_size: Size,
    pub code_size: Size,
    pub qr: Mm,
    pub whom: Wording<AccessPlaces>,
    pub diary: Wording<AccessPlaces>,
    pub own: Wording<AccessPlaces>,
    pub own_diary: Wording<AccessPlaces>,
    pub steps: Vec<Wording<AccessPlaces>>,
    pub address: Label,
    pub address_shown: Wording<AccessPlaces>,
    pub code: Label,
    pub advice: Vec<Wording<AccessPlaces>>,
    pub foot: Wording<AccessPlaces>,
}

/// `diary-slip.toml` (form 24).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DiarySlipLayout {
    pub heading: Wording<DiarySlipPlaces>,
    pub name_size: Size,
    pub about: Wording<DiarySlipPlaces>,
    pub goes_on: Wording<DiarySlipPlaces>,
    pub size: Size,
    pub standing: Wording<DiarySlipPlaces>,
    pub lacking: Wording<DiarySlipPlaces>,
    pub teacher: Wording<DiarySlipPlaces>,
    pub parent: Wording<DiarySlipPlaces>,
}

/// `consent.toml` (form 23).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ConsentLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<ConsentPlaces>,
    pub size: Size,
    pub who: Vec<Wording<ConsentPlaces>>,
    pub text: Vec<Wording<ConsentPlaces>>,
    pub own: Vec<Wording<ConsentPlaces>>,
    pub own_text: Vec<Wording<ConsentPlaces>>,
    pub contacts: Label,
    pub contact: Vec<Label>,
    pub ways: Vec<Label>,
    pub rights: Vec<Wording<ConsentPlaces>>,
    pub foot: Wording<ConsentPlaces>,
}
