//! What is to be paid, as files: a table for people, and ISO 20022 pain.001.001.03 for a bank.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use domain::zone::Zone;
use domain::{Instant, Money};
use rust_decimal::Decimal;

use crate::error::stored;
use crate::exports::harmless;
use crate::payouts::{PayoutRow, key};
use crate::{Error, Result};

/// A payment order for a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    pub xml: String,
    /// Keys of partners who have no account: their payouts are not in the order.
    pub left_out: Vec<String>,
}

/// Who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debtor<'a> {
    pub name: &'a str,
    /// An IBAN, or another account number. Without one the bank takes the account that the order is handed in for.
    pub account: Option<&'a str>,
}

/// Payouts as CSV for a spreadsheet, one row each. Dates are the company's.
pub fn csv(payouts: &[PayoutRow], zone: &Zone) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "payout_key",
        "invoice_number",
        "partner_key",
        "partner_name",
        "payout_method",
        "payout_account",
        "amount",
        "currency",
        "status",
        "due_on",
        "paid_on",
    ];
    writer.write_record(head).map_err(unwritable)?;
    let date = |at: i64| zone.date(Instant(at)).to_string();
    for payout in payouts {
        writer
            .write_record([
                key(payout.id),
                harmless(&payout.invoice_number),
                harmless(&payout.partner_key),
                harmless(&payout.partner_name),
                harmless(&payout.payout_method),
                harmless(payout.payout_account.as_deref().unwrap_or_default()),
                payout.money()?.plain(),
                payout.currency.clone(),
                payout.state.clone(),
                date(payout.due_at),
                payout.paid_at.map(date).unwrap_or_default(),
            ])
            .map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

fn unwritable(error: csv::Error) -> Error {
    Error::Io(std::io::Error::other(error))
}

/// A credit transfer order over these payouts, to be executed on `on`. `message` names the order, up to 35 characters; the
/// payout's key travels with each transfer.
///
/// # Errors
/// `Conflict` when nothing can be ordered: there is no payout, or no partner has an account.
pub fn pain_001(payouts: &[PayoutRow], debtor: &Debtor<'_>, message: &str, written_at: Instant, on: NaiveDate) -> Result<PaymentOrder> {
    let mut left_out = Vec::new();
    let mut currencies: BTreeMap<&str, Vec<(&PayoutRow, &str)>> = BTreeMap::new();
    for payout in payouts {
        match payout.payout_account.as_deref().map(str::trim).filter(|account| !account.is_empty()) {
            Some(account) => currencies.entry(&payout.currency).or_default().push((payout, account)),
            None => left_out.push(payout.partner_key.clone()),
        }
    }
    let count: usize = currencies.values().map(Vec::len).sum();
    if count == 0 {
        return Err(Error::conflict("there is nothing to order: no payout is open whose partner has an account"));
    }
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn><GrpHdr>");
    xml.leaf("MsgId", message, 35);
    xml.leaf("CreDtTm", &written_at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string(), 30);
    xml.leaf("NbOfTxs", &count.to_string(), 15);
    xml.leaf("CtrlSum", &sum(currencies.values().flatten())?, 20);
    xml.raw("<InitgPty>");
    xml.leaf("Nm", debtor.name, 140);
    xml.raw("</InitgPty></GrpHdr>");
    for (currency, payouts) in &currencies {
        xml.raw("<PmtInf>");
        xml.leaf("PmtInfId", &format!("{}-{currency}", message.chars().take(31).collect::<String>()), 35);
        xml.raw("<PmtMtd>TRF</PmtMtd>");
        xml.leaf("NbOfTxs", &payouts.len().to_string(), 15);
        xml.leaf("CtrlSum", &sum(payouts.iter())?, 20);
        xml.leaf("ReqdExctnDt", &on.to_string(), 10);
        xml.raw("<Dbtr>");
        xml.leaf("Nm", debtor.name, 140);
        xml.raw("</Dbtr><DbtrAcct>");
        xml.account(debtor.account.unwrap_or("NOTPROVIDED"));
        xml.raw("</DbtrAcct><DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>");
        for (payout, account) in payouts {
            xml.raw("<CdtTrfTxInf><PmtId>");
            xml.leaf("EndToEndId", &key(payout.id), 35);
            xml.raw("</PmtId><Amt><InstdAmt Ccy=\"");
            xml.raw(currency);
            xml.raw("\">");
            xml.raw(&payout.money()?.plain());
            xml.raw("</InstdAmt></Amt><Cdtr>");
            xml.leaf("Nm", &payout.partner_name, 140);
            xml.raw("</Cdtr><CdtrAcct>");
            xml.account(account);
            xml.raw("</CdtrAcct><RmtInf>");
            let month = domain::Month(payout.month);
            xml.leaf("Ustrd", &format!("{} {} {}", payout.invoice_number, month.long(), payout.partner_key), 140);
            xml.raw("</RmtInf></CdtTrfTxInf>");
        }
        xml.raw("</PmtInf>");
    }
    xml.raw("</CstmrCdtTrfInitn></Document>\n");
    Ok(PaymentOrder { xml: xml.0, left_out })
}

/// The sum of the amounts whatever their currencies, as the format wants it.
fn sum<'a>(payouts: impl Iterator<Item = &'a (&'a PayoutRow, &'a str)>) -> Result<String> {
    let mut sum = Decimal::ZERO;
    for (payout, _) in payouts {
        let money = Money::new(payout.amount, stored(&payout.currency)?);
        sum += Decimal::new(money.minor, u32::from(money.currency.exponent()));
    }
    Ok(sum.to_string())
}

