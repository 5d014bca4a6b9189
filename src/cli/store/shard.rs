//! `letopis store verify --shard`: a share of the archives of all schools, verified by one of many workers.

use crate::archive::progress::Quiet;
use crate::cli::{Common, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::store::shard::{Shard, Step, Work};
use crate::store::statement::{Statement, Verifier, is_run};
use crate::store::trust::Trust;
use crate::work::stores::Store as Opened;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Which share, and who verifies it.
pub struct Share<'a> {
    pub shard: Shard,
    pub run: &'a str,
    pub verifier: &'a str,
    pub trust: Option<&'a Trust>,
}

impl Share<'_> {
    pub fn verify(&self, common: &Common, store: &Opened) -> Result<ExitCode> {
        if !is_run(self.run) {
            return Err(Error::input(format!("«{}» не годится для имени прогона", self.run))
                .next("латинские буквы, цифры, дефис, точка: --run 2026-11"));
        }
        let identity = session::identity(common)?;
        let verifier = Verifier { run: self.run, name: self.verifier, signer: &identity };
        let scratch = files::temporary("store");
        let work =
            Work { shard: self.shard, verifier, trust: self.trust, clock: &session::SystemClock, scratch: &scratch };
        let (mut values, mut status, mut counts) = (Vec::new(), 0, [0_u64; 3]);
        store.verify_share(&work, &Quiet, &mut |step| {
            let (at, statement) = match &step {
                Step::Stated(statement) => (0, Some(statement)),
                Step::Before(statement) => (1, Some(statement)),
                Step::Failed(shelf, error) => {
                    status = status.max(2);
                    screen::error(
                        &Error::environment(format!("архив «{shelf}»: {}", error.message()))
                            .next("запустите эту же долю того же прогона ещё раз: проверенное второй раз не читается"),
                    );
                    (2, None)
                }
            };
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
            }
            if let Some(statement) = statement {
                status = status.max(u8::from(!statement.is_whole()));
                match common.json {
                    true => values.push(as_json(statement, at == 1)),
                    false => say(statement, at == 1),
                }
            }
        })?;
        if common.json {
            screen::json(&values.into());
        } else {
            let [stated, before, failed] = counts;
            println!("Проверено: {stated}; проверено этим прогоном раньше: {before}; не прочитано: {failed}.");
        }
        Ok(ExitCode::from(status))
    }
}

fn as_json(statement: &Statement, before: bool) -> Value {
    let mut value = serde_json::to_value(statement).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("before".to_owned(), json!(before));
    }
    value
}

fn say(statement: &Statement, before: bool) {
    let when = if before { " (раньше)" } else { "" };
    println!("{}: {}{when}", statement.bag, statement.verdict);
    for fault in &statement.faults {
        println!("  {fault}");
    }
}
