//! Whole tables as texts, for those who read them with other programs.

use super::Tables;
use crate::error::Result;
use crate::ledger::chain::hex;
use rusqlite::types::ValueRef;

/// A field of a table, as text: RFC 4180 knows nothing else.
pub type Field = Vec<u8>;

/// Hands the names of a table's columns, then its rows in the order of its key, to `visit`; gives the names. NULL is empty, a
/// BLOB is hex.
///
/// # Errors
/// What `visit` fails with.
pub fn each(tables: &Tables, table: &str, visit: &mut dyn FnMut(&[Field]) -> Result<()>) -> Result<Vec<String>> {
    let mut statement = tables.prepare_cached(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    visit(&columns.iter().map(|name| name.clone().into_bytes()).collect::<Vec<_>>())?;
    let mut rows = statement.query([])?;
    let mut fields = Vec::with_capacity(columns.len());
    while let Some(row) = rows.next()? {
        fields.clear();
        for index in 0..columns.len() {
            fields.push(field(row.get_ref(index)?));
        }
        visit(&fields)?;
    }
    Ok(columns)
}

fn field(value: ValueRef<'_>) -> Field {
    match value {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(number) => number.to_string().into_bytes(),
        ValueRef::Real(number) => number.to_string().into_bytes(),
        ValueRef::Text(text) => text.to_vec(),
        ValueRef::Blob(bytes) => hex(bytes).into_bytes(),
    }
}
