//! Files that are imported in the browser: tried when they arrive, applied when a person says so.
//!
//! Plain posts, because files cannot travel as the other forms do. The file waits in the [`Spool`] under a name that only its
//! uploader's session knows.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use data::imports::{self, Kind, Options, Progress, Report};
use domain::access::Action;
use domain::page::grouped;
use domain::views::settings::{ImportProblem, ImportTrial};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::request::Parts;
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};

use crate::ctx::{self, CompanyCtx, company_of, session_of};
use crate::error::{AppError, Result};
use crate::forms::{Done, FailedForm, Flash};
use crate::http::{internal, set_flash};
use crate::progress::{self, Running};
use crate::spool::Spool;

/// The form's action, and the page it is on.
pub const PATH: &str = "/upload/import";
const PAGE: &str = "/settings/import";
/// Where the rows that were left out can be taken from.
pub const REST_PATH: &str = "/upload/import/rest.csv";

/// Session key of the file that was tried last.
const TRIAL: &str = "import";
/// Session key of the rows that an import left out.
const REST: &str = "import_rest";
const BYTES_MAX: u64 = 32 * 1024 * 1024;
const PROBLEMS_SHOWN: usize = 100;
const STOPPED: &str = "Stopped. Nothing was imported.";

/// What the session keeps of a file.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    company: uuid::Uuid,
    trial: ImportTrial,
}

pub fn router() -> Router {
    Router::new().route(PATH, post(receive).layer(DefaultBodyLimit::disable())).route(REST_PATH, get(send_rest))
}

/// Keeps a file, tries it, and leads back to its page.
async fn receive(request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = match company_of(&parts, Action::Import).await {
        Ok(cx) => try_file(&cx, &parts, Request::from_parts(parts.clone(), body)).await,
        Err(error) => Err(error),
    };
    let flash = match outcome {
        Ok(done) => Flash { done, ..Flash::default() },
        Err(error) => {
            let failed = FailedForm { action: PATH.to_owned(), name: String::new(), error, values: Vec::new() };
            Flash { failed: Some(failed), ..Flash::default() }
        }
    };
    set_flash(&parts, &flash).await;
    Redirect::to(PAGE).into_response()
}

/// Answers with what is to be said where the file was not tried to its end.
async fn try_file(cx: &CompanyCtx, parts: &Parts, request: Request<Body>) -> Result<Option<Done>> {
    let unreadable = |_| AppError::invalid("file", "The upload broke off. Send the file again.");
    let mut fields = Multipart::from_request(request, &()).await.map_err(|_| AppError::invalid("file", "Choose a file."))?;
    let mut kind = None;
    while let Some(field) = fields.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("kind") => {
                let word = field.text().await.map_err(unreadable)?;
                kind = Some(word.parse::<Kind>().map_err(|message| AppError::invalid("kind", message))?);
            }
            Some("file") => {
                let kind = kind.ok_or_else(|| AppError::invalid("kind", "Say what the file holds."))?;
                return keep_and_try(cx, parts, kind, field).await;
            }
            _ => {}
        }
    }
    Err(AppError::invalid("file", "Choose a file."))
}

async fn keep_and_try(cx: &CompanyCtx, parts: &Parts, kind: Kind, mut field: Field<'_>) -> Result<Option<Done>> {
    let file_name: String = field.file_name().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(200).collect();
    if file_name.is_empty() {
        return Err(AppError::invalid("file", "Choose a file."));
    }
    let spool = Spool::of(parts)?;
    let upload = upload_name();
    let name = file_of(&upload);
    let kept = keep(&spool, &name, &mut field).await;
    // The good rows too, so that both ways of going on can be shown.
    let tried = match kept {
        Ok(()) => run(cx, kind, &spool.path(&name), true, true).await,
        Err(error) => Err(error),
    };
    let Some(report) = tried.inspect_err(|_| spool.remove(&name))? else {
        spool.remove(&name);
        return Ok(Some(Done::say(STOPPED)));
    };
    // Who tries another file is done with the one before.
    discard(parts).await?;
    let trial = ImportTrial {
        upload,
        file_name,
        kind: kind.word().to_owned(),
        rows: count(report.read),
        counts: told(&report),
        problem_count: count(report.skipped),
        problems: report
            .errors
            .into_iter()
            .take(PROBLEMS_SHOWN)
            .map(|error| ImportProblem { line: count(error.row), field: error.field, message: error.message })
            .collect(),
    };
    session_of(parts)?.insert(TRIAL, Kept { company: cx.company_id, trial }).await.map_err(internal)?;
    Ok(None)
}

async fn keep(spool: &Spool, name: &str, field: &mut Field<'_>) -> Result<()> {
    let mut file = spool.create(name).map_err(internal)?;
    let mut bytes: u64 = 0;
    while let Some(chunk) = field.chunk().await.map_err(|_| AppError::invalid("file", "The upload broke off. Send the file again."))? {
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if bytes > BYTES_MAX {
            return Err(AppError::invalid("file", "This file is larger than 32 MB. Import it with the command line: tributary import."));
        }
        file.write_all(&chunk).map_err(internal)?;
    }
    Ok(())
}

