//! Preparing a stick (§5.6): the carrier is registered and issued, its owner has a key, the strand is opened, and the stick gets
//! all that he works with. In place of a lost one it brings back what had been taken in (§5.8.2).

use super::base::{Base, may_prepare, recipients};
use super::programs::{self, Program};
use super::replaced;
use crate::archive::carrier::{self as on_mount, Carrier as OnMount};
use crate::away::card::Card;
use crate::away::pins::{Pins, Server};
use crate::away::stick::{self, State, Stick};
use crate::away::strand;
use crate::device;
use crate::error::{Action, Detail, Error, Result};
use crate::files;
use crate::journal::entry::{
    Body, CarrierIssued, CarrierRegistered, CarrierRestored, KeyEnrolled, StrandClosed, StrandEnd, StrandOpened,
};
use crate::journal::read::{self, Carrier, Tables};
use crate::journal::rules::two_eyes::OFFICES;
use crate::journal::{Journal, Proven, read::extraordinary};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::ledger::passphrase;
use crate::ledger::strand::StrandId;
use crate::school::{Day, Login, RECORDS, Role, clean, counted};
use crate::work::carriers;
use crate::work::{Done, Workplace};
use chrono::SubsecRound;
use std::path::Path;
use zeroize::Zeroizing;

/// What is wished.
pub struct Preparation<'a> {
    /// Where the stick is mounted.
    pub mount: &'a Path,
    /// Login of whose it is to be.
    pub to: &'a str,
    /// What is written on it; of one that is registered, nothing.
    pub label: Option<&'a str>,
    /// Where it is kept.
    pub place: Option<&'a str>,
    /// The id of the lost carrier whose place it takes.
    pub replaces: Option<&'a str>,
    /// The owner's key, where he has one.
    pub owner_key: Option<Identity>,
    /// Where programs are taken from; else beside the one that runs.
    pub programs: Option<&'a Path>,
    /// Where it hands over over the network.
    pub server: Option<Server>,
}

/// What was done.
pub struct Prepared {
    /// What was recorded.
    pub done: Done,
    /// What is written on it.
    pub label: String,
    /// The carrier's id.
    pub id: String,
    /// Under which its key lies on it: nobody else knows it, and it is kept nowhere.
    pub passphrase: Zeroizing<String>,
    /// The fingerprint of a key that was made for its owner.
    pub new_key: Option<String>,
    /// The last day on which something may be recorded on it without renewing.
    pub until: Day,
    /// Bytes of the tables.
    pub bytes: usize,
    /// The programs on it.
    pub programs: Vec<Program>,
}

/// Prepares a stick. `prove` proves the journal once all is recorded.
///
/// # Errors
/// A stick that is in use; an owner whose key is not at hand; what a right or a rule refuses; a carrier that cannot be written.
pub fn prepare(
    place: &mut Workplace<'_>,
    wish: &Preparation<'_>,
    prove: &mut dyn FnMut(&Journal) -> Result<Proven>,
) -> Result<Prepared> {
    let mount = files::named(wish.mount)?;
    let former = is_free(place.tables(), &mount)?;
    programs::is_there(wish.programs)?;
    let (owner, is_new) = owner_key(place, wish)?;
    let (carrier, registered) = carrier(place.tables(), wish, &mount)?;
    let opened = StrandOpened {
        strand: hex(&new_strand()),
        carrier: carrier.id.clone(),
        login: wish.to.to_owned(),
        key: owner.public().fingerprint(),
    };
    let mut bodies: Vec<Body> = registered.map(Body::from).into_iter().collect();
    if carrier.issued_to.as_ref().is_none_or(|to| *to != wish.to) {
        bodies.push(CarrierIssued { carrier: carrier.id.clone(), to: wish.to.to_owned() }.into());
    }
    if is_new {
        let journal = read::ledger::tip(place.tables())?.journal;
        bodies.push(KeyEnrolled::of(&owner, &journal, wish.to)?.into());
    }
    bodies.push(opened.clone().into());
    if let Some(lost) = wish.replaces {
        bodies.push(CarrierRestored { carrier: lost.to_owned(), replacement: carrier.id.clone() }.into());
    }
    is_for_deputy(place, &bodies)?;
    let done = place.record(bodies)?;
    let written = match former {
        true => Stick::forget(&mount),
        false => Ok(()),
    };
    let made = written.and_then(|()| make(place, (&mount, wish), &carrier, (&opened, &owner), prove));
    let made = made.and_then(|made| name_nobody(place, &mount, &carrier).map(|()| made));
    let made = made.inspect_err(|_| give_up(place, &opened))?;
    let new_key = is_new.then(|| owner.public().fingerprint());
    Ok(Prepared { done, label: carrier.label, id: carrier.id, new_key, ..made })
}

