//! Transactions that are voided, and voids that are undone.

use data::act::Act;
use data::sales::attributions::{Change, apply_change};
use data::sales::voids::{preview_undo, preview_void, undo, void};
use data::store::entities::{receipts, rewards, transactions};
use data::{Error, on_both};
use domain::states::AttributionSource;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::world::{BY, PROGRAMME, World, at, fault, usd};

/// The programme with other triggers in its one offer.
fn offering(triggers: &str) -> String {
    let (head, _) = PROGRAMME.split_once("[[offers.triggers]]").unwrap();
    format!("{head}{triggers}")
}

const FIRST_PURCHASE: &str =
    "[[offers.triggers]]\nkey = \"first\"\nevent = \"transaction\"\nflat = \"10.00\"\nlimit = \"first purchase\"\n";

impl World<'_> {
    async fn void(&self, key: &str) -> uuid::Uuid {
        let previewed = preview_void(self.db, self.company, key, self.now).await.unwrap();
        let done = void(self.db, &Act::named(self.company, BY, self.now), key, "typed twice").await.unwrap();
        assert_eq!((done.keys, done.consequences), (previewed.keys, previewed.consequences));
        done.void_id
    }

    async fn unvoid(&self, void_id: uuid::Uuid) {
        let previewed = preview_undo(self.db, self.company, void_id, self.now).await.unwrap();
        let done = undo(self.db, &Act::named(self.company, BY, self.now), void_id).await.unwrap();
        assert_eq!((done.keys, done.consequences), (previewed.keys, previewed.consequences));
    }

    async fn voided(&self, key: &str) -> transactions::Model {
        let found = transactions::Entity::find()
            .filter(transactions::Column::Key.eq(key))
            .filter(transactions::Column::VoidedAt.is_not_null())
            .one(self.db.read());
        found.await.unwrap().unwrap()
    }

    async fn last_reason(&self, key: &str) -> String {
        self.reason(self.transaction(key).await.id).await
    }
}

/// What lists and later sales go by: the partners' figures, and the customer's.
async fn figures(world: &World<'_>) -> String {
    let mut out = Vec::new();
    for key in ["ada", "bob"] {
        let row = world.partnership(key).await;
        out.push(format!("{key} {} {} {}", row.signups, row.paid_customers, row.revenue));
    }
    let row = world.customer_row("c1").await;
    out.push(format!("{:?} {}", row.first_purchase_at, row.transactions));
    out.extend(world.balances().await);
    out.join(", ")
}

