//! What the frame, the home screen, the search, the settings and the sandbox's clock show.

use data::act::{Act, Actor};
use data::on_both;
use data::people::accounts::{self, Membership, Place};
use domain::Month;
use domain::list_query::ListQuery;
use domain::states::{CompanyRole, InvoiceState, RewardState, RewardStatus};
use screens::{home, partners, search, session, settings};
use views::home::WaitingKind;
use views::search::HitKind;

use crate::books::Books;
use crate::world::{BY, World, at, usd};

/// The key of the only reward.
async fn only_reward(world: &World<'_>, company: &data::store::entities::companies::Model) -> String {
    let list = screens::rewards::list(world.db, company, &ListQuery::default(), world.now).await.unwrap();
    list.page.rows[0].key.clone()
}

on_both! {
    async fn home_holds_this_month_against_the_same_days_before(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("acme", Some("ada")).await;
        world.customer("loner", None).await;
        world.sale("s1", "acme", "100.00", "2026-02-05T12:00:00Z").await;
        world.sale("s2", "acme", "40.00", "2026-02-20T12:00:00Z").await;
        world.sale("s3", "acme", "300.00", "2026-03-02T12:00:00Z").await;
        world.sale("s4", "loner", "999.00", "2026-03-02T12:00:00Z").await;
        world.refund("r1", "s3", "100.00", "2026-03-03T12:00:00Z").await;

        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let view = home::home(db, &company, CompanyRole::Owner, world.now).await.unwrap();
        assert_eq!(view.context, "March 2026, day 10 · New York time");
        assert_eq!(view.compared_with, "1–10 February");
        assert_eq!((view.revenue.now, view.revenue.before), (usd("200.00"), usd("100.00")));
        // 20% of 100 + 40 + 300, and 20 of them reversed.
        assert_eq!(view.rewards.now, usd("68.00"));
        assert_eq!((view.customers.now, view.customers.before), (1, 0));
        assert_eq!(view.months.len(), 12);
        let march = view.months.last().unwrap();
        assert_eq!((march.month, march.new, march.reversed, march.total()), (Month(202_603), usd("68.00"), usd("0.00"), usd("68.00")));
        let review = &view.waiting[0];
        assert_eq!((review.kind, review.title.as_str(), review.href.as_str()), (WaitingKind::Review, "4 rewards to review", "/rewards?status=pending"));
        assert_eq!(review.amounts, [usd("68.00")]);
        assert!(!view.empty && view.in_review.is_empty());
    }

    async fn home_shows_the_invoice_in_review_and_a_frozen_month(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-02-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 5000, "USD").await;
        books.until("2026-03-10T12:00:00Z").await;
        books.reward(ada, 2500, "USD").await;
        books.until("2026-04-04T13:00:00Z").await;
        let company = data::programme::companies::get(db.read(), books.company_id).await.unwrap();
        let view = home::home(db, &company, CompanyRole::Owner, at("2026-04-04T13:00:00Z")).await.unwrap();
        assert_eq!(view.in_review.len(), 1);
        let strip = &view.in_review[0];
        assert_eq!((strip.title.as_str(), strip.day, strip.state), ("March 2026 · $25.00", 4, InvoiceState::InReview));
        let february = view.months.iter().find(|bar| bar.month == Month(202_602)).unwrap();
        assert_eq!(february.total().minor, 5000);
        assert_eq!(february.new.minor + february.approved.minor, 0);
    }

    async fn everything_is_found_by_name_or_key_and_nothing_of_others(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("acme", Some("ada")).await;
        world.sale("order-1", "acme", "100.00", "2026-03-05T12:00:00Z").await;
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let kinds = async |text: &str| {
            let found = search::search(db, &company, text).await.unwrap();
            found.groups.iter().map(|group| (group.kind, group.hits[0].href.clone())).collect::<Vec<_>>()
        };
        assert_eq!(kinds("ad").await, [(HitKind::Partner, "/partners/ada".to_owned())]);
        assert_eq!(kinds("acme").await, [(HitKind::Customer, "/customers/acme".to_owned())]);
        assert_eq!(kinds("order-1").await, [(HitKind::Transaction, "/customers/acme".to_owned())]);
        assert_eq!(kinds("a").await, []);
        assert_eq!(kinds("nobody").await, []);

        let other = data::store::entities::companies::Model { id: uuid::Uuid::from_u128(9), ..company.clone() };
        assert!(search::search(db, &other, "acme").await.unwrap().groups.is_empty());
    }

    async fn the_audit_log_pages_both_ways(db: &TestDb) {
        let world = World::new(db).await;
        for number in 0..60 {
            world.customer(&format!("c{number:02}"), None).await;
        }
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let query = |page: Option<&String>| ListQuery {
            page: page.cloned().unwrap_or_default(),
            filters: [("kind".to_owned(), "customer".to_owned())].into(),
            ..ListQuery::default()
        };
        let first = settings::audit_log(db, &company, &query(None)).await.unwrap().page;
        assert_eq!((first.rows.len(), first.previous.is_some()), (50, false));
        let second = settings::audit_log(db, &company, &query(first.next.as_ref())).await.unwrap().page;
        assert_eq!((second.rows.len(), second.next.is_some()), (10, false));
        let back = settings::audit_log(db, &company, &query(second.previous.as_ref())).await.unwrap().page;
        assert_eq!(back, first);
        assert_eq!(first.rows[0].author, BY);

        let one = ListQuery { search: "c07".to_owned(), ..ListQuery::default() };
        let found = settings::audit_log(db, &company, &one).await.unwrap().page.rows;
        assert_eq!((found.len(), found[0].href.as_str()), (1, "/customers/c07"));

        // A partner's entries are those of its rewards too.
        world.customer("acme", Some("ada")).await;
        world.sale("s1", "acme", "100.00", "2026-03-05T12:00:00Z").await;
        let key = only_reward(&world, &company).await;
        data::rewards::approve(db, &Act::named(world.company, BY, world.now), std::slice::from_ref(&key)).await.unwrap();
        let of_ada = ListQuery { search: "ada".to_owned(), ..ListQuery::default() };
        let found = settings::audit_log(db, &company, &of_ada).await.unwrap().page.rows;
        assert!(found.iter().any(|entry| entry.subject == key) && found.iter().any(|entry| entry.subject == "ada"), "{found:?}");
    }

    async fn the_demo_offers_sign_ins_and_a_sandbox_jumps(db: &TestDb) {
        let world = World::new(db).await;
        let place = Place::Company(world.company, CompanyRole::Owner);
        accounts::add_user(db, place, "owner@northwind.test", Some("Sam Torres"), Some("a long password"), Actor::Named(BY), world.now).await.unwrap();
        assert!(session::demo_users(db).await.unwrap().is_empty(), "a sandbox of one's own lets nobody in");
        let mia = "mia.bennett@northwind.example";
        let added = accounts::add_user(db, place, mia, Some("Mia Bennett"), Some("a long password"), Actor::Named(BY), world.now).await.unwrap();
        let offered = session::demo_users(db).await.unwrap();
        assert_eq!((offered.len(), offered[0].email.as_str(), offered[0].company), (1, mia, true));
        assert!(session::demo_user(db, "ada@northwind.test").await.unwrap().is_none());

        let user = accounts::find_user(db, added.id).await.unwrap().unwrap();
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let time = data::installation::time(db).await.unwrap();
        let viewer = session::company_viewer(db, &user, &company, CompanyRole::Owner, time).await.unwrap();
        let clock = viewer.clock.unwrap();
        assert_eq!((clock.weekday.as_str(), clock.now.as_str(), clock.zone.as_str()), ("Tuesday", "10 March 2026, 08:00", "New York time"));
        assert_eq!((viewer.places.len(), viewer.to_review), (1, 0));
        assert!(matches!(user.memberships[0], Membership::Company { .. }));

        let jumps = session::jumps(db, &company, time, true).await.unwrap();
        let seen: Vec<_> = jumps.iter().map(|jump| (jump.label.as_str(), jump.date.as_str(), jump.effect.as_str())).collect();
        assert_eq!(seen, [
            ("Tomorrow", "Wed 11 Mar", "Nothing is due"),
            ("Month end", "Wed 1 Apr", "Nothing is due"),
            ("Charge day", "Wed 8 Apr", "Nothing is due"),
        ]);
    }

    async fn production_offers_neither(db: &TestDb) {
        data::installation::init(db, data::installation::Mode::Production).await.unwrap();
        assert!(session::demo_users(db).await.unwrap().is_empty());
        let books = Books::in_database(db, "UTC", at("2026-03-10T12:00:00Z")).await;
        let time = data::installation::time(db).await.unwrap();
        assert!(session::jumps(db, &books.company().await, time, false).await.unwrap().is_empty());
    }

    async fn a_partners_rewards_are_filtered_by_the_status_that_they_show(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-01-10T12:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        books.settles_in(bo, 10).await;
        for partner in [ada, bo] {
            books.reward(partner, 1000, "USD").await;
            books.reward_in(partner, 300, "USD", RewardState::Hold, None).await;
        }
        books.until("2026-02-10T12:00:00Z").await;
        books.reward(ada, 2000, "USD").await;
        books.reward_in(ada, 40, "USD", RewardState::Approved, None).await;
        // January is charged: Ada is paid at once, Bo's money takes ten days.
        let company = data::programme::companies::get(db.read(), books.company_id).await.unwrap();
        let shown = async |partner: &str, status: &str| {
            let filters = [("status".to_owned(), status.to_owned())].into();
            let query = ListQuery { filters, ..ListQuery::default() };
            let list = partners::detail::rewards(db, &company, partner, &query).await.unwrap();
            assert!(status.is_empty() || list.page.rows.iter().all(|line| line.status.word() == status), "{partner} {status}");
            let mut amounts: Vec<i64> = list.page.rows.iter().map(|line| line.amount.minor).collect();
            amounts.sort_unstable();
            amounts
        };
        assert_eq!(shown("ada", "").await, [40, 300, 1000, 2000]);
        assert_eq!((shown("ada", "new").await, shown("ada", "approved").await), (vec![2000], vec![40]));
        assert_eq!((shown("ada", "invoiced").await, shown("ada", "paid").await), (vec![], vec![1000]));
        assert_eq!((shown("bo", "invoiced").await, shown("bo", "paid").await), (vec![1000], vec![]));
        books.until("2026-02-25T12:00:00Z").await;
        assert_eq!((shown("bo", "invoiced").await, shown("bo", "paid").await), (vec![], vec![1000]));
        assert_eq!((shown("ada", "on_hold").await, shown("ada", "new").await), (vec![300], vec![2000]));
        // Each reward shows exactly one status.
        for partner in ["ada", "bo"] {
            let mut all = Vec::new();
            for status in RewardStatus::ALL {
                all.extend(shown(partner, status.word()).await);
            }
            all.sort_unstable();
            assert_eq!(all, shown(partner, "").await);
        }
    }
}
