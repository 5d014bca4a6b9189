//! The grid on the screen: where its parts lie at a window's size, and the table of cells.
//!
//! A wide window shows the lesson beside the table, a usual one has a line about it below; Tab opens the lines in which
//! it is edited, below in both, where long texts have room. The table takes what is left, down to nothing. Differences are never told by colour alone: what is being typed ends in
//! `_`, what was refused in `!`, so they are seen in a terminal without colours as well.

use super::model::{Access, Focus, Message, Model};
use super::panel;
use crate::cli::advice::advice;
use crate::cli::called::in_ones_words;
use crate::cli::columns;
use crate::journal::read::course_view::{Column, Outlook, Place};
use crate::journal::read::explain::Exemption;
use crate::school::{MONTHS, counted, format_date};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

/// From this width on the lesson lies beside the table.
const WIDE: u16 = 110;
const SIDE: u16 = 40;
/// Lines above the pupils: months and days.
const HEADING: u16 = 2;

/// The parts of the window.
struct Areas {
    title: Rect,
    table: Rect,
    /// The lesson beside the table; empty in a usual window.
    side: Rect,
    /// The lesson below the table: a line about it, or the lines in which it is edited.
    below: Rect,
    status: Rect,
    help: Rect,
}

impl Areas {
    fn of(area: Rect, model: &Model) -> Self {
        let wide = area.width >= WIDE && area.height >= 12;
        let lines = match &model.focus {
            Focus::Panel(form) => u16::try_from(form.lines.len()).unwrap_or(u16::MAX).saturating_add(1),
            _ => u16::from(!wide),
        };
        let mut rest = area;
        let title = take_top(&mut rest, 1);
        let help = take_bottom(&mut rest, 1);
        // What is told is shown whole, as long as a few rows of the table are left.
        let told = columns::wrapped(&told(model).0, usize::from(area.width)).len();
        let usual = if area.height >= 16 { 2 } else { 1 };
        let most = rest.height.saturating_sub(lines + HEADING + 2).max(usual);
        let status = take_bottom(&mut rest, u16::try_from(told).unwrap_or(most).clamp(usual, most));
        let below = take_bottom(&mut rest, lines);
        let width = if wide { SIDE } else { 0 };
        rest.width -= width;
        let side = Rect { x: rest.right(), width, ..rest };
        Self { title, table: rest, side, below, status, help }
    }
}

fn take_top(rest: &mut Rect, lines: u16) -> Rect {
    let taken = Rect { height: lines.min(rest.height), ..*rest };
    rest.y += taken.height;
    rest.height -= taken.height;
    taken
}

fn take_bottom(rest: &mut Rect, lines: u16) -> Rect {
    let height = lines.min(rest.height);
    rest.height -= height;
    Rect { y: rest.bottom(), height, ..*rest }
}

/// Draws everything, and moves the model's window so that the current cell is in it.
pub fn draw(frame: &mut Frame<'_>, model: &mut Model) {
    let window = frame.area();
    let areas = Areas::of(window, model);
    let buffer = frame.buffer_mut();
    title(buffer, areas.title, model);
    let table = Table::fit(areas.table, model);
    table.draw(buffer, model);
    status(buffer, areas.status, model);
    help_line(buffer, areas.help, model);
    panel::beside(buffer, areas.side, model);
    let cursor = panel::below(buffer, areas.below, model);
    if matches!(model.focus, Focus::Help) {
        panel::help(buffer, window, model);
    } else if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// Writes a text at a place, clipped to an area.
pub fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) {
    let area = area.intersection(buffer.area);
    if y >= area.top() && y < area.bottom() && x >= area.left() && x < area.right() {
        buffer.set_stringn(x, y, text, usize::from(area.right() - x), style);
    }
}

