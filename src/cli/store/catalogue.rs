//! `letopis store catalogue`: what lies in a third place, of all schools, as a table, a page and a file for spreadsheets.

use crate::cli::{Common, screen, session};
use crate::error::Result;
use crate::school::Clock;
use crate::store::catalogue::{Catalogue as Gathered, HEADINGS, Row, Wish, page};
use crate::store::trust::Trust;
use crate::work::stores::Store as Opened;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Catalogue {
    /// Записать каталог страницей, которую откроет любой браузер
    #[arg(long, visible_alias = "страница", value_name = "ФАЙЛ.html")]
    html: Option<PathBuf>,
    /// Записать каталог таблицей CSV
    #[arg(long, value_name = "ФАЙЛ.csv")]
    csv: Option<PathBuf>,
    /// Отпечатки ключей школ и проверяющих (trust.toml)
    #[arg(long, visible_alias = "доверие", value_name = "ФАЙЛ")]
    trust: Option<PathBuf>,
    /// Через сколько дней проверка считается просроченной
    #[arg(long, visible_alias = "дней", value_name = "ДНЕЙ", default_value_t = 365)]
    days: u32,
}

impl Catalogue {
    /// The exit status is 1 where something should be done.
    pub fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let trust = self.trust.as_deref().map(Trust::read).transpose()?;
        let wish = Wish { now: session::SystemClock.now(), days: self.days, trust: trust.as_ref() };
        let found = store.catalogue(&wish)?;
        if let Some(file) = &self.html {
            screen::write_new(file, page(&found)?.as_bytes())?;
        }
        let rows: Vec<Vec<String>> = found.rows.iter().map(Row::cells).collect();
        if let Some(file) = &self.csv {
            screen::csv(file, &HEADINGS, &rows)?;
        }
        match common.json {
            true => screen::json(&found.rows.iter().map(as_json).collect::<Vec<_>>().into()),
            false => say(&found, &rows),
        }
        Ok(ExitCode::from(u8::from(found.is_due())))
    }
}

fn say(found: &Gathered, rows: &[Vec<String>]) {
    // Sixty-four digits are for programs: they are in the file and in the JSON.
    let seen = |at: &usize| HEADINGS.get(*at) != Some(&"Код архива");
    let headings: Vec<&str> = (0..HEADINGS.len()).filter(seen).filter_map(|at| HEADINGS.get(at).copied()).collect();
    let short = |row: &Vec<String>| (0..row.len()).filter(seen).filter_map(|at| row.get(at).cloned()).collect();
    screen::table(&headings, &rows.iter().map(short).collect::<Vec<Vec<String>>>());
    println!("{}.", found.in_words());
    if found.strange > 0 {
        println!("Неизвестных файлов: {}. Первые из них:", found.strange);
        found.strangers.iter().take(5).for_each(|key| println!("  {key}"));
    }
    for what in &found.doubtful {
        screen::warning(&format!("итог проверки не считается: {what}"));
    }
}

fn as_json(row: &Row) -> Value {
    let lying = row.lying.as_ref();
    let facts = lying.and_then(|lying| lying.facts.as_ref());
    let created = facts.and_then(|facts| facts.created.get(..10)).unwrap_or_default();
    let verified = row.verified.as_ref().map(|seen| {
        json!({
            "at": seen.at.to_rfc3339(), "by": seen.by, "key": seen.key, "known": seen.known, "run": seen.statement.run,
            "depth": seen.statement.depth, "verdict": seen.statement.verdict,
        })
    });
    json!({
        "school": row.shelf.school(), "year": row.shelf.year(), "name": row.shelf.bag(),
        "period": facts.map_or("", |facts| facts.period.as_str()), "created": created,
        "bytes": lying.map_or(0, |lying| lying.bytes), "finished": lying.is_some_and(|lying| lying.finished),
        "code": lying.and_then(|lying| lying.code.as_deref()).unwrap_or_default(), "verified": verified,
        "due": row.is_due(), "state": row.state(),
    })
}
