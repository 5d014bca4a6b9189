//! `letopis journal`: the journal's file after a disaster.

use super::audit::witness;
use super::called::ME;
use super::recorder::{Recorder, say};
use super::{Common, screen};
use crate::error::Result;
use crate::journal::read::LostRange;
use crate::work::memory::Errand;
use crate::work::resumption::{self, Resumption};
use clap::Subcommand;
use std::process::ExitCode;

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
    },
}

impl Whole {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Resume { reason, lost, lost_in, skip_numbers } = self;
        let lost = lost.iter().map(|text| resumption::place(text)).collect::<Result<Vec<_>>>()?;
        let mut seen = Vec::new();
        for path in &lost_in {
            seen.extend(witness(common, path)?);
        }
        let wish = Resumption { reason: &reason, lost: &lost, witnesses: &seen, numbers: skip_numbers };
        let mut recorder = Recorder::open_for(common, Errand::Resume)?;
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