/// The text, or its beginning with «…» where it is wider than `width`.
pub fn clip(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + 2 > width {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

fn title(buffer: &mut Buffer, area: Rect, model: &Model) {
    let style = Style::new().add_modifier(Modifier::REVERSED);
    buffer.set_style(area.intersection(buffer.area), style);
    let view = &model.view;
    let who = match &model.access {
        Access::Keeps(keeper, name) if keeper.substitute => format!("замещает {name} "),
        Access::Keeps(_, name) => format!("подписывает {name} "),
        Access::Looks(_) => "только просмотр ".to_owned(),
    };
    let width = usize::from(area.width);
    let left = clip(&format!(" {} · {} · {}", view.course.key, view.teacher, view.year), width);
    put(buffer, area, area.x, area.y, &left, style.add_modifier(Modifier::BOLD));
    let at = width.saturating_sub(who.width());
    if at > left.width() || width < 40 {
        put(buffer, area, area.x + u16::try_from(at).unwrap_or_default(), area.y, &who, style);
    }
}

/// The reason of a refusal, what was done, or what is known of the current cell.
fn told(model: &Model) -> (String, Style) {
    let fault = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    let told = |error: &crate::Error| match error.next_step() {
        Some(next) => (format!("{}. Что делать: {}", error.message(), in_ones_words(&advice(next))), fault),
        None => (error.message().to_owned(), fault),
    };
    let attempt = model.current().and_then(|column| model.attempt(model.row, &column.place));
    match (&model.message, attempt.and_then(|attempt| attempt.refused.as_ref())) {
        (Some(Message::Fault(error)), _) => told(error),
        (Some(Message::Done(text)), _) => (text.clone(), Style::new().fg(Color::Green)),
        (None, Some(error)) => told(error),
        (None, None) => (about_cell(model), Style::new()),
    }
}

fn status(buffer: &mut Buffer, area: Rect, model: &Model) {
    let (text, style) = told(model);
    let area = area.intersection(buffer.area);
    let lines = columns::wrapped(&text, usize::from(area.width)).into_iter().map(Line::from);
    Paragraph::new(lines.collect::<Vec<_>>()).style(style).render(area, buffer);
}

fn about_cell(model: &Model) -> String {
    if model.view.columns.iter().all(|column| column.lesson.is_none()) && matches!(model.access, Access::Keeps(..)) {
        return "Уроков ещё нет: Ins — записать первый".to_owned();
    }
    let (Some(cell), Some(column)) = (model.cell(), model.current()) else { return String::new() };
    let mut parts = vec![model.cell_title(&cell)];
    if let Access::Looks(why) = &model.access {
        parts.push(format!("только просмотр: {}", why.message()));
    }
    if !model.is_present(model.row) {
        parts.push("не в списке в этот день".to_owned());
    }
    if let Some(standing) = model.view.standing(&column.place, model.row) {
        parts.push(format!("«{}»", standing.cell));
        parts.extend((!standing.work.is_empty()).then(|| standing.work.clone()));
        parts.extend((!standing.document.is_empty()).then(|| format!("документ: {}", standing.document)));
        parts.extend(standing.reason.map(|reason| format!("причина: {}", reason.word())));
    }
    if let Some(on) = model.view.elsewhere(&column.place, model.row) {
        let there = on.set_in().map(ToString::to_string).unwrap_or_default();
        parts.push(format!("действует «{}»: выставлена в курсе {there}", on.counts()));
    }
    if let Some(of) = exemption(model, model.row, column) {
        let (since, until) = (format_date(of.since), format_date(of.until));
        let exempted = model.view.pupils.get(model.row).map(|pupil| pupil.agree("освобождён")).unwrap_or_default();
        parts.push(format!("{exempted} от предмета с {since} по {until}: {}", of.document));
    }
    parts.extend(prospect(model));
    parts.join(" · ")
}

/// What the current pupil's marks come to in the period of the current column: a period's final marks stand behind its
/// lessons.
fn prospect(model: &Model) -> Option<String> {
    let of_period = model.view.columns.iter().skip(model.column).find(|column| column.lesson.is_none())?;
    let outlook = model.view.outlook(&of_period.place, model.row)?;
    let average = match outlook.average {
        Some(average) => format!("средний балл {}", decimal(average)),
        None => "отметок нет".to_owned(),
    };
    let lacks = match (outlook.lacking, outlook.lacks_written) {
        (0, false) => None,
        (0, true) => Some("нужна ещё письменная".to_owned()),
        (more, written) => {
            let more = counted(more, ["отметка", "отметки", "отметок"]);
            Some(format!("нужно ещё {more}{}", if written { ", из них письменная" } else { "" }))
        }
    };
    let forecast = (!outlook.forecast.is_empty()).then(|| format!("прогноз {}", outlook.forecast));
    let said: Vec<String> = [Some(average), lacks, forecast].into_iter().flatten().collect();
    Some(format!("{}: {}", of_period.short, said.join(", ")))
}

/// «4,25».
fn decimal(average: f64) -> String {
    format!("{average:.2}").replace('.', ",")
}

/// How wide the prospect is beside a final mark: average, marks that are lacking, forecast.
const PROSPECT: u16 = 13;

/// «4,25  1п   4»: the average, how many marks are lacking («п»: one for written work), the forecast.
fn beside_final(outlook: &Outlook) -> String {
    let average = outlook.average.map(decimal).unwrap_or_default();
    let number = if outlook.lacking > 0 { outlook.lacking.to_string() } else { String::new() };
    let lacks = number + if outlook.lacks_written { "п" } else { "" };
    format!("{average:>4} {lacks:>3} {:>3}", outlook.forecast)
}

/// Whether a column of final marks shows what the marks come to.
fn has_prospect(model: &Model, column: &Column) -> bool {
    model.view.outlook(&column.place, 0).is_some()
}

/// The keys that matter now; in a narrow window only those that lead to the others and out.
fn help_line(buffer: &mut Buffer, area: Rect, model: &Model) {
    let refused = format!("Отклонено: {}", model.refusals());
    let (first, always) = match (&model.focus, model.refusals()) {
        _ if matches!(model.access, Access::Looks(_)) => {
            ("Только просмотр · стрелки, PgUp, PgDn", "F1 клавиши · F10 выход")
        }
        (Focus::Panel(_), _) => ("Enter записать · Tab следующая строка", "Esc к отметкам · F10 выход"),
        (_, 0) => ("Enter записать · Del убрать · Tab тема · Ins урок", "F1 клавиши · F10 выход"),
        _ => (refused.as_str(), "F8 к ним · Esc отказаться · F10 выход"),
    };
    let whole = format!(" {first} · {always}");
    let text = if whole.width() <= usize::from(area.width) { whole } else { format!(" {always}") };
    let style = Style::new().add_modifier(Modifier::REVERSED);
    buffer.set_style(area.intersection(buffer.area), style);
    put(buffer, area, area.x, area.y, &text, style);
}

/// The table of cells, fitted to its place.
struct Table {
    area: Rect,
    names: u16,
    /// Shown columns: index, where it begins, how wide it is.
    columns: Vec<(usize, u16, u16)>,
}

impl Table {
    fn fit(area: Rect, model: &mut Model) -> Self {
        let rows = usize::from(area.height.saturating_sub(HEADING));
        let longest = model.view.names.iter().map(|name| name.width()).max().unwrap_or_default();
        let names = u16::try_from(longest + 4).unwrap_or(u16::MAX).min(26).min(area.width / 3);
        let widths: Vec<u16> = (0..model.view.columns.len()).map(|column| width_of(model, column)).collect();
        let room = area.width.saturating_sub(names);
        let window = &mut model.window;
        window.rows = rows;
        window.row = window.row.min(model.row).max((model.row + 1).saturating_sub(rows.max(1)));
        window.row = window.row.min(model.view.pupils.len().saturating_sub(rows.max(1)));
        window.column = first_column(&widths, window.column, model.column, room);
        let mut columns = Vec::new();
        let mut x = area.x + names;
        for (index, width) in widths.iter().enumerate().skip(window.column) {
            let width = (*width).min(area.right().saturating_sub(x));
            if width < 2 || (x + width > area.right()) || (width < widths[index] && !columns.is_empty()) {
                break;
            }
            columns.push((index, x, width));
            x += width;
        }
        Self { area, names, columns }
    }

    fn draw(&self, buffer: &mut Buffer, model: &Model) {
        self.headings(buffer, model);
        for (line, row) in (model.window.row..model.view.pupils.len()).take(model.window.rows).enumerate() {
            let y = self.area.y + HEADING + u16::try_from(line).unwrap_or_default();
            self.pupil(buffer, model, row, y);
        }
    }

    fn headings(&self, buffer: &mut Buffer, model: &Model) {
        let Rect { x, y, .. } = self.area;
        let (first, all) = (model.window.row, model.view.pupils.len());
        if model.window.rows < all && model.window.rows > 0 {
            let last = (first + model.window.rows).min(all);
            let text = clip(&format!("   {}–{last} из {all}", first + 1), usize::from(self.names));
            put(buffer, self.area, x, y + 1, &text, Style::new().add_modifier(Modifier::DIM));
        }
        let mut month_of_last = None;
        for (at, (index, x, width)) in self.columns.iter().enumerate() {
            let column = &model.view.columns[*index];
            let current = *index == model.column;
            let style =
                if current { Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { Style::new() };
            let prospect = has_prospect(model, column) && *width > PROSPECT + 2;
            let width = usize::from(*width);
            if prospect {
                put(buffer, self.area, *x, y, &format!("{:>1$}", column.short, width), style);
                let dim = Style::new().add_modifier(Modifier::DIM);
                put(buffer, self.area, *x + 1, y + 1, &format!("{:>4} {:>3} {:>3}", "ср.", "ещё", "пр."), dim);
                let room = width - usize::from(PROSPECT);
                put(buffer, self.area, *x + PROSPECT, y + 1, &format!("{:>1$}", "итог", room), style);
            } else {
                put(buffer, self.area, *x, y + 1, &format!("{:>1$}", heading(column), width), style);
            }
            let month = month(column);
            if month.is_some() && month != month_of_last {
                let of_month = |(index, ..): &&(usize, u16, u16)| self::month(&model.view.columns[*index]) == month;
                let room: u16 = self.columns[at..].iter().take_while(of_month).map(|(_, _, width)| width).sum();
                let name = month.and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
                let room = usize::from(room).saturating_sub(1);
                let name = if name.width() < room { name.to_owned() } else { name.chars().take(3.min(room)).collect() };
                put(buffer, self.area, *x + 1, y, &name, Style::new().add_modifier(Modifier::BOLD));
            }
            month_of_last = month;
        }
    }

    fn pupil(&self, buffer: &mut Buffer, model: &Model, row: usize, y: u16) {
        let name = model.view.names.get(row).map_or("", String::as_str);
        let mut style = Style::new();
        if row == model.row {
            style = style.add_modifier(Modifier::BOLD);
        }
        if !model.is_present(row) {
            style = style.add_modifier(Modifier::DIM);
        }
        let text = clip(&format!("{:>2} {name}", row + 1), usize::from(self.names).saturating_sub(1));
        put(buffer, self.area, self.area.x, y, &text, style);
        for (index, x, width) in &self.columns {
            let column = &model.view.columns[*index];
            let (text, style) = cell(model, row, column);
            let style =
                if row == model.row && *index == model.column { style.add_modifier(Modifier::REVERSED) } else { style };
            let outlook = model.view.outlook(&column.place, row).filter(|_| *width > PROSPECT + 2);
            let there = column.present.get(row).copied().unwrap_or(true);
            let aside = if outlook.is_some() { PROSPECT } else { 0 };
            if let Some(outlook) = outlook.filter(|outlook| there || outlook.grades > 0) {
                let style = Style::new().add_modifier(if row == model.row { Modifier::empty() } else { Modifier::DIM });
                put(buffer, self.area, *x + 1, y, &beside_final(outlook), style);
            }
            let room = usize::from(*width - aside) - 1;
            let text = clip(&text, room);
            let pad = " ".repeat(room.saturating_sub(text.width()));
            put(buffer, self.area, *x + 1 + aside, y, &format!("{pad}{text}"), style);
        }
    }
}

/// What a cell shows and how.
fn cell(model: &Model, row: usize, column: &Column) -> (String, Style) {
    if let Some(attempt) = model.attempt(row, &column.place) {
        return match &attempt.refused {
            None => (format!("{}_", attempt.text), Style::new().fg(Color::Yellow).add_modifier(Modifier::UNDERLINED)),
            Some(_) => (format!("{}!", attempt.text), Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)),
        };
    }
    let text = text_of(model, row, column);
    let absent = !column.present.get(row).copied().unwrap_or(true);
    match (text.is_empty(), absent) {
        (true, true) => ("×".to_owned(), Style::new().add_modifier(Modifier::DIM)),
        (true, false) if exemption(model, row, column).is_some() => {
            ("о".to_owned(), Style::new().add_modifier(Modifier::DIM))
        }
        (true, false) => ("·".to_owned(), Style::new().add_modifier(Modifier::DIM)),
        (false, _) if column.lesson.is_none() => (text, Style::new().add_modifier(Modifier::BOLD)),
        (false, _) => (text, Style::new()),
    }
}

/// What stands in a cell; in brackets the final mark that counts where it was set in another course: «(4)» was brought
/// from there, «3 (4)» is set here too and does not count.
fn text_of(model: &Model, row: usize, column: &Column) -> String {
    let text = model.view.text(&column.place, row);
    match model.view.elsewhere(&column.place, row) {
        Some(on) => format!("{text} ({})", on.counts()).trim_start().to_owned(),
        None => text,
    }
}

/// The exemption from the subject on the day of a lesson.
fn exemption<'v>(model: &'v Model, row: usize, column: &Column) -> Option<&'v Exemption> {
    column.lesson.as_ref().and_then(|lesson| model.view.exemption(row, lesson.date))
}

