//! Files that screens send: tried at once, kept until their sender decides.

use app::AppError;
use app::ctx::{self, FLASH};
use app::forms::{FailedForm, Flash};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use data::imports::Kind;
use data::uploads::{Draft, Uploads};
use domain::access::Action;
use http::request::Parts;

use crate::pages;

const UPLOAD: &str = "/upload/import";
const PAGE: &str = "/settings/import";
const KIND_CHARS_MAX: usize = 40;

pub fn router() -> Router {
    Router::new()
        // The limit on every request's body counts here too.
        .route(UPLOAD, post(receive).layer(DefaultBodyLimit::disable()))
        .route("/upload/import/{id}/rejects.csv", get(rejects))
}

enum Failure {
    /// The page shows it beside the form.
    Form(AppError),
    Answer(Response),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure::Form(error)
    }
}

impl From<data::Error> for Failure {
    fn from(error: data::Error) -> Failure {
        Failure::Form(error.into())
    }
}

impl From<MultipartError> for Failure {
    fn from(error: MultipartError) -> Failure {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Failure::Answer(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        }
        Failure::Form(AppError::invalid("file", "did not arrive whole. Send it again."))
    }
}

/// Takes the fields `kind` and `file`, in this order, and leads back to the page with the trial.
async fn receive(Extension(uploads): Extension<Uploads>, parts: Parts, form: Multipart) -> Response {
    match try_out(&uploads, &parts, form).await {
        Ok(path) => Redirect::to(&path).into_response(),
        Err(Failure::Answer(answer)) => answer,
        Err(Failure::Form(AppError::Unauthenticated)) => Redirect::to("/sign-in?next=/settings/import").into_response(),
        Err(Failure::Form(error @ AppError::Forbidden(_))) => {
            pages::message(&parts.headers, StatusCode::FORBIDDEN, error.title(), &error.to_string())
        }
        Err(Failure::Form(error)) => {
            let failed = FailedForm { action: UPLOAD.to_owned(), name: String::new(), error, values: Vec::new() };
            let flash = Flash { done: None, failed: Some(failed) };
            if let Ok(session) = ctx::session_of(&parts)
                && let Err(error) = session.insert(FLASH, &flash).await
            {
                tracing::warn!(%error, "a message to the next page was lost");
            }
            Redirect::to(PAGE).into_response()
        }
    }
}

async fn try_out(uploads: &Uploads, parts: &Parts, mut form: Multipart) -> Result<String, Failure> {
    let ctx = ctx::company_of(parts, Action::Import).await?;
    let mut kind: Option<Kind> = None;
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("kind") => {
                let word: String = field.text().await?.chars().take(KIND_CHARS_MAX).collect();
                kind = Some(word.parse().map_err(|error: String| AppError::invalid("kind", error))?);
            }
            Some("file") => {
                let kind = kind.ok_or_else(|| AppError::invalid("kind", "Choose what the file holds."))?;
                let name = field.file_name().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(120).collect::<String>();
                if name.is_empty() {
                    return Err(AppError::invalid("file", "Choose a file.").into());
                }
                let draft = keep(uploads, field).await?;
                let trial = uploads.try_out(&ctx.db, ctx.company_id, draft, kind, &name, ctx.author(), ctx.now).await?;
                return Ok(format!("{PAGE}?upload={}", trial.upload));
            }
            _ => {}
        }
    }
    Err(AppError::invalid("file", "Choose a file.").into())
}

async fn keep(uploads: &Uploads, mut field: Field<'_>) -> Result<Draft, Failure> {
    let mut draft = uploads.begin().await?;
    loop {
        let written = match field.chunk().await {
            Ok(Some(bytes)) => draft.write(&bytes).await.map_err(Failure::from),
            Ok(None) => return Ok(draft),
            Err(error) => Err(error.into()),
        };
        if let Err(failure) = written {
            uploads.discard(draft).await?;
            return Err(failure);
        }
    }
}

/// The rows that an import left out.
async fn rejects(Path(id): Path<String>, Extension(uploads): Extension<Uploads>, parts: Parts) -> Response {
    let found = match ctx::company_of(&parts, Action::Import).await {
        Ok(ctx) => uploads.rejects(ctx.company_id, &id).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    match found {
        Ok(text) => {
            let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"rejects.csv\"")];
            (headers, text).into_response()
        }
        Err(error) => pages::refuse(&parts.headers, &error),
    }
}
