//! The act on the verification of archives (form 13): for whoever has a carrier and no journal, and so without number,
//! seal and certification.

use super::archive_act::filled;
use super::flow::{Flow, Parts};
use super::{Canvas, Heading, sans, serif, serif_bold};
use crate::error::Result;
use crate::ledger::chain::grouped;
use crate::print::Layouts;
use crate::print::layout::{Label, ResultField};
use crate::print::page::Page;
use crate::print::pdf::{self, About, Bookmark};
use crate::print::sheet::{Orientation, Sides};
use crate::print::table::Row;
use crate::print::typeset::{Align, Type};
use crate::school::printable;
use chrono::{DateTime, FixedOffset};

/// What was verified, and when.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// The version of Letopis that did it.
    pub version: String,
    /// The archives.
    pub archives: Vec<Inspected>,
    /// How copies of one archive compare.
    pub copies: Vec<Compared>,
}

/// Copies of one archive that were verified together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The archive's name.
    pub name: String,
    /// Where each lies.
    pub paths: Vec<String>,
    /// How they compare.
    pub outcome: Outcome,
}

/// How copies compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Byte for byte.
    Equal,
    /// One of them is damaged, so nothing can be said.
    Damaged,
    /// They differ.
    Different,
}

/// What a verification found of an archive.
#[derive(Debug, Clone, Default)]
pub struct Inspected {
    /// Where it lies.
    pub path: String,
    /// Which carrier that is, in words, where it says so itself.
    pub stick: Option<String>,
    /// Whether it is a bag of another program: then its files and sums were checked, and nothing else could be.
    pub foreign: bool,
    /// What it says of itself, where that can be read.
    pub facts: Option<Facts>,
    /// Its packages, and the bytes in them.
    pub payload: (u64, u64),
    /// Its code, hex, where there is one.
    pub code: Option<String>,
    /// Fingerprint of the key that signed it, where the signature holds.
    pub signer: Option<String>,
    /// Whether its packages were opened.
    pub content: bool,
    /// What vouches for it.
    pub anchors: Vec<String>,
    /// What was found in it.
    pub findings: Vec<Found>,
    /// What was found in the carrier's own files; nothing where it lies on no carrier.
    pub carrier: Option<Vec<Found>>,
    /// The verdict in words.
    pub verdict: String,
}

/// What an archive says of itself.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the names say it
pub struct Facts {
    pub school: String,
    pub period: String,
    pub created: String,
    pub author: String,
    pub entries: u64,
}

/// A finding: where, what, how grave, and whether it is a fault.
#[derive(Debug, Clone)]
pub struct Found {
    /// The file, may be empty.
    pub place: String,
    /// What was found.
    pub what: String,
    /// How grave, in a word.
    pub gravity: String,
    /// Whether it makes the archive unfit.
    pub fault: bool,
}

/// The width of the names beside values, in mm.
const NAMES: f32 = 48.0;
/// Between the parts of the act, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed by hand with the words above it, in mm.
const SIGNATURE: f32 = 17.0;

/// Writes the act as PDF/A.
///
/// # Errors
/// Fonts that cannot be read.
pub fn inspection_act(layouts: &Layouts, inspection: &Inspection) -> Result<Vec<u8>> {
    let date = moment(inspection);
    let title = layouts.inspection.foot.fill(&[("date", &date), ("version", &inspection.version)]);
    let codes: Vec<&str> = inspection.archives.iter().filter_map(|archive| archive.code.as_deref()).collect();
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let school = inspection.archives.iter().find_map(|archive| archive.facts.as_ref());
    let about = About {
        numbering: Sides::Both.into(),
        names: Vec::new(),
        tagged: false,
        author: school.map_or_else(|| "Letopis".to_owned(), |facts| printable(&facts.school)),
        title,
        producer: format!("Letopis {}", inspection.version),
        id: format!("inspection/{}/{}", inspection.at.to_rfc3339(), codes.join("/")),
        issued_at: inspection.at,
    };
    pdf::write_pdf(&pages(layouts, inspection)?, &bookmarks, &about)
}

/// The pages of the act.
pub(in crate::print) fn pages(layouts: &Layouts, inspection: &Inspection) -> Result<Vec<Page>> {
    let layout = &layouts.inspection;
    let canvas = Canvas::new(&layouts.page, Sides::Both, false)?;
    let date = moment(inspection);
    let values = [("date", date.as_str()), ("version", inspection.version.as_str())];
    let text = serif(layout.size.0);
    let mut flow = Flow::new(&canvas, Orientation::Portrait);
    flow.heading(&Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: "" });
    flow.paragraph(text, Align::Left, &layout.date.fill(&values));
    for line in [&layout.place, &layout.order] {
        flow.paragraph(text, Align::Left, line.as_str());
    }
    flow.gap(1.0);
    flow.paragraph(text, Align::Left, &layout.how.fill(&values));
    let signatures = 2.0 * (GAP + SIGNATURE + GAP);
    for (number, archive) in (1..).zip(&inspection.archives) {
        let below = if number == inspection.archives.len() { signatures } else { 0.0 };
        canvas.inspected(&mut flow, layouts, (number, archive), below);
    }
    for compared in &inspection.copies {
        flow.gap(GAP);
        let (name, paths) = (printable(&compared.name), printable(&compared.paths.join(", ")));
        let wording = match compared.outcome {
            Outcome::Equal => &layout.copies_equal,
            Outcome::Damaged => &layout.copies_damaged,
            Outcome::Different => &layout.copies_different,
        };
        let numbers = numbers_of(inspection, compared);
        flow.paragraph(text, Align::Left, &wording.fill(&[("name", &name), ("paths", &paths), ("numbers", &numbers)]));
    }
    flow.gap(2.0 * GAP);
    flow.need(2.0 * SIGNATURE + GAP + text.leading());
    flow.paragraph(text, Align::Left, layout.originals.as_str());
    flow.gap(GAP);
    for as_what in [&layout.inspector, &layout.witness] {
        let area = flow.rest();
        flow.draw(|canvas, page| canvas.signature_by_hand(page, area, as_what.as_str()));
        flow.gap(GAP);
    }
    canvas.unsealed(flow.into_pages(), layout.foot.fill(&values))
}

