//! Sorts more records than fit into memory: in pieces that wait in temporary files and are then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use data::Result;

/// Bytes of records that are held before they go to a file.
const PIECE_BYTES: usize = 8 << 20;
/// Bytes read at once of each file that is merged.
const BUFFER_BYTES: usize = 64 << 10;

/// Records in the order of their bytes. Records that are alike stay all.
pub struct Sorter {
    bytes: Vec<u8>,
    /// Where each record begins and ends in `bytes`.
    places: Vec<(u32, u32)>,
    piece_bytes: usize,
    pieces: Vec<File>,
}

impl Sorter {
    pub fn new() -> Sorter {
        Sorter::with_pieces(PIECE_BYTES)
    }

    fn with_pieces(piece_bytes: usize) -> Sorter {
        Sorter { bytes: Vec::new(), places: Vec::new(), piece_bytes, pieces: Vec::new() }
    }

    /// Takes a record in: what `write` appends.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.places.push((narrow(start)?, narrow(self.bytes.len())?));
        if self.bytes.len() >= self.piece_bytes {
            self.put_away()?;
        }
        Ok(())
    }

    pub fn sorted(mut self) -> Result<Sorted> {
        if self.pieces.is_empty() {
            self.sort();
            return Ok(Sorted { bytes: self.bytes, places: self.places, pieces: Vec::new() });
        }
        self.put_away()?;
        Ok(Sorted { bytes: Vec::new(), places: Vec::new(), pieces: self.pieces })
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_unstable_by(|a, b| slice(bytes, *a).cmp(slice(bytes, *b)));
    }

    fn put_away(&mut self) -> Result<()> {
        self.sort();
        // Without a name: nobody else can open it, and it is gone with the process.
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
        for place in &self.places {
            let record = slice(&self.bytes, *place);
            file.write_all(&narrow(record.len())?.to_le_bytes())?;
            file.write_all(record)?;
        }
        self.pieces.push(file.into_inner().map_err(std::io::IntoInnerError::into_error)?);
        self.bytes.clear();
        self.places.clear();
        Ok(())
    }
}

fn slice(bytes: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &bytes[start as usize..end as usize]
}

fn narrow(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| data::Error::invalid("", "a row is longer than four gigabytes"))
}

/// What a [`Sorter`] has sorted; can be read several times.
pub struct Sorted {
    bytes: Vec<u8>,
    places: Vec<(u32, u32)>,
    pieces: Vec<File>,
}

impl Sorted {
    pub fn read(&self) -> Result<Merge<'_>> {
        let mut merge = Merge { sorted: self, next: 0, pieces: Vec::with_capacity(self.pieces.len()), heap: BinaryHeap::new() };
        for mut file in &self.pieces {
            file.seek(SeekFrom::Start(0))?;
            merge.pieces.push(BufReader::with_capacity(BUFFER_BYTES, file));
        }
        for piece in 0..merge.pieces.len() {
            merge.advance(piece, Vec::new())?;
        }
        Ok(merge)
    }
}

pub struct Merge<'a> {
    sorted: &'a Sorted,
    next: usize,
    pieces: Vec<BufReader<&'a File>>,
    /// The next record of each piece.
    heap: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

impl Merge<'_> {
    /// Puts the next record into `record`; false at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Result<bool> {
        if let Some(place) = self.sorted.places.get(self.next) {
            self.next += 1;
            record.clear();
            record.extend_from_slice(slice(&self.sorted.bytes, *place));
            return Ok(true);
        }
        let Some(Reverse((mut least, piece))) = self.heap.pop() else { return Ok(false) };
        std::mem::swap(record, &mut least);
        self.advance(piece, least)?;
        Ok(true)
    }

    /// Reads the next record of a piece, into `room`.
    fn advance(&mut self, piece: usize, mut room: Vec<u8>) -> Result<()> {
        let reader = &mut self.pieces[piece];
        let mut length = [0; 4];
        match reader.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        room.clear();
        room.resize(u32::from_le_bytes(length) as usize, 0);
        reader.read_exact(&mut room)?;
        self.heap.push(Reverse((room, piece)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(sorted: &Sorted) -> Vec<Vec<u8>> {
        let (mut merge, mut record, mut out) = (sorted.read().unwrap(), Vec::new(), Vec::new());
        while merge.next(&mut record).unwrap() {
            out.push(record.clone());
        }
        out
    }

    #[test]
    fn many_pieces_come_out_as_one_and_again() {
        let mut records: Vec<Vec<u8>> =
            (0..5000u32).map(|number| (number.wrapping_mul(2_654_435_761) % 4000).to_be_bytes().to_vec()).collect();
        records.push(Vec::new());
        for piece_bytes in [1, 50, 1 << 20] {
            let mut sorter = Sorter::with_pieces(piece_bytes.max(40));
            for record in &records {
                sorter.push(|bytes| bytes.extend_from_slice(record)).unwrap();
            }
            let sorted = sorter.sorted().unwrap();
            let mut expected = records.clone();
            expected.sort();
            assert_eq!(all(&sorted), expected);
            assert_eq!(all(&sorted), expected);
        }
    }
}
