//! The act on the making of archive copies (form 12, §5.5): what was saved, on which carriers, and by which code and key
//! anyone can tell later that a copy is this one.

use super::course::YEAR;
use super::flow::{Flow, Parts};
use super::{CERTIFICATION_GAP, CERTIFICATION_HEIGHT, Composer, Document, Heading, sans, serif, serif_bold};
use crate::error::{Action, Error, Result};
use crate::journal::entry::ArchiveKind;
use crate::journal::read::{self, Archive, Staff};
use crate::ledger::chain::grouped;
use crate::print::layout::{CopyField, Named, Places};
use crate::print::sheet::Orientation;
use crate::print::typeset::Align;
use crate::school::{Login, Role, format_date};
use chrono::{DateTime, FixedOffset};

/// The fewest people that a commission has; who is missing is written in by hand.
const COMMISSION: usize = 3;
/// The width of the names beside values, in mm.
const NAMES: f32 = 48.0;
/// Between the parts of the act, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed, in mm.
const SIGNATURE: f32 = 11.5;

/// A copy of it.
struct Copied {
    number: usize,
    label: String,
    id: String,
    device: String,
    /// Login and name of who keeps it.
    holder: (Login, String),
    place: String,
}

/// Lays out the act.
///
/// # Errors
/// An archive that the journal did not make, or whose carriers are all lost; tables that cannot be read.
pub fn archive_act(composer: &Composer<'_, ()>, name: &str) -> Result<Document> {
    let layout = &composer.layouts.archive_act;
    let (archive, copies) = (composer.archive(name)?, composer.copies(name)?);
    if copies.is_empty() {
        return Err(Error::input(format!("все носители архива «{name}» утеряны: составлять акт не о чем"))
            .next_by("создайте архив заново", Action::CreateArchive));
    }
    let people = composer.commission(&archive, &copies)?;
    let author = read::staff(composer.tables, &archive.author)?;
    let author = author.map_or(archive.author.to_string(), |person| named(&person));
    let owned = [
        ("archive", archive.name.clone()),
        ("content", composer.content_of(&archive).to_owned()),
        ("period", composer.period_of(&archive)),
        ("created", composer.moment(archive.created_at)),
        ("author", author),
        ("journal", composer.context.journal_id.clone()),
        ("entries", archive.length.to_string()),
        ("head", archive.head.clone()),
        ("files", archive.files.to_string()),
        ("bytes", archive.bytes.to_string()),
        ("code", grouped(&archive.code)),
        ("signer", archive.signer.clone()),
        ("date", composer.issued_on()),
        ("place", composer.school.school.place.clone()),
        ("order", composer.school.records.commission.clone()),
    ];
    let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (text, table) = (serif(layout.size.0), sans(layout.table_size.0));
    let about = layout.about.fill(&composer.school_values());
    let mut flow = Flow::new(composer, Orientation::Portrait);
    flow.heading(&Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about });
    for line in [&layout.date, &layout.place] {
        flow.paragraph(text, Align::Left, &line.fill(&values));
    }
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, &composer.commission_of_order(&values));
    flow.gap(1.0);
    let width = flow.width();
    let commission: Vec<(String, String)> =
        people.iter().map(|(office, name, _)| (office.clone(), name.clone())).collect();
    flow.table(&composer.named_values(table, NAMES, width, &commission), 0.0);
    flow.gap(GAP);
    let found = if copies.len() > 1 { &layout.found } else { &layout.found_single };
    flow.paragraph(text, Align::Left, &found.fill(&values));
    flow.gap(GAP);
    flow.table(&composer.named_values(table, NAMES, width, &filled(&layout.saved, &values)), 0.0);
    flow.gap(GAP);
    flow.subheading(serif_bold(layout.size.0), layout.carriers.as_str());
    flow.table(&composer.copies_table(&copies), 0.0);
    for place in composer.third_places(name)? {
        flow.gap(1.0);
        flow.paragraph(text, Align::Left, &place);
    }
    flow.gap(GAP);
    flow.subheading(serif_bold(layout.size.0), layout.proofs.as_str());
    flow.table(&composer.named_values(table, NAMES, width, &composer.proofs(&values)), 0.0);
    flow.gap(1.0);
    flow.paragraph(serif(layout.small.0), Align::Left, &layout.explanation.fill(&values));
    flow.gap(1.0);
    let originals = if copies.len() > 1 { &layout.originals } else { &layout.originals_single };
    flow.paragraph(text, Align::Left, originals.as_str());
    flow.gap(1.0);
    flow.need(people.len() as f32 * SIGNATURE + CERTIFICATION_GAP + CERTIFICATION_HEIGHT);
    for (office, _, person) in &people {
        flow.need(SIGNATURE);
        let area = flow.rest();
        flow.draw(|canvas, page| canvas.signature(page, area, office, person.as_ref().map(|person| &person.name)));
    }
    composer.certify_below(&mut flow);
    let title = format!("Акт о создании архивных копий «{name}» за {} учебный год", composer.year());
    composer.finish(title, layout.heading.as_str(), flow.into_pages())
}

/// The lines of a layout with their places filled.
pub(super) fn filled<P: Places>(lines: &[Named<P>], values: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|line| (line.name.as_str().to_owned(), line.value.fill(values))).collect()
}

/// «Петрова Анна Сергеевна, заместитель директора»: what the school begins with a capital goes on in a line here.
fn named(person: &Staff) -> String {
    let mut letters = person.position.chars();
    let position = match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(person.position.chars().skip(1)).collect()
        }
        _ => person.position.clone(),
    };
    format!("{}, {position}", person.name.full())
}

