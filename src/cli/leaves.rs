//! `letopis print class --changed-since`: leaves of a class's book that take the places of others before it is bound (§5.4).

use super::print::{Where, as_json, say};
use super::{Common, screen, session};
use crate::error::Result;
use crate::print::Layouts;
use crate::print::issue::Out;
use crate::school::ClassName;
use crate::work::Workplace;
use crate::work::papers::leaves::{Listed, Replaced, replace};
use std::process::ExitCode;

/// Issues the leaves that differ, and says what they replace.
pub fn print(common: &Common, class: &str, number: &str, to: &Where) -> Result<ExitCode> {
    let class = ClassName::parse(class)?;
    let mut journal = session::journal(common)?;
    let layouts = Layouts::load(to.layouts.as_deref())?;
    let identity = session::identity(common)?;
    let mut proven = session::prove(&journal, Some(&identity))?;
    let mut place = Workplace::at(&mut journal, &identity, &session::SystemClock)?;
    let replaced = replace(&mut place, &mut proven, &layouts, (&class, number), &Out::quietly(&to.out))?;
    session::keep(&proven, Some(&identity));
    if common.json {
        screen::json(&json(&replaced));
        return Ok(ExitCode::SUCCESS);
    }
    match replaced {
        Replaced::Nothing { book, by, again } => {
            let with =
                if by.is_empty() { String::new() } else { format!(" с листами № {}", by.join(", № ")) };
            println!("Журнал № {book}{with} показывает всё, что записано: заменять нечего, ничего не выдано.");
            again.iter().for_each(say);
        }
        Replaced::Leaves { issued, replaces } => {
            say(&issued);
            let Listed { replaced, added, removed } = Listed::of(&replaces);
            println!("Взамен прежних: {replaced}.");
            for (what, leaves) in [("Добавлены", added), ("Изъять без замены", removed)] {
                if !leaves.is_empty() {
                    println!("{what}: {leaves}.");
                }
            }
            println!("Вложите их в журнал № {}, вынутые уберите за вкладной лист.", replaces.book);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn json(replaced: &Replaced) -> serde_json::Value {
    match replaced {
        Replaced::Nothing { book, by, again } => {
            serde_json::json!({ "book": book, "with": by, "issued": null, "again": again.as_ref().map(as_json) })
        }
        Replaced::Leaves { issued, replaces } => {
            let Listed { replaced, added, removed } = Listed::of(replaces);
            serde_json::json!({
                "book": replaces.book, "issued": as_json(issued), "replaces": replaces,
                "replaced": replaced, "added": added, "removed": removed,
            })
        }
    }
}
