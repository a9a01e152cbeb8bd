//! Home: what happened, what it is worth, what comes next.

use domain::access::Action;
use domain::page::{grouped, listed};
use leptos::prelude::*;
use views::home::{Home as View, MonthStrip as Strip, Waiting, WaitingKind};

use crate::components::viewer::{Permitted, use_viewer};
use crate::components::{Change, EmptyState, Icon, Loaded, MonthStrip, Notice, PageHeader, RewardsChart, Skeleton, StatTile, Stats};
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
    let simulated = home.simulated.then(|| {
        view! {
            <Notice tone="bad" icon="alert" title="Charges and payouts wait"
                text="This company's money is simulated, which is for sandboxes only. Nothing is charged or paid until the company profile says how.">
                <a class="btn" href=at("/settings")>"To the company profile"</a>
            </Notice>
        }
    });
    let header = view! {
        <PageHeader title="Home" context=home.context.clone()>
            {review.map(|review| view! { <a class="btn primary" href=at(review.href)>"Review rewards"</a> })}
        </PageHeader>
        {simulated}
    };
    if home.empty {
        let (text, href, words) = match home.offers {
            false => (
                "Import your partners, promise them something in an offer, and record the first sale: its reward and the reason for it appear here.",
                "/offers/new",
                "Create an offer",
            ),
            true => (
                "Import your partners and record the first sale: its reward and the reason for it appear here. Your offers are ready.",
                "/offers",
                "Look at your offers",
            ),
        };
        return view! {
            {header}
            <div class="card">
                <EmptyState icon="partners" title="Your programme begins here" text=text>
                    <Permitted action=Action::Import>
                        <a class="btn primary" href=at("/settings/import")>"Import partners"</a>
                    </Permitted>
                    <Permitted action=Action::ManageOffers>
                        <a class="btn" href=at(href)>{words}</a>
                    </Permitted>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let [of_rewards, of_revenue, of_customers] = [(); 3].map(|()| home.compared_with.clone());
    let others = (!home.other_currencies.is_empty()).then(|| {
        let others = listed(&home.other_currencies);
        view! { <p class="hint">{format!("In {} only. Rewards in {others} are on their own invoices.", home.rewards.now.currency)}</p> }
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

/// Quick links: what each takes, address, icon and words.
const QUICK_LINKS: [(Action, &str, &str, &str); 4] = [
    (Action::ManageCustomers, "/customers/new", "plus", "Add a customer"),
    (Action::ManageInvoices, "/partners", "wallet", "Give a manual reward"),
    (Action::ManageOffers, "/offers/new", "offers", "Create an offer"),
    (Action::Import, "/settings/import", "upload", "Import a file"),
];

/// What the reader's role may begin from here.
#[component]
fn QuickLinks() -> impl IntoView {
    let viewer = use_viewer();
    view! {
        <Loaded of=viewer skeleton=Skeleton::None let:viewer>
            {
                let links: Vec<_> = QUICK_LINKS.into_iter().filter(|(action, ..)| viewer.may(*action)).collect();
                (!links.is_empty()).then(|| {
                    let links = links
                        .into_iter()
                        .map(|(_, href, icon, words)| view! { <a href=at(href)><Icon name=icon/><span>{words}</span></a> })
                        .collect_view();
                    view! {
                        <section>
                            <div class="section-head">
                                <h2>"Quick links"</h2>
                            </div>
                            <nav class="quick-links" aria-label="Quick links">{links}</nav>
                        </section>
                    }
                })
            }
        </Loaded>
    }
}
