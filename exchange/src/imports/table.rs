//! A CSV file as rows with the columns that its kind has.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use csv::{ByteRecord, StringRecord, WriterBuilder};
use domain::fields::FieldError;
use domain::page::{are, listed};

use data::store::check::{Checks, shown};
use data::{Error, Result};

use super::faults::{Errors, Faults};
use super::format::{Format, column_name};
use super::records::{Records, unreadable};
use super::remarks::Remarks;
use super::{Kind, Progress, Waiting};

/// Bytes between two reports of progress.
const PROGRESS_BYTES: u64 = 1 << 20;
/// No file of ours has a tenth of them.
const COLUMNS_MAX: usize = 1_000;
/// So many wrong columns are named, and the others counted.
const NAMED_MAX: usize = 10;
/// The column in which rows that were left out say why.
const REASON: &str = "reason";

/// A file, and where in it the table begins.
pub struct Input<R> {
    file: R,
    start: u64,
    format: Format,
}

/// What was read of a file.
pub struct Content<R> {
    pub input: Input<R>,
    /// Rows, without the header.
    pub rows: u64,
    /// Columns of our own downloads that the kind has no use for.
    pub ignored: Vec<String>,
    /// Rows that were voided where they come from.
    pub voided: Remarks,
    /// The first rows that can be read: their numbers, and their cells in the order of the kind's columns.
    pub first: Vec<(u64, Vec<String>)>,
    pub faults: Faults,
}

/// One row, by column.
pub struct Fields<'a> {
    pub record: &'a StringRecord,
    /// Where each of the kind's columns stands, and then its marks.
    pub places: &'a [Option<usize>],
    pub row: u64,
}

impl<'a> Fields<'a> {
    /// The text in the column of this number in the kind's list.
    pub fn get(&self, column: usize) -> &'a str {
        self.places.get(column).copied().flatten().and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// The row's number for those who keep four bytes of it.
    pub fn number(&self, checks: &mut Checks) -> Option<u32> {
        let number = u32::try_from(self.row).ok();
        if number.is_none() {
            checks.complain("", "is too far down: split the file");
        }
        number
    }
}

