//! The schema of both databases, as it is.

use data::on_both;
use sea_orm::{ConnectionTrait, Statement};

async fn rows(db: &data::Db, sql: &'static str) -> String {
    let conn = db.read();
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect();
    lines.join("\n")
}

on_both! {
    async fn schema(db: &TestDb) {
        if db.kind() == "SQLite" {
            let ddl = rows(db, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'seaql_migrations' ORDER BY tbl_name, type DESC, name").await;
            insta::assert_snapshot!("sqlite", ddl.replace(", \"", ",\n  \"").replace(", FOREIGN", ",\n  FOREIGN").replace(", CONSTRAINT", ",\n  CONSTRAINT"));
        } else {
            let columns = rows(
                db,
                "SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END \
                 || COALESCE(' DEFAULT ' || column_default, '') FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' ORDER BY table_name, ordinal_position",
            )
            .await;
            let indexes = rows(
                db,
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' ORDER BY tablename, indexname",
            )
            .await;
            let constraints = rows(
                db,
                "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
                 WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass ORDER BY conrelid::regclass::text, conname",
            )
            .await;
            insta::assert_snapshot!("postgres", format!("{columns}\n\n{indexes}\n\n{constraints}"));
        }
    }

    async fn partners_from_before_get_the_keys_that_their_ids_say(db: &TestDb) {
        use data::entities::partners::{ActiveModel, Entity};
        use domain::ids::short_key;
        use sea_orm::{ActiveValue::Set, EntityTrait};
        use uuid::Uuid;

        // More than the step changes with one statement.
        let row = |number: u128| {
            let id = Uuid::from_u128(number << 64);
            ActiveModel { id: Set(id), key: Set(number.to_string()), name: Set(format!("Partner {number}")), email: Set(String::new()), created_at: Set(0) }
        };
        let inserted: data::Result<()> = data::transact!(db, |tx| {
            for chunk in [1..800, 800..1_600] {
                Entity::insert_many(chunk.map(row)).exec_without_returning(tx).await?;
            }
            Ok(())
        });
        inserted.unwrap();
        let before = sea_orm::Database::connect(db.url()).await.unwrap();
        for sql in ["DROP INDEX uq_partners_key", "ALTER TABLE partners DROP COLUMN key", "DELETE FROM seaql_migrations WHERE version = 'm0013_partner_keys'"] {
            before.execute_unprepared(sql).await.unwrap();
        }
        before.close().await.unwrap();
        crate::migrations::migrate(db).await.unwrap();
        let migrated = data::Db::open(db.url()).await.unwrap();
        let rows = Entity::find().all(migrated.read()).await.unwrap();
        assert_eq!(rows.len(), 1_599);
        assert!(rows.iter().all(|row| row.key == short_key(row.id)));
        migrated.close().await.unwrap();
    }

    async fn migrating_again_changes_nothing(db: &TestDb) {
        crate::migrations::migrate(db).await.unwrap();
        let second = data::Db::open(db.url()).await.unwrap();
        second.close().await.unwrap();
    }
}
