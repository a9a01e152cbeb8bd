//! What makes Review Rewards as quick among a million rewards as among a thousand: counts and sums kept by state, and
//! indexes for both sorts within months, currencies, groups and sources (docs/adr/0008-counted-rewards.md).

use sea_orm_migration::prelude::*;

use super::table::table;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name and columns. What stands behind `id` spares looking into rows that do not match.
const INDEXES: [(&str, &[&str]); 7] = [
    ("ix_rewards_recorded", &["company_id", "created_at", "id", "currency", "amount"]),
    ("ix_rewards_amount", &["company_id", "currency", "amount", "id", "created_at", "invoice_month", "state", "group_id", "source"]),
    ("ix_rewards_month_recorded", &["company_id", "invoice_month", "currency", "created_at", "id", "amount", "state"]),
    ("ix_rewards_month_amount", &["company_id", "invoice_month", "currency", "amount", "id", "created_at", "state", "group_id", "source"]),
    ("ix_rewards_group", &["company_id", "group_id", "invoice_month", "created_at", "id"]),
    ("ix_rewards_source", &["company_id", "source", "invoice_month", "created_at", "id"]),
    ("ix_rewards_partnership_amount", &["partnership_id", "amount", "id"]),
];

/// Those whose place is taken by one of the above.
const REPLACED: [&str; 4] = [
    "ix_rewards_company_id_created_at_id",
    "ix_rewards_company_id_amount_id",
    "ix_rewards_company_id_group_id_created_at_id",
    "ix_rewards_company_id_source_created_at_id",
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
        for name in REPLACED {
            manager.drop_index(Index::drop().name(name).table(Alias::new("rewards")).to_owned()).await?;
        }
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(Alias::new("rewards"));
            for column in columns {
                index.col(Alias::new(*column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
