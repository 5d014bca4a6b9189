//! The lesson plans (КТП) of a methodist's association (§3.3.3): how they stand against the hours, a plan line by line, a plan
//! brought as a file, and the same for parallel courses.

mod file;
mod line;
mod list;
mod plan;

use super::{Desk, Sitting};
use crate::error::Result;
use crate::journal::read::{self, Course};
use crate::school::CourseKey;
use crate::web::desk::teacher::course::course;
use crate::work::plan::{Adjustment, PlanLine, Seen, adjust_seen, parallel_courses, stamp};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;

pub use list::waits;

/// The address of the section.
pub const ADDRESS: &str = "/plans";

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(ADDRESS, get(list::show))
        .route("/plans/{id}", get(plan::show))
        .route("/plans/{id}/line/{no}", get(line::show).post(line::change))
        .route("/plans/{id}/new", get(line::new).post(line::insert))
        .route("/plans/{id}/shift", post(line::shift))
        .route("/plans/{id}/copy", post(plan::copy))
        .route("/plans/{id}/clear", post(plan::clear))
        .route("/plans/{id}/file", post(file::upload).layer(DefaultBodyLimit::max(file::DRAINED)))
        .route("/plans/{id}/plan.csv", get(file::download))
}

/// The address of a course's plan.
fn address(course: &Course) -> String {
    format!("{ADDRESS}/{}", course.id)
}

/// A course and its plan.
struct Opened {
    course: Course,
    lines: Vec<PlanLine>,
    /// By which one sees that the plan was changed meanwhile.
    stamp: String,
    /// The other courses of the grade in the subject.
    parallel: Vec<CourseKey>,
}

impl Opened {
    fn of(sitting: &Sitting, id: i64) -> Result<Self> {
        let course = course(&sitting.seat.journal, id)?;
        let tables = sitting.seat.journal.tables();
        let lines = read::plan_of(tables, id)?;
        let key = &course.key;
        let mut parallel = parallel_courses(tables, key.class.grade(), &key.subject, None)?;
        parallel.retain(|other| other != key);
        Ok(Self { stamp: stamp(&lines), course, lines, parallel })
    }

    /// «7Б, Алгебра; 7В, Алгебра», or nothing.
    fn parallels(&self) -> String {
        self.parallel.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    /// Adjusts the plan as it was seen, and those of other courses alike; gives the address of the plan.
    fn adjust(
        self,
        sitting: &mut Sitting,
        seen: &str,
        others: Vec<CourseKey>,
        adjustment: Adjustment,
        said: &str,
    ) -> Result<String> {
        let courses: Vec<CourseKey> = std::iter::once(self.course.key.clone()).chain(others).collect();
        self.adjust_those(sitting, seen, &courses, adjustment, said)
    }

    /// As [`Opened::adjust`], of these courses and no other.
    fn adjust_those(
        &self,
        sitting: &mut Sitting,
        seen: &str,
        courses: &[CourseKey],
        adjustment: Adjustment,
        said: &str,
    ) -> Result<String> {
        let seen = Seen { course: &self.course.key, stamp: seen };
        let extent_is_told = matches!(adjustment, Adjustment::Replace(_));
        let adjusted = adjust_seen(&mut sitting.seat.place()?, courses, Some(seen), adjustment)?;
        let names =
            adjusted.courses.iter().zip(&adjusted.extents).map(|(course, extent)| {
                if extent_is_told { format!("{course} ({extent})") } else { course.to_string() }
            });
        let names = names.collect::<Vec<_>>().join("; ");
        sitting.say(&adjusted.done, &format!("{said}: {names}"));
        Ok(address(&self.course))
    }
}
