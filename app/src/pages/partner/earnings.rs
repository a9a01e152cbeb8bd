//! What the partner is owed, by how near it is.

use domain::Money;
use leptos::prelude::*;
use views::portal::Earnings;

use crate::components::{StatTile, Stats};
use crate::place::at;

#[component]
pub fn EarningsStats(of: Earnings) -> impl IntoView {
    let failed = (!of.failed.is_empty()).then(|| {
        view! { <Owed label="Didn't arrive" of=of.failed note="see what went wrong" href="/commissions?status=paid"/> }
    });
    view! {
        <Stats>
            {failed}
            <Owed label="Available" of=of.available note="charged, to be paid to you" href="/commissions?status=paid"/>
            <Owed label="In review" of=of.in_review note="on the invoice the company reviews" href="/commissions?status=in_review"/>
            <Owed label="On hold" of=of.on_hold note="waits for a decision" href="/commissions?status=on_hold"/>
            <Owed label="Scheduled" of=of.scheduled note="not due yet" href="/commissions?status=scheduled"/>
            <Owed label="Expected" of=of.expected note="on the month that is still open" href="/commissions?status=expected"/>
        </Stats>
    }
}

#[component]
fn Owed(label: &'static str, of: Vec<Money>, note: &'static str, href: &'static str) -> impl IntoView {
    let mut amounts = of.iter().map(Money::display);
    let first = amounts.next().unwrap_or_else(|| "Nothing".to_owned());
    let rest: Vec<String> = amounts.collect();
    view! {
        <StatTile label=label value=first>
            {(!rest.is_empty()).then(|| view! { <dd>{format!("and {}", rest.join(", "))}</dd> })}
            <dd class="change"><a class="link" href=at(href)>{note}</a></dd>
        </StatTile>
    }
}
