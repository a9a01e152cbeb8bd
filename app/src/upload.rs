//! Files that are imported in the browser: tried when they arrive, applied when a person says so.
//!
//! Plain posts, because files cannot travel as the other forms do. The file waits in the [`Spool`], and what it holds in a row of its
//! uploader's at this company: at most one, whatever number of tabs it is uploaded from.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use domain::Place;
use domain::access::Action;
use domain::money::Decimals;
use domain::page::{are, grouped, number_of};
use exchange::imports::{self, Begun, Going, ImportStatus, Kind, Options, Progress, Remarks, Report, RowError, Told};
use exchange::uploads;
use http::Request;
use http::request::Parts;
use uuid::Uuid;
use views::settings::{AcceptedImport, AlikeRows, ImportProblem, ImportTrial};

use crate::ctx::{self, CompanyCtx, company_of, real_now};
use crate::error::{AppError, Result, said_of};
use crate::flash;
use crate::forms::{Done, FORM_TOKEN, FailedForm, Flash};
use crate::http::internal;
use crate::progress::{self, Running};
use crate::spool::Spool;
use crate::submitted;

/// The form's action, and the page it is on, in their place.
pub const PATH: &str = "/upload/import";
const PAGE: &str = "/settings/import";
/// Where the rows that were left out can be taken from.
pub const REST_PATH: &str = "/upload/import/rest.csv";
/// Files to fill in.
pub const TEMPLATE_PATH: &str = "/upload/import/template";

const BYTES_MAX: u64 = 32 * 1024 * 1024;
const PROBLEMS_SHOWN: usize = 100;
/// Longest value of a field beside the file.
const FIELD_BYTES_MAX: usize = 2_000;
/// Longest message about a row that is kept, in characters.
const PROBLEM_CHARS_MAX: usize = 300;
/// So many files of one person are read at the same time.
const AT_ONCE_MAX: usize = 2;
const STOPPED: &str = "Stopped. Nothing was imported.";

/// How many files of each person are being read.
static READING: LazyLock<Mutex<HashMap<Uuid, usize>>> = LazyLock::new(Mutex::default);

/// One of the files that a person may have read at the same time.
struct Turn(Uuid);

impl Turn {
    fn take(user_id: Uuid) -> Result<Turn> {
        let mut reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
        let count = reading.entry(user_id).or_default();
        if *count >= AT_ONCE_MAX {
            return Err(AppError::Conflict("Other files of yours are being read. Wait for them, or stop them.".to_owned()));
        }
        *count += 1;
        Ok(Turn(user_id))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = reading.get_mut(&self.0) {
            *count -= 1;
        }
        reading.retain(|_, count| *count > 0);
    }
}

/// A file in the spool that goes with whoever gives it up.
struct Waiting {
    spool: Spool,
    name: String,
    kept: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.kept {
            self.spool.remove(&self.name);
        }
    }
}

pub fn router() -> Router {
    let receive = || post(receive).layer(DefaultBodyLimit::disable());
    Router::new()
        .route(&format!("/c/{{company}}{PATH}"), receive())
        // From a page of the time before addresses said whose they are.
        .route(PATH, receive())
}

/// Keeps a file, tries it, and leads back to its page.
async fn receive(request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let place = Place::of_path(parts.uri.path());
    let mut values = Vec::new();
    let outcome = match company_of(&parts, &place, Action::Import).await {
        Ok(cx) => try_file(&cx, &parts, Request::from_parts(parts.clone(), body), &mut values).await,
        Err(error) => Err(error),
    };
    let left = match outcome {
        Ok(done) => Flash { done, ..Flash::default() },
        // Visitors are led to the sign-in page.
        Err(AppError::Unauthenticated) => Flash::default(),
        Err(error) => {
            // What was chosen beside the file stays; a browser sends no file again.
            values.retain(|(name, _)| name != FORM_TOKEN);
            let failed = FailedForm { action: PATH.to_owned(), name: String::new(), error, values, token: None, bare: false };
            Flash { failed: Some(failed), ..Flash::default() }
        }
    };
    let mut response = Redirect::to(&place.at(PAGE)).into_response();
    flash::leave(&parts, &left, &mut response).await;
    response
}

