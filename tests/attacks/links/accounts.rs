//! Two accounts on one machine.

use super::{DEAR, NOON, school};
use crate::common::peers;
use crate::common::school::{LETOPIS, Run};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

/// Another account of this machine, made for one test.
struct Account(&'static str);

impl Account {
    fn new(name: &'static str) -> Option<Self> {
        let made = Command::new("useradd").args(["-M", "-N", "-s", "/bin/sh", name]).output();
        match made {
            Ok(made) if made.status.success() || String::from_utf8_lossy(&made.stderr).contains("already exists") => {
                Some(Self(name))
            }
            _ => {
                println!("skipped: only root may make accounts");
                None
            }
        }
    }

    /// Runs a line of `sh` as this account.
    fn sh(&self, line: &str, at: &Path) -> Run {
        Run(peers::run("su", [self.0, "-c", line], at))
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = Command::new("userdel").arg(self.0).output();
    }
}

#[test]
fn of_two_accounts_neither_touches_a_file_of_the_other_through_a_link() {
    let Some(mallory) = Account::new("letopis-mallory") else { return };
    let Some(teacher) = Account::new("letopis-teacher") else { return };
    let Some(school) = school() else { return };
    let program = school.path("letopis");
    fs::copy(LETOPIS, &program).unwrap();
    let everybody = fs::Permissions::from_mode(0o755);
    fs::set_permissions(school.path("."), everybody).unwrap();
    let run = |command: &str, args: &str| {
        let line = school.shell_line(NOON, Some("semyonov"), &[]).replace(LETOPIS, &program.display().to_string());
        let line = format!("export TMPDIR='{}'; {line} {args}", school.path("tmp").display());
        (format!("{command} {args}"), teacher.sh(&line, &school.path(".")))
    };
    // All of it is the teacher's; his dear file is what the other aims at.
    let own = Command::new("chown").args(["-R", teacher.0]).arg(school.path(".")).status().unwrap();
    assert!(own.success());
    let dear = school.path("dear");
    fs::write(&dear, DEAR).unwrap();
    fs::set_permissions(&dear, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Command::new("chown").arg(teacher.0).arg(&dear).status().unwrap().success());
    for mode in [0o1777, 0o777] {
        for shared in ["shared", "tmp"] {
            let _ = fs::remove_dir_all(school.path(shared));
            fs::create_dir(school.path(shared)).unwrap();
            fs::set_permissions(school.path(shared), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(school.path("."), fs::Permissions::from_mode(mode)).unwrap();
        let plant = |name: &str| {
            let line = format!("ln -sfn '{}' '{}'", dear.display(), school.path(name).display());
            mallory.sh(&line, &school.path(".")).ok();
        };
        for name in ["shared/journal-7a-draft.pdf", "shared/out", "tmp/letopis-verify", "tmp/letopis-verify-1"] {
            plant(name);
        }
        for name in ["journal.letopis-lock", "journal.letopis-wal", "journal.letopis-shm", "journal.letopis-journal"] {
            let _ = fs::remove_file(school.path(name));
            plant(name);
        }
        let commands = [
            "print class 7А --out shared --draft",
            "print class 7А --out shared/out --draft",
            "report progress --csv shared/out",
            "key new shared/out --no-passphrase",
            "mark set 7А Алгебра 15.09.2025 Петренко=5",
            "audit",
        ];
        for args in commands {
            let (what, run) = run("", args);
            assert_ne!(run.0.code, Some(101), "{what}: {}", run.0);
            assert_eq!(fs::read_to_string(&dear).unwrap(), DEAR, "{mode:o} {what}: {}", run.0);
            assert_eq!(dear.metadata().unwrap().mode() & 0o777, 0o600, "{mode:o} {what}");
        }
        for name in ["journal.letopis-lock", "journal.letopis-wal", "journal.letopis-shm", "journal.letopis-journal"] {
            fs::remove_file(school.path(name)).unwrap();
        }
    }
    // What is the teacher's own, the other reads nowhere.
    fs::remove_file(school.path("shared/journal-7a-draft.pdf")).unwrap();
    run("", "print class 7А --out shared --draft").1.ok();
    let read =
        mallory.sh(&format!("cat '{}'", school.path("shared/journal-7a-draft.pdf").display()), &school.path("."));
    assert_ne!(read.0.code, Some(0), "a paper in a shared folder is its owner's alone");
}
