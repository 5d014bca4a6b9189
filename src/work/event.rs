//! Events of the school (§1.6): announced to pupils and parents, and annulled.

use super::{Done, Workplace};
use crate::error::{Error, Result};
use crate::journal::entry::{EventAnnounced, EventAnnulled};
use crate::journal::read;
use crate::school::{ClassName, Day, clean};

/// An event that is to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventWish {
    /// What it is.
    pub title: String,
    /// Its first and its last day.
    pub days: (Day, Day),
    /// When it begins, `18:00`; empty where it takes the whole day.
    pub begins: String,
    /// Where it is; may be empty.
    pub place: String,
    /// For which classes; none means the whole school.
    pub classes: Vec<ClassName>,
}

/// Announces an event; gives its number.
///
/// # Errors
/// What a right or a rule refuses.
pub fn announce(place: &mut Workplace<'_>, wish: EventWish) -> Result<(Done, u64)> {
    let given = |text: &str| Ok::<_, Error>(Some(clean(text)?).filter(|text| !text.is_empty()));
    let body = EventAnnounced {
        title: clean(&wish.title)?,
        first: wish.days.0,
        last: wish.days.1,
        begins: given(&wish.begins)?,
        place: given(&wish.place)?,
        classes: wish.classes,
    };
    place.decide(|tables, _| {
        let before = read::events(tables)?.len();
        Ok((vec![body.into()], u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)))
    })
}

/// Annuls an event.
///
/// # Errors
/// No such event, one that is annulled already, and what a right refuses.
pub fn annul(place: &mut Workplace<'_>, number: u64, reason: &str) -> Result<Done> {
    place.record([EventAnnulled { number, reason: clean(reason)? }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::work::testing::{Office, refused};

    fn wish(title: &str, day: &str, classes: &[&str]) -> EventWish {
        let (day, classes) =
            (day.parse().unwrap(), classes.iter().map(|class| ClassName::parse(class).unwrap()).collect());
        EventWish { title: title.into(), days: (day, day), begins: "18:00".into(), place: String::new(), classes }
    }

    fn titles(office: &Office, class: Option<&str>) -> Vec<String> {
        let day = |day: &str| day.parse().unwrap();
        let class = class.map(|class| ClassName::parse(class).unwrap());
        let between = read::events_between(office, day("2025-09-20"), day("2025-09-30"), class.as_ref());
        between.unwrap().into_iter().map(|event| event.title).collect()
    }

    #[test]
    fn an_event_is_seen_by_its_classes_until_it_is_annulled() {
        let mut office = Office::open();
        let whole = office.ask("petrova", "2025-09-10", |place| announce(place, wish("Олимпиада", "2025-09-25", &[])));
        assert_eq!(whole.unwrap().1, 1);
        let own = wish("Собрание", "2025-09-24", &["7А"]);
        assert_eq!(office.ask("petrova", "2025-09-10", |place| announce(place, own)).unwrap().1, 2);
        let later = wish("Каникулы", "2025-10-01", &[]);
        office.ask("petrova", "2025-09-10", |place| announce(place, later)).unwrap();
        assert_eq!(titles(&office, Some("7А")), ["Собрание", "Олимпиада"]);
        assert_eq!(titles(&office, Some("7Б")), ["Олимпиада"]);
        assert_eq!(titles(&office, None), ["Собрание", "Олимпиада"]);
        office.ask("petrova", "2025-09-11", |place| annul(place, 1, "перенесена")).unwrap();
        assert_eq!(titles(&office, Some("7Б")), [""; 0]);
        refused(office.ask("petrova", "2025-09-11", |place| annul(place, 1, "ещё раз")), Kind::Refused, "уже отменено");
        assert!(office.ask("petrova", "2025-09-11", |place| annul(place, 4, "нет такого")).is_err());
    }

    #[test]
    fn an_event_has_days_of_this_year_known_classes_and_a_readable_hour() {
        let mut office = Office::open();
        let mut not = |wish: EventWish, why: &str| {
            let error = office.ask("petrova", "2025-09-10", |place| announce(place, wish)).unwrap_err();
            assert!(error.message().contains(why), "{}", error.message());
        };
        not(wish("", "2025-09-25", &[]), "название");
        not(wish("Бал", "2024-09-25", &[]), "учебного года");
        not(wish("Бал", "2025-09-25", &["11Я"]), "11Я");
        not(wish("Бал", "2025-09-25", &["7А", "7А"]), "дважды");
        not(EventWish { begins: "шесть".into(), ..wish("Бал", "2025-09-25", &[]) }, "время");
        let back = ("2025-09-25".parse().unwrap(), "2025-09-24".parse().unwrap());
        not(EventWish { days: back, ..wish("Бал", "2025-09-25", &[]) }, "раньше первого");
    }
}
