//! A stick that goes on no more: it is read, and takes nothing.

use super::{OnStick, with_passphrase};

const LESSON: [&str; 6] = ["lesson", "record", "7А", "Алгебра", "17.09.2025", "--topic"];

#[test]
fn a_stick_that_was_handed_in_is_read_and_takes_nothing_until_it_is_prepared_anew() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    let back = ["carrier", "return", "У-7", "--place", "сейф", "--stick", "usb"];
    stick.at_school("2025-09-15 12:00:00", "petrova", &back).fails(0, &["принято записей: 2"]);
    let says = ["носитель сдан 15.09.2025", "stick prepare НОСИТЕЛЬ", "Всё передано"];
    let told = stick.away("2025-09-25 10:00:00", &["stick", "status"]).fails(0, &says);
    assert!(!told.to_string().contains("Записывать можно") && !told.to_string().contains("не переданы"), "{told}");
    let json = stick.away("2025-09-25 10:00:00", &["stick", "status", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["closed"], &json["unsent"]), (&"2025-09-15T12:00:00+03:00".into(), &0.into()));
    let list = stick.away("2025-09-17 10:00:00", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(list.stdout.contains("Ёлкина") && list.stderr.contains("только читать"), "{list}");
    let refused = ["носитель сдан 15.09.2025", "записывать на него больше нельзя", "stick prepare"];
    stick.away("2025-09-17 10:00:00", &[&LESSON[..], &["Дроби"]].concat()).fails(1, &refused);

    // It is not renewed: what was handed in is handed in.
    let entries = stick.school.entries();
    let told = stick.sync("2025-09-17 12:00:00");
    let told = told.fails(1, &["Носитель закрыт записью №", "носитель сдан", "stick prepare usb --to semyonov"]);
    assert!(!told.to_string().contains("обновлён") && stick.school.entries() == entries, "{told}");
    let again = ["stick", "prepare", "usb", "--to", "semyonov", "--owner-key", "keys/semyonov.key"];
    let again = stick.at_school("2025-09-17 12:10:00", "petrova", &[&again[..], &["--json"]].concat()).ok();
    super::keep_passphrase(&stick.school, "usb", &again);
    stick.away("2025-09-17 12:20:00", &[&LESSON[..], &["Дроби"]].concat()).ok();
    stick.audited("2025-09-17 13:00:00");
}

#[test]
fn a_stick_that_was_given_up_unread_is_told_so_when_it_comes_to_school() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    let given_up = ["carrier", "return", "У-7", "--place", "шкаф", "--abandon", "не читается"];
    stick.at_school("2025-09-15 11:00:00", "petrova", &given_up).ok();
    let known = ["stick", "status", "usb"];
    with_passphrase(&stick.school, "2025-09-15 11:10:00", "usb", &known)
        .fails(0, &["по журналу носитель закрыт записью №", "stick sync usb"]);
    let by_deputy = ["stick", "sync", "usb", "--without-owner"];
    let told = stick.at_school("2025-09-15 12:00:00", "petrova", &by_deputy);
    let told = told.fails(1, &["Приём остановлен на записи № 1", "Носитель закрыт записью №"]);
    assert!(!told.to_string().contains("Носитель не изменён"), "{told}");
    let left = ["носитель сдан 15.09.2025", "журнал не принял с него 2 записи", "внесите за компьютером школы"];
    stick.away("2025-09-15 12:10:00", &["stick", "status"]).fails(0, &left);
    stick.away("2025-09-17 10:00:00", &[&LESSON[..], &["Дроби"]].concat()).fails(1, &left[..2]);
}

#[test]
fn what_says_falsely_that_a_stick_was_handed_in_is_removed_at_school() {
    let Some(stick) = OnStick::new() else { return };
    std::fs::write(stick.school.path("usb/closed.json"), "сдан").unwrap();
    stick.away("2025-09-17 10:00:00", &[&LESSON[..], &["Дроби"]].concat()).fails(1, &["closed.json", "stick sync"]);
    let told = stick.sync("2025-09-17 12:00:00").fails(0, &["closed.json", "по журналу он в работе", "обновлён"]);
    assert!(!told.to_string().contains("записывать на него пока нельзя"), "{told}");
    assert!(!stick.school.path("usb/closed.json").exists());
    stick.away("2025-09-17 12:10:00", &[&LESSON[..], &["Дроби"]].concat()).ok();
}

#[test]
fn a_copy_that_went_on_elsewhere_is_told_that_it_is_closed() {
    let Some(stick) = OnStick::new() else { return };
    stick.copy("copy");
    std::fs::copy(stick.school.path("usb.pass"), stick.school.path("copy.pass")).unwrap();
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Другое", "--journal", "copy"];
    with_passphrase(&stick.school, "2025-09-15 11:00:00", "copy", &lesson).ok();
    stick.sync("2025-09-15 12:00:00").ok();
    stick.at_school("2025-09-15 12:20:00", "petrova", &["stick", "sync", "copy", "--without-owner"]).fails(1, &[]);
    let on_copy = ["lesson", "record", "7А", "Алгебра", "17.09.2025", "--topic", "Дроби", "--journal", "copy"];
    with_passphrase(&stick.school, "2025-09-17 10:00:00", "copy", &on_copy)
        .fails(1, &["носитель закрыт 15.09.2025, копия носителя велась в другом месте"]);
    // The other one learns of it when it comes.
    let mark = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина=5"];
    stick.sync("2025-09-15 12:30:00").fails(1, &["Носитель закрыт записью №"]);
    stick.away("2025-09-15 13:00:00", &mark).fails(1, &["копия носителя велась в другом месте"]);
}
