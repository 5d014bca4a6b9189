//! «Родители»: who reads the diaries of a class, slips to hand out, contacts with their consents, whom to call today, and when
//! each family was told last (§4). It is the class teacher's for his class, the administrator's for all.
//!
//! All of it lies beside the school's journal and nowhere else, so there is none of it on a stick.

mod access;
mod contacts;
mod slips;
mod told;

use super::tabs::Tabs;
use super::{Desk, Sitting, own_class, sections};
use crate::error::Result;
use crate::journal::read;
use crate::school::{ClassName, Role};
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The address of the section.
pub const ADDRESS: &str = "/parents";

/// Its pages, in the order of their links.
const PAGES: [(&str, &str); 6] = [
    ("", "Доступ к дневнику"),
    ("/slips", "Листки"),
    ("/contacts", "Контакты"),
    ("/call", "Кому звонить"),
    ("/told", "Когда извещены"),
    ("/seen", "Ознакомлены"),
];

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(ADDRESS, get(access::first))
        .route("/parents/{class}", get(access::show))
        .route("/parents/{class}/revoke", post(access::revoke))
        .route("/parents/{class}/slips", get(slips::show))
        .route("/parents/{class}/slips/access", post(slips::access))
        .route("/parents/{class}/slips/week", post(slips::week))
        .route("/parents/{class}/slips/consents", get(slips::consents))
        .route("/parents/{class}/contacts", get(contacts::show).post(contacts::set))
        .route("/parents/{class}/call", get(told::call))
        .route("/parents/{class}/told", get(told::last))
        .route("/parents/{class}/seen", get(told::seen))
}

/// A class whose parents whoever sits here looks after.
struct Families {
    class: ClassName,
    /// Where its pages lie.
    address: String,
    /// All such classes.
    classes: Vec<ClassName>,
}

impl Families {
    /// The class of an address, else the first.
    fn of(sitting: &mut Sitting, named: Option<&str>) -> Result<Self> {
        sections::at_school(sitting, "вести доступ и контакты родителей")?;
        let keeps_all = sections::holds(sitting, &[Role::Administrator])?;
        let login = sitting.seat.place()?.login().clone();
        let tables = sitting.seat.journal.tables();
        let classes = if keeps_all { read::classes(tables)? } else { read::classes_of_teacher(tables, &login)? };
        let class = own_class::chosen(&classes, named)?;
        let address = own_class::address(ADDRESS, &class);
        Ok(Self { class, address, classes })
    }

    /// The links to the pages of the class, of which one is shown.
    fn tabs(&self, here: &str) -> Tabs {
        own_class::pages("Страницы о родителях", &self.address, &PAGES, here)
    }

    /// The links to the other classes, where there are any.
    fn others(&self, here: &str) -> Option<Tabs> {
        own_class::others("Классы", ADDRESS, (&self.classes, &self.class), here)
    }
}
