//! The register of issued documents (form 11, §5.1): number, date, what it is, its leaves, its code, under which
//! heading of the schedule it is filed and for how long, who certified it.
//!
//! It leaves itself out: a register that named its own issues would differ after each of them, and could never be
//! printed again under its number.

use super::super::{Composer, Document, serif};
use super::NOTE_GAP;
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::extraordinary;
use crate::print::document::{Form, Variant};
use crate::print::layout::{DocumentField, DocumentsLayout};
use crate::print::register::{self, Line};
use crate::print::typeset::Align;
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
    let reopenings = read::reopenings(composer.tables)?;
    let days: BTreeMap<u64, String> = reopenings.iter().map(|turn| (turn.entry, composer.day(turn.at))).collect();
    let below = turns_of_year(composer)?;
    let layout = &composer.layouts.register.register;
    let issued: BTreeMap<String, String> =
        lines.iter().map(|line| (line.document.number.clone(), composer.day(line.document.issued_at))).collect();
    let leaves: BTreeMap<String, String> = lines
        .iter()
        .filter(|line| line.replaces.is_some())
        .map(|line| (line.document.number.clone(), line.leaves()))
        .collect();
    let filed = |line: &Line| Form::from_id(&line.document.form).map(|form| composer.school.case_of(form.filed()));
    let text = |line: &Line, field| match field {
        DocumentField::Number => line.document.number.clone(),
        DocumentField::Date => format_date(composer.school.day_of(line.document.issued_at)),
        DocumentField::Title => {
            let reopened = line.document.superseded.and_then(|entry| days.get(&entry)).map(String::as_str);
            let layout = &composer.layouts.register;
            let title = titled(line, layout, (reopened, line.later.as_ref().and_then(|later| issued.get(later))));
            let replaced = line.replaced_by.iter().filter_map(|by| leaves.get(by).map(|leaves| (by, leaves)));
            let instead = line
                .replaces
                .as_ref()
                .map(|replaces| layout.instead.fill(&[("number", &replaces.book), ("leaves", &line.leaves())]));
            let replaced =
                replaced.map(|(by, leaves)| layout.leaves_replaced.fill(&[("number", by), ("leaves", leaves)]));
            [title].into_iter().chain(instead).chain(replaced).collect::<Vec<_>>().join(". ")
        }
        DocumentField::Index => filed(line).map(|case| case.index).unwrap_or_default(),
        DocumentField::Term => filed(line).map(|case| case.term).unwrap_or_default(),
        DocumentField::Leaves => line.document.leaves.to_string(),
        DocumentField::Code => line.code(),
        DocumentField::Name => names.get(&line.document.issued_by).cloned().unwrap_or_default(),
    };
    composer.register_with(layout, title, (&lines, text), |flow| {
        for line in &below {
            flow.gap(NOTE_GAP);
            flow.paragraph(serif(layout.size.0), Align::Left, line);
        }
    })
}

/// That the year was closed with gaps, and that it was opened again, each with the reason, in order.
fn turns_of_year(composer: &Composer<'_, ()>) -> Result<Vec<String>> {
    let layout = &composer.layouts.register;
    let mut lines = Vec::new();
    for (turns, wording) in
        [(read::closings(composer.tables)?, &layout.closed), (read::reopenings(composer.tables)?, &layout.reopened)]
    {
        for turn in turns.into_iter().filter(|turn| !turn.reason.is_empty()) {
            let (date, name) = (composer.day(turn.at), composer.initials(&turn.by)?);
            let reason = format!("{}.", turn.reason.trim_end_matches('.'));
            lines.push((turn.entry, wording.fill(&[("date", &date), ("name", &name), ("reason", &reason)])));
        }
    }
    lines.sort();
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// The title, how it was printed where that was not the usual way, how it was bound (§5.4), what it was superseded by, why
/// it was issued with gaps, and whether it holds no longer.
fn titled(line: &Line, layout: &DocumentsLayout, (reopened, later_on): (Option<&str>, Option<&String>)) -> String {
    let simplex = Variant::parse(&line.document.variant).is_ok_and(|variant| variant.simplex);
    let title = format!("{}{}", line.document.title, if simplex { " (на одной стороне листа)" } else { "" });
    let bound = line.bound.as_ref().map(|bound| {
        let (date, sheets) = (format_date(bound.date), bound.sheets.to_string());
        layout.bound.fill(&[("date", &date), ("sheets", &sheets), ("shelf", &bound.shelf)])
    });
    let reason = line.document.reason.trim_end_matches('.');
    let with_gaps = (!reason.is_empty()).then(|| layout.with_gaps.fill(&[("reason", reason)]));
    let later = line.later.as_ref().zip(layout.superseded.as_ref());
    let date = later_on.map(String::as_str).unwrap_or_default();
    let later = later.map(|(number, wording)| wording.fill(&[("number", number), ("date", date)]));
    let lapsed = reopened.map(|date| layout.lapsed.fill(&[("date", date)]));
    let parts = [Some(title), bound, later, with_gaps, lapsed];
    parts.into_iter().flatten().collect::<Vec<_>>().join(". ")
}
