//! Home: what happened, what it is worth, what comes next.

use domain::page::grouped;
use domain::views::home::{Home as View, MonthStrip as Strip, Waiting, WaitingKind};
use leptos::prelude::*;

use crate::components::{Change, EmptyState, Icon, Loaded, MonthStrip, PageHeader, RewardsChart, StatTile, Stats};
use crate::place::at;
use crate::server_fns::home::GetHome;
use crate::ui::load;

#[component]
pub fn Home() -> impl IntoView {
    let home = load(|place| GetHome { place });
    view! {
        <Loaded of=home let:home>
            <HomeView home=home/>
        </Loaded>
    }
}

#[component]
fn HomeView(home: View) -> impl IntoView {
    let review = home.waiting.iter().find(|waiting| waiting.kind == WaitingKind::Review).cloned();
    let header = view! {
        <PageHeader title="Home" context=home.context.clone()>
            {review.map(|review| view! { <a class="btn primary" href=at(review.href)>"Review rewards"</a> })}
        </PageHeader>
    };
    if home.empty {
        return view! {
            {header}
            <div class="card">
                <EmptyState icon="partners" title="Your programme begins here"
                    text="Import your partners, promise them something in an offer, and record the first sale: its reward and the reason for it appear here.">
                    <a class="btn primary" href=at("/settings/import")>"Import partners"</a>
                    <a class="btn" href=at("/offers/new")>"Create an offer"</a>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let [of_rewards, of_revenue, of_customers] = [(); 3].map(|()| home.compared_with.clone());
    let others = (!home.other_currencies.is_empty()).then(|| {
        let list = home.other_currencies.join(", ");
        view! { <p class="hint">{format!("In {} only; {list} are on their own invoices.", home.rewards.now.currency)}</p> }
    });
    view! {
        {header}
        <Stats>
            <StatTile label=format!("Rewards recorded in {}", home.month) value=home.rewards.now.display()>
                <Change now=home.rewards.now.minor before=home.rewards.before.minor against=of_rewards/>
            </StatTile>
            <StatTile label="Revenue from partners" value=home.revenue.now.display()>
                <Change now=home.revenue.now.minor before=home.revenue.before.minor against=of_revenue/>
            </StatTile>
            <StatTile label="New customers" value=grouped(home.customers.now)>
                <Change now=home.customers.now before=home.customers.before against=of_customers/>
            </StatTile>
        </Stats>
        <div class="columns section">
            <div class="stack loose">
                <section class="card">
                    <div class="card-head">
                        <h2>"Rewards by invoice month"</h2>
                        <a class="link" href=at("/invoices")>"Invoices"</a>
                    </div>
                    <div class="card-body">
                        <RewardsChart title="Rewards by invoice month and status" bars=home.months/>
                        <p class="hint">"Each reward counts in the month whose invoice it goes onto, whenever it was recorded."</p>
                        {others}
                    </div>
                </section>
                {(!home.in_review.is_empty()).then(|| view! { <InReview strips=home.in_review/> })}
            </div>
            <div class="stack loose">
                <WaitingCard waiting=home.waiting/>
                <QuickLinks/>
            </div>
        </div>
    }
    .into_any()
}

/// The invoices whose review runs, one strip each.
#[component]
fn InReview(strips: Vec<Strip>) -> impl IntoView {
    let words = if strips.len() == 1 { "Invoice in review" } else { "Invoices in review" };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{words}</h2>
                <a class="link" href=at("/invoices")>"All invoices"</a>
            </div>
            <div class="card-body stack loose">
                {strips.into_iter().map(|strip| view! { <MonthStrip of=strip linked=true/> }).collect_view()}
            </div>
        </section>
    }
}

#[component]
fn WaitingCard(waiting: Vec<Waiting>) -> impl IntoView {
    let nothing = waiting.is_empty().then(|| {
        view! { <EmptyState icon="check-all" title="Nothing waits for you" text="Rewards to review, failures and invoices to pay appear here."/> }
    });
    let items = waiting.into_iter().map(|waiting| view! { <WaitingItem of=waiting/> }).collect_view();
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Waiting for you"</h2>
            </div>
            <ul class="todo">{items}</ul>
            {nothing}
        </section>
    }
}

#[component]
fn WaitingItem(of: Waiting) -> impl IntoView {
    let (class, icon) = match of.kind {
        WaitingKind::Review => ("", "receipt"),
        WaitingKind::ToPay => ("", "card"),
        WaitingKind::Held => ("warn", "hold"),
        WaitingKind::ChargeFailed | WaitingKind::PayoutFailed => ("bad", "alert"),
    };
    let amount = of.amounts.first().map(|amount| amount.display()).unwrap_or_default();
    let more: Vec<String> = of.amounts.iter().skip(1).map(|amount| amount.display()).collect();
    let detail = if more.is_empty() { of.detail } else { format!("and {} · {}", more.join(", "), of.detail) };
    view! {
        <li class=class>
            <a href=at(of.href)>
                <Icon name=icon/>
                <strong>{of.title}</strong>
                <small>{detail}</small>
                <span class="end">{amount}</span>
            </a>
        </li>
    }
}

#[component]
fn QuickLinks() -> impl IntoView {
    view! {
        <section>
            <div class="section-head">
                <h2>"Quick links"</h2>
            </div>
            <nav class="quick-links" aria-label="Quick links">
                <a href=at("/customers/new")><Icon name="plus"/><span>"Add a customer"</span></a>
                <a href=at("/partners")><Icon name="wallet"/><span>"Manual reward"</span></a>
                <a href=at("/offers/new")><Icon name="offers"/><span>"Create an offer"</span></a>
                <a href=at("/settings/import")><Icon name="upload"/><span>"Import a file"</span></a>
            </nav>
        </section>
    }
}