impl Composer<'_, ()> {
    /// By what anyone can tell later that a copy is this one.
    fn proofs(&self, values: &[(&str, &str)]) -> Vec<(String, String)> {
        let layout = &self.layouts.archive_act;
        let checkpoint = self.checkpoint(&layout.checkpoint);
        let checkpoint = checkpoint.map(|said| (layout.checkpoint_name.as_str().to_owned(), said));
        filled(&layout.proof, values).into_iter().chain(checkpoint).collect()
    }

    /// By which order the commission was set up: as the school names it, else for the pen.
    fn commission_of_order(&self, values: &[(&str, &str)]) -> String {
        let layout = &self.layouts.archive_act;
        match (&layout.commission, self.school.records.commission.is_empty()) {
            (Some(plain), _) => plain.as_str().to_owned(),
            (None, true) => layout.order_by_hand.as_str().to_owned(),
            (None, false) => layout.order.fill(values),
        }
    }

    /// What is in an archive, in words.
    fn content_of(&self, archive: &Archive) -> &str {
        let layout = &self.layouts.archive_act;
        let label = match archive.kind {
            ArchiveKind::Journal => &layout.of_journal,
            ArchiveKind::Database => &layout.of_database,
            ArchiveKind::Summaries => &layout.of_summaries,
        };
        label.as_str()
    }

    /// «I четверть 2025/2026 учебного года», «2025/2026 учебный год».
    fn period_of(&self, archive: &Archive) -> String {
        match archive.period.as_str() {
            YEAR => format!("{} учебный год", self.year()),
            period => format!("{period} {} учебного года", self.year()),
        }
    }

    fn archive(&self, name: &str) -> Result<Archive> {
        let found = read::archive(self.tables, name)?;
        found.ok_or_else(|| Error::input(format!("архива «{name}» нет в журнале")).next("проверьте имя архива"))
    }

    fn copies(&self, name: &str) -> Result<Vec<Copied>> {
        let mut copies = Vec::new();
        for id in read::carriers_of_archive(self.tables, name)? {
            // A copy on a carrier that is lost is none (§5.8).
            let Some(carrier) = read::carrier(self.tables, &id)?.filter(|carrier| !carrier.is_lost()) else { continue };
            let read::Carrier { id, label, holder, place, device, .. } = carrier;
            let name = read::staff(self.tables, &holder)?.map_or(holder.to_string(), |person| person.name.full());
            copies.push(Copied { number: 0, label, id, device, holder: (holder, name), place });
        }
        copies.sort_by(|a, b| (&a.label, &a.id).cmp(&(&b.label, &b.id)));
        (1..).zip(&mut copies).for_each(|(number, copied)| copied.number = number);
        Ok(copies)
    }

    /// What is said of each third place where the archive was read last and found whole.
    fn third_places(&self, name: &str) -> Result<Vec<String>> {
        let stored = read::stored(self.tables, name)?;
        let said = |stored: read::Stored| {
            let day = format_date(self.school.day_of(stored.at));
            let values = [("place", stored.place.as_str()), ("shelf", &stored.shelf), ("day", &day)];
            self.layouts.archive_act.third.fill(&values)
        };
        Ok(stored.into_iter().filter(|stored| stored.result.is_whole()).map(said).collect())
    }

    /// Office, name and person of each who signs: the director, who made the archive, who keeps the copies, and room
    /// for whoever else it takes.
    fn commission(&self, archive: &Archive, copies: &[Copied]) -> Result<Vec<(String, String, Option<Staff>)>> {
        let layout = &self.layouts.archive_act;
        let mut logins: Vec<Login> = Vec::new();
        for login in read::all_staff(self.tables)?.into_iter().map(|person| person.login) {
            if read::has_role(self.tables, &login, Role::Director)? {
                logins.push(login);
                break;
            }
        }
        let others = std::iter::once(&archive.author).chain(copies.iter().map(|copied| &copied.holder.0));
        for login in others {
            if !logins.contains(login) {
                logins.push(login.clone());
            }
        }
        let mut people = logins.iter().map(|login| read::staff(self.tables, login)).collect::<Result<Vec<_>>>()?;
        people.retain(Option::is_some);
        people.resize(people.len().max(COMMISSION), None);
        let office = |number: usize| if number == 0 { &layout.chairman } else { &layout.member };
        let line = |(number, person): (usize, Option<Staff>)| {
            let name = person.as_ref().map(named).unwrap_or_default();
            (office(number).as_str().to_owned(), name, person)
        };
        Ok(people.into_iter().enumerate().map(line).collect())
    }

    fn copies_table(&self, copies: &[Copied]) -> Parts {
        let layout = &self.layouts.archive_act;
        let kind = sans(layout.table_size.0);
        let line = |copied: &Copied| {
            let mut row = self.column_cells(kind, &layout.columns, |field| match field {
                CopyField::Number => copied.number.to_string(),
                CopyField::Label => copied.label.clone(),
                CopyField::Id => copied.id.clone(),
                CopyField::Device => copied.device.clone(),
                CopyField::Holder => copied.holder.1.clone(),
                CopyField::Place => copied.place.clone(),
            });
            // What a carrier is called by tells whoever hears the table which one it is about.
            let label = layout.columns.iter().position(|column| column.field == CopyField::Label);
            label.into_iter().for_each(|at| row.cells[at].heads_row = true);
            vec![row]
        };
        Parts {
            widths: layout.columns.iter().map(|column| column.width.0).collect(),
            heads: vec![self.column_heads(kind, &layout.columns)],
            parts: copies.iter().map(line).collect(),
        }
    }

    /// Day and time of day of the school.
    fn moment(&self, at: DateTime<FixedOffset>) -> String {
        at.with_timezone(&self.school.offset()).format("%d.%m.%Y, %H:%M").to_string()
    }
}
