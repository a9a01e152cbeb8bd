//! `tributary serve`

use std::time::Duration;

use data::Db;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::background;
use crate::commands::open;
use crate::config::Config;
use crate::connections::{self, Limits};
use crate::console::{Outcome, note, say};
use crate::router;
use crate::state::AppState;

/// How long requests under way may take to end after the signal to stop. Then no write begins any more.
const GRACE: Duration = Duration::from_secs(10);
/// How long writes that have begun by then, and the answers that tell of them, may take.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: Config,
}

pub async fn run(url: &str, args: Args) -> Outcome {
    let files = connections::raise_file_limit();
    let db = open(url).await?;
    data::installation::ensure(&db).await?;
    tell_simulated_money(&db).await?;
    let listener =
        TcpListener::bind(args.config.listen).await.map_err(|error| format!("cannot listen on {}: {error}", args.config.listen))?;
    let address = listener.local_addr()?;

    let stop = CancellationToken::new();
    let mail_dir = args.config.mail_dir.clone();
    let limits = Limits::new(files, args.config.per_address());
    let state = AppState::new(db.clone(), url, args.config);
    let work = [
        tokio::spawn(background::do_due_work(db.clone(), state.due.clone(), stop.clone())),
        tokio::spawn(background::purge(db.clone(), state.spool.clone(), mail_dir, stop.clone())),
    ];
    if state.assets.is_empty() {
        tracing::warn!("this binary carries no client: pages come without styles and scripts");
    }
    let router = router::build(state);
    say(&format!("Tributary listens on http://{address}"))?;
    tell_demo_users(&db).await?;

    let mut serving = tokio::spawn(connections::serve(listener, router, limits, stop.clone()));
    tokio::select! {
        () = signalled() => note("stopping"),
        ended = &mut serving => return ended.map_err(|error| error.to_string().into()),
    }
    stop.cancel();
    if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
        tracing::warn!("requests did not end in time: those that wait to write are refused");
        let told = async {
            db.end_writing().await;
            // However it ended.
            let _ = (&mut serving).await;
        };
        if tokio::time::timeout(LAST_ANSWERS, told).await.is_err() {
            tracing::warn!("requests were broken off");
            serving.abort();
        }
    }
    for task in work {
        if tokio::time::timeout(GRACE, task).await.is_err() {
            tracing::warn!("background work did not end in time; it goes on after the next start");
        }
    }
    db.close().await?;
    Ok(())
}

/// What an older version let people choose in production.
async fn tell_simulated_money(db: &Db) -> Outcome {
    for company in data::programme::simulated_money::waiting_companies(db.read()).await? {
        note(&format!(
            "The money of {} ({}) is simulated, which is for sandboxes only. Its charges and payouts wait until its company profile says how money moves.",
            company.name, company.key
        ));
    }
    Ok(())
}

/// The sign-in page of a sandbox offers them too, with one click each. The password is told while it is the demo's own.
async fn tell_demo_users(db: &Db) -> Outcome {
    for user in screens::session::demo_users(db).await? {
        let is_demo = data::people::accounts::has_password(db, &user.email, exchange::demo::PASSWORD).await?;
        let password = if is_demo { format!("  {}", exchange::demo::PASSWORD) } else { String::new() };
        say(&format!("  {:<13}  {}{password}  ({})", user.label.to_lowercase(), user.email, user.place))?;
    }
    Ok(())
}

/// Ctrl-C, or the signal of a service manager.
async fn signalled() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without a way to hear the signal, the process ends only by being ended.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}