/// Whether this is an international bank account number: letters and digits that leave 1 when divided by 97.
fn is_iban(account: &str) -> bool {
    let valid = (15..=34).contains(&account.len())
        && account.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && account.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && account.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !valid {
        return false;
    }
    let (front, back) = account.split_at(4);
    let rest = back.chars().chain(front.chars()).filter_map(|letter| letter.to_digit(36)).fold(0u32, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    rest == 1
}

#[derive(Default)]
struct Xml(String);

impl Xml {
    fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// An element with text of at most `max` characters. Control characters, which XML cannot carry, become blanks.
    fn leaf(&mut self, name: &str, text: &str, max: usize) {
        let _ = write!(self.0, "<{name}>");
        let cleaned: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        for letter in cleaned.trim().chars().take(max) {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '\u{fffe}' | '\u{ffff}' => self.0.push(' '),
                letter => self.0.push(letter),
            }
        }
        let _ = write!(self.0, "</{name}>");
    }

    fn account(&mut self, account: &str) {
        let iban: String = account.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase();
        self.raw("<Id>");
        if is_iban(&iban) {
            self.leaf("IBAN", &iban, 34);
        } else {
            self.raw("<Othr>");
            self.leaf("Id", account, 34);
            self.raw("</Othr>");
        }
        self.raw("</Id>");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use uuid::Uuid;

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
        ]
    }

    #[test]
    fn ibans_carry_their_checksum() {
        assert!(is_iban("DE89370400440532013000") && is_iban("GB82WEST12345698765432"));
        assert!(!is_iban("DE89370400440532013001") && !is_iban("12345678901234567") && !is_iban("DE"));
    }

    #[test]
    fn an_order_has_one_block_per_currency() {
        let debtor = Debtor { name: "Northwind & Co", account: None };
        let at = Instant::parse("2026-04-08T04:00:00.250Z").unwrap();
        let order = pain_001(&payouts(), &debtor, "NORTHWIND-0007", at, "2026-04-08".parse().unwrap()).unwrap();
        assert_eq!(order.left_out, ["p-3"]);
        insta::assert_snapshot!(order.xml.replace("><", ">\n<"));
    }

    #[test]
    fn nothing_to_order_is_no_order() {
        let debtor = Debtor { name: "Northwind", account: None };
        let only = [payout(3, "Bo", None, 700, "USD")];
        assert!(matches!(pain_001(&only, &debtor, "x", Instant(0), NaiveDate::default()), Err(Error::Conflict(_))));
    }

    #[test]
    fn the_table_has_no_formulas() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let text = String::from_utf8(csv(&payouts(), &zone).unwrap()).unwrap();
        insta::assert_snapshot!(text);
    }
}
