//! Whether an archive fits on its carriers.
//!
//! What deflate makes of the packages is known only when they are written. Where the most they can take is there, nothing is
//! asked further. Where it is not, the packages are written once for the count alone: a disk with room for the archive
//! and a little more will do.

use std::io::{self, Write};
use std::num::NonZeroU64;

use super::super::carrier::Carrier;
use super::super::package::{Package, Packer};
use super::super::progress::{Progress, Quiet};
use super::{Plan, moment, recovery};
use crate::archive::bag::Content;
use crate::device::{cluster, free_space};
use crate::error::{Action, Detail, Error, Result};

/// Room for the tag files, where packages may be many.
const SLACK: u64 = 4 * 1024 * 1024;

/// Room for the tag files and the signature beside packages that are counted.
const TAGS: u64 = 256 * 1024;

/// The largest clusters that FAT32 and exFAT are given: every file takes whole ones.
const CLUSTER: u64 = 128 * 1024;

/// Tag files, recovery data and folders end in a cluster each.
const ENDS: u64 = 24;

/// Makes sure that the archive will fit on every carrier of the plan.
pub(super) fn fits(plan: &Plan<'_>, recipients: &[age::x25519::Recipient], progress: &dyn Progress) -> Result<()> {
    let most = plan.packages.iter().try_fold(SLACK, |sum, package| package.size_bound().map(|size| sum + size))?;
    let ends = plan.packages.len() as u64 + ENDS;
    let most = most + recovery::size_bound(most, plan.facts.recovery) + ends * CLUSTER;
    let mut counted = None;
    for carrier in plan.carriers {
        if free_space(carrier.folder())?.is_none_or(|free| free >= most) {
            continue;
        }
        let bytes = match counted {
            Some(bytes) => bytes,
            None => *counted.insert(count(plan, recipients, progress)?),
        };
        let cluster = cluster(carrier.folder())?.map_or(CLUSTER, NonZeroU64::get).min(CLUSTER);
        has_room(carrier, needed(bytes, plan.facts.recovery) + ends * cluster, plan.facts.content)?;
    }
    Ok(())
}

/// What a bag whose packages take so many bytes takes, but for the ends of clusters.
fn needed(packages: u64, percent: u8) -> u64 {
    packages + recovery::size_likely(packages, percent) + TAGS
}

/// How many bytes the packages take.
fn count(plan: &Plan<'_>, recipients: &[age::x25519::Recipient], progress: &dyn Progress) -> Result<u64> {
    progress.begin("подсчёт места", 0);
    let mut packer = Packer::new(plan.packages, recipients, moment(plan)?, &Quiet);
    let mut bytes = 0;
    while let Some(Counter(counted)) = packer.write_next(|_: &Package| Ok(Counter(0)))? {
        bytes += counted;
    }
    Ok(bytes)
}

/// Counts what is written, and keeps nothing.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes sure that so many bytes fit on a carrier.
pub(super) fn has_room(carrier: &Carrier, needed: u64, content: Content) -> Result<()> {
    match free_space(carrier.folder())? {
        Some(free) if free < needed => Err(no_room(&carrier.card().label, free, needed, content)),
        _ => Ok(()),
    }
}

fn no_room(label: &str, free: u64, needed: u64, content: Content) -> Error {
    let (free, needed) = (free >> 20, (needed >> 20) + 1);
    match content {
        Content::Backup => {
            Error::environment(format!("в «{label}» свободно {free} МиБ, а копии нужно до {needed} МиБ"))
                .next("освободите там место или укажите другое: диск, носитель, папку сети")
                .then_by(
                    "чтобы копии занимали меньше, храните их за меньшее число дней и недель",
                    Action::Give(Detail::FewerCopies),
                )
        }
        _ => Error::environment(format!("на носителе «{label}» свободно {free} МиБ, а архиву нужно до {needed} МиБ"))
            .next("возьмите носитель большего размера; старые архивы с этого не удаляйте"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::fixture::School;
    use crate::archive::package::Source;

    #[test]
    fn what_is_asked_for_is_what_the_archive_takes_and_a_little_more() {
        let school = School::new();
        let line =
            |at: u32| format!("{at:>8}: отметка, отметка, отметка, отметка, {:x}\n", at.wrapping_mul(2_654_435_761));
        let text: String = (0..120_000).map(line).collect();
        let mut package = Package::new("database").unwrap();
        package.add("journal.letopis", Source::Bytes(text.clone().into_bytes())).unwrap();
        let packages = [package];
        let created = school.create("2025-2026-q2", &packages).unwrap();
        let asked = needed(created.payload.bytes, school.facts.recovery);
        assert!(asked >= created.bytes, "{asked} < {}", created.bytes);
        assert!(asked < created.bytes + created.bytes / 10 + 1024 * 1024, "{asked} for {}", created.bytes);
        assert!(asked < text.len() as u64 / 2);
    }

    #[test]
    fn of_a_copy_that_does_not_fit_is_said_what_fits_a_rotating_place() {
        let error = no_room("/mnt/disk", 1 << 20, 5 << 20, Content::Backup);
        assert!(error.message().contains("копии нужно до 6 МиБ"), "{}", error.message());
        assert!(!format!("{error:?}").contains("не удаляйте"));
        assert!(no_room("А-1", 1, 5, Content::Journal).message().contains("архиву нужно"));
    }
}
