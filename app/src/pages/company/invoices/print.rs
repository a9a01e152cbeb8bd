//! The invoice on paper: what a bookkeeper files.

use crate::components::Title;
use leptos::ev;
use leptos::prelude::*;
use views::invoices::{InvoicePrint, InvoiceTotals, PrintedLine};

use crate::components::{Icon, Loaded, TableHead};
use crate::params::use_key;
use crate::place::at;
use crate::server_fns::invoices::{GetInvoicePrint, invoice_path};
use crate::ui::load;

#[component]
pub fn PrintPage() -> impl IntoView {
    let number = use_key("number");
    let invoice = load(move |place| GetInvoicePrint { place, number: number.get() });
    view! {
        <Loaded of=invoice let:invoice>
            <Paper of=invoice/>
        </Loaded>
    }
}

#[component]
fn Paper(of: InvoicePrint) -> impl IntoView {
    let address = of.address.into_iter().map(|line| view! { <br/><span>{line}</span> }).collect_view();
    let facts = of.facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view();
    let partners = of
        .partners
        .into_iter()
        .map(|partner| {
            view! {
                <tr>
                    <th scope="row">{partner.name}</th>
                    <td>{partner.key}</td>
                    <td class="c-num">{domain::page::grouped(partner.lines)}</td>
                    <td class="c-num">{partner.total.display()}</td>
                    <td class="c-num">{partner.payout.display()}</td>
                </tr>
            }
        })
        .collect_view();
    let title = format!("Invoice {}", of.number);
    let paid = if of.charged { "Paid out" } else { "To be paid" };
    let heads = format!("Partner|Partner key|#Rewards|#Earned, {0}|#{paid}, {0}", of.currency);
    let print = move |_: ev::MouseEvent| {
        // Refused only where the browser cannot print.
        let _ = window().print();
    };
    view! {
        <Title text=title/>
        <div class="actions end no-print">
            <a class="btn" href=at(invoice_path(&of.number))>"Back to the invoice"</a>
            <button type="button" class="btn primary" on:click=print>
                <Icon name="print"/>
                <span>"Print"</span>
            </button>
        </div>
        <article class="invoice-doc">
            <header>
                <div>
                    <h1>"Partner reward invoice"</h1>
                    <p class="context">{format!("{} · {}", of.number, of.month)}</p>
                </div>
                <div>
                    <p class="figure">{of.totals.charge.display()}</p>
                    <p class="end-text muted">{of.status}</p>
                </div>
            </header>
            <div class="parties">
                <div>
                    <h2>"Charged to"</h2>
                    <address>
                        <strong>{of.company}</strong>
                        {address}
                    </address>
                </div>
                <div>
                    <h2>"Invoice"</h2>
                    <dl class="facts">{facts}</dl>
                </div>
            </div>
            <div class="paper-table" role="region" tabindex="0" aria-label="Totals per partner">
            <table>
                <caption class="sr-only">"Totals per partner"</caption>
                <TableHead labels=heads/>
                <tbody>{partners}</tbody>
                <PaperTotals totals=of.totals/>
            </table>
            </div>
            <PaperLines lines=of.lines left_out=of.lines_left_out currency=of.currency/>
            <footer>
                <p class="digest">{of.foot}</p>
            </footer>
        </article>
    }
    .into_any()
}

/// From what was earned to what is charged, line by line.
#[component]
fn PaperTotals(totals: InvoiceTotals) -> impl IntoView {
    let row = |label: String, amount: String| {
        view! {
            <tr>
                <th scope="row" colspan="4">{label}</th>
                <td class="c-num">{amount}</td>
            </tr>
        }
    };
    let carried_in =
        (totals.carried_in.minor != 0).then(|| row("Taken off for debts of earlier months".to_owned(), totals.carried_in.display()));
    let owed = domain::Money::new(totals.carried_out.minor.saturating_neg(), totals.carried_out.currency);
    let carried_out = (owed.minor != 0).then(|| row("Carried over to later months".to_owned(), owed.display()));
    view! {
        <tfoot>
            {row(format!("Rewards, {}", domain::page::number_of(totals.lines, "line", "lines")), totals.rewards.display())}
            {carried_in}
            {carried_out}
            {row("Payouts to partners".to_owned(), totals.payouts.display())}
            {row(format!("Fee, {}%", totals.fee_percent), totals.fee.display())}
            {row("Total".to_owned(), totals.charge.display())}
        </tfoot>
    }
}

#[component]
fn PaperLines(lines: Vec<PrintedLine>, left_out: i64, currency: String) -> impl IntoView {
    if left_out > 0 {
        let words =
            format!("The {} lines are too many for paper. The CSV of this invoice has every one of them.", domain::page::grouped(left_out));
        return view! { <p class="muted">{words}</p> }.into_any();
    }
    if lines.is_empty() {
        return ().into_any();
    }
    let rows = lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td>{line.partner}</td>
                    <td>{line.date}</td>
                    <td>
                        <span>{line.description}</span>
                        {(!line.customer.is_empty()).then(|| view! { <small>{format!(" · {}", line.customer)}</small> })}
                    </td>
                    <td class="reference">{line.reference}</td>
                    <td class="c-num">{line.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2 class="lines-title">"Lines"</h2>
        <div class="paper-table" role="region" tabindex="0" aria-label="Lines">
        <table class="lines">
            <caption class="sr-only">"Lines"</caption>
            <TableHead labels=format!("Partner|Date|For|Reference|#Amount, {currency}")/>
            <tbody>{rows}</tbody>
        </table>
        </div>
    }
    .into_any()
}
