//! The Rewards tab.

use domain::access::Action;
use domain::states::RewardStatus;
use leptos::prelude::*;
use views::partners::{RewardLine, RewardLines};

use super::ThisPartner;
use crate::components::viewer::Permitted;
use crate::components::{
    Amount, CsvLink, EmptyState, Loaded, Pager, RowLink, Segment, Segments, StatusBadge, TableFrame, TableHead, Totals, opens,
};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::partners::{ListPartnerRewards, partner_page};
use crate::ui::load;

#[component]
pub fn Rewards() -> impl IntoView {
    let key = ThisPartner::get().key;
    let query = use_list();
    let list = load(move |place| ListPartnerRewards { place, key: key.get(), query: query.get() });
    let all = std::iter::once(Segment { value: String::new(), label: "All".to_owned(), count: None });
    let items = all
        .chain(RewardStatus::ALL.iter().map(|status| Segment {
            value: status.word().to_owned(),
            label: status.label().to_owned(),
            count: None,
        }))
        .collect();
    view! {
        <Segments name="status" label="Status" items=items/>
        <Loaded of=list let:list>
            <Lines list=list key=key.get_untracked()/>
        </Loaded>
    }
}

#[component]
fn Lines(list: RewardLines, key: String) -> impl IntoView {
    if list.page.rows.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="receipt" title="No rewards here" text="Rewards appear when a customer of this partner buys, or when you give one by hand.">
                    <Permitted action=Action::ManageInvoices>
                        <a class="btn" href=at(partner_page(&key, "manual-reward")) data-noscroll="" on:click=opens>"Give a manual reward"</a>
                    </Permitted>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let words = list.count.of("reward", "rewards");
    let rows = list.page.rows.iter().cloned().map(|line| view! { <Line line=line/> }).collect_view();
    view! {
        <div class="row between">
            <Totals words=words.clone() amounts=list.totals.unwrap_or_default() earned=true/>
            <CsvLink path="/export/rewards.csv" with=("earner", key)/>
        </div>
        <TableFrame label="Rewards of this partner">
            <TableHead labels="Reward|Earned|Invoice|Estimated payment date|Status|#Amount"/>
            <tbody>{rows}</tbody>
        </TableFrame>
        <Pager page=list.page words=words/>
    }
    .into_any()
}

/// A reward in a list of one partner or one customer.
#[component]
fn Line(line: RewardLine) -> impl IntoView {
    let payment = line.payment_label();
    let (title, what) = match line.customer {
        Some(customer) => (customer.label, line.description),
        None => (line.description, line.source.label().to_owned()),
    };
    let reason = (!line.reason.is_empty()).then(|| view! { <small class="whole">{line.reason}</small> });
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <RowLink href=format!("/rewards/{}", crate::list::encode(&line.key)) title=format!("{title}\n{what}")>
                    <span>{title}</span>
                    <small>{what}</small>
                </RowLink>
                {reason}
            </th>
            <td class="c-date" data-label="Earned">{line.occurred}</td>
            <td class="c-nowrap" data-label="Invoice">
                <span>{if line.invoice_number.is_empty() { line.month.clone() } else { line.invoice_number.clone() }}</span>
            </td>
            <td class="c-date" data-label=payment>
                {match line.estimated_payment {
                    Some(date) => view! { <span>{date}</span> }.into_any(),
                    None => view! { <span class="unknown"><span aria-hidden="true">"—"</span><span class="sr-only">"not scheduled"</span></span> }.into_any(),
                }}
            </td>
            <td class="c-status"><StatusBadge of=line.status/></td>
            <td class="c-amount"><Amount of=line.amount/></td>
        </tr>
    }
}
