//! Files that screens offer: lists as CSV. Plain routes, so that a click works before the client has loaded.

use app::AppError;
use app::ctx::{self, CompanyCtx};
use app::server_fns::invoices::invoice_path;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use data::Db;
use data::entities::invoices;
use data::exports::{Export, Noun};
use data::payment_files;
use data::payouts::PayoutRow;
use domain::Place;
use domain::access::Action;
use domain::addresses::partner_page;
use domain::states::PayoutState;
use domain::views::ListQuery;
use futures::stream::{self, StreamExt};
use http::request::Parts;

use crate::pages::{self, Way};

/// Partners without an account that a refusal leads to.
const ACCOUNTS_SHOWN: usize = 5;

pub fn router() -> Router {
    Router::new().route("/c/{company}/export/{file}", get(export)).route("/c/{company}/payouts/{file}", get(payouts))
}

type Params = Query<Vec<(String, String)>>;

/// A list as it is filtered on its screen.
async fn export(
    Path((company, file)): Path<(String, String)>,
    Query(params): Params,
    Extension(db): Extension<Db>,
    parts: Parts,
) -> Response {
    let Some(noun) = file.strip_suffix(".csv").and_then(|word| word.parse::<Noun>().ok()) else {
        return pages::refuse(&parts.headers, &AppError::NotFound("This file".to_owned()));
    };
    match begin(noun, &Place::Company(company), list_query(params), &parts).await {
        Ok((export, name)) => stream_csv(export, db, &name).await.unwrap_or_else(|error| pages::refuse(&parts.headers, &error.into())),
        Err(error) => pages::refuse(&parts.headers, &error),
    }
}

async fn begin(noun: Noun, place: &Place, query: ListQuery, parts: &Parts) -> Result<(Export, String), AppError> {
    let action = if noun == Noun::Audit { Action::ViewAudit } else { Action::ViewProgramme };
    let ctx = ctx::company_of(parts, place, action).await?;
    let export = Export::of_list(ctx.db.read(), ctx.company_id, noun, &query, ctx.now).await?;
    Ok((export, format!("{}-{}-{}.csv", ctx.company.key, noun.word(), ctx.zone.date(ctx.now))))
}

/// An invoice's payouts: "NUMBER.csv", as a table of those that its page shows, or "NUMBER.xml", those still to be made as an order for a bank.
async fn payouts(Path((company, file)): Path<(String, String)>, Query(params): Params, parts: Parts) -> Response {
    let place = Place::Company(company);
    let made = match file.rsplit_once('.') {
        Some((number, "csv")) => payout_table(number, &place, list_query(params), &parts).await,
        Some((number, "xml")) => payment_order(number, &place, &parts).await,
        _ => Err(AppError::NotFound("This file".to_owned()).into()),
    };
    match made {
        Ok(file) => {
            let headers = [(CONTENT_TYPE, HeaderValue::from_static(file.content_type)), (CONTENT_DISPOSITION, attachment(&file.name))];
            (headers, file.content).into_response()
        }
        Err(Refusal { error, ways }) => {
            let ways: Vec<Way> = ways.into_iter().map(|(words, path)| (words, place.at(&path))).collect();
            pages::refuse_with(&parts.headers, &error, &ways)
        }
    }
}

/// Why there is no file, and where that can be mended.
struct Refusal {
    error: AppError,
    ways: Vec<Way>,
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Refusal {
        Refusal { error, ways: Vec::new() }
    }
}

impl From<data::Error> for Refusal {
    fn from(error: data::Error) -> Refusal {
        AppError::from(error).into()
    }
}

struct Attachment {
    content: Vec<u8>,
    content_type: &'static str,
    name: String,
}

async fn payout_table(number: &str, place: &Place, query: ListQuery, parts: &Parts) -> Result<Attachment, Refusal> {
    let (ctx, invoice, mut payouts) = payouts_of(number, place, parts).await?;
    let found = data::search::partners(ctx.db.read(), ctx.company_id, &query.search).await?;
    let state = query.word::<PayoutState>("payout").map_err(data::Error::from)?;
    payouts.retain(|payout| state.is_none_or(|state| payout.state == state.word()));
    payouts.retain(|payout| found.as_ref().is_none_or(|found| found.contains(&payout.partnership_id)));
    Ok(Attachment {
        content: payment_files::csv(&payouts, &ctx.zone)?,
        content_type: "text/csv; charset=utf-8",
        name: format!("{}-payouts.csv", invoice.number),
    })
}

/// What a payment order cannot be made of is mended in the company's profile or at its partners.
async fn payment_order(number: &str, place: &Place, parts: &Parts) -> Result<Attachment, Refusal> {
    let (ctx, invoice, mut payouts) = payouts_of(number, place, parts).await?;
    payouts.retain(PayoutRow::is_open);
    let refuse = |error: data::Error, mut ways: Vec<Way>| {
        ways.push(("Back to the invoice".to_owned(), invoice_path(&invoice.number)));
        Refusal { error: error.into(), ways }
    };
    let profile = || vec![("To the company profile".to_owned(), "/settings".to_owned())];
    let debtor = payment_files::debtor(&ctx.company).map_err(|error| refuse(error, profile()))?;
    let order = payment_files::pain_001(&payouts, &debtor, &invoice.number, ctx.now, ctx.zone.date(ctx.now))
        .map_err(|error| refuse(error, payouts.iter().take(ACCOUNTS_SHOWN).map(account_of).collect()))?;
    Ok(Attachment {
        content: order.xml.into_bytes(),
        content_type: "application/xml; charset=utf-8",
        name: format!("{}-pain.001.xml", invoice.number),
    })
}

fn account_of(payout: &PayoutRow) -> Way {
    (format!("Account of {}", payout.partner_name), partner_page(&payout.partner_key, "edit"))
}

async fn payouts_of(number: &str, place: &Place, parts: &Parts) -> Result<(CompanyCtx, invoices::Model, Vec<PayoutRow>), AppError> {
    let ctx = ctx::company_of(parts, place, Action::MoveMoney).await?;
    let invoice = data::invoices::find(ctx.db.read(), ctx.company_id, number).await?;
    let payouts = data::payouts::of_invoice(ctx.db.read(), ctx.company_id, invoice.id).await?;
    Ok((ctx, invoice, payouts))
}

/// The first piece is made before the answer begins, so that an early error still has a status.
async fn stream_csv(mut export: Export, db: Db, name: &str) -> data::Result<Response> {
    let first = export.next_piece(db.read()).await?;
    let rest = stream::try_unfold((export, db), |(mut export, db)| async move {
        let piece = export.next_piece(db.read()).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, data::Error>(piece.map(|piece| (piece, (export, db))))
    });
    let body = Body::from_stream(stream::iter(first.map(Ok)).chain(rest));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")), (CONTENT_DISPOSITION, attachment(name))], body)
        .into_response())
}

/// Names are made of keys and dates; what else a key may hold does not belong in a file name.
fn attachment(name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' }).collect();
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"")).unwrap_or(HeaderValue::from_static("attachment"))
}

/// As the screens read their address.
fn list_query(params: Vec<(String, String)>) -> ListQuery {
    let mut query = ListQuery::default();
    for (name, value) in params {
        let value = value.trim().to_owned();
        match name.as_str() {
            _ if value.is_empty() => {}
            "q" => query.search = value,
            "sort" | "page" => {}
            _ => {
                query.filters.insert(name, value);
            }
        }
    }
    query
}