/// Nothing is made of a stick that somebody may have recorded on. Gives whether a former one lies there, which is closed.
pub(in crate::work) fn is_free(tables: &Tables, mount: &Path) -> Result<bool> {
    if !mount.is_dir() {
        return Err(
            Error::input(format!("нет папки «{}»", mount.display())).next("подключите носитель и укажите его папку")
        );
    }
    let id = match Stick::state(mount)? {
        State::None | State::HalfMade => return Ok(false),
        State::Made(card) => Some(card.strand),
        State::NoCard(left) => left.strand,
    };
    let strand = id.map(|id| read::strand(tables, &hex(&id))).transpose()?.flatten();
    let Some(strand) = strand else {
        return Err(Error::refused(
            "на носителе личный журнал другой школы или другого года, или файлы записей повреждены",
        )
        .next("сдайте его там, где он выдан, или возьмите другой носитель")
        .then(NOT_NEEDED));
    };
    let label = read::carrier(tables, &strand.carrier)?.map_or(strand.carrier.clone(), |carrier| carrier.label);
    match &strand.closed {
        None => Err(Error::refused(format!(
            "носитель «{label}» подготовлен для «{}», и на нём могут быть записи",
            strand.login
        ))
        .next_by("сначала примите его", Action::ReturnCarrier { label })),
        Some(end) if !end.abandoned.is_empty() => Ok(true),
        Some(_) => match Stick::left(mount)?.entries.map_or(0, |entries| entries.end().saturating_sub(strand.number)) {
            0 => Ok(true),
            further => Err(Error::refused(format!(
                "на носителе «{label}» ({}) лежит {} сверх принятых в журнал (принята последней № {}), а носитель уже закрыт",
                strand.login,
                counted(further, RECORDS),
                strand.number
            ))
            .next("прочтите их с паролем владельца и внесите в журнал снова")
            .then(NOT_NEEDED)),
        },
    }
}

/// The administrator begins strands, but who registers carriers and gives them out is another (§3.3).
fn is_for_deputy(place: &Workplace<'_>, bodies: &[Body]) -> Result<()> {
    let has = |role| read::has_role(place.tables(), place.login(), role);
    let is_his = |body: &Body| !matches!(body, Body::CarrierRegistered(_) | Body::CarrierIssued(_));
    let may = bodies.iter().all(is_his) || has(Role::DeputyHead)? || has(Role::Director)?;
    if may || !has(Role::Administrator)? {
        return Ok(());
    }
    Err(Error::refused("носитель ещё не зарегистрирован или не выдан владельцу: это делает завуч или директор (§3.3)")
        .next_by("пусть он зарегистрирует носитель", Action::RegisterCarrier)
        .then_by("и выдаст владельцу", Action::IssueCarrier)
        .then("и повторите команду")
        .then("или пусть завуч подготовит носитель сам, если ключ у владельца уже есть"))
}

/// A login that is mistyped is told so, before its key is asked for.
fn works_here(tables: &Tables, login: &str) -> Result<()> {
    match read::staff(tables, login)? {
        Some(_) => Ok(()),
        None => Err(Error::input(format!("сотрудника «{login}» нет в журнале"))
            .next_by("укажите логин из списка сотрудников", Action::ListStaff)),
    }
}

