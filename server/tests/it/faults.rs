//! A fault at the n-th statement of every write of the web, for n = 1, 2, … until the write passes. What was refused left nothing,
//! what was acknowledged is stored once, after a kill or a clean stop too, and the same form sent again changes nothing more.
//!
//! `TRIBUTARY_FAULTS=all` takes every statement; otherwise one of each write is taken for each kind of fault, by `FAULTS_SEED`.

use std::time::Duration;

use axum::http::StatusCode;
use data::store::entities::flashes;
use data::store::faults::Fault;
use sea_orm::EntityTrait;
use server::config::Config;
use tempfile::TempDir;

use crate::access::Crowd;
use crate::fingerprint::{Fingerprint, beyond};
use crate::harness::TestApp;
use crate::on_both;
use crate::prepared::{CARRIED_OUT_LATER, Form, MOVE_CLOCK, UPLOAD, Write, writes};
use crate::random::Random;
use crate::testing::{Template, TestDb};

const FAULTS: [Fault; 2] = [Fault::Undone, Fault::AnswerLost];
/// Lines of a difference that are shown.
const SHOWN_MAX: usize = 6;

fn all() -> bool {
    std::env::var("TRIBUTARY_FAULTS").is_ok_and(|faults| faults == "all")
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Uncertain,
    Refused(String),
}

/// A server over a copy of a company, with the files that wait there.
struct Copy {
    db: TestDb,
    app: TestApp,
    spool: TempDir,
}

impl Copy {
    async fn of(template: &Template, files: &TempDir) -> Copy {
        let spool = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(files.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), spool.path().join(file.file_name())).unwrap();
        }
        Copy::over(template.copy().await, spool).await
    }

    async fn over(db: TestDb, spool: TempDir) -> Copy {
        let configure = |mut config: Config| {
            config.spool_dir = Some(spool.path().to_owned());
            config
        };
        // Nobody else works here, so nobody need wait until a worker that failed is taken to be gone.
        let app = TestApp::over(&db, configure, Some(Duration::ZERO)).await;
        Copy { db, app, spool }
    }

    /// The same company in a process that was started anew.
    async fn again(self, killed: bool) -> Copy {
        let Copy { db, app, spool } = self;
        drop(app);
        let db = if killed { db.killed().await } else { db.stopped().await };
        Copy::over(db, spool).await
    }

    /// What becomes of a form, with a fault at this statement, and whether the fault came about.
    async fn send(&self, form: &Form, fault: Option<(u32, Fault)>) -> (Outcome, bool) {
        self.forget_messages().await;
        if let Some((n, fault)) = fault {
            self.db.faults().plan(n, fault);
        }
        let answer = form.send(&self.app).await;
        let struck = fault.is_some() && !self.db.faults().cancel();
        if CARRIED_OUT_LATER.contains(&form.path) {
            let patience = Duration::from_secs(30);
            exchange::imports::wait_for_open(&self.db, self.app.company_id, patience).await.unwrap();
        }
        let words = match form.path {
            UPLOAD => self.failure().await,
            _ if answer.status.is_success() || answer.status == StatusCode::SEE_OTHER => None,
            _ => Some(format!("{} {}", answer.status, answer.body)),
        };
        let outcome = match words {
            None => Outcome::Done,
            Some(words) if words.contains("isn't known whether") => Outcome::Uncertain,
            Some(words) => Outcome::Refused(words),
        };
        (outcome, struck)
    }

    async fn forget_messages(&self) {
        let forgotten: data::Result<()> = data::transact!(self.db, |tx| {
            flashes::Entity::delete_many().exec(tx).await?;
            Ok(())
        });
        forgotten.unwrap();
    }

    /// What the next page would say of a file that was refused.
    async fn failure(&self) -> Option<String> {
        let left = flashes::Entity::find().all(self.db.read()).await.unwrap();
        left.into_iter().map(|flash| flash.content).find(|content| content.contains("\"failed\":{"))
    }
}

#[derive(Default)]
struct Tally {
    writes: usize,
    statements: u64,
    faults: usize,
    acknowledged: usize,
    refused: usize,
    uncertain: usize,
    lost: usize,
    doubled: usize,
    kills: usize,
    stops: usize,
    problems: Vec<String>,
}

