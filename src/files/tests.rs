//! What is planted, and what comes of it: a link, a FIFO, a device, holes, in every place of a path.

#![cfg(unix)]

use super::*;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

/// A folder `ours`, and beside it `theirs` with a file that must stay as it is.
struct Place(tempfile::TempDir);

const DEAR: &str = "dear";

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.ours()).unwrap();
        fs::create_dir(place.theirs()).unwrap();
        fs::write(place.theirs().join("file"), DEAR).unwrap();
        place
    }

    fn ours(&self) -> PathBuf {
        self.0.path().join("ours")
    }

    fn theirs(&self) -> PathBuf {
        self.0.path().join("theirs")
    }

    /// Whether nothing there was touched.
    fn is_unharmed(&self) -> bool {
        let names = fs::read_dir(self.theirs()).unwrap().count();
        names == 1 && fs::read_to_string(self.theirs().join("file")).unwrap() == DEAR
    }
}

fn why(cause: io::Error) -> NotTaken {
    *NotTaken::behind(&cause).unwrap_or_else(|| panic!("{cause}"))
}

fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn nothing_is_opened_made_replaced_or_removed_through_a_link() {
    let place = Place::new();
    let (file, folder) = (place.ours().join("file"), place.ours().join("folder"));
    symlink(place.theirs().join("file"), &file).unwrap();
    symlink(place.theirs(), &folder).unwrap();
    let below = folder.join("file");
    for path in [&file, &below] {
        assert_eq!(why(open(path).unwrap_err()), NotTaken::Link);
        assert_eq!(why(open_to_change(path).unwrap_err()), NotTaken::Link);
        assert_eq!(why(read(path, 100).unwrap_err()), NotTaken::Link);
        assert_eq!(why(replace(path, b"new", Readers::Owner).unwrap_err()), NotTaken::Link);
        assert!(create(path, Readers::Owner).is_err());
        assert!(write_new(path, b"new", Readers::Owner).is_err());
        assert!(rename(path, &place.ours().join("other")).is_err());
        assert!(rename_new(path, &place.ours().join("other")).is_err());
        fs::write(place.ours().join("mine"), "").unwrap();
        assert!(rename(&place.ours().join("mine"), path).is_err());
        assert!(rename_new(&place.ours().join("mine"), path).is_err());
        assert!(place.is_unharmed());
    }
    let deep = folder.join("a/b");
    assert_eq!(why(make_folders(&deep, Readers::All).unwrap_err()), NotTaken::Link);
    assert_eq!(why(make_folder(&folder.join("a"), Readers::All).unwrap_err()), NotTaken::Link);
    assert_eq!(why(create(&folder.join("new"), Readers::Owner).unwrap_err()), NotTaken::Link);
    assert_eq!(why(remove(&below).unwrap_err()), NotTaken::Link);
    assert_eq!(why(list(&folder).unwrap_err()), NotTaken::Link);
    assert_eq!(why(remove_folder(&folder).unwrap_err()), NotTaken::Link);
    assert_eq!(why(remove_folder(&folder.join("file")).unwrap_err()), NotTaken::Link);
    assert_eq!(why(sync_folder(&folder).unwrap_err()), NotTaken::Link);
    assert_eq!(kind(&folder).unwrap(), Some(Kind::Link));
    assert!(make_private(&folder).is_err() && !is_private(&folder));
    assert!(place.is_unharmed());
    remove(&folder).unwrap();
    assert!(place.is_unharmed(), "of a link, the link is removed");
}

