//! The lesson beside or below the table: a line about it, the whole of it, or the lines in which it is edited.

use super::draw::{clip, put, rule};
use super::form::{Form, Label};
use super::keys::HELP;
use super::model::{Access, Focus, Model};
use crate::journal::read::course_view::{Column, Place};
use crate::school::{WEEKDAYS_SHORT, format_date};
use chrono::Datelike;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget, Wrap};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Draws the current column's lesson beside the table.
pub fn beside(buffer: &mut Buffer, area: Rect, model: &Model) {
    let area = area.intersection(buffer.area);
    if area.width < 4 {
        return;
    }
    for y in area.top()..area.bottom() {
        put(buffer, area, area.x + 1, y, "│", Style::new().add_modifier(Modifier::DIM));
    }
    let lines = model.current().map(|column| whole(column, model)).unwrap_or_default();
    let area = Rect { x: area.x + 3, width: area.width - 3, ..area };
    Paragraph::new(lines).wrap(Wrap { trim: true }).render(area, buffer);
}

/// Draws a line about the lesson below the table, or the lines in which it is edited; gives the place of the cursor.
pub fn below(buffer: &mut Buffer, area: Rect, model: &Model) -> Option<Position> {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    if let Focus::Panel(form) = &model.focus {
        return edit(buffer, area, form);
    }
    let text = model.current().map(in_a_line).unwrap_or_default();
    put(buffer, area, area.x, area.y, &clip(&text, usize::from(area.width)), Style::new());
    None
}

/// The list of keys over everything.
pub fn help(buffer: &mut Buffer, area: Rect, model: &Model) {
    let area = area.intersection(buffer.area);
    Clear.render(area, buffer);
    let looks = matches!(model.access, Access::Looks(_));
    let keys = HELP.iter().filter(|(_, _, writes)| !(looks && *writes));
    let how = match looks {
        true => " Здесь только просмотр: записать ничего нельзя.",
        false => " Отметка записывается сразу, как только вы уходите из клетки.",
    };
    let lines: Vec<Line<'_>> = std::iter::once(rule("Клавиши", area.width))
        .chain(keys.map(|(keys, what, _)| Line::from(format!(" {keys:<19} {what}"))))
        .chain(["", how, " Любая клавиша — назад."].map(Line::from))
        .collect();
    Paragraph::new(lines).render(area, buffer);
}

fn title(place: &Place) -> String {
    match place {
        Place::Lesson { date, number } => {
            let weekday = WEEKDAYS_SHORT[date.weekday().num_days_from_monday() as usize];
            format!("{weekday} {}, урок {number}", format_date(*date))
        }
        Place::Final { period } => format!("Итог: {period}"),
    }
}

fn in_a_line(column: &Column) -> String {
    let mut text = title(&column.place);
    if let Some(lesson) = &column.lesson {
        text += &format!(": {}", lesson.topic);
        if !lesson.work.is_empty() {
            text += &format!(" · {}", lesson.work);
        }
        if !lesson.homework.is_empty() {
            text += &format!(" · д/з: {}", lesson.homework);
        }
        if !column.substitute.is_empty() {
            text += &format!(" · замена: {}", column.substitute);
        }
    }
    text
}

fn whole(column: &Column, model: &Model) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(title(&column.place)).style(Style::new().add_modifier(Modifier::BOLD))];
    let Some(lesson) = &column.lesson else { return lines };
    let part = |label: Label, text: &str| {
        let text = if text.is_empty() { "—".to_owned() } else { text.to_owned() };
        [Line::from(""), Line::from(format!("{}: {text}", label.word()))]
    };
    lines.extend(part(Label::Topic, &lesson.topic));
    lines.extend(part(Label::Work, &lesson.work));
    lines.extend(part(Label::Homework, &lesson.homework));
    if !column.substitute.is_empty() {
        lines.extend([Line::from(""), Line::from(format!("Замена: {}", column.substitute))]);
    }
    if matches!(model.access, Access::Keeps(..)) {
        lines.extend([Line::from(""), Line::from("Tab — изменить")]);
    }
    lines
}

fn edit(buffer: &mut Buffer, area: Rect, form: &Form) -> Option<Position> {
    let heading = form.place.as_ref().map_or_else(|| "Новый урок".to_owned(), title);
    Paragraph::new(rule(&heading, area.width)).render(Rect { height: 1, ..area }, buffer);
    let shown = usize::from(area.height.saturating_sub(1));
    let first = (form.active + 1).saturating_sub(shown);
    let mut cursor = None;
    for (y, (index, line)) in (area.y + 1..area.bottom()).zip(form.lines.iter().enumerate().skip(first)) {
        let active = index == form.active;
        let style = if active { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
        let label = format!("{:>10}: ", line.label.word());
        put(buffer, area, area.x, y, &label, style);
        let x = area.x.saturating_add(u16::try_from(label.width()).unwrap_or_default());
        let room = usize::from(area.right().saturating_sub(x));
        // The end of a long line slides out to the left, so that the cursor stays in sight.
        let width = |chars: &[char]| chars.iter().map(|c| c.width().unwrap_or_default()).sum::<usize>();
        let at = if active { line.at } else { 0 };
        let mut from = 0;
        while from < at && width(&line.text[from..at]) + 1 > room {
            from += 1;
        }
        let text: String = line.text[from..].iter().collect();
        put(
            buffer,
            area,
            x,
            y,
            &text,
            style.add_modifier(if active { Modifier::UNDERLINED } else { Modifier::empty() }),
        );
        if active {
            let x = x.saturating_add(u16::try_from(width(&line.text[from..at])).unwrap_or_default());
            cursor = (x < area.right()).then_some(Position { x, y });
        }
    }
    cursor
}