/// Reads a table. `take` looks at each row of the right shape and complains where it must; its own failure ends the reading.
pub fn read<R: Read + Seek>(
    mut file: R,
    kind: Kind,
    format: Format,
    waiting: &Waiting,
    mut take: impl FnMut(&Fields<'_>, &mut Checks) -> Result<()>,
) -> Result<Content<R>> {
    let start = file.stream_position()?;
    let mut records = Records::open(&mut file, format);
    let mut raw = ByteRecord::new();
    if !records.next(&mut raw)? {
        return Err(Error::invalid("", "the file is empty"));
    }
    let names: Vec<&str> = kind.columns().iter().chain(kind.marks()).copied().collect();
    let Header { places, ignored } = header(&raw, kind, &names)?;
    let width = raw.len();
    let (mut rows, mut reported, mut faults) = (0u64, 0u64, Faults::new());
    while records.next(&mut raw)? {
        rows += 1;
        let row = rows + 1;
        match text_of(&raw, &names, &places, width) {
            Ok(record) => {
                let mut checks = Checks::new();
                take(&Fields { record: &record, places: &places, row }, &mut checks)?;
                for (field, message) in checks.into_errors() {
                    faults.add(row, &field, &message)?;
                }
            }
            Err((field, message)) => faults.add(row, &field, &message)?,
        }
        let bytes = records.position();
        if bytes >= reported + PROGRESS_BYTES {
            reported = bytes;
            waiting.tell(Progress::Reading { done: bytes })?;
        }
    }
    drop(records);
    Ok(Content { input: Input { file, start, format }, rows, ignored, voided: Remarks::default(), first: Vec::new(), faults })
}

impl<R: Read + Seek> Input<R> {
    /// The rows with errors as they stand in the file, and why they were skipped: a temporary file.
    pub fn rest(mut self, mut errors: Errors<'_>) -> Result<File> {
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut records = Records::open(&mut self.file, self.format);
        let delimiter = self.format.delimiter.byte();
        let mut writer = WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(tempfile::tempfile()?);
        let mut raw = ByteRecord::new();
        let mut row = 1;
        let mut next = errors.next()?;
        if records.next(&mut raw)? {
            raw.push_field(REASON.as_bytes());
            writer.write_byte_record(&raw).map_err(unreadable)?;
        }
        let width = raw.len();
        while next.is_some() && records.next(&mut raw)? {
            row += 1;
            let mut reasons = Vec::new();
            while let Some(error) = next.take_if(|error| error.row == row) {
                reasons.push(if error.field.is_empty() { error.message } else { format!("{}: {}", error.field, error.message) });
                next = errors.next()?;
            }
            if reasons.is_empty() {
                continue;
            }
            // The reason has its own column, also where fields are missing.
            while raw.len() + 1 < width {
                raw.push_field(b"");
            }
            raw.push_field(reasons.join("; ").as_bytes());
            writer.write_byte_record(&raw).map_err(unreadable)?;
        }
        let mut rest = writer.into_inner().map_err(|error| Error::Io(error.into_error()))?;
        rest.rewind()?;
        Ok(rest)
    }
}

struct Header {
    places: Vec<Option<usize>>,
    ignored: Vec<String>,
}

/// Where each of these columns is in the file.
fn header(raw: &ByteRecord, kind: Kind, columns: &[&str]) -> Result<Header> {
    if raw.len() > COLUMNS_MAX {
        return Err(Error::invalid("", format!("row 1 has {} columns; a file can have {COLUMNS_MAX}", raw.len())));
    }
    let names: Vec<String> = raw.iter().map(column_name).collect();
    let (mut unknown, mut twice): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    // What `rest` added to the rows of an earlier import: mended, they come back with it.
    let added = |place: usize| {
        place + 1 == names.len() && names[place] == REASON && (!columns.contains(&REASON) || names[..place].contains(&names[place]))
    };
    let mut ignored = Vec::new();
    for (place, name) in names.iter().enumerate().filter(|(place, _)| !added(*place)) {
        if columns.contains(&name.as_str()) {
            if names[..place].contains(name) {
                twice.push(name);
            }
        } else if kind.exported().any(|known| known == name) {
            ignored.push(name.clone());
        } else {
            unknown.push(name);
        }
    }
    let missing: Vec<&str> = kind.required().iter().copied().filter(|column| !names.iter().any(|name| name == column)).collect();
    let faults: Vec<String> = [(missing, "missing"), (unknown, "unknown"), (twice, "there twice")]
        .into_iter()
        .filter(|(columns, _)| !columns.is_empty())
        .map(|(columns, fault)| fault_of(&columns, fault))
        .collect();
    if !faults.is_empty() {
        return Err(Error::invalid("", format!("row 1: {}. {}", faults.join("; "), expected(kind))));
    }
    Ok(Header { places: columns.iter().map(|column| names.iter().position(|name| name == column)).collect(), ignored })
}

/// "column “key” is missing", "columns “a” and “b” are unknown"
fn fault_of(columns: &[&str], fault: &str) -> String {
    let mut named: Vec<String> = columns.iter().take(NAMED_MAX).map(|column| format!("“{}”", shown(column))).collect();
    let more = columns.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let word = if columns.len() == 1 { "column" } else { "columns" };
    format!("{word} {} {} {fault}", listed(&named), are(columns.len()))
}

/// "A file of partners has the columns partner_key, name and group; partner_key is required."
fn expected(kind: Kind) -> String {
    let (columns, required) = (kind.columns(), kind.required());
    let required = match required.len() == columns.len() {
        true => "all are required".to_owned(),
        false => format!("{} {} required", listed(required), are(required.len())),
    };
    format!("A file of {} has the columns {}; {required}.", kind.word(), listed(columns))
}

fn text_of(raw: &ByteRecord, columns: &[&str], places: &[Option<usize>], width: usize) -> Result<StringRecord, (String, String)> {
    if raw.len() != width {
        return Err((String::new(), format!("has {} fields instead of {width}", raw.len())));
    }
    let column = |place: usize| {
        let column = places.iter().position(|known| *known == Some(place)).and_then(|column| columns.get(column));
        column.map_or_else(String::new, |column| (*column).to_owned())
    };
    // In keys that are only looked up too: PostgreSQL takes no text with a NUL.
    if let Some(place) = raw.iter().position(|cell| cell.contains(&0)) {
        return Err((column(place), FieldError::NotPrintable.to_string()));
    }
    StringRecord::from_byte_record(raw.clone()).map_err(|error| {
        let place = error.utf8_error().field();
        let text = String::from_utf8_lossy(raw.get(place).unwrap_or_default()).into_owned();
        (column(place), format!("“{}” is not UTF-8", shown(&text)))
    })
}
