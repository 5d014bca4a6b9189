//! `analytics.toml`: the справка about a period, with its charts and tables.

use super::super::kinds::{Columns, Label, Mm, Size, Weight, Wording};
use super::{
    AttendedField, ClassList, Compared, Extremes, OutcomeField, OutcomeText, SchoolPeriod, TotalField, at_least,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each key is explained in the layout file
pub struct AnalyticsLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub subject: Label,
    pub period: Wording<SchoolPeriod>,
    pub whole_year: Wording<SchoolPeriod>,
    pub about: Wording<SchoolPeriod>,
    pub size: Size,
    pub section_size: Size,
    pub table_size: Size,
    pub head_size: Size,
    pub row: Mm,
    pub chart: ChartLayout,
    pub totals: TotalsLayout,
    pub classes: ClassesLayout,
    pub subjects: SubjectsLayout,
    pub attendance: AttendanceLayout,
    pub conclusions: ConclusionsLayout,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ChartLayout {
    pub size: Size,
    pub label_size: Size,
    pub gap: Mm,
    #[serde(deserialize_with = "copied_hatching")]
    pub hatching: Mm,
    pub grid: Weight,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TotalsLayout {
    pub section: Label,
    pub pupils: Wording<OutcomeText>,
    pub results: Wording<OutcomeText>,
    pub compared: Wording<Compared>,
    pub none: Label,
    pub unmarked: Wording<ClassList>,
    pub without_period: Wording<ClassList>,
    pub indicators: IndicatorsLayout,
    pub columns: Columns<TotalField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct IndicatorsLayout {
    pub pupils: Label,
    pub excellent: Label,
    pub good: Label,
    pub one_three: Label,
    pub failing: Label,
    pub success: Label,
    pub quality: Label,
    pub degree: Label,
    pub average: Label,
    pub missed: Label,
    pub missed_share: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ClassesLayout {
    pub section: Label,
    pub success: Label,
    pub quality: Label,
    pub school: Label,
    pub extremes: Wording<Extremes>,
    #[serde(deserialize_with = "bar_for_a_value")]
    pub bar_narrowest: Mm,
    pub bar_widest: Mm,
    #[serde(deserialize_with = "height_of_chart")]
    pub height: Mm,
    pub columns: Columns<OutcomeField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SubjectsLayout {
    pub section: Label,
    pub success: Label,
    pub quality: Label,
    pub extremes: Wording<Extremes>,
    #[serde(deserialize_with = "bar_for_a_value")]
    pub bar: Mm,
    #[serde(deserialize_with = "room_for_names")]
    pub names: Mm,
    pub columns: Columns<OutcomeField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AttendanceLayout {
    pub section: Label,
    pub chart: Label,
    pub ill: Label,
    pub excused: Label,
    pub unexcused: Label,
    pub total: Label,
    pub before: Label,
    pub none: Label,
    #[serde(deserialize_with = "bar_for_a_value")]
    pub bar_narrowest: Mm,
    pub bar_widest: Mm,
    #[serde(deserialize_with = "height_of_chart")]
    pub height: Mm,
    pub columns: Columns<AttendedField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ConclusionsLayout {
    pub section: Label,
    #[serde(deserialize_with = "lines_of_a_page")]
    pub lines: u8,
    #[serde(deserialize_with = "line_for_a_pen")]
    pub line: Mm,
    pub deputy_head: Label,
}

/// A bar is at least as thick as the value written along it is high.
fn bar_for_a_value<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 3.0, 30.0, "толщина столбика")
}

fn height_of_chart<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 20.0, 150.0, "высота диаграммы")
}

fn room_for_names<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 20.0, 100.0, "ширина названий у диаграммы")
}

/// Lines of hatching closer than this run together on a copy.
fn copied_hatching<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 0.6, 5.0, "расстояние между линиями штриховки")
}

fn line_for_a_pen<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 6.0, 20.0, "высота строки для записи")
}

fn lines_of_a_page<'de, D: Deserializer<'de>>(source: D) -> Result<u8, D::Error> {
    let lines = u8::deserialize(source)?;
    if lines <= 20 {
        Ok(lines)
    } else {
        Err(D::Error::custom(format!("строк для записи может быть от 0 до 20, а не {lines}")))
    }
}
