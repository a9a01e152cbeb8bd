//! The double-entry ledger: append-only transfers, each summing to zero in its one currency.

use domain::invoicing::Posting;
use domain::states::{Account, TransferKind};
use domain::{Currency, Instant, ids};
use sea_orm::{ConnectionTrait, FromQueryResult, IntoActiveModel, Statement};
use uuid::Uuid;

use crate::store::entities::ledger_transfers;
use crate::store::error::stored;
use crate::store::{execute_with_rows, insert_all};
use crate::{Db, Error, Result};

/// What is posted and why. `reference` names the cause within its kind: the same cause posts once.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub company_id: Uuid,
    pub kind: TransferKind,
    pub reference: String,
    pub currency: Currency,
    pub invoice_id: Option<Uuid>,
    pub payout_id: Option<Uuid>,
    pub postings: Vec<Posting>,
}

/// Posts transfers; one without postings is left out.
///
/// # Errors
/// `Corrupt` when a transfer does not sum to zero, a database error when its cause was posted before.
pub async fn post<C: ConnectionTrait>(tx: &C, now: Instant, transfers: Vec<Transfer>) -> Result<()> {
    let mut heads = Vec::with_capacity(transfers.len());
    let mut entries = Vec::new();
    for transfer in transfers {
        if transfer.postings.is_empty() {
            continue;
        }
        let sum: i128 = transfer.postings.iter().map(|posting| i128::from(posting.amount)).sum();
        if sum != 0 {
            return Err(Error::Corrupt(format!("the transfer {} {} sums to {sum}", transfer.kind, transfer.reference)));
        }
        let id = ids::derive(now, &["transfer", &transfer.company_id.to_string(), transfer.kind.word(), &transfer.reference]);
        entries.push((id, transfer.postings));
        heads.push(ledger_transfers::Model {
            id,
            company_id: transfer.company_id,
            kind: transfer.kind.word().to_owned(),
            reference: transfer.reference,
            currency: transfer.currency.code().to_owned(),
            at: now.0,
            invoice_id: transfer.invoice_id,
            payout_id: transfer.payout_id,
        });
    }
    insert_all(tx, heads.into_iter().map(IntoActiveModel::into_active_model)).await?;
    let rows = entries.iter().flat_map(|(id, postings)| {
        (0i32..).zip(postings).map(|(line, posting)| {
            [(*id).into(), line.into(), posting.account.word().into(), posting.partnership_id.into(), posting.amount.into()]
        })
    });
    // Company and currency are the transfer's own.
    execute_with_rows(
        tx,
        "WITH v(transfer_id, line, account, partnership_id, amount) AS (VALUES {rows}) \
         INSERT INTO ledger_entries (transfer_id, line, company_id, account, partnership_id, amount, currency) \
         SELECT v.transfer_id, v.line, t.company_id, v.account, v.partnership_id, v.amount, t.currency \
         FROM v JOIN ledger_transfers t ON t.id = v.transfer_id",
        rows,
    )
    .await
}

/// What stands on one account in one currency; credits are above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub account: Account,
    pub currency: Currency,
    pub minor: i64,
}

/// A company's accounts; all partners' balances together are one line.
pub async fn balances(db: &Db, company_id: Uuid) -> Result<Vec<Balance>> {
    #[derive(FromQueryResult)]
    struct Row {
        account: String,
        currency: String,
        minor: i64,
    }
    let rows = Row::find_by_statement(Statement::from_sql_and_values(
        db.read().get_database_backend(),
        "SELECT account, currency, CAST(SUM(amount) AS BIGINT) AS minor FROM ledger_entries \
         WHERE company_id = $1 GROUP BY account, currency ORDER BY account, currency",
        [company_id.into()],
    ))
    .all(db.read())
    .await?;
    rows.into_iter().map(|row| Ok(Balance { account: stored(&row.account)?, currency: stored(&row.currency)?, minor: row.minor })).collect()
}

/// What a company owes one partner, per currency: above zero is still to be paid, below is carried against what comes.
pub async fn partner_balances(db: &Db, company_id: Uuid, partnership_id: Uuid) -> Result<Vec<domain::Money>> {
    #[derive(FromQueryResult)]
    struct Row {
        currency: String,
        minor: i64,
    }
    let rows = Row::find_by_statement(Statement::from_sql_and_values(
        db.read().get_database_backend(),
        "SELECT currency, CAST(SUM(amount) AS BIGINT) AS minor FROM ledger_entries \
         WHERE company_id = $1 AND account = 'partner' AND partnership_id = $2 \
         GROUP BY currency HAVING SUM(amount) <> 0 ORDER BY currency",
        [company_id.into(), partnership_id.into()],
    ))
    .all(db.read())
    .await?;
    rows.into_iter().map(|row| Ok(domain::Money::new(row.minor, stored(&row.currency)?))).collect()
}
