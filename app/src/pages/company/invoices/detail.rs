//! One invoice: its month in days, its sums, its partners, its charge and what was done to it.

use domain::page::number_of;
use domain::states::InvoiceState;
use leptos::prelude::*;
use views::invoices::{Attempt, InvoiceDetail, InvoiceTotals, MadeFile, PayoutGroup};

use super::actions::{InvoiceMenu, PrimaryAction};
use super::partners::Partners;
use crate::components::{Badge, Icon, Loaded, MonthStrip, Notice, PageHeader, StatTile, Stats, StatusBadge, TableFrame, TableHead};
use crate::list::use_list;
use crate::pages::company::rewards::History;
use crate::params::use_key;
use crate::place::at;
use crate::server_fns::invoices::{GetInvoice, payment_file_path};
use crate::ui::load;

#[component]
pub fn InvoicePage() -> impl IntoView {
    let (key, query) = (use_key("number"), use_list());
    let number = move || key.get();
    let invoice = load(move |place| GetInvoice { place, number: number(), query: query.get() });
    view! {
        <Loaded of=invoice let:invoice>
            <InvoiceView of=invoice/>
        </Loaded>
    }
}

#[component]
fn InvoiceView(of: InvoiceDetail) -> impl IntoView {
    let badge = match (of.state, of.paused.is_empty()) {
        (Some(_), false) => view! { <Badge status="paused" icon="pause" word="Paused"/> }.into_any(),
        (Some(state), true) => view! { <StatusBadge of=state/> }.into_any(),
        (None, _) => view! { <Badge status="scheduled" icon="calendar" word="Accumulating"/> }.into_any(),
    };
    let actions = view! {
        <PrimaryAction of=of.clone()/>
        <InvoiceMenu of=of.clone()/>
    };
    let crumbs = vec![("Invoices".to_owned(), "/invoices".to_owned())];
    view! {
        <PageHeader title=of.title.clone() context=of.context.clone() crumbs=crumbs badge=badge>
            {actions}
        </PageHeader>
        <div class="stack">
            <StateNotice of=of.clone()/>
            {of.came_back.clone().map(|group| view! { <CameBack group=group/> })}
            {of.strip.clone().map(|strip| view! { <MonthStrip of=strip/> })}
            <Sums totals=of.totals.clone() state=of.state/>
        </div>
        <Partners of=of.clone()/>
        {of.payment_files.clone().filter(|files| !files.made.is_empty()).map(|files| view! { <Files made=files.made may=of.may.move_money/> })}
        <Attempts attempts=of.attempts/>
        {(!of.history.is_empty()).then(|| view! { <History entries=of.history/> })}
        <Seal frozen=of.frozen digest=of.digest/>
    }
    .into_any()
}

/// What the reader should know first: paused, waiting for a confirmation, failed, frozen.
#[component]
fn StateNotice(of: InvoiceDetail) -> impl IntoView {
    let charge = of.totals.charge.display();
    if !of.paused.is_empty() {
        let text = format!("Paused {}", of.paused);
        return view! { <Notice tone="warn" icon="pause" title="This invoice is not charged until you resume it" text=text/> }.into_any();
    }
    match of.state {
        None => view! {
            <Notice icon="calendar" title="This is what the month has so far"
                text="It grows with every reward until the month ends. Then it becomes an invoice, and you review it for seven days."/>
        }
        .into_any(),
        Some(InvoiceState::Charging) if of.may.confirm.is_some() => view! {
            <Notice tone="warn" icon="card" title=format!("{charge} is waiting for you to pay it")
                text="Pay it the way you agreed, then confirm it here. Only then are payouts to partners released."/>
        }
        .into_any(),
        Some(InvoiceState::ChargeFailed) => {
            let why = of.attempts.first().map(|attempt| attempt.note.clone()).unwrap_or_default();
            view! { <Notice tone="bad" icon="alert" title=format!("The charge of {charge} failed") text=why/> }.into_any()
        }
        Some(InvoiceState::Charged) if of.may.confirm_payouts => {
            let open: i64 = of.in_file.iter().chain(&of.in_no_file).map(|group| group.total.minor).sum();
            let open = domain::Money::new(open, of.totals.charge.currency).display();
            let text = match of.payment_files.filter(|files| !files.no_account && files.fresh.payouts + files.again.payouts > 0) {
                Some(files) => {
                    let first = match files.fresh.payouts {
                        0 => "Send the payment file to your bank, then confirm what it has paid.",
                        _ => "Make a payment file for your bank, or pay them one by one; then confirm them here.",
                    };
                    if files.left_out.is_empty() { first.to_owned() } else { format!("{first} {}.", files.left_out) }
                }
                None => "Pay them one by one, then confirm each or all of them here.".to_owned(),
            };
            view! { <Notice tone="warn" icon="wallet" title=format!("You have {open} to pay to your partners") text=text/> }.into_any()
        }
        _ => ().into_any(),
    }
}

