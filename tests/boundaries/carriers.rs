//! Carriers: registered, given out, handed in, lost, replaced, retired (§5.6–5.8).

use super::*;
use letopis::journal::entry::{
    ArchiveCopied, ArchiveCreated, CarrierIssued, CarrierLost, CarrierRegistered, CarrierRestored, CarrierRetired,
    CarrierReturned, CopyOn, PersonDismissed,
};

const NOW: &str = "2025-10-27T12:00";

pub fn carrier(id: &str, holder: &str, place: &str) -> CarrierRegistered {
    let (id, label) = (id.to_owned(), format!("А-{id}"));
    CarrierRegistered { id, label, holder: holder.into(), place: place.into(), device: String::new() }
}

fn issued(id: &str, to: &str) -> CarrierIssued {
    CarrierIssued { carrier: id.into(), to: to.into() }
}

fn returned(id: &str, place: &str) -> CarrierReturned {
    CarrierReturned { carrier: id.into(), place: place.into() }
}

fn lost(id: &str, reported: &str) -> CarrierLost {
    let circumstances = "забыт в автобусе".into();
    CarrierLost { carrier: id.into(), reported: day(reported), circumstances, by_fault: false }
}

fn retired(id: &str) -> CarrierRetired {
    CarrierRetired { carrier: id.into(), reason: "портит файлы".into() }
}

fn restored(id: &str, replacement: &str) -> CarrierRestored {
    CarrierRestored { carrier: id.into(), replacement: replacement.into() }
}

/// Two carriers fit for a pair, and a third, registered on 27 October.
fn registered() -> Office {
    let mut office = Office::open();
    office.record("petrova", NOW, carrier("1", "kuznetsov", "сейф")).unwrap();
    office.record("petrova", NOW, carrier("2", "petrova", "кабинет")).unwrap();
    office.record("petrova", NOW, carrier("3", "petrova", "шкаф")).unwrap();
    office
}

#[test]
fn clause_5_6_a_carrier_is_had_by_one_at_a_time_who_works_here() {
    let mut office = registered();
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (issued("1", "gusev"), None),
            (issued("9", "gusev"), Some("не зарегистрирован")),
            (issued("1", "nobody"), Some("нет среди сотрудников")),
        ],
    );
    each(
        &mut office,
        "petrova",
        NOW,
        &[(returned("1", "сейф"), Some("никому не выдан")), (returned("1", " "), Some("не указано: место хранения"))],
    );
    office.record("petrova", NOW, issued("1", "gusev")).unwrap();
    office.forbids("petrova", NOW, issued("1", "belova"), "уже выдан: Гусев Глеб Глебович, 27.10.2025");
    office.forbids("petrova", NOW, issued("1", "gusev"), "уже выдан");
    each(
        &mut office,
        "petrova",
        NOW,
        &[(returned("1", &letters(1000)), None), (returned("1", &letters(1001)), Some("место хранения: 1 001 знак"))],
    );
    office.record("petrova", NOW, returned("1", "шкаф")).unwrap();
    office.allows("petrova", NOW, issued("1", "belova"));
    office.record("ivanova", NOW, PersonDismissed { login: "belova".into(), abandoned: String::new() }).unwrap();
    office.forbids("petrova", NOW, issued("1", "belova"), "уволен(а)");
    office.forbids("petrova", NOW, carrier("4", "belova", "сейф"), "нет среди сотрудников");
    assert!(office.is_clean());
}

#[test]
fn clause_5_8_1_a_loss_is_reported_from_the_day_the_carrier_was_there_to_today() {
    let mut office = registered();
    let late = "2025-11-05T12:00";
    let spans = [
        (lost("2", "2025-10-26"), Some("ещё не был выдан или зарегистрирован (27.10.2025)")),
        (lost("2", "2025-10-27"), None),
        (lost("2", "2025-11-05"), None),
        (lost("2", "2025-11-06"), Some("ещё не наступил")),
        (CarrierLost { circumstances: letters(1000), ..lost("2", "2025-11-05") }, None),
        (CarrierLost { circumstances: letters(1001), ..lost("2", "2025-11-05") }, Some("1 001 знак")),
        (CarrierLost { circumstances: " ".into(), ..lost("2", "2025-11-05") }, Some("обстоятельства утери")),
    ];
    each(&mut office, "petrova", late, &spans);
    // One that was given out is lost from the day it was given out.
    office.record("petrova", "2025-10-30T12:00", issued("2", "gusev")).unwrap();
    let spans = [(lost("2", "2025-10-29"), Some("(30.10.2025)")), (lost("2", "2025-10-30"), None)];
    each(&mut office, "petrova", late, &spans);
    office.record("petrova", late, lost("2", "2025-10-30")).unwrap();
    for body in [
        issued("2", "gusev").into(),
        Body::from(returned("2", "сейф")),
        lost("2", "2025-11-05").into(),
        retired("2").into(),
    ] {
        office.forbids("petrova", late, body, "утерян, об этом сообщено 30.10.2025");
    }
}

