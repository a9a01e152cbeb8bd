//! I11: no row reaches into another company.

use super::{Check, Conn, none};
use data::Result;

/// Two tables that both name their company, and the column that joins them.
macro_rules! within {
    ($conn:expr, $($child:literal . $column:literal => $parent:literal),+ $(,)?) => {
        vec![$(none(
            $conn,
            "I11",
            concat!($child, ".", $column, " stays within its company"),
            concat!("SELECT COUNT(*) FROM ", $child, " WHERE ", $column, " IS NOT NULL"),
            concat!(
                "SELECT c.", $column, ", 'of ", $parent, " is named by ", $child, " of another company' FROM ", $child, " c JOIN ", $parent,
                " p ON p.id = c.", $column, " WHERE p.company_id <> c.company_id"
            ),
        ).await?),+]
    };
}

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    Ok(within!(
        conn,
        "partnerships"."group_id" => "groups",
        "group_spans"."partnership_id" => "partnerships",
        "group_spans"."group_id" => "groups",
        "status_spans"."partnership_id" => "partnerships",
        "offers"."group_id" => "groups",
        "offer_versions"."offer_id" => "offers",
        "customers"."partnership_id" => "partnerships",
        "attributions"."customer_id" => "customers",
        "attributions"."partnership_id" => "partnerships",
        "attribution_changes"."customer_id" => "customers",
        "attribution_changes"."partnership_id" => "partnerships",
        "transactions"."customer_id" => "customers",
        "transactions"."partnership_id" => "partnerships",
        "transactions"."refund_of" => "transactions",
        "voids"."customer_id" => "customers",
        "voids"."transaction_id" => "transactions",
        "receipts"."customer_id" => "customers",
        "receipts"."partnership_id" => "partnerships",
        "rewards"."partnership_id" => "partnerships",
        "rewards"."group_id" => "groups",
        "rewards"."customer_id" => "customers",
        "rewards"."transaction_id" => "transactions",
        "rewards"."offer_id" => "offers",
        "rewards"."offer_version_id" => "offer_versions",
        "rewards"."reverses" => "rewards",
        "reward_records"."reward_id" => "rewards",
        "invoice_partners"."invoice_id" => "invoices",
        "invoice_partners"."partnership_id" => "partnerships",
        "charge_attempts"."invoice_id" => "invoices",
        "payouts"."invoice_id" => "invoices",
        "payouts"."partnership_id" => "partnerships",
        "payout_failures"."payout_id" => "payouts",
        "payment_files"."invoice_id" => "invoices",
        "payment_file_payouts"."payment_file_id" => "payment_files",
        "payment_file_payouts"."payout_id" => "payouts",
        "ledger_transfers"."invoice_id" => "invoices",
        "ledger_transfers"."payout_id" => "payouts",
        "ledger_entries"."transfer_id" => "ledger_transfers",
        "ledger_entries"."partnership_id" => "partnerships",
    ))
}
