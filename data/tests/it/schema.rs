//! The schema of both databases, as it is.

use data::schema::{Schema, look};
use data::testing::TestDb;
use data::{Db, on_both};
use sea_orm::{ConnectionTrait, Statement};

async fn rows(db: &data::Db, sql: &'static str) -> String {
    let conn = db.read();
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect();
    lines.join("\n")
}

/// The address of a database in which there is what these statements make, and nothing else.
async fn holding(db: &TestDb, sql: &str) -> String {
    let url = db.url().replace("test.db", &format!("{}.db", uuid::Uuid::now_v7()));
    let (created, fresh) = match db.kind() {
        "SQLite" => (format!("{url}?mode=rwc"), ""),
        _ => (url.clone(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public; "),
    };
    let conn = sea_orm::Database::connect(&created).await.unwrap();
    conn.execute_unprepared(&format!("{fresh}{sql}")).await.unwrap();
    conn.close().await.unwrap();
    url
}

/// The names of everything in a database.
async fn names(url: &str) -> Vec<String> {
    let db = Db::connect_to_read(url).await.unwrap();
    let sql = match db.kind() {
        "SQLite" => "SELECT name FROM sqlite_master ORDER BY 1",
        _ => "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::text::regnamespace ORDER BY 1",
    };
    let names = rows(&db, sql).await.lines().map(str::to_owned).collect();
    db.close().await.unwrap();
    names
}

on_both! {
    async fn what_belongs_to_others_is_refused_and_left_as_it_is(db: &TestDb) {
        for theirs in [
            "CREATE TABLE invoices (id INTEGER); CREATE TABLE other (id INTEGER)",
            "CREATE VIEW notes AS SELECT 1 AS one",
            "CREATE TABLE seaql_migrations (name TEXT)",
            "CREATE TABLE seaql_migrations (version TEXT, applied_at BIGINT); INSERT INTO seaql_migrations VALUES ('m0001_theirs', 0)",
            "CREATE TABLE seaql_migrations (version BIGINT); INSERT INTO seaql_migrations VALUES (1)",
            // Ours, without the table that says which steps were taken, and with none taken.
            "CREATE TABLE companies (id INTEGER)",
            "CREATE TABLE seaql_migrations (version TEXT, applied_at BIGINT); CREATE TABLE companies (id INTEGER)",
        ] {
            let url = holding(db, theirs).await;
            let content = || data::store::files::sqlite_path(&url).map(|path| std::fs::read(path).unwrap());
            let before = (names(&url).await, content());
            assert_eq!(look(&url, data::store::Settings::default()).await.unwrap(), Schema::Foreign, "{theirs}");
            let Err(error) = Db::open(&url).await else { panic!("opened: {theirs}") };
            assert!(error.to_string().contains("not a Tributary database"), "{theirs}: {error}");
            assert!((names(&url).await, content()) == before, "{theirs}");
        }
        // As a first start leaves it that ended before its first step.
        let begun = "CREATE TABLE seaql_migrations (version VARCHAR NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)";
        let url = holding(db, begun).await;
        assert_eq!(look(&url, data::store::Settings::default()).await.unwrap(), Schema::Empty);
        Db::open(&url).await.unwrap().close().await.unwrap();
        assert_eq!(look(&url, data::store::Settings::default()).await.unwrap(), Schema::Current);
    }

    async fn steps_are_taken_all_or_none(db: &TestDb) {
        let conn = sea_orm::Database::connect(db.url()).await.unwrap();
        // The second of the missing steps fails: its table is there.
        for sql in ["DROP TABLE sign_in_networks", "DELETE FROM seaql_migrations WHERE version IN ('m0012_sign_ins', 'm0014_write_trials')"] {
            conn.execute_unprepared(sql).await.unwrap();
        }
        let before = names(db.url()).await;
        let older = Schema::Older { next: "m0012_sign_ins".to_owned() };
        let error = crate::migrations::migrate(db).await.unwrap_err();
        assert!(error.to_string().contains("write_trials"), "{error}");
        assert_eq!(names(db.url()).await, before);
        assert_eq!(look(db.url(), data::store::Settings::default()).await.unwrap(), older);

        conn.execute_unprepared("DROP TABLE write_trials").await.unwrap();
        conn.close().await.unwrap();
        crate::migrations::migrate(db).await.unwrap();
        assert_eq!(look(db.url(), data::store::Settings::default()).await.unwrap(), Schema::Current);
    }

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
        use data::store::entities::partners::{ActiveModel, Entity};
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
