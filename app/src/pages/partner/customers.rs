//! The customers whom the partner referred, as far as the company shows them.

use leptos::prelude::*;
use views::portal::{PortalCustomer, PortalCustomers};

use crate::components::{Badge, EmptyState, Loaded, PageHeader, Pager, TableFrame, TableHead, breakable};
use crate::list::use_list;
use crate::server_fns::portal::ListOwnCustomers;
use crate::ui::load;

#[component]
pub fn Customers() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListOwnCustomers { place, query: query.get() });
    view! {
        <Loaded of=list let:list>
            <CustomersView list=list/>
        </Loaded>
    }
}

#[component]
fn CustomersView(list: PortalCustomers) -> impl IntoView {
    let words = list.count.of("customer", "customers");
    let body = if list.page.rows.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="customers" title="No customers yet" text="Customers you refer appear here, with whether they bought."/>
            </div>
        }
        .into_any()
    } else {
        let rows = list.page.rows.clone().into_iter().map(|row| view! { <Row row=row/> }).collect_view();
        view! {
            <TableFrame label="Customers">
                <TableHead labels="Customer|Since|#Sales|Status"/>
                <tbody>{rows}</tbody>
            </TableFrame>
            <Pager page=list.page words=words.clone()/>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Customers" context=words/>
        {body}
    }
    .into_any()
}

#[component]
fn Row(row: PortalCustomer) -> impl IntoView {
    let (status, icon, label) = if row.bought { ("approved", "check", "Bought") } else { ("new", "new", "Signed up") };
    view! {
        <tr>
            <th class="c-main c-clip" scope="row" title=row.name.clone()>
                <span>{breakable(&row.name)}</span>
                <small>{row.company.clone()}</small>
            </th>
            <td class="c-date" data-label="Since">{row.since.clone()}</td>
            <td class="c-num" data-label="Sales">{row.sales}</td>
            <td class="c-status"><Badge status=status icon=icon word=label/></td>
        </tr>
    }
}
