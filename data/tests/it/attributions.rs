//! Customers that change hands: what moves, what it costs whom, and the way back.

use data::act::Act;
use data::sales::attributions::{self, Change, Changed};
use data::sales::consequences::EntryKind;
use data::store::entities::rewards;
use data::{Error, Result, on_both};
use domain::states::AttributionSource::Manual;
use uuid::Uuid;

use crate::world::{BY, PROGRAMME, World, at, fault};

fn to(partner: Option<&str>, from: &str) -> Change {
    Change { partner_key: partner.map(str::to_owned), from: at(from), reason: "wrong link".to_owned() }
}

impl World<'_> {
    async fn try_give(&self, customer: &str, partner: Option<&str>, from: &str) -> Result<Changed> {
        let customer_id = self.customer_row(customer).await.id;
        let change = to(partner, from);
        let preview = attributions::preview_change(self.db, self.company, customer_id, &change, self.now).await?;
        let changed = attributions::apply_change(self.db, &Act::named(self.company, BY, self.now), customer_id, &change, Manual).await?;
        assert_eq!(preview.totals, changed.consequences.totals);
        assert_eq!(preview.moves, changed.consequences.moves);
        assert_eq!(preview.entries.len(), changed.consequences.entries.len());
        Ok(changed)
    }

    async fn give(&self, customer: &str, partner: Option<&str>, from: &str) -> Changed {
        self.try_give(customer, partner, from).await.unwrap()
    }

    async fn undo(&self, change_id: Uuid) -> Result<Changed> {
        attributions::undo_change(self.db, &Act::named(self.company, BY, self.now), change_id).await
    }

    async fn partner_figures(&self) -> Vec<(i64, i64, i64)> {
        let mut out = Vec::new();
        for key in ["ada", "bob"] {
            let row = self.partnership(key).await;
            out.push((row.signups, row.paid_customers, row.revenue));
        }
        out
    }
}

const NOW: &str = "2026-03-10T12:00:00Z";

