//! What a journal can say of an archive: the strongest anchor there is.

use super::witnesses::Ledger;
use crate::archive::anchor::{JournalFacts, Known, Maker};
use crate::archive::bag::{Content, Facts, Previous};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::{Proven, read};
use crate::ledger::chain::hex;
use crate::school::Role;
use crate::work::year;

/// Those who make archives (§5.5.1, §5.5.2).
pub const MAKERS: [Role; 3] = [Role::DeputyHead, Role::Director, Role::Dispatcher];

/// Those who make copies of any day (§5.5.1).
pub const COPIERS: [Role; 4] = [Role::BackupService, Role::Dispatcher, Role::DeputyHead, Role::Director];

/// Those who make an archive of this content: the dispatcher copies the database alone (§5.5.1).
fn makers_of(content: Content) -> &'static [Role] {
    match content {
        Content::Database => &MAKERS,
        Content::Backup => &COPIERS,
        Content::Journal | Content::Summaries => &[Role::DeputyHead, Role::Director],
    }
}

/// Whose key it is, and whether he may make an archive of this content, by the tables of a moment.
fn maker_in(tables: &Tables, fingerprint: &str, content: Content) -> Result<Maker> {
    let Some(key) = read::key(tables, fingerprint)? else { return Ok(Maker::Unknown) };
    let login = key.login.to_string();
    if key.revoked_at.is_some() {
        return Ok(Maker::Revoked(login));
    }
    for role in makers_of(content) {
        if read::has_role(tables, &key.login, *role)? {
            return Ok(if role.is_service() { Maker::Service(login) } else { Maker::Of(login) });
        }
    }
    Ok(Maker::OtherRole(login))
}

/// Whose key sealed an archive, and whether he might make it, at the place where a ledger has recorded it, or else where
/// the archive says that it was made. One that was made of an older archive names the place of that one: of it, the end
/// of the ledger counts.
///
/// # Errors
/// A row that does not read is damage.
pub(super) fn maker(ledger: &dyn Ledger, fingerprint: &str, facts: &Facts, code: &str) -> Result<Maker> {
    let end = ledger.tip().seq;
    // Copies of any day lie there by the dozen, and going back to the place of each takes its time: whoever may make them
    // today, with the same key, is believed.
    if facts.content == Content::Backup {
        let today = maker_in(&ledger.tables()?, fingerprint, facts.content)?;
        if today.login().is_some() {
            return Ok(today);
        }
    }
    let recorded = recorded_at(&ledger.tables()?, facts.content, code)?;
    let at = |place: u64| maker_in(&ledger.as_of(place)?, fingerprint, facts.content);
    let made = facts.length.min(end);
    match recorded {
        // A run that was interrupted may have been recorded by somebody else, when its maker had left.
        Some(entry) => match at(entry.saturating_sub(1))? {
            maker if maker.login().is_some() => Ok(maker),
            otherwise => Ok(Some(at(made)?).filter(|maker| maker.login().is_some()).unwrap_or(otherwise)),
        },
        None if facts.source.is_some() => maker_in(&ledger.tables()?, fingerprint, facts.content),
        None => at(made),
    }
}

/// The entry that recorded an archive of this content and code.
pub(super) fn recorded_at(tables: &Tables, content: Content, code: &str) -> Result<Option<u64>> {
    if content == Content::Backup {
        return Ok(read::backup_of_code(tables, code)?.map(|backup| backup.entry));
    }
    Ok(read::all_archives(tables)?.into_iter().find(|known| known.code == code).map(|known| known.entry))
}

/// A proven journal as a witness.
pub struct Witness<'a>(pub &'a Proven);

