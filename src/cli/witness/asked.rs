//! `letopis witness submit`: witnesses are asked over the network.

use crate::cli::called::ME;
#[cfg(feature = "district")]
use crate::cli::session;
use crate::error::{Error, Result};
use crate::journal::Proven;
use crate::ledger::identity::Identity;
#[cfg(feature = "district")]
use crate::school::{RECORDS, counted};
#[cfg(feature = "district")]
use crate::witness::Network;
#[cfg(feature = "district")]
use crate::work::submission::{self, Leaves, Outcome};
use std::path::Path;
use std::process::ExitCode;

/// Asks every witness that has an address. Whoever contradicts the ledger makes it fail as damage does.
#[cfg(feature = "district")]
pub fn submit(proven: &Proven, identity: &Identity, authority: Option<&Path>) -> Result<ExitCode> {
    let network = Network::new(authority)?;
    let (tables, now) = (proven.tables()?, session::now().to_utc());
    let asked = submission::submit(&tables, proven, identity, &network, &mut Leaves::default(), true, now)?;
    let Some(asked) = asked else {
        println!("Свидетелей сейчас спрашивает другая программа (сервер школы).");
        return Ok(ExitCode::SUCCESS);
    };
    if asked.is_empty() {
        return Err(Error::input("школа не назвала ни одного свидетеля")
            .next(format!("назовите его: {ME} witness add НАЗВАНИЕ КЛЮЧ --url АДРЕС")));
    }
    let records = counted(proven.tip().seq, RECORDS);
    let mut worst = 0;
    for (witness, outcome) in asked {
        let name = witness.name;
        match outcome {
            Outcome::Signed => println!("«{name}»: подписал, {records}."),
            Outcome::Had => println!("«{name}»: уже подписал, {records}."),
            Outcome::Carried => println!("«{name}»: адреса у него нет, отнесите точку ({ME} witness checkpoint)."),
            Outcome::Refused(refusal) => {
                println!("«{name}»: не подписал: {}.", refusal.words());
                if refusal.contradicts() {
                    println!("Не печатайте и не архивируйте журнал, сообщите директору; сверьте его: {ME} audit.");
                }
                worst = if worst == 1 || refusal.contradicts() { 1 } else { 2 };
            }
        }
    }
    Ok(ExitCode::from(worst))
}

#[cfg(not(feature = "district"))]
pub fn submit(_: &Proven, _: &Identity, _: Option<&Path>) -> Result<ExitCode> {
    Err(Error::input("эта сборка «Летописи» не ходит в сеть: послать контрольную точку она не может")
        .next(format!("возьмите сборку district или отнесите точку сами: {ME} witness checkpoint ФАЙЛ")))
}