/// The card that a carrier was given when it was registered says who keeps it and where, in the clear. On a stick that names
/// nobody it says its number and label, by which it is known when it is registered again.
fn name_nobody(place: &Workplace<'_>, mount: &Path, carrier: &ToBePrepared) -> Result<()> {
    if !files::is_there(&mount.join(on_mount::FOLDER).join(on_mount::CARD)) {
        return Ok(());
    }
    let now = place.author.now().trunc_subsecs(0).to_rfc3339();
    OnMount::register(mount, &on_mount::Card::new(&carrier.id, &carrier.label, "", "", &now)).map(drop)
}

/// How entries that lie on a stick are given up where no journal goes on with them.
const NOT_NEEDED: &str =
    "если записи на нём не нужны, удалите с него файлы strand-0 и strand-1 и подготовьте его снова";

/// The key that signs on the stick, and whether it was made now.
fn owner_key(place: &Workplace<'_>, wish: &Preparation<'_>) -> Result<(Identity, bool)> {
    let (tables, login) = (place.tables(), wish.to);
    works_here(tables, login)?;
    let known = read::fingerprints_of(tables, login)?;
    if let Some(key) = &wish.owner_key {
        let fingerprint = key.public().fingerprint();
        if !known.contains(&fingerprint) {
            if known.is_empty() && replaced::waits(tables, login)?.is_some() {
                return Err(replaced::needs_key(tables, login)?);
            }
            return Err(Error::input(format!("ключ {fingerprint} не действующий ключ сотрудника «{login}»"))
                .next("укажите файл ключа, который внесён за ним")
                .then_by("или внесите этот", Action::EnrollKey));
        }
        return Ok((super::at_work::again(key)?, false));
    }
    if let [key, ..] = &known[..] {
        return Err(Error::input(format!("у «{login}» уже есть ключ {key}: носителю нужен он"))
            .next_by("укажите файл этого ключа, пароль к нему вводит владелец", Action::Give(Detail::OwnerKey))
            .then_by("если файл утерян, отзовите ключ", Action::RevokeKey)
            .then("и подготовьте носитель снова: новый ключ подтверждает второе лицо"));
    }
    let waits = read::roles_of(tables, login)?.iter().any(|role| OFFICES.contains(role))
        || extraordinary::has_had_a_key(tables, login)?;
    let enrols = read::has_role(tables, place.login(), Role::Administrator)?;
    let by_steps = waits && (!enrols || !extraordinary::is_alone(tables)?);
    if by_steps || replaced::waits(tables, login)?.is_some() {
        return Err(replaced::needs_key(tables, login)?);
    }
    if !enrols {
        return Err(Error::refused(format!("у «{login}» ещё нет ключа, а вносит ключи администратор"))
            .next("пусть носитель подготовит он, когда вы зарегистрируете его и выдадите")
            .then_by("или сначала внесите ключ, который создал владелец", Action::EnrollKey));
    }
    Ok((Identity::generate(), true))
}

/// A carrier that is to become a stick.
struct ToBePrepared {
    id: String,
    label: String,
    issued_to: Option<Login>,
}

