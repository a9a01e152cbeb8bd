//! Decisions about rewards: bulk, followed by refunds, between invoices, taken back, frozen; manual rewards and adjustments.

use data::bulk::{Mode, Scope};
use data::customers::NewCustomer;
use data::entities::{audit, reward_records, rewards};
use data::rewards::{
    Adjustment, Decided, ManualReward, ManualRow, Review, ReviewRow, adjust, approve, create_manual_reward, create_manual_rewards, decline,
    find, hold, import_identity, mark_paid_elsewhere, move_to_current_invoice, release, remove_from_invoice, review, review_rows, undo,
};
use data::testing::TestDb;
use data::transactions::{Refund, Sale};
use data::{Error, Result, on_both, transact};
use domain::review::Verb;
use domain::states::AttributionSource::Manual;
use domain::states::RewardState;
use domain::{Currency, Money};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::books::{Books, at};

pub const BY: &str = "olga@northwind.example";

/// Ada with the customer c1, Bo with c2; 10 March 2026 in New York.
pub async fn desk(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
    for (partner, customer) in [("ada", "c1"), ("bo", "c2")] {
        books.partner(partner).await;
        let new = NewCustomer { customer_key: customer.to_owned(), partner_key: Some(partner.to_owned()), ..NewCustomer::default() };
        data::customers::create(db, books.company_id, &new, Manual, BY, books.now().await).await.unwrap();
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
    let recorded = data::transactions::record(books.db, books.company_id, &sale, Manual, BY, now).await.unwrap();
    let found =
        rewards::Entity::find().filter(rewards::Column::TransactionId.eq(recorded.transaction_id)).one(books.db.read()).await.unwrap();
    found.unwrap().key
}

pub async fn refund(books: &Books<'_>, key: &str, of: &str, amount: &str) {
    let now = books.now().await;
    let refund = Refund { key: key.to_owned(), refund_of: of.to_owned(), amount: usd(amount), occurred_at: now };
    data::transactions::refund(books.db, books.company_id, &refund, Manual, BY, now).await.unwrap();
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

pub async fn standing(books: &Books<'_>, key: &str) -> (String, i32, Option<String>) {
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
        let books = desk(db).await;
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let (id, now) = (books.company_id, books.now().await);
        let refused = approve(db, id, &keys(&[&one, "rwd_nobody", &two]), BY, now).await;
        assert_eq!(said(refused, "rwd_nobody"), "there is no reward “rwd_nobody”");
        assert_eq!(standing(&books, &one).await.0, "pending");

        let done = approve(db, id, &keys(&[&one, &two, &one]), BY, now).await.unwrap();
        assert_eq!(counts(&done), (2, 1, 0));
        let again = approve(db, id, &keys(&[&one, &two]), BY, now).await.unwrap();
        assert_eq!((counts(&again), again.batch_id), ((0, 2, 0), None));

        assert_eq!(said(decline(db, id, &keys(&[&one]), "  ", BY, now).await, "reason"), "a reason is required");
        decline(db, id, &keys(&[&one]), "Bought by the partner themselves", BY, now).await.unwrap();
        let why = Some("Bought by the partner themselves".to_owned());
        assert_eq!(standing(&books, &one).await, ("declined".to_owned(), 202603, why));
        assert_eq!(said(hold(db, id, &keys(&[&one]), "x", BY, now).await, &one), "a reward that is declined cannot be put on hold");
        assert!(said(approve(db, id, &[], BY, now).await, "").contains("at least one"));
        mark_paid_elsewhere(db, id, &keys(&[&two]), "by cheque", BY, now).await.unwrap();
        assert_eq!(standing(&books, &two).await.0, "paid");

        let records = reward_records::Entity::find().count(db.read()).await.unwrap();
        let audited = audit::Entity::find().filter(audit::Column::SubjectKind.eq("reward")).count(db.read()).await.unwrap();
        assert_eq!((records, audited), (4, 4));
        books.prove().await;
    }

    async fn a_stale_drawer_is_told(db: &TestDb) {
        let books = desk(db).await;
        let one = keys(&[&sale(&books, "t1", "c1", "100").await]);
        let now = books.now().await;
        let stale = Review { verb: Verb::Decline, keys: &one, reason: "no", seen: Some(0), shown: &[] };
        approve(db, books.company_id, &one, BY, now).await.unwrap();
        let told = |result: Result<Decided>| match result {
            Err(Error::Stale { message, .. }) => message,
            other => said(other, ""),
        };
        let other = told(review(db, books.company_id, &stale, BY, now).await);
        assert!(other.starts_with(&format!("This reward was approved by {BY} on ")), "{other}");
        assert!(other.ends_with(". Look at it again, then decide."), "{other}");
        // Nobody is told to look again at what they wanted.
        let same = Review { verb: Verb::Approve, reason: "", ..stale.clone() };
        let alike = told(review(db, books.company_id, &same, BY, now).await);
        assert!(alike.starts_with(&format!("This reward was already approved by {BY} on ")) && !alike.contains("Look"), "{alike}");
        review(db, books.company_id, &Review { seen: Some(1), ..stale }, BY, now).await.unwrap();
    }

    async fn a_stale_list_is_told(db: &TestDb) {
        let books = desk(db).await;
        let both = keys(&[&sale(&books, "t1", "c1", "100").await, &sale(&books, "t2", "c1", "50").await]);
        let now = books.now().await;
        let new = [RewardState::Pending; 2];
        let asked = |verb| Review { verb, keys: &both, reason: "no", seen: None, shown: &new };
        approve(db, books.company_id, &both[..1], BY, now).await.unwrap();
        assert_eq!(said(review(db, books.company_id, &asked(Verb::Decline), BY, now).await, &both[0]), "it was approved meanwhile");
        assert_eq!(standing(&books, &both[1]).await.0, "pending");
        // What others decided alike is no news.
        let done = review(db, books.company_id, &asked(Verb::Approve), BY, now).await.unwrap();
        assert_eq!((done.changed, done.unchanged), (1, 1));
    }

    async fn nobody_decides_about_another_companys_rewards(db: &TestDb) {
        let books = desk(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let now = books.now().await;
        let decided = approve(db, books.company_id, &keys(&[&one]), BY, now).await.unwrap();
        let other = Books::with_triggers(db, "globex", "UTC", "", now).await.company_id;
        assert!(said(decline(db, other, &keys(&[&one]), "x", BY, now).await, &one).contains("no reward"));
        assert!(matches!(undo(db, other, decided.batch_id.unwrap(), BY, now).await, Err(Error::NotFound(_))));
        let adjustment = Adjustment { reward_key: one, difference: "1".to_owned(), description: "x".to_owned() };
        assert!(matches!(adjust(db, other, &adjustment, "t", BY, now).await, Err(Error::NotFound(_))));
        let foreign = ManualReward { partner_key: "ada".to_owned(), amount: "1".to_owned(), description: "x".to_owned(), ..ManualReward::default() };
        assert!(said(create_manual_reward(db, other, &foreign, "t", BY, now).await, "partner_key").contains("no partner"));
    }

    async fn refunds_follow_their_reward(db: &TestDb) {
        let books = desk(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (id, now) = (books.company_id, books.now().await);
        refund(&books, "r1", "t1", "25").await;
        let held = hold(db, id, &keys(&[&one]), "checking", BY, now).await.unwrap();
        assert_eq!(counts(&held), (1, 0, 1));
        refund(&books, "r2", "t1", "25").await;
        assert_eq!(all(&books).await, ["2000 hold 202603 transaction", "-500 hold 202603 refund", "-500 hold 202603 refund"]);
        let taken_back = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).all(db.read()).await.unwrap();
        let alone = release(db, id, &keys(&[&taken_back[0].key]), BY, now).await;
        assert_eq!(said(alone, &taken_back[0].key), format!("it reverses {one} and follows what is decided about that one"));

        // A month later the release takes all of them into April.
        books.until("2026-04-02T12:00:00Z").await;
        let named = keys(&[&one, &taken_back[0].key]);
        let released = release(db, id, &named, BY, books.now().await).await.unwrap();
        assert_eq!(counts(&released), (1, 0, 2));
        assert_eq!(all(&books).await, ["2000 pending 202604 transaction", "-500 pending 202604 refund", "-500 pending 202604 refund"]);
        decline(db, id, &keys(&[&one]), "no", BY, books.now().await).await.unwrap();
        assert!(all(&books).await.iter().all(|row| row.contains("declined 202604")));
        books.prove().await;
        books.until("2026-05-09T00:00:00Z").await;
        assert_eq!(books.invoices().await.len(), 0);
    }

    async fn what_was_refunded_while_declined_is_taken_back_on_return(db: &TestDb) {
        let books = desk(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (id, now) = (books.company_id, books.now().await);
        refund(&books, "r1", "t1", "10").await;
        let declined = decline(db, id, &keys(&[&one]), "no", BY, now).await.unwrap();
        refund(&books, "r2", "t1", "40").await;
        assert_eq!(all(&books).await, ["2000 declined 202603 transaction", "-200 declined 202603 refund"]);
        undo(db, id, declined.batch_id.unwrap(), BY, now).await.unwrap();
        assert_eq!(all(&books).await, ["2000 pending 202603 transaction", "-200 pending 202603 refund", "-800 pending 202603 refund"]);
        // Back and forth makes nothing twice.
        decline(db, id, &keys(&[&one]), "no", BY, now).await.unwrap();
        approve(db, id, &keys(&[&one]), BY, now).await.unwrap();
        refund(&books, "r3", "t1", "50").await;
        let sum: i64 = rewards::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.amount).sum();
        assert_eq!((sum, all(&books).await.len()), (0, 4));
        books.prove().await;
    }

    async fn rewards_move_between_invoices(db: &TestDb) {
        let books = desk(db).await;
        let id = books.company_id;
        let (march, refunded) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        assert_eq!(
            said(move_to_current_invoice(db, id, &keys(&[&march]), BY, books.now().await).await, &march),
            "no invoice in this currency is in review"
        );
        books.until("2026-04-02T12:00:00Z").await;
        let now = books.now().await;
        let april = sale(&books, "t3", "c1", "10").await;
        refund(&books, "r2", "t2", "50").await;
        let moved = move_to_current_invoice(db, id, &keys(&[&april]), BY, now).await.unwrap();
        assert_eq!(standing(&books, &april).await.1, 202603);
        assert_eq!(said(move_to_current_invoice(db, id, &keys(&[&april]), BY, now).await, &april), "it is on the invoice of March 2026 already");
        undo(db, id, moved.batch_id.unwrap(), BY, now).await.unwrap();
        assert_eq!(standing(&books, &april).await.1, 202604);
        move_to_current_invoice(db, id, &keys(&[&april]), BY, now).await.unwrap();

        // Taken off to April and on to May, a reward takes its refund along.
        remove_from_invoice(db, id, &keys(&[&refunded]), "wrong month", BY, now).await.unwrap();
        let second = remove_from_invoice(db, id, &keys(&[&refunded]), "", BY, now).await.unwrap();
        assert_eq!(counts(&second), (1, 0, 1));
        assert_eq!(standing(&books, &refunded).await.1, 202605);
        let takes_back = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).one(db.read()).await.unwrap().unwrap();
        assert_eq!(takes_back.invoice_month, 202605);
        assert!(said(move_to_current_invoice(db, id, &keys(&[&takes_back.key]), BY, now).await, &takes_back.key).contains("can't come before it"));

        books.until("2026-06-09T12:00:00Z").await;
        let totals: Vec<_> = books.invoices().await.iter().map(|invoice| (invoice.month, invoice.total)).collect();
        assert_eq!(totals, [(202603, Some(2200)), (202605, Some(0))]);
        books.prove().await;
    }

    async fn nothing_changes_a_frozen_invoice(db: &TestDb) {
        let books = desk(db).await;
        let id = books.company_id;
        let (one, held) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let approved = approve(db, id, &keys(&[&one]), BY, books.now().await).await.unwrap();
        hold(db, id, &keys(&[&held]), "checking", BY, books.now().await).await.unwrap();
        books.until("2026-04-08T12:00:00Z").await;
        let now = books.now().await;
        let frozen = "it is on the invoice of March 2026, which is charged or about to be and cannot change";
        for verb in [Verb::Decline, Verb::Hold, Verb::MarkPaidElsewhere] {
            let asked = Review { verb, keys: &keys(&[&one]), reason: "late", seen: None, shown: &[] };
            assert_eq!(said(review(db, id, &asked, BY, now).await, &one), frozen);
        }
        assert_eq!(said(remove_from_invoice(db, id, &keys(&[&one]), "", BY, now).await, &one), frozen);
        assert_eq!(said(undo(db, id, approved.batch_id.unwrap(), BY, now).await, &one), frozen);

        // What was held then is released into April; a refund of what is paid can be decided about for itself.
        release(db, id, &keys(&[&held]), BY, now).await.unwrap();
        assert_eq!(standing(&books, &held).await, ("pending".to_owned(), 202604, None));
        refund(&books, "r1", "t1", "100").await;
        let takes_back = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).one(db.read()).await.unwrap().unwrap();
        assert_eq!((takes_back.amount, takes_back.invoice_month), (-2000, 202604));
        hold(db, id, &keys(&[&takes_back.key]), "asking the customer", BY, now).await.unwrap();
        release(db, id, &keys(&[&takes_back.key]), BY, now).await.unwrap();
        books.until("2026-05-08T12:00:00Z").await;
        books.prove().await;
        let april = books.invoice("NORTHWIND-0002").await;
        assert_eq!((april.total, april.charge_amount), (Some(-1000), Some(1000)));
    }

    async fn decisions_are_taken_back(db: &TestDb) {
        let books = desk(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        hold(db, id, &keys(&[&one]), "first reason", BY, now).await.unwrap();
        let declined = decline(db, id, &keys(&[&one, &two]), "second reason", BY, now).await.unwrap().batch_id.unwrap();
        let back = undo(db, id, declined, BY, now).await.unwrap();
        assert_eq!(counts(&back), (2, 0, 0));
        assert_eq!(standing(&books, &one).await, ("hold".to_owned(), 202603, Some("first reason".to_owned())));
        assert_eq!(standing(&books, &two).await, ("pending".to_owned(), 202603, None));
        assert_eq!(said(undo(db, id, declined, BY, now).await, ""), "this has already been undone");
        assert!(said(undo(db, id, back.batch_id.unwrap(), BY, now).await, "").contains("decide anew"));

        let approved = approve(db, id, &keys(&[&one, &two]), BY, now).await.unwrap().batch_id.unwrap();
        hold(db, id, &keys(&[&two]), "wait", BY, now).await.unwrap();
        assert_eq!(said(undo(db, id, approved, BY, now).await, &two), format!("it has since been put on hold by {BY}"));
        assert_eq!(standing(&books, &one).await.0, "approved");
        // One record of the batch can be taken back alone.
        let record = reward_records::Entity::find().filter(reward_records::Column::BatchId.eq(approved)).all(db.read()).await.unwrap();
        let row = find(db.read(), id, &one).await.unwrap();
        let of_one = record.iter().find(|record| record.reward_id == row.id).unwrap();
        undo(db, id, of_one.id, BY, now).await.unwrap();
        assert_eq!(standing(&books, &one).await.0, "hold");

        // The same decision at the same instant once more is another one.
        let first = approve(db, id, &keys(&[&one]), BY, now).await.unwrap().batch_id.unwrap();
        undo(db, id, first, BY, now).await.unwrap();
        let second = approve(db, id, &keys(&[&one]), BY, now).await.unwrap().batch_id.unwrap();
        assert_ne!(first, second);
        undo(db, id, second, BY, now).await.unwrap();
        books.prove().await;
    }

    async fn a_hold_taken_back_stays_on_the_invoice_in_review(db: &TestDb) {
        let books = desk(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        books.until("2026-04-02T12:00:00Z").await;
        let (id, now) = (books.company_id, books.now().await);
        let held = hold(db, id, &keys(&[&one]), "oops", BY, now).await.unwrap();
        undo(db, id, held.batch_id.unwrap(), BY, now).await.unwrap();
        assert_eq!(standing(&books, &one).await, ("pending".to_owned(), 202603, None));
        hold(db, id, &keys(&[&one]), "checking", BY, now).await.unwrap();
        release(db, id, &keys(&[&one]), BY, now).await.unwrap();
        assert_eq!(standing(&books, &one).await.1, 202604);
    }

    async fn a_file_of_reviews_counts_whole_or_its_good_rows(db: &TestDb) {
        let books = desk(db).await;
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let (id, now) = (books.company_id, books.now().await);
        let row = |row: u32, key: &str, verb: Verb, reason: &str| ReviewRow { row, reward_key: key.to_owned(), verb, reason: reason.to_owned() };
        let file = [
            row(1, &one, Verb::Approve, ""),
            row(2, &two, Verb::Decline, ""),
            row(3, "rwd_x", Verb::Approve, ""),
            row(4, &one, Verb::Hold, "why"),
        ];
        let outcome = transact!(db, |tx| { review_rows(tx, id, &file, Mode::Whole, BY, now).await }).unwrap();
        let complaints: Vec<_> = outcome.complaints.iter().map(|complaint| (complaint.row, complaint.field, complaint.message.as_str())).collect();
        assert_eq!(
            complaints,
            [
                (2, "reason", "a reason is required"),
                (3, "reward_key", "there is no reward “rwd_x”"),
                (4, "reward_key", "is decided in an earlier row already"),
            ]
        );
        assert_eq!((outcome.decided.changed, standing(&books, &one).await.0), (0, "pending".to_owned()));
        let good = transact!(db, |tx| { review_rows(tx, id, &file, Mode::Good, BY, now).await }).unwrap();
        assert_eq!((good.decided.changed, standing(&books, &one).await.0), (1, "approved".to_owned()));
        let again = transact!(db, |tx| { review_rows(tx, id, &file[..1], Mode::Whole, BY, now).await }).unwrap();
        assert_eq!(counts(&again.decided), (0, 1, 0));
    }

    async fn manual_rewards(db: &TestDb) {
        let books = desk(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let reward = ManualReward {
            partner_key: "ada".to_owned(),
            amount: "25.50".to_owned(),
            currency: String::new(),
            description: "Speaking at our conference".to_owned(),
            customer_key: "c1".to_owned(),
            onto_invoice: false,
            invoice_month: None,
        };
        let given = create_manual_reward(db, id, &reward, "form-1", BY, now).await.unwrap();
        assert!(given.new);
        let again = create_manual_reward(db, id, &reward, "form-1", BY, now.plus_ms(5_000)).await.unwrap();
        assert_eq!((again.key.as_str(), again.new), (given.key.as_str(), false));
        assert!(create_manual_reward(db, id, &reward, "form-2", BY, now).await.unwrap().new);
        let row = find(db.read(), id, &given.key).await.unwrap();
        assert_eq!((row.amount, row.currency.as_str(), row.state.as_str(), row.source.as_str()), (2550, "USD", "pending", "manual"));
        assert!(row.customer_id.is_some());

        let refused = |change: fn(&mut ManualReward)| {
            let mut wrong = reward.clone();
            change(&mut wrong);
            async move { create_manual_reward(db, id, &wrong, "form-3", BY, now).await }
        };
        assert_eq!(said(refused(|reward| reward.partner_key.clear()).await, "partner_key"), "is missing");
        assert_eq!(said(refused(|reward| reward.partner_key = "eve".to_owned()).await, "partner_key"), "there is no partner “eve”");
        assert_eq!(said(refused(|reward| reward.customer_key = "c2".to_owned()).await, "customer_key"), "“c2” is not a customer of this partner");
        assert_eq!(said(refused(|reward| reward.customer_key = "c9".to_owned()).await, "customer_key"), "there is no customer “c9”");
        assert_eq!(said(refused(|reward| reward.amount.clear()).await, "amount"), "is missing");
        assert!(said(refused(|reward| reward.amount = "-0".to_owned()).await, "amount").contains("negative zero"));
        assert!(said(refused(|reward| reward.amount = "1e400".to_owned()).await, "amount").contains("not an amount"));
        assert!(said(refused(|reward| reward.amount = "0".to_owned()).await, "amount").contains("more than zero"));
        assert!(said(refused(|reward| reward.currency = "JPY".to_owned()).await, "amount").contains("too many decimals"));
        assert!(said(refused(|reward| reward.currency = "XXX".to_owned()).await, "currency").contains("not an ISO 4217"));
        assert_eq!(said(refused(|reward| reward.description = " ".to_owned()).await, "description"), "is missing");
        assert!(said(refused(|reward| reward.onto_invoice = true).await, "onto_invoice").contains("no invoice in USD"));

        books.until("2026-04-02T12:00:00Z").await;
        let late = ManualReward { onto_invoice: true, ..reward.clone() };
        let onto = create_manual_reward(db, id, &late, "form-4", BY, books.now().await).await.unwrap();
        assert_eq!(standing(&books, &onto.key).await.1, 202603);
        // Another invoice than the one in review is not it.
        for month in [202602, 202604] {
            let other = ManualReward { invoice_month: Some(domain::Month(month)), ..late.clone() };
            let refused = create_manual_reward(db, id, &other, "form-6", BY, books.now().await).await;
            assert!(said(refused, "onto_invoice").contains("in USD is in review"));
        }
        let next = create_manual_reward(db, id, &reward, "form-5", BY, books.now().await).await.unwrap();
        assert_eq!(standing(&books, &next.key).await.1, 202604);
        books.until("2026-04-09T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.total, Some(7650));
        books.prove().await;
    }

    async fn a_file_of_manual_rewards_twice_changes_nothing(db: &TestDb) {
        let books = desk(db).await;
        let id = books.company_id;
        let reward = |partner: &str, amount: &str| ManualReward {
            partner_key: partner.to_owned(),
            amount: amount.to_owned(),
            currency: "EUR".to_owned(),
            description: "Bonus".to_owned(),
            ..ManualReward::default()
        };
        let row = |row: u32, occurrence: u32, reward: ManualReward| ManualRow {
            row,
            key: None,
            identity: import_identity(&reward, occurrence),
            earlier: Vec::new(),
            written: reward.amount.clone(),
            reward,
        };
        let scope = |now| Scope { company_id: id, import_id: uuid::Uuid::from_u128(1), by: BY, now, again: false, progress: &|_, _| Ok(()) };
        let file = [row(1, 0, reward("ada", "5")), row(2, 1, reward("ada", "5")), row(3, 0, reward("bo", "7")), row(4, 0, reward("eve", "x"))];
        let now = books.now().await;
        let refused = transact!(db, |tx| { create_manual_rewards(tx, &scope(now), &file, Mode::Whole).await }).unwrap();
        let fields: Vec<_> = refused.complaints.iter().map(|complaint| (complaint.row, complaint.field)).collect();
        assert_eq!((refused.created, fields), (0, vec![(4, "partner_key"), (4, "amount")]));
        let first = transact!(db, |tx| { create_manual_rewards(tx, &scope(now), &file[..3], Mode::Whole).await }).unwrap();
        assert_eq!((first.created, first.unchanged), (3, 0));
        let later = at("2026-03-20T00:00:00Z");
        let second = transact!(db, |tx| { create_manual_rewards(tx, &scope(later), &file, Mode::Good).await }).unwrap();
        assert_eq!((second.created, second.unchanged, second.complaints.len()), (0, 3, 2));
        assert_eq!(all(&books).await, ["700 pending 202603 manual", "500 pending 202603 manual", "500 pending 202603 manual"]);
    }

    async fn adjustments_are_linked_differences(db: &TestDb) {
        let books = desk(db).await;
        let id = books.company_id;
        let one = sale(&books, "t1", "c1", "100").await;
        let adjustment = |difference: &str| Adjustment {
            reward_key: one.clone(),
            difference: difference.to_owned(),
            description: "A discount was counted twice".to_owned(),
        };
        let now = books.now().await;
        let less = adjust(db, id, &adjustment("-5"), "a1", BY, now).await.unwrap();
        assert!(less.new && !adjust(db, id, &adjustment("-5"), "a1", BY, now).await.unwrap().new);
        assert_eq!(said(adjust(db, id, &adjustment("-15.01"), "a2", BY, now).await, "difference"), "takes away more than is left of the reward: $15.00");
        assert_eq!(said(adjust(db, id, &adjustment("0"), "a2", BY, now).await, "difference"), "must not be zero");
        assert!(said(adjust(db, id, &Adjustment { reward_key: less.key.clone(), ..adjustment("1") }, "a3", BY, now).await, "").contains("adjust that one"));

        // It follows its reward, and a full refund takes both back.
        hold(db, id, &keys(&[&one]), "checking", BY, now).await.unwrap();
        assert_eq!(standing(&books, &less.key).await.0, "hold");
        release(db, id, &keys(&[&one]), BY, now).await.unwrap();
        books.until("2026-04-08T12:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.total, Some(1500));
        let more = adjust(db, id, &adjustment("2.50"), "a4", BY, books.now().await).await.unwrap();
        assert_eq!(standing(&books, &more.key).await, ("pending".to_owned(), 202604, None));
        refund(&books, "r1", "t1", "100").await;
        let rows = rewards::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), 0, "{:?}", all(&books).await);
        books.until("2026-05-08T12:00:00Z").await;
        books.prove().await;

        let declined = sale(&books, "t2", "c1", "10").await;
        decline(db, id, &keys(&[&declined]), "no", BY, books.now().await).await.unwrap();
        let of_declined = Adjustment { reward_key: declined, ..adjustment("1") };
        assert!(said(adjust(db, id, &of_declined, "a5", BY, books.now().await).await, "").contains("declined"));
    }
}
