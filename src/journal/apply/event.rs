//! Events of the school (§1.6).

use super::Place;
use crate::error::Result;
use crate::journal::entry::{EventAnnounced, EventAnnulled};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn event_announced(&self, event: &EventAnnounced) -> Result<()> {
        let sql =
            "INSERT INTO events (number, title, first, last, begins, place, author, announced_at, annulled, entry)
                   VALUES ((SELECT count(*) + 1 FROM events), ?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8)";
        let (begins, place) = (event.begins.as_deref().unwrap_or_default(), event.place.as_deref().unwrap_or_default());
        let (first, last) = (event.first.to_string(), event.last.to_string());
        let author = &self.entry.author;
        self.run(sql, params![event.title, first, last, begins, place, author, self.time(), self.seq])?;
        for class in &event.classes {
            let sql = "INSERT INTO event_classes (event, class) SELECT max(number), ?1 FROM events";
            self.run(sql, [class.to_string()])?;
        }
        Ok(())
    }

    pub(super) fn event_annulled(&self, annulled: &EventAnnulled) -> Result<()> {
        self.run(
            "UPDATE events SET annulled = ?2, entry = ?3 WHERE number = ?1",
            params![annulled.number, annulled.reason, self.seq],
        )
    }
}
