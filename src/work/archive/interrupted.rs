//! Taking up a run that was interrupted: what it left on the carriers is cleared up, completed or given back its declaration.

use super::make::{Made, kind_of};
use super::trust::Witness;
use crate::archive::anchor::Anchor;
use crate::archive::bag::Content;
use crate::archive::carrier::{Carrier, locate};
use crate::archive::create;
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::settle::{State, Summary, settle};
use crate::archive::verify::{Request, verify};
use crate::error::{Error, Result, Warning};
use crate::journal::entry::{ArchiveCreated, CopyOn};
use crate::journal::read::{self, Tables};
use crate::journal::{Author, Journal, Proven};

/// Recorded archives on the carriers that lost their `bagit.txt` get it again, where every sum and the signature hold.
pub(super) fn declare_again(
    tables: &Tables,
    carriers: &[Carrier],
    notes: &mut Vec<Warning>,
    progress: &dyn Progress,
) -> Result<()> {
    for carrier in carriers {
        for bag in locate(carrier.folder())?.unfinished {
            let name = bag.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let known = read::archive(tables, &name)?.map(|archive| archive.code);
            let code = carrier.bag(&name).code().ok().map(|code| code.to_string());
            if known.is_none() || known != code || !carrier.bag(&name).is_sealed() {
                continue;
            }
            notes.push(match settle(carrier, &name, progress) {
                Ok(_) => {
                    format!("у архива «{}» пропал bagit.txt; всё остальное сверено, он записан снова", bag.display())
                        .into()
                }
                Err(error) => format!("{}; пропавший bagit.txt ему не возвращён", error.message()).into(),
            });
        }
    }
    Ok(())
}

/// The archive of an interrupted run.
pub(super) struct Interrupted {
    summary: Summary,
    /// Fingerprint of the key that signed it.
    signer: String,
}

/// The first name of this kind that no recorded archive has, and the archive of an interrupted run under it.
pub(super) fn free_name(
    proven: &Proven,
    carriers: &[Carrier],
    base: &str,
    notes: &mut Vec<Warning>,
    progress: &dyn Progress,
) -> Result<(String, Option<Interrupted>)> {
    let tables = proven.tables()?;
    for number in 1.. {
        let name = if number == 1 { base.to_owned() } else { format!("{base}-{number}") };
        if read::archive(&tables, &name)?.is_some() {
            continue;
        }
        let mut found: Vec<Summary> = Vec::new();
        for carrier in carriers {
            let (state, note) = settle(carrier, &name, progress)?;
            notes.extend(note.map(Warning::from));
            if let State::Whole(summary) = state {
                found.push(*summary);
            }
        }
        let one_archive = found.windows(2).all(|pair| pair[0].code == pair[1].code);
        match found.pop() {
            None => return Ok((name, None)),
            Some(summary) => {
                let is_archive = summary.facts.content != Content::Backup;
                let signer = if one_archive && is_archive { signer_of_ours(proven, carriers, &name)? } else { None };
                if let Some(signer) = signer {
                    return Ok((name, Some(Interrupted { summary, signer })));
                }
                // Another journal's, or two different ones: they stay, and the new one takes another name.
            }
        }
    }
    Err(Error::environment("не нашлось имени для архива")
        .next("уберите с носителя лишние папки с этим именем и повторите"))
}

/// The key that signed what lies under the name, if it was made from this journal by somebody who may.
fn signer_of_ours(proven: &Proven, carriers: &[Carrier], name: &str) -> Result<Option<String>> {
    let mut signer = None;
    let witness = Witness(proven);
    let request = Request { anchors: &[Anchor::Journal(&witness)], ..Request::default() };
    for carrier in carriers {
        let folder = carrier.bag(name);
        if folder.root().exists() {
            let report = verify(folder.root(), &request, &crate::archive::progress::Quiet)?;
            match report.verdict {
                Verdict::Genuine { fingerprint, .. } => signer = Some(fingerprint),
                _ => return Ok(None),
            }
        }
    }
    Ok(signer)
}

/// Completes and records the archive of an interrupted run.
pub(super) fn adopt(
    journal: &mut Journal,
    author: Author<'_>,
    period: &str,
    carriers: &[Carrier],
    interrupted: &Interrupted,
    mut notes: Vec<Warning>,
    progress: &dyn Progress,
) -> Result<Made> {
    let Interrupted { summary, signer } = interrupted;
    let name = &summary.name;
    let whole = carriers.iter().find(|carrier| carrier.bag(name).root().exists());
    let whole = whole.ok_or_else(|| {
        Error::damaged(format!("архив «{name}» исчез с носителей")).next("подключите носители снова и повторите")
    })?;
    for carrier in carriers {
        if carrier.card().id != whole.card().id {
            notes.extend(create::complete(name, whole, carrier, progress)?.map(Warning::from));
        }
    }
    notes.push(format!("архив «{name}» записан прерванным запуском; он проверен, дополнен и внесён в журнал").into());
    let recorded = ArchiveCreated {
        name: name.clone(),
        period: period.to_owned(),
        tagmanifest: summary.code.clone(),
        length: summary.facts.length,
        head: summary.facts.head.clone(),
        files: summary.files,
        bytes: summary.bytes,
        signer: signer.clone(),
        copies: copies(carriers),
        kind: Some(kind_of(summary.facts.content)),
    };
    journal.record(author, recorded.clone())?;
    let folders = carriers.iter().map(|carrier| carrier.bag(name).root().to_owned()).collect();
    Ok(Made { recorded, documents: Vec::new(), folders, fingerprint: signer.clone(), notes, failed: None })
}

fn copies(carriers: &[Carrier]) -> Vec<CopyOn> {
    carriers.iter().map(|carrier| CopyOn { carrier: carrier.card().id.clone() }).collect()
}
