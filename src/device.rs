//! Which physical device a folder lies on, how much room it has, and reading past the cache.
//!
//! This is the only file that may assume Linux. Two copies are two only on two devices (§2.5): two folders, two
//! partitions of one stick, or two volumes on one disk are one. Linux tells the disks under a folder through
//! `/sys/dev/block`, through partitions, device mapper and RAID. Where it cannot tell (a network, most FUSE file
//! systems, an overlay, memory, or another system than Linux), we say that it cannot be told and never guess.

use std::collections::BTreeSet;
use std::fs::File;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use crate::error::{Action, Detail, Error, Result};

/// What lies under a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceId {
    /// The whole disks, as the kernel names them (`sdb`); more than one under RAID or a volume group.
    Block {
        /// Their names, `sda`.
        disks: BTreeSet<String>,
    },
    /// It cannot be told; why, in Russian.
    Unknown {
        /// In Russian.
        why: String,
    },
}

impl std::fmt::Display for DeviceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Block { disks } => f.write_str(&disks.iter().map(String::as_str).collect::<Vec<_>>().join("+")),
            Self::Unknown { why } => write!(f, "не определено: {why}"),
        }
    }
}

/// Makes sure that the targets are as many devices as they are folders, and none of them the disk that the system or the
/// journal at `home` lies on. With `allow_same_device` what is given up is returned as warnings instead.
pub fn check_targets(targets: &[PathBuf], home: &Path, allow_same_device: bool) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let own = disks_of_this_machine(home);
    let mut seen: Vec<(&PathBuf, BTreeSet<String>)> = Vec::new();
    for target in targets {
        match identify(target)? {
            DeviceId::Unknown { why } => {
                faults.push(format!("не удалось определить, на каком устройстве лежит «{}»: {why}", target.display()));
            }
            DeviceId::Block { disks } => {
                if let Some((other, _)) = seen.iter().find(|(_, others)| !others.is_disjoint(&disks)) {
                    faults.push(format!(
                        "«{}» и «{}» — одно устройство ({}): при его поломке пропадут обе копии",
                        other.display(),
                        target.display(),
                        DeviceId::Block { disks: disks.clone() }
                    ));
                }
                if !own.is_disjoint(&disks) {
                    let target = target.display();
                    let disks = DeviceId::Block { disks: disks.clone() };
                    faults.push(format!(
                        "«{target}» лежит на диске этого компьютера ({disks}), а не на съёмном носителе"
                    ));
                }
                seen.push((target, disks));
            }
        }
    }
    match faults.into_iter().reduce(|all, fault| format!("{all}; {fault}")) {
        None => Ok(Vec::new()),
        Some(faults) if allow_same_device => {
            Ok(vec![format!("{faults}. Требование §2.5 о двух носителях этим запуском не доказано")])
        }
        Some(faults) => Err(Error::refused(format!("нужны два разных носителя (§2.5): {faults}"))
            .next("подключите вторую флешку и укажите её")
            .then_by("отменить эту проверку можно на вашу ответственность", Action::Give(Detail::SameDevice))),
    }
}

/// The disks that the system and a file lie on, as far as they can be told.
fn disks_of_this_machine(file: &Path) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for path in [Path::new("/"), file] {
        if let Ok(DeviceId::Block { disks }) = identify(path) {
            own.extend(disks);
        }
    }
    own
}

/// Whether what lies under a path may be on something that is plugged in: not told to be on the system's own disk.
pub fn is_plugged_in(path: &Path) -> bool {
    match identify(path) {
        Ok(DeviceId::Block { disks }) => disks_of_this_machine(Path::new("/")).is_disjoint(&disks),
        _ => true,
    }
}

/// Whether what lies under an existing folder cannot be written to: its switch is set, or the system mounted it so.
///
/// # Errors
/// The folder cannot be asked.
pub fn is_read_only(path: &Path) -> Result<bool> {
    system::is_read_only(path).map_err(|cause| Error::file("открыть", path, &cause))
}

/// Refuses a file on a network file system, where SQLite's locks and its write-ahead log do not hold.
///
/// # Errors
/// A path on NFS, SMB or the like.
pub fn refuse_network_file(path: &Path) -> Result<()> {
    if system::is_on_network(path) {
        return Err(Error::environment(format!(
            "журнал «{}» лежит в сети, там он не защищён от порчи",
            path.display()
        ))
        .next("держите журнал на диске одного компьютера"));
    }
    Ok(())
}

/// The devices under an existing folder.
pub fn identify(path: &Path) -> Result<DeviceId> {
    let path = path.canonicalize().map_err(|cause| Error::file("открыть", path, &cause))?;
    Ok(system::identify(&path))
}

/// What a USB stick under an existing folder says of itself: its model and serial number. Nothing where it is no USB
/// stick, or the system does not tell.
pub fn usb_stick(path: &Path) -> Option<String> {
    let DeviceId::Block { disks } = identify(path).ok()? else { return None };
    let mut disks = disks.iter();
    let (Some(disk), None) = (disks.next(), disks.next()) else { return None };
    system::usb_stick(disk)
}

