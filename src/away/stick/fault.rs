//! What can be wrong with a stick, in words: the place, the fault, the next step.

use super::super::base::{BASES, Unused};
use super::super::card::CARD;
use super::super::closed::{CLOSED, Closing, Mark};
use super::super::pins::{PINS, Unbelieved};
use super::super::sealed::Locked;
use super::super::strand::Left;
use super::KEY;
use super::key::NEW_KEY;
use crate::error::{Action, Error, is_of_no_device, reason};
use crate::journal::entry::StrandEnd;
use crate::ledger::strand::Strung;
use crate::school::{RECORDS, counted, format_date};
use std::io;

/// What its owner can do about nearly all of it.
const TO_SCHOOL: &str = "не записывайте ничего, принесите носитель в школу: его подготовят заново";

/// Whether this is what the system says of a carrier that is not there any more.
pub fn is_gone(cause: &io::Error) -> bool {
    // EIO; of Windows: a device that is not functioning.
    let unwell = if cfg!(windows) { 31 } else { 5 };
    cause.kind() == io::ErrorKind::NotFound || cause.raw_os_error() == Some(unwell) || is_of_no_device(cause)
}

/// What writing to a stick failed for.
pub fn unwritten(name: &str, cause: &io::Error) -> Error {
    let error = match cause.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Error::environment(format!("{name}: носитель защищён от записи; ничего не записано"))
                .next("снимите защиту (переключатель на корпусе) или проверьте права, и откройте носитель снова")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::environment(format!("{name}: на носителе нет места"))
                .next("уберите с носителя посторонние файлы и повторите")
        }
        _ if is_gone(cause) => {
            Error::environment(format!("{name}: носитель вынут или не отвечает; последнее не записано"))
                .next("вставьте носитель и откройте его снова")
        }
        _ => Error::environment(format!("{name}: на носитель не записывается ({})", reason(cause)))
            .next("вставьте носитель в другой разъём и откройте его снова"),
    };
    error.caused_by(crate::error::copy_of(cause))
}

pub fn unread(name: &str, cause: &io::Error) -> Error {
    let error = if is_gone(cause) {
        Error::environment(format!("{name}: носитель вынут или не отвечает"))
            .next("вставьте носитель и откройте его снова")
    } else {
        Error::environment(format!("{name}: не читается ({})", reason(cause)))
            .next("вставьте носитель в другой разъём; если не поможет, принесите его в школу")
    };
    error.caused_by(crate::error::copy_of(cause))
}

pub fn missing(name: &str) -> Error {
    Error::damaged(format!("{name}: на носителе нет этого файла")).next(TO_SCHOOL)
}

pub fn no_stick() -> Error {
    Error::input(format!("это не носитель учителя: на нём нет файла {CARD}"))
        .next("укажите корень носителя, который выдала школа")
}

pub fn half_made() -> Error {
    Error::input("носитель подготовлен не до конца: подготовку прервали")
        .next("подготовьте его заново: записей на нём ещё нет")
}

pub fn no_card(left: &Left) -> Error {
    let last = left.entries.as_ref().map_or(0, |entries| *entries.end());
    Error::damaged(format!("{CARD}: файла нет или он повреждён, а записи на носителе есть (последняя № {last})"))
        .next(
            "ничего не записывайте и не готовьте носитель заново, принесите его в школу: записи примут без этого файла",
        )
        .then_by("в школе: примите носитель", Action::ReturnCarrier { label: "НАДПИСЬ".to_owned() })
}

pub fn already_made(label: &str) -> Error {
    Error::refused(format!("этот носитель уже подготовлен («{label}»); записи на нём могли ещё не попасть в журнал"))
        .next("сначала примите с него записи или укажите другой носитель")
}

/// What is wrong with a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfKey {
    Missing,
    Damaged,
}

pub fn of_key(name: &str, what: OfKey) -> String {
    match what {
        OfKey::Missing => format!("{name}: файла ключа на носителе нет"),
        OfKey::Damaged => format!("{name}: файл ключа на носителе повреждён"),
    }
}

/// How what lies on a stick is saved where its key does not open.
const BY_OTHERS: &str =
    "сдайте носитель: записи на нём подписаны и зашифрованы и для завуча, он примет их без этого файла";

/// No key file opens, whatever the passphrase: that in its place, and the new one.
pub fn no_key(label: &str, [old, new]: [OfKey; 2]) -> Error {
    let new = match new {
        OfKey::Missing => format!("второго ({NEW_KEY}) нет"),
        OfKey::Damaged => format!("{NEW_KEY} тоже не помог: и он повреждён"),
    };
    Error::damaged(format!("{}, {new}", of_key(KEY, old)))
        .next_by(BY_OTHERS, Action::ReturnCarrier { label: label.to_owned() })
        .then_by("потом подготовьте носитель заново", Action::PrepareStick)
}

/// A passphrase that does not fit; damage in the file may look so too.
pub fn locked(label: &str, error: Error) -> Error {
    error
        .then_by(
            "если пароль верен или забыт, сдайте носитель: записи с него завуч примет без пароля",
            Action::ReturnCarrier { label: label.to_owned() },
        )
        .then_by("потом подготовьте носитель заново", Action::PrepareStick)
}