/// Payouts that are owed still because they did not arrive.
#[component]
fn CameBack(group: PayoutGroup) -> impl IntoView {
    let title = format!("{} of {} did not arrive", number_of(group.count, "payout", "payouts"), group.total.display());
    let text = format!("{}. Find out why, then choose Pay again beside each below.", group.named);
    view! { <Notice tone="bad" icon="alert" title=title text=text/> }
}

#[component]
fn Sums(totals: InvoiceTotals, state: Option<InvoiceState>) -> impl IntoView {
    let carried = totals.carried_in.minor.saturating_sub(totals.carried_out.minor);
    let carried = (carried != 0).then(|| domain::Money::new(carried, totals.carried_in.currency).display());
    let fee = if totals.fee.minor == 0 && totals.fee_percent == "0" { None } else { Some(totals.fee.display()) };
    let last = match state {
        Some(InvoiceState::Charged | InvoiceState::Paid) => "Charged",
        _ => "To be charged",
    };
    view! {
        <Stats>
            <StatTile label="Rewards" value=Some(totals.rewards.display())/>
            {carried.map(|amount| view! { <StatTile label="Carried over" value=Some(amount)/> })}
            {fee.is_some().then(|| view! { <StatTile label="To partners" value=Some(totals.payouts.display())/> })}
            {fee.map(|amount| view! { <StatTile label=format!("Fee, {}%", totals.fee_percent) value=Some(amount)/> })}
            <StatTile label=last value=Some(totals.charge.display())/>
        </Stats>
    }
}

/// The payment files that were made: when, by whom, and what each holds.
#[component]
fn Files(made: Vec<MadeFile>, may: bool) -> impl IntoView {
    let rows = made
        .into_iter()
        .map(|file| {
            let download = may.then(|| {
                view! {
                    <td class="c-act">
                        <a class="btn small" href=at(payment_file_path(&file.key)) rel="external" aria-label=format!("Download the file of {}", file.made)>
                            <Icon name="download"/>
                            <span>"Download"</span>
                        </a>
                    </td>
                }
            });
            view! {
                <tr>
                    <th class="c-main c-nowrap" scope="row">
                        {file.made.clone()}
                        <small class="mono">{file.message_id}</small>
                    </th>
                    <td data-label="Made by">{file.by}</td>
                    <td data-label="Payouts" class="c-wide">
                        <a class="link" href=format!("?file={}", file.key)>{number_of(file.payouts, "payout", "payouts")}</a>
                        <small>{file.named}</small>
                    </td>
                    <td class="c-amount">{file.total.display()}</td>
                    {download}
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="files">
            <div class="section-head">
                <h2 id="files">"Payment files"</h2>
            </div>
            <TableFrame label="Payment files">
                <TableHead labels=if may { "Made|Made by|Payouts|#Amount|~Actions" } else { "Made|Made by|Payouts|#Amount" }/>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
}

#[component]
fn Attempts(attempts: Vec<Attempt>) -> impl IntoView {
    (!attempts.is_empty()).then(|| {
        let rows = attempts
            .into_iter()
            .map(|attempt| {
                let badge = match (attempt.failed, attempt.finished.is_empty()) {
                    (true, _) => view! { <Badge status="failed" icon="alert" word=attempt.state/> }.into_any(),
                    (false, true) => view! { <Badge status="pending" icon="clock" word=attempt.state/> }.into_any(),
                    (false, false) => view! { <Badge status="charged" icon="card" word=attempt.state/> }.into_any(),
                };
                view! {
                    <tr>
                        <th class="c-main" scope="row">{format!("Charge {}", attempt.number)}</th>
                        <td class="c-date" data-label="Started">{attempt.started}</td>
                        <td class="c-date" data-label="Answered">{if attempt.finished.is_empty() { "not yet".to_owned() } else { attempt.finished }}</td>
                        <td data-label="Note" class=if attempt.note.is_empty() { "c-wide c-hide" } else { "c-wide" }>{attempt.note.clone()}</td>
                        <td class="c-status">{badge}</td>
                        <td class="c-amount">{attempt.amount.display()}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <section class="section" aria-labelledby="charges">
                <div class="section-head">
                    <h2 id="charges">"Charges"</h2>
                </div>
                <TableFrame label="Charges">
                    <TableHead labels="Attempt|Started|Answered|Note|State|#Amount"/>
                    <tbody>{rows}</tbody>
                </TableFrame>
            </section>
        }
    })
}

/// After the freeze: when, and the digest by which anybody can see that nothing changed since.
#[component]
fn Seal(frozen: String, digest: String) -> impl IntoView {
    (!digest.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="seal">
                <div class="notice plain">
                    <Icon name="lock"/>
                    <div class="notice-body">
                        <strong id="seal">{format!("Frozen on {frozen}")}</strong>
                        <p>"Nothing on this invoice can change any more. Corrections are adjustments on a later one. Its digest:"</p>
                        <p class="mono small-text digest">{digest}</p>
                    </div>
                </div>
            </section>
        }
    })
}
