//! Links from one page to those beside it.

use askama::Template;

/// Pages that stand beside each other. A page puts them in with `{{ tabs|safe }}`.
#[derive(Template)]
#[template(path = "desk/pages/tabs.html")]
pub struct Tabs {
    /// What they are, for those who hear it: «Период».
    pub label: &'static str,
    /// The pages.
    pub tabs: Vec<Tab>,
}

/// One of them.
pub struct Tab {
    /// Its address.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Whether it is the one that is shown.
    pub is_here: bool,
}
