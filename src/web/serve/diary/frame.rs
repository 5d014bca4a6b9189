//! What all pages of the diary have in common: whose it is, what leads where, and how a fault looks.

use super::style;
use crate::error::{Error, Kind, Result};
use crate::inform::diary;
use crate::journal::contacts::{Page, Reader, Standing};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{Day, PeriodName, PersonalFile, day_in_words};
use crate::web::serve::Served;
use crate::web::words;
use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

/// What stands around every page.
pub struct Frame {
    /// The title without names of people: it stays in the browser's history.
    pub title: String,
    /// Whose diary it is.
    pub name: String,
    /// The reader's children, where he has several.
    pub children: Vec<Child>,
    /// The pages of the diary.
    pub sections: Vec<Link>,
    /// Since when what is shown may not be all.
    pub stale: Option<String>,
    /// The day, in words.
    pub day: String,
    /// The school's short name.
    pub school: String,
    /// The address of the style sheet.
    pub style: &'static str,
}

/// A child of the reader's.
pub struct Child {
    /// Its number among them.
    pub n: usize,
    /// Its name.
    pub name: String,
    /// Whether this is its diary.
    pub is_shown: bool,
}

/// Something that leads to another page.
pub struct Link {
    /// The address.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// Whether this is that page.
    pub is_shown: bool,
}

/// Somebody's visit to a child's diary.
pub struct Visit<'a> {
    /// The proven tables.
    pub tables: &'a Tables,
    /// The server.
    pub served: &'a Served,
    /// Who reads.
    pub reader: &'a Reader,
    /// The child's number among his.
    pub n: usize,
    /// The number under which the reader knows the child.
    pub file: &'a PersonalFile,
    /// The child.
    pub pupil: Pupil,
    /// The day in the school's own time.
    pub today: Day,
}

impl Visit<'_> {
    /// The frame of a page; `section` is the address of its part of the diary, «week».
    pub fn frame(&self, title: &str, section: &str) -> Result<Frame> {
        let address = |part: &str| format!("/diary/{}/{part}", self.n);
        let parts = [("week", "Неделя"), ("period", "Отметки"), ("finals", "Итоги"), ("absences", "Пропуски")];
        let mut sections: Vec<Link> = parts
            .iter()
            .map(|(part, name)| Link { address: address(part), name: (*name).to_owned(), is_shown: *part == section })
            .collect();
        sections.push(Link { address: "/settings".to_owned(), name: "Настройки".to_owned(), is_shown: false });
        let stale = self.served.stale_since().map(|since| {
            format!("Данные на {}: более новые записи журнала ещё не проверены.", since.format("%d.%m.%Y, %H:%M"))
        });
        Ok(Frame {
            title: title.to_owned(),
            name: name(&self.pupil),
            children: self.children()?,
            sections,
            stale,
            day: day_in_words(self.today),
            school: self.served.snapshot().school.school.short_name.clone(),
            style: style::address(),
        })
    }

    fn children(&self) -> Result<Vec<Child>> {
        let mut children = Vec::new();
        if self.reader.children.len() < 2 {
            return Ok(children);
        }
        for (n, file) in self.reader.children.iter().enumerate() {
            if let Some(pupil) = read::pupil(self.tables, file)? {
                children.push(Child { n, name: name(&pupil), is_shown: n == self.n });
            }
        }
        Ok(children)
    }

    /// The periods of the child's class, and which one is meant: the one of this number, from 1, else the current one.
    pub fn periods(&self, asked: Option<usize>, address: impl Fn(usize) -> String) -> Result<(PeriodName, Vec<Link>)> {
        let (periods, current) = diary::periods(self.tables, &self.pupil, self.today)?;
        let shown = asked.map_or(Some(current), |asked| asked.checked_sub(1));
        let name = shown.and_then(|shown| periods.get(shown)).cloned().ok_or_else(no_page)?;
        let link = |(at, of): (usize, &PeriodName)| Link {
            address: address(at + 1),
            name: of.to_string(),
            is_shown: Some(at) == shown,
        };
        let links = periods.iter().enumerate().map(link).collect();
        Ok((name, links))
    }

    /// Whether the reader is a parent, or whoever stands in a parent's place.
    pub fn is_parent(&self) -> bool {
        self.reader.standing == Standing::Parent
    }
}

fn name(pupil: &Pupil) -> String {
    format!("{} {}", pupil.name.surname, pupil.name.given)
}

/// That there is no such page, whatever was asked for.
pub fn no_page() -> Error {
    Error::input("такой страницы нет").next("откройте дневник с начала")
}

/// Opens a child's diary, fills a page from it, and notes who has read it.
///
/// It is done on the thread that took the request: a page is less than a millisecond of reading in memory, and as many readers of
/// the tables as there are processors are fewer than there may be threads aside, each with pages of its own.
pub fn shown<T: Template>(
    served: &Served,
    reader: &Reader,
    n: usize,
    page: Page,
    fill: impl FnOnce(&Visit<'_>) -> Result<T>,
) -> Response {
    match visited(served, reader, n, page, fill) {
        Ok(page) => Html(page).into_response(),
        Err(error) => fault(&error),
    }
}

/// As [`shown`], of the page's text alone.
pub fn visited<T: Template>(
    served: &Served,
    reader: &Reader,
    n: usize,
    page: Page,
    fill: impl FnOnce(&Visit<'_>) -> Result<T>,
) -> Result<String> {
    let file = reader.children.get(n).ok_or_else(no_page)?;
    let text = served.read(|tables| {
        let pupil = read::pupil(tables, file)?.ok_or_else(no_page)?;
        let page = fill(&Visit { tables, served, reader, n, file, pupil, today: served.today() })?;
        page.render().map_err(|cause| Error::environment("страница не составлена").next("повторите").caused_by(cause))
    })?;
    served.note_reading(reader.id, file, page);
    Ok(text)
}

#[derive(Template)]
#[template(path = "serve/pages/diary/fault.html")]
struct Fault {
    title: String,
    steps: Vec<String>,
    style: &'static str,
}

/// A fault in words. Whatever is wrong with an address, it is the same page.
pub fn fault(error: &Error) -> Response {
    let status = match error.kind() {
        Kind::Input | Kind::Refused => StatusCode::NOT_FOUND,
        Kind::Environment => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Damaged => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let (title, steps) = if status == StatusCode::NOT_FOUND {
        ("Такой страницы нет".to_owned(), Vec::new())
    } else {
        let step = "Откройте её снова через минуту. Если не помогает, скажите классному руководителю.";
        ("Страница сейчас не открывается".to_owned(), vec![words::sentence(step)])
    };
    let page = Fault { title, steps, style: style::address() };
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => status.into_response(),
    }
}

/// What the framework says by itself of an address or a form that it does not read, as the page of any other fault.
pub async fn in_words(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_owned()).unwrap_or_default();
    if answer.status().is_client_error() && kind.starts_with(b"text/plain") { fault(&no_page()) } else { answer }
}
