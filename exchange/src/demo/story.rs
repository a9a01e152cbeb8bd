//! Two years of a programme, told before anything is recorded: who joins, who buys what and when, who wants money back.

use std::collections::BTreeSet;

use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month};

use super::names;
use super::random::Random;

pub const PARTNERS: usize = 120;
/// Two years, and the month that has just begun.
pub const MONTHS: i32 = 25;

pub struct Story {
    pub months: Vec<Chapter>,
}

/// What is recorded in one month, each list in the order of its time.
pub struct Chapter {
    pub month: Month,
    pub partners: Vec<Partner>,
    pub customers: Vec<Customer>,
    pub sales: Vec<Sale>,
}

pub struct Partner {
    pub key: String,
    pub name: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub group: &'static str,
}

pub struct Customer {
    pub key: String,
    pub name: String,
    pub email: String,
    /// `None`: came by themselves.
    pub partner: Option<String>,
    pub created_at: Instant,
}

/// A sale, or a refund where `refund_of` is set and `minor` below zero.
pub struct Sale {
    pub key: String,
    pub customer: String,
    pub minor: i64,
    pub currency: &'static str,
    pub at: Instant,
    pub product: &'static str,
    pub category: &'static str,
    pub refund_of: Option<String>,
}

impl Sale {
    pub fn amount(&self) -> Money {
        Money::new(self.minor, self.currency.parse().unwrap_or(Currency::USD))
    }
}

struct Plan {
    product: &'static str,
    category: &'static str,
    /// In USD cents, yen and fils.
    prices: [i64; 3],
    every_months: i32,
    weight: usize,
}

const PLANS: &[Plan] = &[
    Plan { product: "starter", category: "monthly", prices: [2_900, 3_900, 8_750], every_months: 1, weight: 46 },
    Plan { product: "team", category: "monthly", prices: [9_900, 13_800, 29_500], every_months: 1, weight: 28 },
    Plan { product: "business", category: "monthly", prices: [24_900, 34_800, 75_250], every_months: 1, weight: 8 },
    Plan { product: "starter-yearly", category: "yearly", prices: [29_000, 39_000, 87_500], every_months: 12, weight: 12 },
    Plan { product: "team-yearly", category: "yearly", prices: [99_000, 138_000, 295_000], every_months: 12, weight: 6 },
];
const CURRENCIES: [&str; 3] = ["USD", "JPY", "KWD"];

/// The story of the `MONTHS` months that begin with `first`.
pub fn tell(seed: u64, first: Month, zone: Zone) -> Story {
    let mut random = Random::new(seed);
    let mut months: Vec<Chapter> = (0..MONTHS)
        .map(|index| Chapter { month: first.plus(index), partners: Vec::new(), customers: Vec::new(), sales: Vec::new() })
        .collect();
    let joined = tell_partners(&mut random, &mut months);
    let mut teller = Teller { random, zone, customers: 0, sales: 0, emails: BTreeSet::new() };
    for index in 0..months.len() {
        teller.tell_month(&mut months, index, &joined);
    }
    for chapter in &mut months {
        chapter.customers.sort_by(|a, b| (a.created_at, &a.key).cmp(&(b.created_at, &b.key)));
        chapter.sales.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
    }
    Story { months }
}

/// A partner who has joined: its key, since which month, and how much it brings compared with others.
struct Joined {
    key: String,
    since: usize,
    weight: usize,
    currency: usize,
}

fn tell_partners(random: &mut Random, months: &mut [Chapter]) -> Vec<Joined> {
    let mut keys = BTreeSet::new();
    let mut joined = Vec::new();
    while joined.len() < PARTNERS {
        let group = match joined.len() % 10 {
            0..=5 => "affiliates",
            6..=8 => "agencies",
            _ => "creators",
        };
        let person = names::person(random);
        let name = match group {
            "affiliates" => names::site(random),
            "agencies" => names::agency(random),
            _ => format!("{} {}", person.first, person.last),
        };
        let key = names::slug(&name);
        if !keys.insert(key.clone()) {
            continue;
        }
        let index = joined.len();
        // A third was there at the start, the others came over the first year and a half.
        let since = if index < PARTNERS / 3 { 0 } else { random.below(18) };
        // A few bring most, many bring little, one in seven nothing yet.
        let weight = if index.is_multiple_of(7) { 0 } else { 1 + 60 / (index + 1) + random.below(3) };
        let currency = match index % 12 {
            5 => 1,
            8 => 2,
            _ => 0,
        };
        months[since].partners.push(Partner {
            email: format!("{}@{key}.example", names::slug(&person.first)),
            key: key.clone(),
            name,
            first_name: person.first,
            last_name: person.last,
            group,
        });
        joined.push(Joined { key, since, weight, currency });
    }
    joined
}

struct Teller {
    random: Random,
    zone: Zone,
    customers: usize,
    sales: usize,
    emails: BTreeSet<String>,
}

