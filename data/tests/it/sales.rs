//! Sales and refunds: receipts, rewards, roll-ups.

use data::on_both;

use crate::world::World;

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
    }
}
