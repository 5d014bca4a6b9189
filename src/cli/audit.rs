//! `letopis audit`: proves the journal.

use super::{Common, screen, session};
use crate::archive::bag::Facts;
use crate::archive::of_journal::make;
use crate::error::{Error, Result};
use crate::journal::{self, Journal};
use crate::ledger::chain::{hex, parse_hash};
use clap::Args;
use std::path::Path;
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
        let contradictions = match &self.against {
            Some(witness) => against(&journal, witness)?,
            None => Vec::new(),
        };
        report.count += contradictions.len();
        report.findings.extend(contradictions.into_iter().map(|what| journal::Finding { seq: None, what }));
        if common.json {
            screen::json(&serde_json::json!({
                "clean": report.is_clean(), "entries": report.tip.seq, "journal": hex(&report.tip.journal),
                "head": hex(&report.tip.head), "count": report.count,
                "findings": report.findings.iter()
                    .map(|f| serde_json::json!({"entry": f.seq, "what": f.what})).collect::<Vec<_>>(),
            }));
        } else {
            say(&report);
            if let (Some(witness), true) = (&self.against, report.is_clean()) {
                println!("Сверено с «{witness}»: эти записи в журнале есть, конец не отрезан.");
            }
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

/// What an outside witness says against the journal.
fn against(journal: &Journal, witness: &str) -> Result<Vec<String>> {
    if Path::new(witness).is_dir() {
        let archives = make::facts_under(Path::new(witness))?;
        let id = hex(&journal.tip()?.journal);
        let contradictions = archives.iter().map(|(name, facts)| against_archive(journal, &id, name, facts));
        return Ok(contradictions.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect());
    }
    let digits: String = witness.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let head = parse_hash(&digits).ok_or_else(|| {
        Error::input(format!("«{witness}» не папка архива и не контрольная сумма"))
            .next("укажите папку архива на носителе или 64 цифры суммы с листа-заверителя")
    })?;
    let found = journal::read::ledger::position_of(journal.tables(), &head)?;
    let what = "в журнале нет записи с этой контрольной суммой: конец журнала отрезан или это другой журнал";
    Ok(if found.is_none() { vec![what.to_owned()] } else { Vec::new() })
}

/// What an archive's last head says against the journal.
fn against_archive(journal: &Journal, id: &str, name: &str, facts: &Facts) -> Result<Option<String>> {
    if facts.journal != id {
        return Ok(Some(format!("архив {name} сделан по другому журналу ({})", facts.journal)));
    }
    let head = parse_hash(&facts.head)
        .map(|head| journal::read::ledger::position_of(journal.tables(), &head))
        .transpose()?
        .flatten();
    Ok((head != Some(facts.length)).then(|| {
        format!("в архиве {name} {} записей с другой суммой: конец журнала отрезан или записи подменены", facts.length)
    }))
}
