//! `letopis audit`: proves the journal.

use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::{self, Journal};
use crate::ledger::chain::{hex, parse_hash};
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct Audit {
    /// Сравнить с архивом (папка) или с контрольной суммой журнала, напечатанной на бумаге
    #[arg(long, value_name = "АРХИВ|СУММА")]
    against: Option<String>,
}

impl Audit {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let journal = session::journal(common)?;
        let bar = screen::progress("Проверка записей");
        bar.set_length(journal.tip()?.seq);
        let mut report = journal.audit(&mut |done| bar.set_position(done))?;
        bar.finish_and_clear();
        if let Some(witness) = &self.against
            && let Some(what) = against(&journal, witness)?
        {
            report.count += 1;
            report.findings.push(journal::Finding { seq: None, what });
        }
        if common.json {
            screen::json(&serde_json::json!({
                "clean": report.is_clean(), "entries": report.tip.seq, "journal": hex(&report.tip.journal),
                "head": hex(&report.tip.head), "count": report.count,
                "findings": report.findings.iter()
                    .map(|f| serde_json::json!({"entry": f.seq, "what": f.what})).collect::<Vec<_>>(),
            }));
        } else {
            say(&report);
        }
        Ok(ExitCode::from(u8::from(!report.is_clean())))
    }
}

fn say(report: &journal::Report) {
    println!("Журнал {}", hex(&report.tip.journal));
    println!("Записей: {}, последняя сумма: {}", report.tip.seq, hex(&report.tip.head));
    if report.is_clean() {
        println!("Журнал цел: цепочка, подписи, права и правила проверены, таблицы совпадают с записями.");
        return;
    }
    for finding in &report.findings {
        match finding.seq {
            Some(seq) => println!("Запись № {seq}: {}", finding.what),
            None => println!("{}", finding.what),
        }
    }
    if report.count > report.findings.len() {
        println!("… и ещё: {}", report.count - report.findings.len());
    }
    println!("Найдено нарушений: {}. Не печатайте и не архивируйте журнал, сообщите директору;", report.count);
    println!("сверьте его с архивной копией: letopis audit --against АРХИВ.");
}

/// What an outside witness says against the journal, if anything.
fn against(journal: &Journal, witness: &str) -> Result<Option<String>> {
    let digits: String = witness.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let head = parse_hash(&digits).ok_or_else(|| {
        Error::input(format!("«{witness}» не папка архива и не контрольная сумма"))
            .next("укажите папку архива на носителе или 64 цифры суммы с листа-заверителя")
    })?;
    let found = journal::position_of(journal.tables(), &head)?;
    Ok(match found {
        Some(_) => None,
        None => Some(
            "в журнале нет записи с этой контрольной суммой: конец журнала отрезан или это другой журнал".to_owned(),
        ),
    })
}
