//! The register of carriers (form 14, §5.6–5.8): which there are, who keeps each, whom it was given to and what became
//! of it. A carrier has a line for its keeper and one for each time it was given out; its loss stands in the last.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::journal::read::{self, Carrier};
use crate::print::layout::CarrierField;
use crate::school::format_date;

/// A line as it is printed.
#[derive(Default)]
struct Line {
    number: usize,
    carrier: String,
    issued: String,
    returned: String,
    lost: String,
    restored: String,
}

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn carriers(composer: &Composer<'_, ()>) -> Result<Document> {
    let title = format!("Журнал учёта электронных носителей за {} учебный год", composer.year());
    let mut lines = Vec::new();
    for carrier in read::carriers(composer.tables)? {
        lines.extend(composer.carrier_lines(&carrier)?);
    }
    (1..).zip(&mut lines).for_each(|(number, line)| line.number = number);
    composer.register(&composer.layouts.carriers.register, title, &lines, |line, field| match field {
        CarrierField::Number => line.number.to_string(),
        CarrierField::Carrier => line.carrier.clone(),
        CarrierField::Issued => line.issued.clone(),
        CarrierField::Returned => line.returned.clone(),
        // A hand that wrote nothing yet signs in a cell of its own.
        CarrierField::IssuedSignature | CarrierField::ReturnedSignature => String::new(),
        CarrierField::Lost => line.lost.clone(),
        CarrierField::Restored => line.restored.clone(),
    })
}

impl Composer<'_, ()> {
    fn carrier_lines(&self, of: &Carrier) -> Result<Vec<Line>> {
        let words = &self.layouts.carriers.words;
        let wording = if of.device.is_empty() { &words.carrier } else { &words.carrier_device };
        let carrier = wording.fill(&[("id", &of.id), ("label", &of.label), ("device", &of.device)]);
        let (name, date) = (self.full_name(&of.holder)?, self.day(of.registered_at));
        let issued = words.kept.fill(&[("name", &name), ("date", &date), ("place", &of.place)]);
        let mut lines = vec![Line { carrier: carrier.clone(), issued, ..Line::default() }];
        for holding in read::holdings(self.tables, &of.id)? {
            let (name, date) = (self.full_name(&holding.to)?, self.day(holding.at));
            let issued = words.issued.fill(&[("name", &name), ("date", &date)]);
            let returned = match &holding.returned {
                None => String::new(),
                Some(returned) => {
                    let (name, date) = (self.full_name(&returned.by)?, self.day(returned.at));
                    words.returned.fill(&[("name", &name), ("date", &date), ("place", &returned.place)])
                }
            };
            lines.push(Line { carrier: carrier.clone(), issued, returned, ..Line::default() });
        }
        if let (Some(loss), Some(last)) = (&of.loss, lines.last_mut()) {
            let fault = if loss.by_fault { &words.by_fault } else { &words.not_by_fault };
            let (date, circumstances) = (format_date(loss.reported), &loss.circumstances);
            let values = [("date", date.as_str()), ("circumstances", circumstances), ("fault", fault.as_str())];
            last.lost = if loss.retired { &words.retired } else { &words.lost }.fill(&values);
            if let Some(restored) = &loss.restored {
                let label = read::carrier(self.tables, &restored.on)?.map(|on| on.label).unwrap_or_default();
                let date = self.day(restored.at);
                last.restored = words.restored.fill(&[("date", &date), ("label", &label), ("id", &restored.on)]);
            }
        }
        Ok(lines)
    }

    fn full_name(&self, login: &str) -> Result<String> {
        Ok(read::staff(self.tables, login)?.map_or_else(|| login.to_owned(), |person| person.name.full()))
    }
}
