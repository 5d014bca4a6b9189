//! Rules for documents, carriers and archive copies (§2.5, §5).

use super::{Context, text};
use crate::error::{Error, Result};
use crate::journal::entry::{ArchiveCreated, ArchiveVerified, CarrierRegistered, DocumentIssued};
use crate::journal::find;
use crate::ledger::chain::parse_hash;
use crate::school::School;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;

/// The running number of the next document of the register.
pub fn next_running(tables: &Connection) -> Result<u64> {
    let issued: u64 = tables.prepare_cached("SELECT count(*) FROM documents")?.query_row([], |row| row.get(0))?;
    Ok(issued + 1)
}

/// A register number: the year the school year began in, and a running number (`2025-0143`).
pub fn register_number(school: &School, running: u64) -> String {
    use chrono::Datelike;
    format!("{}-{running:04}", school.year.begins.year())
}

/// A document takes the next number, shows a state that was, and has pages.
pub fn document(context: &Context<'_>, issued: &DocumentIssued) -> Result<()> {
    let expected = register_number(context.school, next_running(context.tables)?);
    if issued.number != expected {
        return Err(Error::refused(format!("документ получил № {}, а следующий — № {expected}", issued.number))
            .next("повторите печать: другой документ выдан в то же время"));
    }
    let digests = issued.pages.iter().map(|page| &page.0).chain([&issued.pdf_sha256]);
    let bad_digest = digests.chain(issued.resources.iter().map(|r| &r.sha256)).any(|hex| parse_hash(hex).is_none());
    if issued.at_entry >= context.seq || issued.pages.is_empty() || issued.leaves == 0 || bad_digest {
        return Err(Error::refused(format!("документ № {} описан неверно", issued.number)));
    }
    text::is_given(&issued.title, "название документа")
}

/// A carrier with an id and a label of its own, held by somebody who works here. Registered again, it takes what is said
/// of it now; to say the same again is a mistake.
pub fn carrier(tables: &Connection, carrier: &CarrierRegistered) -> Result<()> {
    text::is_given(&carrier.id, "номер носителя")?;
    text::is_given(&carrier.label, "надпись на носителе")?;
    text::is_given(&carrier.place, "место хранения")?;
    match find::staff(tables, &carrier.holder)? {
        Some(holder) if !holder.dismissed => {}
        _ => {
            return Err(Error::input(format!("хранителя «{}» нет среди сотрудников", carrier.holder))
                .next("укажите логин из letopis staff list"));
        }
    }
    let same = "SELECT 1 FROM carriers WHERE id = ?1 AND label = ?2 AND holder = ?3 AND place = ?4 AND device = ?5";
    let CarrierRegistered { id, label, holder, place, device } = carrier;
    if tables.prepare_cached(same)?.exists(params![id, label, holder, place, device])? {
        return Err(Error::refused(format!("носитель «{label}» уже зарегистрирован")));
    }
    if tables.prepare_cached("SELECT 1 FROM carriers WHERE id <> ?1 AND label = ?2")?.exists(params![id, label])? {
        return Err(Error::refused(format!("надпись «{label}» уже зарегистрирована за другим носителем"))
            .next("дайте носителю другую надпись: --label"));
    }
    Ok(())
}

/// §2.5, §5.5.4: a copy on at least two carriers of different holders, kept in different places.
pub fn archive(context: &Context<'_>, archive: &ArchiveCreated) -> Result<()> {
    let tables = context.tables;
    if tables.prepare_cached("SELECT 1 FROM archives WHERE name = ?1")?.exists([&archive.name])? {
        return Err(Error::refused(format!("архив «{}» уже записан", archive.name)));
    }
    if archive.length >= context.seq
        || parse_hash(&archive.head).is_none()
        || parse_hash(&archive.tagmanifest).is_none()
    {
        return Err(Error::refused(format!("архив «{}» описан неверно", archive.name)));
    }
    if !archive.signer.is_empty() && find::key(tables, &archive.signer)?.is_none() {
        return Err(Error::refused(format!(
            "архив «{}» подписан ключом {}, которого нет в журнале",
            archive.name, archive.signer
        )));
    }
    let (mut ids, mut holders, mut places) = (HashSet::new(), HashSet::new(), HashSet::new());
    for copy in &archive.copies {
        let sql = "SELECT holder, place FROM carriers WHERE id = ?1";
        let row: Option<(String, String)> =
            tables.prepare_cached(sql)?.query_row([&copy.carrier], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (holder, place) = row.ok_or_else(|| {
            Error::refused(format!("носитель {} не зарегистрирован", copy.carrier))
                .next("зарегистрируйте его: letopis carrier register")
        })?;
        ids.insert(&copy.carrier);
        holders.insert(holder);
        places.insert(crate::school::fold(&place));
    }
    if ids.len() < 2 || ids.len() != archive.copies.len() || holders.len() < 2 || places.len() < 2 {
        return Err(Error::refused(
            "§2.5, §5.5.4: нужны две копии на двух носителях с разными хранителями и местами хранения",
        )
        .next("зарегистрируйте носители за директором и за завучем: letopis carrier register"));
    }
    Ok(())
}

/// A verification of an archive that this journal wrote.
pub fn verification(tables: &Connection, verified: &ArchiveVerified) -> Result<()> {
    if tables.prepare_cached("SELECT 1 FROM archives WHERE name = ?1")?.exists([&verified.archive])? {
        return Ok(());
    }
    Err(Error::refused(format!("архив «{}» в журнале не записан", verified.archive)))
}
