//! A payment order for a bank: ISO 20022 pain.001.001.09.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use domain::payouts::Attempt;
use domain::{Instant, Month, sepa};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::{LeftOut, Payee, payee_of};
use data::billing::payouts::PayoutRow;
use data::{Error, Result};

/// A payment order for a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    pub xml: String,
    /// What the bank knows it by: another one for each order.
    pub message_id: String,
    pub holds: Vec<Attempt>,
    /// Keys of the partners whose payouts are not in the order.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Who pays: name and account in the letters that banks take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debtor {
    pub name: String,
    pub iban: String,
    pub bic: Option<String>,
}

/// A payout, the attempt it is at, and whom it goes to.
struct Transfer<'a> {
    payout: &'a PayoutRow,
    attempt: Attempt,
    payee: Payee,
}

/// A credit transfer order over these payouts, to be executed on `on`. `name` and `ordinal` name the order; the attempt's own
/// reference travels with each transfer.
///
/// # Errors
/// `Conflict` when nothing can be ordered: there is no payout, or no partner has an IBAN.
pub fn pain_001(
    payouts: &[PayoutRow],
    debtor: &Debtor,
    name: &str,
    ordinal: usize,
    written_at: Instant,
    on: NaiveDate,
) -> Result<PaymentOrder> {
    let mut left_out = Vec::new();
    let mut currencies: BTreeMap<&str, Vec<Transfer<'_>>> = BTreeMap::new();
    for payout in payouts {
        match payee_of(payout) {
            Ok(payee) => {
                currencies.entry(&payout.currency).or_default().push(Transfer { payout, attempt: payout.attempt()?, payee });
            }
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
    let message_id = message_id(name, ordinal, currencies.values().flatten());
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn><GrpHdr>");
    xml.leaf("MsgId", &message_id);
    xml.leaf("CreDtTm", &written_at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string());
    xml.leaf("NbOfTxs", &count.to_string());
    xml.leaf("CtrlSum", &sum(currencies.values().flatten())?);
    xml.raw("<InitgPty>");
    xml.leaf("Nm", &debtor.name);
    xml.raw("</InitgPty></GrpHdr>");
    for (currency, transfers) in &currencies {
        xml.raw("<PmtInf>");
        xml.leaf("PmtInfId", &payment_id(&message_id, currency));
        xml.raw("<PmtMtd>TRF</PmtMtd>");
        xml.leaf("NbOfTxs", &transfers.len().to_string());
        xml.leaf("CtrlSum", &sum(transfers.iter())?);
        xml.raw("<ReqdExctnDt>");
        xml.leaf("Dt", &on.to_string());
        xml.raw("</ReqdExctnDt><Dbtr>");
        xml.leaf("Nm", &debtor.name);
        xml.raw("</Dbtr><DbtrAcct><Id>");
        xml.leaf("IBAN", &debtor.iban);
        xml.raw("</Id></DbtrAcct><DbtrAgt><FinInstnId>");
        match &debtor.bic {
            Some(bic) => xml.leaf("BICFI", bic),
            // What the format wants where the IBAN alone names the bank.
            None => xml.raw("<Othr><Id>NOTPROVIDED</Id></Othr>"),
        }
        xml.raw("</FinInstnId></DbtrAgt>");
        // Euro transfers share their charges by the scheme's own rule, others by halves.
        xml.leaf("ChrgBr", if *currency == "EUR" { "SLEV" } else { "SHAR" });
        for Transfer { payout, attempt, payee } in transfers {
            xml.raw("<CdtTrfTxInf><PmtId>");
            xml.leaf("EndToEndId", &attempt.end_to_end_id());
            xml.raw("</PmtId><Amt><InstdAmt Ccy=\"");
            xml.raw(currency);
            xml.raw("\">");
            xml.raw(&payout.money()?.plain());
            xml.raw("</InstdAmt></Amt><Cdtr>");
            xml.leaf("Nm", &payee.name);
            xml.raw("</Cdtr><CdtrAcct><Id>");
            xml.leaf("IBAN", &payee.iban);
            xml.raw("</Id></CdtrAcct>");
            let remittance = format!("{} {} {}", payout.invoice_number, Month(payout.month).long(), payout.partner_key);
            if let Some(remittance) = sepa::text(&remittance, sepa::REMITTANCE_MAX) {
                xml.raw("<RmtInf>");
                xml.leaf("Ustrd", &remittance);
                xml.raw("</RmtInf>");
            }
            xml.raw("</CdtTrfTxInf>");
        }
        xml.raw("</PmtInf>");
    }
    xml.raw("</CstmrCdtTrfInitn></Document>\n");
    let holds = currencies.values().flatten().map(|transfer| transfer.attempt).collect();
    Ok(PaymentOrder { xml: xml.0, message_id, holds, left_out })
}

/// The order's name, its place among those of the invoice and what it holds: a bank refuses the same order twice.
fn message_id<'a>(name: &str, ordinal: usize, transfers: impl Iterator<Item = &'a Transfer<'a>>) -> String {
    let mut hash = Sha256::new();
    hash.update(ordinal.to_be_bytes());
    for transfer in transfers {
        hash.update(transfer.payout.id.as_bytes());
        hash.update(transfer.attempt.number.to_be_bytes());
        hash.update(transfer.payee.iban.as_bytes());
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
    for transfer in transfers {
        let money = transfer.payout.money()?;
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

    /// An element with text in the letters that banks take, none of which XML reads.
    fn leaf(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>{text}</{name}>");
    }
}

/// In at most 35 characters: of a long company key the end is left out, never what tells one message from another.
fn payment_id(message_id: &str, currency: &str) -> String {
    let (company, number) = message_id.rsplit_once('-').unwrap_or(("", message_id));
    let room = 35_usize.saturating_sub(number.len() + currency.len() + 2);
    let company: String = company.chars().take(room).collect();
    format!("{company}-{number}-{currency}")
}
