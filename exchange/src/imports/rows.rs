//! Rows of a file, of whatever kind: read from it, kept for later, read again, written.

use std::io::{Read, Seek};

use csv::StringRecord;
use sea_orm::ConnectionTrait;

use data::Result;
use data::network::partners::NewPartner;
use data::rewards::{ManualRow, ReviewRow};
use data::sales::customers::NewCustomer;
use data::sales::recording::{Batch, CarriedCaps};
use data::store::check::Checks;
use data::work::batch::{Mode, Scope};

use super::faults::Faults;
use super::format::Format;
use super::pending::{InTime, Reading};
use super::remarks::Remarks;
use super::table::{self, Content, Fields};
use super::{Context, Done, Kind, Sheet, Waiting, attributions, customers, partners, reviews, rewards, transactions};

/// So many rows are shown of a file that is tried.
const FIRST_MAX: usize = 5;

pub enum Rows {
    Partners(Vec<(u64, NewPartner)>),
    Customers(Vec<(u64, NewCustomer)>),
    Attributions(Vec<attributions::AttributionInput>),
    Transactions(Batch),
    Rewards(Vec<ManualRow>),
    Reviews(Vec<ReviewRow>),
}

/// Reads a file: rows that can be read, and what is wrong with the others.
pub fn read<R: Read + Seek>(input: R, kind: Kind, format: Format, context: &Context, waiting: &Waiting) -> Result<(Content<R>, Sheet)> {
    if kind == Kind::Transactions {
        let (mut reading, mut voided, mut first) = (Reading::new(), Remarks::default(), Vec::new());
        let mut content = table::read(input, kind, format, waiting, |fields, checks| {
            if let Some(when) = transactions::voided(fields, context) {
                voided.add(fields.row, [(transactions::VOIDED_ELSEWHERE, when)]);
                return Ok(());
            }
            transactions::take(fields, checks, context).map_or(Ok(()), |given| {
                if first.len() < FIRST_MAX {
                    first.push((fields.row, transactions::cells(&given).to_vec()));
                }
                reading.push(&given)
            })
        })?;
        (content.voided, content.first) = (voided, first);
        return Ok((content, Sheet::Transactions(reading.sorted()?)));
    }
    let mut rows = Rows::new(kind);
    let mut content = table::read(input, kind, format, waiting, |fields, checks| rows.take(fields, checks, context))?;
    content.first = (0..FIRST_MAX).map_while(|place| rows.cells(place)).collect();
    if let Rows::Rewards(rows) = &mut rows {
        rewards::identify(rows, context);
    }
    Ok((content, Sheet::Rows(rows)))
}

impl Rows {
    fn new(kind: Kind) -> Rows {
        match kind {
            Kind::Partners => Rows::Partners(Vec::new()),
            Kind::Customers => Rows::Customers(Vec::new()),
            Kind::Attributions => Rows::Attributions(Vec::new()),
            Kind::Transactions => Rows::Transactions(Batch::new()),
            Kind::Rewards => Rows::Rewards(Vec::new()),
            Kind::Reviews => Rows::Reviews(Vec::new()),
        }
    }

