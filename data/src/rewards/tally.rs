//! The counts and sums of rewards by month, currency, state, group, source and offer (nil: none), and how many of a partner's are
//! on hold, kept in step with the rows: lists show them however many rewards there are. `verify` compares them with the rows.

use std::collections::BTreeMap;

use domain::states::RewardState;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::store::entities::rewards;
use crate::store::execute_with_rows;
use crate::{Error, Result};

/// The month under which all months are counted together.
pub const EVERY_MONTH: i32 = 0;

type Cell = (Uuid, i32, String, String, Uuid, String, Uuid);

/// What a transaction changes, summed up before it is written.
#[derive(Default)]
pub struct Tally {
    cells: BTreeMap<Cell, (i64, i128)>,
    /// By partnership.
    held: BTreeMap<Uuid, i64>,
}

impl Tally {
    /// A reward that is new.
    pub fn add(&mut self, row: &rewards::Model) {
        self.count(row, &row.state, row.invoice_month, 1);
    }

    /// A reward that stood as `row` says and now has this state and month.
    pub fn change(&mut self, row: &rewards::Model, state: &str, month: i32) {
        self.count(row, &row.state, row.invoice_month, -1);
        self.count(row, state, month, 1);
    }

    fn count(&mut self, row: &rewards::Model, state: &str, month: i32, times: i64) {
        if state == RewardState::Hold.word() {
            *self.held.entry(row.partnership_id).or_default() += times;
        }
        for month in [month, EVERY_MONTH] {
            let offer = row.offer_id.unwrap_or_default();
            let cell = (row.company_id, month, row.currency.clone(), state.to_owned(), row.group_id, row.source.clone(), offer);
            let (rewards, total) = self.cells.entry(cell).or_default();
            *rewards += times;
            *total += i128::from(times) * i128::from(row.amount);
        }
    }

    /// Writes it, always in the same order, so that two transactions cannot wait for each other.
    pub async fn write<C: ConnectionTrait>(self, tx: &C) -> Result<()> {
        let changed = self.cells.into_iter().filter(|(_, (rewards, total))| *rewards != 0 || *total != 0);
        let mut rows = Vec::new();
        for ((company, month, currency, state, group, source, offer), (rewards, total)) in changed {
            let total = i64::try_from(total).map_err(|_| Error::conflict("these rewards come to more than can be added up"))?;
            rows.push([
                company.into(),
                month.into(),
                currency.into(),
                state.into(),
                group.into(),
                source.into(),
                offer.into(),
                rewards.into(),
                total.into(),
            ]);
        }
        execute_with_rows(
            tx,
            "INSERT INTO reward_counts (company_id, invoice_month, currency, state, group_id, source, offer_id, rewards, total) VALUES {rows} \
             ON CONFLICT (company_id, invoice_month, currency, state, group_id, source, offer_id) \
             DO UPDATE SET rewards = reward_counts.rewards + excluded.rewards, total = reward_counts.total + excluded.total",
            rows,
        )
        .await?;
        let held = self.held.into_iter().filter(|(_, change)| *change != 0);
        execute_with_rows(
            tx,
            "WITH v(id, change) AS (VALUES {rows}) \
             UPDATE partnerships SET held = partnerships.held + v.change FROM v WHERE partnerships.id = v.id",
            held.map(|(id, change)| [id.into(), change.into()]).collect::<Vec<_>>(),
        )
        .await
    }
}
