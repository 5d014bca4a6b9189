//! When counts of a period may leave the school: once, and when nothing more happens in it.

use super::{Context, YEARLY};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::StatisticsExported;
use crate::journal::read::{self, Tables};
use crate::ledger::chain::parse_hash;
use crate::school::{Day, School, format_date};

/// The period is over, and its table was not given out before: two tables of one period would tell what was put right
/// between them.
///
/// # Errors
/// Another export; one that is described wrongly.
pub fn exported(context: &Context<'_>, exported: &StatisticsExported, today: Day) -> Result<()> {
    let period = &exported.period;
    if parse_hash(&exported.sha256).is_none() {
        return Err(Error::refused(format!("выгрузка за период «{period}» описана неверно")).next("сделайте её заново"));
    }
    is_over(context.tables, &read::school(context.tables)?, period, today)?;
    match read::statistics_of(context.tables, period)?.filter(|_| !exported.rows) {
        None => Ok(()),
        Some(earlier) => Err(once(period, earlier.entry)),
    }
}

/// Why a second table of a period is refused.
pub fn once(period: &str, entry: u64) -> Error {
    Error::refused(format!(
        "статистика за период «{period}» уже выдана (запись № {entry}), а данные периода с тех пор изменились: \
         по разности двух выгрузок нашли бы, у кого именно"
    ))
    .next("пользуйтесь прежней выгрузкой; исправленное в неё не вносится")
    .then("выгрузите следующий закрытый период, когда он кончится")
}

/// Whether nothing more happens in a period: it is past for every class that has it, and the year is closed where it is
/// «Год».
///
/// # Errors
/// A period that is not over, or is none.
pub fn is_over(tables: &Tables, school: &School, period: &str, today: Day) -> Result<()> {
    if YEARLY.first() == Some(&period) {
        return match read::is_closed(tables)? {
            true => Ok(()),
            false => Err(Error::refused("учебный год не закрыт: его итоги ещё меняются")
                .next_by("закройте год", Action::CloseYear)),
        };
    }
    let ends = school.periods.iter().filter(|known| known.name == period).map(|known| known.ends).max();
    let Some(ends) = ends else {
        return Err(Error::input(format!("«{period}» — не период"))
            .next_by("укажите четверть, полугодие или «Год»", Action::Give(Detail::Period)));
    };
    if today > ends {
        return Ok(());
    }
    let (ends, today) = (format_date(ends), format_date(today));
    Err(Error::refused(format!("«{period}» кончается {ends}, а сегодня {today}: выгружаются только закрытые периоды"))
        .next(
            "дождитесь конца периода; выгрузка делается один раз, поэтому сначала внесите всё, чего в нём не хватает",
        ))
}
