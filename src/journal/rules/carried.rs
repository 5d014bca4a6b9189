//! What was recorded away from the ledger and is taken in (`docs/formats/strand.md`, «Taking in»).
//!
//! Two kinds of fault are kept apart. What is no next entry of an open strand over a place of this ledger is never recorded.
//! What is one, and is refused by right, time or rule, is recorded as refused, so that the strand has no gap; and a refusal
//! that no rule makes is a fault itself. Signatures are checked beside the work, by whoever appends or audits.

use super::{Context, HandedOver, text};
use crate::error::{Error, Kind, Result, Warning};
use crate::journal::entry::{
    Body, CARRIED_KINDS, Carried, CarriedReceipt, Effect, Entry, RECEIPT_DOMAIN, ReceiptText, bytes,
};
use crate::journal::read::{self, Strand, Tables, extraordinary};
use crate::journal::roles;
use crate::journal::rules::two_eyes;
use crate::ledger::chain::hex;
use crate::ledger::strand::Strung;
use crate::school::{RECORDS, counted, format_date};
use chrono::{DateTime, Duration, FixedOffset};

/// How far the clock of a stick may run ahead of the school's.
pub const AHEAD: Duration = Duration::minutes(5);

/// Judges an entry that carries another.
pub fn check(context: &Context<'_>, entry: &Entry, carried: &Carried, warnings: &mut Vec<Warning>) -> Result<()> {
    let standing = next_of_strand(context, carried)?;
    match judged(context, entry, carried, &standing) {
        Ok(_) if !carried.refused.is_empty() => Err(Error::refused(format!(
            "запись № {} носителя отвергнута («{}»), а ни одно правило её не отвергает",
            carried.number, carried.refused
        ))
        .next("сообщите директору")),
        Ok(more) => {
            warnings.extend(more);
            Ok(())
        }
        Err(error) if !is_refusal(&error) || carried.refused.is_empty() => Err(error),
        Err(_) => text::fits(&carried.refused, "причина отказа"),
    }
}

/// Whether an error says that an entry may not be, and not that something cannot be read.
pub fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), Kind::Refused | Kind::Input)
}

/// A next entry of an open strand.
pub struct Standing {
    strand: Strand,
    /// The time of its base, in seconds since 1970.
    based: i64,
    /// The time to which its days are counted, where it was taken in once already.
    receipt: Option<DateTime<FixedOffset>>,
}

/// Whether `carried` is the next entry of an open strand, over a place of this ledger; but for its signature.
///
/// # Errors
/// Which of these it is not; such an entry is never recorded.
pub fn next_of_strand(context: &Context<'_>, carried: &Carried) -> Result<Standing> {
    let bad = |what: String| Error::refused(what).next("сообщите завучу: с этого носителя записи не принимаются");
    let Some((_, strung)) = carried.strung() else {
        return Err(bad(format!("запись № {} носителя не читается", carried.number)));
    };
    let strand = read::strand(context.tables, &carried.strand)?
        .ok_or_else(|| bad(format!("цепочки {} нет в журнале: носитель готовили не здесь", carried.strand)))?;
    if let Some(end) = &strand.closed {
        let (day, why) = (format_date(context.school.day_of(end.at)), end.why.in_words());
        return Err(bad(format!("цепочка носителя закрыта {day}, запись № {}: {why}", end.entry)));
    }
    if strung.number != strand.number + 1 {
        return Err(bad(format!(
            "запись № {} носителя не следующая: принято {}, ожидается № {}",
            strung.number,
            strand.number,
            strand.number + 1
        )));
    }
    let based = base(context, &strand, &strung).map_err(|error| match error.kind() {
        Kind::Refused => bad(format!("запись № {} носителя: {}", strung.number, error.message())),
        _ => error,
    })?;
    let receipt = match &carried.receipt {
        None => None,
        Some(receipt) => Some(received(context, &strand, &strung, receipt)?),
    };
    Ok(Standing { strand, based, receipt })
}

/// The time of the base, which is a place of this ledger, or of a part that was lost.
fn base(context: &Context<'_>, strand: &Strand, strung: &Strung) -> Result<i64> {
    let base = strung.base;
    let kept = |length: u64| if length < context.seq { context.places.place(length) } else { Ok(None) };
    if let Some(place) = kept(base.length)?.filter(|place| place.head == base.head) {
        if base.length >= lowest(context, strand)? {
            return Ok(place.time);
        }
        return Err(Error::refused(format!(
            "её основа — {} журнала, а у записи до неё — {}: носитель вернули к прежней основе",
            counted(base.length, RECORDS),
            counted(strand.base, RECORDS)
        ))
        .next("сообщите завучу"));
    }
    match kept_before_loss(context, base.length)? {
        Some(kept_length) => Ok(kept(kept_length)?.map_or(i64::MIN, |place| place.time)),
        None => {
            Err(Error::refused(format!("её основа — не этот журнал: записи {} с такой суммой в нём нет", base.length))
                .next("сообщите завучу"))
        }
    }
}

