#![allow(clippy::unwrap_used)]
use rstest::rstest;

use super::*;

fn text(event: &str, percent: &str, flat: &str, limit: &str) -> TriggerText {
    TriggerText {
        key: "sale".to_owned(),
        event: event.to_owned(),
        percent: percent.to_owned(),
        flat: flat.to_owned(),
        limit: limit.to_owned(),
        ..TriggerText::default()
    }
}

#[rstest]
#[case("transaction", "20", "", "12 months", "20% of every payment in a customer's first 12 months", "A sale of $200.00 pays $40.00.")]
#[case("transaction", "12.5", "", "first purchase", "12.5% of a customer's first purchase", "A sale of $200.00 pays $25.00.")]
#[case("transaction", "", "50.00", "3 rewards", "$50.00 for a customer's first 3 payments", "A sale pays $50.00.")]
#[case("customer", "", "5", "", "$5.00 for every new customer", "A new customer pays $5.00.")]
fn sentences(
    #[case] event: &str,
    #[case] percent: &str,
    #[case] flat: &str,
    #[case] limit: &str,
    #[case] sentence: &str,
    #[case] example: &str,
) {
    let trigger = text(event, percent, flat, limit).read(Currency::USD).unwrap();
    assert_eq!(trigger.sentence(), sentence);
    assert_eq!(trigger.example(), example);
}

#[test]
fn everything_is_said() {
    let mut given = text("transaction", "20", "", "unlimited");
    given.min_amount = "10.00".to_owned();
    given.cap_per_month = "30".to_owned();
    given.when = "partner.tag = 'gold'".to_owned();
    given.hold_days = "30".to_owned();
    let trigger = given.read(Currency::USD).unwrap();
    assert_eq!(
        trigger.company_sentence(),
        "20% of every payment, from $10.00 a payment, up to $30.00 a month, when the partner has the tag “gold”, due 30 days later"
    );
    assert!(!trigger.sentence().contains("gold"));
    assert_eq!(trigger.example(), "A sale of $200.00 pays $30.00: $40.00, limited to the month's maximum.");
    let json = serde_json::to_string(&trigger).unwrap();
    assert_eq!(serde_json::from_str::<Trigger>(&json).unwrap(), trigger);
    assert_eq!(TriggerText::from(&trigger).read(Currency::EUR).unwrap(), trigger);
}

#[test]
fn a_trigger_that_stops_is_instead_of_those_below_it() {
    let sale = |percent: &str, min_amount: &str, stop: bool| {
        let given = TriggerText { min_amount: min_amount.to_owned(), stop, ..text("transaction", percent, "", "unlimited") };
        given.read(Currency::USD).unwrap()
    };
    let signup = || text("customer", "", "5", "").read(Currency::USD).unwrap();
    let told = |triggers: &[Trigger]| {
        let line = |promise: &Promise<'_>| format!("{}. {}", promise.sentence(), promise.example());
        promises(triggers).iter().map(line).collect::<Vec<_>>()
    };
    // What a large sale earns is not what it earns and the usual share on top.
    assert_eq!(
        told(&[sale("30", "100", true), signup(), sale("10", "", false)]),
        [
            "30% of every payment, from $100.00 a payment, instead of what payments earn below. A sale of $200.00 pays $60.00.",
            "$5.00 for every new customer. A new customer pays $5.00.",
            "10% of every payment. A sale of $50.00 pays $5.00.",
        ]
    );
    // One that takes every payment leaves nothing to promise.
    let every = ["30% of every payment. A sale of $200.00 pays $60.00.", "$5.00 for every new customer. A new customer pays $5.00."];
    assert_eq!(told(&[sale("30", "", true), sale("10", "", false), signup()]), every);
    // The last one has nothing to stop.
    assert_eq!(told(&[sale("30", "100", true)]), ["30% of every payment, from $100.00 a payment. A sale of $200.00 pays $60.00."]);
    let capped = Trigger { cap_per_month: Some(1_000), ..sale("30", "", true) };
    assert_eq!(promises(&[capped, sale("10", "", false)]).len(), 2);
}

