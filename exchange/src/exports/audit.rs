use domain::{Instant, bank};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::cells::{Cell, Column, column};
use super::{Page, Source};
use data::act::{Authors, people};
use data::store::entities::audit::{Column as Field, Entity};
use data::{Error, Result};

pub const COLUMNS: &[Column] =
    &[column("at"), column("author"), column("action"), column("subject_kind"), column("subject"), column("detail")];

pub async fn page<C: ConnectionTrait>(source: &Source<'_, C>) -> Result<Page> {
    let rows = source.rows::<Entity>(Field::CompanyId, Field::At, Field::Id).await?;
    let authors = Authors::load(source.conn, people(rows.iter().map(|row| &row.author))).await?;
    let last = rows.last().map(|row| (row.at, row.id));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let detail: Value = serde_json::from_str(&row.detail).map_err(|error| Error::Corrupt(error.to_string()))?;
        let detail = if source.of_screen { without_accounts(detail) } else { detail };
        cells.push(vec![
            Cell::Time(Instant(row.at)),
            Cell::text(authors.name(&row.author)),
            Cell::text(row.action),
            Cell::text(row.subject_kind),
            Cell::text(row.subject),
            Cell::Object(detail),
        ]);
    }
    Ok(Page::new(cells, last))
}

/// Names of facts that are accounts.
const ACCOUNTS: [&str; 2] = ["iban", "payout_account"];

/// An entry's facts with no more of an account than its last four characters: who may see it all does so where it is kept.
fn without_accounts(detail: Value) -> Value {
    fn masked(value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(bank::stored_account(&text).map(|account| account.masked()).unwrap_or_default()),
            Value::Array(items) => Value::Array(items.into_iter().map(masked).collect()),
            other => other,
        }
    }
    match detail {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let value = if ACCOUNTS.contains(&name.as_str()) { masked(value) } else { without_accounts(value) };
                    (name, value)
                })
                .collect(),
        ),
        other => other,
    }
}