impl Teller {
    /// The customers who come in this month, with everything they will ever buy.
    fn tell_month(&mut self, months: &mut [Chapter], index: usize, partners: &[Joined]) {
        let active: Vec<&Joined> = partners.iter().filter(|partner| partner.since <= index && partner.weight > 0).collect();
        let total: usize = active.iter().map(|partner| partner.weight).sum();
        // Growth over the two years, with a quiet summer and a busy November.
        let season = match months[index].month.number() {
            7 | 8 => 75,
            11 => 130,
            _ => 100,
        };
        let count = (34 + index * 3) * season / 100;
        for _ in 0..count {
            let mut left = self.random.below(total.max(1));
            let partner = active.iter().find(|partner| {
                let here = left < partner.weight;
                left = left.saturating_sub(partner.weight);
                here
            });
            let by_themselves = self.random.chance(6);
            self.tell_customer(months, index, partner.filter(|_| !by_themselves).copied());
        }
    }

    fn tell_customer(&mut self, months: &mut [Chapter], index: usize, partner: Option<&Joined>) {
        let currency = partner.map_or(0, |partner| if self.random.chance(80) { partner.currency } else { 0 });
        let name = names::shop(&mut self.random, CURRENCIES[currency]);
        self.customers += 1;
        let key = format!("cus-{:05}", 10_000 + self.customers * 7);
        let person = names::person(&mut self.random);
        let mut email = format!("{}@{}.example", names::slug(&person.first), names::slug(&name));
        if !self.emails.insert(email.clone()) {
            email = format!("{}.{}@{}.example", names::slug(&person.first), self.customers, names::slug(&name));
        }
        let created_at = self.moment(months[index].month);
        months[index].customers.push(Customer {
            key: key.clone(),
            name,
            email,
            partner: partner.map(|partner| partner.key.clone()),
            created_at,
        });
        // One in five only looks around.
        if self.random.chance(80) {
            self.tell_subscription(months, index, &key, created_at, currency);
        }
    }

    fn tell_subscription(&mut self, months: &mut [Chapter], index: usize, customer: &str, created_at: Instant, currency: usize) {
        let plan = self.plan();
        let trial = self.random.between(0, 14);
        let first = self.zone.plus_days(created_at, trial).plus_ms(self.random.between(60_000, 5_000_000));
        let mut payment = 0;
        loop {
            let at = self.zone.plus_months(first, u32::try_from(payment * plan.every_months).unwrap_or(0));
            let month = self.zone.month(at);
            let Some(chapter) = months[index..].iter_mut().find(|chapter| chapter.month == month) else { return };
            self.sales += 1;
            let key = format!("order-{}", 20_000 + self.sales);
            chapter.sales.push(Sale {
                key: key.clone(),
                customer: customer.to_owned(),
                minor: plan.prices[currency],
                currency: CURRENCIES[currency],
                at,
                product: plan.product,
                category: plan.category,
                refund_of: None,
            });
            let refunded = self.random.chance(3) && self.tell_refund(months, index, customer, &key, plan, currency, at);
            let leaves = if plan.every_months == 12 { 25 } else { 5 };
            if refunded || self.random.chance(leaves) {
                return;
            }
            payment += 1;
        }
    }

    /// Whether the customer wanted everything back, and left.
    #[expect(clippy::too_many_arguments, reason = "a sale in its parts")]
    fn tell_refund(
        &mut self,
        months: &mut [Chapter],
        index: usize,
        customer: &str,
        sale: &str,
        plan: &Plan,
        currency: usize,
        at: Instant,
    ) -> bool {
        let whole = self.random.chance(60);
        let minor = if whole { plan.prices[currency] } else { plan.prices[currency] * self.random.between(2, 7) / 10 };
        let later = self.random.between(1, 24);
        let back = self.zone.plus_days(at, later);
        let month = self.zone.month(back);
        let Some(chapter) = months[index..].iter_mut().find(|chapter| chapter.month == month) else { return false };
        chapter.sales.push(Sale {
            key: format!("{sale}-refund"),
            customer: customer.to_owned(),
            minor: -minor,
            currency: CURRENCIES[currency],
            at: back,
            product: plan.product,
            category: plan.category,
            refund_of: Some(sale.to_owned()),
        });
        whole
    }

    fn plan(&mut self) -> &'static Plan {
        let total: usize = PLANS.iter().map(|plan| plan.weight).sum();
        let mut left = self.random.below(total);
        PLANS
            .iter()
            .find(|plan| {
                let here = left < plan.weight;
                left = left.saturating_sub(plan.weight);
                here
            })
            .unwrap_or(&PLANS[0])
    }

    /// A moment of the month, mostly in office hours.
    fn moment(&mut self, month: Month) -> Instant {
        let day = self.random.between(0, 27);
        let hour = if self.random.chance(75) { self.random.between(9, 18) } else { self.random.between(0, 23) };
        let midnight = self.zone.plus_days(self.zone.month_start(month), day);
        midnight.plus_ms(hour * 3_600_000 + self.random.between(0, 3_599) * 1_000)
    }
}
