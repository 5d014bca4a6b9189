//! Tables of marks that are kept elsewhere, brought by the course's teacher as his own and by the administrator as history:
//! what they do not tell is asked on the page, and what comes too late is asked for from it (§2.3.3).

mod page;
mod upload;

use super::{Desk, Sitting};
use crate::error::Result;
use crate::work::brought::{self, Question, TablesWish, Taken};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;

/// The address of the section.
pub const ADDRESS: &str = "/tables";

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(ADDRESS, get(page::show).post(upload::upload).layer(DefaultBodyLimit::max(upload::DRAINED)))
        .route("/tables/answers", post(page::answer))
        .route("/tables/requests", post(page::request))
}

/// Tables that were brought last, and what became of them: what is in doubt is answered without bringing them again.
pub struct Kept {
    wish: TablesWish,
    taken: Taken,
}

impl Kept {
    /// The questions that answers settle, each once.
    fn questions(&self) -> Vec<&Question> {
        let mut questions: Vec<&Question> = Vec::new();
        for question in self.taken.doubts.iter().filter_map(|doubt| doubt.question.as_ref()) {
            let is_it = |known: &&Question| {
                (known.section, &known.class, &known.key) == (question.section, &question.class, &question.key)
            };
            if !questions.iter().any(is_it) {
                questions.push(question);
            }
        }
        questions
    }
}

/// Takes tables in and keeps what became of them for the page.
fn taken(sitting: &mut Sitting, wish: TablesWish) -> Result<String> {
    sitting.tables = None;
    let taken = brought::take(&mut sitting.seat.place()?, &wish)?;
    if taken.doubts.is_empty() && !wish.trial && !taken.done.is_nothing() {
        sitting.say(&taken.done, "Таблицы внесены");
    }
    sitting.tables = Some(Kept { wish, taken });
    Ok(ADDRESS.to_owned())
}