/// One write in one of its ways, from a state in which it can be done.
struct Trial {
    write: Write,
    form: Form,
    template: Template,
    files: TempDir,
    fingerprint: Fingerprint,
    before: Vec<String>,
    after: Vec<String>,
    statements: u32,
}

impl Trial {
    async fn of(write: Write, base: &Template, crowd: &mut Crowd) -> Result<Trial, String> {
        let Copy { db, app, spool: files } = Copy::of(base, &tempfile::tempdir().unwrap()).await;
        crowd.app = app;
        let form = write.prepare(crowd).await;
        let fingerprint = Fingerprint::of(&db).await;
        let before = fingerprint.take(&db).await;
        let template = db.freeze().await;

        let calm = Copy::of(&template, &files).await;
        let ((outcome, _), sent) = calm.db.faults().count(calm.send(&form, None)).await;
        // Forgetting the messages is a transaction of three statements.
        let statements = sent - 3;
        let after = fingerprint.take(&calm.db).await;
        calm.db.remove().await;
        if outcome != Outcome::Done || (statements == 0) != (after == before) {
            let more = beyond(&before, &after, &[]);
            return Err(format!("{write}: say in `prepared.rs` what comes before it: {outcome:?}, {statements} statements, {more:?}"));
        }
        Ok(Trial { write, form, template, files, fingerprint, before, after, statements })
    }

    /// A fault at each of these statements.
    async fn disturb(&self, fault: Fault, statements: &[u32], tally: &mut Tally) {
        let mut copy = None;
        for n in statements.iter().copied() {
            let here = match copy.take() {
                Some(copy) => copy,
                None => Copy::of(&self.template, &self.files).await,
            };
            let (outcome, struck) = here.send(&self.form, Some((n, fault))).await;
            tally.faults += usize::from(struck);
            let now = self.fingerprint.take(&here.db).await;
            let at = format!("{fault:?} at statement {n} of {}", self.statements);
            match outcome {
                Outcome::Done => {
                    tally.acknowledged += 1;
                    self.look(&at, "acknowledged", &now, tally);
                    self.end(here, &at, tally).await;
                    continue;
                }
                Outcome::Uncertain if self.is(&now, &self.after) => {
                    tally.uncertain += 1;
                    self.end(here, &at, tally).await;
                    continue;
                }
                Outcome::Uncertain => {
                    tally.uncertain += 1;
                    if !self.is(&now, &self.before) {
                        tally.problems.push(format!("{} was uncertain with {at}, and is half done: {}", self.write, self.shown(&now)));
                    }
                }
                Outcome::Refused(words) => {
                    tally.refused += 1;
                    if !struck || !self.write.may_say(&words) {
                        tally.problems.push(format!("{} was refused with {at}: {words}", self.write));
                    }
                    // The clock stops on the way, and says so.
                    if !self.is(&now, &self.before) && self.write.path != MOVE_CLOCK {
                        let left = beyond(&self.before, &now, &[]).join("\n    ");
                        tally.problems.push(format!("{} was refused with {at} and left:\n    {left}\n    {words}", self.write));
                    }
                }
            }
            if self.write.starts_over() {
                self.send_again(here, &at, tally).await;
            } else {
                copy = Some(here);
            }
        }
        if let Some(here) = copy {
            self.send_again(here, &format!("{fault:?} before"), tally).await;
        }
    }

    /// Without a fault: it passes.
    async fn send_again(&self, here: Copy, at: &str, tally: &mut Tally) {
        let (outcome, _) = here.send(&self.form, None).await;
        if outcome != Outcome::Done {
            tally.problems.push(format!("{} did not pass when it was sent again, {at}: {outcome:?}", self.write));
        }
        tally.acknowledged += usize::from(outcome == Outcome::Done);
        self.look(at, "sent again", &self.fingerprint.take(&here.db).await, tally);
        self.end(here, at, tally).await;
    }

