//! What the home screen shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::states::{InvoiceState, RewardStatus};
use domain::{Currency, Money, Month};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// "April 2026, day 4 · New York time"
    pub context: String,
    /// "1–4 March": the days that the figures are held against.
    pub compared_with: String,
    /// "November 2026": the month that the figures are of.
    pub month: String,
    /// Recorded in this month, declined ones left out.
    pub rewards: Figure,
    pub revenue: Figure,
    pub customers: CountFigure,
    /// Oldest first, twelve of them, in the company's currency.
    pub months: Vec<MonthBar>,
    /// Other currencies in which rewards were earned in these months, not part of the figures.
    pub other_currencies: Vec<String>,
    pub waiting: Vec<Waiting>,
    pub in_review: Vec<MonthStrip>,
    /// Nothing has been recorded yet: no partner, customer or reward.
    pub empty: bool,
    /// There is an offer.
    pub offers: bool,
    /// Charges and payouts wait: the company's money is simulated, and this is no sandbox.
    pub simulated: bool,
}

/// An amount of this month so far against the same days of last month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub now: Money,
    pub before: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountFigure {
    pub now: i64,
    pub before: i64,
}

/// One month of the chart: its rewards by what became of them, as amounts in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthBar {
    pub month: Month,
    pub paid: Money,
    pub invoiced: Money,
    pub approved: Money,
    pub new: Money,
    pub held: Money,
    pub scheduled: Money,
    /// What comes to less than nothing, of whatever status that is going to be paid: at or below zero.
    pub reversed: Money,
}

impl MonthBar {
    pub fn empty(month: Month, currency: Currency) -> MonthBar {
        let zero = Money::new(0, currency);
        MonthBar { month, paid: zero, invoiced: zero, approved: zero, new: zero, held: zero, scheduled: zero, reversed: zero }
    }

    /// So many months up to the last one, oldest first, from what rewards come to by month and status. Declined rewards earn nothing
    /// and are left out.
    pub fn row(last: Month, months: i32, currency: Currency, sums: impl IntoIterator<Item = (Month, RewardStatus, i64)>) -> Vec<MonthBar> {
        let mut together: BTreeMap<(Month, RewardStatus), i64> = BTreeMap::new();
        for (month, status, minor) in sums {
            let sum = together.entry((month, status)).or_default();
            *sum = sum.saturating_add(minor);
        }
        let mut bars: Vec<MonthBar> = (1 - months..=0).map(|back| MonthBar::empty(last.plus(back), currency)).collect();
        for ((month, status), minor) in together {
            if let Some(bar) = bars.iter_mut().find(|bar| bar.month == month) {
                bar.add(status, minor);
            }
        }
        bars
    }

    fn add(&mut self, status: RewardStatus, minor: i64) {
        let part = match status {
            RewardStatus::Declined => return,
            RewardStatus::OnHold => &mut self.held,
            RewardStatus::Scheduled => &mut self.scheduled,
            _ if minor < 0 => &mut self.reversed,
            RewardStatus::Paid | RewardStatus::PaidElsewhere => &mut self.paid,
            RewardStatus::Invoiced => &mut self.invoiced,
            RewardStatus::Approved => &mut self.approved,
            RewardStatus::New => &mut self.new,
        };
        part.minor = part.minor.saturating_add(minor);
    }

    /// Everything together.
    pub fn total(&self) -> Money {
        let parts = [self.paid, self.invoiced, self.approved, self.new, self.held, self.scheduled, self.reversed];
        Money::new(parts.iter().fold(0, |sum, part| sum.saturating_add(part.minor)), self.paid.currency)
    }
}

/// Something that waits for the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub kind: WaitingKind,
    /// "42 rewards to review"
    pub title: String,
    /// "the oldest is from 3 March"
    pub detail: String,
    /// Amounts, one per currency, largest first.
    pub amounts: Vec<Money>,
    /// Where to deal with it.
    pub href: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitingKind {
    Review,
    Held,
    ChargeFailed,
    PayoutFailed,
    ToPay,
}

/// The life of an invoice in its first days, for the month strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthStrip {
    /// "March 2026 · $8,412.50"; on the invoice's page "Charge of $8,412.50"
    pub title: String,
    /// "4 days left to review", "In review until 7 April", "Charged"
    pub note: String,
    /// The day of the month it is now, 1 to 7 in review; 8 and more after it.
    pub day: i32,
    pub paused: bool,
    pub state: InvoiceState,
    /// "8 Apr"; "later" while it is paused.
    pub charge_day: String,
    /// "Generated 1 April"; for a partner "Northwind is charged on 8 April"
    pub issued: String,
    /// "Charged 8 April, 00:00 New York time"; for a partner "Estimated payment date 11 Apr 2026"
    pub charge: String,
    /// The invoice's page; empty where there is none to open.
    pub href: String,
}
