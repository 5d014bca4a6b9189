//! What is no longer kept of older years.

use super::Place;
use crate::error::Result;
use crate::journal::entry::ArchiveDestroyed;
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn destroyed(&self, gone: &ArchiveDestroyed) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO destroyed (entry, journal, year, ends, what, length, head, stays, stays_code,
                   protocol, means, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let g = gone;
        let stays = g.stays.as_ref().map(|stays| (&stays.name, &stays.code)).unzip();
        self.run(
            sql,
            params![
                self.seq,
                g.journal,
                g.year,
                iso(g.ends),
                g.what.word(),
                g.length,
                g.head,
                stays.0,
                stays.1,
                g.protocol,
                g.means,
                self.time(),
                self.entry.author
            ],
        )?;
        let sql = "INSERT OR REPLACE INTO destroyed_archives (entry, name, code) VALUES (?1, ?2, ?3)";
        g.archives.iter().try_for_each(|of| self.run(sql, params![self.seq, of.name, of.code]))?;
        let sql =
            "INSERT OR REPLACE INTO destroyed_cases (entry, line, case_index, title, first, last, count, term, note)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        (1u32..).zip(&g.cases).try_for_each(|(line, case)| {
            let (first, last) = (iso(case.first), iso(case.last));
            let of = params![self.seq, line, case.index, case.title, first, last, case.count, case.term, case.note];
            self.run(sql, of)
        })
    }
}