#[rstest]
#[case("sale", "20", "", "", &["event"])]
#[case("transaction", "20", "5", "", &["flat"])]
#[case("transaction", "", "", "12 parsecs", &["limit", "percent"])]
#[case("transaction", "0", "", "", &["percent"])]
#[case("transaction", "", "0.001", "", &["flat"])]
#[case("transaction", "", "-1", "", &["flat"])]
#[case("customer", "20", "", "first purchase", &["limit", "percent"])]
fn errors_by_field(#[case] event: &str, #[case] percent: &str, #[case] flat: &str, #[case] limit: &str, #[case] fields: &[&str]) {
    let errors = text(event, percent, flat, limit).read(Currency::USD).unwrap_err();
    assert_eq!(errors.keys().map(String::as_str).collect::<Vec<_>>(), fields);
}

#[test]
fn limits_read_back() {
    for given in ["first purchase", "1 month", "12 months", "1 reward", "7 rewards", "unlimited"] {
        assert_eq!(given.parse::<Limit>().unwrap().to_string(), given);
    }
    for bad in ["", "0 months", "+3 months", "twelve months", "1201 months"] {
        assert!(bad.parse::<Limit>().is_err(), "{bad}");
    }
}

fn version(number: i32, effective_from: i64, applies_to: AppliesTo) -> OfferVersion {
    OfferVersion { number, effective_from: Instant(effective_from), applies_to, description: String::new(), triggers: Vec::new() }
}

#[test]
fn old_customers_keep_their_terms() {
    let versions = [
        version(1, Instant::BEGINNING.0, AppliesTo::Everyone),
        version(2, 100, AppliesTo::NewCustomers),
        version(3, 100, AppliesTo::NewCustomers),
        version(4, 200, AppliesTo::Everyone),
    ];
    let number = |occurred: i64, created: i64| version_in_force(&versions, Instant(occurred), Instant(created)).map(|found| found.number);
    assert_eq!(number(99, 0), Some(1));
    assert_eq!(number(150, 99), Some(1));
    assert_eq!(number(150, 100), Some(3));
    assert_eq!(number(200, 99), Some(4));
    assert_eq!(version_in_force(&versions[1..], Instant(50), Instant(0)), None);
}

#[test]
fn what_pays_more_than_the_sale_is_noticed() {
    let trigger = |percent: &str, flat: &str, min: &str| {
        let mut given = text("transaction", percent, flat, "unlimited");
        given.min_amount = min.to_owned();
        given.read(Currency::USD).unwrap()
    };
    let found = |triggers: &[Trigger]| pays_more_than_the_sale(triggers, &[]).map(|(sale, pays)| format!("{sale} pays {pays}"));
    assert_eq!(found(&[trigger("150", "", "")]), Some("$200.00 pays $300.00".to_owned()));
    assert_eq!(found(&[trigger("60", "", ""), trigger("60", "", "")]), Some("$200.00 pays $240.00".to_owned()));
    assert_eq!(found(&[trigger("", "50.00", "20.00")]), Some("$20.00 pays $50.00".to_owned()));
    assert_eq!(found(&[trigger("90", "", ""), trigger("", "50.00", "100.00")]), Some("$200.00 pays $230.00".to_owned()));
    assert_eq!(found(&[trigger("100", "", "")]), None);
    assert_eq!(found(&[trigger("", "50.00", "")]), None);
    assert_eq!(found(&[text("customer", "", "500", "").read(Currency::USD).unwrap()]), None);
    let mut first = trigger("60", "", "");
    first.stop = true;
    assert_eq!(found(&[first, trigger("60", "", "")]), None);
    // What was in force already is no news, another part of it or more of it is.
    let (high, higher) = ([trigger("150", "", "")], [trigger("160", "", "")]);
    assert_eq!(pays_more_than_the_sale(&high, &high), None);
    assert_eq!(pays_more_than_the_sale(&high, &higher), None);
    assert!(pays_more_than_the_sale(&higher, &high).is_some());
    let both = [high[0].clone(), trigger("1", "", "")];
    assert!(pays_more_than_the_sale(&both, &high).is_some());
}
