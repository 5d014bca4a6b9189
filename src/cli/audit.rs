//! `letopis audit`: proves the journal.

use super::called::ME;
use super::state::State;
use super::{Common, confirm, screen, session};
use crate::error::{Error, Result};
use crate::journal;
use crate::journal::read::annulments::Annulment;
use crate::journal::read::{LostRange, Restoration, Witness};
use crate::ledger::chain::hex;
use crate::ledger::log::policy::Policy;
use crate::school::{RECORDS, counted};
use crate::work::archive::witnesses::{self, Outside, Testimony};
use crate::work::audit::{Audit as Audited, audit};
use crate::work::checkpoint::{self, Cosigned};
use crate::work::sticks::at_work;
use crate::work::sticks::witness::Seen;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Audit {
    /// Сравнить с архивом (папка), с личным носителем учителя (папка) или с контрольной суммой журнала, напечатанной на бумаге
    #[arg(long, visible_alias = "против", value_name = "АРХИВ|НОСИТЕЛЬ|СУММА")]
    against: Option<String>,
    /// Сверить с контрольной точкой, которую подписал свидетель (файл); можно несколько раз
    #[arg(long, visible_alias = "свидетель", value_name = "ТОЧКА")]
    witness: Vec<PathBuf>,
    /// Чьим подписям на точках верить: файл доверия проверяющего
    #[arg(long, visible_alias = "доверие", value_name = "ФАЙЛ")]
    policy: Option<PathBuf>,
}

impl Audit {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "проверить журнал")?;
        // A witness that cannot be read is no witness: that is said before anything else.
        let mut named = self.against.as_deref().map(|named| witness(common, named)).transpose()?.unwrap_or_default();
        if self.policy.is_some() && self.witness.is_empty() && self.against.is_none() {
            return Err(Error::input("файлу доверия нечего проверять: контрольной точки нет")
                .next("укажите её: --witness ТОЧКА, или архив, в котором она есть: --against АРХИВ"));
        }
        let policy = self.policy.as_deref().map(checkpoint::policy).transpose()?;
        let within: Vec<Outside> = named.iter().filter_map(|outside| within(outside, policy.as_ref())).collect();
        named.extend(within);
        for path in &self.witness {
            named.push(Outside::Checkpoint(Box::new(Cosigned::read(path, policy.as_ref())?)));
        }
        let path = session::journal_path(common);
        let bar = screen::progress("Проверка записей");
        let audited = audit(&path, named, Some(&State::of_account()), &mut |done| bar.set_position(done))?;
        bar.finish_and_clear();
        let (report, testimonies, tip) = (&audited.report, &audited.testimonies, audited.report.tip);
        if let Some(outrun) = &audited.outrun {
            screen::warning(&outrun.what(&path));
        }
        if common.json {
            screen::json(&serde_json::json!({
                "clean": report.is_clean(), "entries": report.tip.seq, "journal": hex(&report.tip.journal),
                "head": hex(&report.tip.head), "count": report.count,
                "alone": audited.alone, "extraordinary": audited.extraordinary.iter().map(confirm::json).collect::<Vec<_>>(),
                "findings": report.findings.iter()
                    .map(|f| serde_json::json!({"entry": f.seq, "what": f.what})).collect::<Vec<_>>(),
                "annulled": audited.annulled.iter().map(annulled_json).collect::<Vec<_>>(),
                "witnesses": audited.witnesses.iter().map(super::witness::json).collect::<Vec<_>>(),
                "restored": audited.restorations.iter().map(restoration_json).collect::<Vec<_>>(),
                "against": testimonies.iter().map(|testimony| testimony_json(testimony, tip.seq)).collect::<Vec<_>>(),
            }));
        } else {
            say(report);
            say_extraordinary(&audited);
            say_annulled(&audited.annulled);
            say_lost(&audited.restorations);
            say_witnesses(&audited.witnesses);
            testimonies.iter().filter_map(|testimony| heard(testimony, tip.seq)).for_each(|line| println!("{line}"));
        }
        Ok(ExitCode::from(u8::from(!report.is_clean())))
    }
}

/// The checkpoint that an archive keeps, where the policy believes it.
fn within(outside: &Outside, policy: Option<&Policy>) -> Option<Outside> {
    let Outside::Archive(archive) = outside else { return None };
    match Cosigned::kept(archive.facts.checkpoint.as_ref()?, policy) {
        Ok(cosigned) => Some(Outside::Checkpoint(Box::new(cosigned))),
        Err(error) => {
            screen::warning(&format!("архив {}: {}", archive.name, error.message()));
            None
        }
    }
}

/// The witnesses that were named: a stick is opened by its owner's passphrase.
pub fn witness(common: &Common, named: &str) -> Result<Vec<Outside>> {
    match at_work::mount_of(Path::new(named)) {
        Some(mount) => Ok(vec![Outside::Stick(Box::new(Seen::of(&session::unlocked(common, &mount)?)))]),
        None => witnesses::named(named),
    }
}

/// «Чрезвычайные записи»: what takes two people, and what became of it.
fn say_extraordinary(audited: &Audited) {
    if audited.alone && audited.since_rules_2 {
        println!("Второго лица с подтверждённым ключом в журнале не было: чрезвычайные записи вносит одно лицо.");
        println!(
            "Назовите его: ключ директора или завуча вносится аварийным ключом с листа ({ME} staff enroll --emergency-key)."
        );
    }
    if audited.extraordinary.is_empty() {
        return;
    }
    println!("Чрезвычайные записи:");
    for one in &audited.extraordinary {
        println!("  № {}, {}: {} — {}", one.entries, one.author, one.what, one.fate());
    }
}

