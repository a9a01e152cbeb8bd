//! Commissions: every reward with its status, estimated payment date and reason.

use leptos::prelude::*;
use views::portal::{CommissionLine, Commissions as View};

use super::earnings::EarningsStats;
use crate::components::{
    Amount, EmptyState, Loaded, PageHeader, Pager, RowLink, Segment, Segments, StatusBadge, TableFrame, TableHead, Totals, breakable,
    is_open,
};
use crate::list::use_list;
use crate::server_fns::portal::ListCommissions;
use crate::ui::load;

#[component]
pub fn Commissions() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListCommissions { place, query: query.get() });
    view! {
        <Loaded of=list let:list>
            <CommissionsView list=list/>
        </Loaded>
    }
}

/// The stages that can be filtered by, in the order of a commission's life.
const STAGES: [(&str, &str); 7] = [
    ("", "All"),
    ("expected", "Expected"),
    ("in_review", "In review"),
    ("on_hold", "On hold"),
    ("scheduled", "Scheduled"),
    ("paid", "Paid or on its way"),
    ("declined", "Declined"),
];

#[component]
fn CommissionsView(list: View) -> impl IntoView {
    let segments = STAGES.map(|(value, label)| Segment { value: value.to_owned(), label: label.to_owned(), count: None }).to_vec();
    let words = list.count.of("commission", "commissions");
    let body = if list.page.rows.is_empty() {
        let text = if list.empty {
            "As soon as a customer you referred buys something, the commission and the reason for its amount appear here."
        } else {
            "No commissions with this status. Choose another one above."
        };
        view! {
            <div class="card">
                <EmptyState icon="receipt" title="No commissions here" text=text/>
            </div>
        }
        .into_any()
    } else {
        view! {
            <Totals words=words.clone() amounts=list.totals.clone().unwrap_or_default() earned=true/>
            <CommissionTable rows=list.page.rows.clone() drawer=true/>
            <Pager page=list.page words=words/>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Commissions" context="Each with its reason and the day you can expect it"/>
        <EarningsStats of=list.earnings/>
        <div class="section">
            <Segments name="status" label="Status" items=segments/>
            {body}
        </div>
    }
    .into_any()
}

/// Commissions as rows; on a phone as cards.
#[component]
pub fn CommissionTable(rows: Vec<CommissionLine>, drawer: bool) -> impl IntoView {
    let several = rows.iter().any(|row| row.company != rows[0].company);
    let rows = rows.into_iter().map(|row| view! { <Row row=row drawer=drawer company=several/> }).collect_view();
    view! {
        <TableFrame label="Commissions">
            <TableHead labels="Commission|Date|Payment|Status|#Amount"/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
}

#[component]
fn Row(row: CommissionLine, drawer: bool, company: bool) -> impl IntoView {
    let href = format!("/commissions/{}", row.key);
    let open = is_open(href.clone());
    // What tells one from another comes first: the customer, where the company shows it.
    let (title, what) = if row.customer.is_empty() { (row.description, row.source) } else { (row.customer, row.description) };
    let company = company.then(|| view! { <small>{row.company}</small> });
    let reason = (!row.reason.is_empty()).then(|| view! { <small class="whole">{row.reason}</small> });
    // On a phone a date that there is none of needs no line.
    let (when, when_class) = match row.payment.is_empty() {
        true => ("—".to_owned(), "c-date c-hide"),
        false => (row.payment, "c-date"),
    };
    let label = Some(row.payment_label).filter(|label| !label.is_empty());
    view! {
        <tr class:open=open>
            <th class="c-main c-clip" scope="row">
                <RowLink href=href drawer=drawer title=format!("{title}\n{what}")>
                    <span>{breakable(&title)}</span>
                    <small>{breakable(&what)}</small>
                </RowLink>
                {company}
                {reason}
            </th>
            <td class="c-date" data-label="Date">{row.occurred}</td>
            <td class=when_class data-label=label>{when}</td>
            <td class="c-status"><StatusBadge of=row.status/></td>
            <td class="c-amount"><Amount of=row.amount/></td>
        </tr>
    }
}
