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

const DEBTOR: Debtor<'static> = Debtor { name: "Northwind & Co", iban: "DE89370400440532013000", bic: None };

fn order(payouts: &[PayoutRow], debtor: &Debtor<'_>) -> Result<PaymentOrder> {
    let at = Instant::parse("2026-04-08T04:00:00.250Z").unwrap();
    pain_001(payouts, debtor, "NORTH_WIND-0007", at, "2026-04-08".parse::<NaiveDate>().unwrap())
}

#[test]
fn an_order_has_one_block_per_currency() {
    let order = order(&payouts(), &DEBTOR).unwrap();
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
        let debtor = Debtor { bic, ..DEBTOR };
        let order = order(&payouts(), &debtor).unwrap();
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
fn the_same_order_has_the_same_name_and_another_one_another() {
    let name = |payouts: &[PayoutRow]| schema::read(&order(payouts, &DEBTOR).unwrap().xml).all("MsgId")[0].text.clone();
    let all = payouts();
    assert_eq!(name(&all), name(&all));
    assert_ne!(name(&all), name(&all[1..]));
}

#[test]
fn nothing_to_order_is_no_order() {
    let only = [payout(3, "Bo", None, 700, "USD")];
    assert!(matches!(order(&only, &DEBTOR), Err(Error::Conflict(_))));
}

#[test]
fn the_table_has_no_formulas_and_says_who_is_left_out() {
    let zone: Zone = "America/New_York".parse().unwrap();
    let text = String::from_utf8(csv(&payouts(), &zone).unwrap()).unwrap();
    insta::assert_snapshot!(text);
}
