//! Recovery data that are themselves lost: made anew from the files they cover, which give the same bytes again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::swap::Workshop;
use crate::archive::bag::{BagPath, Facts, Folder, INFO, Info, RECOVERY, SIGNATURE, TAGMANIFEST, called};
use crate::archive::bag::{MANIFEST, MAX_TAG_FILE, Manifest};
use crate::archive::par2::create::{Input, Share, Source, create};
use crate::archive::progress::{Progress, Quiet};
use crate::archive::sum::Sum;
use crate::archive::targets::FAT32_LIMIT;
use crate::error::{Action, Detail, Error, Result};
use crate::files;

/// Makes the recovery data that the archive was written with, and puts into the workshop `all` files of them, or those
/// that are not the same on the carrier. Gives their names.
pub(super) fn make_anew(bag: &Folder, workshop: &Workshop, all: bool, progress: &dyn Progress) -> Result<Vec<BagPath>> {
    let view = |name: &str| -> PathBuf {
        let new = workshop.new_files().join(name);
        if files::is_file(&new) { new } else { bag.root().join(name) }
    };
    let read = |name: &str| {
        files::read(&view(name), MAX_TAG_FILE).map_err(|cause| Error::file("прочитать", &view(name), &cause))
    };
    let text = |name: &str| read(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let unclear = |why: String| {
        Error::damaged(format!("{INFO}: {why}")).next_by("укажите вторую копию", Action::Give(Detail::OtherCopy))
    };
    let info = Info::parse(&text(INFO)?).map_err(unclear)?;
    let facts = Facts::from_info(&info).map_err(unclear)?;
    let share = Share::new(facts.recovery)?;
    if share.percent() == 0 {
        return Ok(Vec::new());
    }
    let name = called(&info).map_or_else(|| bag.name(), str::to_owned);
    let list = |name: &str| {
        Manifest::parse(&text(name)?)
            .map_err(|why| Error::damaged(format!("{name}: {why}")).next("возьмите вторую копию архива"))
    };
    let mut sums = BTreeMap::new();
    for manifest in [list(TAGMANIFEST)?, list(MANIFEST)?] {
        sums.extend(manifest.iter().map(|(path, sum)| (path.clone(), sum)));
    }
    for own in [TAGMANIFEST, SIGNATURE] {
        sums.extend(BagPath::new(own).ok().zip(Some(Sum::of(&read(own)?))));
    }
    let inputs: Vec<Input> =
        sums.into_iter().map(|(name, sum)| Input { source: Source::File(view(name.as_str())), name, sum }).collect();
    let made = create(&inputs, share, &name, &workshop.recovery_folder()?, FAT32_LIMIT, progress)?;
    let mut files = Vec::new();
    for volume in made {
        let file = volume.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = BagPath::new(&format!("{RECOVERY}/{file}")).map_err(Error::damaged)?;
        let sum = |file: PathBuf| files::open(&file).and_then(|file| Sum::of_reader(file, &Quiet)).ok();
        if all || sum(volume.clone()) != sum(path.under(bag.root())) {
            workshop.take_in(&volume, &path)?;
            files.push(path);
        }
    }
    Ok(files)
}
