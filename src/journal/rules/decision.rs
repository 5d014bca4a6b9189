//! Decisions of the pedagogical council: words of a list that suit the pupil's grade.

use super::{Context, known_pupil, text};
use crate::error::{Error, Result, Warning};
use crate::journal::entry::{DecisionSet, Entry};
use crate::journal::read;
use crate::school::decision::{Resolution, not_listed, words_for};
use crate::school::{ClassName, format_date};
use chrono::{Duration, NaiveDate};

/// From which rules on a decision is words of the list, has the number of its protocol, and can be withdrawn.
const LISTED_SINCE: u32 = 2;

/// A decision is made, is in the list (or among the school's own), and may be made of somebody of this grade. One without
/// words withdraws the one that stands.
pub fn of_the_council(
    context: &Context<'_>,
    entry: &Entry,
    set: &DecisionSet,
    today: NaiveDate,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let pupil = known_pupil(context.tables, &set.pupil)?;
    let withdraws = entry.rules >= LISTED_SINCE && set.decision.is_empty();
    if !withdraws {
        text::is_given(&set.decision, "решение")?;
    }
    if set.date > today {
        return Err(Error::input(format!("решение от {} ещё не принято", format_date(set.date)))
            .next("проверьте дату педагогического совета"));
    }
    if entry.rules < LISTED_SINCE {
        return Ok(());
    }
    text::is_given(&set.number, "номер протокола педагогического совета")?;
    text::fits(&set.number, "номер протокола")?;
    let name = read::name_of(context.tables, &pupil)?;
    if withdraws {
        if read::decision_of(context.tables, pupil.id)?.is_none() {
            return Err(Error::refused(format!("{name}: решения педагогического совета нет, отзывать нечего"))
                .next("проверьте ученика"));
        }
        return Ok(());
    }
    let stays = read::stays_of(context.tables, pupil.id)?;
    let Some((class, _)) = stays.last() else {
        return Err(Error::refused(format!("{name}: {} ни в один класс, решать не о чем", pupil.agree("не зачислен")))
            .next("зачислите ученика или проверьте номер личного дела"));
    };
    let policy = &context.school.policy;
    let Some(resolution) = Resolution::parse(&set.decision, &policy.decisions) else {
        return Err(not_listed(&set.decision, class.grade(), &policy.decisions));
    };
    let unmarked = policy.unmarked_grades.contains(&class.grade());
    match resolution.why_not(class.grade(), unmarked) {
        None => {
            if !entry.taken_over {
                warnings.extend(too_early(context, class, set.date));
            }
            Ok(())
        }
        Some(why) => {
            let words = words_for(class.grade(), &policy.decisions).join("», «");
            Err(Error::refused(format!("{name}, {class}: «{}» — {why}", set.decision))
                .next(format!("для {} класса подходит: «{words}»", class.grade())))
        }
    }
}

/// What is to be said of a decision of a day when the marks of the last period cannot be there yet.
fn too_early(context: &Context<'_>, class: &ClassName, date: NaiveDate) -> Option<Warning> {
    let last = context.school.periods_of(class).last()?.ends;
    let first = last - Duration::days(context.school.policy.final_days.into());
    (date < first).then(|| {
        Warning::from(format!(
            "решение от {} принято до конца учебного года: отметки за последний период выставляются с {}; проверьте дату",
            format_date(date),
            format_date(first)
        ))
    })
}
