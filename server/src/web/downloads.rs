//! Files that screens offer: lists as CSV. Plain routes, so that a click works before the client has loaded.

use std::collections::HashSet;

use app::{AppError, ctx, upload};
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use data::Db;
use domain::access::Action;
use domain::list_query::ListQuery;
use domain::states::PayoutState;
use domain::{Instant, Place};
use exchange::exports::{Export, Noun};
use exchange::imports::Kind;
use exchange::payment_files;
use futures::stream::{self, StreamExt};
use http::request::Parts;

use super::pages;

pub fn router() -> Router {
    Router::new()
        .route("/c/{company}/export/{file}", get(export))
        .route("/c/{company}/payouts/{file}", get(payouts))
        .route("/c/{company}/payment-files/{file}", get(payment_file))
        .route(&format!("/c/{{company}}{}", upload::REST_PATH), get(left_out))
        .route(&format!("/c/{{company}}{}", upload::TEMPLATE_PATH), get(template))
}

const CSV: &str = "text/csv; charset=utf-8";

type Params = Query<Vec<(String, String)>>;

/// A list as it is filtered on its screen.
async fn export(
    Path((company, file)): Path<(String, String)>,
    Query(params): Params,
    Extension(db): Extension<Db>,
    parts: Parts,
) -> Response {
    let Some(noun) = file.strip_suffix(".csv").and_then(|word| word.parse::<Noun>().ok()) else {
        return pages::no_file(&parts, &unknown()).await;
    };
    let begun = begin(noun, &Place::Company(company), list_query(params), &parts).await;
    let sent = match begun {
        Ok((export, name)) => stream_csv(export, db, &name).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    match sent {
        Ok(response) => response,
        Err(error) => pages::no_file(&parts, &error).await,
    }
}

async fn begin(noun: Noun, place: &Place, query: ListQuery, parts: &Parts) -> Result<(Export, String), AppError> {
    let action = if noun == Noun::Audit { Action::ViewAudit } else { Action::ViewProgramme };
    let ctx = ctx::company_of(parts, place, action).await?;
    let export = Export::of_list(ctx.db.read(), ctx.company_id, noun, &query, ctx.now).await?;
    Ok((export, format!("{}-{}-{}.csv", ctx.company.key, noun.word(), ctx.zone.date(ctx.now))))
}

/// An invoice's payouts as a table, "NUMBER.csv": those that its page shows.
async fn payouts(Path((company, file)): Path<(String, String)>, Query(params): Params, parts: Parts) -> Response {
    match file.strip_suffix(".csv") {
        Some(number) => answer(payout_table(number, &Place::Company(company), list_query(params), &parts).await, &parts).await,
        None => pages::no_file(&parts, &unknown()).await,
    }
}

/// A payment file that was made, "pmt_….xml": the same bytes each time.
async fn payment_file(Path((company, file)): Path<(String, String)>, parts: Parts) -> Response {
    match file.strip_suffix(".xml") {
        Some(key) => answer(kept_order(key, &Place::Company(company), &parts).await, &parts).await,
        None => pages::no_file(&parts, &unknown()).await,
    }
}

/// The rows that the last import left out.
async fn left_out(Path(company): Path<String>, parts: Parts) -> Response {
    let made = async {
        let ctx = ctx::company_of(&parts, &Place::Company(company), Action::Import).await?;
        let content = upload::rest(&ctx, &parts).await?;
        Ok(Attachment { content, content_type: CSV, name: "left-out.csv".to_owned() })
    };
    answer(made.await, &parts).await
}

/// The header of a kind of file, and an example.
async fn template(Path(company): Path<String>, Query(params): Params, parts: Parts) -> Response {
    let made = async {
        ctx::company_of(&parts, &Place::Company(company), Action::Import).await?;
        let word = params.iter().find(|(name, _)| name == "kind").map(|(_, word)| word.as_str()).unwrap_or_default();
        let kind: Kind = word.parse().map_err(|_| unknown())?;
        Ok(Attachment { content: kind.template().into_bytes(), content_type: CSV, name: format!("{}.csv", kind.word()) })
    };
    answer(made.await, &parts).await
}

fn unknown() -> AppError {
    AppError::NotFound("This file".to_owned())
}

struct Attachment {
    content: Vec<u8>,
    content_type: &'static str,
    name: String,
}

async fn answer(made: Result<Attachment, AppError>, parts: &Parts) -> Response {
    match made {
        Ok(file) => {
            let headers = [(CONTENT_TYPE, HeaderValue::from_static(file.content_type)), (CONTENT_DISPOSITION, attachment(&file.name))];
            (headers, file.content).into_response()
        }
        Err(error) => pages::no_file(parts, &error).await,
    }
}

async fn payout_table(number: &str, place: &Place, query: ListQuery, parts: &Parts) -> Result<Attachment, AppError> {
    let ctx = ctx::company_of(parts, place, Action::MoveMoney).await?;
    let conn = ctx.db.read();
    let invoice = data::billing::invoices::find(conn, ctx.company_id, number).await?;
    let kept = payment_files::of_invoice(conn, ctx.company_id, invoice.id).await?;
    let mut payouts = data::billing::payouts::of_invoice(conn, ctx.company_id, invoice.id).await?;
    let found = data::lists::search::partners(conn, ctx.company_id, &query.search).await?;
    let state = query.word::<PayoutState>("payout").map_err(data::Error::from)?;
    let file = query.filter("file");
    let held: HashSet<_> =
        kept.iter().filter(|kept| kept.key() == file).flat_map(|kept| &kept.holds).map(|attempt| attempt.payout_id).collect();
    payouts.retain(|payout| state.is_none_or(|state| payout.state == state.word()));
    payouts.retain(|payout| file.is_empty() || held.contains(&payout.id));
    payouts.retain(|payout| found.as_ref().is_none_or(|found| found.contains(&payout.partnership_id)));
    Ok(Attachment {
        content: payment_files::csv(&payouts, &kept, &ctx.zone)?,
        content_type: CSV,
        name: format!("{}-payouts.csv", invoice.number),
    })
}

async fn kept_order(key: &str, place: &Place, parts: &Parts) -> Result<Attachment, AppError> {
    let ctx = ctx::company_of(parts, place, Action::MoveMoney).await?;
    let (file, number) = payment_files::content(ctx.db.read(), ctx.company_id, key).await?;
    let made = ctx.zone.local(Instant(file.made_at)).format("%Y-%m-%d-%H%M");
    Ok(Attachment {
        content: file.content.into_bytes(),
        content_type: "application/xml; charset=utf-8",
        name: format!("{number}-{made}-pain.001.xml"),
    })
}

/// The first piece is made before the answer begins, so that an early error still has a status.
async fn stream_csv(mut export: Export, db: Db, name: &str) -> data::Result<Response> {
    let first = export.next_piece(db.read()).await?;
    let rest = stream::try_unfold((export, db), |(mut export, db)| async move {
        let piece = export.next_piece(db.read()).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, data::Error>(piece.map(|piece| (piece, (export, db))))
    });
    let body = Body::from_stream(stream::iter(first.map(Ok)).chain(rest));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(CSV)), (CONTENT_DISPOSITION, attachment(name))], body).into_response())
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
