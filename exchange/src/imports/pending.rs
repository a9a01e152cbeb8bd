//! Transactions of a file that were read and not yet recorded. However many there are, they take little memory.

use std::io::Read;

use domain::{Currency, Instant, Money};
use sha2::{Digest, Sha256};

use crate::imports::faults::Faults;
use crate::imports::sorter::{Merge, Sorted, Sorter};
use crate::imports::torn;
use data::Result;
use data::sales::recording::{Batch, TransactionInput};
use data::store::check::shown;

/// Rows by when they happened, by key, and each sale with its refunds.
pub struct Reading {
    rows: u64,
    by_time: Sorter,
    by_key: Sorter,
    by_sale: Sorter,
}

impl Reading {
    pub fn new() -> Reading {
        Reading { rows: 0, by_time: Sorter::new(), by_key: Sorter::new(), by_sale: Sorter::new() }
    }

    pub fn push(&mut self, given: &TransactionInput<'_>) -> Result<()> {
        self.rows += 1;
        let mut content = Vec::with_capacity(128);
        write(&mut content, given);
        let digest = Sha256::digest(&content);
        // After the time and the kind, which are part of the content, and which the row must not come before.
        content.splice(HEAD..HEAD, given.row.to_be_bytes());
        self.by_time.push(|record| record.extend_from_slice(&content))?;
        self.by_sale.push(|record| {
            record.extend_from_slice(given.refund_of.unwrap_or(given.key).as_bytes());
            record.push(0);
            record.extend_from_slice(&content);
        })?;
        self.by_key.push(|record| {
            record.extend_from_slice(given.key.as_bytes());
            // Keys have no control characters.
            record.push(0);
            record.extend_from_slice(&given.row.to_be_bytes());
            record.extend_from_slice(&digest[..16]);
        })
    }

    pub fn sorted(self) -> Result<Pending> {
        Ok(Pending { rows: self.rows, by_time: self.by_time.sorted()?, by_key: self.by_key.sorted()?, by_sale: self.by_sale.sorted()? })
    }
}

/// Bytes of a record before its row: the time and whether it is a refund.
const HEAD: usize = 9;

pub struct Pending {
    rows: u64,
    by_time: Sorted,
    by_key: Sorted,
    by_sale: Sorted,
}

/// Rows that repeat a key of an earlier row.
#[derive(Debug, Default)]
pub struct Twins {
    /// All of them, by row.
    pub rows: Vec<u32>,
    /// How many say just the same.
    pub alike: u64,
}

impl Pending {
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// What is wrong with those that say something else, `faults` takes.
    pub fn twins(&self, faults: &mut Faults) -> Result<Twins> {
        let mut twins = Twins::default();
        let (mut merge, mut record) = (self.by_key.read()?, Vec::new());
        // The first row of the key that is being looked at.
        let mut first: Vec<u8> = Vec::new();
        while merge.next(&mut record)? {
            let (key, row, digest) = key_parts(&record)?;
            let same_key = key_parts(&first).ok().filter(|(first_key, ..)| *first_key == key);
            let Some((_, first_row, first_digest)) = same_key else {
                std::mem::swap(&mut first, &mut record);
                continue;
            };
            twins.rows.push(row);
            if first_digest == digest {
                twins.alike += 1;
            } else {
                let key = shown(&String::from_utf8_lossy(key));
                let message = format!("“{key}” is also in row {first_row}, with other content");
                faults.add(u64::from(row), "key", &message)?;
            }
        }
        twins.rows.sort_unstable();
        Ok(twins)
    }

    /// Each sale together with its refunds, in the order of the sales' keys.
    pub fn by_sale(&self) -> Result<BySale<'_>> {
        Ok(BySale { merge: self.by_sale.read()?, record: Vec::new(), ended: false })
    }

    /// Rows in the order in which they happened, refunds last.
    pub fn in_time(&self) -> Result<InTime<'_>> {
        Ok(InTime { merge: self.by_time.read()?, record: Vec::new() })
    }
}

