//! Nobody reaches another company's rows, whatever key or id they name.

use data::act::{Act, Actor};
use data::network::partners::{self, PartnerChange};
use data::programme::companies::{self, Profile};
use data::programme::offers;
use data::sales::attributions::{self, Change};
use data::sales::customers::{self, CustomerChange};
use data::sales::transactions::{self, Refund, Sale};
use data::{Error, on_both};
use domain::states::AttributionSource::Manual;
use domain::states::PartnershipStatus;

use crate::world::{BY, World, at, fault, usd};

fn hidden<T: std::fmt::Debug>(result: data::Result<T>) {
    assert!(matches!(result, Err(Error::NotFound(_))), "{result:?}");
}

on_both! {
    async fn keys_and_ids_of_another_company_are_not_found(db: &TestDb) {
        let world = World::new(db).await;
        let customer = world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "10.00", "2026-03-09T10:00:00Z").await;
        let ada = world.partnership("ada").await.id;
        let change = Change { partner_key: Some("bob".to_owned()), from: world.now, reason: "Found out later".to_owned() };
        let changed = attributions::apply_change(db, &Act::named(world.company, BY, world.now), customer.customer_id, &change, Manual).await.unwrap();

        let profile = Profile {
            name: Some("Other".to_owned()),
            timezone: Some("UTC".to_owned()),
            currency: Some("USD".to_owned()),
            ..Profile::default()
        };
        let other = companies::create(db, "other", &profile, Actor::Named(BY), world.now).await.unwrap();
        hidden(partners::find_by_key(db.read(), other, "ada").await);
        hidden(partners::get(db.read(), other, ada).await);
        hidden(partners::update(db, &Act::named(other, BY, world.now), ada, &PartnerChange::default()).await);
        hidden(partners::move_to_group(db, &Act::named(other, BY, world.now), ada, "agencies").await);
        hidden(partners::set_status(db, &Act::named(other, BY, world.now), ada, PartnershipStatus::Archived).await);
        hidden(customers::find_by_key(db.read(), other, "c1").await);
        hidden(customers::get(db.read(), other, customer.customer_id).await);
        hidden(customers::update(db, &Act::named(other, BY, world.now), customer.customer_id, &CustomerChange::default()).await);
        hidden(transactions::find_by_key(db.read(), other, "t1").await);
        hidden(attributions::preview_change(db, other, customer.customer_id, &Change { partner_key: None, ..change.clone() }, world.now).await);
        hidden(attributions::undo_change(db, &Act::named(other, BY, world.now), changed.change_id.unwrap()).await);
        hidden(offers::retire(db, &Act::named(other, BY, world.now), "standard", None).await);
        assert!(offers::find(db.read(), other, "standard").await.unwrap().is_none());

        let there = World { db, company: other, now: world.now };
        let sale = there.try_sale("t1", "c1", usd("10.00"), "2026-03-09T10:00:00Z").await;
        assert_eq!(fault(sale, "customer_key"), "there is no customer “c1”");
        let refund = Refund { key: "r1".to_owned(), refund_of: "t1".to_owned(), amount: usd("1.00"), occurred_at: world.now };
        let refund = transactions::refund(db, &Act::named(other, BY, world.now), &refund, Manual).await;
        assert_eq!(fault(refund, "refund_of"), "there is no transaction “t1”");

        // The same keys are free there, and what happens there stays there.
        there.customer("c1", None).await;
        let sale = Sale {
            key: "t1".to_owned(),
            customer_key: "c1".to_owned(),
            amount: usd("99.00"),
            occurred_at: at("2026-03-09T10:00:00Z"),
            product_key: None,
            category_key: None,
        };
        assert!(transactions::record(db, &Act::named(other, BY, world.now), &sale, Manual).await.unwrap().new);
        assert_eq!(world.transaction("t1").await.amount, 1_000);
        let partner = Change { partner_key: Some("ada".to_owned()), from: world.now, reason: "Found out later".to_owned() };
        let stranger = there.customer_row("c1").await.id;
        let taken = attributions::apply_change(db, &Act::named(other, BY, world.now), stranger, &partner, Manual).await;
        assert_eq!(fault(taken, "partner_key"), "there is no partner “ada”");
    }
}
