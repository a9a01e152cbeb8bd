//! What is to be paid, as files: a table for people, and payment orders for a bank.
//!
//! An order is made once, by a person, and kept: which payouts it holds is known from here on, and it is downloaded again byte for
//! byte.

use std::collections::{HashMap, HashSet};

use domain::bank::{self, Account, BankError};
use domain::facts::Fact;
use domain::payouts::Attempt;
use domain::zone::Zone;
use domain::{Instant, Money, ids, sepa};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use data::act::Act;
use data::billing::payouts::PayoutRow;
use data::store::entities::{companies, payment_file_payouts, payment_files};
use data::store::insert_all;
use data::store::spreadsheet::harmless;
use data::{Db, Error, Result, audit, transact};
use domain::payouts::key;

mod order;

pub use order::{Debtor, PaymentOrder, pain_001};

/// The prefix of a payment file's key.
const PREFIX: &str = "pmt";

/// Why a payout is not in a payment order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    #[error("no account")]
    NoAccount,
    #[error("the account is not an IBAN")]
    NotAnIban,
    #[error("the IBAN {0}")]
    Mistyped(BankError),
    #[error("neither the name nor the key has a letter that banks take")]
    NoName,
}

/// Whom a payout goes to, as a payment order names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    pub iban: String,
    pub name: String,
    /// Nothing of the partner's name is left in the letters that banks take: it is named by its key.
    pub by_key: bool,
}

/// Whom a payout goes to, if a payment order can name them.
pub fn payee_of(payout: &PayoutRow) -> Result<Payee, LeftOut> {
    let iban = match bank::account(payout.payout_account.as_deref().unwrap_or_default()) {
        Ok(None) => return Err(LeftOut::NoAccount),
        Ok(Some(Account::Other(_))) | Err(BankError::NotAnIban(_)) => return Err(LeftOut::NotAnIban),
        Ok(Some(Account::Iban(iban))) => iban,
        Err(mistyped) => return Err(LeftOut::Mistyped(mistyped)),
    };
    let read = |text: &str| sepa::text(text, sepa::NAME_MAX);
    match (read(&payout.partner_name), read(&payout.partner_key)) {
        (Some(name), _) => Ok(Payee { iban, name, by_key: false }),
        (None, Some(name)) => Ok(Payee { iban, name, by_key: true }),
        (None, None) => Err(LeftOut::NoName),
    }
}

/// Who pays, as a payment order names them.
///
/// # Errors
/// `Conflict` where the company has no account, with what to do about it.
pub fn debtor(company: &companies::Model) -> Result<Debtor> {
    let Some(iban) = company.iban.as_deref() else {
        let message =
            format!("A payment file names the account to pay from: enter the IBAN of {} in its company profile first.", company.name);
        return Err(Error::conflict(message));
    };
    let names = [company.account_name.as_deref().unwrap_or_default(), &company.name, &company.key];
    let name = names.iter().find_map(|name| sepa::text(name, sepa::NAME_MAX)).unwrap_or_default();
    // Stored in this form already, unless by hand.
    let iban = bank::iban(iban).map_err(|error| Error::conflict(format!("The company's IBAN {error}.")))?;
    Ok(Debtor { name, iban, bic: company.bic.clone() })
}

/// Which payouts a new payment order takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose attempt is in no file yet.
    New,
    /// Also those that are in one: the bank is told to pay them once more, unless the earlier file is stopped.
    All,
}

/// A payment file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: Uuid,
    pub made_at: Instant,
    pub made_by: String,
    pub message_id: String,
    pub holds: Vec<Attempt>,
}

impl Kept {
    /// What addresses call it.
    pub fn key(&self) -> String {
        ids::key(PREFIX, self.id)
    }
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub key: String,
    pub payouts: usize,
    pub total: Money,
}

