//! Sales and refunds: receipts, rewards, roll-ups.

use data::act::{Act, Actor};
use data::network::partners::{self, NewPartner};
use data::on_both;
use data::sales::customers::NewCustomer;
use data::sales::transactions::Sale;
use data::store::entities::{receipts, rewards, transactions};
use domain::states::AttributionSource::Manual;
use domain::{Currency, Money};

use crate::world::{BY, PROGRAMME, World, at, fault, usd};

/// The programme with other triggers in its one offer.
fn offering(triggers: &str) -> String {
    let (head, _) = PROGRAMME.split_once("[[offers.triggers]]").unwrap();
    format!("{head}{triggers}")
}

const FIRST_PURCHASE: &str = r#"
[[offers.triggers]]
key = "first"
event = "transaction"
flat = "10.00"
limit = "first purchase"
"#;

on_both! {
    async fn a_sale_makes_a_reward(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let sale = world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        assert!(sale.new);
        assert_eq!(sale.rewards, 1);
        assert_eq!(world.rewards().await, ["ada 40.00 pending transaction"]);
        assert_eq!(world.reason(sale.transaction_id).await, "rewarded");
        let ada = world.partnership("ada").await;
        assert_eq!((ada.signups, ada.paid_customers, ada.revenue), (1, 1, 20_000));
        let customer = world.customer_row("c1").await;
        assert_eq!((customer.transactions, customer.first_purchase_at), (1, Some(at("2026-03-09T10:00:00Z").0)));
        let row = world.transaction("t1").await;
        assert_eq!((row.seq, row.partnership_id), (1, Some(ada.id)));
        world.prove().await;
    }

    /// What was decided stays, and what was not known then is said beside it.
    async fn a_receipt_tells_of_an_earlier_purchase_that_came_to_light(db: &TestDb) {
        let world = World::with(db, &offering(FIRST_PURCHASE)).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t2", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        let reasons = async || {
            let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
            let customer = screens::customers::detail::detail(db, &company, "c1", &Default::default()).await.unwrap();
            let receipts = customer.transactions.rows.into_iter().flat_map(|row| row.receipts);
            receipts.flat_map(|receipt| receipt.triggers).map(|trigger| trigger.reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons().await, ["The customer's first purchase."]);
        let now = at("2026-03-12T12:00:00Z");
        World { now, db, company: world.company }.sale("t1", "c1", "50.00", "2026-03-08T10:00:00Z").await;
        assert_eq!(reasons().await[0], "The customer's first purchase. An earlier purchase was recorded on 12 March 2026.");
    }

    async fn the_same_again_changes_nothing(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let first = world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        let again = world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        assert_eq!((again.new, again.transaction_id), (false, first.transaction_id));
        assert_eq!(world.count(rewards::Entity).await, 1);

        let other = world.try_sale("t1", "c1", usd("201.00"), "2026-03-09T10:00:00Z").await;
        assert_eq!(fault(other, "amount"), "“t1” is recorded already, with amount 200.00; transactions are never changed");
        let other = world.try_sale("t1", "c1", usd("200.00"), "2026-03-09T10:00:01Z").await;
        assert!(fault(other, "occurred_at").contains("with occurred_at 9 Mar 2026, 06:00:00"));
        assert_eq!(world.count(transactions::Entity).await, 1);
        world.prove().await;
    }

    async fn every_event_leaves_a_receipt_with_its_reason(db: &TestDb) {
        let world = World::with(db, &offering(
            r#"
[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
min_amount = "10.00"
limit = "2 rewards"
when = "transaction.product_key != 'gift'"
"#,
        )).await;
        world.partner("eve", "agencies").await;
        world.customer("c1", Some("ada")).await;
        world.customer("nobody", None).await;
        world.customer("agency", Some("eve")).await;
        let test = NewCustomer { customer_key: "test".to_owned(), partner_key: Some("ada".to_owned()), test: true, ..NewCustomer::default() };
        let created = world.create(&test).await.unwrap();
        assert_eq!(world.reason(created.customer_id).await, "test_customer");
        let day = "2026-03-09T10:00:00Z";
        for (key, customer, amount, reason) in [
            ("a", "test", "50.00", "test_customer"),
            ("b", "nobody", "50.00", "no_attribution"),
            ("c", "agency", "50.00", "no_offer_in_force"),
            ("d", "c1", "9.99", "below_minimum"),
            ("e", "c1", "0", "amount_zero"),
            ("f", "c1", "10.00", "rewarded"),
            ("g", "c1", "10.01", "rewarded"),
            ("h", "c1", "10.00", "limit_rewards"),
        ] {
            let sale = world.sale(key, customer, amount, day).await;
            assert_eq!(world.reason(sale.transaction_id).await, reason, "{key}");
        }
        let euros = world.try_sale("i", "c1", Money::new(5_000, Currency::EUR), day).await.unwrap();
        assert_eq!(world.reason(euros.transaction_id).await, "currency_differs");
        assert_eq!(world.rewards().await, ["ada 2.00 pending transaction", "ada 2.00 pending transaction"]);
        // Four customers and nine sales.
        assert_eq!(world.count(receipts::Entity).await, 13);
        let (ada, eve) = (world.partnership("ada").await, world.partnership("eve").await);
        assert_eq!((ada.signups, ada.paid_customers, ada.revenue), (1, 1, 4_000));
        assert_eq!((eve.signups, eve.revenue), (1, 5_000));
        world.prove().await;
    }

    async fn a_late_earlier_sale_is_the_first_purchase_but_pays_once(db: &TestDb) {
        let world = World::with(db, &offering(FIRST_PURCHASE)).await;
        world.customer("c1", Some("ada")).await;
        world.sale("zero", "c1", "0", "2026-03-01T00:00:00Z").await;
        world.sale("second", "c1", "20.00", "2026-03-05T00:00:00Z").await;
        assert_eq!(world.rewards().await, ["ada 10.00 pending transaction"]);
        let late = world.sale("first", "c1", "20.00", "2026-03-04T00:00:00Z").await;
        assert_eq!(world.reason(late.transaction_id).await, "already_rewarded");
        assert_eq!(world.customer_row("c1").await.first_purchase_at, Some(at("2026-03-04T00:00:00Z").0));
        let third = world.sale("third", "c1", "20.00", "2026-03-06T00:00:00Z").await;
        assert_eq!(world.reason(third.transaction_id).await, "not_first_purchase");
        assert_eq!(world.rewards().await.len(), 1);
        world.prove().await;
    }

    async fn months_are_counted_from_the_first_purchase(db: &TestDb) {
        let file = offering("[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"10\"\nlimit = \"1 month\"\n");
        let world = World::with(db, &file).await;
        world.customer("c1", Some("ada")).await;
        world.sale("a", "c1", "10.00", "2026-01-31T12:00:00-05:00").await;
        let last = world.sale("b", "c1", "10.00", "2026-02-28T11:59:59-05:00").await;
        let over = world.sale("c", "c1", "10.00", "2026-02-28T12:00:00-05:00").await;
        assert_eq!(world.reason(last.transaction_id).await, "rewarded");
        assert_eq!(world.reason(over.transaction_id).await, "limit_months");
        world.prove().await;
    }

    async fn a_cap_clips_and_then_stops(db: &TestDb) {
        let file = offering("[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"50\"\ncap_per_month = \"30.00\"\n");
        let world = World::with(db, &file).await;
        world.customer("c1", Some("ada")).await;
        world.customer("c2", Some("ada")).await;
        world.customer("c3", Some("bob")).await;
        world.sale("a", "c1", "40.00", "2026-03-02T12:00:00Z").await;
        world.sale("b", "c2", "40.00", "2026-03-03T12:00:00Z").await;
        let over = world.sale("c", "c1", "40.00", "2026-03-04T12:00:00Z").await;
        world.sale("d", "c3", "40.00", "2026-03-05T12:00:00Z").await;
        // February in New York.
        world.sale("e", "c1", "40.00", "2026-03-01T04:59:00Z").await;
        assert_eq!(world.reason(over.transaction_id).await, "cap_reached");
        assert_eq!(
            world.rewards().await,
            ["ada 20.00 pending transaction", "ada 20.00 pending transaction", "ada 10.00 pending transaction", "bob 20.00 pending transaction"]
        );
        world.prove().await;
    }

    async fn hold_days_schedule(db: &TestDb) {
        let file = offering("[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"50\"\nhold_days = 5\n");
        let world = World::with(db, &file).await;
        world.customer("c1", Some("ada")).await;
        world.sale("over", "c1", "10.00", "2026-03-01T12:00:00Z").await;
        world.sale("held", "c1", "20.00", "2026-03-07T12:00:00Z").await;
        world.refund("r", "held", "10.00", "2026-03-08T12:00:00Z").await;
        assert_eq!(
            world.rewards().await,
            ["ada 5.00 pending transaction", "ada 10.00 scheduled transaction", "ada -5.00 scheduled refund"]
        );
        world.prove().await;
    }

    async fn refunds_take_back_their_share(db: &TestDb) {
        let world = World::with(db, &offering("[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"33.3333\"\n")).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "1.00", "2026-03-05T00:00:00Z").await;
        let day = "2026-03-06T00:00:00Z";
        world.refund("r1", "t1", "0.33", day).await;
        world.refund("r2", "t1", "0.33", day).await;
        assert!(fault(world.try_refund("r3", "t1", usd("0.35"), day).await, "amount").contains("more than what is left to refund of the sale: $0.34"));
        assert!(fault(world.try_refund("r3", "t1", usd("0.34"), "2026-03-04T00:00:00Z").await, "occurred_at").contains("earlier than its sale"));
        assert!(fault(world.try_refund("r3", "t1", Money::new(34, Currency::EUR), day).await, "currency").contains("in USD, not in EUR"));
        assert_eq!(fault(world.try_refund("r3", "t9", usd("0.34"), day).await, "refund_of"), "there is no transaction “t9”");
        let last = world.refund("r3", "t1", "0.34", day).await;
        assert_eq!(world.reason(last.transaction_id).await, "refund_reversed");
        assert_eq!(world.balances().await, Vec::<String>::new());
        let row = world.transaction("t1").await;
        assert_eq!(row.refunded, 100);
        assert_eq!(world.transaction("r3").await.amount, -34);
        assert_eq!(world.partnership("ada").await.revenue, 0);
        assert_eq!(fault(world.try_refund("r4", "t1", usd("0.01"), day).await, "refund_of"), "“t1” has been refunded in full");
        let dear = world.sale("t2", "c1", "100.00", "2026-03-05T00:00:00Z").await;
        assert!(dear.new);
        let too_much = fault(world.try_refund("r6", "t2", usd("150.00"), day).await, "amount");
        assert_eq!(too_much, "$150.00 is more than what is left to refund of the sale: $100.00");
        let again = world.refund("r2", "t1", "0.33", day).await;
        assert!(!again.new);
        assert!(fault(world.try_refund("r5", "r1", usd("0.01"), day).await, "refund_of").contains("only a sale"));
        world.prove().await;
    }

    async fn the_offer_in_force_when_it_happened_counts(db: &TestDb) {
        let world = World::new(db).await;
        let changed = PROGRAMME.replace("percent = \"20\"", "percent = \"30\"").replace("every payment\"", "every payment\"\neffective_from = 2026-03-08T00:00:00Z");
        data::programme::apply(db, &changed, false, Actor::Named(crate::world::BY), world.now).await.unwrap();
        world.customer("c1", Some("ada")).await;
        world.sale("new", "c1", "10.00", "2026-03-08T00:00:00Z").await;
        world.sale("old", "c1", "10.00", "2026-03-07T23:59:59Z").await;
        assert_eq!(world.rewards().await, ["ada 2.00 pending transaction", "ada 3.00 pending transaction"]);
        world.prove().await;
    }

    async fn bad_input_is_refused_at_its_field(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let day = "2026-03-09T10:00:00Z";
        assert_eq!(fault(world.try_sale("t", "c9", usd("1.00"), day).await, "customer_key"), "there is no customer “c9”");
        assert!(fault(world.try_sale("t", "c1", usd("-1.00"), day).await, "amount").contains("refund names its sale"));
        assert!(fault(world.try_sale("t", "c1", usd("1.00"), "2026-03-11T12:00:00.001Z").await, "occurred_at").contains("more than a day after now"));
        assert!(world.try_sale("ok", "c1", usd("1.00"), "2026-03-11T12:00:00Z").await.is_ok());
        assert_eq!(fault(world.try_sale(" ", "c1", usd("1.00"), day).await, "key"), "is missing");
        assert!(fault(world.try_sale("a\u{0}b", "c1", usd("1.00"), day).await, "key").contains("cannot be shown"));
        assert!(fault(world.try_refund("r", "ok", usd("-1.00"), day).await, "amount").contains("above zero"));
        for (hidden, says) in [("cafe\u{301}", "written “café”"), ("caf\u{e9}\u{fe0f}", "invisible"), ("caf\u{e9}\u{a0}1", "blank")] {
            let alike = NewCustomer { customer_key: hidden.to_owned(), ..NewCustomer::default() };
            assert!(fault(world.create(&alike).await, "customer_key").contains(says), "{hidden:?}");
            assert!(fault(world.try_sale(hidden, "c1", usd("1.00"), day).await, "key").contains(says), "{hidden:?}");
            assert!(fault(world.try_refund(hidden, "ok", usd("1.00"), day).await, "key").contains(says), "{hidden:?}");
            let plain = Sale {
                key: "labelled".to_owned(),
                customer_key: "c1".to_owned(),
                amount: usd("1.00"),
                occurred_at: at(day),
                product_key: None,
                category_key: None,
            };
            for (column, sale) in [
                ("product_key", Sale { product_key: Some(hidden.to_owned()), ..plain.clone() }),
                ("category_key", Sale { category_key: Some(hidden.to_owned()), ..plain }),
            ] {
                let refused = data::sales::transactions::record(db, &Act::named(world.company, BY, world.now), &sale, Manual).await;
                assert!(fault(refused, column).contains(says), "{hidden:?}");
            }
            let paid_as = NewCustomer { customer_key: "c5".to_owned(), provider_key: Some(hidden.to_owned()), ..NewCustomer::default() };
            assert!(fault(world.create(&paid_as).await, "provider_key").contains(says), "{hidden:?}");
            let partner = NewPartner { partner_key: hidden.to_owned(), group: "affiliates".to_owned(), ..NewPartner::default() };
            assert!(fault(partners::create(db, &Act::named(world.company, BY, world.now), &partner).await, "partner_key").contains(says), "{hidden:?}");
            assert!(fault(partners::rename_key(db, "northwind", "bob", hidden, Actor::Named(BY)).await, "partner_key").contains(says), "{hidden:?}");
        }
        let twin = NewCustomer { customer_key: "c1".to_owned(), ..NewCustomer::default() };
        assert_eq!(fault(world.create(&twin).await, "customer_key"), "“c1” is taken by another customer");
        let orphan = NewCustomer { customer_key: "c2".to_owned(), partner_key: Some("zoe".to_owned()), ..NewCustomer::default() };
        assert_eq!(fault(world.create(&orphan).await, "partner_key"), "there is no partner “zoe”");
        let tomorrow = NewCustomer { customer_key: "c2".to_owned(), created_at: Some(at("2026-03-12T00:00:00Z")), ..NewCustomer::default() };
        assert!(fault(world.create(&tomorrow).await, "created_at").contains("more than a day after now"));
        world.prove().await;
    }

    async fn a_new_customer_can_earn(db: &TestDb) {
        let world = World::with(db, &offering("[[offers.triggers]]\nkey = \"lead\"\nevent = \"customer\"\nflat = \"5.00\"\ncap_per_month = \"8.00\"\n")).await;
        let first = world.customer("c1", Some("ada")).await;
        assert_eq!((first.rewards, world.reason(first.customer_id).await.as_str()), (1, "rewarded"));
        world.customer("c2", Some("ada")).await;
        let third = world.customer("c3", Some("ada")).await;
        assert_eq!(world.reason(third.customer_id).await, "cap_reached");
        assert_eq!(world.balances().await, ["ada USD 800"]);
        world.prove().await;
    }

    /// Sixty-four at once: one is recorded, the others learn of it.
    async fn one_of_many_parallel_posts_is_recorded(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let posts = (0..64).map(|_| world.try_sale("t1", "c1", usd("10.00"), "2026-03-09T10:00:00Z"));
        let answers = futures::future::join_all(posts).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| answer.new).count(), 1);
        assert!(answers.iter().all(|answer| answer.transaction_id == answers[0].transaction_id));
        assert_eq!(world.count(transactions::Entity).await, 1);
        assert_eq!(world.count(rewards::Entity).await, 1);
        assert_eq!(world.partnership("ada").await.revenue, 1_000);
        world.prove().await;
    }

    /// Different sales of one customer at once: each is recorded, in some order.
    async fn parallel_sales_of_one_customer_all_count(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let keys: Vec<String> = (0..24).map(|number| format!("t{number}")).collect();
        let posts = keys.iter().map(|key| world.try_sale(key, "c1", usd("10.00"), "2026-03-09T10:00:00Z"));
        for answer in futures::future::join_all(posts).await {
            assert!(answer.unwrap().new);
        }
        let customer = world.customer_row("c1").await;
        assert_eq!(customer.transactions, 24);
        assert_eq!(world.partnership("ada").await.revenue, 24_000);
        world.prove().await;
    }
}
