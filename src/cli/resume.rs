//! `letopis journal`: the journal's file after a disaster.

use super::audit::witness;
use super::called::ME;
use super::recorder::{Recorder, say};
use super::{Common, screen, store};
use crate::error::{Error, Result};
use crate::journal::read::LostRange;
use crate::ledger::chain::Hash;
use crate::store::Patience;
use crate::work::memory::Errand;
use crate::work::mirror;
use crate::work::resumption::{self, Resumption};
use crate::work::stores::Store;
use clap::Subcommand;
use std::process::ExitCode;
use std::time::Duration;

/// How long a mirror is asked whether it has more.
const PATIENCE: Patience = Patience { attempts: 3, first: Duration::from_millis(500) };

#[derive(Subcommand)]
pub enum Whole {
    /// Продолжить журнал, восстановленный из копии: записать, что утрачено, и работать дальше
    #[command(visible_alias = "продолжить")]
    Resume {
        /// Что случилось
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
        /// Последнее, что было в журнале: число записей и сумма с бумаги; можно несколько раз
        #[arg(long, visible_alias = "утрачено", value_name = "ЗАПИСЕЙ:СУММА")]
        lost: Vec<String>,
        /// Носитель или архив, сделанный по утраченным записям, или личный носитель учителя; можно несколько раз
        #[arg(long, visible_alias = "утрачено-в", value_name = "ПАПКА")]
        lost_in: Vec<String>,
        /// Сколько номеров документов пропустить (иначе столько, сколько записей утрачено, до целой сотни)
        #[arg(long, visible_alias = "пропустить-номеров", value_name = "ЧИСЛО")]
        skip_numbers: Option<u64>,
        /// Продолжить, хотя в зеркале (store.toml) журнал длиннее: то, что там, будет записано как утраченное
        #[arg(long, visible_alias = "несмотря-на-зеркало")]
        despite_mirror: bool,
    },
}

impl Whole {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Resume { reason, lost, lost_in, skip_numbers, despite_mirror } = self;
        let mut lost = lost.iter().map(|text| resumption::place(text)).collect::<Result<Vec<_>>>()?;
        let mut seen = Vec::new();
        for path in &lost_in {
            seen.extend(witness(common, path)?);
        }
        let mut recorder = Recorder::open_for(common, Errand::Resume)?;
        lost.extend(in_mirror(&recorder, despite_mirror)?);
        let wish = Resumption { reason: &reason, lost: &lost, witnesses: &seen, numbers: skip_numbers };
        let (done, restored) = resumption::resume(&mut recorder.workplace()?, &wish)?;
        let (waits, entry) = (!done.waiting.is_empty(), done.numbers.first().copied());
        let status = say(done, "Журнал продолжен из восстановленной копии")?;
        let Some(entry) = entry else { return Ok(status) };
        for lost in &restored.lost {
            if let Some(range) = LostRange::of(entry, std::slice::from_ref(lost)) {
                println!("Из журнала {range}, последняя сумма {}.", lost.head);
            }
        }
        if restored.lost.is_empty() {
            screen::warning(
                "что утрачено, не известно: рабочие места, видевшие больше, назовут число записей и сумму — повторите команду с --lost",
            );
        }
        println!("Номеров документов пропущено: {}: они могли быть напечатаны до беды.", restored.numbers);
        let when = if waits { "После подтверждения внесите" } else { "Внесите" };
        println!("{when} утраченное заново и сделайте архив: {ME} archive create.");
        Ok(status)
    }
}

/// Where a mirror ends that has more of the journal than the copy: that is taken from there first, unless somebody insists.
fn in_mirror(recorder: &Recorder, despite: bool) -> Result<Option<(u64, Hash)>> {
    let Some(settings) = store::settings_at_hand() else { return Ok(None) };
    let beyond = Store::open(&settings).and_then(|store| mirror::beyond(&store, recorder.tables(), PATIENCE));
    match beyond {
        Ok(Some((length, _))) if !despite => Err(Error::refused(format!(
            "в зеркале журнал длиннее этой копии: там есть запись № {length}, она не утрачена"
        ))
        .next(format!("сделайте журнал из зеркала: {ME} store rebuild --to ПАПКА — и продолжите его"))
        .then("если зеркало не читается, продолжите эту копию: --despite-mirror")),
        Ok(beyond) => Ok(beyond),
        Err(error) => {
            screen::warning(&format!("нет ли в зеркале большего, узнать не удалось: {}", error.message()));
            Ok(None)
        }
    }
}
