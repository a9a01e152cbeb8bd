//! How a file is written: what stands between its columns, its letters as bytes, its numbers.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::str::FromStr;

use domain::money::Decimals;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Kind;
use data::{Error, Result};

/// So much of a file is looked at to see how it is written.
const SAMPLE_BYTES: u64 = 256 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    #[default]
    Comma,
    Semicolon,
    Tab,
}

impl Delimiter {
    pub const ALL: [Delimiter; 3] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab];

    pub const fn word(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
        }
    }

    pub(super) const fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        }
    }
}

impl FromStr for Delimiter {
    type Err = String;

    /// Its word, or the character itself.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let known = Delimiter::ALL.into_iter().find(|known| known.word() == text || text.as_bytes() == [known.byte()]);
        known.ok_or_else(|| format!("“{text}” is not one of comma, semicolon, tab"))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Latin-1 with a few more signs, as Windows writes it.
    Windows1252,
}

impl Encoding {
    pub const ALL: [Encoding; 4] = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];

    pub const fn word(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let text = text.to_ascii_lowercase();
        if matches!(text.as_str(), "latin-1" | "latin1" | "iso-8859-1") {
            return Ok(Encoding::Windows1252);
        }
        let known = Encoding::ALL.into_iter().find(|known| known.word() == text);
        known.ok_or_else(|| format!("“{text}” is not one of {}, latin-1", Encoding::ALL.map(Encoding::word).join(", ")))
    }
}

/// What somebody said about how a file is written. The rest is found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub delimiter: Option<Delimiter>,
    pub encoding: Option<Encoding>,
    /// `Unsaid`: only numbers are taken that can be read in one way.
    pub decimals: Decimals,
    /// Somebody will look at the guess before it counts: letters that are not UTF-8 are read as Windows-1252, and decimal commas
    /// are taken where all amounts have them.
    pub guess: bool,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    pub delimiter: Delimiter,
    pub encoding: Encoding,
    pub decimals: Decimals,
}

impl Format {
    /// The same, told.
    pub fn told(self) -> Told {
        Told { delimiter: Some(self.delimiter), encoding: Some(self.encoding), decimals: self.decimals, guess: false }
    }

    /// What is not as in a file of our own, for people.
    pub fn words(self) -> Vec<&'static str> {
        let mut words = Vec::new();
        match self.delimiter {
            Delimiter::Comma => {}
            Delimiter::Semicolon => words.push("semicolons between columns"),
            Delimiter::Tab => words.push("tabs between columns"),
        }
        match self.encoding {
            Encoding::Utf8 => {}
            Encoding::Utf16Le | Encoding::Utf16Be => words.push("text in UTF-16"),
            Encoding::Windows1252 => words.push("text in Windows-1252 (Latin-1)"),
        }
        match self.decimals {
            Decimals::Unsaid => {}
            Decimals::Point => words.push("numbers like 1,000.50"),
            Decimals::Comma => words.push("numbers like 1.000,50"),
        }
        words
    }
}

/// Looks how a file is written, from its present position, and leaves it there.
pub fn find<R: Read + Seek>(file: &mut R, kind: Kind, told: &Told) -> Result<Format> {
    let start = file.stream_position()?;
    let mut sample = Vec::new();
    file.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample)?;
    if sample.starts_with(b"PK\x03\x04") {
        return Err(Error::invalid("", "this is a spreadsheet or an archive: save the sheet as CSV"));
    }
    if is_binary(&sample) {
        return Err(Error::invalid("", "this isn't a CSV text file: export the sheet as CSV, and choose that file"));
    }
    file.seek(SeekFrom::Start(start))?;
    let encoding = match told.encoding {
        Some(encoding) => encoding,
        None => match found_encoding(&sample) {
            Encoding::Utf8 if told.guess && !is_utf8(file)? => Encoding::Windows1252,
            encoding => encoding,
        },
    };
    file.seek(SeekFrom::Start(start))?;
    let mut text = Vec::new();
    decoded(&sample[..], encoding).read_to_end(&mut text)?;
    let delimiter = told.delimiter.unwrap_or_else(|| found_delimiter(&text, kind));
    let decimals = match told.decimals {
        Decimals::Unsaid if told.guess => found_decimals(&text, kind, delimiter),
        said => said,
    };
    Ok(Format { delimiter, encoding, decimals })
}

