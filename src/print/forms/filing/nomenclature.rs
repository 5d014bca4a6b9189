//! The page of the records schedule (form 20): a heading for all that is printed from the journal, and once the year is
//! over, how many files there are of each.

use super::super::flow::{Flow, LINE, Parts};
use super::super::{Composer, Document, Heading, sans, serif, serif_bold};
use super::{GAP, SIGNATURE, headed};
use crate::error::Result;
use crate::print::document::Form;
use crate::print::layout::HeadingField;
use crate::print::register;
use crate::print::sheet::Orientation;
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::print::words::{Gender, counted};
use crate::school::{CaseOf, Filed, Kept};

/// A heading and how many files stand under it.
struct Counted {
    case: CaseOf,
    count: u32,
}

/// Lays out the page.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn nomenclature(composer: &Composer<'_, ()>) -> Result<Document> {
    let layout = &composer.layouts.nomenclature;
    let list = &composer.school.records.list;
    let values: Vec<(&str, &str)> = composer.school_values().into_iter().chain([("list", list.as_str())]).collect();
    let lines = composer.headings()?;
    let (text, heading) = (serif(layout.text_size.0), layout.heading.fill(&values));
    let mut flow = Flow::new(composer, Orientation::Portrait);
    composer.approval(&mut flow, &layout.approve, &layout.director, layout.text_size.0)?;
    let (kind, about) = (serif_bold(layout.heading_size.0), layout.about.fill(&values));
    flow.heading(&Heading { text: &heading, kind, about: &about });
    flow.table(&composer.headings_table(&lines), 0.0);
    flow.gap(GAP);
    if !list.is_empty() {
        flow.paragraph(text, Align::Left, &layout.list.fill(&values));
        flow.gap(1.0);
    }
    if composer.over {
        let closing = layout.closing.fill(&[("year", composer.year())]);
        flow.subheading(serif_bold(layout.text_size.0), &closing);
        flow.table(&composer.closing_table(&lines), 0.0);
        flow.gap(GAP);
        let count = counted(lines.iter().map(|line| line.count).sum(), Gender::Neuter, ["дело", "дела", "дел"]);
        flow.paragraph(text, Align::Left, &layout.total_in_words.fill(&[("count", &count)]));
    } else {
        flow.paragraph(text, Align::Left, layout.open.as_str());
    }
    flow.gap(GAP);
    flow.need(2.0 * SIGNATURE);
    composer.signed(&mut flow, layout.compiled.as_str(), None);
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, layout.agreed.as_str());
    composer.certify_below(&mut flow);
    let title = format!("Номенклатура дел электронного журнала на {} учебный год", composer.year());
    composer.finish(title, &heading, flow.into_pages())
}

impl Composer<'_, ()> {
    fn headings(&self) -> Result<Vec<Counted>> {
        let line = |filed: Filed| {
            let mut count = 0;
            for form in Form::ALL.into_iter().filter(|form| form.filed() == filed && !form.is_part_of_book()) {
                count += register::in_force(self.tables, form)?.len() as u32;
            }
            Ok(Counted { case: self.school.case_of(filed), count })
        };
        Filed::ALL.into_iter().map(line).collect()
    }

    fn headings_table(&self, lines: &[Counted]) -> Parts {
        let layout = &self.layouts.nomenclature;
        let kind = sans(layout.size.0);
        let line = |(number, Counted { case, count }): (usize, &Counted)| {
            let row = self.column_cells(kind, &layout.columns, |field| match field {
                HeadingField::Index => case.index.clone(),
                HeadingField::Title => case.title.clone(),
                HeadingField::Count if self.over => count.to_string(),
                HeadingField::Count => String::new(),
                HeadingField::Term => case.term.clone(),
                HeadingField::Note => case.note.clone(),
            });
            vec![Row { fifth: number.is_multiple_of(5), ..headed(row, &layout.columns, HeadingField::Title) }]
        };
        Parts {
            widths: layout.columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(sans(layout.head_size.0), &layout.columns)],
            parts: (1..).zip(lines).map(line).collect(),
        }
    }

    /// How many files of each class of terms.
    fn closing_table(&self, lines: &[Counted]) -> Parts {
        let layout = &self.layouts.nomenclature;
        let (kind, head) = (sans(layout.size.0), sans(layout.head_size.0));
        let widths: Vec<f32> = layout.closing_columns.iter().map(|column| column.width.0).collect();
        let counts = |of: &dyn Fn(Kept) -> bool| {
            let lines = || lines.iter().filter(|line| of(line.case.kept));
            let marked = lines().filter(|line| line.case.term.contains("ЭПК")).map(|line| line.count).sum::<u32>();
            [lines().map(|line| line.count).sum::<u32>(), 0, marked]
        };
        let row = |name: &str, counts: [u32; 3], fifth: bool| {
            let names = self.cell(kind, name, widths[0]).left().heads_row();
            let counts =
                counts.iter().zip(&widths[1..]).map(|(count, width)| self.cell(kind, &count.to_string(), *width));
            vec![Row { cells: std::iter::once(names).chain(counts).collect(), least: LINE, fifth }]
        };
        let heads =
            layout.closing_columns.iter().map(|column| self.cell(head, column.heading.as_str(), column.width.0));
        let parts = vec![
            row(layout.always.as_str(), counts(&|kept| kept == Kept::Always), false),
            row(layout.long.as_str(), counts(&Kept::is_long), false),
            row(layout.short.as_str(), counts(&|kept| kept != Kept::Always && !kept.is_long()), true),
            row(layout.total.as_str(), counts(&|_| true), false),
        ];
        Parts { heads: vec![Row { cells: heads.collect(), least: LINE, fifth: false }], parts, widths: widths.clone() }
    }
}
