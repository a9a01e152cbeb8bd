//! Sales and refunds as people record them: what looks wrong is asked about, a refund is of the sale that was chosen, and a sale
//! recorded by mistake is voided.

use app::AppError;
use app::forms::Done;
use axum::http::StatusCode;
use data::store::entities::{rewards, transactions};
use exchange::imports::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::harness::TestApp;
use crate::on_both;
use crate::testing::TestDb;

const PARTNERS: &str = "partner_key,name,email,first_name,last_name,group\nacme,Acme Blog,ada@acme.example,,,affiliates\n";
const CUSTOMERS: &str = "customer_key,name,email,partner_key,created_at\nwalk-1,Carla,carla@example.com,acme,2026-01-05T10:00:00Z\n\
                         walk-2,Dora,dora@example.com,acme,2026-01-05T10:00:00Z\n";
const SALES: &str = "key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n\
                     walk-o-1,walk-1,80.00,USD,2026-03-03T09:00:00Z,,,\nwalk-o-2,walk-1,50.00,USD,2026-03-04T09:00:00Z,,,\n\
                     other-1,walk-2,10.00,USD,2026-03-05T09:00:00Z,,,\n";

struct Shop {
    app: TestApp,
    owner: String,
}

async fn shop(db: &TestDb) -> Shop {
    let app = TestApp::new(db).await;
    for (kind, content) in [(Kind::Partners, PARTNERS), (Kind::Customers, CUSTOMERS), (Kind::Transactions, SALES)] {
        app.import(kind, content).await;
    }
    let owner = app.owner().await;
    Shop { app, owner }
}

