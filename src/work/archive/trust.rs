//! What a journal can say of an archive: the strongest anchor there is.

use crate::archive::anchor::JournalFacts;
use crate::archive::bag::Previous;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::{Proven, read};
use crate::ledger::chain::hex;
use crate::school::Role;
use crate::work::year;

/// Those who make archives (§5.5.1, §5.5.2).
pub const MAKERS: [Role; 3] = [Role::DeputyHead, Role::Director, Role::Dispatcher];

/// Login of whose key it is, if it is in force and he may make archives, by the tables of a moment.
///
/// # Errors
/// A row that does not read is damage.
pub(super) fn maker_in(tables: &Tables, fingerprint: &str) -> Result<Option<String>> {
    let Some(key) = read::key(tables, fingerprint)?.filter(|key| key.revoked_at.is_none()) else { return Ok(None) };
    for role in MAKERS {
        if read::has_role(tables, &key.login, role)? {
            return Ok(Some(key.login.into()));
        }
    }
    Ok(None)
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

    fn signer_at(&self, fingerprint: &str, length: u64) -> Result<Option<String>> {
        // Rights as they stood then: who was deputy head that day may be nobody's deputy today.
        maker_in(&self.0.as_of(length.min(self.0.tip().seq))?, fingerprint)
    }

    fn archives(&self) -> Result<Vec<Previous>> {
        let archives = read::all_archives(&self.0.tables()?)?;
        Ok(archives.into_iter().map(|archive| Previous { name: archive.name, code: archive.code }).collect())
    }

    fn last_before(&self) -> Result<Option<Previous>> {
        Ok(year::archive_before(self.0)?.map(|last| Previous { name: last.name, code: last.code }))
    }
}
