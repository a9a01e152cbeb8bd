//! The partner's home: what comes next, what came, what is promised.

use leptos::prelude::*;
use views::portal::{OfferSeen, PartnerHome};

use super::commissions::CommissionTable;
use super::earnings::EarningsStats;
use crate::components::{EmptyState, Icon, Loaded, MonthStrip, Notice, OneCurrency, PageHeader, RewardsChart};
use crate::place::at;
use crate::server_fns::portal::GetPartnerHome;
use crate::ui::load;

#[component]
pub fn Home() -> impl IntoView {
    let home = load(|place| GetPartnerHome { place });
    view! {
        <Loaded of=home let:home>
            <HomeView home=home/>
        </Loaded>
    }
}

#[component]
fn HomeView(home: PartnerHome) -> impl IntoView {
    let nothing = home.recent.is_empty();
    let came_back = home
        .came_back
        .into_iter()
        .map(|payout| {
            let title = format!("{} from {} for {}", payout.amount.display(), payout.company, payout.month);
            let link = (!payout.key.is_empty()).then(|| {
                view! { <a class="btn" href=at(format!("/payouts/{}", payout.key))>"See the payout"</a> }
            });
            view! {
                <Notice tone="bad" icon="alert" title=title text=payout.trouble>{link}</Notice>
            }
        })
        .collect_view();
    let next = home
        .next
        .into_iter()
        .map(|strip| {
            view! {
                <section class="card">
                    <div class="card-head">
                        <h2>"Your next payment"</h2>
                    </div>
                    <div class="card-body">
                        <MonthStrip of=strip/>
                    </div>
                </section>
            }
        })
        .collect_view();
    let recent = if nothing {
        view! {
            <div class="card">
                <EmptyState icon="receipt" title="No commissions yet"
                    text="As soon as a customer you referred buys something, the commission and the reason for its amount appear here."/>
            </div>
        }
        .into_any()
    } else {
        view! {
            <section class="card">
                <div class="card-head">
                    <h2>"Newest commissions"</h2>
                    <a class="link" href=at("/commissions")>"All"</a>
                </div>
                <CommissionTable rows=home.recent drawer=false/>
            </section>
        }
        .into_any()
    };
    let chart = (!home.months.is_empty()).then(|| {
        view! {
            <section class="card">
                <div class="card-head">
                    <h2>"Commissions by invoice month"</h2>
                </div>
                <div class="card-body">
                    <RewardsChart title="Commissions by invoice month and status" bars=home.months.clone()/>
                    <OneCurrency bars=home.months others=home.other_currencies/>
                </div>
            </section>
        }
    });
    view! {
        <PageHeader title="Home" context="What you are owed, and when it comes"/>
        {came_back}
        <EarningsStats of=home.earnings/>
        <div class="stack loose section">{next} {recent} {chart} <Offers of=home.offers/></div>
    }
    .into_any()
}

#[component]
fn Offers(of: Vec<OfferSeen>) -> impl IntoView {
    let items = of
        .into_iter()
        .map(|offer| {
            let sentences = offer
                .sentences
                .into_iter()
                .zip(offer.examples)
                .map(|(sentence, example)| view! { <li><Icon name="check"/><span><strong>{sentence}</strong>" "<span>{example}</span></span></li> })
                .collect_view();
            view! {
                <section class="card">
                    <div class="card-head">
                        <h2>{format!("What {} promises you", offer.company)}</h2>
                    </div>
                    <div class="card-body stack">
                        {(!offer.description.is_empty()).then(|| view! { <p>{offer.description}</p> })}
                        <div class="advice">
                            <ul>{sentences}</ul>
                        </div>
                    </div>
                </section>
            }
        })
        .collect_view();
    view! { {items} }
}