/// Makes a payment order of an invoice's payouts that wait to be paid by hand, and keeps it.
///
/// # Errors
/// `Conflict` where nothing can be ordered: there is no account to pay from, nothing new, or no partner has an IBAN.
pub async fn make(db: &Db, act: &Act<'_>, number: &str, which: Which) -> Result<Made> {
    let Act { company_id, now, .. } = *act;
    transact!(db, |tx| {
        let company = data::programme::companies::get(tx, company_id).await?;
        let invoice = data::billing::invoices::find(tx, company_id, number).await?;
        let debtor = debtor(&company)?;
        let kept = of_invoice(tx, company_id, invoice.id).await?;
        let held: HashSet<Attempt> = kept.iter().flat_map(|file| file.holds.iter().copied()).collect();
        let (mut open, mut waiting) = (Vec::new(), false);
        for payout in data::billing::payouts::of_invoice(tx, company_id, invoice.id).await? {
            waiting |= payout.is_open();
            if payout.is_open() && (which == Which::All || !held.contains(&payout.attempt()?)) {
                open.push(payout);
            }
        }
        if open.is_empty() && waiting {
            return Err(Error::conflict("Every payout that is still to be paid is in a payment file already."));
        }
        let order = pain_001(&open, &debtor, &invoice.number, kept.len() + 1, now, company.zone()?.date(now))?;
        let id = ids::derive(now, &["payment_file", &company_id.to_string(), &order.message_id]);
        let row = payment_files::Model {
            id,
            company_id,
            invoice_id: invoice.id,
            message_id: order.message_id.clone(),
            made_at: now.0,
            made_by: act.actor.stored(),
            content: order.xml,
        };
        row.into_active_model().reset_all().insert(tx).await?;
        let rows = order.holds.iter().map(|attempt| payment_file_payouts::Model {
            payment_file_id: id,
            payout_id: attempt.payout_id,
            company_id,
            attempt: attempt.number,
        });
        insert_all(tx, rows.map(IntoActiveModel::into_active_model)).await?;
        let again = order.holds.iter().filter(|attempt| held.contains(attempt)).count();
        let amounts: HashMap<Uuid, i64> = open.iter().map(|payout| (payout.id, payout.amount)).collect();
        let total = Money::new(order.holds.iter().filter_map(|attempt| amounts.get(&attempt.payout_id)).sum(), invoice.money_currency()?);
        let (message_id, payouts) = (order.message_id, order.holds.len());
        let fact = Fact::PaymentFileMade { message_id, payouts, amount: total.minor, currency: total.currency, again };
        audit::record(tx, act, &invoice.number, fact).await?;
        Ok(Made { key: ids::key(PREFIX, id), payouts: order.holds.len(), total })
    })
}

/// The payment files of an invoice, the oldest first.
pub async fn of_invoice<C: ConnectionTrait>(conn: &C, company_id: Uuid, invoice_id: Uuid) -> Result<Vec<Kept>> {
    use payment_files::{Column, Entity};
    let files: Vec<(Uuid, i64, String, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::MadeAt, Column::MadeBy, Column::MessageId])
        .filter(Column::CompanyId.eq(company_id))
        .filter(Column::InvoiceId.eq(invoice_id))
        .order_by_asc(Column::MadeAt)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let mut holds: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    if !files.is_empty() {
        use payment_file_payouts::{Column, Entity};
        let rows = Entity::find().filter(Column::PaymentFileId.is_in(files.iter().map(|(id, ..)| *id))).all(conn).await?;
        for row in rows {
            holds.entry(row.payment_file_id).or_default().push(Attempt { payout_id: row.payout_id, number: row.attempt });
        }
    }
    let kept = |(id, made_at, made_by, message_id)| Kept {
        id,
        made_at: Instant(made_at),
        made_by,
        message_id,
        holds: holds.remove(&id).unwrap_or_default(),
    };
    Ok(files.into_iter().map(kept).collect())
}

/// A kept file by its key, as it was made, and the number of its invoice.
pub async fn content<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<(payment_files::Model, String)> {
    let missing = || Error::NotFound("the payment file");
    let id = ids::parse_key(PREFIX, key).ok_or_else(missing)?;
    let found = payment_files::Entity::find_by_id(id).filter(payment_files::Column::CompanyId.eq(company_id)).one(conn).await?;
    let file = found.ok_or_else(missing)?;
    let number = data::billing::invoices::get(conn, company_id, file.invoice_id).await?.number;
    Ok((file, number))
}

/// Payouts as CSV for a spreadsheet, one row each. Dates are the company's.
pub fn csv(payouts: &[PayoutRow], kept: &[Kept], zone: &Zone) -> Result<Vec<u8>> {
    let held: HashMap<Attempt, &Kept> = kept.iter().flat_map(|file| file.holds.iter().map(move |attempt| (*attempt, file))).collect();
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
                in_file(payout, held.get(&payout.attempt()?).copied(), zone),
            ])
            .map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| Error::Io(std::io::Error::other(error.to_string())))
}

/// The newest payment file that has it, or why none does; empty where it needs none.
fn in_file(payout: &PayoutRow, kept: Option<&Kept>, zone: &Zone) -> String {
    match (kept, payee_of(payout)) {
        (Some(file), _) => format!("made {}", zone.local(file.made_at).format("%Y-%m-%d %H:%M")),
        _ if !payout.is_open() => String::new(),
        (None, Ok(_)) => "not made yet".to_owned(),
        (None, Err(why)) => format!("left out: {why}"),
    }
}

fn unwritable(error: csv::Error) -> Error {
    Error::Io(std::io::Error::other(error))
}

#[cfg(test)]
mod tests;
