//! The programme file: applied, exported, refused.

use data::act::Actor;
use data::on_both;
use data::programme;
use data::sales::customers::NewCustomer;
use data::testing::TestDb;
use domain::Instant;

use crate::world::{BY, PROGRAMME, World, at, fault};

const RICH: &str = r#"
[company]
key = "globex"
name = "Globex “Ltd”"
timezone = "Europe/Berlin"
currency = "EUR"
address = """Hauptstraße 1
10115 Berlin"""
fee_percent = "1.5"
customer_visibility = "masked"

[[groups]]
key = "agencies"
name = "Agencies"

[[offers]]
key = "signup"
description = "€5 for every new customer"

[[offers.triggers]]
key = "lead"
event = "customer"
flat = "5.00"
when = "customer.email contains '@' AND partner.group = 'agencies'"

[[offers]]
key = "sales"
group = "agencies"
description = "A share of what they buy"
effective_from = 2026-01-01T00:00:00+01:00
applies_to = "new customers"

[[offers.triggers]]
key = "first"
event = "transaction"
flat = "1000"
currency = "JPY"
limit = "first purchase"
stop = true

[[offers.triggers]]
key = "rest"
event = "transaction"
percent = "12.5"
limit = "12 months"
min_amount = "10.00"
cap_per_month = "500"
hold_days = 30
"#;

