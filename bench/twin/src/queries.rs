//! Every question that the two pages ask, as an expert would ask it: one statement for each thing to know, and nothing twice.
//!
//! Who is asking takes two statements: the session with the sandbox's clock, then the person with all their places.
//! Review Rewards takes four more, Commissions five. No transaction around them: a list may be a moment newer than its counts.

use sqlx::{FromRow, PgPool, QueryBuilder, SqlitePool};
use uuid::Uuid;

pub enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(FromRow)]
pub struct Session {
    pub user_id: Option<String>,
    pub sandbox_now: Option<i64>,
}

/// The person, and one of their places.
#[derive(FromRow)]
pub struct Membership {
    pub user_name: String,
    pub email: String,
    pub role: String,
    pub company_id: Option<Uuid>,
    pub company_key: Option<String>,
    pub company_name: Option<String>,
    pub timezone: Option<String>,
    pub currency: Option<String>,
    pub open_month: Option<i32>,
    pub open_month_ends_at: Option<i64>,
    pub partner_id: Option<Uuid>,
    pub partner_key: Option<String>,
    pub partner_name: Option<String>,
}

#[derive(FromRow)]
pub struct Invoice {
    pub id: Uuid,
    pub company_id: Uuid,
    pub month: i32,
    pub currency: String,
    pub state: String,
    pub review_ends_at: i64,
    pub charge_due_at: i64,
    pub paused_at: Option<i64>,
    pub retry_at: Option<i64>,
    pub charged_at: Option<i64>,
}

/// A company's rewards of a month, currency and state.
#[derive(FromRow)]
pub struct Count {
    pub invoice_month: i32,
    pub currency: String,
    pub state: String,
    pub rewards: i64,
    pub total: i64,
}

/// A partner's.
#[derive(FromRow)]
pub struct Sum {
    pub partnership_id: Uuid,
    pub invoice_month: i32,
    pub currency: String,
    pub state: String,
    pub rewards: i64,
    pub total: i64,
}

#[derive(FromRow)]
pub struct Group {
    pub key: String,
    pub name: String,
}

#[derive(FromRow)]
pub struct Reward {
    pub id: Uuid,
    pub company_id: Uuid,
    pub partnership_id: Uuid,
    pub key: String,
    pub source: String,
    pub amount: i64,
    pub currency: String,
    pub description: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub ready_at: Option<i64>,
    pub invoice_month: i32,
    pub occurred_at: i64,
    pub created_at: i64,
    pub trigger_key: Option<String>,
    pub offer_version_id: Option<Uuid>,
    pub partner_key: String,
    pub partner_name: String,
    pub partner_email: String,
    pub customer_key: Option<String>,
    pub customer_name: Option<String>,
    pub customer_email: Option<String>,
    /// The triggers that paid for the same sale in the same words.
    pub alike: Option<String>,
}

#[derive(FromRow)]
pub struct Partnership {
    pub id: Uuid,
    pub company_id: Uuid,
    pub settlement_days: i32,
    pub company_name: String,
    pub timezone: String,
    pub currency: String,
    pub customer_visibility: String,
    pub open_month: i32,
}

#[derive(FromRow)]
pub struct Payout {
    pub partnership_id: Uuid,
    pub invoice_id: Uuid,
    pub amount: i64,
    pub currency: String,
    pub state: String,
    pub paid_at: Option<i64>,
}

const SESSION: &str = "SELECT s.user_id, i.sandbox_now FROM sessions s, installation i
    WHERE s.id = $1 AND s.expires_at > $2 AND s.ends_at > $2 AND i.id = 1";

const PERSON: &str = "SELECT u.name AS user_name, u.email, m.role, c.id AS company_id, c.key AS company_key, c.name AS company_name,
        c.timezone, c.currency, c.open_month, c.open_month_ends_at, p.id AS partner_id, p.key AS partner_key, p.name AS partner_name
    FROM users u JOIN memberships m ON m.user_id = u.id
    LEFT JOIN companies c ON c.id = m.company_id LEFT JOIN partners p ON p.id = m.partner_id
    WHERE u.id = $1 ORDER BY c.name, p.name";

