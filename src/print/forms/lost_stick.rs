//! What was on a stick that was lost (form 21, §5.8, 152-ФЗ): whose data, how they are protected, when it was reported; the
//! names stand on an annex, on leaves of its own, so that the statement itself can be shown.

use super::archive_act::filled;
use super::flow::{Flow, LINE, Parts};
use super::{Composer, Document, Heading, sans, serif, serif_bold};
use crate::error::{Error, Result};
use crate::journal::read::lost_data::{Held, LostData, lost_data, pupils_on};
use crate::journal::read::{self, Carrier, Loss};
use crate::print::layout::{AnnexField, HeldField};
use crate::print::sheet::Orientation;
use crate::print::typeset::Align;
use crate::school::{ClassName, Role, format_date};
use std::collections::BTreeMap;

/// The width of the names beside values, in mm.
const NAMES: f32 = 48.0;
/// Between the parts, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed, in mm.
const SIGNATURE: f32 = 11.5;
/// The height of a line to be written on, in mm.
const WRITTEN: f32 = 9.0;

/// Lays out the statement.
///
/// # Errors
/// A carrier that the journal does not know, that is not lost, or on which there was no personal journal.
pub fn lost_stick(composer: &Composer<'_, ()>, id: &str) -> Result<Document> {
    let layout = &composer.layouts.lost_stick;
    let (carrier, loss, data) = composer.lost(id)?;
    let held = pupils_on(composer.tables, id, loss.reported)?;
    let owned = composer.values_of_loss(&carrier, &loss, &data, held.len())?;
    let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (text, table) = (serif(layout.size.0), sans(layout.table_size.0));
    let about = layout.about.fill(&composer.school_values());
    let mut flow = Flow::new(composer, Orientation::Portrait);
    flow.heading(&Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about });
    flow.paragraph(text, Align::Left, &layout.date.fill(&values));
    flow.gap(GAP);
    let width = flow.width();
    flow.table(&composer.named_values(table, NAMES, width, &filled(&layout.facts, &values)), 0.0);
    flow.gap(GAP);
    flow.subheading(serif_bold(layout.size.0), &layout.whose.fill(&values));
    flow.table(&composer.by_class(&held), 0.0);
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, layout.what.as_str());
    flow.gap(GAP);
    flow.subheading(serif_bold(layout.size.0), layout.protection.as_str());
    for paragraph in &layout.protected {
        flow.paragraph(text, Align::Left, paragraph.as_str());
        flow.gap(1.0);
    }
    flow.gap(GAP);
    flow.need(6.0 * SIGNATURE);
    flow.paragraph(text, Align::Left, layout.decision.as_str());
    (0..2).for_each(|_| flow.line_for_the_pen(WRITTEN));
    flow.gap(GAP);
    let director = read::holder_of(composer.tables, Role::Director)?;
    let owner = read::staff(composer.tables, &data.owner)?;
    for (office, person) in [(&layout.responsible, None), (&layout.director, director), (&layout.owner, owner)] {
        let area = flow.rest();
        let name = person.as_ref().map(|person| &person.name);
        flow.draw(|canvas, page| canvas.signature(page, area, office.as_str(), name));
    }
    flow.next_leaf();
    let annex = layout.annex.fill(&values);
    flow.subheading(serif_bold(layout.size.0), &annex);
    flow.table(&composer.annex(&held), 0.0);
    let title = format!("Справка о данных на утраченном носителе «{}»", carrier.label);
    composer.finish(title, layout.heading.as_str(), flow.into_pages())
}

impl Composer<'_, ()> {
    fn lost(&self, id: &str) -> Result<(Carrier, Loss, LostData)> {
        let unknown =
            || Error::input(format!("носителя «{id}» нет в журнале")).next("проверьте надпись или номер носителя");
        let carrier = read::carrier(self.tables, id)?.ok_or_else(unknown)?;
        let label = carrier.label.clone();
        let loss = carrier.loss.clone().filter(|loss| !loss.retired).ok_or_else(|| {
            Error::input(format!("носитель «{label}» не утерян: справку составлять не о чем"))
                .next("сначала запишите утрату")
        })?;
        let data = lost_data(self.tables, id)?.ok_or_else(|| {
            Error::input(format!("на носителе «{label}» не было индивидуальной версии журнала (§5.6)"))
                .next("что на нём было, говорит журнал учёта электронных носителей")
        })?;
        Ok((carrier, loss, data))
    }

    fn values_of_loss(
        &self,
        carrier: &Carrier,
        loss: &Loss,
        data: &LostData,
        count: usize,
    ) -> Result<Vec<(&'static str, String)>> {
        let layout = &self.layouts.lost_stick;
        let owner = read::staff(self.tables, &data.owner)?;
        let revoked = read::key(self.tables, &data.key)?.and_then(|key| key.revoked_at);
        let revoked = match revoked {
            Some(at) => layout.revoked.fill(&[("date", &self.day(at))]),
            None => layout.in_force.as_str().to_owned(),
        };
        let taken = match data.taken_on {
            Some(day) => layout.taken.fill(&[("count", &data.number.to_string()), ("date", &format_date(day))]),
            None => layout.nothing_taken.as_str().to_owned(),
        };
        Ok(vec![
            ("date", self.issued_on()),
            ("label", carrier.label.clone()),
            ("id", carrier.id.clone()),
            ("owner", owner.as_ref().map_or(data.owner.to_string(), |person| person.name.full())),
            ("position", owner.map(|person| person.position).unwrap_or_default()),
            ("prepared", self.day(data.prepared_at)),
            ("reported", format_date(loss.reported)),
            ("circumstances", loss.circumstances.clone()),
            ("recorded", self.day(data.recorded_at)),
            ("key", data.key.clone()),
            ("revoked", revoked),
            ("taken", taken),
            ("count", count.to_string()),
        ])
    }

    fn by_class(&self, held: &[Held]) -> Parts {
        let layout = &self.layouts.lost_stick;
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        held.iter().for_each(|held| *counts.entry(held.class.clone()).or_default() += 1);
        let (left, classes): (Vec<_>, Vec<_>) = counts.into_iter().partition(|(class, _)| class.is_none());
        let kind = sans(layout.table_size.0);
        let line = |(class, count): &(Option<ClassName>, usize)| {
            let class = class.as_ref().map_or(layout.no_class.as_str().to_owned(), ClassName::quoted);
            let mut row = self.column_cells(kind, &layout.columns, |field| match field {
                HeldField::Class => class.clone(),
                HeldField::Count => count.to_string(),
            });
            row.least = LINE;
            vec![row]
        };
        Parts {
            widths: layout.columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(kind, &layout.columns)],
            parts: classes.iter().chain(&left).map(line).collect(),
        }
    }

    fn annex(&self, held: &[Held]) -> Parts {
        let layout = &self.layouts.lost_stick;
        let kind = sans(layout.table_size.0);
        let line = |(number, held): (usize, &Held)| {
            let mut row = self.column_cells(kind, &layout.annex_columns, |field| match field {
                AnnexField::Number => number.to_string(),
                AnnexField::Class => held.class.as_ref().map(ClassName::quoted).unwrap_or_default(),
                AnnexField::Name => held.pupil.name.full(),
                AnnexField::File => held.pupil.file.to_string(),
            });
            row.fifth = number.is_multiple_of(5);
            vec![row]
        };
        Parts {
            widths: layout.annex_columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(kind, &layout.annex_columns)],
            parts: (1..).zip(held).map(line).collect(),
        }
    }
}