on_both! {
    async fn applying_an_export_changes_nothing(db: &TestDb) {
        let now = at("2026-02-01T00:00:00Z");
        let first = programme::apply(db, RICH, false, Actor::Named(BY), now).await.unwrap();
        assert_eq!(first.company_key, "globex");
        assert_eq!(first.differences[0], "+ company globex (Europe/Berlin, EUR)");
        assert_eq!(first.differences.len(), 7, "{:?}", first.differences);
        let again = programme::apply(db, RICH, false, Actor::Named(BY), now).await.unwrap();
        assert_eq!(again.differences, Vec::<String>::new());

        let company = data::programme::companies::find_by_key(db.read(), "globex").await.unwrap();
        let text = programme::export(db, company.id).await.unwrap();
        let exported = programme::apply(db, &text, false, Actor::Named(BY), now).await.unwrap();
        assert_eq!(exported.differences, Vec::<String>::new(), "{text}");
        let known = programme::read(RICH, None).unwrap();
        let mut read = programme::read(&text, None).unwrap();
        read.profile.charge_provider = None;
        read.profile.payout_provider = None;
        for (offer, known) in read.offers.iter_mut().zip(&known.offers) {
            offer.line = known.line;
        }
        assert_eq!(read, known);
    }

    async fn a_dry_run_changes_nothing(db: &TestDb) {
        let now = at("2026-02-01T00:00:00Z");
        let planned = programme::apply(db, RICH, true, Actor::Named(BY), now).await.unwrap();
        assert!(data::programme::companies::find_by_key(db.read(), "globex").await.is_err());
        let applied = programme::apply(db, RICH, false, Actor::Named(BY), now).await.unwrap();
        assert_eq!(planned, applied);
        // What would pay more than the sale is said beforehand.
        let generous = PROGRAMME.replace("percent = \"20\"", "percent = \"150\"");
        let planned = programme::apply(db, &generous, true, Actor::Named(BY), now).await.unwrap().differences;
        let warning = "    ! offer standard: a sale of $200.00 pays $300.00, more than the sale";
        assert!(planned.iter().any(|line| line == warning), "{planned:?}");
        let usual = programme::apply(db, PROGRAMME, true, Actor::Named(BY), now).await.unwrap().differences;
        assert!(!usual.is_empty() && usual.iter().all(|line| !line.contains("! offer")), "{usual:?}");
    }

    async fn a_changed_offer_is_a_new_version(db: &TestDb) {
        let world = World::new(db).await;
        let later = world.now.plus_ms(Instant::DAY_MS);
        let changed = PROGRAMME.replace("percent = \"20\"", "percent = \"25\"");
        let applied = programme::apply(db, &changed, false, Actor::Named(BY), later).await.unwrap();
        assert_eq!(applied.differences, ["~ offer standard: version 2 from 2026-03-11T12:00:00Z", "    ~ trigger sale: percent 20 → 25"]);

        let dated = changed.replace("percent = \"25\"", "percent = \"30\"").replace("every payment\"", "every payment\"\neffective_from = 2026-05-01T00:00:00Z");
        let applied = programme::apply(db, &dated, false, Actor::Named(BY), later).await.unwrap();
        assert_eq!(applied.differences[0], "~ offer standard: version 3 from 2026-05-01T00:00:00Z");
        assert_eq!(programme::apply(db, &dated, false, Actor::Named(BY), later).await.unwrap().differences, Vec::<String>::new());

        let retired = PROGRAMME.split("[[offers.triggers]]").next().unwrap();
        let applied = programme::apply(db, retired, false, Actor::Named(BY), later).await.unwrap();
        assert_eq!(applied.differences[1], "    - trigger sale");
    }

    async fn an_export_with_its_history_rates_late_events_alike(db: &TestDb) {
        let world = World::new(db).await;
        let publish = |file: String, day: i64| {
            let now = world.now.plus_ms(day * Instant::DAY_MS);
            async move { programme::apply(db, &file, false, Actor::Named(BY), now).await.unwrap() }
        };
        let with = |percent: &str, more: &str| {
            PROGRAMME.replace("percent = \"20\"", &format!("percent = \"{percent}\"")).replace("every payment\"", &format!("every payment\"\n{more}"))
        };
        publish(with("10", "effective_from = 2026-01-15T05:30:00.250Z"), 0).await;
        publish(with("30", "effective_from = 2026-02-01T00:00:00Z\napplies_to = \"new customers\""), 1).await;
        // Replaced at once, never in force.
        publish(with("99", ""), 2).await;
        publish(with("40", ""), 2).await;
        publish(with("15", "effective_from = 2026-02-10T00:00:00Z"), 3).await;
        let retired = PROGRAMME.split("[[offers.triggers]]").next().unwrap().replace("every payment\"", "every payment\"\neffective_from = 2026-03-11T00:00:00Z");
        publish(retired, 4).await;

        let text = programme::export(db, world.company).await.unwrap();
        assert!(!text.contains("\"99\""), "{text}");
        assert_eq!(text.matches("[[offers]]").count(), 6, "{text}");
        assert_eq!(programme::apply(db, &text, false, Actor::Named(BY), world.now).await.unwrap().differences, Vec::<String>::new());

        let other = if db.kind() == "SQLite" { TestDb::sqlite().await } else { TestDb::postgres().await.unwrap() };
        let copy = World::with(&other, &text).await;
        assert_eq!(programme::export(&other, copy.company).await.unwrap(), text);
        for world in [&world, &copy] {
            for (customer, created) in [("old", "2025-12-01T00:00:00Z"), ("new", "2026-02-05T00:00:00Z")] {
                let input = NewCustomer {
                    customer_key: customer.to_owned(),
                    partner_key: Some("ada".to_owned()),
                    created_at: Some(at(created)),
                    ..NewCustomer::default()
                };
                world.create(&input).await.unwrap();
                for (number, day) in ["2026-01-15T05:30:00.249Z", "2026-01-15T05:30:00.250Z", "2026-02-07T00:00:00Z", "2026-02-20T00:00:00Z", "2026-03-10T23:59:59Z", "2026-03-11T00:00:00Z"].into_iter().enumerate() {
                    if at(day) >= at(created) {
                        world.sale(&format!("{customer}-{number}"), customer, "100.00", day).await;
                    }
                }
            }
        }
        let earned = world.rewards().await;
        let amounts: Vec<&str> = earned.iter().map(|reward| reward.split(' ').nth(1).unwrap()).collect();
        assert_eq!(amounts, ["20.00", "10.00", "10.00", "30.00", "15.00", "15.00", "15.00", "15.00"]);
        assert_eq!(copy.rewards().await, earned);
        other.remove().await;
    }

    async fn a_history_adds_what_is_missing_and_changes_nothing(db: &TestDb) {
        let world = World::new(db).await;
        let second = r#"
[[offers]]
key = "standard"
group = "affiliates"
description = "25% of every payment"
effective_from = 2026-02-01T00:00:00Z

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "25"
"#;
        let third = second.replace("25", "30").replace("2026-02-01", "2026-03-01");
        let apply = |file: String| async move { programme::apply(db, &file, false, Actor::Named(BY), world.now).await };
        let published = apply(format!("{PROGRAMME}{third}")).await.unwrap();
        assert_eq!(published.differences[0], "~ offer standard: version 2 from 2026-03-01T00:00:00Z");
        let between = apply(format!("{PROGRAMME}{second}{third}")).await.unwrap();
        assert_eq!(between.differences[0], "~ offer standard: version 3 from 2026-02-01T00:00:00Z");
        let again = apply(format!("{PROGRAMME}{second}{third}")).await.unwrap();
        assert_eq!(again.differences, Vec::<String>::new());
        let offer = data::programme::offers::find(db.read(), world.company, "standard").await.unwrap().unwrap();
        assert_eq!(offer.description, "30% of every payment");

        for (file, expected) in [
            (format!("{PROGRAMME}{}{third}", second.replace("25", "26")), "line 27: a version from 2026-02-01T00:00:00Z is there with other terms"),
            (format!("{PROGRAMME}{}", second.replace("effective_from = 2026-02-01T00:00:00Z", "")), "line 27: the offer “standard” is on line 17 too"),
            (format!("{PROGRAMME}{}", second.replace("group = \"affiliates\"", "")), "line 27: every version of the offer “standard” is for the same group"),
            (format!("{PROGRAMME}{second}{second}"), "line 38: the version of “standard” in line 27 begins at the same time"),
            (format!("{PROGRAMME}{second}").replace("group = \"affiliates\"", "group = \"agencies\""), "line 27: group the offer “standard” keeps its group"),
        ] {
            let message = fault(apply(file).await, "");
            assert!(message.starts_with(expected), "{message}\nexpected {expected}");
        }
    }

    async fn the_account_is_part_of_the_company(db: &TestDb) {
        let world = World::new(db).await;
        let with = |lines: &str| PROGRAMME.replace("currency = \"USD\"\n", &format!("currency = \"USD\"\n{lines}"));
        let file = with("account_name = \"Northwind Traders\"\niban = \"de89 3704 0044 0532 0130 00\"\nbic = \"cobadeff\"\n");
        assert_eq!(programme::apply(db, &file, false, Actor::Named(BY), world.now).await.unwrap().differences.len(), 3);
        assert_eq!(programme::apply(db, &file, false, Actor::Named(BY), world.now).await.unwrap().differences, Vec::<String>::new());
        let text = programme::export(db, world.company).await.unwrap();
        assert!(text.contains("account_name = \"Northwind Traders\"\niban = \"DE89370400440532013000\"\nbic = \"COBADEFF\"\n"), "{text}");
        let wrong = with("iban = \"DE89370400440532013001\"\nbic = \"?\"\n");
        let message = fault(programme::apply(db, &wrong, false, Actor::Named(BY), world.now).await, "");
        assert_eq!(message, "line 7: iban is mistyped: the check digits do not fit\nline 8: bic “?” is not a BIC like COBADEFF or COBADEFFXXX");
        let none = with("iban = \"\"\n");
        assert_eq!(programme::apply(db, &none, false, Actor::Named(BY), world.now).await.unwrap().differences.len(), 1);
        assert!(!programme::export(db, world.company).await.unwrap().contains("iban"));
    }

    async fn what_is_wrong_is_said_with_its_line(db: &TestDb) {
        let now = at("2026-02-01T00:00:00Z");
        for (file, expected) in [
            (RICH.replace("fee_percent", "fee"), "line 9: unknown field `fee`"),
            (RICH.replace("Europe/Berlin", "Mars/Base"), "line 5: timezone “Mars/Base” is not an IANA time zone"),
            (RICH.replace("12.5", "12,5"), "line 44: percent “12,5” is not a rate"),
            (RICH.replace("min_amount = \"10.00\"", "min_amount = \"10.001\""), "line 46: min_amount “10.001” has too many decimals: EUR has 2"),
            (RICH.replace("hold_days = 30", "hold_days = -1"), "line 48: hold_days must be a number of days"),
            (RICH.replace("key = \"rest\"", "key = \"first\""), "line 42: there are two triggers with the key “first”"),
            (RICH.replace("group = \"agencies\"", "group = \"friends\""), "line 27: group there is no group “friends”"),
            (RICH.replace("2026-01-01T00:00:00+01:00", "2026-01-01"), "line 30: effective_from “2026-01-01” is not an RFC 3339 time"),
            (RICH.replace("flat = \"5.00\"", "percent = \"5\""), "line 23: percent a new customer has no amount"),
            (RICH.replace("[[groups]]", "[[groups"), "line 12: "),
        ] {
            let message = fault(programme::apply(db, &file, false, Actor::Named(BY), now).await, "");
            assert!(message.starts_with(expected), "{message}\nexpected {expected}");
        }
        assert!(data::programme::companies::find_by_key(db.read(), "globex").await.is_err());
    }
}
