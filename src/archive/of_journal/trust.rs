//! What a journal can say of an archive: the strongest anchor there is.

use crate::archive::anchor::JournalFacts;
use crate::archive::bag::Previous;
use crate::error::Result;
use crate::journal::{Journal, apply, read};
use crate::ledger::chain::hex;
use crate::ledger::store;
use crate::school::Role;

/// Those who make archives (§5.5.1, §5.5.2).
pub const MAKERS: [Role; 3] = [Role::DeputyHead, Role::Director, Role::Dispatcher];

/// A journal as a witness.
pub struct Witness<'a>(pub &'a Journal);

impl JournalFacts for Witness<'_> {
    fn journal_id(&self) -> Result<String> {
        Ok(hex(&self.0.tip()?.journal))
    }

    fn head_at(&self, length: u64) -> Result<Option<String>> {
        Ok(store::get(self.0.tables().db(), length)?.map(|record| hex(&record.head)))
    }

    fn signer_at(&self, fingerprint: &str, length: u64) -> Result<Option<String>> {
        // Rights as they stood then: who was deputy head that day may be nobody's deputy today.
        let then = apply::as_of(self.0.tables(), Some(length))?;
        let Some(key) = read::key(&then, fingerprint)?.filter(|key| key.revoked_at.is_none()) else { return Ok(None) };
        for role in MAKERS {
            if read::has_role(&then, &key.login, role)? {
                return Ok(Some(key.login.into()));
            }
        }
        Ok(None)
    }

    fn archives(&self) -> Result<Vec<Previous>> {
        let mut statement = self.0.tables().prepare_cached("SELECT name, tagmanifest FROM archives ORDER BY entry")?;
        let rows = statement.query_map([], |row| Ok(Previous { name: row.get(0)?, code: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn last_before(&self) -> Result<Option<Previous>> {
        Ok(read::last_archive_before(self.0.tables())?.map(|last| Previous { name: last.name, code: last.code }))
    }
}
