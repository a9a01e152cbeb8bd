//! Decisions about rewards: many at once, followed by refunds, undone.

use data::act::Act;
use data::rewards::{
    Adjustment, Decided, ManualReward, Review, ReviewRow, adjust, approve, create_manual_reward, decline, find, hold, mark_paid_elsewhere,
    release, review, review_rows, undo,
};
use data::sales::customers::NewCustomer;
use data::sales::transactions::{Refund, Sale};
use data::store::entities::{audit, reward_records, rewards};
use data::testing::TestDb;
use data::work::batch::Mode;
use data::{Error, Result, on_both, transact};
use domain::review::Verb;
use domain::states::AttributionSource::Manual;
use domain::states::RewardState;
use domain::{Currency, Money};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::books::Books;

mod invoices;
mod manual;

pub const BY: &str = "olga@northwind.example";

/// Ada with the customer c1, Bo with c2; 10 March 2026 in New York.
pub async fn two_partners(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
    for (partner, customer) in [("ada", "c1"), ("bo", "c2")] {
        books.partner(partner).await;
        let new = NewCustomer { customer_key: customer.to_owned(), partner_key: Some(partner.to_owned()), ..NewCustomer::default() };
        data::sales::customers::create(db, &Act::named(books.company_id, BY, books.now().await), &new, Manual).await.unwrap();
    }
    books
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

/// A sale happening now; the key of its one reward.
pub async fn sale(books: &Books<'_>, key: &str, customer: &str, amount: &str) -> String {
    let now = books.now().await;
    let sale = Sale {
        key: key.to_owned(),
        customer_key: customer.to_owned(),
        amount: usd(amount),
        occurred_at: now,
        product_key: None,
        category_key: None,
    };
    let recorded = data::sales::transactions::record(books.db, &Act::named(books.company_id, BY, now), &sale, Manual).await.unwrap();
    let found =
        rewards::Entity::find().filter(rewards::Column::TransactionId.eq(recorded.transaction_id)).one(books.db.read()).await.unwrap();
    found.unwrap().key
}

pub async fn refund(books: &Books<'_>, key: &str, of: &str, amount: &str) {
    let now = books.now().await;
    let refund = Refund { key: key.to_owned(), refund_of: of.to_owned(), amount: usd(amount), occurred_at: now };
    data::sales::transactions::refund(books.db, &Act::named(books.company_id, BY, now), &refund, Manual).await.unwrap();
}

/// Every reward as "amount state month source", in the order of their making.
pub async fn all(books: &Books<'_>) -> Vec<String> {
    let rows = rewards::Entity::find()
        .filter(rewards::Column::CompanyId.eq(books.company_id))
        .order_by_asc(rewards::Column::CreatedAt)
        .order_by_desc(rewards::Column::Amount)
        .all(books.db.read())
        .await
        .unwrap();
    rows.iter().map(|row| format!("{} {} {} {}", row.amount, row.state, row.invoice_month, row.source)).collect()
}

pub async fn position(books: &Books<'_>, key: &str) -> (String, i32, Option<String>) {
    let row = find(books.db.read(), books.company_id, key).await.unwrap();
    (row.state, row.invoice_month, row.state_reason)
}

pub fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// What is said about one key or field.
pub fn said<T: std::fmt::Debug>(result: Result<T>, field: &str) -> String {
    match result {
        Err(Error::Invalid(errors)) => errors.get(field).cloned().unwrap_or_else(|| format!("nothing about {field}: {errors:?}")),
        Err(Error::Conflict(message)) => message,
        other => format!("{other:?}"),
    }
}

pub fn counts(decided: &Decided) -> (u64, u64, u64) {
    (decided.changed, decided.unchanged, decided.followed)
}

on_both! {
    async fn many_are_decided_about_at_once_or_none(db: &TestDb) {
        let books = two_partners(db).await;
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let (id, now) = (books.company_id, books.now().await);
        let refused = approve(db, &Act::named(id, BY, now), &keys(&[&one, "rwd_nobody", &two])).await;
        assert_eq!(said(refused, "rwd_nobody"), "there is no reward “rwd_nobody”");
        assert_eq!(position(&books, &one).await.0, "pending");

        let done = approve(db, &Act::named(id, BY, now), &keys(&[&one, &two, &one])).await.unwrap();
        assert_eq!(counts(&done), (2, 1, 0));
        let again = approve(db, &Act::named(id, BY, now), &keys(&[&one, &two])).await.unwrap();
        assert_eq!((counts(&again), again.batch_id), ((0, 2, 0), None));

        assert_eq!(said(decline(db, &Act::named(id, BY, now), &keys(&[&one]), "  ").await, "reason"), "a reason is required");
        decline(db, &Act::named(id, BY, now), &keys(&[&one]), "Bought by the partner themselves").await.unwrap();
        let why = Some("Bought by the partner themselves".to_owned());
        assert_eq!(position(&books, &one).await, ("declined".to_owned(), 202603, why));
        assert_eq!(said(hold(db, &Act::named(id, BY, now), &keys(&[&one]), "x").await, &one), "a reward that is declined cannot be put on hold");
        assert!(said(approve(db, &Act::named(id, BY, now), &[]).await, "").contains("at least one"));
        mark_paid_elsewhere(db, &Act::named(id, BY, now), &keys(&[&two]), "by cheque").await.unwrap();
        assert_eq!(position(&books, &two).await.0, "paid");

        let records = reward_records::Entity::find().count(db.read()).await.unwrap();
        let audited = audit::Entity::find().filter(audit::Column::SubjectKind.eq("reward")).count(db.read()).await.unwrap();
        assert_eq!((records, audited), (4, 4));
        books.prove().await;
    }

    async fn a_stale_drawer_is_told(db: &TestDb) {
        let books = two_partners(db).await;
        let one = keys(&[&sale(&books, "t1", "c1", "100").await]);
        let now = books.now().await;
        let stale = Review { verb: Verb::Decline, keys: &one, reason: "no", seen: Some(0), shown: &[] };
        approve(db, &Act::named(books.company_id, BY, now), &one).await.unwrap();
        let told = |result: Result<Decided>| match result {
            Err(Error::Stale { message, .. }) => message,
            other => said(other, ""),
        };
        let other = told(review(db, &Act::named(books.company_id, BY, now), &stale).await);
        assert!(other.starts_with(&format!("This reward was approved by {BY} on ")), "{other}");
        assert!(other.ends_with(". Look at it again, then decide."), "{other}");
        // Nobody is told to look again at what they wanted.
        let same = Review { verb: Verb::Approve, reason: "", ..stale.clone() };
        let alike = told(review(db, &Act::named(books.company_id, BY, now), &same).await);
        assert!(alike.starts_with(&format!("This reward was already approved by {BY} on ")) && !alike.contains("Look"), "{alike}");
        review(db, &Act::named(books.company_id, BY, now), &Review { seen: Some(1), ..stale }).await.unwrap();
    }

    async fn a_stale_list_is_told(db: &TestDb) {
        let books = two_partners(db).await;
        let both = keys(&[&sale(&books, "t1", "c1", "100").await, &sale(&books, "t2", "c1", "50").await]);
        let now = books.now().await;
        let new = [RewardState::Pending; 2];
        let asked = |verb| Review { verb, keys: &both, reason: "no", seen: None, shown: &new };
        approve(db, &Act::named(books.company_id, BY, now), &both[..1]).await.unwrap();
        assert_eq!(said(review(db, &Act::named(books.company_id, BY, now), &asked(Verb::Decline)).await, &both[0]), "it was approved meanwhile");
        assert_eq!(position(&books, &both[1]).await.0, "pending");
        // What others decided alike is no news.
        let done = review(db, &Act::named(books.company_id, BY, now), &asked(Verb::Approve)).await.unwrap();
        assert_eq!((done.changed, done.unchanged), (1, 1));
    }

    async fn nobody_decides_about_another_companys_rewards(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let now = books.now().await;
        let decided = approve(db, &Act::named(books.company_id, BY, now), &keys(&[&one])).await.unwrap();
        let other = Books::with_triggers(db, "globex", "UTC", "", now).await.company_id;
        assert!(said(decline(db, &Act::named(other, BY, now), &keys(&[&one]), "x").await, &one).contains("no reward"));
        assert!(matches!(undo(db, &Act::named(other, BY, now), decided.batch_id.unwrap()).await, Err(Error::NotFound(_))));
        let adjustment = Adjustment { reward_key: one, difference: "1".to_owned(), description: "x".to_owned() };
        assert!(matches!(adjust(db, &Act::named(other, BY, now), &adjustment, "t").await, Err(Error::NotFound(_))));
        let foreign = ManualReward { partner_key: "ada".to_owned(), amount: "1".to_owned(), description: "x".to_owned(), ..ManualReward::default() };
        assert!(said(create_manual_reward(db, &Act::named(other, BY, now), &foreign, "t").await, "partner_key").contains("no partner"));
    }

    async fn refunds_follow_their_reward(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (id, now) = (books.company_id, books.now().await);
        refund(&books, "r1", "t1", "25").await;
        let held = hold(db, &Act::named(id, BY, now), &keys(&[&one]), "checking").await.unwrap();
        assert_eq!(counts(&held), (1, 0, 1));
        refund(&books, "r2", "t1", "25").await;
        assert_eq!(all(&books).await, ["2000 hold 202603 transaction", "-500 hold 202603 refund", "-500 hold 202603 refund"]);
        let reversals = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).all(db.read()).await.unwrap();
        let alone = release(db, &Act::named(id, BY, now), &keys(&[&reversals[0].key])).await;
        assert_eq!(said(alone, &reversals[0].key), format!("it reverses {one} and follows what is decided about that one"));

        // A month later the release takes all of them into April.
        books.until("2026-04-02T12:00:00Z").await;
        let named = keys(&[&one, &reversals[0].key]);
        let released = release(db, &Act::named(id, BY, books.now().await), &named).await.unwrap();
        assert_eq!(counts(&released), (1, 0, 2));
        assert_eq!(all(&books).await, ["2000 pending 202604 transaction", "-500 pending 202604 refund", "-500 pending 202604 refund"]);
        decline(db, &Act::named(id, BY, books.now().await), &keys(&[&one]), "no").await.unwrap();
        assert!(all(&books).await.iter().all(|row| row.contains("declined 202604")));
        books.prove().await;
        books.until("2026-05-09T00:00:00Z").await;
        assert_eq!(books.invoices().await.len(), 0);
    }

    async fn what_was_refunded_while_declined_is_reversed_on_return(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (id, now) = (books.company_id, books.now().await);
        refund(&books, "r1", "t1", "10").await;
        let declined = decline(db, &Act::named(id, BY, now), &keys(&[&one]), "no").await.unwrap();
        refund(&books, "r2", "t1", "40").await;
        assert_eq!(all(&books).await, ["2000 declined 202603 transaction", "-200 declined 202603 refund"]);
        undo(db, &Act::named(id, BY, now), declined.batch_id.unwrap()).await.unwrap();
        assert_eq!(all(&books).await, ["2000 pending 202603 transaction", "-200 pending 202603 refund", "-800 pending 202603 refund"]);
        // Back and forth makes nothing twice.
        decline(db, &Act::named(id, BY, now), &keys(&[&one]), "no").await.unwrap();
        approve(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap();
        refund(&books, "r3", "t1", "50").await;
        let sum: i64 = rewards::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.amount).sum();
        assert_eq!((sum, all(&books).await.len()), (0, 4));
        books.prove().await;
    }

    async fn decisions_are_undone(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        hold(db, &Act::named(id, BY, now), &keys(&[&one]), "first reason").await.unwrap();
        let declined = decline(db, &Act::named(id, BY, now), &keys(&[&one, &two]), "second reason").await.unwrap().batch_id.unwrap();
        let back = undo(db, &Act::named(id, BY, now), declined).await.unwrap();
        assert_eq!(counts(&back), (2, 0, 0));
        assert_eq!(position(&books, &one).await, ("hold".to_owned(), 202603, Some("first reason".to_owned())));
        assert_eq!(position(&books, &two).await, ("pending".to_owned(), 202603, None));
        assert!(said(undo(db, &Act::named(id, BY, now), declined).await, "").starts_with(&format!("it was already undone by {BY} on ")));
        assert!(said(undo(db, &Act::named(id, BY, now), back.batch_id.unwrap()).await, "").contains("make a new one"));

        let approved = approve(db, &Act::named(id, BY, now), &keys(&[&one, &two])).await.unwrap().batch_id.unwrap();
        hold(db, &Act::named(id, BY, now), &keys(&[&two]), "wait").await.unwrap();
        assert_eq!(said(undo(db, &Act::named(id, BY, now), approved).await, &two), format!("it has since been put on hold by {BY}"));
        assert_eq!(position(&books, &one).await.0, "approved");
        // One record of the batch can be undone alone.
        let record = reward_records::Entity::find().filter(reward_records::Column::BatchId.eq(approved)).all(db.read()).await.unwrap();
        let row = find(db.read(), id, &one).await.unwrap();
        let of_one = record.iter().find(|record| record.reward_id == row.id).unwrap();
        undo(db, &Act::named(id, BY, now), of_one.id).await.unwrap();
        assert_eq!(position(&books, &one).await.0, "hold");

        // The same decision at the same instant once more is another one.
        let first = approve(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap().batch_id.unwrap();
        undo(db, &Act::named(id, BY, now), first).await.unwrap();
        let second = approve(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap().batch_id.unwrap();
        assert_ne!(first, second);
        undo(db, &Act::named(id, BY, now), second).await.unwrap();
        books.prove().await;
    }

    async fn a_file_of_reviews_counts_whole_or_its_good_rows(db: &TestDb) {
        let books = two_partners(db).await;
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let (id, now) = (books.company_id, books.now().await);
        let row = |row: u32, key: &str, verb: Verb, reason: &str| ReviewRow { row, reward_key: key.to_owned(), verb, reason: reason.to_owned() };
        let file = [
            row(1, &one, Verb::Approve, ""),
            row(2, &two, Verb::Decline, ""),
            row(3, "rwd_x", Verb::Approve, ""),
            row(4, &one, Verb::Hold, "why"),
        ];
        let outcome = transact!(db, |tx| { review_rows(tx, &Act::named(id, BY, now), &file, Mode::Whole).await }).unwrap();
        let complaints: Vec<_> = outcome.complaints.iter().map(|complaint| (complaint.row, complaint.field, complaint.message.as_str())).collect();
        assert_eq!(
            complaints,
            [
                (2, "reason", "a reason is required"),
                (3, "reward_key", "there is no reward “rwd_x”"),
                (4, "reward_key", "is decided in an earlier row already"),
            ]
        );
        assert_eq!((outcome.decided.changed, position(&books, &one).await.0), (0, "pending".to_owned()));
        let good = transact!(db, |tx| { review_rows(tx, &Act::named(id, BY, now), &file, Mode::Good).await }).unwrap();
        assert_eq!((good.decided.changed, position(&books, &one).await.0), (1, "approved".to_owned()));
        let again = transact!(db, |tx| { review_rows(tx, &Act::named(id, BY, now), &file[..1], Mode::Whole).await }).unwrap();
        assert_eq!(counts(&again.decided), (0, 1, 0));
    }
}
