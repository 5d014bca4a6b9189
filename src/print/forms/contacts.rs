//! How a class's parents can be reached (form 6, `--with-contacts`): a sheet of its own beside the book.
//!
//! What is printed into a book is kept for as long as the journal and goes into its archives, and contact data must stay
//! erasable (§1.5). So this sheet has no number and no seal, its text is kept nowhere, and its foot says that it is not
//! to be bound.

use super::class::{ClassData, Pupil};
use super::listing::Listing;
use super::{Canvas, Heading, serif_bold};
use crate::error::Result;
use crate::journal::contacts::Contact;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::print::layout::ContactField;
use crate::print::page::Page;
use crate::print::pdf::{self, About, Bookmark};
use crate::print::sheet::Sides;
use crate::print::{Layouts, issue};
use crate::school::{ClassName, format_date, printable};
use chrono::{DateTime, FixedOffset};

/// Writes the sheet as PDF/A: a line a contact, by pupil, for those who are in the class at a time; pupils without
/// contacts have an empty line.
///
/// # Errors
/// A class that is not in the tables, or tables that cannot be read.
pub fn contacts_sheet(
    tables: &Tables,
    layouts: &Layouts,
    class: &ClassName,
    contacts: &[Contact],
    at: DateTime<FixedOffset>,
) -> Result<Vec<u8>> {
    let school = read::school(tables)?;
    let title = format!("Контактные данные: {} класс, {} учебный год", class.quoted(), school.year.name);
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let about = About {
        author: school.school.short_name.clone(),
        producer: format!("Letopis {}", issue::VERSION),
        id: format!("contacts/{class}/{}", at.to_rfc3339()),
        issued_at: at,
        numbering: Sides::Both.into(),
        names: Vec::new(),
        tagged: false,
        title,
    };
    pdf::write_pdf(&pages(tables, layouts, class, contacts, at)?, &bookmarks, &about)
}

/// The pages of the sheet.
pub(in crate::print) fn pages(
    tables: &Tables,
    layouts: &Layouts,
    class: &ClassName,
    contacts: &[Contact],
    at: DateTime<FixedOffset>,
) -> Result<Vec<Page>> {
    let (layout, school) = (&layouts.contacts, read::school(tables)?);
    let data = ClassData::load(tables, &school, class)?;
    let today = school.day_of(at);
    let mut lines: Vec<(&Pupil, Option<&Contact>)> = Vec::new();
    for pupil in data.pupils.iter().filter(|pupil| pupil.present(today)) {
        let begins = lines.len();
        lines.extend(
            contacts.iter().filter(|contact| pupil.is_named(&contact.pupil)).map(|contact| (pupil, Some(contact))),
        );
        if lines.len() == begins {
            lines.push((pupil, None));
        }
    }
    let (quoted, date) = (class.quoted(), format_date(today));
    let values = [("class", &*quoted), ("year", &school.year.name), ("date", &date)];
    let canvas = Canvas::new(&layouts.page, Sides::Both, false)?;
    let about = layout.about.fill(&values);
    let heading = Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about };
    let look = Listing {
        orientation: layout.orientation,
        size: layout.size,
        head_size: layout.size,
        columns: &layout.columns,
        empty: &layout.empty,
        tail: 0.0,
        closed: false,
    };
    let text = |(pupil, contact): &(&Pupil, Option<&Contact>), field| {
        let said = |of: fn(&Contact) -> &str| contact.map(|contact| printable(of(contact))).unwrap_or_default();
        match field {
            ContactField::Pupil => pupil.whole.clone(),
            ContactField::Who => said(|contact| &contact.who),
            ContactField::Name => said(|contact| &contact.name),
            ContactField::Telephone => said(|contact| &contact.telephone),
            ContactField::Email => said(|contact| &contact.email),
            ContactField::Address => said(|contact| &contact.address),
        }
    };
    let (pages, _) = canvas.listing(&heading, &look, &lines, text, 1);
    canvas.unsealed(pages, layout.foot.fill(&values))
}
