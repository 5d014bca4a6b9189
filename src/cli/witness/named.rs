//! `letopis witness list`: whom the school has named as witnesses, and how they stand.

use crate::cli::{Common, screen, session};
use crate::error::Result;
use crate::journal::read;
use crate::school::{RECORDS, counted};
use crate::work::submission::{self, Standing};
use std::process::ExitCode;

/// How a witness stands, in one line: for how many records he has vouched, or since when he does not answer.
pub fn standing(standing: &Standing) -> String {
    let signed = match standing.signed {
        Some((size, at)) => format!("подписал {}, {}", counted(size, RECORDS), at.format("%d.%m.%Y")),
        None => "ещё ничего не подписал".to_owned(),
    };
    let lacks = match standing.lacks {
        0 => String::new(),
        lacks => format!("; не подписано: {lacks}"),
    };
    let failed = standing.failed.as_ref().map(|failed| {
        let (why, since) = (&failed.why, failed.since.format("%d.%m.%Y %H:%M UTC"));
        format!("; с {since} не подписывает: {why}")
    });
    format!("{signed}{lacks}{}", failed.unwrap_or_default())
}

/// Whom the school has named, and how they stand.
pub fn list(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let all = read::witnesses(journal.tables())?;
    if common.json {
        screen::json(&serde_json::Value::Array(all.iter().map(json).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    let stand = submission::standing(journal.tables(), journal.path(), read::ledger::tip(journal.tables())?)?;
    let rows = all.into_iter().map(|witness| {
        let now = stand.iter().find(|now| now.witness == witness).map(standing);
        let removed = witness.removed.map(|removed| format!("убран {}", removed.at.format("%d.%m.%Y"))).or(now);
        vec![
            witness.entry.into(),
            witness.name.into(),
            witness.key.to_string().into(),
            witness.url.unwrap_or_default().into(),
            witness.at.format("%d.%m.%Y").to_string().into(),
            removed.unwrap_or_default().into(),
        ]
    });
    let columns = [
        ("entry", "Запись"),
        ("name", "Свидетель"),
        ("key", "Ключ"),
        ("url", "Адрес"),
        ("at", "Назван"),
        ("state", "Подписи"),
    ];
    screen::list(false, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}

/// A witness that the school named, for scripts.
pub fn json(witness: &read::Witness) -> serde_json::Value {
    let removed = witness.removed.as_ref().map(|removed| {
        serde_json::json!({
            "entry": removed.entry, "at": removed.at.to_rfc3339(), "by": removed.by, "reason": removed.reason,
        })
    });
    serde_json::json!({
        "entry": witness.entry, "name": witness.name, "key": witness.key.to_string(), "url": witness.url,
        "at": witness.at.to_rfc3339(), "by": witness.by, "removed": removed,
    })
}
