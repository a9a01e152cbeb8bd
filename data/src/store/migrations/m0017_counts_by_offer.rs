//! Rewards are counted by offer too: the list of offers says what each has earned, however many rewards there are.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

use super::table::{migration, table};

migration!(|manager| {
    manager.drop_table(Table::drop().table(Alias::new("reward_counts")).to_owned()).await?;
    table("reward_counts")
        .uuid("company_id")
        .int("invoice_month")
        .text("currency")
        .text("state")
        .uuid("group_id")
        .text("source")
        .uuid("offer_id")
        .big("rewards")
        .big("total")
        .key(&["company_id", "invoice_month", "currency", "state", "group_id", "source", "offer_id"])
        .references("company_id", "companies")
        .create(manager)
        .await?;
    let offer = match manager.get_database_backend() {
        DbBackend::Sqlite => "COALESCE(offer_id, X'00000000000000000000000000000000')",
        _ => "COALESCE(offer_id, '00000000-0000-0000-0000-000000000000')",
    };
    for (month, grouped) in [("invoice_month", "invoice_month, "), ("0", "")] {
        let counted = format!(
            "INSERT INTO reward_counts (company_id, invoice_month, currency, state, group_id, source, offer_id, rewards, total) \
             SELECT company_id, {month}, currency, state, group_id, source, {offer}, COUNT(*), SUM(amount) FROM rewards \
             GROUP BY company_id, {grouped}currency, state, group_id, source, {offer}"
        );
        manager.get_connection().execute_unprepared(&counted).await?;
    }
    Ok(())
});
