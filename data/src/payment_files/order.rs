//! A payment order for a bank: ISO 20022 pain.001.001.09.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use domain::{Instant, Month};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::{LeftOut, iban_of};
use crate::payouts::{PayoutRow, key};
use crate::{Error, Result};

/// A payment order for a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    pub xml: String,
    /// Keys of the partners whose payouts are not in the order.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debtor<'a> {
    /// Who holds the account.
    pub name: &'a str,
    pub iban: &'a str,
    pub bic: Option<&'a str>,
}

/// A payout and the account it goes to.
type Transfer<'a> = (&'a PayoutRow, String);

/// A credit transfer order over these payouts, to be executed on `on`. `name` names the order; the payout's key travels with
/// each transfer.
///
/// # Errors
/// `Conflict` when nothing can be ordered: there is no payout, or no partner has an IBAN.
pub fn pain_001(payouts: &[PayoutRow], debtor: &Debtor<'_>, name: &str, written_at: Instant, on: NaiveDate) -> Result<PaymentOrder> {
    let mut left_out = Vec::new();
    let mut currencies: BTreeMap<&str, Vec<Transfer<'_>>> = BTreeMap::new();
    for payout in payouts {
        match iban_of(payout) {
            Ok(iban) => currencies.entry(&payout.currency).or_default().push((payout, iban)),
            Err(why) => left_out.push((payout.partner_key.clone(), why)),
        }
    }
    let count: usize = currencies.values().map(Vec::len).sum();
    if count == 0 {
        return Err(Error::conflict(match left_out.len() {
            0 => "There is nothing to order: no payout of this invoice waits to be paid by hand.".to_owned(),
            1 => {
                "A payment file orders transfers to IBANs, and the one partner who is still to be paid has none. Enter it as their account."
                    .to_owned()
            }
            count => format!(
                "A payment file orders transfers to IBANs, and none of the {count} partners who are still to be paid has one. Enter them as their accounts."
            ),
        }));
    }
    let message = message_id(name, currencies.values().flatten());
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn><GrpHdr>");
    xml.leaf("MsgId", &message, 35);
    xml.leaf("CreDtTm", &written_at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string(), 30);
    xml.leaf("NbOfTxs", &count.to_string(), 15);
    xml.leaf("CtrlSum", &sum(currencies.values().flatten())?, 20);
    xml.raw("<InitgPty>");
    xml.leaf("Nm", debtor.name, 140);
    xml.raw("</InitgPty></GrpHdr>");
    for (currency, transfers) in &currencies {
        xml.raw("<PmtInf>");
        xml.leaf("PmtInfId", &format!("{}-{currency}", message.chars().take(31).collect::<String>()), 35);
        xml.raw("<PmtMtd>TRF</PmtMtd>");
        xml.leaf("NbOfTxs", &transfers.len().to_string(), 15);
        xml.leaf("CtrlSum", &sum(transfers.iter())?, 20);
        xml.raw("<ReqdExctnDt>");
        xml.leaf("Dt", &on.to_string(), 10);
        xml.raw("</ReqdExctnDt><Dbtr>");
        xml.leaf("Nm", debtor.name, 140);
        xml.raw("</Dbtr><DbtrAcct><Id>");
        xml.leaf("IBAN", debtor.iban, 34);
        xml.raw("</Id></DbtrAcct><DbtrAgt><FinInstnId>");
        match debtor.bic {
            Some(bic) => xml.leaf("BICFI", bic, 11),
            // What the format wants where the IBAN alone names the bank.
            None => xml.raw("<Othr><Id>NOTPROVIDED</Id></Othr>"),
        }
        xml.raw("</FinInstnId></DbtrAgt>");
        // Euro transfers share their charges by the scheme's own rule, others by halves.
        xml.leaf("ChrgBr", if *currency == "EUR" { "SLEV" } else { "SHAR" }, 4);
        for (payout, iban) in transfers {
            xml.raw("<CdtTrfTxInf><PmtId>");
            xml.leaf("EndToEndId", &identifier(&key(payout.id)), 35);
            xml.raw("</PmtId><Amt><InstdAmt Ccy=\"");
            xml.raw(currency);
            xml.raw("\">");
            xml.raw(&payout.money()?.plain());
            xml.raw("</InstdAmt></Amt><Cdtr>");
            xml.leaf("Nm", &payout.partner_name, 140);
            xml.raw("</Cdtr><CdtrAcct><Id>");
            xml.leaf("IBAN", iban, 34);
            xml.raw("</Id></CdtrAcct><RmtInf>");
            let month = Month(payout.month);
            xml.leaf("Ustrd", &format!("{} {} {}", payout.invoice_number, month.long(), payout.partner_key), 140);
            xml.raw("</RmtInf></CdtTrfTxInf>");
        }
        xml.raw("</PmtInf>");
    }
    xml.raw("</CstmrCdtTrfInitn></Document>\n");
    Ok(PaymentOrder { xml: xml.0, left_out })
}

/// The order's name and what it holds: a bank refuses the same order twice, and takes one of other payouts.
fn message_id<'a>(name: &str, transfers: impl Iterator<Item = &'a Transfer<'a>>) -> String {
    let mut hash = Sha256::new();
    for (payout, iban) in transfers {
        hash.update(payout.id.as_bytes());
        hash.update(iban.as_bytes());
    }
    let digest = hash.finalize().iter().take(4).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("{}-{digest}", identifier(name).chars().take(26).collect::<String>())
}

/// A reference in the letters that every bank takes.
fn identifier(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() || "-.+".contains(letter) { letter } else { '-' }).collect()
}

/// The sum of the amounts whatever their currencies, as the format wants it.
fn sum<'a>(transfers: impl Iterator<Item = &'a Transfer<'a>>) -> Result<String> {
    let mut sum = Decimal::ZERO;
    for (payout, _) in transfers {
        let money = payout.money()?;
        sum += Decimal::new(money.minor, u32::from(money.currency.exponent()));
    }
    Ok(sum.to_string())
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
}
