//! The command line: exit codes, what goes to stdout, what goes to stderr.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use crate::harness::{NOW, PROGRAMME, Program};

#[test]
fn wrong_usage_is_two() {
    let program = Program::new();
    for arguments in [
        &["frobnicate"][..],
        &["export", "partners"],
        &["export", "secrets", "--company", "northwind", "--format", "csv"],
        &["export", "partners", "--company", "northwind", "--format", "xml"],
        &["init", "--sandbox"],
        &["init", "--sandbox", "--now", "yesterday"],
        &["run-due", "--until", "0000-01-01T00:00:00Z"],
        &["serve", "--listen", "3000"],
        &[],
    ] {
        let ran = program.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("Usage") || ran.stderr.contains("--help"), "{arguments:?}: {}", ran.stderr);
    }
    assert!(!program.path("var").exists(), "wrong usage creates nothing");
}

#[test]
fn help_and_version_succeed() {
    let program = Program::new();
    assert_eq!(program.ok(&["--version"]), "tributary 0.1.0\n");
    assert!(program.ok(&["--help"]).contains("run-due"));
}

#[test]
fn init_creates_the_default_database_once() {
    let program = Program::new();
    assert_eq!(program.ok(&["init"]), "created: SQLite (production)\n");
    assert!(program.path("var/tributary.db").exists());
    assert_eq!(program.ok(&["init"]), "unchanged: SQLite (production)\n");
    assert!(program.refused(&["init", "--sandbox", "--now", NOW]).contains("production database already"));
}

#[test]
fn a_database_can_be_named_before_and_after_the_command() {
    let program = Program::new();
    program.ok(&["--database", "sqlite://deep/inside/a.db", "init", "--sandbox", "--now", NOW]);
    assert!(program.path("deep/inside/a.db").exists());
    let again = program.ok(&["init", "--sandbox", "--now", NOW, "--database", "sqlite://deep/inside/a.db"]);
    assert_eq!(again, format!("unchanged: SQLite (sandbox, its clock at {NOW})\n"));
    let by_variable =
        program.command(&["init", "--sandbox", "--now", NOW]).env("TRIBUTARY_DATABASE_URL", "sqlite://deep/inside/a.db").output().unwrap();
    assert!(by_variable.status.success());
    assert!(!program.path("var").exists());
    assert!(program.refused(&["--database", "mysql://x", "init"]).contains("neither sqlite"));
}

#[test]
fn a_production_database_has_no_clock() {
    let program = Program::new();
    program.ok(&["init"]);
    assert!(program.refused(&["run-due", "--until", "2099-01-01T00:00:00Z"]).contains("no clock"));
    assert_eq!(program.ok(&["run-due"]), "nothing was due\n");
}

#[test]
fn a_programme_is_applied_shown_and_applied_again() {
    let program = Program::new();
    program.ok(&["init", "--sandbox", "--now", NOW]);
    program.file("programme.toml", PROGRAMME);
    let dry = program.ok(&["program", "apply", "programme.toml", "--dry-run"]);
    assert!(dry.lines().count() >= 3 && dry.lines().all(|line| line.trim_start().starts_with('+')), "{dry}");
    program.refused(&["program", "export", "--company", "northwind"]);
    assert_eq!(program.ok(&["program", "apply", "programme.toml"]), dry);
    assert_eq!(program.ok(&["program", "apply", "programme.toml"]), "");

    let exported = program.ok(&["program", "export", "--company", "northwind"]);
    program.file("exported.toml", &exported);
    assert_eq!(program.ok(&["program", "apply", "exported.toml"]), "", "{exported}");

    program.file("changed.toml", exported.replace("\"20\"", "\"25\""));
    let changed = program.ok(&["program", "apply", "changed.toml"]);
    assert!(changed.contains('~') && changed.contains("25"), "{changed}");
}

#[test]
fn a_wrong_programme_names_the_line() {
    let program = Program::with_company();
    program.file("wrong.toml", "[company]\nkey = \"northwind\"\ncolour = \"blue\"\n");
    let message = program.refused(&["program", "apply", "wrong.toml"]);
    assert!(message.contains("colour") && message.contains("line 3"), "{message}");
    assert!(program.refused(&["program", "apply", "missing.toml"]).contains("missing.toml"));
}

#[test]
fn people_are_added_with_a_password_or_a_link() {
    let program = Program::with_company();
    let add = ["user", "add", "--email", "Ada@Northwind.example", "--company", "northwind", "--role", "owner"];
    let link = program.ok(&add);
    let secret = link.trim().strip_prefix("http://localhost:3000/sign-in/link/").unwrap();
    assert!(secret.len() > 25, "{link}");

    let with_password = |password: &str| {
        let mut child = program.command(&add).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, stdout, _) = with_password("a long password\n");
    assert_eq!((code, stdout.as_str()), (0, "ada@northwind.example may sign in\n"));
    let (code, stdout, stderr) = with_password("short\n");
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("at least 10"), "{stderr}");

    for (name, says) in [("Ada\tLovelace", "cannot be shown"), ("Ada\nLovelace", "line break"), ("Ada\u{202e}", "cannot be shown")] {
        let refused = program.refused(&[&add[..], &["--link", "--name", name]].concat());
        assert!(refused.contains("name: contains") && refused.contains(says), "{refused}");
    }
    for (wrong, says) in [("--role", "role"), ("--company", "was not found"), ("--email", "not an email address")] {
        let mut arguments = add;
        let at = arguments.iter().position(|argument| *argument == wrong).unwrap();
        arguments[at + 1] = "nonsense";
        assert!(program.refused(&arguments).contains(says), "{wrong}");
    }
}

