//! Copies of the database, and commands that only read: what they leave alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use sea_orm::ConnectionTrait;

use crate::harness::{NOW, PROGRAMME, Program};
use crate::testing::TestDb;

const DATABASE: &str = "var/tributary.db";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn with_sales() -> Program {
    let program = Program::new();
    record_sales(&program, &format!("sqlite://{DATABASE}"));
    program
}

fn record_sales(program: &Program, database: &str) {
    let ok = |arguments: &[&str]| program.ok(&[&["--database", database], arguments].concat());
    ok(&["init", "--sandbox", "--now", NOW]);
    program.file("programme.toml", PROGRAMME);
    ok(&["program", "apply", "programme.toml"]);
    program.file("partners.csv", "partner_key,name,email,first_name,last_name,group\nacme,Acme,acme@example.com,,,affiliates\n");
    program.file("customers.csv", "customer_key,name,email,partner_key,created_at\nc1,,c1@example.com,acme,2026-01-01T00:00:00Z\n");
    program.file(
        "sales.csv",
        "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\ns1,c1,10.00,USD,2026-03-01T00:00:00Z,,,\n",
    );
    for (kind, file) in [("partners", "partners.csv"), ("customers", "customers.csv"), ("transactions", "sales.csv")] {
        ok(&["import", kind, file, "--company", "northwind"]);
    }
}

fn rewards(program: &Program, database: &str) -> String {
    rewards_at(program, &format!("sqlite://{database}"))
}

fn rewards_at(program: &Program, url: &str) -> String {
    program.ok(&["--database", url, "export", "rewards", "--company", "northwind", "--format", "csv"])
}

/// Runs SQL on a file, as another program would.
fn execute(path: &Path, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = sea_orm::Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    });
}

#[test]
fn a_copy_is_proved_private_and_never_over_a_file() {
    let program = with_sales();
    let said = program.ok(&["backup", "copy.db"]);
    assert!(said.contains("ok     I1") && said.ends_with("copied to copy.db\n"), "{said}");
    assert_eq!(mode(&program.path("copy.db")), 0o600);
    assert_eq!(rewards(&program, "copy.db"), rewards(&program, DATABASE));
    assert!(rewards(&program, "copy.db").contains("acme"));

    let before = fs::read(program.path("copy.db")).unwrap();
    assert!(program.refused(&["backup", "copy.db"]).contains("copy.db is there already"));
    assert_eq!(fs::read(program.path("copy.db")).unwrap(), before);
    program.file("cut.db.part", "half a copy");
    assert!(program.refused(&["backup", "cut.db"]).contains("cut.db.part is there"));
    assert!(!program.path("cut.db").exists());
    assert!(program.refused(&["--database", "postgres://localhost/none", "backup", "x.db"]).contains("pg_dump"));
}

/// As docs/OPERATIONS.md says it: both formats of `pg_dump`, into a database with nothing in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_of_postgresql_is_restored_where_nothing_is() {
    let Some(db) = TestDb::postgres().await else { return };
    let program = with_sales();
    record_sales(&program, db.url());
    let earned = rewards_at(&program, db.url());
    assert!(earned.contains("acme"));
    let run = |name: &str, arguments: &[&str]| {
        let folder = std::env::var("TRIBUTARY_TEST_POSTGRES_BIN").expect("scripts/with-postgres.sh sets TRIBUTARY_TEST_POSTGRES_BIN");
        let ran = Command::new(Path::new(&folder).join(name)).current_dir(program.path("")).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    run("pg_dump", &["--file=dump.sql", db.url()]);
    run("pg_dump", &["--format=custom", "--file=dump.pg", db.url()]);
    let psql: &[&str] = &["--quiet", "--variable=ON_ERROR_STOP=1", "--file=dump.sql", "--dbname"];
    let pg_restore: &[&str] = &["--exit-on-error", "--no-owner", "dump.pg", "--dbname"];
    for (tool, arguments) in [("psql", psql), ("pg_restore", pg_restore)] {
        let restored = TestDb::postgres().await.unwrap();
        let server = sea_orm::Database::connect(restored.url()).await.unwrap();
        server.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
        server.close().await.unwrap();
        run(tool, &[arguments, &[restored.url()]].concat());
        assert!(program.ok(&["--database", restored.url(), "verify"]).contains("ok     I1"));
        assert_eq!(rewards_at(&program, restored.url()), earned);
        restored.remove().await;
    }
    db.remove().await;
}

#[test]
fn a_copy_made_while_others_write_is_whole() {
    let program = with_sales();
    let serve = program.path("more.csv");
    let mut rows = String::from("key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n");
    for number in 0..3_000 {
        rows.push_str(&format!("m{number},c1,1.00,USD,2026-03-02T00:00:00Z,,,\n"));
    }
    fs::write(serve, rows).unwrap();
    let mut import = program.command(&["import", "transactions", "more.csv", "--company", "northwind"]).spawn().unwrap();
    let mut copies = 0;
    // At least one copy, and as many more as fit beside the import.
    while copies == 0 || import.try_wait().unwrap().is_none() {
        program.ok(&["backup", &format!("copy{copies}.db")]);
        copies += 1;
    }
    assert!(import.wait().unwrap().success());
    program.ok(&["verify"]);
}