#[test]
fn an_old_kernel_keeps_to_it_folder_by_folder() {
    use rustix::fs::{Mode, OFlags};
    let place = Place::new();
    let read = |path: &Path| system::folder_by_folder(path, OFlags::RDONLY, Mode::empty());
    assert!(read(&place.theirs().join("file")).is_ok());
    assert!(read(Path::new("src/../src/lib.rs")).is_ok());
    symlink(place.theirs(), place.ours().join("folder")).unwrap();
    symlink(place.theirs().join("file"), place.ours().join("file")).unwrap();
    for name in ["folder/file", "file", "folder"] {
        assert_eq!(why(read(&place.ours().join(name)).unwrap_err()), NotTaken::Link, "{name}");
    }
    assert_eq!(read(&place.ours().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(read(&place.theirs().join("file/none")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
}

#[test]
fn what_is_no_plain_file_is_refused_at_once() {
    let place = Place::new();
    let path = place.ours().join("fifo");
    fifo(&path);
    let socket = place.ours().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for path in [path.as_path(), &socket, Path::new("/dev/zero"), Path::new("/dev/tty")] {
            told.send(open(path).map_err(why)).unwrap();
            told.send(open_to_change(path).map_err(why)).unwrap();
        }
        told.send(open(Path::new("/")).map_err(why)).unwrap();
    });
    for number in 0..9 {
        let opened = heard.recv_timeout(std::time::Duration::from_secs(5)).expect("a FIFO holds us up");
        assert_eq!(opened.unwrap_err(), if number < 8 { NotTaken::Special } else { NotTaken::Folder });
    }
}

#[test]
fn a_terabyte_of_holes_is_not_read_and_a_large_file_only_to_its_bound() {
    let place = Place::new();
    let path = place.ours().join("holes");
    fs::File::create(&path).and_then(|file| file.set_len(1 << 40)).unwrap();
    assert_eq!(why(open(&path).unwrap_err()), NotTaken::Holes);
    fs::File::create(&path).and_then(|file| file.set_len(1 << 20)).unwrap();
    assert!(open(&path).is_ok());
    assert_eq!(why(read(&path, (1 << 20) - 1).unwrap_err()), NotTaken::Large((1 << 20) - 1));
    assert_eq!(read(&path, 1 << 20).unwrap().len(), 1 << 20);
}

#[test]
fn a_hard_link_keeps_its_bytes_when_the_other_name_is_replaced() {
    let place = Place::new();
    let planted = place.ours().join("README.txt");
    fs::hard_link(place.theirs().join("file"), &planted).unwrap();
    replace(&planted, b"new", Readers::All).unwrap();
    assert_eq!(fs::read_to_string(planted).unwrap(), "new");
    assert!(place.is_unharmed());
}

#[test]
fn what_is_made_is_for_its_owner_or_as_the_mask_says() {
    let place = Place::new();
    let mode = |name: &str| place.ours().join(name).metadata().unwrap().mode() & 0o777;
    write_new(&place.ours().join("secret"), b"1", Readers::Owner).unwrap();
    replace(&place.ours().join("secret"), b"2", Readers::Owner).unwrap();
    make_folder(&place.ours().join("folder"), Readers::Owner).unwrap();
    write_new(&place.ours().join("open"), b"1", Readers::All).unwrap();
    fs::write(place.ours().join("as-the-mask-says"), "").unwrap();
    assert_eq!((mode("secret"), mode("folder")), (0o600, 0o700));
    assert_eq!(mode("open"), mode("as-the-mask-says"));
    let names: Vec<_> = list(&place.ours()).unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["as-the-mask-says", "folder", "open", "secret"], "nothing is left beside them");
}

#[test]
fn a_draft_that_is_given_up_leaves_nothing_and_takes_no_name_that_is_taken() {
    let place = Place::new();
    let path = place.ours().join("paper.pdf");
    drop(Draft::of(&path, b"half", Readers::Owner).unwrap());
    assert_eq!(list(&place.ours()).unwrap(), []);
    fs::write(&path, "first").unwrap();
    let second = Draft::of(&path, b"second", Readers::Owner).unwrap();
    assert_eq!(second.put_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    Draft::of(&path, b"second", Readers::Owner).unwrap().put().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "second");
    assert_eq!(list(&place.ours()).unwrap().len(), 1);
}

#[test]
fn a_person_may_name_a_path_through_links_of_his_own() {
    let place = Place::new();
    symlink("../theirs", place.ours().join("home")).unwrap();
    symlink("home", place.ours().join("again")).unwrap();
    let real = |name: &str| real(&place.ours().join(name)).unwrap();
    assert_eq!(real("again/file"), place.theirs().join("file"));
    assert_eq!(real("again/not/there/yet"), place.theirs().join("not/there/yet"));
    assert_eq!(real("again/../ours/none"), place.ours().join("none"), "«..» is the folder above where the link leads");
    assert_eq!(real("none"), place.ours().join("none"));
    assert_eq!(super::real(Path::new("src/../src")).unwrap(), Path::new("src/../src"), "as it was named");
    for (name, to) in [("nowhere", "not-there"), ("further", "again/not-there"), ("twice", "nowhere")] {
        symlink(to, place.ours().join(name)).unwrap();
        for path in [name.to_owned(), format!("{name}/file")] {
            let refused = super::real(&place.ours().join(path)).unwrap_err();
            assert_eq!(why(refused), NotTaken::LinkToNothing, "{name}");
        }
        assert!(super::write_new_named(&place.ours().join(name), b"", Readers::Owner).is_err());
    }
    assert!(!super::is_there(&place.ours().join("not-there")) && !super::is_there(&place.theirs().join("not-there")));
    assert_eq!(read_named(&place.ours().join("again/file"), 10).unwrap(), DEAR.as_bytes());
    symlink("loop", place.ours().join("loop")).unwrap();
    assert_eq!(why(super::real(&place.ours().join("loop")).unwrap_err()), NotTaken::LinkOfAnother);
}

#[test]
fn a_link_that_another_has_planted_is_not_followed_even_where_a_person_names_it() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root may give a link to another account");
        return;
    }
    let place = Place::new();
    let link = place.ours().join("out");
    symlink(place.theirs(), &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(4242), None).unwrap();
    assert_eq!(real(&link).unwrap(), place.theirs(), "in a folder that only its owner writes to");
    for mode in [0o1777, 0o777, 0o2770] {
        fs::set_permissions(place.ours(), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(why(real(&link.join("file")).unwrap_err()), NotTaken::LinkOfAnother, "{mode:o}");
    }
    std::os::unix::fs::chown(place.ours(), Some(4242), None).unwrap();
    assert_eq!(real(&link).unwrap(), place.theirs(), "the folder's owner may");
}

