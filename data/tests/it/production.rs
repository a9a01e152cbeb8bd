//! Production databases move real money only.

use data::act::{Act, Actor};
use data::billing::charges;
use data::billing::payouts::{Shown, confirm};
use data::network::partners::{self, NewPartner};
use data::programme::companies::{self, Profile};
use data::programme::simulated_money;
use data::rewards::{ManualReward, create_manual_reward};
use data::store::entities::{payouts, simulated_requests};
use data::testing::TestDb;
use data::{Error, due, installation, on_both};
use domain::states::{CompanyRole, ProviderKind};
use exchange::verify::verify;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};

use crate::books::{Books, at};
use crate::world::fault;

const BEGUN: &str = "2026-03-10T12:00:00Z";

/// A company of a production database, with a reward of 10.00 for its one partner.
async fn company(db: &TestDb) -> Books<'_> {
    installation::ensure(db).await.unwrap();
    let books = Books::in_database(db, "Europe/Berlin", at(BEGUN)).await;
    let partner = NewPartner { partner_key: "ada".to_owned(), email: "ada@partners.example".to_owned(), ..NewPartner::default() };
    partners::create(db, &Act::named(books.company_id, "test", at(BEGUN)), &partner).await.unwrap();
    let reward = ManualReward {
        partner_key: "ada".to_owned(),
        amount: "10.00".to_owned(),
        currency: "USD".to_owned(),
        description: "Bonus".to_owned(),
        customer_key: String::new(),
        onto_invoice: false,
        invoice_month: None,
    };
    create_manual_reward(db, &Act::named(books.company_id, "test", at(BEGUN)), &reward, "form-1").await.unwrap();
    books
}