/// Answers with what is to be said where the file was not tried to its end. The fields come before the file.
async fn try_file(cx: &CompanyCtx, parts: &Parts, request: Request<Body>, values: &mut Vec<(String, String)>) -> Result<Option<Done>> {
    let unreadable = |_| AppError::invalid("file", "The upload broke off. Send the file again.");
    let mut fields = Multipart::from_request(request, &()).await.map_err(|_| AppError::invalid("file", "Choose a file."))?;
    while let Some(field) = fields.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            values.push((name, short(field).await?));
            continue;
        }
        let here = Place::of_path(parts.uri.path());
        if submitted::place_of(values) != here || submitted::of_token(parts, PATH, values).await? != Some(cx.user.id) {
            let old = "The file was not read: the page is too old. Choose the file again.";
            return Err(AppError::Conflict(old.to_owned()));
        }
        // Who tries another file is done with the one before, also where this one is refused: what is said about this one must not be
        // read as being about that one.
        discard(cx, parts).await?;
        let kind = values.iter().find(|(name, _)| name == "kind").map(|(_, word)| word.as_str());
        let kind = kind.ok_or_else(|| AppError::invalid("kind", "Say what the file holds."))?;
        let kind = kind.parse::<Kind>().map_err(|message| AppError::invalid("kind", message))?;
        return keep_and_try(cx, parts, kind, told(values), field).await;
    }
    Err(AppError::invalid("file", "Choose a file."))
}

/// What the form says about how the file is written; the rest is guessed, and shown.
fn told(values: &[(String, String)]) -> Told {
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default();
    let decimals = match value("decimals") {
        "comma" => Decimals::Comma,
        "point" => Decimals::Point,
        _ => Decimals::Unsaid,
    };
    Told { delimiter: value("delimiter").parse().ok(), encoding: value("encoding").parse().ok(), decimals, guess: true }
}

/// The value of a field, which is no longer than what our pages send.
async fn short(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| AppError::invalid("file", "The upload broke off. Send the file again."))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_BYTES_MAX {
            return Err(AppError::invalid("", "The form could not be read."));
        }
    }
    String::from_utf8(bytes).map_err(|_| AppError::invalid("", "The form could not be read."))
}

async fn keep_and_try(cx: &CompanyCtx, parts: &Parts, kind: Kind, told: Told, mut field: Field<'_>) -> Result<Option<Done>> {
    let file_name: String = field.file_name().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(200).collect();
    if file_name.is_empty() {
        return Err(AppError::invalid("file", "Choose a file."));
    }
    let _turn = Turn::take(cx.user.id)?;
    let spool = Spool::of(parts)?;
    let upload = upload_name();
    let mut waiting = Waiting { spool: spool.clone(), name: file_of(&upload), kept: false };
    keep(&spool, &waiting.name, &mut field).await?;
    // The good rows too, so that both ways of going on can be shown.
    let options = Options { dry_run: true, skip_bad: true, told, file_name: file_name.clone(), ..Options::default() };
    let Some(Begun::Ended(report)) = run(cx, kind, &spool.path(&waiting.name), options).await? else {
        return Ok(Some(Done::say(STOPPED)));
    };
    let report = *report;
    let format = report.format;
    let trial = ImportTrial {
        upload: upload.clone(),
        file_name,
        kind: kind.word().to_owned(),
        rows: count(report.read),
        counts: counts(&report),
        problem_count: count(report.skipped),
        repeated: count(report.repeated),
        rewards: report.rewards.map(count),
        format: (format.delimiter.word().to_owned(), format.encoding.word().to_owned(), format.decimals),
        read_with: format.words().into_iter().map(str::to_owned).collect(),
        ignored: report.ignored,
        first: screens::imports::first_rows(&cx.company, kind, &report.first)?,
        problems: problems(report.errors),
        voided: count(report.voided.rows),
        voided_groups: alike(report.voided),
        doubt_groups: alike(report.doubts),
    };
    let detail = serde_json::to_string(&trial).map_err(internal)?;
    let before = uploads::replace(&cx.db, owner(cx), uploads::Kind::Tried, &upload, &detail, real_now()).await?;
    waiting.kept = true;
    if let Some(before) = before {
        spool.remove(&file_of(&before));
    }
    Ok(None)
}

/// What is said of several rows.
fn alike(of_rows: Remarks) -> Vec<AlikeRows> {
    let groups = of_rows.groups.into_iter();
    groups.map(|group| AlikeRows { about: group.about.to_owned(), count: count(group.rows), rows: problems(group.named) }).collect()
}

/// What is said of rows: the first of it.
fn problems(of_rows: Vec<RowError>) -> Vec<ImportProblem> {
    let short = |text: String| text.chars().take(PROBLEM_CHARS_MAX).collect();
    let problem = |said: RowError| {
        let subject = if said.field.is_empty() { "The row" } else { "This" };
        ImportProblem { line: count(said.row), field: short(said.field), message: short(said_of(subject, &said.message)) }
    };
    of_rows.into_iter().take(PROBLEMS_SHOWN).map(problem).collect()
}