fn heading(column: &Column) -> String {
    use chrono::Datelike;
    match &column.place {
        Place::Lesson { date, .. } => date.day().to_string(),
        Place::Final { .. } => column.short.clone(),
    }
}

fn month(column: &Column) -> Option<usize> {
    use chrono::Datelike;
    match &column.place {
        Place::Lesson { date, .. } => Some(date.month0() as usize),
        Place::Final { .. } => None,
    }
}

/// As wide as its heading and its widest cell, with a space before.
fn width_of(model: &Model, index: usize) -> u16 {
    let column = &model.view.columns[index];
    let cells = (0..model.view.pupils.len()).map(|row| match model.attempt(row, &column.place) {
        Some(attempt) => attempt.text.width() + 1,
        None => text_of(model, row, column).width(),
    });
    let prospect = has_prospect(model, column);
    let own = if prospect { 4 } else { heading(column).width() };
    let widest = cells.chain([own, 2]).max().unwrap_or(2);
    u16::try_from(widest + 1).unwrap_or(u16::MAX).min(16) + if prospect { PROSPECT } else { 0 }
}

/// The first column to show so that the current one is wholly seen and no room is left unused.
fn first_column(widths: &[u16], first: usize, current: usize, room: u16) -> usize {
    let sum =
        |from: usize, to: usize| widths.get(from..to).unwrap_or_default().iter().map(|w| u32::from(*w)).sum::<u32>();
    let mut first = first.min(current);
    while first < current && sum(first, current + 1) > room.into() {
        first += 1;
    }
    while first > 0 && sum(first - 1, widths.len()) <= room.into() {
        first -= 1;
    }
    first
}

/// A heading line with its text in the middle of a rule.
pub fn rule(title: &str, width: u16) -> Line<'static> {
    let text = format!("─ {} ", clip(title, usize::from(width).saturating_sub(4)));
    let rest = usize::from(width).saturating_sub(text.width());
    Line::from(format!("{text}{}", "─".repeat(rest)))
}