/// The carrier in the register, and what is to be recorded where it is not there or something else is said of it now. What lies
/// on a stick names nobody, so unlike an archive's carrier it gets no card with its holder's name.
fn carrier(tables: &Tables, wish: &Preparation<'_>, mount: &Path) -> Result<(ToBePrepared, Option<CarrierRegistered>)> {
    let on_mount = OnMount::open(mount).ok().map(|carrier| carrier.card().id.clone());
    let former = match Stick::state(mount)? {
        State::Made(card) => Some(card.carrier),
        State::NoCard(left) => {
            let strand = left.strand.map(|id| read::strand(tables, &hex(&id))).transpose()?.flatten();
            strand.map(|strand| strand.carrier)
        }
        State::HalfMade | State::None => None,
    };
    let all = read::carriers(tables)?;
    let at_hand = |carrier: &&Carrier| !carrier.is_lost();
    let labelled = |carrier: &&Carrier| wish.label == Some(carrier.label.as_str());
    let of_id = |id: &Option<String>| id.as_ref().and_then(|id| all.iter().find(|carrier| carrier.id == *id));
    let known = of_id(&former).or_else(|| of_id(&on_mount)).filter(at_hand);
    let known = known.or_else(|| all.iter().filter(at_hand).find(labelled)).cloned();
    let registered = match (&known, wish.label) {
        (None, None) => {
            return Err(Error::input("носитель ещё не зарегистрирован")
                .next_by("скажите, что на нём написано", Action::Give(Detail::Label)));
        }
        (None, Some(label)) => CarrierRegistered {
            id: carriers::new_id(),
            label: clean(label)?,
            holder: wish.to.to_owned(),
            place: clean(wish.place.unwrap_or("у владельца"))?,
            device: device::usb_stick(mount).and_then(|said| clean(&said).ok()).unwrap_or_default(),
        },
        (Some(known), label) => CarrierRegistered {
            id: known.id.clone(),
            label: clean(label.unwrap_or(&known.label))?,
            holder: known.holder.to_string(),
            place: clean(wish.place.unwrap_or(&known.place))?,
            device: known.device.clone(),
        },
    };
    let says = |known: &Carrier| (&known.label, &known.place) == (&registered.label, &registered.place);
    match known {
        Some(known) if says(&known) => {
            let issued_to = known.issue.map(|issue| issue.to);
            Ok((ToBePrepared { id: known.id, label: known.label, issued_to }, None))
        }
        known => {
            let issued_to = known.and_then(|known| known.issue).map(|issue| issue.to);
            let (id, label) = (registered.id.clone(), registered.label.clone());
            Ok((ToBePrepared { id, label, issued_to }, Some(registered)))
        }
    }
}

/// Writes the stick.
fn make(
    place: &mut Workplace<'_>,
    (mount, wish): (&Path, &Preparation<'_>),
    carrier: &ToBePrepared,
    (opened, owner): (&StrandOpened, &Identity),
    prove: &mut dyn FnMut(&Journal) -> Result<Proven>,
) -> Result<Prepared> {
    let proven = prove(place.journal)?;
    let tables = proven.tables()?;
    let strand = read::strand(&tables, &opened.strand)?.ok_or_else(|| {
        Error::damaged(format!("цепочки {} нет в журнале", opened.strand)).next_by("проверьте журнал", Action::Audit)
    })?;
    let (now, signer) = (place.author.now(), place.author.signer);
    let base = Base::of(&proven, &strand, now)?;
    let pins = Pins {
        journal: proven.tip().journal,
        strand: strand.id,
        login: opened.login.clone(),
        key: opened.key.clone(),
        prepared: now.trunc_subsecs(0),
        may_prepare: may_prepare(&tables, &strand)?,
        recipients: recipients(&tables)?,
        server: wish.server.clone(),
    };
    let passphrase = passphrase::generate();
    let card = Card::new(&carrier.id, &carrier.label, proven.tip().journal, strand.id);
    Stick::make(
        mount,
        &stick::Preparation {
            card: &card,
            owner,
            passphrase: &passphrase,
            pins: &pins,
            base: &base.header,
            image: &base.image,
            preparer: signer,
            strand_size: strand::SIZE,
        },
    )?;
    let programs = programs::put(mount, wish.programs, &pins.keys(), signer)?;
    Ok(Prepared {
        done: Done::default(),
        label: String::new(),
        id: String::new(),
        passphrase,
        new_key: None,
        until: base.header.until,
        bytes: base.image.len(),
        programs,
    })
}

/// A stick that was not written to its end is nobody's: its strand is closed again, so that it can be prepared anew. What keeps
/// that from being recorded is said by the next attempt.
fn give_up(place: &mut Workplace<'_>, opened: &StrandOpened) {
    let closed = StrandClosed {
        strand: opened.strand.clone(),
        why: StrandEnd::Replaced,
        abandoned: "носитель не удалось подготовить, записей на нём не было".to_owned(),
    };
    let _ = place.record([closed.into()]);
}

/// Sixteen random bytes.
fn new_strand() -> StrandId {
    // An identity is the one source of system randomness that the program has; its public half is as random.
    let random = *Identity::generate().public().key();
    let mut id = StrandId::default();
    id.iter_mut().zip(random).for_each(|(to, from)| *to = from);
    id
}
