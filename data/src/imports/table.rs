//! A CSV file as rows with the columns that its kind has.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder, StringRecord, WriterBuilder};
use domain::fields::FieldError;

use crate::check::{Checks, shown};
use crate::{Error, Result};

use super::faults::{Errors, Faults};
use super::{Progress, Waiting};

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// Empty for the row as a whole.
    pub field: String,
    pub message: String,
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "row {}: {}", self.row, self.message),
            field => write!(f, "row {}, {field}: {}", self.row, self.message),
        }
    }
}

/// Bytes between two reports of progress.
const PROGRESS_BYTES: u64 = 1 << 20;
/// The column in which rows that were left out say why.
const REASON: &str = "reason";
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file, and where in it the table begins.
pub struct Input<R> {
    file: R,
    start: u64,
}

/// What was read of a file.
pub struct Content<R> {
    pub input: Input<R>,
    /// Rows, without the header.
    pub rows: u64,
    pub faults: Faults,
}

/// One row, by column.
pub struct Fields<'a> {
    record: &'a StringRecord,
    places: &'a [usize],
    pub row: u64,
}

impl<'a> Fields<'a> {
    /// The text in the column of this number in the kind's list.
    pub fn get(&self, column: usize) -> &'a str {
        self.places.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default()
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
    columns: &'static [&'static str],
    waiting: &Waiting,
    mut take: impl FnMut(&Fields<'_>, &mut Checks) -> Result<()>,
) -> Result<Content<R>> {
    let start = file.stream_position()?;
    let mut reader = open(&mut file)?;
    let mut raw = ByteRecord::new();
    let mut more = reader.read_byte_record(&mut raw).map_err(unreadable)?;
    if !more {
        return Err(Error::invalid("", "the file is empty"));
    }
    let places = header(&raw, columns)?;
    let width = raw.len();
    let (mut rows, mut reported, mut faults) = (0u64, 0u64, Faults::new());
    loop {
        more = reader.read_byte_record(&mut raw).map_err(unreadable)?;
        if !more {
            break;
        }
        rows += 1;
        let row = rows + 1;
        match text_of(&raw, columns, &places, width) {
            Ok(record) => {
                let mut checks = Checks::new();
                take(&Fields { record: &record, places: &places, row }, &mut checks)?;
                for (field, message) in checks.into_errors() {
                    faults.add(row, &field, &message)?;
                }
            }
            Err((field, message)) => faults.add(row, &field, &message)?,
        }
        let bytes = reader.position().byte();
        if bytes >= reported + PROGRESS_BYTES {
            reported = bytes;
            waiting.tell(Progress::Reading { done: bytes })?;
        }
    }
    drop(reader);
    Ok(Content { input: Input { file, start }, rows, faults })
}

impl<R: Read + Seek> Input<R> {
    /// The rows with errors as they stand in the file, and why they were skipped: a temporary file.
    pub fn rest(mut self, columns: &'static [&'static str], mut errors: Errors<'_>) -> Result<File> {
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut reader = open(&mut self.file)?;
        let mut writer = WriterBuilder::new().flexible(true).from_writer(tempfile::tempfile()?);
        let mut raw = ByteRecord::new();
        let mut row = 1;
        let mut next = errors.next()?;
        if reader.read_byte_record(&mut raw).map_err(unreadable)? {
            raw.push_field(REASON.as_bytes());
            writer.write_byte_record(&raw).map_err(unreadable)?;
        }
        let width = raw.len().max(columns.len());
        while next.is_some() && reader.read_byte_record(&mut raw).map_err(unreadable)? {
            row += 1;
            let mut reasons = Vec::new();
            while let Some(error) = next.take_if(|error| error.row == row) {
                reasons.push(if error.field.is_empty() { error.message } else { format!("{}: {}", error.field, error.message) });
                next = errors.next()?;
            }
            if reasons.is_empty() {
                continue;
            }
            // The reason stands in its own column also where fields are missing.
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

type CsvReader<'a, R> = csv::Reader<BufReader<&'a mut R>>;

/// Skips a byte order mark, and refuses what is not a comma-separated text in UTF-8.
fn open<R: Read>(file: &mut R) -> Result<CsvReader<'_, R>> {
    let mut buffered = BufReader::with_capacity(1 << 16, file);
    let beginning = buffered.fill_buf()?;
    if beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff") {
        return Err(Error::invalid("", "the file is in UTF-16: save it as CSV in UTF-8"));
    }
    if beginning.starts_with(b"PK\x03\x04") {
        return Err(Error::invalid("", "this is a spreadsheet or an archive: save the sheet as CSV"));
    }
    if beginning.starts_with(BOM) {
        buffered.consume(BOM.len());
    }
    Ok(ReaderBuilder::new().has_headers(false).flexible(true).from_reader(buffered))
}

/// Where each column stands in the file.
fn header(raw: &ByteRecord, columns: &[&str]) -> Result<Vec<usize>> {
    let names: Vec<String> = raw.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let expected = || format!("expected {}", columns.join(","));
    if let [only] = names.as_slice() {
        for (delimiter, word) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
            if columns.len() > 1 && only.contains(delimiter) {
                return Err(Error::invalid(
                    "",
                    format!("row 1: the columns are separated by {word}: save the file with commas ({})", expected()),
                ));
            }
        }
    }
    let mut complaints = Vec::new();
    // What `rest` added to the rows of an earlier import: mended, they come back with it.
    let added = |place: usize| {
        place + 1 == names.len() && names[place] == REASON && (!columns.contains(&REASON) || names[..place].contains(&names[place]))
    };
    for (place, name) in names.iter().enumerate().filter(|(place, _)| !added(*place)) {
        if !columns.contains(&name.as_str()) {
            complaints.push(format!("unknown column “{}”", shown(name)));
        } else if names[..place].contains(name) {
            complaints.push(format!("column “{name}” stands there twice"));
        }
    }
    for column in columns.iter().filter(|column| !names.iter().any(|name| name == *column)) {
        complaints.push(format!("column “{column}” is missing"));
    }
    if !complaints.is_empty() {
        return Err(Error::invalid("", format!("row 1: {} ({})", complaints.join(", "), expected())));
    }
    Ok(columns.iter().filter_map(|column| names.iter().position(|name| name == column)).collect())
}

fn text_of(raw: &ByteRecord, columns: &[&str], places: &[usize], width: usize) -> Result<StringRecord, (String, String)> {
    if raw.len() != width {
        return Err((String::new(), format!("has {} fields instead of {width}", raw.len())));
    }
    let column = |place: usize| {
        let column = places.iter().position(|known| *known == place).and_then(|column| columns.get(column));
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

fn unreadable(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Io(error),
        other => Error::invalid("", format!("the file cannot be read: {other:?}")),
    }
}