/// Whose files these are.
fn owner(cx: &CompanyCtx) -> uploads::Owner {
    uploads::Owner { user_id: cx.user.id, company_id: cx.company_id }
}

async fn keep(spool: &Spool, name: &str, field: &mut Field<'_>) -> Result<()> {
    let mut file = spool.create(name).map_err(data::Error::from)?;
    let mut bytes: u64 = 0;
    while let Some(chunk) = field.chunk().await.map_err(|_| AppError::invalid("file", "The upload broke off. Send the file again."))? {
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if bytes > BYTES_MAX {
            return Err(AppError::invalid("file", "This file is larger than 32 MB. Import it with the command line: tributary import."));
        }
        file.write_all(&chunk).map_err(data::Error::from)?;
    }
    Ok(())
}

/// A name that nobody can guess, fit for a file.
fn upload_name() -> String {
    leptos::nonce::Nonce::new().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// Begins to import a file; `None` when its importer stopped it.
async fn run(cx: &CompanyCtx, kind: Kind, path: &Path, options: Options) -> Result<Option<Begun>> {
    let file = File::open(path).map_err(|_| AppError::Conflict("The file is no longer here. Upload it again.".to_owned()))?;
    let bytes = file.metadata().map_err(internal)?.len();
    let cx = cx.clone();
    let user_id = cx.user.id;
    let running = Running::begin(user_id, "Reading the file", "Stop");
    let dry_run = options.dry_run;
    let options = Options { stop: Some(running.flag()), ..options };
    let told = Arc::new(move |progress| {
        // Reading is the smaller part of it.
        let (share, words) = match progress {
            Progress::Reading { done } => {
                (20 * done / bytes.max(1), format!("Read {} of {} kB", grouped(count(done / 1_000)), grouped(count(bytes / 1_000))))
            }
            Progress::Writing { done, total } => {
                let verb = if dry_run { "Checked" } else { "Imported" };
                (20 + 80 * done / total.max(1), format!("{verb} {} of {} rows", grouped(count(done)), grouped(count(total))))
            }
        };
        progress::tell(user_id, share, 100, words);
    });
    let work = move || async move {
        match imports::begin(&cx.db, &cx.act(), kind, file, options, told).await {
            Err(data::Error::Stopped) => Ok(None),
            outcome => outcome.map(Some),
        }
    };
    ctx::apart(work).await
}

/// The file that this person has tried at this company, if it has not been applied yet.
pub async fn trial(cx: &CompanyCtx) -> Result<Option<ImportTrial>> {
    let kept = uploads::find(&cx.db, owner(cx), uploads::Kind::Tried).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept.detail).ok()))
}

/// Whether rows that were left out can be taken away.
pub async fn has_rest(cx: &CompanyCtx) -> Result<bool> {
    Ok(uploads::find(&cx.db, owner(cx), uploads::Kind::Rest).await?.is_some())
}

/// Imports the file that was tried, with or without its bad rows, and says what it did, or that it will be done.
pub async fn apply(cx: &CompanyCtx, upload: &str, skip_bad: bool, again: bool) -> Result<String> {
    let parts = ctx::parts()?;
    let tried = trial(cx).await?.filter(|trial| trial.upload == upload);
    let Some(tried) = tried else {
        return Err(AppError::Conflict("This file was imported already, or another one was uploaded since.".to_owned()));
    };
    let kind: Kind = tried.kind.parse().map_err(internal)?;
    let spool = Spool::of(&parts)?;
    let (delimiter, encoding, decimals) = tried.format;
    // What was shown is what was agreed to.
    let told = Told { delimiter: delimiter.parse().ok(), encoding: encoding.parse().ok(), decimals, guess: false };
    let options = Options { skip_bad, again, told, file_name: tried.file_name.clone(), ..Options::default() };
    let begun = run(cx, kind, &spool.path(&file_of(upload)), options).await?;
    let (mut report, accepted) = match begun {
        Some(Begun::Ended(report)) => (report, None),
        Some(Begun::Accepted { import_id, report }) => (report, Some(import_id)),
        None => return Ok(STOPPED.to_owned()),
    };
    if report.refused() {
        let wrong = report.wrong_rows();
        let message = format!("{} of the file {} wrong; nothing was imported.", number_of(wrong, "row", "rows"), are(wrong));
        return Err(AppError::Conflict(message));
    }
    // It is imported; that it can't be tidied up after must not say otherwise.
    let tidied = tidy_up(cx, &spool, upload, report.rest.as_mut()).await;
    if let Err(error) = &tidied {
        tracing::warn!(?error, "a file that was imported is still offered");
    }
    if let Some(import_id) = accepted {
        write_on(cx, import_id);
        let rows = grouped(count(report.created + report.changed + report.unchanged));
        return Ok(format!("Importing {rows} rows of {}. This page shows how far it is; you can leave it.", tried.file_name));
    }
    let counts: Vec<String> = counts(&report).into_iter().map(|(label, count)| format!("{} {label}", grouped(count))).collect();
    let lost = if tidied.is_err() && report.skipped > 0 { " What was left out could not be kept for you." } else { "" };
    Ok(format!("Imported {}: {}.{lost}", tried.file_name, counts.join(", ")))
}

