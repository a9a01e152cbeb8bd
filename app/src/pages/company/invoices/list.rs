//! Every invoice, newest first; over them those in review and what the month that accumulates has so far.

use domain::states::InvoiceState;
use leptos::prelude::*;
use views::invoices::{InvoiceList, InvoiceRow};

use crate::components::{
    Amount, Badge, CsvLink, EmptyState, Loaded, MonthStrip, PageHeader, Pager, RowLink, Segment, Segments, StatusBadge, TableFrame,
    TableHead,
};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::invoices::ListInvoices;
use crate::ui::load;

#[component]
pub fn Invoices() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListInvoices { place, query: query.get() });
    view! {
        <Loaded of=list let:list>
            <Page list=list/>
        </Loaded>
    }
}

#[component]
fn Page(list: InvoiceList) -> impl IntoView {
    if list.empty {
        return view! {
            <PageHeader title="Invoices" context=list.context/>
            <div class="card">
                <EmptyState icon="invoice" title="No invoices yet"
                    text="When a month ends, its rewards become one invoice per currency. You review it for seven days, then it is charged and your partners are paid.">
                    <a class="btn primary" href=at("/rewards")>"Review Rewards"</a>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let strips = list
        .strips
        .into_iter()
        .map(|strip| {
            let href = strip.href.clone();
            view! {
                <div class="card">
                    <div class="card-body">
                        <MonthStrip of=strip/>
                    </div>
                    <div class="card-foot">
                        <a class="link" href=at(href)>"Look at what is in review"</a>
                    </div>
                </div>
            }
        })
        .collect::<Vec<_>>();
    let states = std::iter::once((String::new(), "All"))
        .chain(InvoiceState::ALL.iter().map(|state| (state.word().to_owned(), state.label())))
        .map(|(value, label)| Segment { value, label: label.to_owned(), count: None })
        .collect();
    let so_far = list.accumulating.iter().cloned().map(|row| view! { <Row row=row/> }).collect_view();
    let rows = list.page.rows.iter().cloned().map(|row| view! { <Row row=row/> }).collect_view();
    let none = list.page.rows.is_empty().then(|| {
        view! {
            <div class="card">
                <EmptyState icon="invoice" title="No invoice here" text="None is in this state. The month's first invoice comes when the month ends.">
                    <a class="btn" href="?">"Show all invoices"</a>
                </EmptyState>
            </div>
        }
    });
    let any = !list.page.rows.is_empty();
    view! {
        <PageHeader title="Invoices" context=list.context>
            <CsvLink path="/export/invoices.csv"/>
        </PageHeader>
        {(!strips.is_empty()).then(|| view! { <div class="stack">{strips}</div> })}
        {(!list.accumulating.is_empty()).then(|| view! {
            <section class="section" aria-labelledby="so-far">
                <div class="section-head">
                    <h2 id="so-far">"Accumulating"</h2>
                    <p class="muted">"What would be invoiced if the month ended now"</p>
                </div>
                <TableFrame label="Accumulating">
                    <Head/>
                    <tbody>{so_far}</tbody>
                </TableFrame>
            </section>
        })}
        <section class="section" aria-labelledby="all-invoices">
            <div class="section-head">
                <h2 id="all-invoices">"All invoices"</h2>
            </div>
            <Segments name="status" label="Status" items=states/>
            {none}
            {any.then(|| view! {
                <TableFrame label="Invoices">
                    <Head/>
                    <tbody>{rows}</tbody>
                </TableFrame>
                <Pager page=list.page words="Newest first"/>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn Head() -> impl IntoView {
    view! {
        <TableHead labels="Month|Number|#Rewards|What happens|Status|#Amount"/>
    }
}

#[component]
fn Row(row: InvoiceRow) -> impl IntoView {
    let badge = match (row.state, row.paused) {
        (_, true) => view! { <Badge status="paused" icon="pause" word="Paused"/> }.into_any(),
        (Some(state), _) => view! { <StatusBadge of=state/> }.into_any(),
        (None, _) => view! { <Badge status="scheduled" icon="calendar" word="Accumulating"/> }.into_any(),
    };
    // On a phone a number that is not there needs no line.
    let (number, number_class) = if row.number.is_empty() { ("—".to_owned(), "mono c-hide") } else { (row.number, "mono") };
    view! {
        <tr>
            <th class="c-main" scope="row">
                <RowLink href=row.href>{format!("{}, {}", row.month, row.amount.currency)}</RowLink>
            </th>
            <td data-label="Number" class=number_class>{number}</td>
            <td data-label="Rewards" class="c-num">{domain::page::grouped(row.lines)}</td>
            <td data-label="What happens">{row.note}</td>
            <td class="c-status">{badge}</td>
            <td class="c-amount">
                <Amount of=row.amount/>
            </td>
        </tr>
    }
}
