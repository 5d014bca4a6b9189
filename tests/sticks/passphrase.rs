//! Another passphrase for a stick, and the command lines that name its folder.

use super::{OnStick, prepare, with_passphrase};
use crate::common::school::School;

#[test]
fn its_owner_gives_a_stick_another_passphrase_that_is_as_strong() {
    let Some(stick) = OnStick::new() else { return };
    let path = |name: &str| stick.school.path(name);
    let change = |file: &str, new: &str| {
        std::fs::write(path("new.pass"), new).unwrap();
        let args = ["key", "passphrase", file, "--new-passphrase-file", "new.pass"];
        with_passphrase(&stick.school, "2025-09-15 10:00:00", "usb", &args)
    };
    change("usb/key.age", "весна лето").fails(2, &["пароль слишком слаб"]);
    stick.away("2025-09-15 10:01:00", &["stick", "status"]).ok();
    // The words of the list are one passphrase however they are typed, before and after.
    let words = std::fs::read_to_string(path("usb.pass")).unwrap();
    change("usb/key.age", &words.to_uppercase()).ok();
    stick.away("2025-09-15 10:02:00", &["stick", "status"]).ok();
    let chosen = "лист клён дуб ясень вяз сосна ива ольха";
    change("usb", chosen).ok();
    stick.away("2025-09-15 10:03:00", &["stick", "status"]).fails(2, &["пароль не подходит"]);
    std::fs::write(path("usb.pass"), chosen).unwrap();
    stick.teach("2025-09-15", "10:10", "Ёлкина=5");
    stick.sync("2025-09-15 12:00:00").fails(0, &["принято записей: 2"]);
    assert!(!path("usb/key-new.age").exists());
    stick.audited("2025-09-15 13:00:00");
}

#[test]
fn a_folder_with_a_blank_in_its_name_stands_in_hints_as_it_can_be_typed() {
    let Some(school) = School::small() else { return };
    let mount = "USB DISK";
    prepare(&school, mount, "У 7", "semyonov");
    let on = |clock: &str, args: &[&str]| with_passphrase(&school, clock, mount, args);
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--journal", mount];
    on("2025-09-15 10:00:00", &lesson).ok();
    on("2025-09-22 10:00:00", &["stick", "status", mount]).fails(0, &["stick sync \"USB DISK\")"]);
    let again = ["stick", "prepare", mount, "--to", "belova", "--owner-key", "keys/belova.key"];
    school.run("2025-09-22 10:01:00", "petrova", &again).fails(1, &["carrier return \"У 7\" --place МЕСТО"]);
    let sync = ["stick", "sync", mount, "--without-owner"];
    school.run("2025-09-22 10:02:00", "petrova", &sync).fails(0, &["stick sync \"USB DISK\""]);
    let lost = ["carrier", "lost", "У 7", "--circumstances", "забыт в автобусе"];
    let told = school.run("2025-09-22 10:03:00", "petrova", &lost);
    told.fails(0, &["print loss \"У 7\" --out", "--to semyonov --replaces \"У 7\""]);
}
