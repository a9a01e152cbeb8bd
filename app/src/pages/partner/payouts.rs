//! Payouts: money that came, is to come, or came back.

use leptos::prelude::*;
use views::portal::{PayoutLine, Payouts as View};

use super::earnings::EarningsStats;
use crate::components::{Amount, EmptyState, Loaded, PageHeader, Pager, RowLink, StatusBadge, TableFrame, TableHead};
use crate::list::use_list;
use crate::server_fns::portal::ListPayouts;
use crate::ui::load;

#[component]
pub fn Payouts() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListPayouts { place, query: query.get() });
    view! {
        <Loaded of=list let:list>
            <PayoutsView list=list/>
        </Loaded>
    }
}

#[component]
fn PayoutsView(list: View) -> impl IntoView {
    let body = if list.page.rows.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="wallet" title="No payouts yet"
                    text="Commissions of a month are reviewed for seven days, then charged to the company and paid to you. The payout appears here."/>
            </div>
        }
        .into_any()
    } else {
        let rows = list.page.rows.clone().into_iter().map(|row| view! { <Row row=row/> }).collect_view();
        view! {
            <TableFrame label="Payouts">
                <TableHead labels="Month|Company|Date|Status|#Amount"/>
                <tbody>{rows}</tbody>
            </TableFrame>
            <Pager page=list.page words=""/>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Payouts" context="One per invoice and currency"/>
        <EarningsStats of=list.earnings/>
        <div class="section">{body}</div>
    }
    .into_any()
}

#[component]
fn Row(row: PayoutLine) -> impl IntoView {
    let href = format!("/payouts/{}", row.key);
    view! {
        <tr>
            <th class="c-main" scope="row">
                <RowLink href=href note=row.invoice_number.clone()>{row.month.clone()}</RowLink>
                {(!row.trouble.is_empty()).then(|| view! { <small>{row.trouble.clone()}</small> })}
            </th>
            <td data-label="Company">{row.company.clone()}</td>
            <td class="c-date" data-label="Date">{row.date.clone()}</td>
            <td class="c-status"><StatusBadge of=row.state/></td>
            <td class="c-amount"><Amount of=row.amount/></td>
        </tr>
    }
}
