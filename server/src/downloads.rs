//! Files that screens offer: lists as CSV. Plain routes, so that a click works before the client has loaded.

use app::AppError;
use app::ctx;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use data::Db;
use data::exports::{Export, Noun};
use domain::access::Action;
use domain::views::ListQuery;
use futures::stream::{self, StreamExt};
use http::request::Parts;

use crate::pages;

pub fn router() -> Router {
    Router::new().route("/export/{file}", get(export))
}

type Params = Query<Vec<(String, String)>>;

/// A list as it is filtered on its screen.
async fn export(Path(file): Path<String>, Query(params): Params, Extension(db): Extension<Db>, parts: Parts) -> Response {
    let Some(noun) = file.strip_suffix(".csv").and_then(|word| word.parse::<Noun>().ok()) else {
        return pages::refuse(&parts.headers, &AppError::NotFound("This file".to_owned()));
    };
    match begin(noun, list_query(params), &parts).await {
        Ok((export, name)) => stream_csv(export, db, &name).await.unwrap_or_else(|error| pages::refuse(&parts.headers, &error.into())),
        Err(error) => pages::refuse(&parts.headers, &error),
    }
}

async fn begin(noun: Noun, query: ListQuery, parts: &Parts) -> Result<(Export, String), AppError> {
    let ctx = ctx::company_of(parts, Action::ViewProgramme).await?;
    let export = Export::of_list(ctx.db.read(), ctx.company_id, noun, &query, ctx.now).await?;
    Ok((export, format!("{}-{}-{}.csv", ctx.company.key, noun.word(), ctx.zone.date(ctx.now))))
}

/// The first piece is made before the answer begins, so that an early error still has a status.
async fn stream_csv(mut export: Export, db: Db, name: &str) -> data::Result<Response> {
    let first = export.next_piece(db.read()).await?;
    let rest = stream::try_unfold((export, db), |(mut export, db)| async move {
        let piece = export.next_piece(db.read()).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, data::Error>(piece.map(|piece| (piece, (export, db))))
    });
    let body = Body::from_stream(stream::iter(first.map(Ok)).chain(rest));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")), (CONTENT_DISPOSITION, attachment(name))], body).into_response())
}

/// Names are made of keys and dates; what else a key may hold does not belong in a file name.
fn attachment(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' }).collect();
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