impl JournalFacts for Witness<'_> {
    fn journal_id(&self) -> Result<String> {
        Ok(hex(&self.0.tip().journal))
    }

    fn head_at(&self, length: u64) -> Result<Option<String>> {
        Ok(self.0.head_at(length).map(|head| hex(&head)))
    }

    fn maker(&self, fingerprint: &str, facts: &Facts, code: &str) -> Result<Maker> {
        let made = maker(self.0, fingerprint, facts, code)?;
        let tables = self.0.tables()?;
        if recorded_at(&tables, facts.content, code)?.is_some() || made.login().is_none() {
            return Ok(made);
        }
        // Nothing but the key says when it was made: a key that was taken from him may have made it today.
        maker_in(&tables, fingerprint, facts.content)
    }

    fn is_given_up(&self, length: u64, head: &str) -> Result<bool> {
        read::is_given_up(&self.0.tables()?, length, head)
    }

    fn archives(&self) -> Result<Vec<Known>> {
        let archives = read::all_archives(&self.0.tables()?)?;
        let known = |archive: read::Archive| {
            let read::Archive { name, code, signer, entry, .. } = archive;
            Known { name, code, signer, entry }
        };
        Ok(archives.into_iter().map(known).collect())
    }

    fn backup(&self, code: &str) -> Result<Option<Known>> {
        let known = |backup: read::Backup| {
            let read::Backup { name, code, signer, entry, .. } = backup;
            Known { name, code, signer, entry }
        };
        Ok(read::backup_of_code(&self.0.tables()?, code)?.map(known))
    }

    fn length(&self) -> Result<u64> {
        Ok(self.0.tip().seq)
    }

    fn resumed_after(&self, length: u64) -> Result<Option<u64>> {
        // It is the first entry after the copy; where it waited, the second, which confirmed it.
        let next = length.saturating_add(1)..=length.saturating_add(2);
        let restorations = read::restorations(&self.0.tables()?)?;
        Ok(restorations.into_iter().map(|restoration| restoration.entry).find(|entry| next.contains(entry)))
    }

    fn last_before(&self) -> Result<Option<Previous>> {
        Ok(year::archive_before(self.0)?.map(|last| Previous { name: last.name, code: last.code }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::School;
    use super::*;
    use crate::archive::fixture::shared;
    use crate::ledger::identity::Identity;
    use crate::ledger::possession::Request;
    use crate::work::{Workplace, people};
    use chrono::DateTime;

    /// Facts of an archive of this content that claims to have been made at this place.
    fn facts(school: &School, length: u64, content: Content) -> Facts {
        let proven = school.journal.prove(&mut |_| {}).unwrap();
        let tip = proven.tip();
        let head = proven.head_at(length).map(|head| hex(&head)).unwrap_or_default();
        Facts { journal: hex(&tip.journal), length, head, content, ..shared::facts(0) }
    }

    fn asked(school: &School, key: &Identity, length: u64, content: Content) -> Maker {
        let proven = school.journal.prove(&mut |_| {}).unwrap();
        let facts = facts(school, length, content);
        Witness(&proven).maker(&key.public().fingerprint(), &facts, &"ab".repeat(32)).unwrap()
    }

    #[test]
    fn a_role_vouches_for_the_archives_that_it_may_make_and_for_no_others() {
        let mut school = School::new();
        let [dispatcher, teacher] = [(); 2].map(|()| Identity::generate());
        let id = Some(school.journal.tip().unwrap().journal);
        school.takes_on("gusev", Role::Dispatcher, &Request::by(&dispatcher, id, "gusev").unwrap());
        school.takes_on("orlova", Role::Teacher, &Request::by(&teacher, id, "orlova").unwrap());
        let end = school.journal.tip().unwrap().seq;
        for content in [Content::Journal, Content::Database, Content::Summaries] {
            assert_eq!(asked(&school, &school.deputy, end, content), Maker::Of("petrova".into()));
            assert_eq!(asked(&school, &school.director, end, content), Maker::Of("kuznetsov".into()));
            assert_eq!(asked(&school, &teacher, end, content), Maker::OtherRole("orlova".into()));
            assert_eq!(asked(&school, &Identity::generate(), end, content), Maker::Unknown);
            let expected = if content == Content::Database { Maker::Of as fn(_) -> _ } else { Maker::OtherRole };
            assert_eq!(asked(&school, &dispatcher, end, content), expected("gusev".to_owned()));
        }
        // Before he had a key, and beyond the end of the journal.
        assert_eq!(asked(&school, &dispatcher, 2, Content::Database), Maker::Unknown);
        assert_eq!(asked(&school, &dispatcher, end + 100, Content::Database), Maker::Of("gusev".into()));
    }

    #[test]
    fn a_key_that_was_revoked_vouches_for_nothing_new_whatever_place_it_claims() {
        let mut school = School::new();
        let before = school.journal.tip().unwrap().seq;
        assert_eq!(asked(&school, &school.deputy, before, Content::Journal), Maker::Of("petrova".into()));
        let now = DateTime::parse_from_rfc3339("2025-09-01T09:00:00+03:00").unwrap();
        let fingerprint = school.deputy.public().fingerprint();
        let mut place = Workplace::at(&mut school.journal, &school.administrator, &now).unwrap();
        people::revoke(&mut place, &fingerprint, "утерян").unwrap();
        for length in [before, before + 1, before + 50] {
            assert_eq!(asked(&school, &school.deputy, length, Content::Journal), Maker::Revoked("petrova".into()));
        }
    }
}
