//! Documents, bound books, archives (§2.5, §5).

use super::carriers::carrier;
use super::*;
use crate::common::office::at;
use letopis::journal::entry::IssuedResource;
use letopis::journal::entry::{
    ArchiveCreated, ArchiveVerified, BookBound, CopyOn, DocumentIssued, IssuedPage, Person, VerifiedAs, VerifiedDepth,
};
use letopis::school::{PersonName, Role};

const NOW: &str = "2025-10-27T12:00";

fn document(office: &Office, number: &str) -> DocumentIssued {
    DocumentIssued {
        number: number.into(),
        form: "class-book".into(),
        subject: "7А".into(),
        variant: String::new(),
        title: "Классный журнал".into(),
        leaves: 9,
        at_entry: office.journal.tip().unwrap().seq,
        issued_at: at(NOW),
        pages: vec![IssuedPage("0".repeat(64))],
        pdf_sha256: "0".repeat(64),
        version: "0".into(),
        resources: vec![IssuedResource { name: "layouts/book.toml".into(), sha256: "a".repeat(64) }],
        writing: 2,
        replaces: None,
        reason: String::new(),
    }
}

#[test]
fn a_document_takes_the_next_number_and_is_of_a_state_before_its_own_entry() {
    let mut office = Office::open();
    let right = document(&office, "2025-0001");
    let tip = right.at_entry;
    let wrong = Some("описан неверно");
    let digest = |length: usize| IssuedPage("0".repeat(length));
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (right.clone(), None),
            (DocumentIssued { at_entry: tip + 1, ..right.clone() }, wrong),
            (DocumentIssued { at_entry: tip - 1, ..right.clone() }, None),
            (DocumentIssued { pages: Vec::new(), ..right.clone() }, wrong),
            (DocumentIssued { leaves: 0, ..right.clone() }, wrong),
            (DocumentIssued { leaves: 1, ..right.clone() }, None),
            (DocumentIssued { pages: vec![digest(64), digest(63)], ..right.clone() }, wrong),
            (DocumentIssued { pdf_sha256: "0".repeat(62), ..right.clone() }, wrong),
            (DocumentIssued { pdf_sha256: "g".repeat(64), ..right.clone() }, wrong),
            (
                DocumentIssued {
                    resources: vec![IssuedResource { name: "x".into(), sha256: "0".into() }],
                    ..right.clone()
                },
                wrong,
            ),
            (DocumentIssued { title: " ".into(), ..right.clone() }, Some("название документа")),
            (DocumentIssued { number: "2025-0002".into(), ..right.clone() }, Some("следующий — № 2025-0001")),
            (DocumentIssued { number: "2026-0001".into(), ..right.clone() }, Some("следующий — № 2025-0001")),
        ],
    );
    office.record("petrova", NOW, right.clone()).unwrap();
    office.forbids("petrova", NOW, right, "следующий — № 2025-0002");
}

