//! What falls due, of which companies, and when.

use std::collections::{BTreeMap, BTreeSet};

use domain::Instant;
use domain::states::{AttemptState, PayoutState, ProviderKind, RewardState};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::Result;
use crate::billing::charges;
use crate::programme::simulated_money;
use crate::programme::simulated_money::Held;
use crate::store::entities::{charge_attempts, companies, imports as import_rows, invoices, outbox, payouts, rewards};
use crate::work::open_imports;

/// Rows that wait for their instant.
struct Source {
    rows: SelectStatement,
    company: Expr,
    at: Expr,
}

impl Source {
    fn of<E: EntityTrait>(rows: sea_orm::Select<E>, company: impl ColumnTrait, at: Expr) -> Source {
        Source { rows: rows.select_only().into_query(), company: Expr::col(company.as_column_ref()), at }
    }

    fn without(mut self, companies: &BTreeSet<Uuid>) -> Source {
        if !companies.is_empty() {
            self.rows.and_where(self.company.clone().is_not_in(companies.iter().copied()));
        }
        self
    }

    async fn first<C: ConnectionTrait>(mut self, conn: &C) -> Result<Option<i64>> {
        self.rows.expr_as(self.at.min(), Alias::new("at"));
        let row = conn.query_one(&self.rows).await?;
        Ok(row.map(|row| row.try_get::<Option<i64>>("", "at")).transpose()?.flatten())
    }

    /// The first instant up to `now` of each company.
    async fn due<C: ConnectionTrait>(mut self, conn: &C, now: Instant) -> Result<Vec<(Uuid, i64)>> {
        self.rows
            .expr_as(self.company.clone(), Alias::new("company"))
            .expr_as(self.at.clone().min(), Alias::new("at"))
            .and_where(self.at.lte(now.0))
            .add_group_by([self.company]);
        let rows = conn.query_all(&self.rows).await?;
        rows.iter().map(|row| Ok((row.try_get("", "company")?, row.try_get("", "at")?))).collect()
    }
}

fn sources(held: &Held, without: &BTreeSet<Uuid>) -> Vec<Source> {
    let released = rewards::Entity::find().filter(rewards::Column::State.eq(RewardState::Scheduled.word()));
    let charged = invoices::Entity::find().filter(charges::due_condition()).filter(held.companies(invoices::Column::CompanyId));
    let asked = charge_attempts::Entity::find()
        .filter(charge_attempts::Column::State.eq(AttemptState::InFlight.word()))
        .filter(charge_attempts::Column::Provider.ne(ProviderKind::Manual.word()))
        .filter(held.free(charge_attempts::Column::CompanyId, charge_attempts::Column::Provider));
    let open = [PayoutState::Pending, PayoutState::Sending, PayoutState::Sent].map(|state| state.word());
    let paid = payouts::Entity::find()
        .filter(payouts::Column::State.is_in(open))
        .filter(payouts::Column::Provider.ne(ProviderKind::Manual.word()))
        .filter(held.free(payouts::Column::CompanyId, payouts::Column::Provider));
    let sources = [
        Source::of(released, rewards::Column::CompanyId, Expr::col(rewards::Column::ReadyAt)),
        Source::of(companies::Entity::find(), companies::Column::Id, Expr::col(companies::Column::OpenMonthEndsAt)),
        Source::of(charged, invoices::Column::CompanyId, charges::due_at()),
        Source::of(asked, charge_attempts::Column::CompanyId, Expr::col(charge_attempts::Column::StartedAt)),
        Source::of(paid, payouts::Column::CompanyId, Expr::col(payouts::Column::DueAt)),
        Source::of(open_imports::accepted(), import_rows::Column::CompanyId, Expr::col(import_rows::Column::At)),
    ];
    sources.into_iter().map(|source| source.without(without)).collect()
}

/// The next instant at which something falls due for other companies than these.
pub(super) async fn next_instant<C: ConnectionTrait>(conn: &C, without: &BTreeSet<Uuid>) -> Result<Option<Instant>> {
    let held = Held::load(conn).await?;
    let mails = outbox::Entity::find().filter(outbox::Column::SentAt.is_null());
    let mailed = Source::of(mails, outbox::Column::CompanyId, Expr::col(outbox::Column::DueAt));
    let mut next = mailed.first(conn).await?;
    for source in sources(&held, without) {
        let first = source.first(conn).await?;
        next = [next, first].into_iter().flatten().min();
    }
    Ok(next.map(Instant))
}

/// The companies for which something is due at `now`, but for these: in the order in which it fell due.
pub(super) async fn companies<C: ConnectionTrait>(conn: &C, now: Instant, without: &BTreeSet<Uuid>) -> Result<Vec<Uuid>> {
    let held = Held::load(conn).await?;
    let mut due: BTreeMap<Uuid, i64> = BTreeMap::new();
    for source in sources(&held, without) {
        for (company_id, at) in source.due(conn, now).await? {
            let first = due.entry(company_id).or_insert(at);
            *first = Ord::min(at, *first);
        }
    }
    for company_id in simulated_money::left_by_simulation(conn).await? {
        if !without.contains(&company_id) {
            due.entry(company_id).or_insert(now.0);
        }
    }
    let mut companies: Vec<(i64, Uuid)> = due.into_iter().map(|(company_id, at)| (at, company_id)).collect();
    companies.sort_unstable();
    Ok(companies.into_iter().map(|(_, company_id)| company_id).collect())
}
