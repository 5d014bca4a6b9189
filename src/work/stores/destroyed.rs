//! An archive removed from a third place by the act of the school that recorded its end (form 19).

use super::Store;
use crate::archive::bag::Content;
use crate::error::{Error, Result};
use crate::journal::entry::Destroyed;
use crate::journal::read::{self, Tables, documents};
use crate::journal::{Proven, rules};
use crate::ledger::chain::hex;
use crate::ledger::signer::Signer;
use crate::print::Form;
use crate::school::{Day, format_date};
use crate::store::destroy::{self, Order, Removed};
use crate::store::{Shelf, protect};
use chrono::{DateTime, FixedOffset};

/// What is wanted.
pub struct Destruction<'a> {
    /// The journal that records the act, proved.
    pub journal: &'a Proven,
    /// The archive's name.
    pub bag: &'a str,
    /// The act's number.
    pub act: &'a str,
    /// Login of who removes it.
    pub by: &'a str,
    /// Now.
    pub at: DateTime<FixedOffset>,
}

/// What a recorded act says of an archive: it may be removed now.
///
/// # Errors
/// No such act; another archive; a term that is not over.
pub fn order(wish: &Destruction<'_>, shelf: &Shelf) -> Result<Order> {
    let tables = &wish.journal.tables()?;
    let gone = by_act(tables, wish.act)?;
    let Some(archive) = gone.archives.iter().find(|archive| archive.name == wish.bag) else {
        return Err(Error::refused(format!("в акте № {} архива «{}» нет", wish.act, wish.bag))
            .next("проверьте имя архива и номер акта"));
    };
    let today = read::school(tables)?.day_of(wish.at);
    rules::term_is_over(&gone.year, gone.ends, gone.what, today)?;
    let content = match gone.what {
        Destroyed::Journal => Content::Journal,
        Destroyed::Summaries => Content::Summaries,
    };
    is_over(shelf, content, today)?;
    Ok(Order {
        act: wish.act.to_owned(),
        entry: gone.entry,
        journal: hex(&wish.journal.tip().journal),
        code: archive.code.clone(),
        by: wish.by.to_owned(),
        at: wish.at,
    })
}

/// What was set apart by the act of a number.
fn by_act(tables: &Tables, number: &str) -> Result<read::Gone> {
    let document = documents::document(tables, number)?.filter(|document| document.form == Form::DestructionAct.id());
    let Some(document) = document else {
        return Err(Error::refused(format!("акта о выделении к уничтожению № {number} в журнале нет"))
            .next("запишите, что выделяется, напечатайте акт и назовите его номер"));
    };
    let of = |gone: &read::Gone| gone.entry.to_string() == document.subject;
    read::destroyed(tables)?.into_iter().find(of).ok_or_else(|| {
        Error::refused(format!("запись, по которой составлен акт № {number}, в журнале не действует"))
            .next("проверьте журнал")
    })
}

/// The term by the archive's own name, which an act of a wrong year cannot shorten.
fn is_over(shelf: &Shelf, content: Content, today: Day) -> Result<()> {
    match protect::until(shelf, content) {
        Some(until) if today < until => Err(Error::refused(format!(
            "срок хранения архива «{}» не истёк: его хранят до {}",
            shelf.bag(),
            format_date(until)
        ))
        .next("дождитесь этого дня")),
        _ => Ok(()),
    }
}

impl Store {
    /// Removes an archive from the place, every version of it, and leaves a note there.
    ///
    /// # Errors
    /// As [`order`] and [`destroy::destroy`].
    pub fn destroy(&self, wish: &Destruction<'_>, signer: &dyn Signer) -> Result<(Shelf, Removed)> {
        let shelf = Shelf::of(&self.school, wish.bag)?;
        let order = order(wish, &shelf)?;
        destroy::destroy(self.patient(), &shelf, &order, signer).map(|removed| (shelf, removed))
    }
}
