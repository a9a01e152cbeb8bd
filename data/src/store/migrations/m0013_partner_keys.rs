//! Partner organisations get a key of their own, which the addresses of their pages begin with. It follows from the id, so that the same
//! database gets the same keys wherever it is migrated.

use domain::ids::short_key;
use sea_orm::{ColumnTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sea_orm_migration::prelude::*;
use uuid::Uuid;

use super::table::migration;

/// Rows of one statement.
const AT_ONCE: u64 = 1_000;

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "partners")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

migration!(|manager| {
    let column = ColumnDef::new(Alias::new("key")).text().not_null().default("").to_owned();
    manager.alter_table(Table::alter().table(Alias::new("partners")).add_column(column).to_owned()).await?;
    let conn = manager.get_connection();
    let mut after = Uuid::nil();
    loop {
        let ids: Vec<Uuid> = row::Entity::find()
            .select_only()
            .column(row::Column::Id)
            .filter(row::Column::Id.gt(after))
            .order_by_asc(row::Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(conn)
            .await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let values: Vec<String> =
            ids.iter().map(|id| format!("({}, '{}')", literal(conn.get_database_backend(), *id), short_key(*id))).collect();
        let sql = format!(
            "WITH new (id, key) AS (VALUES {}) UPDATE partners SET key = new.key FROM new WHERE partners.id = new.id",
            values.join(", ")
        );
        conn.execute_unprepared(&sql).await?;
    }
    let mut unique = super::table::index("uq_partners_key", "partners", &["key"]);
    manager.create_index(unique.unique().to_owned()).await
});

/// An id as both databases store it.
fn literal(backend: DatabaseBackend, id: Uuid) -> String {
    match backend {
        DatabaseBackend::Postgres => format!("'{id}'::uuid"),
        _ => format!("x'{}'", id.simple()),
    }
}
