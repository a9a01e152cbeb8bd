//! Every command on every kind of thing that an address may lead to: what is done, what is said, and what is left alone.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sea_orm::ConnectionTrait;

use crate::harness::{NOW, PROGRAMME, Program};
use crate::testing::TestDb;

/// Commands that may begin an installation. The last two take long where they are not refused.
const BEGIN: [&[&str]; 4] =
    [&["init", "--sandbox", "--now", NOW], &["program", "apply", "programme.toml"], &["demo"], &["serve", "--listen", "127.0.0.1:0"]];
const CHANGE: [&[&str]; 6] = [
    &["run-due"],
    &["import", "partners", "partners.csv", "--company", "northwind"],
    &["user", "add", "--email", "a@example.com", "--company", "northwind", "--role", "owner", "--link"],
    &["user", "sign-out", "--email", "mia@northwind.example"],
    &["user", "remove", "--email", "a@example.com"],
    &["partner", "rename-key", "acme", "apex", "--company", "northwind"],
];
const READ: [&[&str]; 5] = [
    &["verify"],
    &["user", "list"],
    &["export", "partners", "--company", "northwind", "--format", "csv"],
    &["program", "export", "--company", "northwind"],
    &["backup", "copy.db"],
];

const MISSING: &str = "there is no database at";
const FOLDER: &str = "is a folder";
const NOT_BEGUN: &str = "there is no installation in this database yet";
const FOREIGN: &str = "this is not a Tributary database";
const NEWER: &str = "this database was made by a newer Tributary (it has m0999_future)";
const OLDER: &str = "this database was made by an earlier Tributary (it lacks m0012_sign_ins)";
const NO_DATABASE: &str = "is not a SQLite database";
const READ_ONLY: &str = "is read-only";

/// What is at an address, and what commands that begin, change and read say to it; `None` where they do their work.
struct Place {
    name: &'static str,
    said: [Option<&'static str>; 3],
}

const PLACES: [Place; 10] = [
    Place { name: "missing.db", said: [None, Some(MISSING), Some(MISSING)] },
    Place { name: "folder.db", said: [Some(FOLDER); 3] },
    Place { name: "empty.db", said: [None, Some(NOT_BEGUN), Some(NOT_BEGUN)] },
    Place { name: "foreign.db", said: [Some(FOREIGN); 3] },
    Place { name: "foreign-wal.db", said: [Some(FOREIGN); 3] },
    Place { name: "ours-without-steps.db", said: [Some(FOREIGN); 3] },
    Place { name: "newer.db", said: [Some(NEWER); 3] },
    Place { name: "older.db", said: [None, None, Some(OLDER)] },
    Place { name: "text.db", said: [Some(NO_DATABASE); 3] },
    Place { name: "read-only.db", said: [Some(READ_ONLY), Some(READ_ONLY), None] },
];

async fn execute(url: &str, sql: &str) {
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

fn program_with_places() -> Program {
    let program = Program::with_company();
    program.file("partners.csv", "partner_key\nacme\n");
    program.ok(&["import", "partners", "partners.csv", "--company", "northwind"]);
    program.ok(&["user", "add", "--email", "mia@northwind.example", "--company", "northwind", "--role", "owner", "--link"]);
    for name in ["ours-without-steps.db", "newer.db", "older.db", "read-only.db"] {
        fs::copy(program.path("var/tributary.db"), program.path(name)).unwrap();
    }
    fs::create_dir(program.path("folder.db")).unwrap();
    program.file("empty.db", "");
    program.file("text.db", "not a database, whatever it is called");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (name, sql) in [
        ("foreign.db", "CREATE TABLE invoices (id INTEGER); CREATE TABLE other (id INTEGER); INSERT INTO other VALUES (1)"),
        ("foreign-wal.db", "PRAGMA journal_mode = wal; CREATE TABLE companies (id INTEGER)"),
        ("ours-without-steps.db", "DROP TABLE seaql_migrations"),
        ("newer.db", "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_future', 0)"),
        ("older.db", "DROP TABLE sign_in_networks; DELETE FROM seaql_migrations WHERE version = 'm0012_sign_ins'"),
    ] {
        runtime.block_on(execute(&format!("sqlite://{}?mode=rwc", program.path(name).display()), sql));
    }
    fs::set_permissions(program.path("read-only.db"), fs::Permissions::from_mode(0o444)).unwrap();
    program
}

/// The files in a folder.
fn files(folder: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).ok())).collect()
}

fn on<'a>(url: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--database", url], arguments].concat()
}

#[test]
fn what_is_not_for_a_command_is_refused_in_words_and_left_alone() {
    let program = program_with_places();
    let before = files(&program.path(""));
    for place in &PLACES {
        let url = format!("sqlite://{}", place.name);
        for (commands, said) in [&BEGIN[..], &CHANGE, &READ].into_iter().zip(place.said) {
            let Some(said) = said else { continue };
            for command in commands {
                let ran = program.run(&on(&url, command));
                assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{url}, {command:?}: {}", ran.stderr);
                assert!(ran.stderr.starts_with("tributary: ") && ran.stderr.contains(said), "{url}, {command:?}: {}", ran.stderr);
                assert_eq!(ran.stderr.lines().count(), 1, "{url}, {command:?}: {}", ran.stderr);
                assert!(files(&program.path("")) == before, "{url}, {command:?}: {:?}", files(&program.path("")).keys());
            }
        }
    }
    assert!(program.refused(&["--database", "sqlite://deep/missing.db", "run-due"]).contains(MISSING));
    assert!(program.refused(&["--database", "sqlite://text.db/inside.db", "init"]).contains("text.db/inside.db: Not a directory"));
    assert!(files(&program.path("")) == before);
}