impl Shop {
    async fn done(&self, path: &str, form: &str) -> Done {
        let answer = self.app.call(path, form, Some(&self.owner)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {form}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// What a refused form says at a field.
    async fn fault(&self, path: &str, form: &str, field: &str) -> String {
        let answer = self.app.call(path, form, Some(&self.owner)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}: {}", answer.body);
        match serde_json::from_str(&answer.body).unwrap() {
            AppError::Invalid(complaints) => complaints.get(field).cloned().unwrap_or_else(|| format!("{complaints:?}")),
            other => format!("{other:?}"),
        }
    }

    async fn page(&self, path: &str) -> String {
        self.app.get(path, Some(&self.owner)).await.body
    }

    async fn sale(&self, key: &str) -> transactions::Model {
        transactions::Entity::find().filter(transactions::Column::Key.eq(key)).one(self.app.db.read()).await.unwrap().unwrap()
    }

    async fn earned(&self) -> i64 {
        rewards::Entity::find().all(self.app.db.read()).await.unwrap().iter().map(|row| row.amount).sum()
    }
}

const REFUND: &str = "/rpc/customers/refund";
const SALE: &str = "/rpc/customers/sale";

on_both! {
    async fn a_refund_is_of_the_sale_that_was_chosen(db: &TestDb) {
        let shop = shop(db).await;
        let page = shop.page("/customers/walk-1/refund?refund_of=walk-o-1").await;
        assert!(page.contains("Record the refund") && !page.contains("has been refunded in full"));
        // Left empty, the amount is what is left of the chosen sale.
        let done = shop.done(REFUND, "customer_key=walk-1&refund_of=walk-o-2&amount=20&occurred_at=2026-03-09T09%3A00").await;
        assert!(done.message.starts_with("Recorded the refund of $20.00"), "{}", done.message);
        let done = shop.done(REFUND, "customer_key=walk-1&refund_of=walk-o-2&amount=&occurred_at=2026-03-09T10%3A00").await;
        assert!(done.message.starts_with("Recorded the refund of $30.00"), "{}", done.message);
        assert_eq!((shop.sale("walk-o-2").await.refunded, shop.sale("walk-o-1").await.refunded), (5_000, 0));
        // Refunded in full, it is refused in words, and no other sale is offered in its place.
        let page = shop.page("/customers/walk-1/refund?refund_of=walk-o-2").await;
        assert!(page.contains("walk-o-2 has been refunded in full.") && !page.contains("Record the refund"));
        let again = "customer_key=walk-1&refund_of=walk-o-2&amount=&occurred_at=2026-03-09T11%3A00";
        assert_eq!(shop.fault(REFUND, again, "refund_of").await, "walk-o-2 has been refunded in full.");
        let page = shop.page("/customers/walk-1/refund?refund_of=other-1").await;
        assert!(page.contains("other-1 is a sale of another customer."));
        let page = shop.page("/customers/walk-1/refund?refund_of=none").await;
        assert!(page.contains("There is no sale none."));
        // Nothing that nobody typed.
        let too_much = "customer_key=walk-1&refund_of=walk-o-1&amount=150&occurred_at=2026-03-09T11%3A00";
        assert_eq!(shop.fault(REFUND, too_much, "amount").await, "$150.00 is more than what is left to refund of the sale: $80.00");
    }

    async fn a_sale_that_looks_wrong_is_asked_about_before_it_counts(db: &TestDb) {
        let shop = shop(db).await;
        let count = async || transactions::Entity::find().count(shop.app.db.read()).await.unwrap();
        let before = count().await;
        let typo = "customer_key=walk-1&amount=10.00&currency=USD&key=typo&occurred_at=2020-01-01T09%3A00";
        let doubt = shop.fault(SALE, typo, "please_confirm").await;
        assert_eq!(doubt, "It is dated 1 January 2020, more than a year ago.");
        assert_eq!(count().await, before);
        // What was confirmed is what was shown.
        let dear = "customer_key=walk-1&amount=9000.00&currency=USD&key=typo&occurred_at=2020-01-01T09%3A00&please_confirm=";
        let both = shop.fault(SALE, &format!("{dear}{}", doubt.replace(' ', "+")), "please_confirm").await;
        assert_eq!(both, format!("{doubt} $9,000.00 is more than ten times the customer's largest sale so far, $80.00."));
        assert_eq!(count().await, before);
        shop.done(SALE, &format!("{typo}&please_confirm={}", doubt.replace(' ', "+"))).await;
        assert_eq!(count().await, before + 1);
        // The same again was recorded before, and is not asked about.
        let done = shop.done(SALE, typo).await;
        assert!(done.message.contains("was recorded before"), "{}", done.message);
        shop.done(SALE, "customer_key=walk-1&amount=10.00&currency=USD&occurred_at=2026-03-10T08%3A00").await;
    }

    async fn a_customer_of_long_ago_is_asked_about_before_it_counts(db: &TestDb) {
        let shop = shop(db).await;
        let path = "/rpc/customers/create";
        let old = "customer_key=since-1999&created_at=1999-01-01T09%3A00";
        let doubt = shop.fault(path, old, "please_confirm").await;
        assert_eq!(doubt, "The customer's start is 1 January 1999, more than a year ago.");
        shop.done(path, &format!("{old}&please_confirm={}", doubt.replace(' ', "+"))).await;
        shop.done(path, "customer_key=new-1&created_at=2026-03-01T09%3A00").await;
    }

    async fn a_sale_is_voided_with_a_preview_and_undone(db: &TestDb) {
        let shop = shop(db).await;
        let earned = shop.earned().await;
        let page = shop.page("/customers/walk-1/void?transaction=walk-o-1").await;
        assert!(page.contains("Sale of $80.00 (walk-o-1)") && page.contains("Void the sale"), "{page}");
        assert!(page.contains("−$16.00"), "{page}");
        let page = shop.page("/customers/walk-2/void?transaction=walk-o-1").await;
        assert!(!page.contains("Void the sale"), "{page}");
        assert_eq!(shop.fault("/rpc/customers/void", "customer_key=walk-1&transaction=walk-o-1&reason=", "reason").await, "is missing");
        let done = shop.done("/rpc/customers/void", "customer_key=walk-1&transaction=walk-o-1&reason=Typed+twice").await;
        assert_eq!(shop.earned().await, earned - 1_600);
        let page = shop.page("/customers/walk-1").await;
        assert!(page.contains("Typed twice") && page.contains("Undo the void"), "{page}");
        let undo = done.undo.unwrap();
        let form: Vec<String> = undo.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let page = shop.page(&format!("/customers/walk-1/void?undo={}", undo.fields[1].1)).await;
        assert!(page.contains("will count again"), "{page}");
        shop.done(&undo.action, &form.join("&")).await;
        assert_eq!(shop.earned().await, earned);
        let report = exchange::verify::verify(&shop.app.db).await.unwrap();
        assert!(report.holds(), "{:?}", report.broken().collect::<Vec<_>>());
    }

    async fn an_import_is_voided_with_a_preview_and_undone(db: &TestDb) {
        let shop = shop(db).await;
        let earned = shop.earned().await;
        let page = shop.page("/settings/import").await;
        assert!(page.contains("Imported sales") && page.contains("Void this import"), "{page}");
        let import = data::store::entities::imports::Entity::find()
            .filter(data::store::entities::imports::Column::Kind.eq("transactions"))
            .one(shop.app.db.read()).await.unwrap().unwrap().id;
        let page = shop.page(&format!("/settings/import/void?import={import}")).await;
        assert!(page.contains("3 sales from 2 customers") && page.contains("Void 3 transactions"), "{page}");
        assert!(page.contains("$140.00") && page.contains("−$28.00"), "{page}");
        assert_eq!(shop.fault("/rpc/imports/void", &format!("import={import}&reason="), "reason").await, "is missing");
        let form = format!("import={import}&reason=Wrong+file");
        let stale = shop.app.call("/rpc/imports/void", &format!("{form}&seen=x"), Some(&shop.owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let done = shop.done("/rpc/imports/void", &form).await;
        assert!(done.message.starts_with("Voided 3 transactions of"), "{}", done.message);
        assert_eq!(shop.earned().await, earned - 2_800);
        let again = shop.app.call("/rpc/imports/void", &form, Some(&shop.owner)).await;
        assert!(again.status == StatusCode::CONFLICT && again.body.contains("counts any more"), "{}", again.body);
        let page = shop.page("/settings/import").await;
        assert!(page.contains("Wrong file") && page.contains("Undo the void") && !page.contains("Void this import"), "{page}");
        // On the customer's page it is a part of that, and has no undo of its own.
        let page = shop.page("/customers/walk-1").await;
        assert!(page.contains("Wrong file") && !page.contains("Undo the void"), "{page}");
        let undo = done.undo.unwrap();
        let page = shop.page(&format!("/settings/import/void?undo={}", undo.fields[0].1)).await;
        assert!(page.contains("will count again") && page.contains("$28.00"), "{page}");
        let stale = shop.app.call(&undo.action, &format!("void={}&seen=x", undo.fields[0].1), Some(&shop.owner)).await;
        assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("Show it again"), "{}", stale.body);
        let done = shop.done(&undo.action, &format!("void={}&seen={}", undo.fields[0].1, undo.fields[1].1)).await;
        assert!(done.message.ends_with("3 transactions count again."), "{}", done.message);
        assert_eq!(shop.earned().await, earned);
        assert!(shop.page("/settings/import").await.contains("Void this import"));
        assert!(shop.page("/settings/audit").await.contains("Import voided"));
        let report = exchange::verify::verify(&shop.app.db).await.unwrap();
        assert!(report.holds(), "{:?}", report.broken().collect::<Vec<_>>());
    }
}
