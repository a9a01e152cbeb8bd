//! What makes the lists as quick among a million rows as among a thousand: counts and sums of rewards kept by state, indexes
//! for both sorts within months, currencies, groups, sources, partners and customers, and for partners indexes that have what is
//! filtered by beside what is sorted by (docs/adr/0008-counted-rewards.md).

use sea_orm_migration::prelude::*;

use super::table::{index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

struct Made {
    name: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    /// Only some rows, of which it has all that is asked for.
    only: Option<Only>,
}

#[derive(Clone, Copy)]
enum Only {
    /// Rewards on hold and scheduled ones.
    Waiting,
    /// Partners with a reward on hold.
    Held,
}

const fn rewards(name: &'static str, columns: &'static [&'static str]) -> Made {
    Made { name, table: "rewards", columns, only: None }
}

const fn waiting(name: &'static str, columns: &'static [&'static str]) -> Made {
    Made { name, table: "rewards", columns, only: Some(Only::Waiting) }
}

const fn partnerships(name: &'static str, columns: &'static [&'static str]) -> Made {
    Made { name, table: "partnerships", columns, only: None }
}

/// What stands behind `id` spares looking into rows that do not match.
const INDEXES: [Made; 21] = [
    rewards("ix_rewards_recorded", &["company_id", "created_at", "id", "currency", "amount"]),
    rewards("ix_rewards_amount", &["company_id", "currency", "amount", "id", "created_at", "invoice_month", "state", "group_id", "source"]),
    rewards("ix_rewards_month_recorded", &["company_id", "invoice_month", "currency", "created_at", "id", "amount", "state"]),
    rewards(
        "ix_rewards_month_amount",
        &["company_id", "invoice_month", "currency", "amount", "id", "created_at", "state", "group_id", "source"],
    ),
    rewards("ix_rewards_group", &["company_id", "group_id", "invoice_month", "created_at", "id"]),
    rewards("ix_rewards_source", &["company_id", "source", "invoice_month", "created_at", "id", "currency", "amount", "state", "group_id"]),
    rewards("ix_rewards_partnership_amount", &["partnership_id", "amount", "id"]),
    rewards("ix_rewards_partnership_month", &["partnership_id", "invoice_month", "created_at", "id", "currency", "amount", "state"]),
    rewards("ix_rewards_customer_month", &["customer_id", "invoice_month", "created_at", "id", "currency", "amount", "state"]),
    waiting("ix_rewards_waiting", &["company_id", "state", "created_at", "id", "currency", "amount", "group_id", "source"]),
    waiting("ix_rewards_partnership_waiting", &["partnership_id", "state", "created_at", "id", "currency", "amount"]),
    waiting("ix_rewards_customer_waiting", &["customer_id", "state", "created_at", "id", "currency", "amount"]),
    partnerships("ix_partnerships_search", &["company_id", "search", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_email", &["company_id", "email", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_signups", &["company_id", "signups", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_paid_customers", &["company_id", "paid_customers", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_revenue", &["company_id", "revenue", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_last_active", &["company_id", "last_active_at", "id", "group_id", "status", "joined_at", "held"]),
    partnerships("ix_partnerships_joined", &["company_id", "joined_at", "id", "group_id", "status", "held"]),
    Made {
        name: "ix_partnerships_held",
        table: "partnerships",
        // The filtered column comes first although it is the same in all rows: SQLite then picks the index.
        columns: &[
            "company_id",
            "held",
            "joined_at",
            "id",
            "group_id",
            "status",
            "signups",
            "paid_customers",
            "revenue",
            "last_active_at",
            "search",
            "email",
        ],
        only: Some(Only::Held),
    },
    partnerships("ix_partnerships_group", &["company_id", "group_id", "joined_at", "id", "status", "held"]),
];

/// Those whose place is taken by one of the above.
const REPLACED: [(&str, &str); 13] = [
    ("rewards", "ix_rewards_company_id_created_at_id"),
    ("rewards", "ix_rewards_company_id_amount_id"),
    ("rewards", "ix_rewards_company_id_group_id_created_at_id"),
    ("rewards", "ix_rewards_company_id_source_created_at_id"),
    ("rewards", "ix_rewards_customer_id_created_at"),
    ("partnerships", "ix_partnerships_company_id_search_id"),
    ("partnerships", "ix_partnerships_company_id_email_id"),
    ("partnerships", "ix_partnerships_company_id_signups_id"),
    ("partnerships", "ix_partnerships_company_id_paid_customers_id"),
    ("partnerships", "ix_partnerships_company_id_revenue_id"),
    ("partnerships", "ix_partnerships_company_id_last_active_at_id"),
    ("partnerships", "ix_partnerships_company_id_joined_at_id"),
    ("partnerships", "ix_partnerships_company_id_group_id_joined_at_id"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // How many rewards there are of a kind and what they add up to, kept in the transaction that changes them. Month 0:
        // all months together.
        table("reward_counts")
            .uuid("company_id")
            .int("invoice_month")
            .text("currency")
            .text("state")
            .uuid("group_id")
            .text("source")
            .big("rewards")
            .big("total")
            .key(&["company_id", "invoice_month", "currency", "state", "group_id", "source"])
            .references("company_id", "companies")
            .create(manager)
            .await?;
        for (month, grouped) in [("invoice_month", "invoice_month, "), ("0", "")] {
            let counted = format!(
                "INSERT INTO reward_counts (company_id, invoice_month, currency, state, group_id, source, rewards, total) \
                 SELECT company_id, {month}, currency, state, group_id, source, COUNT(*), SUM(amount) FROM rewards \
                 GROUP BY company_id, {grouped}currency, state, group_id, source"
            );
            manager.get_connection().execute_unprepared(&counted).await?;
        }
        // How many of a partner's rewards are on hold, kept in the same way.
        let held = ColumnDef::new(Alias::new("held")).big_integer().not_null().default(0).to_owned();
        manager.alter_table(Table::alter().table(Alias::new("partnerships")).add_column(held).to_owned()).await?;
        let counted = "UPDATE partnerships SET held = \
             (SELECT COUNT(*) FROM rewards WHERE rewards.partnership_id = partnerships.id AND rewards.state = 'hold') \
             WHERE id IN (SELECT partnership_id FROM rewards WHERE state = 'hold')";
        manager.get_connection().execute_unprepared(counted).await?;
        for (table, name) in REPLACED {
            manager.drop_index(Index::drop().name(name).table(Alias::new(table)).to_owned()).await?;
        }
        for made in INDEXES {
            let mut index = index(made.name, made.table, made.columns);
            let column = |name: &'static str| Expr::col(Alias::new(name));
            match made.only {
                Some(Only::Waiting) => {
                    index.cond_where(Condition::any().add(column("state").eq("hold")).add(column("state").eq("scheduled")));
                }
                Some(Only::Held) => {
                    index.cond_where(column("held").gt(0));
                }
                None => {}
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
