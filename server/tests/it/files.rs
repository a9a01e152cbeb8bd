//! Files in and out: what is refused says where, nothing is lost, and what comes out goes in again.

use std::collections::BTreeSet;

use crate::harness::{NOW, PROGRAMME, Program};

const PARTNERS: &str = "\
partner_key,name,email,first_name,last_name,group
acme,Acme Blog,ada@acme.example,Ada,Moreau,affiliates
bolt,\"Bolt, Nuts & Co\",bo@bolt.example,Bo,Lind,affiliates
";

const CUSTOMERS: &str = "\
customer_key,name,email,partner_key,created_at
c-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z
c-3,\"Eve \"\"E\"\", Ltd\",eve@example.com,,2026-02-01T00:00:00Z
c-2,=cmd|'/c calc'!A1,dan@example.com,bolt,
";

const SALES: &str = "\
key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of
s-1,c-1,200.00,USD,2026-02-03T09:00:00Z,pro,software,
s-2,c-2,1200,JPY,2026-02-04T09:00:00Z,,,
s-3,c-2,1.250,KWD,2026-03-01T09:00:00Z,,,
s-4,c-1,-50.00,USD,2026-03-02T09:00:00Z,,,s-1
";

fn filled() -> Program {
    let program = Program::with_company();
    for (noun, content) in [("partners", PARTNERS), ("customers", CUSTOMERS), ("transactions", SALES)] {
        program.file(&format!("{noun}.csv"), content);
        program.ok(&["import", noun, &format!("{noun}.csv"), "--company", "northwind"]);
    }
    program
}

fn export(program: &Program, noun: &str, format: &str) -> String {
    program.ok(&["export", noun, "--company", "northwind", "--format", format])
}

