//! What the people of the demo company decide on day 4 of each month.

use super::*;
use data::act::Act;

/// The month whose charge is refused once before it succeeds.
const REFUSED_CHARGE: Month = Month(202_603);

const DECLINES: [&str; 3] = [
    "The customer is the partner's own company",
    "The sale was made by our own team before the partner was involved",
    "Bought through a coupon site, which our terms exclude",
];
const HOLDS: [&str; 3] = [
    "Waiting for the customer's bank to confirm the payment",
    "Three sign-ups from one address: looking into it",
    "Asked the partner for the campaign",
];
const THANKS: [(&str, i64); 5] = [
    ("Bonus for the webinar on moving from spreadsheets, 120 attendees", 25_000),
    ("Backfill: the sale of 12 March was not tracked, see mail of 2 April", 5_940),
    ("Thank you for the review of version 4 in your newsletter", 10_000),
    ("Quarterly bonus: ten new customers", 30_000),
    ("Joint workshop at the regional fair", 15_000),
];

impl Teller<'_> {
    /// Day 4 of `month`: the invoices of the month before are in review.
    pub(super) async fn decide(&mut self, month: Month, index: usize) -> Result<()> {
        let now = installation::now(self.db).await?;
        if month.previous() == REFUSED_CHARGE {
            simulated::plan(self.db, &Act::named(self.company_id, OWNER, now), simulated::Kind::Charge, SimulatedOutcome::Fail).await?;
        }
        let pending = self.pending(month.previous()).await?;
        let last = index + 1 == usize::try_from(MONTHS).unwrap_or(0);
        // The review that is going on now is half done.
        let reviewed = if last { pending.len() * 2 / 5 } else { pending.len() * 9 / 10 };
        let (mut approve, mut decline, mut hold) = (Vec::new(), Vec::new(), Vec::new());
        for key in pending.into_iter().take(reviewed) {
            match self.random.below(200) {
                0..=2 => decline.push(key),
                3..=5 => hold.push(key),
                _ => approve.push(key),
            }
        }
        let (db, company) = (self.db, self.company_id);
        if !approve.is_empty() {
            data::rewards::approve(db, &Act::named(company, OWNER, now), &approve).await?;
        }
        for key in decline {
            let reason: &str = self.random.pick::<&str>(&DECLINES);
            data::rewards::decline(db, &Act::named(company, OWNER, now), &[key], reason).await?;
        }
        for key in hold {
            let reason: &str = self.random.pick::<&str>(&HOLDS);
            data::rewards::hold(db, &Act::named(company, OWNER, now), &[key], reason).await?;
        }
        self.release_old_holds(month, now).await?;
        if index.is_multiple_of(3) && index > 0 {
            self.thank(index / 3, now).await?;
        }
        if index == 14 || index == 20 {
            self.correct_attribution(now).await?;
        }
        Ok(())
    }

    async fn pending(&self, month: Month) -> Result<Vec<String>> {
        let rows = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(self.company_id))
            .filter(rewards::Column::InvoiceMonth.eq(month.0))
            .filter(rewards::Column::State.eq("pending"))
            .filter(rewards::Column::Reverses.is_null())
            .order_by_asc(rewards::Column::CreatedAt)
            .order_by_asc(rewards::Column::Key)
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    /// What was held two months ago is settled by now.
    async fn release_old_holds(&self, month: Month, now: Instant) -> Result<()> {
        let rows = rewards::Entity::find()
            .filter(rewards::Column::CompanyId.eq(self.company_id))
            .filter(rewards::Column::State.eq("hold"))
            .filter(rewards::Column::Reverses.is_null())
            .filter(rewards::Column::InvoiceMonth.lt(month.plus(-2).0))
            .order_by_asc(rewards::Column::Key)
            .all(self.db.read())
            .await?;
        let keys: Vec<String> = rows.into_iter().map(|row| row.key).collect();
        if !keys.is_empty() {
            data::rewards::release(self.db, &Act::named(self.company_id, OWNER, now), &keys).await?;
        }
        Ok(())
    }

    async fn thank(&mut self, number: usize, now: Instant) -> Result<()> {
        let rows = partnerships::Entity::find()
            .filter(partnerships::Column::CompanyId.eq(self.company_id))
            .order_by_desc(partnerships::Column::Revenue)
            .order_by_asc(partnerships::Column::PartnerKey)
            .all(self.db.read())
            .await?;
        let best: Vec<&partnerships::Model> = rows.iter().take(8).collect();
        let partner = self.random.pick(&best);
        let (description, minor) = THANKS[number % THANKS.len()];
        let reward = ManualReward {
            partner_key: partner.partner_key.clone(),
            amount: domain::Money::new(minor, domain::Currency::USD).plain(),
            currency: "USD".to_owned(),
            description: description.to_owned(),
            ..ManualReward::default()
        };
        data::rewards::create_manual_reward(self.db, &Act::named(self.company_id, OWNER, now), &reward, &format!("demo-{number}")).await?;
        Ok(())
    }

    /// A customer who came by themselves turns out to have come through a partner.
    async fn correct_attribution(&mut self, now: Instant) -> Result<()> {
        let alone = customers::Entity::find()
            .filter(customers::Column::CompanyId.eq(self.company_id))
            .filter(customers::Column::PartnershipId.is_null())
            .filter(customers::Column::FirstPurchaseAt.is_not_null())
            .order_by_desc(customers::Column::CreatedAt)
            .order_by_asc(customers::Column::CustomerKey)
            .one(self.db.read())
            .await?;
        let Some(customer) = alone else { return Ok(()) };
        let change = Change {
            partner_key: Some(self.partner_with_most().await?.partner_key),
            from: Instant(customer.created_at),
            reason: "The partner showed us the introduction mail".to_owned(),
        };
        let source = domain::states::AttributionSource::Manual;
        attributions::apply_change(self.db, &Act::named(self.company_id, OWNER, now), customer.id, &change, source).await?;
        Ok(())
    }
}
