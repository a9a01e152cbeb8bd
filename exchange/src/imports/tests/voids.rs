//! A whole import is voided and that is undone: whoever is killed, and whoever comes between.

use data::act::Act;
use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::*;
use crate::imports::voids::{preview_undo, preview_void, undo, undo_seen, void, void_seen};
use data::store::entities::{customers, partnerships, rewards, transactions as rows, voids as parts};
use data::store::faults::Fault;
use data::work::open_imports::{KIND_UNDO, KIND_VOID};

const NOW: &str = "2026-03-10T12:00:00Z";

/// What people and later sales go by.
async fn state(db: &Db) -> Vec<String> {
    let mut sums: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
    for row in rewards::Entity::find().all(db.read()).await.unwrap().iter().filter(|row| row.state != "declined") {
        *sums.entry((row.partnership_id, row.currency.clone())).or_default() += row.amount;
    }
    let mut out: Vec<String> = sums.iter().filter(|(_, sum)| **sum != 0).map(|(of, sum)| format!("{of:?} {sum}")).collect();
    for row in customers::Entity::find().order_by_asc(customers::Column::CustomerKey).all(db.read()).await.unwrap() {
        out.push(format!("{} {} {:?}", row.customer_key, row.transactions, row.first_purchase_at));
    }
    for row in partnerships::Entity::find().order_by_asc(partnerships::Column::PartnerKey).all(db.read()).await.unwrap() {
        out.push(format!("{} {} {} {}", row.partner_key, row.signups, row.paid_customers, row.revenue));
    }
    let live = rows::Entity::find().filter(rows::Column::VoidedAt.is_null()).order_by_asc(rows::Column::Key).all(db.read()).await.unwrap();
    out.extend(live.iter().map(|row| format!("{} {} {}", row.key, row.amount, row.refunded)));
    out
}

async fn sum(db: &Db) -> i64 {
    rewards::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.amount).sum()
}

async fn last_import(db: &Db) -> Uuid {
    let all = imports::Entity::find().filter(imports::Column::Kind.eq("transactions")).order_by_desc(imports::Column::Id);
    all.one(db.read()).await.unwrap().unwrap().id
}

async fn row_of(db: &Db, id: Uuid) -> imports::Model {
    imports::Entity::find_by_id(id).one(db.read()).await.unwrap().unwrap()
}

/// To its end, by whoever is there.
async fn end(db: &Db, id: Uuid) -> imports::Model {
    while go_on(db, id, "a worker", LEASE, None, &|_, _| {}).await.unwrap() != Going::Ended {}
    row_of(db, id).await
}

/// The sales in two files, each with some of every customer's, and refunds of the other's sales.
fn halves() -> (String, String) {
    let file = sales();
    let (mut first, mut second) = (String::new(), String::new());
    for (place, line) in file.lines().enumerate() {
        // Of a refund the sale must be there: all refunds come with the second.
        let half = if line.starts_with("r-") || place % 2 == 0 { &mut second } else { &mut first };
        half.push_str(&format!("{line}\n"));
    }
    (first, second)
}

async fn two_imports(db: &Db) -> (Uuid, Uuid, Vec<String>, Uuid) {
    let company = company(db).await;
    let (first, second) = halves();
    let report = import(db, company, &first, 7, Options::default()).await;
    assert!(report.created > 40, "{report:?}");
    let one = last_import(db).await;
    let before = state(db).await;
    let report = import(db, company, &second, 1_000_000, Options::default()).await;
    assert!(report.created > 40 && report.errors.is_empty(), "{report:?}");
    (company, one, before, last_import(db).await)
}

