//! Bars of a report, beside the table of their numbers: a drawing that says at a glance who stands out.
//!
//! Series are told apart by outline and filling, as on paper (`print/chart`), never by colour alone.

use askama::Template;

/// A chart of lying bars.
#[derive(Template)]
#[template(path = "desk/pages/control/bars.html")]
pub struct Bars {
    /// What it shows, for those who hear it.
    pub title: String,
    /// What each series is.
    pub series: Vec<&'static str>,
    groups: Vec<Group>,
    width: f64,
    height: f64,
}

/// The bars of one name.
struct Group {
    name: String,
    y: f64,
    bars: Vec<Bar>,
}

/// A bar, placed on the drawing.
struct Bar {
    y: f64,
    width: f64,
    text: String,
    /// Where the text stands.
    after: f64,
    series: usize,
}

/// Of the drawing in its own units: its width, and what is left of it for bars, whose values stand behind them.
const WIDTH: f64 = 720.0;
const ROOM: f64 = 640.0;
/// A bar, the name above a group, and the gap below one.
const BAR: f64 = 12.0;
const NAME: f64 = 20.0;
const GAP: f64 = 8.0;

impl Bars {
    /// A chart of percentages to 100, or to `top`: of each group its name and a value a series.
    pub fn of(title: String, series: &[&'static str], top: f64, rows: Vec<(String, Vec<Option<f64>>)>) -> Option<Self> {
        if rows.len() < 2 || rows.iter().all(|(_, values)| values.iter().all(Option::is_none)) {
            return None;
        }
        let step = NAME + BAR * series.len() as f64 + GAP;
        let groups = rows.into_iter().enumerate().map(|(at, (name, values))| {
            let y = at as f64 * step;
            let bars = values.into_iter().enumerate().map(|(series, value)| {
                let width = value.map_or(0.0, |value| (value / top).clamp(0.0, 1.0) * ROOM);
                let text = value.map_or("—".to_owned(), |value| format!("{value:.1} %").replace('.', ","));
                Bar { y: y + NAME + BAR * series as f64, width, text, after: width + 6.0, series }
            });
            Group { name, y: y + NAME - 6.0, bars: bars.collect() }
        });
        let groups: Vec<Group> = groups.collect();
        let height = groups.len() as f64 * step;
        let width = WIDTH;
        Some(Self { title, series: series.to_vec(), groups, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::Bars;

    #[test]
    fn a_bar_is_as_long_as_its_value_and_markup_in_a_name_is_text() {
        let rows = vec![("7А <b>".to_owned(), vec![Some(50.0), None]), ("7Б".to_owned(), vec![Some(100.0), Some(0.0)])];
        let chart = Bars::of("Успеваемость".to_owned(), &["Успеваемость", "Качество"], 100.0, rows).unwrap();
        let drawn = chart.to_string();
        assert!(drawn.contains("width=\"320\"") && drawn.contains("width=\"640\""), "{drawn}");
        assert!(drawn.contains("50,0 %") && drawn.contains('—') && !drawn.contains("<b>"), "{drawn}");
        assert!(Bars::of(String::new(), &["Качество"], 100.0, vec![("7А".to_owned(), vec![Some(1.0)])]).is_none());
    }
}
