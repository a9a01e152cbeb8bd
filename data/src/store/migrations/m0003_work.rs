//! Audit, outgoing mail, forms already handled, the sandbox's clock and its provider's memory.

use sea_orm_migration::prelude::*;

use super::table::{migration, table};

migration!(|manager| {
    table("audit")
        .id()
        .uuid_null("company_id")
        .big("at")
        .text("author")
        .text("action")
        .text("subject_kind")
        .text("subject")
        .text("detail")
        .index(&["company_id", "at", "id"])
        .index(&["company_id", "subject_kind", "subject"])
        .create(manager)
        .await?;
    table("outbox")
        .id()
        .uuid_null("company_id")
        .text("kind")
        .text("dedupe_key")
        .text("recipient")
        .text("subject")
        .text("body")
        .big("created_at")
        .big("due_at")
        .int_zero("attempts")
        .big_null("sent_at")
        .text_null("error")
        .text_null("leased_by")
        .big_zero("leased_until")
        .unique(&["dedupe_key"])
        .index(&["sent_at", "due_at"])
        .create(manager)
        .await?;
    // A form's token: posting it again answers with the first result.
    table("submissions").text("token").uuid_null("company_id").text("result").big("at").key(&["token"]).create(manager).await?;
    // One row. `sandbox_now` is null in a production database, which has no clock to move.
    table("installation").int("id").text("mode").big_null("sandbox_now").big("created_at").key(&["id"]).create(manager).await?;
    // What the simulated provider was asked, by idempotency key, as an outside service would remember it.
    table("simulated_requests")
        .text("idempotency_key")
        .uuid("company_id")
        .text("kind")
        .big("amount")
        .text("currency")
        .text("outcome")
        .text("reference")
        .int("asked")
        .big("first_at")
        .key(&["idempotency_key"])
        .create(manager)
        .await?;
    table("simulated_plans")
        .id()
        .uuid("company_id")
        .text("kind")
        .text("outcome")
        .big("created_at")
        .text_null("used_by")
        .index(&["company_id", "kind", "used_by"])
        .create(manager)
        .await
});
