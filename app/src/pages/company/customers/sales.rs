//! A customer's transactions, each with the receipt that says why it did or did not earn.

use domain::page::{Count, Page, grouped};
use leptos::prelude::*;
use views::customers::CustomerTransaction;

use crate::components::{EmptyState, Pager, Receipt, TableFrame, TableHead, TextTd};
use crate::list::encode;
use crate::place::at;

#[component]
pub fn Sales(
    transactions: Page<CustomerTransaction>,
    count: Count,
    /// How many of them count: voided ones don't.
    counting: i64,
    /// The refund form, for readers who may send it.
    refund: Option<String>,
    /// The page of voids, for the same.
    void: Option<String>,
) -> impl IntoView {
    if transactions.rows.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="card" title="Nothing bought yet" text="Sales and refunds appear here, each with the reason for what it earned."/>
            </div>
        }
        .into_any();
    }
    let rows = transactions.rows.iter().cloned().map(|row| view! { <Row of=row refund=refund.clone() void=void.clone()/> }).collect_view();
    let words = count.of("transaction", "transactions");
    let words = match count {
        Count::Exactly(all) if i64::from(all) > counting => format!("{words}, {} of them voided", grouped(i64::from(all) - counting)),
        _ => words,
    };
    view! {
        <TableFrame label="Transactions">
            <TableHead labels="Transaction|When|Product|Partner|#Reward|#Amount"/>
            {rows}
        </TableFrame>
        <Pager page=transactions words=words/>
    }
    .into_any()
}

#[component]
fn Row(of: CustomerTransaction, refund: Option<String>, void: Option<String>) -> impl IntoView {
    let CustomerTransaction { line, receipts, voided, undo } = of;
    let sale = line.refund_of.is_empty();
    let counts = voided.is_empty();
    let note = match (sale, line.refunded.minor) {
        _ if !counts => voided,
        (false, _) => format!("Refund of {}", line.refund_of),
        (true, 0) => "Sale".to_owned(),
        (true, _) => format!("Sale, {} refunded", line.refunded),
    };
    let refund = refund.filter(|_| sale && counts && line.amount.minor > line.refunded.minor).map(|refund| {
        let href = format!("{refund}?refund_of={}", encode(&line.key));
        view! { <a class="link" href=at(href)>"Refund"</a> }
    });
    let void = void.and_then(|void| match (counts, undo.is_empty()) {
        (true, _) => {
            let words = if sale { "Void this sale…" } else { "Void this refund…" };
            Some((format!("{void}?transaction={}", encode(&line.key)), words))
        }
        (false, false) => Some((format!("{void}?undo={}", encode(&undo)), "Undo the void")),
        (false, true) => None,
    });
    let void = void.map(|(href, words)| view! { <a class="link" href=at(href)>{words}</a> });
    let product = [line.product, line.category].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let earned = line.rewards.iter().map(|amount| amount.display()).collect::<Vec<_>>().join(" + ");
    let partner = line.partner.map_or("unattributed".to_owned(), |partner| partner.label);
    let summary = if earned.is_empty() { format!("Why no reward: {}", line.why) } else { format!("Why {earned}") };
    let receipts = receipts.into_iter().rev().map(|receipt| view! { <Receipt of=receipt/> }).collect_view();
    let amount = match counts {
        true => view! { <span>{line.amount.display()}</span> }.into_any(),
        false => view! { <s>{line.amount.display()}</s> }.into_any(),
    };
    let title = [&*line.key, &product, &partner].join("\n");
    view! {
        <tbody>
            <tr class:voided=!counts title=title>
                <th class="c-main c-clip" scope="row">
                    <span>{line.key}</span>
                    <small>{note}</small>
                </th>
                <td class="c-date" data-label="When">{line.occurred}</td>
                <TextTd label="Product" text=product/>
                <TextTd label="Partner" text=partner/>
                <td class="c-num" data-label="Reward">{if earned.is_empty() { "none".to_owned() } else { earned }}</td>
                <td class="c-amount">{amount}</td>
            </tr>
            <tr class="why">
                <td colspan="6" class="c-wide">
                    <div class="why-line">
                        <details>
                            <summary><span>{summary}</span></summary>
                            <div class="receipts">{receipts}</div>
                        </details>
                        {refund}
                        {void}
                    </div>
                </td>
            </tr>
        </tbody>
    }
}