/// A name that nobody can guess, fit for a file.
fn upload_name() -> String {
    leptos::nonce::Nonce::new().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// Imports a file; `None` when its importer stopped it.
async fn run(cx: &CompanyCtx, kind: Kind, path: &Path, dry_run: bool, skip_bad: bool) -> Result<Option<Report>> {
    let file = File::open(path).map_err(|_| AppError::Conflict("The file is no longer here. Upload it again.".to_owned()))?;
    let bytes = file.metadata().map_err(internal)?.len();
    let cx = cx.clone();
    let user_id = cx.user.id;
    let running = Running::begin(user_id, "Reading the file", "Stop");
    let options = Options { dry_run, skip_bad, stop: Some(running.flag()) };
    let told = Arc::new(move |progress| {
        // Reading is the smaller part of it.
        let (share, words) = match progress {
            Progress::Reading { done } => {
                (20 * done / bytes.max(1), format!("Read {} of {} kB", grouped(count(done / 1_000)), grouped(count(bytes / 1_000))))
            }
            Progress::Writing { done, total } => {
                let verb = if dry_run { "Tried" } else { "Imported" };
                (20 + 80 * done / total.max(1), format!("{verb} {} of {} rows", grouped(count(done)), grouped(count(total))))
            }
        };
        progress::tell(user_id, share, 100, words);
    });
    let work = move || async move {
        match imports::import(&cx.db, cx.company_id, kind, file, options, told, cx.author(), cx.now).await {
            Err(data::Error::Stopped) => Ok(None),
            outcome => outcome.map(Some),
        }
    };
    ctx::apart(work).await
}

/// The file that this session has tried at this company, if it has not been applied yet.
pub async fn trial(parts: &Parts, company_id: uuid::Uuid) -> Result<Option<ImportTrial>> {
    let kept: Option<Kept> = session_of(parts)?.get(TRIAL).await.map_err(internal)?;
    Ok(kept.filter(|kept| kept.company == company_id).map(|kept| kept.trial))
}

/// Whether rows that were left out can be taken away.
pub async fn has_rest(parts: &Parts) -> Result<bool> {
    let rest: Option<String> = session_of(parts)?.get(REST).await.map_err(internal)?;
    Ok(rest.is_some())
}

/// Imports the file that was tried, with or without its bad rows, and says what it did.
pub async fn apply(cx: &CompanyCtx, upload: &str, skip_bad: bool) -> Result<String> {
    let parts = ctx::parts()?;
    let tried = trial(&parts, cx.company_id).await?.filter(|trial| trial.upload == upload);
    let Some(tried) = tried else {
        return Err(AppError::Conflict("This file was imported already, or another one was uploaded since.".to_owned()));
    };
    let kind: Kind = tried.kind.parse().map_err(internal)?;
    let spool = Spool::of(&parts)?;
    let Some(mut report) = run(cx, kind, &spool.path(&file_of(upload)), false, skip_bad).await? else { return Ok(STOPPED.to_owned()) };
    if report.refused() {
        let message = format!("{} rows of the file are wrong; nothing was imported.", grouped(count(report.wrong_rows())));
        return Err(AppError::Conflict(message));
    }
    let session = session_of(&parts)?;
    session.remove_value(TRIAL).await.map_err(internal)?;
    let before: Option<String> = session.remove(REST).await.map_err(internal)?;
    if let Some(before) = before {
        spool.remove(&rest_of(&before));
    }
    if let Some(rest) = &mut report.rest {
        spool.create(&rest_of(upload)).and_then(|mut file| io::copy(rest, &mut file)).map_err(internal)?;
        session.insert(REST, upload).await.map_err(internal)?;
    }
    spool.remove(&file_of(upload));
    let counts: Vec<String> = told(&report).into_iter().map(|(label, count)| format!("{} {label}", grouped(count))).collect();
    Ok(format!("Imported {}: {}.", tried.file_name, counts.join(", ")))
}

/// Forgets the file that was tried.
pub async fn discard(parts: &Parts) -> Result<()> {
    let kept: Option<Kept> = session_of(parts)?.remove(TRIAL).await.map_err(internal)?;
    if let Some(kept) = kept {
        Spool::of(parts)?.remove(&file_of(&kept.trial.upload));
    }
    Ok(())
}

/// The rows that the last import left out, as they stood in the file, with their reasons.
async fn send_rest(request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    let allowed = company_of(&parts, Action::Import).await;
    let upload: Option<String> = match (allowed, session_of(&parts)) {
        (Ok(_), Ok(session)) => session.get(REST).await.ok().flatten(),
        _ => None,
    };
    let kept = upload.zip(Spool::of(&parts).ok());
    match kept.and_then(|(upload, spool)| fs::read(spool.path(&rest_of(&upload))).ok()) {
        Some(rest) => {
            let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"left-out.csv\"")];
            (headers, rest).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What happened to the rows, as words and counts; what did not happen is left out.
fn told(report: &Report) -> Vec<(String, i64)> {
    [("new", report.created), ("changed", report.changed), ("unchanged", report.unchanged), ("left out", report.skipped)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(label, rows)| (label.to_owned(), count(rows)))
        .collect()
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The file as it came.
fn file_of(upload: &str) -> String {
    format!("{upload}.csv")
}

/// The rows of it that were left out.
fn rest_of(upload: &str) -> String {
    format!("{upload}.rest.csv")
}
