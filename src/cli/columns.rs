//! Tables as lines of a window: as they are where they fit; else the widest columns are narrowed and their texts go on in
//! further lines; and where even that does not fit, each row is written as a list. Nothing of a text is left out.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Between two columns.
const GAP: usize = 2;
/// A column of texts is not made narrower than this for the sake of a long word.
const NARROW: usize = 14;
/// Nor, where that does not do, than this for the sake of a long word of its heading.
const NARROW_HEADING: usize = 10;

/// How wide a table is.
pub fn width(headings: &[&str], rows: &[Vec<String>]) -> usize {
    let widest = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).chain([headings[at].width()]).max()
    };
    let all: usize = (0..headings.len()).filter_map(widest).sum();
    all + GAP * headings.len().saturating_sub(1)
}

/// The lines of a table in a window of this width; without one as wide as it is. `right` tells the columns of numbers.
pub fn lines(headings: &[&str], rows: &[Vec<Cow<'_, str>>], right: &[bool], window: Option<usize>) -> Vec<String> {
    let of_column = |column: usize| rows.iter().filter_map(move |row| row.get(column)).map(AsRef::as_ref);
    let widest = |column: usize| of_column(column).chain([headings[column]]).map(UnicodeWidthStr::width).max();
    let natural: Vec<usize> = (0..headings.len()).map(|column| widest(column).unwrap_or_default()).collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    let Some(window) = window.filter(|window| total(&natural) > *window) else {
        return table(headings, rows, right, &natural);
    };
    let longest = |text: &str| text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or_default();
    let least = |heading: usize| -> Vec<usize> {
        let of = |column: usize| match right[column] {
            true => natural[column],
            false => {
                let in_cells = of_column(column).map(longest).max().unwrap_or_default();
                in_cells.min(NARROW).max(longest(headings[column]).min(heading))
            }
        };
        (0..headings.len()).map(of).collect()
    };
    let Some(least) = [NARROW, NARROW_HEADING].into_iter().map(least).find(|least| total(least) <= window) else {
        return list(headings, rows, window);
    };
    let mut widths = natural;
    while total(&widths) > window {
        let wide =
            (0..widths.len()).filter(|column| widths[*column] > least[*column]).max_by_key(|column| widths[*column]);
        let Some(wide) = wide else { break };
        widths[wide] -= 1;
    }
    table(headings, rows, right, &widths)
}

fn table(headings: &[&str], rows: &[Vec<Cow<'_, str>>], right: &[bool], widths: &[usize]) -> Vec<String> {
    let mut out = row(headings, right, widths);
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    out.extend(row(&rules, right, widths));
    rows.iter().for_each(|cells| out.extend(row(cells, right, widths)));
    out
}

/// A row, in as many lines as its longest cell takes.
fn row<T: AsRef<str>>(cells: &[T], right: &[bool], widths: &[usize]) -> Vec<String> {
    let cells: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| wrapped(cell.as_ref(), *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let padded = cells.iter().zip(widths).zip(right).map(|((cell, width), right)| {
            let text = cell.get(at).map_or("", String::as_str);
            let pad = " ".repeat(width.saturating_sub(text.width()));
            if *right { pad + text } else { text.to_owned() + &pad }
        });
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// Each row for itself, heading by heading.
fn list(headings: &[&str], rows: &[Vec<Cow<'_, str>>], window: usize) -> Vec<String> {
    let mut out = Vec::new();
    for cells in rows {
        for (heading, cell) in headings.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let parts = wrapped(&format!("{heading}: {cell}"), window.saturating_sub(GAP).max(1));
            out.extend((0..).zip(parts).map(|(at, part)| if at == 0 { part } else { format!("  {part}") }));
        }
        out.push(String::new());
    }
    out
}

/// A text in lines of this width, broken at spaces, and within a word where it is longer than a line.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut out = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let last = out.last_mut().map_or(0, |line| line.width());
        if last > 0 && last + 1 + word.width() <= width {
            out.last_mut().into_iter().for_each(|line| *line += &format!(" {word}"));
            continue;
        }
        if last > 0 {
            out.push(String::new());
        }
        for c in word.chars() {
            let full =
                out.last().is_some_and(|line| !line.is_empty() && line.width() + c.width().unwrap_or_default() > width);
            if full {
                out.push(String::new());
            }
            out.last_mut().into_iter().for_each(|line| line.push(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(rows: &[[&str; 3]], window: Option<usize>) -> Vec<String> {
        let rows: Vec<Vec<Cow<'_, str>>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).into()).collect()).collect();
        lines(&["Ученик", "Замечание", "№"], &rows, &[false, false, true], window)
    }

    const ROWS: [[&str; 3]; 2] =
        [["Иванов Павел", "Не вносит темы уроков, исправить до конца недели", "7"], ["Ким Ян", "Хорошо", "12"]];

    #[test]
    fn a_table_that_fits_or_goes_to_a_file_is_as_wide_as_it_is() {
        let whole = shown(&ROWS, None);
        assert_eq!(whole[2], "Иванов Павел  Не вносит темы уроков, исправить до конца недели   7");
        assert_eq!(shown(&ROWS, Some(200)), whole);
    }

    #[test]
    fn in_a_narrow_window_the_widest_column_goes_on_in_further_lines() {
        let line = |pupil: &str, text: &str, number: &str| {
            format!("{pupil:<12}  {text:<24}  {number:>2}").trim_end().to_owned()
        };
        let rule = "─".repeat(24);
        assert_eq!(
            shown(&ROWS, Some(42)),
            [
                line("Ученик", "Замечание", "№"),
                line("────────────", &rule, "──"),
                line("Иванов Павел", "Не вносит темы уроков,", "7"),
                line("", "исправить до конца", ""),
                line("", "недели", ""),
                line("Ким Ян", "Хорошо", "12"),
            ]
        );
    }

    #[test]
    fn in_a_very_narrow_window_each_row_is_a_list() {
        let list = shown(&ROWS, Some(18));
        assert_eq!(list[..4], ["Ученик: Иванов", "  Павел", "Замечание: Не", "  вносит темы"], "{list:?}");
        assert!(list.contains(&"№: 12".to_owned()) && list.iter().all(|line| line.width() <= 18), "{list:?}");
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost_and_no_line_is_wider_than_the_window(
            cells in prop::collection::vec("[а-яА-ЯёA-Z0-9«»№.,]{0,20}( [а-я]{1,25}){0,6}", 6), window in 4usize..120,
        ) {
            let rows = [[&*cells[0], &*cells[1], "1"], [&*cells[2], &*cells[3], "22"]];
            let out = shown(&rows, Some(window));
            prop_assert!(window < 12 || out.iter().all(|line| line.width() <= window), "{:?}", out);
            let letters = |text: &str| {
                let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '─').collect();
                letters.sort_unstable();
                letters
            };
            let all = letters(&out.concat());
            let of_cells = letters(&rows.concat().concat());
            let mut at = all.iter();
            prop_assert!(of_cells.iter().all(|c| at.any(|other| other == c)), "{:?} in {:?}", rows, out);
        }
    }
}