/// The file as UTF-8 without a byte order mark.
pub fn decoded<'a, R: Read + 'a>(file: R, encoding: Encoding) -> Box<dyn Read + 'a> {
    let decoder = match encoding {
        Encoding::Utf8 => return Box::new(WithoutMark { file, begun: Vec::new(), looked: false }),
        Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
        Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
        Encoding::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
    };
    Box::new(Decoded { file: BufReader::with_capacity(1 << 16, file), decoder, out: Vec::new(), given: 0, ended: false })
}

/// What pictures, PDFs and compressed files begin with. A single NUL can be a mistake in one cell, which is reported for its row.
fn is_binary(sample: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 6] = [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"];
    if BEGINNINGS.iter().any(|beginning| sample.starts_with(beginning)) {
        return true;
    }
    // In UTF-16 every other byte may be a control character's.
    let controls = sample.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    found_encoding(sample) == Encoding::Utf8 && controls > sample.len() / 20
}

fn found_encoding(sample: &[u8]) -> Encoding {
    if sample.starts_with(b"\xff\xfe") {
        return Encoding::Utf16Le;
    }
    if sample.starts_with(b"\xfe\xff") {
        return Encoding::Utf16Be;
    }
    // Without a mark: the header's letters have a zero beside them.
    match sample {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Encoding::Utf16Le,
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

fn is_utf8<R: Read>(file: &mut R) -> Result<bool> {
    let mut piece = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = file.read(&mut piece[kept..])?;
        let end = kept + read;
        match std::str::from_utf8(&piece[..end]) {
            Ok(_) if read == 0 => return Ok(true),
            Ok(_) => kept = 0,
            // A letter may begin in one piece and end in the next.
            Err(error) if error.error_len().is_none() && read > 0 => {
                piece.copy_within(error.valid_up_to()..end, 0);
                kept = end - error.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
    }
}

/// The one that gives the header most of the kind's columns.
fn found_delimiter(text: &[u8], kind: Kind) -> Delimiter {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let known = |delimiter: &Delimiter| {
        let names = line.split(|byte| *byte == delimiter.byte());
        names.filter(|name| kind.columns().contains(&column_name(name).as_str())).count()
    };
    // Of equals the first.
    Delimiter::ALL.into_iter().rev().max_by_key(known).unwrap_or_default()
}

fn found_decimals(text: &[u8], kind: Kind, delimiter: Delimiter) -> Decimals {
    let Some(column) = kind.amount_column() else { return Decimals::Unsaid };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter.byte()).from_reader(text);
    let mut record = csv::ByteRecord::new();
    let mut place = None;
    let (mut commas, mut points) = (false, false);
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let Some(place) = place else {
            place = record.iter().position(|name| column_name(name) == column);
            if place.is_none() {
                break;
            }
            continue;
        };
        let amount = record.get(place).unwrap_or_default();
        let last = amount.iter().rposition(|byte| matches!(byte, b',' | b'.'));
        let decimals = last.map(|last| (amount[last], amount.len() - last - 1)).filter(|(_, digits)| (1..=2).contains(digits));
        commas |= decimals.is_some_and(|(separator, _)| separator == b',');
        points |= decimals.is_some_and(|(separator, _)| separator == b'.');
    }
    if commas && !points { Decimals::Comma } else { Decimals::Unsaid }
}

struct WithoutMark<R> {
    file: R,
    /// What was read to see whether there is a mark, and is still to be given.
    begun: Vec<u8>,
    looked: bool,
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if !self.looked {
            self.looked = true;
            self.file.by_ref().take(BOM.len() as u64).read_to_end(&mut self.begun)?;
            if self.begun == BOM {
                self.begun.clear();
            }
        }
        if self.begun.is_empty() {
            return self.file.read(out);
        }
        let length = self.begun.len().min(out.len());
        out[..length].copy_from_slice(&self.begun[..length]);
        self.begun.drain(..length);
        Ok(length)
    }
}