on_both! {
    async fn a_voided_sale_never_was_and_its_key_is_free(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        let before = figures(&world).await;
        world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        let sold = figures(&world).await;
        let refused = void(db, &Act::named(world.company, BY, world.now), "t1", "  ").await;
        assert_eq!(fault(refused, "reason"), "is missing");
        let first = world.void("t1").await;
        assert_eq!(figures(&world).await, before);
        assert_eq!(world.rewards().await, ["ada -40.00 pending void", "ada 40.00 pending transaction"]);
        let row = world.voided("t1").await;
        assert_eq!(world.reason(row.id).await, "voided");
        world.prove().await;
        // It is not there for those who look for it, and cannot be voided twice.
        assert!(matches!(preview_void(db, world.company, "t1", world.now).await, Err(Error::NotFound(_))));
        assert_eq!(fault(world.try_refund("r1", "t1", usd("1.00"), "2026-03-09T11:00:00Z").await, "refund_of"), "there is no transaction “t1”");
        // Undone, all is as it was.
        world.unvoid(first).await;
        assert_eq!(figures(&world).await, sold);
        assert_eq!(world.last_reason("t1").await, "rewarded");
        assert!(matches!(undo(db, &Act::named(world.company, BY, world.now), first).await, Err(Error::Conflict(_))));
        world.prove().await;
        // Voided again, its key takes another sale of the same instant.
        let second = world.void("t1").await;
        let again = world.sale("t1", "c1", "30.00", "2026-03-09T10:00:00Z").await;
        assert!(again.new && again.transaction_id != row.id);
        assert_eq!(world.balances().await, ["ada USD 600"]);
        let refused = undo(db, &Act::named(world.company, BY, world.now), second).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("used again")), "{refused:?}");
        world.prove().await;
    }

    async fn without_the_first_purchase_the_next_sale_is_the_first(db: &TestDb) {
        let world = World::with(db, &offering(FIRST_PURCHASE)).await;
        world.customer("c1", Some("ada")).await;
        world.sale("typo", "c1", "20.00", "2020-03-09T10:00:00Z").await;
        let next = world.sale("next", "c1", "100.00", "2026-03-09T10:00:00Z").await;
        assert_eq!(world.reason(next.transaction_id).await, "not_first_purchase");
        let sold = figures(&world).await;
        let mistake = world.void("typo").await;
        assert_eq!(world.last_reason("next").await, "rewarded");
        assert_eq!(
            world.rewards().await,
            ["ada -10.00 pending void", "ada 10.00 pending transaction", "ada 10.00 pending transaction"]
        );
        assert_eq!(world.customer_row("c1").await.first_purchase_at, Some(crate::world::at("2026-03-09T10:00:00Z").0));
        world.prove().await;
        // A third is not the first, neither now nor when the typo counts again.
        let third = world.sale("third", "c1", "100.00", "2026-03-10T10:00:00Z").await;
        assert_eq!(world.reason(third.transaction_id).await, "not_first_purchase");
        world.void("third").await;
        let refused = undo(db, &Act::named(world.company, BY, world.now), mistake).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("a later void")), "{refused:?}");
        let row = world.voided("third").await;
        world.unvoid(row.void_id.unwrap()).await;
        world.void("third").await;
        world.unvoid(world.voided("third").await.void_id.unwrap()).await;
        world.unvoid(mistake).await;
        assert_eq!(world.last_reason("next").await, "not_first_purchase");
        assert_eq!(world.balances().await, ["ada USD 1000"]);
        world.void("third").await;
        assert_eq!(figures(&world).await, sold);
        world.prove().await;
    }

    /// What the sale had used of a cap and of a count is there for the others.
    async fn caps_and_counts_are_rated_anew(db: &TestDb) {
        let triggers = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"50\"\ncap_per_month = \"30.00\"\nlimit = \"2 rewards\"\n";
        let world = World::with(db, &offering(triggers)).await;
        world.customer("c1", Some("ada")).await;
        world.sale("a", "c1", "40.00", "2026-03-02T12:00:00Z").await;
        world.sale("b", "c1", "40.00", "2026-03-03T12:00:00Z").await;
        let over = world.sale("c", "c1", "6.00", "2026-03-04T12:00:00Z").await;
        assert_eq!(world.reason(over.transaction_id).await, "limit_rewards");
        assert_eq!(world.balances().await, ["ada USD 3000"]);
        let mistake = world.void("a").await;
        // b is not clipped any more, and c is the second.
        assert_eq!(world.balances().await, ["ada USD 2300"]);
        assert_eq!(world.last_reason("c").await, "rewarded");
        world.prove().await;
        let late = world.sale("d", "c1", "20.00", "2026-03-05T12:00:00Z").await;
        assert_eq!(world.reason(late.transaction_id).await, "limit_rewards");
        // Room in the cap for another customer's sale is what is left: seven dollars.
        world.customer("c2", Some("ada")).await;
        world.sale("e", "c2", "40.00", "2026-03-05T12:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 3000"]);
        world.unvoid(mistake).await;
        assert_eq!(world.balances().await, ["ada USD 3700"]);
        world.prove().await;
    }

    /// Of what is refunded of a sale whose reward was corrected, the share of what it earns now is reversed.
    async fn refunds_go_by_what_the_sale_earns_without_the_voided_one(db: &TestDb) {
        let triggers = "[[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"50\"\ncap_per_month = \"30.00\"\n";
        let world = World::with(db, &offering(triggers)).await;
        world.customer("c1", Some("ada")).await;
        world.sale("a", "c1", "40.00", "2026-03-02T12:00:00Z").await;
        world.sale("b", "c1", "40.00", "2026-03-03T12:00:00Z").await;
        world.refund("b-r1", "b", "10.00", "2026-03-04T12:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 2750"]);
        let mistake = world.void("a").await;
        // b earns 20.00 and a quarter of it was refunded.
        assert_eq!(world.balances().await, ["ada USD 1500"]);
        world.prove().await;
        world.refund("b-r2", "b", "10.00", "2026-03-05T12:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 1000"]);
        world.unvoid(mistake).await;
        // 20.00 of a, 5.00 of b.
        assert_eq!(world.balances().await, ["ada USD 2500"]);
        world.prove().await;
        // A refund that was recorded by mistake.
        let refund = world.void("b-r1").await;
        assert_eq!((world.balances().await, world.transaction("b").await.refunded), (vec!["ada USD 2750".to_owned()], 1_000));
        world.prove().await;
        world.unvoid(refund).await;
        assert_eq!((world.balances().await, world.transaction("b").await.refunded), (vec!["ada USD 2500".to_owned()], 2_000));
        world.prove().await;
        // A sale goes with its refunds.
        let sale = world.void("b").await;
        assert_eq!(world.balances().await, ["ada USD 2000"]);
        assert!(world.voided("b-r1").await.void_id == Some(sale) && world.voided("b-r2").await.void_id == Some(sale));
        world.prove().await;
        world.unvoid(sale).await;
        assert_eq!(world.balances().await, ["ada USD 2500"]);
        world.prove().await;
    }

    /// A line of a frozen invoice stays; the correction is a linked reward in the month that accumulates.
    async fn a_charged_reward_stays_and_its_correction_is_linked(db: &TestDb) {
        let mut world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        world.freeze("2026-03").await;
        world.now = crate::world::at("2026-04-12T00:00:00Z");
        let mistake = world.void("t1").await;
        let rows = rewards::Entity::find().order_by_asc(rewards::Column::CreatedAt).all(db.read()).await.unwrap();
        let lines: Vec<_> = rows.iter().map(|row| (row.amount, row.invoice_month, row.reverses)).collect();
        assert_eq!(lines, [(4_000, 202_603, None), (-4_000, 202_604, Some(rows[0].id))]);
        assert_eq!(rows[1].change_id, Some(mistake));
        // Half of a void cannot be declined.
        let declined = data::rewards::decline(db, &Act::named(world.company, BY, world.now), &[rows[1].key.clone()], "no").await;
        assert!(declined.is_err() || declined.is_ok_and(|decided| decided.changed == 0));
        world.unvoid(mistake).await;
        let sum: i64 = rewards::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.amount).sum();
        assert_eq!(sum, 4_000);
    }

    /// Corrections go where the reward goes; what is adjusted goes with it.
    async fn a_declined_reward_that_counts_again_is_still_void(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "200.00", "2026-03-09T10:00:00Z").await;
        let key = world.reward_key("t1").await;
        let more = data::rewards::Adjustment { reward_key: key.clone(), difference: "5.00".to_owned(), description: "More".to_owned() };
        data::rewards::adjust(db, &Act::named(world.company, BY, world.now), &more, "a-1").await.unwrap();
        data::rewards::decline(db, &Act::named(world.company, BY, world.now), std::slice::from_ref(&key), "fraud").await.unwrap();
        let mistake = world.void("t1").await;
        data::rewards::approve(db, &Act::named(world.company, BY, world.now), std::slice::from_ref(&key)).await.unwrap();
        assert_eq!(world.balances().await, Vec::<String>::new());
        let less = data::rewards::Adjustment { reward_key: key, difference: "1.00".to_owned(), description: "More".to_owned() };
        assert!(matches!(data::rewards::adjust(db, &Act::named(world.company, BY, world.now), &less, "a-2").await, Err(Error::Conflict(_))));
        world.prove().await;
        world.unvoid(mistake).await;
        assert_eq!(world.balances().await, ["ada USD 4500"]);
        world.prove().await;
    }

    /// A sandbox's clock stands still: what came before and after isn't told by the time.
    async fn a_void_isnt_undone_once_the_customer_belongs_to_another(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "100.00", "2026-03-09T10:00:00Z").await;
        let customer_id = world.customer_row("c1").await.id;
        let give = async |partner: &str| {
            let change = Change {
                partner_key: Some(partner.to_owned()),
                from: at("2026-01-01T00:00:00Z"),
                reason: "brought by them".to_owned(),
            };
            apply_change(db, &Act::named(world.company, BY, world.now), customer_id, &change, AttributionSource::Manual).await.unwrap();
        };
        give("bob").await;
        let first = world.void("t1").await;
        world.unvoid(first).await;
        let second = world.void("t1").await;
        give("ada").await;
        let refused = undo(db, &Act::named(world.company, BY, world.now), second).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("attribution changed since")), "{refused:?}");
        world.prove().await;
    }

    /// Histories drawn by chance: whatever was sold and refunded, void and undo leave everything as it was.
    async fn void_and_undo_restore_every_balance(db: &TestDb) {
        let triggers = "[[offers.triggers]]\nkey = \"first\"\nevent = \"transaction\"\nflat = \"7.00\"\nlimit = \"first purchase\"\n\
            [[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"33.3333\"\ncap_per_month = \"40.00\"\nlimit = \"4 rewards\"\n";
        let world = World::with(db, &offering(triggers)).await;
        world.customer("c1", Some("ada")).await;
        world.customer("c2", Some("ada")).await;
        let mut drawn = 12_345u64;
        let mut draw = |below: u64| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (drawn >> 33) % below
        };
        for number in 0..12 {
            let customer = if draw(4) == 0 { "c2" } else { "c1" };
            let at = format!("2026-{:02}-{:02}T10:00:00Z", 1 + draw(2), 1 + draw(28));
            world.sale(&format!("t{number}"), customer, &format!("{}.{:02}", draw(60), draw(100)), &at).await;
            if draw(3) == 0 {
                let left = world.transaction(&format!("t{number}")).await.left().unwrap();
                if left.minor > 0 {
                    let part = i64::try_from(1 + draw(u64::try_from(left.minor).unwrap())).unwrap();
                    let part = domain::Money::new(part, left.currency).plain();
                    world.refund(&format!("r{number}"), &format!("t{number}"), &part, "2026-03-09T10:00:00Z").await;
                }
            }
            let before = (figures(&world).await, world.customer_row("c2").await.first_purchase_at);
            let mut voids = Vec::new();
            for _ in 0..=draw(2) {
                let key = format!("t{}", draw(number + 1));
                if world.db_has(&key).await {
                    voids.push(world.void(&key).await);
                    world.prove().await;
                }
            }
            while let Some(void_id) = voids.pop() {
                world.unvoid(void_id).await;
                world.prove().await;
            }
            assert_eq!((figures(&world).await, world.customer_row("c2").await.first_purchase_at), before, "after t{number}");
        }
        // Every receipt but the first of an event is of a void.
        let again = receipts::Entity::find().filter(receipts::Column::Revision.gt(0)).all(db.read()).await.unwrap();
        assert!(!again.is_empty() && again.iter().all(|row| row.change_id.is_some()));
    }
}

impl World<'_> {
    async fn db_has(&self, key: &str) -> bool {
        data::sales::transactions::find_by_key(self.db.read(), self.company, key).await.is_ok()
    }
}
