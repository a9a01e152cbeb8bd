//! Receipts as people read them: of every decision that there is, as the company and as the partner see it.

use data::act::Act;
use std::collections::BTreeMap;
use std::fmt::Write;

use data::on_both;
use data::rewards::{Adjustment, ManualReward};
use data::sales::attributions::{Change, apply_change};
use data::sales::customers::NewCustomer;
use data::sales::transactions::Sale;
use data::store::entities::{companies, receipts, rewards};
use domain::reasons::Reason;
use domain::states::AttributionSource::Manual;
use domain::{Currency, Money};
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;
use views::receipt::ReceiptView;

use crate::world::{BY, World, at, usd};

const PROGRAMME: &str = r#"
[company]
key = "northwind"
name = "Northwind"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[groups]]
key = "agencies"
name = "Agencies"

[[groups]]
key = "press"
name = "Press"

[[offers]]
key = "standard"
group = "affiliates"
description = "20% in a customer's first 12 months, 30% of Pro"

[[offers.triggers]]
key = "lead"
event = "customer"
flat = "5.00"
cap_per_month = "8.00"

[[offers.triggers]]
key = "first"
event = "transaction"
flat = "25.00"
limit = "first purchase"

[[offers.triggers]]
key = "pro"
event = "transaction"
percent = "30"
limit = "2 rewards"
when = "transaction.product_key = 'pro'"
stop = true

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
min_amount = "10.00"
limit = "12 months"

[[offers]]
key = "agencies"
group = "agencies"
description = "10% of every payment, up to $50 a month"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "10"
cap_per_month = "50.00"
hold_days = 30
"#;

/// What has been recorded, in this order: what it shows, and the event.
struct Events<'a> {
    world: World<'a>,
    recorded: Vec<(&'static str, Uuid)>,
}

impl Events<'_> {
    async fn customer(&mut self, shows: &'static str, key: &str, partner: Option<&str>) {
        let id = self.world.customer(key, partner).await.customer_id;
        self.recorded.push((shows, id));
    }

    async fn sale(&mut self, shows: &'static str, key: &str, customer: &str, amount: Money, occurred_at: &str) {
        self.sale_of(shows, key, customer, amount, occurred_at, None).await;
    }

    async fn sale_of(&mut self, shows: &'static str, key: &str, customer: &str, amount: Money, occurred_at: &str, product: Option<&str>) {
        let sale = Sale {
            key: key.to_owned(),
            customer_key: customer.to_owned(),
            amount,
            occurred_at: at(occurred_at),
            product_key: product.map(str::to_owned),
            category_key: None,
        };
        let World { db, company, now } = self.world;
        let done = data::sales::transactions::record(db, &Act::named(company, BY, now), &sale, Manual).await.unwrap();
        self.recorded.push((shows, done.transaction_id));
    }

    async fn refund(&mut self, shows: &'static str, key: &str, of: &str, amount: &str, occurred_at: &str) {
        let id = self.world.refund(key, of, amount, occurred_at).await.transaction_id;
        self.recorded.push((shows, id));
    }
}

/// Sales that earn, and those that do not, each for another reason.
async fn sales(events: &mut Events<'_>) {
    events.customer("A new customer earns", "jo", Some("ada")).await;
    events.customer("A new customer earns what the month has left", "kim", Some("ada")).await;
    events.customer("A new customer, and the month's maximum is reached", "lee", Some("ada")).await;
    events.customer("A new customer of an offer that pays for sales alone", "max", Some("carl")).await;

    events.sale("Two triggers earn", "1001", "jo", usd("200.00"), "2026-03-02T15:00:00Z").await;
    events.sale_of("One trigger earns and stops the next", "1002", "jo", usd("80.00"), "2026-03-03T15:00:00Z", Some("pro")).await;
    events.sale_of("The limit's last reward", "1003", "jo", usd("80.00"), "2026-03-03T16:00:00Z", Some("pro")).await;
    events.sale_of("At the limit, the next trigger earns", "1004", "jo", usd("80.00"), "2026-03-03T17:00:00Z", Some("pro")).await;
    events.sale("Below the minimum", "1005", "jo", usd("9.99"), "2026-03-04T15:00:00Z").await;
    events.sale("Another currency", "1006", "jo", Money::new(5_000, Currency::EUR), "2026-03-04T16:00:00Z").await;
    events.sale("Nothing was paid", "1007", "jo", usd("0"), "2026-03-04T17:00:00Z").await;

    events.sale("A first purchase long ago", "0901", "kim", usd("30.00"), "2025-02-10T15:00:00Z").await;
    events.sale("The months are over", "1008", "kim", usd("30.00"), "2026-03-04T18:00:00Z").await;
    events.sale("A sale before the one that was the first", "0900", "kim", usd("12.00"), "2025-02-09T15:00:00Z").await;

    events.sale("It waits, and the month's maximum cuts it", "1009", "max", usd("600.00"), "2026-03-05T15:00:00Z").await;
    events.sale("The month's maximum is reached", "1010", "max", usd("10.00"), "2026-03-05T16:00:00Z").await;
    events.sale("It rounds to zero", "1011", "max", usd("0.01"), "2026-02-05T16:00:00Z").await;
}

