#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;

use super::*;

mod schema;

fn payout(number: u128, name: &str, account: Option<&str>, amount: i64, currency: &str) -> PayoutRow {
    PayoutRow {
        id: Uuid::from_u128(number),
        invoice_id: Uuid::from_u128(9),
        invoice_number: "NORTHWIND-0007".to_owned(),
        month: 202_603,
        partnership_id: Uuid::from_u128(number),
        partner_key: format!("p-{number}"),
        partner_name: name.to_owned(),
        payout_method: "bank".to_owned(),
        payout_account: account.map(str::to_owned),
        amount,
        currency: currency.to_owned(),
        state: "pending".to_owned(),
        attempts: 0,
        provider: "manual".to_owned(),
        due_at: Instant::parse("2026-04-08T04:00:00Z").unwrap().0,
        sent_at: None,
        paid_at: None,
        error: None,
    }
}

fn payouts() -> Vec<PayoutRow> {
    vec![
        payout(1, "Ada & <Sons>\u{7}", Some("DE89 3704 0044 0532 0130 00"), 123_456, "USD"),
        payout(2, "=HYPERLINK(\"x\")", Some("12345-67"), 5, "USD"),
        payout(3, "Bo", None, 700, "USD"),
        payout(4, "渡辺", Some("GB82WEST12345698765432"), 1200, "JPY"),
        payout(5, "Nour", Some("KW81CBKU0000000000001234560101"), 1250, "KWD"),
        payout(6, "Zoé", Some("FR14 2004 1010 0505 0001 3M02 607"), 9_900, "EUR"),
        payout(7, &"Long ".repeat(60), Some("gb29 nwbk 6016 1331 9268 19"), 1, "EUR"),
    ]
}

fn northwind(bic: Option<&str>) -> Debtor {
    Debtor { name: "Northwind + Co".to_owned(), iban: "DE89370400440532013000".to_owned(), bic: bic.map(str::to_owned) }
}

fn order(payouts: &[PayoutRow], debtor: &Debtor, ordinal: usize) -> Result<PaymentOrder> {
    let at = Instant::parse("2026-04-08T04:00:00.250Z").unwrap();
    pain_001(payouts, debtor, "NORTH_WIND-0007", ordinal, at, "2026-04-08".parse::<NaiveDate>().unwrap())
}

/// The texts of all elements of this name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    schema::read(xml).all(name).iter().map(|element| element.text.clone()).collect()
}

#[test]
fn an_order_has_one_block_per_currency() {
    let order = order(&payouts(), &northwind(None), 1).unwrap();
    let why = |key: &str| order.left_out.iter().find(|(left, _)| left == key).map(|(_, why)| why.to_string()).unwrap();
    assert_eq!(order.left_out.len(), 3);
    assert_eq!(
        [why("p-2"), why("p-3"), why("p-6")],
        ["the account is not an IBAN", "no account", "the IBAN is mistyped: the check digits do not fit"]
    );
    insta::assert_snapshot!(order.xml.replace("><", ">\n<"));
}

#[test]
fn an_order_keeps_to_the_schema() {
    for bic in [None, Some("COBADEFFXXX")] {
        let order = order(&payouts(), &northwind(bic), 1).unwrap();
        let document = schema::read(&order.xml);
        schema::check(&document);
        assert_eq!(document.all("CdtTrfTxInf").len(), 4);
        assert_eq!(document.all("CtrlSum")[0].text, "2435.820");
        let amounts: Vec<_> = document.all("InstdAmt").iter().map(|amount| (amount.attribute("Ccy"), amount.text.clone())).collect();
        let expected = [("EUR", "0.01"), ("JPY", "1200"), ("KWD", "1.250"), ("USD", "1234.56")];
        assert_eq!(amounts, expected.map(|(currency, amount)| (currency.to_owned(), amount.to_owned())));
        assert_eq!(document.all("BICFI").len(), if bic.is_some() { 4 } else { 0 });
    }
}