    /// Sent once more, killed or stopped, and looked at again.
    async fn end(&self, copy: Copy, at: &str, tally: &mut Tally) {
        if self.form.has_token() {
            let (outcome, _) = copy.send(&self.form, None).await;
            if outcome != Outcome::Done {
                tally.problems.push(format!("{} was not answered as before, after {at}: {outcome:?}", self.write));
            }
        }
        let killed = tally.kills <= tally.stops;
        *(if killed { &mut tally.kills } else { &mut tally.stops }) += 1;
        let copy = copy.again(killed).await;
        self.look(at, if killed { "killed" } else { "stopped" }, &self.fingerprint.take(&copy.db).await, tally);
        let report = exchange::verify::verify(&copy.db).await.unwrap();
        if !report.holds() {
            tally.problems.push(format!("{} broke the books, {at}: {:?}", self.write, report.broken().collect::<Vec<_>>()));
        }
        copy.db.remove().await;
    }

    /// Whether everything is there once.
    fn look(&self, at: &str, when: &str, now: &[String], tally: &mut Tally) {
        let (missing, more) = self.difference(now, &self.after);
        tally.lost += usize::from(!missing.is_empty());
        tally.doubled += usize::from(missing.is_empty() && !more.is_empty());
        if !missing.is_empty() || !more.is_empty() {
            tally.problems.push(format!("{}, {when}, {at}: {}", self.write, self.shown(now)));
        }
    }

    fn is(&self, now: &[String], wanted: &[String]) -> bool {
        let (missing, more) = self.difference(now, wanted);
        missing.is_empty() && more.is_empty()
    }

    /// What is missing, and what is too much.
    fn difference<'a>(&self, now: &'a [String], wanted: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
        (beyond(now, wanted, self.write.less()), beyond(wanted, now, self.write.more()))
    }

    fn shown(&self, now: &[String]) -> String {
        let shown = |lines: Vec<&str>| lines.into_iter().take(SHOWN_MAX).map(|line| format!("\n    {line}")).collect::<String>();
        let (missing, more) = self.difference(now, &self.after);
        format!("missing{}\n  too much{}", shown(missing), shown(more))
    }
}

async fn fresh(like: &TestDb) -> TestDb {
    if like.kind() == "SQLite" { TestDb::sqlite().await } else { TestDb::postgres().await.unwrap() }
}

on_both! {
    async fn no_write_is_lost_or_done_twice_by_a_fault_at_any_statement(db: &TestDb) {
        let first = fresh(db).await;
        let mut crowd = Crowd::gather(&first).await;
        let (writes, rows) = writes(&crowd.app).await;
        let base = first.freeze().await;
        let mut random = Random::seeded("FAULTS_SEED");
        let mut tally = Tally::default();
        let mut walked = std::collections::BTreeSet::new();
        for write in writes {
            walked.insert((write.path, write.arguments));
            let trial = match Trial::of(write, &base, &mut crowd).await {
                Ok(trial) => trial,
                Err(problem) => {
                    tally.problems.push(problem);
                    continue;
                }
            };
            if all() {
                eprintln!("{}: {write}, {} statements", db.kind(), trial.statements);
            }
            tally.writes += 1;
            tally.statements += u64::from(trial.statements);
            for fault in FAULTS {
                let statements: Vec<u32> = match trial.statements {
                    // It writes nothing in the database.
                    0 => vec![1],
                    last if all() => (1..=last).collect(),
                    last => vec![1 + u32::try_from(random.below(last as usize)).unwrap()],
                };
                trial.disturb(fault, &statements, &mut tally).await;
            }
            trial.template.remove().await;
        }
        base.remove().await;
        assert_eq!(walked.len(), rows, "every write of the role walk");
        let Tally { writes, statements, faults, acknowledged, refused, uncertain, lost, doubled, kills, stops, problems } = tally;
        eprintln!("{rows} rows of the role walk, {kills} kills and {stops} stops, {uncertain} answers that left it open");
        eprintln!(
            "kills | writes of the web, {} | writes {writes} | statements {statements} | faults {faults} | acknowledged {acknowledged} | refused {refused} \
             | lost {lost} | doubled {doubled}",
            db.kind()
        );
        assert!(problems.is_empty(), "{}\n{}", problems.len(), problems.join("\n"));
    }
}