#[test]
fn what_is_for_a_command_is_used() {
    for place in &PLACES {
        let url = format!("sqlite://{}", place.name);
        for (commands, said) in [&BEGIN[..2], &CHANGE, &READ].into_iter().zip(place.said) {
            if said.is_some() {
                continue;
            }
            let program = program_with_places();
            let before = files(&program.path(""));
            for command in commands {
                let ran = program.run(&on(&url, command));
                // The programme tells of itself, and needs a company only where there is one to change.
                assert_eq!(ran.code, 0, "{url}, {command:?}: {}", ran.stderr);
            }
            if commands == READ {
                let mut after = files(&program.path(""));
                assert!(after.remove("copy.db").is_some());
                assert!(after == before, "{url}: {:?}", after.keys());
            }
        }
    }
}

#[test]
fn a_copy_is_put_only_where_nothing_is_and_only_one_of_ours() {
    let program = program_with_places();
    program.ok(&["backup", "good.copy"]);
    for place in &PLACES {
        let url = format!("sqlite://{}", place.name);
        let from = match place.name {
            "older.db" | "read-only.db" => continue,
            "empty.db" => "is empty",
            _ => place.said[2].unwrap_or_default(),
        };
        let from = from.trim_start_matches("this database ").trim_start_matches("this ");
        let before = files(&program.path(""));
        let said = program.refused(&["--database", "sqlite://deep/fresh.db", "restore", place.name]);
        assert!(said.contains(from), "{}: {said}", place.name);
        if place.name != "missing.db" && place.name != "empty.db" {
            let said = program.refused(&on(&url, &["restore", "good.copy"]));
            assert!(said.contains("is there already") || said.contains(FOLDER), "{url}: {said}");
        }
        assert!(files(&program.path("")) == before, "{}", place.name);
    }
    for name in ["missing.db", "empty.db"] {
        let url = format!("sqlite://{name}");
        program.ok(&on(&url, &["restore", "good.copy"]));
        program.ok(&on(&url, &["verify"]));
    }
    // Of an earlier version: proved once it is brought up to date.
    program.ok(&["--database", "sqlite://deep/fresh.db", "restore", "older.db"]);
    program.ok(&["--database", "sqlite://deep/fresh.db", "run-due"]);
    program.ok(&["--database", "sqlite://deep/fresh.db", "verify"]);
}

#[test]
fn steps_that_fail_leave_the_file_and_no_copies() {
    let program = program_with_places();
    // A step after the first of those that are missing finds its table there.
    let url = format!("sqlite://{}", program.path("older.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(execute(&url, "DELETE FROM seaql_migrations WHERE version = 'm0014_write_trials'"));
    let before = files(&program.path(""));
    for _ in 0..2 {
        let said = program.refused(&on(&url, BEGIN[0]));
        assert!(said.contains("write_trials"), "{said}");
        let after = files(&program.path(""));
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert!(program.refused(&on(&url, &["verify"])).contains(OLDER));
    }
    runtime.block_on(execute(&url, "DROP TABLE write_trials"));
    program.ok(&on(&url, BEGIN[0]));
    program.ok(&on(&url, &["verify"]));
}

/// PostgreSQL: only the schema that is ours is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_s_database_is_looked_at_before_it_is_used() {
    let Some(db) = TestDb::postgres().await else { return };
    let program = Program::new();
    program.file("programme.toml", PROGRAMME);
    program.file("partners.csv", "partner_key\nacme\n");
    let fresh = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS theirs CASCADE; \
                 CREATE SCHEMA theirs; CREATE TABLE theirs.invoices (id int); ";
    let refuses = |commands: &[&[&str]], said: &str| {
        for command in commands.iter().filter(|command| command[0] != "backup") {
            let message = program.refused(&on(db.url(), command));
            assert!(message.contains(said), "{command:?}: {message}");
        }
    };
    for foreign in ["CREATE TABLE invoices (id int)", "CREATE VIEW notes AS SELECT 1", "CREATE TABLE seaql_migrations (name text)"] {
        execute(db.url(), &format!("{fresh}{foreign}")).await;
        for commands in [&BEGIN[..], &CHANGE, &READ] {
            refuses(commands, FOREIGN);
        }
        // Nothing was put beside it.
        execute(
            db.url(),
            "DO $$ BEGIN ASSERT (SELECT count(*) = 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'); END $$",
        )
        .await;
    }
    execute(db.url(), fresh).await;
    refuses(&CHANGE, NOT_BEGUN);
    refuses(&READ, NOT_BEGUN);
    execute(db.url(), "DO $$ BEGIN ASSERT NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace); END $$").await;
    program.ok(&on(db.url(), BEGIN[0]));
    program.ok(&on(db.url(), BEGIN[1]));
    program.ok(&on(db.url(), &["verify"]));
    execute(db.url(), "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_future', 0)").await;
    for commands in [&BEGIN[..], &CHANGE, &READ] {
        refuses(commands, NEWER);
    }
    db.remove().await;
}
