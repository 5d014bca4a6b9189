//! Final marks, as soon as they are set (§4.4).

use super::{Before, Child, Line, digest::corrected};
use crate::error::Result;
use crate::inform::diary;
use crate::journal::read::{Pupil, Tables};
use crate::school::{ClassName, Day};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The final marks that entries set for a pupil, as far as a reader does not know them.
///
/// # Errors
/// Tables that do not read.
pub fn finals(
    tables: &Tables,
    (pupil, class): (&Pupil, &ClassName),
    entries: &RangeInclusive<u64>,
    day: Day,
    before: &dyn Before,
) -> Result<Option<Child>> {
    let mut child = Child::new(pupil, class);
    let mut periods: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for of in diary::news(tables, pupil, entries, day)?.finals {
        let (fact, mark) = (format!("final/{}/{}", of.period, of.subject), of.mark.to_string());
        let said = match before.value(&fact)? {
            Some(told) if told == mark => continue,
            Some(told) => corrected(&told, &mark),
            None => mark.clone(),
        };
        periods.entry(of.period.to_string()).or_default().push(Line::new(&of.subject, said));
        child.tell(pupil, fact, mark);
    }
    for (period, lines) in periods {
        child.say(format!("Итоговые отметки: {period}"), lines);
    }
    Ok(child.if_anything())
}
