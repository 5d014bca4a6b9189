//! Remarks on how the journal is kept, and what was done about them (§3.3.5).

use super::{Done, Workplace};
use crate::error::Result;
use crate::journal::entry::{RemarkAnswered, RemarkWritten};
use crate::journal::read;
use crate::school::{ClassName, CourseKey, clean};

/// A remark that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkWish {
    /// The class in whose book it stands.
    pub class: ClassName,
    /// The course that it is about, if it is about one.
    pub course: Option<CourseKey>,
    /// What is remarked and proposed.
    pub text: String,
}

/// A remark as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What was recorded.
    pub done: Done,
    /// Its number, by which it is answered.
    pub number: u64,
}

/// Writes a remark.
///
/// # Errors
/// What a right or a rule refuses.
pub fn write(place: &mut Workplace<'_>, wish: RemarkWish) -> Result<Written> {
    let RemarkWish { class, course, text } = wish;
    let body = RemarkWritten { class, course, text: clean(&text)? };
    let (done, number) = place.decide(|tables, _| {
        let before = read::remarks(tables)?.len();
        Ok((vec![body.into()], u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)))
    })?;
    Ok(Written { done, number })
}

/// Records what was done about a remark.
///
/// # Errors
/// No such remark, and what a right refuses.
pub fn answer(place: &mut Workplace<'_>, number: u64, text: &str) -> Result<Done> {
    place.record([RemarkAnswered { number, text: clean(text)? }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::work::testing::{Office, algebra, refused};

    #[test]
    fn a_remark_is_answered_by_the_number_it_was_given() {
        let mut office = Office::open();
        let wish = RemarkWish { class: algebra().class, course: Some(algebra()), text: "нет заданий".into() };
        refused(office.ask("gusev", "2025-09-10", |place| write(place, wish.clone())), Kind::Refused, "");
        for number in [1, 2] {
            let written = office.ask("petrova", "2025-09-10", |place| write(place, wish.clone())).unwrap();
            assert_eq!(written.number, number);
        }
        office.ask("semyonov", "2025-09-11", |place| answer(place, 2, "внесены")).unwrap();
        let answers: Vec<String> = read::remarks(&office).unwrap().into_iter().map(|remark| remark.answer).collect();
        assert_eq!(answers, ["", "внесены"]);
        assert!(office.ask("semyonov", "2025-09-11", |place| answer(place, 3, "внесены")).is_err());
    }
}
