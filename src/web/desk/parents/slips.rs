//! Paper for families: slips of access (form 22), consents to sign (form 23), slips of a week for diaries of paper (form 24).
//! Each comes as a file for the browser to save: it holds codes or names, so nothing of it stays on the school's machine otherwise.

use super::{ADDRESS, Families};
use crate::error::{Error, Result};
use crate::files::{self, PrivateFolder};
use crate::journal::contacts::Standing;
use crate::journal::{Keep, Proven};
use crate::print::Layouts;
use crate::web::desk::page::{Frame, fault, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::access::{self, Wish};
use crate::work::informed::{self, SlipsWish};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

const PAGE: &str = "/slips";

/// A class's slips take less by far.
const LARGEST: u64 = 64 << 20;

#[derive(Template)]
#[template(path = "desk/pages/parents/slips.html")]
struct Page {
    frame: Frame,
    class: String,
    address: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    /// Under which address the diary is found, where the settings of the server say so.
    diary: String,
}

/// `GET /parents/{class}/slips`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &class)).await)
}

fn page(sitting: &mut Sitting, class: &str) -> Result<Page> {
    let families = Families::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: листки", families.class), ADDRESS.to_owned())?;
    // Settings that are at fault are told when a slip is asked for.
    let diary = access::address(sitting.seat.journal.path(), None, None).ok().flatten().unwrap_or_default();
    Ok(Page {
        class: families.class.to_string(),
        tabs: families.tabs(PAGE),
        classes: families.others(PAGE),
        address: families.address,
        diary,
        frame,
    })
}

/// Which slips of access are wanted.
#[derive(Deserialize)]
pub struct AccessWished {
    /// The address of the diary; that of the settings where none was typed.
    #[serde(default)]
    diary: String,
    /// The pupils' own, and not their parents'.
    pupils: Option<String>,
    /// Of this person alone, who has one.
    again: Option<String>,
}

/// `POST /parents/{class}/slips/access`.
pub async fn access(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Form(typed): Form<AccessWished>,
) -> Response {
    saved(desk.ask(move |sitting| access_slips(sitting, &class, typed)).await)
}

fn access_slips(sitting: &mut Sitting, class: &str, typed: AccessWished) -> Result<Paper> {
    let families = Families::of(sitting, Some(class))?;
    let given = Some(typed.diary).filter(|given| !given.trim().is_empty());
    let diary = access::address(sitting.seat.journal.path(), given, None)?.ok_or_else(|| {
        Error::input("не сказано, по какому адресу открывают дневник").next("впишите адрес на странице «Листки»")
    })?;
    let again: Vec<String> = typed.again.into_iter().collect();
    let standing_of = |name: &String| -> Result<Standing> {
        let all = access::of_class(&sitting.seat.journal, &families.class, sitting.today()?)?;
        Ok(all.iter().find(|known| known.name == *name).map_or(Standing::Parent, |known| known.standing))
    };
    let of = match (again.first(), typed.pupils) {
        (Some(name), _) => standing_of(name)?,
        (None, Some(_)) => Standing::Pupil,
        (None, None) => Standing::Parent,
    };
    let wish = Wish { class: &families.class, of, again: &again, address: &diary };
    Paper::printed(|folder| {
        let printed = access::print(&sitting.seat.place()?, &Layouts::load(None)?, &wish, folder)?;
        let nobody = || {
            let why = match printed.held.is_empty() && printed.revoked.is_empty() {
                true => "листки печатать некому: родители этого класса не внесены",
                false => "новых листков не нужно: у всех они есть, или доступ закрыт",
            };
            Error::input(why).next("внесите контакты; кому нужен новый листок, тому он печатается в списке доступа")
        };
        printed.file.clone().ok_or_else(nobody)
    })
}

/// Which slips of a week are wanted.
#[derive(Deserialize)]
pub struct WeekWished {
    /// A day of the week, as it was typed.
    week: String,
    /// For all, and not only for those who get nothing else.
    all: Option<String>,
}

/// `POST /parents/{class}/slips/week`.
pub async fn week(State(desk): State<Arc<Desk>>, Path(class): Path<String>, Form(typed): Form<WeekWished>) -> Response {
    saved(desk.ask(move |sitting| week_slips(sitting, &class, &typed)).await)
}

fn week_slips(sitting: &mut Sitting, class: &str, typed: &WeekWished) -> Result<Paper> {
    let families = Families::of(sitting, Some(class))?;
    let week = sitting.day_or_none(&typed.week)?.unwrap_or(sitting.today()?);
    let wish = SlipsWish { class: &families.class, week, all: typed.all.is_some() };
    let proven = proven(sitting)?;
    Paper::printed(|folder| {
        let printed = informed::print_slips(&proven, sitting.seat.clock, &Layouts::load(None)?, &wish, folder)?;
        printed.file.ok_or_else(|| {
            Error::input(format!("листки не нужны: все в {} получают письма или читают дневник", families.class))
                .next("если нужны всё же, отметьте «для всех»")
        })
    })
}

/// What is proven of the journal: a slip shows no mark that the ledger does not prove.
fn proven(sitting: &Sitting) -> Result<Proven> {
    let (journal, identity) = (&sitting.seat.journal, &sitting.seat.identity);
    match &sitting.seat.cache {
        Some(folder) => {
            let keep = Keep { folder, identity };
            let (mut walked, path) = (false, journal.path());
            let proven = Proven::from_kept(path, keep, &mut |_| walked = true)?;
            if walked {
                proven.keep(Keep { folder, identity });
            }
            Ok(proven)
        }
        None => journal.prove(&mut |_| {}),
    }
}

/// `GET /parents/{class}/slips/consents`.
pub async fn consents(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    let print = move |sitting: &mut Sitting| {
        let families = Families::of(sitting, Some(&class))?;
        let (journal, clock) = (&sitting.seat.journal, sitting.seat.clock);
        Paper::printed(|folder| {
            let printed = access::print_consents(journal, clock, &Layouts::load(None)?, &families.class, folder);
            printed.map(|(file, _)| file)
        })
    };
    saved(desk.ask(print).await)
}

/// A file for the browser to save.
struct Paper {
    name: String,
    bytes: Vec<u8>,
}

impl Paper {
    /// What is printed into a folder, which is gone afterwards.
    fn printed(print: impl FnOnce(&std::path::Path) -> Result<PathBuf>) -> Result<Self> {
        let folder = PrivateFolder::new(&files::temporary("slips"))?;
        let file = print(folder.path())?;
        let bytes = files::read_named(&file, LARGEST).map_err(|cause| Error::file("прочитать", &file, &cause))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, bytes })
    }
}

fn saved(paper: Result<Paper>) -> Response {
    match paper {
        Ok(Paper { name, bytes }) => {
            let named = format!("attachment; filename=\"{name}\"");
            let heads = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, named)];
            (heads, bytes).into_response()
        }
        Err(error) => fault(&error),
    }
}