fn json(program: &Program, noun: &str) -> Vec<serde_json::Value> {
    export(program, noun, "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_file_goes_in_once() {
    let program = Program::with_company();
    program.file("partners.csv", PARTNERS);
    let import = ["import", "partners", "partners.csv", "--company", "northwind"];
    let mut dry = import.to_vec();
    dry.push("--dry-run");
    assert_eq!(program.ok(&dry), "partners: 2 new (dry run: nothing was changed)\n");
    assert_eq!(program.ok(&import), "partners: 2 new\n");
    assert_eq!(program.ok(&import), "partners: 2 unchanged (nothing changed)\n");
}

#[test]
fn a_wrong_row_is_named_and_nothing_goes_in() {
    let program = Program::with_company();
    program.file("partners.csv", format!("{PARTNERS}acme2,,not-an-address,,,nobody\n"));
    let said = program.refused(&["import", "partners", "partners.csv", "--company", "northwind"]);
    assert!(said.contains("row 4, email") && said.contains("row 4, group"), "{said}");
    assert!(said.contains("1 of 3 rows is wrong; nothing was imported"), "{said}");
    assert_eq!(export(&program, "partners", "jsonl"), "");
}

#[test]
fn good_rows_go_in_when_asked_and_the_rest_can_be_mended() {
    let program = Program::with_company();
    program.file("partners.csv", format!("{PARTNERS}acme2,,not-an-address,,,affiliates\n"));
    let ran = program.run(&["import", "partners", "partners.csv", "--company", "northwind", "--skip-bad", "--rejects", "rest.csv"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "partners: 2 new, 1 left out\n"), "{}", ran.stderr);
    let rest = std::fs::read_to_string(program.path("rest.csv")).unwrap();
    assert!(rest.starts_with("partner_key,name,email,first_name,last_name,group,reason\n"), "{rest}");
    assert!(rest.contains("acme2,,not-an-address,,,affiliates,"), "{rest}");
    program.file("mended.csv", rest.replace("not-an-address", "a@acme.example"));
    assert_eq!(program.ok(&["import", "partners", "mended.csv", "--company", "northwind"]), "partners: 1 new\n");

    program.ok(&["import", "partners", "partners.csv", "--company", "northwind", "--skip-bad"]);
    assert!(program.path("partners.rejects.csv").exists());
}

#[test]
fn rows_that_are_left_out_never_go_over_a_file() {
    let program = Program::with_company();
    let partners = format!("{PARTNERS}acme2,,not-an-address,,,affiliates\n");
    program.file("partners.csv", &partners);
    program.file("partners.rejects.csv", "half mended");
    let import = ["import", "partners", "partners.csv", "--company", "northwind", "--skip-bad"];
    for (more, taken) in [
        (&["--rejects", "partners.csv"][..], "partners.csv is there already"),
        (&[], "partners.rejects.csv is there already"),
        (&["--rejects", "."], ". is there already"),
        (&["--rejects", "nowhere/rest.csv"], "nowhere/rest.csv: No such file"),
    ] {
        let said = program.refused(&[&import, more].concat());
        assert!(said.contains(taken) && said.contains("nothing was imported"), "{said}");
        assert_eq!(export(&program, "partners", "jsonl"), "");
    }
    assert_eq!(std::fs::read_to_string(program.path("partners.csv")).unwrap(), partners);
    assert_eq!(std::fs::read_to_string(program.path("partners.rejects.csv")).unwrap(), "half mended");
    // A trial writes none, and neither does a file in which nothing is wrong or which is refused.
    program.ok(&[&import[..], &["--dry-run"]].concat());
    program.file("good.csv", PARTNERS);
    program.ok(&["import", "partners", "good.csv", "--company", "northwind", "--skip-bad"]);
    program.file("wrong.csv", "no columns\n");
    program.refused(&["import", "partners", "wrong.csv", "--company", "northwind", "--skip-bad"]);
    assert!(!program.path("good.rejects.csv").exists() && !program.path("wrong.rejects.csv").exists());
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    let program = Program::with_company();
    let cases: [(&str, &[u8], &str); 5] = [
        ("semicolons", b"partner_key;name;email;first_name;last_name;group\na;b;c;d;e;f\n", "semicolon"),
        ("other columns", b"partner_key,name,colour\na,b,c\n", "colour"),
        ("no columns", b"", "empty"),
        ("not text", b"partner_key,name,email,first_name,last_name,group\n\xff\xfe,b,c,d,e,affiliates\n", "UTF-8"),
        ("short row", b"partner_key,name,email,first_name,last_name,group\nacme,b\n", "row 2"),
    ];
    for (name, content, says) in cases {
        program.file("wrong.csv", content);
        let said = program.refused(&["import", "partners", "wrong.csv", "--company", "northwind"]);
        assert!(said.to_lowercase().contains(&says.to_lowercase()), "{name}: {said}");
    }
    assert!(program.refused(&["import", "partners", "missing.csv", "--company", "northwind"]).contains("missing.csv"));
    assert!(program.refused(&["import", "partners", ".", "--company", "northwind"]).contains("folder"));
    let said = program.refused(&["import", "partners", "/dev/zero", "--company", "northwind"]);
    assert!(said.contains("isn't a CSV text file"), "{said}");
    assert_eq!(program.run(&["import", "offers", "wrong.csv", "--company", "northwind"]).code, 2);
}

#[test]
fn what_a_spreadsheet_writes_is_read_when_it_is_said_how() {
    let program = filled();
    let sales = "Key;Customer_Key;Amount;Currency;Occurred_At\ns-7;c-1;1.234,56;USD;2026-03-03T09:00:00Z\n";
    program.file("sales.csv", sales);
    let import = ["import", "transactions", "sales.csv", "--company", "northwind"];
    let said = program.refused(&import);
    assert!(said.contains("semicolons between columns") && said.contains("--decimal-comma"), "{said}");
    let told = [&import[..], &["--decimal-comma"]].concat();
    assert_eq!(program.ok(&told), "transactions: 1 new\n");
    assert!(export(&program, "transactions", "csv").contains("s-7,c-1,1234.56,USD"));

    program.file("partners.csv", b"partner_key,name\nd\xfcrer,D\xfcrer\n");
    let import = ["import", "partners", "partners.csv", "--company", "northwind"];
    assert!(program.refused(&import).contains("--encoding windows-1252"));
    assert_eq!(program.ok(&[&import[..], &["--encoding", "latin-1"]].concat()), "partners: 1 new\n");
    assert!(export(&program, "partners", "csv").contains("dürer,Dürer"));
    assert_eq!(program.run(&[&import[..], &["--delimiter", "comet"]].concat()).code, 2);

    program.ok(&["partner", "rename-key", "dürer", "durer", "--company", "northwind"]);
    assert!(export(&program, "partners", "csv").contains("durer,Dürer"));
    assert!(program.refused(&["partner", "rename-key", "durer", "none", "--company", "northwind"]).contains("no partner"));
}

/// A file that is accepted and written in pieces.
#[test]
fn a_large_file_goes_in_once_and_what_came_before_it_is_named() {
    let program = filled();
    let sale = |number: usize| format!("l-{number},c-{},1.00,USD,2026-03-0{}T09:00:00Z,,,\n", number % 2 + 1, number % 9 + 1);
    let header = SALES.lines().next().unwrap();
    let rows: String = (0..6_000).map(sale).collect();
    program.file("sales.csv", format!("{header}\n{rows}"));
    let import = ["import", "transactions", "sales.csv", "--company", "northwind"];
    assert_eq!(program.ok(&[&import[..], &["--dry-run"]].concat()), "transactions: 6000 new (dry run: nothing was changed)\n");
    assert_eq!(program.ok(&import), "transactions: 6000 new\n");
    assert_eq!(program.ok(&import), "transactions: 6000 unchanged (nothing changed)\n");
    assert_eq!(json(&program, "transactions").len(), 6_004);
    program.ok(&["verify"]);
}

#[test]
fn excel_files_with_mark_and_line_ends_are_read() {
    let program = Program::with_company();
    program.file("partners.csv", format!("\u{feff}{}", PARTNERS.replace('\n', "\r\n")));
    assert_eq!(program.ok(&["import", "partners", "partners.csv", "--company", "northwind"]), "partners: 2 new\n");
    assert_eq!(export(&program, "partners", "csv"), PARTNERS);
}

#[test]
fn what_comes_out_goes_in_again_and_comes_out_the_same() {
    let first = filled();
    let second = Program::with_company();
    for noun in ["partners", "customers", "transactions"] {
        let csv = export(&first, noun, "csv");
        second.file("again.csv", &csv);
        let import = ["import", noun, "again.csv", "--company", "northwind"];
        assert!(second.ok(&import).ends_with(" new\n"), "{noun}");
        assert!(second.ok(&import).ends_with("(nothing changed)\n"), "{noun}");
        assert_eq!(export(&second, noun, "csv"), csv, "{noun}");
        first.file("again.csv", &csv);
        assert!(first.ok(&import).ends_with("(nothing changed)\n"), "{noun}");
    }
    for noun in ["partners", "customers", "transactions", "rewards", "receipts"] {
        for format in ["csv", "jsonl"] {
            assert_eq!(export(&first, noun, format), export(&second, noun, format), "{noun} as {format}");
        }
    }
    assert_eq!(export(&first, "customers", "csv"), CUSTOMERS);
}

#[test]
fn rewards_carry_what_other_tools_read() {
    let program = filled();
    let rewards = json(&program, "rewards");
    let amounts: BTreeSet<(String, i64, String)> = rewards
        .iter()
        .map(|reward| {
            let text = |name: &str| reward[name].as_str().unwrap_or_default().to_owned();
            (text("transaction_key"), reward["amount"].as_i64().unwrap(), text("currency"))
        })
        .collect();
    let expected = [("s-1", 4000, "USD"), ("s-2", 240, "JPY"), ("s-3", 250, "KWD"), ("s-4", -1000, "USD")];
    assert_eq!(amounts, expected.map(|(key, amount, currency)| (key.to_owned(), amount, currency.to_owned())).into());

    let sale = rewards.iter().find(|reward| reward["transaction_key"] == "s-1").unwrap();
    let refund = rewards.iter().find(|reward| reward["transaction_key"] == "s-4").unwrap();
    let fields: BTreeSet<&str> = sale.as_object().unwrap().keys().map(String::as_str).collect();
    let promised = "key partner_key customer_key transaction_key offer_key trigger_key source reverses amount currency reward_status \
                    description invoice_number invoice_month occurred_at created_at estimated_payment_date";
    assert_eq!(fields, promised.split_whitespace().collect());
    assert_eq!(refund["reverses"], sale["key"]);
    assert_eq!(
        [&sale["partner_key"], &sale["offer_key"], &sale["trigger_key"], &sale["source"], &sale["reward_status"], &sale["invoice_month"]],
        ["acme", "affiliates-2026", "sale", "transaction", "pending", "2026-03"]
    );
    assert!(sale["invoice_number"].is_null() && sale["reverses"].is_null());
    assert_eq!([&sale["occurred_at"], &sale["created_at"], &sale["estimated_payment_date"]], ["2026-02-03T09:00:00Z", NOW, "2026-04-08"]);
}

#[test]
fn a_month_is_invoiced_charged_and_paid_in_the_files_too() {
    let program = filled();
    program.ok(&["run-due", "--until", "2026-04-02T12:00:00Z"]);
    let invoices = json(&program, "invoices");
    assert_eq!(invoices.len(), 3);
    let dollars = invoices.iter().find(|invoice| invoice["currency"] == "USD").unwrap();
    assert_eq!([&dollars["month"], &dollars["status"]], ["2026-03", "in_review"]);
    assert_eq!([&dollars["issued_at"], &dollars["charge_due_at"]], ["2026-04-01T04:00:00Z", "2026-04-08T04:00:00Z"]);
    let share = serde_json::json!([{ "partner_key": "acme", "total": 3000, "rewards": 2 }]);
    assert_eq!((&dollars["total"], &dollars["partners"]), (&3000.into(), &share));

    let done = program.ok(&["run-due", "--until", "2026-05-01T00:00:00Z"]);
    assert!(done.contains("payouts paid"), "{done}");
    let dollars = json(&program, "invoices").into_iter().find(|invoice| invoice["currency"] == "USD").unwrap();
    assert_eq!((&dollars["status"], &dollars["total"], &dollars["partners"]), (&"paid".into(), &3000.into(), &share));
    let payout = json(&program, "payouts").into_iter().find(|payout| payout["currency"] == "USD").unwrap();
    assert_eq!((&payout["partner_key"], &payout["amount"], &payout["status"]), (&"acme".into(), &3000.into(), &"paid".into()));
    assert_eq!(payout["invoice_number"], dollars["number"]);
    for reward in json(&program, "rewards") {
        assert_eq!(reward["reward_status"], "paid", "{reward}");
        assert!(reward["invoice_number"].as_str().unwrap().starts_with("NORTHWIND-"), "{reward}");
    }
    let mut sums = std::collections::BTreeMap::new();
    for entry in json(&program, "ledger") {
        *sums.entry((entry["transfer"].to_string(), entry["currency"].to_string())).or_insert(0) += entry["amount"].as_i64().unwrap();
    }
    assert!(sums.len() >= 6 && sums.values().all(|sum| *sum == 0), "{sums:?}");
    assert!(std::fs::read_dir(program.path("var/mail")).unwrap().count() > 0);
    program.ok(&["verify"]);
    assert_eq!(program.ok(&["run-due"]), "nothing was due\n");
}

#[test]
fn a_reviewed_spreadsheet_decides() {
    let program = filled();
    let key = json(&program, "rewards")[0]["key"].as_str().unwrap().to_owned();
    program.file("reviews.csv", format!("reward_key,decision,reason\n{key},decline,self-referral\n"));
    assert_eq!(program.ok(&["import", "reviews", "reviews.csv", "--company", "northwind"]), "reviews: 1 changed\n");
    assert_eq!(json(&program, "rewards")[0]["reward_status"], "declined");
    program.file("manual.csv", "partner_key,amount,currency,description,customer_key\nacme,25.00,USD,Webinar,\n");
    assert_eq!(program.ok(&["import", "rewards", "manual.csv", "--company", "northwind"]), "rewards: 1 new\n");
    assert_eq!(program.ok(&["import", "rewards", "manual.csv", "--company", "northwind"]), "rewards: 1 unchanged (nothing changed)\n");
    let manual = json(&program, "rewards").into_iter().find(|reward| reward["source"] == "manual").unwrap();
    assert_eq!(
        (&manual["amount"], &manual["description"], &manual["customer_key"]),
        (&2500.into(), &"Webinar".into(), &serde_json::Value::Null)
    );
}

#[test]
fn several_companies_share_a_database_and_nothing_else() {
    let program = filled();
    program.file("south.toml", PROGRAMME.replace("northwind", "southwind").replace("Northwind", "Southwind"));
    program.ok(&["program", "apply", "south.toml"]);
    assert_eq!(program.ok(&["export", "partners", "--company", "southwind", "--format", "jsonl"]), "");
    let said = program.refused(&["import", "customers", "customers.csv", "--company", "southwind"]);
    assert!(said.contains("acme"), "{said}");
}