fn key_parts(record: &[u8]) -> Result<(&[u8], u32, &[u8])> {
    let (front, digest) = record.split_at_checked(record.len().saturating_sub(16)).ok_or_else(torn)?;
    let (key, row) = front.split_at_checked(front.len().saturating_sub(4)).ok_or_else(torn)?;
    let key = key.strip_suffix(&[0]).ok_or_else(torn)?;
    Ok((key, u32::from_be_bytes(row.try_into().map_err(|_| torn())?), digest))
}

pub struct BySale<'a> {
    merge: Merge<'a>,
    /// Read already, and not yet given.
    record: Vec<u8>,
    ended: bool,
}

impl BySale<'_> {
    /// Some `most` rows that are not among `without`, in the order of the file, and with each sale all of its refunds; empty at the
    /// end.
    pub fn take(&mut self, most: usize, without: &[u32]) -> Result<Batch> {
        let (mut bytes, mut places, mut last) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            if self.record.is_empty() && (self.ended || !self.merge.next(&mut self.record)?) {
                self.ended = true;
                break;
            }
            let sale = self.record.iter().position(|byte| *byte == 0).ok_or_else(torn)?;
            if places.len() >= most && last != self.record[..sale] {
                break;
            }
            last.clear();
            last.extend_from_slice(&self.record[..sale]);
            let content = &self.record[sale + 1..];
            let row = row_of(content)?;
            if without.binary_search(&row).is_err() {
                places.push((row, bytes.len(), bytes.len() + content.len()));
                bytes.extend_from_slice(content);
            }
            self.record.clear();
        }
        batch_of(&bytes, places)
    }
}

/// The records at these places, in the order of their rows.
fn batch_of(bytes: &[u8], mut places: Vec<(u32, usize, usize)>) -> Result<Batch> {
    places.sort_unstable();
    let mut batch = Batch::new();
    for (_, start, end) in places {
        batch.push(&read(&bytes[start..end])?)?;
    }
    Ok(batch)
}

pub struct InTime<'a> {
    merge: Merge<'a>,
    record: Vec<u8>,
}

impl InTime<'_> {
    /// The next row, if there is one.
    pub fn next(&mut self) -> Result<Option<TransactionInput<'_>>> {
        if !self.merge.next(&mut self.record)? {
            return Ok(None);
        }
        read(&self.record).map(Some)
    }

    /// The next `most` rows that are not among `without`, in the order of the file; empty at the end.
    pub fn take(&mut self, most: usize, without: &[u32]) -> Result<Batch> {
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        while places.len() < most && self.merge.next(&mut self.record)? {
            let row = row_of(&self.record)?;
            if without.binary_search(&row).is_err() {
                places.push((row, bytes.len(), bytes.len() + self.record.len()));
                bytes.extend_from_slice(&self.record);
            }
        }
        batch_of(&bytes, places)
    }
}

