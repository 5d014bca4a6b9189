//! A page of a document on the screen, as it stands on paper: lines, and tables with their columns and empty cells.
//!
//! A table that is wider than the window is shown in parts, each with the columns that name the row.

use super::columns::wrapped;
use crate::print::seen::{Grid, Part, Seen};
use unicode_width::UnicodeWidthStr;

/// A column of texts is made narrower, down to this, before a table is cut in parts.
const NARROW: usize = 14;
/// In a window a column is not widened for a long word of its heading beyond this: that goes on in further lines.
const WORD: usize = 8;

/// The lines of a page in a window of this width; without one as wide as they are.
pub fn lines(seen: &Seen, window: Option<usize>) -> Vec<String> {
    let mut out = vec![format!("Документ № {}, стр. {}", seen.number, seen.page), String::new()];
    for part in &seen.parts {
        match part {
            Part::Line(cells) => out.extend(wrapped(&cells.join("   "), window.unwrap_or(usize::MAX))),
            Part::Table(grid) => table(grid, window, &mut out),
        }
    }
    out
}

fn table(grid: &Grid, window: Option<usize>, out: &mut Vec<String>) {
    let mut widths: Vec<usize> = (0..grid.columns()).map(|column| natural(grid, column)).collect();
    hold_headings(grid, &mut widths, window.map_or(usize::MAX, |_| WORD));
    let window = window.unwrap_or(usize::MAX);
    while whole(&widths) > window {
        let wide = (0..widths.len()).filter(|column| widths[*column] > NARROW).max_by_key(|column| widths[*column]);
        let Some(wide) = wide else { break };
        widths[wide] -= 1;
    }
    // The columns that name a row: its number and what follows, up to the first text.
    let naming = widths.iter().take(3).position(|width| *width >= WORD).map_or(1, |at| at + 1);
    let mut from = naming.min(widths.len());
    let mut columns: Vec<usize> = (0..from).collect();
    loop {
        let fits = |columns: &[usize]| whole(&columns.iter().map(|at| widths[*at]).collect::<Vec<_>>()) <= window;
        while from < widths.len() {
            columns.push(from);
            if !fits(&columns) && columns.len() > naming + 1 {
                columns.pop();
                break;
            }
            from += 1;
        }
        draw(grid, &columns, &widths, out);
        if from >= widths.len() {
            return;
        }
        columns.truncate(naming);
    }
}

/// How wide a table of columns is, with the rules around them.
fn whole(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len() + 1
}

/// How wide a column would be for what stands below its heading.
fn natural(grid: &Grid, column: usize) -> usize {
    let of = |row: &Vec<String>| row.get(column).map(|text| text.width()).unwrap_or_default();
    grid.rows.iter().skip(grid.heads).map(of).max().unwrap_or_default().max(1)
}

/// Widens columns for the words of their headings, up to a limit: a word goes over the empty cells after it.
fn hold_headings(grid: &Grid, widths: &mut [usize], limit: usize) {
    for row in grid.rows.iter().take(grid.heads) {
        for (at, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let word = text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or_default().min(limit);
            let over = row.iter().skip(at + 1).take_while(|next| next.is_empty()).count();
            let room = widths.iter().skip(at).take(over + 1).sum::<usize>() + over;
            if let Some(width) = widths.get_mut(at) {
                *width += word.saturating_sub(room);
            }
        }
    }
}

fn draw(grid: &Grid, columns: &[usize], widths: &[usize], out: &mut Vec<String>) {
    let rule = |ends: [char; 3]| {
        let parts = columns.iter().map(|at| "─".repeat(widths[*at])).collect::<Vec<_>>();
        format!("{}{}{}", ends[0], parts.join(&ends[1].to_string()), ends[2])
    };
    let (heads, body) = grid.rows.split_at(grid.heads.min(grid.rows.len()));
    out.push(rule(['┌', '┬', '┐']));
    for row in heads {
        out.extend(in_lines(&spread(row, columns, widths)));
    }
    out.push(rule(['├', '┼', '┤']));
    let rows: Vec<Vec<String>> = body
        .iter()
        .map(|row| in_lines(&columns.iter().map(|at| (widths[*at], row[*at].as_str())).collect::<Vec<_>>()))
        .collect();
    let apart = rows.iter().any(|lines| lines.len() > 1);
    for (at, lines) in rows.into_iter().enumerate() {
        if apart && at > 0 {
            out.push(rule(['├', '┼', '┤']));
        }
        out.extend(lines);
    }
    out.push(rule(['└', '┴', '┘']));
}

