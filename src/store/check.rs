//! What a place can do, tried on it, and what is given up where it cannot.
//!
//! Whatever is put for that lies in a folder of its own and is removed again.

use super::patient::Patient;
use super::place::{Put, Tag};
use crate::archive::sum::Sum;
use crate::error::{Error, Result};
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// What it can, in Russian.
    pub good: Vec<String>,
    /// What it cannot, and what that gives up.
    pub given_up: Vec<String>,
    /// What makes it unfit: bags must not be kept there.
    pub unfit: Vec<String>,
    /// Whom and what it is told of, and what to think of.
    pub remarks: Vec<String>,
}

/// Tries a place, in the folder of a school.
///
/// # Errors
/// One that cannot be reached, or written to.
pub fn check(place: Patient<'_>, school: &str) -> Result<Abilities> {
    let key = |name: &str| format!("{school}/.check/{:016x}-{name}", OsRng.next_u64());
    let (short, long) = (key("short"), key("long"));
    let mut found = Abilities::default();
    let tried = conditions(place, &short, &mut found).and_then(|()| in_parts(place, &long, &mut found));
    for key in [&short, &long] {
        if place.ask(|| place.at_once().remove(key)).is_err() {
            found.remarks.push(format!("пробный файл «{key}» остался: удалять там не разрешено, это не мешает"));
        }
    }
    tried?;
    match place.ask(|| place.at_once().keeps_versions())? {
        true => found.good.push("прежнее содержание заменённых файлов сохраняется: повреждённое в хранилище можно исправить".into()),
        false => found.given_up.push(
            "прежнее содержание заменённых файлов не хранится: повреждённый в хранилище архив не исправляется, его передают заново".into(),
        ),
    }
    match place.ask(|| place.at_once().locks())? {
        true => found.good.push("файлы запираются от удаления на срок хранения (object lock)".into()),
        false => found.given_up.push(
            "файлы не запираются (object lock): от удаления раньше срока архивы там бережёт только тот, кто ведёт хранилище".into(),
        ),
    }
    found.remarks.push(
        "пакеты зашифрованы для школы: кто ведёт хранилище, об учениках ничего не прочтёт; но bag-info.txt и allowed_signers \
         называют создавшего архив и других подписывающих сотрудников по имени и логину (152-ФЗ): узнайте, где стоит хранилище, и \
         отразите это в документах школы"
            .into(),
    );
    Ok(found)
}

/// Puts under conditions, and reads parts of what was put.
fn conditions(place: Patient<'_>, key: &str, found: &mut Abilities) -> Result<()> {
    let first = b"letopis: the first content".as_slice();
    place.put_new(key, first)?;
    let Some((bytes, tag)) = place.get_whole(key, 1024)? else {
        return Err(Error::environment(format!("хранилище ({}): только что записанное не читается", place.name()))
            .next("сообщите тому, кто его ведёт"));
    };
    if bytes != first {
        found.unfit.push("читается не то, что записано".into());
    }
    let piece = place.get(key, 9, 5)?.map(|piece| piece.bytes);
    if piece.as_deref() != first.get(9..14) {
        found.unfit.push("часть файла не читается отдельно от целого".into());
    }
    let again = place.put_new(key, b"another")?;
    let over = place.put_over(key, b"letopis: the second content", &tag)?;
    let late = place.put_over(key, b"too late", &tag)?;
    let stale = place.put_over(key, b"of nothing", &Tag("\"00000000000000000000000000000000\"".into()))?;
    let kept = place.get_whole(key, 1024)?.map(|(bytes, _)| bytes);
    let holds = again == Put::Taken
        && matches!(over, Put::Done(_))
        && late == Put::Taken
        && stale == Put::Taken
        && kept.as_deref() == Some(b"letopis: the second content");
    match holds {
        true => found.good.push("условная запись: новое не ложится поверх чужого, две передачи друг другу не мешают".into()),
        false => found.unfit.push(
            "условной записи нет: две передачи сразу могли бы заменить друг у друга файлы, и от этого там ничто не защищает".into(),
        ),
    }
    Ok(())
}

/// Puts a file in two parts.
fn in_parts(place: Patient<'_>, key: &str, found: &mut Abilities) -> Result<()> {
    let part = vec![0x5A; usize::try_from(place.limits().part).unwrap_or_default()];
    let mut upload = place.ask(|| place.at_once().begin(key))?;
    let sent = place
        .ask(|| upload.part(0, &part))
        .and_then(|()| place.ask(|| upload.part(1, b"end")))
        .and_then(|()| place.ask(|| upload.complete()));
    if let Err(error) = sent {
        let _ = upload.abort();
        return Err(error);
    }
    let (mut whole, mut at) = (Vec::new(), 0);
    while let Some(piece) = place.get(key, at, place.limits().part)? {
        at += piece.bytes.len() as u64;
        whole.extend(piece.bytes);
        if at >= piece.size {
            break;
        }
    }
    let expected = Sum::of(&[part.as_slice(), b"end"].concat());
    match Sum::of(&whole) == expected {
        true => found.good.push("большие файлы передаются по частям".into()),
        false => found.unfit.push("из частей складывается не то, что передано".into()),
    }
    Ok(())
}