/// As an older version let people choose it.
async fn set_simulated(db: &TestDb, columns: &[&str]) {
    let tx = db.begin().await.unwrap();
    for column in columns {
        tx.execute_unprepared(&format!("UPDATE companies SET {column} = 'simulated'")).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn run_due(books: &Books<'_>, now: &str) {
    due::run_due(books.db, &books.worker, at(now)).await.unwrap();
}

fn manual() -> Profile {
    Profile { charge_provider: Some(ProviderKind::Manual), payout_provider: Some(ProviderKind::Manual), ..Profile::default() }
}

on_both! {
    async fn simulated_money_cannot_be_had_in_production(db: &TestDb) {
        let books = company(db).await;
        let row = companies::get(db.read(), books.company_id).await.unwrap();
        assert_eq!((row.charge_provider.as_str(), row.payout_provider.as_str()), ("manual", "manual"));
        for field in ["charge_provider", "payout_provider"] {
            let simulated = Some(ProviderKind::Simulated);
            let profile = match field {
                "charge_provider" => Profile { charge_provider: simulated, ..Profile::default() },
                _ => Profile { payout_provider: simulated, ..Profile::default() },
            };
            let refused = fault(companies::update(db, &Act::named(books.company_id, "test", at(BEGUN)), &profile).await, field);
            assert!(refused.contains("sandboxes only"), "{refused}");
            let new = Profile { name: Some("New".to_owned()), timezone: Some("UTC".to_owned()), currency: Some("USD".to_owned()), ..profile };
            assert!(fault(companies::create(db, "new", &new, Actor::Named("test"), at(BEGUN)).await, field).contains("sandboxes only"));
            let file = format!("[company]\nkey = \"northwind\"\n{field} = \"simulated\"\n");
            for dry_run in [true, false] {
                let applied = data::programme::apply(db, &file, dry_run, Actor::Named("test"), at(BEGUN)).await;
                assert!(matches!(applied, Err(Error::Invalid(_))), "{applied:?}");
            }
        }
        assert_eq!(companies::get(db.read(), books.company_id).await.unwrap(), row);
        assert!(simulated_money::waiting_companies(db.read()).await.unwrap().is_empty());
        books.prove().await;
    }

    async fn a_company_that_has_it_waits_until_it_is_changed(db: &TestDb) {
        let books = company(db).await;
        set_simulated(db, &["charge_provider", "payout_provider"]).await;
        let company = companies::get(db.read(), books.company_id).await.unwrap();
        let waiting = simulated_money::waiting_companies(db.read()).await.unwrap();
        assert_eq!(waiting.iter().map(|company| company.key.as_str()).collect::<Vec<_>>(), ["northwind"]);
        run_due(&books, "2026-04-01T00:00:00Z").await;
        run_due(&books, "2026-04-20T00:00:00Z").await;
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.frozen_at), ("in_review", None));
        let home = screens::home::home(db, &company, CompanyRole::Owner, at("2026-04-20T00:00:00Z")).await.unwrap();
        assert!(home.simulated);
        let profile = screens::settings::profile(db.read(), &company, true).await.unwrap();
        assert!(profile.simulated && profile.providers.iter().all(|choice| choice.value == "manual"));
        let report = verify(db).await.unwrap();
        let broken: Vec<_> = report.broken().collect();
        assert_eq!(broken.len(), 1, "{broken:#?}");
        assert!(broken[0].rows[0].contains("northwind: charges simulated, payouts simulated"), "{broken:#?}");
        // Another change keeps it refused: the profile says how money moves, or nothing is saved.
        let renamed = Profile { charge_provider: Some(ProviderKind::Simulated), name: Some("Other".to_owned()), ..Profile::default() };
        assert!(companies::update(db, &Act::named(books.company_id, "test", at(BEGUN)), &renamed).await.is_err());
        companies::update(db, &Act::named(books.company_id, "olga", at("2026-04-20T00:00:00Z")), &manual()).await.unwrap();
        run_due(&books, "2026-04-20T00:00:01Z").await;
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charge_pending");
        charges::confirm(db, &Act::named(books.company_id, "olga", at("2026-04-20T01:00:00Z")), "NORTHWIND-0001", None).await.unwrap();
        books.prove().await;
    }

    async fn what_was_under_way_is_left_to_people(db: &TestDb) {
        let books = company(db).await;
        run_due(&books, "2026-04-01T00:00:00Z").await;
        run_due(&books, "2026-04-08T00:00:00Z").await;
        set_simulated(db, &["payout_provider"]).await;
        charges::confirm(db, &Act::named(books.company_id, "olga", at("2026-04-08T01:00:00Z")), "NORTHWIND-0001", None).await.unwrap();
        run_due(&books, "2026-04-09T00:00:00Z").await;
        let payout = payouts::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((payout.state.as_str(), payout.provider.as_str()), ("pending", "simulated"));
        companies::update(db, &Act::named(books.company_id, "olga", at("2026-04-09T01:00:00Z")), &manual()).await.unwrap();
        let payout = payouts::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((payout.state.as_str(), payout.provider.as_str()), ("pending", "manual"));
        let shown = Shown { attempts: vec![payout.attempt().unwrap()], total: Some(payout.amount) };
        confirm(db, &Act::named(books.company_id, "olga", at("2026-04-09T02:00:00Z")), &shown).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        assert_eq!(simulated_requests::Entity::find().count(db.read()).await.unwrap(), 0);
        books.prove().await;
    }

    /// An older version changed the company back and left its work with the simulation.
    async fn what_an_older_version_left_is_handed_over(db: &TestDb) {
        let books = company(db).await;
        run_due(&books, "2026-04-01T00:00:00Z").await;
        run_due(&books, "2026-04-08T00:00:00Z").await;
        let tx = db.begin().await.unwrap();
        tx.execute_unprepared("UPDATE charge_attempts SET provider = 'simulated'").await.unwrap();
        tx.commit().await.unwrap();
        run_due(&books, "2026-04-09T00:00:00Z").await;
        charges::confirm(db, &Act::named(books.company_id, "olga", at("2026-04-09T01:00:00Z")), "NORTHWIND-0001", None).await.unwrap();
        assert_eq!(simulated_requests::Entity::find().count(db.read()).await.unwrap(), 0);
        books.prove().await;
    }
}
