//! The life of an invoice in days 1 to 8.

use domain::states::InvoiceState;
use leptos::prelude::*;
use views::home::MonthStrip as Strip;

use super::Icon;
use crate::place::at;

/// Days 1 to 7 filled up to now, the charge at the end.
#[component]
pub fn MonthStrip(
    of: Strip,
    /// Its title leads to the invoice.
    #[prop(optional)]
    linked: bool,
) -> impl IntoView {
    let title = match linked && !of.href.is_empty() {
        true => view! { <a class="link" href=at(of.href)>{of.title.clone()}</a> }.into_any(),
        false => view! { <span>{of.title.clone()}</span> }.into_any(),
    };
    let days = (1..=7)
        .map(|day| {
            let class = match day.cmp(&of.day) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "",
            };
            view! {
                <li class=class aria-current=(day == of.day).then_some("date")>
                    <small>{day}</small>
                </li>
            }
        })
        .collect_view();
    let charge = match of.state {
        InvoiceState::ChargeFailed => "charge failed",
        InvoiceState::Charged | InvoiceState::Paid => "charge done",
        InvoiceState::InReview | InvoiceState::Charging => "charge",
    };
    view! {
        <section class="month" class:paused=of.paused aria-label=of.title>
            <p class="month-head">
                <strong>{title}</strong>
                <span>{of.note}</span>
            </p>
            <ol class="month-days" aria-label="Days of the review">
                {days}
                <li class=charge>
                    <Icon name="card"/>
                    <small><span class="sr-only">"charge "</span><span>{of.charge_day}</span></small>
                </li>
            </ol>
            <p class="month-foot">
                <span>{of.issued}</span>
                <span>{of.charge}</span>
            </p>
        </section>
    }
}
