//! The Transactions tab.

use leptos::prelude::*;
use views::partners::{TransactionLine, TransactionLines};

use super::ThisPartner;
use crate::components::{CsvLink, EmptyState, Loaded, Pager, RowLink, Segment, Segments, TableFrame, TableHead, TextTd, Totals};
use crate::list::use_list;
use crate::server_fns::customers::customer_path;
use crate::server_fns::partners::ListPartnerTransactions;
use crate::ui::load;

#[component]
pub fn Transactions() -> impl IntoView {
    let key = ThisPartner::get().key;
    let query = use_list();
    let list = load(move |place| ListPartnerTransactions { place, key: key.get(), query: query.get() });
    let items = [("", "All"), ("sale", "Sales"), ("refund", "Refunds")]
        .map(|(value, label)| Segment { value: value.to_owned(), label: label.to_owned(), count: None })
        .to_vec();
    view! {
        <Segments name="kind" label="Kind" items=items/>
        <Loaded of=list let:list>
            <Lines list=list key=key.get_untracked()/>
        </Loaded>
    }
}

#[component]
fn Lines(list: TransactionLines, key: String) -> impl IntoView {
    if list.page.rows.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="card" title="No transactions here" text="Sales and refunds of the customers this partner referred appear here."/>
            </div>
        }
        .into_any();
    }
    let words = list.count.of("transaction", "transactions");
    let rows = list.page.rows.iter().cloned().map(|line| view! { <Line line=line/> }).collect_view();
    view! {
        <div class="row between">
            <Totals words=words.clone() amounts=list.totals.unwrap_or_default()/>
            <CsvLink path="/export/transactions.csv" with=("seller", key)/>
        </div>
        <TableFrame label="Transactions of this partner's customers">
            <TableHead labels="Transaction|Customer|When|Product|#Reward|#Amount"/>
            <tbody>{rows}</tbody>
        </TableFrame>
        <Pager page=list.page words=words/>
    }
    .into_any()
}

#[component]
fn Line(line: TransactionLine) -> impl IntoView {
    let kind = match (line.refund_of.is_empty(), line.refunded.minor) {
        (false, _) => format!("Refund of {}", line.refund_of),
        (true, 0) => "Sale".to_owned(),
        (true, _) => format!("Sale, {} refunded", line.refunded),
    };
    let product = [line.product, line.category].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let earned = line.rewards.iter().map(|amount| amount.display()).collect::<Vec<_>>().join(" + ");
    let reward = match earned.is_empty() {
        true => view! { <span class="muted">"none"</span><small class="wide-text">{line.why}</small> }.into_any(),
        false => view! { <span>{earned}</span> }.into_any(),
    };
    let title = [&*line.key, &line.customer.label, &product].join("\n");
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <RowLink href=customer_path(&line.customer.value) note=kind title=title>{line.key}</RowLink>
            </th>
            <TextTd label="Customer" text=line.customer.label/>
            <td class="c-date" data-label="When">{line.occurred}</td>
            <TextTd label="Product" text=product/>
            <td class="c-num" data-label="Reward">{reward}</td>
            <td class="c-amount">{line.amount.display()}</td>
        </tr>
    }
}
