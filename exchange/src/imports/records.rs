//! The records of a file, one after the other. None takes more memory than a row of a table can need.

use std::io::{BufReader, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::format::{Format, decoded};
use data::{Error, Result};

/// Bytes of one record as UTF-8, with blank lines before it.
const BYTES_MAX: usize = 1 << 20;

pub struct Records<'a> {
    reader: csv::Reader<Metered<BufReader<Box<dyn Read + 'a>>>>,
    /// As a spreadsheet counts.
    row: u64,
}

impl<'a> Records<'a> {
    pub fn open<R: Read>(file: &'a mut R, format: Format) -> Records<'a> {
        let metered = Metered { file: BufReader::with_capacity(1 << 16, decoded(file, format.encoding)), left: 0, exceeded: false };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(format.delimiter.byte()).from_reader(metered);
        Records { reader, row: 0 }
    }

    /// False at the end.
    pub fn next(&mut self, record: &mut ByteRecord) -> Result<bool> {
        self.row += 1;
        self.reader.get_mut().left = BYTES_MAX;
        let read = self.reader.read_byte_record(record);
        if self.reader.get_ref().exceeded || record.as_slice().len() > BYTES_MAX {
            return Err(Error::invalid("", format!("row {} is longer than 1 MiB; is a quotation mark not closed?", self.row)));
        }
        read.map_err(unreadable)
    }

    /// Bytes read.
    pub fn position(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// Gives no more than so much without being allowed more.
struct Metered<R> {
    file: R,
    left: usize,
    exceeded: bool,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            self.exceeded = true;
            return Err(std::io::Error::other("a record is too long"));
        }
        let most = out.len().min(self.left);
        let read = self.file.read(&mut out[..most])?;
        self.left -= read;
        Ok(read)
    }
}

pub fn unreadable(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Io(error),
        other => Error::invalid("", format!("the file cannot be read: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::Cell;
    use std::io::{Seek, SeekFrom};
    use std::sync::Arc;

    use super::super::{Kind, Told, Waiting, format, table};
    use super::*;

    /// A file that begins like this and then repeats that for ever.
    struct Endless<'a> {
        begin: Vec<u8>,
        again: &'static [u8],
        place: usize,
        read: &'a Cell<usize>,
    }

    impl Read for Endless<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            for byte in out.iter_mut() {
                let beyond = self.place.checked_sub(self.begin.len());
                *byte = beyond.map_or_else(|| self.begin[self.place], |place| self.again[place % self.again.len()]);
                self.place += 1;
            }
            self.read.set(self.read.get() + out.len());
            Ok(out.len())
        }
    }

    impl Seek for Endless<'_> {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            if let SeekFrom::Start(place) = to {
                self.place = usize::try_from(place).unwrap();
            }
            Ok(self.place as u64)
        }
    }

    fn refusal(mut file: impl Read + Seek) -> String {
        let waiting = Waiting { progress: Arc::new(|_| {}), stop: None };
        let format = format::find(&mut file, Kind::Partners, &Told::default()).unwrap();
        match table::read(file, Kind::Partners, format, &waiting, |_, _| Ok(())) {
            Ok(_) => panic!("taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_record_without_end_is_read_no_further_than_its_limit() {
        let rows = "partner_key,name\n".to_owned() + &"acme,Acme\n".repeat(3);
        let columns = "partner_key,".repeat(3);
        for (begin, again, row) in [
            ("", &b"x"[..], 1),
            (&columns, b",", 1),
            ("partner_key,\"", b"name\n", 1),
            (&rows, b"x", 5),
            (&rows, b",", 5),
            (&format!("{rows}b,\""), b"\n", 5),
            (&rows, b"\r\n", 5),
            ("\u{feff}", b"\xc3\xa4", 1),
            ("p\0a\0", b"\0", 1),
        ] {
            let read = Cell::new(0);
            let said = refusal(Endless { begin: begin.as_bytes().to_vec(), again, place: 0, read: &read });
            assert_eq!(said, format!("row {row} is longer than 1 MiB; is a quotation mark not closed?"), "{begin:?}, {again:?}");
            assert!(read.get() < 3 << 20, "{begin:?}, {again:?}: {} bytes", read.get());
        }
    }

    #[test]
    fn a_long_row_is_read_and_a_wide_table_is_not() {
        let waiting = Waiting { progress: Arc::new(|_| {}), stop: None };
        let long = format!("partner_key,name\na,\"{}\"\nb,{}\n", "x".repeat(BYTES_MAX - 100), "y".repeat(BYTES_MAX - 100));
        let mut lengths = Vec::new();
        let content = table::read(std::io::Cursor::new(long), Kind::Partners, Format::default(), &waiting, |fields, _| {
            lengths.push(fields.get(1).len());
            Ok(())
        });
        assert_eq!((content.unwrap().rows, lengths), (2, vec![BYTES_MAX - 100; 2]));

        for (columns, says) in [
            (1_001, "row 1 has 1001 columns; a file can have 1000"),
            (500_000, "row 1 has 500000 columns; a file can have 1000"),
            (1_000, "row 1: column “partner_key” is missing; columns “c”, “c”"),
        ] {
            let wide = format!("{}c\npartner\n", "c,".repeat(columns - 1));
            let said = refusal(std::io::Cursor::new(wide));
            assert!(said.starts_with(says), "{said}");
            assert!(said.len() < 500 && (columns > 1_000 || said.contains("and 990 more")), "{said}");
        }
    }
}
