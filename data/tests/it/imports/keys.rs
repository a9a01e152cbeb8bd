//! The keys in files: one spelling each, and some that no partner can have.

use data::act::{Act, Actor};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::*;

on_both! {
    async fn new_keys_have_one_spelling(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let says = "“cafe\u{301}” must be written “café” in Unicode's ordinary characters, so that no two keys look alike";
        for (kind, column, file) in [
            (Kind::Partners, "partner_key", "partner_key,group\ncafe\u{301},affiliates\n"),
            (Kind::Customers, "customer_key", "customer_key\ncafe\u{301}\n"),
            (Kind::Transactions, "key", "key,customer_key,amount,currency,occurred_at\ncafe\u{301},c1,1.00,USD,2026-02-01T10:00:00Z\n"),
            (
                Kind::Transactions,
                "product_key",
                "key,customer_key,amount,currency,occurred_at,product_key\nt8,c1,1.00,USD,2026-02-01T10:00:00Z,cafe\u{301}\n",
            ),
            (Kind::Rewards, "key", "partner_key,amount,currency,description,key\np1,1.00,USD,Talk,cafe\u{301}\n"),
        ] {
            assert_eq!(world.bad(kind, file.as_bytes()).await, [format!("row 2, {column}: {says}")]);
            assert_eq!(world.good(kind, &file.replace("cafe\u{301}", "café")).await, "1/0/0");
        }
        // One that an earlier version took is found as it is.
        let old = customers::Entity::update_many()
            .col_expr(customers::Column::CustomerKey, Expr::value("c\u{327}2"))
            .filter(customers::Column::CustomerKey.eq("c2"));
        old.exec(db.read()).await.unwrap();
        assert_eq!(world.good(Kind::Customers, "customer_key,name\nc\u{327}2,Cedilla\n").await, "0/1/0");
        let sale = "key,customer_key,amount,currency,occurred_at\nt9,c\u{327}2,1.00,USD,2026-02-01T10:00:00Z\n";
        assert_eq!(world.good(Kind::Transactions, sale).await, "1/0/0");
        let old = transactions::Entity::update_many()
            .col_expr(transactions::Column::ProductKey, Expr::value("cafe\u{301}"))
            .filter(transactions::Column::Key.eq("t8"));
        old.exec(db.read()).await.unwrap();
        let same = "key,customer_key,amount,currency,occurred_at,product_key\nt8,c1,1.00,USD,2026-02-01T10:00:00Z,cafe\u{301}\n";
        assert_eq!(world.good(Kind::Transactions, same).await, "0/0/1");
    }

    async fn no_partner_from_then_on(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        assert_eq!(world.good(Kind::Attributions, "customer_key,partner_key,from\nc1,none,2026-02-01T00:00:00Z\nc2,-,2026-02-01T00:00:00Z\n").await, "0/2/0");
        assert_eq!(world.customer_row("c1").await.partnership_id, None);
        assert_eq!(world.customer_row("c2").await.partnership_id, None);
        for key in ["none", "-"] {
            let errors = world.bad(Kind::Partners, format!("partner_key,group\n{key},affiliates\n").as_bytes()).await;
            assert!(errors[0].contains("means no partner in files"), "{errors:?}");
        }
        data::network::partners::rename_key(db, "northwind", "p1", "p-one", Actor::Named(BY)).await.unwrap();
        assert_eq!(world.partnership("p-one").await.name, "Partner One");
        assert!(data::network::partners::rename_key(db, "northwind", "p2", "p-one", Actor::Named(BY)).await.is_err());
        assert!(data::network::partners::rename_key(db, "northwind", "p2", "none", Actor::Named(BY)).await.is_err());
        // The log goes on speaking of the old keys, and one of them may be given to somebody else.
        let one = world.partnership("p-one").await.id;
        data::network::partners::set_status(db, &Act::named(world.company, BY, world.now), one, domain::states::PartnershipStatus::Archived).await.unwrap();
        data::network::partners::rename_key(db, "northwind", "p-one", "p-uno", Actor::Named(BY)).await.unwrap();
        data::network::partners::rename_key(db, "northwind", "p-uno", "p-1", Actor::Named(BY)).await.unwrap();
        world.prove().await;
        assert_eq!(world.good(Kind::Partners, "partner_key,group\np-one,affiliates\n").await, "1/0/0");
        world.prove().await;
    }

    /// A partner with a key that means "no partner" stops the way up, in words that say what to do.
    async fn a_reserved_key_is_given_up_first(db: &TestDb) {
        let world = World::new(db).await;
        world.with_partners_and_customers().await;
        let before = db.begin().await.unwrap();
        for table in ["import_rewards", "import_faults", "import_chunks", "imports"] {
            before.execute_unprepared(&format!("DROP TABLE {table}")).await.unwrap();
        }
        for sql in [
            "DROP INDEX ix_transactions_import",
            "ALTER TABLE transactions DROP COLUMN import_id",
            "DROP INDEX ix_voids_import_void",
            "ALTER TABLE voids DROP COLUMN import_void_id",
            "DELETE FROM seaql_migrations WHERE version IN ('m0009_imports', 'm0015_import_voids')",
        ] {
            before.execute_unprepared(sql).await.unwrap();
        }
        before.execute_unprepared("UPDATE partnerships SET partner_key = '-' WHERE partner_key = 'p2'").await.unwrap();
        before.commit().await.unwrap();
        let stopped = crate::migrations::migrate(db).await.unwrap_err().to_string();
        assert!(stopped.contains("tributary partner rename-key - NEW --company northwind"), "{stopped}");
        data::network::partners::rename_key(db, "northwind", "-", "p-two", Actor::Named(BY)).await.unwrap();
        crate::migrations::migrate(db).await.unwrap();
        assert_eq!(world.partnership("p-two").await.name, "Bo Ek");
        world.prove().await;
    }
}
