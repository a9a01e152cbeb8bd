//! Files of sales that were imported, and what voiding one would do.

use std::collections::{HashMap, HashSet};

use domain::zone::Zone;
use domain::{Instant, Money};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::settings::{FirstRows, ImportProblem, ImportVoidPreview, InvoiceDifference, PastImport, TurningSales};

use super::customers::change::stage;
use data::act::{Authors, people};
use data::rewards::outlook::Outlook;
use data::store::entities::companies;
use data::store::entities::imports::{Column, Entity, Model};
use data::work::open_imports::is_done;
use data::{Db, Error, Result};
use domain::dates;
use exchange::imports::Kind;
use exchange::imports::voids::{self, Preview};

/// As much of a cell as a preview shows.
const CELL_CHARS_MAX: usize = 100;
/// Columns that hold times.
const TIMES: [&str; 3] = ["occurred_at", "created_at", "from"];
/// How many imports are listed.
const LISTED: u64 = 20;

/// The first rows of a file that is tried: amounts and times as every page has them.
pub fn first_rows(company: &companies::Model, kind: Kind, rows: &[(u64, Vec<String>)]) -> Result<FirstRows> {
    let (zone, own) = (company.zone()?, company.money_currency()?);
    let columns = kind.columns();
    let currency = columns.iter().position(|column| *column == "currency");
    let cell = |cells: &[String], at: usize| {
        let text = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
        let known = match columns[at] {
            "amount" => {
                let currency = currency.and_then(|at| text(at).parse().ok()).unwrap_or(own);
                Money::parse(text(at), currency).ok().map(|amount| amount.display())
            }
            column if TIMES.contains(&column) => Instant::parse(text(at)).ok().map(|at| dates::minute(&zone, at)),
            _ => None,
        };
        known.unwrap_or_else(|| text(at).chars().take(CELL_CHARS_MAX).collect())
    };
    let used: Vec<usize> =
        (0..columns.len()).filter(|at| rows.iter().any(|(_, cells)| cells.get(*at).is_some_and(|text| !text.trim().is_empty()))).collect();
    let timed = used.iter().any(|at| TIMES.contains(&columns[*at]));
    Ok(FirstRows {
        zone: if timed { zone.place() } else { String::new() },
        columns: used.iter().map(|at| columns[*at].to_owned()).collect(),
        rows: rows
            .iter()
            .map(|(row, cells)| (i64::try_from(*row).unwrap_or(i64::MAX), used.iter().map(|at| cell(cells, *at)).collect()))
            .collect(),
    })
}

/// The latest files of transactions, newest first.
pub async fn past<C: ConnectionTrait>(conn: &C, company: &companies::Model) -> Result<Vec<PastImport>> {
    let zone = company.zone()?;
    let files = Entity::find()
        .filter(Column::CompanyId.eq(company.id))
        .filter(Column::Kind.eq(Kind::Transactions.word()))
        .filter(Column::Created.gt(0))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(LISTED)
        .all(conn)
        .await?;
    let voids = of(conn, files.iter().map(|file| file.id)).await?;
    let undone = of(conn, voids.values().map(|void| void.id)).await?;
    let authors = Authors::load(conn, people(files.iter().chain(voids.values()).map(|row| &row.author))).await?;
    let mut out = Vec::with_capacity(files.len());
    for file in files.into_iter().filter(is_done) {
        let void = voids.get(&file.id);
        let undoing = void.and_then(|void| undone.get(&void.id));
        let (status, undo) = status(&zone, void, undoing, &authors);
        let counts = undo.is_empty() && status.is_empty();
        out.push(PastImport {
            voidable: counts && voids::any_live(conn, file.id).await?,
            id: file.id.to_string(),
            file_name: named(&file),
            at: dates::minute(&zone, Instant(file.at)),
            author: authors.name(&file.author).to_owned(),
            rows: file.created,
            status,
            undo,
        });
    }
    Ok(out)
}