/// Time, kind, amount, currency, texts: sorted by its bytes, a record comes when it happened.
fn write(record: &mut Vec<u8>, given: &TransactionInput<'_>) {
    // With the sign turned, negative numbers come first.
    record.extend_from_slice(&(given.occurred_at.0.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    record.push(u8::from(given.refund_of.is_some()));
    record.extend_from_slice(&given.amount.minor.to_be_bytes());
    for text in [
        Some(given.amount.currency.code()),
        Some(given.key),
        Some(given.customer_key),
        given.product_key,
        given.category_key,
        given.refund_of,
    ] {
        // No key is empty, and none is longer than a kilobyte.
        let text = text.unwrap_or_default().as_bytes();
        record.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
        record.extend_from_slice(text);
    }
}

fn row_of(record: &[u8]) -> Result<u32> {
    let row = record.get(HEAD..HEAD + 4).and_then(|row| row.try_into().ok());
    row.map(u32::from_be_bytes).ok_or_else(torn)
}

fn read(record: &[u8]) -> Result<TransactionInput<'_>> {
    let mut rest = record;
    let occurred_at = Instant((u64::from_be_bytes(take(&mut rest)?) ^ (1 << 63)).cast_signed());
    let [_refund] = take(&mut rest)?;
    let row = u32::from_be_bytes(take(&mut rest)?);
    let minor = i64::from_be_bytes(take(&mut rest)?);
    let mut text = || -> Result<&str> {
        let length = usize::from(u16::from_be_bytes(take(&mut rest)?));
        let (text, after) = rest.split_at_checked(length).ok_or_else(torn)?;
        rest = after;
        std::str::from_utf8(text).map_err(|_| torn())
    };
    let currency: Currency = text()?.parse().map_err(|_| torn())?;
    let (key, customer_key) = (text()?, text()?);
    let mut optional = || text().map(|text| Some(text).filter(|text| !text.is_empty()));
    Ok(TransactionInput {
        key,
        customer_key,
        amount: Money::new(minor, currency),
        occurred_at,
        product_key: optional()?,
        category_key: optional()?,
        refund_of: optional()?,
        row,
    })
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    rest.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(row: u32, key: &'static str, at: i64, refund_of: Option<&'static str>) -> TransactionInput<'static> {
        TransactionInput {
            key,
            customer_key: "c-1",
            amount: Money::new(if refund_of.is_some() { -500 } else { 1999 }, Currency::USD),
            occurred_at: Instant(at),
            product_key: Some("prö"),
            category_key: None,
            refund_of,
            row,
        }
    }

    #[test]
    fn rows_come_back_in_the_order_of_their_time_and_unchanged() {
        let mut reading = Reading::new();
        let rows =
            [given(2, "late", 50, None), given(3, "back", -7, Some("old")), given(4, "old", -7, None), given(5, "first", i64::MIN, None)];
        for row in &rows {
            reading.push(row).unwrap();
        }
        let pending = reading.sorted().unwrap();
        let mut in_time = pending.in_time().unwrap();
        let mut seen = Vec::new();
        while let Some(row) = in_time.next().unwrap() {
            let known = rows.iter().find(|known| known.row == row.row).unwrap();
            assert_eq!(format!("{known:?}"), format!("{row:?}"));
            seen.push(row.key.to_owned());
        }
        assert_eq!(seen, ["first", "old", "back", "late"]);
    }

    #[test]
    fn a_sale_comes_with_its_refunds() {
        let mut reading = Reading::new();
        let rows = [given(2, "b", 9, Some("a")), given(3, "c", 1, None), given(4, "a", 1, None), given(5, "d", 2, Some("a"))];
        for row in &rows {
            reading.push(row).unwrap();
        }
        let pending = reading.sorted().unwrap();
        let mut by_sale = pending.by_sale().unwrap();
        let counts: Vec<usize> = std::iter::from_fn(|| Some(by_sale.take(1, &[]).unwrap().len())).take(3).collect();
        assert_eq!(counts, [3, 1, 0]);
        assert_eq!(pending.by_sale().unwrap().take(9, &[2, 3]).unwrap().len(), 2);
    }

    #[test]
    fn a_key_is_taken_once() {
        let mut reading = Reading::new();
        let rows =
            [given(9, "b", 1, None), given(4, "a", 1, None), given(7, "b", 1, None), given(8, "b", 2, None), given(5, "ab", 1, None)];
        for row in &rows {
            reading.push(row).unwrap();
        }
        let pending = reading.sorted().unwrap();
        let mut faults = Faults::new();
        let twins = pending.twins(&mut faults).unwrap();
        assert_eq!((twins.rows.as_slice(), twins.alike), ([8, 9].as_slice(), 1));
        let (errors, _) = faults.sorted().unwrap().named().unwrap();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].to_string(), "row 8, key: “b” is also in row 7, with other content");
        let batch = pending.in_time().unwrap().take(10, &twins.rows).unwrap();
        assert_eq!(batch.len(), 3);
    }
}