#[test]
fn a_private_folder_goes_with_its_run_and_those_of_killed_runs_with_the_next() {
    let place = Place::new();
    let like = place.ours().join("letopis-verify");
    let lives = PrivateFolder::new(&like).unwrap();
    lives.create("journal").unwrap();
    assert_eq!(lives.path().metadata().unwrap().mode() & 0o777, 0o700);
    // As a kill leaves it: the mark is there and nobody holds it.
    let left = place.ours().join("letopis-verify-0000");
    fs::create_dir_all(left.join("deep/er")).unwrap();
    fs::set_permissions(&left, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(left.join("letopis-private"), "").unwrap();
    fs::write(left.join("journal"), "in the clear").unwrap();
    symlink(place.theirs(), left.join("link")).unwrap();
    // Of the same name and without the mark: somebody's, renamed.
    let renamed = place.ours().join("letopis-verify-1111");
    fs::create_dir(&renamed).unwrap();
    fs::set_permissions(&renamed, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(renamed.join("diary"), DEAR).unwrap();
    symlink(place.theirs(), place.ours().join("letopis-verify-2222")).unwrap();
    // Killed before the mark was made, or when all but the folder was gone.
    let bare = place.ours().join("letopis-verify-3333");
    fs::create_dir(&bare).unwrap();
    fs::set_permissions(&bare, fs::Permissions::from_mode(0o700)).unwrap();
    let next = PrivateFolder::new(&like).unwrap();
    assert!(!left.exists() && !bare.exists() && lives.path().join("journal").exists());
    assert!(renamed.join("diary").exists() && place.is_unharmed());
    next.create("journal").unwrap();
    next.empty().unwrap();
    assert!(PrivateFolder::alone(&like).unwrap_err().message().contains("другая программа"));
    let (one, other) = (lives.path().to_owned(), next.path().to_owned());
    drop((lives, next));
    assert!(!one.exists() && !other.exists());
    assert!(PrivateFolder::alone(&like).is_ok());
}

#[test]
fn a_private_folder_that_was_renamed_is_emptied_and_what_took_its_name_stays() {
    let place = Place::new();
    let private = PrivateFolder::new(&place.ours().join("x")).unwrap();
    private.create("journal").unwrap();
    let (path, away) = (private.path().to_owned(), place.ours().join("away"));
    fs::rename(&path, &away).unwrap();
    fs::rename(place.theirs(), &path).unwrap();
    drop(private);
    assert_eq!(fs::read_to_string(path.join("file")).unwrap(), DEAR);
    assert_eq!(fs::read_dir(away).unwrap().count(), 0);
}

proptest! {
    /// Whatever stands where, and whichever path is named: the other folder stays as it is, and what the strict functions
    /// opened was reached by names alone.
    #[test]
    fn no_tree_of_links_leads_out(
        links in proptest::collection::vec(("[ab]", "[ab]?", prop::sample::select(vec!["../theirs", "..", ".", "a", "b/a", "../theirs/file"])), 0..6),
        wanted in "[ab](/[ab]){0,2}",
    ) {
        let place = Place::new();
        for (folder, name, target) in &links {
            let path = if name.is_empty() { place.ours().join(folder) } else { place.ours().join(folder).join(name) };
            // Made by names alone, so that the planting itself stays at home.
            if path.parent().is_some_and(|parent| make_folders(parent, Readers::All).is_ok()) {
                let _ = symlink(target, &path);
            }
        }
        let path = place.ours().join(&wanted);
        let _ = write_new(&path, b"new", Readers::Owner);
        let _ = replace(&path, b"new", Readers::Owner);
        let _ = make_folders(&path.join("c"), Readers::Owner);
        let _ = rename(&path, &place.ours().join("b/moved"));
        if let Ok(file) = open(&path) {
            prop_assert_eq!(fs::canonicalize(&path).unwrap(), path.clone());
            prop_assert_eq!(file.metadata().unwrap().nlink(), 1);
        }
        let _ = remove(&path);
        let _ = remove_folder(&path);
        let _ = remove_folder(&place.ours());
        prop_assert!(place.is_unharmed());
    }
}

#[test]
fn what_is_made_in_a_folder_of_a_group_is_for_the_group_and_elsewhere_for_its_owner_alone() {
    let place = Place::new();
    for (of_folder, expected) in [(0o2770, 0o660), (0o2775, 0o660), (0o2750, 0o600), (0o770, 0o600), (0o700, 0o600)] {
        fs::set_permissions(place.ours(), fs::Permissions::from_mode(of_folder)).unwrap();
        let path = place.ours().join("file");
        write_new(&path, b"mine", Readers::Folder).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, expected, "in a folder of {of_folder:o}");
        remove(&path).unwrap();
    }
}
