//! What a document says of its being issued, always the same.

use letopis::print::IssueContext;
use letopis::school::PersonName;

/// The context of a document with this number; of a draft, if it is empty.
pub fn context(number: &str) -> IssueContext {
    IssueContext {
        number: number.to_owned(),
        issued_at: chrono::DateTime::parse_from_rfc3339("2026-06-01T10:15:00+03:00").expect("a time"),
        issued_by: PersonName {
            surname: "Завьялова".into(), given: "Ольга".into(), patronymic: "Павловна".into()
        },
        issued_position: "заместитель директора по УВР".to_owned(),
        journal_id: "5f".repeat(32),
        ledger_length: 41_237,
        ledger_head: "c4".repeat(32),
        version: "0.1.0".to_owned(),
        rules: letopis::journal::entry::RULES,
        writing: letopis::print::pdf::WRITING,
        replaces: None,
        checkpoint: None,
        reason: String::new(),
    }
}
