//! Copies of any day (§5.5.1): what is recorded of one, and who a service is that makes them.

use super::Context;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{BackupMade, Person};
use crate::journal::read::{self, Tables};
use crate::ledger::chain::parse_hash;
use crate::school::Role;

/// A copy describes a ledger that comes before this entry, and lies on a carrier that is not lost or in some other folder.
///
/// # Errors
/// A copy that is described otherwise.
pub fn made(context: &Context<'_>, made: &BackupMade) -> Result<()> {
    let lies_somewhere = made.carrier.is_empty() != made.place.is_empty();
    let reads = parse_hash(&made.head).is_some() && parse_hash(&made.tagmanifest).is_some();
    if made.name.is_empty() || made.length >= context.seq || !reads || !lies_somewhere {
        return Err(Error::refused(format!("копия дня «{}» описана неверно", made.name)).next("сделайте копию заново"));
    }
    if made.carrier.is_empty() {
        return Ok(());
    }
    if read::carrier(context.tables, &made.carrier)?.is_none() {
        return Err(Error::refused(format!("носитель {} не зарегистрирован", made.carrier))
            .next_by("зарегистрируйте его", Action::RegisterCarrier));
    }
    super::is_not_lost(context.tables, &made.carrier)
}

/// A service is nothing else: who has its key, which lies open on a machine, must be able to do nothing more than it.
///
/// # Errors
/// A service with a further role.
pub fn service_alone(person: &Person) -> Result<()> {
    if person.roles.len() > 1 && person.roles.iter().any(|role| role.is_service()) {
        return Err(Error::refused(format!(
            "у «{}» роль «{}» не может стоять рядом с другой: ключ службы лежит без пароля",
            person.login,
            person.roles.iter().find(|role| role.is_service()).map_or("", |role| role.word())
        ))
        .next("заведите службе отдельный логин"));
    }
    Ok(())
}

/// A service stays one, and nobody becomes one: its key was never in anybody's hands alone, and a person's has signed more.
///
/// # Errors
/// Such a change.
pub fn service_stays(tables: &Tables, changed: &Person) -> Result<()> {
    if read::staff(tables, &changed.login)?.is_none() {
        return Ok(());
    }
    let services = |roles: Vec<Role>| roles.into_iter().filter(|role| role.is_service()).collect::<Vec<_>>();
    let was = services(read::roles_of(tables, &changed.login)?);
    if was == services(changed.roles.clone()) {
        return Ok(());
    }
    let login = &changed.login;
    let what = if !was.is_empty() && changed.roles.iter().any(|role| role.is_service()) {
        "логин другой службы"
    } else if !was.is_empty() {
        "логин службы, человеком он не станет"
    } else {
        "логин человека, службой он не станет"
    };
    Err(Error::refused(format!("«{login}» — {what}")).next("заведите другой логин"))
}
