//! The list of customers: of everybody, and of one partner.

use domain::access::Action;
use domain::page::grouped;
use leptos::prelude::*;
use views::Choice;
use views::customers::{CustomerList, CustomerRow};

use crate::components::viewer::{Permitted, use_viewer};
use crate::components::{
    Badge, EmptyState, FilterBar, FilterSelect, Icon, Loaded, PageHeader, Pager, RowLink, Skeleton, SortTh, TableFrame, TextTd, Th,
    breakable, opens,
};
use crate::list::{address, filtered, use_list};
use crate::place::at;
use crate::server_fns::customers::{ListCustomers, customer_path};
use crate::server_fns::partners::{ListPartnerCustomers, partner_path};
use crate::ui::load;

#[component]
pub fn Customers() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListCustomers { place, query: query.get() });
    let viewer = use_viewer();
    view! {
        <PageHeader title="Customers">
            <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                {viewer.may(Action::ManageCustomers).then(|| view! {
                    <a class="btn primary" href=at("/customers/new") data-noscroll="" on:click=opens><Icon name="plus"/><span>"Add a customer"</span></a>
                })}
            </Loaded>
        </PageHeader>
        <Loaded of=list let:list>
            <ListView list=list own=false/>
        </Loaded>
    }
}

/// The Customers tab of Partner Details.
#[component]
pub fn PartnerCustomers(key: Memo<String>) -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListPartnerCustomers { place, key: key.get(), query: query.get() });
    view! {
        <Loaded of=list let:list>
            <ListView list=list own=true/>
        </Loaded>
    }
}

/// `own`: of one partner, which needs neither their column nor their filter.
#[component]
fn ListView(list: CustomerList, own: bool) -> impl IntoView {
    if list.empty {
        return view! {
            <div class="card">
                <EmptyState icon="customers" title="No customers yet"
                    text="See here who referred each customer, when they first bought and how often.">
                    <Permitted action=Action::ManageCustomers>
                        <a class="btn" href=at("/customers/new") data-noscroll="" on:click=opens>"Add a customer"</a>
                    </Permitted>
                    <Permitted action=Action::Import>
                        <a class="btn" href=at("/settings/import")>"Import customers"</a>
                    </Permitted>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let yes_no = |yes: &str, no: &str| vec![Choice::new("yes", yes), Choice::new("no", no)];
    let selects = vec![
        FilterSelect { name: "bought", label: "Purchases", all: "Bought or not", choices: yes_no("Has bought", "Has not bought yet") },
        FilterSelect { name: "test", label: "Test", all: "Real and test", choices: yes_no("Test customers", "Real customers") },
    ];
    let chosen = list.partner.clone().filter(|_| !own);
    let words = list.count.of("customer", "customers");
    let totals = match list.transactions {
        Some(1) => format!("{words}, 1 transaction"),
        Some(count) => format!("{words}, {} transactions", grouped(count)),
        None => words,
    };
    let table = if list.page.rows.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="search" title="No customer matches" text="Names, emails and keys are found by the beginnings of their words.">
                    <a class="btn" href="?">"Show all customers"</a>
                </EmptyState>
            </div>
        }
        .into_any()
    } else {
        let rows = list.page.rows.iter().cloned().map(|row| view! { <Row row=row own=own/> }).collect_view();
        view! {
            <TableFrame label="Customers">
                <Head own=own/>
                <tbody>{rows}</tbody>
            </TableFrame>
            <Pager page=list.page words=totals/>
        }
        .into_any()
    };
    view! {
        <FilterBar placeholder="Name, email or key" selects=selects csv="/export/customers.csv"/>
        {chosen.map(|partner| view! { <OfPartner partner=partner/> })}
        {table}
    }
    .into_any()
}

/// The partner that the list is narrowed to; takes itself away.
#[component]
fn OfPartner(partner: Choice) -> impl IntoView {
    let query = use_list();
    let label = format!("Partner: {}", partner.label);
    let removes = format!("Remove filter {label}");
    view! {
        <p class="chips">
            <a class="chip" href=move || query.with(|query| address(&filtered(query, "partner", ""))) aria-label=removes>
                <span>{label}</span>
                <Icon name="x"/>
            </a>
        </p>
    }
}

#[component]
fn Head(own: bool) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <SortTh column="name" label="Customer"/>
                <SortTh column="email" label="Email"/>
                {(!own).then(|| view! { <Th label="Partner"/> })}
                <SortTh column="since" label="Customer since" default="descending" descending_first=true/>
                <Th label="First purchase"/>
                <Th label="Transactions" numeric=true/>
            </tr>
        </thead>
    }
}

#[component]
fn Row(row: CustomerRow, own: bool) -> impl IntoView {
    let partner = (!own).then(|| match row.partner {
        Some(partner) => {
            view! { <td class="c-clip" data-label="Partner"><a class="link" href=at(partner_path(&partner.value)) title=partner.label.clone()>{breakable(&partner.label)}</a></td> }.into_any()
        }
        None => view! { <td data-label="Partner"><span class="muted">"unattributed"</span></td> }.into_any(),
    });
    let title = format!("{}\n{}", row.title, row.email);
    let first = match row.first_purchase.is_empty() {
        true => view! { <span class="muted">"not yet"</span> }.into_any(),
        false => view! { <span>{row.first_purchase}</span> }.into_any(),
    };
    let test = row.test.then(|| view! { <Badge status="archived" icon="info" word="Test"/> });
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <RowLink href=customer_path(&row.key) note=row.key.clone() title=title>{breakable(&row.title)}</RowLink>
                {test}
            </th>
            <TextTd label="Email" text=row.email/>
            {partner}
            <td class="c-date" data-label="Customer since">{row.since}</td>
            <td class="c-date" data-label="First purchase">{first}</td>
            <td class="c-num" data-label="Transactions">{grouped(row.transactions)}</td>
        </tr>
    }
}