on_both! {
    async fn what_came_last_never_was(db: &TestDb) {
        let (company, one, before, two) = two_imports(db).await;
        let with = state(db).await;
        let shown = preview_void(db, company, two, at(NOW)).await.unwrap();
        let earned = sum(db).await;
        let id = void(db, &Act::named(company, "ada", at(NOW)), two, " Wrong file ").await.unwrap();
        let done = end(db, id).await;
        assert_eq!((done.kind.as_str(), done.changed, done.created, done.unchanged, done.impossible), (KIND_VOID, done.total, 0, 0, 0));
        assert_eq!((done.reason.as_deref(), done.of_import), (Some("Wrong file"), Some(two)));
        assert_eq!(state(db).await, before);
        holds(db).await;
        assert!(shown.planned && shown.before == 0 && shown.count() == done.changed.unsigned_abs(), "{shown:?}");
        assert!(shown.differences.values().sum::<i64>() < 0 && sum(db).await < earned);
        // Once is enough; what somebody else's company has is not there; and a part is no void of its own.
        assert!(matches!(void(db, &Act::named(company, "ada", at(NOW)), two, "Again").await, Err(Error::Conflict(_))));
        assert!(matches!(void(db, &Act::named(Uuid::now_v7(), "ada", at(NOW)), one, "Mine").await, Err(Error::NotFound(_))));
        assert!(matches!(void(db, &Act::named(company, "ada", at(NOW)), one, " ").await, Err(Error::Invalid(_))));
        let part = parts::Entity::find().one(db.read()).await.unwrap().unwrap();
        let refused = data::sales::voids::undo(db, &Act::named(company, "ada", at(NOW)), part.id).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("whole import")), "{refused:?}");
        let shown = preview_undo(db, company, id, at(NOW)).await.unwrap();
        assert_eq!((shown.count(), shown.impossible_count), (done.changed.unsigned_abs(), 0));
        assert_eq!(shown.differences.values().sum::<i64>(), earned - sum(db).await);
        let undone = undo(db, &Act::named(company, "ada", at(NOW)), id).await.unwrap();
        let undone = end(db, undone).await;
        assert_eq!((undone.kind.as_str(), undone.changed, undone.impossible), (KIND_UNDO, done.changed, 0));
        assert_eq!(state(db).await, with);
        holds(db).await;
        assert!(matches!(undo(db, &Act::named(company, "ada", at(NOW)), id).await, Err(Error::Conflict(_))));
        // And once more.
        let again = void(db, &Act::named(company, "ada", at(NOW)), two, "Wrong after all").await.unwrap();
        end(db, again).await;
        assert_eq!(state(db).await, before);
        holds(db).await;
        let noted: Vec<String> = audit::Entity::find().order_by_asc(audit::Column::Id).all(db.read()).await.unwrap().into_iter()
            .map(|row| row.action).filter(|action| action.contains("void")).collect();
        assert_eq!(noted.len(), 3, "{noted:?}");
    }

    /// The sales of other files are rated anew, and refunds that came with another file go with their sales.
    async fn what_came_first_never_was(db: &TestDb) {
        let (company, one, _, _) = two_imports(db).await;
        let with = state(db).await;
        let shown = preview_void(db, company, one, at(NOW)).await.unwrap();
        let id = void(db, &Act::named(company, "ada", at(NOW)), one, "Wrong file").await.unwrap();
        let done = end(db, id).await;
        assert!(done.created > 0 && shown.along == done.created.unsigned_abs(), "{done:?}");
        assert_eq!(shown.count(), done.changed.unsigned_abs());
        holds(db).await;
        let undone = undo(db, &Act::named(company, "ada", at(NOW)), id).await.unwrap();
        assert_eq!(end(db, undone).await.changed, done.changed + done.created);
        assert_eq!(state(db).await, with);
        holds(db).await;
    }

    /// One by hand stays as it is, and what became impossible is named and left.
    async fn what_people_did_meanwhile_stays(db: &TestDb) {
        let (company, _, _, two) = two_imports(db).await;
        let mine: Vec<rows::Model> = rows::Entity::find().filter(rows::Column::ImportId.eq(two)).filter(rows::Column::Amount.gt(0))
            .order_by_asc(rows::Column::Id).all(db.read()).await.unwrap();
        let by_hand = data::sales::voids::void(db, &Act::named(company, "ada", at(NOW)), &mine[0].key, "typed twice").await.unwrap();
        let with = state(db).await;
        assert_eq!(preview_void(db, company, two, at(NOW)).await.unwrap().before,
            rows::Entity::find().filter(rows::Column::ImportId.eq(two)).filter(rows::Column::VoidedAt.is_not_null()).count(db.read()).await.unwrap());
        let id = void(db, &Act::named(company, "ada", at(NOW)), two, "Wrong file").await.unwrap();
        // Between two pieces somebody voids another one by hand.
        let going = go_on(db, id, "a worker", LEASE, Some(Duration::ZERO), &|_, _| {}).await.unwrap();
        assert_eq!(going, Going::More);
        let left = rows::Entity::find().filter(rows::Column::ImportId.eq(two)).filter(rows::Column::VoidedAt.is_null())
            .order_by_desc(rows::Column::Id).one(db.read()).await.unwrap().unwrap();
        data::sales::voids::void(db, &Act::named(company, "bo", at(NOW)), &left.key, "just now").await.unwrap();
        let done = end(db, id).await;
        assert!(done.unchanged >= 2 && done.changed + done.unchanged == done.total, "{done:?}");
        holds(db).await;
        // A key that was used again, and an attribution that changed, are in the way of two customers.
        let taken = mine.iter().find(|row| row.id != mine[0].id && row.id != left.id && row.customer_id != left.customer_id).unwrap();
        assert!(by_hand_sale(db, company, &taken.key, 5, 100).await);
        let shown = preview_undo(db, company, id, at(NOW)).await.unwrap();
        let undone = undo(db, &Act::named(company, "ada", at(NOW)), id).await.unwrap();
        let undone = end(db, undone).await;
        assert!(undone.impossible > 0 && undone.changed > 0, "{undone:?}");
        let late = latest(db.read(), company).await.unwrap().unwrap().late;
        assert_eq!(late.len() as u64, shown.impossible_count);
        assert!(late.iter().any(|fault| fault.message.contains("was used again since")), "{late:?}");
        holds(db).await;
        // Out of the way, the rest is undone.
        data::sales::voids::void(db, &Act::named(company, "ada", at(NOW)), &taken.key, "in the way").await.unwrap();
        let used = rows::Entity::find().filter(rows::Column::Key.eq(&taken.key)).filter(rows::Column::ImportId.is_null()).one(db.read()).await.unwrap();
        assert!(used.unwrap().voided_at.is_some());
        let rest = undo(db, &Act::named(company, "ada", at(NOW)), id).await.unwrap();
        let rest = end(db, rest).await;
        assert!(rest.changed > 0, "{rest:?}");
        holds(db).await;
        let last = data::sales::voids::undo(db, &Act::named(company, "ada", at(NOW)), by_hand.void_id).await;
        assert!(last.is_ok() || matches!(last, Err(Error::Conflict(_))), "{last:?}");
        assert!(state(db).await.len() >= with.len() - 2);
    }

    /// At the n-th statement for n = 1, 2, … until it passes: whoever comes next ends it, and nothing is done twice.
    async fn killed_anywhere_it_comes_to_the_same(db: &TestDb) {
        let (company, _, before, two) = two_imports(db).await;
        let with = state(db).await;
        let mut struck = 0;
        for (step, fault) in [(1, Fault::Undone), (3, Fault::AnswerLost)] {
            for mut n in 1.. {
                n *= step;
                let id = void(db, &Act::named(company, "ada", at(NOW)), two, "Wrong file").await.unwrap();
                db.faults().plan(n * 7, fault);
                let failed = go_on(db, id, "killed", Duration::ZERO, None, &|_, _| {}).await.is_err();
                let passed = db.faults().cancel();
                struck += u32::from(failed);
                let done = end(db, id).await;
                assert_eq!(done.changed, done.total, "{n}");
                assert_eq!(state(db).await, before, "{n}");
                let undone = undo(db, &Act::named(company, "ada", at(NOW)), id).await.unwrap();
                db.faults().plan(n * 5, fault);
                let _ = go_on(db, undone, "killed", Duration::ZERO, None, &|_, _| {}).await;
                db.faults().cancel();
                assert_eq!(end(db, undone).await.changed, done.changed, "{n}");
                assert_eq!(state(db).await, with, "{n}");
                // Each round makes the histories longer.
                if passed || n > 30 {
                    break;
                }
            }
        }
        assert!(struck > 3, "{struck}");
        holds(db).await;
    }

    /// Sent twice, by two people at once, it is done once; sales, exports and the month end wait their turn.
    async fn two_at_once_void_once(db: &TestDb) {
        let (company, _, before, two) = two_imports(db).await;
        let [ada, bo] = ["ada", "bo"].map(|name| Act::named(company, name, at(NOW)));
        let (one, other) = futures::join!(
            void(db, &ada, two, "Wrong file"),
            void(db, &bo, two, "Wrong file"),
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let id = one.or(other).unwrap();
        if row_of(db, id).await.state == "accepted" {
            let refused = Export::begin(db.read(), company, Noun::Rewards, ExportFormat::Csv).await.err().unwrap();
            assert!(refused.to_string().contains("the void of the import of transactions is under way"), "{refused}");
            assert_eq!(month_end::close_month(db, company, at("2026-04-02T12:00:00Z")).await.unwrap(), None);
        }
        let worker = crate::worker(db, Arc::new(NoMail), Duration::from_secs(15));
        let (first, second) = futures::join!(go_on(db, id, "one", LEASE, None, &|_, _| {}), go_on(db, id, "two", LEASE, None, &|_, _| {}));
        assert!(first.is_ok() && second.is_ok());
        data::due::run_due(db, &worker, at(NOW)).await.unwrap();
        assert_eq!(row_of(db, id).await.state, "done");
        assert_eq!(state(db).await, before);
        holds(db).await;
    }

    /// What somebody was shown is what is done, or nothing.
    async fn what_was_shown_is_what_is_voided(db: &TestDb) {
        let (company, _, _, two) = two_imports(db).await;
        let shown = preview_void(db, company, two, at(NOW)).await.unwrap();
        let first = rows::Entity::find().filter(rows::Column::ImportId.eq(two)).filter(rows::Column::Amount.gt(0)).one(db.read()).await.unwrap();
        data::sales::voids::void(db, &Act::named(company, "ada", at(NOW)), &first.unwrap().key, "typed twice").await.unwrap();
        let refused = void_seen(db, &Act::named(company, "ada", at(NOW)), two, "Wrong file", &shown.digest()).await;
        assert!(matches!(&refused, Err(Error::Stale { message: why, .. }) if why.contains("Show it again")), "{refused:?}");
        let shown = preview_void(db, company, two, at(NOW)).await.unwrap();
        let id = void_seen(db, &Act::named(company, "ada", at(NOW)), two, "Wrong file", &shown.digest()).await.unwrap();
        end(db, id).await;
        let shown = preview_undo(db, company, id, at(NOW)).await.unwrap();
        assert!(matches!(undo_seen(db, &Act::named(company, "ada", at(NOW)), id, "").await, Err(Error::Stale { .. })));
        let undone = undo_seen(db, &Act::named(company, "ada", at(NOW)), id, &shown.digest()).await.unwrap();
        assert_eq!(end(db, undone).await.impossible, 0);
        holds(db).await;
    }

    /// Rows of imports from before they were told apart.
    async fn an_import_that_is_not_linked_is_refused(db: &TestDb) {
        let (company, _, _, two) = two_imports(db).await;
        rows::Entity::update_many().col_expr(rows::Column::ImportId, sea_orm::sea_query::Expr::value(None::<Uuid>)).exec(db.read()).await.unwrap();
        let refused = void(db, &Act::named(company, "ada", at(NOW)), two, "Wrong file").await;
        assert!(matches!(&refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(preview_void(db, company, two, at(NOW)).await.unwrap().count(), 0);
    }

    /// Of many transactions it is said what they have earned, and that is what is corrected where nothing else depends on them.
    async fn a_large_preview_says_what_was_earned(db: &TestDb) {
        let company = company(db).await;
        let file: String = (0..700).map(|number| format!("b-{number},c-{},10.00,USD,2026-03-0{}T09:00:00Z,,,\n", number % 6, number % 9 + 1)).collect();
        import(db, company, &file, 1_000_000, Options::default()).await;
        let (id, earned) = (last_import(db).await, sum(db).await);
        let shown = preview_void(db, company, id, at(NOW)).await.unwrap();
        assert!(!shown.planned && shown.count() == 700 && shown.customers == 6, "{shown:?}");
        assert_eq!((shown.turning[0].sold, shown.differences.values().sum::<i64>()), (700_000, -earned));
        let void_id = void(db, &Act::named(company, "ada", at(NOW)), id, "Wrong file").await.unwrap();
        end(db, void_id).await;
        assert_eq!(sum(db).await, 0);
        let shown = preview_undo(db, company, void_id, at(NOW)).await.unwrap();
        assert_eq!((shown.planned, shown.count(), shown.differences.values().sum::<i64>()), (false, 700, earned));
        holds(db).await;
    }
}