/// How many records were kept where a place was lost with a part of the ledger; nothing where it was not.
fn kept_before_loss(context: &Context<'_>, length: u64) -> Result<Option<u64>> {
    Ok(read::lengths_kept(context.tables)?.into_iter().filter(|kept| length > *kept).min())
}

/// The base of the strand's entry before, below which none may fall; what was lost does not count.
fn lowest(context: &Context<'_>, strand: &Strand) -> Result<u64> {
    let Some(head) = strand.base_head else { return Ok(strand.base) };
    let stands = match strand.base < context.seq {
        true => context.places.place(strand.base)?.is_some_and(|place| place.head == head),
        false => false,
    };
    Ok(if stands { strand.base } else { kept_before_loss(context, strand.base)?.unwrap_or(strand.base) })
}

/// When an entry was taken in the first time: a receipt of somebody else than its author, for a part that was lost.
fn received(
    context: &Context<'_>,
    strand: &Strand,
    strung: &Strung,
    receipt: &CarriedReceipt,
) -> Result<DateTime<FixedOffset>> {
    let bad = |what: &str| {
        Error::refused(format!("расписка к записи № {} носителя не годится: {what}", strung.number))
            .next("передайте запись без неё")
    };
    let says: ReceiptText = serde_json::from_str(&receipt.text).map_err(|fault| bad("не читается").caused_by(fault))?;
    if says.journal != hex(&context.before.journal) || says.strand != hex(&strand.id) {
        return Err(bad("она другого журнала или носителя"));
    }
    if !(says.from..=says.to).contains(&strung.number) {
        return Err(bad("она о других записях"));
    }
    let head = strand.tip(context.before.journal).after(strung).head;
    if strung.number == says.to && says.strand_head != hex(&head) {
        return Err(bad("приняты были другие записи"));
    }
    if kept_before_loss(context, says.length)?.is_none() {
        return Err(bad("журнал с того места не восстанавливался"));
    }
    match read::key(context.tables, &receipt.key)? {
        Some(key) if key.login != strand.login => {
            let message = [RECEIPT_DOMAIN, receipt.text.as_bytes()].concat();
            match bytes::<64>(&receipt.signature) {
                Some(signature) if key.public.verify(&message, &signature) => Ok(says.time),
                _ => Err(bad("подпись не подходит")),
            }
        }
        Some(_) => Err(bad("её подписал сам автор записей")),
        None => Err(bad("её ключ не внесён в журнал")),
    }
}

