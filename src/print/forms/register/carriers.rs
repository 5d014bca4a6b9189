//! The register of carriers (form 14, §5.6–5.8): which there are, who has each and since when.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::journal::find;
use crate::print::layout::CarrierField;

/// A carrier as it is printed.
struct Line {
    number: usize,
    carrier: String,
    issued: String,
}

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn carriers(composer: &Composer<'_, ()>) -> Result<Document> {
    let title = format!("Журнал учёта электронных носителей за {} учебный год", composer.year());
    let lines = composer.carrier_lines()?;
    composer.register(&composer.layouts.carriers.register, title, &lines, |line, field| match field {
        CarrierField::Number => line.number.to_string(),
        CarrierField::Carrier => line.carrier.clone(),
        CarrierField::Issued => line.issued.clone(),
        CarrierField::Returned | CarrierField::Lost | CarrierField::Restored => String::new(),
    })
}

impl Composer<'_, ()> {
    fn carrier_lines(&self) -> Result<Vec<Line>> {
        let words = &self.layouts.carriers.words;
        let sql = "SELECT id, label, device, holder, place, registered_at FROM carriers ORDER BY entry";
        let mut statement = self.tables.prepare_cached(sql)?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))?;
        let mut lines = Vec::new();
        for row in rows {
            let (id, label, device, holder, place, at): (String, String, String, String, String, String) = row?;
            let wording = if device.is_empty() { &words.carrier } else { &words.carrier_device };
            let carrier = wording.fill(&[("id", &id), ("label", &label), ("device", &device)]);
            let name = find::staff(self.tables, &holder)?.map_or(holder, |person| person.name.full());
            let issued = words.kept.fill(&[("name", &name), ("date", &self.day(&at)), ("place", &place)]);
            lines.push(Line { number: lines.len() + 1, carrier, issued });
        }
        Ok(lines)
    }
}