/// The cells of a row of the heading with their widths: a text that is wider than its column goes on over empty ones, as a
/// month does over its days.
fn spread<'a>(row: &'a [String], columns: &[usize], widths: &[usize]) -> Vec<(usize, &'a str)> {
    let mut cells: Vec<(usize, &str)> = Vec::new();
    let mut rest = columns.iter().enumerate().peekable();
    while let Some((place, at)) = rest.next() {
        let mut text = row[*at].as_str();
        let cut = place > 0 && columns[place - 1] + 1 != *at;
        if text.is_empty() && cut {
            // What begins in the part before goes on here.
            text =
                row[columns[place - 1] + 1..*at].iter().rev().find(|text| !text.is_empty()).map_or("", String::as_str);
        }
        let mut width = widths[*at];
        while text.width() > width
            && let Some((_, next)) = rest.next_if(|(_, next)| row[**next].is_empty())
        {
            width += 1 + widths[*next];
        }
        cells.push((width, text));
    }
    cells
}

/// A row in as many lines as its longest cell takes.
fn in_lines(cells: &[(usize, &str)]) -> Vec<String> {
    let cells: Vec<(usize, Vec<String>)> = cells.iter().map(|(width, text)| (*width, wrapped(text, *width))).collect();
    let height = cells.iter().map(|(_, lines)| lines.len()).max().unwrap_or_default();
    let line = |at: usize| {
        let cell = |(width, lines): &(usize, Vec<String>)| {
            let text = lines.get(at).map_or("", String::as_str);
            format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
        };
        format!("│{}│", cells.iter().map(cell).collect::<Vec<_>>().join("│"))
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Seen {
        let row = |cells: [&str; 6]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["№", "Фамилия, имя", "сентябрь", "", "", "I четв."]),
            row(["", "", "1", "3", "5", ""]),
            row(["1", "Ёлкина Анна", "5", "", "н", "4"]),
            row(["2", "Ким Ян", "", "", "", ""]),
        ];
        let parts = vec![Part::Line(vec!["Алгебра".to_owned()]), Part::Table(Grid { heads: 2, rows })];
        Seen { number: "2025-0001".to_owned(), page: 4, parts }
    }

    #[test]
    fn a_table_has_its_columns_and_empty_cells_and_a_month_goes_over_its_days() {
        assert_eq!(
            lines(&page(), None),
            [
                "Документ № 2025-0001, стр. 4",
                "",
                "Алгебра",
                "┌─┬───────────┬────┬─┬─┬─────┐",
                "│№│Фамилия,   │сентябрь│I    │",
                "│ │имя        │        │четв.│",
                "│ │           │1   │3│5│     │",
                "├─┼───────────┼────┼─┼─┼─────┤",
                "│1│Ёлкина Анна│5   │ │н│4    │",
                "│2│Ким Ян     │    │ │ │     │",
                "└─┴───────────┴────┴─┴─┴─────┘",
            ]
        );
    }

    #[test]
    fn what_is_wider_than_the_window_is_shown_in_parts_that_all_name_the_row() {
        let shown = lines(&page(), Some(19));
        assert!(shown.iter().all(|line| line.width() <= 28), "{shown:#?}");
        let parts = shown.iter().filter(|line| line.starts_with('┌')).count();
        assert!(parts >= 2, "{shown:#?}");
        assert!(shown.iter().filter(|line| line.contains("Ёлкина Анна")).count() == parts, "{shown:#?}");
        assert!(shown.iter().any(|line| line.starts_with("│2│Ким Ян     │")), "{shown:#?}");
    }
}
