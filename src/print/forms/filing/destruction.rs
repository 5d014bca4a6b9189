//! The act on what is no longer kept of an older year (form 19): its journal with all copies, or its sheets.
//!
//! It is made from the entry that set them apart, which has read the old journal: when that is gone, the act still tells
//! what it was.

use super::super::archive_act::filled;
use super::super::flow::{Flow, Parts};
use super::super::{Composer, Document, Heading, sans, serif, serif_bold};
use super::{GAP, SIGNATURE, headed};
use crate::error::{Error, Result};
use crate::journal::entry::{Destroyed, DestroyedCase};
use crate::journal::read::{self, Gone};
use crate::ledger::chain::grouped;
use crate::print::layout::DestroyedField;
use crate::print::sheet::Orientation;
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::print::words::{Gender, counted};
use crate::school::{JOURNAL_YEARS, Role, SUMMARIES_YEARS, format_date, kept_until};

/// The width of the names beside values, in mm.
const NAMES: f32 = 52.0;
/// How many sign with the chairman.
const MEMBERS: usize = 2;

/// Lays out the act of an entry.
///
/// # Errors
/// An entry that set nothing apart; tables that cannot be read.
pub(in super::super) fn destruction(composer: &Composer<'_, ()>, entry: &str) -> Result<Document> {
    let layout = &composer.layouts.destruction;
    let gone = read::destroyed(composer.tables)?.into_iter().find(|gone| gone.entry.to_string() == entry);
    let gone = gone.ok_or_else(|| {
        Error::input(format!("записью № {entry} ничего к уничтожению не выделено")).next("проверьте номер записи")
    })?;
    let cases = read::destroyed_cases(composer.tables, gone.entry)?;
    let owned = composer.values_of_destruction(&gone, &cases);
    let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = serif(layout.size.0);
    let mut flow = Flow::new(composer, Orientation::Landscape);
    composer.approval(&mut flow, &layout.approve, &layout.director, layout.size.0)?;
    let (kind, about) = (serif_bold(layout.heading_size.0), layout.about.fill(&values));
    flow.heading(&Heading { text: layout.heading.as_str(), kind, about: &about });
    flow.paragraph(text, Align::Left, &layout.date.fill(&values));
    flow.gap(GAP);
    let listed = !composer.school.records.list.is_empty();
    let basis = if listed { &layout.basis } else { &layout.basis_unlisted };
    flow.paragraph(text, Align::Left, &basis.fill(&values));
    flow.gap(GAP);
    flow.table(&composer.destroyed_table(&gone, &cases, &values), GAP + text.leading());
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, &layout.total.fill(&values));
    flow.gap(GAP);
    flow.subheading(serif_bold(layout.size.0), layout.journal.as_str());
    let (facts, width) = (filled(&layout.facts, &values), flow.width());
    flow.table(&composer.named_values(sans(layout.table_size.0), NAMES, width, &facts), 0.0);
    if gone.stays.is_some() {
        flow.gap(GAP);
        flow.need(3.0 * text.leading());
        flow.paragraph(text, Align::Left, &layout.stays.fill(&values));
    }
    composer.signed_by_commission(&mut flow, &values)?;
    composer.certify_below(&mut flow);
    let what = match gone.what {
        Destroyed::Journal => "документов",
        Destroyed::Summaries => "сводных ведомостей",
    };
    let title = format!("Акт о выделении к уничтожению {what} за {} учебный год", gone.year);
    composer.finish(title, layout.heading.as_str(), flow.into_pages())
}

impl Composer<'_, ()> {
    fn values_of_destruction(&self, gone: &Gone, cases: &[DestroyedCase]) -> Vec<(&'static str, String)> {
        let years = match gone.what {
            Destroyed::Journal => JOURNAL_YEARS,
            Destroyed::Summaries => SUMMARIES_YEARS,
        };
        let count = cases.iter().map(|case| case.count).sum();
        let stays = gone.stays.clone();
        let records = &self.school.records;
        let mut values: Vec<(&'static str, String)> =
            self.school_values().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        values.extend([
            ("date", self.issued_on()),
            ("list", records.list.clone()),
            ("old_year", gone.year.clone()),
            ("until", format_date(kept_until(gone.ends, years))),
            ("sheets_until", format_date(kept_until(gone.ends, SUMMARIES_YEARS))),
            ("inventory", Self::or_by_hand(&records.inventory)),
            ("journal", gone.journal.clone()),
            ("entries", gone.length.to_string()),
            ("head", gone.head.clone()),
            ("archive", stays.as_ref().map(|stays| stays.name.clone()).unwrap_or_default()),
            ("code", stays.map(|stays| grouped(&stays.code)).unwrap_or_default()),
            ("protocol", gone.protocol.clone()),
            ("order", records.commission.clone()),
            ("means", gone.means.trim_end_matches('.').to_owned()),
            ("count", counted(count, Gender::Feminine, ["единица хранения", "единицы хранения", "единиц хранения"])),
        ]);
        values
    }

    fn destroyed_table(&self, gone: &Gone, cases: &[DestroyedCase], values: &[(&str, &str)]) -> Parts {
        let layout = &self.layouts.destruction;
        let kind = sans(layout.table_size.0);
        let inventory = match gone.what {
            Destroyed::Journal => layout.by_nomenclature.fill(values),
            Destroyed::Summaries => layout.by_inventory.fill(values),
        };
        let line = |(number, case): (usize, &DestroyedCase)| {
            let row = self.column_cells(kind, &layout.columns, |field| match field {
                DestroyedField::Number => number.to_string(),
                DestroyedField::Title => case.title.clone(),
                DestroyedField::Dates => format!("{} – {}", format_date(case.first), format_date(case.last)),
                DestroyedField::Inventory => inventory.clone(),
                DestroyedField::Index => case.index.clone(),
                DestroyedField::Count => case.count.to_string(),
                DestroyedField::Term => case.term.clone(),
                DestroyedField::Note => case.note.clone(),
            });
            vec![Row { fifth: number.is_multiple_of(5), ..headed(row, &layout.columns, DestroyedField::Title) }]
        };
        Parts {
            widths: layout.columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(sans(layout.head_size.0), &layout.columns)],
            parts: (1..).zip(cases).map(line).collect(),
        }
    }

    /// What the commission decided, who it is, and how it was carried out.
    fn signed_by_commission(&self, flow: &mut Flow<'_, '_>, values: &[(&str, &str)]) -> Result<()> {
        let layout = &self.layouts.destruction;
        let text = serif(layout.size.0);
        flow.gap(GAP);
        flow.need((1 + MEMBERS) as f32 * SIGNATURE + 3.0 * text.leading());
        flow.paragraph(text, Align::Left, &layout.protocol.fill(values));
        let order = match self.school.records.commission.is_empty() {
            true => layout.order_by_hand.as_str().to_owned(),
            false => layout.order.fill(values),
        };
        flow.paragraph(text, Align::Left, &order);
        flow.gap(1.0);
        let director = read::holder_of(self.tables, Role::Director)?;
        self.signed(flow, layout.chairman.as_str(), director.as_ref().map(|person| &person.name));
        for _ in 0..MEMBERS {
            self.signed(flow, layout.member.as_str(), None);
        }
        flow.gap(GAP);
        flow.need(2.0 * SIGNATURE + 3.0 * text.leading());
        flow.paragraph(text, Align::Left, &layout.means.fill(values));
        for line in [&layout.destroyed, &layout.entered] {
            self.signed(flow, line.as_str(), None);
        }
        Ok(())
    }
}
