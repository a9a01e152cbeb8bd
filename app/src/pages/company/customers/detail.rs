//! One customer's page.

use domain::Money;
use domain::access::Action;
use leptos::prelude::*;
use views::customers::CustomerDetail;
use views::session::Viewer;

use super::history::History;
use super::sales::Sales;
use super::this_customer;
use crate::components::viewer::use_viewer;
use crate::components::{
    Badge, EmptyState, Icon, Loaded, Menu, MenuLink, PageHeader, Receipt, RowLink, Skeleton, StatTile, Stats, StatusBadge, TableFrame,
    TableHead, breakable, opens,
};
use crate::list::{encode, use_list};
use crate::place::at;
use crate::server_fns::customers::{GetCustomer, customer_page};
use crate::server_fns::partners::partner_path;
use crate::ui::load;

#[component]
pub fn CustomerPage() -> impl IntoView {
    let key = this_customer();
    let query = use_list();
    let customer = load(move |place| GetCustomer { place, key: key.get(), query: query.get() });
    view! {
        <Loaded of=customer let:customer>
            <CustomerView customer=customer/>
        </Loaded>
    }
}

#[component]
fn CustomerView(customer: CustomerDetail) -> impl IntoView {
    let viewer = use_viewer();
    let (key, refundable) =
        (customer.key.clone(), customer.transactions.rows.iter().any(|row| row.line.amount.minor > 0 && row.voided.is_empty()));
    let context = match &customer.partner {
        Some(partner) => format!("Referred by {} · customer since {}", partner.label, customer.since),
        None => format!("Unattributed · customer since {}", customer.since),
    };
    let badge = customer.test.then(|| view! { <Badge status="archived" icon="info" word="Test"/> }.into_any());
    let undo = customer.attributions.iter().any(|line| !line.undo.is_empty());
    let receipt = customer.receipt.clone().map(|receipt| {
        view! {
            <details class="card">
                <summary class="card-head"><h2>"Receipt for the signup"</h2></summary>
                <div class="card-body"><Receipt of=receipt/></div>
            </details>
        }
    });
    // Without a sale there is nothing to say about rewards.
    let rewards = (!customer.rewards.is_empty() || !customer.transactions.rows.is_empty()).then(|| {
        view! {
            <section>
                <div class="section-head">
                    <h2>"Rewards"</h2>
                </div>
                <Rewards customer=customer.clone()/>
            </section>
        }
    });
    view! {
        <PageHeader title=customer.title.clone() context=context crumbs=vec![("Customers".into(), "/customers".into())]
            badge=badge.unwrap_or_else(|| ().into_any())>
            <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                <Actions viewer=viewer customer=key.clone() refundable=refundable/>
            </Loaded>
        </PageHeader>
        <Figures customer=customer.clone()/>
        <div class="section">
            <div class="section-head">
                <h2>"Transactions"</h2>
            </div>
            <Sales transactions=customer.transactions.clone() count=customer.transaction_count counting=customer.counting
                refund=customer.may_change.then(|| customer_page(&customer.key, "refund"))
                void=customer.may_change.then(|| customer_page(&customer.key, "void"))/>
        </div>
        <div class="columns section">
            <div class="stack loose">
                {rewards}
                <section>
                    <div class="section-head">
                        <h2>"Attribution"</h2>
                    </div>
                    <History lines=customer.attributions.clone() customer=customer.key.clone() undo=undo/>
                </section>
            </div>
            <div class="stack loose">
                <Facts customer=customer.clone()/>
                {receipt}
            </div>
        </div>
    }
}

#[component]
fn Figures(customer: CustomerDetail) -> impl IntoView {
    let first = Some(customer.first_purchase).filter(|date| !date.is_empty());
    view! {
        <Stats>
            <SumTile label="Paid" sums=customer.revenue/>
            <SumTile label="Earned by partners" sums=customer.rewards_total/>
            <StatTile label="Transactions" value=domain::page::grouped(customer.counting)/>
            <StatTile label="First purchase" value=first/>
        </Stats>
    }
}

#[component]
fn Actions(viewer: Viewer, customer: String, refundable: bool) -> impl IntoView {
    viewer.may(Action::ManageCustomers).then(|| {
        view! {
            <a class="btn primary" href=at(customer_page(&customer, "sale")) data-noscroll="" on:click=opens><Icon name="plus"/><span>"Record a sale"</span></a>
            <Menu id="customer-menu" label="More actions">
                {refundable.then(|| view! { <MenuLink href=customer_page(&customer, "refund") icon="refund" label="Refund"/> })}
                <MenuLink href=customer_page(&customer, "attribution") icon="swap" label="Change attribution"/>
                <MenuLink href=customer_page(&customer, "edit") icon="edit" label="Edit the customer"/>
            </Menu>
        }
    })
}

/// A sum, and beneath it those in other currencies.
#[component]
fn SumTile(label: &'static str, sums: Vec<Money>) -> impl IntoView {
    let mut amounts = sums.iter().map(Money::display);
    let first = amounts.next();
    let others: Vec<String> = amounts.collect();
    let others = (!others.is_empty()).then(|| format!("and {}", others.join(", ")));
    view! {
        <StatTile label=label value=first>
            {others.map(|others| view! { <dd class="change">{others}</dd> })}
        </StatTile>
    }
}

#[component]
fn Facts(customer: CustomerDetail) -> impl IntoView {
    let fact =
        |label: &'static str, value: String| (!value.is_empty()).then(|| view! { <div><dt>{label}</dt><dd>{breakable(&value)}</dd></div> });
    let partner = customer.partner.map(|partner| {
        view! { <div><dt>"Partner"</dt><dd><a class="link" href=at(partner_path(&partner.value))>{breakable(&partner.label)}</a></dd></div> }
    });
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Profile"</h2>
            </div>
            <div class="card-body">
                <dl class="facts">
                    {fact("Name", customer.name)}
                    {fact("Email", customer.email)}
                    {fact("Customer key", customer.key)}
                    {fact("Provider key", customer.provider_key)}
                    {partner}
                    {fact("Customer since", customer.since)}
                    {fact("Recorded", customer.recorded)}
                </dl>
            </div>
        </section>
    }
}

#[component]
fn Rewards(customer: CustomerDetail) -> impl IntoView {
    if customer.rewards.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="receipt" title="No rewards" text="A sale's receipt says why it earned nothing."/>
            </div>
        }
        .into_any();
    }
    let rows = customer
        .rewards
        .into_iter()
        .map(|line| {
            let invoice = if line.invoice_number.is_empty() { line.month } else { line.invoice_number };
            view! {
                <tr>
                    <th class="c-main c-clip" scope="row">
                        <RowLink href=format!("/rewards/{}", encode(&line.key)) note=line.partner_name title=line.description.clone()>
                            {line.description.clone()}
                        </RowLink>
                    </th>
                    <td class="c-date" data-label="Earned">{line.occurred}</td>
                    <td class="c-nowrap" data-label="Invoice">{invoice}</td>
                    <td class="c-status"><StatusBadge of=line.status/></td>
                    <td class="c-amount">{line.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label="Rewards of this customer">
            <TableHead labels="Reward|Earned|Invoice|Status|#Amount"/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}
