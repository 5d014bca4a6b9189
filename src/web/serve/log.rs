//! What the server tells of itself: a line of JSON for each event, which the program writes to standard error, where a service's log is gathered.
//!
//! Nothing personal is in it: no name, no mark, no code, no address of a page with what it was asked for, and none of who has
//! asked. A request is told by the route that answered it.

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is as it should be.
    Info,
    /// It is not, and the server goes on.
    Warning,
    /// Somebody must do something.
    Alarm,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }
}

/// Who is told of events, a line of JSON each.
pub type Tell = fn(&str);

/// Tells of an event: its name in one word, and what belongs to it.
pub fn event(tell: Tell, at: DateTime<FixedOffset>, level: Level, name: &str, details: &[(&str, Value)]) {
    tell(&line(at, level, name, details));
}

/// The line of an event.
fn line(at: DateTime<FixedOffset>, level: Level, name: &str, details: &[(&str, Value)]) -> String {
    let mut fields = Map::new();
    fields.insert("time".to_owned(), at.to_rfc3339_opts(chrono::SecondsFormat::Millis, false).into());
    fields.insert("level".to_owned(), level.word().into());
    fields.insert("event".to_owned(), name.into());
    fields.extend(details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(fields).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let at = DateTime::parse_from_rfc3339("2025-09-01T09:00:00.5+03:00").unwrap();
        let line = line(at, Level::Alarm, "not_proven", &[("why", "запись № 7\nподделана\u{1b}[2J".into())]);
        assert!(!line.contains('\n'), "{line:?}");
        assert!(!line.contains('\u{1b}'));
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((read["level"].as_str(), read["event"].as_str()), (Some("alarm"), Some("not_proven")));
        assert_eq!(read["time"], "2025-09-01T09:00:00.500+03:00");
    }
}
