//! Documents, bound books and archive copies.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{
    ArchiveCopied, ArchiveCreated, ArchiveRepaired, ArchiveStored, ArchiveVerified, BackupMade, BookBound,
    DocumentIssued, DocumentSigned, Replaces,
};
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn document(&self, issued: &DocumentIssued) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO documents (number, form, subject, variant, title, leaves, at_entry,
                   issued_at, issued_by, pdf_sha256, version, reason, superseded, entry, writing)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL, ?13, ?14)";
        let d = issued;
        let (issued_at, issued_by) = (d.issued_at.to_rfc3339(), &self.entry.author);
        self.run(
            sql,
            params![
                d.number,
                d.form,
                d.subject,
                d.variant,
                d.title,
                d.leaves,
                d.at_entry,
                issued_at,
                issued_by,
                d.pdf_sha256,
                d.version,
                d.reason,
                self.seq,
                d.writing
            ],
        )?;
        let sql = "INSERT OR REPLACE INTO document_pages (number, page, digest) VALUES (?1, ?2, ?3)";
        for (page, digest) in (1u32..).zip(&issued.pages) {
            self.run(sql, params![issued.number, page, digest.0])?;
        }
        let sql = "INSERT OR REPLACE INTO document_resources (number, name, sha256) VALUES (?1, ?2, ?3)";
        issued.resources.iter().try_for_each(|r| self.run(sql, params![issued.number, r.name, r.sha256]))?;
        issued.replaces.as_ref().map_or(Ok(()), |replaces| self.replaced(&issued.number, replaces))
    }

    fn replaced(&self, number: &str, replaces: &Replaces) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO replaced_leaves (number, place, book, leaf, page, old_number, old_page)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let new = replaces.leaves.iter().map(|new| (&new.leaf, Some(new.page), new.instead.as_ref()));
        let removed = replaces.removed.iter().map(|old| (&old.leaf, None, Some(&old.of)));
        (1u32..).zip(new.chain(removed)).try_for_each(|(place, (leaf, page, old))| {
            let (of, old_page) = (old.map(|old| &old.number), old.map(|old| old.page));
            self.run(sql, params![number, place, replaces.book, leaf, page, of, old_page])
        })
    }

    pub(super) fn signed(&self, d: &DocumentSigned) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO signatures (entry, number, at, by, program, checked, checker, signer,
                   valid_until, timestamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let (at, by, checked) = (self.time(), &self.entry.author, d.check.word());
        let until = d.valid_until.map(|until| until.to_rfc3339());
        self.run(
            sql,
            params![self.seq, d.number, at, by, d.program, checked, d.checker, d.signer, until, d.timestamp],
        )?;
        let sql =
            "INSERT OR REPLACE INTO signature_files (entry, place, kind, sha256, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut files = (1u32..).zip(&d.files);
        files.try_for_each(|(place, f)| self.run(sql, params![self.seq, place, f.kind.word(), f.sha256, f.bytes]))
    }

    pub(super) fn archive(&self, archive: &ArchiveCreated) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO archives (name, period, created_at, length, head, tagmanifest, bytes, files,
                   signer, author, kind, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let a = archive;
        let signer = if a.signer.is_empty() { &self.entry.key } else { &a.signer };
        self.run(
            sql,
            params![
                a.name,
                a.period,
                self.time(),
                a.length,
                a.head,
                a.tagmanifest,
                a.bytes,
                a.files,
                signer,
                self.entry.author,
                a.content().word(),
                self.seq
            ],
        )?;
        archive.copies.iter().try_for_each(|copy| self.copy(&archive.name, &copy.carrier))
    }

    pub(super) fn copied(&self, c: &ArchiveCopied) -> Result<()> {
        self.copy(&c.archive, &c.carrier)
    }

    fn copy(&self, archive: &str, carrier: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO archive_copies (archive, carrier, at, entry) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![archive, carrier, self.time(), self.seq])
    }

    pub(super) fn bound(&self, b: &BookBound) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO bound (number, date, sheets, shelf, by, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, params![b.number, iso(b.date), b.sheets, b.shelf, self.entry.author, self.seq])
    }

    pub(super) fn verified(&self, v: &ArchiveVerified) -> Result<()> {
        let sql =
            "INSERT OR REPLACE INTO verifications (entry, archive, carrier, at, by, depth, result, damaged, healable)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let (at, by) = (self.time(), &self.entry.author);
        self.run(
            sql,
            params![self.seq, v.archive, v.carrier, at, by, v.depth.word(), v.result.word(), v.damaged, v.healable],
        )
    }

    pub(super) fn repaired(&self, r: &ArchiveRepaired) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO repairs (entry, archive, carrier, at, by, files, bytes, source)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (at, by) = (self.time(), &self.entry.author);
        self.run(sql, params![self.seq, r.archive, r.carrier, at, by, r.files, r.bytes, r.from.word()])
    }

    pub(super) fn stored(&self, s: &ArchiveStored) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO stored (entry, archive, place, shelf, at, by, put, depth, result, damaged,
                   healable, locked_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let (at, by, until) = (self.time(), &self.entry.author, s.locked_until.map(iso));
        let (depth, result) = (s.depth.word(), s.result.word());
        self.run(
            sql,
            params![self.seq, s.archive, s.place, s.shelf, at, by, s.put, depth, result, s.damaged, s.healable, until],
        )
    }

    pub(super) fn backup(&self, b: &BackupMade) -> Result<()> {
        let sql =
            "INSERT OR REPLACE INTO backups (entry, name, carrier, place, at, author, tagmanifest, length, head, bytes,
                   files, signer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let (at, author, key) = (self.time(), &self.entry.author, &self.entry.key);
        let of_bag = params![
            self.seq,
            b.name,
            b.carrier,
            b.place,
            at,
            author,
            b.tagmanifest,
            b.length,
            b.head,
            b.bytes,
            b.files,
            key
        ];
        self.run(sql, of_bag)
    }
}