/// Sales that belong to nobody who could earn.
async fn sales_without_a_partner(events: &mut Events<'_>) {
    let World { db, company, now } = events.world;
    events.customer("A new customer whom nobody referred", "nora", None).await;
    events.sale("Unattributed", "1012", "nora", usd("50.00"), "2026-03-05T17:00:00Z").await;
    let input = NewCustomer { customer_key: "test".to_owned(), partner_key: Some("ada".to_owned()), test: true, ..NewCustomer::default() };
    let test = events.world.create(&input).await.unwrap().customer_id;
    events.recorded.push(("A test customer", test));
    events.customer("A new customer of a group without offers", "otis", Some("pia")).await;
    events.customer("A customer of a partner who is archived then", "quinn", Some("rex")).await;
    let rex = events.world.partnership("rex").await.id;
    data::network::partners::set_status(db, &Act::named(company, BY, now), rex, domain::states::PartnershipStatus::Archived).await.unwrap();
    events.sale("The partner is archived", "1013", "quinn", usd("50.00"), "2026-03-10T12:00:00Z").await;
}

/// What is refunded, and what people decide and write themselves.
async fn refunds_and_people(events: &mut Events<'_>) {
    let World { db, company, now } = events.world;
    events.refund("Part of a sale is refunded", "R-1", "1001", "50.00", "2026-03-06T15:00:00Z").await;
    events.refund("The rest of it is refunded", "R-2", "1001", "150.00", "2026-03-06T16:00:00Z").await;
    let declined = events.world.reward_key("1002").await;
    data::rewards::decline(db, &Act::named(company, BY, now), &[declined], "Own purchase").await.unwrap();
    events.refund("A sale is refunded whose reward was declined", "R-3", "1002", "80.00", "2026-03-06T17:00:00Z").await;
    events.refund("A sale is refunded that earned nothing", "R-4", "1005", "9.99", "2026-03-06T18:00:00Z").await;

    let adjusted = events.world.reward_key("1003").await;
    let more = Adjustment { reward_key: adjusted, difference: "1.50".to_owned(), description: "Rounded up".to_owned() };
    data::rewards::adjust(db, &Act::named(company, BY, now), &more, "adjustment").await.unwrap();
    let given = ManualReward {
        partner_key: "bob".to_owned(),
        amount: "12.50".to_owned(),
        currency: "EUR".to_owned(),
        description: "Webinar in March".to_owned(),
        ..ManualReward::default()
    };
    data::rewards::create_manual_reward(db, &Act::named(company, BY, now), &given, "manual").await.unwrap();
}

/// Events that are rated again.
async fn rated_again(events: &mut Events<'_>) {
    let World { db, company, now } = events.world;
    events.customer("A new customer who changes hands", "sam", Some("carl")).await;
    events.sale("A sale that goes to another partner", "1014", "sam", usd("40.00"), "2026-02-07T15:00:00Z").await;
    events.refund("Its refund goes with it", "R-5", "1014", "10.00", "2026-02-08T15:00:00Z").await;
    let sam = events.world.customer_row("sam").await.id;
    let change = Change { partner_key: Some("bob".to_owned()), from: at("2026-02-01T00:00:00Z"), reason: "Wrong link".to_owned() };
    apply_change(db, &Act::named(company, BY, now), sam, &change, Manual).await.unwrap();

    events.customer("A new customer with a sale by mistake", "tess", Some("bob")).await;
    events.sale("A sale that is voided", "1015", "tess", usd("100.00"), "2026-03-07T15:00:00Z").await;
    events.sale("The one after it is then the first", "1016", "tess", usd("60.00"), "2026-03-08T15:00:00Z").await;
    data::sales::voids::void(db, &Act::named(company, BY, now), "1015", "Typed twice").await.unwrap();
}