/// For the choice of months, what is in review, the rewards' states and the clock's jumps.
const INVOICES: &str = "SELECT id, company_id, month, currency, state, review_ends_at, charge_due_at, paused_at, retry_at, charged_at
    FROM invoices WHERE company_id IN (";

/// For the tabs, the totals, the currencies and the number in the navigation.
const COUNTS: &str = "SELECT invoice_month, currency, state, CAST(sum(rewards) AS BIGINT) AS rewards, CAST(sum(total) AS BIGINT) AS total
    FROM reward_counts WHERE company_id = $1 AND invoice_month >= $2 GROUP BY invoice_month, currency, state
    UNION ALL SELECT invoice_month, currency, state, CAST(sum(rewards) AS BIGINT), CAST(sum(total) AS BIGINT)
    FROM reward_counts WHERE company_id = $1 AND invoice_month = 0 AND state IN ('hold', 'scheduled')
    GROUP BY invoice_month, currency, state";

const GROUPS: &str = "SELECT key, name FROM groups WHERE company_id = $1 ORDER BY lower(name), key";

const VERSION: &str = "SELECT triggers FROM offer_versions WHERE id = $1";

const PARTNERSHIPS: &str = "SELECT s.id, s.company_id, s.settlement_days, c.name AS company_name, c.timezone, c.currency,
        c.customer_visibility, c.open_month
    FROM partnerships s JOIN companies c ON c.id = s.company_id
    WHERE s.partner_id = $1 AND s.status <> 'declined' ORDER BY s.joined_at";

/// For the count, the total and what is earned by how near it is.
const SUMS: &str = "SELECT partnership_id, invoice_month, currency, state, count(*) AS rewards, CAST(sum(amount) AS BIGINT) AS total
    FROM rewards WHERE partnership_id IN (";
const SUMS_BY: &str = ") GROUP BY partnership_id, invoice_month, currency, state";

/// For what was paid, and for the state of each reward.
const PAYOUTS: &str = "SELECT partnership_id, invoice_id, amount, currency, state, paid_at FROM payouts WHERE partnership_id IN (";

macro_rules! rewards {
    ($keys:literal, $rest:literal) => {
        concat!(
            "SELECT r.id, r.company_id, r.partnership_id, r.key, r.source, r.amount, r.currency, r.description, r.state, r.state_reason,
                r.ready_at, r.invoice_month, r.occurred_at, r.created_at, r.trigger_key, r.offer_version_id, p.partner_key,
                p.name AS partner_name, p.email AS partner_email, c.customer_key, c.name AS customer_name, c.email AS customer_email,
                (SELECT ",
            $keys,
            " FROM rewards o WHERE o.transaction_id = r.transaction_id AND o.partnership_id = r.partnership_id
                    AND o.source = r.source AND o.description = r.description AND o.trigger_key IS NOT NULL) AS alike
            FROM rewards r JOIN partnerships p ON p.id = r.partnership_id LEFT JOIN customers c ON c.id = r.customer_id WHERE ",
            $rest
        )
    };
}

/// The open months, what is in review, and what waits outside of any month.
macro_rules! open_rewards {
    ($keys:literal) => {
        rewards!(
            $keys,
            "r.company_id = $1 AND (r.state IN ('hold', 'scheduled') OR r.invoice_month >= $2 OR EXISTS (SELECT 1 FROM invoices i
                WHERE i.company_id = r.company_id AND i.month = r.invoice_month AND i.currency = r.currency AND i.state = 'in_review'))
            ORDER BY r.created_at DESC, r.id DESC LIMIT 51"
        )
    };
}