/// The new key file has opened in the place of one that is not whole.
pub fn healed_key(is_in_place: bool) -> Error {
    let done = if is_in_place {
        "и записан на место"
    } else {
        "но записать его на место не удалось"
    };
    Error::damaged(format!("{KEY}: файл ключа на носителе повреждён; ключ взят из {NEW_KEY}, {done}"))
        .next("если вы не меняли пароль, при ближайшей возможности обновите носитель в школе")
}

pub fn key_of_no_stick() -> Error {
    Error::damaged(format!("{KEY}: это файл ключа, но не с носителя: в нём нет строки о носителе")).next(TO_SCHOOL)
}

pub fn other_card() -> Error {
    Error::damaged(format!("{CARD}: файл с другого носителя, он не подходит к ключу")).next(TO_SCHOOL)
}

pub fn pins_of_another() -> Error {
    Error::damaged(format!("{PINS}: файл с другого носителя: в нём другой журнал или другой владелец")).next(TO_SCHOOL)
}

pub fn pins(why: Unbelieved) -> Error {
    let why = match why {
        Unbelieved::Locked(Locked::ForOthers) => {
            "файл подменён или взят с другого носителя: он зашифрован не для этого ключа"
        }
        Unbelieved::Locked(Locked::Unread) => "файл не читается",
        Unbelieved::Locked(Locked::Damaged) | Unbelieved::Malformed => "файл повреждён",
        Unbelieved::ByAnother => "файл подменён: он подписан не тем, кто подготовил носитель",
    };
    Error::damaged(format!("{PINS}: {why}")).next(TO_SCHOOL)
}

fn unused(why: Unused) -> &'static str {
    match why {
        Unused::Empty => "ещё не записана",
        Unused::Unread => "нет на носителе или не читается",
        Unused::Gone => "не читается: носитель не отвечает",
        Unused::Damaged => "повреждена или записана не до конца",
        Unused::ForOthers => "зашифрована не для этого ключа: подменена или взята с другого носителя",
        Unused::ByAnother => "подготовлена не тем: подписана ключом, которого этот носитель не знает",
        Unused::OtherJournal => "от другого журнала",
        Unused::OtherStick => "с другого носителя",
    }
}

pub fn no_base(why: [Unused; 2]) -> Error {
    if why.contains(&Unused::Gone) {
        return Error::environment(format!("{}: носитель вынут или не отвечает", BASES.join(", ")))
            .next("вставьте носитель и откройте его снова")
            .then("если не поможет, принесите его в школу");
    }
    let each = BASES.iter().zip(why).map(|(name, why)| format!("{name} {}", unused(why)));
    Error::damaged(format!("на носителе нет годной основы: {}", each.collect::<Vec<_>>().join("; "))).next(TO_SCHOOL)
}

pub fn other_slot(slot: usize, why: Unused) -> Error {
    let name = BASES.get(slot).copied().unwrap_or_default();
    Error::damaged(format!("основа {name} {}; взята другая, она может быть старше", unused(why)))
        .next("при ближайшей возможности обновите носитель в школе")
}

pub fn receipts_lost() -> Error {
    Error::damaged(
        "квитанции (receipts-0.age, receipts-1.age) повреждены или подменены: что принято, видно лишь по основе",
    )
    .next("при ближайшей возможности обновите носитель в школе")
}

pub fn older_base() -> Error {
    Error::refused("основа на носителе старше последней записи: новые записи школа не примет")
        .next("обновите носитель в школе; то, что уже записано, передадут")
}

/// A key that has signed a base, and that the stick was not told of when it was prepared.
pub fn unknown_preparer() -> Error {
    Error::refused("этот носитель не знает ключа, которым подписывается основа").next("подготовьте носитель заново")
}

/// What is on a stick that goes on no more; `unsent` is what its base does not know as taken in.
pub fn closed(mark: &Mark, unsent: &[Strung]) -> Error {
    let checked = |what: &str| {
        Error::refused(format!(
            "{CLOSED}: на носителе метка о том, что он сдан, но {what}; записывать на него пока нельзя"
        ))
        .next_by("принесите его в школу: там метку подтвердят или уберут", Action::SyncStick)
    };
    let closing = match mark {
        Mark::Closed(closing) => closing,
        Mark::ByAnother => return checked("она подписана не тем, кого этот носитель знает"),
        Mark::Torn => return checked("она повреждена или записана не до конца"),
    };
    let Closing { why, time, entry, number, .. } = closing;
    let day = format_date(time.date_naive());
    let what = match why {
        StrandEnd::Returned => format!("носитель сдан {day}"),
        why => format!("носитель закрыт {day}, {}", why.in_words()),
    };
    let what = format!("{what} (запись журнала № {entry}): записывать на него больше нельзя, только читать");
    let again = "чтобы записывать на него снова, попросите подготовить его заново";
    match unsent.iter().filter(|strung| strung.number > *number).count() {
        0 => Error::refused(what).next_by(again, Action::PrepareStick),
        left => Error::refused(format!("{what}; журнал не принял с него {}", counted(left, RECORDS)))
            .next("прочтите их здесь и внесите за компьютером школы, пока не прошли сроки (§2.3.2)")
            .then_by(again, Action::PrepareStick),
    }
}