#[test]
fn clause_5_4_a_book_is_bound_from_the_day_it_was_issued_to_today_with_its_own_number_of_leaves() {
    let mut office = Office::open();
    let secretary = Person {
        login: "belova".into(),
        name: PersonName { surname: "Белова".into(), given: "Бэла".into(), patronymic: String::new() },
        position: "секретарь".into(),
        association: String::new(),
        roles: vec![Role::Teacher, Role::Secretary],
    };
    office.record("ivanova", NOW, secretary).unwrap();
    office.record("petrova", NOW, document(&office, "2025-0001")).unwrap();
    let keys = DocumentIssued { form: "keys".into(), ..document(&office, "2025-0002") };
    office.record("petrova", NOW, keys).unwrap();
    let late = "2025-11-05T12:00";
    let bound = |number: &str, date: &str, sheets: u32, shelf: &str| BookBound {
        number: number.into(),
        date: day(date),
        sheets,
        shelf: shelf.into(),
    };
    each(
        &mut office,
        "belova",
        late,
        &[
            (bound("2025-0001", "2025-10-26", 9, "шкаф"), Some("он выдан 27.10.2025")),
            (bound("2025-0001", "2025-10-27", 9, "шкаф"), None),
            (bound("2025-0001", "2025-11-05", 9, "шкаф"), None),
            (bound("2025-0001", "2025-11-06", 9, "шкаф"), Some("ещё не наступил")),
            (
                bound("2025-0001", "2025-11-05", 8, "шкаф"),
                Some("насчитано 8 листов, а в его листе-заверителе — 9 листов"),
            ),
            (bound("2025-0001", "2025-11-05", 10, "шкаф"), Some("насчитано 10 листов")),
            (bound("2025-0001", "2025-11-05", 9, " "), Some("место хранения")),
            (bound("2025-0001", "2025-11-05", 9, &letters(1000)), None),
            (bound("2025-0001", "2025-11-05", 9, &letters(1001)), Some("1 001 знак")),
            (bound("2025-0002", "2025-11-05", 9, "шкаф"), Some("подшивается классный журнал")),
            (bound("2025-0003", "2025-11-05", 9, "шкаф"), Some("нет в реестре")),
        ],
    );
    let second = DocumentIssued { issued_at: at(late), ..document(&office, "2025-0003") };
    let mut superseded = bound("2025-0001", "2025-11-05", 9, "шкаф");
    // A later issue is bound instead; a book that is bound already stays so, and its place is put right.
    office.record("belova", late, superseded.clone()).unwrap();
    office.record("petrova", late, second).unwrap();
    office.forbids("belova", late, superseded.clone(), "так уже записано");
    superseded.shelf = "шкаф 2".into();
    office.allows("belova", late, superseded.clone());
    superseded.date = day("2025-11-04");
    superseded.shelf = "шкаф".into();
    office.allows("belova", late, superseded);
    let third = DocumentIssued { issued_at: at(late), ..document(&office, "2025-0004") };
    office.record("petrova", late, third).unwrap();
    office.forbids("belova", late, bound("2025-0003", "2025-11-05", 9, "шкаф"), "позже выдан № 2025-0004");
    office.allows("belova", late, bound("2025-0004", "2025-11-05", 9, "шкаф"));
}

#[test]
fn clause_2_5_an_archive_is_of_a_state_before_its_own_entry_signed_by_a_key_of_the_journal() {
    let mut office = Office::open();
    office.record("petrova", NOW, carrier("1", "kuznetsov", "сейф")).unwrap();
    office.record("petrova", NOW, carrier("2", "petrova", "кабинет")).unwrap();
    let tip = office.journal.tip().unwrap().seq;
    let signer = office.keys["petrova"].public().fingerprint();
    let copies = ["1", "2"].map(|carrier| CopyOn { carrier: carrier.into() }).to_vec();
    let right = ArchiveCreated {
        signer,
        name: "2025-2026-q1".into(),
        period: "I четверть".into(),
        tagmanifest: "0".repeat(64),
        length: tip,
        head: "0".repeat(64),
        files: 1,
        bytes: 1,
        copies,
        kind: None,
    };
    let wrong = Some("описан неверно");
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (right.clone(), None),
            (ArchiveCreated { length: tip + 1, ..right.clone() }, wrong),
            (ArchiveCreated { length: tip - 1, ..right.clone() }, None),
            (ArchiveCreated { head: "0".into(), ..right.clone() }, wrong),
            (ArchiveCreated { tagmanifest: "g".repeat(64), ..right.clone() }, wrong),
            (ArchiveCreated { signer: String::new(), ..right.clone() }, None),
            (ArchiveCreated { signer: "SHA256:x".into(), ..right.clone() }, Some("которого нет в журнале")),
        ],
    );
    let verified = |archive: &str| ArchiveVerified {
        archive: archive.into(),
        carrier: "1".into(),
        depth: VerifiedDepth::Signature,
        result: VerifiedAs::Whole,
        damaged: None,
        healable: None,
    };
    office.forbids("petrova", NOW, verified("2025-2026-q1"), "в журнале не записан");
    office.record("petrova", NOW, right).unwrap();
    office.allows("petrova", NOW, verified("2025-2026-q1"));
    office.forbids("petrova", NOW, verified("2025-2026-q2"), "в журнале не записан");
}
