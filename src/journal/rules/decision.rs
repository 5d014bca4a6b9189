//! Decisions of the pedagogical council: words of a list that suit the pupil's grade.

use super::{Context, known_pupil, text};
use crate::error::{Error, Result};
use crate::journal::entry::{DecisionSet, Entry};
use crate::journal::read;
use crate::school::decision::{Resolution, not_listed, words_for};
use crate::school::format_date;
use chrono::NaiveDate;

/// From which rules on a decision is words of the list.
const LISTED_SINCE: u32 = 2;

/// A decision is made, is in the list (or among the school's own), and may be made of somebody of this grade.
pub fn of_the_council(context: &Context<'_>, entry: &Entry, set: &DecisionSet, today: NaiveDate) -> Result<()> {
    let pupil = known_pupil(context.tables, &set.pupil)?;
    text::is_given(&set.decision, "решение")?;
    if set.date > today {
        return Err(Error::input(format!("решение от {} ещё не принято", format_date(set.date)))
            .next("проверьте дату педагогического совета"));
    }
    if entry.rules < LISTED_SINCE {
        return Ok(());
    }
    let name = read::name_of(context.tables, &pupil)?;
    let stays = read::stays_of(context.tables, pupil.id)?;
    let Some((class, _)) = stays.last() else {
        return Err(Error::refused(format!("{name}: не зачислен(а) ни в один класс, решать не о чем"))
            .next("зачислите ученика или проверьте номер личного дела"));
    };
    let policy = &context.school.policy;
    let Some(resolution) = Resolution::parse(&set.decision, &policy.decisions) else {
        return Err(not_listed(&set.decision, class.grade(), &policy.decisions));
    };
    let unmarked = policy.unmarked_grades.contains(&class.grade());
    match resolution.why_not(class.grade(), unmarked) {
        None => Ok(()),
        Some(why) => {
            let words = words_for(class.grade(), &policy.decisions).join("», «");
            Err(Error::refused(format!("{name}, {class}: «{}» — {why}", set.decision))
                .next(format!("для {} класса подходит: «{words}»", class.grade())))
        }
    }
}