    fn take(&mut self, fields: &Fields<'_>, checks: &mut Checks, context: &Context) -> Result<()> {
        match self {
            Rows::Partners(rows) => rows.push((fields.row, partners::take(fields))),
            Rows::Customers(rows) => rows.extend(customers::take(fields, checks, context)?.map(|given| (fields.row, given))),
            Rows::Attributions(rows) => rows.extend(attributions::take(fields, checks, context)),
            Rows::Transactions(batch) => {
                if let Some(given) = transactions::take(fields, checks, context) {
                    batch.push(&given)?;
                }
            }
            Rows::Rewards(rows) => rows.extend(rewards::take(fields, checks, context)?),
            Rows::Reviews(rows) => rows.extend(reviews::take(fields, checks)),
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        match self {
            Rows::Partners(rows) => rows.len(),
            Rows::Customers(rows) => rows.len(),
            Rows::Attributions(rows) => rows.len(),
            Rows::Transactions(batch) => batch.len(),
            Rows::Rewards(rows) => rows.len(),
            Rows::Reviews(rows) => rows.len(),
        }
    }

    /// `carried` is of the piece before, where these are a piece of an import.
    pub async fn write<C: ConnectionTrait>(&self, tx: &C, scope: &Scope<'_>, mode: Mode, carried: Option<&CarriedCaps>) -> Result<Done> {
        match self {
            Rows::Partners(rows) => partners::write(tx, scope, rows, mode).await,
            Rows::Customers(rows) => customers::write(tx, scope, rows, mode).await,
            Rows::Attributions(rows) => attributions::write(tx, scope, rows, mode).await,
            Rows::Transactions(batch) => transactions::write(tx, scope, batch, mode, carried).await,
            Rows::Rewards(rows) => rewards::write(tx, scope, rows, mode).await,
            Rows::Reviews(rows) => reviews::write(tx, scope, rows, mode).await,
        }
    }

    /// Puts them into the order in which they are written piece by piece, so that it comes to the same as all at once.
    pub fn sort(&mut self, context: &Context) {
        match self {
            // Triggers see new customers in the order in which they came.
            Rows::Customers(rows) => rows.sort_by_key(|(_, given)| given.created_at.unwrap_or(context.now)),
            Rows::Attributions(rows) => rows.sort_by(|a, b| (&a.customer_key, a.from, a.row).cmp(&(&b.customer_key, b.from, b.row))),
            Rows::Partners(_) | Rows::Transactions(_) | Rows::Rewards(_) | Rows::Reviews(_) => {}
        }
    }

    /// A row's number in the file, and its cells.
    fn cells(&self, place: usize) -> Option<(u64, Vec<String>)> {
        match self {
            Rows::Partners(rows) => rows.get(place).map(|(row, given)| (*row, partners::cells(given))),
            Rows::Customers(rows) => rows.get(place).map(|(row, given)| (*row, customers::cells(given))),
            Rows::Attributions(rows) => rows.get(place).map(|given| (given.row, attributions::cells(given))),
            Rows::Rewards(rows) => rows.get(place).map(|given| (u64::from(given.row), rewards::cells(given))),
            Rows::Reviews(rows) => rows.get(place).map(|given| (u64::from(given.row), reviews::cells(given))),
            // They are kept in the order of their time: see `Kept`.
            Rows::Transactions(_) => None,
        }
    }

    /// Rows as they were kept, with what is wrong with those that cannot be read any more.
    pub fn of_kept<'a>(kind: Kind, records: impl Iterator<Item = &'a StringRecord>, context: &Context) -> Result<(Rows, Faults)> {
        let mut rows = Rows::new(kind);
        let mut faults = Faults::new();
        for record in records {
            let row = row_of(record)?;
            let places: Vec<Option<usize>> = (1..record.len()).map(Some).collect();
            let mut checks = Checks::new();
            rows.take(&Fields { record, places: &places, row }, &mut checks, context)?;
            for (field, message) in checks.into_errors() {
                faults.add(row, &field, &message)?;
            }
        }
        Ok((rows, faults))
    }
}

fn row_of(record: &StringRecord) -> Result<u64> {
    record.get(0).and_then(|row| row.parse().ok()).ok_or_else(|| data::Error::Corrupt("a row of an import has no number".to_owned()))
}

/// Rows of a kept record that must be written together: those of one customer where spans are cut.
pub fn belong_together(kind: Kind, one: &StringRecord, next: &StringRecord) -> bool {
    kind == Kind::Attributions && one.get(1) == next.get(1)
}

/// Rows on their way into the database, as CSV with their number in front, in the order in which they will be written.
pub enum Kept<'a> {
    Rows { rows: &'a Rows, place: usize },
    Transactions(InTime<'a>),
}

impl Kept<'_> {
    /// The next rows that are not among `bad`, about so many bytes of them: how many, and the text. None at the end.
    pub fn next(&mut self, bad: &[u32], bytes: usize) -> Result<(i64, Vec<u8>)> {
        let mut text =
            Text { writer: csv::WriterBuilder::new().flexible(true).from_writer(Vec::with_capacity(bytes + 1024)), rows: 0, bytes: 0 };
        while text.bytes < bytes {
            let (row, cells) = match self {
                Kept::Rows { rows, place } => {
                    let Some(row) = rows.cells(*place) else { break };
                    *place += 1;
                    row
                }
                Kept::Transactions(rows) => {
                    let Some(given) = rows.next()? else { break };
                    (u64::from(given.row), transactions::cells(&given).to_vec())
                }
            };
            if u32::try_from(row).is_ok_and(|row| bad.binary_search(&row).is_err()) {
                text.push(row, &cells)?;
            }
        }
        Ok((text.rows, text.writer.into_inner().map_err(|error| data::Error::Io(error.into_error()))?))
    }
}

struct Text {
    writer: csv::Writer<Vec<u8>>,
    rows: i64,
    bytes: usize,
}

impl Text {
    fn push(&mut self, row: u64, cells: &[String]) -> Result<()> {
        let number = row.to_string();
        self.bytes += number.len() + cells.iter().map(|cell| cell.len() + 1).sum::<usize>();
        self.rows += 1;
        let record = std::iter::once(number.as_str()).chain(cells.iter().map(String::as_str));
        self.writer.write_record(record).map_err(super::records::unreadable)
    }
}