macro_rules! partner_rewards {
    ($keys:literal) => {
        rewards!($keys, "r.partnership_id IN (")
    };
}
const NEWEST: &str = ") ORDER BY r.created_at DESC, r.id DESC LIMIT 51";

/// The same questions for each kind of database.
macro_rules! ask {
    ($self:ident, $pool:ident => $asked:expr) => {
        match $self {
            Pool::Sqlite($pool) => $asked,
            Pool::Postgres($pool) => $asked,
        }
    };
}

/// A question about some rows by their ids.
macro_rules! about {
    ($pool:ident, $before:expr, $ids:expr, $after:expr) => {{
        let mut query = QueryBuilder::new($before);
        let mut list = query.separated(", ");
        for id in $ids {
            list.push_bind(*id);
        }
        query.push($after);
        query.build_query_as().fetch_all($pool).await
    }};
}

impl Pool {
    pub async fn session(&self, id: &str, now: i64) -> sqlx::Result<Option<Session>> {
        ask!(self, pool => sqlx::query_as(SESSION).bind(id).bind(now).fetch_optional(pool).await)
    }

    pub async fn person(&self, user_id: Uuid) -> sqlx::Result<Vec<Membership>> {
        ask!(self, pool => sqlx::query_as(PERSON).bind(user_id).fetch_all(pool).await)
    }

    pub async fn invoices(&self, companies: &[Uuid]) -> sqlx::Result<Vec<Invoice>> {
        ask!(self, pool => about!(pool, INVOICES, companies, ")"))
    }

    pub async fn counts(&self, company_id: Uuid, first: i32) -> sqlx::Result<Vec<Count>> {
        ask!(self, pool => sqlx::query_as(COUNTS).bind(company_id).bind(first).fetch_all(pool).await)
    }

    pub async fn groups(&self, company_id: Uuid) -> sqlx::Result<Vec<Group>> {
        ask!(self, pool => sqlx::query_as(GROUPS).bind(company_id).fetch_all(pool).await)
    }

    pub async fn open_rewards(&self, company_id: Uuid, open: i32) -> sqlx::Result<Vec<Reward>> {
        match self {
            Pool::Sqlite(pool) => {
                const SQL: &str = open_rewards!("group_concat(o.trigger_key)");
                sqlx::query_as(SQL).bind(company_id).bind(open).fetch_all(pool).await
            }
            Pool::Postgres(pool) => {
                const SQL: &str = open_rewards!("string_agg(o.trigger_key, ',')");
                sqlx::query_as(SQL).bind(company_id).bind(open).fetch_all(pool).await
            }
        }
    }

    /// The triggers of an offer's version, which never change.
    pub async fn version(&self, id: Uuid) -> sqlx::Result<String> {
        ask!(self, pool => sqlx::query_scalar(VERSION).bind(id).fetch_one(pool).await)
    }

    pub async fn partnerships(&self, partner_id: Uuid) -> sqlx::Result<Vec<Partnership>> {
        ask!(self, pool => sqlx::query_as(PARTNERSHIPS).bind(partner_id).fetch_all(pool).await)
    }

    pub async fn sums(&self, partnerships: &[Uuid]) -> sqlx::Result<Vec<Sum>> {
        ask!(self, pool => about!(pool, SUMS, partnerships, SUMS_BY))
    }

    pub async fn payouts(&self, partnerships: &[Uuid]) -> sqlx::Result<Vec<Payout>> {
        ask!(self, pool => about!(pool, PAYOUTS, partnerships, ")"))
    }

    pub async fn partner_rewards(&self, partnerships: &[Uuid]) -> sqlx::Result<Vec<Reward>> {
        match self {
            Pool::Sqlite(pool) => about!(pool, partner_rewards!("group_concat(o.trigger_key)"), partnerships, NEWEST),
            Pool::Postgres(pool) => about!(pool, partner_rewards!("string_agg(o.trigger_key, ',')"), partnerships, NEWEST),
        }
    }
}
