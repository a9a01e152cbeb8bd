//! What a company can take out, row by row in pages, so that memory does not grow with its number.
//!
//! Rows come in the order in which they happened. In JSON lines, amounts are integers in minor units; in CSV they are in
//! major units, and `partners`, `customers` and `transactions` have the columns that the import of the same name reads.

use std::str::FromStr;

use domain::Instant;
use domain::list_query::ListQuery;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use data::programme::companies;
use data::sales::of_partner;
use data::store::entities::companies::Model as Company;
use data::work::open_imports;
use data::{Error, Result};

mod audit;
mod cells;
mod customers;
mod invoices;
mod keys;
mod ledger;
mod partners;
mod payouts;
mod receipts;
mod rewards;
mod transactions;

use cells::{Column, Row};

/// How many rows are read at once.
const PAGE_ROWS: u64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    Partners,
    Customers,
    Transactions,
    Rewards,
    Invoices,
    Payouts,
    Receipts,
    Ledger,
    Audit,
}

impl Noun {
    pub const ALL: [Noun; 9] = [
        Noun::Partners,
        Noun::Customers,
        Noun::Transactions,
        Noun::Rewards,
        Noun::Invoices,
        Noun::Payouts,
        Noun::Receipts,
        Noun::Ledger,
        Noun::Audit,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Noun::Partners => "partners",
            Noun::Customers => "customers",
            Noun::Transactions => "transactions",
            Noun::Rewards => "rewards",
            Noun::Invoices => "invoices",
            Noun::Payouts => "payouts",
            Noun::Receipts => "receipts",
            Noun::Ledger => "ledger",
            Noun::Audit => "audit",
        }
    }

    /// What its downloads call their columns.
    pub(crate) fn column_names(self) -> impl Iterator<Item = &'static str> {
        self.columns().iter().map(|column| column.name)
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Noun::Partners => partners::COLUMNS,
            Noun::Customers => customers::COLUMNS,
            Noun::Transactions => transactions::COLUMNS,
            Noun::Rewards => rewards::COLUMNS,
            Noun::Invoices => invoices::COLUMNS,
            Noun::Payouts => payouts::COLUMNS,
            Noun::Receipts => receipts::COLUMNS,
            Noun::Ledger => ledger::COLUMNS,
            Noun::Audit => audit::COLUMNS,
        }
    }
}

impl FromStr for Noun {
    type Err = Error;

    fn from_str(text: &str) -> Result<Noun> {
        Noun::ALL.into_iter().find(|noun| noun.word() == text).ok_or(Error::NotFound("this kind of export"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Exactly what is stored, to be read by programs and imported again.
    Csv,
    /// Every column, and nothing in it is a formula to the spreadsheet that opens it.
    SpreadsheetCsv,
    JsonLines,
}

/// The row after which the next page begins: when it happened, and its id.
type After = (i64, Uuid);

/// One page of rows, and where the next one begins.
struct Page {
    rows: Vec<Row>,
    next: Option<After>,
}

impl Page {
    /// A page that is full has another one after it.
    fn new(rows: Vec<Row>, last: Option<After>) -> Page {
        let full = rows.len() as u64 >= PAGE_ROWS;
        Page { rows, next: last.filter(|_| full) }
    }
}

/// What a noun's page is read from.
struct Source<'a, C> {
    conn: &'a C,
    company: &'a Company,
    filter: &'a Condition,
    after: Option<After>,
    /// For people at a screen, not for whoever runs the installation.
    of_screen: bool,
}

impl<C: ConnectionTrait> Source<'_, C> {
    /// The company's next rows that the filter leaves, in the order of `sort` and then of `id`.
    async fn rows<E>(&self, company_id: E::Column, sort: E::Column, id: E::Column) -> Result<Vec<E::Model>>
    where
        E: EntityTrait<Model: Send + Sync>,
    {
        let rows = E::find()
            .filter(company_id.eq(self.company.id))
            .filter(self.filter.clone())
            .filter(beyond(sort, id, self.after))
            .order_by_asc(sort)
            .order_by_asc(id)
            .limit(PAGE_ROWS);
        Ok(rows.all(self.conn).await?)
    }
}

/// Rows after one, in the order of `sort` and then of `id`.
fn beyond(sort: impl ColumnTrait, id: impl ColumnTrait, after: Option<After>) -> Condition {
    Condition::all().add_option(after.map(|(value, last)| {
        Expr::tuple([sort.into_simple_expr(), id.into_simple_expr()]).gt(Expr::tuple([Expr::val(value), Expr::val(last)]))
    }))
}

/// An export under way. Ask for the next piece until there is none.
pub struct Export {
    company: Company,
    noun: Noun,
    format: Format,
    filter: Condition,
    at: Position,
}

#[derive(Clone, Copy, Debug)]
enum Position {
    Head,
    After(Option<After>),
    End,
}

impl Export {
    /// # Errors
    /// `Conflict` while an import of this company is being written: half of it would be missing.
    pub async fn begin<C: ConnectionTrait>(conn: &C, company_id: Uuid, noun: Noun, format: Format) -> Result<Export> {
        open_imports::refuse_while_open(conn, company_id).await?;
        let company = companies::get(conn, company_id).await?;
        Ok(Export { company, noun, format, filter: Condition::all(), at: Position::Head })
    }

