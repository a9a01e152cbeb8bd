//! Companies, people, partners, offers, customers and who brought them.

use sea_orm_migration::prelude::*;

use super::table::table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table("companies").id().text("key").text("name").text("timezone").text("currency")
            // The month that is accumulating, and the instant at which its invoices are due.
            .int("open_month").big("open_month_ends_at").big_zero("invoice_count")
            .text("charge_provider").text("payout_provider").big_zero("fee_ppm")
            .text("customer_visibility").text_null("address").big("created_at")
            .unique(&["key"]).index(&["open_month_ends_at"])
            .create(manager).await?;

        table("users").id().text("email").text("name").text_null("password_hash").big("created_at")
            .unique(&["email"])
            .create(manager).await?;
        table("partners").id().text("name").text("email").big("created_at").create(manager).await?;
        // A user's role at a company or at a partner: exactly one of the two is set.
        table("memberships").id().uuid("user_id").uuid_null("company_id").uuid_null("partner_id").text("role").big("created_at")
            .references("user_id", "users").references("company_id", "companies").references("partner_id", "partners")
            .unique(&["user_id", "company_id"]).unique(&["user_id", "partner_id"]).index(&["company_id"]).index(&["partner_id"])
            .create(manager).await?;
        table("sign_in_links").id().uuid("user_id").text("token_hash").big("expires_at").big_null("used_at")
            .references("user_id", "users").unique(&["token_hash"])
            .create(manager).await?;
        table("sign_in_failures").text("subject").int("failures").big("last_at").key(&["subject"]).create(manager).await?;
        table("sessions").text("id").text("data").big("expires_at").key(&["id"]).index(&["expires_at"]).create(manager).await?;

        table("groups").id().uuid("company_id").text("key").text("name").big("created_at")
            .references("company_id", "companies").unique(&["company_id", "key"])
            .create(manager).await?;
        // `group_id`, `signups`, `paid_customers`, `revenue` (in the company's currency) and `last_active_at` are kept in the
        // transaction that changes them, so that lists sort by them.
        table("partnerships").id().uuid("company_id").uuid("partner_id").text("partner_key").text("name").text("email")
            .text("first_name").text("last_name").uuid("group_id").text("status").text("tags").text_null("manager")
            .text("payout_method").int_zero("settlement_days").text_null("payout_account")
            .big_zero("signups").big_zero("paid_customers").big_zero("revenue").big("last_active_at").big("joined_at")
            // name, email and key in lower case: what the list is sorted by under the name
            .text("search")
            .references("company_id", "companies").references("partner_id", "partners").references("group_id", "groups")
            .unique(&["company_id", "partner_key"]).unique(&["company_id", "partner_id"])
            .index(&["company_id", "search", "id"]).index(&["company_id", "signups", "id"])
            .index(&["company_id", "paid_customers", "id"]).index(&["company_id", "revenue", "id"])
            .index(&["company_id", "last_active_at", "id"]).index(&["company_id", "joined_at", "id"])
            .index(&["company_id", "email", "id"]).index(&["company_id", "group_id", "joined_at", "id"])
            .index(&["company_id", "status", "joined_at", "id"]).index(&["company_id", "group_id", "status", "joined_at"])
            .create(manager).await?;
        // Which group a partnership was in since when; the first span has no beginning.
        table("group_spans").id().uuid("company_id").uuid("partnership_id").uuid("group_id").big("valid_from").big("recorded_at")
            .references("partnership_id", "partnerships").references("group_id", "groups")
            .unique(&["partnership_id", "valid_from"])
            .create(manager).await?;

        // `group_id` null: for every partner.
        table("offers").id().uuid("company_id").text("key").uuid_null("group_id").text("description").int("position").big("created_at")
            .references("company_id", "companies").references("group_id", "groups").unique(&["company_id", "key"])
            .create(manager).await?;
        // Immutable. `triggers` is the ordered JSON list; empty means retired from then on.
        table("offer_versions").id().uuid("company_id").uuid("offer_id").int("number").big("effective_from").text("applies_to")
            .text("description").text("triggers").big("published_at").text("published_by")
            .references("offer_id", "offers").unique(&["offer_id", "number"])
            .create(manager).await?;

        // `partnership_id` is who brings them now; the history stands in `attributions`.
        table("customers").id().uuid("company_id").text("customer_key").text("name").text("email").text_null("provider_key")
            .uuid_null("partnership_id").flag("test").text("source").text("author").big("created_at").big("recorded_at")
            .big_null("first_purchase_at").big_zero("transactions").text("search")
            .references("company_id", "companies").references("partnership_id", "partnerships")
            .unique(&["company_id", "customer_key"])
            .index(&["company_id", "created_at", "id"]).index(&["company_id", "partnership_id", "created_at", "id"])
            .index(&["company_id", "search", "id"]).index(&["company_id", "email", "id"])
            .index(&["company_id", "first_purchase_at"]).index(&["company_id", "test", "created_at"])
            .create(manager).await?;
        // The words by whose beginnings partners and customers are found, and partners' tags ("#vip"). Bytes, so that a
        // prefix is a range of the key on both databases.
        table("search_terms").uuid("company_id").text("kind").bytes("term").uuid("subject_id")
            .key(&["company_id", "kind", "term", "subject_id"]).index(&["subject_id", "term"])
            .create(manager).await?;
        // Spans are never edited: a change supersedes them and writes new ones. In force: `superseded_at` is null.
        table("attributions").id().uuid("company_id").uuid("customer_id").uuid_null("partnership_id")
            .big("valid_from").big_null("valid_to").text("source").text("reason").text("author").big("recorded_at")
            .uuid_null("change_id").big_null("superseded_at").uuid_null("superseded_by")
            .references("customer_id", "customers").references("partnership_id", "partnerships")
            .index(&["customer_id", "valid_from"]).index(&["company_id", "partnership_id"])
            .create(manager).await?;
        table("attribution_changes").id().uuid("company_id").uuid("customer_id").uuid_null("partnership_id").big("from_at")
            .text("reason").text("source").text("author").big("recorded_at").uuid_null("undoes")
            .references("customer_id", "customers").index(&["company_id", "customer_id"]).unique(&["undoes"])
            .create(manager).await
    }
}
