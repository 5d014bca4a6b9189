//! The register of issued documents (form 11, §5.1): number, date, what it is, its leaves, its code, who certified it.
//!
//! It leaves itself out: a register that named its own issues would differ after each of them, and could never be
//! printed again under its number.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::journal::read::extraordinary;
use crate::print::document::{Form, Variant};
use crate::print::layout::{DocumentField, DocumentsLayout};
use crate::print::register::{self, Line};
use crate::school::format_date;
use std::collections::BTreeMap;

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn documents(composer: &Composer<'_, ()>) -> Result<Document> {
    let mut lines: Vec<Line> =
        register::all(composer.tables)?.into_iter().filter(|line| line.document.form != Form::Register.id()).collect();
    // Registers of rules 1 did not say what was superseded, and are printed as they were.
    if !extraordinary::knows(composer.tables)? {
        lines.iter_mut().for_each(|line| line.later = None);
    }
    let mut names = BTreeMap::new();
    for login in lines.iter().map(|line| &line.document.issued_by) {
        if !names.contains_key(login) {
            names.insert(login.clone(), composer.initials(login)?);
        }
    }
    let title = format!("Реестр выданных документов за {} учебный год", composer.year());
    let layout = &composer.layouts.register;
    composer.register(&composer.layouts.register.register, title, &lines, |line, field| match field {
        DocumentField::Number => line.document.number.clone(),
        DocumentField::Date => format_date(composer.school.day_of(line.document.issued_at)),
        DocumentField::Title => titled(line, layout),
        DocumentField::Leaves => line.document.leaves.to_string(),
        DocumentField::Code => line.code(),
        DocumentField::Name => names.get(&line.document.issued_by).cloned().unwrap_or_default(),
    })
}

/// The title, how it was printed where that was not the usual way, how it was bound (§5.4), and what it was superseded by.
fn titled(line: &Line, layout: &DocumentsLayout) -> String {
    let simplex = Variant::parse(&line.document.variant).is_ok_and(|variant| variant.simplex);
    let title = format!("{}{}", line.document.title, if simplex { " (на одной стороне листа)" } else { "" });
    let bound = line.bound.as_ref().map(|bound| {
        let (date, sheets) = (format_date(bound.date), bound.sheets.to_string());
        layout.bound.fill(&[("date", &date), ("sheets", &sheets), ("shelf", &bound.shelf)])
    });
    let later = line.later.as_ref().zip(layout.superseded.as_ref());
    let later = later.map(|(number, wording)| wording.fill(&[("number", number)]));
    [Some(title), bound, later].into_iter().flatten().collect::<Vec<_>>().join(". ")
}