struct Decoded<R: Read> {
    file: BufReader<R>,
    decoder: Decoder,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        use std::io::BufRead;
        while self.given == self.out.len() && !self.ended {
            let piece = self.file.fill_buf()?;
            let (length, last) = (piece.len(), piece.is_empty());
            self.out.resize(self.decoder.max_utf8_buffer_length(length).unwrap_or(length * 3 + 16), 0);
            let (result, read, written, _) = self.decoder.decode_to_utf8(piece, &mut self.out, last);
            self.out.truncate(written);
            self.given = 0;
            self.file.consume(read);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let length = (self.out.len() - self.given).min(out.len());
        out[..length].copy_from_slice(&self.out[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

/// A column's name as it counts: "Customer_Key " is customer_key.
pub fn column_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name)
        .trim_start_matches('\u{feff}')
        .trim_matches(|letter: char| letter == '"' || letter.is_whitespace())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn files_are_read_as_they_are_written() {
        let header = "key;customer_key;Amount;currency;occurred_at\n";
        let guess = Told { guess: true, ..Told::default() };
        let semicolons = Format { delimiter: Delimiter::Semicolon, ..Format::default() };
        for (bytes, told, expected) in [
            (format!("{header}a;b;1.00").into_bytes(), guess, semicolons),
            (format!("{header}a;b;1.234,56\na;b;-1,00").into_bytes(), guess, Format { decimals: Decimals::Comma, ..semicolons }),
            (format!("{header}a;b;1,00").into_bytes(), Told::default(), semicolons),
            (format!("{header}a;b;1,00\na;b;1.00").into_bytes(), guess, semicolons),
            ([header.as_bytes(), b"M\xfcller"].concat(), guess, Format { encoding: Encoding::Windows1252, ..semicolons }),
            ([header.as_bytes(), b"M\xfcller"].concat(), Told::default(), semicolons),
            (utf16(header), Told::default(), Format { encoding: Encoding::Utf16Le, ..semicolons }),
            (
                utf16(&format!("\u{feff}{}", header.replace(';', "\t"))),
                Told::default(),
                Format { encoding: Encoding::Utf16Le, delimiter: Delimiter::Tab, ..Format::default() },
            ),
        ] {
            let mut file = Cursor::new(bytes);
            assert_eq!(find(&mut file, Kind::Transactions, &told).unwrap(), expected);
            assert_eq!(file.position(), 0);
        }
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        let noise: Vec<u8> = (0..4_000u32).map(|at| (at * 7 % 256) as u8).collect();
        for bytes in [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), b"%PDF-1.7\n".to_vec(), vec![0; 4_000], noise] {
            let error = find(&mut Cursor::new(bytes), Kind::Partners, &Told::default()).unwrap_err();
            assert!(error.to_string().contains("isn't a CSV text file"), "{error}");
        }
        let slip = Cursor::new(format!("partner_key\n{}a\0b\n", "ada\n".repeat(20)));
        assert!(find(&mut { slip }, Kind::Partners, &Told::default()).is_ok());
    }

    #[test]
    fn letters_come_out_whole() {
        let text = "Zoë, 株式会社, 🎉".repeat(30_000);
        for mark in ["", "\u{feff}"] {
            for (bytes, encoding) in
                [(format!("{mark}{text}").into_bytes(), Encoding::Utf8), (utf16(&format!("{mark}{text}")), Encoding::Utf16Le)]
            {
                let mut out = String::new();
                decoded(Cursor::new(bytes.clone()), encoding).read_to_string(&mut out).unwrap();
                assert!(out == text, "{encoding:?}");
                assert_eq!(is_utf8(&mut Cursor::new(bytes)).unwrap(), encoding == Encoding::Utf8);
            }
        }
        let mut out = String::new();
        decoded(Cursor::new(b"\x80 M\xfcller"), Encoding::Windows1252).read_to_string(&mut out).unwrap();
        assert_eq!(out, "€ Müller");
    }
}
