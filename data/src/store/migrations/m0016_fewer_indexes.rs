//! Fewer indexes on rewards, each with all that the list of rewards filters by: one in each order, one by month, one for each of partner
//! and customer. What made more of them quicker was not to be felt, and every one is written with every reward (docs/adr/0023-fewer-indexes.md).

use sea_orm_migration::prelude::*;

use super::table::{index, migration};

const DROPPED: [&str; 11] = [
    "ix_rewards_recorded",
    "ix_rewards_amount",
    "ix_rewards_month_recorded",
    "ix_rewards_month_amount",
    "ix_rewards_group",
    "ix_rewards_source",
    "ix_rewards_partnership_amount",
    "ix_rewards_partnership_month",
    "ix_rewards_customer_month",
    "ix_rewards_company_id_state_created_at_id",
    "ix_rewards_partnership_id_created_at_id",
];
/// Partial, and no longer needed beside those of all of a partner's, or a customer's.
const WAITING: [&str; 2] = ["ix_rewards_partnership_waiting", "ix_rewards_customer_waiting"];

const MADE: [(&str, &[&str]); 5] = [
    ("ix_rewards_by_time", &["company_id", "created_at", "id", "invoice_month", "state", "currency", "amount", "group_id", "source"]),
    ("ix_rewards_by_amount", &["company_id", "amount", "id", "invoice_month", "state", "currency", "group_id", "source"]),
    ("ix_rewards_in_month", &["company_id", "invoice_month", "created_at", "id", "state", "currency", "amount", "group_id", "source"]),
    (
        "ix_rewards_of_partner",
        &["partnership_id", "created_at", "id", "invoice_month", "state", "currency", "amount", "group_id", "source"],
    ),
    ("ix_rewards_of_customer", &["customer_id", "created_at", "id", "invoice_month", "state", "currency", "amount"]),
];

migration!(|manager| {
    for name in DROPPED.into_iter().chain(WAITING) {
        manager.drop_index(Index::drop().name(name).table(Alias::new("rewards")).to_owned()).await?;
    }
    for (name, columns) in MADE {
        manager.create_index(index(name, "rewards", columns)).await?;
    }
    Ok(())
});
