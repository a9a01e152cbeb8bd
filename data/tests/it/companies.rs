//! Installations, companies and partners over time.

use data::act::Act;
use data::installation::{self, Mode};
use data::network::partners::{self, PartnerChange};
use data::programme::companies::{self, Profile};
use data::sales::attributions::Change;
use data::{Error, on_both};
use domain::Month;
use domain::states::{AttributionSource, PartnershipStatus};

use crate::world::{BY, World, at, fault};

on_both! {
    async fn an_installation_is_told_once_what_it_is(db: &TestDb) {
        let start = at("2026-03-10T12:00:00Z");
        let sandbox = Mode::Sandbox { start };
        assert!(installation::init(db, sandbox).await.unwrap());
        assert!(!installation::init(db, sandbox).await.unwrap());
        assert!(matches!(installation::init(db, Mode::Production).await, Err(Error::Conflict(_))));
        assert!(matches!(installation::init(db, Mode::Sandbox { start: start.plus_ms(1) }).await, Err(Error::Conflict(_))));
        assert_eq!(installation::ensure(db).await.unwrap(), sandbox);
        let later = start.plus_ms(1000);
        let tx = db.begin().await.unwrap();
        assert!(installation::advance(&tx, start, later).await.unwrap());
        // Somebody else moved it meanwhile.
        assert!(!installation::advance(&tx, start, later).await.unwrap());
        assert!(installation::advance(&tx, later, start).await.is_err());
        tx.commit().await.unwrap();
        assert_eq!(installation::now(db).await.unwrap(), later);
        // What it began as stays.
        assert!(!installation::init(db, sandbox).await.unwrap());
    }

    async fn a_production_clock_cannot_be_moved(db: &TestDb) {
        assert_eq!(installation::ensure(db).await.unwrap(), Mode::Production);
        let now = installation::now(db).await.unwrap();
        let tx = db.begin().await.unwrap();
        assert!(matches!(installation::advance(&tx, now, now.plus_ms(1)).await, Err(Error::Forbidden(_))));
        tx.rollback().await.unwrap();
    }

    async fn a_new_zone_keeps_the_month_and_moves_its_end(db: &TestDb) {
        let world = World::new(db).await;
        let company = companies::get(db.read(), world.company).await.unwrap();
        assert_eq!((company.open_month, company.open_month_ends_at), (202_603, at("2026-04-01T04:00:00Z").0));
        let profile = Profile { timezone: Some("Asia/Tokyo".to_owned()), ..Profile::default() };
        let changes = companies::update(db, &Act::named(world.company, BY, world.now), &profile).await.unwrap();
        assert_eq!(changes, [("timezone", "America/New_York".to_owned(), "Asia/Tokyo".to_owned())]);
        let company = companies::get(db.read(), world.company).await.unwrap();
        assert_eq!((company.open_month, company.open_month_ends_at), (202_603, at("2026-03-31T15:00:00Z").0));
        // The calendar is ahead of the books until month end has been done.
        assert_eq!(company.accumulating_month(at("2026-03-31T15:00:00Z")).unwrap(), Month(202_604));
        assert!(companies::update(db, &Act::named(world.company, BY, world.now), &profile).await.unwrap().is_empty());
        let wrong = Profile { timezone: Some("Moon".to_owned()), name: Some(" ".to_owned()), ..Profile::default() };
        assert!(fault(companies::update(db, &Act::named(world.company, BY, world.now), &wrong).await, "timezone").contains("IANA"));
        assert_eq!(fault(companies::update(db, &Act::named(world.company, BY, world.now), &wrong).await, "name"), "is missing");
    }

    async fn a_new_currency_counts_revenue_anew(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "10.00", "2026-03-09T10:00:00Z").await;
        world.try_sale("t2", "c1", domain::Money::new(700, domain::Currency::EUR), "2026-03-09T10:00:00Z").await.unwrap();
        assert_eq!(world.partnership("ada").await.revenue, 1_000);
        let profile = Profile { currency: Some("EUR".to_owned()), ..Profile::default() };
        companies::update(db, &Act::named(world.company, BY, world.now), &profile).await.unwrap();
        assert_eq!(world.partnership("ada").await.revenue, 700);
        world.prove().await;
    }

    async fn late_events_see_the_group_of_their_time(db: &TestDb) {
        let mut world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let ada = world.partnership("ada").await;
        assert!(partners::move_to_group(db, &Act::named(world.company, BY, world.now), ada.id, "agencies").await.unwrap());
        assert!(!partners::move_to_group(db, &Act::named(world.company, BY, world.now), ada.id, "agencies").await.unwrap());
        world.now = world.now.plus_ms(1000);
        let before = world.sale("t1", "c1", "10.00", "2026-03-10T11:59:59Z").await;
        let after = world.sale("t2", "c1", "10.00", "2026-03-10T12:00:00Z").await;
        assert_eq!(world.reason(before.transaction_id).await, "rewarded");
        assert_eq!(world.reason(after.transaction_id).await, "no_offer_in_force");
        assert_eq!(fault(partners::move_to_group(db, &Act::named(world.company, BY, world.now), ada.id, "nowhere").await, "group"), "there is no group “nowhere”");
    }

    async fn archived_partners_earn_nothing(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let ada = world.partnership("ada").await;
        partners::set_status(db, &Act::named(world.company, BY, world.now), ada.id, PartnershipStatus::Archived).await.unwrap();
        let sale = world.sale("t1", "c1", "10.00", "2026-03-10T12:00:00Z").await;
        assert_eq!(world.reason(sale.transaction_id).await, "partnership_not_active");
        // Again within the same millisecond: as if it had not been.
        partners::set_status(db, &Act::named(world.company, BY, world.now), ada.id, PartnershipStatus::Approved).await.unwrap();
        let sale = world.sale("t2", "c1", "10.00", "2026-03-10T12:00:00Z").await;
        assert_eq!(world.reason(sale.transaction_id).await, "rewarded");
        world.prove().await;
    }

    /// Whenever a sale is recorded: what counts is the status when it happened.
    async fn a_sale_counts_by_the_status_it_happened_in(db: &TestDb) {
        let mut world = World::new(db).await;
        world.customer("mira", Some("ada")).await;
        world.customer("noor", Some("bob")).await;
        let ada = world.partnership("ada").await.id;
        world.now = at("2026-06-20T08:00:00Z");
        partners::set_status(db, &Act::named(world.company, BY, world.now), ada, PartnershipStatus::Archived).await.unwrap();
        world.now = at("2026-06-26T12:00:00Z");
        let before = world.sale("q-19", "mira", "30.00", "2026-06-19T10:00:00Z").await;
        assert_eq!(world.reason(before.transaction_id).await, "rewarded");
        let last = world.sale("q-20a", "mira", "1.00", "2026-06-20T07:59:59.999Z").await;
        let first = world.sale("q-20b", "mira", "1.00", "2026-06-20T08:00:00Z").await;
        assert_eq!((world.reason(last.transaction_id).await, world.reason(first.transaction_id).await), ("rewarded".to_owned(), "partnership_not_active".to_owned()));
        world.now = at("2026-07-05T12:00:00Z");
        partners::set_status(db, &Act::named(world.company, BY, world.now), ada, PartnershipStatus::Approved).await.unwrap();
        let during = world.sale("q-27", "mira", "11.00", "2026-06-27T00:00:00Z").await;
        assert_eq!(world.reason(during.transaction_id).await, "partnership_not_active");
        let after = world.sale("q-05", "mira", "11.00", "2026-07-05T12:00:00Z").await;
        assert_eq!(world.reason(after.transaction_id).await, "rewarded");
        assert_eq!(world.balances().await, ["ada USD 840"]);
        // A customer's creation, and an event that comes to the partner by a change of attribution, likewise.
        world.sale("n-25", "noor", "100.00", "2026-06-25T00:00:00Z").await;
        world.sale("n-06", "noor", "50.00", "2026-07-06T00:00:00Z").await;
        let change = Change { partner_key: Some("ada".to_owned()), from: at("2026-06-24T00:00:00Z"), reason: "hers".to_owned() };
        let noor = world.customer_row("noor").await.id;
        data::sales::attributions::apply_change(db, &Act::named(world.company, BY, world.now), noor, &change, AttributionSource::Manual).await.unwrap();
        assert_eq!(world.reason(world.transaction("n-25").await.id).await, "partnership_not_active");
        assert_eq!(world.reason(world.transaction("n-06").await.id).await, "rewarded");
        assert_eq!(world.balances().await, ["ada USD 1840"]);
        world.prove().await;
    }

    async fn partners_change_what_they_say_of_themselves(db: &TestDb) {
        let world = World::new(db).await;
        let ada = world.partnership("ada").await.id;
        let change = PartnerChange {
            name: Some("Ada & Co".to_owned()),
            email: Some("Ada@Example.com".to_owned()),
            tags: Some(vec!["gold".to_owned()]),
            settlement_days: Some(3),
            ..PartnerChange::default()
        };
        assert!(partners::update(db, &Act::named(world.company, BY, world.now), ada, &change).await.unwrap());
        assert!(!partners::update(db, &Act::named(world.company, BY, world.now), ada, &change).await.unwrap());
        let row = world.partnership("ada").await;
        assert_eq!((row.name.as_str(), row.email.as_str(), row.tags.as_str(), row.settlement_days), ("Ada & Co", "ada@example.com", "[\"gold\"]", 3));
        let wrong = PartnerChange { settlement_days: Some(-1), email: Some("ada".to_owned()), ..PartnerChange::default() };
        assert!(fault(partners::update(db, &Act::named(world.company, BY, world.now), ada, &wrong).await, "settlement_days").contains("not between"));
    }
}