/// Forgets the file that was imported, and keeps the rows of it that were left out.
async fn tidy_up(cx: &CompanyCtx, spool: &Spool, upload: &str, rest: Option<&mut File>) -> Result<()> {
    uploads::remove(&cx.db, owner(cx), uploads::Kind::Tried, Some(upload)).await?;
    let before = match rest {
        Some(rest) => {
            let mut waiting = Waiting { spool: spool.clone(), name: rest_of(upload), kept: false };
            spool.create(&waiting.name).and_then(|mut file| io::copy(rest, &mut file)).map_err(data::Error::from)?;
            let before = uploads::replace(&cx.db, owner(cx), uploads::Kind::Rest, upload, "", real_now()).await?;
            waiting.kept = true;
            before
        }
        None => uploads::remove(&cx.db, owner(cx), uploads::Kind::Rest, None).await?,
    };
    if let Some(before) = before {
        spool.remove(&rest_of(&before));
    }
    spool.remove(&file_of(upload));
    Ok(())
}

/// Goes on with what was accepted for as long as a person waits, and apart from then on. What it did, if it came to its end.
pub async fn go_on(cx: &CompanyCtx, id: Uuid) -> Result<Option<ImportStatus>> {
    let going = imports::go_on_apart(&cx.db, id, Uuid::now_v7().to_string(), imports::LEASE).await;
    if let Err(error) = &going {
        tracing::error!(%error, "what was accepted is gone on with later");
        return Ok(None);
    }
    if !matches!(going, Ok(Going::Ended)) {
        write_on(cx, id);
        return Ok(None);
    }
    Ok(imports::latest(cx.db.read(), cx.company_id).await?.filter(|last| last.import_id == id))
}

/// Writes an accepted import to its end. Whatever becomes of this process, another one goes on with it.
fn write_on(cx: &CompanyCtx, import_id: Uuid) {
    let (db, worker) = (cx.db.clone(), Uuid::now_v7().to_string());
    tokio::spawn(async move {
        loop {
            match imports::go_on_apart(&db, import_id, worker.clone(), imports::LEASE).await {
                Ok(Going::More) => {}
                Ok(Going::Ended | Going::Held) => return,
                Err(error) => {
                    tracing::error!(%error, "an accepted import is gone on with later");
                    return;
                }
            }
        }
    });
}

/// The company's import that is being written, or the last one if rows of it became impossible.
pub async fn accepted(cx: &CompanyCtx) -> Result<Option<AcceptedImport>> {
    let last = imports::latest(cx.db.read(), cx.company_id).await?;
    Ok(last.filter(|last| !last.ended || last.impossible > 0).map(|last| AcceptedImport {
        kind: last.kind,
        file_name: last.file_name,
        done: count(last.done),
        total: count(last.total),
        ended: last.ended,
        impossible: count(last.impossible),
        problems: problems(last.late),
    }))
}

/// Forgets the file that was tried.
pub async fn discard(cx: &CompanyCtx, parts: &Parts) -> Result<()> {
    if let Some(upload) = uploads::remove(&cx.db, owner(cx), uploads::Kind::Tried, None).await? {
        Spool::of(parts)?.remove(&file_of(&upload));
    }
    Ok(())
}

/// The rows that the last import left out, as they stood in the file, with their reasons.
pub async fn rest(cx: &CompanyCtx, parts: &Parts) -> Result<Vec<u8>> {
    let gone = || AppError::NotFound("This file".to_owned());
    let kept = uploads::find(&cx.db, owner(cx), uploads::Kind::Rest).await?.ok_or_else(gone)?;
    fs::read(Spool::of(parts)?.path(&rest_of(&kept.name))).map_err(|_| gone())
}

/// What happened to the rows, as words and counts; what did not happen is left out.
fn counts(report: &Report) -> Vec<(String, i64)> {
    let all = [
        ("new", report.created),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
        ("left out", report.skipped),
        ("left out as voided", report.voided.rows),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).map(|(label, rows)| (label.to_owned(), count(rows))).collect()
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