#[test]
fn a_copy_is_restored_where_nothing_is() {
    let program = with_sales();
    program.ok(&["backup", "copy.db"]);
    let earned = rewards(&program, DATABASE);
    assert!(program.refused(&["restore", "copy.db"]).contains("tributary.db is there already"));

    fs::remove_dir_all(program.path("var")).unwrap();
    let said = program.ok(&["restore", "copy.db"]);
    assert!(said.contains("ok     I1") && said.ends_with("restored from copy.db\n"), "{said}");
    assert_eq!(mode(&program.path(DATABASE)), 0o600);
    assert_eq!(rewards(&program, DATABASE), earned);

    // What is left of a lost database would be mixed into the restored one.
    fs::remove_file(program.path(DATABASE)).unwrap();
    program.file("var/tributary.db-wal", "a journal of the lost one");
    assert!(program.refused(&["restore", "copy.db"]).contains("tributary.db-wal is there already"));
    fs::remove_file(program.path("var/tributary.db-wal")).unwrap();
    // Also an empty one, and the journal of a database without a write-ahead log.
    for ending in ["-wal", "-shm", "-journal"] {
        let name = format!("var/tributary.db{ending}");
        program.file(&name, "");
        assert!(program.refused(&["restore", "copy.db"]).contains(&format!("tributary.db{ending} is there already; move it away first")));
        assert!(!program.path(DATABASE).exists(), "{ending}");
        fs::remove_file(program.path(&name)).unwrap();
    }

    for (name, content) in [("text.db", "not a database, whatever it is called"), ("empty.db", "")] {
        program.file(name, content);
        program.refused(&["restore", name]);
        assert!(!program.path(DATABASE).exists(), "{name}");
    }
    assert!(program.refused(&["restore", "missing.db"]).contains("there is no database at missing.db"));
}

#[test]
fn a_copy_that_is_wrong_gets_no_name() {
    let program = with_sales();
    program.ok(&["backup", "good.db"]);
    execute(&program.path(DATABASE), "UPDATE rewards SET amount = amount + 1; DELETE FROM reward_counts");
    let ran = program.run(&["backup", "copy.db"]);
    assert!(ran.code == 1 && ran.stderr.contains("statements about the rows"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("BROKEN") && !ran.stdout.contains("copied"), "{}", ran.stdout);
    let copies = || fs::read_dir(program.path("")).unwrap().filter(|entry| is_copy(entry.as_ref().unwrap())).count();
    assert_eq!(copies(), 0);

    fs::rename(program.path(DATABASE), program.path("wrong.db")).unwrap();
    assert!(program.refused(&["restore", "wrong.db"]).contains("statements about the rows"));
    assert_eq!(fs::read_dir(program.path("var")).unwrap().count(), 0);
    // Folders that were made for it are gone with it.
    let deep = ["--database", "sqlite://deep/down/tributary.db", "restore", "wrong.db"];
    assert!(program.refused(&deep).contains("statements about the rows are broken"));
    assert!(!program.path("deep").exists());
    program.ok(&["restore", "good.db"]);
    program.ok(&["verify"]);
    assert_eq!(fs::read_dir(program.path("var")).unwrap().count(), 1);
}

fn is_copy(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("copy.db")
}

#[test]
fn a_database_of_an_earlier_version_is_copied_and_brought_up_to_date() {
    let program = with_sales();
    // As that version left it.
    program.ok(&["backup", "older.db"]);
    execute(&program.path("older.db"), "DROP TABLE sign_in_networks; DELETE FROM seaql_migrations WHERE version = 'm0012_sign_ins'");
    let ran = program.run(&["--database", "sqlite://older.db", "init", "--sandbox", "--now", NOW]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("copied to older.db.before-m0012_sign_ins"), "{}", ran.stderr);
    assert_eq!(mode(&program.path("older.db.before-m0012_sign_ins")), 0o600);
    program.ok(&["--database", "sqlite://older.db", "verify"]);
    assert!(program.refused(&["--database", "sqlite://older.db.before-m0012_sign_ins", "verify"]).contains("earlier Tributary"));
    // Nothing is copied when there is nothing to bring up to date.
    assert_eq!(program.run(&["--database", "sqlite://older.db", "init", "--sandbox", "--now", NOW]).stderr, "");
}

#[test]
fn files_are_readable_by_their_user_alone() {
    let program = with_sales();
    assert_eq!(mode(&program.path(DATABASE)), 0o600);
    assert_eq!(mode(&program.path("var")), 0o700);
    // One that was made by an earlier version is made private when it is opened.
    fs::set_permissions(program.path(DATABASE), fs::Permissions::from_mode(0o644)).unwrap();
    program.ok(&["user", "add", "--email", "mia@northwind.example", "--company", "northwind", "--role", "owner", "--link"]);
    program.ok(&["run-due", "--until", "2026-04-02T00:00:00Z"]);
    assert_eq!(mode(&program.path(DATABASE)), 0o600);
    let mails: Vec<_> = fs::read_dir(program.path("var/mail")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!mails.is_empty());
    for mail in mails {
        assert_eq!(mode(&mail), 0o600, "{}", mail.display());
    }
}
