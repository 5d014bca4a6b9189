//! A course as the table that web diaries and teachers' own books are: pupils down, lessons across, final marks at the end, and
//! on a second sheet what was gone through. `import grid` reads it back without a doubt.

use crate::error::{Error, Result};
use crate::journal::read::course_view::{Column, CourseView, Place};
use crate::school::{WorkKind, format_date};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The columns before the marks.
const BEFORE: [&str; 3] = ["№", "Личное дело", "Фамилия Имя"];
/// The rows above the pupils: what course it is, the headings, the numbers of the lessons, the kinds of work.
const ABOVE: u32 = 4;
const TOPICS: [&str; 5] = ["Дата", "Урок", "Тема", "Вид работы", "Домашнее задание"];

/// The file's bytes.
///
/// # Errors
/// More lessons than a sheet has columns for.
pub fn workbook(view: &CourseView) -> Result<Vec<u8>> {
    write(view).map_err(|fault| {
        Error::environment(format!("книга XLSX не записана: {fault}"))
            .next("повторите; если не поможет, сообщите разработчику")
    })
}

fn write(view: &CourseView) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    marks(book.add_worksheet().set_name("Отметки")?, view)?;
    topics(book.add_worksheet().set_name("Темы")?, view)?;
    book.save_to_buffer()
}

fn marks(sheet: &mut Worksheet, view: &CourseView) -> std::result::Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_align(FormatAlign::Center);
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(0, 1);
    sheet.set_repeat_rows(1, ABOVE - 1)?.set_repeat_columns(0, 2)?;
    sheet.write_string(0, 0, format!("{}, учитель {}, {} учебный год", view.course.key, view.teacher, view.year))?;
    for (at, text) in (0u16..).zip(BEFORE) {
        sheet.write_string_with_format(1, at, text, &heading)?;
    }
    sheet.write_string(2, 2, "Урок")?.write_string(3, 2, "Вид работы")?;
    sheet.set_column_width(0, 4)?.set_column_width(1, 12)?.set_column_width(2, 28)?;
    for (row, (pupil, name)) in (ABOVE..).zip(view.pupils.iter().zip(&view.names)) {
        sheet.write_number(row, 0, f64::from(row - ABOVE + 1))?;
        sheet.write_string(row, 1, pupil.file.as_str())?.write_string(row, 2, name)?;
    }
    for (at, column) in (3u16..).zip(&view.columns) {
        sheet.set_column_width(at, 7)?;
        head(sheet, at, column, &heading)?;
        for (row, pupil) in (ABOVE..).zip(0..view.pupils.len()) {
            cell(sheet, (row, at), &view.text(&column.place, pupil))?;
        }
    }
    sheet.set_freeze_panes(ABOVE, 3)?;
    Ok(())
}

fn head(sheet: &mut Worksheet, at: u16, column: &Column, format: &Format) -> std::result::Result<(), XlsxError> {
    match (&column.place, &column.lesson) {
        (Place::Final { period }, _) => {
            sheet.write_string_with_format(1, at, period.as_str(), format)?;
        }
        (Place::Lesson { date, number }, lesson) => {
            sheet.write_string_with_format(1, at, date.format("%d.%m").to_string(), format)?;
            sheet.write_number(2, at, f64::from(*number))?;
            if let Some(kind) = lesson.as_ref().and_then(|lesson| WorkKind::of(&lesson.work)) {
                sheet.write_string(3, at, kind.short())?;
            }
        }
    }
    Ok(())
}

/// One mark is a number, so that a table adds them up; several are a text.
fn cell(sheet: &mut Worksheet, (row, at): (u32, u16), text: &str) -> std::result::Result<(), XlsxError> {
    match text.parse::<u8>() {
        Ok(mark) => sheet.write_number(row, at, f64::from(mark))?,
        Err(_) if text.is_empty() => return Ok(()),
        Err(_) => sheet.write_string(row, at, text)?,
    };
    Ok(())
}

fn topics(sheet: &mut Worksheet, view: &CourseView) -> std::result::Result<(), XlsxError> {
    let heading = Format::new().set_bold();
    for ((at, text), width) in (0u16..).zip(TOPICS).zip([12, 6, 60, 24, 48]) {
        sheet.write_string_with_format(0, at, text, &heading)?.set_column_width(at, width)?;
    }
    let lessons = view.columns.iter().filter_map(|column| column.lesson.as_ref());
    for (row, lesson) in (1u32..).zip(lessons) {
        sheet.write_string(row, 0, format_date(lesson.date))?.write_number(row, 1, f64::from(lesson.number))?;
        for (at, text) in [(2, &lesson.topic), (3, &lesson.work), (4, &lesson.homework)] {
            sheet.write_string(row, at, text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