fn annulled_json(one: &Annulment) -> serde_json::Value {
    serde_json::json!({
        "entry": one.entry, "kind": one.kind.word(), "about": one.about, "what": one.what, "reason": one.reason,
        "by": one.by, "at": one.at.to_rfc3339(), "request": one.request,
    })
}

/// What was recorded by mistake and annulled.
fn say_annulled(annulled: &[Annulment]) {
    if annulled.is_empty() {
        return;
    }
    println!("Аннулированные записи: {}", annulled.len());
    for one in annulled {
        let (Annulment { entry, kind, about, what, reason, .. }, who) = (one, one.who());
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        println!("  № {entry}, {who}: {} «{about}», {what}{why}", kind.word());
    }
}

fn restoration_json(restored: &Restoration) -> serde_json::Value {
    serde_json::json!({
        "entry": restored.entry, "by": restored.by, "reason": restored.reason, "lost": restored.lost,
        "numbers": restored.numbers,
    })
}

/// What a journal that goes on from a restored copy has lost.
fn say_lost(restorations: &[Restoration]) {
    for Restoration { entry, lost, numbers, .. } in restorations {
        println!("Восстановление, № {entry}: номеров документов пропущено: {numbers}");
        for lost in lost {
            if let Some(range) = LostRange::of(*entry, std::slice::from_ref(lost)) {
                println!("    {range}, последняя сумма {}", lost.head);
            }
        }
    }
}

/// Whom the school has named as witnesses, and whom it no longer names.
fn say_witnesses(witnesses: &[Witness]) {
    if !witnesses.is_empty() {
        println!("Свидетели, которых назвала сама школа:");
    }
    for Witness { entry, name, key, by, at, removed, .. } in witnesses {
        let removed = removed.as_ref().map(|removed| {
            let day = removed.at.format("%d.%m.%Y");
            format!("; убран записью № {}, {}, {day}: {}", removed.entry, removed.by, removed.reason)
        });
        let (day, removed) = (at.format("%d.%m.%Y"), removed.unwrap_or_default());
        println!("  № {entry}, {by}, {day}: «{name}», ключ {}{removed}", key.name());
    }
}

fn testimony_json(testimony: &Testimony, entries: u64) -> serde_json::Value {
    let length = testimony.length.as_ref().ok();
    serde_json::json!({
        "witness": testimony.witness, "length": length, "since": length.map(|length| entries - length),
        "contradiction": testimony.length.as_ref().err().filter(|_| testimony.lost_in.is_none()),
        "lost_in": testimony.lost_in,
        "signer": testimony.signer.as_ref().map(|(fingerprint, _)| fingerprint),
        "login": testimony.signer.as_ref().and_then(|(_, login)| login.as_ref()), "recorded": testimony.recorded,
    })
}

/// What a witness that does not contradict says of a ledger of so many entries: no more than it has seen.
pub fn heard(testimony: &Testimony, entries: u64) -> Option<String> {
    if let (Some(_), Err(lost)) = (testimony.lost_in, &testimony.length) {
        return Some(format!(
            "Сверено: {}: {lost}. О том, что в журнале есть сейчас, этот свидетель ничего не знает.",
            testimony.witness
        ));
    }
    let length = *testimony.length.as_ref().ok()?;
    let signed = testimony.signer.as_ref().map(|(fingerprint, login)| {
        let login = login.as_deref().unwrap_or("не внесён");
        format!(", подпись ключа {fingerprint} ({login})")
    });
    let who = format!("Сверено: {}{}", testimony.witness, signed.unwrap_or_default());
    let unrecorded = testimony.recorded == Some(false);
    let all = counted(length, RECORDS);
    Some(if unrecorded && length == entries {
        format!(
            "{who}: {all} — все те же, но записи о самом архиве после них нет: журнал извлечён из архива, или его конец отрезан."
        )
    } else if length == entries {
        format!(
            "{who}: это последняя запись журнала, до неё конец не отрезан. Вносилось ли что-нибудь после, этот свидетель не знает."
        )
    } else {
        let since = entries - length;
        let note = if unrecorded { " Записи о самом архиве в журнале нет." } else { "" };
        format!(
            "{who}: начало журнала, {all}, то же. После этого внесено ещё {since}: не отрезано ли что-нибудь после этого места, этот свидетель не знает.{note}"
        )
    })
}

fn say(report: &journal::Report) {
    println!("Журнал {}", hex(&report.tip.journal));
    println!("В журнале {}, последняя сумма: {}", counted(report.tip.seq, RECORDS), hex(&report.tip.head));
    if report.is_clean() {
        println!("Журнал цел: цепочка, подписи, права и правила проверены, таблицы совпадают с записями.");
        return;
    }
    for finding in &report.findings {
        match finding.seq {
            Some(seq) => println!("Запись № {seq}: {}", finding.what),
            None => println!("{}", finding.what),
        }
    }
    if report.count > report.findings.len() {
        println!("… и ещё: {}", report.count - report.findings.len());
    }
    println!("Найдено нарушений: {}. Не печатайте и не архивируйте журнал, сообщите директору;", report.count);
    println!("сверьте его с архивной копией: {ME} audit --against АРХИВ.");
}
