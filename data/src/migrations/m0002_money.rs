//! Transactions, receipts, rewards, invoices, charges, payouts and the ledger.

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
        // `seq` counts a customer's transactions in the order they were recorded. `refunded` is how much of a sale was
        // taken back so far (above zero), `partnership_id` whom it belongs to.
        table("transactions").id().uuid("company_id").text("key").uuid("customer_id").uuid_null("partnership_id").big("seq")
            .big("amount").text("currency").big("occurred_at").text_null("product_key").text_null("category_key")
            .uuid_null("refund_of").big_zero("refunded").text("source").text("author").big("recorded_at")
            .references("company_id", "companies").references("customer_id", "customers")
            .references("partnership_id", "partnerships").references("refund_of", "transactions")
            .unique(&["company_id", "key"]).unique(&["customer_id", "seq"])
            .index(&["customer_id", "occurred_at"]).index(&["company_id", "occurred_at", "id"])
            .index(&["company_id", "partnership_id", "occurred_at", "id"]).index(&["refund_of"])
            .create(manager).await?;

        // One decision record per event; an attribution change that rates it again adds a revision.
        table("receipts").id().uuid("company_id").text("event_kind").uuid("event_id").int("revision").uuid("customer_id")
            .uuid_null("partnership_id").text("reason").text("decision").int("rewards").big("occurred_at").big("rated_at")
            .uuid_null("change_id")
            .references("customer_id", "customers")
            .unique(&["event_id", "revision"]).index(&["company_id", "rated_at", "id"]).index(&["customer_id"])
            .create(manager).await?;

        // What was earned. Everything but `state`, `state_reason`, `invoice_month` and `ready_at` is fixed at creation.
        // `fingerprint` is 40 bits of a hash over what is fixed, so that SUM proves which lines an invoice had.
        table("rewards").id().uuid("company_id").text("key").uuid("partnership_id").uuid("group_id").uuid_null("customer_id")
            .uuid_null("transaction_id").uuid_null("offer_id").uuid_null("offer_version_id").text_null("trigger_key")
            .text("source").uuid_null("reverses").uuid_null("change_id").big("amount").text("currency").text("description")
            .text("state").text_null("state_reason").big_null("ready_at").int("invoice_month")
            .big("occurred_at").big("created_at").text("author").big("fingerprint")
            .references("company_id", "companies").references("partnership_id", "partnerships")
            .references("customer_id", "customers").references("transaction_id", "transactions").references("reverses", "rewards")
            .unique(&["company_id", "key"])
            .index(&["company_id", "invoice_month", "currency", "state", "partnership_id", "amount", "fingerprint"])
            .index(&["company_id", "created_at", "id"]).index(&["company_id", "amount", "id"])
            .index(&["company_id", "state", "created_at", "id"]).index(&["company_id", "group_id", "created_at", "id"])
            .index(&["company_id", "source", "created_at", "id"])
            .index(&["partnership_id", "created_at", "id"]).index(&["customer_id", "created_at"])
            .index(&["transaction_id"]).index(&["reverses"]).index(&["state", "ready_at"])
            .create(manager).await?;
        // Every change of a reward's state or month: who, when, why. `undoes` names the record it takes back.
        table("reward_records").id().uuid("company_id").uuid("reward_id").text("action").text("from_state").text("to_state")
            .int("from_month").int("to_month").text_null("reason").text("author").big("at").big("seq")
            .uuid_null("batch_id").uuid_null("undoes")
            .references("reward_id", "rewards").unique(&["reward_id", "seq"]).index(&["batch_id"]).unique(&["undoes"])
            .create(manager).await?;

        // From the freeze on, `total`, `charge_amount`, `fee` and `digest` are set and nothing in it changes.
        table("invoices").id().uuid("company_id").big("seq").text("number").int("month").text("currency").text("state")
            .big("issued_at").big("review_ends_at").big("charge_due_at").big_null("paused_at").text_null("paused_by")
            .big_null("frozen_at").big_null("total").big_null("lines").big_null("charge_amount").big_null("fee").text_null("digest")
            .int_zero("attempts").big_null("charged_at").big_null("paid_at")
            .references("company_id", "companies")
            .unique(&["company_id", "month", "currency"]).unique(&["company_id", "seq"]).index(&["state", "charge_due_at"])
            .create(manager).await?;
        // A frozen invoice's total per partner. total + carried_in = payout + carried_out; carried amounts are at or below zero.
        table("invoice_partners").uuid("invoice_id").uuid("partnership_id").uuid("company_id").big("total").big("lines")
            .big("fingerprint").big("carried_in").big("payout").big("carried_out")
            .key(&["invoice_id", "partnership_id"])
            .references("invoice_id", "invoices").references("partnership_id", "partnerships").index(&["partnership_id"])
            .create(manager).await?;
        // `in_flight` repeats the invoice's id while the attempt runs: the unique key allows one at a time.
        table("charge_attempts").id().uuid("company_id").uuid("invoice_id").int("number").text("idempotency_key")
            .big("amount").text("currency").text("provider").text("state").uuid_null("in_flight")
            .big("started_at").big_null("finished_at").text_null("provider_reference").text_null("error")
            .text_null("leased_by").big_zero("leased_until")
            .references("invoice_id", "invoices")
            .unique(&["invoice_id", "number"]).unique(&["idempotency_key"]).unique(&["in_flight"]).index(&["state"])
            .create(manager).await?;
        table("payouts").id().uuid("company_id").uuid("partnership_id").uuid("invoice_id").big("amount").text("currency")
            .text("state").text("provider").text("idempotency_key").int_zero("attempts").big("created_at").big("due_at")
            .big_null("sent_at").big_null("paid_at").text_null("provider_reference").text_null("error")
            .text_null("leased_by").big_zero("leased_until")
            .references("invoice_id", "invoices").references("partnership_id", "partnerships")
            .unique(&["partnership_id", "invoice_id", "currency"]).unique(&["idempotency_key"])
            .index(&["state", "due_at"]).index(&["invoice_id"]).index(&["company_id", "created_at", "id"])
            .create(manager).await?;

        // Append-only. `reference` names what caused it, so each cause posts once.
        table("ledger_transfers").id().uuid("company_id").text("kind").text("reference").text("currency").big("at")
            .uuid_null("invoice_id").uuid_null("payout_id")
            .references("company_id", "companies").unique(&["company_id", "kind", "reference"]).index(&["invoice_id"]).index(&["company_id", "at", "id"])
            .create(manager).await?;
        table("ledger_entries").uuid("transfer_id").int("line").uuid("company_id").text("account").uuid_null("partnership_id")
            .big("amount").text("currency")
            .key(&["transfer_id", "line"])
            .references("transfer_id", "ledger_transfers")
            .index(&["company_id", "account", "currency", "partnership_id", "amount"])
            .create(manager).await
    }
}
