//! Rewards on invoices: moved from one to another, and frozen on one.

use data::act::Act;
use data::on_both;
use data::rewards::{Review, approve, hold, move_to_current_invoice, release, remove_from_invoice, review, undo};
use data::store::entities::rewards;
use domain::review::Verb;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{BY, counts, keys, position, refund, said, sale, two_partners};

on_both! {
    async fn rewards_move_between_invoices(db: &TestDb) {
        let books = two_partners(db).await;
        let id = books.company_id;
        let (march, refunded) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        assert_eq!(
            said(move_to_current_invoice(db, &Act::named(id, BY, books.now().await), &keys(&[&march])).await, &march),
            "no invoice in this currency is in review"
        );
        books.until("2026-04-02T12:00:00Z").await;
        let now = books.now().await;
        let april = sale(&books, "t3", "c1", "10").await;
        refund(&books, "r2", "t2", "50").await;
        let moved = move_to_current_invoice(db, &Act::named(id, BY, now), &keys(&[&april])).await.unwrap();
        assert_eq!(position(&books, &april).await.1, 202603);
        assert_eq!(said(move_to_current_invoice(db, &Act::named(id, BY, now), &keys(&[&april])).await, &april), "it is on the invoice of March 2026 already");
        undo(db, &Act::named(id, BY, now), moved.batch_id.unwrap()).await.unwrap();
        assert_eq!(position(&books, &april).await.1, 202604);
        move_to_current_invoice(db, &Act::named(id, BY, now), &keys(&[&april])).await.unwrap();

        // Taken off to April and on to May, a reward takes its refund along.
        remove_from_invoice(db, &Act::named(id, BY, now), &keys(&[&refunded]), "wrong month").await.unwrap();
        let second = remove_from_invoice(db, &Act::named(id, BY, now), &keys(&[&refunded]), "").await.unwrap();
        assert_eq!(counts(&second), (1, 0, 1));
        assert_eq!(position(&books, &refunded).await.1, 202605);
        let reversal = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).one(db.read()).await.unwrap().unwrap();
        assert_eq!(reversal.invoice_month, 202605);
        assert!(said(move_to_current_invoice(db, &Act::named(id, BY, now), &keys(&[&reversal.key])).await, &reversal.key).contains("can't come before it"));

        books.until("2026-06-09T12:00:00Z").await;
        let totals: Vec<_> = books.invoices().await.iter().map(|invoice| (invoice.month, invoice.total)).collect();
        assert_eq!(totals, [(202603, Some(2200)), (202605, Some(0))]);
        books.prove().await;
    }

    async fn nothing_changes_a_frozen_invoice(db: &TestDb) {
        let books = two_partners(db).await;
        let id = books.company_id;
        let (one, held) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        let approved = approve(db, &Act::named(id, BY, books.now().await), &keys(&[&one])).await.unwrap();
        hold(db, &Act::named(id, BY, books.now().await), &keys(&[&held]), "checking").await.unwrap();
        books.until("2026-04-08T12:00:00Z").await;
        let now = books.now().await;
        let frozen = "it is on the invoice of March 2026, which is charged or about to be and cannot change";
        for verb in [Verb::Decline, Verb::Hold, Verb::MarkPaidElsewhere] {
            let asked = Review { verb, keys: &keys(&[&one]), reason: "late", seen: None, shown: &[] };
            assert_eq!(said(review(db, &Act::named(id, BY, now), &asked).await, &one), frozen);
        }
        assert_eq!(said(remove_from_invoice(db, &Act::named(id, BY, now), &keys(&[&one]), "").await, &one), frozen);
        assert_eq!(said(undo(db, &Act::named(id, BY, now), approved.batch_id.unwrap()).await, &one), frozen);

        // What was held then is released into April; a refund of what is paid can be decided about for itself.
        release(db, &Act::named(id, BY, now), &keys(&[&held])).await.unwrap();
        assert_eq!(position(&books, &held).await, ("pending".to_owned(), 202604, None));
        refund(&books, "r1", "t1", "100").await;
        let reversal = rewards::Entity::find().filter(rewards::Column::Amount.lt(0)).one(db.read()).await.unwrap().unwrap();
        assert_eq!((reversal.amount, reversal.invoice_month), (-2000, 202604));
        hold(db, &Act::named(id, BY, now), &keys(&[&reversal.key]), "asking the customer").await.unwrap();
        release(db, &Act::named(id, BY, now), &keys(&[&reversal.key])).await.unwrap();
        books.until("2026-05-08T12:00:00Z").await;
        books.prove().await;
        let april = books.invoice("NORTHWIND-0002").await;
        assert_eq!((april.total, april.charge_amount), (Some(-1000), Some(1000)));
    }

    async fn a_hold_undone_stays_on_the_invoice_in_review(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        books.until("2026-04-02T12:00:00Z").await;
        let (id, now) = (books.company_id, books.now().await);
        let held = hold(db, &Act::named(id, BY, now), &keys(&[&one]), "oops").await.unwrap();
        undo(db, &Act::named(id, BY, now), held.batch_id.unwrap()).await.unwrap();
        assert_eq!(position(&books, &one).await, ("pending".to_owned(), 202603, None));
        hold(db, &Act::named(id, BY, now), &keys(&[&one]), "checking").await.unwrap();
        release(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap();
        assert_eq!(position(&books, &one).await.1, 202604);
    }
}