async fn every_decision(db: &data::testing::TestDb) -> Events<'_> {
    let world = World::with(db, PROGRAMME).await;
    for (key, group) in [("carl", "agencies"), ("pia", "press"), ("rex", "affiliates")] {
        world.partner(key, group).await;
    }
    let mut events = Events { world, recorded: Vec::new() };
    sales(&mut events).await;
    sales_without_a_partner(&mut events).await;
    refunds_and_people(&mut events).await;
    rated_again(&mut events).await;
    events.world.prove().await;
    events
}

/// As on a till receipt. Keys that differ from run to run are left out.
fn text(receipt: &ReceiptView) -> String {
    let (_, when) = receipt.number.split_once(" · ").unwrap();
    let mut out = format!("{} · {when}\n", receipt.title);
    let steady = |value: &str| if value.starts_with("rwd_") { "the reward's key".to_owned() } else { value.to_owned() };
    for fact in &receipt.facts {
        let note = if fact.note.is_empty() { String::new() } else { format!(" ({})", fact.note) };
        writeln!(out, "  {:<19}{}{note}", fact.label, steady(&fact.value)).unwrap();
    }
    for trigger in &receipt.triggers {
        writeln!(out, "  {} {}\n    {}", if trigger.hit { "✓" } else { "✗" }, trigger.text, trigger.reason).unwrap();
    }
    for line in &receipt.lines {
        writeln!(out, "  {} {:<40}{:>12}", if line.total { "=" } else { " " }, line.label, line.amount).unwrap();
    }
    out
}

async fn company(events: &Events<'_>) -> companies::Model {
    data::programme::companies::get(events.world.db.read(), events.world.company).await.unwrap()
}

/// The rewards of an event, or those that have none, in the order of their amounts.
async fn rewards_of(events: &Events<'_>) -> BTreeMap<Option<Uuid>, Vec<rewards::Model>> {
    let mut of = BTreeMap::<Option<Uuid>, Vec<rewards::Model>>::new();
    let rows = rewards::Entity::find().order_by_asc(rewards::Column::Amount).all(events.world.db.read()).await.unwrap();
    for row in rows {
        let decided = matches!(row.source.as_str(), "transaction" | "refund" | "customer" | "attribution" | "void");
        let event = row.transaction_id.or(row.customer_id).filter(|_| decided);
        of.entry(event).or_default().push(row);
    }
    of
}

on_both! {
    async fn receipts_for_the_company(db: &TestDb) {
        let events = every_decision(db).await;
        let company = company(&events).await;
        let ids = events.recorded.iter().map(|(_, id)| *id);
        let of = screens::decisions::of_events(db.read(), &company, ids).await.unwrap();
        let mut out = String::new();
        for (shows, id) in &events.recorded {
            writeln!(out, "# {shows}").unwrap();
            for receipt in &of[id] {
                writeln!(out, "{}", text(receipt)).unwrap();
            }
        }
        for row in rewards::Entity::find().order_by_asc(rewards::Column::Amount).all(db.read()).await.unwrap() {
            let source = row.source.as_str();
            let by_itself = matches!(source, "manual" | "adjustment" | "void") || (source == "attribution" && row.reverses.is_some());
            if by_itself {
                let detail = screens::rewards::detail(db, &company, &row.key, events.world.now).await.unwrap();
                writeln!(out, "# Written by a person or a correction: {source}\n{}", text(&detail.receipt)).unwrap();
            }
        }
        insta::assert_snapshot!("company", out);

        // No reason is left out.
        let mut told: Vec<Reason> = Vec::new();
        for row in receipts::Entity::find().all(db.read()).await.unwrap() {
            let decision = screens::receipts::decision_of(&row).unwrap();
            told.push(decision.reason);
            told.extend(decision.triggers.iter().map(|outcome| outcome.reason));
        }
        let untold: Vec<&Reason> = Reason::ALL.iter().filter(|reason| !told.contains(reason)).collect();
        assert!(untold.is_empty(), "{untold:?}");
    }

    async fn receipts_for_the_partner(db: &TestDb) {
        let events = every_decision(db).await;
        let of = rewards_of(&events).await;
        let mut out = String::new();
        let recorded = events.recorded.iter().map(|(shows, id)| (*shows, Some(*id)));
        for (shows, event) in recorded.chain([("Written by a person", None)]) {
            for row in of.get(&event).into_iter().flatten() {
                let partnership = data::network::partners::get(db.read(), events.world.company, row.partnership_id).await.unwrap();
                let partner = data::people::accounts::find_partner(db, events.world.company, &partnership.partner_key).await.unwrap();
                let commission = screens::portal::commission(db, partner, &row.key).await.unwrap();
                writeln!(out, "# {shows}: {} reads\n{}", partnership.partner_key, text(&commission.receipt)).unwrap();
            }
        }
        insta::assert_snapshot!("partner", out);
    }
}
