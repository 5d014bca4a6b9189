//! Judging what is inside an archive: the journal passes its audit, it is the one that `bag-info.txt` names, the ledger
//! written as lines is the ledger in the journal, and the printed documents are those that it issued.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader};

use serde::Deserialize;

use crate::archive::bag::{Facts, INFO};
use crate::archive::export::{DATABASE, JOURNAL, LEDGER};
use crate::archive::report::Finding;
use crate::archive::verify::Contents;
use crate::error::{Error, Result};
use crate::files;
use crate::journal::{Proven, read};
use crate::ledger::chain::hex;
use crate::print::check::{self, Again};
use crate::print::register::Registered;
use crate::print::{Layouts, Variant, issue};
use crate::work::checkpoint::Cosigned;

/// Judges the content of an archive.
///
/// # Errors
/// Only what makes judging impossible; what is wrong is in the findings.
pub fn check(contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let (report, proven) = match Proven::of_copy(contents.journal) {
        Ok(proven) => proven,
        Err(error) => return Ok(vec![Finding::damage(member(JOURNAL), error.message())]),
    };
    let mut findings = Vec::new();
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
    // Of a journal that is not what it should be nothing else is asked.
    if let Some(proven) = proven {
        findings.extend(ledger_lines(&proven, contents)?);
        findings.extend(checkpoint(&proven, facts)?);
        match documents(&proven, contents) {
            Ok(found) => findings.extend(found),
            Err(error) => {
                findings.push(Finding::damage(member(JOURNAL), format!("реестр документов: {}", error.message())));
            }
        }
    }
    Ok(findings)
}

fn member(name: &str) -> String {
    format!("{DATABASE}.zip.age/{name}")
}

/// Whether the journal begins with the checkpoint that `bag-info.txt` names.
fn checkpoint(proven: &Proven, facts: &Facts) -> Result<Option<Finding>> {
    let Some(note) = &facts.checkpoint else { return Ok(None) };
    let told = match Cosigned::kept(note, None).and_then(|cosigned| cosigned.ask(proven)) {
        Ok(testimony) => testimony.length.err().filter(|_| testimony.lost_in.is_none()),
        Err(error) => Some(error.message().to_owned()),
    };
    Ok(told.map(|what| Finding::forgery(INFO, what)))
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
fn ledger_lines(proven: &Proven, contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let differs = |seq: u64| {
        let what = format!("запись № {seq} не та, что в {JOURNAL}");
        Ok(vec![Finding::damage(member(LEDGER), what)])
    };
    let file = files::open(contents.ledger).map_err(|e| Error::file("прочитать", contents.ledger, &e))?;
    let mut seq = 0;
    for line in BufReader::new(file).lines() {
        seq += 1;
        let Some(line) = line.ok().and_then(|line| serde_json::from_str::<Line>(&line).ok()) else {
            return differs(seq);
        };
        let same = proven.record(seq).is_ok_and(|record| {
            line.seq == seq
                && line.payload == record.payload
                && line.head == hex(&record.head)
                && line.signature == hex(&record.signature)
        });
        if !same {
            return differs(seq);
        }
    }
    if proven.tip().seq == seq { Ok(Vec::new()) } else { differs(seq + 1) }
}

/// Whether every printed document is one that the journal issued, and the last of each that archives hold is there: what
/// else was issued, on one side of the paper or for a meeting, is on paper only. What is there is rendered again from the
/// ledger as it stood, and compared.
fn documents(proven: &Proven, contents: &Contents<'_>) -> Result<Vec<Finding>> {
    let tables = proven.tables()?;
    let issued: Vec<Registered> = read::documents::documents(&tables)?;
    let held: HashSet<(&str, String)> =
        issue::everything(&tables)?.iter().map(|wanted| (wanted.form.id(), wanted.subject.to_string())).collect();
    let printed: Vec<_> = contents.members.iter().filter(|member| member.package != DATABASE).collect();
    let sums: HashSet<String> = printed.iter().map(|paper| paper.member.sum.to_string()).collect();
    let signatures = read::signatures::files_after(&tables, 0)?;
    let is_of_signature = |sum: &str| signatures.iter().any(|(_, digest)| digest == sum);
    let mut findings = Vec::new();
    for paper in &printed {
        let sum = paper.member.sum.to_string();
        if !issued.iter().any(|document| document.pdf_sha256 == sum) && !is_of_signature(&sum) {
            let place = format!("{}.zip.age/{}", paper.package, paper.member.path);
            findings.push(Finding::damage(place, "такого документа журнал не выдавал"));
        }
    }
    for document in issued.iter().filter(|_| contents.complete && !printed.is_empty()) {
        let same = |other: &&Registered| {
            (&other.form, &other.subject, &other.variant) == (&document.form, &document.subject, &document.variant)
        };
        let is_last = issued.iter().filter(same).all(|other| other.entry <= document.entry);
        let is_held = held.contains(&(document.form.as_str(), document.subject.clone()));
        let both_sides = Variant::parse(&document.variant).is_ok_and(|variant| !variant.simplex);
        // Leaves that replaced others belong to their book.
        let replaces = read::folder::replaces(&tables, &document.number)?;
        let of_held = replaces.is_some_and(|replaces| {
            issued.iter().any(|book| book.number == replaces.book && sums.contains(&book.pdf_sha256))
                && read::later_issue(&tables, &document.number).is_ok_and(|later| later.is_none())
        });
        if (is_last && is_held && both_sides || of_held) && !sums.contains(&document.pdf_sha256) {
            let (number, title) = (&document.number, &document.title);
            findings.push(Finding::damage("data", format!("нет выданного документа № {number} «{title}»")));
        }
    }
    for document in issued.iter().filter(|document| sums.contains(&document.pdf_sha256)) {
        let lacks = |(number, digest): &&(String, String)| *number == document.number && !sums.contains(digest);
        if signatures.iter().any(|file| lacks(&file)) {
            let (number, title) = (&document.number, &document.title);
            findings.push(Finding::damage("data", format!("нет файлов подписи документа № {number} «{title}»")));
        }
    }
    let there = issued.into_iter().filter(|document| sums.contains(&document.pdf_sha256)).collect();
    findings.extend(rendered_again(proven, there)?);
    Ok(findings)
}

/// Renders the documents again; what differs for no known reason was not made from this ledger.
fn rendered_again(proven: &Proven, documents: Vec<Registered>) -> Result<Vec<Finding>> {
    let mut changed: BTreeMap<String, u32> = BTreeMap::new();
    let mut findings = Vec::new();
    for (document, again) in check::print_again(proven, &Layouts::load(None)?, documents)? {
        match again {
            Again::Identical | Again::SameText => {}
            Again::Differs(what) => *changed.entry(what.join(", ")).or_default() += 1,
            Again::Unexplained => {
                let what = format!("документ № {}: по записям журнала печатается другой текст", document.number);
                findings.push(Finding::damage(member(JOURNAL), what));
            }
        }
    }
    findings.extend(changed.into_iter().map(|(what, count)| {
        let what = format!("документов, которые сегодня печатаются иначе, потому что изменились {what}: {count}");
        Finding::note(member(JOURNAL), what)
    }));
    Ok(findings)
}
