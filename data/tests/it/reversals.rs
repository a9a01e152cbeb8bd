//! Many rewards at once, with refunds among them: what follows, what is left out, and how all of it is undone.

use data::act::Act;
use data::on_both;
use data::rewards::{approve, decline, find, hold, move_to_current_invoice, release, remove_from_invoice, undo};
use data::store::entities::{reward_records, rewards};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::books::Books;
use crate::rewards::{BY, all, counts, keys, position, refund, said, sale, two_partners};

/// The keys of what takes a reward back, the oldest first.
async fn reversals_of(books: &Books<'_>, key: &str) -> Vec<String> {
    use sea_orm::QueryOrder;
    let row = find(books.db.read(), books.company_id, key).await.unwrap();
    let found = rewards::Entity::find().filter(rewards::Column::Reverses.eq(row.id)).order_by_asc(rewards::Column::CreatedAt);
    found.all(books.db.read()).await.unwrap().into_iter().map(|row| row.key).collect()
}

on_both! {
    async fn undo_counts_what_was_named_and_takes_the_refunds_along(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        refund(&books, "r1", "t1", "25").await;
        let reversal = reversals_of(&books, &one).await.remove(0);
        // Two sales, and the refund of one of them: the refund goes along, named or not.
        for named in [keys(&[&one, &two]), keys(&[&reversal, &one, &two])] {
            let held = hold(db, &Act::named(id, BY, now), &named, "checking").await.unwrap();
            assert_eq!((counts(&held), held.left_out), ((2, 0, 1), 0));
            assert!(all(&books).await.iter().all(|row| row.contains(" hold ")));
            let back = undo(db, &Act::named(id, BY, now), held.batch_id.unwrap()).await.unwrap();
            assert_eq!(counts(&back), (2, 0, 1));
            assert!(all(&books).await.iter().all(|row| row.contains(" pending ")));
            assert!(said(undo(db, &Act::named(id, BY, now), held.batch_id.unwrap()).await, "").starts_with(&format!("it was already undone by {BY} on ")));
            assert!(said(undo(db, &Act::named(id, BY, now), back.batch_id.unwrap()).await, "").contains("make a new one"));
        }
        books.prove().await;
    }

    async fn what_follows_is_not_undone_alone(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let one = sale(&books, "t1", "c1", "100").await;
        refund(&books, "r1", "t1", "25").await;
        let held = hold(db, &Act::named(id, BY, now), &keys(&[&one]), "checking").await.unwrap().batch_id.unwrap();
        let reversal = reversals_of(&books, &one).await.remove(0);
        let row = find(db.read(), id, &reversal).await.unwrap();
        let record = reward_records::Entity::find().filter(reward_records::Column::RewardId.eq(row.id)).one(db.read()).await.unwrap().unwrap();
        let alone = undo(db, &Act::named(id, BY, now), record.id).await;
        assert_eq!(said(alone, &reversal), format!("it reverses {one} and follows what is decided about that one"));
        let company = data::programme::companies::get(db.read(), id).await.unwrap();
        let of_reversal = screens::rewards::detail(db, &company, &reversal, now).await.unwrap();
        assert!(of_reversal.follows && of_reversal.undo.is_empty());
        assert_eq!(of_reversal.verbs, [domain::review::Verb::Approve]);
        let of_sale = screens::rewards::detail(db, &company, &one, now).await.unwrap();
        assert!(!of_sale.follows && !of_sale.undo.is_empty());
        undo(db, &Act::named(id, BY, now), held).await.unwrap();
        assert_eq!(position(&books, &reversal).await.0, "pending");
        books.prove().await;
    }

    async fn a_decision_on_several_months_is_undone_in_all_of_them(db: &TestDb) {
        let books = two_partners(db).await;
        let id = books.company_id;
        let march = sale(&books, "t1", "c1", "100").await;
        books.until("2026-04-02T12:00:00Z").await;
        let now = books.now().await;
        let april = sale(&books, "t2", "c2", "50").await;
        refund(&books, "r1", "t1", "25").await;
        assert_eq!(all(&books).await, ["2000 pending 202603 transaction", "1000 pending 202604 transaction", "-500 pending 202604 refund"]);
        let declined = decline(db, &Act::named(id, BY, now), &keys(&[&march, &april]), "no").await.unwrap();
        assert_eq!(counts(&declined), (2, 0, 1));
        undo(db, &Act::named(id, BY, now), declined.batch_id.unwrap()).await.unwrap();
        assert_eq!(all(&books).await, ["2000 pending 202603 transaction", "1000 pending 202604 transaction", "-500 pending 202604 refund"]);
        books.prove().await;

        // Held while March was in review, undone after its charge: nothing comes back before what it belongs to.
        let held = hold(db, &Act::named(id, BY, now), &keys(&[&march, &april]), "checking").await.unwrap().batch_id.unwrap();
        books.until("2026-05-02T12:00:00Z").await;
        undo(db, &Act::named(id, BY, books.now().await), held).await.unwrap();
        assert_eq!(all(&books).await, ["2000 pending 202605 transaction", "1000 pending 202605 transaction", "-500 pending 202605 refund"]);
        books.prove().await;
    }

    async fn a_reversal_does_not_come_back_before_its_original(db: &TestDb) {
        let books = two_partners(db).await;
        let id = books.company_id;
        let (march, other) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "100").await);
        books.until("2026-04-02T12:00:00Z").await;
        refund(&books, "r1", "t1", "25").await;
        let april = sale(&books, "t3", "c2", "50").await;
        let held = hold(db, &Act::named(id, BY, books.now().await), &keys(&[&march]), "checking").await.unwrap().batch_id.unwrap();
        // March is charged without it, April in review, May accumulates.
        books.until("2026-05-02T12:00:00Z").await;
        assert_eq!((position(&books, &other).await.1, position(&books, &april).await.1), (202603, 202604));
        undo(db, &Act::named(id, BY, books.now().await), held).await.unwrap();
        let reversal = reversals_of(&books, &march).await.remove(0);
        assert_eq!((position(&books, &march).await.1, position(&books, &reversal).await.1), (202605, 202605));
        books.prove().await;
    }

    async fn a_later_decision_about_one_is_named(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let (one, two, three) =
            (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await, sale(&books, "t3", "c2", "10").await);
        refund(&books, "r1", "t1", "25").await;
        refund(&books, "r2", "t2", "25").await;
        let approved = approve(db, &Act::named(id, BY, now), &keys(&[&one, &two, &three])).await.unwrap().batch_id.unwrap();
        // A refund that came in between follows as well.
        refund(&books, "r3", "t1", "5").await;
        decline(db, &Act::named(id, BY, now), &keys(&[&two]), "no").await.unwrap();
        assert_eq!(said(undo(db, &Act::named(id, BY, now), approved).await, &two), format!("it has since been declined by {BY}"));
        assert!(said(undo(db, &Act::named(id, BY, now), approved).await, &one).starts_with("nothing about"));
        assert_eq!(position(&books, &one).await.0, "approved");

        // Undone for one reward alone, its refund with it, the rest of the decision can still be undone.
        let held = hold(db, &Act::named(id, BY, now), &keys(&[&one, &three]), "checking").await.unwrap();
        let row = find(db.read(), id, &one).await.unwrap();
        let record = reward_records::Entity::find()
            .filter(reward_records::Column::RewardId.eq(row.id))
            .filter(reward_records::Column::BatchId.eq(held.batch_id.unwrap()))
            .one(db.read())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(counts(&undo(db, &Act::named(id, BY, now), record.id).await.unwrap()), (1, 0, 2));
        assert_eq!(counts(&undo(db, &Act::named(id, BY, now), held.batch_id.unwrap()).await.unwrap()), (1, 0, 0));
        assert!(said(undo(db, &Act::named(id, BY, now), held.batch_id.unwrap()).await, "").starts_with(&format!("it was already undone by {BY} on ")));
        assert_eq!((position(&books, &one).await.0, position(&books, &three).await.0), ("approved".to_owned(), "approved".to_owned()));
        books.prove().await;
    }

    async fn reversals_among_others_are_left_out(db: &TestDb) {
        let books = two_partners(db).await;
        let (id, now) = (books.company_id, books.now().await);
        let (one, two) = (sale(&books, "t1", "c1", "100").await, sale(&books, "t2", "c2", "50").await);
        refund(&books, "r1", "t2", "25").await;
        refund(&books, "r2", "t2", "5").await;
        let of_two = reversals_of(&books, &two).await;
        let mixed = keys(&[&of_two[0], &one, &of_two[1]]);
        let held = hold(db, &Act::named(id, BY, now), &mixed, "checking").await.unwrap();
        assert_eq!((counts(&held), held.left_out), ((1, 0, 0), 2));
        assert_eq!((position(&books, &two).await.0.as_str(), position(&books, &of_two[0]).await.0.as_str()), ("pending", "pending"));
        let again = hold(db, &Act::named(id, BY, now), &mixed, "checking").await.unwrap();
        assert_eq!((counts(&again), again.left_out, again.batch_id), ((0, 1, 0), 2, None));
        // The rest is still all or nothing.
        let declined = decline(db, &Act::named(id, BY, now), &keys(&[&two]), "no").await.unwrap().batch_id.unwrap();
        let refused = hold(db, &Act::named(id, BY, now), &keys(&[&one, &two, &of_two[0]]), "x").await;
        assert_eq!(said(refused, &two), "a reward that is declined cannot be put on hold");
        undo(db, &Act::named(id, BY, now), declined).await.unwrap();

        // One alone explains itself, and so do several of which none can be decided about.
        let alone = decline(db, &Act::named(id, BY, now), &of_two[..1], "no").await;
        assert_eq!(said(alone, &of_two[0]), format!("it reverses {two} and follows what is decided about that one"));
        assert!(said(decline(db, &Act::named(id, BY, now), &of_two, "no").await, "").contains("each of these reverses another reward"));
        let records = reward_records::Entity::find().count(db.read()).await.unwrap();

        // Named together with their reward, in any order, they follow it; approved, they need not.
        let declined = decline(db, &Act::named(id, BY, now), &keys(&[&of_two[1], &two, &of_two[0]]), "no").await.unwrap();
        assert_eq!((counts(&declined), declined.left_out), ((1, 0, 2), 0));
        assert_eq!(reward_records::Entity::find().count(db.read()).await.unwrap(), records + 3);
        undo(db, &Act::named(id, BY, now), declined.batch_id.unwrap()).await.unwrap();
        release(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap();
        let approved = approve(db, &Act::named(id, BY, now), &keys(&[&one, &of_two[0], &of_two[1]])).await.unwrap();
        assert_eq!((counts(&approved), approved.left_out), ((3, 0, 0), 0));
        books.prove().await;
    }

    async fn reversals_among_others_move_with_their_reward_or_stay(db: &TestDb) {
        let books = two_partners(db).await;
        let id = books.company_id;
        let march = sale(&books, "t1", "c1", "100").await;
        books.until("2026-04-02T12:00:00Z").await;
        let now = books.now().await;
        let (one, two) = (sale(&books, "t2", "c1", "100").await, sale(&books, "t3", "c2", "50").await);
        refund(&books, "r1", "t1", "50").await;
        refund(&books, "r3", "t3", "25").await;
        let (of_march, of_two) = (reversals_of(&books, &march).await.remove(0), reversals_of(&books, &two).await.remove(0));
        // What is on the invoice already does not stop the others; its refund is moved for itself.
        let moved = move_to_current_invoice(db, &Act::named(id, BY, now), &keys(&[&march, &of_march, &one, &of_two])).await.unwrap();
        assert_eq!((counts(&moved), moved.left_out), ((2, 1, 0), 1));
        assert_eq!((position(&books, &of_march).await.1, position(&books, &one).await.1, position(&books, &of_two).await.1), (202603, 202603, 202604));
        undo(db, &Act::named(id, BY, now), moved.batch_id.unwrap()).await.unwrap();
        assert_eq!((position(&books, &of_march).await.1, position(&books, &one).await.1), (202604, 202604));
        let removed = remove_from_invoice(db, &Act::named(id, BY, now), &keys(&[&two, &of_two]), "").await.unwrap();
        assert_eq!(counts(&removed), (1, 0, 1));
        assert_eq!((position(&books, &two).await.1, position(&books, &of_two).await.1), (202605, 202605));
        books.prove().await;
    }
}