/// The last void of each import, or the last undoing of each void.
async fn of<C: ConnectionTrait>(conn: &C, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Model>> {
    let rows = Entity::find().filter(Column::OfImport.is_in(ids)).order_by_asc(Column::Id).all(conn).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.of_import?, row))).collect())
}

/// What became of an import, and the void that can be undone.
fn status(zone: &Zone, void: Option<&Model>, undoing: Option<&Model>, authors: &Authors) -> (String, String) {
    let Some(void) = void else { return Default::default() };
    let on = dates::day(zone, Instant(void.at));
    let (by, reason) = (authors.name(&void.author), void.reason.as_deref().unwrap_or_default());
    let voided = || format!("Voided on {on} by {by}: {reason}");
    match undoing {
        None if !is_done(void) => ("Being voided".to_owned(), String::new()),
        None if void.changed == 0 => Default::default(),
        None => (voided(), void.id.to_string()),
        Some(undoing) if !is_done(undoing) => ("The void is being undone".to_owned(), String::new()),
        Some(undoing) if undoing.impossible > 0 => (format!("{}. Undone in part.", voided()), void.id.to_string()),
        Some(_) => Default::default(),
    }
}

fn named(file: &Model) -> String {
    if file.file_name.is_empty() { "Unnamed file".to_owned() } else { file.file_name.clone() }
}

/// What voiding the import with this id would do.
pub async fn preview_void(db: &Db, company: &companies::Model, import: &str, now: Instant) -> Result<ImportVoidPreview> {
    let id = Uuid::try_parse(import).map_err(|_| Error::NotFound("the import"))?;
    in_words(db, company, false, voids::preview_void(db, company.id, id, now).await?).await
}

/// What undoing the void with this id would do.
pub async fn preview_undo(db: &Db, company: &companies::Model, void: &str, now: Instant) -> Result<ImportVoidPreview> {
    let id = Uuid::try_parse(void).map_err(|_| Error::NotFound("the void"))?;
    in_words(db, company, true, voids::preview_undo(db, company.id, id, now).await?).await
}

async fn in_words(db: &Db, company: &companies::Model, undo: bool, preview: Preview) -> Result<ImportVoidPreview> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let months = preview.differences.keys().map(|(month, _)| month.0).collect();
    let outlook = Outlook::load(db.read(), company, months, HashSet::new()).await?;
    let turning = preview.turning.iter().map(|of| TurningSales {
        sales: count(of.sales),
        sold: Money::new(of.sold, of.currency),
        refunds: count(of.refunds),
        refunded: Money::new(of.refunded, of.currency),
    });
    // The company's own currency first, as everywhere.
    let home = company.money_currency()?;
    let mut turning: Vec<TurningSales> = turning.collect();
    turning.sort_by_key(|of| of.sold.currency != home);
    let mut changed: Vec<_> = preview.differences.iter().filter(|(_, sum)| **sum != 0).collect();
    changed.sort_by_key(|((month, currency), _)| (*month, *currency != home));
    let differences = changed.into_iter().map(|((month, currency), sum)| InvoiceDifference {
        month: month.long(),
        stage: stage(&outlook, *month, currency.code()),
        amount: Money::new(*sum, *currency),
    });
    let authors = Authors::load(db.read(), people([&preview.of.author])).await?;
    let impossible =
        preview.impossible.iter().map(|(customer, message)| ImportProblem { line: 0, field: customer.clone(), message: message.clone() });
    Ok(ImportVoidPreview {
        id: preview.of.id.to_string(),
        undo,
        file_name: named(&preview.of),
        at: dates::minute(&company.zone()?, Instant(preview.of.at)),
        author: authors.name(&preview.of.author).to_owned(),
        turning,
        customers: count(preview.customers),
        along: count(preview.along),
        before: count(preview.before),
        differences: differences.collect(),
        rewards: count(preview.rewards),
        planned: preview.planned,
        impossible: impossible.collect(),
        impossible_count: count(preview.impossible_count),
        seen: preview.digest(),
    })
}
