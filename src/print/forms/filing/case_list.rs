//! The list of cases kept over 10 years (form 18): the sheets of final results, and whatever else the school keeps so long.

use super::super::flow::{Flow, Parts};
use super::super::{Composer, Document, Heading, sans, serif, serif_bold};
use super::{GAP, SIGNATURE, headed};
use crate::error::Result;
use crate::print::document::Form;
use crate::print::layout::CaseField;
use crate::print::register::{self, Registered};
use crate::print::sheet::Orientation;
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::print::words::{Gender, counted};
use crate::school::format_date;

/// Lays out the list.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn case_list(composer: &Composer<'_, ()>) -> Result<Document> {
    let layout = &composer.layouts.case_list;
    let records = &composer.school.records;
    let (inventory, fund) = (Composer::or_by_hand(&records.inventory), Composer::or_by_hand(&records.fund));
    let values: Vec<(&str, &str)> = composer
        .school_values()
        .into_iter()
        .chain([("inventory", inventory.as_str()), ("fund", &fund), ("list", &records.list)])
        .collect();
    let cases = composer.long_kept()?;
    let (text, heading) = (serif(layout.text_size.0), layout.heading.fill(&values));
    let mut flow = Flow::new(composer, Orientation::Portrait);
    composer.approval(&mut flow, &layout.approve, &layout.director, layout.text_size.0)?;
    flow.paragraph(text, Align::Left, &layout.fund.fill(&values));
    flow.gap(GAP);
    let (kind, about) = (serif_bold(layout.heading_size.0), layout.about.fill(&values));
    flow.heading(&Heading { text: &heading, kind, about: &about });
    flow.table(&composer.cases_table(&cases), GAP + 2.0 * text.leading());
    flow.gap(GAP);
    let count = counted(cases.len() as u32, Gender::Neuter, ["дело", "дела", "дел"]);
    let last = cases.len().to_string();
    flow.paragraph(text, Align::Left, &layout.closing.fill(&[("count", &count), ("last", &last)]));
    if !records.list.is_empty() {
        flow.gap(1.0);
        flow.paragraph(text, Align::Left, &layout.list.fill(&values));
    }
    flow.gap(GAP);
    flow.need(2.0 * SIGNATURE);
    composer.signed(&mut flow, layout.compiled.as_str(), None);
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, layout.agreed.as_str());
    composer.certify_below(&mut flow);
    let title = format!("Опись дел временного (свыше 10 лет) хранения за {} учебный год", composer.year());
    composer.finish(title, &heading, flow.into_pages())
}

impl Composer<'_, ()> {
    /// What was issued of forms that are kept over 10 years, and is in force.
    fn long_kept(&self) -> Result<Vec<(Form, Registered)>> {
        let mut all = Vec::new();
        for form in Form::ALL {
            if self.school.case_of(form.filed()).kept.is_long() && !form.is_part_of_book() {
                all.extend(register::in_force(self.tables, form)?.into_iter().map(|document| (form, document)));
            }
        }
        Ok(all)
    }

    fn cases_table(&self, cases: &[(Form, Registered)]) -> Parts {
        let layout = &self.layouts.case_list;
        let kind = sans(layout.size.0);
        let year = &self.school.year;
        let dates = format!("{} – {}", format_date(year.begins), format_date(year.ends));
        let line = |(number, (form, document)): (usize, &(Form, Registered))| {
            let case = self.school.case_of(form.filed());
            let note = layout.note.fill(&[("number", &document.number)]);
            let row = self.column_cells(kind, &layout.columns, |field| match field {
                CaseField::Number => number.to_string(),
                CaseField::Index => case.index.clone(),
                CaseField::Title => document.title.clone(),
                CaseField::Dates => dates.clone(),
                CaseField::Leaves => document.leaves.to_string(),
                CaseField::Term => case.term.clone(),
                CaseField::Note if case.note.is_empty() => note.clone(),
                CaseField::Note => format!("{}; {note}", case.note),
            });
            vec![Row { fifth: number.is_multiple_of(5), ..headed(row, &layout.columns, CaseField::Title) }]
        };
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let mut parts: Vec<Vec<Row>> = (1..).zip(cases).map(line).collect();
        if parts.is_empty() {
            let nothing = self.cell(kind, layout.empty.as_str(), widths.iter().sum()).span(1, widths.len());
            parts.push(vec![Row { cells: vec![nothing], least: super::super::flow::LINE, fifth: false }]);
        }
        Parts { widths, heads: vec![self.column_heads(sans(layout.head_size.0), &layout.columns)], parts }
    }
}
