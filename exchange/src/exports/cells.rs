//! Values of a row and how both formats write them.

use chrono::NaiveDate;
use domain::{Instant, Money, Month};
use serde_json::Value;

use super::Format;
use data::store::spreadsheet::harmless;
use data::{Error, Result};

pub struct Column {
    pub name: &'static str,
    /// Whether the CSV for programs has it.
    pub csv: bool,
}

/// A column of every format.
pub const fn column(name: &'static str) -> Column {
    Column { name, csv: true }
}

/// A column that the import of this noun would not know.
pub const fn more(name: &'static str) -> Column {
    Column { name, csv: false }
}

pub type Row = Vec<Cell>;

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Nothing,
    Text(String),
    Number(i64),
    Amount(Money),
    Time(Instant),
    Month(Month),
    Date(NaiveDate),
    /// As a JSON value, or as its size in CSV where that says more than its text.
    List(Vec<Value>),
    Object(Value),
    /// A time that CSV leaves empty, because leaving it empty is what made it.
    Implied(Instant),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn optional(text: Option<impl Into<String>>) -> Cell {
        text.map_or(Cell::Nothing, |text| Cell::Text(text.into()))
    }

    pub fn time(at: Option<i64>) -> Cell {
        at.map_or(Cell::Nothing, |at| Cell::Time(Instant(at)))
    }

    fn json(&self) -> Value {
        match self {
            Cell::Nothing => Value::Null,
            Cell::Text(text) => text.clone().into(),
            Cell::Number(number) => (*number).into(),
            Cell::Amount(money) => money.minor.into(),
            Cell::Time(at) | Cell::Implied(at) => at.rfc3339().into(),
            Cell::Month(month) => month.to_string().into(),
            Cell::Date(date) => date.to_string().into(),
            Cell::List(list) => list.clone().into(),
            Cell::Object(value) => value.clone(),
        }
    }

    fn csv(&self, format: Format) -> String {
        match self {
            Cell::Nothing => String::new(),
            Cell::Text(text) if format == Format::SpreadsheetCsv => harmless(text),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Amount(money) => money.plain(),
            Cell::Time(at) => at.rfc3339(),
            Cell::Implied(at) if format == Format::SpreadsheetCsv => at.rfc3339(),
            Cell::Implied(_) => String::new(),
            Cell::Month(month) => month.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::List(list) => list.len().to_string(),
            Cell::Object(value) => value.to_string(),
        }
    }
}

fn kept(columns: &[Column], format: Format) -> impl Iterator<Item = (usize, &Column)> {
    columns.iter().enumerate().filter(move |(_, column)| column.csv || format != Format::Csv)
}

pub fn write_head(out: &mut Vec<u8>, columns: &[Column], format: Format) -> Result<()> {
    if format == Format::JsonLines {
        return Ok(());
    }
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(kept(columns, format).map(|(_, column)| column.name)).map_err(unwritable)?;
    Ok(writer.flush()?)
}

pub fn write_rows(out: &mut Vec<u8>, columns: &[Column], rows: &[Row], format: Format) -> Result<()> {
    if format == Format::JsonLines {
        for row in rows {
            // By hand, to keep the columns' order.
            for (index, (column, cell)) in columns.iter().zip(row).enumerate() {
                out.push(if index == 0 { b'{' } else { b',' });
                serde_json::to_writer(&mut *out, column.name).map_err(std::io::Error::from)?;
                out.push(b':');
                serde_json::to_writer(&mut *out, &cell.json()).map_err(std::io::Error::from)?;
            }
            out.extend_from_slice(b"}\n");
        }
        return Ok(());
    }
    let mut writer = csv::Writer::from_writer(out);
    for row in rows {
        let cells = kept(columns, format).map(|(index, _)| row.get(index).map_or_else(String::new, |cell| cell.csv(format)));
        writer.write_record(cells).map_err(unwritable)?;
    }
    Ok(writer.flush()?)
}

fn unwritable(error: csv::Error) -> Error {
    Error::Io(std::io::Error::other(error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const COLUMNS: &[Column] = &[column("name"), column("amount"), more("when"), column("list")];

    fn rows() -> Vec<Row> {
        let money = Money::new(-1950, domain::Currency::USD);
        vec![vec![Cell::text("=SUM(A1)"), Cell::Amount(money), Cell::time(Some(0)), Cell::List(vec![1.into(), 2.into()])]]
    }

    fn written(format: Format) -> String {
        let mut out = Vec::new();
        write_head(&mut out, COLUMNS, format).unwrap();
        write_rows(&mut out, COLUMNS, &rows(), format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats_differ_where_they_must() {
        assert_eq!(written(Format::Csv), "name,amount,list\n=SUM(A1),-19.50,2\n");
        assert_eq!(written(Format::SpreadsheetCsv), "name,amount,when,list\n'=SUM(A1),-19.50,1970-01-01T00:00:00Z,2\n");
        assert_eq!(
            written(Format::JsonLines),
            "{\"name\":\"=SUM(A1)\",\"amount\":-1950,\"when\":\"1970-01-01T00:00:00Z\",\"list\":[1,2]}\n"
        );
    }
}
