//! Why an invoice is paused stands on the invoice. It was read from the audit log.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::prelude::*;
use uuid::Uuid;

use super::table::migration;

const PAUSED: &str = "SELECT i.id, (SELECT a.detail FROM audit a WHERE a.company_id = i.company_id AND a.subject_kind = 'invoice' \
     AND a.subject = i.number AND a.action = 'invoice_paused' ORDER BY a.at DESC, a.id DESC LIMIT 1) AS detail \
     FROM invoices i WHERE i.paused_at IS NOT NULL";

migration!(|manager| {
    let column = ColumnDef::new(Alias::new("pause_reason")).text().null().to_owned();
    manager.alter_table(Table::alter().table(Alias::new("invoices")).add_column(column).to_owned()).await?;
    let (conn, backend) = (manager.get_connection(), manager.get_database_backend());
    for row in conn.query_all_raw(Statement::from_string(backend, PAUSED)).await? {
        let (id, detail): (Uuid, Option<String>) = (row.try_get("", "id")?, row.try_get("", "detail")?);
        let detail = detail.and_then(|detail| serde_json::from_str::<serde_json::Value>(&detail).ok());
        let reason = detail.as_ref().and_then(|detail| detail.get("reason")).and_then(|reason| reason.as_str());
        let update = match backend {
            DbBackend::Sqlite => "UPDATE invoices SET pause_reason = ? WHERE id = ?",
            _ => "UPDATE invoices SET pause_reason = $1 WHERE id = $2",
        };
        conn.execute_raw(Statement::from_sql_and_values(backend, update, [reason.unwrap_or_default().into(), id.into()])).await?;
    }
    Ok(())
});
