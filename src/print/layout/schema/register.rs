//! Registers: a heading, and a table whose columns a school may order.

use super::super::kinds::{Columns, Fields, Label, Size, Wording};
use super::SchoolPlaces;
use crate::print::sheet::Orientation;
use serde::Deserialize;

/// A register of the whole school, a file each: `keys.toml` and so on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "F: Fields + Deserialize<'de>"))]
#[allow(missing_docs)] // each key is explained in the layout files
pub struct RegisterLayout<F> {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<SchoolPlaces>,
    pub orientation: Orientation,
    pub size: Size,
    pub head_size: Size,
    pub empty: Label,
    #[serde(default)]
    pub note: Option<Label>,
    pub columns: Columns<F>,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $($field:ident $text:literal)+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[allow(missing_docs)] // the layout file heads each of them
        pub enum $name {
            $(#[serde(rename = $text)] $field),+
        }
        impl Fields for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$field)),+];
        }
    )+};
}

fields! {
    /// The register of signing keys (form 16).
    KeyField: Number "number" Name "name" Position "position" Fingerprint "fingerprint" Since "since" Until "until"
        Signature "signature";
}