/// A place in words begins its line with a capital; the name of a file stays as it is.
fn capital(place: &str) -> String {
    let mut letters = place.chars();
    match letters.next() {
        Some(first) if !place.is_ascii() => first.to_uppercase().chain(letters).collect(),
        _ => place.to_owned(),
    }
}

/// «№ 1 и № 3»: which of the archives are the copies.
fn numbers_of(inspection: &Inspection, compared: &Compared) -> String {
    let numbered = (1..).zip(&inspection.archives).filter(|(_, archive)| compared.paths.contains(&archive.path));
    let numbers: Vec<String> = numbered.map(|(number, _)| format!("№ {number}")).collect();
    match numbers.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} и {last}", others.join(", ")),
        _ => numbers.concat(),
    }
}

fn moment(inspection: &Inspection) -> String {
    inspection.at.format("%d.%m.%Y, %H:%M").to_string()
}

impl Canvas<'_> {
    /// What was found of an archive; `below` mm are kept free under it.
    fn inspected(
        &self,
        flow: &mut Flow<'_, '_>,
        layouts: &Layouts,
        (number, archive): (usize, &Inspected),
        below: f32,
    ) {
        let layout = &layouts.inspection;
        let unknown = || layout.unknown.as_str().to_owned();
        let fact =
            |of: &dyn Fn(&Facts) -> String| archive.facts.as_ref().map_or_else(unknown, |facts| printable(&of(facts)));
        let anchors = match archive.anchors.join("; ") {
            none if none.is_empty() => layout.no_anchors.as_str().to_owned(),
            anchors => printable(&anchors),
        };
        let owned = [
            ("number", number.to_string()),
            ("path", printable(&archive.path)),
            ("stick", archive.stick.as_deref().map_or_else(|| layout.no_stick.as_str().to_owned(), printable)),
            ("school", fact(&|facts| facts.school.clone())),
            ("period", fact(&|facts| facts.period.clone())),
            ("created", fact(&|facts| facts.created.clone())),
            ("author", fact(&|facts| facts.author.clone())),
            ("entries", fact(&|facts| facts.entries.to_string())),
            ("files", archive.payload.0.to_string()),
            ("bytes", archive.payload.1.to_string()),
            ("code", archive.code.as_deref().map_or_else(unknown, grouped)),
            ("signer", archive.signer.clone().unwrap_or_else(unknown)),
            ("depth", if archive.content { &layout.depth_content } else { &layout.depth }.as_str().to_owned()),
            ("anchors", anchors),
            ("verdict", archive.verdict.clone()),
        ];
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (bold, table) = (serif_bold(layout.size.0), sans(layout.table_size.0));
        flow.gap(GAP);
        flow.need(30.0);
        let (heading, facts, verdict) = match archive.foreign {
            true => (&layout.bag, &layout.bag_facts, &layout.bag_verdict),
            false => (&layout.archive, &layout.facts, &layout.verdict),
        };
        flow.paragraph(bold, Align::Left, &heading.fill(&values));
        flow.gap(1.0);
        let width = flow.width();
        flow.table(&self.named_values(table, NAMES, width, &filled(facts, &values)), 0.0);
        flow.gap(GAP);
        flow.table(&self.results(layouts, table, archive), bold.leading() + GAP + below);
        flow.gap(1.5);
        flow.paragraph(bold, Align::Left, &verdict.fill(&values));
    }

    /// What was found, line by line: the steps that found nothing, or else every finding.
    fn results(&self, layouts: &Layouts, kind: Type, archive: &Inspected) -> Parts {
        let layout = &layouts.inspection;
        let clean = |name: &Label| (name.as_str().to_owned(), layout.clean.as_str().to_owned(), String::new());
        let shown = |found: &Found| (capital(&printable(&found.place)), printable(&found.what), found.gravity.clone());
        let mut lines = Vec::new();
        if archive.findings.iter().all(|found| !found.fault) {
            let deeper = if archive.content { &layout.steps_content[..] } else { &[] };
            let steps = if archive.foreign { &layout.bag_steps } else { &layout.steps };
            lines.extend(steps.iter().chain(deeper).map(clean));
        }
        lines.extend(archive.findings.iter().map(shown));
        match &archive.carrier {
            Some(own) if own.is_empty() => lines.push(clean(&layout.carrier)),
            Some(own) => lines.extend(own.iter().map(shown)),
            None => {}
        }
        let line = |(i, (place, what, gravity)): (usize, &(String, String, String))| -> Vec<Row> {
            vec![self.column_cells(kind, &layout.columns, |field| match field {
                ResultField::Number => (i + 1).to_string(),
                ResultField::Place => place.clone(),
                ResultField::Result => what.clone(),
                ResultField::Gravity => gravity.clone(),
            })]
        };
        Parts {
            widths: layout.columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(kind, &layout.columns)],
            parts: lines.iter().enumerate().map(line).collect(),
        }
    }
}