/// Whether a receipt counts for an entry of a strand.
///
/// # Errors
/// A file that does not read.
pub fn receipt_holds(context: &Context<'_>, strand: &str, strung: &Strung, receipt: &CarriedReceipt) -> Result<bool> {
    let Some(strand) = read::strand(context.tables, strand)? else { return Ok(false) };
    match received(context, &strand, strung, receipt) {
        Ok(_) => Ok(true),
        Err(error) if is_refusal(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Judges the entry that is carried, at its place.
fn judged(context: &Context<'_>, entry: &Entry, carried: &Carried, standing: &Standing) -> Result<Vec<Warning>> {
    let (tables, strand) = (context.tables, &standing.strand);
    let unreadable =
        |fault: Error| Error::refused(format!("запись не читается: {}", fault.message())).next("сообщите завучу");
    let inner = Entry::from_json(&carried.payload).map_err(unreadable)?;
    text::is_canonical(&carried.payload)?;
    is_of_strand(entry, &inner, strand)?;
    is_in_force(tables, &inner)?;
    let made = context.school.day_of(inner.time);
    roles::check_carried(tables, &inner, made)?;
    in_order(entry, &inner, standing)?;
    let follows = match carried.strung() {
        Some((_, strung)) => {
            let (base, day) = ((strung.base.length, &strung.base.head), context.school.day_of(entry.time));
            strand.same_hand_over(tables, context.seq, base, &read::iso(day))?
        }
        None => false,
    };
    let since = if follows { strand.handover } else { context.seq };
    let counted = standing.receipt.map_or(entry.time, |receipt| receipt.min(entry.time));
    let taken = context.school.day_of(counted).max(made);
    let place = Context { handed: Some(HandedOver { since, taken }), ..*context };
    super::check(&place, &inner, Ok(()))
}

/// A strand carries certain kinds, by its owner, under his key.
fn is_of_strand(entry: &Entry, inner: &Entry, strand: &Strand) -> Result<()> {
    is_carried(inner)?;
    let bad = |what: String| Err(Error::refused(what).next("сообщите завучу"));
    if strand.login != inner.author.as_str() || inner.key != strand.key {
        return bad(format!(
            "запись на носителе «{}» подписана за «{}», ключ {}",
            strand.login, inner.author, inner.key
        ));
    }
    if !(two_eyes::SINCE..=entry.rules).contains(&inner.rules) {
        return bad(format!(
            "запись внесена по правилам версии {}, принимается по версии {}",
            inner.rules, entry.rules
        ));
    }
    Ok(())
}

/// Whether a strand carries such an entry.
///
/// # Errors
/// What cannot be recorded away from the ledger.
pub fn is_carried(inner: &Entry) -> Result<()> {
    let kind = inner.body.kind();
    if CARRIED_KINDS.contains(&kind) && !inner.taken_over && inner.effect == Effect::AtOnce {
        return Ok(());
    }
    let what = match &inner.body {
        _ if inner.taken_over => "перенос из другой программы".to_owned(),
        body => format!("записи вида «{}»", what(body)),
    };
    Err(Error::refused(format!("на носителе этого не записывают: {what}"))
        .next("сделайте это за компьютером школы, в её журнале"))
}

/// What kinds are called that people may try away from the ledger.
fn what(body: &Body) -> &str {
    match body {
        Body::NoteDone(_) => "отметка о выполненной заметке",
        Body::PlanSet(_) => "план (КТП)",
        Body::RemarkAnswered(_) => "ответ на замечание",
        Body::RemarkWritten(_) => "замечание",
        Body::EventAnnounced(_) | Body::EventAnnulled(_) => "мероприятие школы",
        Body::CorrectionDecided(_) => "решение по заявке",
        Body::SubstitutionAssigned(_) | Body::SubstitutionConfirmed(_) => "замена",
        Body::DecisionSet(_) => "решение педсовета",
        Body::DocumentIssued(_) | Body::DocumentSigned(_) | Body::BookBound(_) => "печать",
        other => other.kind(),
    }
}

/// The author's key is his and in force here.
fn is_in_force(tables: &Tables, inner: &Entry) -> Result<()> {
    let bad = |what: String| Err(Error::refused(what).next("обратитесь к администратору"));
    match read::key(tables, &inner.key)? {
        None => bad(format!("ключ {} не внесён в журнал", inner.key)),
        Some(key) if key.login != inner.author => bad(format!("ключ {} не ключ «{}»", inner.key, inner.author)),
        Some(key) if key.revoked_at.is_some() => bad(format!("ключ сотрудника «{}» отозван", inner.author)),
        Some(key) => match extraordinary::suspended_by(tables, &key.login, &inner.key)? {
            None => Ok(()),
            Some(seq) => bad(format!("ключ сотрудника «{}» приостановлен записью № {seq}", inner.author)),
        },
    }
}

/// An entry is later than its base and the strand's entry before it, and not later than it is taken in.
fn in_order(entry: &Entry, inner: &Entry, standing: &Standing) -> Result<()> {
    let show = |time: DateTime<FixedOffset>| time.format("%d.%m.%Y %H:%M").to_string();
    let bad = |what: String| Err(Error::refused(what).next("проверьте часы компьютера, на котором вели носитель"));
    if inner.time.timestamp() < standing.based {
        return bad(format!(
            "часы показывали {}, а журнал на носителе был новее: часы отставали или переведены назад",
            show(inner.time)
        ));
    }
    if standing.strand.time.is_some_and(|before| inner.time < before) {
        return bad(format!(
            "часы показывали {}, а запись до неё на носителе позже: часы переведены назад",
            show(inner.time)
        ));
    }
    let until = standing.receipt.map_or(entry.time, |receipt| receipt.min(entry.time));
    if inner.time > until + AHEAD {
        return bad(format!(
            "часы показывали {}, а передана она {}: часы спешили",
            show(inner.time),
            show(until.with_timezone(inner.time.offset()))
        ));
    }
    Ok(())
}
