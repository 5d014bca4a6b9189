//! File systems in images, mounted: what a carrier is to the program. Needs root, loop devices and FUSE; where the machine does
//! not allow that, the test says that it is skipped.

use super::peers;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says that a test is skipped because of the machine, not for want of a program.
fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "skipped: this machine lets nobody mount images: {why} ({test})");
}

/// Whether this machine lets us mount images; said where it does not.
fn may_mount() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let devices = ["/dev/fuse", "/dev/loop-control"].iter().all(|device| Path::new(device).exists());
    if !(root && devices) {
        skip("no root, no FUSE or no loop devices");
    }
    root && devices
}

/// A file system in an image, mounted.
pub struct Disk {
    pub mount: PathBuf,
    device: String,
    _dir: tempfile::TempDir,
}

impl Disk {
    /// Makes an image of so many mebibytes with `mkfs` and mounts it with `mount`, to which device and folder are added.
    pub fn new(mebibytes: u64, mkfs: &[&str], mount: &[&str]) -> Option<Self> {
        if !may_mount() || [mkfs[0], mount[0]].iter().any(|program| peers::require(program).is_none()) {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let (image, folder) = (dir.path().join("disk.img"), dir.path().join("mount"));
        File::create(&image).and_then(|file| file.set_len(mebibytes << 20)).unwrap();
        fs::create_dir(&folder).unwrap();
        run(Command::new(mkfs[0]).args(&mkfs[1..]).arg(&image));
        let device = Command::new("losetup").args(["-f", "--show"]).arg(&image).output().unwrap();
        if !device.status.success() {
            skip(&String::from_utf8_lossy(&device.stderr));
            return None;
        }
        let device = String::from_utf8(device.stdout).unwrap().trim().to_owned();
        let disk = Self { mount: folder, device, _dir: dir };
        let tried = Command::new(mount[0]).args(&mount[1..]).arg(&disk.device).arg(&disk.mount).output().unwrap();
        let said = String::from_utf8_lossy(&tried.stderr).to_lowercase();
        // A container may have the devices and not the right.
        if !tried.status.success() && ["permi", "denied", "no such device"].iter().any(|word| said.contains(word)) {
            skip(&said);
            return None;
        }
        assert!(tried.status.success(), "{mount:?}: {tried:?}");
        disk.wait_until_mounted();
        Some(disk)
    }

    /// An exFAT as sticks are sold with, through FUSE.
    pub fn exfat() -> Option<Self> {
        Self::new(64, &["mkfs.exfat"], &["mount.exfat-fuse"])
    }

    pub fn ext4(mebibytes: u64) -> Option<Self> {
        Self::new(mebibytes, &["mkfs.ext4", "-q", "-m", "0"], &["mount"])
    }

    /// Mounts it again.
    pub fn mount_with(&self, mount: &[&str]) {
        run(Command::new(mount[0]).args(&mount[1..]).arg(&self.device).arg(&self.mount));
        self.wait_until_mounted();
    }

    fn wait_until_mounted(&self) {
        let mounted = || fs::read_to_string("/proc/mounts").unwrap().contains(self.mount.to_str().unwrap());
        let is_there = (0..100).any(|_| {
            mounted() || {
                std::thread::sleep(std::time::Duration::from_millis(20));
                false
            }
        });
        assert!(is_there, "{} is not mounted", self.mount.display());
    }

    /// Takes it out in good order.
    pub fn unmount(&self) {
        run(Command::new("umount").arg(&self.mount));
    }

    /// The process behind an [exFAT](Self::exfat) is killed, as if the stick were pulled out.
    pub fn die(&self) {
        let mount = self.mount.to_str().unwrap();
        let serves = |command: &[u8]| {
            let words: Vec<_> = command.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
            words[0].ends_with("exfat-fuse") && words.iter().any(|word| word == mount)
        };
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let serving = processes.filter(|one| fs::read(one.path().join("cmdline")).is_ok_and(|line| serves(&line)));
        let ids: Vec<_> = serving.map(|process| process.file_name()).collect();
        assert!(!ids.is_empty(), "nobody serves {mount}");
        run(Command::new("kill").arg("-9").args(ids));
    }

    /// Plugs in again what [died](Self::die).
    pub fn bring_back(&self) {
        let _ = Command::new("umount").arg("-l").arg(&self.mount).stderr(Stdio::null()).status();
        self.mount_with(&["mount.exfat-fuse"]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let quiet = |program: &str, args: &[&str]| {
            let _ = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        };
        quiet("umount", &["-l", self.mount.to_str().unwrap()]);
        quiet("losetup", &["-d", &self.device]);
    }
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}
