//! `letopis store mirror` and `store rebuild`: the living journal's mirror, and the journal made anew from it.

use super::archive::Bar;
use super::called::ME;
use super::typed::quoted;
use super::{Common, advice, screen, session};
use crate::error::Result;
use crate::journal::Proven;
use crate::ledger::chain::hex;
use crate::school::{RECORDS, counted};
use crate::store::Patience;
use crate::work::mirror::rebuild::{Looked, Remade, Wish};
use crate::work::mirror::{self, Brought, How, SEGMENT};
use crate::work::stores::Store;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How segments are counted.
const SEGMENTS: [&str; 3] = ["отрезок", "отрезка", "отрезков"];

#[derive(Args)]
pub struct Mirror {
    /// Не кончать, а передавать новое каждые столько секунд
    #[arg(long, value_name = "СЕКУНД", visible_alias = "каждые", value_parser = clap::value_parser!(u64).range(1..=3600))]
    watch: Option<u64>,
}

#[derive(Args)]
pub struct Rebuild {
    /// Новая папка для журнала; без неё зеркало только проверяется, ключ не нужен
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    to: Option<PathBuf>,
    /// Какой журнал, если их там несколько: первые знаки его номера
    #[arg(long, visible_alias = "журнала", value_name = "НОМЕР")]
    of: Option<String>,
}

impl Mirror {
    pub fn run(self, common: &Common, store: &Store) -> Result<ExitCode> {
        session::not_on_stick(common, "вести зеркало журнала")?;
        let identity = session::identity(common)?;
        let mut proven = session::prove(&session::journal(common)?, Some(&identity))?;
        let how =
            How { server: &identity, clock: &session::SystemClock, patience: Patience::default(), longest: SEGMENT };
        let Some(seconds) = self.watch else {
            let brought = mirror::bring(store, &proven, how)?;
            return Ok(say_brought(common, store, &proven, &brought));
        };
        loop {
            let (further, unproven) = proven.advance_to_fault()?;
            proven = further;
            match mirror::bring(store, &proven, how) {
                Ok(brought) if brought == Brought::default() => {}
                Ok(brought) => drop(say_brought(common, store, &proven, &brought)),
                Err(error) => screen::warning(&advice::warning(&crate::error::Warning::of(&error))),
            }
            if let Some(error) = unproven {
                return Err(error);
            }
            std::thread::sleep(Duration::from_secs(seconds));
        }
    }
}

fn say_brought(common: &Common, store: &Store, proven: &Proven, brought: &Brought) -> ExitCode {
    let length = proven.tip().seq;
    if common.json {
        screen::json(&json!({
            "place": store.name(), "entries": length, "head": hex(&proven.tip().head), "segments": brought.segments,
            "brought": brought.records, "waits_at": brought.waits_at, "unlocked": brought.unlocked,
        }));
    } else if let Some(from) = brought.waits_at {
        println!(
            "Отрезок с записи № {from} передаёт другая программа; если она брошена, через две минуты его передаст эта."
        );
    } else {
        let (records, segments) = (counted(brought.records, RECORDS), counted(brought.segments as u64, SEGMENTS));
        let all = counted(length, RECORDS);
        match brought.segments {
            0 => println!("Зеркало ({}) полно: {all}.", store.name()),
            _ => println!("Зеркало ({}): {all}; передано: {records}, {segments}.", store.name()),
        }
    }
    if let Some(why) = &brought.unlocked {
        screen::warning(&format!("переданное не заперто от удаления: {why}"));
    }
    ExitCode::SUCCESS
}

impl Rebuild {
    pub fn run(self, common: &Common, store: &Store) -> Result<ExitCode> {
        let wish = Wish { store, journal: self.of.as_deref(), patience: Patience::default() };
        let bar = Bar::new();
        let Some(to) = &self.to else {
            let looked = wish.look(&bar);
            bar.finish();
            return Ok(say_looked(common, store, &looked?));
        };
        let identity = session::identity(common)?;
        let remade = wish.rebuild(&identity, to, &bar);
        bar.finish();
        Ok(say_remade(common, &remade?))
    }
}

fn say_looked(common: &Common, store: &Store, looked: &[Looked]) -> ExitCode {
    let faulty = looked.iter().flat_map(|one| &one.faults).any(|fault| !fault.is_open_end());
    if common.json {
        let told = looked.iter().map(|one| {
            json!({
                "journal": hex(&one.origin.journal), "epoch": one.origin.epoch, "entries": one.length, "segments": one.segments,
                "faults": one.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        });
        screen::json(&told.collect::<Vec<_>>().into());
        return ExitCode::from(u8::from(faulty));
    }
    for one in looked {
        let restored = match one.origin.epoch {
            1 => String::new(),
            epoch => format!(", после восстановления № {}", epoch - 1),
        };
        let (records, segments) = (counted(one.length, RECORDS), counted(one.segments as u64, SEGMENTS));
        println!("Зеркало журнала {}{restored} ({}): {records}, {segments}.", hex(&one.origin.journal), store.name());
        one.faults.iter().for_each(|fault| println!("  {fault}."));
    }
    match faulty {
        false => println!("Отрезки продолжают друг друга, их суммы сходятся. Кто вносил записи, без ключа не видно."),
        true => {
            println!(
                "После этого места зеркало ничего не вернёт: сделайте копию дня ({ME} archive backup) и сообщите тому, кто ведёт хранилище."
            );
        }
    }
    ExitCode::from(u8::from(faulty))
}

fn say_remade(common: &Common, remade: &Remade) -> ExitCode {
    let lost = remade.broken.as_ref().filter(|broken| !broken.is_open_end());
    let status = ExitCode::from(u8::from(lost.is_some()));
    let (length, head) = (remade.tip.seq, hex(&remade.tip.head));
    if common.json {
        screen::json(&json!({
            "journal": remade.journal, "id": hex(&remade.tip.journal), "epoch": remade.epoch, "entries": length, "head": head,
            "broken": remade.broken.as_ref().map(ToString::to_string), "unsigned": remade.unsigned,
            "beyond": remade.beyond.map(|(length, head)| json!({ "entries": length, "head": hex(&head) })),
        }));
        return status;
    }
    println!("Журнал {}: {}, проверен до последней.", remade.journal.display(), counted(length, RECORDS));
    println!("Последняя сумма: {head}.");
    for from in &remade.unsigned {
        screen::warning(&format!(
            "отрезок с записи № {from} служба приёма школы не подписывала, но его записи подлинны"
        ));
    }
    if let Some(broken) = &remade.broken {
        screen::warning(&format!("дальше в зеркале взять нечего: {broken}"));
    }
    let lost = match &remade.beyond {
        Some((length, head)) => format!(" --lost {length}:{}", hex(head)),
        None => String::new(),
    };
    let journal = quoted(&remade.journal.display().to_string());
    println!("Вести журнал дальше: {ME} --journal {journal} journal resume --reason ПРИЧИНА{lost}");
    println!("Контактов родителей, кодов доступа и писем в зеркале нет: их вносят заново.");
    status
}
