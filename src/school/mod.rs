//! The vocabulary of a school: what a mark, a class, a period, a course is, and how each is written and read.
//!
//! Nothing here is stored or signed. Each type parses what people type (in all the spellings they use), holds one
//! canonical form, and prints that form again; so the layers above never compare spellings.

mod calendar;
mod cell;
mod changes;
mod class;
mod clock;
mod config;
mod course;
pub mod decision;
mod leaf;
mod names;
mod namesakes;
mod person;
mod records;
mod results;
mod sex;
mod stay;
mod text;
mod web_address;
mod work;

pub use calendar::{
    Day, MONTHS, WEEKDAYS, WEEKDAYS_SHORT, day_given, day_in_words, day_meant, format_date, parse_date, parse_date_or,
    parse_iso, weekday_from_short,
};
pub use cell::{Attendance, Cell, Marks};
pub use class::{ClassName, transliterate};
pub use clock::Clock;
pub use config::{Bell, Holiday, Period, Policy, School, SchoolInfo, Workday, Year};
pub use course::CourseKey;
pub use leaf::{LeafName, LeafNumber, leaves_listed};
pub use names::{Login, PeriodName, PersonalFile};
pub use namesakes::{NameForm, told_apart};
pub use person::{Fit, NamePart, PersonName, Role};
pub use records::{Case, CaseOf, Filed, JOURNAL_YEARS, Kept, Records, SUMMARIES_YEARS, kept_until};
pub use results::{Results, Share, average, rounded};
pub use sex::Sex;
pub use stay::Stay;
pub use text::{
    BYTES, OF_RECORDS, RECORDS, alike, clean, counted, each_in_cyrillic, fold, grouped, in_cyrillic, is_nfc,
    is_printable, latin_alike, on_russian_keys, plural, printable, same_word, strange_letter,
};
pub use web_address::{in_ascii, is_of_this_machine};
pub use work::WorkKind;
