//! `letopis store verify`: archives read where they lie in a third place.

use super::beside::Beside;
use crate::archive::anchor::Anchor;
use crate::archive::verify::Request;
use crate::cli::archive::{Bar, anchors::Anchors, say_report};
use crate::cli::called::ME;
use crate::cli::{Common, screen};
use crate::error::{Error, Result};
use crate::work::archive::Witness;
use crate::work::stores::{self, Store as Opened};
use clap::Args;
use serde_json::json;
use std::path::Path;
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
}

impl Verify {
    pub fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let mut beside = Beside::of(common)?;
        let proven = beside.proven().map_err(|error| error.at("журнал, с которым сверяется архив"))?;
        let witness = proven.as_ref().map(Witness);
        let mut anchors = self.anchors.given()?;
        anchors.extend(witness.as_ref().map(|witness| Anchor::Journal(witness)));
        anchors.extend(self.anchors.code()?.map(Anchor::Expect));
        let request = Request { anchors: &anchors, content: None, unread: self.quick };
        let names = self.wanted(store, &beside)?;
        let (mut values, mut status, place) = (Vec::new(), 0, store.name());
        for name in &names {
            let bar = Bar::new();
            let done = store.verify(name, &request, &bar);
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
        let mut names: Vec<String> = store.list(false)?.into_iter().map(|lying| lying.shelf.bag().to_owned()).collect();
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
