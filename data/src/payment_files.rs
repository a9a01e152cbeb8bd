//! What is to be paid, as files: a table for people, and a payment order for a bank.

use domain::Instant;
use domain::bank::{self, BankError};
use domain::zone::Zone;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::entities::companies;
use crate::exports::harmless;
use crate::payouts::{PayoutRow, key};
use crate::{Error, Result};

mod order;

pub use order::{Debtor, PaymentOrder, pain_001};

/// Why a payout is not in a payment order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    #[error("no account")]
    NoAccount,
    #[error("the account is not an IBAN")]
    NotAnIban,
    #[error("the IBAN {0}")]
    Mistyped(BankError),
}

/// The account that a payout goes to, if a payment order can name it.
pub fn iban_of(payout: &PayoutRow) -> Result<String, LeftOut> {
    match payout.payout_account.as_deref().map(str::trim) {
        None | Some("") => Err(LeftOut::NoAccount),
        Some(account) => bank::iban(account).map_err(|error| match error {
            BankError::NotAnIban(_) => LeftOut::NotAnIban,
            mistyped => LeftOut::Mistyped(mistyped),
        }),
    }
}

/// Who pays, as a payment order names them.
///
/// # Errors
/// `Conflict` where the company has no account, with what to do about it.
pub fn debtor(company: &companies::Model) -> Result<Debtor<'_>> {
    let Some(iban) = company.iban.as_deref() else {
        let message =
            format!("A payment file names the account to pay from: enter the IBAN of {} in its company profile first.", company.name);
        return Err(Error::conflict(message));
    };
    Ok(Debtor { name: company.account_name.as_deref().unwrap_or(&company.name), iban, bic: company.bic.as_deref() })
}

/// What a payment order of the payouts that are still to be made would hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    pub included: usize,
    /// Partners' names and why they are not in it.
    pub left_out: Vec<(String, LeftOut)>,
}

pub async fn outlook<C: ConnectionTrait>(conn: &C, company_id: Uuid, invoice_id: Uuid) -> Result<Outlook> {
    let mut outlook = Outlook::default();
    for payout in crate::payouts::of_invoice(conn, company_id, invoice_id).await? {
        match iban_of(&payout) {
            _ if !payout.is_open() => {}
            Ok(_) => outlook.included += 1,
            Err(why) => outlook.left_out.push((payout.partner_name, why)),
        }
    }
    Ok(outlook)
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
        "payment_file",
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
                in_file(payout),
            ])
            .map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

/// Whether the payment file has it; empty when nothing is left to be paid.
fn in_file(payout: &PayoutRow) -> String {
    match iban_of(payout) {
        _ if !payout.is_open() => String::new(),
        Ok(_) => "included".to_owned(),
        Err(why) => format!("left out: {why}"),
    }
}

fn unwritable(error: csv::Error) -> Error {
    Error::Io(std::io::Error::other(error))
}

#[cfg(test)]
mod tests;