on_both! {
    async fn events_from_then_on_change_hands(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "100.00", "2026-03-01T12:00:00Z").await;
        world.sale("t2", "c1", "50.00", "2026-03-05T12:00:00Z").await;
        world.refund("r2", "t2", "10.00", "2026-03-06T12:00:00Z").await;
        let changed = world.give("c1", Some("bob"), "2026-03-05T12:00:00Z").await;
        let moves: Vec<_> = changed.consequences.moves.iter().map(|moved| moved.key.as_str()).collect();
        assert_eq!(moves, ["t2", "c1"]);
        assert_eq!(world.balances().await, ["ada USD 2000", "bob USD 800"]);
        assert_eq!(world.partner_figures().await, [(0, 0, 10_000), (1, 1, 4_000)]);
        let totals: Vec<_> = changed.consequences.totals.iter().map(|total| format!("{} {} {}", total.partner_key, total.invoice_month, total.difference)).collect();
        assert_eq!(totals, ["ada 2026-03 −$8.00", "bob 2026-03 $8.00"]);
        assert_eq!(world.reason(world.transaction("t2").await.id).await, "rewarded");
        assert_eq!(world.transaction("r2").await.partnership_id, Some(world.partnership("bob").await.id));

        // What comes later belongs to bob, also a refund of what he has now; a refund of ada's sale stays hers.
        world.sale("t3", "c1", "10.00", "2026-03-07T12:00:00Z").await;
        world.refund("r2b", "t2", "40.00", "2026-03-08T12:00:00Z").await;
        world.refund("r1", "t1", "100.00", "2026-03-08T12:00:00Z").await;
        assert_eq!(world.balances().await, ["bob USD 200"]);
        assert_eq!(world.partner_figures().await, [(0, 0, 0), (1, 1, 1_000)]);
        world.prove().await;
    }

    async fn there_and_back_restores_every_balance(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        for (key, amount) in [("t1", "100.00"), ("t2", "33.33"), ("t3", "7.77")] {
            world.sale(key, "c1", amount, "2026-03-05T12:00:00Z").await;
        }
        world.refund("r2", "t2", "11.11", "2026-03-06T12:00:00Z").await;
        let key = world.reward_key("t3").await;
        data::rewards::decline(db, &Act::named(world.company, BY, world.now), &[key], "not eligible").await.unwrap();
        let (balances, figures) = (world.balances().await, world.partner_figures().await);
        let there = world.give("c1", Some("bob"), "2026-03-05T00:00:00Z").await;
        assert!(there.consequences.entries.iter().any(|entry| entry.kind == EntryKind::Reversed));
        assert_ne!(world.balances().await, balances);
        let back = world.give("c1", Some("ada"), "2026-03-05T00:00:00Z").await;
        assert!(back.consequences.entries.iter().any(|entry| entry.kind == EntryKind::Restored));
        assert_eq!(world.balances().await, balances);
        assert_eq!(world.partner_figures().await, figures);
        // And once more around.
        world.give("c1", Some("bob"), "2026-03-01T00:00:00Z").await;
        world.give("c1", None, "2026-03-01T00:00:00Z").await;
        assert_eq!(world.balances().await, Vec::<String>::new());
        world.give("c1", Some("ada"), "2026-03-01T00:00:00Z").await;
        assert_eq!(world.balances().await, balances);
        assert_eq!(world.partner_figures().await, figures);
        world.prove().await;
    }

    async fn undo_restores_what_was(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "100.00", "2026-03-05T12:00:00Z").await;
        let (balances, figures) = (world.balances().await, world.partner_figures().await);
        let first = world.give("c1", Some("bob"), "2026-03-01T00:00:00Z").await.change_id.unwrap();
        let second = world.give("c1", None, "2026-03-02T00:00:00Z").await.change_id.unwrap();
        assert!(matches!(world.undo(first).await, Err(Error::Conflict(_))));
        let preview = attributions::preview_undo(db, world.company, second, world.now).await.unwrap();
        let undone = world.undo(second).await.unwrap();
        assert_eq!(preview.totals, undone.consequences.totals);
        assert_eq!(world.balances().await, ["bob USD 2000"]);
        assert!(matches!(world.undo(second).await, Err(Error::Conflict(_))));
        // A refund in between is kept: it moves back with its sale.
        world.refund("r1", "t1", "50.00", "2026-03-06T12:00:00Z").await;
        let undo_of_undo = undone.change_id.unwrap();
        world.undo(undo_of_undo).await.unwrap();
        assert_eq!(world.balances().await, Vec::<String>::new());
        let customer_id = world.customer_row("c1").await.id;
        let unexplained = Change { reason: " ".to_owned(), ..to(Some("ada"), "2026-01-01T00:00:00Z") };
        attributions::preview_change(db, world.company, customer_id, &unexplained, world.now).await.unwrap();
        assert_eq!(fault(attributions::apply_change(db, &Act::named(world.company, BY, world.now), customer_id, &unexplained, Manual).await, "reason"), "is missing");
        let again = attributions::apply_change(db, &Act::named(world.company, BY, world.now), customer_id, &to(Some("ada"), "2026-01-01T00:00:00Z"), Manual).await.unwrap();
        assert!(again.change_id.is_some());
        assert_eq!(balances, ["ada USD 2000"]);
        assert_eq!(world.balances().await, ["ada USD 1000"]);
        assert_eq!(world.partner_figures().await, [(figures[0].0, figures[0].1, figures[0].2 / 2), (0, 0, 0)]);
        world.prove().await;
    }

    async fn what_it_is_already_changes_nothing(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "100.00", "2026-03-05T12:00:00Z").await;
        let same = world.give("c1", Some("ada"), "2026-03-01T00:00:00Z").await;
        assert_eq!(same.change_id, None);
        assert_eq!(world.count(rewards::Entity).await, 1);
        assert!(fault(world.try_give("c1", Some("zoe"), "2026-03-01T00:00:00Z").await, "partner_key").contains("no partner “zoe”"));
        assert!(fault(world.try_give("c1", Some("bob"), "2026-03-10T12:00:01Z").await, "from").contains("future"));
        world.prove().await;
    }

    async fn limits_follow_the_new_owner(db: &TestDb) {
        let file = PROGRAMME.replace("percent = \"20\"", "percent = \"20\"\nlimit = \"2 rewards\"");
        let world = World::with(db, &file).await;
        world.customer("c1", Some("ada")).await;
        for (key, day) in [("t1", "01"), ("t2", "02"), ("t3", "03"), ("t4", "04")] {
            world.sale(key, "c1", "10.00", &format!("2026-03-{day}T12:00:00Z")).await;
        }
        assert_eq!(world.balances().await, ["ada USD 400"]);
        world.give("c1", Some("bob"), "2026-03-02T00:00:00Z").await;
        // One reward is left for whoever brings them.
        assert_eq!(world.balances().await, ["ada USD 200", "bob USD 200"]);
        assert_eq!(world.reason(world.transaction("t3").await.id).await, "limit_rewards");
        world.give("c1", Some("ada"), "2026-03-02T00:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 400"]);
        world.prove().await;
    }

    async fn a_customer_found_late_earns_from_then_on(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", None).await;
        world.sale("t1", "c1", "100.00", "2026-03-01T12:00:00Z").await;
        world.sale("t2", "c1", "100.00", "2026-03-05T12:00:00Z").await;
        world.give("c1", Some("ada"), "2026-03-05T12:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 2000"]);
        assert_eq!(world.partner_figures().await, [(1, 1, 10_000), (0, 0, 0)]);
        world.prove().await;
    }

    async fn held_and_frozen_rewards_are_corrected_where_they_can_be(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c1", Some("ada")).await;
        world.sale("t1", "c1", "100.00", "2026-03-01T12:00:00Z").await;
        world.sale("t2", "c1", "50.00", "2026-03-02T12:00:00Z").await;
        let key = world.reward_key("t2").await;
        data::rewards::hold(db, &Act::named(world.company, BY, world.now), &[key], "check it").await.unwrap();
        world.freeze("2026-03").await;
        let changed = world.give("c1", Some("bob"), "2026-03-01T00:00:00Z").await;
        let entries: Vec<_> = changed
            .consequences
            .entries
            .iter()
            .map(|entry| format!("{} {} {} {}", entry.partner_key, entry.amount.plain(), entry.state, entry.invoice_month))
            .collect();
        assert_eq!(entries, ["ada -20.00 pending 2026-04", "bob 20.00 pending 2026-04", "ada -10.00 hold 2026-04", "bob 10.00 pending 2026-04"]);
        world.give("c1", Some("ada"), "2026-03-01T00:00:00Z").await;
        assert_eq!(world.balances().await, ["ada USD 3000"]);
        assert_eq!(at(NOW), world.now);
    }
}
