//! The end of a copy: seal, declaration, and reading back what the carrier really kept.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::room::has_room;
use super::{Bag, Copied, Plan, written};
use crate::archive::bag::{BAGIT, BAGIT_TEXT, BagPath, Content, DATA, Folder, RECOVERY, SIGNATURE, total};
use crate::archive::carrier::Carrier;
use crate::archive::progress::Progress;
use crate::archive::settle::{State, declare, settle};
use crate::archive::sum::Sum;
use crate::archive::targets::{FAT32_LIMIT, Targets, Written, remove_bag, sync_folder};
use crate::device::forget_cached;
use crate::error::{Error, Result};
use crate::files::{self, Readers};

/// The least that a file takes on any of the file systems of carriers: what surely does not fit is refused before it is tried.
const CLUSTER_LEAST: u64 = 512;

/// Seals and declares the copies that were written, reads them back, and removes those that fail.
///
/// All are sealed before any is declared, and only after all were written: a kill leaves the carriers in the same
/// state but for the moment between two of these steps.
pub(super) fn finish(
    plan: &Plan<'_>,
    roots: &[PathBuf],
    mut outcomes: Vec<Result<()>>,
    bag: &Bag,
    progress: &dyn Progress,
) -> Vec<Copied> {
    let each = |outcomes: Vec<Result<()>>, step: &dyn Fn(&Path) -> Result<()>| -> Vec<Result<()>> {
        outcomes.into_iter().zip(roots).map(|(outcome, root)| outcome.and_then(|()| step(root))).collect()
    };
    outcomes = each(outcomes, &|root| seal(root, bag.signature.as_bytes()));
    outcomes = each(outcomes, &|root| declare(&Folder::new(root)));
    let bytes = bag.files.iter().map(|file| file.bytes).sum::<u64>() * outcomes.iter().flatten().count() as u64;
    progress.begin("чтение записанного с носителей", bytes);
    outcomes = std::thread::scope(|scope| {
        let readers: Vec<_> = outcomes
            .into_iter()
            .zip(roots)
            .map(|(outcome, root)| scope.spawn(move || outcome.and_then(|()| read_back(root, &bag.files, progress))))
            .collect();
        readers.into_iter().map(|reader| reader.join().unwrap_or_else(|_| Err(unread()))).collect()
    });
    let copies = plan.carriers.iter().zip(roots).zip(outcomes);
    copies
        .map(|((carrier, root), outcome)| {
            if outcome.is_err() {
                // It may be pulled out; the next run removes what is left then.
                let _ = remove_bag(root);
            }
            let outcome = outcome.and_then(|()| sync_folder(carrier.folder()));
            Copied { carrier: carrier.card().id.clone(), folder: root.clone(), outcome }
        })
        .collect()
}

/// Makes up a missing copy from a whole one, byte for byte; strangers' files stay behind. Gives what was cleared up before, in Russian.
pub fn complete(name: &str, from: &Carrier, to: &Carrier, progress: &dyn Progress) -> Result<Option<String>> {
    let (State::Whole(_), _) = settle(from, name, progress)? else {
        return Err(Error::input(format!("на носителе «{}» нет архива «{name}»", from.card().label))
            .next("подключите носитель с целой копией"));
    };
    let (state, note) = settle(to, name, progress)?;
    if state != State::Absent {
        return Ok(note);
    }
    let (source, target) = (from.bag(name), to.bag(name));
    let sizes = source.own_files().into_values().collect::<Vec<_>>();
    let needed = total(sizes.iter().map(|size| size.next_multiple_of(CLUSTER_LEAST)));
    has_room(to, needed, Content::Journal)?;
    let data = target.root().join(DATA);
    files::make_folders(&data, Readers::All).map_err(|cause| Error::file("создать папку", &data, &cause))?;
    copy(&source, &target, progress).inspect_err(|_| {
        let _ = remove_bag(target.root());
    })?;
    sync_folder(to.folder())?;
    Ok(note)
}

fn copy(source: &Folder, target: &Folder, progress: &dyn Progress) -> Result<()> {
    let own = source.own_files();
    progress.begin("запись второй копии", total(own.values().copied()));
    let mut targets = Targets::new(&[target.root().to_owned()]);
    let mut files = Vec::new();
    for path in own.keys().filter(|path| ![BAGIT, SIGNATURE].contains(&path.as_str())) {
        if let Some(folder) = path.under(target.root()).parent() {
            files::make_folders(folder, Readers::All).map_err(|cause| Error::file("создать папку", folder, &cause))?;
        }
        files.extend(copy_file(source, path, &mut targets, progress)?);
    }
    targets.finish().into_iter().collect::<Result<Vec<()>>>()?;
    let signature =
        source.read_tag(SIGNATURE).map_err(|cause| Error::file("прочитать", &source.root().join(SIGNATURE), &cause))?;
    seal(target.root(), &signature)?;
    declare(target)?;
    files.extend([written(SIGNATURE, &signature), written(BAGIT, BAGIT_TEXT.as_bytes())]);
    progress.begin("чтение записанного с носителя", files.iter().map(|file| file.bytes).sum());
    read_back(target.root(), &files, progress)
}

fn copy_file(source: &Folder, path: &BagPath, targets: &mut Targets, progress: &dyn Progress) -> Result<Vec<Written>> {
    let failed = |cause: &std::io::Error| Error::file("прочитать", &path.under(source.root()), cause);
    let mut file = source.open(path).map_err(|cause| failed(&cause))?;
    let mut stream = targets.stream(path, 0, FAT32_LIMIT)?;
    let mut block = vec![0; 1024 * 1024];
    loop {
        let read = file.read(&mut block).map_err(|cause| failed(&cause))?;
        if read == 0 {
            return stream.finish();
        }
        stream
            .write_all(&block[..read])
            .map_err(|cause| Error::file("записать", &path.under(source.root()), &cause))?;
        progress.advance(read as u64);
    }
}

/// Writes the signature, once all that it covers is on the carrier for good.
fn seal(root: &Path, signature: &[u8]) -> Result<()> {
    sync_folder(&root.join(DATA))?;
    if files::is_there(&root.join(RECOVERY)) {
        sync_folder(&root.join(RECOVERY))?;
    }
    sync_folder(root)?;
    // Beside, and put in its place whole: a bag with a part of a signature is neither sealed nor plainly unfinished.
    let path = root.join(SIGNATURE);
    files::write_new(&path, signature, Readers::All).map_err(|cause| Error::file("записать", &path, &cause))?;
    sync_folder(root)
}

/// Reads every file from the device and compares it with what was sent there.
fn read_back(root: &Path, files: &[Written], progress: &dyn Progress) -> Result<()> {
    for written in files {
        let path = written.path.under(root);
        let failed = |cause: std::io::Error| Error::file("прочитать записанное", &path, &cause);
        let file = files::open(&path).map_err(failed)?;
        forget_cached(&file);
        let (sum, bytes) = Sum::of_reader(file, progress).map_err(failed)?;
        if (sum, bytes) != (written.sum, written.bytes) {
            return Err(Error::environment(format!(
                "носитель вернул не то, что на него записано: «{}»",
                path.display()
            ))
            .next("этой флешке верить нельзя: замените её и создайте архив заново"));
        }
    }
    Ok(())
}

fn unread() -> Error {
    Error::environment("чтение записанного прервалось").next("повторите")
}