    /// What a list on screen shows under this address, for a spreadsheet. Of a partner's own tabs `earner` (rewards) and `seller`
    /// (transactions) name the partner. Nouns without a list come whole.
    pub async fn of_list<C: ConnectionTrait>(conn: &C, company_id: Uuid, noun: Noun, query: &ListQuery, now: Instant) -> Result<Export> {
        let mut export = Export::begin(conn, company_id, noun, Format::SpreadsheetCsv).await?;
        let company = &export.company;
        let filter = match noun {
            Noun::Rewards => match (query.filter("invoice"), query.filter("earner")) {
                ("", "") => Some(data::rewards::list::filter_of(conn, company, query, now).await?),
                ("", partner) => Some(of_partner::rewards(conn, company, partner, query).await?),
                (number, _) => Some(rewards::lines_of(conn, company_id, number).await?),
            },
            Noun::Partners => data::network::list::filter_of(conn, company, query).await?,
            Noun::Customers => data::sales::customers::list::filter_of(conn, company, query).await?,
            Noun::Transactions => match query.filter("seller") {
                "" => None,
                partner => Some(of_partner::transactions(conn, company, partner, query).await?),
            },
            Noun::Invoices => data::billing::invoices::list::filter_of(query)?,
            Noun::Audit => Some(data::audit::list::filter_of(conn, company_id, query).await?),
            Noun::Payouts | Noun::Receipts | Noun::Ledger => None,
        };
        export.filter = export.filter.add_option(filter);
        Ok(export)
    }

    /// The next few hundred rows as text. Pieces on one snapshot fit together; on a pool each is right by itself.
    pub async fn next_piece<C: ConnectionTrait>(&mut self, conn: &C) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let after = match self.at {
            Position::Head => {
                cells::write_head(&mut out, self.noun.columns(), self.format)?;
                None
            }
            Position::After(after) => after,
            Position::End => return Ok(None),
        };
        let of_screen = self.format == Format::SpreadsheetCsv;
        let source = Source { conn, company: &self.company, filter: &self.filter, after, of_screen };
        let page = match self.noun {
            Noun::Partners => partners::page(&source).await?,
            Noun::Customers => customers::page(&source).await?,
            Noun::Transactions => transactions::page(&source).await?,
            Noun::Rewards => rewards::page(&source).await?,
            Noun::Invoices => invoices::page(&source).await?,
            Noun::Payouts => payouts::page(&source).await?,
            Noun::Receipts => receipts::page(&source).await?,
            Noun::Ledger => ledger::page(&source).await?,
            Noun::Audit => audit::page(&source).await?,
        };
        cells::write_rows(&mut out, self.noun.columns(), &page.rows, self.format)?;
        self.at = page.next.map_or(Position::End, |next| Position::After(Some(next)));
        Ok(Some(out))
    }
}