/// How many bytes may still be written under an existing folder; `None` where the system does not say.
pub fn free_space(path: &Path) -> Result<Option<u64>> {
    system::free_space(path).map_err(|cause| Error::file("узнать свободное место в", path, &cause))
}

/// The least that a file takes under an existing folder, in bytes; `None` where the system does not say.
pub fn cluster(path: &Path) -> Result<Option<NonZeroU64>> {
    system::cluster(path).map_err(|cause| Error::file("узнать размер кластера в", path, &cause))
}

/// Asks the system to forget what it remembers of a file that was synced, so that reading it asks the device.
pub fn forget_cached(file: &File) {
    system::forget_cached(file);
}

#[cfg(target_os = "linux")]
mod system {
    use super::{BTreeSet, DeviceId, File, NonZeroU64, Path};
    use std::fs;
    use std::io;
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{Advice, fadvise, major, minor, statvfs};

    /// Loops lie on files, and files on disks; nobody stacks them deeper.
    const MAX_NESTING: usize = 8;

    /// Magic numbers of NFS, SMB (three versions), NCP, 9P and Ceph.
    const NETWORK: [rustix::fs::FsWord; 7] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x564c, 0x0102_1997, 0x00c3_6400];

    pub fn is_on_network(path: &Path) -> bool {
        rustix::fs::statfs(path).is_ok_and(|stat| NETWORK.contains(&stat.f_type))
    }

    pub fn identify(path: &Path) -> DeviceId {
        let mut disks = BTreeSet::new();
        match disks_under(path, 0, &mut disks) {
            Ok(()) if !disks.is_empty() => DeviceId::Block { disks },
            Ok(()) => DeviceId::Unknown { why: "система не называет устройства".to_owned() },
            Err(why) => DeviceId::Unknown { why },
        }
    }

    fn disks_under(path: &Path, nesting: usize, disks: &mut BTreeSet<String>) -> Result<(), String> {
        let dev = fs::metadata(path).map_err(|cause| cause.to_string())?.dev();
        let number = format!("{}:{}", major(dev), minor(dev));
        if major(dev) != 0 {
            return disks_of(&number, nesting, disks);
        }
        // An anonymous device: btrfs and the like name theirs in the table of mounts, the rest have none.
        let (kind, source) = mount_of(&number).ok_or("файловая система неизвестного вида")?;
        if kind.starts_with("fuse") || !source.starts_with("/dev/") {
            return Err(format!("файловая система {kind} не лежит на устройстве прямо"));
        }
        let device = fs::metadata(&source).map_err(|cause| format!("{source}: {cause}"))?.rdev();
        disks_of(&format!("{}:{}", major(device), minor(device)), nesting, disks)
    }

    /// The whole disks of a block device: past its partition, through what it is built on.
    fn disks_of(number: &str, nesting: usize, disks: &mut BTreeSet<String>) -> Result<(), String> {
        if nesting > MAX_NESTING {
            return Err("устройства вложены слишком глубоко".to_owned());
        }
        let untold = |cause: io::Error| format!("устройство {number} не описано в /sys ({cause})");
        let mut device = Path::new("/sys/dev/block").join(number).canonicalize().map_err(untold)?;
        if device.join("partition").exists() {
            device.pop();
        }
        if let Ok(file) = fs::read_to_string(device.join("loop/backing_file")) {
            return disks_under(Path::new(file.trim_end()), nesting + 1, disks)
                .map_err(|why| format!("образ диска {}: {why}", file.trim_end()));
        }
        let mut built_on = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten().peekable();
        if built_on.peek().is_none() {
            let name = device.file_name().ok_or("устройство без имени")?;
            disks.insert(name.to_string_lossy().into_owned());
            return Ok(());
        }
        for below in built_on {
            let number = fs::read_to_string(below.path().join("dev")).map_err(untold)?;
            disks_of(number.trim_end(), nesting + 1, disks)?;
        }
        Ok(())
    }

    pub fn usb_stick(disk: &str) -> Option<String> {
        usb_above(&Path::new("/sys/class/block").join(disk).canonicalize().ok()?)
    }

    /// The disk's own USB device is the nearest folder above that has a vendor's number.
    pub(super) fn usb_above(disk: &Path) -> Option<String> {
        let device = disk.ancestors().find(|folder| folder.join("idVendor").exists())?;
        let said = |name: &str| fs::read_to_string(device.join(name)).ok().map(|text| text.trim().to_owned());
        let (product, serial) = (said("product").unwrap_or_default(), said("serial").unwrap_or_default());
        match (product.is_empty(), serial.is_empty()) {
            (_, true) => None,
            (true, false) => Some(format!("серийный № {serial}")),
            (false, false) => Some(format!("{product}, серийный № {serial}")),
        }
    }

    /// The kind and the source of the file system with this device number (proc(5), mountinfo).
    fn mount_of(number: &str) -> Option<(String, String)> {
        let table = fs::read_to_string("/proc/self/mountinfo").ok()?;
        table.lines().find_map(|line| {
            let (place, kind) = line.split_once(" - ")?;
            let mut kind = kind.split(' ');
            (place.split(' ').nth(2)? == number).then_some((kind.next()?.to_owned(), kind.next()?.to_owned()))
        })
    }

    pub fn is_read_only(path: &Path) -> io::Result<bool> {
        Ok(statvfs(path)?.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
    }

    pub fn free_space(path: &Path) -> io::Result<Option<u64>> {
        let room = statvfs(path)?;
        Ok(Some(room.f_bavail.saturating_mul(room.f_frsize)))
    }

    pub fn cluster(path: &Path) -> io::Result<Option<NonZeroU64>> {
        Ok(NonZeroU64::new(statvfs(path)?.f_frsize))
    }

    pub fn forget_cached(file: &File) {
        // Advice only: a system that does not take it reads from its cache, as it would have anyway.
        let _ = fadvise(file, 0, None, Advice::DontNeed);
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{DeviceId, File, NonZeroU64, Path};

    pub fn is_on_network(_path: &Path) -> bool {
        false
    }

    pub fn identify(_path: &Path) -> DeviceId {
        DeviceId::Unknown {
            why: "эта система не сообщает, на каком устройстве лежит папка".to_owned()
        }
    }

    pub fn usb_stick(_disk: &str) -> Option<String> {
        None
    }

    pub fn is_read_only(path: &Path) -> std::io::Result<bool> {
        Ok(path.metadata()?.permissions().readonly())
    }

    pub fn free_space(_path: &Path) -> std::io::Result<Option<u64>> {
        Ok(None)
    }

    pub fn cluster(_path: &Path) -> std::io::Result<Option<NonZeroU64>> {
        Ok(None)
    }

    pub fn forget_cached(_file: &File) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_of_one_place_are_never_two_devices() {
        let dir = tempfile::tempdir().unwrap();
        let targets = [dir.path().join("usb-1"), dir.path().join("usb-2")];
        targets.iter().for_each(|target| std::fs::create_dir(target).unwrap());
        let refusal = check_targets(&targets, dir.path(), false).unwrap_err();
        assert_eq!(refusal.exit_status(), 1);
        assert!(refusal.message().contains("§2.5") && refusal.next_step().is_some());
        let warnings = check_targets(&targets, dir.path(), true).unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains("§2.5"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_was_just_written_is_cached_until_it_is_forgotten() {
        // Not in memory alone, as a temporary folder may be: there nothing is ever forgotten.
        let mut file = tempfile::tempfile_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        const EXT4: rustix::fs::FsWord = 0xEF53;
        if rustix::fs::fstatfs(&file).unwrap().f_type != EXT4 {
            println!("skipped: other file systems need not tell, nor forget");
            return;
        }
        // What would have to ask the device is refused.
        let is_cached = |file: &File| {
            let (mut byte, at_once) = ([0], rustix::io::ReadWriteFlags::NOWAIT);
            rustix::io::preadv2(file, &mut [std::io::IoSliceMut::new(&mut byte)], 99_999, at_once).is_ok()
        };
        std::io::Write::write_all(&mut file, &vec![1; 100_000]).unwrap();
        file.sync_all().unwrap();
        assert!(is_cached(&file));
        // Advice: a page that something else is busy with stays until it is given again.
        let is_forgotten = (0..200).any(|_| {
            forget_cached(&file);
            std::thread::sleep(std::time::Duration::from_millis(10));
            !is_cached(&file)
        });
        assert!(is_forgotten);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert_eq!(identify(Path::new("/no/such/folder")).unwrap_err().exit_status(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_lies_in_memory_is_on_no_device() {
        assert!(matches!(identify(Path::new("/proc")).unwrap(), DeviceId::Unknown { .. }));
        assert!(free_space(Path::new("/")).unwrap().is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_usb_stick_is_named_by_model_and_serial_number_and_no_other_disk_is() {
        let dir = tempfile::tempdir().unwrap();
        let usb = dir.path().join("usb1/1-1");
        let disk = usb.join("1-1:1.0/host6/block/sdb");
        std::fs::create_dir_all(&disk).unwrap();
        assert_eq!(system::usb_above(&disk), None);
        std::fs::write(usb.join("idVendor"), "8564\n").unwrap();
        assert_eq!(system::usb_above(&disk), None, "a stick without a serial number cannot be told from others");
        std::fs::write(usb.join("serial"), "0A1B2C3D\n").unwrap();
        assert_eq!(system::usb_above(&disk).unwrap(), "серийный № 0A1B2C3D");
        std::fs::write(usb.join("product"), "Mass Storage\n").unwrap();
        assert_eq!(system::usb_above(&disk).unwrap(), "Mass Storage, серийный № 0A1B2C3D");
    }
}