#[test]
fn an_empty_company_exports_heads_and_nothing() {
    let program = Program::with_company();
    for noun in ["partners", "customers", "transactions", "rewards", "invoices", "payouts", "receipts", "ledger"] {
        let csv = program.ok(&["export", noun, "--company", "northwind", "--format", "csv"]);
        assert_eq!(csv.lines().count(), 1, "{noun}: {csv}");
        assert_eq!(program.ok(&["export", noun, "--company", "northwind", "--format", "jsonl"]), "", "{noun}");
    }
    assert!(program.refused(&["export", "partners", "--company", "southwind", "--format", "csv"]).contains("not found"));
}

#[test]
fn the_rows_of_an_empty_company_are_right() {
    let program = Program::with_company();
    let ran = program.run(&["verify"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for number in 1..=11 {
        assert!(ran.stdout.contains(&format!("ok     I{number:<3}")), "I{number}: {}", ran.stdout);
    }
}

#[test]
fn serve_says_where_it_listens_and_stops_when_told() {
    let program = Program::with_company();
    let add = |email: &str, password: &str, place: &[&str]| {
        let arguments = [&["user", "add", "--email", email, "--company", "northwind", "--password-stdin"], place].concat();
        let mut child = program.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    };
    program.file("partners.csv", "partner_key,name,email,first_name,last_name,group\nacme,Acme Blog,,,,\n");
    program.ok(&["import", "partners", "partners.csv", "--company", "northwind"]);
    add("mia.bennett@northwind.example", "northwind-demo", &["--role", "owner"]);
    add("ada@acme.example", "a password of her own", &["--partner", "acme", "--role", "owner"]);
    let mut child = program.command(&["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    assert!(health(&mut lines).starts_with("HTTP/1.1 200 OK"));
    // Whoever still has the demo's password is told it, nobody else.
    let mut users = [String::new(), String::new()];
    users.iter_mut().for_each(|line| assert!(lines.read_line(line).unwrap() > 0));
    assert_eq!(
        users,
        [
            "  company owner  mia.bennett@northwind.example  northwind-demo  (Northwind)\n",
            "  partner        ada@acme.example  (Acme Blog)\n"
        ]
    );
    let stopped = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// What a server answers that says here where it listens.
fn health(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("Tributary listens on http://").unwrap();
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    connection.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_log_that_takes_nothing_stops_nothing() {
    let program = Program::with_company();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut serve = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = serve.env("TRIBUTARY_LOG", "trace").stdout(Stdio::piped()).stderr(full).spawn().unwrap();
    let answer = health(&mut BufReader::new(child.stdout.take().unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn access_is_listed_and_taken_away() {
    let program = Program::with_company();
    program.file("partners.csv", "partner_key,name,email,first_name,last_name,group\nacme,Acme Blog,,,,\n");
    program.ok(&["import", "partners", "partners.csv", "--company", "northwind"]);
    let add = |email: &str, role: &[&str]| {
        program.ok(&[&["user", "add", "--link", "--company", "northwind", "--email", email, "--role"][..], role].concat());
    };
    add("mia@northwind.example", &["owner"]);
    add("bo@northwind.example", &["admin"]);
    add("ada@acme.example", &["owner", "--partner", "acme"]);
    let listed = "ada@acme.example\tada@acme.example\tpartner acme of northwind: owner\n\
                  bo@northwind.example\tbo@northwind.example\tnorthwind: admin\n\
                  mia@northwind.example\tmia@northwind.example\tnorthwind: owner\n";
    assert_eq!(program.ok(&["user", "list"]), listed);
    assert_eq!(program.ok(&["user", "list", "--company", "northwind"]), listed);
    assert_eq!(program.ok(&["user", "sign-out", "--email", "mia@northwind.example"]), "ended 0 sessions\n");
    let last = program.refused(&["user", "remove", "--email", "mia@northwind.example"]);
    assert!(last.contains("the last owner of Northwind"), "{last}");
    assert!(program.refused(&["user", "remove", "--email", "who@northwind.example"]).contains("user was not found"));
    let removed = program.ok(&["user", "remove", "--email", "bo@northwind.example", "--company", "northwind"]);
    assert_eq!(removed, "removed from 1 place, ended 0 sessions\n");
    let elsewhere = program.refused(&["user", "remove", "--email", "ada@acme.example", "--company", "northwind"]);
    assert!(elsewhere.contains("does not belong to the company itself, but to its partner “acme”"), "{elsewhere}");
    program.ok(&["user", "remove", "--email", "ada@acme.example", "--company", "northwind", "--partner", "acme"]);
    assert_eq!(program.ok(&["user", "list", "--company", "northwind"]).lines().count(), 1);
    let log = program.ok(&["export", "audit", "--company", "northwind", "--format", "csv"]);
    assert!(["user_added", "user_removed", "member_added", "member_removed"].iter().all(|action| log.contains(action)), "{log}");
    program.ok(&["verify"]);
}

#[test]
fn a_taken_port_is_a_refusal() {
    let program = Program::with_company();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(program.refused(&["serve", "--listen", &address]).contains(&address));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let program = Program::with_company();
    let mut child = program
        .command(&["export", "partners", "--company", "northwind", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
