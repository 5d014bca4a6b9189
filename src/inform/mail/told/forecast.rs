//! The forecast of a period (§4.3), once a week: what each subject comes to as things stand, and what is lacking (§2.3.1).

use super::absence::monday;
use super::{Before, Child, Line};
use crate::error::Result;
use crate::inform::diary::{self, lack_in_words};
use crate::journal::read::{Pupil, Tables};
use crate::school::{ClassName, Day, PeriodName, School};

/// The forecast of a pupil in the week of a day; nothing in holidays, and where there is nothing to foretell.
///
/// # Errors
/// Tables that do not read.
pub fn forecast(
    tables: &Tables,
    school: &School,
    (pupil, class): (&Pupil, &ClassName),
    day: Day,
    before: &dyn Before,
) -> Result<Option<Child>> {
    let fact = format!("forecast/{}", monday(day));
    let Some(period) = school.periods_of(class).into_iter().find(|of| (of.begins..=of.ends).contains(&day)) else {
        return Ok(None);
    };
    if before.value(&fact)?.is_some() {
        return Ok(None);
    }
    let mut child = Child::new(pupil, class);
    let mut lines = Vec::new();
    for line in diary::period(tables, pupil, &PeriodName::from(&period.name))? {
        let Some(outlook) = &line.outlook else { continue };
        let mut said = Vec::new();
        if let Some(set) = &line.final_mark {
            said.push(format!("итоговая отметка {set}"));
        } else {
            let average = outlook.average.map(|average| format!("средний балл {average:.2}").replace('.', ","));
            said.extend(average);
            said.extend(Some(format!("выходит {}", outlook.forecast)).filter(|_| !outlook.forecast.is_empty()));
            said.extend(Some(lack_in_words(outlook)).filter(|lack| !lack.is_empty()));
        }
        if !said.is_empty() {
            let group = if line.group.is_empty() { String::new() } else { format!(" ({})", line.group) };
            lines.push(Line::new(format!("{}{group}", line.subject), said.join("; ")));
        }
    }
    child.tell(pupil, fact, "");
    child.say(format!("Прогноз: {}", period.name), lines);
    Ok(child.if_anything())
}
