use super::*;
use crate::journal::entry::ClassSet;
use crate::journal::{Author, Journal, founded};
use crate::ledger::identity::Identity;
use crate::school::ClassName;
use std::fs;

/// A journal of two entries, and a folder to keep proofs in.
struct Place {
    dir: tempfile::TempDir,
    author: Identity,
    journal: Journal,
}

impl Place {
    fn new() -> Self {
        let (dir, author) = (tempfile::tempdir().unwrap(), Identity::generate());
        let journal = founded::journal(&dir.path().join("journal.letopis"), &author);
        Self { dir, author, journal }
    }

    fn record(&mut self, class: &str) {
        let now = chrono::DateTime::parse_from_rfc3339("2025-09-01T09:00:00+03:00").unwrap();
        let author = Author { signer: &self.author, clock: &now, taken_over: false };
        let class = ClassSet { class: ClassName::parse(class).unwrap(), teacher: String::new() };
        self.journal.record(author, class).unwrap();
    }

    fn prove(&self) -> Result<Proven> {
        self.journal.prove(&mut |_| {})
    }

    fn falsify(&self, sql: &str) {
        rusqlite::Connection::open(self.journal.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    /// Proves with what is kept for somebody; says whether it was taken up.
    fn taken_up(&self, identity: &Identity) -> Result<(Proven, bool)> {
        let mut walked = false;
        let keep = Keep { folder: &self.cache(), identity };
        let proven = Proven::from_kept(self.journal.path(), keep, &mut |_| walked = true)?;
        Ok((proven, !walked))
    }

    fn keep(&self, identity: &Identity) -> PathBuf {
        self.prove().unwrap().keep(Keep { folder: &self.cache(), identity });
        let mut files: Vec<PathBuf> = fs::read_dir(self.cache()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "one proof a journal and nothing beside it: {files:?}");
        files.remove(0)
    }
}

fn classes(proven: &Proven) -> Vec<String> {
    read::classes(&proven.tables().unwrap()).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn a_proof_goes_on_with_what_was_recorded_since_and_the_first_stays_as_it_was() {
    let mut place = Place::new();
    let first = place.prove().unwrap();
    place.record("8Б");
    place.record("9В");
    let later = first.advance().unwrap();
    assert_eq!((classes(&first), first.tip().seq), (vec!["7А".to_owned()], 2));
    assert_eq!(
        (classes(&later), later.tip()),
        (["7А", "8Б", "9В"].map(String::from).to_vec(), place.journal.tip().unwrap())
    );
    assert_eq!(later.position_of(&first.tip().head), Some(2));
    assert_eq!((later.head_at(2), later.head_at(0), later.head_at(5)), (Some(first.tip().head), None, None));
    assert_eq!(read::classes(&later.as_of(3).unwrap()).unwrap().len(), 2);
}

#[test]
fn what_cannot_be_proven_stops_a_proof_and_leaves_the_one_before_to_read() {
    let mut place = Place::new();
    let first = place.prove().unwrap();
    place.record("8Б");
    place.falsify("UPDATE ledger SET payload = replace(payload, '8Б', '9В') WHERE seq = 3");
    assert!(first.advance().unwrap_err().message().contains("запись № 3"));
    assert_eq!(classes(&first), ["7А"]);
    place.falsify("UPDATE ledger SET payload = replace(payload, 'Иванова', 'Петрова') WHERE seq = 1");
    assert!(first.record(2).is_ok(), "what was not touched is still the proven record");
    assert!(first.record(1).unwrap_err().message().contains("изменён после проверки"));
    assert!(first.record(3).is_err(), "it was not proven");
}

#[test]
fn a_ledger_that_is_no_continuation_is_not_gone_on_with() {
    let mut place = Place::new();
    place.record("8Б");
    let proven = place.prove().unwrap();
    place.falsify("DELETE FROM ledger WHERE seq = 3; PRAGMA user_version = 1");
    let error = proven.advance().unwrap_err();
    assert!(error.message().contains("запись № 3"), "{error}");
}

#[test]
fn a_kept_proof_is_taken_up_by_its_owner_and_goes_on() {
    let mut place = Place::new();
    place.keep(&place.author);
    let (proven, taken_up) = place.taken_up(&place.author).unwrap();
    assert!(taken_up && classes(&proven) == ["7А"]);
    place.record("8Б");
    let (proven, taken_up) = place.taken_up(&place.author).unwrap();
    assert!(taken_up && classes(&proven) == ["7А", "8Б"] && proven.tip() == place.journal.tip().unwrap());
    let (_, taken_up) = place.taken_up(&Identity::generate()).unwrap();
    assert!(!taken_up, "another person has none");
}

#[test]
fn a_kept_proof_that_is_amiss_decides_nothing() {
    let place = Place::new();
    let file = place.keep(&place.author);
    let whole = fs::read(&file).unwrap();
    let named = "Иванова".as_bytes();
    assert!(!whole.windows(named.len()).any(|part| part == named), "names lie in it for everybody to read");
    for at in [0, 15, 16, 39, 40, 47, 48, 100, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&file, flipped).unwrap();
        let (proven, taken_up) = place.taken_up(&place.author).unwrap();
        assert!(!taken_up && classes(&proven) == ["7А"], "byte {at}");
    }
    for length in [0, 10, 16, 40, 60, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        assert!(!place.taken_up(&place.author).unwrap().1, "{length} bytes");
    }
    let other = Place::new();
    fs::write(&file, fs::read(other.keep(&place.author)).unwrap()).unwrap();
    assert!(!place.taken_up(&place.author).unwrap().1, "it is another journal's");
}

#[test]
fn a_kept_proof_vouches_for_no_file_that_was_changed_since() {
    for (sql, words) in [
        ("UPDATE ledger SET payload = replace(payload, 'Иванова', 'Петрова') WHERE seq = 1", "запись № 1"),
        ("UPDATE classes SET name = '7Я'", "таблица classes, строка 7А"),
        ("DELETE FROM ledger WHERE seq = 1", "недостаёт записей"),
        ("CREATE VIEW v AS SELECT 1", "view v"),
    ] {
        let place = Place::new();
        place.keep(&place.author);
        place.falsify(sql);
        let error = place.taken_up(&place.author).unwrap_err();
        assert!(error.message().contains(words), "{sql}: {error}");
    }
    let mut place = Place::new();
    place.record("8Б");
    place.keep(&place.author);
    place.falsify("DELETE FROM ledger WHERE seq = 3; DELETE FROM classes WHERE name = '8Б'");
    let (proven, taken_up) = place.taken_up(&place.author).unwrap();
    assert!(!taken_up && proven.tip().seq == 2, "a shorter ledger is proven from its start");
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_enter_keeps_no_proof() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let file = place.keep(&place.author);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(place.cache(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!place.taken_up(&place.author).unwrap().1);
    fs::remove_file(&file).unwrap();
    place.prove().unwrap().keep(Keep { folder: &place.cache(), identity: &place.author });
    assert!(!file.exists());
}
