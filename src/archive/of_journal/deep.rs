//! Judging what is inside an archive: the journal passes its audit, it is the one that `bag-info.txt` names, the ledger
//! written as lines is the ledger in the journal, and the printed documents are those that it issued.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader};

use serde::Deserialize;

use crate::archive::export::{DATABASE, JOURNAL, LEDGER};
use crate::archive::report::Finding;
use crate::archive::verify::Contents;
use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::journal::{self, Journal};
use crate::ledger::chain::hex;
use crate::ledger::store;
use crate::print::{Variant, issue};

/// Judges the content of an archive.
///
/// # Errors
/// Only what makes judging impossible; what is wrong is in the findings.
pub fn check(contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let journal = match Journal::open_copy(contents.journal) {
        Ok(journal) => journal,
        Err(error) => return Ok(vec![Finding::damage(member(JOURNAL), error.message())]),
    };
    let mut findings = Vec::new();
    match journal::audit_file(&journal, &mut |_| {}) {
        Err(error) => findings.push(Finding::damage(member(JOURNAL), error.message())),
        Ok(report) => {
            for finding in &report.findings {
                let place = finding.seq.map(|seq| format!("запись № {seq}: ")).unwrap_or_default();
                findings.push(Finding::damage(member(JOURNAL), format!("{place}{}", finding.what)));
            }
            if !report.tables_compared {
                let what = "таблицы сделаны другой версией программы: проверены записи, а не таблицы";
                findings.push(Finding::note(member(JOURNAL), what));
            }
            let facts = contents.facts;
            let (id, head) = (hex(&report.tip.journal), hex(&report.tip.head));
            if id != facts.journal || head != facts.head || report.tip.seq != facts.length {
                let what = "это не тот журнал или не то его состояние, которое названо в bag-info.txt";
                findings.push(Finding::forgery(member(JOURNAL), what));
            }
        }
    }
    findings.extend(ledger_lines(&journal, contents)?);
    findings.extend(documents(&journal, contents)?);
    Ok(findings)
}

fn member(name: &str) -> String {
    format!("{DATABASE}.zip.age/{name}")
}

/// A line of the exported ledger.
#[derive(Deserialize)]
struct Line {
    seq: u64,
    head: String,
    signature: String,
    payload: String,
}

/// Whether the ledger as lines is the ledger of the journal beside it.
fn ledger_lines(journal: &Tables, contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let differs = |seq: u64| {
        let what = format!("запись № {seq} не та, что в {JOURNAL}");
        Ok(vec![Finding::damage(member(LEDGER), what)])
    };
    let file = File::open(contents.ledger).map_err(|e| Error::file("прочитать", contents.ledger, &e))?;
    let mut seq = 0;
    for line in BufReader::new(file).lines() {
        seq += 1;
        let Some(line) = line.ok().and_then(|line| serde_json::from_str::<Line>(&line).ok()) else {
            return differs(seq);
        };
        let same = store::get(journal.db(), seq).ok().flatten().is_some_and(|record| {
            line.seq == seq
                && line.payload == record.payload
                && line.head == hex(&record.head)
                && line.signature == hex(&record.signature)
        });
        if !same {
            return differs(seq);
        }
    }
    if store::tip(journal.db()).is_ok_and(|tip| tip.seq == seq) { Ok(Vec::new()) } else { differs(seq + 1) }
}

/// Whether every printed document is one that the journal issued, and the last of each that archives hold is there: what
/// else was issued, on one side of the paper or for a meeting, is on paper only.
fn documents(journal: &Tables, contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let sql = "SELECT pdf_sha256, number, title, entry = (SELECT max(entry) FROM documents AS later
               WHERE later.form = documents.form AND later.subject = documents.subject
               AND later.variant = documents.variant), form, subject, variant FROM documents";
    let unreadable =
        |error: &dyn Display| Ok(vec![Finding::damage(member(JOURNAL), format!("реестр документов: {error}"))]);
    let mut statement = match journal.db().prepare(sql) {
        Ok(statement) => statement,
        Err(error) => return unreadable(&error),
    };
    let held: HashSet<(&str, String)> = match issue::everything(journal) {
        Ok(wanted) => wanted.iter().map(|wanted| (wanted.form.id(), wanted.subject.to_string())).collect(),
        Err(error) => return unreadable(&error),
    };
    let rows = statement.query_map([], |row| {
        let (form, subject, variant): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let variant = Variant::parse(&variant).is_ok_and(|variant| !variant.simplex);
        let is_due = row.get(3)? && variant && held.contains(&(form.as_str(), subject));
        Ok((row.get::<_, String>(0)?, (row.get::<_, String>(1)?, row.get::<_, String>(2)?, is_due)))
    });
    let issued: HashMap<String, (String, String, bool)> = match rows.and_then(Iterator::collect) {
        Ok(issued) => issued,
        Err(error) => return unreadable(&error),
    };
    let printed: Vec<_> = contents.members.iter().filter(|member| member.package != DATABASE).collect();
    let mut findings = Vec::new();
    for paper in &printed {
        if !issued.contains_key(&paper.member.sum.to_string()) {
            let place = format!("{}.zip.age/{}", paper.package, paper.member.path);
            findings.push(Finding::damage(place, "такого документа журнал не выдавал"));
        }
    }
    for (sum, (number, title, is_due)) in &issued {
        let is_missing = || printed.iter().all(|paper| paper.member.sum.to_string() != *sum) && !printed.is_empty();
        if contents.complete && *is_due && is_missing() {
            findings.push(Finding::damage("data", format!("нет выданного документа № {number} «{title}»")));
        }
    }
    Ok(findings)
}
