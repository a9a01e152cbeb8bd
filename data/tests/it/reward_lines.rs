//! What lists say of a reward, for the company and for the partner.

use data::on_both;
use domain::Instant;
use domain::list_query::ListQuery;
use screens::portal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::books::{Books, at};
use crate::world::{PROGRAMME, World};

/// What the company's list says of each reward, the newest first.
async fn companys(world: &World<'_>) -> Vec<String> {
    let company = data::programme::companies::get(world.db.read(), world.company).await.unwrap();
    let query = ListQuery { filters: [("month".to_owned(), "all".to_owned())].into(), ..ListQuery::default() };
    let list = screens::rewards::list(world.db, &company, &query, world.now).await.unwrap();
    let mut said: Vec<String> = list.page.rows.into_iter().map(|line| format!("{}: {}", line.amount, line.description)).collect();
    said.sort();
    said
}

/// What the partner's says.
async fn partners(world: &World<'_>, key: &str) -> Vec<String> {
    let partner = world.partnership(key).await.partner_id;
    let list = portal::commissions(world.db, partner, &ListQuery::default()).await.unwrap();
    let mut said: Vec<String> = list.page.rows.into_iter().map(|line| format!("{}: {}", line.amount, line.description)).collect();
    said.sort();
    said
}

/// A reward's line and page as the company reads them, and as the partner does: the reason, the month or payment, and the lead.
async fn scheduled(books: &Books<'_>, partnership: Uuid, now: Instant) -> ([String; 3], [String; 3]) {
    let partner =
        data::store::entities::partnerships::Entity::find_by_id(partnership).one(books.db.read()).await.unwrap().unwrap().partner_id;
    let line = portal::commissions(books.db, partner, &ListQuery::default()).await.unwrap().page.rows.remove(0);
    let seen = portal::commission(books.db, partner, &line.key).await.unwrap();
    let reward = screens::rewards::detail(books.db, &books.company().await, &line.key, now).await.unwrap();
    assert_eq!(reward.path, seen.path);
    ([reward.line.reason, reward.line.month, reward.lead], [line.reason, line.payment, seen.lead])
}

on_both! {
    async fn two_rewards_of_one_sale_name_their_triggers(db: &TestDb) {
        let first = "[[offers.triggers]]\nkey = \"first\"\nevent = \"transaction\"\nflat = \"5.00\"\nlimit = \"first purchase\"\n";
        let world = World::with(db, &format!("{PROGRAMME}\n{first}")).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "200.00", "2026-03-08T10:00:00Z").await;
        let both = ["$40.00: 20% of every payment", "$5.00: 20% of every payment · $5.00 for a customer's first purchase"];
        assert_eq!(companys(&world).await, both);
        assert_eq!(partners(&world, "ada").await, both);
        // One reward needs no more than its offer's words.
        world.sale("t2", "c1", "100.00", "2026-03-09T10:00:00Z").await;
        assert_eq!(companys(&world).await[0], "$20.00: 20% of every payment");
        // Neither do refunds of one, and those of two do.
        world.refund("r2", "t2", "100.00", "2026-03-09T11:00:00Z").await;
        assert!(companys(&world).await.contains(&"−$20.00: Refund: 20% of every payment".to_owned()), "{:?}", companys(&world).await);
        world.refund("r1", "t1", "200.00", "2026-03-09T12:00:00Z").await;
        let back = "−$5.00: Refund: 20% of every payment · $5.00 for a customer's first purchase";
        assert!(partners(&world, "ada").await.iter().any(|said| said == back), "{:?}", partners(&world, "ada").await);
    }

    async fn a_scheduled_reward_says_when_it_is_due_and_on_which_invoice(db: &TestDb) {
        let trigger = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"20\"\nlimit = \"unlimited\"\nhold_days = 30\n";
        let now = at("2026-03-10T12:00:00Z");
        data::installation::init(db, data::installation::Mode::Sandbox { start: now }).await.unwrap();
        let books = Books::with_triggers(db, "northwind", "Europe/Berlin", trigger, now).await;
        let ada = books.partner("ada").await;
        // Due when it is April in Berlin already, and still March in UTC.
        let ready = at("2026-03-31T22:30:00Z");
        let id = books.reward_in(ada, 1000, "USD", domain::states::RewardState::Scheduled, Some(ready)).await;
        let due = "Due 1 Apr 2026, on the April 2026 invoice".to_owned();
        let (companys, partners) = scheduled(&books, ada, now).await;
        assert_eq!(companys, [due.clone(), "April 2026".to_owned(), due.clone()]);
        assert_eq!(partners, [due.clone(), "once it is due".to_owned(), due]);
        // And so it comes.
        books.until("2026-04-01T00:00:00Z").await;
        let row = books.stored_reward(id).await;
        assert_eq!((row.state.as_str(), row.invoice_month), ("pending", 202604));
        let records = data::store::entities::reward_records::Entity::find()
            .filter(data::store::entities::reward_records::Column::RewardId.eq(id))
            .all(db.read())
            .await
            .unwrap();
        assert_eq!(records.len(), 1);
    }
}
