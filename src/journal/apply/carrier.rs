//! Carriers: registered, given out, handed in, lost, replaced (§5.5.4, §5.6–5.8).

use super::Place;
use crate::error::Result;
use crate::journal::entry::{
    CarrierIssued, CarrierLost, CarrierRegistered, CarrierRestored, CarrierRetired, CarrierReturned,
};
use crate::journal::excerpt;
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn carrier_registered(&self, c: &CarrierRegistered) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO carriers (id, label, holder, place, device, registered_at, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![c.id, c.label, c.holder, c.place, c.device, self.time(), self.seq])?;
        let sql = "INSERT OR REPLACE INTO carrier_registrations (entry, carrier, label, holder, place, at, by)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![self.seq, c.id, c.label, c.holder, c.place, self.time(), self.entry.author])
    }

    pub(super) fn carrier_issued(&self, issued: &CarrierIssued) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO carrier_issues (entry, carrier, login, at, by) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![self.seq, issued.carrier, issued.to, self.time(), self.entry.author])
    }

    pub(super) fn carrier_returned(&self, returned: &CarrierReturned) -> Result<()> {
        let sql = "UPDATE carrier_issues SET returned_at = ?2, returned_to = ?3, place = ?4, returned_entry = ?5
                   WHERE carrier = ?1 AND returned_at IS NULL";
        self.run(sql, params![returned.carrier, self.time(), self.entry.author, returned.place, self.seq])?;
        let sql = "UPDATE carriers SET place = ?2, entry = ?3 WHERE id = ?1";
        self.run(sql, params![returned.carrier, returned.place, self.seq])
    }

    pub(super) fn carrier_lost(&self, lost: &CarrierLost) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO carrier_losses (carrier, reported, circumstances, by_fault, at, by, lost_entry, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
        let day = iso(lost.reported);
        let by = &self.entry.author;
        self.run(sql, params![lost.carrier, day, lost.circumstances, lost.by_fault, self.time(), by, self.seq])?;
        excerpt::keep_lost(self.tables, &lost.carrier)?;
        self.strand_lost(&lost.carrier)
    }

    pub(super) fn carrier_retired(&self, retired: &CarrierRetired) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO carrier_losses
                   (carrier, reported, circumstances, by_fault, at, by, lost_entry, entry, retired)
                   VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?6, 1)";
        let (at, by) = (self.time(), &self.entry.author);
        let day = at.get(..10).unwrap_or_default();
        self.run(sql, params![retired.carrier, day, retired.reason, at, by, self.seq])
    }

    pub(super) fn carrier_restored(&self, restored: &CarrierRestored) -> Result<()> {
        let sql = "UPDATE carrier_losses SET replacement = ?2, restored_at = ?3, restored_by = ?4, entry = ?5
                   WHERE carrier = ?1";
        let by = &self.entry.author;
        self.run(sql, params![restored.carrier, restored.replacement, self.time(), by, self.seq])
    }
}