#[test]
fn another_order_has_another_name() {
    let order = |payouts: &[PayoutRow], ordinal| order(payouts, &northwind(None), ordinal).unwrap();
    let all = payouts();
    let first = order(&all, 1);
    assert_eq!(texts(&first.xml, "MsgId"), std::slice::from_ref(&first.message_id));
    assert_eq!(first.message_id, order(&all, 1).message_id);
    assert_ne!(first.message_id, order(&all[1..], 1).message_id);
    // Asked for once more, a bank must not take it for the one before.
    assert_ne!(first.message_id, order(&all, 2).message_id);
}

#[test]
fn a_payment_that_failed_is_another_order() {
    let mut again = payouts();
    again[0].attempts = 1;
    let (before, after) = (order(&payouts(), &northwind(None), 1).unwrap(), order(&again, &northwind(None), 1).unwrap());
    assert_ne!(before.message_id, after.message_id);
    let (old, new) = (texts(&before.xml, "EndToEndId"), texts(&after.xml, "EndToEndId"));
    let differs: Vec<_> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
    assert_eq!(differs.len(), 1, "{old:?} {new:?}");
    assert!(differs[0].0.ends_with("-1") && differs[0].1.ends_with("-2"), "{differs:?}");
}

#[test]
fn names_are_in_the_letters_that_banks_take() {
    let iban = Some("DE89 3704 0044 0532 0130 00");
    let names =
        ["Würth & Söhne <GmbH>", "Łukasz Żółć", "ЮРИЙ", "株式会社", "Zoë_Ltd", "O'Neil/—“X”", "🎉🎉", &"x".repeat(72), &"Ü&".repeat(45)];
    let mut payouts: Vec<PayoutRow> = (1u128..).zip(names).map(|(number, name)| payout(number, name, iban, 100, "EUR")).collect();
    payouts[0].partner_key = "uml_äut".to_owned();
    // Nothing is left of this one at all.
    payouts[6].partner_key = "🎉".to_owned();
    let order = order(&payouts, &northwind(None), 1).unwrap();
    let taken = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter));
    let written = texts(&order.xml, "Nm");
    assert_eq!(written[2..8], ["Wurth + Sohne (GmbH)", "Lukasz Zolc", "YURIY", "p-4", "Zoe-Ltd", "O'Neil/-'X'"]);
    for text in written.iter().chain(&texts(&order.xml, "Ustrd")) {
        assert!(!text.is_empty() && taken(text), "{text}");
    }
    assert!(written.iter().all(|name| name.len() <= 70) && written[9].len() == 70, "{written:?}");
    assert_eq!(texts(&order.xml, "Ustrd")[0], "NORTHWIND-0007 March 2026 uml-aut");
    assert_eq!(order.left_out, [("🎉".to_owned(), LeftOut::NoName)]);
    let mut long = payout(1, "Ada", iban, 100, "EUR");
    long.partner_key = "k".repeat(255);
    let order = self::order(&[long], &northwind(None), 1).unwrap();
    assert_eq!(texts(&order.xml, "Ustrd")[0].len(), 140);
    schema::check(&schema::read(&order.xml));
}

#[test]
fn accounts_are_read_however_they_are_written() {
    for text in ["DE89-3704-0044-0532-0130-00", "de89.3704.0044.0532.0130.00", "IBAN DE89370400440532013000"] {
        assert_eq!(payee_of(&payout(1, "Ada", Some(text), 1, "EUR")).unwrap().iban, "DE89370400440532013000", "{text}");
    }
}

#[test]
fn nothing_to_order_is_no_order() {
    let only = [payout(3, "Bo", None, 700, "USD")];
    assert!(matches!(order(&only, &northwind(None), 1), Err(Error::Conflict(_))));
}

#[test]
fn the_table_has_no_formulas_and_says_who_is_left_out() {
    let zone: Zone = "America/New_York".parse().unwrap();
    let rows = payouts();
    let made_at = Instant::parse("2026-06-08T14:12:00Z").unwrap();
    let held = rows[3].attempt().unwrap();
    let kept = Kept { id: Uuid::from_u128(1), made_at, made_by: "ada".to_owned(), message_id: "M-1".to_owned(), holds: vec![held] };
    let text = String::from_utf8(csv(&rows, &[kept], &zone).unwrap()).unwrap();
    insta::assert_snapshot!(text);
}