#[test]
fn clause_5_8_2_what_was_lost_is_restored_once_on_a_carrier_that_is_at_hand() {
    let mut office = registered();
    office.forbids("ivanova", NOW, restored("2", "3"), "не записан как утерянный");
    office.record("petrova", NOW, lost("2", "2025-10-27")).unwrap();
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (restored("2", "3"), None),
            (restored("2", "2"), Some("утерян")),
            (restored("2", "9"), Some("не зарегистрирован")),
            (restored("9", "3"), Some("не зарегистрирован")),
        ],
    );
    office.record("ivanova", NOW, restored("2", "3")).unwrap();
    office.forbids("ivanova", NOW, restored("2", "1"), "уже восстановлены на «А-3»");
    // A retired one was not lost.
    office.record("petrova", NOW, retired("1")).unwrap();
    office.forbids("ivanova", NOW, restored("1", "3"), "не записан как утерянный");
    office.forbids("petrova", NOW, issued("1", "gusev"), "списан 27.10.2025");
    assert!(office.is_clean());
}

fn archive(name: &str, copies: &[&str]) -> ArchiveCreated {
    ArchiveCreated {
        signer: String::new(),
        name: name.into(),
        period: "I четверть".into(),
        tagmanifest: "0".repeat(64),
        length: 5,
        head: "0".repeat(64),
        files: 1,
        bytes: 1,
        copies: copies.iter().map(|carrier| CopyOn { carrier: (*carrier).into() }).collect(),
        kind: None,
    }
}

#[test]
fn a_carrier_is_retired_when_it_was_handed_in_and_no_archive_loses_its_last_copy() {
    let mut office = registered();
    let unsaid = CarrierRetired { reason: " ".into(), ..retired("3") };
    let long = |length| CarrierRetired { reason: letters(length), ..retired("3") };
    let bodies = [(unsaid, Some("причина списания")), (long(1000), None), (long(1001), Some("1 001 знак"))];
    each(&mut office, "petrova", NOW, &bodies);
    office.record("petrova", NOW, issued("3", "gusev")).unwrap();
    office.forbids("petrova", NOW, retired("3"), "выдан: списывают сданный");
    office.record("petrova", NOW, archive("2025-2026-q1", &["1", "2"])).unwrap();
    each(&mut office, "petrova", NOW, &[(retired("1"), None), (retired("2"), None)]);
    office.record("petrova", NOW, lost("1", "2025-10-27")).unwrap();
    office.forbids("petrova", NOW, retired("2"), "последняя копия архива «2025-2026-q1»");
    // A third copy makes the second free; a copy on a carrier that was lost or retired does not count.
    office.record("petrova", NOW, returned("3", "сейф")).unwrap();
    office.forbids("petrova", NOW, retired("2"), "последняя копия");
    let copied = ArchiveCopied { archive: "2025-2026-q1".into(), carrier: "4".into() };
    office.record("petrova", NOW, carrier("4", "kuznetsov", "сейф")).unwrap();
    office.record("petrova", NOW, copied).unwrap();
    office.record("petrova", NOW, retired("2")).unwrap();
    office.forbids("petrova", NOW, retired("4"), "последняя копия");
    assert!(office.is_clean());
}

#[test]
fn a_carrier_is_registered_with_all_that_is_said_of_it_once() {
    let mut office = registered();
    let of =
        |id: &str, label: &str, place: &str| CarrierRegistered { label: label.into(), ..carrier(id, "petrova", place) };
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (of("", "А-5", "сейф"), Some("номер носителя")),
            (of("5", " ", "сейф"), Some("надпись на носителе")),
            (of("5", "А-5", ""), Some("место хранения")),
            (of("5", "А-5", "сейф"), None),
            (of("5", "А-2", "сейф"), Some("за другим носителем")),
            (of("2", "А-2", "кабинет"), Some("уже зарегистрирован")),
            (of("2", "А-2", "сейф"), None),
            (of("2", "А-2б", "кабинет"), None),
            (CarrierRegistered { device: "A1".into(), ..of("2", "А-2", "кабинет") }, None),
            (carrier("2", "kuznetsov", "кабинет"), None),
        ],
    );
}
