//! Sections about a class of one's own: which one an address means, and the links among its pages and among the classes.

use super::tabs::{Tab, Tabs};
use crate::error::{Error, Result};
use crate::school::ClassName;

/// The address of a class in a section.
pub fn address(section: &str, class: &ClassName) -> String {
    format!("{section}/{}", class.ascii())
}

/// The class that an address names among somebody's, else his first.
///
/// # Errors
/// He has none, or another's is named.
pub fn chosen(classes: &[ClassName], named: Option<&str>) -> Result<ClassName> {
    let class = match named {
        Some(named) => classes.iter().find(|class| class.ascii() == named),
        None => classes.first(),
    };
    class.cloned().ok_or_else(|| {
        let what = if classes.is_empty() { "у вас нет класса" } else { "это не ваш класс" };
        Error::input(what).next("классного руководителя записывает администратор")
    })
}

/// The links to the pages of a class, each an ending of its address and a name, of which one is shown.
pub fn pages(label: &'static str, address: &str, pages: &[(&str, &str)], here: &str) -> Tabs {
    let tab = |(page, name): &(&str, &str)| Tab {
        address: format!("{address}{page}"),
        name: (*name).to_owned(),
        is_here: *page == here,
    };
    Tabs { label, tabs: pages.iter().map(tab).collect() }
}

/// The links to the same page of every class, where there are several.
pub fn others(
    label: &'static str,
    section: &str,
    (classes, shown): (&[ClassName], &ClassName),
    here: &str,
) -> Option<Tabs> {
    let tab = |class: &ClassName| Tab {
        address: format!("{}{here}", address(section, class)),
        name: class.to_string(),
        is_here: class == shown,
    };
    (classes.len() > 1).then(|| Tabs { label, tabs: classes.iter().map(tab).collect() })
}
