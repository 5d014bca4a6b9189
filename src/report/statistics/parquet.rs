//! The table as a Parquet file, which DuckDB, DataFusion and Trino read as it is: one row group, snappy, no clock and no
//! version of anything in it, so that the same rows give the same bytes.

use super::rows::PersonRow;
use super::{COLUMNS, Row};
use crate::error::{Error, Result};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// The rows of a table.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn table(rows: &[Row]) -> Result<Vec<u8>> {
    let rows: Vec<&Row> = rows.iter().collect();
    file(&rows, None).map_err(unwritten)
}

/// The rows of persons.
///
/// # Errors
/// As [`table`].
pub fn persons(rows: &[PersonRow]) -> Result<Vec<u8>> {
    let persons: Vec<&str> = rows.iter().map(|row| row.person.as_str()).collect();
    let rows: Vec<&Row> = rows.iter().map(|row| &row.row).collect();
    file(&rows, Some(&persons)).map_err(unwritten)
}

fn unwritten(cause: ParquetError) -> Error {
    Error::environment(format!("не удалось составить файл Parquet ({cause})")).next("повторите").caused_by(cause)
}

/// More rows than this are set apart, so that a reader need not hold them at once.
const GROUP: usize = 1_000_000;

fn file(rows: &[&Row], persons: Option<&[&str]>) -> std::result::Result<Vec<u8>, ParquetError> {
    let field = |name: &str| match name {
        "grade" => "optional int32 grade;".to_owned(),
        "value" => "optional int64 value;".to_owned(),
        _ => format!("optional binary {name} (STRING);"),
    };
    let mut fields: Vec<String> = COLUMNS.into_iter().map(field).collect();
    fields.extend(persons.map(|_| field("person")));
    let schema = parse_message_type(&format!("message statistics {{ {} }}", fields.join(" ")))?;
    let properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("letopis".to_owned());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))?;
    for (at, rows) in rows.chunks(GROUP).enumerate() {
        let mut group = writer.next_row_group()?;
        group_of(&mut group, rows)?;
        if let Some(persons) = persons {
            let persons = persons.iter().skip(at * GROUP).take(rows.len());
            texts(&mut group, persons.map(|person| Some((*person).to_owned())).collect())?;
        }
        group.close()?;
    }
    writer.into_inner()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn group_of(group: &mut Group<'_>, rows: &[&Row]) -> std::result::Result<(), ParquetError> {
    for (at, name) in COLUMNS.into_iter().enumerate() {
        match name {
            "grade" => {
                let (values, levels) = levels(rows.iter().map(|row| row.grade.map(i32::from)));
                if let Some(mut column) = group.next_column()? {
                    column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)?;
                    column.close()?;
                }
            }
            "value" => {
                let value = |row: &&Row| row.value.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
                let (values, levels) = levels(rows.iter().map(value));
                if let Some(mut column) = group.next_column()? {
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                    column.close()?;
                }
            }
            _ => texts(group, rows.iter().map(|row| row.fields().into_iter().nth(at).flatten()).collect())?,
        }
    }
    Ok(())
}

fn texts(group: &mut Group<'_>, texts: Vec<Option<String>>) -> std::result::Result<(), ParquetError> {
    let (values, levels) = levels(texts.into_iter().map(|text| text.map(|text| ByteArray::from(text.into_bytes()))));
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

/// The values that are there, and for each row whether it has one.
fn levels<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    (there, levels)
}
