//! `letopis store verify`: archives read where they lie in a third place.

use super::beside::Beside;
use super::shard::Share;
use crate::archive::anchor::Anchor;
use crate::archive::verify::Request;
use crate::cli::archive::{Bar, anchors::Anchors, say_report};
use crate::cli::called::ME;
use crate::cli::{Common, screen};
use crate::error::{Error, Result};
use crate::store::shard::Shard;
use crate::store::trust::Trust;
use crate::work::archive::Witness;
use crate::work::stores::{self, Store as Opened};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Verify {
    /// Имена архивов; без них все архивы школы
    #[arg(value_name = "АРХИВ")]
    names: Vec<String>,
    /// Только состав: верна ли подпись под списками; сами файлы не читаются
    #[arg(long, visible_alias = "быстро")]
    quick: bool,
    #[command(flatten)]
    anchors: Anchors,
    /// Отпечатки ключей школ (trust.toml): без них архив «цел», но не «подлинен»
    #[arg(long, visible_alias = "доверие", value_name = "ФАЙЛ")]
    trust: Option<PathBuf>,
    /// Доля архивов всех школ: I/N, где I — от 0 до N−1; итоги подписываются ключом (--identity) и остаются в хранилище
    #[arg(
        long,
        visible_alias = "доля",
        value_name = "I/N",
        requires = "run",
        conflicts_with_all = ["names", "quick", "signer", "expect", "trusted"]
    )]
    shard: Option<Shard>,
    /// Имя прогона, одно для всех долей: 2026-11
    #[arg(long, visible_alias = "прогон", value_name = "ИМЯ", requires = "shard")]
    run: Option<String>,
    /// Кто проверяет: организация или человек
    #[arg(long, visible_alias = "проверяющий", value_name = "ИМЯ", requires = "shard")]
    verifier: Option<String>,
}

impl Verify {
    pub fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let trust = self.trust.as_deref().map(Trust::read).transpose()?;
        if let (Some(shard), Some(run)) = (self.shard, &self.run) {
            let verifier =
                self.verifier.clone().unwrap_or_else(|| super::account().unwrap_or_else(|| "не назван".to_owned()));
            let share = Share { shard, run, verifier: &verifier, trust: trust.as_ref() };
            return share.verify(common, store);
        }
        let mut beside = Beside::of(common)?;
        let proven = beside.proven().map_err(|error| error.at("журнал, с которым сверяется архив"))?;
        let witness = proven.as_ref().map(Witness);
        let mut anchors = self.anchors.given()?;
        anchors.extend(witness.as_ref().map(|witness| Anchor::Journal(witness)));
        anchors.extend(self.anchors.code()?.map(Anchor::Expect));
        let names = self.wanted(store, &beside)?;
        let (mut values, mut status, place) = (Vec::new(), 0, store.name());
        for name in &names {
            let bar = Bar::new();
            let done = trust.as_ref().map_or(Ok(None), |trust| store.anchor(trust, name)).and_then(|school| {
                let anchors: Vec<Anchor<'_>> = anchors.iter().cloned().chain(school).collect();
                let request = Request { anchors: &anchors, content: None, unread: self.quick };
                store.verify(name, &request, &bar)
            });
            bar.finish();
            match done {
                Ok((shelf, Some(report))) => {
                    status = status.max(report.verdict.exit_status());
                    match common.json {
                        true => values.push(json!({ "place": shelf.to_string(), "report": report })),
                        false => say_report(Path::new(&shelf.to_string()), &report),
                    }
                    beside.enter(name, |journal, author| {
                        stores::enter_verified(journal, author, (&place, &shelf), &report)
                    })?;
                }
                Ok((shelf, None)) => {
                    let gone = stores::not_there(&place, &shelf);
                    status = status.max(gone.exit_status());
                    screen::error(&gone);
                    if !self.quick {
                        beside.enter(name, |journal, author| stores::enter_gone(journal, author, (&place, &shelf)))?;
                    }
                }
                Err(error) => {
                    status = status.max(error.exit_status());
                    screen::error(&error.at(format!("архив «{name}»")));
                }
            }
        }
        if common.json {
            screen::json(&values.into());
        }
        Ok(ExitCode::from(status))
    }

    /// The names that were given, or else all that are there, and those that the journal says are there.
    fn wanted(&self, store: &Opened, beside: &Beside) -> Result<Vec<String>> {
        if !self.names.is_empty() {
            return Ok(self.names.clone());
        }
        let mut names: Vec<String> = store.list()?.into_iter().map(|lying| lying.shelf.bag().to_owned()).collect();
        if let Some(journal) = beside.journal() {
            names.extend(stores::known_there(journal, &store.name())?);
        }
        names.sort();
        names.dedup();
        if names.is_empty() {
            return Err(Error::input(format!("в хранилище ({}) нет архивов школы «{}»", store.name(), store.school()))
                .next(format!("передайте их: {ME} store push НОСИТЕЛЬ")));
        }
        Ok(names)
    }
}
