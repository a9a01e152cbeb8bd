//! Rewards that people and files give by hand, and adjustments.

use data::act::Act;
use data::rewards::{
    Adjustment, ManualReward, ManualRow, adjust, create_manual_reward, create_manual_rewards, decline, find, hold, import_identity, release,
};
use data::store::entities::rewards;
use data::work::batch::{Mode, Scope};
use data::{on_both, transact};
use sea_orm::EntityTrait;

use super::{BY, all, keys, position, refund, said, sale, two_partners};
use crate::books::at;

on_both! {
    async fn manual_rewards(db: &TestDb) {
        let books = two_partners(db).await;
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
        let given = create_manual_reward(db, &Act::named(id, BY, now), &reward, "form-1").await.unwrap();
        assert!(given.new);
        let again = create_manual_reward(db, &Act::named(id, BY, now.plus_ms(5_000)), &reward, "form-1").await.unwrap();
        assert_eq!((again.key.as_str(), again.new), (given.key.as_str(), false));
        assert!(create_manual_reward(db, &Act::named(id, BY, now), &reward, "form-2").await.unwrap().new);
        let row = find(db.read(), id, &given.key).await.unwrap();
        assert_eq!((row.amount, row.currency.as_str(), row.state.as_str(), row.source.as_str()), (2550, "USD", "pending", "manual"));
        assert!(row.customer_id.is_some());

        let refused = |change: fn(&mut ManualReward)| {
            let mut wrong = reward.clone();
            change(&mut wrong);
            async move { create_manual_reward(db, &Act::named(id, BY, now), &wrong, "form-3").await }
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
        let onto = create_manual_reward(db, &Act::named(id, BY, books.now().await), &late, "form-4").await.unwrap();
        assert_eq!(position(&books, &onto.key).await.1, 202603);
        // Another invoice than the one in review is not it.
        for month in [202602, 202604] {
            let other = ManualReward { invoice_month: Some(domain::Month(month)), ..late.clone() };
            let refused = create_manual_reward(db, &Act::named(id, BY, books.now().await), &other, "form-6").await;
            assert!(said(refused, "onto_invoice").contains("in USD is in review"));
        }
        let next = create_manual_reward(db, &Act::named(id, BY, books.now().await), &reward, "form-5").await.unwrap();
        assert_eq!(position(&books, &next.key).await.1, 202604);
        books.until("2026-04-09T00:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.total, Some(7650));
        books.prove().await;
    }

    async fn a_file_of_manual_rewards_twice_changes_nothing(db: &TestDb) {
        let books = two_partners(db).await;
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
        let scope = |now| Scope { act: Act::named(id, BY, now), import_id: uuid::Uuid::from_u128(1), again: false, progress: &|_, _| Ok(()) };
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
        let books = two_partners(db).await;
        let id = books.company_id;
        let one = sale(&books, "t1", "c1", "100").await;
        let adjustment = |difference: &str| Adjustment {
            reward_key: one.clone(),
            difference: difference.to_owned(),
            description: "A discount was counted twice".to_owned(),
        };
        let now = books.now().await;
        let less = adjust(db, &Act::named(id, BY, now), &adjustment("-5"), "a1").await.unwrap();
        assert!(less.new && !adjust(db, &Act::named(id, BY, now), &adjustment("-5"), "a1").await.unwrap().new);
        assert_eq!(said(adjust(db, &Act::named(id, BY, now), &adjustment("-15.01"), "a2").await, "difference"), "takes away more than is left of the reward: $15.00");
        assert_eq!(said(adjust(db, &Act::named(id, BY, now), &adjustment("0"), "a2").await, "difference"), "must not be zero");
        assert!(said(adjust(db, &Act::named(id, BY, now), &Adjustment { reward_key: less.key.clone(), ..adjustment("1") }, "a3").await, "").contains("adjust that one"));

        // It follows its reward, and a full refund reverses both.
        hold(db, &Act::named(id, BY, now), &keys(&[&one]), "checking").await.unwrap();
        assert_eq!(position(&books, &less.key).await.0, "hold");
        release(db, &Act::named(id, BY, now), &keys(&[&one])).await.unwrap();
        books.until("2026-04-08T12:00:00Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.total, Some(1500));
        let more = adjust(db, &Act::named(id, BY, books.now().await), &adjustment("2.50"), "a4").await.unwrap();
        assert_eq!(position(&books, &more.key).await, ("pending".to_owned(), 202604, None));
        refund(&books, "r1", "t1", "100").await;
        let rows = rewards::Entity::find().all(db.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), 0, "{:?}", all(&books).await);
        books.until("2026-05-08T12:00:00Z").await;
        books.prove().await;

        let declined = sale(&books, "t2", "c1", "10").await;
        decline(db, &Act::named(id, BY, books.now().await), &keys(&[&declined]), "no").await.unwrap();
        let of_declined = Adjustment { reward_key: declined, ..adjustment("1") };
        assert!(said(adjust(db, &Act::named(id, BY, books.now().await), &of_declined, "a5").await, "").contains("declined"));
    }
}
