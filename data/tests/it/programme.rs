//! The programme file: applied, exported, refused.

use data::{on_both, programme};
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
        let first = programme::apply(db, RICH, false, BY, now).await.unwrap();
        assert_eq!(first.company_key, "globex");
        assert_eq!(first.differences[0], "+ company globex (Europe/Berlin, EUR)");
        assert_eq!(first.differences.len(), 7, "{:?}", first.differences);
        let again = programme::apply(db, RICH, false, BY, now).await.unwrap();
        assert_eq!(again.differences, Vec::<String>::new());

        let company = data::companies::find_by_key(db.read(), "globex").await.unwrap();
        let text = programme::export(db, company.id).await.unwrap();
        let exported = programme::apply(db, &text, false, BY, now).await.unwrap();
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
        let planned = programme::apply(db, RICH, true, BY, now).await.unwrap();
        assert!(data::companies::find_by_key(db.read(), "globex").await.is_err());
        let applied = programme::apply(db, RICH, false, BY, now).await.unwrap();
        assert_eq!(planned, applied);
    }

    async fn a_changed_offer_is_a_new_version(db: &TestDb) {
        let world = World::new(db).await;
        let later = world.now.plus_ms(Instant::DAY_MS);
        let changed = PROGRAMME.replace("percent = \"20\"", "percent = \"25\"");
        let applied = programme::apply(db, &changed, false, BY, later).await.unwrap();
        assert_eq!(applied.differences, ["~ offer standard: version 2 from 2026-03-11T12:00:00Z", "    ~ trigger sale: percent 20 → 25"]);

        let dated = changed.replace("percent = \"25\"", "percent = \"30\"").replace("every payment\"", "every payment\"\neffective_from = 2026-05-01T00:00:00Z");
        let applied = programme::apply(db, &dated, false, BY, later).await.unwrap();
        assert_eq!(applied.differences[0], "~ offer standard: version 3 from 2026-05-01T00:00:00Z");
        assert_eq!(programme::apply(db, &dated, false, BY, later).await.unwrap().differences, Vec::<String>::new());

        let retired = PROGRAMME.split("[[offers.triggers]]").next().unwrap();
        let applied = programme::apply(db, retired, false, BY, later).await.unwrap();
        assert_eq!(applied.differences[1], "    - trigger sale");
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
            let message = fault(programme::apply(db, &file, false, BY, now).await, "");
            assert!(message.starts_with(expected), "{message}\nexpected {expected}");
        }
        assert!(data::companies::find_by_key(db.read(), "globex").await.is_err());
    }
}
