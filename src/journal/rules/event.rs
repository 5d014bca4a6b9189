//! Events of the school (§1.6).

use super::{people, text};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{EventAnnounced, EventAnnulled};
use crate::journal::read::{self, Tables};
use chrono::NaiveTime;

/// An event of this school year, of classes that there are.
pub fn announcement(tables: &Tables, event: &EventAnnounced) -> Result<()> {
    text::is_given(&event.title, "название мероприятия")?;
    text::fits(&event.title, "название мероприятия")?;
    if let Some(place) = &event.place {
        text::is_given(place, "место")?;
        text::fits(place, "место")?;
    }
    if event.begins.as_deref().is_some_and(|begins| NaiveTime::parse_from_str(begins, "%H:%M").is_err()) {
        return Err(Error::input("время начала не читается").next("укажите его так: 18:00"));
    }
    if event.last < event.first {
        return Err(Error::input("последний день мероприятия раньше первого").next("проверьте даты"));
    }
    let year = read::school(tables)?.year;
    if event.first < year.begins || event.last > year.ends {
        return Err(Error::input("мероприятие за пределами учебного года").next("проверьте даты"));
    }
    for (place, class) in event.classes.iter().enumerate() {
        people::known_class(tables, class)?;
        if event.classes.iter().take(place).any(|other| other == class) {
            return Err(Error::input(format!("класс {class} назван дважды")).next("назовите каждый класс один раз"));
        }
    }
    Ok(())
}

/// An event is annulled once.
pub fn annulment(tables: &Tables, annulled: &EventAnnulled) -> Result<()> {
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    match read::event(tables, annulled.number)? {
        None => Err(Error::input(format!("мероприятия № {} нет", annulled.number))
            .next_by("посмотрите список мероприятий", Action::ListEvents)),
        Some(event) if event.annulled.is_some() => {
            Err(Error::refused(format!("мероприятие № {} уже отменено", annulled.number))
                .next("объявите новое, если оно состоится"))
        }
        Some(_) => Ok(()),
    }
}
